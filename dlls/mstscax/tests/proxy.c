/*
 * Tests of the proxies and stubs for plug-ins of other processes
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
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COBJMACROS
#include "windef.h"
#include "winbase.h"
#include "winreg.h"
#include "ole2.h"
#include "ocidl.h"
#include "tsvirtualchannels.h"

#include "wine/test.h"
#include "marshal.h"

/*
 * Objects live in the multi-threaded apartment; their methods are called from a single-threaded one, through the same
 * proxies and stubs as from another process. All expectations are documented, or follow from the interfaces' IDL.
 */

#define BIG 0x100000

/* An object of one interface, that lives for ever. */
struct object
{
    const void *vtbl;
    const IID *iid;
};

static struct
{
    unsigned int calls;
    ULONG numbers[5];
    UINT64 wide;
    GUID guid;
    RECT rect;
    char name[16];
    BYTE *bytes;
    IUnknown *object;       /* not NULL: there was one, which has its interface */
} got;

static BYTE big[BIG];

static HRESULT STDMETHODCALLTYPE object_QueryInterface( struct object *object, REFIID iid, void **out )
{
    *out = IsEqualGUID( iid, &IID_IUnknown ) || IsEqualGUID( iid, object->iid ) ? object : NULL;
    return *out ? S_OK : E_NOINTERFACE;
}

static ULONG STDMETHODCALLTYPE object_AddRef( struct object *object )
{
    return 2;
}

static ULONG STDMETHODCALLTYPE object_Release( struct object *object )
{
    return 1;
}

#define UNKNOWN (void *)object_QueryInterface, (void *)object_AddRef, (void *)object_Release

static struct object plugin, factory, listener_callback, channel_callback, manager, listener, channel, provider, renderer,
                     renderer_callback, render_service, window_info, window_changed, remote_app;

static void take_object( void *object, const IID *iid )
{
    void *queried = NULL;
    HRESULT hr = object ? IUnknown_QueryInterface( (IUnknown *)object, iid, &queried ) : S_OK;

    ok( hr == S_OK, "%s is not there, hr %#lx\n", wine_dbgstr_guid( iid ), hr );
    if (queried) IUnknown_Release( (IUnknown *)queried );
    got.object = object;
}

static HRESULT take_bytes( ULONG size, const BYTE *bytes )
{
    got.calls++;
    got.numbers[0] = size;
    if (size == BIG) ok( !memcmp( bytes, big, BIG ), "other bytes\n" );
    ok( bytes != big, "the same buffer\n" );
    return 0x80040201;
}

