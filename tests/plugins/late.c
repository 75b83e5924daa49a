/*
 * A plug-in that takes its time to start: it echoes, once there is the file that WINEDVC_TEST_GATE names, on a channel
 * that has the name of its own file; with WINEDVC_TEST_FAILS in its environment it does not start
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

#include "static_listener.h"
#include "static_name.h"

static void callback_created( struct callback *callback )
{
}

static HRESULT STDMETHODCALLTYPE callback_OnDataReceived( IWTSVirtualChannelCallback *iface, ULONG size, BYTE *buffer )
{
    return IWTSVirtualChannel_Write( impl_from_IWTSVirtualChannelCallback( iface )->channel, size, buffer, NULL );
}

static HRESULT STDMETHODCALLTYPE callback_OnClose( IWTSVirtualChannelCallback *iface )
{
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE plugin_Initialize( IWTSPlugin *iface, IWTSVirtualChannelManager *manager )
{
    WCHAR gate[MAX_PATH];
    char name[NAME_MAX_SIZE];

    if (GetEnvironmentVariableW( L"WINEDVC_TEST_GATE", gate, ARRAYSIZE(gate) ))
        while (GetFileAttributesW( gate ) == INVALID_FILE_ATTRIBUTES) Sleep( 20 );
    if (GetEnvironmentVariableW( L"WINEDVC_TEST_FAILS", NULL, 0 )) return E_FAIL;
    channel_name( name );
    return create_listener( manager, name );
}
