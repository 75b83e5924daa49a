/*
 * Connections: before, between and after them
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

#include <freerdp/version.h>

#include "hosts.h"
#include "server.h"
#include "witness.h"
#include "wine/test.h"

/* S8: without a connection everything is FreeRDP's, also what would be the addin's in one. */
static void check_passes( struct client *client, const char *when )
{
    winetest_push_context( "%s", when );
    message_list_clear( &client->left );
    message_list_clear( &client->sent );
    server_caps( client, 3 );
    ok( client->left.count == 1, "CAPS are kept.\n" );
    message_list_clear( &client->left );
    server_create( client, 1, ECHO_CHANNEL );
    server_expect_left_create( client, 1, ECHO_CHANNEL );
    winetest_pop_context();
}

static void test_outside(void)
{
    struct client *client = client_create();

    client_load( client );
    check_passes( client, "before INITIALIZED" );
    client_event( client, CHANNEL_EVENT_INITIALIZED );
    check_passes( client, "before CONNECTED" );
    client_event( client, CHANNEL_EVENT_CONNECTED );
    server_open( client, 1, ECHO_CHANNEL );
    server_echo( client, 1 );
    client_event( client, CHANNEL_EVENT_DISCONNECTED );
    check_passes( client, "after DISCONNECTED" );
    client_event( client, CHANNEL_EVENT_CONNECTED );
    server_open( client, 1, ECHO_CHANNEL );
    client_event( client, CHANNEL_EVENT_INITIALIZED );  /* without DISCONNECTED */
    check_passes( client, "after the second INITIALIZED" );
    client_event( client, CHANNEL_EVENT_CONNECTED );
    server_open( client, 1, ECHO_CHANNEL );
    client_event( client, CHANNEL_EVENT_CONNECTED );    /* without DISCONNECTED */
    message_list_clear( &client->left );
    server_data( client, 1, "a", 1 );
    ok( client->left.count == 1, "Data of an older connection's channel is kept.\n" );
    server_open( client, 1, ECHO_CHANNEL );
    server_echo( client, 1 );
    client_end( client );
    check_passes( client, "after TERMINATED" );
    client_destroy( client );
}

/* S6: the id is that of each connection. */
static void test_ids(void)
{
    struct client *client = client_create();

    client_begin( client );
    server_open( client, 1, ECHO_CHANNEL );
    server_echo( client, 1 );
    client_event( client, CHANNEL_EVENT_DISCONNECTED );
    client->drdynvc_id = LOADER_DRDYNVC_ID + 1;
    client_event( client, CHANNEL_EVENT_CONNECTED );
    server_open( client, 1, ECHO_CHANNEL );
    server_echo( client, 1 );
    client_end( client );
    client_destroy( client );
}

/* S6: without the channel plug-ins are not used in a connection, and one line says so. */
static void check_missing( struct client *client, UINT16 drdynvc_id )
{
    unsigned int lines = witness_count( "granted no static channel" );

    winetest_push_context( "Id %#x", drdynvc_id );
    client->drdynvc_id = drdynvc_id;
    client_event( client, CHANNEL_EVENT_CONNECTED );
    ok( witness_count( "granted no static channel" ) == lines + 1, "The log does not tell it once.\n" );
    check_passes( client, "connected" );
    client_receive( client, 0, "\x10\x01" ECHO_CHANNEL, 2 + sizeof(ECHO_CHANNEL), 3, 2 + sizeof(ECHO_CHANNEL) );
    ok( client->left.count == 1, "What comes for the id 0 is kept.\n" );
    client_event( client, CHANNEL_EVENT_DISCONNECTED );
    ok( !client->turns, "The addin writes.\n" );
    winetest_pop_context();
}

static void test_missing(void)
{
    struct client *client = client_create();

    client_load( client );
    client_event( client, CHANNEL_EVENT_INITIALIZED );
    check_missing( client, 0 );
    check_missing( client, 0xffff );
    client->drdynvc_id = LOADER_DRDYNVC_ID;
    client_event( client, CHANNEL_EVENT_CONNECTED );
    server_open( client, 1, ECHO_CHANNEL );
    server_echo( client, 1 );
    client_end( client );
    client_destroy( client );
}

#if FREERDP_VERSION_MAJOR >= 3
/* S13: where FreeRDP replays a recording there are no plug-ins. */
static void test_replay(void)
{
    struct client *client = client_create();

    freerdp_settings_set_bool( client->instance->context->settings, FreeRDP_TransportDumpReplay, TRUE );
    client_load( client );
    client_event( client, CHANNEL_EVENT_INITIALIZED );
    ok( witness_count( "replays a recording" ) == 1, "The log does not tell it once.\n" );
    client_event( client, CHANNEL_EVENT_CONNECTED );
    server_create( client, 1, ECHO_CHANNEL );
    server_expect_left_create( client, 1, ECHO_CHANNEL );
    client_end( client );
    client_destroy( client );
}
#endif

/* S4: TERMINATED may come at any time, and is the end of everything; hosts and threads follow. */
static void test_terminated(void)
{
    struct client *client = client_create();
    struct witness_counts counts = witness_get_counts();

    client_load( client );
    client_event( client, CHANNEL_EVENT_TERMINATED );
    ok( !client_is_hooked( client ), "Hooks are left.\n" );

    client_load( client );
    client_event( client, CHANNEL_EVENT_INITIALIZED );
    client_event( client, CHANNEL_EVENT_TERMINATED );   /* the search for plug-ins has just begun */
    witness_wait_counts( counts );

    client_begin( client );
    server_open( client, 1, ECHO_CHANNEL );
    server_data( client, 1, "a", 1 );
    client_wait( client );
    client_event( client, CHANNEL_EVENT_TERMINATED );   /* without DISCONNECTED */
    ok( !client_is_hooked( client ), "Hooks are left.\n" );
    client_turn( client );                              /* a late write has no effect */
    witness_wait_counts( counts );
    client_event( client, CHANNEL_EVENT_TERMINATED );   /* again */
    client_destroy( client );
}

START_TEST( connections )
{
    hosts_set( "echo" );
    witness_log();
    test_outside();
    test_ids();
    test_missing();
#if FREERDP_VERSION_MAJOR >= 3
    test_replay();
#endif
}

START_TEST( terminated )
{
    hosts_set( "echo" );
    witness_log();
    test_terminated();
}
