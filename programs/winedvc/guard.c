/*
 * What happens when a plug-in crashes
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

#include "windef.h"
#include "winbase.h"

#include "culprit.h"
#include "guard.h"

/* The goodbye is said by the thread that waits: the one that crashed may have no stack left. */
#define GOODBYE_TIMEOUT 2000

static struct
{
    struct link *link;
    HANDLE crashed, said;
    LONG   taken;
    DWORD  thread;
    struct culprit culprit;
} guard;

static void say_goodbye( const BYTE *address )
{
    WCHAR module_name[MAX_PATH] = L"no module", what[256], text[MAX_PATH + 512];
    const WCHAR *string = text;
    HMODULE module = culprit_module( address );

    if (module) GetModuleFileNameW( module, module_name, ARRAY_SIZE(module_name) );
    culprit_describe( &guard.culprit, what, ARRAY_SIZE(what) );
    swprintf( text, ARRAY_SIZE(text), L"it crashed: %s (%#lx) in %.260s at %#Ix, thread %04lx; its channels are closed "
              L"and the session goes on: report this to the plug-in's vendor", what,
              guard.culprit.record.ExceptionCode, module_name, (SIZE_T)(address - (const BYTE *)module),
              guard.culprit.thread );
    link_send( guard.link, WINEDVC_BYE, NULL, 0, 1, &string );
    SetEvent( guard.said );
}

static LONG WINAPI guard_filter( EXCEPTION_POINTERS *exception )
{
    /* the guard's own thread has met a stack that leads nowhere */
    if (GetCurrentThreadId() == guard.thread) say_goodbye( guard.culprit.record.ExceptionAddress );
    if (InterlockedExchange( &guard.taken, TRUE )) WaitForSingleObject( guard.said, INFINITE );
    else culprit_take( &guard.culprit, exception );
    SetEvent( guard.crashed );
    WaitForSingleObject( guard.said, GOODBYE_TIMEOUT );
    TerminateProcess( GetCurrentProcess(), 1 );
    return EXCEPTION_EXECUTE_HANDLER;
}

BOOL guard_start( struct link *link )
{
    guard.link = link;
    guard.crashed = CreateEventW( NULL, FALSE, FALSE, NULL );
    guard.said = CreateEventW( NULL, TRUE, FALSE, NULL );
    if (!guard.crashed || !guard.said) return FALSE;
    SetUnhandledExceptionFilter( guard_filter );
    return TRUE;
}

BOOL guard_wait( HANDLE event, DWORD timeout )
{
    HANDLE handles[] = { guard.crashed, event };
    DWORD ret;

    guard.thread = GetCurrentThreadId();
    while (!(ret = WaitForMultipleObjects( ARRAY_SIZE(handles), handles, FALSE, timeout )))
        say_goodbye( culprit_address( &guard.culprit ) );
    guard.thread = 0;
    return ret == WAIT_OBJECT_0 + 1;
}
