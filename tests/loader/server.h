/*
 * A server of dynamic channels, just behind the client
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

#ifndef __LOADER_SERVER_H
#define __LOADER_SERVER_H

#include "client.h"

/* The other end of a client's static channel drdynvc: [MS-RDPEDYC] with channel ids of one byte. */

/* Sends a message in chunks of that size. */
extern void server_send_chunks( struct client *client, const void *message, size_t size, size_t chunk_size );
/* ... of 1600 bytes, as servers do. */
extern void server_send( struct client *client, const void *message, size_t size );

extern void server_caps( struct client *client, unsigned int version );
extern void server_create( struct client *client, uint8_t id, const char *name );
extern void server_data( struct client *client, uint8_t id, const void *data, size_t size );
extern void server_close( struct client *client, uint8_t id );

/* Each runs the client's main loop until the next PDU is sent, which has to be this one. */
extern void server_expect( struct client *client, const void *pdu, size_t size );
extern void server_expect_created( struct client *client, uint8_t id );
extern void server_expect_refused( struct client *client, uint8_t id );
extern void server_expect_close( struct client *client, uint8_t id );
/* The same for PDUs that bring these bytes, however they are divided. Returns false after a failed check. */
extern bool server_expect_data( struct client *client, uint8_t id, const void *data, size_t size );

/* The next chunk that was left to FreeRDP is a whole message, and this one. */
extern void server_expect_left( struct client *client, const void *pdu, size_t size );
extern void server_expect_left_create( struct client *client, uint8_t id, const char *name );

/* CAPS and a channel. */
extern void server_open( struct client *client, uint8_t id, const char *name );
/* There and back; nothing else is sent before it has come. */
extern void server_echo( struct client *client, uint8_t id );
/* There, and back to the addin, with all that its host said before; runs no main loop. For a host that echoes, whose
 * channel has that name. Needs witness_log(). */
extern void server_fill( struct client *client, uint8_t id, const char *name );

#endif /* __LOADER_SERVER_H */
