/*
 * The life of a plug-in
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

#include "peer.h"

/* documented: Initialize once, Connected, Disconnected( code ), perhaps Connected again, Terminated; failures of all
 * but the first are ignored. One instance serves all of it. */
static void test_life_cycle(void)
{
    static const struct step connected[] = { { .kind = CONNECTED } };

    start_client();
    disconnect( 2308 );
    raise_event( CHANNEL_EVENT_DISCONNECTED );
    play( connected );
    raise_event( CHANNEL_EVENT_CONNECTED );
    ok_played();
    open_channel( 1 );
    close_channel( 1 );
    disconnect( 1 );
    terminate();
}

/* ours: a client that goes away connected is disconnected; OnClose of all channels comes before Disconnected */
static void test_Disconnected_after_OnClose(void)
{
    static const struct step steps[] =
    {
        { .kind = CLOSED },
        { CALLBACK_FREED, .flags = UNORDERED },
        { .kind = CLOSED },
        { CALLBACK_FREED, .flags = UNORDERED },
        { .kind = DISCONNECTED },
        { .kind = TERMINATED },
        { LISTENER_CALLBACK_FREED, .flags = UNORDERED },
        { .kind = PLUGIN_FREED },
    };

    start_client();
    open_channel( 1 );
    open_channel( 2 );
    play( steps );
    raise_event( CHANNEL_EVENT_TERMINATED );
    ok_played();
}

static void listen_and_fail( struct call *call )
{
    listen_on_test( call );
    call->hr = E_FAIL;
}

/* Known plug-ins return this where they are switched off. */
static void listen_and_return_odd_failure( struct call *call )
{
    listen_on_test( call );
    call->hr = -1;
}

/* documented: a plug-in whose Initialize fails is released; ours: its listeners vanish, it is not Terminated */
static void test_failed_Initialize(void)
{
    static const struct step scripts[][3] =
    {
        {{ INITIALIZE, .act = listen_and_fail }, { LISTENER_CALLBACK_FREED, .flags = UNORDERED },
         { .kind = PLUGIN_FREED }},
        {{ INITIALIZE, .act = listen_and_return_odd_failure }, { LISTENER_CALLBACK_FREED, .flags = UNORDERED },
         { .kind = PLUGIN_FREED }},
    };
    unsigned int i;

    for (i = 0; i < ARRAY_SIZE(scripts); i++)
    {
        play( scripts[i] );
        create_client( NULL, peer.plugin );
        ok_played();
        raise_event( CHANNEL_EVENT_CONNECTED );
        server_creates( 1, "TEST" );
        ok_no_listener( 1 );
        raise_event( CHANNEL_EVENT_DISCONNECTED );
        raise_event( CHANNEL_EVENT_TERMINATED );
    }
}

/* observed: plug-ins ask the user inside Initialize. documented: calls of one plug-in come one at a time; ours: the
 * client does not wait */
static void test_slow_Initialize(void)
{
    static const struct step steps[] =
    {
        { INITIALIZE, .flags = SIGNAL | BLOCK, .act = listen_on_test },
        { .kind = CONNECTED },
        { .kind = DISCONNECTED },
    };

    play( steps );
    create_client( NULL, peer.plugin );
    ok_here();
    raise_event( CHANNEL_EVENT_CONNECTED );
    server_creates( 1, "TEST" );
    ok_no_listener( 1 );
    raise_event( CHANNEL_EVENT_DISCONNECTED );
    let_go();
    ok_played();
    terminate();
}

/* observed: the real client offers channels after Connected; ours: what the server asks for before waits, and what ends
 * before it is offered is not */
