/*
 * The mstscax.dll of this program
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
#include <string.h>
#include <wchar.h>

#include "module.h"

/* Wine names a file that no drive letter leads to with half of the prefix that opens it. */
static const WCHAR no_drive[] = L"\\\\?\\";

/* FALSE if that is too long. */
static BOOL find_beside( const WCHAR *name, WCHAR *path, DWORD count )
{
    const DWORD prefix = ARRAY_SIZE(no_drive) - 1;
    DWORD size;
    WCHAR *file;

    if (count <= prefix) return FALSE;
    size = GetModuleFileNameW( NULL, path, count - prefix );
    if (!size || size >= count - prefix) return FALSE;
    if (path[0] != '\\' && path[1] != ':')
    {
        memmove( path + prefix, path, (size + 1) * sizeof(WCHAR) );
        memcpy( path, no_drive, prefix * sizeof(WCHAR) );
    }
    if (!(file = wcsrchr( path, '\\' ))) return FALSE;
    if ((SIZE_T)(file + 1 - path) + wcslen( name ) >= count) return FALSE;
    wcscpy( file + 1, name );
    return TRUE;
}

static BOOL read_header( const WCHAR *path, IMAGE_NT_HEADERS *header )
{
    HANDLE file = CreateFileW( path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_DELETE, NULL, OPEN_EXISTING, 0, NULL );
    IMAGE_DOS_HEADER dos;
    DWORD size;
    BOOL ret;

    if (file == INVALID_HANDLE_VALUE) return FALSE;
    ret = ReadFile( file, &dos, sizeof(dos), &size, NULL ) && size == sizeof(dos)
          && SetFilePointer( file, dos.e_lfanew, NULL, FILE_BEGIN ) != INVALID_SET_FILE_POINTER
          && ReadFile( file, header, sizeof(*header), &size, NULL ) && size == sizeof(*header);
    CloseHandle( file );
    return ret;
}

/* One of Wine's own directory, or of an override, may have been loaded under our file's name. */
static BOOL is_module_of( HMODULE module, const WCHAR *path )
{
    const BYTE *base = (const BYTE *)module;
    const IMAGE_NT_HEADERS *loaded = (const IMAGE_NT_HEADERS *)(base + ((const IMAGE_DOS_HEADER *)base)->e_lfanew);
    IMAGE_NT_HEADERS header;

    return read_header( path, &header )
           && header.FileHeader.TimeDateStamp == loaded->FileHeader.TimeDateStamp
           && header.OptionalHeader.CheckSum == loaded->OptionalHeader.CheckSum
           && header.OptionalHeader.SizeOfImage == loaded->OptionalHeader.SizeOfImage
           && header.OptionalHeader.AddressOfEntryPoint == loaded->OptionalHeader.AddressOfEntryPoint;
}

HMODULE module_load( WCHAR *path, DWORD count )
{
    HMODULE module;

    path[0] = 0;
    if (!find_beside( L"mstscax.dll", path, count ))
    {
        SetLastError( ERROR_FILENAME_EXCED_RANGE );
        return NULL;
    }
    module = LoadLibraryExW( path, NULL, LOAD_WITH_ALTERED_SEARCH_PATH );
    if (!module || is_module_of( module, path )) return module;
    FreeLibrary( module );
    SetLastError( ERROR_REVISION_MISMATCH );
    return NULL;
}
