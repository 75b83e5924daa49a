/*
 * Has a program of its own serve a test's plug-in
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

#ifndef __MSTSCAX_TESTS_SERVED_H
#define __MSTSCAX_TESTS_SERVED_H

#include <stdarg.h>
#include <stdio.h>

#define COBJMACROS
#include "windef.h"
#include "winbase.h"
#include "ole2.h"

#include "wine/test.h"
#include "marshal.h"

/* The tests of a script run with a plug-in in a process of its own. */
extern BOOL is_served;
extern void func_channel(void), func_lifecycle(void), func_listener(void), func_receive(void), func_threads(void);

/*
 * A class that is registered with LocalServer32 for the plug-in of a test. The program is that of the tests, of either
 * bitness; in it served.c passes each call on, the client's to the plug-in and the plug-in's to the client, so that whatever
 * a script says goes through proxies and stubs in another process.
 */

#define SERVED_CLASS L"{3f1e6f27-41e8-4a8e-9a05-631d0c3e7703}"
#define SERVED_KEY   L"Software\\Classes\\CLSID\\" SERVED_CLASS

/* Auto-reset events: the program has told COM of its class; it may end, unless COM started it. */
#define SERVED_READY L"mstscax_test_ready"
#define SERVED_END   L"mstscax_test_end"

#define OWN_BITS   (8 * (unsigned int)sizeof(void *))
#define OTHER_BITS (96 - OWN_BITS)

struct served
{
    HKEY   root;
    REGSAM view;
    WCHAR  command[MAX_PATH * 2];   /* what starts the program */
    HANDLE ready, end, job, process;
};

/* The program of that bitness; FALSE if there is none, or no Wine for it. */
static inline BOOL served_find_program( unsigned int bits, WCHAR *path )
{
    static const WCHAR wide[] = L"\\x86_64-windows\\", narrow[] = L"\\i386-windows\\";
    const WCHAR *own = OWN_BITS == 64 ? wide : narrow, *other = OWN_BITS == 64 ? narrow : wide, *directory;
    WCHAR file[MAX_PATH];
    BOOL is_wow64;

    GetModuleFileNameW( NULL, path, MAX_PATH );
    if (bits == OWN_BITS) return TRUE;
    lstrcpyW( file, path );
    if (!(directory = wcsstr( file, own ))) return FALSE;
    swprintf( path, MAX_PATH, L"%.*s%s%s", (int)(directory - file), file, other, directory + wcslen( own ) );
    if (GetFileAttributesW( path ) == INVALID_FILE_ATTRIBUTES) return FALSE;
    if (bits == 64) return IsWow64Process( GetCurrentProcess(), &is_wow64 ) && is_wow64;
    return GetSystemWow64DirectoryW( file, MAX_PATH ) && GetFileAttributesW( file ) != INVALID_FILE_ATTRIBUTES;
}

static inline BOOL served_has_other(void)
{
    WCHAR path[MAX_PATH];
    BOOL has_other = served_find_program( OTHER_BITS, path );

    if (!has_other) skip( "there is no %u-bit program of these tests, or Wine runs none\n", OTHER_BITS );
    return has_other;
}

/* Where the registry has the classes of that bitness. The factory is that of the plug-in. */
static inline BOOL served_register( struct served *served, HKEY root, unsigned int bits, IClassFactory *factory )
{
    WCHAR program[MAX_PATH], text[600];
    LSTATUS error;
    HKEY key;

    memset( served, 0, sizeof(*served) );
    served->root = root;
    served->view = bits == 64 ? KEY_WOW64_64KEY : KEY_WOW64_32KEY;
    if (!served_find_program( bits, program )) return FALSE;
    if (!marshal_as_text( &IID_IClassFactory, factory, MSHLFLAGS_TABLESTRONG, text, ARRAY_SIZE(text) )) return FALSE;
    swprintf( served->command, ARRAY_SIZE(served->command), L"\"%s\" served %s", program, text );
    error = RegCreateKeyExW( root, SERVED_KEY L"\\LocalServer32", 0, NULL, 0, KEY_WRITE | served->view, NULL, &key, NULL );
    ok( !error, "got error %ld\n", error );
    if (error) return FALSE;
    RegSetValueExW( key, NULL, 0, REG_SZ, (BYTE *)served->command, (wcslen( served->command ) + 1) * sizeof(WCHAR) );
    RegCloseKey( key );
    return TRUE;
}

static inline void served_unregister( struct served *served )
{
    RegDeleteKeyExW( served->root, SERVED_KEY L"\\LocalServer32", served->view, 0 );
    RegDeleteKeyExW( served->root, SERVED_KEY, served->view, 0 );
}

/* Starts the program, so that it serves one session after the other; whoever finds it in a job leaves it alone. */
static inline BOOL served_start( struct served *served )
{
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = { .BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE };
    STARTUPINFOW startup = { .cb = sizeof(startup) };
    PROCESS_INFORMATION info;
    HANDLE waited[2];

    served->ready = CreateEventW( NULL, FALSE, FALSE, SERVED_READY );
    served->end = CreateEventW( NULL, FALSE, FALSE, SERVED_END );
    served->job = CreateJobObjectW( NULL, NULL );
    SetInformationJobObject( served->job, JobObjectExtendedLimitInformation, &limits, sizeof(limits) );
    if (!CreateProcessW( NULL, served->command, NULL, NULL, FALSE, CREATE_SUSPENDED, NULL, NULL, &startup, &info ))
    {
        ok( 0, "could not start %s, error %lu\n", wine_dbgstr_w( served->command ), GetLastError() );
        return FALSE;
    }
    served->process = info.hProcess;
    AssignProcessToJobObject( served->job, served->process );
    ResumeThread( info.hThread );
    CloseHandle( info.hThread );
    waited[0] = served->ready;
    waited[1] = served->process;
    if (!WaitForMultipleObjects( ARRAY_SIZE(waited), waited, FALSE, 60000 )) return TRUE;
    ok( 0, "the program does not get ready\n" );
    return FALSE;
}

static inline void served_stop( struct served *served )
{
    SetEvent( served->end );
    wait_child_process( served->process );
    CloseHandle( served->process );
    CloseHandle( served->job );
    CloseHandle( served->ready );
    CloseHandle( served->end );
}

#endif /* __MSTSCAX_TESTS_SERVED_H */