static void test_offers_after_Connected(void)
{
    static const struct step slow[] =
    {
        { INITIALIZE, .act = listen_on_test },
        { CONNECTED, .flags = SIGNAL | BLOCK },
        { .kind = NEW_CHANNEL },
    };
    static const struct step again[] =
    {
        { .kind = CLOSED },
        { CALLBACK_FREED, .flags = SAME_THREAD },
        { .kind = DISCONNECTED },
        { CONNECTED, .flags = SIGNAL | BLOCK },
        { .kind = DISCONNECTED },
        { .kind = CONNECTED },
        { .kind = NEW_CHANNEL },
    };

    play( slow );
    create_client( NULL, peer.plugin );
    raise_event( CHANNEL_EVENT_CONNECTED );
    ok_here();
    server_creates( 1, "TEST" );
    server_creates( 2, "TEST" );
    /* the server may give it up meanwhile; others do not wait */
    server_closes( 2 );
    ok_sent( 0x40, 2 );
    server_creates( 3, "ECHO" );
    ok_created( 3 );
    ok_nothing_sent();
    let_go();
    ok_created( 1 );
    ok_played();

    play( again );
    raise_event( CHANNEL_EVENT_DISCONNECTED );
    raise_event( CHANNEL_EVENT_CONNECTED );
    ok_here();
    server_creates( 1, "TEST" );
    raise_event( CHANNEL_EVENT_DISCONNECTED );
    raise_event( CHANNEL_EVENT_CONNECTED );
    server_creates( 2, "TEST" );
    let_go();
    ok_created( 2 );
    ok_played();
    close_channel( 2 );
    stop_client();
}

static void listen_and_wait( struct call *call )
{
    listen_on_test( call );
    SetEvent( script.here );
    ok( wait_for( script.go ), "Initialize is not let go\n" );
}

/* ours: a channel of a name that is listened on waits for Initialize as well, and is refused if that fails */
static void test_offers_after_Initialize(void)
{
    static const struct step steps[] =
    {
        { INITIALIZE, .act = listen_and_wait },
        { .kind = CONNECTED },
        { .kind = NEW_CHANNEL },
    };

    play( steps );
    create_client( NULL, peer.plugin );
    ok_here();
    raise_event( CHANNEL_EVENT_CONNECTED );
    server_creates( 1, "TEST" );
    ok_nothing_sent();
    let_go();
    ok_created( 1 );
    ok_played();
    close_channel( 1 );
    stop_client();
}

static void listen_wait_and_fail( struct call *call )
{
    listen_and_wait( call );
    call->hr = E_FAIL;
}

static void test_no_offers_after_failure(void)
{
    static const struct step steps[] =
    {
        { INITIALIZE, .act = listen_wait_and_fail },
        { LISTENER_CALLBACK_FREED, .flags = UNORDERED },
        { .kind = PLUGIN_FREED },
    };

    play( steps );
    create_client( NULL, peer.plugin );
    ok_here();
    raise_event( CHANNEL_EVENT_CONNECTED );
    server_creates( 1, "TEST" );
    ok_nothing_sent();
    let_go();
    ok_refused( 1 );
    ok_played();
    raise_event( CHANNEL_EVENT_DISCONNECTED );
    raise_event( CHANNEL_EVENT_TERMINATED );
}

static IWTSVirtualChannel *kept_channel;

static void close_kept_channel( struct call *call )
{
    ok_close( kept_channel );
    ok_write( kept_channel, 1, "x", GRACEFUL );
}

/* observed: plug-ins close their channels in Disconnected */
static void test_Close_in_Disconnected(void)
{
    static const struct step steps[] =
    {
        { .kind = CLOSED },
        { CALLBACK_FREED, .flags = SAME_THREAD },
        { DISCONNECTED, .act = close_kept_channel },
    };

    start_client();
    kept_channel = open_channel( 1 );
    IWTSVirtualChannel_AddRef( kept_channel );
    play( steps );
    raise_event( CHANNEL_EVENT_DISCONNECTED );
    ok_played();
    terminate();
    IWTSVirtualChannel_Release( kept_channel );
}

static void listen_on_other( struct call *call )
{
    listen_on( call, "OTHER" );
}

