/*
 * Where the code of a plug-in is
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
#include <string.h>
#include <wchar.h>

#include "windef.h"
#include "winbase.h"
#include "winreg.h"
#include "objbase.h"

#include "server.h"

/* What is in quotation marks, if anything is. */
static void take_quoted( WCHAR *text )
{
    WCHAR *begin = wcschr( text, '"' ), *end = begin ? wcschr( begin + 1, '"' ) : NULL;

    if (!end) return;
    *end = 0;
    memmove( text, begin + 1, (end - begin) * sizeof(WCHAR) );
}

static BOOL read_server( HKEY root, REFCLSID clsid, const WCHAR *kind, const WCHAR *name, REGSAM view, WCHAR *value,
                         DWORD size )
{
    WCHAR class[39], path[100];
    LSTATUS error;
    DWORD type;
    HKEY key;

    StringFromGUID2( clsid, class, ARRAY_SIZE(class) );
    swprintf( path, ARRAY_SIZE(path), L"Software\\Classes\\CLSID\\%s\\%s", class, kind );
    if (RegOpenKeyExW( root, path, 0, KEY_READ | view, &key )) return FALSE;
    error = RegGetValueW( key, NULL, name, RRF_RT_REG_SZ | RRF_RT_REG_EXPAND_SZ | RRF_NOEXPAND, &type, value, &size );
    RegCloseKey( key );
    return !error;
}

/* Whatever the value's type: installers write variables into plain values as well. */
static BOOL expand( const WCHAR *value, WCHAR *text, DWORD count )
{
    DWORD size = ExpandEnvironmentStringsW( value, text, count );

    return size && size <= count && text[0];
}

BOOL server_of_class( HKEY root, REFCLSID clsid, const WCHAR *kind, REGSAM view, WCHAR *name, DWORD count )
{
    WCHAR value[MAX_PATH * 4];

    if (!read_server( root, clsid, kind, NULL, view, value, sizeof(value) )) return FALSE;
    take_quoted( value );
    return expand( value, name, count );
}

BOOL server_command( HKEY root, REFCLSID clsid, REGSAM view, WCHAR *command, DWORD count )
{
    WCHAR value[MAX_PATH * 4];

    return read_server( root, clsid, L"LocalServer32", NULL, view, value, sizeof(value) )
           && expand( value, command, count );
}

BOOL server_is_free_threaded( HKEY root, REFCLSID clsid )
{
    WCHAR model[16];

    return read_server( root, clsid, L"InprocServer32", L"ThreadingModel", 0, model, sizeof(model) )
           && (!wcsicmp( model, L"Free" ) || !wcsicmp( model, L"Both" ) || !wcsicmp( model, L"Neutral" ));
}

static BOOL has_directory( const WCHAR *name )
{
    return wcspbrk( name, L"\\/:" ) != NULL;
}

/* Both without a backslash at their end. */
static void system_directories( WCHAR system[MAX_PATH], WCHAR wow64[MAX_PATH] )
{
    WCHAR windows[MAX_PATH];
    UINT size = GetSystemWindowsDirectoryW( windows, ARRAY_SIZE(windows) );

    if (!size || size >= ARRAY_SIZE(windows)) windows[0] = 0;
    swprintf( system, MAX_PATH, L"%.200s\\system32", windows );
    swprintf( wow64, MAX_PATH, L"%.200s\\syswow64", windows );
}

/* SearchPathW finds directories as well. */
static BOOL search_file( const WCHAR *directories, const WCHAR *name, const WCHAR *extension, WCHAR *path, DWORD count )
{
    DWORD size = SearchPathW( directories, name, extension, count, path, NULL );

    return size && size < count && !(GetFileAttributesW( path ) & FILE_ATTRIBUTE_DIRECTORY);
}

static BOOL has_extension( const WCHAR *name )
{
    const WCHAR *dot = wcsrchr( name, '.' );

    return dot && !has_directory( dot );
}

static BOOL search( const WCHAR *directories, const WCHAR *name, const WCHAR *extension, WCHAR *path, DWORD count )
{
    WCHAR full[MAX_PATH * 4];

    if (search_file( directories, name, extension, path, count )) return TRUE;
    if (has_extension( name ) || swprintf( full, ARRAY_SIZE(full), L"%s%s", name, extension ) < 0) return FALSE;
    return search_file( directories, full, NULL, path, count );
}

/* As a process of 32 bits would, whose system directory is named system32, too. */
static BOOL find_narrow( const WCHAR *name, const WCHAR *extension, WCHAR *path, DWORD count )
{
    WCHAR system[MAX_PATH], wow64[MAX_PATH], redirected[MAX_PATH * 5];
    SIZE_T length;

    system_directories( system, wow64 );
    if (!has_directory( name ))
        return search( wow64, name, extension, path, count ) || search( NULL, name, extension, path, count );
    length = wcslen( system );
    if (wcsnicmp( name, system, length ) || (name[length] != '\\' && name[length] != '/'))
        return search( NULL, name, extension, path, count );
    if (swprintf( redirected, ARRAY_SIZE(redirected), L"%s%s", wow64, name + length ) < 0) return FALSE;
    return search( NULL, redirected, extension, path, count );
}

static BOOL find_file( const WCHAR *name, const WCHAR *extension, REGSAM view, WCHAR *path, DWORD count )
{
    BOOL narrow = sizeof(void *) == 8 && view == KEY_WOW64_32KEY;

    if (narrow ? find_narrow( name, extension, path, count ) : search( NULL, name, extension, path, count )) return TRUE;
    lstrcpynW( path, name, count );
    return FALSE;
}

BOOL server_find_file( const WCHAR *name, REGSAM view, WCHAR *path, DWORD count )
{
    return find_file( name, L".dll", view, path, count );
}

/* What is not in quotation marks may be a name with spaces, or one with arguments: the shortest that is there. */
BOOL server_find_program( const WCHAR *command, REGSAM view, WCHAR *path, DWORD count )
{
    WCHAR name[MAX_PATH * 4];
    WCHAR *space, *end;

    lstrcpynW( name, command, ARRAY_SIZE(name) );
    if (name[0] == '"')
    {
        take_quoted( name );
        return find_file( name, L".exe", view, path, count );
    }
    for (space = wcspbrk( name, L" \t" ); space; space = wcspbrk( end, L" \t" ))
    {
        WCHAR cut = *space;

        *space = 0;
        if (find_file( name, L".exe", view, path, count )) return TRUE;
        *space = cut;
        end = space + wcsspn( space, L" \t" );
    }
    return find_file( name, L".exe", view, path, count );
}
