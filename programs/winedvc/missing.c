/*
 * Why a DLL cannot be loaded
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

#define COBJMACROS
#include "windef.h"
#include "winbase.h"
#include "objbase.h"

#include "image.h"
#include "missing.h"

/* Chains are short, and whoever has more DLLs than this has another problem. */
#define MAX_DEPTH 16
#define MAX_SEEN  512

struct walk
{
    WCHAR directory[MAX_PATH * 4];      /* of the first DLL, which Windows searches before its own */
    WCHAR seen[MAX_SEEN][64];           /* names that were looked at; of longer ones the beginning */
    unsigned int seen_count;
    WCHAR chain[MAX_DEPTH][IMAGE_MAX_NAME];
    WCHAR *text;
    SIZE_T count;
};

static BOOL walk_see( struct walk *walk, const WCHAR *name )
{
    unsigned int i;

    for (i = 0; i < walk->seen_count; i++)
        if (!wcsnicmp( walk->seen[i], name, ARRAY_SIZE(walk->seen[i]) - 1 )) return FALSE;
    if (walk->seen_count == MAX_SEEN) return FALSE;
    lstrcpynW( walk->seen[walk->seen_count++], name, ARRAY_SIZE(walk->seen[0]) );
    return TRUE;
}

/* What a person has to do for a DLL that is everybody's. */
static const WCHAR *advise( const WCHAR *name )
{
    static const WCHAR *const runtimes[] = { L"vcruntime", L"msvcp", L"msvcr", L"mfc", L"concrt", L"vcomp", L"ucrtbase" };
    SIZE_T length = wcslen( name );
    unsigned int i;

    for (i = 0; i < ARRAY_SIZE(runtimes); i++)
    {
        if (wcsnicmp( name, runtimes[i], wcslen( runtimes[i] ) )) continue;
        if (length > 5 && !wcsicmp( name + length - 5, L"d.dll" ))
            return L"which only developers have: ask the plug-in's vendor for a release build";
        return L"a part of Microsoft's Visual C++ runtime: install that in this Wine prefix (vc_redist of the plug-in's "
               L"bits, or winetricks' vcrun2022 or older)";
    }
    return L"which is not in this Wine prefix: install the plug-in with its own installer, or what else brings that DLL";
}

static void walk_describe( struct walk *walk, unsigned int depth, const WCHAR *found )
{
    SIZE_T used = 0;
    unsigned int i;

    for (i = 0; i <= depth && used < walk->count; i++)
        used += max( 0, swprintf( walk->text + used, walk->count - used, i ? L", which needs %.80s" : L"%.80s",
                                  walk->chain[i] ) );
    if (used >= walk->count) return;
    if (!found) swprintf( walk->text + used, walk->count - used, L", %s", advise( walk->chain[depth] ) );
    else swprintf( walk->text + used, walk->count - used, L", but %.260s is not %Iu-bit code: install that DLL for %Iu-bit "
                   L"programs", found, 8 * sizeof(void *), 8 * sizeof(void *) );
}

/* FALSE if the file is none that is here; FALSE in usable if no process of these bits can load it. */
static BOOL walk_find_file( const struct walk *walk, const WCHAR *name, WCHAR *path, DWORD count, struct image *image )
{
    DWORD size = SearchPathW( walk->directory, name, L".dll", count, path, NULL );

    if (!size || size >= count) size = SearchPathW( NULL, name, L".dll", count, path, NULL );
    return size && size < count && image_open( image, path );
}

static BOOL walk_imports( struct walk *walk, const struct image *image, unsigned int depth );

/* TRUE: this one is the reason, or one that it needs. */
static BOOL walk_import( struct walk *walk, const WCHAR *name, unsigned int depth )
{
    WCHAR path[MAX_PATH * 4];
    struct image image;
    BOOL ret = FALSE;

    if (GetModuleHandleW( name ) || !walk_see( walk, name )) return FALSE;
    wcscpy( walk->chain[depth], name );
    if (!walk_find_file( walk, name, path, ARRAY_SIZE(path), &image ))
    {
        if (LoadLibraryW( name )) return FALSE; /* one of Wine's, which need not be a file */
        walk_describe( walk, depth, NULL );
        return TRUE;
    }
    if (image_bits( &image ) != 8 * sizeof(void *))
    {
        walk_describe( walk, depth, path );
        ret = TRUE;
    }
    else if (!image.is_wines && depth + 1 < MAX_DEPTH) ret = walk_imports( walk, &image, depth + 1 );
    image_close( &image );
    return ret;
}

static BOOL walk_imports( struct walk *walk, const struct image *image, unsigned int depth )
{
    WCHAR name[IMAGE_MAX_NAME];
    DWORD i;

    for (i = 0; image_import( image, i, name ); i++)
        if (walk_import( walk, name, depth )) return TRUE;
    return FALSE;
}

BOOL missing_find( const WCHAR *file, WCHAR *text, SIZE_T count )
{
    struct walk *walk = calloc( 1, sizeof(*walk) );
    struct image image;
    WCHAR *end;
    BOOL ret;

    if (!walk) return FALSE;
    walk->text = text;
    walk->count = count;
    lstrcpynW( walk->directory, file, ARRAY_SIZE(walk->directory) );
    if ((end = wcsrchr( walk->directory, '\\' ))) *end = 0;
    if ((ret = image_open( &image, file )))
    {
        ret = walk_imports( walk, &image, 0 );
        image_close( &image );
    }
    free( walk );
    return ret;
}

BOOL missing_is_dotnet( const WCHAR *server )
{
    const WCHAR *file = server + wcslen( server );

    while (file > server && !wcschr( L"\\/:", file[-1] )) file--;
    return !wcsicmp( file, L"mscoree.dll" ) || !wcsicmp( file, L"mscoree" );
}

typedef HRESULT (STDMETHODCALLTYPE *bind_to_runtime_proc)( const WCHAR *version, const WCHAR *flavor, DWORD flags,
                                                           REFCLSID clsid, REFIID riid, void **out );

BOOL missing_has_dotnet( void )
{
    static const GUID runtime_host = { 0xcb2f6723, 0xab3a, 0x11d2, { 0x9c, 0x40, 0x00, 0xc0, 0x4f, 0xa3, 0x0a, 0x3e } };
    static const GUID iid_runtime_host = { 0xcb2f6722, 0xab3a, 0x11d2,
                                           { 0x9c, 0x40, 0x00, 0xc0, 0x4f, 0xa3, 0x0a, 0x3e } };
    HMODULE module = LoadLibraryW( L"mscoree.dll" );
    bind_to_runtime_proc bind = module ? (void *)GetProcAddress( module, "CorBindToRuntimeEx" ) : NULL;
    IUnknown *host = NULL;

    if (!bind || FAILED(bind( L"v4.0.30319", L"wks", 0, &runtime_host, &iid_runtime_host, (void **)&host ))) return FALSE;
    if (host) IUnknown_Release( host );
    return TRUE;
}