static void ignore_call( struct call *call )
{
}

/* documented: plug-ins keep the manager as long as they want; ours: nothing that they hold dies with the session */
static void test_pointers_outlive_Terminated(void)
{
    static const struct step terminated[] = { { .kind = TERMINATED }, { .kind = PLUGIN_FREED } };
    IWTSListener *listener, *late = (IWTSListener *)0xdeadbeef;
    IWTSVirtualChannelManager *manager;
    IWTSListenerCallback *callback;
    IWTSVirtualChannel *channel;
    IPropertyBag *bag;
    HRESULT hr;

    start_client_with( listen_on_other );
    manager = script.manager;
    callback = script.listener_callback;
    IWTSVirtualChannelManager_AddRef( manager );
    IWTSListenerCallback_AddRef( callback );
    hr = IWTSVirtualChannelManager_CreateListener( manager, "TEST", 0, callback, &listener );
    ok( hr == S_OK, "got hr %#lx\n", hr );
    channel = open_channel( 1 );
    IWTSVirtualChannel_AddRef( channel );
    close_channel( 1 );
    disconnect( 0 );
    play( terminated );
    raise_event( CHANNEL_EVENT_TERMINATED );
    ok_played();

    ok_write( channel, 1, "x", GRACEFUL );
    ok_close( channel );
    IWTSVirtualChannel_Release( channel );
    hr = IWTSListener_GetConfiguration( listener, &bag );
    ok( hr == S_OK, "got hr %#lx\n", hr );
    IPropertyBag_Release( bag );
    IWTSListener_Release( listener );
    hr = IWTSVirtualChannelManager_CreateListener( manager, "LATE", 0, callback, &late );
    ok( FAILED(hr) && !late, "got hr %#lx, listener %p\n", hr, late );
    IWTSVirtualChannelManager_Release( manager );
    script.on_call = ignore_call;
    ok( !IWTSListenerCallback_Release( callback ), "the listener callback has more references\n" );
    script.on_call = NULL;
}

static IWTSListener *over_released;

static void release_listener_too_often( struct call *call )
{
    unsigned int i;

    IWTSVirtualChannelManager_CreateListener( call->manager, "TEST", 0, call->listener_callback, &over_released );
    for (i = 0; i < 5; i++) IWTSListener_Release( over_released );
    for (i = 0; i < 5; i++) IWTSVirtualChannelManager_Release( call->manager );
}

static void release_channel_too_often( struct call *call )
{
    unsigned int i;

    for (i = 0; i < 5; i++) IWTSVirtualChannel_Release( call->channel );
    ok_write( call->channel, 5, "still", S_OK );
}

/* ours: plug-ins release more than they own, and what they use goes on as if they had not */
static void test_over_release(void)
{
    static const struct step steps[] = { { NEW_CHANNEL, .act = release_channel_too_often } };
    static const struct step data[] = { { DATA_RECEIVED, 3, .act = release_channel_too_often } };
    unsigned int round;

    if (left_to_com( "a proxy that is released too often has gone" )) return;
    start_client_with( release_listener_too_often );
    for (round = 0; round < 3; round++)
    {
        play( steps );
        server_creates( 1, "TEST" );
        ok_created( 1 );
        ok_text( 1, "still" );
        ok_played();
        play( data );
        server_writes( 1, "abc", 3 );
        ok_text( 1, "still" );
        ok_played();
        close_channel( 1 );
    }
    stop_client();
}

static void run(void)
{
    test_life_cycle();
    test_Disconnected_after_OnClose();
    test_failed_Initialize();
    test_slow_Initialize();
    test_offers_after_Connected();
    test_offers_after_Initialize();
    test_no_offers_after_failure();
    test_Close_in_Disconnected();
    test_pointers_outlive_Terminated();
    test_over_release();
}

START_TEST(lifecycle)
{
    run_in_all_forms( run );
}
