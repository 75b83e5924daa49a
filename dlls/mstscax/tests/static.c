/*
 * Static channels: what a plug-in hears, and how much of it may wait
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

#include <stdarg.h>

#define COBJMACROS
#include "windef.h"
#include "winbase.h"
#include "ole2.h"
#include "peer.h"
#include "host.h"
#include "nomemory.h"

#define CHANNELS 2

/* Writes that 1 MiB allows. */
#define WRITES 4096

/* Threads that write at a time, and what each of them writes. */
#define WRITERS     4
#define MANY_WRITES 20000

static struct
{
    WCHAR file[MAX_PATH];       /* the plug-in's */
    const char *const *names;   /* that the plug-in declares */
    CHANNEL_ENTRY_POINTS functions;
    void *init_handle;
    DWORD handles[CHANNELS];
    LONG64 streams[CHANNELS];
    LONG declared;
    BOOL blocks;                /* in DATA_RECEIVED, until */
    HANDLE go;
    BOOL tells_data;            /* adds an event for DATA_RECEIVED */
    BOOL writes;                /* in DATA_RECEIVED, which does not return before the write has ended */
    BOOL blocks_end;            /* in WRITE_COMPLETE, until go */
    DWORD handle;               /* of the last DATA_RECEIVED */
    HANDLE ready, hang_up, ended;
    HANDLE sending;             /* the transport is given a chunk */
    LONG keeps;                 /* it takes so many, and sends nothing: */
    void *chunks[CHANNELS * (WRITES + 1)];
    LONG taken, writes_ended;
    SIZE_T chunk_size;          /* the largest */
    HANDLE all_taken, all_ended;
    BOOL refuses;               /* it takes none */
    BYTE ends[WRITERS * MANY_WRITES]; /* how often each write has ended */
    HANDLE write_ended;
    BOOL opened_once;           /* the plug-in opens its channels in the first connection alone */

    SRWLOCK lock;
    /* protected by lock */
    UINT events[64];
    unsigned int count;
    char warning[300];          /* the last */
    HANDLE come, warned;        /* semaphores */
    unsigned int seen;
} test;

static void event_add( UINT event )
{
    AcquireSRWLockExclusive( &test.lock );
    if (test.count < ARRAY_SIZE(test.events)) test.events[test.count++] = event;
    ReleaseSRWLockExclusive( &test.lock );
    ReleaseSemaphore( test.come, 1, NULL );
}

#define ok_event( expected ) ok_event_( __LINE__, expected )
static void ok_event_( int line, UINT expected )
{
    UINT event = ~0u;

    if (wait_for( test.come ))
    {
        AcquireSRWLockExclusive( &test.lock );
        event = test.events[test.seen++];
        ReleaseSRWLockExclusive( &test.lock );
    }
    ok_(__FILE__, line)( event == expected, "got event %d instead of %u\n", event, expected );
}

/* The plug-in */

static void take_data( DWORD handle )
{
    static BYTE byte;
    UINT error;

    test.handle = handle;
    if (!test.writes)
    {
        event_add( CHANNEL_EVENT_DATA_RECEIVED );
        return;
    }
    error = test.functions.pVirtualChannelWrite( handle, &byte, sizeof(byte), NULL );
    ok( !error, "got error %u\n", error );
    ok( wait_for( test.write_ended ), "the write does not end\n" );
    event_add( CHANNEL_EVENT_DATA_RECEIVED );
}

static void VCAPITYPE open_event( DWORD handle, UINT event, void *data, UINT32 size, UINT32 total, UINT32 flags )
{
    if (event == CHANNEL_EVENT_WRITE_CANCELLED && test.keeps)
    {
        if (test.refuses) ++*(BYTE *)data;
        if (++test.writes_ended == test.keeps) SetEvent( test.all_ended );
    }
    else if (event != CHANNEL_EVENT_DATA_RECEIVED)
    {
        event_add( event );
        if (test.blocks_end) WaitForSingleObject( test.go, INFINITE );
        if (test.writes) SetEvent( test.write_ended );
    }
    else if (test.blocks) WaitForSingleObject( test.go, INFINITE );
    else if (test.tells_data) take_data( handle );
}

static void VCAPITYPE init_event( void *init_handle, UINT event, void *data, UINT size )
{
    UINT error;
    int i;

    for (i = 0; event == CHANNEL_EVENT_CONNECTED && !test.opened_once && i < CHANNELS; i++)
    {
        error = test.functions.pVirtualChannelOpen( test.init_handle, &test.handles[i], (char *)test.names[i], open_event );
        ok( !error, "got error %u\n", error );
    }
    event_add( event );
}

