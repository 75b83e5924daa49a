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

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "wire.h"

static void write_all( const void *data, size_t size )
{
    const uint8_t *bytes = data;
    ssize_t sent;

    for (; size; size -= sent, bytes += sent)
        if ((sent = send( STDIN_FILENO, bytes, size, MSG_NOSIGNAL )) <= 0) exit( 0 );
}

static void read_all( void *data, size_t size )
{
    uint8_t *bytes = data;
    ssize_t received;

    for (; size; size -= received, bytes += received)
        if ((received = read( STDIN_FILENO, bytes, size )) <= 0) exit( 0 );
}

void wire_raw( const void *data, size_t size )
{
    write_all( data, size );
}

void wire_send( uint16_t stream, uint16_t flags, const void *body, size_t size )
{
    struct winedvc_frame frame = { size, stream, flags };

    write_all( &frame, sizeof(frame) );
    write_all( body, size );
}

void wire_control( enum winedvc_control type, const void *fixed, size_t size, const char *text )
{
    uint8_t body[WINEDVC_MAX_CONTROL];
    size_t length = text ? strlen( text ) + 1 : 0;

    if (size) memcpy( body, fixed, size );
    if (length) memcpy( body + size, text, length );
    wire_send( WINEDVC_STREAM_CONTROL, type, body, size + length );
}

void wire_data( uint8_t id, const void *data, size_t size )
{
    uint8_t pdu[2 + WINEDVC_MAX_PDU] = { 3 << 4, id };

    memcpy( pdu + 2, data, size );
    wire_send( WINEDVC_STREAM_DRDYNVC, 0, pdu, 2 + size );
}

void wire_caps_rsp( void )
{
    static const uint8_t pdu[] = { 5 << 4, 0, 3, 0 };

    wire_send( WINEDVC_STREAM_DRDYNVC, 0, pdu, sizeof(pdu) );
}

void wire_create_rsp( uint8_t id, uint32_t status )
{
    uint8_t pdu[] = { 1 << 4, id, status, status >> 8, status >> 16, status >> 24 };

    wire_send( WINEDVC_STREAM_DRDYNVC, 0, pdu, sizeof(pdu) );
}

void wire_close( uint8_t id )
{
    uint8_t pdu[] = { 4 << 4, id };

    wire_send( WINEDVC_STREAM_DRDYNVC, 0, pdu, sizeof(pdu) );
}

void wire_hello( uint16_t major, uint32_t bits )
{
    struct winedvc_hello hello = { major, WINEDVC_MINOR, bits, 0, 0 };

    wire_control( WINEDVC_HELLO, &hello, sizeof(hello), NULL );
}

void wire_listen( const char *name )
{
    struct winedvc_listen listen = { 1 };

    wire_control( WINEDVC_LISTEN, &listen, sizeof(listen), name );
}

const uint8_t *wire_read( struct winedvc_frame *frame )
{
    static uint8_t body[WINEDVC_MAX_MESSAGE];

    read_all( frame, sizeof(*frame) );
    if (frame->size > sizeof(body)) exit( 1 );
    read_all( body, frame->size );
    return body;
}

uint8_t wire_wait_pdu( unsigned int command )
{
    struct winedvc_frame frame;
    const uint8_t *pdu;

    do pdu = wire_read( &frame );
    while (frame.stream != WINEDVC_STREAM_DRDYNVC || frame.size < 2 || pdu[0] >> 4 != command);
    return pdu[1];
}

uint32_t wire_wait_control( enum winedvc_control type )
{
    struct winedvc_frame frame;
    const uint8_t *body;
    uint32_t number = 0;

    do body = wire_read( &frame );
    while (!type || frame.stream != WINEDVC_STREAM_CONTROL || frame.flags != type);
    if (frame.size >= sizeof(number)) memcpy( &number, body, sizeof(number) );
    return number;
}