static HRESULT STDMETHODCALLTYPE plugin_Initialize( IWTSPlugin *iface, IWTSVirtualChannelManager *object )
{
    got.calls++;
    take_object( object, &IID_IWTSVirtualChannelManager );
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE plugin_Connected( IWTSPlugin *iface )
{
    got.calls++;
    return E_ABORT;
}

static HRESULT STDMETHODCALLTYPE plugin_Disconnected( IWTSPlugin *iface, DWORD code )
{
    got.calls++;
    got.numbers[0] = code;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE plugin_Terminated( IWTSPlugin *iface )
{
    got.calls++;
    return S_FALSE;
}

static const struct { void *unknown[3]; void *methods[4]; } plugin_vtbl =
    { { UNKNOWN }, { plugin_Initialize, plugin_Connected, plugin_Disconnected, plugin_Terminated } };

static HRESULT STDMETHODCALLTYPE factory_GetPluginCount( IWTSPluginFactory *iface, LONG *count )
{
    got.calls++;
    *count = 7;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE factory_CreatePlugin( IWTSPluginFactory *iface, LONG index, IWTSPlugin **out )
{
    got.calls++;
    got.numbers[0] = index;
    *out = (IWTSPlugin *)&plugin;
    return S_OK;
}

static const struct { void *unknown[3]; void *methods[2]; } factory_vtbl =
    { { UNKNOWN }, { factory_GetPluginCount, factory_CreatePlugin } };

static HRESULT STDMETHODCALLTYPE listener_callback_OnNewChannelConnection( IWTSListenerCallback *iface,
                                                                           IWTSVirtualChannel *object, BSTR data, BOOL *accept,
                                                                           IWTSVirtualChannelCallback **callback )
{
    got.calls++;
    take_object( object, &IID_IWTSVirtualChannel );
    got.numbers[0] = data ? SysStringLen( data ) : ~0u;
    *accept = TRUE;
    *callback = (IWTSVirtualChannelCallback *)&channel_callback;
    return S_OK;
}

static const struct { void *unknown[3]; void *methods[1]; } listener_callback_vtbl =
    { { UNKNOWN }, { listener_callback_OnNewChannelConnection } };

static HRESULT STDMETHODCALLTYPE channel_callback_OnDataReceived( IWTSVirtualChannelCallback *iface, ULONG size, BYTE *buffer )
{
    return take_bytes( size, buffer );
}

static HRESULT STDMETHODCALLTYPE channel_callback_OnClose( IWTSVirtualChannelCallback *iface )
{
    got.calls++;
    return S_OK;
}

static const struct { void *unknown[3]; void *methods[2]; } channel_callback_vtbl =
    { { UNKNOWN }, { channel_callback_OnDataReceived, channel_callback_OnClose } };

static HRESULT STDMETHODCALLTYPE manager_CreateListener( IWTSVirtualChannelManager *iface, const char *name, ULONG flags,
                                                         IWTSListenerCallback *callback, IWTSListener **out )
{
    got.calls++;
    lstrcpynA( got.name, name, sizeof(got.name) );
    got.numbers[0] = flags;
    take_object( callback, &IID_IWTSListenerCallback );
    if (out) *out = (IWTSListener *)&listener;
    return S_OK;
}

static const struct { void *unknown[3]; void *methods[1]; } manager_vtbl = { { UNKNOWN }, { manager_CreateListener } };

static HRESULT STDMETHODCALLTYPE listener_GetConfiguration( IWTSListener *iface, IPropertyBag **out )
{
    got.calls++;
    *out = NULL;
    return E_NOTIMPL;
}

static const struct { void *unknown[3]; void *methods[1]; } listener_vtbl = { { UNKNOWN }, { listener_GetConfiguration } };

static HRESULT STDMETHODCALLTYPE channel_Write( IWTSVirtualChannel *iface, ULONG size, BYTE *buffer, IUnknown *reserved )
{
    ok( !reserved, "got %p\n", reserved );
    return take_bytes( size, buffer );
}

static HRESULT STDMETHODCALLTYPE channel_Close( IWTSVirtualChannel *iface )
{
    got.calls++;
    return S_OK;
}

static const struct { void *unknown[3]; void *methods[2]; } channel_vtbl = { { UNKNOWN }, { channel_Write, channel_Close } };

static HRESULT STDMETHODCALLTYPE provider_GetService( IWTSPluginServiceProvider *iface, GUID service, IUnknown **out )
{
    got.calls++;
    got.guid = service;
    *out = (IUnknown *)&render_service;
    return S_OK;
}

static const struct { void *unknown[3]; void *methods[1]; } provider_vtbl = { { UNKNOWN }, { provider_GetService } };

static HRESULT STDMETHODCALLTYPE renderer_Render( IWTSBitmapRenderer *iface, GUID format, DWORD width, DWORD height,
                                                  LONG stride, DWORD size, BYTE *buffer )
{
    got.guid = format;
    got.numbers[1] = width;
    got.numbers[2] = height;
    got.numbers[3] = stride;
    return take_bytes( size, buffer );
}

static HRESULT STDMETHODCALLTYPE renderer_GetRendererStatistics( IWTSBitmapRenderer *iface,
                                                                 BITMAP_RENDERER_STATISTICS *statistics )
{
    got.calls++;
    statistics->dwFramesDelivered = 11;
    statistics->dwFramesDropped = 12;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE renderer_RemoveMapping( IWTSBitmapRenderer *iface )
{
    got.calls++;
    return S_OK;
}

static const struct { void *unknown[3]; void *methods[3]; } renderer_vtbl =
    { { UNKNOWN }, { renderer_Render, renderer_GetRendererStatistics, renderer_RemoveMapping } };

static HRESULT STDMETHODCALLTYPE renderer_callback_OnTargetSizeChanged( IWTSBitmapRendererCallback *iface, RECT size )
{
    got.calls++;
    got.rect = size;
    return S_OK;
}

static const struct { void *unknown[3]; void *methods[1]; } renderer_callback_vtbl =
    { { UNKNOWN }, { renderer_callback_OnTargetSizeChanged } };

static HRESULT STDMETHODCALLTYPE render_service_GetMappedRenderer( IWTSBitmapRenderService *iface, UINT64 mapping,
                                                                   IWTSBitmapRendererCallback *callback,
                                                                   IWTSBitmapRenderer **out )
{
    got.calls++;
    got.wide = mapping;
    take_object( callback, &IID_IWTSBitmapRendererCallback );
    *out = (IWTSBitmapRenderer *)&renderer;
    return S_OK;
}

static const struct { void *unknown[3]; void *methods[1]; } render_service_vtbl =
    { { UNKNOWN }, { render_service_GetMappedRenderer } };

static void take_info( const WTSWindowInfo *info )
{
    got.calls++;
    got.wide = info ? (UINT_PTR)info->Hwnd : 1;
    got.numbers[0] = info ? info->Height : 0;
    got.numbers[1] = info ? info->ViewOffsetY : 0;
    got.numbers[2] = info ? info->Scale * 4 : 0;
}

static const WTSWindowInfo some_info = { (HWND)0x20024, 1080, 1920, 1900, 1000, 10, 20, 1.25f };

static HRESULT STDMETHODCALLTYPE window_info_GetWindowInfo( IWTSWindowInfoService *iface, HWND window, WTSWindowInfo *info )
{
    got.calls++;
    got.wide = (UINT_PTR)window;
    *info = some_info;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE window_info_GetRdpClientProcessId( IWTSWindowInfoService *iface, ULONG *process )
{
    got.calls++;
    *process = 0x80000001;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE window_info_GetRdpSessionType( IWTSWindowInfoService *iface, RdpSessionType *type )
{
    got.calls++;
    *type = RemoteApp;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE window_info_Subscribe( IWTSWindowInfoService *iface, HWND window,
                                                        IWTSWindowChangedCallback *callback )
{
    got.calls++;
    got.wide = (UINT_PTR)window;
    take_object( callback, &IID_IWTSWindowChangedCallback );
    return S_OK;
}

static const struct { void *unknown[3]; void *methods[5]; } window_info_vtbl =
    { { UNKNOWN }, { window_info_GetWindowInfo, window_info_GetRdpClientProcessId, window_info_GetRdpSessionType,
                     window_info_Subscribe, window_info_Subscribe } };

static HRESULT STDMETHODCALLTYPE window_changed_WindowChanged( IWTSWindowChangedCallback *iface, const WTSWindowInfo *info )
{
    take_info( info );
    return S_OK;
}

static const struct { void *unknown[3]; void *methods[1]; } window_changed_vtbl =
    { { UNKNOWN }, { window_changed_WindowChanged } };

static HRESULT STDMETHODCALLTYPE remote_app_GetLocalHwnd( IWTSRemoteAppWindowInfoService *iface, unsigned int remote,
                                                          HWND *window )
{
    got.calls++;
    got.numbers[0] = remote;
    *window = (HWND)0x20026;
    return S_OK;
}

static const struct { void *unknown[3]; void *methods[1]; } remote_app_vtbl = { { UNKNOWN }, { remote_app_GetLocalHwnd } };

static HRESULT STDMETHODCALLTYPE class_factory_CreateInstance( IClassFactory *iface, IUnknown *outer, REFIID riid, void **out )
{
    got.calls++;
    *out = &plugin;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE class_factory_LockServer( IClassFactory *iface, BOOL lock )
{
    return S_OK;
}

static const struct { void *unknown[3]; void *methods[2]; } class_factory_vtbl =
    { { UNKNOWN }, { class_factory_CreateInstance, class_factory_LockServer } };

static HRESULT STDMETHODCALLTYPE bag_Read( IPropertyBag *iface, const WCHAR *name, VARIANT *value, IErrorLog *log )
{
    return E_NOTIMPL;
}

static HRESULT STDMETHODCALLTYPE bag_Write( IPropertyBag *iface, const WCHAR *name, VARIANT *value )
{
    got.calls++;
    return S_OK;
}

static const struct { void *unknown[3]; void *methods[2]; } bag_vtbl = { { UNKNOWN }, { bag_Read, bag_Write } };

static struct object plugin = { &plugin_vtbl, &IID_IWTSPlugin },
                     factory = { &factory_vtbl, &IID_IWTSPluginFactory },
                     listener_callback = { &listener_callback_vtbl, &IID_IWTSListenerCallback },
                     channel_callback = { &channel_callback_vtbl, &IID_IWTSVirtualChannelCallback },
                     manager = { &manager_vtbl, &IID_IWTSVirtualChannelManager },
                     listener = { &listener_vtbl, &IID_IWTSListener },
                     channel = { &channel_vtbl, &IID_IWTSVirtualChannel },
                     provider = { &provider_vtbl, &IID_IWTSPluginServiceProvider },
                     renderer = { &renderer_vtbl, &IID_IWTSBitmapRenderer },
                     renderer_callback = { &renderer_callback_vtbl, &IID_IWTSBitmapRendererCallback },
                     render_service = { &render_service_vtbl, &IID_IWTSBitmapRenderService },
                     window_info = { &window_info_vtbl, &IID_IWTSWindowInfoService },
                     window_changed = { &window_changed_vtbl, &IID_IWTSWindowChangedCallback },
                     remote_app = { &remote_app_vtbl, &IID_IWTSRemoteAppWindowInfoService },
                     class_factory = { &class_factory_vtbl, &IID_IClassFactory },
                     bag = { &bag_vtbl, &IID_IPropertyBag };

static const GUID some_guid = { 0x12345678, 0x9abc, 0xdef0, { 1, 2, 3, 4, 5, 6, 7, 8 } };

#define ok_call( hr, expected ) ok_call_( __LINE__, hr, expected )
static void ok_call_( int line, HRESULT hr, HRESULT expected )
{
    ok_(__FILE__, line)( hr == expected, "got hr %#lx\n", hr );
    ok_(__FILE__, line)( got.calls == 1, "%u calls came\n", got.calls );
    got.calls = 0;
}

#define ok_returned( object, iid ) ok_returned_( __LINE__, (IUnknown *)object, iid )
static void ok_returned_( int line, IUnknown *object, const IID *iid )
{
    void *queried = NULL;

    ok_(__FILE__, line)( object && SUCCEEDED(IUnknown_QueryInterface( object, iid, &queried )), "no %s came back\n",
                         wine_dbgstr_guid( iid ) );
    if (queried) IUnknown_Release( (IUnknown *)queried );
    if (object) IUnknown_Release( object );
}

static void call_plugin( void *iface )
{
    IWTSPlugin *proxy = iface;

    ok_call( IWTSPlugin_Initialize( proxy, (IWTSVirtualChannelManager *)&manager ), S_OK );
    ok( got.object != NULL, "no manager\n" );
    ok_call( IWTSPlugin_Connected( proxy ), E_ABORT );
    ok_call( IWTSPlugin_Disconnected( proxy, 0x904 ), S_OK );
    ok( got.numbers[0] == 0x904, "got code %#lx\n", got.numbers[0] );
    ok_call( IWTSPlugin_Terminated( proxy ), S_FALSE );
}

static void call_factory( void *iface )
{
    IWTSPluginFactory *proxy = iface;
    IWTSPlugin *created = NULL;
    LONG count = 0;

    ok_call( IWTSPluginFactory_GetPluginCount( proxy, &count ), S_OK );
    ok( count == 7, "got %ld\n", count );
    ok_call( IWTSPluginFactory_CreatePlugin( proxy, 6, &created ), S_OK );
    ok( got.numbers[0] == 6, "got index %lu\n", got.numbers[0] );
    ok_returned( created, &IID_IWTSPlugin );
}

static void call_listener_callback( void *iface )
{
    IWTSListenerCallback *proxy = iface;
    IWTSVirtualChannelCallback *callback = NULL;
    BSTR data = SysAllocString( L"data" );
    BOOL accept = FALSE;

    ok_call( IWTSListenerCallback_OnNewChannelConnection( proxy, (IWTSVirtualChannel *)&channel, NULL, &accept, &callback ),
             S_OK );
    ok( got.object != NULL, "no channel\n" );
    ok( got.numbers[0] == ~0u, "got data of %lu\n", got.numbers[0] );
    ok( accept == TRUE, "got %d\n", accept );
    ok_returned( callback, &IID_IWTSVirtualChannelCallback );
    ok_call( IWTSListenerCallback_OnNewChannelConnection( proxy, (IWTSVirtualChannel *)&channel, data, &accept, &callback ),
             S_OK );
    ok( got.numbers[0] == 4, "got data of %lu\n", got.numbers[0] );
    ok_returned( callback, &IID_IWTSVirtualChannelCallback );
    SysFreeString( data );
}

static void call_channel_callback( void *iface )
{
    IWTSVirtualChannelCallback *proxy = iface;

    ok_call( IWTSVirtualChannelCallback_OnDataReceived( proxy, BIG, big ), 0x80040201 );
    ok( got.numbers[0] == BIG, "got size %lu\n", got.numbers[0] );
    ok_call( IWTSVirtualChannelCallback_OnDataReceived( proxy, 0, big ), 0x80040201 );
    ok( !got.numbers[0], "got size %lu\n", got.numbers[0] );
    ok_call( IWTSVirtualChannelCallback_OnClose( proxy ), S_OK );
}

static void call_manager( void *iface )
{
    IWTSVirtualChannelManager *proxy = iface;
    IWTSListener *created = NULL;

    ok_call( IWTSVirtualChannelManager_CreateListener( proxy, "n\xe4me", 2, (IWTSListenerCallback *)&listener_callback,
                                                       &created ), S_OK );
    ok( !strcmp( got.name, "n\xe4me" ), "got name %s\n", wine_dbgstr_a( got.name ) );
    ok( got.numbers[0] == 2, "got flags %#lx\n", got.numbers[0] );
    ok( got.object != NULL, "no callback\n" );
    ok_returned( created, &IID_IWTSListener );
}

static void call_listener( void *iface )
{
    IPropertyBag *bag = (IPropertyBag *)1;

    ok_call( IWTSListener_GetConfiguration( (IWTSListener *)iface, &bag ), E_NOTIMPL );
    ok( !bag, "got %p\n", bag );
}

static void call_channel( void *iface )
{
    IWTSVirtualChannel *proxy = iface;

    ok_call( IWTSVirtualChannel_Write( proxy, BIG, big, NULL ), 0x80040201 );
    ok( got.numbers[0] == BIG, "got size %lu\n", got.numbers[0] );
    ok_call( IWTSVirtualChannel_Write( proxy, 0, big, NULL ), 0x80040201 );
    ok( !got.numbers[0], "got size %lu\n", got.numbers[0] );
    ok_call( IWTSVirtualChannel_Close( proxy ), S_OK );
}

static void call_render_service( void *iface );

static void call_provider( void *iface )
{
    IUnknown *service = NULL;

    ok_call( IWTSPluginServiceProvider_GetService( (IWTSPluginServiceProvider *)iface, some_guid, &service ), S_OK );
    ok( IsEqualGUID( &got.guid, &some_guid ), "got %s\n", wine_dbgstr_guid( &got.guid ) );
    ok_returned( service, &IID_IWTSBitmapRenderService );

    /* observed: a plug-in does not ask for the service's interface */
    service = NULL;
    ok_call( IWTSPluginServiceProvider_GetService( (IWTSPluginServiceProvider *)iface, RDCLIENT_BITMAP_RENDER_SERVICE,
                                                   &service ), S_OK );
    ok( IsEqualGUID( &got.guid, &RDCLIENT_BITMAP_RENDER_SERVICE ), "got %s\n", wine_dbgstr_guid( &got.guid ) );
    if (service) call_render_service( service );
    ok_returned( service, &IID_IWTSBitmapRenderService );
}

static void call_renderer( void *iface )
{
    IWTSBitmapRenderer *proxy = iface;
    BITMAP_RENDERER_STATISTICS statistics;

    ok_call( IWTSBitmapRenderer_Render( proxy, some_guid, 512, 512, -2048, BIG, big ), 0x80040201 );
    ok( IsEqualGUID( &got.guid, &some_guid ), "got %s\n", wine_dbgstr_guid( &got.guid ) );
    ok( got.numbers[1] == 512 && got.numbers[2] == 512 && got.numbers[3] == (ULONG)-2048, "got %lu, %lu, %lu\n",
        got.numbers[1], got.numbers[2], got.numbers[3] );
    memset( &statistics, 0, sizeof(statistics) );
    ok_call( IWTSBitmapRenderer_GetRendererStatistics( proxy, &statistics ), S_OK );
    ok( statistics.dwFramesDelivered == 11 && statistics.dwFramesDropped == 12, "got %lu and %lu\n",
        statistics.dwFramesDelivered, statistics.dwFramesDropped );
    ok_call( IWTSBitmapRenderer_RemoveMapping( proxy ), S_OK );
}

static void call_renderer_callback( void *iface )
{
    RECT rect = { 1, -2, 3, 400000 };

    ok_call( IWTSBitmapRendererCallback_OnTargetSizeChanged( (IWTSBitmapRendererCallback *)iface, rect ), S_OK );
    ok( EqualRect( &got.rect, &rect ), "got %s\n", wine_dbgstr_rect( &got.rect ) );
}

static void call_render_service( void *iface )
{
    IWTSBitmapRenderer *mapped = NULL;

    ok_call( IWTSBitmapRenderService_GetMappedRenderer( (IWTSBitmapRenderService *)iface, 0x123456789abcdef0ull,
                                                        (IWTSBitmapRendererCallback *)&renderer_callback, &mapped ), S_OK );
    ok( got.wide == 0x123456789abcdef0ull, "got %#I64x\n", got.wide );
    ok( got.object != NULL, "no callback\n" );
    ok_returned( mapped, &IID_IWTSBitmapRenderer );
}

static void call_window_info( void *iface )
{
    IWTSWindowInfoService *proxy = iface;
    RdpSessionType type = Desktop;
    WTSWindowInfo info;
    ULONG process = 0;

    memset( &info, 0xcc, sizeof(info) );
    ok_call( IWTSWindowInfoService_GetWindowInfo( proxy, (HWND)0x20022, &info ), S_OK );
    ok( got.wide == 0x20022, "got window %#I64x\n", got.wide );
    ok( info.Hwnd == some_info.Hwnd && info.Height == 1080 && info.Width == 1920 && info.ViewWidth == 1900
        && info.ViewHeight == 1000 && info.ViewOffsetX == 10 && info.ViewOffsetY == 20 && info.Scale == 1.25f,
        "got another window\n" );
    ok_call( IWTSWindowInfoService_GetRdpClientProcessId( proxy, &process ), S_OK );
    ok( process == 0x80000001, "got %#lx\n", process );
    ok_call( IWTSWindowInfoService_GetRdpSessionType( proxy, &type ), S_OK );
    ok( type == RemoteApp, "got %d\n", type );
    ok_call( IWTSWindowInfoService_SubscribeWindowChanged( proxy, NULL, (IWTSWindowChangedCallback *)&window_changed ),
             S_OK );
    ok( !got.wide && got.object, "got window %#I64x, object %p\n", got.wide, got.object );
    ok_call( IWTSWindowInfoService_UnsubscribeWindowChanged( proxy, NULL, (IWTSWindowChangedCallback *)&window_changed ),
             S_OK );
}

static void call_window_changed( void *iface )
{
    IWTSWindowChangedCallback *proxy = iface;

    ok_call( IWTSWindowChangedCallback_WindowChanged( proxy, &some_info ), S_OK );
    ok( got.wide == 0x20024 && got.numbers[0] == 1080 && got.numbers[1] == 20 && got.numbers[2] == 5,
        "got %#I64x, %lu, %lu, %lu\n", got.wide, got.numbers[0], got.numbers[1], got.numbers[2] );
    ok_call( IWTSWindowChangedCallback_WindowChanged( proxy, NULL ), S_OK );
    ok( got.wide == 1, "got %#I64x\n", got.wide );
}

static void call_remote_app( void *iface )
{
    HWND window = NULL;

    ok_call( IWTSRemoteAppWindowInfoService_GetLocalHwnd( (IWTSRemoteAppWindowInfoService *)iface, 7, &window ), S_OK );
    ok( got.numbers[0] == 7 && window == (HWND)0x20026, "got %lu, window %p\n", got.numbers[0], window );
}

struct conversation
{
    struct object *object;
    void (*call)( void *proxy );
    IStream *stream;
};

static DWORD CALLBACK apartment( void *arg )
{
    struct conversation *conversation = arg;
    IUnknown *proxy = NULL;
    HRESULT hr;

    CoInitializeEx( NULL, COINIT_APARTMENTTHREADED );
    hr = CoGetInterfaceAndReleaseStream( conversation->stream, conversation->object->iid, (void **)&proxy );
    ok( hr == S_OK, "got hr %#lx\n", hr );
    ok( (void *)proxy != conversation->object, "no proxy\n" );
    if (proxy)
    {
        conversation->call( proxy );
        IUnknown_Release( proxy );
    }
    CoUninitialize();
    return 0;
}

static void test_interface( struct object *object, void (*call)( void *proxy ) )
{
    struct conversation conversation = { object, call, NULL };
    HANDLE thread;
    HRESULT hr;

    winetest_push_context( "%s", wine_dbgstr_guid( object->iid ) );
    hr = CoMarshalInterThreadInterfaceInStream( object->iid, (IUnknown *)object, &conversation.stream );
    ok( hr == S_OK, "got hr %#lx\n", hr );
    if (SUCCEEDED(hr))
    {
        thread = CreateThread( NULL, 0, apartment, &conversation, 0, NULL );
        ok( !WaitForSingleObject( thread, 60000 ), "a call does not return\n" );
        CloseHandle( thread );
    }
    winetest_pop_context();
}

static void test_interfaces(void)
{
    unsigned int i;

    for (i = 0; i < BIG; i++) big[i] = i * 7 + i / 256;
    test_interface( &plugin, call_plugin );
    test_interface( &factory, call_factory );
    test_interface( &listener_callback, call_listener_callback );
    test_interface( &channel_callback, call_channel_callback );
    test_interface( &manager, call_manager );
    test_interface( &listener, call_listener );
    test_interface( &channel, call_channel );
    test_interface( &provider, call_provider );
    test_interface( &renderer, call_renderer );
    test_interface( &renderer_callback, call_renderer_callback );
    test_interface( &render_service, call_render_service );
    test_interface( &window_info, call_window_info );
    test_interface( &window_changed, call_window_changed );
    test_interface( &remote_app, call_remote_app );
}

static HRESULT call_OnClose( void *proxy )
{
    return IWTSVirtualChannelCallback_OnClose( (IWTSVirtualChannelCallback *)proxy );
}

static HRESULT call_CreateInstance( void *proxy )
{
    IWTSPlugin *created = NULL;
    HRESULT hr = IClassFactory_CreateInstance( (IClassFactory *)proxy, NULL, &IID_IWTSPlugin, (void **)&created );

    if (created) IWTSPlugin_Release( created );
    return hr;
}

static HRESULT call_Write( void *proxy )
{
    VARIANT value;

    VariantInit( &value );
    return IPropertyBag_Write( (IPropertyBag *)proxy, L"name", &value );
}

/* The first is ours, and brings the object that lasts. */
static const struct released
{
    struct object *object;
    HRESULT (*call)( void *proxy );
} released[] =
{
    { &channel_callback, call_OnClose },
    { &class_factory, call_CreateInstance },
    { &bag, call_Write },
};

/* In the other process: the same object again when it is released. */
static void call_released( const struct released *last, const char *object )
{
    const HRESULT unknown_interface = HRESULT_FROM_WIN32( RPC_S_UNKNOWN_IF );
    unsigned int i;
    IUnknown *proxy;
    HRESULT hr;

    for (i = 0; i < 2; i++)
    {
        proxy = NULL;
        hr = unmarshal_text( object, last->object->iid, (void **)&proxy );
        ok( hr == S_OK, "%u: got hr %#lx\n", i, hr );
        if (!proxy) return;
        hr = last->call( proxy );
        if (!i) ok( hr == S_OK, "got hr %#lx\n", hr );
        else ok( FAILED(hr) && hr != unknown_interface, "got hr %#lx\n", hr );
        IUnknown_Release( proxy );
    }
}

static void release_last( unsigned int index )
{
    struct object *last = released[index].object;
    WCHAR program[MAX_PATH], object[2048], line[MAX_PATH + 2100];
    STARTUPINFOW startup = { .cb = sizeof(startup) };
    PROCESS_INFORMATION info;

    if (!marshal_as_text( last->iid, last, MSHLFLAGS_NORMAL, object, ARRAY_SIZE(object) )) return;
    GetModuleFileNameW( NULL, program, ARRAY_SIZE(program) );
    swprintf( line, ARRAY_SIZE(line), L"\"%s\" proxy released %u %s", program, index, object );
    if (!CreateProcessW( program, line, NULL, NULL, FALSE, 0, NULL, NULL, &startup, &info ))
    {
        ok( 0, "could not start the other process, error %lu\n", GetLastError() );
        return;
    }
    CloseHandle( info.hThread );
    wait_child_process( info.hProcess );
    CloseHandle( info.hProcess );
    ok( got.calls == 1, "%u calls came\n", got.calls );
    got.calls = 0;
}

/* ours: interfaces are served when their last object is released, too; Wine withdraws one in a way that may never end */
static void test_last_release(void)
{
    unsigned int i;

    for (i = 0; i < ARRAY_SIZE(released); i++)
    {
        winetest_push_context( "%s", wine_dbgstr_guid( released[i].object->iid ) );
        release_last( i );
        winetest_pop_context();
    }
}

#define PLUGIN_KEY  L"Software\\Classes\\Interface\\{A1230201-1439-4E62-A414-190D0AC3D40E}"
#define OTHER_KEY   L"Software\\Classes\\CLSID\\{5C1D7F11-1111-4222-8333-010203040506}"
#define OTHER_CLASS L"{5C1D7F11-1111-4222-8333-010203040506}"

static void set_class( const WCHAR *path, const WCHAR *value )
{
    LSTATUS error;
    HKEY key;

    error = RegCreateKeyExW( HKEY_LOCAL_MACHINE, path, 0, NULL, 0, KEY_WRITE, NULL, &key, NULL );
    ok( !error, "got error %ld\n", error );
    RegSetValueExW( key, NULL, 0, REG_SZ, (const BYTE *)value, (lstrlenW( value ) + 1) * sizeof(WCHAR) );
    RegCloseKey( key );
}

/* ours: the proxies of a plug-in's own installer stay, as long as they are there */
static void test_registration( HRESULT (WINAPI *add)(void), HRESULT (WINAPI *remove)(void) )
{
    WCHAR class[39], path[MAX_PATH], own[39];
    DWORD size = sizeof(own);
    HRESULT hr;
    LSTATUS error;

    error = RegGetValueW( HKEY_LOCAL_MACHINE, PLUGIN_KEY L"\\ProxyStubClsid32", NULL, RRF_RT_REG_SZ, NULL, own, &size );
    ok( !error, "got error %ld\n", error );

    GetSystemDirectoryW( path, ARRAY_SIZE(path) );
    lstrcatW( path, L"\\ole32.dll" );
    set_class( OTHER_KEY L"\\InprocServer32", path );
    set_class( PLUGIN_KEY L"\\ProxyStubClsid32", OTHER_CLASS );
    hr = add();
    ok( hr == S_OK, "got hr %#lx\n", hr );
    size = sizeof(class);
    RegGetValueW( HKEY_LOCAL_MACHINE, PLUGIN_KEY L"\\ProxyStubClsid32", NULL, RRF_RT_REG_SZ, NULL, class, &size );
    ok( !lstrcmpiW( class, OTHER_CLASS ), "got %s\n", wine_dbgstr_w( class ) );

    set_class( OTHER_KEY L"\\InprocServer32", L"c:\\not there.dll" );
    hr = add();
    ok( hr == S_OK, "got hr %#lx\n", hr );
    size = sizeof(class);
    RegGetValueW( HKEY_LOCAL_MACHINE, PLUGIN_KEY L"\\ProxyStubClsid32", NULL, RRF_RT_REG_SZ, NULL, class, &size );
    ok( !lstrcmpiW( class, own ), "got %s\n", wine_dbgstr_w( class ) );
    RegDeleteTreeW( HKEY_LOCAL_MACHINE, OTHER_KEY );

    hr = remove();
    ok( hr == S_OK, "got hr %#lx\n", hr );
    size = sizeof(class);
    error = RegGetValueW( HKEY_LOCAL_MACHINE, PLUGIN_KEY L"\\ProxyStubClsid32", NULL, RRF_RT_REG_SZ, NULL, class, &size );
    ok( error == ERROR_FILE_NOT_FOUND, "got error %ld\n", error );
}

START_TEST( proxy )
{
    HMODULE module = LoadLibraryW( L"mstscax.dll" );
    HRESULT (WINAPI *add)(void) = module ? (void *)GetProcAddress( module, "DllRegisterServer" ) : NULL;
    HRESULT (WINAPI *remove)(void) = module ? (void *)GetProcAddress( module, "DllUnregisterServer" ) : NULL;
    char **argv;
    HRESULT hr;

    if (!add || !remove || !GetProcAddress( module, "VirtualChannelEntryEx" ))
    {
        win_skip( "mstscax.dll does not register proxies\n" );
        return;
    }
    CoInitializeEx( NULL, COINIT_MULTITHREADED );
    if (winetest_get_mainargs( &argv ) == 5 && !strcmp( argv[2], "released" ))
    {
        call_released( &released[strtoul( argv[3], NULL, 10 )], argv[4] );
        CoUninitialize();
        return;
    }
    hr = add();
    ok( hr == S_OK, "got hr %#lx\n", hr );
    test_last_release();
    test_interfaces();
    test_registration( add, remove );
    CoUninitialize();
}
