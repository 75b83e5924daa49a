/*
 * Instances of FreeRDP: several, again, refused, shared with other hooks
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

#define SESSIONS 4

/* S11: sessions of one process have nothing in common. */
static void *run_session( void *unused )
{
    struct client *client = client_create();
    unsigned int i;

    (void)unused;
    client_begin( client );
    for (i = 0; i < 10; i++)
    {
        server_open( client, i, ECHO_CHANNEL );
        server_echo( client, i );
        client_event( client, CHANNEL_EVENT_DISCONNECTED );
        client_event( client, CHANNEL_EVENT_CONNECTED );
    }
    client_end( client );
    client_destroy( client );
    return NULL;
}

static void test_threads(void)
{
    pthread_t threads[SESSIONS];
    unsigned int i;

    for (i = 0; i < SESSIONS; i++)
        if (pthread_create( &threads[i], NULL, run_session, NULL )) abort();
    for (i = 0; i < SESSIONS; i++) pthread_join( threads[i], NULL );
}

static void test_side_by_side(void)
{
    struct client *one = client_create(), *two = client_create();

    client_begin( one );
    client_begin( two );
    server_open( one, 1, ECHO_CHANNEL );
    server_open( two, 1, ECHO_CHANNEL );
    server_echo( one, 1 );
    client_end( one );
    server_echo( two, 1 );
    client_destroy( one );
    server_echo( two, 1 );
    client_end( two );
    client_destroy( two );
}

/* S11: an instance that ended without a word, and a new one at its address. */
static void test_address(void)
{
    struct client *client = client_create();
    struct witness_counts counts = witness_get_counts();

    client_begin( client );
    server_open( client, 1, ECHO_CHANNEL );
    client_set_callbacks( client );
    client_begin( client );
    ok( client_is_hooked( client ), "There are no hooks.\n" );
    message_list_clear( &client->left );
    server_data( client, 1, "a", 1 );
    ok( client->left.count == 1, "Data of the old instance's channel is kept.\n" );
    server_open( client, 1, ECHO_CHANNEL );
    server_echo( client, 1 );
    client_end( client );
    ok( !client_is_hooked( client ), "Hooks are left.\n" );
    witness_wait_counts( counts );
    client_destroy( client );
}

/* S12: an addin that FreeRDP does not want does nothing, and fails no connection. */
static void check_refused( struct client *client, const char *line )
{
    struct witness_counts counts = witness_get_counts();

    client_load( client );
    ok( !client_is_hooked( client ), "There are hooks.\n" );
    ok( witness_count( line ) == 1, "The log does not tell it once.\n" );
    client_event( client, CHANNEL_EVENT_INITIALIZED );
    witness_wait_counts( counts );
}

static void test_refused(void)
{
    struct client *client = client_create();

    client->init_error = CHANNEL_RC_TOO_MANY_CHANNELS;
    check_refused( client, "refused the static channel" );
    client->init_error = CHANNEL_RC_OK;
    client->entry_magic++;
    check_refused( client, "not the FreeRDP that the addin was built for" );
    client->entry_magic--;
    client->entry_size = sizeof(CHANNEL_ENTRY_POINTS_EX);
    client_load( client );
    ok( !client->init_event && !client_is_hooked( client ), "The addin takes another client for FreeRDP.\n" );
    client->entry_size = sizeof(CHANNEL_ENTRY_POINTS_FREERDP_EX);
    client_begin( client );
    server_open( client, 1, ECHO_CHANNEL );
    server_echo( client, 1 );
    client_end( client );
    client_destroy( client );
}

/* Somebody else's hooks, set after the addin's. */
static pSendChannelData wrapped_send;
static pReceiveChannelData wrapped_receive;
static unsigned int wrapper_depth;

static void enter_wrapper(void)
{
    if (!wrapper_depth++) return;
    ok( 0, "The hooks call each other.\n" );
    exit( 1 );
}

static BOOL wrapper_send( freerdp *instance, UINT16 channel_id, const BYTE *data, size_t size )
{
    BOOL result;

    enter_wrapper();
    result = wrapped_send( instance, channel_id, data, size );
    wrapper_depth--;
    return result;
}

static BOOL wrapper_receive( freerdp *instance, UINT16 channel_id, const BYTE *data, size_t size, UINT32 flags,
                             size_t total_size )
{
    BOOL result;

    enter_wrapper();
    result = wrapped_receive( instance, channel_id, data, size, flags, total_size );
    wrapper_depth--;
    return result;
}

static void test_wrapped(void)
{
    struct client *client = client_create();
    freerdp *instance = client->instance;

    client_begin( client );
    wrapped_send = instance->SendChannelData;
    wrapped_receive = instance->ReceiveChannelData;
    instance->SendChannelData = wrapper_send;
    instance->ReceiveChannelData = wrapper_receive;
    server_open( client, 1, ECHO_CHANNEL );
    server_echo( client, 1 );
    client_end( client );
    ok( instance->SendChannelData == wrapper_send && instance->ReceiveChannelData == wrapper_receive,
        "Somebody else's hooks are gone.\n" );
    message_list_clear( &client->left );
    server_create( client, 1, ECHO_CHANNEL );
    server_expect_left_create( client, 1, ECHO_CHANNEL );

    client_begin( client );     /* as at a redirection */
    server_open( client, 1, ECHO_CHANNEL );
    server_echo( client, 1 );
    client_end( client );
    instance->SendChannelData = wrapped_send;
    instance->ReceiveChannelData = wrapped_receive;
    client_load( client );
    client_event( client, CHANNEL_EVENT_TERMINATED );
    ok( !client_is_hooked( client ), "Hooks are left.\n" );
    client_destroy( client );
}

START_TEST( sessions )
{
    hosts_set( "echo" );
    witness_log();
    test_address();     /* counts, so that nothing may be about to end */
    test_threads();
    test_side_by_side();
}

START_TEST( refused )
{
    hosts_set( "echo" );
    witness_log();
    test_refused();
}

START_TEST( wrapped )
{
    hosts_set( "echo" );
    witness_log();
    test_wrapped();
}
