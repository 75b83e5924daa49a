/*
 * Torture: threads terminated inside Write
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

/*
 * Known plug-ins terminate their writing thread when the channel closes, wherever it is. After
 * each such kill the channel has to work on for all other threads, and nothing may be lost but
 * the thread's own stack and the node that it was about to queue.
 *
 * TORTURE_CYCLES says how many cycles of KILLS kills there are. Use is compared between the end
 * of the first tenth of them and the end; what a terminated thread costs by itself is measured
 * with threads that never call us. A 32-bit process needs the upper half of the address space for
 * all that is kept of them.
 */

#include "torture.h"

#define DEFAULT_CYCLES   20
#define KILLS            20
#define MAX_CYCLES       (sizeof(void *) == 4 ? 40u : 10000u)   /* Wine 8 keeps 3 MiB of the 4096 for each dead thread */
#define PENDING          32         /* messages that a victim is ahead of the server */
#define MAX_MESSAGE      60000
#define MAX_NODE         0x10000
#define AFTER_KILL       1000       /* ms for Write, Close and OnClose together */
#define MAX_SPIN         20000
#define STACK_SIZE       0x10000
#define THREADS          12

/* What a thread that is terminated looks at: it calls nothing but Write or Close. */
struct victim
{
    IWTSVirtualChannel *channel;
    BYTE  *message;
    ULONG  size;
    BOOL   closes;                  /* instead of writing */
    LONG  *seen;                    /* messages, by the server */
    LONG   begun;                   /* calls */
    LONG   inside;
};

static BYTE messages[256][MAX_MESSAGE];
static LONG torn;

static struct
{
    unsigned int kills, inside, closers;
    ULONGLONG slowest;              /* ms */
} result;

static DWORD CALLBACK victim_thread( void *arg )
{
    struct victim *victim = arg;
    LONG pending;

    for (;;)
    {
        pending = InterlockedOr( &victim->begun, 0 ) - InterlockedOr( victim->seen, 0 );
        if (!victim->closes && pending >= PENDING) continue;
        InterlockedIncrement( &victim->begun );
        InterlockedExchange( &victim->inside, 1 );
        if (victim->closes) IWTSVirtualChannel_Close( victim->channel );
        else IWTSVirtualChannel_Write( victim->channel, victim->size, victim->message, NULL );
        InterlockedExchange( &victim->inside, 0 );
    }
    return 0;
}

/* Every message of a channel consists of its id: half a message would be seen. */
static void check_message( struct server_channel *server, const BYTE *message, UINT32 size )
{
    struct victim *victim = server->context;

    if (size == 1 && message[0] == 0xff) return;
    if (size != victim->size || memcmp( message, victim->message, size )) InterlockedIncrement( &torn );
}

static void spin( unsigned int count )
{
    while (count--) YieldProcessor();
}

static void terminate( HANDLE thread )
{
    BOOL ret = TerminateThread( thread, 0 );

    ok( ret, "TerminateThread failed, error %lu\n", GetLastError() );
    ok( !WaitForSingleObject( thread, LIMIT ), "the thread does not end\n" );
    CloseHandle( thread );
}

static HANDLE create_thread( LPTHREAD_START_ROUTINE routine, void *arg )
{
    HANDLE thread = CreateThread( NULL, STACK_SIZE, routine, arg, STACK_SIZE_PARAM_IS_A_RESERVATION, NULL );

    ok( thread != NULL, "no thread, error %lu\n", GetLastError() );
    return thread;
}

/* The channel's other users go on: within the limit they write, close and hear of it. */
static void use_after_kill( struct endpoint *endpoint, struct victim *victim )
{
    static BYTE last[] = { 0xff };
    ULONGLONG start = GetTickCount64(), time;
    HRESULT hr;

    hr = IWTSVirtualChannel_Write( endpoint->channel, sizeof(last), last, NULL );
    ok( hr == (victim->closes ? GRACEFUL : S_OK), "Write got hr %#lx\n", hr );
    hr = IWTSVirtualChannel_Close( endpoint->channel );
    ok( hr == S_OK, "Close got hr %#lx\n", hr );
    ok( count_reaches( &endpoint->closed, 1 ), "OnClose does not come\n" );
    time = GetTickCount64() - start;
    ok( time <= AFTER_KILL, "Write, Close and OnClose took %u ms\n", (unsigned int)time );
    result.slowest = max( result.slowest, time );
}

/* The victim has begun when the server has something of it. */
static void kill_one( UINT32 id )
{
    static const ULONG sizes[] = { 1, 100, 200, 1590, 1591, 8000, 30000, MAX_MESSAGE };
    struct victim victim = { .message = messages[id], .size = sizes[random_below( ARRAY_SIZE(sizes) )] };
    BOOL hold = random_below( 4 ) == 0;
    struct server_channel *server;
    struct endpoint *endpoint;
    HANDLE thread;

    if (!(endpoint = endpoint_open( id, "TEST", &server, check_message, &victim ))) return;
    victim.channel = endpoint->channel;
    victim.seen = &server->messages;
    victim.closes = !random_below( 10 );
    transport_hold( hold );
    thread = create_thread( victim_thread, &victim );
    ok( count_reaches( victim.closes ? &server->closes : &server->messages, 1 ), "the victim does not begin\n" );
    spin( random_below( MAX_SPIN ) );
    terminate( thread );
    use_after_kill( endpoint, &victim );
    transport_hold( FALSE );
    endpoint_finish( endpoint, server );
    result.kills++;
    result.closers += victim.closes;
    result.inside += !victim.closes && victim.inside;
}

