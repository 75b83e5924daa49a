/*
 * The registry's list of plug-ins
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
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "windef.h"
#include "winbase.h"
#include "winreg.h"
#include "objbase.h"

#include "addins.h"

static WCHAR *expand( WCHAR *text )
{
    DWORD size = ExpandEnvironmentStringsW( text, NULL, 0 );
    WCHAR *expanded = size ? malloc( size * sizeof(WCHAR) ) : NULL;

    if (expanded) ExpandEnvironmentStringsW( text, expanded, size );
    free( text );
    return expanded;
}

/* Returns NULL if the key has no usable value of that name. */
static WCHAR *read_value( HKEY addins, const WCHAR *key, const WCHAR *value )
{
    DWORD type, size = 0;
    WCHAR *text;

    if (RegGetValueW( addins, key, value, RRF_RT_REG_SZ | RRF_RT_REG_EXPAND_SZ | RRF_NOEXPAND,
                      &type, NULL, &size )) return NULL;
    size += sizeof(WCHAR);  /* what was not written with its NUL gets one, if there is room */
    if (!(text = calloc( 1, size + sizeof(WCHAR) ))) return NULL;
    if (RegGetValueW( addins, key, value, RRF_RT_REG_SZ | RRF_RT_REG_EXPAND_SZ | RRF_NOEXPAND,
                      &type, text, &size ) || !text[0])
    {
        free( text );
        return NULL;
    }
    return type == REG_EXPAND_SZ ? expand( text ) : text;
}

BOOL addins_enum_keys( HKEY root, const WCHAR *path, REGSAM view, const WCHAR *value,
                       BOOL (*proc)( const struct addin *addin, void *context ), void *context )
{
    BOOL go_on = TRUE;
    WCHAR key[256], *name;
    DWORD i, size;
    HKEY addins;

    if (RegOpenKeyExW( root, path, 0, KEY_READ | view, &addins )) return TRUE;
    for (i = 0; go_on; i++)
    {
        size = ARRAY_SIZE(key);
        if (RegEnumKeyExW( addins, i, key, &size, NULL, NULL, NULL, NULL )) break;
        if ((name = read_value( addins, key, value )))
        {
            struct addin addin = { root, addins, key, name };
            go_on = proc( &addin, context );
            free( name );
        }
    }
    RegCloseKey( addins );
    return go_on;
}

void addins_enum( REGSAM view, BOOL (*proc)( const struct addin *addin, void *context ), void *context )
{
    if (addins_enum_keys( HKEY_CURRENT_USER, ADDINS_PATH, view, ADDIN_NAME, proc, context ))
        addins_enum_keys( HKEY_LOCAL_MACHINE, ADDINS_PATH, view, ADDIN_NAME, proc, context );
}

/* A path contains colons of its own: only one before a brace separates. */
HRESULT addin_entry_parse( const WCHAR *text, struct addin_entry *entry )
{
    const WCHAR *clsid = text[0] == '{' ? text : wcsstr( text, L":{" );
    size_t length;

    memset( entry, 0, sizeof(*entry) );
    length = clsid ? (size_t)(clsid - text) : wcslen( text );
    if (clsid)
    {
        if (clsid != text) clsid++;
        if (FAILED(CLSIDFromString( clsid, &entry->clsid ))) return E_INVALIDARG;
        entry->has_clsid = TRUE;
    }
    if (!length) return entry->has_clsid ? S_OK : E_INVALIDARG;
    if (!(entry->dll = malloc( (length + 1) * sizeof(WCHAR) ))) return E_OUTOFMEMORY;
    memcpy( entry->dll, text, length * sizeof(WCHAR) );
    entry->dll[length] = 0;
    return S_OK;
}
