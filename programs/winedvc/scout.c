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
#include "advice.h"
#include "image.h"
#include "missing.h"
#include "server.h"

#define ALL_OPTION        L"--all"
#define CONNECTION_OPTION L"--connection"
#define PLUGIN_OPTION     L"--plugin"

struct scout
{
    struct link *link;
    REGSAM view;
    WCHAR **seen;       /* entries, and keys with theirs, already reported: HKCU is the same in both views */
    unsigned int count;
    UINT32 flags;       /* of what is reported now */
    BOOL all;           /* the flags of each key are wanted, and those that are switched off */
};

struct server
{
    WCHAR file[MAX_PATH * 4];
    WCHAR problem[256];
    UINT32 bits;
    UINT64 size;
    UINT64 time;
};

static void say_problem( struct server *server, const WCHAR *format, ... )
{
    va_list args;

    va_start( args, format );
    vswprintf( server->problem, ARRAY_SIZE(server->problem), format, args );
    va_end( args );
    server->problem[ARRAY_SIZE(server->problem) - 1] = 0;
}

/* Wine gives a prefix its 32-bit half when it makes it, or never; this is a program of 32 bits where it has no other. */
static BOOL prefix_has_32_bits( void )
{
    WCHAR path[MAX_PATH + 16];
    UINT length;

    if (sizeof(void *) == 4) return TRUE;
    length = GetSystemWow64DirectoryW( path, MAX_PATH );
    if (!length || length >= MAX_PATH) return FALSE;
    wcscat( path, L"\\ntdll.dll" );
    return GetFileAttributesW( path ) != INVALID_FILE_ATTRIBUTES;
}

static void inspect_image( const struct image *image, struct server *server )
{
    server->bits = image_bits( image );
    if (server->bits == 32 && image->is_dotnet && !prefix_has_32_bits())
    {
        server->bits = 0;
        say_problem( server, L"it is .NET code for 32-bit processes only, which needs a Wine prefix that was made by a "
                     L"Wine with 32-bit code, and Wine Mono in it: install the plug-in's version for AnyCPU or x64" );
    }
    if (server->bits || *server->problem) return;
    say_problem( server, L"it is code for %s processors, and this one is x86-64: install the plug-in's version for that "
                 L"(x64)", image_machine( image ) );
}

static void say_missing( const WCHAR *name, struct server *server )
{
    say_problem( server, missing_is_dotnet( name ) ? ADVICE_NO_DOTNET : ADVICE_NO_FILE );
}

static void inspect_file( struct server *server )
{
    struct image image;

    if (image_open( &image, server->file ))
    {
        inspect_image( &image, server );
        image_close( &image );
    }
    else if (GetLastError() == ERROR_BAD_EXE_FORMAT)
        say_problem( server, L"the file is not Windows code for x86-64 or i386: install the plug-in again" );
    else say_problem( server, L"the file cannot be read, error %lu", GetLastError() );
    server->size = image.size;
    server->time = image.time;
}

static void inspect_dll( const WCHAR *name, REGSAM view, struct server *server )
{
    if (server_find_file( name, view, server->file, ARRAY_SIZE(server->file) )) inspect_file( server );
    else say_missing( name, server );
}

static void inspect_command( const WCHAR *command, REGSAM view, struct server *server )
{
    if (server_find_program( command, view, server->file, ARRAY_SIZE(server->file) )) inspect_file( server );
    else say_missing( command, server );
}

/* The user's classes count first. */
static BOOL find_class( REFCLSID clsid, REGSAM view, WCHAR *name, DWORD count )
{
    return server_of_class( HKEY_CURRENT_USER, clsid, L"InprocServer32", view, name, count )
           || server_of_class( HKEY_LOCAL_MACHINE, clsid, L"InprocServer32", view, name, count );
}

static BOOL find_command( REFCLSID clsid, REGSAM view, WCHAR *command, DWORD count )
{
    return server_command( HKEY_CURRENT_USER, clsid, view, command, count )
           || server_command( HKEY_LOCAL_MACHINE, clsid, view, command, count );
}

