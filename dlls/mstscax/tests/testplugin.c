/*
 * A plug-in that does what the test says
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

#if 0
#pragma makedep testdll
#endif

#include <stdarg.h>
#include <stdlib.h>

#define COBJMACROS
#include "windef.h"
#include "winbase.h"
#include "ole2.h"
#include "ocidl.h"
#include "initguid.h"
#include "tsvirtualchannels.h"

#include "testplugin.h"

DEFINE_GUID( CLSID_TestPlugin, 0x3f1e6f27, 0x41e8, 0x4a8e, 0x9a, 0x05, 0x63, 0x1d, 0x0c, 0x3e, 0x77, 0x02 );

/* It is a vendor's DLL: it sees nothing but the public interfaces, and each of its objects counts its own
 * references, which start with the caller's. */
struct object
{
    IUnknown IUnknown_iface;
    LONG ref;
    LONG running;
    enum call_kind freed;
    IWTSVirtualChannelManager *manager;     /* a plug-in's */
    IWTSVirtualChannel *channel;            /* a callback's */
};

static call_proc tell_proc;

void CDECL testplugin_set_proc( call_proc proc )
{
    tell_proc = proc;
}

static void tell( struct call *call )
{
    if (tell_proc) tell_proc( call );
}

static struct object *impl_from_IUnknown( void *iface )
{
    return CONTAINING_RECORD( iface, struct object, IUnknown_iface );
}

static void *object_create( void *vtbl, enum call_kind freed )
{
    struct object *object = calloc( 1, sizeof(*object) );

    object->IUnknown_iface.lpVtbl = vtbl;
    object->ref = 1;
    object->freed = freed;
    return &object->IUnknown_iface;
}

static void object_tell( void *iface, struct call *call )
{
    struct object *object = impl_from_IUnknown( iface );

    call->object = iface;
    call->beside = InterlockedIncrement( &object->running ) - 1;
    tell( call );
    InterlockedDecrement( &object->running );
}

static HRESULT query_interface( void *iface, REFIID riid, REFIID own, void **out )
{
    *out = NULL;
    if (!IsEqualGUID( riid, &IID_IUnknown ) && !IsEqualGUID( riid, own )) return E_NOINTERFACE;
    IUnknown_AddRef( (IUnknown *)iface );
    *out = iface;
    return S_OK;
}

static ULONG object_addref( void *iface )
{
    return InterlockedIncrement( &impl_from_IUnknown( iface )->ref );
}

static ULONG object_release( void *iface )
{
    struct object *object = impl_from_IUnknown( iface );
    ULONG ref = InterlockedDecrement( &object->ref );
    struct call call = { .kind = object->freed };

    if (ref) return ref;
    object_tell( iface, &call );
    if (object->manager) IWTSVirtualChannelManager_Release( object->manager );
    if (object->channel) IWTSVirtualChannel_Release( object->channel );
    free( object );
    return 0;
}

static HRESULT STDMETHODCALLTYPE callback_QueryInterface( IWTSVirtualChannelCallback *iface, REFIID riid, void **out )
{
    return query_interface( iface, riid, &IID_IWTSVirtualChannelCallback, out );
}

static ULONG STDMETHODCALLTYPE callback_AddRef( IWTSVirtualChannelCallback *iface )
{
    return object_addref( iface );
}

static ULONG STDMETHODCALLTYPE callback_Release( IWTSVirtualChannelCallback *iface )
{
    return object_release( iface );
}

/* Known plug-ins return anything. */
static HRESULT STDMETHODCALLTYPE callback_OnDataReceived( IWTSVirtualChannelCallback *iface, ULONG size, BYTE *data )
{
    struct call call = { DATA_RECEIVED, size, data, .hr = 0xdeadbeef };

    call.channel = impl_from_IUnknown( iface )->channel;
    object_tell( iface, &call );
    return call.hr;
}

static HRESULT STDMETHODCALLTYPE callback_OnClose( IWTSVirtualChannelCallback *iface )
{
    struct call call = { CLOSED, .hr = E_FAIL };

    call.channel = impl_from_IUnknown( iface )->channel;
    object_tell( iface, &call );
    return call.hr;
}

static IWTSVirtualChannelCallbackVtbl callback_vtbl =
{
    callback_QueryInterface,
    callback_AddRef,
    callback_Release,
    callback_OnDataReceived,
    callback_OnClose,
};

static HRESULT STDMETHODCALLTYPE listener_callback_QueryInterface( IWTSListenerCallback *iface, REFIID riid,
                                                                   void **out )
{
    return query_interface( iface, riid, &IID_IWTSListenerCallback, out );
}

static ULONG STDMETHODCALLTYPE listener_callback_AddRef( IWTSListenerCallback *iface )
{
    return object_addref( iface );
}

static ULONG STDMETHODCALLTYPE listener_callback_Release( IWTSListenerCallback *iface )
{
    return object_release( iface );
}

