/*
 * The manager, its listeners, and the offer of a channel
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

#include "nomemory.h"
#include "peer.h"

static const GUID no_marshal = { 0xecc8691b, 0xc1db, 0x4dc0, { 0x85, 0x5e, 0x65, 0xf6, 0xc5, 0x51, 0xaf, 0x49 } };

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

static DWORD CALLBACK use_in_apartment( void *stream )
{
    IUnknown *unknown = NULL;
    HRESULT hr;

    CoInitializeEx( NULL, COINIT_APARTMENTTHREADED );
    hr = CoGetInterfaceAndReleaseStream( stream, &IID_IUnknown, (void **)&unknown );
    ok( hr == S_OK, "got hr %#lx\n", hr );
    if (unknown) IUnknown_Release( unknown );
    CoUninitialize();
    return PtrToUlong( unknown );
}

/* ours, after plug-ins in C# and Rust: an object is the same object in each apartment */
#define check_agile( iface ) check_agile_( __LINE__, iface )
static void check_agile_( int line, void *iface )
{
    IUnknown *unknown;
    IStream *stream;
    DWORD other = 0;
    HANDLE thread;
    HRESULT hr;

    if (left_to_com( "a proxy is of one apartment" )) return;
    check_interface_( line, iface, &IID_IAgileObject, TRUE );
    check_interface_( line, iface, &IID_IMarshal, TRUE );
    check_interface_( line, iface, &no_marshal, FALSE );
    hr = IUnknown_QueryInterface( (IUnknown *)iface, &IID_IUnknown, NULL );
    ok_(__FILE__, line)( hr == E_POINTER, "got hr %#lx\n", hr );

    IUnknown_QueryInterface( (IUnknown *)iface, &IID_IUnknown, (void **)&unknown );
    hr = CoMarshalInterThreadInterfaceInStream( &IID_IUnknown, unknown, &stream );
    ok_(__FILE__, line)( hr == S_OK, "got hr %#lx\n", hr );
    if (SUCCEEDED(hr))
    {
        thread = CreateThread( NULL, 0, use_in_apartment, stream, 0, NULL );
        ok_(__FILE__, line)( wait_for( thread ), "the other apartment hangs\n" );
        GetExitCodeThread( thread, &other );
        CloseHandle( thread );
        ok_(__FILE__, line)( other == PtrToUlong( unknown ), "the object is another one there\n" );
    }
    IUnknown_Release( unknown );
}

/* documented: COM's rules, free threading */
static void test_interfaces(void)
{
    IWTSPluginServiceProvider *provider;
    IWTSVirtualChannel *channel;
    IWTSListener *listener;
    HRESULT hr;

    start_client();
    check_interface( script.manager, &IID_IWTSVirtualChannelManager, TRUE );
    check_interface( script.manager, &IID_IWTSPluginServiceProvider, TRUE );
    check_interface( script.manager, &IID_IWTSListener, FALSE );
    check_agile( script.manager );
    hr = IWTSVirtualChannelManager_QueryInterface( script.manager, &IID_IWTSPluginServiceProvider, (void **)&provider );
    ok( hr == S_OK, "got hr %#lx\n", hr );
    check_interface( provider, &IID_IWTSVirtualChannelManager, TRUE );
    check_agile( provider );
    IWTSPluginServiceProvider_Release( provider );

    hr = IWTSVirtualChannelManager_CreateListener( script.manager, "OTHER", 0, script.listener_callback, &listener );
    ok( hr == S_OK, "got hr %#lx\n", hr );
    check_interface( listener, &IID_IWTSListener, TRUE );
    check_interface( listener, &IID_IWTSVirtualChannel, FALSE );
    check_agile( listener );
    IWTSListener_Release( listener );

    channel = open_channel( 1 );
    check_interface( channel, &IID_IWTSVirtualChannel, TRUE );
    check_interface( channel, &IID_IWTSVirtualChannelManager, FALSE );
    check_agile( channel );
    close_channel( 1 );
    stop_client();
}

