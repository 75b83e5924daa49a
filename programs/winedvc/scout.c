/*
 * Which plug-ins are registered, and what loads them
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
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "windef.h"
#include "winbase.h"
#include "winreg.h"
#include "objbase.h"

#include "winedvc.h"
#include "addins.h"

#define CONNECTION_OPTION L"--connection"
#define PLUGIN_OPTION     L"--plugin"

struct scout
{
    struct link *link;
    REGSAM view;
    WCHAR **seen;       /* entries already reported: HKCU is the same in both views */
    unsigned int count;
    BOOL temporary;     /* what is reported now is not registered for all connections */
};

struct server
{
    WCHAR file[MAX_PATH * 4];
    WCHAR problem[256];
    UINT32 bits;
    UINT64 size;
    UINT64 time;
};

/* Reads as much of the PE header as tells for which processor the file is. */
static UINT32 read_bits( HANDLE file )
{
    IMAGE_DOS_HEADER dos;
    struct { DWORD signature; IMAGE_FILE_HEADER header; } nt;
    DWORD size;

    if (!ReadFile( file, &dos, sizeof(dos), &size, NULL ) || size != sizeof(dos)) return 0;
    if (dos.e_magic != IMAGE_DOS_SIGNATURE) return 0;
    if (SetFilePointer( file, dos.e_lfanew, NULL, FILE_BEGIN ) == INVALID_SET_FILE_POINTER) return 0;
    if (!ReadFile( file, &nt, sizeof(nt), &size, NULL ) || size != sizeof(nt)) return 0;
    if (nt.signature != IMAGE_NT_SIGNATURE) return 0;
    if (nt.header.Machine == IMAGE_FILE_MACHINE_AMD64) return 64;
    return nt.header.Machine == IMAGE_FILE_MACHINE_I386 ? 32 : 0;
}

/* Tells one version of the file from another. */
static void read_stamp( HANDLE file, struct server *server )
{
    BY_HANDLE_FILE_INFORMATION info;

    if (!GetFileInformationByHandle( file, &info )) return;
    server->size = (UINT64)info.nFileSizeHigh << 32 | info.nFileSizeLow;
    server->time = (UINT64)info.ftLastWriteTime.dwHighDateTime << 32 | info.ftLastWriteTime.dwLowDateTime;
}

static void inspect_file( struct server *server )
{
    HANDLE file = CreateFileW( server->file, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_DELETE, NULL,
                               OPEN_EXISTING, 0, NULL );

    if (file == INVALID_HANDLE_VALUE)
    {
        if (GetLastError() == ERROR_FILE_NOT_FOUND || GetLastError() == ERROR_PATH_NOT_FOUND)
            wcscpy( server->problem, L"the file does not exist: install the plug-in again, or remove its AddIns key" );
        else swprintf( server->problem, ARRAY_SIZE(server->problem), L"the file cannot be read, error %lu",
                       GetLastError() );
        return;
    }
    read_stamp( file, server );
    if (!(server->bits = read_bits( file )))
        wcscpy( server->problem, L"the file is not Windows code for x86-64 or i386: install the plug-in again" );
    CloseHandle( file );
}

static void inspect_class( REFCLSID clsid, REGSAM view, struct server *server )
{
    if (addin_class_server( clsid, L"InprocServer32", view, server->file, ARRAY_SIZE(server->file) ))
        inspect_file( server );
    else if (addin_class_server( clsid, L"LocalServer32", view, server->file, ARRAY_SIZE(server->file) ))
        wcscpy( server->problem, L"it runs as a process of its own (LocalServer32), which is not supported yet" );
    else
        wcscpy( server->problem, L"its class is not registered in this Wine prefix: run the plug-in's installer "
                                 L"or regsvr32 there" );
}

static void inspect_dll( const WCHAR *dll, struct server *server )
{
    DWORD size = SearchPathW( NULL, dll, L".dll", ARRAY_SIZE(server->file), server->file, NULL );

    if (!size || size > ARRAY_SIZE(server->file)) lstrcpynW( server->file, dll, ARRAY_SIZE(server->file) );
    inspect_file( server );
}