static HRESULT STDMETHODCALLTYPE listener_callback_OnNewChannelConnection( IWTSListenerCallback *iface,
        IWTSVirtualChannel *channel, BSTR data, BOOL *accept, IWTSVirtualChannelCallback **out )
{
    struct call call = { NEW_CHANNEL, .accept = TRUE, .give_callback = TRUE };

    call.channel = channel;
    call.preset = !*accept && !*out;
    object_tell( iface, &call );
    *accept = call.accept;
    if (call.give_callback)
    {
        *out = object_create( &callback_vtbl, CALLBACK_FREED );
        impl_from_IUnknown( *out )->channel = channel;
        IWTSVirtualChannel_AddRef( channel );
    }
    return call.hr;
}

static IWTSListenerCallbackVtbl listener_callback_vtbl =
{
    listener_callback_QueryInterface,
    listener_callback_AddRef,
    listener_callback_Release,
    listener_callback_OnNewChannelConnection,
};

static HRESULT STDMETHODCALLTYPE plugin_QueryInterface( IWTSPlugin *iface, REFIID riid, void **out )
{
    return query_interface( iface, riid, &IID_IWTSPlugin, out );
}

static ULONG STDMETHODCALLTYPE plugin_AddRef( IWTSPlugin *iface )
{
    return object_addref( iface );
}

static ULONG STDMETHODCALLTYPE plugin_Release( IWTSPlugin *iface )
{
    return object_release( iface );
}

/* As in Microsoft's samples, the plug-in keeps the manager, and nothing but the listener keeps the callback. */
static HRESULT STDMETHODCALLTYPE plugin_Initialize( IWTSPlugin *iface, IWTSVirtualChannelManager *manager )
{
    struct call call = { .kind = INITIALIZE };

    impl_from_IUnknown( iface )->manager = manager;
    IWTSVirtualChannelManager_AddRef( manager );
    call.manager = manager;
    call.listener_callback = object_create( &listener_callback_vtbl, LISTENER_CALLBACK_FREED );
    object_tell( iface, &call );
    IWTSListenerCallback_Release( call.listener_callback );
    return call.hr;
}

static HRESULT STDMETHODCALLTYPE plugin_Connected( IWTSPlugin *iface )
{
    struct call call = { CONNECTED, .hr = E_FAIL };

    object_tell( iface, &call );
    return call.hr;
}

static HRESULT STDMETHODCALLTYPE plugin_Disconnected( IWTSPlugin *iface, DWORD code )
{
    struct call call = { DISCONNECTED, code, .hr = E_FAIL };

    object_tell( iface, &call );
    return call.hr;
}

static HRESULT STDMETHODCALLTYPE plugin_Terminated( IWTSPlugin *iface )
{
    struct call call = { TERMINATED, .hr = E_FAIL };

    object_tell( iface, &call );
    return call.hr;
}

static IWTSPluginVtbl plugin_vtbl =
{
    plugin_QueryInterface,
    plugin_AddRef,
    plugin_Release,
    plugin_Initialize,
    plugin_Connected,
    plugin_Disconnected,
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

/* Known plug-ins know this one interface only. */
static HRESULT STDMETHODCALLTYPE factory_CreateInstance( IClassFactory *iface, IUnknown *outer, REFIID riid,
                                                         void **out )
{
    struct call call = { CREATE_INSTANCE, .iid = riid };

    tell( &call );
    *out = NULL;
    if (outer) return CLASS_E_NOAGGREGATION;
    if (!IsEqualGUID( riid, &IID_IWTSPlugin )) return E_UNEXPECTED;
    if (SUCCEEDED(call.hr)) *out = object_create( &plugin_vtbl, PLUGIN_FREED );
    return call.hr;
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

static IClassFactory plugin_factory = { &factory_vtbl };

/* Known plug-ins do not count what they have made. */
HRESULT WINAPI DllCanUnloadNow(void)
{
    return S_OK;
}

HRESULT WINAPI DllGetClassObject( REFCLSID clsid, REFIID riid, void **out )
{
    struct call call = { GET_CLASS, .iid = riid };

    tell( &call );
    *out = NULL;
    if (!IsEqualGUID( clsid, &CLSID_TestPlugin ) || !IsEqualGUID( riid, &IID_IClassFactory ))
        return CLASS_E_CLASSNOTAVAILABLE;
    *out = &plugin_factory;
    return S_OK;
}

/* Known plug-ins refuse a smaller capacity than they named. */
HRESULT WINAPI VirtualChannelGetInstance( REFIID riid, ULONG *count, void **objects )
{
    struct call call = { objects ? GET_INSTANCES : COUNT_INSTANCES, objects ? *count : 1, .iid = riid };
    ULONG i;

    if (!IsEqualGUID( riid, &IID_IWTSPlugin )) return E_NOINTERFACE;
    if (objects && !*count) return E_INVALIDARG;
    tell( &call );
    if (FAILED(call.hr)) return call.hr;
    *count = call.value;
    for (i = 0; objects && i < *count; i++) objects[i] = object_create( &plugin_vtbl, PLUGIN_FREED );
    return call.hr;
}