#define check_references( iface ) check_references_( __LINE__, iface )
static void check_references_( int line, void *iface )
{
    ULONG ref = IUnknown_AddRef( (IUnknown *)iface ), more = IUnknown_AddRef( (IUnknown *)iface );

    ok_(__FILE__, line)( ref > 1 && more == ref + 1, "AddRef returned %lu, %lu\n", ref, more );
    more = IUnknown_Release( (IUnknown *)iface );
    ok_(__FILE__, line)( more == ref, "Release returned %lu\n", more );
    more = IUnknown_Release( (IUnknown *)iface );
    ok_(__FILE__, line)( more == ref - 1, "Release returned %lu\n", more );
}

/* documented: COM's rules */
static void test_references(void)
{
    IWTSListener *listener;
    HRESULT hr;

    start_client();
    check_references( script.manager );
    hr = IWTSVirtualChannelManager_CreateListener( script.manager, "OTHER", 0, script.listener_callback, &listener );
    ok( hr == S_OK, "got hr %#lx\n", hr );
    check_references( listener );
    IWTSListener_Release( listener );
    check_references( open_channel( 1 ) );
    close_channel( 1 );
    stop_client();
}

static IWTSPluginServiceProvider *get_provider(void)
{
    IWTSPluginServiceProvider *provider = NULL;

    IWTSVirtualChannelManager_QueryInterface( script.manager, &IID_IWTSPluginServiceProvider, (void **)&provider );
    return provider;
}

/* ours: what is not a service is told so */
static void test_unknown_service(void)
{
    static const GUID none = { 0x3f1e6f27, 0x41e8, 0x4a8e, { 0x9a, 0x05, 0x63, 0x1d, 0x0c, 0x3e, 0x77, 0x02 } };
    IWTSPluginServiceProvider *provider;
    IUnknown *service = (IUnknown *)0xdeadbeef;
    HRESULT hr;

    start_client();
    provider = get_provider();
    hr = IWTSPluginServiceProvider_GetService( provider, none, &service );
    ok( hr == E_NOINTERFACE && !service, "got hr %#lx, service %p\n", hr, service );
    hr = IWTSPluginServiceProvider_GetService( provider, RDCLIENT_BITMAP_RENDER_SERVICE, NULL );
    ok( hr == E_POINTER, "got hr %#lx\n", hr );
    IWTSPluginServiceProvider_Release( provider );
    stop_client();
}

/* documented: the services; observed: what comes is used as the service's interface, and released too often */
static void test_GetService(void)
{
    static const struct { const GUID *id; const IID *iid; } services[] =
    {
        { &RDCLIENT_BITMAP_RENDER_SERVICE, &IID_IWTSBitmapRenderService },
        { &RDCLIENT_WINDOW_INFO_SERVICE, &IID_IWTSWindowInfoService },
        { &RDCLIENT_REMOTE_APP_WINDOW_INFO_SERVICE, &IID_IWTSRemoteAppWindowInfoService },
    };
    IWTSPluginServiceProvider *provider;
    IUnknown *service, *queried;
    unsigned int i, j;
    HRESULT hr;

    start_client();
    provider = get_provider();
    for (i = 0; i < ARRAY_SIZE(services); i++)
    {
        service = queried = NULL;
        hr = IWTSPluginServiceProvider_GetService( provider, *services[i].id, &service );
        ok( hr == S_OK && service, "%u: got hr %#lx\n", i, hr );
        if (!service) continue;
        check_interface( service, &IID_IWTSVirtualChannelManager, FALSE );
        hr = IUnknown_QueryInterface( service, services[i].iid, (void **)&queried );
        ok( hr == S_OK && queried == service, "%u: got hr %#lx, another interface\n", i, hr );
        if (queried) IUnknown_Release( queried );
        for (j = 0; j < 4; j++) IUnknown_Release( service );
    }
    IWTSPluginServiceProvider_Release( provider );
    stop_client();
}

