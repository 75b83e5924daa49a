/*
 * Tests of the dynamic virtual channel client
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
 * A real channel manager exists on Windows only inside a live session, so all of this runs where
 * mstscax.dll has the private interface and is skipped elsewhere. Each expectation says where it
 * comes from: documented (Microsoft's reference), observed (of the real client), or ours.
 */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COBJMACROS
#include "windef.h"
#include "winbase.h"
#include "ole2.h"
#include "ocidl.h"
#include "initguid.h"
#include "tsvirtualchannels.h"
#include "wine/cchannelex.h"
#include "wine/mstscax.h"
#include "wine/list.h"

#include "wine/test.h"
#include "peer.h"

#define GRACEFUL HRESULT_FROM_WIN32( ERROR_GRACEFUL_DISCONNECT )
#define WINDOW 262144

DEFINE_GUID( CLSID_TestPlugin, 0x3f1e6f27, 0x41e8, 0x4a8e, 0x9a, 0x05, 0x63, 0x1d, 0x0c, 0x3e, 0x77, 0x02 );
static const WCHAR test_class[] = L"{3f1e6f27-41e8-4a8e-9a05-631d0c3e7702}";

static const GUID no_marshal = { 0xecc8691b, 0xc1db, 0x4dc0, { 0x85, 0x5e, 0x65, 0xf6, 0xc5, 0x51, 0xaf, 0x49 } };

static VIRTUALCHANNELENTRYEX *entry;
static IWineDVCClient *client;

/* This program is a plug-in DLL as well, for the forms of AddIns that name a file. */

static ULONG instance_count = 1;
static HRESULT instance_hr;

HRESULT STDMETHODCALLTYPE __declspec(dllexport) VirtualChannelGetInstance( REFIID riid, ULONG *count, void **objects )
{
    ULONG i;

    ok( IsEqualGUID( riid, &IID_IWTSPlugin ), "got riid %s\n", wine_dbgstr_guid( riid ) );
    if (objects)
    {
        /* known plug-ins refuse a smaller capacity than they named */
        ok( *count == instance_count, "got capacity %lu\n", *count );
        for (i = 0; i < instance_count; i++) objects[i] = create_plugin();
    }
    *count = instance_count;
    return instance_hr;
}

HRESULT STDMETHODCALLTYPE __declspec(dllexport) DllGetClassObject( REFCLSID clsid, REFIID riid, void **out )
{
    ok( IsEqualGUID( riid, &IID_IClassFactory ), "got riid %s\n", wine_dbgstr_guid( riid ) );
    if (!IsEqualGUID( clsid, &CLSID_TestPlugin )) return CLASS_E_CLASSNOTAVAILABLE;
    *out = &plugin_factory;
    return S_OK;
}

static void reset_plugin(void)
{
    memset( &plugin, 0, sizeof(plugin) );
    plugin.accept = plugin.give_callback = TRUE;
}

static void listen( IWTSVirtualChannelManager *manager )
{
    HRESULT hr = IWTSVirtualChannelManager_CreateListener( manager, "TEST", 0, &listener_callback, NULL );
    ok( hr == S_OK, "got hr %#lx\n", hr );
}

static void create_client( UINT32 count, const WCHAR **entries )
{
    CHANNEL_ENTRY_POINTS_FREERDP_EX entry_points;
    HRESULT hr;

    init_entry_points( &entry_points.entry_points, sizeof(entry_points) );
    entry_points.MagicNumber = FREERDP_CHANNEL_MAGIC_NUMBER;
    peer.transport = COMPLETE_AT_ONCE;
    ok( entry( &entry_points.entry_points, &peer ), "the entry failed\n" );
    client = entry_points.pInterface;
    hr = IWineDVCClient_Configure( client, NULL, count, entries );
    ok( hr == S_OK, "got hr %#lx\n", hr );
    raise_event( CHANNEL_EVENT_INITIALIZED );
}

/* A connected client with one plug-in that listens on TEST. */
static void start_client(void)
{
    const WCHAR *entries[] = { test_class };

    if (!plugin.on_initialize) plugin.on_initialize = listen;
    create_client( ARRAY_SIZE(entries), entries );
    ok_called( INITIALIZE, 0 );
    raise_event( CHANNEL_EVENT_CONNECTED );
    ok_called( CONNECTED, 0 );
}

static void stop_client(void)
{
    raise_event( CHANNEL_EVENT_TERMINATED );
    ok_called( DISCONNECTED, 0 );
    ok_called( TERMINATED, 0 );
    ok_called( RELEASED, 0 );
    ok_not_called();
    reset_plugin();
}

static void open_channel( BYTE id )
{
    server_creates( id, "TEST" );
    ok_called( NEW_CHANNEL, 0 );
    ok_sent( 0x10, id, 0, 0, 0, 0 );
}

static void ok_closed(void)
{
    ok_called( CLOSED, 0 );
    ok_called( CALLBACK_RELEASED, 0 );
}

/* ours: the way in is FreeRDP's; each form of its structure works */
static void test_entry(void)
{
    CHANNEL_ENTRY_POINTS_FREERDP2_EX freerdp2;
    CHANNEL_ENTRY_POINTS_EX plain;
    void *handed = NULL;

    init_entry_points( &plain, sizeof(plain) );
    ok( entry( &plain, &peer ), "the entry failed\n" );
    ok( !strcmp( peer.channel.name, "drdynvc" ), "got name %s\n", peer.channel.name );

    init_entry_points( &plain, sizeof(plain) );
    plain.cbSize--;
    ok( !entry( &plain, &peer ), "a short structure was taken\n" );

    init_entry_points( &freerdp2.entry_points, sizeof(freerdp2) );
    freerdp2.MagicNumber = FREERDP_CHANNEL_MAGIC_NUMBER;
    freerdp2.ppInterface = &handed;
    ok( entry( &freerdp2.entry_points, &peer ), "the entry failed\n" );
    ok( handed && !freerdp2.pInterface, "got interfaces %p, %p\n", handed, freerdp2.pInterface );

    init_entry_points( &plain, sizeof(plain) );
    peer.init_error = CHANNEL_RC_TOO_MANY_CHANNELS;
    ok( !entry( &plain, &peer ), "a failed InitEx was ignored\n" );
    peer.init_error = 0;
}

