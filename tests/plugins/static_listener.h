/*
 * A static plug-in with a listener that accepts every channel
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

#ifndef __STATIC_LISTENER_H
#define __STATIC_LISTENER_H

/*
 * The file that includes this defines callback_created, callback_OnDataReceived and callback_OnClose, and what
 * static_plugin.h wants. Its plugin_Initialize calls create_listener().
 */

#include <stdlib.h>

#include "static_plugin.h"

/* One channel. */
struct callback
{
    IWTSVirtualChannelCallback IWTSVirtualChannelCallback_iface;
    LONG                ref;
    IWTSVirtualChannel *channel;
};

static struct callback *impl_from_IWTSVirtualChannelCallback( IWTSVirtualChannelCallback *iface )
{
    return CONTAINING_RECORD( iface, struct callback, IWTSVirtualChannelCallback_iface );
}

static HRESULT STDMETHODCALLTYPE callback_QueryInterface( IWTSVirtualChannelCallback *iface, REFIID iid, void **out )
{
    *out = NULL;
    if (!IsEqualGUID( iid, &IID_IUnknown ) && !IsEqualGUID( iid, &IID_IWTSVirtualChannelCallback ))
        return E_NOINTERFACE;
    IWTSVirtualChannelCallback_AddRef( iface );
    *out = iface;
    return S_OK;
}

static ULONG STDMETHODCALLTYPE callback_AddRef( IWTSVirtualChannelCallback *iface )
{
    return InterlockedIncrement( &impl_from_IWTSVirtualChannelCallback( iface )->ref );
}

static ULONG STDMETHODCALLTYPE callback_Release( IWTSVirtualChannelCallback *iface )
{
    struct callback *callback = impl_from_IWTSVirtualChannelCallback( iface );
    ULONG ref = InterlockedDecrement( &callback->ref );

    if (ref) return ref;
    IWTSVirtualChannel_Release( callback->channel );
    free( callback );
    return 0;
}

static void callback_created( struct callback *callback );
static HRESULT STDMETHODCALLTYPE callback_OnDataReceived( IWTSVirtualChannelCallback *iface, ULONG size, BYTE *data );
static HRESULT STDMETHODCALLTYPE callback_OnClose( IWTSVirtualChannelCallback *iface );

static IWTSVirtualChannelCallbackVtbl callback_vtbl =
{
    callback_QueryInterface,
    callback_AddRef,
    callback_Release,
    callback_OnDataReceived,
    callback_OnClose,
};

static HRESULT STDMETHODCALLTYPE listener_QueryInterface( IWTSListenerCallback *iface, REFIID iid, void **out )
{
    *out = NULL;
    if (!IsEqualGUID( iid, &IID_IUnknown ) && !IsEqualGUID( iid, &IID_IWTSListenerCallback )) return E_NOINTERFACE;
    *out = iface;
    return S_OK;
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
                                                                  IWTSVirtualChannel *channel, BSTR data,
                                                                  BOOL *accept, IWTSVirtualChannelCallback **out )
{
    struct callback *callback;

    *accept = FALSE;
    *out = NULL;
    if (!(callback = calloc( 1, sizeof(*callback) ))) return E_OUTOFMEMORY;
    callback->IWTSVirtualChannelCallback_iface.lpVtbl = &callback_vtbl;
    callback->ref = 1;
    callback->channel = channel;
    IWTSVirtualChannel_AddRef( channel );
    callback_created( callback );
    *accept = TRUE;
    *out = &callback->IWTSVirtualChannelCallback_iface;
    return S_OK;
}

static IWTSListenerCallbackVtbl listener_vtbl =
{
    listener_QueryInterface,
    listener_AddRef,
    listener_Release,
    listener_OnNewChannelConnection,
};

static IWTSListenerCallback listener = { &listener_vtbl };

static HRESULT create_listener( IWTSVirtualChannelManager *manager, const char *name )
{
    IWTSListener *created = NULL;
    HRESULT hr = IWTSVirtualChannelManager_CreateListener( manager, name, 0, &listener, &created );

    if (created) IWTSListener_Release( created );
    return hr;
}

#endif /* __STATIC_LISTENER_H */