/* ours: what can be said without the client's windows */
static void test_window_info(void)
{
    IWTSRemoteAppWindowInfoService *remote_app = NULL;
    IWTSPluginServiceProvider *provider;
    RdpSessionType type = RemoteApp;
    IWTSWindowInfoService *service = NULL;
    WTSWindowInfo info;
    ULONG process = 0;
    HWND window = (HWND)0xdeadbeef;
    HRESULT hr;

    start_client();
    provider = get_provider();
    IWTSPluginServiceProvider_GetService( provider, RDCLIENT_WINDOW_INFO_SERVICE, (IUnknown **)&service );
    IWTSPluginServiceProvider_GetService( provider, RDCLIENT_REMOTE_APP_WINDOW_INFO_SERVICE, (IUnknown **)&remote_app );
    if (service && remote_app)
    {
        hr = IWTSWindowInfoService_GetRdpClientProcessId( service, &process );
        ok( hr == S_OK && process == GetCurrentProcessId(), "got hr %#lx, process %#lx\n", hr, process );
        hr = IWTSWindowInfoService_GetRdpSessionType( service, &type );
        ok( hr == S_OK && type == Desktop, "got hr %#lx, type %d\n", hr, type );
        memset( &info, 0xcc, sizeof(info) );
        hr = IWTSWindowInfoService_GetWindowInfo( service, NULL, &info );
        ok( hr == S_OK, "got hr %#lx\n", hr );
        ok( info.Hwnd == FindWindowW( L"TscShellContainerClass", NULL ), "got window %p\n", info.Hwnd );
        ok( info.Width > 0 && info.Height > 0 && info.ViewWidth == info.Width && info.ViewHeight == info.Height,
            "got %d x %d, %d x %d\n", info.Width, info.Height, info.ViewWidth, info.ViewHeight );
        ok( !info.ViewOffsetX && !info.ViewOffsetY && info.Scale == 1.0f, "got %d, %d, %f\n", info.ViewOffsetX,
            info.ViewOffsetY, info.Scale );
        hr = IWTSWindowInfoService_SubscribeWindowChanged( service, NULL, NULL );
        ok( hr == E_POINTER, "got hr %#lx\n", hr );
        hr = IWTSRemoteAppWindowInfoService_GetLocalHwnd( remote_app, 1, &window );
        ok( hr == HRESULT_FROM_WIN32( ERROR_NOT_FOUND ) && !window, "got hr %#lx, window %p\n", hr, window );
    }
    IWTSPluginServiceProvider_Release( provider );
    stop_client();
}

static HRESULT STDMETHODCALLTYPE size_QueryInterface( IWTSBitmapRendererCallback *iface, REFIID riid, void **out )
{
    *out = iface;
    return S_OK;
}

static ULONG STDMETHODCALLTYPE size_AddRef( IWTSBitmapRendererCallback *iface )
{
    return 2;
}

static ULONG STDMETHODCALLTYPE size_Release( IWTSBitmapRendererCallback *iface )
{
    return 1;
}

static HRESULT STDMETHODCALLTYPE size_OnTargetSizeChanged( IWTSBitmapRendererCallback *iface, RECT size )
{
    ok( 0, "got a size\n" );
    return S_OK;
}

/* documented: the error of a mapping that is gone; ours: each is */
static void test_GetMappedRenderer(void)
{
    static const IWTSBitmapRendererCallbackVtbl vtbl = { size_QueryInterface, size_AddRef, size_Release,
                                                         size_OnTargetSizeChanged };
    IWTSBitmapRendererCallback callback = { (IWTSBitmapRendererCallbackVtbl *)&vtbl };
    IWTSBitmapRenderer *renderer = (IWTSBitmapRenderer *)0xdeadbeef;
    IWTSBitmapRenderService *service = NULL;
    IWTSPluginServiceProvider *provider;
    HRESULT hr;

    start_client();
    provider = get_provider();
    IWTSPluginServiceProvider_GetService( provider, RDCLIENT_BITMAP_RENDER_SERVICE, (IUnknown **)&service );
    if (service)
    {
        hr = IWTSBitmapRenderService_GetMappedRenderer( service, 1, &callback, &renderer );
        ok( hr == E_MAPPEDRENDERER_SHUTDOWN && !renderer, "got hr %#lx, renderer %p\n", hr, renderer );
        hr = IWTSBitmapRenderService_GetMappedRenderer( service, 1, &callback, NULL );
        ok( hr == E_POINTER, "got hr %#lx\n", hr );
    }
    IWTSPluginServiceProvider_Release( provider );
    stop_client();
}

