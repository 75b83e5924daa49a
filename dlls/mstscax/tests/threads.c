/*
 * Callbacks and calls that meet
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

/* observed: OnClose comes while OnDataReceived still runs; ours: it does after 2 s, and nothing begins after it */
static void test_OnClose_overtakes(void)
{
    static const struct step steps[] =
    {
        { DATA_RECEIVED, 5, .flags = SIGNAL | BLOCK, .data = "block" },
        { CLOSED, .flags = BESIDE | SIGNAL },
        { .kind = CALLBACK_FREED },
    };
    ULONGLONG start;

    start_client();
    open_channel( 1 );
    play( steps );
    server_writes( 1, "block", 5 );
    ok_here();
    server_writes( 1, "lost", 4 );
    if (!peer.form) Sleep( 2500 );  /* the client's own threads have nothing to look at any more */
    start = GetTickCount64();
    server_closes( 1 );
    ok_sent( 0x40, 1 );
    ok_here();
    ok( GetTickCount64() - start >= 1900, "OnClose came after %I64u ms\n", GetTickCount64() - start );
    let_go();
    ok_played();
    stop_client();
}

static struct
{
    HANDLE overtaken;   /* OnClose has come beside a call that runs */
    HANDLE freed;       /* a callback is released */
    BOOL   in_order;    /* it had by the time of the other channel's OnClose */
} busy;

/* One channel has a long backlog, of which each call returns; a call of the other one does not. */
static void handle_backlog( struct call *call )
{
    if (call->kind == CALLBACK_FREED) ReleaseSemaphore( busy.freed, 1, NULL );
    else if (call->kind == CLOSED && call->beside) SetEvent( busy.overtaken );
    else if (call->kind == CLOSED) busy.in_order = !WaitForSingleObject( busy.overtaken, 0 );
    else if (call->value == 1) WaitForSingleObject( busy.overtaken, 100 );
    else
    {
        SetEvent( script.here );
        wait_for( script.go );
    }
}

/* ours: OnClose overtakes in time however long the backlog of another channel is, which was closed before */
static void test_OnClose_overtakes_beside_busy(void)
{
    unsigned int i;

    if (peer.form) return;
    busy.overtaken = CreateEventW( NULL, TRUE, FALSE, NULL );
    busy.freed = CreateSemaphoreW( NULL, 0, 2, NULL );
    busy.in_order = FALSE;
    start_client();
    open_channel( 1 );
    open_channel( 2 );
    script.on_call = handle_backlog;
    server_writes( 2, "block", 5 );
    ok_here();
    for (i = 0; i < 60; i++) server_writes( 1, "x", 1 );
    server_closes( 1 );
    ok_sent( 0x40, 1 );
    server_closes( 2 );
    ok_sent( 0x40, 2 );
    ok( wait_for( busy.overtaken ), "OnClose does not overtake\n" );
    let_go();
    for (i = 0; i < 2; i++) ok( wait_for( busy.freed ), "a callback is not released\n" );
    ok( busy.in_order, "OnClose waits for the calls of another channel\n" );
    script.on_call = NULL;
    stop_client();
    CloseHandle( busy.overtaken );
    CloseHandle( busy.freed );
}

/* ours: a channel's callbacks come one at a time and in the order of what the server did */
static void test_serial_callbacks(void)
{
    static const struct step steps[] =
    {
        { DATA_RECEIVED, 1, .flags = SIGNAL | BLOCK, .data = "1" },
        { DATA_RECEIVED, 1, .data = "2" },
        { DATA_RECEIVED, 1, .flags = SIGNAL | BLOCK, .data = "3" },
        { DATA_RECEIVED, 1, .data = "4" },
        { .kind = CLOSED },
        { CALLBACK_FREED, .flags = SAME_THREAD },
    };

    start_client();
    open_channel( 1 );
    play( steps );
    server_writes( 1, "1", 1 );
    server_writes( 1, "2", 1 );
    server_writes( 1, "3", 1 );
    ok_here();
    let_go();
    ok_here();
    server_writes( 1, "4", 1 );
    server_closes( 1 );
    ok_sent( 0x40, 1 );
    let_go();
    ok_played();
    stop_client();
}

/* documented: a callback that blocks may hold up others; ours: those of its own channel only */
static void test_blocked_OnDataReceived(void)
{
    static const struct step steps[] =
    {
        { DATA_RECEIVED, 5, .flags = SIGNAL | BLOCK, .data = "block" },
        { DATA_RECEIVED, 4, .flags = UNORDERED, .data = "next" },
        { DATA_RECEIVED, 5, .flags = SIGNAL, .data = "other" },
        { NEW_CHANNEL, .flags = SIGNAL },
    };

    start_client();
    open_channel( 1 );
    open_channel( 2 );
    play( steps );
    server_writes( 1, "block", 5 );
    ok_here();
    server_writes( 1, "next", 4 );
    server_writes( 2, "other", 5 );
    ok_here();
    server_creates( 3, "TEST" );
    ok_here();
    ok_created( 3 );
    let_go();
    ok_played();
    close_channel( 1 );
    close_channel( 2 );
    close_channel( 3 );
    stop_client();
}