/* documented: Initialize once, Connected, Disconnected( code ), perhaps Connected again, Terminated */
static void test_life_cycle(void)
{
    start_client();
    IWineDVCClient_SetDisconnectCode( client, 2308 );
    raise_event( CHANNEL_EVENT_DISCONNECTED );
    ok_called( DISCONNECTED, 2308 );
    raise_event( CHANNEL_EVENT_DISCONNECTED );
    raise_event( CHANNEL_EVENT_CONNECTED );
    ok_called( CONNECTED, 0 );
    open_channel( 1 );
    IWineDVCClient_SetDisconnectCode( client, 1 );
    raise_event( CHANNEL_EVENT_DISCONNECTED );
    ok_closed();
    ok_called( DISCONNECTED, 1 );
    raise_event( CHANNEL_EVENT_TERMINATED );
    ok_called( TERMINATED, 0 );
    ok_called( RELEASED, 0 );
    ok_not_called();
    ok( !listener_callback_ref, "the listener's callback has %ld references\n", listener_callback_ref );
    reset_plugin();
}

/* documented: a plug-in whose Initialize fails is released; ours: its listeners vanish */
static void test_failed_initialize(void)
{
    const WCHAR *entries[] = { test_class };

    plugin.initialize_hr = E_FAIL;
    plugin.on_initialize = listen;
    create_client( ARRAY_SIZE(entries), entries );
    ok_called( INITIALIZE, 0 );
    ok_called( RELEASED, 0 );
    raise_event( CHANNEL_EVENT_CONNECTED );
    /* the release is the last that happens to it, but for the removal of its listeners */
    raise_event( CHANNEL_EVENT_TERMINATED );
    ok_not_called();
    ok( !listener_callback_ref, "the listener's callback has %ld references\n", listener_callback_ref );
    reset_plugin();
}

#define check_interface( iface, iid, supported ) check_interface_( __LINE__, iface, iid, supported )
static void check_interface_( int line, void *iface, REFIID iid, BOOL supported )
{
    IUnknown *unknown = (IUnknown *)0xdeadbeef, *identity, *other;
    HRESULT hr = IUnknown_QueryInterface( (IUnknown *)iface, iid, (void **)&unknown );

    ok_(__FILE__, line)( hr == (supported ? S_OK : E_NOINTERFACE), "got hr %#lx\n", hr );
    ok_(__FILE__, line)( !unknown == !supported, "got %p\n", unknown );
    if (FAILED(hr)) return;
    IUnknown_QueryInterface( (IUnknown *)iface, &IID_IUnknown, (void **)&identity );
    IUnknown_QueryInterface( unknown, &IID_IUnknown, (void **)&other );
    ok_(__FILE__, line)( identity == other, "the identities are %p and %p\n", identity, other );
    IUnknown_Release( identity );
    IUnknown_Release( other );
    IUnknown_Release( unknown );
}

static void test_interfaces(void)
{
    IWTSPluginServiceProvider *provider;
    IUnknown *service = (IUnknown *)0xdeadbeef;
    IPropertyBag *bag;
    IWTSListener *listener;
    VARIANT value;
    HRESULT hr;

    start_client();
    check_interface( plugin.manager, &IID_IWTSVirtualChannelManager, TRUE );
    check_interface( plugin.manager, &IID_IWTSPluginServiceProvider, TRUE );
    check_interface( plugin.manager, &IID_IWTSListener, FALSE );
    check_interface( plugin.manager, &no_marshal, FALSE );
    hr = IWTSVirtualChannelManager_QueryInterface( plugin.manager, &IID_IUnknown, NULL );
    ok( hr == E_POINTER, "got hr %#lx\n", hr );

    /* ours: no service is known */
    IWTSVirtualChannelManager_QueryInterface( plugin.manager, &IID_IWTSPluginServiceProvider, (void **)&provider );
    hr = IWTSPluginServiceProvider_GetService( provider, IID_IUnknown, &service );
    ok( hr == E_NOINTERFACE && !service, "got hr %#lx, service %p\n", hr, service );
    IWTSPluginServiceProvider_Release( provider );

    hr = IWTSVirtualChannelManager_CreateListener( plugin.manager, "OTHER", 0, &listener_callback, &listener );
    ok( hr == S_OK, "got hr %#lx\n", hr );
    check_interface( listener, &IID_IWTSListener, TRUE );
    check_interface( listener, &IID_IWTSVirtualChannel, FALSE );

    /* ours: the documented property bag, empty */
    hr = IWTSListener_GetConfiguration( listener, &bag );
    ok( hr == S_OK, "got hr %#lx\n", hr );
    V_VT( &value ) = VT_EMPTY;
    hr = IPropertyBag_Read( bag, L"DefaultConfig", &value, NULL );
    ok( hr == E_INVALIDARG, "got hr %#lx\n", hr );
    V_VT( &value ) = VT_I4;
    V_I4( &value ) = 42;
    hr = IPropertyBag_Write( bag, L"DefaultConfig", &value );
    ok( hr == S_OK, "got hr %#lx\n", hr );
    V_VT( &value ) = VT_EMPTY;
    hr = IPropertyBag_Read( bag, L"defaultconfig", &value, NULL );
    ok( hr == S_OK && V_VT( &value ) == VT_I4 && V_I4( &value ) == 42, "got hr %#lx, type %d\n", hr, V_VT( &value ) );
    ok( !IPropertyBag_Release( bag ), "the bag has more references\n" );
    IWTSListener_Release( listener );

    open_channel( 1 );
    check_interface( plugin.channel, &IID_IWTSVirtualChannel, TRUE );
    check_interface( plugin.channel, &IID_IWTSVirtualChannelManager, FALSE );
    server_closes( 1 );
    ok_sent( 0x40, 1 );
    ok_closed();
    stop_client();
}

