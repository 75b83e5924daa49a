/*
 * IWTSVirtualChannelManager and IWTSPluginServiceProvider
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

#include <string.h>

#include "listener.h"
#include "notice.h"
#include "services.h"

#include "wine/debug.h"

WINE_DEFAULT_DEBUG_CHANNEL(mstscax);

/* The documented limit of a channel's name. */
#define MAX_NAME MAX_PATH

/* A name is a string of bytes, each of which counts; control characters are in none. */
static BOOL name_is_valid( const char *name )
{
    SIZE_T size = name ? strnlen( name, MAX_NAME + 1 ) : 0, i;

    for (i = 0; i < size; i++) if ((BYTE)name[i] < ' ' || name[i] == 0x7f) return FALSE;
    return size && size <= MAX_NAME;
}

static struct plugin *impl_from_IWTSVirtualChannelManager( IWTSVirtualChannelManager *iface )
{
    return CONTAINING_RECORD( iface, struct plugin, IWTSVirtualChannelManager_iface );
}

static HRESULT STDMETHODCALLTYPE manager_QueryInterface( IWTSVirtualChannelManager *iface, REFIID riid, void **out )
{
    struct plugin *plugin = impl_from_IWTSVirtualChannelManager( iface );

    TRACE( "iface %p, riid %s, out %p.\n", iface, debugstr_guid( riid ), out );

    if (out && IsEqualGUID( riid, &IID_IWTSPluginServiceProvider ))
    {
        IWTSVirtualChannelManager_AddRef( iface );
        *out = &plugin->IWTSPluginServiceProvider_iface;
        return S_OK;
    }
    return object_query( (IUnknown *)iface, &IID_IWTSVirtualChannelManager, &plugin->marshaler, riid, out );
}

static ULONG STDMETHODCALLTYPE manager_AddRef( IWTSVirtualChannelManager *iface )
{
    return refs_add_theirs( &impl_from_IWTSVirtualChannelManager( iface )->refs );
}

static ULONG STDMETHODCALLTYPE manager_Release( IWTSVirtualChannelManager *iface )
{
    BOOL died;
    return refs_drop_theirs( &impl_from_IWTSVirtualChannelManager( iface )->refs, &died );
}

/* The header has the flag, and Microsoft's reference says that flags are 0. A static channel would have to be known before
 * the session connects, which no listener is. */
static HRESULT refuse_static( struct plugin *plugin, const char *name )
{
    if (!InterlockedExchange( &plugin->static_refused, TRUE ))
        notice_warning_of( plugin, WINE_DVC_CAUSE_STATIC, L"It asks CreateListener for a static channel (%hs), which no "
                           L"plug-in gets there: what needs it does not work, the rest goes on", name );
    return E_NOTIMPL;
}

static HRESULT STDMETHODCALLTYPE manager_CreateListener( IWTSVirtualChannelManager *iface, const char *name,
                                                         ULONG flags, IWTSListenerCallback *callback,
                                                         IWTSListener **out )
{
    struct plugin *plugin = impl_from_IWTSVirtualChannelManager( iface );
    struct listener *listener;
    HRESULT hr;

    TRACE( "iface %p, name %s, flags %#lx, callback %p, out %p.\n", iface, debugstr_a( name ), flags, callback, out );

    if (out) *out = NULL;
    if (!name_is_valid( name )) return E_INVALIDARG;
    if (!callback) return E_POINTER;
    if (flags & TS_VC_LISTENER_STATIC_CHANNEL)
        return refuse_static( plugin, name );
    if (flags) WARN( "Ignoring flags %#lx.\n", flags );

    if (FAILED(hr = listener_create( plugin, name, callback, &listener ))) return hr;
    notice_listen( listener );
    if (!out) return S_OK;
    IWTSListener_AddRef( &listener->IWTSListener_iface );
    *out = &listener->IWTSListener_iface;
    return S_OK;
}

const IWTSVirtualChannelManagerVtbl manager_vtbl =
{
    /* IUnknown methods */
    manager_QueryInterface,
    manager_AddRef,
    manager_Release,
    /* IWTSVirtualChannelManager methods */
    manager_CreateListener,
};

static struct plugin *impl_from_IWTSPluginServiceProvider( IWTSPluginServiceProvider *iface )
{
    return CONTAINING_RECORD( iface, struct plugin, IWTSPluginServiceProvider_iface );
}

static HRESULT STDMETHODCALLTYPE service_provider_QueryInterface( IWTSPluginServiceProvider *iface, REFIID riid,
                                                                  void **out )
{
    struct plugin *plugin = impl_from_IWTSPluginServiceProvider( iface );
    return IWTSVirtualChannelManager_QueryInterface( &plugin->IWTSVirtualChannelManager_iface, riid, out );
}

static ULONG STDMETHODCALLTYPE service_provider_AddRef( IWTSPluginServiceProvider *iface )
{
    struct plugin *plugin = impl_from_IWTSPluginServiceProvider( iface );
    return IWTSVirtualChannelManager_AddRef( &plugin->IWTSVirtualChannelManager_iface );
}

static ULONG STDMETHODCALLTYPE service_provider_Release( IWTSPluginServiceProvider *iface )
{
    struct plugin *plugin = impl_from_IWTSPluginServiceProvider( iface );
    return IWTSVirtualChannelManager_Release( &plugin->IWTSVirtualChannelManager_iface );
}

static HRESULT STDMETHODCALLTYPE service_provider_GetService( IWTSPluginServiceProvider *iface, GUID service,
                                                              IUnknown **out )
{
    TRACE( "iface %p, service %s, out %p.\n", iface, debugstr_guid( &service ), out );

    if (!out) return E_POINTER;
    if ((*out = service_find( &service ))) return S_OK;
    FIXME( "There is no service %s.\n", debugstr_guid( &service ) );
    return E_NOINTERFACE;
}

const IWTSPluginServiceProviderVtbl service_provider_vtbl =
{
    /* IUnknown methods */
    service_provider_QueryInterface,
    service_provider_AddRef,
    service_provider_Release,
    /* IWTSPluginServiceProvider methods */
    service_provider_GetService,
};
