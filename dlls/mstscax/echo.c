/*
 * The built-in plug-in that listens on ECHO
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

#include <stdlib.h>

#include "mstscax_private.h"

/* [MS-RDPEECO]: every message comes back as it was. Plug-in and listener's callback are static. */

struct echo
{
    IWTSVirtualChannelCallback IWTSVirtualChannelCallback_iface;
    LONG ref;
    IWTSVirtualChannel *channel;
};

static HRESULT query( void *object, REFIID own, REFIID riid, void **out )
{
    *out = NULL;
    if (!IsEqualGUID( riid, &IID_IUnknown ) && !IsEqualGUID( riid, own )) return E_NOINTERFACE;
    IUnknown_AddRef( (IUnknown *)object );
    *out = object;
    return S_OK;
}

static struct echo *impl_from_IWTSVirtualChannelCallback( IWTSVirtualChannelCallback *iface )
{
    return CONTAINING_RECORD( iface, struct echo, IWTSVirtualChannelCallback_iface );
}

static HRESULT STDMETHODCALLTYPE echo_QueryInterface( IWTSVirtualChannelCallback *iface, REFIID riid, void **out )
{
    return query( iface, &IID_IWTSVirtualChannelCallback, riid, out );
}

static ULONG STDMETHODCALLTYPE echo_AddRef( IWTSVirtualChannelCallback *iface )
{
    return InterlockedIncrement( &impl_from_IWTSVirtualChannelCallback( iface )->ref );
}

static ULONG STDMETHODCALLTYPE echo_Release( IWTSVirtualChannelCallback *iface )
{
    struct echo *echo = impl_from_IWTSVirtualChannelCallback( iface );
    ULONG ref = InterlockedDecrement( &echo->ref );

    if (!ref)
    {
        IWTSVirtualChannel_Release( echo->channel );
        free( echo );
    }
    return ref;
}

static HRESULT STDMETHODCALLTYPE echo_OnDataReceived( IWTSVirtualChannelCallback *iface, ULONG size, BYTE *data )
{
    return IWTSVirtualChannel_Write( impl_from_IWTSVirtualChannelCallback( iface )->channel, size, data, NULL );
}

static HRESULT STDMETHODCALLTYPE echo_OnClose( IWTSVirtualChannelCallback *iface )
{
    return S_OK;
}

static const IWTSVirtualChannelCallbackVtbl echo_vtbl =
{
    /* IUnknown methods */
    echo_QueryInterface,
    echo_AddRef,
    echo_Release,
    /* IWTSVirtualChannelCallback methods */
    echo_OnDataReceived,
    echo_OnClose,
};

static HRESULT STDMETHODCALLTYPE listener_QueryInterface( IWTSListenerCallback *iface, REFIID riid, void **out )
{
    return query( iface, &IID_IWTSListenerCallback, riid, out );
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
                                                                  IWTSVirtualChannel *channel, BSTR data, BOOL *accept,
                                                                  IWTSVirtualChannelCallback **callback )
{
    struct echo *echo;

    if (!(echo = calloc( 1, sizeof(*echo) ))) return E_OUTOFMEMORY;
    echo->IWTSVirtualChannelCallback_iface.lpVtbl = &echo_vtbl;
    echo->ref = 1;
    IWTSVirtualChannel_AddRef( channel );
    echo->channel = channel;
    *callback = &echo->IWTSVirtualChannelCallback_iface;
    *accept = TRUE;
    return S_OK;
}

static const IWTSListenerCallbackVtbl listener_vtbl =
{
    /* IUnknown methods */
    listener_QueryInterface,
    listener_AddRef,
    listener_Release,
    /* IWTSListenerCallback methods */
    listener_OnNewChannelConnection,
};

static IWTSListenerCallback listener = { &listener_vtbl };

static HRESULT STDMETHODCALLTYPE plugin_QueryInterface( IWTSPlugin *iface, REFIID riid, void **out )
{
    return query( iface, &IID_IWTSPlugin, riid, out );
}

static ULONG STDMETHODCALLTYPE plugin_AddRef( IWTSPlugin *iface )
{
    return 2;
}

static ULONG STDMETHODCALLTYPE plugin_Release( IWTSPlugin *iface )
{
    return 1;
}

static HRESULT STDMETHODCALLTYPE plugin_Initialize( IWTSPlugin *iface, IWTSVirtualChannelManager *manager )
{
    return IWTSVirtualChannelManager_CreateListener( manager, "ECHO", 0, &listener, NULL );
}

static HRESULT STDMETHODCALLTYPE plugin_Connected( IWTSPlugin *iface )
{
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE plugin_Disconnected( IWTSPlugin *iface, DWORD code )
{
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE plugin_Terminated( IWTSPlugin *iface )
{
    return S_OK;
}

static const IWTSPluginVtbl plugin_vtbl =
{
    /* IUnknown methods */
    plugin_QueryInterface,
    plugin_AddRef,
    plugin_Release,
    /* IWTSPlugin methods */
    plugin_Initialize,
    plugin_Connected,
    plugin_Disconnected,
    plugin_Terminated,
};

IWTSPlugin echo_plugin = { &plugin_vtbl };
