/*
 * Plug-in that says which of its functions are called, and returns what it receives
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
 * It listens on WineDVC::Calls. Each call is a line of the host's log,
 *
 *   calls PROCESS: FUNCTION NUMBER
 *
 * where NUMBER is what Disconnected was told, else 0. OnDataReceived has no line.
 */

#include <stdio.h>

#define STATIC_PLUGIN_CALLS
#include "static_plugin.h"

static void say( const char *function, DWORD number )
{
    char text[128];
    int size = snprintf( text, sizeof(text), "calls %lu: %s %lu\n", GetCurrentProcessId(), function, number );
    DWORD written;

    WriteFile( GetStdHandle( STD_ERROR_HANDLE ), text, size, &written, NULL );
}

static HRESULT STDMETHODCALLTYPE plugin_Connected( IWTSPlugin *iface )
{
    say( "Connected", 0 );
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE plugin_Disconnected( IWTSPlugin *iface, DWORD code )
{
    say( "Disconnected", code );
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE plugin_Terminated( IWTSPlugin *iface )
{
    say( "Terminated", 0 );
    return S_OK;
}

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
    HeapFree( GetProcessHeap(), 0, callback );
    return 0;
}

static HRESULT STDMETHODCALLTYPE callback_OnDataReceived( IWTSVirtualChannelCallback *iface, ULONG size, BYTE *message )
{
    IWTSVirtualChannel_Write( impl_from_IWTSVirtualChannelCallback( iface )->channel, size, message, NULL );
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE callback_OnClose( IWTSVirtualChannelCallback *iface )
{
    say( "OnClose", 0 );
    return S_OK;
}

static IWTSVirtualChannelCallbackVtbl callback_vtbl =
{
    callback_QueryInterface,
    callback_AddRef,
    callback_Release,
    callback_OnDataReceived,
    callback_OnClose,
};

/* The listener. */

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
        IWTSVirtualChannel *channel, BSTR data, BOOL *accept, IWTSVirtualChannelCallback **out )
{
    struct callback *callback = HeapAlloc( GetProcessHeap(), 0, sizeof(*callback) );

    say( "OnNewChannelConnection", 0 );
    *accept = FALSE;
    *out = NULL;
    if (!callback) return E_OUTOFMEMORY;
    callback->IWTSVirtualChannelCallback_iface.lpVtbl = &callback_vtbl;
    callback->ref = 1;
    callback->channel = channel;
    IWTSVirtualChannel_AddRef( channel );
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

static HRESULT STDMETHODCALLTYPE plugin_Initialize( IWTSPlugin *iface, IWTSVirtualChannelManager *manager )
{
    IWTSListener *created = NULL;
    HRESULT hr;

    say( "Initialize", 0 ); /* a channel may come before CreateListener has returned */
    hr = IWTSVirtualChannelManager_CreateListener( manager, "WineDVC::Calls", 0, &listener, &created );
    if (created) IWTSListener_Release( created );
    return hr;
}
