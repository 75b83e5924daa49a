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

#include "windef.h"
#include "winbase.h"
#include "winuser.h"

#include "image.h"
#include "window.h"

#include "wine/debug.h"

WINE_DEFAULT_DEBUG_CHANNEL(mstscax);

static const WCHAR class_name[] = L"TscShellContainerClass";

struct start
{
    HANDLE made;        /* event */
    HWND   window;
};

static DWORD CALLBACK window_run( void *arg )
{
    WNDCLASSW class = { .lpfnWndProc = DefWindowProcW, .hInstance = GetModuleHandleW( NULL ), .lpszClassName = class_name };
    struct start *start = arg;
    MSG message;

    RegisterClassW( &class );
    start->window = CreateWindowExW( WS_EX_TOOLWINDOW, class_name, L"Remote Desktop Connection", WS_POPUP, 0, 0,
                                     GetSystemMetrics( SM_CXSCREEN ), GetSystemMetrics( SM_CYSCREEN ), NULL, NULL,
                                     class.hInstance, NULL );
    if (!start->window) WARN( "There is no window, error %lu.\n", GetLastError() );
    SetEvent( start->made );    /* from here on it is not there any more */
    while (GetMessageW( &message, NULL, 0, 0 ) > 0) DispatchMessageW( &message );
    return 0;
}

static HWND window_create( void )
{
    struct start start = { .made = CreateEventW( NULL, TRUE, FALSE, NULL ) };
    HANDLE thread = start.made ? CreateThread( NULL, 0, window_run, &start, 0, NULL ) : NULL;

    if (thread) WaitForSingleObject( start.made, INFINITE );
    if (thread) CloseHandle( thread );
    if (start.made) CloseHandle( start.made );
    return start.window;
}

HWND window_get( void )
{
    static SRWLOCK lock = SRWLOCK_INIT;
    static BOOL tried;
    static HWND window;

    AcquireSRWLockExclusive( &lock );
    if (!tried) window = window_create();
    tried = TRUE;
    ReleaseSRWLockExclusive( &lock );
    return window;
}

/* In either form that a program's texts have. */
void window_expect( const WCHAR *file )
{
    char narrow[ARRAY_SIZE(class_name)];
    struct image image;
    unsigned int i;

    if (!image_open( &image, file )) return;
    for (i = 0; i < ARRAY_SIZE(class_name); i++) narrow[i] = class_name[i];
    if (image_contains( &image, narrow, sizeof(narrow) - 1 )
        || image_contains( &image, class_name, sizeof(class_name) - sizeof(WCHAR) ))
    {
        TRACE( "%s looks for the client's window.\n", debugstr_w( file ) );
        window_get();
    }
    image_close( &image );
}
