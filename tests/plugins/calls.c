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
#include "static_listener.h"

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

static void callback_created( struct callback *callback )
{
    say( "OnNewChannelConnection", 0 );
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

static HRESULT STDMETHODCALLTYPE plugin_Initialize( IWTSPlugin *iface, IWTSVirtualChannelManager *manager )
{
    say( "Initialize", 0 ); /* a channel may come before CreateListener has returned */
    return create_listener( manager, "WineDVC::Calls" );
}
