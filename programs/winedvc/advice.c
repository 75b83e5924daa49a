/*
 * What a person can do about a plug-in that does not work
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
#include "advice.h"
#include "image.h"
#include "missing.h"
#include "server.h"

/* By enum WINE_DVC_CAUSE: what stands behind the text, if anything does. */
static const WCHAR *const mends[] =
{
    [WINE_DVC_CAUSE_FILE]       = L": WINEDEBUG=+module may show more",
    [WINE_DVC_CAUSE_EXPORTS]    = L": it is no channel plug-in, or its AddIns value needs its class, as in file.dll:{CLSID}",
    [WINE_DVC_CAUSE_CLASS]      = L": run the plug-in's installer or regsvr32 there",
    [WINE_DVC_CAUSE_PROGRAM]    = L": install the plug-in again, or remove its AddIns key",
    [WINE_DVC_CAUSE_PROXIES]    = L": is this Wine prefix yours to write to?",
    [WINE_DVC_CAUSE_REFUSED]    = L": see its own settings or log",
    [WINE_DVC_CAUSE_ENDED]      = L"; its channels are closed and the session goes on: report this to the plug-in's vendor",
    [WINE_DVC_CAUSE_STATIC]     = L"; report this to the plug-in's vendor",
    [WINE_DVC_CAUSE_REGISTERED] = L" (wine regsvr32 /u with this mstscax.dll undoes it)",
};

static BOOL say( WCHAR *text, const WCHAR *format, ... )
{
    va_list args;

    va_start( args, format );
    vswprintf( text, ADVICE_MAX, format, args );
    va_end( args );
    text[ADVICE_MAX - 1] = 0;
    return TRUE;
}

void advice_add( const WCHAR *said, WINE_DVC_CAUSE cause, WCHAR text[ADVICE_MAX] )
{
    const WCHAR *mend = cause < ARRAY_SIZE(mends) ? mends[cause] : NULL;

    say( text, L"%s%s", said, mend && *said ? mend : L"" );
}

/* The DLL of an entry or of its class, the user's before one of all users, as it is written there. */
static BOOL find_dll( const struct addin_entry *entry, WCHAR *dll, DWORD count )
{
    if (entry->dll) lstrcpynW( dll, entry->dll, count );
    return entry->dll || server_of_class( HKEY_CURRENT_USER, &entry->clsid, L"InprocServer32", 0, dll, count )
           || server_of_class( HKEY_LOCAL_MACHINE, &entry->clsid, L"InprocServer32", 0, dll, count );
}

static BOOL is_dotnet( const WCHAR *file )
{
    struct image image;
    BOOL ret;

    if (missing_is_dotnet( file )) return TRUE;
    if (!image_open( &image, file )) return FALSE;
    ret = image.is_dotnet;
    image_close( &image );
    return ret;
}

/* FALSE if there is nothing to be seen. .NET code is asked for after a failure, since whatever runs it may have a way of its
 * own. */
static BOOL explain_load( const WCHAR *dll, HRESULT hr, WCHAR text[ADVICE_MAX] )
{
    unsigned int bits = 8 * sizeof(void *);
    WCHAR file[MAX_PATH * 4], missing[400];

    if (!server_find_file( dll, 0, file, ARRAY_SIZE(file) ))
        return say( text, L"%s", missing_is_dotnet( dll ) ? ADVICE_NO_DOTNET : ADVICE_NO_FILE );
    if (is_dotnet( file ) && !missing_has_dotnet()) return say( text, ADVICE_NO_DOTNET );
    if (hr == HRESULT_FROM_WIN32( ERROR_BAD_EXE_FORMAT ))
        return say( text, L"it is not %u-bit Windows code: install the plug-in's %u-bit version", bits, bits );
    if (missing_find( file, missing, ARRAY_SIZE(missing) )) return say( text, L"it needs %s", missing );
    if (hr == HRESULT_FROM_WIN32( ERROR_DLL_INIT_FAILED ))
        return say( text, L"its start-up code (DllMain) refused to run, or crashed: ask the plug-in's vendor" );
    return FALSE;
}

static BOOL explain( const struct addin_entry *entry, HRESULT hr, WINE_DVC_CAUSE cause, WCHAR text[ADVICE_MAX] )
{
    WCHAR dll[MAX_PATH * 4];

    if (cause != WINE_DVC_CAUSE_FILE && (cause != WINE_DVC_CAUSE_OBJECT || entry->dll)) return FALSE;
    if (!find_dll( entry, dll, ARRAY_SIZE(dll) )) return FALSE;
    if (cause == WINE_DVC_CAUSE_FILE) return explain_load( dll, hr, text );
    return missing_is_dotnet( dll ) && !missing_has_dotnet() && say( text, ADVICE_NO_DOTNET );
}

void advice_of_failure( const WCHAR *value, HRESULT hr, const WCHAR *reason, WINE_DVC_CAUSE cause, WCHAR text[ADVICE_MAX] )
{
    struct addin_entry entry;
    BOOL explained;

    if (FAILED(addin_entry_parse( value, &entry ))) memset( &entry, 0, sizeof(entry) );
    explained = explain( &entry, hr, cause, text );
    free( entry.dll );
    if (!explained) advice_add( reason, cause, text );
}