static void test_CreateListener(void)
{
    char name[MAX_PATH + 2];
    IWTSListener *listener = (IWTSListener *)0xdeadbeef;
    HRESULT hr;

    start_client();
    /* documented: the name has at most MAX_PATH characters */
    memset( name, 'x', sizeof(name) );
    name[MAX_PATH + 1] = 0;
    hr = IWTSVirtualChannelManager_CreateListener( plugin.manager, name, 0, &listener_callback, &listener );
    ok( hr == E_INVALIDARG && !listener, "got hr %#lx, listener %p\n", hr, listener );
    name[MAX_PATH] = 0;
    hr = IWTSVirtualChannelManager_CreateListener( plugin.manager, name, 0, &listener_callback, &listener );
    ok( hr == S_OK && listener, "got hr %#lx, listener %p\n", hr, listener );
    IWTSListener_Release( listener );
    /* ours */
    hr = IWTSVirtualChannelManager_CreateListener( plugin.manager, NULL, 0, &listener_callback, &listener );
    ok( hr == E_INVALIDARG, "got hr %#lx\n", hr );
    hr = IWTSVirtualChannelManager_CreateListener( plugin.manager, "", 0, &listener_callback, &listener );
    ok( hr == E_INVALIDARG, "got hr %#lx\n", hr );
    hr = IWTSVirtualChannelManager_CreateListener( plugin.manager, "NAME", 0, NULL, &listener );
    ok( hr == E_POINTER, "got hr %#lx\n", hr );
    hr = IWTSVirtualChannelManager_CreateListener( plugin.manager, "NAME", TS_VC_LISTENER_STATIC_CHANNEL,
                                                   &listener_callback, &listener );
    ok( hr == E_NOTIMPL, "got hr %#lx\n", hr );
    hr = IWTSVirtualChannelManager_CreateListener( plugin.manager, "NAME", 0x10, &listener_callback, NULL );
    ok( hr == S_OK, "got hr %#lx\n", hr );
    /* observed: names compare byte by byte */
    server_creates( 1, "name" );
    ok_sent( 0x10, 1, 0x25, 0x02, 0, 0xc0 );
    server_creates( 1, "NAME" );
    ok_called( NEW_CHANNEL, 0 );
    ok_sent( 0x10, 1, 0, 0, 0, 0 );
    raise_event( CHANNEL_EVENT_DISCONNECTED );
    ok_closed();
    ok_called( DISCONNECTED, 0 );
    raise_event( CHANNEL_EVENT_TERMINATED );
    ok_called( TERMINATED, 0 );
    ok_called( RELEASED, 0 );
    reset_plugin();
}

/* ours, after what servers were seen to accept: no listener 0xc0000225, refused 0xc0000001 */
static void test_refusal(void)
{
    static const BYTE data[] = { 1 };
    WINE_DVC_COUNTERS counters;

    start_client();
    server_creates( 1, "NOBODY" );
    ok_sent( 0x10, 1, 0x25, 0x02, 0, 0xc0 );

    plugin.accept = FALSE;
    plugin.give_callback = FALSE;
    server_creates( 1, "TEST" );
    ok_called( NEW_CHANNEL, 0 );
    ok_sent( 0x10, 1, 0x01, 0, 0, 0xc0 );

    plugin.give_callback = TRUE;
    server_creates( 1, "TEST" );
    ok_called( NEW_CHANNEL, 0 );
    ok_called( CALLBACK_RELEASED, 0 );
    ok_sent( 0x10, 1, 0x01, 0, 0, 0xc0 );

    plugin.accept = TRUE;
    plugin.give_callback = FALSE;
    server_creates( 1, "TEST" );
    ok_called( NEW_CHANNEL, 0 );
    ok_sent( 0x10, 1, 0x01, 0, 0, 0xc0 );

    plugin.give_callback = TRUE;
    plugin.new_channel_hr = E_ACCESSDENIED;
    server_creates( 1, "TEST" );
    ok_called( NEW_CHANNEL, 0 );
    ok_called( CALLBACK_RELEASED, 0 );
    ok_sent( 0x10, 1, 0x01, 0, 0, 0xc0 );

    /* observed: servers write to channels that were refused, and close them */
    IWineDVCClient_GetCounters( client, &counters );
    ok( counters.channels_refused == 5 && !counters.pdus_ignored, "refused %I64d, ignored %I64d\n",
        counters.channels_refused, counters.pdus_ignored );
    server_writes( 1, data, sizeof(data) );
    server_closes( 1 );
    ok_nothing_sent();
    IWineDVCClient_GetCounters( client, &counters );
    ok( counters.pdus_ignored == 2, "ignored %I64d\n", counters.pdus_ignored );
    stop_client();
}

static unsigned int offers;

static void refuse_first( IWTSVirtualChannel *channel )
{
    static BYTE lost[] = { 0xbb };

    plugin.accept = ++offers == 2;
    if (!plugin.accept) IWTSVirtualChannel_Write( channel, sizeof(lost), lost, NULL );
}

static void listen_twice( IWTSVirtualChannelManager *manager )
{
    listen( manager );
    listen( manager );
}

