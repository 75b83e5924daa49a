/*
 * The window that plug-ins take for the client's
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

#include "windef.h"
#include "winbase.h"
#include "winuser.h"

#include "window.h"

#include "wine/debug.h"

WINE_DEFAULT_DEBUG_CHANNEL(mstscax);

/* Milliseconds that those wait who ask for it first. Its thread may have to wait for a plug-in, which can have the
 * loader's lock, or hooks. */
#define START_LIMIT 5000

static const WCHAR class_name[] = L"TscShellContainerClass";

static HANDLE made;     /* event; NULL: there can be no window */
static HWND window;     /* atomic */

static DWORD CALLBACK window_run( void *arg )
{
    WNDCLASSW class = { .lpfnWndProc = DefWindowProcW, .hInstance = GetModuleHandleW( NULL ), .lpszClassName = class_name };
    HWND created;
    MSG message;

    RegisterClassW( &class );
    created = CreateWindowExW( WS_EX_TOOLWINDOW, class_name, L"Remote Desktop Connection", WS_POPUP, 0, 0,
                               GetSystemMetrics( SM_CXSCREEN ), GetSystemMetrics( SM_CYSCREEN ), NULL, NULL,
                               class.hInstance, NULL );
    if (!created) WARN( "There is no window, error %lu.\n", GetLastError() );
    InterlockedExchangePointer( (void **)&window, created );
    SetEvent( made );
    while (GetMessageW( &message, NULL, 0, 0 ) > 0) DispatchMessageW( &message );
    return 0;
}

static void window_start( void )
{
    HANDLE thread;

    if (!(made = CreateEventW( NULL, TRUE, FALSE, NULL ))) return;
    if ((thread = CreateThread( NULL, 0, window_run, NULL, 0, NULL ))) CloseHandle( thread );
    else SetEvent( made );
}

HWND window_get( void )
{
    static SRWLOCK lock = SRWLOCK_INIT;
    static BOOL tried;
    static LONG limit = START_LIMIT;

    AcquireSRWLockExclusive( &lock );
    if (!tried) window_start();
    tried = TRUE;
    ReleaseSRWLockExclusive( &lock );
    if (made && WaitForSingleObject( made, InterlockedOr( &limit, 0 ) )) InterlockedExchange( &limit, 0 );
    return InterlockedCompareExchangePointer( (void **)&window, NULL, NULL );
}

static BOOL contains( const BYTE *data, SIZE_T left, const void *bytes, SIZE_T size )
{
    const BYTE *next = data, *end = data + left;

    for (; (SIZE_T)(end - next) >= size; next++)
    {
        if (!(next = memchr( next, *(const BYTE *)bytes, end - next - size + 1 ))) return FALSE;
        if (!memcmp( next, bytes, size )) return TRUE;
    }
    return FALSE;
}

/* In either form that a program's texts have. */
static BOOL names_class( const BYTE *data, SIZE_T size )
{
    char narrow[ARRAY_SIZE(class_name)];
    unsigned int i;

    for (i = 0; i < ARRAY_SIZE(class_name); i++) narrow[i] = class_name[i];
    return contains( data, size, narrow, sizeof(narrow) - 1 )
           || contains( data, size, class_name, sizeof(class_name) - sizeof(WCHAR) );
}

/* NULL if that fails, or nothing is in it. */
static BYTE *map_file( const WCHAR *name, SIZE_T *size )
{
    HANDLE file = CreateFileW( name, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_DELETE, NULL, OPEN_EXISTING, 0, NULL );
    HANDLE mapping = NULL;
    BYTE *data = NULL;
    LARGE_INTEGER end;

    if (file == INVALID_HANDLE_VALUE) return NULL;
    if (GetFileSizeEx( file, &end )) mapping = CreateFileMappingW( file, NULL, PAGE_READONLY, 0, 0, NULL );
    if (mapping) data = MapViewOfFile( mapping, FILE_MAP_READ, 0, 0, 0 );
    if (mapping) CloseHandle( mapping );
    CloseHandle( file );
    *size = data ? end.QuadPart : 0;
    return data;
}

void window_expect( const WCHAR *file )
{
    SIZE_T size;
    BYTE *data;

    if (!(data = map_file( file, &size ))) return;
    if (names_class( data, size ))
    {
        TRACE( "%s looks for the client's window.\n", debugstr_w( file ) );
        window_get();
    }
    UnmapViewOfFile( data );
}