/* documented: a property bag; ours: it is empty and works */
static void test_GetConfiguration(void)
{
    IWTSListener *listener;
    IPropertyBag *bag;
    unsigned int i;
    VARIANT value;
    HRESULT hr;

    start_client();
    hr = IWTSVirtualChannelManager_CreateListener( script.manager, "OTHER", 0, script.listener_callback, &listener );
    ok( hr == S_OK, "got hr %#lx\n", hr );
    if (!left_to_com( "the proxy refuses NULL for the configuration, with an error of its own" ))
    {
        hr = IWTSListener_GetConfiguration( listener, NULL );
        ok( hr == E_POINTER, "got hr %#lx\n", hr );
    }
    hr = IWTSListener_GetConfiguration( listener, &bag );
    ok( hr == S_OK, "got hr %#lx\n", hr );
    check_interface( bag, &IID_IPropertyBag, TRUE );
    check_interface( bag, &IID_IWTSListener, FALSE );
    if (left_to_com( "Wine's proxy of IPropertyBag reads nothing" ))
    {
        IPropertyBag_Release( bag );
        IWTSListener_Release( listener );
        stop_client();
        return;
    }
    V_VT( &value ) = VT_EMPTY;
    hr = IPropertyBag_Read( bag, WTS_PROPERTY_DEFAULT_CONFIG, &value, NULL );
    ok( hr == E_INVALIDARG, "got hr %#lx\n", hr );
    V_VT( &value ) = VT_I4;
    V_I4( &value ) = 42;
    hr = IPropertyBag_Write( bag, WTS_PROPERTY_DEFAULT_CONFIG, &value );
    ok( hr == S_OK, "got hr %#lx\n", hr );
    V_VT( &value ) = VT_EMPTY;
    hr = IPropertyBag_Read( bag, L"defaultconfig", &value, NULL );
    ok( hr == S_OK && V_VT( &value ) == VT_I4 && V_I4( &value ) == 42, "got hr %#lx, type %d\n", hr, V_VT( &value ) );
    /* ours: a plug-in may release it too often */
    for (i = 0; i < 4; i++) IPropertyBag_Release( bag );
    hr = IWTSListener_GetConfiguration( listener, &bag );
    ok( hr == S_OK, "got hr %#lx\n", hr );
    V_VT( &value ) = VT_EMPTY;
    hr = IPropertyBag_Read( bag, WTS_PROPERTY_DEFAULT_CONFIG, &value, NULL );
    ok( hr == S_OK && V_VT( &value ) == VT_I4 && V_I4( &value ) == 42, "got hr %#lx, type %d\n", hr, V_VT( &value ) );
    IPropertyBag_Release( bag );
    IWTSListener_Release( listener );
    stop_client();
}

/* An object in the bag that writes there whenever it is copied. */

static IPropertyBag *busy_bag;

static HRESULT STDMETHODCALLTYPE busy_QueryInterface( IUnknown *iface, REFIID riid, void **out )
{
    *out = NULL;
    return E_NOINTERFACE;
}

static ULONG STDMETHODCALLTYPE busy_AddRef( IUnknown *iface )
{
    VARIANT value;

    V_VT( &value ) = VT_I4;
    V_I4( &value ) = 1;
    IPropertyBag_Write( busy_bag, L"Copies", &value );
    return 2;
}

static ULONG STDMETHODCALLTYPE busy_Release( IUnknown *iface )
{
    return 1;
}

static const IUnknownVtbl busy_vtbl = { busy_QueryInterface, busy_AddRef, busy_Release };
static IUnknown busy_object = { &busy_vtbl };

static DWORD CALLBACK read_object( void *arg )
{
    VARIANT value;

    V_VT( &value ) = VT_EMPTY;
    return IPropertyBag_Read( busy_bag, L"Object", &value, NULL );
}