static void inspect_in( const WCHAR *text, REGSAM view, struct server *server )
{
    struct addin_entry entry;

    memset( server, 0, sizeof(*server) );
    if (FAILED(addin_entry_parse( text, &entry )))
        wcscpy( server->problem, L"its AddIns value is none of {CLSID}, file.dll and file.dll:{CLSID}" );
    else if (entry.dll) inspect_dll( entry.dll, server );
    else inspect_class( &entry.clsid, view, server );
    free( entry.dll );
}

/* HKCU is one for both views, but a 32-bit class is registered in its own only. */
static void inspect( const WCHAR *text, REGSAM view, struct server *server )
{
    struct server other;

    inspect_in( text, view, server );
    if (server->bits || view != KEY_WOW64_64KEY) return;
    inspect_in( text, KEY_WOW64_32KEY, &other );
    if (other.bits) *server = other;
}

static BOOL remember( struct scout *scout, const WCHAR *entry )
{
    WCHAR **seen;
    unsigned int i;

    for (i = 0; i < scout->count; i++)
        if (!wcsicmp( scout->seen[i], entry )) return FALSE;
    if (!(seen = realloc( scout->seen, (scout->count + 1) * sizeof(*seen) ))) return TRUE;
    scout->seen = seen;
    if ((seen[scout->count] = wcsdup( entry ))) scout->count++;
    return TRUE;
}

static BOOL report( const struct addin *addin, void *context )
{
    struct scout *scout = context;
    struct winedvc_addin fixed = { 0 };
    const WCHAR *strings[4];
    struct server server;

    if (!remember( scout, addin->entry )) return TRUE;
    inspect( addin->entry, scout->view, &server );
    fixed.bits = server.bits;
    fixed.temporary = scout->temporary;
    fixed.size = server.size;
    fixed.time = server.time;
    strings[0] = addin->key;
    strings[1] = addin->entry;
    strings[2] = server.file;
    strings[3] = server.problem;
    link_send( scout->link, WINEDVC_ADDIN, &fixed, sizeof(fixed), ARRAY_SIZE(strings), strings );
    return TRUE;
}

/* A plug-in that was named to us has no key: it goes by the name of its file, or by its class. */
static void report_value( struct scout *scout, const WCHAR *value )
{
    struct addin addin = { NULL, value, value };
    struct addin_entry entry;
    const WCHAR *name;

    if (FAILED(addin_entry_parse( value, &entry ))) memset( &entry, 0, sizeof(entry) );
    if (entry.dll)
    {
        name = entry.dll + wcslen( entry.dll );
        while (name > entry.dll && !wcschr( L"\\/:", name[-1] )) name--;
        addin.key = name;
    }
    report( &addin, scout );
    free( entry.dll );
}

static BOOL is_option( const WCHAR *argument, const WCHAR *option )
{
    return !wcscmp( argument, option );
}

BOOL scout_check_arguments( unsigned int count, WCHAR **arguments )
{
    unsigned int i;

    for (i = 0; i + 1 < count; i += 2)
        if (!is_option( arguments[i], CONNECTION_OPTION ) && !is_option( arguments[i], PLUGIN_OPTION )) return FALSE;
    return i == count;
}

int scout_run( struct link *link, unsigned int count, WCHAR **arguments )
{
    static const WCHAR *why = L"";
    struct scout scout = { link, KEY_WOW64_64KEY, NULL, 0, TRUE };
    unsigned int i;

    for (i = 0; i + 1 < count; i += 2)
        if (is_option( arguments[i], CONNECTION_OPTION )) addins_enum_connection( arguments[i + 1], report, &scout );
    scout.temporary = FALSE;
    addins_enum( scout.view, report, &scout );
    scout.view = KEY_WOW64_32KEY;
    addins_enum( scout.view, report, &scout );
    scout.view = KEY_WOW64_64KEY;
    scout.temporary = TRUE;
    for (i = 0; i + 1 < count; i += 2)
        if (is_option( arguments[i], PLUGIN_OPTION )) report_value( &scout, arguments[i + 1] );
    link_send( link, WINEDVC_BYE, NULL, 0, 1, &why );
    return 0;
}
