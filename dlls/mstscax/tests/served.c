/*
 * The conformance of a plug-in that a program of its own serves
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

BOOL is_served;

/*
 * The program. For each object that comes through a proxy it has one of its own, which passes the calls on.
 */

/* An interface of which no method takes or returns an object has no vtbl: COM is given the proxy for its methods. */
struct relay_type
{
    const IID *iid;
    const void *vtbl;
};

struct relay
{
    IUnknown IUnknown_iface;    /* with the type's methods, if it has some */
    LONG ref;
    IUnknown *inner;            /* the proxy, which has the type's interface */
    const struct relay_type *type;
};

static LONG relay_count;
static HANDLE unused;           /* event: no relay is left */

static const struct relay_type *find_type( REFIID riid );
static HRESULT relay_create( void *proxy, REFIID riid, void **out );

static struct relay *impl_from_IUnknown( void *iface )
{
    return CONTAINING_RECORD( iface, struct relay, IUnknown_iface );
}

/* To COM an object's other interfaces are more relays. */
static HRESULT STDMETHODCALLTYPE relay_QueryInterface( void *iface, REFIID riid, void **out )
{
    struct relay *relay = impl_from_IUnknown( iface );
    BOOL is_own = IsEqualGUID( riid, relay->type->iid );
    IUnknown *other;
    HRESULT hr;

    *out = NULL;
    if (IsEqualGUID( riid, &IID_IUnknown ) || (is_own && relay->type->vtbl))
    {
        IUnknown_AddRef( &relay->IUnknown_iface );
        *out = iface;
        return S_OK;
    }
    if (is_own) return IUnknown_QueryInterface( relay->inner, riid, out );
    if (!find_type( riid )) return E_NOINTERFACE;
    if (FAILED(hr = IUnknown_QueryInterface( relay->inner, riid, (void **)&other ))) return hr;
    hr = relay_create( other, riid, out );
    IUnknown_Release( other );
    return hr;
}

static ULONG STDMETHODCALLTYPE relay_AddRef( void *iface )
{
    return InterlockedIncrement( &impl_from_IUnknown( iface )->ref );
}

static ULONG STDMETHODCALLTYPE relay_Release( void *iface )
{
    struct relay *relay = impl_from_IUnknown( iface );
    ULONG ref = InterlockedDecrement( &relay->ref );

    if (ref) return ref;
    IUnknown_Release( relay->inner );
    free( relay );
    if (!InterlockedDecrement( &relay_count )) SetEvent( unused );
    return 0;
}

/* Puts a relay in the place of an object. */
static HRESULT relay_replace( void *object, REFIID riid )
{
    IUnknown **iface = object, *proxy = *iface;
    HRESULT hr;

    if (!proxy) return S_OK;
    hr = relay_create( proxy, riid, (void **)iface );
    IUnknown_Release( proxy );
    return hr;
}

static void *inner_from_iface( void *iface )
{
    return impl_from_IUnknown( iface )->inner;
}

static HRESULT STDMETHODCALLTYPE plugin_Initialize( IWTSPlugin *iface, IWTSVirtualChannelManager *proxy )
{
    IWTSVirtualChannelManager *manager;
    HRESULT hr;

    if (FAILED(hr = relay_create( proxy, &IID_IWTSVirtualChannelManager, (void **)&manager ))) return hr;
    hr = IWTSPlugin_Initialize( (IWTSPlugin *)inner_from_iface( iface ), manager );
    IWTSVirtualChannelManager_Release( manager );
    return hr;
}

static HRESULT STDMETHODCALLTYPE plugin_Connected( IWTSPlugin *iface )
{
    return IWTSPlugin_Connected( (IWTSPlugin *)inner_from_iface( iface ) );
}

static HRESULT STDMETHODCALLTYPE plugin_Disconnected( IWTSPlugin *iface, DWORD code )
{
    return IWTSPlugin_Disconnected( (IWTSPlugin *)inner_from_iface( iface ), code );
}

static HRESULT STDMETHODCALLTYPE plugin_Terminated( IWTSPlugin *iface )
{
    return IWTSPlugin_Terminated( (IWTSPlugin *)inner_from_iface( iface ) );
}