/* ours: listeners of one name are asked in order until one accepts */
static void test_two_listeners(void)
{
    offers = 0;
    plugin.on_initialize = listen_twice;
    plugin.on_new_channel = refuse_first;
    start_client();
    server_creates( 1, "TEST" );
    ok_called( NEW_CHANNEL, 0 );
    ok_called( CALLBACK_RELEASED, 0 );
    ok_called( NEW_CHANNEL, 0 );
    ok_sent( 0x10, 1, 0, 0, 0, 0 );
    /* what the one that refused wrote is gone */
    ok_nothing_sent();
    server_closes( 1 );
    ok_sent( 0x40, 1 );
    ok_closed();
    stop_client();
}

static DWORD CALLBACK write_thread( void *channel )
{
    static BYTE data[] = "other thread";
    HRESULT hr = IWTSVirtualChannel_Write( channel, sizeof(data), data, NULL );

    ok( hr == S_OK, "got hr %#lx\n", hr );
    return 0;
}

static void write_early( IWTSVirtualChannel *channel )
{
    static BYTE early[] = "early";
    HANDLE thread = CreateThread( NULL, 0, write_thread, channel, 0, NULL );
    HRESULT hr;

    ok( !WaitForSingleObject( thread, TIMEOUT ), "Write does not return\n" );
    CloseHandle( thread );
    hr = IWTSVirtualChannel_Write( channel, sizeof(early), early, NULL );
    ok( hr == S_OK, "got hr %#lx\n", hr );
}

static void test_Write(void)
{
    static const SIZE_T sizes[] = { 1, 1589, 1590, 1591, 1596, 1598, 1599, 1600, 3180, 3181, 65535, 65536, 131071 };
    BYTE *buffer = malloc( 131071 ), *copy = malloc( 131071 );
    IWTSVirtualChannel *channel;
    unsigned int i;
    HRESULT hr;

    for (i = 0; i < 131071; i++) copy[i] = i * 7 + (i >> 8);

    /* observed: plug-ins write before they accepted */
    plugin.on_new_channel = write_early;
    start_client();
    server_creates( 1, "TEST" );
    ok_called( NEW_CHANNEL, 0 );
    ok_sent( 0x10, 1, 0, 0, 0, 0 );
    ok_message( 1, (const BYTE *)"other thread", 13 );
    ok_message( 1, (const BYTE *)"early", 6 );

    /* documented: Write copies; observed: of any size */
    channel = plugin.channel;
    for (i = 0; i < ARRAY_SIZE(sizes); i++)
    {
        memcpy( buffer, copy, sizes[i] );
        hr = IWTSVirtualChannel_Write( channel, sizes[i], buffer, NULL );
        ok( hr == S_OK, "%Iu bytes got hr %#lx\n", sizes[i], hr );
        memset( buffer, 0, sizes[i] );
        ok_message( 1, copy, sizes[i] );
    }

    /* ours */
    hr = IWTSVirtualChannel_Write( channel, 0, buffer, NULL );
    ok( hr == S_OK, "got hr %#lx\n", hr );
    hr = IWTSVirtualChannel_Write( channel, 0, NULL, NULL );
    ok( hr == S_OK, "got hr %#lx\n", hr );
    hr = IWTSVirtualChannel_Write( channel, 1, NULL, NULL );
    ok( hr == E_POINTER, "got hr %#lx\n", hr );
    ok_nothing_sent();
    hr = IWTSVirtualChannel_Write( channel, 3, copy, (IUnknown *)channel );
    ok( hr == S_OK, "got hr %#lx\n", hr );
    ok_message( 1, copy, 3 );

    /* documented: fails after the close; ours: always with this code */
    IWTSVirtualChannel_AddRef( channel );
    server_closes( 1 );
    ok_sent( 0x40, 1 );
    ok_closed();
    hr = IWTSVirtualChannel_Write( channel, 3, copy, NULL );
    ok( hr == GRACEFUL, "got hr %#lx\n", hr );
    hr = IWTSVirtualChannel_Write( channel, 0, NULL, NULL );
    ok( hr == GRACEFUL, "got hr %#lx\n", hr );
    hr = IWTSVirtualChannel_Close( channel );
    ok( hr == S_OK, "got hr %#lx\n", hr );
    IWTSVirtualChannel_Release( channel );
    ok_nothing_sent();
    stop_client();
    free( buffer );
    free( copy );
}

static void ok_data_( int line, const void *data, SIZE_T size )
{
    struct record *record = next_record( &called, TIMEOUT );

    ok_(__FILE__, line)( record && record->kind == DATA_RECEIVED, "got %s\n", record ? call_names[record->kind] : "nothing" );
    ok_(__FILE__, line)( record && record->size == size && !memcmp( record->data, data, size ), "got other data\n" );
    free( record );
}
#define ok_data( data, size ) ok_data_( __LINE__, data, size )

