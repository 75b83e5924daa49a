/*
 * What programs look for in Windows' mstscax.dll beside plug-ins: the Remote Desktop control
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

#include "windef.h"
#include "winbase.h"
#include "objbase.h"

#include "wine/debug.h"

WINE_DEFAULT_DEBUG_CHANNEL(mstscax);

/*
 * There is no control here: DllGetClassObject knows none of its classes. A program that wants it is told so, instead of
 * not being loaded for want of an export.
 */

HRESULT WINAPI DllCancelAuthentication(void)
{
    FIXME( "There is no Remote Desktop control.\n" );
    return E_NOTIMPL;
}

HRESULT WINAPI DllDeleteSavedCreds( const WCHAR *server, const WCHAR *user )
{
    FIXME( "%s, %s: There is no Remote Desktop control.\n", debugstr_w(server), debugstr_w(user) );
    return E_NOTIMPL;
}

HRESULT WINAPI DllGetClaimsToken( const WCHAR *a1, const WCHAR *a2, const WCHAR *a3, UINT64 a4, HWND window,
                                  WCHAR **out1, WCHAR **out2, const WCHAR *a8, const WCHAR *a9 )
{
    FIXME( "There is no Remote Desktop control.\n" );
    if (out1) *out1 = NULL;
    if (out2) *out2 = NULL;
    return E_NOTIMPL;
}

/* No version that a program could ask for. */
UINT64 WINAPI DllGetTscCtlVer(void)
{
    FIXME( "There is no Remote Desktop control.\n" );
    return 0;
}

HRESULT WINAPI DllLogoffClaimsToken( const WCHAR *name )
{
    FIXME( "%s: There is no Remote Desktop control.\n", debugstr_w(name) );
    return E_NOTIMPL;
}

HRESULT WINAPI DllSetAuthProperties( UINT64 properties )
{
    FIXME( "%#I64x: There is no Remote Desktop control.\n", properties );
    return E_NOTIMPL;
}

HRESULT WINAPI DllSetClaimsToken( UINT64 a1, UINT64 a2, const WCHAR *token )
{
    FIXME( "There is no Remote Desktop control.\n" );
    return E_NOTIMPL;
}
