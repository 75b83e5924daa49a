/*
 * Torture: what plug-ins were seen to do, and worse
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

#define BIG 131071

static BYTE pattern[BIG];

static HANDLE start_thread( LPTHREAD_START_ROUTINE routine, void *arg )
{
    HANDLE thread = CreateThread( NULL, 0, routine, arg, 0, NULL );

    ok( thread != NULL, "no thread, error %lu\n", GetLastError() );
    return thread;
}

static void join_thread( HANDLE thread )
{
    ok( !WaitForSingleObject( thread, LIMIT ), "the thread does not end\n" );
    CloseHandle( thread );
}

static void check_pattern( struct server_channel *server, const BYTE *message, UINT32 size )
{
    ok( size <= BIG && !memcmp( message, pattern, size ), "a message of %u bytes is another\n", size );
}

static void echo( struct endpoint *endpoint, ULONG size, BYTE *data )
{
    HRESULT hr = IWTSVirtualChannel_Write( endpoint->channel, size, data, NULL );
    ok( hr == S_OK, "%lu bytes got hr %#lx\n", size, hr );
}

/* It works as ever: what is written comes back. */
static void check_echo_( int line, struct server_channel *server, UINT32 size )
{
    LONG before = count_get( &server->messages );

    server_write( server, pattern, size );
    ok_(__FILE__, line)( count_reaches( &server->messages, before + 1 ), "%u bytes do not come back\n", size );
}
#define check_echo( server, size ) check_echo_( __LINE__, server, size )

static void finish( struct endpoint *endpoint, struct server_channel *server )
{
    server_close( server );
    endpoint_finish( endpoint, server );
}

/* B3 to B5, B24: Write inside OnDataReceived, of any size; its result is ignored. */
static void test_echo(void)
{
    static const UINT32 sizes[] = { 1, 1589, 1590, 1591, 1595, 1596, 1597, 1598, 1599, 1600, 65536, BIG };
    struct server_channel *server;
    struct endpoint *endpoint;
    unsigned int i;

    behaviour.data = echo;
    client_start( 1 );
    if (!(endpoint = endpoint_open( 1, "TEST", &server, check_pattern, NULL ))) return;
    for (i = 0; i < ARRAY_SIZE(sizes); i++) check_echo( server, sizes[i] );
    check_echo( server, 0 );
    check_echo( server, 1 );
    ok( server->messages == ARRAY_SIZE(sizes) + 2, "%ld messages came back\n", server->messages );
    finish( endpoint, server );
    client_stop();
}

static void close_and_write( struct endpoint *endpoint )
{
    HRESULT hr;

    hr = IWTSVirtualChannel_Close( endpoint->channel );
    ok( hr == S_OK, "got hr %#lx\n", hr );
    hr = IWTSVirtualChannel_Write( endpoint->channel, 1, pattern, NULL );
    ok( hr == GRACEFUL, "got hr %#lx\n", hr );
    hr = IWTSVirtualChannel_Write( endpoint->channel, 0, NULL, NULL );
    ok( hr == GRACEFUL, "got hr %#lx\n", hr );
    hr = IWTSVirtualChannel_Close( endpoint->channel );
    ok( hr == S_OK, "got hr %#lx\n", hr );
}

static void close_on_data( struct endpoint *endpoint, ULONG size, BYTE *data )
{
    close_and_write( endpoint );
}

/* B7, B8, B12, B18: Close in both callbacks, Write behind it; one id opened again and again. */
static void test_reopen(void)
{
    struct server_channel *server;
    struct endpoint *endpoint;
    unsigned int i;

    behaviour.data = close_on_data;
    behaviour.close = close_and_write;
    client_start( 1 );
    for (i = 0; i < 500; i++)
    {
        if (!(endpoint = endpoint_open( 300, "TEST", &server, NULL, NULL ))) break;
        if (i % 3 == 0) server_close( server );
        if (i % 3 == 1) server_write( server, "close", 5 );
        if (i % 3 == 2) IWTSVirtualChannel_Close( endpoint->channel );
        endpoint_finish( endpoint, server );
    }
    client_stop();
}

/* A plug-in's thread and what ends it. */
struct worker
{
    HANDLE thread;
    LONG   begun;
    LONG   stop;
    struct endpoint *endpoint;
};

static DWORD CALLBACK closing_thread( void *arg )
{
    struct worker *worker = arg;

    do
    {
        IWTSVirtualChannel_Close( worker->endpoint->channel );
        count_add( &worker->begun, 1 );
    } while (!count_get( &worker->stop ));
    return 0;
}

