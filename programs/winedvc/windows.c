/*
 * Windows that plug-ins show
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

#include "windows.h"

#define RAISE_LIMIT 1000 /* milliseconds */

struct search
{
    BOOL   found, first;
    WCHAR *title;
    int    count;
};

static BOOL is_seen( HWND window )
{
    RECT rect;

    return IsWindowVisible( window ) && GetWindowRect( window, &rect ) && !IsRectEmpty( &rect );
}

/* A window manager puts nothing above a client in full screen but what gets the focus, as a new window does; it does
 * not heed Wine's own SetForegroundWindow there. These calls wait for the window's thread. */
static DWORD CALLBACK raise_thread( void *window )
{
    SetWindowPos( window, HWND_TOPMOST, 0, 0, 0, 0, SWP_NOMOVE | SWP_NOSIZE | SWP_NOACTIVATE | SWP_HIDEWINDOW );
    SetWindowPos( window, HWND_TOPMOST, 0, 0, 0, 0, SWP_NOMOVE | SWP_NOSIZE | SWP_SHOWWINDOW );
    return 0;
}

/* Returns FALSE if it was done before. */
static BOOL raise_once( HWND window )
{
    static const WCHAR raised[] = L"winedvc.raised";
    HANDLE thread;

    if (GetPropW( window, raised ) || !SetPropW( window, raised, window )) return FALSE;
    if (!(thread = CreateThread( NULL, 0, raise_thread, window, 0, NULL ))) return TRUE;
    WaitForSingleObject( thread, RAISE_LIMIT );
    CloseHandle( thread );
    return TRUE;
}

/* The topmost comes first. */
static BOOL CALLBACK take_window( HWND window, LPARAM context )
{
    struct search *search = (struct search *)context;
    DWORD process;

    if (!GetWindowThreadProcessId( window, &process ) || process != GetCurrentProcessId() || !is_seen( window ))
        return TRUE;
    search->found = TRUE;
    /* WM_GETTEXT would wait for the window's thread */
    InternalGetWindowText( window, search->title, search->count );
    search->first = raise_once( window );
    return FALSE;
}

BOOL windows_raise( WCHAR *title, int count, BOOL *first )
{
    struct search search = { FALSE, FALSE, title, count };

    title[0] = 0;
    EnumWindows( take_window, (LPARAM)&search );
    *first = search.first;
    return search.found;
}
