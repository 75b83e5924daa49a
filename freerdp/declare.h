/*
 * Plug-ins' static channels in FreeRDP: declared, found, sent on
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

#ifndef __WINEDVC_DECLARE_H
#define __WINEDVC_DECLARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <freerdp/freerdp.h>

#include "bridge.h"

/* So much is put together at a time, on all channels. */
#define DECLARED_MAX_GATHERED (4 * (size_t)WINEDVC_MAX_STATIC_MESSAGE)

/*
 * The channels are in the client's list, so that the server is asked for them, and nowhere else in FreeRDP: what the
 * server sends there is taken from the receive hook, what plug-ins send goes to FreeRDP's own function. All of it is
 * the client's main thread's. All zero is empty.
 */
struct declared
{
    size_t count;
    size_t gathered;            /* bytes of the messages that are put together, DECLARED_MAX_GATHERED at most */
    struct declared_channel
    {
        char    name[STATIC_NAME];
        UINT16  id;             /* 0: not in this connection */
        BYTE   *message;        /* that is put together, where FreeRDP takes no chunks */
        size_t  size;           /* of what has come of it */
        size_t  total;
        bool    lost;           /* the rest of this connection: a message found no memory, or too many were there */
    } channels[WINEDVC_MAX_STATIC];
};

/* Before the client connects; channels that it serves itself are left out with a line. */
extern void declared_add( struct declared *declared, freerdp *instance, const struct static_def *defs, size_t count );
extern void declared_clear( struct declared *declared );

/* When it has connected: the server's ids, which the connection is told. */
extern void declared_find_ids( struct declared *declared, freerdp *instance, struct connection *connection );
extern void declared_forget_ids( struct declared *declared );
extern bool declared_has_id( const struct declared *declared, UINT16 id );

/* A chunk; one without a byte says that the rest of the last message will not come. False if FreeRDP fails. Without room
 * for a message its channel alone sends no more in this connection. */
extern bool declared_send( struct declared *declared, freerdp *instance, pSendChannelData send, UINT16 id, UINT32 flags,
                           UINT32 total, const BYTE *chunk, size_t size );

#endif /* __WINEDVC_DECLARE_H */