static DWORD CALLBACK writing_thread( void *arg )
{
    struct worker *worker = arg;
    HRESULT hr;

    while ((hr = IWTSVirtualChannel_Write( worker->endpoint->channel, 2000, pattern, NULL )) == S_OK)
        count_add( &worker->begun, 1 );
    ok( hr == GRACEFUL, "got hr %#lx\n", hr );
    return 0;
}

static void join_on_close( struct endpoint *endpoint )
{
    struct worker *worker = endpoint->context;

    count_add( &worker->stop, 1 );
    join_thread( worker->thread );
}

/* B6, B9: OnClose waits for a thread that is inside Close or Write. */
static void test_join(void)
{
    struct server_channel *server;
    struct endpoint *endpoint;
    struct worker worker;
    unsigned int i;

    behaviour.close = join_on_close;
    client_start( 1 );
    for (i = 0; i < 60; i++)
    {
        memset( &worker, 0, sizeof(worker) );
        if (!(worker.endpoint = endpoint = endpoint_open( 1, "TEST", &server, check_pattern, NULL ))) break;
        endpoint->context = &worker;
        worker.thread = CreateThread( NULL, 0, i & 1 ? closing_thread : writing_thread, &worker, CREATE_SUSPENDED,
                                      NULL );
        ResumeThread( worker.thread );
        ok( count_reaches( &worker.begun, 1 ), "the thread does not begin\n" );
        if (!(i & 1)) server_close( server );
        endpoint_finish( endpoint, server );
    }
    client_stop();
}

#define OPEN 10

static struct endpoint *open_endpoints[OPEN];

static void close_all(void)
{
    unsigned int i;

    for (i = 0; i < OPEN; i++) if (open_endpoints[i]) close_and_write( open_endpoints[i] );
}

/* B10, B17, B25: several channels of one name, all closed in Disconnected, and again. */
static void test_disconnect(void)
{
    struct server_channel *servers[OPEN];
    unsigned int i, j;

    behaviour.data = echo;
    behaviour.disconnected = close_all;
    client_start( 1 );
    for (i = 0; i < 5; i++)
    {
        for (j = 0; j < OPEN; j++)
            if (!(open_endpoints[j] = endpoint_open( j, "TEST", &servers[j], check_pattern, NULL ))) return;
        for (j = 0; j < OPEN; j++) check_echo( servers[j], 1600 );
        client_disconnect( 2308 );
        for (j = 0; j < OPEN; j++)
        {
            ok( open_endpoints[j]->closed == 1, "OnClose came %ld times\n", open_endpoints[j]->closed );
            endpoint_finish( open_endpoints[j], NULL );
            open_endpoints[j] = NULL;
        }
        client_connect();
    }
    client_stop();
}

static void listen_on_data( struct endpoint *endpoint, ULONG size, BYTE *data )
{
    char name[32] = { 0 };

    memcpy( name, data, min( size, sizeof(name) - 1 ) );
    plugin_listen( plugin_manager, name );
}

/* B14, B15: new listeners from inside OnDataReceived, without the pointer to them. */
static void test_late_listener(void)
{
    struct server_channel *first, *server;
    struct endpoint *endpoint, *late;
    char name[32];
    unsigned int i;

    behaviour.data = listen_on_data;
    client_start( 1 );
    if (!(endpoint = endpoint_open( 1, "TEST", &first, NULL, NULL ))) return;
    for (i = 0; i < 50; i++)
    {
        sprintf( name, "late%u", i );
        server_write( first, name, strlen( name ) );
        ok( count_reaches( &endpoint->received, i + 1 ), "OnDataReceived does not return\n" );
        if (!(late = endpoint_open( 2, name, &server, NULL, NULL ))) break;
        finish( late, server );
    }
    finish( endpoint, first );
    client_stop();
}

static enum offer_answer answer;

static enum offer_answer write_and_answer( struct endpoint *endpoint )
{
    HRESULT hr = IWTSVirtualChannel_Write( endpoint->channel, 100, pattern, NULL );

    ok( hr == S_OK, "got hr %#lx\n", hr );
    return answer;
}

/* B12, B13, B24: each way to refuse; what was written goes nowhere, the kept pointer is dead. */
static void test_refusal(void)
{
    struct server_channel *server;
    struct endpoint *endpoint;

    behaviour.offer = write_and_answer;
    client_start( 1 );
    for (answer = OFFER_REFUSE; answer <= OFFER_FAIL; answer++)
    {
        server = server_create( 1, "TEST", NULL, NULL );
        ok( count_reaches( &server->answers, 1 ) && server->status == (LONG)0xc0000001, "got status %#lx\n",
            server->status );
        if (!(endpoint = endpoint_take())) break;
        close_and_write( endpoint );
        server_roundtrip();
        ok( !endpoint->closing && !server->messages && !server->closes, "OnClose %ld, messages %ld, CLOSE %ld\n",
            endpoint->closing, server->messages, server->closes );
        endpoint_release( endpoint );
    }
    client_stop();
}