static void inspect_class( REFCLSID clsid, REGSAM view, struct server *server )
{
    WCHAR name[ARRAY_SIZE(server->file)];

    if (find_class( clsid, view, name, ARRAY_SIZE(name) )) inspect_dll( name, view, server );
    else if (find_command( clsid, view, name, ARRAY_SIZE(name) )) inspect_command( name, view, server );
    else
        say_problem( server, L"its class is not registered in this Wine prefix: run the plug-in's installer or regsvr32 "
                     L"there" );
}

static void inspect_in( const WCHAR *text, REGSAM view, struct server *server )
{
    struct addin_entry entry;

    memset( server, 0, sizeof(*server) );
    if (FAILED(addin_entry_parse( text, &entry )))
        say_problem( server, L"its AddIns value is none of {CLSID}, file.dll and file.dll:{CLSID}: correct it, or "
                     L"remove the key" );
    else if (entry.dll) inspect_dll( entry.dll, view, server );
    else inspect_class( &entry.clsid, view, server );
    free( entry.dll );
}

/* Says which of two is used. */
static void tell_other( const struct scout *scout, const struct addin *addin, const struct server *used,
                        const struct server *other )
{
    static const struct winedvc_log level = { .level = WINEDVC_LOG_INFO };
    const WCHAR *why = used->bits == 64 ? L"which needs no 32-bit Wine" : L"as its AddIns key is for 32-bit programs";
    WCHAR text[1024];
    const WCHAR *string = text;

    swprintf( text, ARRAY_SIZE(text), L"plug-in %.100s is there twice, as %u-bit code in %.300s and as %u-bit code in "
              L"%.300s: the first is used, %s", addin->key, used->bits, used->file, other->bits, other->file, why );
    link_send( scout->link, WINEDVC_LOG, &level, sizeof(level), 1, &string );
}

/* HKCU's AddIns are one for both views, but what a 32-bit installer has written there means classes and files as it saw
 * them itself. */