static void write_inside( struct call *call )
{
    ok_write( call->channel, 6, "answer", S_OK );
}

/* observed: plug-ins wait for the user inside OnDataReceived and write the answer there */
static void test_Write_after_blocking(void)
{
    static const struct step steps[] =
    {
        { DATA_RECEIVED, 3, .flags = SIGNAL | BLOCK, .act = write_inside, .data = "ask" },
    };

    start_client();
    open_channel( 1 );
    play( steps );
    server_writes( 1, "ask", 3 );
    ok_here();
    ok_nothing_sent();
    let_go();
    ok_played();
    ok_text( 1, "answer" );
    close_channel( 1 );
    stop_client();
}

static void listen_on_both( struct call *call )
{
    listen_on( call, "TEST" );
    listen_on( call, "OTHER" );
}

/* observed: plug-ins connect to others inside OnNewChannelConnection; ours: that holds up its listener only */
static void test_blocked_OnNewChannelConnection(void)
{
    static const struct step steps[] =
    {
        { NEW_CHANNEL, .flags = SIGNAL | BLOCK },
        { NEW_CHANNEL, .flags = BESIDE },
        { DATA_RECEIVED, 5, .flags = SIGNAL, .data = "other" },
        { NEW_CHANNEL, .flags = SIGNAL | BLOCK },
    };

    start_client_with( listen_on_both );
    play( steps );
    server_creates( 1, "TEST" );
    ok_here();
    server_creates( 2, "TEST" );
    server_creates( 3, "OTHER" );
    ok_created( 3 );
    server_writes( 3, "other", 5 );
    ok_here();
    ok_nothing_sent();
    let_go();
    ok_created( 1 );
    ok_here();
    let_go();
    ok_created( 2 );
    ok_played();
    close_channel( 1 );
    close_channel( 2 );
    close_channel( 3 );
    stop_client();
}

/* The server closes channel 1 while the plug-in is asked for it, which accepts when it is let go. */
static void close_before_answer(void)
{
    static const struct step accepted[] =
    {
        { NEW_CHANNEL, .flags = SIGNAL | BLOCK },
        { .kind = CLOSED },
        { CALLBACK_FREED, .flags = SAME_THREAD },
    };

    play( accepted );
    server_creates( 1, "TEST" );
    ok_here();
    server_closes( 1 );
    ok_sent( 0x40, 1 );
}

/* ours: a close of the server does not wait for OnNewChannelConnection; who accepts after it gets OnClose */
static void test_close_beside_OnNewChannelConnection(void)
{
    static const struct step opened[] = { { .kind = NEW_CHANNEL } };

    start_client();
    close_before_answer();
    let_go();
    ok_played();
    ok_nothing_sent();
    play( opened );
    server_creates( 1, "TEST" );
    ok_created( 1 );
    ok_played();
    close_channel( 1 );
    stop_client();
}

#define MAX_UNANSWERED 4096

/* ours: so many channels that the server has closed wait for the plug-in's answer, and no more */
static void test_unanswered(void)
{
    struct pdu *pdu;
    unsigned int i;
    BYTE id;

    start_client();
    close_before_answer();
    peer.transport = DISCARD;
    for (i = 2; i < MAX_UNANSWERED; i++)
    {
        server_creates( 2, "TEST" );
        server_closes( 2 );
    }
    peer.transport = COMPLETE_AT_ONCE;
    server_creates( 3, "TEST" );
    server_closes( 3 );
    while ((pdu = next_pdu( TRUE )))    /* another thread may still answer what came before */
    {
        id = pdu->data[1];
        free( pdu );
        if (id == 3) break;
    }
    server_creates( 3, "TEST" );
    ok_sent( 0x10, 3, 0x17, 0, 0, 0xc0 );
    let_go();
    ok_played();
    open_channel( 3 );
    close_channel( 3 );
    stop_client();
}

/* ours: Disconnected does not wait for it longer than for OnClose */
static void test_disconnect_beside_OnNewChannelConnection(void)
{
    static const struct step steps[] =
    {
        { NEW_CHANNEL, .flags = SIGNAL | BLOCK },
        { .kind = DISCONNECTED },
        { CONNECTED, .flags = SIGNAL },
        { .kind = CLOSED },
        { CALLBACK_FREED, .flags = SAME_THREAD },
    };

    start_client();
    play( steps );
    server_creates( 1, "TEST" );
    ok_here();
    raise_event( CHANNEL_EVENT_DISCONNECTED );
    raise_event( CHANNEL_EVENT_CONNECTED );
    ok_here();
    let_go();
    ok_played();
    ok_nothing_sent();
    stop_client();
}

