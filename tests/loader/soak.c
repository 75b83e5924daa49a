/*
 * Connect, transfer, disconnect: again and again
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

#include "hosts.h"
#include "server.h"
#include "witness.h"
#include "wine/test.h"

#define MESSAGE 1590
#define MESSAGES 40

static uint8_t data[MESSAGES * MESSAGE];

static void send_all( struct client *client, uint8_t id )
{
    unsigned int i;

    for (i = 0; i < MESSAGES; i++) server_data( client, id, data + i * MESSAGE, MESSAGE );
}

/* A connection of each way to end: its channel closed, in mid-transfer, with a channel on offer. */
static void run_connection( struct client *client, const char *channel, unsigned int way )
{
    client_event( client, CHANNEL_EVENT_CONNECTED );
    server_open( client, 1, channel );
    if (strcmp( channel, ECHO_CHANNEL )) server_data( client, 1, "", 1 );   /* a key that changes nothing */
    if (way == 2) server_create( client, 2, channel );
    send_all( client, 1 );
    if (!way)
    {
        server_expect_data( client, 1, data, sizeof(data) );
        server_close( client, 1 );
        server_expect_close( client, 1 );
    }
    else if (client_wait( client )) client_turn( client );
    client_event( client, CHANNEL_EVENT_DISCONNECTED );
    message_list_clear( &client->sent );
    message_list_clear( &client->left );
}

/* Ten connections in a row are one session. Of three sessions one takes over the hosts of that before it, and one
 * finds hosts that it must not take over. */
static void run_session( const char *channel, unsigned int cycles )
{
    struct client *client = client_create();
    unsigned int i;

    client->cancels = cycles % 2;
    if (cycles / 10 % 3) client->option = "linger=1";
    client_load( client );
    client_event( client, CHANNEL_EVENT_INITIALIZED );
    for (i = 0; i < 10 && i < cycles; i++) run_connection( client, channel, i % 3 );
    if (i % 2) client_event( client, CHANNEL_EVENT_CONNECTED );     /* and the end comes without DISCONNECTED */
    client_event( client, CHANNEL_EVENT_TERMINATED );
    client_destroy( client );
}

/* LOADER_CYCLES is the number of connections; with LOADER_CHANNEL the environment has real Wine, and
 * tests/plugins/sample.c listens there. */
START_TEST( soak )
{
    const char *cycles_text = getenv( "LOADER_CYCLES" ), *channel = getenv( "LOADER_CHANNEL" );
    unsigned int i, cycles = cycles_text ? strtoul( cycles_text, NULL, 10 ) : 30;
    struct witness_counts counts;

    for (i = 0; i < sizeof(data); i++) data[i] = i * 3 + i / MESSAGE;
    if (!channel) hosts_set( "echo" );
    witness_log();
    client_destroy( client_create() );  /* FreeRDP keeps some things for good */
    counts = witness_get_counts();
    for (i = 0; i < cycles; i += 10) run_session( channel ? channel : ECHO_CHANNEL, cycles - i );
    witness_wait_counts( counts );
    trace( "%u threads, %u descriptors.\n", counts.threads, counts.descriptors );
}
