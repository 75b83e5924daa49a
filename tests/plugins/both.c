/*
 * A plug-in of both kinds in one DLL: that of a static channel, and a listener beside it
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
 * Each message on WineDVC::Both is answered with what the DLL has seen of its static channel, for which see secho.c: how
 * often it was connected, and its name.
 */

#include "secho.c"
#include "static_listener.h"

static HRESULT STDMETHODCALLTYPE plugin_Initialize( IWTSPlugin *iface, IWTSVirtualChannelManager *manager )
{
    return create_listener( manager, "WineDVC::Both" );
}

static void callback_created( struct callback *callback )
{
}

static HRESULT STDMETHODCALLTYPE callback_OnDataReceived( IWTSVirtualChannelCallback *iface, ULONG size, BYTE *buffer )
{
    char text[64];
    int length = snprintf( text, sizeof(text), "%u on %s", connects, name );

    return IWTSVirtualChannel_Write( impl_from_IWTSVirtualChannelCallback( iface )->channel, length, (BYTE *)text, NULL );
}

static HRESULT STDMETHODCALLTYPE callback_OnClose( IWTSVirtualChannelCallback *iface )
{
    return S_OK;
}
