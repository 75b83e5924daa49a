/*
 * The ways into the dynamic virtual channel client
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
#include "ocidl.h"
#include "initguid.h"   /* once in the program */
#include "peer.h"
#include "host.h"

static UINT structure_size(void)
{
    if (peer.form == FORM_EX_FREERDP || peer.form == FORM_FREERDP) return sizeof(CHANNEL_ENTRY_POINTS_FREERDP_EX);
    return sizeof(CHANNEL_ENTRY_POINTS);
}

/* documented: one channel, initialized inside the entry; ours: its name, and that a short structure is refused */
static void test_entry(void)
{
    union entry_points entry_points;

    init_entry_points( &entry_points, structure_size() );
    ok( call_entry( &entry_points ), "the entry failed\n" );
    ok( !strcmp( session.channel.name, "drdynvc" ), "got name %s\n", session.channel.name );
    ok( session.channel.options & CHANNEL_OPTION_INITIALIZED, "got options %#lx\n", session.channel.options );

    init_entry_points( &entry_points, sizeof(entry_points.windows) - 1 );
    ok( !call_entry( &entry_points ), "a short structure was taken\n" );

    init_entry_points( &entry_points, structure_size() );
    peer.init_error = CHANNEL_RC_TOO_MANY_CHANNELS;
    ok( !call_entry( &entry_points ), "a failed Init was ignored\n" );
    peer.init_error = 0;
}

/* ours: what FreeRDP's structure has more is used if its size and its magic number say that it is there */
static void test_extra_members(void)
{
    union entry_points entry_points;
    void *handed = NULL;

    init_entry_points( &entry_points, sizeof(entry_points.freerdp) );
    ok( call_entry( &entry_points ), "the entry failed\n" );
    ok( entry_points.freerdp.pInterface != NULL, "got no interface\n" );

    init_entry_points( &entry_points, sizeof(entry_points.freerdp2) );
    entry_points.freerdp2.ppInterface = &handed;
    ok( call_entry( &entry_points ), "the entry failed\n" );
    ok( handed && !entry_points.freerdp2.pInterface, "got interfaces %p, %p\n", handed,
        entry_points.freerdp2.pInterface );

    init_entry_points( &entry_points, sizeof(entry_points.freerdp) );
    entry_points.freerdp.MagicNumber ^= 1;
    ok( call_entry( &entry_points ), "the entry failed\n" );
    ok( !entry_points.freerdp.pInterface, "got interface %p\n", entry_points.freerdp.pInterface );

    init_entry_points( &entry_points, sizeof(entry_points.windows) );
    entry_points.freerdp.MagicNumber = FREERDP_CHANNEL_MAGIC_NUMBER;
    ok( call_entry( &entry_points ), "the entry failed\n" );
    ok( !entry_points.freerdp.pInterface, "got interface %p\n", entry_points.freerdp.pInterface );
}

/* ours: several clients of one process are told apart, in Windows' form by the handles alone */
static void test_two_sessions(void)
{
    static const struct step disconnected[] =
    {
        { .kind = CLOSED },
        { CALLBACK_FREED, .flags = SAME_THREAD },
        { .kind = DISCONNECTED },
    };
    struct session first, second;

    start_client();
    open_channel( 1 );
    first = session;
    start_client();
    second = session;
    /* the other one's */
    server_writes( 1, "lost", 4 );
    ok_nothing_sent();

    session = first;
    play( disconnected );
    raise_event( CHANNEL_EVENT_DISCONNECTED );
    ok_played();
    terminate();
    session = second;
    open_channel( 1 );
    close_channel( 1 );
    stop_client();
}

/*
 * A static-channel client that takes the private interface: it reads on mstscax.dll's threads.
 */

#define SLOW_LIMIT 100
#define MIB        (1 << 20)

enum notice { PLUGIN, LISTEN, UNLISTEN, SLOW, READY, WARNING, ENDED };

static const char *const notice_names[] =
{
    "OnPlugin", "OnListen", "OnUnlisten", "OnSlow", "OnReady", "OnWarning", "the end of Read",
};

static struct
{
    CRITICAL_SECTION cs;
    enum notice notices[128];   /* protected by cs */
    char names[128][300];
    unsigned int count, seen;   /* count: protected by cs */
    HANDLE come, reads, hang_up, flushed, not_loaded, let_go;
    LONG readers;
    void (*raise)(void);        /* what Read brings instead of the end */
    LONG wants_slow;
} test_host;

static void notice( enum notice notice, const char *name )
{
    EnterCriticalSection( &test_host.cs );
    if (test_host.count < ARRAY_SIZE(test_host.notices))
    {
        test_host.notices[test_host.count] = notice;
        lstrcpynA( test_host.names[test_host.count++], name, sizeof(test_host.names[0]) );
    }
    LeaveCriticalSection( &test_host.cs );
    ReleaseSemaphore( test_host.come, 1, NULL );
}

#define ok_noticed( notice, name ) ok_noticed_( __LINE__, notice, name )
static void ok_noticed_( int line, enum notice notice, const char *name )
{
    unsigned int i = test_host.seen;

    ok_(__FILE__, line)( wait_for( test_host.come ), "%s does not come\n", notice_names[notice] );
    if (i == test_host.count) return;
    test_host.seen++;
    ok_(__FILE__, line)( test_host.notices[i] == notice, "got %s instead of %s\n",
                         notice_names[test_host.notices[i]], notice_names[notice] );
    ok_(__FILE__, line)( !strcmp( test_host.names[i], name ), "got %s\n", test_host.names[i] );
}