static HANDLE idle_started;

static DWORD CALLBACK idle_thread( void *arg )
{
    SetEvent( idle_started );
    for (;;) YieldProcessor();
    return 0;
}

/* What a kill costs that has nothing to do with us. */
static void kill_idle(void)
{
    HANDLE thread = create_thread( idle_thread, NULL );

    ok( !WaitForSingleObject( idle_started, LIMIT ), "the thread does not begin\n" );
    terminate( thread );
}

static LONG blocked, unblock;

static void block( struct endpoint *endpoint, ULONG size, BYTE *data )
{
    count_add( &blocked, 1 );
    fail_unless( count_reaches( &unblock, 1 ), "nobody unblocks\n" );
}

/* More threads of ours than stay: from now on their number is the same whenever they are idle.
 * And more channels than there will be at a time. */
static void warm_up_threads(void)
{
    struct server_channel *servers[THREADS];
    struct endpoint *endpoints[THREADS];
    unsigned int i;

    behaviour.data = block;
    for (i = 0; i < THREADS; i++)
    {
        if (!(endpoints[i] = endpoint_open( i, "TEST", &servers[i], NULL, NULL ))) return;
        server_write( servers[i], "block", 5 );
    }
    ok( count_reaches( &blocked, THREADS ), "%ld callbacks run at a time\n", blocked );
    count_add( &unblock, 1 );
    for (i = 0; i < THREADS; i++)
    {
        server_close( servers[i] );
        endpoint_finish( endpoints[i], servers[i] );
    }
    behaviour.data = NULL;
}

/* As many nodes of each size as there can be at a time. */
static void warm_up_nodes(void)
{
    static const ULONG sizes[] = { 1, 200, 450, 950, 1590, 3200, 8000, 15000, 30000, MAX_MESSAGE };
    struct server_channel *server;
    struct endpoint *endpoint;
    unsigned int i, j;

    for (i = 0; i < ARRAY_SIZE(sizes); i++)
    {
        if (!(endpoint = endpoint_open( 0, "TEST", &server, NULL, NULL ))) return;
        transport_hold( TRUE );
        for (j = 0; j < 2 * PENDING; j++) IWTSVirtualChannel_Write( endpoint->channel, sizes[i], messages[0], NULL );
        transport_hold( FALSE );
        ok( count_reaches( &server->messages, 2 * PENDING ), "%ld messages came\n", server->messages );
        server_close( server );
        endpoint_finish( endpoint, server );
    }
}

/* Dead channels are kept for a while before they are used again. */
static void warm_up_channels(void)
{
    struct server_channel *server;
    struct endpoint *endpoint;
    unsigned int i;

    for (i = 0; i < 400; i++)
    {
        if (!(endpoint = endpoint_open( 0, "TEST", &server, NULL, NULL ))) return;
        server_close( server );
        endpoint_finish( endpoint, server );
    }
}

static BOOL usage_same( const struct usage *usage, const struct usage *expected )
{
    return usage->blocks == expected->blocks && usage->handles == expected->handles && usage->threads == expected->threads;
}

/* Fewer blocks are no loss: one was perhaps still to be given back when the limit was taken. */
static BOOL usage_is_within( const struct usage *usage, const struct usage *limit )
{
    return usage->blocks <= limit->blocks && usage->handles == limit->handles && usage->threads == limit->threads;
}

/* Our threads tidy up behind the last call that anybody sees, so it is looked until it is within
 * what is expected, or, without an expectation, twice the same. */
static void usage_settle( struct usage *usage, const struct usage *expected )
{
    ULONGLONG end = GetTickCount64() + LIMIT;
    struct usage last;

    usage_get( usage );
    do
    {
        last = *usage;
        server_roundtrip();
        usage_get( usage );
    } while (!(expected ? usage_is_within( usage, expected ) : usage_same( usage, &last )) && GetTickCount64() < end);
}

/* At most a node for each kill inside a call. */
static void check_lost( SIZE_T before, SIZE_T after, SIZE_T idle, unsigned int kills, unsigned int inside,
                        const char *kind )
{
    LONG64 lost = (LONG64)(after - before) - (LONG64)idle * kills;

    trace( "%I64d bytes of %s memory lost, %u kills inside calls\n", lost, kind, inside );
    ok( lost <= (LONG64)inside * MAX_NODE, "%I64d bytes of %s memory are lost\n", lost, kind );
}

