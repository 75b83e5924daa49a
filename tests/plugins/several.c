/*
 * A DLL with as many plug-ins as the digit in its file's name says; each echoes on a channel of its own, and one that is
 * told so ends the process
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

#define STATIC_PLUGIN_OBJECTS
#include "static_listener.h"

#define LARGEST 9

static IWTSPlugin plugins[LARGEST];

/* 0 if there is none. */
static ULONG count_plugins( void )
{
    WCHAR path[MAX_PATH], *name;
    HMODULE module;

    GetModuleHandleExW( GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
                        (const WCHAR *)plugins, &module );
    if (!GetModuleFileNameW( module, path, MAX_PATH ) || !(name = wcsrchr( path, '\\' ))) return 0;
    name += wcscspn( name, L"123456789" );
    return *name ? *name - '0' : 0;
}

static void callback_created( struct callback *callback )
{
}

static HRESULT STDMETHODCALLTYPE callback_OnDataReceived( IWTSVirtualChannelCallback *iface, ULONG size, BYTE *data )
{
    if (size == 3 && !memcmp( data, "end", 3 )) ExitProcess( 1 );
    return IWTSVirtualChannel_Write( impl_from_IWTSVirtualChannelCallback( iface )->channel, size, data, NULL );
}

static HRESULT STDMETHODCALLTYPE callback_OnClose( IWTSVirtualChannelCallback *iface )
{
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE plugin_Initialize( IWTSPlugin *iface, IWTSVirtualChannelManager *manager )
{
    char name[] = "WineDVC::Several0::0";

    name[16] += count_plugins();
    name[19] += iface - plugins + 1;
    return create_listener( manager, name );
}

VCEXPORT VIRTUALCHANNELGETINSTANCE VirtualChannelGetInstance;
HRESULT VCAPITYPE VirtualChannelGetInstance( REFIID iid, ULONG *count, void **objects )
{
    ULONG i, room = *count;

    if (!IsEqualGUID( iid, &IID_IWTSPlugin )) return E_NOINTERFACE;
    *count = count_plugins();
    if (objects && room < *count) return E_INVALIDARG;
    for (i = 0; i < *count; i++)
    {
        plugins[i].lpVtbl = &plugin_vtbl;
        if (objects) objects[i] = &plugins[i];
    }
    return S_OK;
}
