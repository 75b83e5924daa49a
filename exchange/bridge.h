/*
 * One session: its routing table, its hosts, its thread
 *
 * Copyright 2026 the winedvc authors
 *
 * This library is free software; you can redistribute it and/or
 * modify it under the terms of the GNU Lesser General Public
 * License as published by the Free Software Foundation; either
 * version 2.1 of the License, or (at your option) any later version.
 *
 * This library is distributed in the hope that it will be useful,
 * but WITHOUT ANY WARRANTY; without even the implied warranty of
 * MERCHANTABILITY or FITNESS FOR A PARTICULAR PURPOSE.  See the GNU
 * Lesser General Public License for more details.
 *
 * You should have received a copy of the GNU Lesser General Public
 * License along with this library; if not, write to the Free Software
 * Foundation, Inc., 51 Franklin St, Fifth Floor, Boston, MA 02110-1301, USA
 */

#ifndef __WINEDVC_BRIDGE_H
#define __WINEDVC_BRIDGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "namelist.h"
#include "uplink.h"

/*
 * A bridge lives from the session's start to its end, over any number of
 * connections, and may go on with the next session. Its functions are called on
 * the client's main thread and never wait for a host. Its I/O thread starts and
 * serves the hosts; it may outlive the session for as long as they need to end.
 */
struct bridge;

/* How the bridge reaches the client. */
struct bridge_client
{
    void *context;
    const char *connection;     /* how the user calls the server, NULL if nobody knows; for bridge_create() */
    const char *const *names;   /* of the dynamic channels that it serves itself; NULL ends them */
    /* Makes the client's main thread call bridge_token_returns() with that token, which is not 0. Called on
     * the I/O thread, while connected, with the bridge's lock held: must not call the bridge. */
    bool (*post)( void *context, uintptr_t token );
    /* These are called on the main thread, without a lock. */
    void (*find_uplink)( void *context, struct uplink *uplink );
    void (*send)( void *context, const uint8_t *pdu, size_t size );
    void (*deliver)( void *context, const uint8_t *pdu, size_t size );
};

/* Starts looking for plug-ins at once. The arguments are the addin's, behind its name. NULL, and a line in the log, on
 * failure. */
extern struct bridge *bridge_create( const struct bridge_client *client, const struct name_list *arguments );

/*
 * The session has ended; implies bridge_disconnected(). Another one may follow at once, as in a redirect by FreeRDP 3:
 * the hosts wait for it, and end if it does not come. The bridge is the caller's no longer. The arguments are copied.
 */
extern void bridge_park( struct bridge *bridge, const struct name_list *arguments );

/* What a client with this context parked, which is the caller's again; what it parked with other arguments ends. NULL
 * if there is nothing. */
extern struct bridge *bridge_unpark( const void *context, const struct name_list *arguments );

extern void bridge_connected( struct bridge *bridge, const char *server );
extern void bridge_disconnected( struct bridge *bridge, uint32_t code );

/* A chunk of the static channel drdynvc. Returns false if it is FreeRDP's. */
extern bool bridge_receive( struct bridge *bridge, const uint8_t *chunk, size_t size, bool first, bool last );

/* FreeRDP sends a message of the static channel drdynvc. */
extern void bridge_client_sends( struct bridge *bridge, const uint8_t *pdu, size_t size );

/* The client has come by with a token that was posted. If it can send, it sends as much as the main thread has time
 * for, unless the token is an older connection's. */
extern void bridge_token_returns( struct bridge *bridge, uintptr_t token, bool can_send );

#endif /* __WINEDVC_BRIDGE_H */
