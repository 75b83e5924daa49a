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

#include "guard.h"

/* The goodbye is said by a thread of its own: the one that crashed may have no stack left. */
#define GOODBYE_TIMEOUT 2000

static struct
{
    struct link *link;
    HANDLE crashed, said;
    LONG   taken;
    DWORD  code, thread;
    const BYTE *address;
} guard;

static const WCHAR *describe( DWORD code )
{
    switch (code)
    {
    case EXCEPTION_ACCESS_VIOLATION:   return L"access violation";
    case EXCEPTION_STACK_OVERFLOW:     return L"stack overflow";
    case EXCEPTION_ILLEGAL_INSTRUCTION: return L"illegal instruction";
    case EXCEPTION_INT_DIVIDE_BY_ZERO: return L"division by zero";
    case 0xe06d7363:    /* of Microsoft's compiler, and of gcc */
    case 0x20474343:                   return L"C++ exception";
    default:                           return L"exception";
    }
}

static DWORD CALLBACK guard_thread( void *arg )
{
    WCHAR module_name[MAX_PATH] = L"no module", text[MAX_PATH + 160];
    const WCHAR *string = text;
    HMODULE module = NULL;

    WaitForSingleObject( guard.crashed, INFINITE );
    if (GetModuleHandleExW( GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
                            (const WCHAR *)guard.address, &module ))
        GetModuleFileNameW( module, module_name, ARRAY_SIZE(module_name) );
    swprintf( text, ARRAY_SIZE(text), L"it crashed: %s (%#lx) in %.260s at %#Ix, thread %04lx; its channels are closed "
              L"and the session goes on: report this to the plug-in's vendor", describe( guard.code ), guard.code,
              module_name, (SIZE_T)(guard.address - (const BYTE *)module), guard.thread );
    link_send( guard.link, WINEDVC_BYE, NULL, 0, 1, &string );
    SetEvent( guard.said );
    return 0;
}

static LONG WINAPI guard_filter( EXCEPTION_POINTERS *exception )
{
    if (InterlockedExchange( &guard.taken, TRUE )) WaitForSingleObject( guard.said, INFINITE );
    guard.code = exception->ExceptionRecord->ExceptionCode;
    guard.address = exception->ExceptionRecord->ExceptionAddress;
    guard.thread = GetCurrentThreadId();
    SetEvent( guard.crashed );
    WaitForSingleObject( guard.said, GOODBYE_TIMEOUT );
    TerminateProcess( GetCurrentProcess(), 1 );
    return EXCEPTION_EXECUTE_HANDLER;
}

void guard_start( struct link *link )
{
    HANDLE thread;

    guard.link = link;
    guard.crashed = CreateEventW( NULL, FALSE, FALSE, NULL );
    guard.said = CreateEventW( NULL, TRUE, FALSE, NULL );
    if (!guard.crashed || !guard.said || !(thread = CreateThread( NULL, 0, guard_thread, NULL, 0, NULL ))) return;
    CloseHandle( thread );
    SetUnhandledExceptionFilter( guard_filter );
}