static void test_receive(void)
{
    static const BYTE first[] = { 0x24, 1, 6, 0, 'a', 'b', 'c' }, rest[] = { 0x34, 1, 'd', 'e', 'f' };
    static const BYTE whole[] = { 0x20, 1, 3, 'x', 'y', 'z' }, empty[] = { 0x30, 1 };
    static const BYTE excess[] = { 0x30, 1, 'd', 'e', 'f', 'g' };
    BYTE chunk[] = { 0x30, 1, '1', '2', '3', '4' };
    unsigned int i, calls = 0;
    WINE_DVC_COUNTERS counters;
    struct record *record;

    start_client();
    open_channel( 1 );
    /* documented: one call for each server's write */
    server_sends( first, sizeof(first) );
    server_sends( rest, sizeof(rest) );
    ok_data( "abcdef", 6 );
    /* observed: whole messages in DATA_FIRST */
    server_sends( whole, sizeof(whole) );
    ok_data( "xyz", 3 );
    /* ours: an empty message is a message */
    server_sends( empty, sizeof(empty) );
    ok_data( "", 0 );

    /* [MS-RDPBCGR] 3.1.5.2.2.1: one message in several chunks */
    peer.open_event( peer.user_param, 7, CHANNEL_EVENT_DATA_RECEIVED, chunk, 3, 6, CHANNEL_FLAG_FIRST );
    peer.open_event( peer.user_param, 7, CHANNEL_EVENT_DATA_RECEIVED, chunk + 3, 2, 6, 0 );
    peer.open_event( peer.user_param, 7, CHANNEL_EVENT_DATA_RECEIVED, chunk + 5, 1, 6, CHANNEL_FLAG_LAST );
    ok_data( "1234", 4 );
    /* ours: chunks beyond the total are ignored */
    peer.open_event( peer.user_param, 7, CHANNEL_EVENT_DATA_RECEIVED, chunk, 3, 4, CHANNEL_FLAG_FIRST );
    peer.open_event( peer.user_param, 7, CHANNEL_EVENT_DATA_RECEIVED, chunk + 3, 3, 4, CHANNEL_FLAG_LAST );
    IWineDVCClient_GetCounters( client, &counters );
    ok( counters.pdus_malformed == 1, "malformed %I64d\n", counters.pdus_malformed );

    /* ours: more than announced ends that channel and no other */
    open_channel( 2 );
    server_sends( first, sizeof(first) );
    server_sends( excess, sizeof(excess) );
    ok_sent( 0x40, 1 );
    ok_closed();
    server_writes( 2, "two", 3 );
    ok_data( "two", 3 );
    IWineDVCClient_GetCounters( client, &counters );
    ok( counters.pdus_malformed == 2, "malformed %I64d\n", counters.pdus_malformed );

    /* ours: the server creates an id anew that it never closed */
    server_creates( 2, "TEST" );
    for (i = 0; i < 3; i++)
    {
        record = next_record( &called, TIMEOUT );
        ok( record != NULL, "got %u calls\n", i );
        if (record) calls |= 1 << record->kind;
        free( record );
    }
    ok( calls == (1 << CLOSED | 1 << CALLBACK_RELEASED | 1 << NEW_CHANNEL), "got calls %#x\n", calls );
    ok_sent( 0x10, 2, 0, 0, 0, 0 );
    server_closes( 2 );
    ok_sent( 0x40, 2 );
    ok_closed();
    stop_client();
}

static void close_twice( IWTSVirtualChannel *channel )
{
    HRESULT hr = IWTSVirtualChannel_Close( channel );
    ok( hr == S_OK, "got hr %#lx\n", hr );
    hr = IWTSVirtualChannel_Close( channel );
    ok( hr == S_OK, "got hr %#lx\n", hr );
}

static HANDLE blocked, unblock;

static void close_on_data( IWTSVirtualChannel *channel, ULONG size, BYTE *data )
{
    SetEvent( blocked );
    WaitForSingleObject( unblock, TIMEOUT );
    close_twice( channel );
}

/* What was written and closed while the pump was busy is seen by it at once. */
static void test_close_while_sending(void)
{
    static BYTE first[] = "first", last[] = "last";
    IWTSVirtualChannel *channel;
    HRESULT hr;

    peer.waiting = CreateEventW( NULL, FALSE, FALSE, NULL );
    peer.go = CreateEventW( NULL, FALSE, FALSE, NULL );
    start_client();
    open_channel( 1 );
    channel = plugin.channel;
    open_channel( 2 );
    peer.transport = WAIT;
    hr = IWTSVirtualChannel_Write( plugin.channel, sizeof(first), first, NULL );
    ok( hr == S_OK, "got hr %#lx\n", hr );
    ok( !WaitForSingleObject( peer.waiting, TIMEOUT ), "nothing is sent\n" );
    hr = IWTSVirtualChannel_Write( channel, sizeof(last), last, NULL );
    ok( hr == S_OK, "got hr %#lx\n", hr );
    close_twice( channel );
    SetEvent( peer.go );
    ok_message( 2, first, sizeof(first) );
    ok_message( 1, last, sizeof(last) );
    ok_sent( 0x40, 1 );
    ok_closed();
    server_closes( 2 );
    ok_sent( 0x40, 2 );
    ok_closed();
    stop_client();
    CloseHandle( peer.waiting );
    CloseHandle( peer.go );
}

static void test_Close(void)
{
    static BYTE last[] = "last";
    HRESULT hr;

    start_client();

    /* documented: Close leads to OnClose; ours: what was written before still goes out on an idle link */
    open_channel( 1 );
    hr = IWTSVirtualChannel_Write( plugin.channel, sizeof(last), last, NULL );
    ok( hr == S_OK, "got hr %#lx\n", hr );
    close_twice( plugin.channel );
    ok_message( 1, last, sizeof(last) );
    ok_sent( 0x40, 1 );
    ok_closed();
    /* the server's answer, which it does not owe, is for no channel */
    server_closes( 1 );
    ok_nothing_sent();

    /* observed: Close inside OnClose, the channel being closed by the server */
    plugin.on_close = close_twice;
    open_channel( 1 );
    server_closes( 1 );
    ok_sent( 0x40, 1 );
    ok_closed();
    ok_nothing_sent();

    /* observed: Close inside OnDataReceived; ours: what came meanwhile is not delivered */
    plugin.on_data = close_on_data;
    open_channel( 1 );
    server_writes( 1, "bye", 3 );
    ok_data( "bye", 3 );
    WaitForSingleObject( blocked, TIMEOUT );
    server_writes( 1, "late", 4 );
    SetEvent( unblock );
    ok_sent( 0x40, 1 );
    ok_closed();
    server_writes( 1, "later", 5 );
    ok_nothing_sent();
    plugin.on_data = NULL;
    plugin.on_close = NULL;

    /* ours: the server's close comes after its data */
    open_channel( 1 );
    server_writes( 1, "one", 3 );
    server_writes( 1, "two", 3 );
    server_closes( 1 );
    ok_data( "one", 3 );
    ok_data( "two", 3 );
    ok_closed();
    ok_sent( 0x40, 1 );

    /* ours: Close before the answer refuses, without OnClose */
    plugin.on_new_channel = close_twice;
    server_creates( 1, "TEST" );
    ok_called( NEW_CHANNEL, 0 );
    ok_called( CALLBACK_RELEASED, 0 );
    ok_sent( 0x10, 1, 0x01, 0, 0, 0xc0 );
    plugin.on_new_channel = NULL;

    /* documented: a disconnect closes, ours: without a word to the server */
    open_channel( 1 );
    raise_event( CHANNEL_EVENT_DISCONNECTED );
    ok_closed();
    ok_called( DISCONNECTED, 0 );
    raise_event( CHANNEL_EVENT_CONNECTED );
    ok_called( CONNECTED, 0 );
    ok_nothing_sent();
    stop_client();
}