static LONG blocked, unblock;

static HRESULT listen_to_two( unsigned int plugin, IWTSVirtualChannelManager *manager )
{
    plugin_listen( manager, "TEST" );
    plugin_listen( manager, "BLOCK" );
    return S_OK;
}

static enum offer_answer block_offer( struct endpoint *endpoint )
{
    if (!count_get( &blocked ))
    {
        count_add( &blocked, 1 );
        ok( count_reaches( &unblock, 1 ), "nobody unblocks\n" );
    }
    return OFFER_ACCEPT;
}

/* B22: OnNewChannelConnection blocks; others go on. The server writes and closes meanwhile. */
static void test_blocked_offer(void)
{
    struct server_channel *stuck, *server;
    struct endpoint *endpoint, *late;

    count_reset( &blocked );
    count_reset( &unblock );
    behaviour.initialize = listen_to_two;
    behaviour.offer = block_offer;
    behaviour.data = echo;
    client_start( 1 );
    stuck = server_create( 1, "BLOCK", check_pattern, NULL );
    ok( count_reaches( &blocked, 1 ), "nothing was offered\n" );
    late = endpoint_take();
    if (!(endpoint = endpoint_open( 2, "TEST", &server, check_pattern, NULL ))) return;
    check_echo( server, BIG );
    finish( endpoint, server );
    ok( !stuck->answers, "the blocked channel was answered\n" );
    server_write( stuck, pattern, 10 );     /* too early: for no channel */
    count_add( &unblock, 1 );
    ok( count_reaches( &stuck->answers, 1 ), "the channel gets no answer\n" );
    check_echo( stuck, BIG );
    finish( late, stuck );
    client_stop();
}

/* A plug-in that waits in OnDataReceived for OnClose, or that is merely slow. */
static void wait_for_close( struct endpoint *endpoint, ULONG size, BYTE *data )
{
    if (endpoint->context) echo( endpoint, size, data );
    else
    {
        count_add( &blocked, 1 );
        ok( count_reaches( &endpoint->closing, 1 ), "OnClose does not begin beside OnDataReceived\n" );
    }
}

/* B1, B23: OnDataReceived blocks for seconds; others go on, and OnClose begins beside it. */
static void test_blocked_data(void)
{
    struct server_channel *stuck, *server;
    struct endpoint *waiting, *endpoint;
    ULONGLONG start;

    count_reset( &blocked );
    behaviour.data = wait_for_close;
    client_start( 1 );
    if (!(waiting = endpoint_open( 1, "TEST", &stuck, check_pattern, NULL ))) return;
    if (!(endpoint = endpoint_open( 2, "TEST", &server, check_pattern, NULL ))) return;
    endpoint->context = endpoint;
    server_write( stuck, pattern, 1 );
    server_write( stuck, pattern, 2 );      /* never delivered: OnClose comes first */
    ok( count_reaches( &blocked, 1 ), "OnDataReceived does not come\n" );
    start = GetTickCount64();
    server_close( stuck );
    check_echo( server, BIG );
    ok( count_reaches( &waiting->closed, 1 ), "OnClose does not come\n" );
    ok( GetTickCount64() - start >= 1900, "OnClose came after %u ms\n", (unsigned int)(GetTickCount64() - start) );
    check_echo( server, BIG );
    ok( count_reaches( &waiting->released, 1 ) && waiting->received == 1, "%ld messages were delivered\n",
        waiting->received );
    endpoint_finish( waiting, stuck );
    finish( endpoint, server );
    client_stop();
}

static void release_too_often( void *object )
{
    unsigned int i;

    for (i = 0; i < 5; i++) IUnknown_Release( (IUnknown *)object );
}

static HRESULT listen_and_over_release( unsigned int plugin, IWTSVirtualChannelManager *manager )
{
    IWTSListener *listener = plugin_get_listener( manager, "TEST" );

    release_too_often( listener );
    release_too_often( manager );
    plugin_listen( manager, "OTHER" );
    return S_OK;
}

static enum offer_answer over_release_offer( struct endpoint *endpoint )
{
    release_too_often( endpoint->channel );
    return OFFER_ACCEPT;
}

