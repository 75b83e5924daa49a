/*
 * Torture: many threads, many channels
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

#define THREADS       8
#define CHANNELS      1000
#define BATCH         50
#define MESSAGES      4
#define MAX_FILL      4000
#define LISTENERS     15
#define RECONNECTS    10

/* What every message begins with. */
struct tag
{
    UINT32 channel, thread, sequence, size;
};

/* One channel of a batch, by its writers and by the server. */
struct stream
{
    struct endpoint *endpoint;
    struct server_channel *server;
    LONG sequences[THREADS];    /* that the server expects next */
};

static struct stream streams[BATCH];
static LONG turn, done, wrong;

/* A stream ends, it never has a hole: of each thread come the first messages without a gap. */
static void check_stream( struct server_channel *server, const BYTE *message, UINT32 size )
{
    struct stream *stream = server->context;
    struct tag tag;
    UINT32 i;

    if (size < sizeof(tag)) InterlockedIncrement( &wrong );
    if (size < sizeof(tag)) return;
    memcpy( &tag, message, sizeof(tag) );
    if (tag.channel != server->id || tag.thread >= THREADS || tag.size != size
        || tag.sequence != (UINT32)stream->sequences[tag.thread]++)
        InterlockedIncrement( &wrong );
    for (i = sizeof(tag); i < size; i++) if (message[i] != (BYTE)tag.sequence) break;
    if (i < size) InterlockedIncrement( &wrong );
}

/* FALSE once the channel is closed, which is for good. */
static BOOL write_tagged( struct stream *stream, UINT32 thread, UINT32 sequence )
{
    BYTE message[sizeof(struct tag) + MAX_FILL];
    struct tag tag = { stream->server->id, thread, sequence, 0 };
    HRESULT hr;

    tag.size = sizeof(tag) + random_below( MAX_FILL );
    memcpy( message, &tag, sizeof(tag) );
    memset( message + sizeof(tag), sequence, tag.size - sizeof(tag) );
    hr = IWTSVirtualChannel_Write( stream->endpoint->channel, tag.size, message, NULL );
    ok( hr == S_OK || hr == GRACEFUL, "got hr %#lx\n", hr );
    return hr == S_OK;
}

static void use_stream( struct stream *stream, UINT32 thread )
{
    UINT32 sequence;
    BOOL open = TRUE;
    HRESULT hr;

    for (sequence = 0; sequence < MESSAGES; sequence++)
    {
        if (!(open = write_tagged( stream, thread, sequence ))) break;
        if (!random_below( 20 )) break;
    }
    if (!open) ok( !write_tagged( stream, thread, sequence ), "a closed channel takes a message\n" );
    if (random_below( 2 )) return;
    hr = IWTSVirtualChannel_Close( stream->endpoint->channel );
    ok( hr == S_OK, "got hr %#lx\n", hr );
}

/* Each batch is one turn of all threads, each of which begins somewhere else. */
static DWORD CALLBACK flood_thread( void *arg )
{
    UINT32 thread = (UINT_PTR)arg;
    unsigned int i, start;
    LONG batch;

    for (batch = 1; batch <= CHANNELS / BATCH; batch++)
    {
        if (!count_reaches( &turn, batch )) break;
        start = random_below( BATCH );
        for (i = 0; i < BATCH; i++) use_stream( &streams[(start + i) % BATCH], thread );
        count_add( &done, 1 );
    }
    return 0;
}

static void start_threads( HANDLE *threads, LPTHREAD_START_ROUTINE routine )
{
    UINT_PTR i;

    for (i = 0; i < THREADS; i++)
    {
        threads[i] = CreateThread( NULL, 0, routine, (void *)i, 0, NULL );
        ok( threads[i] != NULL, "no thread, error %lu\n", GetLastError() );
    }
}

static void join_threads( HANDLE *threads )
{
    unsigned int i;

    for (i = 0; i < THREADS; i++)
    {
        ok( !WaitForSingleObject( threads[i], LIMIT ), "thread %u does not end\n", i );
        CloseHandle( threads[i] );
    }
}

static BOOL open_batch( UINT32 first )
{
    unsigned int i;

    memset( streams, 0, sizeof(streams) );
    for (i = 0; i < BATCH; i++)
    {
        streams[i].endpoint = endpoint_open( first + i, "TEST", &streams[i].server, check_stream, &streams[i] );
        if (!streams[i].endpoint) return FALSE;
    }
    return TRUE;
}

/* B6, B17: threads write to and close a thousand channels, some of which the server closes too. */
static void test_flood(void)
{
    HANDLE threads[THREADS];
    LONG batch, messages = 0;
    unsigned int i;

    client_start( 1 );
    start_threads( threads, flood_thread );
    for (batch = 0; batch < CHANNELS / BATCH; batch++)
    {
        if (!open_batch( batch * BATCH )) break;
        count_add( &turn, 1 );
        for (i = 0; i < BATCH; i += 7) server_close( streams[i].server );
        ok( count_reaches( &done, (batch + 1) * THREADS ), "%ld threads are done\n", done );
        for (i = 0; i < BATCH; i++)
        {
            IWTSVirtualChannel_Close( streams[i].endpoint->channel );
            endpoint_finish( streams[i].endpoint, streams[i].server );
            messages += streams[i].server->messages;
        }
    }
    join_threads( threads );
    ok( plugin_calls.closed == CHANNELS, "OnClose came %ld times\n", plugin_calls.closed );
    ok( !wrong, "%ld messages were wrong or out of order\n", wrong );
    trace( "%ld messages came\n", messages );
    client_stop();
}

