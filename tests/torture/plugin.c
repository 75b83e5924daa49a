/*
 * Torture: plug-ins that do what the test says
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
#include "initguid.h"
#include "torture.h"

DEFINE_GUID( CLSID_TorturePlugin, 0x6c0f1e52, 0x58b7, 0x4f0e, 0x9d, 0x1c, 0x27, 0x0a, 0x5f, 0x43, 0xe1, 0x9b );
const WCHAR plugin_class[] = L"{6c0f1e52-58b7-4f0e-9d1c-270a5f43e19b}";

struct behaviour behaviour;
struct plugin_calls plugin_calls;
IWTSVirtualChannelManager *plugin_manager;

static struct endpoint *last_offered;

static HRESULT query_interface( void *iface, REFIID riid, REFIID own, void **out )
{
    *out = NULL;
    if (!IsEqualGUID( riid, &IID_IUnknown ) && !IsEqualGUID( riid, own )) return E_NOINTERFACE;
    IUnknown_AddRef( (IUnknown *)iface );
    *out = iface;
    return S_OK;
}

static struct endpoint *impl_from_IWTSVirtualChannelCallback( IWTSVirtualChannelCallback *iface )
{
    return CONTAINING_RECORD( iface, struct endpoint, IWTSVirtualChannelCallback_iface );
}

static HRESULT STDMETHODCALLTYPE endpoint_QueryInterface( IWTSVirtualChannelCallback *iface, REFIID riid, void **out )
{
    return query_interface( iface, riid, &IID_IWTSVirtualChannelCallback, out );
}

static ULONG STDMETHODCALLTYPE endpoint_AddRef( IWTSVirtualChannelCallback *iface )
{
    return InterlockedIncrement( &impl_from_IWTSVirtualChannelCallback( iface )->ref );
}

/* The test has references of its own, so this is mstscax.dll. */
static ULONG STDMETHODCALLTYPE endpoint_Release( IWTSVirtualChannelCallback *iface )
{
    struct endpoint *endpoint = impl_from_IWTSVirtualChannelCallback( iface );

    count_add( &endpoint->released, 1 );
    endpoint_release( endpoint );
    return 0;
}

static HRESULT STDMETHODCALLTYPE endpoint_OnDataReceived( IWTSVirtualChannelCallback *iface, ULONG size, BYTE *data )
{
    struct endpoint *endpoint = impl_from_IWTSVirtualChannelCallback( iface );

    fail_unless( !count_get( &endpoint->closing ), "OnDataReceived begins after OnClose\n" );
    if (behaviour.data) behaviour.data( endpoint, size, data );
    count_add( &endpoint->received, 1 );
    return 0xdeadbeef;
}

static HRESULT STDMETHODCALLTYPE endpoint_OnClose( IWTSVirtualChannelCallback *iface )
{
    struct endpoint *endpoint = impl_from_IWTSVirtualChannelCallback( iface );

    count_add( &endpoint->closing, 1 );
    if (behaviour.close) behaviour.close( endpoint );
    count_add( &endpoint->closed, 1 );
    count_add( &plugin_calls.closed, 1 );
    return -1;
}

static IWTSVirtualChannelCallbackVtbl endpoint_vtbl =
{
    endpoint_QueryInterface, endpoint_AddRef, endpoint_Release, endpoint_OnDataReceived, endpoint_OnClose,
};

void endpoint_addref( struct endpoint *endpoint )
{
    InterlockedIncrement( &endpoint->ref );
}

void endpoint_release( struct endpoint *endpoint )
{
    if (InterlockedDecrement( &endpoint->ref )) return;
    IWTSVirtualChannel_Release( endpoint->channel );
    free( endpoint );
}

/* One reference for mstscax.dll, one for endpoint_take. */
static struct endpoint *endpoint_create( IWTSVirtualChannel *channel )
{
    struct endpoint *endpoint = calloc( 1, sizeof(*endpoint) );

    endpoint->IWTSVirtualChannelCallback_iface.lpVtbl = &endpoint_vtbl;
    endpoint->ref = 2;
    endpoint->channel = channel;
    IWTSVirtualChannel_AddRef( channel );
    return endpoint;
}