/* Hands the PDUs that are in the transport's hands back; returns how many bytes they had. */
static SIZE_T finish_writes( UINT event )
{
    struct record *pdu;
    SIZE_T total = 0;

    while ((pdu = next_record( &sent, 0 )))
    {
        total += pdu->size;
        peer.open_event( peer.user_param, 7, event, pdu->object, pdu->size, pdu->size, 0 );
        free( pdu );
    }
    return total;
}

/* ours: the transport holds a window, Close drops the rest and counts it */
static void test_window(void)
{
    const SIZE_T size = 1048576;
    BYTE *buffer = calloc( 1, size );
    WINE_DVC_COUNTERS counters;
    struct record *pdu, *end = NULL;
    SIZE_T total = 0;
    unsigned int i;
    HRESULT hr;

    start_client();
    open_channel( 1 );
    peer.transport = HOLD;
    hr = IWTSVirtualChannel_Write( plugin.channel, size, buffer, NULL );
    ok( hr == S_OK, "got hr %#lx\n", hr );
    ok( !buffer[size - 1], "the buffer has changed\n" );
    IWTSVirtualChannel_AddRef( plugin.channel );
    close_twice( plugin.channel );
    ok_closed();
    hr = IWTSVirtualChannel_Write( plugin.channel, 1, buffer, NULL );
    ok( hr == GRACEFUL, "got hr %#lx\n", hr );
    IWTSVirtualChannel_Release( plugin.channel );

    /* OnClose comes after the sending */
    for (i = 0; (pdu = next_record( &sent, 0 )); i++)
    {
        free( end );
        end = pdu;
        total += pdu->size;
        peer.open_event( peer.user_param, 7, CHANNEL_EVENT_WRITE_CANCELLED, pdu->object, pdu->size, pdu->size, 0 );
    }
    ok( end && end->size == 2 && end->data[0] == 0x40 && end->data[1] == 1, "the last PDU is no CLOSE\n" );
    free( end );
    ok( total <= WINDOW + 2 && total > WINDOW - 1600, "%Iu bytes were sent\n", total );
    IWineDVCClient_GetCounters( client, &counters );
    ok( (SIZE_T)counters.pdus_cancelled == (size + 1589) / 1590 - (i - 1), "cancelled %I64d, sent %u\n", counters.pdus_cancelled, i );

    /* what the transport completes makes room */
    open_channel( 2 );
    ok( finish_writes( CHANNEL_EVENT_WRITE_COMPLETE ) == 0, "more was sent\n" );
    peer.transport = HOLD;
    hr = IWTSVirtualChannel_Write( plugin.channel, size, buffer, NULL );
    ok( hr == S_OK, "got hr %#lx\n", hr );
    for (total = 0; total < size + 100; )
    {
        if (!(pdu = next_record( &sent, TIMEOUT ))) break;
        total += pdu->size - 2;
        peer.open_event( peer.user_param, 7, CHANNEL_EVENT_WRITE_COMPLETE, pdu->object, pdu->size, pdu->size, 0 );
        free( pdu );
        if (total == size + 4) break;   /* DATA_FIRST has a Length of 4 bytes */
    }
    ok( total == size + 4, "%Iu bytes were sent\n", total );

    /* a transport that refuses loses the PDUs, not the client */
    peer.transport = REFUSE;
    hr = IWTSVirtualChannel_Write( plugin.channel, size, buffer, NULL );
    ok( hr == S_OK, "got hr %#lx\n", hr );
    raise_event( CHANNEL_EVENT_DISCONNECTED );
    ok_closed();
    ok_called( DISCONNECTED, 0 );
    raise_event( CHANNEL_EVENT_CONNECTED );
    ok_called( CONNECTED, 0 );
    peer.transport = COMPLETE_AT_ONCE;
    open_channel( 1 );
    hr = IWTSVirtualChannel_Write( plugin.channel, 300000, buffer, NULL );
    ok( hr == S_OK, "got hr %#lx\n", hr );
    ok_message( 1, buffer, 300000 );
    server_closes( 1 );
    ok_sent( 0x40, 1 );
    ok_closed();
    stop_client();
    free( buffer );
}

static void block( IWTSVirtualChannel *channel, ULONG size, BYTE *data )
{
    if (data[0] != 'b') return;
    SetEvent( blocked );
    WaitForSingleObject( unblock, TIMEOUT );
}

/* documented: a callback may block others; ours: it blocks those of its own channel only */
static void test_blocked_channel(void)
{
    plugin.on_data = block;
    start_client();
    open_channel( 1 );
    open_channel( 2 );
    server_writes( 1, "block", 5 );
    ok_data( "block", 5 );
    WaitForSingleObject( blocked, TIMEOUT );
    server_writes( 1, "next", 4 );
    server_writes( 2, "other", 5 );
    ok_data( "other", 5 );
    SetEvent( unblock );
    ok_data( "next", 4 );
    server_closes( 1 );
    ok_sent( 0x40, 1 );
    ok_closed();
    server_closes( 2 );
    ok_sent( 0x40, 2 );
    ok_closed();
    stop_client();
}

