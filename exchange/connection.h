/*
 * The client's side of the connections of a session
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

#ifndef __WINEDVC_CONNECTION_H
#define __WINEDVC_CONNECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "exchange.h"
#include "pace.h"
#include "page.h"
#include "uplink.h"

/* How the session reaches the client. */
struct client
{
    void *context;
    const char *connection;     /* how the user calls the server, NULL if nobody knows; for bridge_create() */
    const struct name_list *names;  /* of the dynamic channels that it serves itself; for bridge_create() */
    exchange_post *post;
    /* These are called on the main thread, without a lock. */
    void (*find_uplink)( void *context, struct uplink *uplink );
    void (*send)( void *context, const uint8_t *pdu, size_t size );
    /* without a byte: the rest of the last message will not come */
    void (*send_chunk)( void *context, uint16_t id, uint32_t flags, uint32_t total, const uint8_t *chunk, size_t size );
    void (*deliver)( void *context, const uint8_t *pdu, size_t size );
    /* false: it can not be seen, or the mapping has another size by now */
    bool (*draw)( void *context, uint64_t mapping, const uint8_t *pixels, uint32_t width, uint32_t height );
    exchange_locate *locate;    /* any thread, as it says */
};

/*
 * Belongs to the client's main thread, on which all here is called but for what says so. It waits for no
 * host but in connection_receive(), where one that answers at once is given AWAIT_US.
 * What it shares with the I/O thread is in the exchange.
 */
struct connection;

/* NULL without memory. */
extern struct connection *connection_create( const struct client *client, struct exchange *exchange,
                                             struct trace *trace, struct page *page );
extern void connection_destroy( struct connection *connection );

/* Any thread, from connection_begin() to connection_end(): as exchange_set_rendering(), exchange_place_renderers(). */
extern void connection_set_rendering( struct connection *connection, bool possible );
extern void connection_place_renderers( struct connection *connection );

/* As exchange_await_static(); an id is set before the connection begins. */
extern size_t connection_await_static( struct connection *connection, struct static_def defs[WINEDVC_MAX_STATIC] );
extern void connection_set_static_id( struct connection *connection, const char *name, uint16_t id );

extern void connection_begin( struct connection *connection, const char *server );
extern void connection_end( struct connection *connection, uint32_t code );

/* A chunk of the static channel drdynvc. Returns false if it is FreeRDP's. */
extern bool connection_receive( struct connection *connection, const uint8_t *chunk, size_t size, bool first,
                                bool last );

/* A chunk of one of the static channels that plug-ins have, by its id. */
extern void connection_receive_static( struct connection *connection, uint16_t id, const uint8_t *chunk, size_t size,
                                       uint32_t flags, uint32_t total );

/* FreeRDP sends a message of the static channel drdynvc. */
extern void connection_client_sends( struct connection *connection, const uint8_t *pdu, size_t size );

/* The client has come by with a token that was posted. If it can send, and the token counts, a batch is sent: as much
 * as the main thread has time for. */
extern void connection_token( struct connection *connection, uintptr_t token, bool can_send );

/* The main thread reads the hosts. If its loop waits for the descriptor, which is -1 if there is none, it is to call
 * connection_hosts_ready() when that is readable; if it can not, the I/O thread reads them and tokens come. */
extern int connection_hosts_fd( const struct connection *connection );
extern void connection_start_reads( struct connection *connection, bool loop_waits );
extern void connection_stop_reads( struct connection *connection );
extern void connection_hosts_ready( struct connection *connection );

#endif /* __WINEDVC_CONNECTION_H */