static void inspect( const struct scout *scout, const struct addin *addin, struct server *server )
{
    struct server other;

    inspect_in( addin->entry, scout->view, server );
    inspect_in( addin->entry, scout->view ^ KEY_WOW64_64KEY ^ KEY_WOW64_32KEY, &other );
    if (!server->bits && (other.bits || (other.file[0] && !server->file[0]))) *server = other;
    else if (server->bits && other.bits && other.bits != server->bits) tell_other( scout, addin, server, &other );
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

static BOOL remember_key( struct scout *scout, const struct addin *addin )
{
    WCHAR text[1024];

    swprintf( text, ARRAY_SIZE(text), L"%.255s\n%.700s", addin->key, addin->entry );
    return remember( scout, text );
}

static BOOL has_value( const struct addin *addin, const WCHAR *value )
{
    return !RegGetValueW( addin->addins, addin->key, value, RRF_RT_ANY, NULL, NULL, NULL );
}

static UINT32 flags_of_key( const struct addin *addin )
{
    UINT32 flags = addin->root == HKEY_LOCAL_MACHINE ? WINEDVC_ADDIN_MACHINE : 0;

    if (has_value( addin, ADDIN_REGISTERED )) flags |= WINEDVC_ADDIN_REGISTERED;
    return flags;
}

static void tell( struct scout *scout, const struct addin *addin )
{
    struct winedvc_addin fixed = { 0 };
    const WCHAR *strings[4];
    struct server server;

    inspect( scout, addin, &server );
    fixed.bits = server.bits;
    fixed.flags = scout->flags;
    if (scout->all && addin->root) fixed.flags |= flags_of_key( addin );
    fixed.size = server.size;
    fixed.time = server.time;
    strings[0] = addin->key;
    strings[1] = addin->entry;
    strings[2] = server.file;
    strings[3] = server.problem;
    link_send( scout->link, WINEDVC_ADDIN, &fixed, sizeof(fixed), ARRAY_SIZE(strings), strings );
}

/* Each entry once, by the first key that has it. */
static BOOL report( const struct addin *addin, void *context )
{
    struct scout *scout = context;
    BOOL first = remember( scout, addin->entry );

    remember_key( scout, addin );
    if (first) tell( scout, addin );
    return TRUE;
}

/* By each key, which may be switched on again, unless that is on in another place, or has got another Name since. */
static BOOL report_disabled( const struct addin *addin, void *context )
{
    struct scout *scout = context;

    remember( scout, addin->entry );
    if (!has_value( addin, ADDIN_NAME ) && remember_key( scout, addin )) tell( scout, addin );
    return TRUE;
}

/* A plug-in that was named to us has no key: it goes by the name of its file, or by its class. */
static void report_value( struct scout *scout, const WCHAR *value )
{
    struct addin addin = { NULL, NULL, value, value };
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

/* How many are one: an option with its argument, or alone; 0 for what is none. */
static unsigned int option_count( unsigned int count, WCHAR **arguments )
{
    if (is_option( arguments[0], ALL_OPTION )) return 1;
    if (!is_option( arguments[0], CONNECTION_OPTION ) && !is_option( arguments[0], PLUGIN_OPTION )) return 0;
    return count > 1 ? 2 : 0;
}

BOOL scout_check_arguments( unsigned int count, WCHAR **arguments )
{
    unsigned int i, used;

    for (i = 0; i < count; i += used)
        if (!(used = option_count( count - i, arguments + i ))) return FALSE;
    return TRUE;
}

/* The plug-ins of one connection alone, HKCU's <connection>\AddIns in the place of Default\AddIns. */
static void report_connection( struct scout *scout, const WCHAR *connection )
{
    WCHAR path[512];

    /* the name of one key: a longer one there is not, and a backslash would lead into others */
    if (!connection[0] || wcslen( connection ) > 255 || wcschr( connection, '\\' )) return;
    swprintf( path, ARRAY_SIZE(path), ADDINS_CLIENT L"%s\\AddIns", connection );
    addins_enum_keys( HKEY_CURRENT_USER, path, 0, ADDIN_NAME, report, scout );
}

/* Of each --connection, or each --plugin. */
static void report_named( struct scout *scout, const WCHAR *option, unsigned int count, WCHAR **arguments )
{
    unsigned int i;

    scout->flags = WINEDVC_ADDIN_TEMPORARY;
    for (i = 0; i < count; i += option_count( count - i, arguments + i ))
    {
        if (!is_option( arguments[i], option )) continue;
        if (is_option( option, PLUGIN_OPTION )) report_value( scout, arguments[i + 1] );
        else report_connection( scout, arguments[i + 1] );
    }
    scout->flags = 0;
}

static void report_enabled_in( struct scout *scout, REGSAM view )
{
    scout->view = view;
    addins_enum( view, report, scout );
}

static void report_disabled_in( struct scout *scout, REGSAM view )
{
    scout->view = view;
    scout->flags = WINEDVC_ADDIN_DISABLED;
    addins_enum_keys( HKEY_CURRENT_USER, ADDINS_PATH, view, ADDIN_DISABLED, report_disabled, scout );
    addins_enum_keys( HKEY_LOCAL_MACHINE, ADDINS_PATH, view, ADDIN_DISABLED, report_disabled, scout );
    scout->flags = 0;
}

/* What one view has switched off sessions may load from the other. */
static void report_registered( struct scout *scout )
{
    report_enabled_in( scout, KEY_WOW64_64KEY );
    report_enabled_in( scout, KEY_WOW64_32KEY );
    if (scout->all)
    {
        report_disabled_in( scout, KEY_WOW64_64KEY );
        report_disabled_in( scout, KEY_WOW64_32KEY );
    }
    scout->view = KEY_WOW64_64KEY;
}

int scout_run( struct link *link, unsigned int count, WCHAR **arguments )
{
    static const WCHAR *why = L"";
    struct scout scout = { .link = link, .view = KEY_WOW64_64KEY };
    unsigned int i;

    for (i = 0; i < count; i += option_count( count - i, arguments + i ))
        if (is_option( arguments[i], ALL_OPTION )) scout.all = TRUE;
    report_named( &scout, CONNECTION_OPTION, count, arguments );
    report_registered( &scout );
    report_named( &scout, PLUGIN_OPTION, count, arguments );
    link_send( link, WINEDVC_BYE, NULL, 0, 1, &why );
    return 0;
}
