/*
 * What "winedvc add", remove, enable and disable change
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

#include "winedvc.h"
#include "addins.h"
#include "guard.h"

#define WHY 512
#define PROGRAM_LIMIT 30 /* seconds */

static void say_why( WCHAR why[WHY], const WCHAR *format, ... )
{
    va_list args;

    va_start( args, format );
    vswprintf( why, WHY, format, args );
    va_end( args );
    why[WHY - 1] = 0;
}

static LSTATUS set_text( HKEY key, const WCHAR *name, const WCHAR *value )
{
    return RegSetValueExW( key, name, 0, REG_SZ, (const BYTE *)value, (wcslen( value ) + 1) * sizeof(WCHAR) );
}

static LSTATUS set_key( const WCHAR *key, const WCHAR *value )
{
    WCHAR path[512];
    LSTATUS status;
    HKEY opened;

    swprintf( path, ARRAY_SIZE(path), ADDINS_PATH L"\\%.255s", key );
    status = RegCreateKeyExW( HKEY_CURRENT_USER, path, 0, NULL, 0, KEY_WRITE, NULL, &opened, NULL );
    if (status) return status;
    status = set_text( opened, ADDIN_NAME, value );
    RegCloseKey( opened );
    return status;
}

/* Changes what one place has by that name; ERROR_FILE_NOT_FOUND if that is nothing to change. */
typedef LSTATUS (*change_key)( HKEY addins, const WCHAR *key );

/* Wherever sessions look, whatever the bits of this program. Where one fails the others are changed all the same. */
static LSTATUS change_all( const WCHAR *key, change_key change )
{
    static const struct { HKEY root; REGSAM view; } places[] =
    {
        { HKEY_CURRENT_USER, 0 }, { HKEY_LOCAL_MACHINE, KEY_WOW64_64KEY }, { HKEY_LOCAL_MACHINE, KEY_WOW64_32KEY },
    };
    LSTATUS status, failure = ERROR_FILE_NOT_FOUND;
    BOOL changed = FALSE;
    unsigned int i;
    HKEY addins;

    for (i = 0; i < ARRAY_SIZE(places); i++)
    {
        if (!(status = RegOpenKeyExW( places[i].root, ADDINS_PATH, 0, KEY_READ | KEY_WRITE | places[i].view, &addins )))
        {
            status = change( addins, key );
            RegCloseKey( addins );
        }
        if (!status) changed = TRUE;
        else if (status != ERROR_FILE_NOT_FOUND) failure = status;
    }
    return changed && failure == ERROR_FILE_NOT_FOUND ? 0 : failure;
}

static LSTATUS mark_key( HKEY addins, const WCHAR *key )
{
    LSTATUS status;
    HKEY opened;

    if ((status = RegOpenKeyExW( addins, key, 0, KEY_WRITE, &opened ))) return status;
    status = set_text( opened, ADDIN_REGISTERED, L"by winedvc" );
    RegCloseKey( opened );
    return status;
}

static LSTATUS remove_key( HKEY addins, const WCHAR *key )
{
    return RegDeleteTreeW( addins, key );
}

/* A key that is nowhere is removed: the plug-in's DllUnregisterServer may have done that. */
static LSTATUS remove_all( const WCHAR *key )
{
    LSTATUS status = change_all( key, remove_key );

    return status == ERROR_FILE_NOT_FOUND ? 0 : status;
}

/* The value of one name gets another: of whatever type it is. */
static LSTATUS rename_value( HKEY addins, const WCHAR *key, const WCHAR *from, const WCHAR *to )
{
    DWORD type, size = 0;
    BYTE *data = NULL;
    LSTATUS status;
    HKEY opened;

    if ((status = RegOpenKeyExW( addins, key, 0, KEY_READ | KEY_WRITE, &opened ))) return status;
    if (!(status = RegQueryValueExW( opened, from, NULL, &type, NULL, &size )) && !(data = malloc( size + 1 )))
        status = ERROR_OUTOFMEMORY;
    if (!status) status = RegQueryValueExW( opened, from, NULL, &type, data, &size );
    if (!status) status = RegSetValueExW( opened, to, 0, type, data, size );
    if (!status) status = RegDeleteValueW( opened, from );
    free( data );
    RegCloseKey( opened );
    return status;
}

static LSTATUS disable_key( HKEY addins, const WCHAR *key )
{
    return rename_value( addins, key, ADDIN_NAME, ADDIN_DISABLED );
}

/* A Name that was written since is not lost. */
static LSTATUS enable_key( HKEY addins, const WCHAR *key )
{
    if (!RegGetValueW( addins, key, ADDIN_NAME, RRF_RT_ANY, NULL, NULL, NULL )) return ERROR_FILE_NOT_FOUND;
    return rename_value( addins, key, ADDIN_DISABLED, ADDIN_NAME );
}

struct server_call
{
    const WCHAR *file;
    const char *function;
    WCHAR *why;
};

/* As regsvr32 does it. */
static DWORD WINAPI run_server_call( void *arg )
{
    const struct server_call *server = arg;
    HRESULT (WINAPI *call)( void ), hr;
    HMODULE module;

    OleInitialize( NULL );
    if (!(module = LoadLibraryExW( server->file, NULL, LOAD_WITH_ALTERED_SEARCH_PATH )))
        say_why( server->why, L"%.260s cannot be loaded, error %lu: does it need a DLL that is not there?", server->file,
                 GetLastError() );
    else if (!(call = (void *)GetProcAddress( module, server->function )))
        say_why( server->why, L"%.260s has no %hs: it is registered otherwise", server->file, server->function );
    else if (FAILED(hr = call()))
        say_why( server->why, L"%.260s: its %hs fails (%#lx): install it with its own installer", server->file,
                 server->function, hr );
    OleUninitialize();
    return 0;
}