/* The end of the session comes to the reader, who raises it there, as well as what the test wants raised at once. */
static HRESULT STDMETHODCALLTYPE host_Read( IWineDVCHost *iface )
{
    void (*raise)(void);

    ok( InterlockedIncrement( &test_host.readers ) == 1, "two threads read\n" );
    SetEvent( test_host.reads );
    ok( wait_for( test_host.hang_up ), "nobody hangs up\n" );
    if ((raise = InterlockedExchangePointer( (void **)&test_host.raise, NULL )))
    {
        raise();
        InterlockedDecrement( &test_host.readers );
        return S_OK;
    }
    raise_event( CHANNEL_EVENT_TERMINATED );
    ok( !WaitForSingleObject( script.ended, 0 ), "the event returns before the plug-in has ended\n" );
    InterlockedDecrement( &test_host.readers );
    notice( ENDED, "" );
    return E_ABORT;
}

/* The last PDU of a run stands for it. */
static HRESULT STDMETHODCALLTYPE host_Write( IWineDVCHost *iface, UINT32 connection, BYTE *pdus, UINT32 count,
                                             const UINT16 *sizes, void *write )
{
    enum transport transport = peer.transport;
    UINT32 i, total = 0;

    ok( connection == 1, "a PDU is for connection %u\n", connection );
    for (i = 0; i < count; i++)
    {
        ok( sizes[i] <= 1600, "a PDU has %u bytes\n", sizes[i] );
        memset( pdus - WINE_DVC_HEADROOM, 0xcc, WINE_DVC_HEADROOM );
        total += sizes[i];
        pdus += sizes[i] + WINE_DVC_HEADROOM;
    }
    pdus -= total + count * WINE_DVC_HEADROOM;
    for (i = 0; i < count; i++)
    {
        keep_pdu( pdus, sizes[i], i + 1 < count ? NULL : write );
        pdus += sizes[i] + WINE_DVC_HEADROOM;
    }
    if (transport != HOLD) IWineDVCClient_Complete( session.client, write, total );
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE host_Flush( IWineDVCHost *iface )
{
    SetEvent( test_host.flushed );
    return S_OK;
}

static const WCHAR missing_file[] = L"C:\\nothing.dll";

static HRESULT look_at_missing( const WCHAR *entry, HRESULT hr, WINE_DVC_CAUSE cause, const WCHAR *reason )
{
    ok( !wcscmp( entry, missing_file ), "got entry %s\n", wine_dbgstr_w( entry ) );
    ok( hr == HRESULT_FROM_WIN32( ERROR_MOD_NOT_FOUND ) && cause == WINE_DVC_CAUSE_FILE, "got hr %#lx, cause %u\n", hr, cause );
    ok( !wcscmp( reason, L"loading it failed with error 126" ), "got reason %s\n", wine_dbgstr_w( reason ) );
    SetEvent( test_host.not_loaded );
    ok( wait_for( test_host.let_go ), "nobody lets it go\n" );
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE host_OnPlugin( IWineDVCHost *iface, UINT32 number, const WCHAR *text, HRESULT hr,
                                                WINE_DVC_CAUSE cause, const WCHAR *reason )
{
    if (number == 2) return look_at_missing( text, hr, cause, reason );
    ok( number == 1, "got number %u\n", number );
    ok( !wcscmp( text, peer.plugin_file ), "got entry %s\n", wine_dbgstr_w( text ) );
    ok( FAILED(hr) == !!reason, "got hr %#lx, reason %s\n", hr, wine_dbgstr_w( reason ) );
    ok( cause == (FAILED(hr) ? WINE_DVC_CAUSE_REFUSED : WINE_DVC_CAUSE_OTHER), "got hr %#lx, cause %u\n", hr, cause );
    notice( PLUGIN, FAILED(hr) ? "failed" : "" );
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE host_OnListen( IWineDVCHost *iface, UINT32 number, const char *name )
{
    ok( number == 1, "got number %u\n", number );
    notice( LISTEN, name );
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE host_OnUnlisten( IWineDVCHost *iface, UINT32 number, const char *name )
{
    notice( UNLISTEN, name );
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE host_OnSlow( IWineDVCHost *iface, UINT32 number, const WCHAR *text, const char *what,
                                              UINT32 duration, BOOL again )
{
    /* a busy machine makes others slow as well */
    if (again || !InterlockedOr( &test_host.wants_slow, 0 ) || (strcmp( what, "OnDataReceived" ) && strcmp( what, "OnClose" )))
        return S_OK;
    ok( number == 1 && !wcscmp( text, peer.plugin_file ), "plug-in %u, %s, is slow\n", number, wine_dbgstr_w( text ) );
    ok( duration >= SLOW_LIMIT && duration < 1000 * SLOW_LIMIT, "%s is slow after %u ms\n", what, duration );
    notice( SLOW, what );
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE host_OnReady( IWineDVCHost *iface )
{
    notice( READY, "" );
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE host_OnWarning( IWineDVCHost *iface, UINT32 number, WINE_DVC_CAUSE cause,
                                                 const WCHAR *text )
{
    char name[300];

    ok( cause == (wcsstr( text, L"CreateListener" ) ? WINE_DVC_CAUSE_STATIC : WINE_DVC_CAUSE_OTHER), "got cause %u\n", cause );
    snprintf( name, sizeof(name), "%ls", text );
    notice( WARNING, name );
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE host_OnInformation( IWineDVCHost *iface, UINT32 number, WINE_DVC_CAUSE cause,
                                                     const WCHAR *text )
{
    ok( 0, "plug-in %u says %s\n", number, wine_dbgstr_w( text ) );
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE host_OnEnded( IWineDVCHost *iface, UINT32 number, WINE_DVC_CAUSE cause,
                                               const WCHAR *why )
{
    ok( 0, "plug-in %u has ended: %s\n", number, wine_dbgstr_w( why ) );
    return S_OK;
}

static void prepare_host(void)
{
    host_vtbl.Read = host_Read;
    host_vtbl.Write = host_Write;
    host_vtbl.Flush = host_Flush;
    host_vtbl.OnPlugin = host_OnPlugin;
    host_vtbl.OnListen = host_OnListen;
    host_vtbl.OnUnlisten = host_OnUnlisten;
    host_vtbl.OnSlow = host_OnSlow;
    host_vtbl.OnReady = host_OnReady;
    host_vtbl.OnWarning = host_OnWarning;
    host_vtbl.OnInformation = host_OnInformation;
    host_vtbl.OnEnded = host_OnEnded;
}

/* One channel, 1, is open. */
static void hang_up(void)
{
    static const struct step steps[] =
    {
        { .kind = CLOSED },
        { CALLBACK_FREED, .flags = SAME_THREAD },
        { .kind = DISCONNECTED },
        { .kind = TERMINATED },
        { LISTENER_CALLBACK_FREED, .flags = UNORDERED },
        { .kind = PLUGIN_FREED },
    };

    play( steps );
    SetEvent( test_host.hang_up );
    ok_played();
    ok_noticed( ENDED, "" );
}

/* A plug-in is there that listens on one name, and no other is to come. */
static void ok_listens(void)
{
    ok_noticed( LISTEN, "TEST" );
    ok_noticed( PLUGIN, "" );
    ok_noticed( READY, "" );
}

/* ours: notices come in order, the reader may wait for plug-ins, what is sent is flushed */
static void test_host_interface(void)
{
    static const struct step start[] = { { INITIALIZE, .act = listen_on_test }, { .kind = CONNECTED } };
    const WCHAR *entry = peer.plugin_file;
    HRESULT hr;

    if (peer.form != FORM_EX_FREERDP && peer.form != FORM_FREERDP) return;
    play( start );
    create_client( &host_iface, entry );
    hr = IWineDVCClient_Configure( session.client, &host_iface, 1, &entry );
    ok( hr == E_UNEXPECTED, "got hr %#lx\n", hr );
    ok_listens();
    raise_event( CHANNEL_EVENT_CONNECTED );
    ok_played();
    open_channel( 1 );
    ok( wait_for( test_host.flushed ), "nothing was flushed\n" );
    hang_up();
}

static void write_to_channel(void)
{
    server_writes( 1, "x", 1 );
}

/* A thread that has not entered the apartment itself is in the multithreaded one while that is there. */
static void leave_apartment( struct call *call )
{
    APTTYPEQUALIFIER qualifier = APTTYPEQUALIFIER_IMPLICIT_MTA;
    IUnknown *object = NULL;
    APTTYPE type = ~0u;
    HRESULT hr;

    CoGetApartmentType( &type, &qualifier );
    if (qualifier == APTTYPEQUALIFIER_NONE) CoUninitialize();
    hr = CoCreateInstance( &CLSID_StdGlobalInterfaceTable, NULL, CLSCTX_INPROC_SERVER, &IID_IGlobalInterfaceTable,
                           (void **)&object );
    ok( hr == S_OK, "got hr %#lx\n", hr );
    if (object) IUnknown_Release( object );
}

/* ours: plug-ins call CoUninitialize too often, and the apartment stays. Each call takes the reader, so that the threads
 * change places; in later tests those of former ones are in the apartment. */
static void test_apartment_stays(void)
{
    static const struct step start[] = { { INITIALIZE, .act = listen_on_test }, { .kind = CONNECTED } };
    static const struct step steps[] = { { DATA_RECEIVED, 1, .flags = SIGNAL | BLOCK, .act = leave_apartment } };
    unsigned int i;

    if (peer.form != FORM_EX_FREERDP) return;
    CoUninitialize();
    play( start );
    create_client( &host_iface, peer.plugin_file );
    ok_listens();
    raise_event( CHANNEL_EVENT_CONNECTED );
    ok_played();
    open_channel( 1 );
    ok( wait_for( test_host.reads ), "nobody reads\n" );
    for (i = 0; i < 10; i++)
    {
        play( steps );
        test_host.raise = write_to_channel;
        SetEvent( test_host.hang_up );
        ok_here();
        ok( wait_for( test_host.reads ), "no other thread reads\n" );
        let_go();
        ok_played();
    }
    hang_up();
    CoInitializeEx( NULL, COINIT_MULTITHREADED );
}

static void listen_and_fail( struct call *call )
{
    listen_on_test( call );
    call->hr = E_FAIL;
}

/* ours: what fails says why, and takes its names back, before everything is ready */
static void test_host_failure(void)
{
    static const struct step steps[] =
    {
        { INITIALIZE, .act = listen_and_fail },
        { LISTENER_CALLBACK_FREED, .flags = UNORDERED },
        { .kind = PLUGIN_FREED },
    };

    if (peer.form != FORM_EX_FREERDP && peer.form != FORM_FREERDP) return;
    play( steps );
    create_client( &host_iface, peer.plugin_file );
    ok_noticed( LISTEN, "TEST" );
    ok_noticed( UNLISTEN, "TEST" );
    ok_noticed( PLUGIN, "failed" );
    ok_noticed( READY, "" );
    ok_played();
    SetEvent( test_host.hang_up );
    ok_noticed( ENDED, "" );
}

static void wait_and_listen( struct call *call )
{
    ok( wait_for( test_host.not_loaded ), "the other's failure does not come\n" );
    listen_on_test( call );
}

/* ours: a client that looks into why one was not loaded keeps nobody else waiting, but all are not ready before it
 * returns */
static void test_host_not_loaded(void)
{
    static const struct step start[] = { { INITIALIZE, .act = wait_and_listen }, { .kind = CONNECTED } };
    const WCHAR *entries[] = { peer.plugin_file, missing_file };

    if (peer.form != FORM_EX_FREERDP && peer.form != FORM_FREERDP) return;
    play( start );
    create_client_with_entries( &host_iface, entries, ARRAY_SIZE(entries) );
    ok_noticed( LISTEN, "TEST" );
    ok_noticed( PLUGIN, "" );
    ok( WaitForSingleObject( test_host.come, 0 ) == WAIT_TIMEOUT, "all are ready\n" );
    SetEvent( test_host.let_go );
    ok_noticed( READY, "" );
    raise_event( CHANNEL_EVENT_CONNECTED );
    ok_played();
    open_channel( 1 );
    hang_up();
}

static void ask_for_static_channels( struct call *call )
{
    IWTSListener *listener;
    unsigned int i;
    HRESULT hr;

    for (i = 0; i < 2; i++)
    {
        listener = (IWTSListener *)0xdeadbeef;
        hr = IWTSVirtualChannelManager_CreateListener( call->manager, "STATIC", TS_VC_LISTENER_STATIC_CHANNEL,
                                                       call->listener_callback, &listener );
        ok( hr == E_NOTIMPL && !listener, "got hr %#lx, listener %p\n", hr, listener );
    }
    listen_on_test( call );
}

/* documented: flags are 0; ours: who asks for a static channel is told of once, and works otherwise */
static void test_static_listener(void)
{
    static const struct step start[] = { { INITIALIZE, .act = ask_for_static_channels }, { .kind = CONNECTED } };

    if (peer.form != FORM_EX_FREERDP && peer.form != FORM_FREERDP) return;
    play( start );
    create_client( &host_iface, peer.plugin_file );
    ok_noticed( WARNING, "It asks CreateListener for a static channel (STATIC), which no plug-in gets there: what needs it does "
                "not work, the rest goes on" );
    ok_listens();
    raise_event( CHANNEL_EVENT_CONNECTED );
    ok_played();
    open_channel( 1 );
    hang_up();
}

static void load_two( struct call *call )
{
    if (call->kind == COUNT_INSTANCES) call->value = 2;
}

/* ours: plug-ins that come from one entry have its number, and are ready together */
static void test_two_plugins_of_one_entry(void)
{
    static const struct step steps[] =
    {
        { INITIALIZE, .act = listen_on_test },
        { INITIALIZE, .flags = UNORDERED, .act = listen_on_test },
        { CONNECTED, .flags = UNORDERED },
        { CONNECTED, .flags = UNORDERED },
    };
    static const struct step ended[] =
    {
        { TERMINATED, .flags = UNORDERED }, { LISTENER_CALLBACK_FREED, .flags = UNORDERED },
        { PLUGIN_FREED, .flags = UNORDERED }, { TERMINATED, .flags = UNORDERED },
        { LISTENER_CALLBACK_FREED, .flags = UNORDERED }, { PLUGIN_FREED, .flags = UNORDERED },
        { DISCONNECTED, .flags = UNORDERED }, { DISCONNECTED, .flags = UNORDERED },
    };
    unsigned int i, seen[ENDED + 1] = { 0 };

    if (peer.form != FORM_EX_FREERDP && peer.form != FORM_FREERDP) return;
    script.on_load = load_two;
    play( steps );
    create_client( &host_iface, peer.plugin_file );
    raise_event( CHANNEL_EVENT_CONNECTED );
    ok_played();
    script.on_load = NULL;
    for (i = 0; i < 4; i++)
    {
        ok( wait_for( test_host.come ), "a notice does not come\n" );
        seen[test_host.notices[test_host.seen++]]++;
    }
    ok( seen[LISTEN] == 2 && seen[PLUGIN] == 1 && seen[READY] == 1, "%u names, %u entries, %u times ready\n",
        seen[LISTEN], seen[PLUGIN], seen[READY] );
    play( ended );
    SetEvent( test_host.hang_up );
    ok_played();
    ok_noticed( ENDED, "" );
}

static void create_client_with_limits( const WINE_DVC_LIMITS *limits )
{
    static const WINE_DVC_LIMITS none = { 0 };
    const WCHAR *entry = peer.plugin_file;
    union entry_points entry_points;
    HRESULT hr;

    init_entry_points( &entry_points, sizeof(entry_points.freerdp) );
    ok( call_entry( &entry_points ), "the entry failed\n" );
    session.client = entry_points.freerdp.pInterface;
    hr = IWineDVCClient_Configure( session.client, &host_iface, 1, &entry );
    ok( hr == S_OK, "got hr %#lx\n", hr );
    hr = IWineDVCClient_SetSlowLimit( session.client, SLOW_LIMIT );
    ok( hr == S_OK, "got hr %#lx\n", hr );
    hr = IWineDVCClient_SetLimits( session.client, limits );
    ok( hr == S_OK, "got hr %#lx\n", hr );
    hr = IWineDVCClient_SetLimits( session.client, &none );
    ok( hr == S_OK, "got hr %#lx\n", hr );
    raise_event( CHANNEL_EVENT_INITIALIZED );
}

/* ours: a call that has not returned in time is reported with its name, and as new once: when the second is reported, the
 * first has been looked at again */
static void test_slow_calls(void)
{
    static const struct step start[] = { { INITIALIZE, .act = listen_on_test }, { .kind = CONNECTED } };
    static const WINE_DVC_LIMITS limits = { 0 };
    static const struct step steps[] =
    {
        { DATA_RECEIVED, 5, .flags = SIGNAL | BLOCK, .data = "block" },
        { CLOSED, .flags = SIGNAL | BLOCK },
        { CLOSED, .flags = SIGNAL | BLOCK },
        { CLOSED, .flags = SIGNAL | BLOCK },
        { .kind = CALLBACK_FREED },
        { .kind = CALLBACK_FREED },
        { .kind = CALLBACK_FREED },
    };
    BYTE id;

    if (peer.form != FORM_EX_FREERDP && peer.form != FORM_FREERDP) return;
    play( start );
    create_client_with_limits( &limits );
    raise_event( CHANNEL_EVENT_CONNECTED );
    ok_played();
    ok_listens();
    for (id = 1; id <= 4; id++) open_channel( id );

    InterlockedExchange( &test_host.wants_slow, TRUE );
    play( steps );
    server_writes( 1, "block", 5 );
    ok_here();
    ok_noticed( SLOW, "OnDataReceived" );
    for (id = 2; id <= 4; id++)
    {
        server_closes( id );
        ok_sent( 0x40, id );
        ok_here();
        ok_noticed( SLOW, "OnClose" );
    }
    InterlockedExchange( &test_host.wants_slow, FALSE );
    for (id = 1; id <= 4; id++) let_go();
    ok_played();
    hang_up();
}

/* What is received and not taken: what came in time is delivered after all. */
static void check_receiving_limits( BYTE *pdu )
{
    static const struct step steps[] =
    {
        { DATA_RECEIVED, MIB, .flags = SIGNAL | BLOCK },
        { .kind = DATA_RECEIVED, .value = MIB },
        { .kind = DATA_RECEIVED, .value = MIB },
        { .kind = CLOSED },
        { CALLBACK_FREED, .flags = SAME_THREAD },
    };
    unsigned int i;

    open_channel( 1 );
    play( steps );
    server_sends( pdu, 2 + MIB );
    ok_here();
    ok_noticed( WARNING, "Channel TEST has more than 1 MiB that the plug-in does not take" );
    for (i = 0; i < 3; i++) server_sends( pdu, 2 + MIB );   /* the last one is for no channel */
    ok_noticed( WARNING, "Channel TEST has more than 3 MiB that the plug-in does not take, so it is closed" );
    ok_sent( 0x40, 1 );
    let_go();
    ok_played();
}

/* The last PDU of a run stands for it. */
static void complete_pdu( struct pdu *pdu, unsigned int *run )
{
    *run += pdu->size;
    if (pdu->user_data)
    {
        IWineDVCClient_Complete( session.client, pdu->user_data, *run );
        *run = 0;
    }
    free( pdu );
}

/* What is written and not sent: a window's worth of it may be on its way. */
static void check_sending_limits( BYTE *data )
{
    static const struct step steps[] = { { .kind = CLOSED }, { CALLBACK_FREED, .flags = SAME_THREAD } };
    IWTSVirtualChannel *channel = open_channel( 1 );
    unsigned int count, run = 0;
    BOOL closed = FALSE;
    struct pdu *pdu;
    HRESULT hr;

    play( steps );
    peer.transport = HOLD;
    for (count = 0; count < 8; count++)
        if ((hr = IWTSVirtualChannel_Write( channel, MIB / 2, data, NULL )) != S_OK) break;
    ok( hr == E_OUTOFMEMORY && count >= 5, "Write number %u got hr %#lx\n", count, hr );
    ok_write( channel, 1, data, GRACEFUL );
    ok_noticed( WARNING, "Channel TEST has more than 1 MiB that the server does not take" );
    ok_noticed( WARNING, "Channel TEST has more than 3 MiB that the server does not take, so it is closed" );
    ok_played();
    while (!closed && (pdu = next_pdu( TRUE )))
    {
        closed = pdu->data[0] == 0x40;
        complete_pdu( pdu, &run );
    }
    ok( closed, "no CLOSE is sent\n" );
    peer.transport = COMPLETE_AT_ONCE;
}

/* ours: a channel ends before it keeps more than the client lets it, either way, and what comes near that is reported,
 * once; 0 changes nothing */
static void test_queue_limits(void)
{
    static const struct step start[] = { { INITIALIZE, .act = listen_on_test }, { .kind = CONNECTED } };
    static const WINE_DVC_LIMITS limits = { .soft = 1, .hard = 3 };
    BYTE *pdu;

    if (peer.form != FORM_EX_FREERDP && peer.form != FORM_FREERDP) return;
    pdu = calloc( 1, 2 + MIB );
    pdu[0] = 0x30;
    pdu[1] = 1;
    play( start );
    create_client_with_limits( &limits );
    raise_event( CHANNEL_EVENT_CONNECTED );
    ok_played();
    ok_listens();
    check_receiving_limits( pdu );
    check_sending_limits( pdu );
    free( pdu );
    open_channel( 1 );
    hang_up();
}

static void start_client_with_limits( const WINE_DVC_LIMITS *limits )
{
    static const struct step start[] = { { INITIALIZE, .act = listen_on_test }, { .kind = CONNECTED } };

    play( start );
    create_client_with_limits( limits );
    raise_event( CHANNEL_EVENT_CONNECTED );
    ok_played();
    ok_listens();
}

/* A message whose PDUs, which have 2 bytes more each, and the first one 4, fill the window. */
#define WINDOW_PDUS    165
#define WINDOW_MESSAGE (262144 - WINDOW_PDUS * 2 - 4)

/* 1 MiB of the blocks that they take. */
#define SMALL_WRITES (MIB / 256)

/* Nothing else can be sent until it is completed, but for a control PDU. */
static void fill_window( IWTSVirtualChannel *channel, struct pdu *pdus[WINDOW_PDUS] )
{
    BYTE *data = calloc( 1, WINDOW_MESSAGE );
    unsigned int i;

    peer.transport = HOLD;
    ok_write( channel, WINDOW_MESSAGE, data, S_OK );
    for (i = 0; i < WINDOW_PDUS; i++) pdus[i] = next_pdu( TRUE );
    ok( pdus[WINDOW_PDUS - 1] != NULL, "the window is not full\n" );
    peer.transport = COMPLETE_AT_ONCE;
    free( data );
}

static void empty_window( struct pdu *pdus[WINDOW_PDUS] )
{
    unsigned int i, run = 0;

    for (i = 0; i < WINDOW_PDUS && pdus[i]; i++) complete_pdu( pdus[i], &run );
}

static void write_small( IWTSVirtualChannel *channel, unsigned int count )
{
    unsigned int i;

    for (i = 0; i < count; i++) if (IWTSVirtualChannel_Write( channel, 1, (BYTE *)"x", NULL ) != S_OK) break;
    ok( i == count, "%u of %u were written\n", i, count );
}

/* What channel 1 writes waits behind what the other one has in the window; before, it is sent, and more of it. */
static void exceed_with_small_writes( IWTSVirtualChannel *other, HRESULT expected, const char *const *warnings )
{
    static const struct step closed[] = { { .kind = CLOSED }, { CALLBACK_FREED, .flags = SAME_THREAD } };
    IWTSVirtualChannel *channel = open_channel( 1 );
    struct pdu *pdus[WINDOW_PDUS];
    unsigned int i, sent;

    for (i = 0; i < 5 && !wait_failed; i++)
    {
        write_small( channel, SMALL_WRITES / 4 );
        for (sent = 0; sent < SMALL_WRITES / 4 && !wait_failed; sent++) ok_text( 1, "x" );
    }
    fill_window( other, pdus );
    play( closed );
    write_small( channel, SMALL_WRITES );
    ok_write( channel, 1, "x", expected );
    while (*warnings) ok_noticed( WARNING, *warnings++ );
    ok_sent( 0x40, 1 );
    ok_played();
    empty_window( pdus );
}

static void check_small_writes( const WINE_DVC_LIMITS *limits, HRESULT expected, const char *const *warnings )
{
    IWTSVirtualChannel *other;
    unsigned int i;

    start_client_with_limits( limits );
    other = open_channel( 2 );
    for (i = 0; i < 2 && !wait_failed; i++) exceed_with_small_writes( other, expected, warnings );
    close_channel( 2 );
    open_channel( 1 );
    hang_up();
}

/* ours: what is written counts as the memory that it takes, which is much more than its bytes where those are few; what
 * was sent, or dropped, does not count any more */
static void test_small_writes(void)
{
    static const WINE_DVC_LIMITS own = { .soft = 1, .hard = 1, .total = 8 }, all = { .soft = 8, .hard = 8, .total = 1 };
    static const char *const own_warnings[] =
    {
        "Channel TEST has more than 1 MiB that the server does not take",
        "Channel TEST has more than 1 MiB that the server does not take, so it is closed",
        NULL
    };
    static const char *const all_warnings[] =
    {
        "These plug-ins keep more than 1 MiB that was not sent or not taken: channel TEST has most of it, so it is closed",
        NULL
    };

    if (peer.form != FORM_EX_FREERDP && peer.form != FORM_FREERDP) return;
    check_small_writes( &own, E_OUTOFMEMORY, own_warnings );
    check_small_writes( &all, S_OK, all_warnings );
}

/* ours: over the limit of all channels together the one that keeps most ends, and what it kept is gone */
static void test_total_limit(void)
{
    static const WINE_DVC_LIMITS limits = { .soft = 8, .hard = 8, .total = 5 };
    static const struct step steps[] =
    {
        { DATA_RECEIVED, MIB, .flags = SIGNAL | BLOCK },
        { DATA_RECEIVED, MIB, .flags = SIGNAL | BLOCK },
        { CLOSED, .flags = UNORDERED },
        { CALLBACK_FREED, .flags = UNORDERED },
        { DATA_RECEIVED, MIB, .flags = UNORDERED },
    };
    BYTE *pdu;
    unsigned int i;

    if (peer.form != FORM_EX_FREERDP && peer.form != FORM_FREERDP) return;
    pdu = calloc( 1, 2 + MIB );
    pdu[0] = 0x30;
    start_client_with_limits( &limits );
    open_channel( 1 );
    open_channel( 2 );
    play( steps );
    pdu[1] = 1;
    server_sends( pdu, 2 + MIB );
    ok_here();
    pdu[1] = 2;
    server_sends( pdu, 2 + MIB );
    ok_here();
    server_sends( pdu, 2 + MIB );
    pdu[1] = 1;
    for (i = 0; i < 2; i++) server_sends( pdu, 2 + MIB );
    ok_noticed( WARNING, "These plug-ins keep more than 5 MiB that was not sent or not taken: channel TEST has most of "
                "it, so it is closed" );
    ok_sent( 0x40, 1 );
    let_go();   /* one of them, then the other */
    let_go();
    ok_played();
    free( pdu );
    close_channel( 2 );
    open_channel( 1 );
    hang_up();
}

static void write_mibs_early( struct call *call )
{
    BYTE *data = calloc( 1, MIB );

    ok_write( call->channel, MIB, data, S_OK );
    IWTSVirtualChannel_Write( call->channel, MIB, data, NULL );
    free( data );
}

static void write_early_and_close( struct call *call )
{
    BYTE *data = calloc( 1, MIB );

    ok_write( call->channel, MIB * 3 / 4, data, S_OK );
    ok_close( call->channel );
    free( data );
    SetEvent( script.here );
    wait_for( script.go );
}

/* ours: so does one whose plug-in has not accepted it yet: the server gets no CLOSE before the answer, which is a
 * refusal; and what is refused in any case keeps nothing, at whose cost another would end */
static void test_total_limit_before_answer(void)
{
    static const WINE_DVC_LIMITS limits = { .soft = 8, .hard = 8, .total = 1 };
    static const struct step over[] =
    {
        { NEW_CHANNEL, .act = write_mibs_early },
        { .kind = CLOSED },
        { CALLBACK_FREED, .flags = SAME_THREAD },
    };
    static const struct step closed[] =
    {
        { NEW_CHANNEL, .act = write_early_and_close },
        { .kind = CLOSED },
        { CALLBACK_FREED, .flags = SAME_THREAD },
    };
    IWTSVirtualChannel *channel;
    BYTE *data;

    if (peer.form != FORM_EX_FREERDP && peer.form != FORM_FREERDP) return;
    data = calloc( 1, MIB );
    start_client_with_limits( &limits );
    play( over );
    server_creates( 1, "TEST" );
    ok_noticed( WARNING, "These plug-ins keep more than 1 MiB that was not sent or not taken: channel TEST has most of "
                "it, so it is closed" );
    ok_refused( 1 );
    ok_played();

    channel = open_channel( 1 );
    play( closed );
    server_creates( 2, "TEST" );
    ok_here();
    ok_write( channel, MIB * 3 / 4, data, S_OK );
    ok_message( 1, data, MIB * 3 / 4 );
    let_go();
    ok_refused( 2 );
    ok_played();
    hang_up();
    free( data );
}

/* OnDataReceived returns when the test wants that. */
static struct
{
    HANDLE come, go;    /* a call has come; it may return */
    HANDLE large_go;    /* so may one for LARGE bytes */
    HANDLE closed;      /* OnClose has come */
    HANDLE freed;       /* a callback is released */
} held;

#define LARGE (MIB * 3 / 4)

static void hold_data( struct call *call )
{
    if (call->kind == CLOSED) ReleaseSemaphore( held.closed, 1, NULL );
    if (call->kind == CALLBACK_FREED) ReleaseSemaphore( held.freed, 1, NULL );
    if (call->kind != DATA_RECEIVED) return;
    if (call->value == LARGE)
    {
        wait_for( held.large_go );
        return;
    }
    ReleaseSemaphore( held.come, 1, NULL );
    wait_for( held.go );
}

static void start_holding( const WINE_DVC_LIMITS *limits, void (*on_call)( struct call *call ) )
{
    held.come = CreateSemaphoreW( NULL, 0, 8, NULL );
    held.closed = CreateSemaphoreW( NULL, 0, 8, NULL );
    held.freed = CreateSemaphoreW( NULL, 0, 8, NULL );
    held.go = CreateEventW( NULL, TRUE, FALSE, NULL );
    held.large_go = CreateEventW( NULL, FALSE, FALSE, NULL );
    start_client_with_limits( limits );
    script.on_call = on_call;
}

static void ok_held( HANDLE what, unsigned int count )
{
    while (count--) ok( wait_for( what ), "%u calls do not come\n", count + 1 );
}

static void let_all_go( unsigned int channels )
{
    SetEvent( held.go );
    ok_held( held.freed, channels );
    ResetEvent( held.go );
}

static void stop_holding(void)
{
    script.on_call = NULL;
    open_channel( 1 );
    hang_up();
    CloseHandle( held.come );
    CloseHandle( held.closed );
    CloseHandle( held.freed );
    CloseHandle( held.go );
    CloseHandle( held.large_go );
}

static void create_held( BYTE id )
{
    server_creates( id, "TEST" );
    ok_created( id );
}

#define LARGE_CHANNELS 3

/* Each has the memory of a large message for the next one, which is small and is not taken: they keep more than 2 MiB. */
static void check_small_in_large( BYTE *pdu )
{
    BYTE id;

    for (id = 1; id <= LARGE_CHANNELS; id++)
    {
        create_held( id );
        pdu[1] = id;
        server_sends( pdu, 2 + LARGE );
        server_writes( id, "block", 5 );
        SetEvent( held.large_go );
        ok_held( held.come, 1 );
    }
    for (id = 1; id <= LARGE_CHANNELS; id++) server_writes( id, "next", 4 );
    ok_noticed( WARNING, "These plug-ins keep more than 2 MiB that was not sent or not taken: channel TEST has most of "
                "it, so it is closed" );
    ok_sent( 0x40, 1 );
    for (id = 2; id <= LARGE_CHANNELS; id++)
    {
        server_closes( id );
        ok_sent( 0x40, id );
    }
    let_all_go( LARGE_CHANNELS );
}

/* ours: a small message in the memory of a large one counts as what it keeps */
static void test_small_in_large(void)
{
    static const WINE_DVC_LIMITS limits = { .soft = 8, .hard = 8, .total = 2 };
    BYTE *pdu;

    if (peer.form != FORM_EX_FREERDP && peer.form != FORM_FREERDP) return;
    pdu = calloc( 1, 2 + LARGE );
    pdu[0] = 0x30;
    start_holding( &limits, hold_data );
    check_small_in_large( pdu );
    free( pdu );
    stop_holding();
}

static void leak_and_hold( struct call *call )
{
    if (call->kind == NEW_CHANNEL) IWTSVirtualChannel_AddRef( call->channel );
    hold_data( call );
}

/* A channel ends whose plug-in keeps it, while it has a large message, or after that. */
static void end_large( BYTE *pdu, BOOL during )
{
    create_held( 1 );
    if (!during) SetEvent( held.large_go );
    server_sends( pdu, 2 + LARGE );
    ok_nothing_sent();
    server_closes( 1 );
    ok_sent( 0x40, 1 );
    if (during) SetEvent( held.large_go );
    ok_held( held.freed, 1 );
}

/* ours: channels that have ended keep no memory for a next message, however many are not released: others do */
static void test_spares_of_ended(void)
{
    static const WINE_DVC_LIMITS limits = { .soft = 8, .hard = 8, .total = 2 };
    unsigned int i;
    BYTE *pdu;

    if (peer.form != FORM_EX_FREERDP && peer.form != FORM_FREERDP) return;
    pdu = calloc( 1, 2 + LARGE );
    pdu[0] = 0x30;
    pdu[1] = 1;
    start_holding( &limits, leak_and_hold );
    for (i = 0; i < 100; i++) end_large( pdu, i % 2 );
    check_small_in_large( pdu );
    free( pdu );
    stop_holding();
}

/* A call does not return, and so many more MiB wait behind it. */
static void keep_mibs( BYTE *pdu, unsigned int count )
{
    create_held( 1 );
    server_writes( 1, "block", 5 );
    ok_held( held.come, 1 );
    while (count--) server_sends( pdu, 2 + MIB );
}

/* ours: the limit counts what channels keep that have ended: that goes first, at the latest when OnClose overtakes; what
 * calls hold that do not return is at the cost of those that are open */
static void test_total_limit_of_ended(void)
{
    static const WINE_DVC_LIMITS limits = { .soft = 8, .hard = 8, .total = 3 };
    static const char over[] = "These plug-ins keep more than 3 MiB that was not sent or not taken: channel TEST has most of "
                               "it, so it is closed";
    BYTE *pdu;

    if (peer.form != FORM_EX_FREERDP && peer.form != FORM_FREERDP) return;
    pdu = calloc( 1, 2 + 2 * MIB );
    pdu[0] = 0x30;
    pdu[1] = 1;
    start_holding( &limits, hold_data );
    keep_mibs( pdu, 2 );
    server_closes( 1 );
    ok_sent( 0x40, 1 );
    ok_held( held.closed, 1 );
    ok_counter( messages_dropped, 2 );
    let_all_go( 1 );

    keep_mibs( pdu, 2 );
    server_closes( 1 );
    ok_sent( 0x40, 1 );
    keep_mibs( pdu, 3 );
    ok_noticed( WARNING, over );
    ok_sent( 0x40, 1 );
    ok_nothing_sent();
    ok_counter( messages_dropped, 7 );
    let_all_go( 2 );

    create_held( 1 );
    server_sends( pdu, 2 + 2 * MIB );
    ok_held( held.come, 1 );
    server_closes( 1 );
    ok_sent( 0x40, 1 );
    create_held( 1 );
    server_sends( pdu, 2 + 2 * MIB );
    ok_noticed( WARNING, over );
    ok_sent( 0x40, 1 );
    let_all_go( 2 );
    free( pdu );
    stop_holding();
}

static LONG limited_calls, limited_most;
static HANDLE limited_go, limited_ended;

static void count_limited( struct call *call )
{
    LONG count;

    if (call->kind != DATA_RECEIVED) return;
    count = InterlockedIncrement( &limited_calls );
    if (count > limited_most) limited_most = count;
    wait_for( limited_go );
    InterlockedDecrement( &limited_calls );
    ReleaseSemaphore( limited_ended, 1, NULL );
}

/* ours: so many calls run at a time, which is told once; the others wait, and the server's PDUs are read */
static void test_thread_limit(void)
{
    static const WINE_DVC_LIMITS limits = { .threads = 3 };
    unsigned int i;

    if (peer.form != FORM_EX_FREERDP && peer.form != FORM_FREERDP) return;
    limited_go = CreateEventW( NULL, TRUE, FALSE, NULL );
    limited_ended = CreateSemaphoreW( NULL, 0, 8, NULL );
    start_client_with_limits( &limits );
    for (i = 1; i <= 8; i++) open_channel( i );
    limited_calls = limited_most = 0;
    script.on_call = count_limited;
    for (i = 1; i <= 8; i++) server_writes( i, "x", 1 );
    ok_noticed( WARNING, "3 calls of these plug-ins have not returned, which is as many as may run at a time: what comes "
                "now waits for one of them" );
    ok_nothing_sent();
    SetEvent( limited_go );
    for (i = 1; i <= 8; i++) ok( wait_for( limited_ended ), "call %u does not return\n", i );
    ok( limited_most == 3, "%ld calls ran at a time\n", limited_most );
    script.on_call = NULL;
    for (i = 2; i <= 8; i++) close_channel( i );
    hang_up();
    CloseHandle( limited_go );
    CloseHandle( limited_ended );
}

static void raise_data_and_close(void)
{
    server_writes( 2, "block", 5 );
    server_closes( 2 );
}

/* ours: OnClose overtakes a call that begins after the close was read, too */
static void test_close_read_with_data(void)
{
    static const WINE_DVC_LIMITS limits = { 0 };
    static const struct step steps[] =
    {
        { DATA_RECEIVED, 5, .flags = SIGNAL | BLOCK, .data = "block" },
        { CLOSED, .flags = BESIDE | SIGNAL },
        { .kind = CALLBACK_FREED },
    };

    if (peer.form != FORM_EX_FREERDP && peer.form != FORM_FREERDP) return;
    start_client_with_limits( &limits );
    open_channel( 1 );
    open_channel( 2 );
    play( steps );
    test_host.raise = raise_data_and_close;
    SetEvent( test_host.hang_up );
    ok_sent( 0x40, 2 );
    ok_here();
    ok_here();
    let_go();
    ok_played();
    hang_up();
}

/* ours: who unloads the DLL after the end does not pull it away from what is left of it */
static void test_unloading(void)
{
    HMODULE module = GetModuleHandleW( L"mstscax.dll" );
    unsigned int i;

    for (i = 0; i < 4; i++) FreeLibrary( module );
    ok( GetModuleHandleW( L"mstscax.dll" ) == module, "mstscax.dll was unloaded\n" );
}

static void run(void)
{
    test_host.count = test_host.seen = 0;
    test_apartment_stays();
    test_entry();
    test_extra_members();
    test_two_sessions();
    test_host_interface();
    test_host_failure();
    test_host_not_loaded();
    test_static_listener();
    test_two_plugins_of_one_entry();
    test_slow_calls();
    test_queue_limits();
    test_small_writes();
    test_total_limit();
    test_total_limit_before_answer();
    test_small_in_large();
    test_spares_of_ended();
    test_total_limit_of_ended();
    test_thread_limit();
    test_close_read_with_data();
    test_unloading();
}

START_TEST(entry)
{
    InitializeCriticalSection( &test_host.cs );
    test_host.come = CreateSemaphoreW( NULL, 0, ARRAY_SIZE(test_host.notices), NULL );
    test_host.reads = CreateEventW( NULL, FALSE, FALSE, NULL );
    test_host.hang_up = CreateEventW( NULL, FALSE, FALSE, NULL );
    test_host.flushed = CreateEventW( NULL, FALSE, FALSE, NULL );
    test_host.not_loaded = CreateEventW( NULL, FALSE, FALSE, NULL );
    test_host.let_go = CreateEventW( NULL, FALSE, FALSE, NULL );
    prepare_host();
    run_in_all_forms( run );
}