/* ours: a plug-in's object is called without a lock */
static void test_configuration_object(void)
{
    IWTSListener *listener;
    DWORD hr = E_FAIL;
    VARIANT value;
    HANDLE thread;

    if (left_to_com( "a bag is given a proxy instead of an object" )) return;
    start_client();
    IWTSVirtualChannelManager_CreateListener( script.manager, "OTHER", 0, script.listener_callback, &listener );
    IWTSListener_GetConfiguration( listener, &busy_bag );
    V_VT( &value ) = VT_UNKNOWN;
    V_UNKNOWN( &value ) = &busy_object;
    IPropertyBag_Write( busy_bag, L"Object", &value );
    thread = CreateThread( NULL, 0, read_object, NULL, 0, NULL );
    ok( wait_for( thread ), "Read does not return\n" );
    GetExitCodeThread( thread, &hr );
    ok( hr == S_OK, "got hr %#lx\n", hr );
    CloseHandle( thread );
    IPropertyBag_Release( busy_bag );
    IWTSListener_Release( listener );
    stop_client();
}

/* ours: what stands under the AddIns key is in the bag */
static void test_AddIns_values(void)
{
    IWTSListener *listener;
    DWORD number = 42;
    IPropertyBag *bag;
    VARIANT value;
    HRESULT hr;

    if (peer.form == FORM_EX_FREERDP || peer.form == FORM_FREERDP) return;  /* they are told what to load */
    RegSetKeyValueW( HKEY_CURRENT_USER, ADDINS L"\\" TEST_KEY, L"Text", REG_SZ, L"abc", sizeof(L"abc") );
    RegSetKeyValueW( HKEY_CURRENT_USER, ADDINS L"\\" TEST_KEY, L"Number", REG_DWORD, &number, sizeof(number) );
    start_client();
    hr = IWTSVirtualChannelManager_CreateListener( script.manager, "OTHER", 0, script.listener_callback, &listener );
    ok( hr == S_OK, "got hr %#lx\n", hr );
    hr = IWTSListener_GetConfiguration( listener, &bag );
    ok( hr == S_OK, "got hr %#lx\n", hr );
    V_VT( &value ) = VT_EMPTY;
    hr = IPropertyBag_Read( bag, L"Text", &value, NULL );
    ok( hr == S_OK && V_VT( &value ) == VT_BSTR && !wcscmp( V_BSTR( &value ), L"abc" ), "got hr %#lx, type %d\n", hr,
        V_VT( &value ) );
    VariantClear( &value );
    V_VT( &value ) = VT_I4;
    hr = IPropertyBag_Read( bag, L"Number", &value, NULL );
    ok( hr == S_OK && V_VT( &value ) == VT_I4 && V_I4( &value ) == 42, "got hr %#lx, type %d\n", hr, V_VT( &value ) );
    IPropertyBag_Release( bag );
    IWTSListener_Release( listener );
    stop_client();
    delete_addin();
}

static HRESULT create_listener( const char *name, ULONG flags, IWTSListener **out )
{
    if (!out) return listen_quietly( script.manager, name, flags, script.listener_callback );
    return IWTSVirtualChannelManager_CreateListener( script.manager, name, flags, script.listener_callback, out );
}