struct endpoint *endpoint_take(void)
{
    struct endpoint *endpoint = InterlockedExchangePointer( (void **)&last_offered, NULL );

    ok( endpoint != NULL, "nothing was offered\n" );
    return endpoint;
}

struct endpoint *endpoint_open( UINT32 id, const char *name, struct server_channel **server,
        void (*check)( struct server_channel *channel, const BYTE *message, UINT32 size ), void *context )
{
    *server = server_create( id, name, check, context );
    ok( count_reaches( &(*server)->answers, 1 ), "channel %u gets no answer\n", id );
    ok( !(*server)->status, "channel %u gets status %#lx\n", id, (*server)->status );
    return endpoint_take();
}

void endpoint_finish_( int line, struct endpoint *endpoint, struct server_channel *server )
{
    ok_(__FILE__, line)( count_reaches( &endpoint->released, 1 ), "the callback is not released\n" );
    ok_(__FILE__, line)( endpoint->closing == 1 && endpoint->closed == 1 && endpoint->released == 1,
                         "OnClose began %ld times and ended %ld times, %ld releases\n", endpoint->closing,
                         endpoint->closed, endpoint->released );
    if (server) ok_(__FILE__, line)( count_reaches( &server->closes, 1 ), "the server gets no CLOSE\n" );
    endpoint_release( endpoint );
}

static HRESULT STDMETHODCALLTYPE listener_QueryInterface( IWTSListenerCallback *iface, REFIID riid, void **out )
{
    return query_interface( iface, riid, &IID_IWTSListenerCallback, out );
}

static ULONG STDMETHODCALLTYPE listener_AddRef( IWTSListenerCallback *iface )
{
    return 2;
}

static ULONG STDMETHODCALLTYPE listener_Release( IWTSListenerCallback *iface )
{
    return 1;
}

static HRESULT STDMETHODCALLTYPE listener_OnNewChannelConnection( IWTSListenerCallback *iface,
        IWTSVirtualChannel *channel, BSTR data, BOOL *accept, IWTSVirtualChannelCallback **callback )
{
    struct endpoint *endpoint = endpoint_create( channel );
    enum offer_answer answer = OFFER_ACCEPT;

    fail_unless( !InterlockedExchangePointer( (void **)&last_offered, endpoint ), "an offer was not taken\n" );
    count_add( &plugin_calls.offered, 1 );
    if (behaviour.offer) answer = behaviour.offer( endpoint );
    *accept = answer == OFFER_ACCEPT || answer == OFFER_NO_CALLBACK;
    if (answer == OFFER_NO_CALLBACK || answer == OFFER_REFUSE)
    {
        endpoint_release( endpoint );
        return S_OK;
    }
    *callback = &endpoint->IWTSVirtualChannelCallback_iface;
    if (answer == OFFER_FAIL) return E_FAIL;
    count_add( &plugin_calls.opened, 1 );
    return S_OK;
}

static IWTSListenerCallbackVtbl listener_vtbl =
{
    listener_QueryInterface, listener_AddRef, listener_Release, listener_OnNewChannelConnection,
};

static IWTSListenerCallback listener = { &listener_vtbl };

void plugin_listen( IWTSVirtualChannelManager *manager, const char *name )
{
    HRESULT hr = IWTSVirtualChannelManager_CreateListener( manager, name, 0, &listener, NULL );
    fail_unless( hr == S_OK, "%s: got hr %#lx\n", name, hr );
}

IWTSListener *plugin_get_listener( IWTSVirtualChannelManager *manager, const char *name )
{
    IWTSListener *out = NULL;
    HRESULT hr = IWTSVirtualChannelManager_CreateListener( manager, name, 0, &listener, &out );

    fail_unless( hr == S_OK && out, "%s: got hr %#lx, listener %p\n", name, hr, out );
    return out;
}

struct plugin
{
    IWTSPlugin IWTSPlugin_iface;
    LONG ref;
    unsigned int number;
};

static struct plugin *impl_from_IWTSPlugin( IWTSPlugin *iface )
{
    return CONTAINING_RECORD( iface, struct plugin, IWTSPlugin_iface );
}

