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

#include "server.h"
#include "witness.h"
#include "wine/test.h"

#define MAX_PDU 1600

enum { CREATE = 1, DATA_FIRST = 2, DATA = 3, CLOSE = 4, CAPS = 5 };

void server_send_chunks( struct client *client, const void *message, size_t size, size_t chunk_size )
{
    const uint8_t *bytes = message;
    size_t offset = 0, count;
    UINT32 flags;

    do
    {
        count = size - offset < chunk_size ? size - offset : chunk_size;
        flags = (offset ? 0 : CHANNEL_FLAG_FIRST) | (offset + count == size ? CHANNEL_FLAG_LAST : 0);
        client_receive( client, client->drdynvc_id, bytes + offset, count, flags, size );
        offset += count;
    }
    while (offset < size);
}

void server_send( struct client *client, const void *message, size_t size )
{
    server_send_chunks( client, message, size, MAX_PDU );
}

void server_caps( struct client *client, unsigned int version )
{
    uint8_t pdu[12] = { CAPS << 4, 0, version, 0 };

    server_send( client, pdu, version > 1 ? sizeof(pdu) : 4 );
}

static size_t write_create( uint8_t *pdu, uint8_t id, const char *name )
{
    pdu[0] = CREATE << 4;
    pdu[1] = id;
    strcpy( (char *)pdu + 2, name );
    return 2 + strlen( name ) + 1;
}

void server_create( struct client *client, uint8_t id, const char *name )
{
    uint8_t pdu[MAX_PDU];

    server_send( client, pdu, write_create( pdu, id, name ) );
}

void server_data( struct client *client, uint8_t id, const void *data, size_t size )
{
    uint8_t pdu[MAX_PDU] = { DATA << 4, id };

    memcpy( pdu + 2, data, size );
    server_send( client, pdu, 2 + size );
}

void server_close( struct client *client, uint8_t id )
{
    uint8_t pdu[] = { CLOSE << 4, id };

    server_send( client, pdu, sizeof(pdu) );
}

/* The caller frees it. NULL after a failed check. */
static struct message *server_next( struct client *client )
{
    struct message *message;

    while (!client->sent.first)
    {
        if (!client_wait( client )) return NULL;
        client_turn( client );
    }
    message = message_list_pop( &client->sent );
    ok( message->channel_id == client->drdynvc_id, "Something is sent on the channel %u.\n", message->channel_id );
    return message;
}

static const char *format_bytes( char text[64], const uint8_t *bytes, size_t size )
{
    size_t i;

    for (i = 0, text[0] = 0; i < size && i < 16; i++) sprintf( text + 3 * i, " %02x", bytes[i] );
    return text;
}

/* Frees it. */
static void check_message( struct message *message, const void *pdu, size_t size )
{
    char got[64], wanted[64];

    if (!message) return;
    ok( message->size == size && !memcmp( message->data, pdu, size ), "There are %zu bytes%s, not %zu%s.\n",
        message->size, format_bytes( got, message->data, message->size ), size, format_bytes( wanted, pdu, size ) );
    free( message );
}

void server_expect( struct client *client, const void *pdu, size_t size )
{
    check_message( server_next( client ), pdu, size );
}

void server_expect_created( struct client *client, uint8_t id )
{
    uint8_t pdu[] = { CREATE << 4, id, 0, 0, 0, 0 };

    server_expect( client, pdu, sizeof(pdu) );
}

void server_expect_refused( struct client *client, uint8_t id )
{
    uint8_t pdu[] = { CREATE << 4, id, 0x25, 0x02, 0x00, 0xc0 };    /* STATUS_NOT_FOUND */

    server_expect( client, pdu, sizeof(pdu) );
}

void server_expect_close( struct client *client, uint8_t id )
{
    uint8_t pdu[] = { CLOSE << 4, id };

    server_expect( client, pdu, sizeof(pdu) );
}

bool server_expect_data( struct client *client, uint8_t id, const void *data, size_t size )
{
    const uint8_t *bytes = data;
    struct message *message;
    size_t header, count;
    bool right = true;

    while (size && right)
    {
        if (!(message = server_next( client ))) return false;
        /* the length of DATA_FIRST has 1, 2 or 4 bytes */
        header = message->data[0] >> 4 == DATA_FIRST ? 2 + (1 << (message->data[0] >> 2 & 3)) : 2;
        right = (message->data[0] >> 4 == DATA || message->data[0] >> 4 == DATA_FIRST) && message->data[1] == id &&
                message->size > header && message->size - header <= size;
        if (right)
        {
            count = message->size - header;
            right = !memcmp( message->data + header, bytes, count );
            bytes += count;
            size -= count;
        }
        ok( right, "These are not the next of the %zu bytes that are missing.\n", size );
        free( message );
    }
    return right;
}

void server_expect_left( struct client *client, const void *pdu, size_t size )
{
    struct message *message = message_list_pop( &client->left );

    ok( message != NULL, "Nothing is left to FreeRDP.\n" );
    if (!message) return;
    ok( message->channel_id == client->drdynvc_id, "It is of the channel %u.\n", message->channel_id );
    ok( message->flags == (CHANNEL_FLAG_FIRST | CHANNEL_FLAG_LAST) && message->total_size == size,
        "It has flags %#x and %zu bytes in all.\n", message->flags, message->total_size );
    check_message( message, pdu, size );
}

void server_expect_left_create( struct client *client, uint8_t id, const char *name )
{
    uint8_t pdu[MAX_PDU];

    server_expect_left( client, pdu, write_create( pdu, id, name ) );
}

void server_open( struct client *client, uint8_t id, const char *name )
{
    server_caps( client, 3 );
    server_create( client, id, name );
    server_expect_created( client, id );
}

void server_echo( struct client *client, uint8_t id )
{
    server_data( client, id, "there and back", 14 );
    server_expect_data( client, id, "there and back", 14 );
}

void server_fill( struct client *client, uint8_t id, const char *name )
{
    char line[128];
    unsigned int lines;

    snprintf( line, sizeof(line), "%s: all is answered", name );
    lines = witness_count( line );
    server_data( client, id, "what is done?", 13 );
    witness_wait( line, lines + 1 );
}
