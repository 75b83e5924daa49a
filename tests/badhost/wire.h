/*
 * Bad hosts: their side of the socket
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

#ifndef __TESTS_BADHOST_WIRE_H
#define __TESTS_BADHOST_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <wine/winedvcbridge.h>

/* Standard input is the socket. Nothing here checks what it is told to send; when the addin is gone the
 * process ends. */

/* Frames that are ready. */
extern void wire_raw( const void *data, size_t size );
extern void wire_send( uint16_t stream, uint16_t flags, const void *body, size_t size );
extern void wire_control( enum winedvc_control type, const void *fixed, size_t size, const char *text );

/* Commands of [MS-RDPEDYC], with a channel id of one byte. */
extern void wire_data( uint8_t id, const void *data, size_t size );
extern void wire_caps_rsp( void );
extern void wire_create_rsp( uint8_t id, uint32_t status );
extern void wire_close( uint8_t id );

extern void wire_hello( uint16_t major, uint32_t bits );
extern void wire_listen( const char *name );

/* Waits for a frame and returns its body, which the next call overwrites. */
extern const uint8_t *wire_read( struct winedvc_frame *frame );
/* Waits for a PDU with this command, leaves out everything else, and returns its channel id. */
extern uint8_t wire_wait_pdu( unsigned int command );
/* Waits for a control frame of this type, if it is not 0, or for the end of the socket, which ends the process.
 * Returns the number that it begins with. */
extern uint32_t wire_wait_control( enum winedvc_control type );

#endif /* __TESTS_BADHOST_WIRE_H */