/* ours: Terminated waits for it until it returns, also where the client does not wait any more */
static void test_end_beside_OnNewChannelConnection(void)
{
    static const struct step steps[] =
    {
        { NEW_CHANNEL, .flags = SIGNAL | BLOCK },
        { DISCONNECTED, .flags = SIGNAL },
        { .kind = CLOSED },
        { CALLBACK_FREED, .flags = SAME_THREAD },
        { .kind = TERMINATED },
        { LISTENER_CALLBACK_FREED, .flags = UNORDERED },
        { .kind = PLUGIN_FREED },
    };

    if (peer.form) return;  /* it takes 5 s */
    start_client();
    play( steps );
    server_creates( 1, "TEST" );
    ok_here();
    raise_event( CHANNEL_EVENT_TERMINATED );
    ok_here();
    let_go();
    ok_played();
}

#define BLOCKED_COUNT 20

static struct
{
    HANDLE threads[BLOCKED_COUNT];
    LONG count;
    HANDLE go, all;
} blocked;

static void block_thread( struct call *call )
{
    LONG count;

    if (call->kind != DATA_RECEIVED) return;
    count = InterlockedIncrement( &blocked.count );
    blocked.threads[count - 1] = OpenThread( SYNCHRONIZE, FALSE, GetCurrentThreadId() );
    if (count == BLOCKED_COUNT) SetEvent( blocked.all );
    wait_for( blocked.go );
    if (!InterlockedDecrement( &blocked.count )) SetEvent( blocked.all );
}

/* observed: plug-ins begin overlapped I/O and create windows in callbacks; ours: so their threads stay */
static void test_threads_stay(void)
{
    unsigned int i;

    blocked.go = CreateEventW( NULL, TRUE, FALSE, NULL );
    blocked.all = CreateEventW( NULL, FALSE, FALSE, NULL );
    start_client();
    for (i = 0; i < BLOCKED_COUNT; i++) open_channel( i );
    script.on_call = block_thread;
    for (i = 0; i < BLOCKED_COUNT; i++) server_writes( i, "x", 1 );
    ok( wait_for( blocked.all ), "%ld calls began\n", blocked.count );
    SetEvent( blocked.go );
    ok( wait_for( blocked.all ), "%ld calls did not return\n", blocked.count );
    script.on_call = NULL;
    for (i = 0; i < BLOCKED_COUNT; i++) close_channel( i );
    for (i = 0; i < BLOCKED_COUNT; i++)
    {
        ok( WaitForSingleObject( blocked.threads[i], 0 ) == WAIT_TIMEOUT, "thread %u has ended\n", i );
        CloseHandle( blocked.threads[i] );
    }
    stop_client();
    CloseHandle( blocked.go );
    CloseHandle( blocked.all );
}

static DWORD CALLBACK write_and_close_thread( void *arg )
{
    IWTSVirtualChannel *channel = arg;
    unsigned int i;

    for (i = 0; i < fewer( 1000 ) && IWTSVirtualChannel_Write( channel, 4, (BYTE *)"more", NULL ) == S_OK; i++) {}
    ok_close( channel );
    ok_write( channel, 4, "more", GRACEFUL );
    return 0;
}

static HANDLE worker;

static void start_worker( struct call *call )
{
    worker = CreateThread( NULL, 0, write_and_close_thread, call->channel, 0, NULL );
}

static void join_worker( struct call *call )
{
    ok( wait_for( worker ), "Write or Close does not return\n" );
    CloseHandle( worker );
}

/* observed: OnClose waits for a thread that is inside Write or Close */
static void test_OnClose_joins(void)
{
    static const struct step steps[] =
    {
        { DATA_RECEIVED, 2, .act = start_worker },
        { CLOSED, .act = join_worker },
        { CALLBACK_FREED, .flags = SAME_THREAD },
    };
    struct pdu *pdu;
    unsigned int i, closes = 0;

    start_client();
    for (i = 0; i < 20 && !wait_failed; i++)
    {
        open_channel( 1 );
        play( steps );
        server_writes( 1, "go", 2 );
        /* beside the worker's own Close */
        server_closes( 1 );
        ok_played();
        while ((pdu = next_pdu( FALSE )))
        {
            if (pdu->data[0] == 0x40) closes++;
            else ok( closes == i, "a PDU came after the close\n" );
            free( pdu );
        }
    }
    ok( closes == i, "%u closes of %u channels were sent\n", closes, i );
    stop_client();
}