static HRESULT STDMETHODCALLTYPE plugin_QueryInterface( IWTSPlugin *iface, REFIID riid, void **out )
{
    return query_interface( iface, riid, &IID_IWTSPlugin, out );
}

static ULONG STDMETHODCALLTYPE plugin_AddRef( IWTSPlugin *iface )
{
    return InterlockedIncrement( &impl_from_IWTSPlugin( iface )->ref );
}

static ULONG STDMETHODCALLTYPE plugin_Release( IWTSPlugin *iface )
{
    struct plugin *plugin = impl_from_IWTSPlugin( iface );
    ULONG ref = InterlockedDecrement( &plugin->ref );

    if (!ref)
    {
        free( plugin );
        count_add( &plugin_calls.released, 1 );
    }
    return ref;
}

static HRESULT STDMETHODCALLTYPE plugin_Initialize( IWTSPlugin *iface, IWTSVirtualChannelManager *manager )
{
    struct plugin *plugin = impl_from_IWTSPlugin( iface );
    HRESULT hr = S_OK;

    if (behaviour.initialize) hr = behaviour.initialize( plugin->number, manager );
    else plugin_listen( manager, "TEST" );
    if (SUCCEEDED(hr))
    {
        IWTSVirtualChannelManager_AddRef( manager );
        manager = InterlockedExchangePointer( (void **)&plugin_manager, manager );
        if (manager) IWTSVirtualChannelManager_Release( manager );
    }
    count_add( &plugin_calls.initialized, 1 );
    return hr;
}

static HRESULT STDMETHODCALLTYPE plugin_Connected( IWTSPlugin *iface )
{
    count_add( &plugin_calls.connected, 1 );
    return -1;
}

static HRESULT STDMETHODCALLTYPE plugin_Disconnected( IWTSPlugin *iface, DWORD code )
{
    if (behaviour.disconnected) behaviour.disconnected();
    count_add( &plugin_calls.disconnected, 1 );
    return -1;
}

static HRESULT STDMETHODCALLTYPE plugin_Terminated( IWTSPlugin *iface )
{
    if (behaviour.terminated) behaviour.terminated();
    count_add( &plugin_calls.terminated, 1 );
    return -1;
}

static IWTSPluginVtbl plugin_vtbl =
{
    plugin_QueryInterface, plugin_AddRef, plugin_Release, plugin_Initialize, plugin_Connected, plugin_Disconnected,
    plugin_Terminated,
};

static HRESULT STDMETHODCALLTYPE factory_QueryInterface( IClassFactory *iface, REFIID riid, void **out )
{
    return query_interface( iface, riid, &IID_IClassFactory, out );
}

static ULONG STDMETHODCALLTYPE factory_AddRef( IClassFactory *iface )
{
    return 2;
}

static ULONG STDMETHODCALLTYPE factory_Release( IClassFactory *iface )
{
    return 1;
}

static HRESULT STDMETHODCALLTYPE factory_CreateInstance( IClassFactory *iface, IUnknown *outer, REFIID riid,
                                                         void **out )
{
    struct plugin *plugin = calloc( 1, sizeof(*plugin) );

    plugin->IWTSPlugin_iface.lpVtbl = &plugin_vtbl;
    plugin->ref = 1;
    plugin->number = InterlockedIncrement( &plugin_calls.created );
    *out = &plugin->IWTSPlugin_iface;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE factory_LockServer( IClassFactory *iface, BOOL lock )
{
    return S_OK;
}

static IClassFactoryVtbl factory_vtbl =
{
    factory_QueryInterface, factory_AddRef, factory_Release, factory_CreateInstance, factory_LockServer,
};

static IClassFactory factory = { &factory_vtbl };

HRESULT plugin_register( DWORD *cookie )
{
    return CoRegisterClassObject( &CLSID_TorturePlugin, (IUnknown *)&factory, CLSCTX_INPROC_SERVER,
                                  REGCLS_MULTIPLEUSE, cookie );
}

void plugin_reset(void)
{
    memset( &behaviour, 0, sizeof(behaviour) );
    memset( &plugin_calls, 0, sizeof(plugin_calls) );
    if (plugin_manager) IWTSVirtualChannelManager_Release( plugin_manager );
    plugin_manager = NULL;
}