static DWORD CALLBACK listener_thread( void *arg )
{
    char name[32];
    unsigned int i;

    for (i = 0; i < LISTENERS; i++)
    {
        sprintf( name, "listener%u.%u", (unsigned int)(UINT_PTR)arg, i );
        plugin_listen( plugin_manager, name );
        plugin_listen( plugin_manager, "SHARED" );
    }
    count_add( &done, 1 );
    return 0;
}

static void open_and_close( UINT32 id, const char *name )
{
    struct server_channel *server;
    struct endpoint *endpoint = endpoint_open( id, name, &server, NULL, NULL );

    if (!endpoint) return;
    server_close( server );
    endpoint_finish( endpoint, server );
}

/* Listeners from several threads, one name of all, while channels come and go. */
static void test_listeners(void)
{
    HANDLE threads[THREADS];
    unsigned int i, j;
    char name[32];

    count_reset( &done );
    client_start( 1 );
    start_threads( threads, listener_thread );
    while (count_get( &done ) < THREADS) open_and_close( 1, "TEST" );
    join_threads( threads );
    open_and_close( 1, "SHARED" );
    for (i = 0; i < THREADS; i++)
    {
        for (j = 0; j < LISTENERS; j++)
        {
            sprintf( name, "listener%u.%u", i, j );
            open_and_close( 2 + i, name );
        }
    }
    client_stop();
}

/* Writes to whatever there is until its thread is told to stop; nobody tells it of reconnects. */
static struct endpoint *targets[THREADS];
static SRWLOCK targets_lock = SRWLOCK_INIT;
static LONG stop;

static DWORD CALLBACK storm_thread( void *arg )
{
    static BYTE message[5000];
    UINT_PTR number = (UINT_PTR)arg;
    struct endpoint *endpoint;
    HRESULT hr;

    while (!InterlockedOr( &stop, 0 ))
    {
        AcquireSRWLockShared( &targets_lock );
        if ((endpoint = targets[number])) endpoint_addref( endpoint );
        ReleaseSRWLockShared( &targets_lock );
        if (!endpoint) continue;
        hr = IWTSVirtualChannel_Write( endpoint->channel, random_below( sizeof(message) ) + 1, message, NULL );
        ok( hr == S_OK || hr == GRACEFUL, "got hr %#lx\n", hr );
        if (!random_below( 50 )) IWTSVirtualChannel_Close( endpoint->channel );
        endpoint_release( endpoint );
    }
    return 0;
}

static void count_message( struct server_channel *server, const BYTE *message, UINT32 size )
{
    count_add( server->context, 1 );
}

static void set_target( unsigned int number, struct endpoint *endpoint )
{
    AcquireSRWLockExclusive( &targets_lock );
    targets[number] = endpoint;
    ReleaseSRWLockExclusive( &targets_lock );
}

/* B25: the connection is lost while everybody writes, and at last the session ends so. */
static void test_reconnects(void)
{
    struct endpoint *endpoints[THREADS];
    struct server_channel *server;
    HANDLE threads[THREADS];
    LONG messages = 0;
    unsigned int i, j;

    client_start( 1 );
    start_threads( threads, storm_thread );
    for (i = 0; i < RECONNECTS; i++)
    {
        count_reset( &messages );
        for (j = 0; j < THREADS; j++)
        {
            if (!(endpoints[j] = endpoint_open( j, "TEST", &server, count_message, &messages ))) return;
            set_target( j, endpoints[j] );
        }
        ok( count_reaches( &messages, 1 ), "nothing comes\n" );
        if (i == RECONNECTS - 1) client_terminate();
        else client_disconnect( i );
        for (j = 0; j < THREADS; j++)
        {
            ok( count_reaches( &endpoints[j]->released, 1 ), "the callback is not released\n" );
            set_target( j, NULL );
            endpoint_finish( endpoints[j], NULL );
        }
        if (i < RECONNECTS - 1) client_connect();
    }
    InterlockedExchange( &stop, 1 );
    join_threads( threads );
    ok( plugin_calls.disconnected == RECONNECTS && plugin_calls.terminated == 1,
        "Disconnected came %ld times, Terminated %ld times\n", plugin_calls.disconnected, plugin_calls.terminated );
    plugin_reset();
}

START_TEST(flood)
{
    DWORD cookie;

    CoInitializeEx( NULL, COINIT_MULTITHREADED );
    plugin_register( &cookie );
    if (!client_load( FORM_WINDOWS )) return;
    random_seed();
    plugin_reset();
    test_flood();
    test_listeners();
    test_reconnects();
    CoUninitialize();
}