/* observed: the same, where the plug-in's thread is the one that closes */
static void test_Close_on_thread(void)
{
    static const struct step steps[] =
    {
        { DATA_RECEIVED, 2, .act = start_worker },
        { CLOSED, .act = join_worker },
        { CALLBACK_FREED, .flags = SAME_THREAD },
    };
    struct pdu *pdu;

    start_client();
    open_channel( 1 );
    play( steps );
    server_writes( 1, "go", 2 );
    ok_played();
    do
    {
        if (!(pdu = next_pdu( TRUE ))) break;
        if (pdu->data[0] == 0x40) break;
        ok( pdu->size == 6 && !memcmp( pdu->data + 2, "more", 4 ), "got other data\n" );
        free( pdu );
    } while (1);
    ok( pdu && pdu->size == 2, "the last PDU is no CLOSE\n" );
    free( pdu );
    ok_nothing_sent();
    stop_client();
}

/* documented: IWTSPlugin's calls never come two at once, the client does not wait for them */
static void test_serial_plugin(void)
{
    static const struct step steps[] =
    {
        { DISCONNECTED, .flags = SIGNAL | BLOCK },
        { .kind = CONNECTED },
        { .kind = DISCONNECTED },
    };

    start_client();
    play( steps );
    raise_event( CHANNEL_EVENT_DISCONNECTED );
    ok_here();
    raise_event( CHANNEL_EVENT_CONNECTED );
    raise_event( CHANNEL_EVENT_DISCONNECTED );
    let_go();
    ok_played();
    terminate();
}

struct asker
{
    IWTSWindowInfoService *service;
    HANDLE ready, go, answered;
    HRESULT hr;
};

static DWORD CALLBACK ask_for_window( void *arg )
{
    struct asker *asker = arg;
    WTSWindowInfo info;

    GetSystemMetrics( SM_CXSCREEN );    /* which brings the display along */
    SetEvent( asker->ready );
    wait_for( asker->go );
    asker->hr = IWTSWindowInfoService_GetWindowInfo( asker->service, NULL, &info );
    SetEvent( asker->answered );
    return 0;
}

/* ours: the client's window belongs to a thread of its own, for which nobody waits for ever: where a plug-in's DllMain
 * does not return no thread begins */
static void test_window_without_threads(void)
{
    HMODULE ntdll = GetModuleHandleW( L"ntdll.dll" );
    LONG (WINAPI *pLdrLockLoaderLock)( ULONG, ULONG *, ULONG_PTR * ) = (void *)GetProcAddress( ntdll, "LdrLockLoaderLock" );
    LONG (WINAPI *pLdrUnlockLoaderLock)( ULONG, ULONG_PTR ) = (void *)GetProcAddress( ntdll, "LdrUnlockLoaderLock" );
    struct asker asker = { .hr = E_FAIL };
    IWTSPluginServiceProvider *provider;
    ULONG_PTR cookie;
    HANDLE thread;

    if (peer.form) return;  /* there is one in a process */
    asker.ready = CreateEventW( NULL, FALSE, FALSE, NULL );
    asker.go = CreateEventW( NULL, FALSE, FALSE, NULL );
    asker.answered = CreateEventW( NULL, FALSE, FALSE, NULL );
    start_client();
    IWTSVirtualChannelManager_QueryInterface( script.manager, &IID_IWTSPluginServiceProvider, (void **)&provider );
    IWTSPluginServiceProvider_GetService( provider, RDCLIENT_WINDOW_INFO_SERVICE, (IUnknown **)&asker.service );
    thread = CreateThread( NULL, 0, ask_for_window, &asker, 0, NULL );
    ok( wait_for( asker.ready ), "the thread does not begin\n" );
    pLdrLockLoaderLock( 0, NULL, &cookie );
    SetEvent( asker.go );
    ok( wait_for( asker.answered ), "GetWindowInfo does not return\n" );
    pLdrUnlockLoaderLock( 0, cookie );
    ok( wait_for( thread ), "the thread does not end\n" );
    ok( asker.hr == S_OK, "got hr %#lx\n", asker.hr );
    IWTSPluginServiceProvider_Release( provider );
    stop_client();
    CloseHandle( thread );
    CloseHandle( asker.ready );
    CloseHandle( asker.go );
    CloseHandle( asker.answered );
}

static void run(void)
{
    test_OnClose_overtakes();
    test_OnClose_overtakes_beside_busy();
    test_serial_callbacks();
    test_blocked_OnDataReceived();
    test_Write_after_blocking();
    test_blocked_OnNewChannelConnection();
    test_close_beside_OnNewChannelConnection();
    test_unanswered();
    test_disconnect_beside_OnNewChannelConnection();
    test_end_beside_OnNewChannelConnection();
    test_threads_stay();
    test_OnClose_joins();
    test_Close_on_thread();
    test_serial_plugin();
    test_window_without_threads();
}

START_TEST(threads)
{
    run_in_all_forms( run );
}
