/*
 * A plug-in that listens on no channel
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

#include <stdio.h>

#include "static_plugin.h"

/* Is Windows of the version that WINEDVC_TEST_WINDOWS names, as 10.0? */
static BOOL is_wanted_windows( void )
{
    OSVERSIONINFOEXW info = { .dwOSVersionInfoSize = sizeof(info) };
    char text[16];
    DWORD size = GetEnvironmentVariableA( "WINEDVC_TEST_WINDOWS", text, sizeof(text) );
    ULONGLONG conditions = 0;

    if (!size || size >= sizeof(text)) return TRUE;
    if (sscanf( text, "%lu.%lu", &info.dwMajorVersion, &info.dwMinorVersion ) != 2) return FALSE;
    conditions = VerSetConditionMask( conditions, VER_MAJORVERSION, VER_EQUAL );
    conditions = VerSetConditionMask( conditions, VER_MINORVERSION, VER_EQUAL );
    return VerifyVersionInfoW( &info, VER_MAJORVERSION | VER_MINORVERSION, conditions );
}

static HRESULT STDMETHODCALLTYPE plugin_Initialize( IWTSPlugin *iface, IWTSVirtualChannelManager *manager )
{
    return is_wanted_windows() ? S_OK : HRESULT_FROM_WIN32( ERROR_OLD_WIN_VERSION );
}