/* documented: at most MAX_PATH characters, long names are usual; ours: the errors; observed: bytes are compared */
static void test_names(void)
{
    static const struct step opened[] = { { .kind = NEW_CHANNEL } };
    IWTSListener *listener = (IWTSListener *)0xdeadbeef;
    char name[MAX_PATH + 2];
    HRESULT hr;

    start_client();
    if (!left_to_com( "the proxy refuses NULL for the name, with an error of its own" ))
    {
        hr = create_listener( NULL, 0, &listener );
        ok( hr == E_INVALIDARG && !listener, "got hr %#lx, listener %p\n", hr, listener );
    }
    listener = (IWTSListener *)0xdeadbeef;
    hr = create_listener( "", 0, &listener );
    ok( hr == E_INVALIDARG && !listener, "got hr %#lx, listener %p\n", hr, listener );
    memset( name, 'x', sizeof(name) );
    name[MAX_PATH + 1] = 0;
    listener = (IWTSListener *)0xdeadbeef;
    hr = create_listener( name, 0, &listener );
    ok( hr == E_INVALIDARG && !listener, "got hr %#lx, listener %p\n", hr, listener );
    listener = (IWTSListener *)0xdeadbeef;
    hr = IWTSVirtualChannelManager_CreateListener( script.manager, "NAME", 0, NULL, &listener );
    ok( hr == E_POINTER && !listener, "got hr %#lx, listener %p\n", hr, listener );
    hr = create_listener( "NA\nME", 0, NULL );
    ok( hr == E_INVALIDARG, "got hr %#lx\n", hr );
    hr = create_listener( "NAME\x7f", 0, NULL );
    ok( hr == E_INVALIDARG, "got hr %#lx\n", hr );

    name[MAX_PATH] = 0;
    hr = create_listener( name, 0, &listener );
    ok( hr == S_OK && listener, "got hr %#lx, listener %p\n", hr, listener );
    IWTSListener_Release( listener );
    play( opened );
    server_creates( 1, name );
    ok_created( 1 );
    ok_played();
    close_channel( 1 );

    hr = create_listener( "Vendor::Agent", 0, &listener );
    ok( hr == S_OK && listener, "got hr %#lx, listener %p\n", hr, listener );
    IWTSListener_Release( listener );
    server_creates( 1, "vendor::agent" );
    ok_no_listener( 1 );
    server_creates( 1, "Vendor::Agen" );
    ok_no_listener( 1 );
    play( opened );
    server_creates( 1, "Vendor::Agent" );
    ok_created( 1 );
    ok_played();
    close_channel( 1 );

    /* bytes that are in no character set */
    hr = create_listener( "caf\xe9\xff\x80", 0, NULL );
    ok( hr == S_OK, "got hr %#lx\n", hr );
    server_creates( 1, "caf\xe9\xff\x81" );
    ok_no_listener( 1 );
    play( opened );
    server_creates( 1, "caf\xe9\xff\x80" );
    ok_created( 1 );
    ok_played();
    close_channel( 1 );
    stop_client();
}

static unsigned int count_traffic(void)
{
    WINE_DVC_TRAFFIC traffic;
    const char *name;
    UINT32 i = 0;

    while (SUCCEEDED(IWineDVCClient_GetTraffic( session.client, i, &name, &traffic ))) i++;
    return i;
}

/* ours: one that is too many fails, and does no harm to those that are there; ECHO does not count; nothing of it stays */
static void test_too_many_listeners(void)
{
    static const struct step opened[] = { { .kind = NEW_CHANNEL } };
    char name[16];
    unsigned int i;
    HRESULT hr;

    start_client();     /* which listens on one */
    for (i = 1; i < WINE_DVC_MAX_LISTENERS; i++)
    {
        sprintf( name, "NAME %u", i );
        hr = create_listener( name, 0, NULL );
        ok( hr == S_OK, "number %u got hr %#lx\n", i, hr );
    }
    for (i = 0; i < 2; i++)
    {
        IWTSListener *listener = (IWTSListener *)0xdeadbeef;

        hr = create_listener( "ONE MORE", 0, &listener );
        ok( hr == HRESULT_FROM_WIN32( ERROR_TOO_MANY_NAMES ) && !listener, "got hr %#lx, listener %p\n", hr, listener );
    }
    if (session.client) ok( count_traffic() == WINE_DVC_MAX_LISTENERS + 1, "%u names are counted\n", count_traffic() );
    server_creates( 1, "ONE MORE" );
    ok_no_listener( 1 );
    play( opened );
    server_creates( 1, "NAME 255" );
    ok_created( 1 );
    ok_played();
    close_channel( 1 );
    stop_client();
}

/* documented: flags are 0. The header has one for static channels; ours: there are no such listeners */
static void test_flags(void)
{
    IWTSListener *listener = (IWTSListener *)0xdeadbeef;
    HRESULT hr;

    start_client();
    hr = create_listener( "STATIC", TS_VC_LISTENER_STATIC_CHANNEL, &listener );
    ok( hr == E_NOTIMPL && !listener, "got hr %#lx, listener %p\n", hr, listener );
    server_creates( 1, "STATIC" );
    ok_no_listener( 1 );
    hr = create_listener( "OTHER", 0x10, &listener );
    ok( hr == S_OK && listener, "got hr %#lx, listener %p\n", hr, listener );
    IWTSListener_Release( listener );
    stop_client();
}

