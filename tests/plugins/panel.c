/*
 * A plug-in that shows a panel of its own over the middle of the client's window
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
 * It listens on a channel with the name of its file. "show" shows the panel, "hide" takes it away; each is answered when it
 * has been done, by "shown" and "hidden", else by what could not be done. The panel is a window of a third of the width and
 * height that the window information tells, in one colour, and its owner is the window of the client's class. The owner
 * does not take part in where it is.
 */

#include <stdlib.h>
#include <string.h>

#include "static_listener.h"
#include "static_name.h"

#define COLOUR  RGB( 255, 0, 255 )
#define DIVISOR 3

static IWTSWindowInfoService *window_info;
static HWND panel;

static LRESULT CALLBACK panel_proc( HWND window, UINT message, WPARAM wparam, LPARAM lparam )
{
    if (message == WM_DESTROY) PostQuitMessage( 0 );
    return DefWindowProcA( window, message, wparam, lparam );
}

static HWND create_panel( HWND owner, const WTSWindowInfo *info )
{
    const int width = info->Width / DIVISOR, height = info->Height / DIVISOR;
    WNDCLASSA class = { .lpfnWndProc = panel_proc, .hInstance = GetModuleHandleA( NULL ), .lpszClassName = "WineDVC panel" };

    class.hbrBackground = CreateSolidBrush( COLOUR );
    RegisterClassA( &class );
    return CreateWindowExA( WS_EX_TOOLWINDOW | WS_EX_NOACTIVATE, class.lpszClassName, "Panel", WS_POPUP | WS_VISIBLE,
                            (info->Width - width) / 2, (info->Height - height) / 2,
                            width, height, owner, NULL, class.hInstance, NULL );
}

struct start
{
    HWND owner;
    WTSWindowInfo info;
    HANDLE done;
};

static DWORD CALLBACK panel_run( void *arg )
{
    struct start *start = arg;
    MSG message;

    panel = create_panel( start->owner, &start->info );
    if (panel) UpdateWindow( panel );
    SetEvent( start->done );
    if (!panel) return 1;
    while (GetMessageA( &message, NULL, 0, 0 ) > 0) DispatchMessageA( &message );
    return 0;
}

static const char *show( void )
{
    struct start start = { .owner = FindWindowA( "TscShellContainerClass", NULL ) };
    HANDLE thread;

    if (!start.owner) return "the client has no window";
    if (IWTSWindowInfoService_GetWindowInfo( window_info, NULL, &start.info ) != S_OK) return "no window information";
    start.done = CreateEventA( NULL, TRUE, FALSE, NULL );
    thread = CreateThread( NULL, 0, panel_run, &start, 0, NULL );
    WaitForSingleObject( start.done, INFINITE );
    CloseHandle( thread );
    CloseHandle( start.done );
    return panel && GetWindow( panel, GW_OWNER ) == start.owner ? "shown" : "the panel is not the client's";
}

static const char *hide( void )
{
    SendMessageA( panel, WM_CLOSE, 0, 0 );
    return IsWindow( panel ) ? "the panel is still there" : "hidden";
}

static void callback_created( struct callback *callback )
{
}

static HRESULT STDMETHODCALLTYPE callback_OnDataReceived( IWTSVirtualChannelCallback *iface, ULONG size, BYTE *buffer )
{
    const char *answer = size == 4 && !memcmp( buffer, "show", 4 ) ? show() : hide();

    return IWTSVirtualChannel_Write( impl_from_IWTSVirtualChannelCallback( iface )->channel, strlen( answer ),
                                     (BYTE *)answer, NULL );
}

static HRESULT STDMETHODCALLTYPE callback_OnClose( IWTSVirtualChannelCallback *iface )
{
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE plugin_Initialize( IWTSPlugin *iface, IWTSVirtualChannelManager *manager )
{
    IWTSPluginServiceProvider *provider;
    char name[NAME_MAX_SIZE];
    HRESULT hr;

    hr = IWTSVirtualChannelManager_QueryInterface( manager, &IID_IWTSPluginServiceProvider, (void **)&provider );
    if (FAILED(hr)) return hr;
    hr = IWTSPluginServiceProvider_GetService( provider, RDCLIENT_WINDOW_INFO_SERVICE, (IUnknown **)&window_info );
    IWTSPluginServiceProvider_Release( provider );
    if (FAILED(hr)) return hr;
    channel_name( name );
    return create_listener( manager, name );
}