static void check_usage( const struct usage *before, const struct usage *idle, unsigned int kills, unsigned int inside )
{
    struct usage after;

    usage_settle( &after, before );
    trace( "handles %ld to %ld, server's files %ld to %ld, threads %ld to %ld, blocks %ld to %ld\n",
           before->handles, after.handles, before->server_files, after.server_files, before->threads, after.threads,
           before->blocks, after.blocks );
    ok( after.handles == before->handles, "handles went from %ld to %ld\n", before->handles, after.handles );
    ok( after.threads == before->threads, "threads went from %ld to %ld\n", before->threads, after.threads );
    ok( after.blocks <= before->blocks, "blocks of the heap went from %ld to %ld\n", before->blocks, after.blocks );
    ok( after.server_files - before->server_files <= (LONG)kills / 20, "the wineserver's files went from %ld to %ld\n",
        before->server_files, after.server_files );

    check_lost( before->committed, after.committed, idle->committed, kills, inside, "committed" );
    check_lost( before->resident, after.resident, idle->resident, kills, inside, "resident" );
}

static void measure_idle( struct usage *idle )
{
    struct usage before;
    unsigned int i;

    for (i = 0; i < KILLS; i++) kill_idle();
    usage_settle( &before, NULL );
    for (i = 0; i < KILLS; i++) kill_idle();
    usage_settle( idle, NULL );
    idle->committed = (idle->committed - before.committed + KILLS - 1) / KILLS;
    idle->resident = (idle->resident - before.resident + KILLS - 1) / KILLS;
    trace( "a terminated thread costs %Iu bytes committed, %Iu resident\n", idle->committed, idle->resident );
}

/* The greatest of some counts: the pool may give memory back while one is taken. */
static void usage_of_idle( struct usage *idle )
{
    struct usage another;
    unsigned int i;

    measure_idle( idle );
    for (i = 0; i < 2; i++)
    {
        measure_idle( &another );
        if ((SSIZE_T)another.resident > (SSIZE_T)idle->resident) *idle = another;
    }
}

static HANDLE progress;     /* set after each kill, and when no more come */
static LONG finished;

/* A thread that waits for a lock of a dead one says nothing any more. Neither may this one take any. */
static DWORD CALLBACK watch_thread( void *arg )
{
    static const char text[] = "kill.c: Test failed: a call does not return, a thread died with a lock\n";
    DWORD written;

    while (!InterlockedOr( &finished, 0 ))
    {
        if (!WaitForSingleObject( progress, 4 * LIMIT )) continue;
        WriteFile( GetStdHandle( STD_OUTPUT_HANDLE ), text, sizeof(text) - 1, &written, NULL );
        TerminateProcess( GetCurrentProcess(), 1 );
    }
    return 0;
}

static void watch_begin(void)
{
    HANDLE thread;

    progress = CreateEventW( NULL, FALSE, FALSE, NULL );
    thread = CreateThread( NULL, 0, watch_thread, NULL, 0, NULL );
    ok( thread != NULL, "no thread, error %lu\n", GetLastError() );
    CloseHandle( thread );
}

static void watch_end(void)
{
    InterlockedExchange( &finished, TRUE );
    SetEvent( progress );
}

static unsigned int get_cycles(void)
{
    char text[16];
    unsigned int cycles = GetEnvironmentVariableA( "TORTURE_CYCLES", text, sizeof(text) ) ? atoi( text ) : DEFAULT_CYCLES;

    return min( cycles, MAX_CYCLES );
}

START_TEST(kill)
{
    unsigned int i, j, cycles = get_cycles(), first_kills = 0, first_inside = 0;
    struct usage idle, first;
    DWORD cookie;

    CoInitializeEx( NULL, COINIT_MULTITHREADED );
    plugin_register( &cookie );
    if (!client_load( FORM_EX_FREERDP )) return;
    usage_count_blocks( GetModuleHandleW( L"mstscax.dll" ) );
    random_seed();
    for (i = 0; i < ARRAY_SIZE(messages); i++) memset( messages[i], i, MAX_MESSAGE );
    idle_started = CreateEventW( NULL, FALSE, FALSE, NULL );
    plugin_reset();
    client_start( 1 );
    warm_up_channels();
    warm_up_threads();
    warm_up_nodes();
    watch_begin();
    usage_of_idle( &idle );
    /* on a busy machine fewer of them fall inside Write: then there are more */
    for (i = 0; i < cycles || (result.inside < cycles * KILLS / 10 && i < min( 4 * cycles, MAX_CYCLES )); i++)
    {
        for (j = 0; j < KILLS; j++)
        {
            kill_one( 1 + (i * KILLS + j) % 200 );
            SetEvent( progress );
        }
        if (i != cycles / 10) continue;
        usage_settle( &first, NULL );
        first_kills = result.kills;
        first_inside = result.inside + result.closers;
    }
    check_usage( &first, &idle, result.kills - first_kills, result.inside + result.closers - first_inside );
    watch_end();
    ok( !torn, "%ld messages were torn\n", torn );
    trace( "%u kills, %u inside Write, %u of threads that close; slowest %u ms\n", result.kills, result.inside,
           result.closers, (unsigned int)result.slowest );
    ok( result.inside >= cycles * KILLS / 10, "%u of %u kills fell inside Write\n", result.inside, result.kills );
    client_stop();
    CoUninitialize();
}