static BOOL CDECL enter( CHANNEL_ENTRY_POINTS *entry_points )
{
    CHANNEL_DEF defs[CHANNELS] = { 0 };
    UINT error;
    int i;

    test.functions = *entry_points;
    for (i = 0; i < CHANNELS; i++) strcpy( defs[i].name, test.names[i] );
    error = entry_points->pVirtualChannelInit( &test.init_handle, defs, CHANNELS, VIRTUAL_CHANNEL_VERSION_WIN2000,
                                               init_event );
    ok( !error, "got error %u\n", error );
    return TRUE;
}

/* The host */

/* However long the session takes: the test's own waits have limits. */
static HRESULT STDMETHODCALLTYPE host_Read( IWineDVCHost *iface )
{
    WaitForSingleObject( test.hang_up, INFINITE );
    raise_event( CHANNEL_EVENT_TERMINATED );
    SetEvent( test.ended );
    return E_ABORT;
}

static HRESULT STDMETHODCALLTYPE host_OnStatic( IWineDVCHost *iface, UINT32 plugin, UINT32 stream, const char *name,
                                                UINT32 options )
{
    if (test.declared < CHANNELS) test.streams[test.declared++] = stream;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE host_OnReady( IWineDVCHost *iface )
{
    SetEvent( test.ready );
    return S_OK;
}

/* The DLL's C library need not be ours. */
static SIZE_T allocated_size( const void *memory )
{
    HANDLE heaps[64];
    DWORD count = GetProcessHeaps( ARRAY_SIZE(heaps), heaps ), i;

    for (i = 0; i < min( count, ARRAY_SIZE(heaps) ); i++)
        if (HeapValidate( heaps[i], 0, memory )) return HeapSize( heaps[i], 0, memory );
    return ~(SIZE_T)0;
}

/* As one whose thread does not run for a while: the connection may end meanwhile, unless that waits for it. */
static HRESULT STDMETHODCALLTYPE host_WriteStatic( IWineDVCHost *iface, UINT32 connection, UINT32 stream, UINT32 flags,
                                                   BYTE *chunk, UINT32 size, void *write )
{
    if (test.refuses) return E_FAIL;
    if (test.keeps)
    {
        test.chunk_size = max( test.chunk_size, allocated_size( write ) );
        test.chunks[test.taken] = write;
        if (++test.taken == test.keeps) SetEvent( test.all_taken );
        return S_OK;
    }
    SetEvent( test.sending );
    Sleep( TIMEOUT_AFTER_FAILURE );
    return HRESULT_FROM_WIN32( ERROR_NOT_CONNECTED );
}

static HRESULT STDMETHODCALLTYPE host_OnWarning( IWineDVCHost *iface, UINT32 plugin, WINE_DVC_CAUSE cause,
                                                 const WCHAR *text )
{
    AcquireSRWLockExclusive( &test.lock );
    snprintf( test.warning, sizeof(test.warning), "%ls", text );
    ReleaseSRWLockExclusive( &test.lock );
    ReleaseSemaphore( test.warned, 1, NULL );
    return S_OK;
}

#define ok_warned( text ) ok_warned_( __LINE__, text )
static void ok_warned_( int line, const char *text )
{
    ok_(__FILE__, line)( wait_for( test.warned ), "no warning comes\n" );
    AcquireSRWLockExclusive( &test.lock );
    ok_(__FILE__, line)( !strncmp( test.warning, text, strlen( text ) ), "got %s\n", test.warning );
    ReleaseSRWLockExclusive( &test.lock );
}

/* A session */

static void join(void)
{
    UINT32 streams = 0;
    int i;

    for (i = 0; i < CHANNELS; i++) streams |= 1u << test.streams[i];
    raise_event( CHANNEL_EVENT_CONNECTED );
    IWineDVCClient_JoinStatic( session.client, streams, "server" );
}

/* The names of a process's channels are its plug-ins' for good. */
static void start( const char *const names[CHANNELS], const WINE_DVC_LIMITS *limits )
{
    test.names = names;
    test.declared = test.count = test.seen = 0;
    create_client( &host_iface, test.file );
    IWineDVCClient_SetLimits( session.client, limits );
    ok_event( CHANNEL_EVENT_INITIALIZED );
    ok( wait_for( test.ready ), "the plug-in is not ready\n" );
    join();
    ok_event( CHANNEL_EVENT_CONNECTED );
}

static void stop(void)
{
    SetEvent( test.hang_up );
    ok_event( CHANNEL_EVENT_DISCONNECTED );
    ok_event( CHANNEL_EVENT_TERMINATED );
    ok( wait_for( test.ended ), "the session does not end\n" );
}

/* documented: each write ends; ours: before the end of its connection, and that before the next one */
static void test_order(void)
{
    static const char *const names[CHANNELS] = { "order", "other" };
    static const WINE_DVC_LIMITS none = { 0 };
    BYTE data = 1;
    UINT error;

    start( names, &none );
    error = test.functions.pVirtualChannelWrite( test.handles[0], &data, sizeof(data), NULL );
    ok( !error, "got error %u\n", error );
    ok( wait_for( test.sending ), "nothing is sent\n" );
    raise_event( CHANNEL_EVENT_DISCONNECTED );
    join();
    ok_event( CHANNEL_EVENT_WRITE_CANCELLED );
    ok_event( CHANNEL_EVENT_DISCONNECTED );
    ok_event( CHANNEL_EVENT_CONNECTED );
    stop();
}

/* ours: a connection that the plug-in was not told of for want of memory does not end for it either; one that it was
 * told of does not begin again */
static void test_no_memory(void)
{
    static const char *const names[CHANNELS] = { "scarce", "rare" };
    static const WINE_DVC_LIMITS none = { 0 };

    if (!memory_replace()) return;
    start( names, &none );
    raise_event( CHANNEL_EVENT_DISCONNECTED );
    ok_event( CHANNEL_EVENT_DISCONNECTED );
    raise_event( CHANNEL_EVENT_CONNECTED );
    no_memory = TRUE;
    IWineDVCClient_JoinStatic( session.client, 0, "server" );
    no_memory = FALSE;
    raise_event( CHANNEL_EVENT_DISCONNECTED );
    join();
    IWineDVCClient_JoinStatic( session.client, 0, "server" );
    no_memory = TRUE;
    IWineDVCClient_JoinStatic( session.client, 0, "server" );
    no_memory = FALSE;
    ok_event( CHANNEL_EVENT_CONNECTED );
    stop();
    memory_restore();
}

/* ours: a chunk for which there is no memory goes when there is some, also where nothing else happens. Few looks may
 * follow what happened last, whatever the write does. */
static void test_no_memory_for_chunk(void)
{
    static const char *const names[CHANNELS] = { "hungry", "sated" };
    static const WINE_DVC_LIMITS none = { 0 };
    BYTE data = 1;
    UINT error;

    if (!memory_replace()) return;
    test.taken = 0;
    test.keeps = 1;
    start( names, &none );
    no_memory_times = 30;
    error = test.functions.pVirtualChannelWrite( test.handles[0], &data, sizeof(data), NULL );
    ok( !error, "got error %u\n", error );
    ok( wait_for( test.all_taken ), "nothing is sent\n" );
    ok( !no_memory_times, "%ld tries more would have found no memory\n", no_memory_times );
    if (test.taken)
    {
        IWineDVCClient_CompleteStatic( session.client, test.chunks[0], FALSE );
        ok_event( CHANNEL_EVENT_WRITE_COMPLETE );
    }
    test.keeps = 0;
    stop();
    memory_restore();
}

static void send_chunks( UINT32 stream, UINT32 size, unsigned int count )
{
    static BYTE data[CHANNEL_CHUNK_LENGTH];

    while (count--)
        IWineDVCClient_ReceiveStatic( session.client, stream, CHANNEL_FLAG_FIRST | CHANNEL_FLAG_LAST, size, data, size );
}

/* ours: what a plug-in does not take is bounded, in memory and not in bytes of the server's: for a channel, and for all */
static void test_limits(void)
{
    static const char *const names[CHANNELS] = { "small", "large" };
    static const WINE_DVC_LIMITS limits = { .soft = 2, .hard = 2, .total = 3 };

    test.blocks = TRUE;
    start( names, &limits );
    send_chunks( test.streams[0], 1, 100000 );
    ok( wait_for( test.warned ), "no warning comes\n" );    /* that much waits, before it is too much */
    ok_warned( "What comes on its static channel small is dropped until the next connection: 2 MiB wait there" );
    send_chunks( test.streams[1], CHANNEL_CHUNK_LENGTH, 1200 );
    ok_warned( "What comes on its static channel large is dropped until the next connection: 3 MiB wait on all of these "
               "plug-ins' static channels" );
    test.blocks = FALSE;
    SetEvent( test.go );
    stop();
}

#define ok_writes( handle, expected ) ok_writes_( __LINE__, handle, expected )
static void ok_writes_( int line, DWORD handle, unsigned int expected )
{
    static BYTE data;
    unsigned int count;
    UINT error = 0;

    for (count = 0; count <= expected && !error; count += !error)
        error = test.functions.pVirtualChannelWrite( handle, &data, sizeof(data), NULL );
    ok_(__FILE__, line)( count == expected && error == CHANNEL_RC_NO_MEMORY, "%u writes, then error %u\n", count, error );
}

static void check_write_limits( const char *const names[CHANNELS], const WINE_DVC_LIMITS *limits, unsigned int second )
{
    LONG i;

    test.taken = test.writes_ended = 0;
    test.keeps = WRITES + second;
    start( names, limits );
    ok_writes( test.handles[0], WRITES );
    ok_writes( test.handles[1], second );
    ok( wait_for( test.all_taken ), "not all chunks are sent\n" );
    ok( test.chunk_size < 256, "a chunk of one byte takes %u\n", (unsigned int)test.chunk_size );
    for (i = 0; i < test.taken; i++) IWineDVCClient_CompleteStatic( session.client, test.chunks[i], TRUE );
    ok( wait_for( test.all_ended ), "the writes do not end\n" );
    stop();
}

/* ours: a plug-in that waits for no end of its writes is bounded by their memory, for a channel, and for all; each that was
 * taken ends, and makes room; what the transport has takes little more than its bytes, which count there */
static void test_write_limits(void)
{
    static const char *const names[CHANNELS] = { "one", "two" }, *const others[CHANNELS] = { "three", "four" };
    static const WINE_DVC_LIMITS own = { .hard = 1, .total = 2 }, all = { .hard = 2, .total = 1 };

    check_write_limits( names, &own, WRITES );
    check_write_limits( others, &all, 0 );
    test.keeps = 0;
}

static void send_byte(void)
{
    BYTE byte = 1;

    IWineDVCClient_ReceiveStatic( session.client, test.streams[0], CHANNEL_FLAG_FIRST | CHANNEL_FLAG_LAST, 1, &byte, 1 );
}

/* documented: a plug-in may be told of a write's end while it is told of data, and so wait for it there; ours: of each before
 * the end of its connection, however long that takes */
static void test_end_in_call(void)
{
    static const char *const names[CHANNELS] = { "asks", "waits" };
    static const WINE_DVC_LIMITS none = { 0 };
    BYTE byte = 1;
    UINT error;

    test.refuses = test.tells_data = TRUE;
    start( names, &none );
    test.writes = TRUE;
    send_byte();
    ok_event( CHANNEL_EVENT_WRITE_CANCELLED );
    ok_event( CHANNEL_EVENT_DATA_RECEIVED );
    test.writes = FALSE;

    ResetEvent( test.go );
    test.blocks_end = TRUE;
    error = test.functions.pVirtualChannelWrite( test.handles[0], &byte, sizeof(byte), NULL );
    ok( !error, "got error %u\n", error );
    ok_event( CHANNEL_EVENT_WRITE_CANCELLED );
    send_byte();
    ok_event( CHANNEL_EVENT_DATA_RECEIVED );
    raise_event( CHANNEL_EVENT_DISCONNECTED );
    ok( WaitForSingleObject( test.come, 100 ) == WAIT_TIMEOUT, "it ends before its write\n" );
    SetEvent( test.go );
    ok_event( CHANNEL_EVENT_DISCONNECTED );
    test.blocks_end = FALSE;
    join();
    ok_event( CHANNEL_EVENT_CONNECTED );
    stop();
    test.refuses = test.tells_data = FALSE;
}

/* ours: a handle lasts beyond its connection, until its channel is closed or opened again */
static void test_handles(void)
{
    static const char *const names[CHANNELS] = { "once", "again" };
    static const WINE_DVC_LIMITS none = { 0 };
    DWORD first, second = 0, third = 0;
    BYTE byte = 1;
    UINT error;

    test.refuses = test.tells_data = TRUE;
    start( names, &none );
    first = test.handles[0];
    raise_event( CHANNEL_EVENT_DISCONNECTED );
    ok_event( CHANNEL_EVENT_DISCONNECTED );
    error = test.functions.pVirtualChannelWrite( first, &byte, sizeof(byte), NULL );
    ok( error == CHANNEL_RC_NOT_CONNECTED, "got error %u\n", error );
    test.opened_once = TRUE;
    join();
    ok_event( CHANNEL_EVENT_CONNECTED );
    send_byte();
    ok_event( CHANNEL_EVENT_DATA_RECEIVED );
    ok( test.handle == first, "got handle %#lx instead of %#lx\n", test.handle, first );
    error = test.functions.pVirtualChannelWrite( first, &byte, sizeof(byte), NULL );
    ok( !error, "got error %u\n", error );
    ok_event( CHANNEL_EVENT_WRITE_CANCELLED );

    error = test.functions.pVirtualChannelOpen( test.init_handle, &second, (char *)names[0], open_event );
    ok( !error && second != first, "got error %u, handle %#lx\n", error, second );
    error = test.functions.pVirtualChannelOpen( test.init_handle, &third, (char *)names[0], open_event );
    ok( error == CHANNEL_RC_ALREADY_OPEN, "got error %u\n", error );
    error = test.functions.pVirtualChannelWrite( first, &byte, sizeof(byte), NULL );
    ok( error == CHANNEL_RC_NOT_OPEN, "got error %u\n", error );
    send_byte();
    ok_event( CHANNEL_EVENT_DATA_RECEIVED );
    ok( test.handle == second, "got handle %#lx instead of %#lx\n", test.handle, second );
    stop();
    test.opened_once = test.refuses = test.tells_data = FALSE;
}

static DWORD CALLBACK write_many( void *arg )
{
    BYTE *ends = arg, data = 1;
    UINT error = 0;
    int i;

    for (i = 0; i < MANY_WRITES && !error; i++)
        while ((error = test.functions.pVirtualChannelWrite( test.handles[0], &data, sizeof(data), &ends[i] ))
               == CHANNEL_RC_NO_MEMORY) SwitchToThread(); /* too many have not ended */
    return error;
}

/* documented: each write ends; once, whoever writes meanwhile */
static void test_many_writes(void)
{
    static const char *const names[CHANNELS] = { "busy", "idle" };
    static const WINE_DVC_LIMITS limits = { .hard = 1, .total = 1 };
    HANDLE threads[WRITERS];
    DWORD error;
    int i, wrong;

    test.writes_ended = 0;
    test.keeps = WRITERS * MANY_WRITES;
    test.refuses = TRUE;
    start( names, &limits );
    for (i = 0; i < WRITERS; i++) threads[i] = CreateThread( NULL, 0, write_many, test.ends + i * MANY_WRITES, 0, NULL );
    ok( wait_for( test.all_ended ), "the writes do not end\n" );
    for (i = 0; i < WRITERS; i++)
    {
        error = WAIT_TIMEOUT;
        if (wait_for( threads[i] )) GetExitCodeThread( threads[i], &error );
        ok( !error, "got error %lu\n", error );
        CloseHandle( threads[i] );
    }
    for (i = wrong = 0; i < WRITERS * MANY_WRITES; i++) wrong += test.ends[i] != 1;
    ok( !wrong, "%d writes have not ended once\n", wrong );
    stop();
    test.keeps = 0;
    test.refuses = FALSE;
}

static void run(void)
{
    void (CDECL *set_entry)( BOOL (CDECL *proc)( CHANNEL_ENTRY_POINTS *entry_points ) );
    HMODULE module;

    if (peer.form != FORM_EX_FREERDP || !write_test_dll( L"teststatic.dll", test.file )) return;
    module = LoadLibraryW( test.file );
    ok( module != NULL, "could not load %s, error %lu\n", wine_dbgstr_w( test.file ), GetLastError() );
    if (!module) return;
    set_entry = (void *)GetProcAddress( module, "teststatic_set_entry" );
    set_entry( enter );
    test_order();
    test_no_memory();
    test_no_memory_for_chunk();
    test_limits();
    test_write_limits();
    test_many_writes();
    test_end_in_call();
    test_handles();
    DeleteFileW( test.file );
}

START_TEST(static)
{
    test.come = CreateSemaphoreW( NULL, 0, ARRAY_SIZE(test.events), NULL );
    test.warned = CreateSemaphoreW( NULL, 0, 100, NULL );
    test.go = CreateEventW( NULL, TRUE, FALSE, NULL );
    test.ready = CreateEventW( NULL, FALSE, FALSE, NULL );
    test.hang_up = CreateEventW( NULL, FALSE, FALSE, NULL );
    test.ended = CreateEventW( NULL, FALSE, FALSE, NULL );
    test.all_taken = CreateEventW( NULL, FALSE, FALSE, NULL );
    test.all_ended = CreateEventW( NULL, FALSE, FALSE, NULL );
    test.sending = CreateEventW( NULL, FALSE, FALSE, NULL );
    test.write_ended = CreateEventW( NULL, FALSE, FALSE, NULL );
    host_vtbl.Read = host_Read;
    host_vtbl.OnStatic = host_OnStatic;
    host_vtbl.OnReady = host_OnReady;
    host_vtbl.OnWarning = host_OnWarning;
    host_vtbl.WriteStatic = host_WriteStatic;
    run_in_all_forms( run );
}
