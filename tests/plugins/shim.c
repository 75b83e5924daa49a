/*
 * A DLL whose plug-in is in a process of its own
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
 * It has COM make the plug-in of the class WINEDVC_TEST_SHIM, which a program serves, and gives that out as its own.
 */

#define COBJMACROS
#include <windows.h>
#include <ocidl.h>
#include <initguid.h>
#include <tsvirtualchannels.h>
#include <cchannel.h>

VCEXPORT VIRTUALCHANNELGETINSTANCE VirtualChannelGetInstance;
HRESULT VCAPITYPE VirtualChannelGetInstance( REFIID iid, ULONG *count, void **objects )
{
    WCHAR class[40];
    DWORD size = GetEnvironmentVariableW( L"WINEDVC_TEST_SHIM", class, ARRAYSIZE(class) );
    CLSID clsid;

    if (!IsEqualGUID( iid, &IID_IWTSPlugin )) return E_NOINTERFACE;
    if (!size || size >= ARRAYSIZE(class) || FAILED(CLSIDFromString( class, &clsid ))) return CO_E_CLASSSTRING;
    *count = 1;
    return objects ? CoCreateInstance( &clsid, NULL, CLSCTX_LOCAL_SERVER, iid, objects ) : S_OK;
}
