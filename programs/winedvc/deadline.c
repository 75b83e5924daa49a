/*
 * The latest end of the process
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

#include "deadline.h"

static HANDLE begun;
static DWORD deadline_limit;

/* There from the start: where the loader's lock is held for ever no thread begins any more. */
static DWORD CALLBACK deadline_thread( void *arg )
{
    WaitForSingleObject( begun, INFINITE );
    WaitForSingleObject( GetCurrentProcess(), deadline_limit );
    TerminateProcess( GetCurrentProcess(), 1 );
    return 0;
}

BOOL deadline_prepare( DWORD limit )
{
    HANDLE thread;

    deadline_limit = limit;
    if (!(begun = CreateEventW( NULL, TRUE, FALSE, NULL ))) return FALSE;
    if (!(thread = CreateThread( NULL, 0, deadline_thread, NULL, 0, NULL ))) return FALSE;
    CloseHandle( thread );
    return TRUE;
}

void deadline_begin( void )
{
    SetEvent( begun );
}