/*
 * A static-channel client that takes the private interface: it reads on mstscax.dll's threads.
 */

enum notice { PLUGIN, LISTEN, UNLISTEN, READY, ENDED };

static struct recorder noticed;
static HANDLE hang_up, flushed;
static LONG readers;

static HRESULT STDMETHODCALLTYPE host_QueryInterface( IWineDVCHost *iface, REFIID riid, void **out )
{
    return query_interface( iface, riid, &IID_IWineDVCHost, out );
}

static ULONG STDMETHODCALLTYPE host_AddRef( IWineDVCHost *iface )
{
    return 2;
}

static ULONG STDMETHODCALLTYPE host_Release( IWineDVCHost *iface )
{
    return 1;
}

/* The end of the session comes to the reader, who raises it there. */
static HRESULT STDMETHODCALLTYPE host_Read( IWineDVCHost *iface )
{
    ok( InterlockedIncrement( &readers ) == 1, "two threads read\n" );
    ok( !WaitForSingleObject( hang_up, TIMEOUT ), "nobody hangs up\n" );
    raise_event( CHANNEL_EVENT_TERMINATED );
    InterlockedDecrement( &readers );
    record( &noticed, ENDED, NULL, 0, NULL, 0 );
    return E_ABORT;
}

static HRESULT STDMETHODCALLTYPE host_Flush( IWineDVCHost *iface )
{
    SetEvent( flushed );
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE host_OnPlugin( IWineDVCHost *iface, UINT32 number, const WCHAR *text, HRESULT hr,
                                                const WCHAR *reason )
{
    ok( FAILED(hr) == !!reason, "got hr %#lx, reason %s\n", hr, wine_dbgstr_w( reason ) );
    record( &noticed, PLUGIN, NULL, SUCCEEDED(hr), text, (wcslen( text ) + 1) * sizeof(WCHAR) );
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE host_OnListen( IWineDVCHost *iface, UINT32 number, const char *name )
{
    record( &noticed, LISTEN, NULL, number, name, strlen( name ) + 1 );
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE host_OnUnlisten( IWineDVCHost *iface, UINT32 number, const char *name )
{
    record( &noticed, UNLISTEN, NULL, number, name, strlen( name ) + 1 );
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE host_OnReady( IWineDVCHost *iface )
{
    record( &noticed, READY, NULL, 0, NULL, 0 );
    return S_OK;
}

static IWineDVCHostVtbl host_vtbl =
{
    host_QueryInterface, host_AddRef, host_Release, host_Read, host_Flush, host_OnPlugin, host_OnListen,
    host_OnUnlisten, host_OnReady,
};

static IWineDVCHost test_host = { &host_vtbl };

static void ok_noticed_( int line, enum notice notice, ULONG value, const void *data, SIZE_T size )
{
    struct record *record = next_record( &noticed, TIMEOUT );

    ok_(__FILE__, line)( record && record->kind == notice && record->value == value, "got notice %d, value %lu\n",
                         record ? (int)record->kind : -1, record ? record->value : 0 );
    ok_(__FILE__, line)( record && record->size == size && !memcmp( record->data, data, size ), "got other data\n" );
    free( record );
}
#define ok_noticed( notice, value, data, size ) ok_noticed_( __LINE__, notice, value, data, size )

/* ours: notices come in order, the reader may wait for plug-ins, what is sent is flushed */
static void test_host_interface(void)
{
    const WCHAR *entries[] = { test_class };
    CHANNEL_ENTRY_POINTS_FREERDP_EX entry_points;
    HRESULT hr;

    recorder_init( &noticed );
    hang_up = CreateEventW( NULL, FALSE, FALSE, NULL );
    flushed = CreateEventW( NULL, FALSE, FALSE, NULL );
    plugin.on_initialize = listen;
    init_entry_points( &entry_points.entry_points, sizeof(entry_points) );
    entry_points.MagicNumber = FREERDP_CHANNEL_MAGIC_NUMBER;
    ok( entry( &entry_points.entry_points, &peer ), "the entry failed\n" );
    client = entry_points.pInterface;
    hr = IWineDVCClient_Configure( client, &test_host, ARRAY_SIZE(entries), entries );
    ok( hr == S_OK, "got hr %#lx\n", hr );
    hr = IWineDVCClient_Configure( client, &test_host, ARRAY_SIZE(entries), entries );
    ok( hr == E_UNEXPECTED, "got hr %#lx\n", hr );
    raise_event( CHANNEL_EVENT_INITIALIZED );
    ok_called( INITIALIZE, 0 );
    ok_noticed( LISTEN, 1, "TEST", 5 );
    ok_noticed( PLUGIN, 1, test_class, sizeof(test_class) );
    ok_noticed( READY, 0, NULL, 0 );
    raise_event( CHANNEL_EVENT_CONNECTED );
    ok_called( CONNECTED, 0 );
    open_channel( 1 );
    ok( !WaitForSingleObject( flushed, TIMEOUT ), "nothing was flushed\n" );

    SetEvent( hang_up );
    ok_closed();
    ok_called( DISCONNECTED, 0 );
    ok_called( TERMINATED, 0 );
    ok_called( RELEASED, 0 );
    ok_noticed( UNLISTEN, 1, "TEST", 5 );
    ok_noticed( ENDED, 0, NULL, 0 );
    reset_plugin();

    /* what fails says why, before everything is ready */
    plugin.initialize_hr = E_FAIL;
    ok( entry( &entry_points.entry_points, &peer ), "the entry failed\n" );
    client = entry_points.pInterface;
    IWineDVCClient_Configure( client, &test_host, ARRAY_SIZE(entries), entries );
    raise_event( CHANNEL_EVENT_INITIALIZED );
    ok_noticed( PLUGIN, 0, test_class, sizeof(test_class) );
    ok_noticed( READY, 0, NULL, 0 );
    ok_called( INITIALIZE, 0 );
    ok_called( RELEASED, 0 );
    SetEvent( hang_up );
    ok_noticed( ENDED, 0, NULL, 0 );
    reset_plugin();
    CloseHandle( hang_up );
    CloseHandle( flushed );
}

static void ok_loaded_( int line, const WCHAR *text, unsigned int expected )
{
    unsigned int count = 0;
    struct record *record;

    plugin.initialize_hr = S_OK;
    create_client( 1, &text );
    raise_event( CHANNEL_EVENT_TERMINATED );
    while ((record = next_record( &called, 0 )))
    {
        if (record->kind == INITIALIZE) count++;
        free( record );
    }
    ok_(__FILE__, line)( count == expected, "%u plug-ins were initialized\n", count );
}
#define ok_loaded( text, expected ) ok_loaded_( __LINE__, text, expected )

/* documented: the three forms of AddIns\Name; ours: what fails is left out */
static void test_load(void)
{
    WCHAR file[MAX_PATH], text[MAX_PATH + 50];

    GetModuleFileNameW( NULL, file, ARRAY_SIZE(file) );
    ok_loaded( test_class, 1 );
    ok_loaded( file, 1 );
    instance_count = 3;
    ok_loaded( file, 3 );
    instance_count = 0;
    ok_loaded( file, 0 );
    instance_count = 1;
    instance_hr = E_FAIL;
    ok_loaded( file, 0 );
    instance_hr = S_OK;
    swprintf( text, ARRAY_SIZE(text), L"%s:%s", file, test_class );
    ok_loaded( text, 1 );
    swprintf( text, ARRAY_SIZE(text), L"%s:{00000000-0000-0000-0000-000000000001}", file );
    ok_loaded( text, 0 );
    ok_loaded( L"{00000000-0000-0000-0000-000000000001}", 0 );
    ok_loaded( L"{3f1e6f27", 0 );
    ok_loaded( L"C:\\does\\not\\exist.dll", 0 );
    ok_loaded( L"kernel32.dll", 0 );
}

static void set_addin( const WCHAR *key, const WCHAR *name, DWORD type )
{
    WCHAR path[128];

    swprintf( path, ARRAY_SIZE(path), L"Software\\Microsoft\\Terminal Server Client\\Default\\AddIns\\%s", key );
    if (name) RegSetKeyValueW( HKEY_CURRENT_USER, path, L"Name", type, name, (wcslen( name ) + 1) * sizeof(WCHAR) );
    else RegSetKeyValueW( HKEY_CURRENT_USER, path, L"View Enabled", REG_SZ, L"1", 2 * sizeof(WCHAR) );
}

/* documented: AddIns, REG_EXPAND_SZ is expanded; observed: keys without Name are normal */
static void test_AddIns(void)
{
    static const WCHAR path[] = L"Software\\Microsoft\\Terminal Server Client\\Default\\AddIns";
    unsigned int count = 0;
    struct record *record;
    HKEY key;

    if (!RegOpenKeyExW( HKEY_CURRENT_USER, path, 0, KEY_READ, &key ))
    {
        RegCloseKey( key );
        skip( "plug-ins are registered for this user\n" );
        return;
    }
    SetEnvironmentVariableW( L"MSTSCAX_TEST_CLASS", test_class );
    set_addin( L"one", test_class, REG_SZ );
    set_addin( L"two", L"%MSTSCAX_TEST_CLASS%", REG_EXPAND_SZ );
    set_addin( L"three", L"%MSTSCAX_TEST_CLASS%", REG_SZ );
    set_addin( L"RDPDR", NULL, 0 );

    create_client( 0, NULL );
    raise_event( CHANNEL_EVENT_TERMINATED );
    while ((record = next_record( &called, 0 )))
    {
        if (record->kind == INITIALIZE) count++;
        free( record );
    }
    ok( count == 2, "%u plug-ins were initialized\n", count );
    RegDeleteTreeW( HKEY_CURRENT_USER, L"Software\\Microsoft\\Terminal Server Client" );
}

START_TEST(mstscax)
{
    HMODULE module = LoadLibraryW( L"mstscax.dll" );
    DWORD cookie;
    HRESULT hr;

    entry = module ? (void *)GetProcAddress( module, "VirtualChannelEntryEx" ) : NULL;
    if (!entry)
    {
        win_skip( "mstscax.dll has no VirtualChannelEntryEx: its channel manager works in a session only\n" );
        return;
    }
    recorder_init( &sent );
    recorder_init( &called );
    reset_plugin();
    blocked = CreateEventW( NULL, FALSE, FALSE, NULL );
    unblock = CreateEventW( NULL, FALSE, FALSE, NULL );
    CoInitializeEx( NULL, COINIT_MULTITHREADED );
    hr = CoRegisterClassObject( &CLSID_TestPlugin, (IUnknown *)&plugin_factory, CLSCTX_INPROC_SERVER,
                                REGCLS_MULTIPLEUSE, &cookie );
    ok( hr == S_OK, "got hr %#lx\n", hr );

    test_entry();
    test_life_cycle();
    test_failed_initialize();
    test_interfaces();
    test_CreateListener();
    test_refusal();
    test_two_listeners();
    test_Write();
    test_receive();
    test_Close();
    test_close_while_sending();
    test_window();
    test_blocked_channel();
    test_host_interface();
    test_load();
    test_AddIns();

    CoRevokeClassObject( cookie );
    CoUninitialize();
}