static void listen_and_release( struct call *call )
{
    IWTSListener *listener;
    HRESULT hr;

    hr = IWTSVirtualChannelManager_CreateListener( call->manager, "TEST", 0, call->listener_callback, &listener );
    ok( hr == S_OK, "got hr %#lx\n", hr );
    IWTSListener_Release( listener );
}

/* observed: samples keep neither the listener nor its callback, and some pass no pointer */
static void test_release_of_listener(void)
{
    start_client_with( listen_and_release );
    open_channel( 1 );
    close_channel( 1 );
    stop_client();
    start_client_with( listen_on_test );
    open_channel( 1 );
    close_channel( 1 );
    stop_client();
}

static void listen_inside( struct call *call )
{
    HRESULT hr = create_listener( call->kind == NEW_CHANNEL ? "FROM OFFER" : call->kind == CLOSED ? "FROM CLOSE"
                                  : "FROM DATA", 0, NULL );
    ok( hr == S_OK, "got hr %#lx\n", hr );
}

/* observed: plug-ins create listeners inside callbacks */
static void test_CreateListener_inside(void)
{
    static const struct step opened[] = { { NEW_CHANNEL, .act = listen_inside } };
    static const struct step steps[] =
    {
        { DATA_RECEIVED, 3, .act = listen_inside },
        { CLOSED, .act = listen_inside },
        { CALLBACK_FREED, .flags = SAME_THREAD },
    };
    static const struct step again[] = { { .kind = NEW_CHANNEL }, { .kind = NEW_CHANNEL }, { .kind = NEW_CHANNEL } };

    start_client();
    play( opened );
    server_creates( 1, "TEST" );
    ok_created( 1 );
    ok_played();
    play( steps );
    server_writes( 1, "new", 3 );
    server_closes( 1 );
    ok_sent( 0x40, 1 );
    ok_played();
    play( again );
    server_creates( 1, "FROM OFFER" );
    ok_created( 1 );
    server_creates( 2, "FROM DATA" );
    ok_created( 2 );
    server_creates( 3, "FROM CLOSE" );
    ok_created( 3 );
    ok_played();
    close_channel( 1 );
    close_channel( 2 );
    close_channel( 3 );
    stop_client();
}

static void listen_twice( struct call *call )
{
    listen_on_test( call );
    listen_on_test( call );
}

static void refuse( struct call *call )
{
    call->accept = FALSE;
}

static void write_and_refuse( struct call *call )
{
    ok_write( call->channel, 1, "\xbb", S_OK );
    refuse( call );
}

/* ours: listeners of one name are asked in order until one accepts; what the first ones wrote is gone */
static void test_two_listeners(void)
{
    static const struct step second[] =
    {
        { NEW_CHANNEL, .act = write_and_refuse },
        { CALLBACK_FREED, .flags = SAME_THREAD },
        { .kind = NEW_CHANNEL },
    };
    static const struct step nobody[] =
    {
        { NEW_CHANNEL, .act = write_and_refuse },
        { CALLBACK_FREED, .flags = SAME_THREAD },
        { NEW_CHANNEL, .act = write_and_refuse },
        { CALLBACK_FREED, .flags = SAME_THREAD },
    };

    start_client_with( listen_twice );
    open_channel( 1 );
    close_channel( 1 );
    play( second );
    server_creates( 1, "TEST" );
    ok_created( 1 );
    ok_played();
    ok_nothing_sent();
    close_channel( 1 );
    play( nobody );
    server_creates( 1, "TEST" );
    ok_refused( 1 );
    ok_played();
    ok_nothing_sent();
    stop_client();
}

static void refuse_without_callback( struct call *call )
{
    call->accept = call->give_callback = FALSE;
}

static void accept_without_callback( struct call *call )
{
    call->give_callback = FALSE;
}

static void fail( struct call *call )
{
    call->hr = E_ACCESSDENIED;
}

static void succeed_oddly( struct call *call )
{
    call->hr = S_FALSE;
}

