/*
 * What IWTSPluginServiceProvider hands out
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
#include <string.h>

#define COBJMACROS
#include "windef.h"
#include "winbase.h"
#include "winuser.h"
#include "objbase.h"
#include "tsvirtualchannels.h"

#include "agile.h"
#include "services.h"
#include "window.h"

#include "wine/debug.h"

WINE_DEFAULT_DEBUG_CHANNEL(mstscax);

/* Objects without state. The host knows nothing of FreeRDP's windows: each answer is one that a plug-in can go on with. */
struct service
{
    IUnknown IUnknown_iface;        /* the service's own interface, with its longer vtable */
    const GUID *id;
    const IID *iid;
    IUnknown *marshaler;
};

static HRESULT STDMETHODCALLTYPE service_QueryInterface( IUnknown *iface, REFIID riid, void **out )
{
    struct service *service = CONTAINING_RECORD( iface, struct service, IUnknown_iface );

    TRACE( "iface %p, riid %s, out %p.\n", iface, debugstr_guid( riid ), out );

    return object_query( iface, service->iid, &service->marshaler, riid, out );
}

static ULONG STDMETHODCALLTYPE service_AddRef( IUnknown *iface )
{
    return 2;
}

static ULONG STDMETHODCALLTYPE service_Release( IUnknown *iface )
{
    return 1;
}

#define SERVICE_UNKNOWN (void *)service_QueryInterface, (void *)service_AddRef, (void *)service_Release

/* IWTSBitmapRenderService */

static service_map_renderer *map_renderer;

void services_set_renderers( service_map_renderer *map )
{
    InterlockedExchangePointer( (void **)&map_renderer, (void *)map );
}

static HRESULT STDMETHODCALLTYPE render_service_GetMappedRenderer( IWTSBitmapRenderService *iface, UINT64 mapping,
                                                                   IWTSBitmapRendererCallback *callback,
                                                                   IWTSBitmapRenderer **out )
{
    TRACE( "iface %p, mapping %#I64x, callback %p, out %p.\n", iface, mapping, callback, out );

    if (!out) return E_POINTER;
    *out = NULL;
    if (!callback) return E_POINTER;
    return map_renderer ? map_renderer( mapping, callback, out ) : E_MAPPEDRENDERER_SHUTDOWN;
}

static const IWTSBitmapRenderServiceVtbl render_service_vtbl =
{
    SERVICE_UNKNOWN,
    render_service_GetMappedRenderer,
};

/* IWTSWindowInfoService */

/* The screen is what the client's window has at most. */
static HRESULT STDMETHODCALLTYPE window_info_GetWindowInfo( IWTSWindowInfoService *iface, HWND remote_window,
                                                            WTSWindowInfo *info )
{
    TRACE( "iface %p, remote_window %p, info %p.\n", iface, remote_window, info );

    if (!info) return E_POINTER;
    memset( info, 0, sizeof(*info) );
    info->Hwnd = window_get();
    info->Width = info->ViewWidth = GetSystemMetrics( SM_CXSCREEN );
    info->Height = info->ViewHeight = GetSystemMetrics( SM_CYSCREEN );
    info->Scale = 1.0f;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE window_info_GetRdpClientProcessId( IWTSWindowInfoService *iface, ULONG *process )
{
    TRACE( "iface %p, process %p.\n", iface, process );

    if (!process) return E_POINTER;
    *process = GetCurrentProcessId();
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE window_info_GetRdpSessionType( IWTSWindowInfoService *iface, RdpSessionType *type )
{
    TRACE( "iface %p, type %p.\n", iface, type );

    if (!type) return E_POINTER;
    *type = Desktop;
    return S_OK;
}

/* Nothing that GetWindowInfo tells changes: so there is nothing to call, nor to keep. */
static HRESULT STDMETHODCALLTYPE window_info_SubscribeWindowChanged( IWTSWindowInfoService *iface, HWND remote_window,
                                                                     IWTSWindowChangedCallback *callback )
{
    TRACE( "iface %p, remote_window %p, callback %p.\n", iface, remote_window, callback );

    return callback ? S_OK : E_POINTER;
}

static HRESULT STDMETHODCALLTYPE window_info_UnsubscribeWindowChanged( IWTSWindowInfoService *iface, HWND remote_window,
                                                                       IWTSWindowChangedCallback *callback )
{
    TRACE( "iface %p, remote_window %p, callback %p.\n", iface, remote_window, callback );

    return callback ? S_OK : E_POINTER;
}

static const IWTSWindowInfoServiceVtbl window_info_vtbl =
{
    SERVICE_UNKNOWN,
    window_info_GetWindowInfo,
    window_info_GetRdpClientProcessId,
    window_info_GetRdpSessionType,
    window_info_SubscribeWindowChanged,
    window_info_UnsubscribeWindowChanged,
};

/* IWTSRemoteAppWindowInfoService */

/* No window of the server's is one of Windows here. */
static HRESULT STDMETHODCALLTYPE remote_app_GetLocalHwnd( IWTSRemoteAppWindowInfoService *iface, unsigned int remote_window,
                                                          HWND *window )
{
    TRACE( "iface %p, remote_window %#x, window %p.\n", iface, remote_window, window );

    if (!window) return E_POINTER;
    *window = NULL;
    return HRESULT_FROM_WIN32( ERROR_NOT_FOUND );
}

static const IWTSRemoteAppWindowInfoServiceVtbl remote_app_vtbl =
{
    SERVICE_UNKNOWN,
    remote_app_GetLocalHwnd,
};

static struct service services[] =
{
    { { (const IUnknownVtbl *)&render_service_vtbl }, &RDCLIENT_BITMAP_RENDER_SERVICE, &IID_IWTSBitmapRenderService,
      NULL },
    { { (const IUnknownVtbl *)&window_info_vtbl }, &RDCLIENT_WINDOW_INFO_SERVICE, &IID_IWTSWindowInfoService, NULL },
    { { (const IUnknownVtbl *)&remote_app_vtbl }, &RDCLIENT_REMOTE_APP_WINDOW_INFO_SERVICE,
      &IID_IWTSRemoteAppWindowInfoService, NULL },
};

static struct service *find( const GUID *id )
{
    unsigned int i;

    for (i = 0; i < ARRAY_SIZE(services); i++) if (IsEqualGUID( id, services[i].id )) return &services[i];
    return NULL;
}

const IID *service_iid( const GUID *id )
{
    struct service *service = find( id );
    return service ? service->iid : NULL;
}

IUnknown *service_find( const GUID *id )
{
    struct service *service = find( id );
    return service ? &service->IUnknown_iface : NULL;
}

/* Over a proxy: what widl's code calls on the plug-in's side, and on ours. */

HRESULT CALLBACK IWTSPluginServiceProvider_GetService_Proxy( IWTSPluginServiceProvider *iface, GUID id, IUnknown **out )
{
    const IID *iid = service_iid( &id );

    if (!out) return E_POINTER;
    *out = NULL;
    return IWTSPluginServiceProvider_RemoteGetService_Proxy( iface, &id, iid ? iid : &IID_IUnknown, out );
}

HRESULT __RPC_STUB IWTSPluginServiceProvider_GetService_Stub( IWTSPluginServiceProvider *iface, REFGUID id, REFIID iid,
                                                              IUnknown **out )
{
    IUnknown *object = NULL;
    HRESULT hr;

    *out = NULL;
    if (FAILED(hr = IWTSPluginServiceProvider_GetService( iface, *id, &object )) || !object) return hr;
    hr = IUnknown_QueryInterface( object, iid, (void **)out );
    IUnknown_Release( object );
    return hr;
}