static HRESULT STDMETHODCALLTYPE manager_CreateListener( IWTSVirtualChannelManager *iface, const char *name, ULONG flags,
                                                         IWTSListenerCallback *proxy, IWTSListener **out )
{
    IWTSListenerCallback *callback = NULL;
    HRESULT hr;

    *out = NULL;
    if (proxy && FAILED(hr = relay_create( proxy, &IID_IWTSListenerCallback, (void **)&callback ))) return hr;
    hr = IWTSVirtualChannelManager_CreateListener( (IWTSVirtualChannelManager *)inner_from_iface( iface ), name, flags,
                                                   callback, out );
    if (callback) IWTSListenerCallback_Release( callback );
    if (SUCCEEDED(hr)) relay_replace( out, &IID_IWTSListener );
    return hr;
}

static HRESULT STDMETHODCALLTYPE provider_GetService( IWTSPluginServiceProvider *iface, GUID service, IUnknown **out )
{
    const IID *iid = IsEqualGUID( &service, &RDCLIENT_BITMAP_RENDER_SERVICE ) ? &IID_IWTSBitmapRenderService
                     : IsEqualGUID( &service, &RDCLIENT_WINDOW_INFO_SERVICE ) ? &IID_IWTSWindowInfoService
                     : &IID_IWTSRemoteAppWindowInfoService;
    HRESULT hr = IWTSPluginServiceProvider_GetService( (IWTSPluginServiceProvider *)inner_from_iface( iface ), service, out );

    if (SUCCEEDED(hr)) relay_replace( out, iid );
    return hr;
}

static HRESULT STDMETHODCALLTYPE listener_GetConfiguration( IWTSListener *iface, IPropertyBag **out )
{
    HRESULT hr = IWTSListener_GetConfiguration( (IWTSListener *)inner_from_iface( iface ), out );

    if (SUCCEEDED(hr)) relay_replace( out, &IID_IPropertyBag );
    return hr;
}

static HRESULT STDMETHODCALLTYPE listener_callback_OnNewChannelConnection( IWTSListenerCallback *iface,
        IWTSVirtualChannel *proxy, BSTR data, BOOL *accept, IWTSVirtualChannelCallback **out )
{
    IWTSVirtualChannel *channel;
    HRESULT hr;

    *out = NULL;
    if (FAILED(hr = relay_create( proxy, &IID_IWTSVirtualChannel, (void **)&channel ))) return hr;
    hr = IWTSListenerCallback_OnNewChannelConnection( (IWTSListenerCallback *)inner_from_iface( iface ), channel, data,
                                                      accept, out );
    IWTSVirtualChannel_Release( channel );
    relay_replace( out, &IID_IWTSVirtualChannelCallback );
    return hr;
}

#define UNKNOWN { relay_QueryInterface, relay_AddRef, relay_Release }

static const struct { void *unknown[3]; void *methods[4]; }
plugin_vtbl = { UNKNOWN, { plugin_Initialize, plugin_Connected, plugin_Disconnected, plugin_Terminated } },
manager_vtbl = { UNKNOWN, { manager_CreateListener } },
provider_vtbl = { UNKNOWN, { provider_GetService } },
listener_vtbl = { UNKNOWN, { listener_GetConfiguration } },
listener_callback_vtbl = { UNKNOWN, { listener_callback_OnNewChannelConnection } },
unknown_vtbl = { UNKNOWN, { NULL } };

static const struct relay_type types[] =
{
    { &IID_IWTSPlugin, &plugin_vtbl },
    { &IID_IWTSVirtualChannelManager, &manager_vtbl },
    { &IID_IWTSPluginServiceProvider, &provider_vtbl },
    { &IID_IWTSListener, &listener_vtbl },
    { &IID_IWTSListenerCallback, &listener_callback_vtbl },
    { &IID_IWTSVirtualChannel, NULL },
    { &IID_IWTSVirtualChannelCallback, NULL },
    { &IID_IPropertyBag, NULL },
    { &IID_IWTSBitmapRenderService, NULL },
    { &IID_IWTSWindowInfoService, NULL },
    { &IID_IWTSRemoteAppWindowInfoService, NULL },
};

static const struct relay_type *find_type( REFIID riid )
{
    unsigned int i;

    for (i = 0; i < ARRAY_SIZE(types); i++) if (IsEqualGUID( riid, types[i].iid )) return &types[i];
    return NULL;
}

