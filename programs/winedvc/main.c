/*
 * The host of plug-ins
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

#include "stack.h"
#include "winedvc.h"

#define DEBUGGER_LIMIT 600000

static int usage( void )
{
    fputs( "winedvc.exe is started by the FreeRDP addin (xfreerdp /vc:winedvc), or by the command winedvc, with a socket as\n"
           "standard input:\n"
           "  winedvc.exe scout [--all] [--connection <name>]... [--plugin <AddIns value>]...\n"
           "                                        reports the registered plug-ins, and these\n"
           "  winedvc.exe host <AddIns value>...    runs these plug-ins\n"
           "  winedvc.exe debug <AddIns value>...   the same, when a debugger has come\n"
           "  winedvc.exe registry <what> <key, or file> [<AddIns value>]   changes what is registered\n", stderr );
    return 2;
}

/* "winedvc --version" looks for it in the file. */
static const char version_mark[] = "winedvc.exe " WINEDVC_VERSION;

/* Ours, Wine's, the kernel's: what a report of a problem needs. */
static void describe( WCHAR *text, size_t size )
{
    HMODULE ntdll = GetModuleHandleW( L"ntdll.dll" );
    const char *(CDECL *get_build)( void ) = (void *)GetProcAddress( ntdll, "wine_get_build_id" );
    void (CDECL *get_host)( const char **, const char ** ) = (void *)GetProcAddress( ntdll, "wine_get_host_version" );
    const char *system = "unknown system", *release = "";
    OSVERSIONINFOW windows = { .dwOSVersionInfoSize = sizeof(windows) };

    if (get_host) get_host( &system, &release );
    GetVersionExW( &windows );
    swprintf( text, size, L"%hs, %hs as Windows %lu.%lu.%lu, %hs %hs", version_mark,
              get_build ? get_build() : "no Wine", windows.dwMajorVersion, windows.dwMinorVersion,
              windows.dwBuildNumber, system, release );
    text[size - 1] = 0;
}

static void say_hello( struct link *link )
{
    struct winedvc_hello hello = { WINEDVC_MAJOR, WINEDVC_MINOR, 8 * sizeof(void *), GetCurrentProcessId(), 0 };
    WCHAR text[256];
    const WCHAR *versions = text;

    describe( text, ARRAY_SIZE(text) );
    link_send( link, WINEDVC_HELLO, &hello, sizeof(hello), 1, &versions );
}

/* Before anything of a plug-in is loaded. Who has asked for it may be gone: then it ends. */
static BOOL await_debugger( struct link *link )
{
    static const WCHAR *why = L"no debugger has come in ten minutes: attach one, or leave out --debug";
    ULONGLONG start = GetTickCount64();

    while (!IsDebuggerPresent() && GetTickCount64() - start < DEBUGGER_LIMIT) Sleep( 50 );
    if (IsDebuggerPresent()) return TRUE;
    link_send( link, WINEDVC_BYE, NULL, 0, 1, &why );
    return FALSE;
}

int wmain( int argc, WCHAR **argv )
{
    static struct link link;
    BOOL scout = argc > 1 && !wcscmp( argv[1], L"scout" ) && scout_check_arguments( argc - 2, argv + 2 );
    BOOL debug = argc > 2 && !wcscmp( argv[1], L"debug" ), host = debug || (argc > 2 && !wcscmp( argv[1], L"host" ));
    BOOL registry = argc > 1 && !wcscmp( argv[1], L"registry" ) && registry_check_arguments( argc - 2, argv + 2 );

    if (!scout && !host && !registry) return usage();
    stack_trim();
    SetErrorMode( SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX | SEM_NOOPENFILEERRORBOX );
    if (!link_open( &link ))
    {
        fprintf( stderr, "winedvc.exe: standard input is no usable socket, error %lu\n", GetLastError() );
        return usage();
    }
    say_hello( &link );
    if (debug && !await_debugger( &link )) return 1;
    if (scout) return scout_run( &link, argc - 2, argv + 2 );
    return host ? host_run( &link, argc - 2, argv + 2 ) : registry_run( &link, argc - 2, argv + 2 );
}
