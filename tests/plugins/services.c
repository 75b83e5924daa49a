/*
 * A plug-in that asks for all services, and trusts what it gets
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
 * It does as Microsoft's sample of a plug-in in a process of its own: no result is looked at, what GetService gave is used
 * as the service's interface, and all is released once more than it was taken. It listens on WineDVC::NAME, with the name
 * of its file, and answers each message with a text of what it was told (see describe).
 */

#define STATIC_PLUGIN_CALLS
#include "static_plugin.h"
#include "static_name.h"

#include <stdio.h>
#include <string.h>

static IWTSPluginServiceProvider *provider;
static IWTSWindowInfoService *window_info;
static IWTSRemoteAppWindowInfoService *remote_app;
static IWTSBitmapRenderService *render;
static IWTSListener *created;
static IWTSVirtualChannel *opened;

/* What is called back lives for ever, and is asked for its own interface only. */

static HRESULT STDMETHODCALLTYPE any_QueryInterface( IUnknown *iface, REFIID iid, void **out )
{
    static const IID *const own[] = { &IID_IUnknown, &IID_IWTSWindowChangedCallback, &IID_IWTSBitmapRendererCallback,
                                      &IID_IWTSVirtualChannelCallback, &IID_IWTSListenerCallback };
    unsigned int i;

    for (i = 0; i < ARRAYSIZE(own); i++) if (IsEqualGUID( iid, own[i] )) break;
    *out = i < ARRAYSIZE(own) ? iface : NULL;
    return *out ? S_OK : E_NOINTERFACE;
}

static ULONG STDMETHODCALLTYPE any_AddRef( IUnknown *iface )
{
    return 2;
}

static ULONG STDMETHODCALLTYPE any_Release( IUnknown *iface )
{
    return 1;
}

#define ANY (void *)any_QueryInterface, (void *)any_AddRef, (void *)any_Release

static HRESULT STDMETHODCALLTYPE changed_WindowChanged( IWTSWindowChangedCallback *iface, const WTSWindowInfo *info )
{
    return S_OK;
}

static IWTSWindowChangedCallbackVtbl changed_vtbl = { ANY, changed_WindowChanged };
static IWTSWindowChangedCallback changed = { &changed_vtbl };

static HRESULT STDMETHODCALLTYPE renderer_OnTargetSizeChanged( IWTSBitmapRendererCallback *iface, RECT size )
{
    return S_OK;
}

static IWTSBitmapRendererCallbackVtbl renderer_vtbl = { ANY, renderer_OnTargetSizeChanged };
static IWTSBitmapRendererCallback renderer = { &renderer_vtbl };

/* The client's window is found as plug-ins find it; other clients have one as well. */
static HWND find_window( DWORD process )
{
    DWORD owner = !process;
    HWND window = NULL;

    while (owner != process && (window = FindWindowExA( NULL, window, "TscShellContainerClass", NULL )))
        GetWindowThreadProcessId( window, &owner );
    return window;
}

static void describe( char *text )
{
    IWTSBitmapRenderer *mapped = (IWTSBitmapRenderer *)1;
    HWND window, local = (HWND)1;
    RdpSessionType type = RemoteApp;
    HRESULT local_hr, mapped_hr;
    WTSWindowInfo info = { 0 };
    ULONG process = 0;

    window_info->lpVtbl->SubscribeWindowChanged( window_info, NULL, &changed );
    window_info->lpVtbl->GetRdpClientProcessId( window_info, &process );
    window = find_window( process );
    window_info->lpVtbl->GetWindowInfo( window_info, NULL, &info );
    window_info->lpVtbl->GetRdpSessionType( window_info, &type );
    window_info->lpVtbl->UnsubscribeWindowChanged( window_info, NULL, &changed );
    local_hr = remote_app->lpVtbl->GetLocalHwnd( remote_app, 1, &local );
    mapped_hr = render->lpVtbl->GetMappedRenderer( render, 1, &renderer, &mapped );
    sprintf( text, "window %d %d visible %d size %d scale %d type %d local %#lx %d renderer %#lx %d", window != NULL,
             info.Hwnd == window, IsWindowVisible( window ),
             info.Width == GetSystemMetrics( SM_CXSCREEN ) && info.ViewHeight == GetSystemMetrics( SM_CYSCREEN ),
             (int)info.Scale, type, local_hr, local != NULL, mapped_hr, mapped != NULL );
}

static HRESULT STDMETHODCALLTYPE callback_OnDataReceived( IWTSVirtualChannelCallback *iface, ULONG size, BYTE *message )
{
    char text[256];

    describe( text );
    return IWTSVirtualChannel_Write( opened, strlen( text ), (BYTE *)text, NULL );
}

static HRESULT STDMETHODCALLTYPE callback_OnClose( IWTSVirtualChannelCallback *iface )
{
    return S_OK;
}

static IWTSVirtualChannelCallbackVtbl callback_vtbl = { ANY, callback_OnDataReceived, callback_OnClose };
static IWTSVirtualChannelCallback callback = { &callback_vtbl };

static HRESULT STDMETHODCALLTYPE listener_OnNewChannelConnection( IWTSListenerCallback *iface,
        IWTSVirtualChannel *channel, BSTR data, BOOL *accept, IWTSVirtualChannelCallback **out )
{
    IWTSVirtualChannel_AddRef( channel );
    opened = channel;
    *accept = TRUE;
    *out = &callback;
    return S_OK;
}

static IWTSListenerCallbackVtbl listener_vtbl = { ANY, listener_OnNewChannelConnection };
static IWTSListenerCallback listener = { &listener_vtbl };

static HRESULT STDMETHODCALLTYPE plugin_Initialize( IWTSPlugin *iface, IWTSVirtualChannelManager *manager )
{
    char name[NAME_MAX_SIZE];

    IWTSVirtualChannelManager_QueryInterface( manager, &IID_IWTSPluginServiceProvider, (void **)&provider );
    IWTSPluginServiceProvider_GetService( provider, RDCLIENT_WINDOW_INFO_SERVICE, (IUnknown **)&window_info );
    IWTSPluginServiceProvider_GetService( provider, RDCLIENT_REMOTE_APP_WINDOW_INFO_SERVICE, (IUnknown **)&remote_app );
    IWTSPluginServiceProvider_GetService( provider, RDCLIENT_BITMAP_RENDER_SERVICE, (IUnknown **)&render );
    channel_name( name );
    return IWTSVirtualChannelManager_CreateListener( manager, name, 0, &listener, &created );
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
    IUnknown *const objects[] = { (IUnknown *)created, (IUnknown *)render, (IUnknown *)remote_app, (IUnknown *)window_info,
                                  (IUnknown *)provider };
    unsigned int i;

    for (i = 0; i < ARRAYSIZE(objects); i++) IUnknown_Release( objects[i] );
    for (i = 0; i < ARRAYSIZE(objects); i++) IUnknown_Release( objects[i] );
    return S_OK;
}