/* This thread says what is wrong if that crashes. */
static void call_server( struct link *link, const WCHAR *file, const char *function, WCHAR why[WHY] )
{
    struct server_call server = { file, function, why };
    HANDLE thread = guard_start( link ) ? CreateThread( NULL, 0, run_server_call, &server, 0, NULL ) : NULL;

    if (!thread)
    {
        say_why( why, L"out of memory" );
        return;
    }
    guard_wait( thread, INFINITE );
    CloseHandle( thread );
}

/* Why says what is wrong if it does not succeed. */
static void run_program( const WCHAR *program, WCHAR *command, WCHAR why[WHY] )
{
    STARTUPINFOW startup = { .cb = sizeof(startup) };
    PROCESS_INFORMATION process;
    DWORD code = 1;

    if (!CreateProcessW( NULL, command, NULL, NULL, FALSE, 0, NULL, NULL, &startup, &process ))
    {
        say_why( why, L"%.260s cannot be started, error %lu: is it, and is Wine, installed completely?", program,
                 GetLastError() );
        return;
    }
    if (!WaitForSingleObject( process.hProcess, PROGRAM_LIMIT * 1000 ))
    {
        GetExitCodeProcess( process.hProcess, &code );
        if (code) say_why( why, L"%.260s fails, exit code %lu: install the plug-in with its own installer", command, code );
    }
    else
    {
        TerminateProcess( process.hProcess, 1 );
        say_why( why, L"%.260s has not ended in %u s, and was ended: install the plug-in with its own installer", command,
                 PROGRAM_LIMIT );
    }
    CloseHandle( process.hThread );
    CloseHandle( process.hProcess );
}

static void import_file( const WCHAR *file, WCHAR why[WHY] )
{
    WCHAR command[1024];

    swprintf( command, ARRAY_SIZE(command), L"regedit.exe /S \"%.800s\"", file );
    run_program( L"regedit.exe", command, why );
}

/* A program that serves classes registers itself when it is told so, as ATL's and MFC's do. */
static void tell_program( const WCHAR *file, const WCHAR *option, WCHAR why[WHY] )
{
    WCHAR command[1024];

    swprintf( command, ARRAY_SIZE(command), L"\"%.800s\" %s", file, option );
    run_program( file, command, why );
}

static BOOL is_program( const WCHAR *file )
{
    const WCHAR *dot = wcsrchr( file, '.' );

    return dot && !wcsicmp( dot, L".exe" );
}

static void change_server( struct link *link, const WCHAR *file, BOOL on, WCHAR why[WHY] )
{
    if (is_program( file )) tell_program( file, on ? L"/regserver" : L"/unregserver", why );
    else call_server( link, file, on ? "DllRegisterServer" : "DllUnregisterServer", why );
}

enum operation { SET, MARK, REMOVE, DISABLE, ENABLE, REGISTER, UNREGISTER, IMPORT, OPERATIONS };

static const struct { const WCHAR *name; unsigned int arguments; } operations[OPERATIONS] =
{
    [SET] = { L"set", 2 }, [MARK] = { L"mark", 1 }, [REMOVE] = { L"remove", 1 }, [DISABLE] = { L"disable", 1 },
    [ENABLE] = { L"enable", 1 }, [REGISTER] = { L"register", 1 }, [UNREGISTER] = { L"unregister", 1 },
    [IMPORT] = { L"import", 1 },
};

static enum operation find_operation( const WCHAR *name )
{
    enum operation i;

    for (i = 0; i < OPERATIONS && wcscmp( name, operations[i].name ); i++) continue;
    return i;
}

/* The name of one key: a longer one there is not, and a backslash would lead into others. */
static BOOL is_key( const WCHAR *name )
{
    return name[0] && wcslen( name ) <= 255 && !wcschr( name, '\\' );
}

BOOL registry_check_arguments( unsigned int count, WCHAR **arguments )
{
    enum operation operation = count ? find_operation( arguments[0] ) : OPERATIONS;

    return operation < OPERATIONS && count == operations[operation].arguments + 1 &&
           (operation >= REGISTER || is_key( arguments[1] ));
}

int registry_run( struct link *link, unsigned int count, WCHAR **arguments )
{
    const WCHAR *name = arguments[1];
    WCHAR why[WHY] = L"";
    const WCHAR *string = why;
    LSTATUS status = 0;

    switch (find_operation( arguments[0] ))
    {
    case SET:        status = set_key( name, arguments[2] ); break;
    case MARK:       status = change_all( name, mark_key ); break;
    case REMOVE:     status = remove_all( name ); break;
    case DISABLE:    status = change_all( name, disable_key ); break;
    case ENABLE:     status = change_all( name, enable_key ); break;
    case REGISTER:   change_server( link, name, TRUE, why ); break;
    case UNREGISTER: change_server( link, name, FALSE, why ); break;
    default:         import_file( name, why ); break;
    }
    if (status) say_why( why, L"the registry key %.255s cannot be changed, error %ld", name, status );
    link_send( link, WINEDVC_BYE, NULL, 0, 1, &string );
    return why[0] != 0;
}
