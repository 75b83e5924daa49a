/*
 * Torture: the server's side of the channels
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

#include "torture.h"

#define FRAGMENT 1590

static struct server_channel channels[SERVER_CHANNELS];
static LONG capabilities;

static UINT32 write_header( BYTE *pdu, UINT32 cmd, UINT32 length_code, UINT32 id )
{
    UINT32 wide = id > 0xff;

    pdu[0] = cmd << 4 | length_code << 2 | wide;
    pdu[1] = id;
    pdu[2] = id >> 8;
    return 2 + wide;
}

struct server_channel *server_create( UINT32 id, const char *name,
        void (*check)( struct server_channel *channel, const BYTE *message, UINT32 size ), void *context )
{
    struct server_channel *channel = &channels[id];
    BYTE pdu[300];
    UINT32 size = write_header( pdu, CMD_CREATE, 0, id );

    memset( channel, 0, sizeof(*channel) );
    channel->id = id;
    channel->check = check;
    channel->context = context;
    strcpy( (char *)pdu + size, name );
    client_receive( pdu, size + strlen( name ) + 1 );
    return channel;
}

void server_write( struct server_channel *channel, const void *message, UINT32 size )
{
    BYTE pdu[1600];
    UINT32 header, part, done = 0;

    do
    {
        part = min( size - done, FRAGMENT );
        header = write_header( pdu, size > FRAGMENT && !done ? CMD_DATA_FIRST : CMD_DATA, 2, channel->id );
        if (size > FRAGMENT && !done)
        {
            memcpy( pdu + header, &size, 4 );
            header += 4;
        }
        else pdu[0] &= ~0x0c;
        memcpy( pdu + header, (const BYTE *)message + done, part );
        client_receive( pdu, header + part );
        done += part;
    } while (done < size);
}

void server_close( struct server_channel *channel )
{
    BYTE pdu[4];

    client_receive( pdu, write_header( pdu, CMD_CLOSE, 0, channel->id ) );
}

void server_disconnected(void)
{
    unsigned int i;

    for (i = 0; i < ARRAY_SIZE(channels); i++)
    {
        free( channels[i].message );
        channels[i].message = NULL;
    }
}

void server_roundtrip(void)
{
    static const BYTE request[] = { CMD_CAPABILITIES << 4, 0, 1, 0 };
    LONG before = count_get( &capabilities );

    client_receive( request, sizeof(request) );
    ok( count_reaches( &capabilities, before + 1 ), "the client does not answer\n" );
}

static UINT32 read_number( const BYTE *data, UINT32 size )
{
    UINT32 number = 0;

    while (size--) number = number << 8 | data[size];
    return number;
}

static void channel_end_message( struct server_channel *channel, const BYTE *message, UINT32 size )
{
    if (channel->check) channel->check( channel, message, size );
    count_add( &channel->messages, 1 );
}

static void receive_data( struct server_channel *channel, const BYTE *data, UINT32 size )
{
    if (!channel->message)
    {
        channel_end_message( channel, data, size );
        return;
    }
    ok( size <= channel->total - channel->size, "channel %u: %u bytes are too many\n", channel->id, size );
    size = min( size, channel->total - channel->size );
    memcpy( channel->message + channel->size, data, size );
    if ((channel->size += size) < channel->total) return;
    channel_end_message( channel, channel->message, channel->size );
    free( channel->message );
    channel->message = NULL;
}

static void receive_data_first( struct server_channel *channel, const BYTE *data, UINT32 size, UINT32 length_size )
{
    ok( !channel->message, "channel %u: a message begins inside another\n", channel->id );
    if (channel->message || size < length_size) return;
    channel->total = read_number( data, length_size );
    channel->size = 0;
    channel->message = malloc( channel->total );
    receive_data( channel, data + length_size, size - length_size );
}

static void receive_close( struct server_channel *channel )
{
    free( channel->message );   /* a close may cut one off */
    channel->message = NULL;
    count_add( &channel->closes, 1 );
}

void server_receive( const BYTE *pdu, UINT32 size )
{
    UINT32 id_size = 1 << (pdu[0] & 3), length_size = 1 << (pdu[0] >> 2 & 3), cmd = pdu[0] >> 4, id;
    struct server_channel *channel;

    if (cmd == CMD_CAPABILITIES)
    {
        count_add( &capabilities, 1 );
        return;
    }
    id = read_number( pdu + 1, id_size );
    ok( id < SERVER_CHANNELS, "command %u is for channel %u\n", cmd, id );
    if (id >= SERVER_CHANNELS) return;
    channel = &channels[id];
    pdu += 1 + id_size;
    size -= 1 + id_size;
    ok( cmd == CMD_CREATE ? !channel->answers : channel->answers == 1 && channel->status >= 0,
        "channel %u: command %u after %ld answers, status %#lx\n", id, cmd, channel->answers, channel->status );
    ok( !channel->closes, "channel %u: command %u after CLOSE\n", id, cmd );
    switch (cmd)
    {
    case CMD_CREATE:
        channel->status = read_number( pdu, 4 );
        count_add( &channel->answers, 1 );
        break;
    case CMD_DATA_FIRST:
        receive_data_first( channel, pdu, size, length_size );
        break;
    case CMD_DATA:
        receive_data( channel, pdu, size );
        break;
    case CMD_CLOSE:
        receive_close( channel );
        break;
    default:
        ok( 0, "got command %u\n", cmd );
    }
}