static HRESULT relay_create( void *proxy, REFIID riid, void **out )
{
    const struct relay_type *type = find_type( riid );
    struct relay *relay;

    *out = NULL;
    if (!type) return E_NOINTERFACE;
    if (!(relay = calloc( 1, sizeof(*relay) ))) return E_OUTOFMEMORY;
    relay->IUnknown_iface.lpVtbl = type->vtbl ? type->vtbl : (const void *)&unknown_vtbl;
    relay->ref = 1;
    relay->inner = proxy;
    relay->type = type;
    IUnknown_AddRef( relay->inner );
    InterlockedIncrement( &relay_count );
    *out = &relay->IUnknown_iface;
    return S_OK;
}

/* Of the test's plug-ins. */
static IClassFactory *inner_factory;

static HRESULT STDMETHODCALLTYPE factory_QueryInterface( IClassFactory *iface, REFIID riid, void **out )
{
    *out = IsEqualGUID( riid, &IID_IUnknown ) || IsEqualGUID( riid, &IID_IClassFactory ) ? iface : NULL;
    return *out ? S_OK : E_NOINTERFACE;
}

static ULONG STDMETHODCALLTYPE factory_AddRef( IClassFactory *iface )
{
    return 2;
}

static ULONG STDMETHODCALLTYPE factory_Release( IClassFactory *iface )
{
    return 1;
}

static HRESULT STDMETHODCALLTYPE factory_CreateInstance( IClassFactory *iface, IUnknown *outer, REFIID riid, void **out )
{
    HRESULT hr = IClassFactory_CreateInstance( inner_factory, outer, riid, out );

    return SUCCEEDED(hr) ? relay_replace( out, riid ) : hr;
}

static HRESULT STDMETHODCALLTYPE factory_LockServer( IClassFactory *iface, BOOL lock )
{
    return S_OK;
}

static IClassFactoryVtbl factory_vtbl =
{
    factory_QueryInterface,
    factory_AddRef,
    factory_Release,
    factory_CreateInstance,
    factory_LockServer,
};

static IClassFactory factory = { &factory_vtbl };

static void serve( const char *text, BOOL is_started_by_com )
{
    HANDLE ready = CreateEventW( NULL, FALSE, FALSE, SERVED_READY ), end = CreateEventW( NULL, FALSE, FALSE, SERVED_END );
    DWORD cookie = 0;
    CLSID clsid;
    HRESULT hr;

    unused = CreateEventW( NULL, FALSE, FALSE, NULL );
    CoInitializeEx( NULL, COINIT_MULTITHREADED );
    CLSIDFromString( SERVED_CLASS, &clsid );
    hr = unmarshal_text( text, &IID_IClassFactory, (void **)&inner_factory );
    ok( hr == S_OK, "got hr %#lx\n", hr );
    if (inner_factory)
    {
        hr = CoRegisterClassObject( &clsid, (IUnknown *)&factory, CLSCTX_LOCAL_SERVER, REGCLS_MULTIPLEUSE, &cookie );
        ok( hr == S_OK, "got hr %#lx\n", hr );
        SetEvent( ready );
        WaitForSingleObject( is_started_by_com ? unused : end, INFINITE );
        CoRevokeClassObject( cookie );
        IClassFactory_Release( inner_factory );
    }
    CoUninitialize();
}

/*
 * The test.
 */

/* observed: mstsc.exe runs such plug-ins, of all users and of this one, of its own bitness and of the other */
static void test_registration( unsigned int bits )
{
    static HKEY const roots[] = { HKEY_LOCAL_MACHINE, HKEY_CURRENT_USER };
    struct served served;
    unsigned int i;

    for (i = 0; i < ARRAY_SIZE(roots); i++)
    {
        winetest_push_context( "a %u-bit program of %s", bits, i ? "the user" : "all users" );
        if (served_register( &served, roots[i], bits, peer.plugin_factory ))
        {
            start_client();
            open_channel( 1 );
            close_channel( 1 );
            stop_client();
            served_unregister( &served );
        }
        winetest_pop_context();
    }
}

START_TEST(served)
{
    char **argv;
    int argc = winetest_get_mainargs( &argv );

    if (argc > 2)
    {
        serve( argv[2], argc > 3 );
        return;
    }
    is_served = TRUE;
    if (!peer_begin()) return;
    test_registration( OWN_BITS );
    if (served_has_other()) test_registration( OTHER_BITS );
    peer_end();
}