static void over_release_data( struct endpoint *endpoint, ULONG size, BYTE *data )
{
    echo( endpoint, size, data );
    release_too_often( endpoint->channel );
}

static void over_release_close( struct endpoint *endpoint )
{
    close_and_write( endpoint );
    release_too_often( endpoint->channel );
}

/* Manager, listener and channels are released too often and go on. */
static void test_over_release(void)
{
    struct server_channel *server;
    struct endpoint *endpoint;
    unsigned int i;

    behaviour.initialize = listen_and_over_release;
    behaviour.offer = over_release_offer;
    behaviour.data = over_release_data;
    behaviour.close = over_release_close;
    client_start( 1 );
    for (i = 0; i < 20; i++)
    {
        if (!(endpoint = endpoint_open( 1, i & 1 ? "OTHER" : "TEST", &server, check_pattern, NULL ))) break;
        check_echo( server, BIG );
        release_too_often( plugin_manager );
        check_echo( server, 1 );
        if (i & 2) server_close( server );
        else IWTSVirtualChannel_Close( endpoint->channel );
        endpoint_finish( endpoint, server );
    }
    client_stop();
}

struct stale
{
    struct endpoint *endpoint;
    IWTSVirtualChannelManager *manager;
};

static DWORD CALLBACK use_stale( void *arg )
{
    struct stale *stale = arg;
    IUnknown *unknown;
    unsigned int i;
    HRESULT hr;

    for (i = 0; i < 1000; i++)
    {
        close_and_write( stale->endpoint );
        hr = IWTSVirtualChannel_QueryInterface( stale->endpoint->channel, &IID_IUnknown, (void **)&unknown );
        ok( hr == S_OK, "got hr %#lx\n", hr );
        IUnknown_Release( unknown );
        hr = IWTSVirtualChannelManager_QueryInterface( stale->manager, &IID_IUnknown, (void **)&unknown );
        ok( hr == S_OK, "got hr %#lx\n", hr );
        IUnknown_Release( unknown );
    }
    return 0;
}

/* Pointers that are used by several threads past OnClose and past Terminated. */
static void test_stale_pointers(void)
{
    struct server_channel *server;
    struct stale stale;
    HANDLE threads[4];
    unsigned int i, j;

    client_start( 1 );
    if (!(stale.endpoint = endpoint_open( 1, "TEST", &server, NULL, NULL ))) return;
    stale.manager = plugin_manager;
    IWTSVirtualChannelManager_AddRef( stale.manager );
    server_close( server );
    ok( count_reaches( &stale.endpoint->released, 1 ), "the callback is not released\n" );
    for (j = 0; j < 2; j++)
    {
        for (i = 0; i < ARRAY_SIZE(threads); i++) threads[i] = start_thread( use_stale, &stale );
        if (!j) client_stop();
        for (i = 0; i < ARRAY_SIZE(threads); i++) join_thread( threads[i] );
    }
    endpoint_release( stale.endpoint );
    IWTSVirtualChannelManager_Release( stale.manager );
}

static HRESULT fail_second( unsigned int plugin, IWTSVirtualChannelManager *manager )
{
    plugin_listen( manager, "TEST" );
    return plugin == 2 ? -1 : S_OK;
}

/* B20: one plug-in fails after it has listened; the others go on. */
static void test_failed_initialize(void)
{
    struct server_channel *server;
    struct endpoint *endpoint;

    behaviour.initialize = fail_second;
    behaviour.data = echo;
    client_start( 3 );
    if (!(endpoint = endpoint_open( 1, "TEST", &server, check_pattern, NULL ))) return;
    check_echo( server, BIG );
    ok( plugin_calls.offered == 1, "%ld offers\n", plugin_calls.offered );
    finish( endpoint, server );
    client_terminate();
    ok( count_reaches( &plugin_calls.released, 3 ), "%ld plug-ins were released\n", plugin_calls.released );
    ok( plugin_calls.terminated == 2, "Terminated came %ld times\n", plugin_calls.terminated );
    plugin_reset();
}

START_TEST(abuse)
{
    DWORD cookie;
    unsigned int i;

    CoInitializeEx( NULL, COINIT_MULTITHREADED );
    plugin_register( &cookie );
    if (!client_load( FORM_FREERDP )) return;
    for (i = 0; i < BIG; i++) pattern[i] = i * 7 + (i >> 8);
    plugin_reset();
    test_echo();
    test_reopen();
    test_join();
    test_disconnect();
    test_late_listener();
    test_refusal();
    test_blocked_offer();
    test_failed_initialize();
    test_stale_pointers();
    test_blocked_data();
    test_over_release();
    CoUninitialize();
}