/* ours: accepted is what succeeds, says so and has a callback; a callback that comes with a refusal is released */
static void test_refusals(void)
{
    static const struct step without[] = { { NEW_CHANNEL, .act = refuse_without_callback } };
    static const struct step half[] = { { NEW_CHANNEL, .act = accept_without_callback } };
    static const struct step with[] = { { NEW_CHANNEL, .act = refuse }, { CALLBACK_FREED, .flags = SAME_THREAD } };
    static const struct step failing[] = { { NEW_CHANNEL, .act = fail }, { CALLBACK_FREED, .flags = SAME_THREAD } };
    static const struct step odd[] = { { NEW_CHANNEL, .act = succeed_oddly } };
    static const struct { const struct step *steps; unsigned int count; } refusals[] =
    {
        { without, ARRAY_SIZE(without) }, { half, ARRAY_SIZE(half) }, { with, ARRAY_SIZE(with) },
        { failing, ARRAY_SIZE(failing) },
    };
    unsigned int i;

    start_client();
    for (i = 0; i < ARRAY_SIZE(refusals); i++)
    {
        winetest_push_context( "refusal %u", i );
        play_( __LINE__, refusals[i].steps, refusals[i].count );
        server_creates( 1, "TEST" );
        ok_refused( 1 );
        ok_played();
        winetest_pop_context();
    }
    play( odd );
    server_creates( 1, "TEST" );
    ok_created( 1 );
    ok_played();
    close_channel( 1 );
    stop_client();
}

/* ours, after what servers were seen to accept: no listener 0xc0000225, refused 0xc0000001 */
static void test_statuses(void)
{
    static const struct step steps[] = { { NEW_CHANNEL, .act = refuse_without_callback } };

    start_client();
    server_creates( 1, "NOBODY" );
    ok_sent( 0x10, 1, 0x25, 0x02, 0, 0xc0 );
    play( steps );
    server_creates( 1, "TEST" );
    ok_sent( 0x10, 1, 0x01, 0, 0, 0xc0 );
    ok_played();
    ok_counter( channels_refused, 2 );
    /* observed: servers write to channels that were refused, and close them */
    server_writes( 1, "x", 1 );
    server_closes( 1 );
    ok_nothing_sent();
    ok_counter( pdus_ignored, 2 );
    stop_client();
}

/* ours: the server is answered without memory, too: a channel gets a status of its own, and the next one is as ever */
static void test_no_memory(void)
{
    if (!memory_replace()) return;
    start_client();
    no_memory = TRUE;
    server_sends_bytes( 0x50, 0, 1, 0 );
    ok_sent( 0x50, 0, 1, 0 );
    server_creates( 1, "TEST" );
    ok_sent( 0x10, 1, 0x17, 0, 0, 0xc0 );
    no_memory = FALSE;
    open_channel( 1 );
    close_channel( 1 );
    stop_client();
    memory_restore();
}

/* documented: any number of channels of one name at once */
static void test_many_channels(void)
{
    IWTSVirtualChannel *channels[200];
    unsigned int count = fewer( ARRAY_SIZE(channels) ), i;

    start_client();
    for (i = 0; i < count && !wait_failed; i++) channels[i] = open_channel( i );
    if (wait_failed) return;
    for (i = 0; i < count; i++)
    {
        ok_write( channels[i], 3, "own", S_OK );
        ok_text( i, "own" );
    }
    for (i = 0; i < count; i++) close_channel( i );
    stop_client();
}

/* observed: servers open and close a channel for each of their calls, with the same id */
static void test_reopening(void)
{
    static const struct step echoed[] = { { DATA_RECEIVED, 4, .data = "ping" } };
    unsigned int i;

    start_client();
    for (i = 0; i < fewer( 50 ) && !wait_failed; i++)
    {
        open_channel( 1 );
        play( echoed );
        server_writes( 1, "ping", 4 );
        ok_played();
        close_channel( 1 );
    }
    stop_client();
}

static void run(void)
{
    test_interfaces();
    test_references();
    test_unknown_service();
    test_GetService();
    test_window_info();
    test_GetMappedRenderer();
    test_GetConfiguration();
    test_configuration_object();
    test_AddIns_values();
    test_names();
    test_too_many_listeners();
    test_flags();
    test_release_of_listener();
    test_CreateListener_inside();
    test_two_listeners();
    test_refusals();
    test_statuses();
    test_no_memory();
    test_many_channels();
    test_reopening();
}

START_TEST(listener)
{
    run_in_all_forms( run );
}
