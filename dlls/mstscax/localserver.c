/*
 * Plug-ins that a program of its own serves
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
#include "winsvc.h"
#include "winuser.h"
#include "tlhelp32.h"
#include "objbase.h"
#include "wine/list.h"

#include "localserver.h"
#include "server.h"

#include "wine/debug.h"

WINE_DEFAULT_DEBUG_CHANNEL(mstscax);

/* Milliseconds: until COM knows its class, as COM itself waits; to end when nobody uses it. */
#define START_LIMIT 30000
#define END_LIMIT   2000
#define STOP_LIMIT  2000    /* of a service */

/* Milliseconds in which a program may get ready for other classes, too, before one of its own starts for these. */
#define SHARED_LIMIT 5000

/* Milliseconds between two looks for a program's process: looking takes time, and who is killed meanwhile leaves it. */
#define MAX_PAUSE 500

/* Programs of one class that run at a time: more than one only where some do not end. */
#define MAX_PROCESSES 16

/* [MS-DCOM] 2.2.18 */
#define OBJREF_SIGNATURE 0x574f454d
#define OBJREF_STANDARD  1

#define PROCESS_RIGHTS (SYNCHRONIZE | PROCESS_QUERY_INFORMATION | PROCESS_TERMINATE | PROCESS_SET_QUOTA)

struct local_server
{
    HANDLE job;             /* NULL if there is none */
    HANDLE process;         /* NULL if it is not known */
    BOOL   is_anothers;     /* none of ours started it, and it may stay */
    WCHAR  program[MAX_PATH];
    HANDLE stop;            /* event: COM has started the program, or failed to */
    LONG64 ready_time;      /* since when COM knows its class, or should; 0 before its start */
    LONG   users;           /* that may still call what came from it */
    LONG   uses;            /* that have not been closed */
    LONG   closed;
    void (*ended)( void *context, const WCHAR *why );
    void  *context;
    HANDLE wait;
    /* protected by starts_lock */
    struct list entry;      /* in starts */
    ULONGLONG since;
};

/* Programs that are starting. */
static SRWLOCK starts_lock = SRWLOCK_INIT;
static CONDITION_VARIABLE starts_changed = CONDITION_VARIABLE_INIT;
static struct list starts = { &starts, &starts };

static const WCHAR *file_name( const WCHAR *path )
{
    const WCHAR *name = wcsrchr( path, '\\' );
    return name ? name + 1 : path;
}

static HANDLE create_job( REFCLSID clsid )
{
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = { .BasicLimitInformation.LimitFlags =
        JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE | JOB_OBJECT_LIMIT_SILENT_BREAKAWAY_OK };
    WCHAR name[64] = L"mstscax ";
    HANDLE job;

    StringFromGUID2( clsid, name + wcslen( name ), 39 );
    job = CreateJobObjectW( NULL, name );
    if (job && SetInformationJobObject( job, JobObjectExtendedLimitInformation, &limits, sizeof(limits) )) return job;
    WARN( "The program may outlive the session, error %lu.\n", GetLastError() );
    if (job) CloseHandle( job );
    return NULL;
}

static void take_process( struct local_server *server, HANDLE process )
{
    server->process = process;
    if (server->job && !AssignProcessToJobObject( server->job, process ))
        WARN( "The program may outlive the session, error %lu.\n", GetLastError() );
}

/* One that another process of ours started. */
static HANDLE find_process( HANDLE job )
{
    struct { JOBOBJECT_BASIC_PROCESS_ID_LIST list; ULONG_PTR more[MAX_PROCESSES - 1]; } ids;
    HANDLE process = NULL;
    DWORD i;

    memset( &ids, 0, sizeof(ids) );
    if (!job || !QueryInformationJobObject( job, JobObjectBasicProcessIdList, &ids, sizeof(ids), NULL )) return NULL;
    for (i = 0; !process && i < ids.list.NumberOfProcessIdsInList; i++)
        process = OpenProcess( PROCESS_RIGHTS, FALSE, ids.list.ProcessIdList[i] );
    return process;
}

/* A child of this process with the program's name that is in no job. */
static HANDLE find_child( const WCHAR *program )
{
    HANDLE snapshot = CreateToolhelp32Snapshot( TH32CS_SNAPPROCESS, 0 ), process = NULL;
    const WCHAR *file = file_name( program );
    PROCESSENTRY32W entry = { .dwSize = sizeof(entry) };
    BOOL more, in_job;

    if (snapshot == INVALID_HANDLE_VALUE) return NULL;
    for (more = Process32FirstW( snapshot, &entry ); more && !process; more = Process32NextW( snapshot, &entry ))
    {
        if (entry.th32ParentProcessID != GetCurrentProcessId() || wcsicmp( entry.szExeFile, file )) continue;
        if (!(process = OpenProcess( PROCESS_RIGHTS, FALSE, entry.th32ProcessID ))) continue;
        if (IsProcessInJob( process, NULL, &in_job ) && !in_job) break;
        CloseHandle( process );
        process = NULL;
    }
    CloseHandle( snapshot );
    return process;
}

/* Whose an object is that a proxy stands for: Wine has the process's id in the upper half of an OXID, which COM puts behind
 * the head of what it marshals. 0 if that is something else. */
static DWORD find_owner( IUnknown *proxy )
{
    static const LARGE_INTEGER begin;
    struct { UINT32 signature, flags; IID iid; UINT32 std_flags, references; UINT64 oxid; } reference = { 0 };
    IUnknown *same;
    IStream *stream;
    HRESULT hr;

    if (FAILED(CreateStreamOnHGlobal( NULL, TRUE, &stream ))) return 0;
    hr = CoMarshalInterface( stream, &IID_IUnknown, proxy, MSHCTX_LOCAL, NULL, MSHLFLAGS_NORMAL );
    if (SUCCEEDED(hr))
    {
        IStream_Seek( stream, begin, STREAM_SEEK_SET, NULL );
        IStream_Read( stream, &reference, sizeof(reference), NULL );
        /* the proxy gets its references back: Wine's CoReleaseMarshalData knows objects of this process alone */
        IStream_Seek( stream, begin, STREAM_SEEK_SET, NULL );
        hr = CoUnmarshalInterface( stream, &IID_IUnknown, (void **)&same );
        if (SUCCEEDED(hr)) IUnknown_Release( same );
    }
    IStream_Release( stream );
    return reference.signature == OBJREF_SIGNATURE && reference.flags == OBJREF_STANDARD ? reference.oxid >> 32 : 0;
}

/* One that ran already; only if it runs the program. */
static HANDLE find_running( const WCHAR *program, IUnknown *object )
{
    DWORD id = find_owner( object ), size = MAX_PATH;
    HANDLE process = id ? OpenProcess( PROCESS_RIGHTS, FALSE, id ) : NULL;
    WCHAR path[MAX_PATH];

    if (process && QueryFullProcessImageNameW( process, 0, path, &size ) &&
        !wcsicmp( file_name( path ), file_name( program ) ))
        return process;
    WARN( "Process %#lx is not %s: its end will not be noticed.\n", id, debugstr_w( program ) );
    if (process) CloseHandle( process );
    return NULL;
}

/* starts_lock held: does another program start that cannot be told from this one yet, or may serve its class as well? */
static BOOL has_rival( const struct local_server *server )
{
    const struct local_server *other;

    LIST_FOR_EACH_ENTRY( other, &starts, struct local_server, entry )
        if (!wcsicmp( file_name( other->program ), file_name( server->program ) )
            && (!other->process || GetTickCount64() - other->since < SHARED_LIMIT)) return TRUE;
    return FALSE;
}

static void begin_start( struct local_server *server )
{
    AcquireSRWLockExclusive( &starts_lock );
    while (has_rival( server )) SleepConditionVariableSRW( &starts_changed, &starts_lock, MAX_PAUSE, 0 );
    server->since = GetTickCount64();
    InterlockedExchangeAdd64( &server->ready_time, server->since + START_LIMIT );
    list_add_tail( &starts, &server->entry );
    ReleaseSRWLockExclusive( &starts_lock );
}

static void end_start( struct local_server *server )
{
    AcquireSRWLockExclusive( &starts_lock );
    list_remove( &server->entry );
    ReleaseSRWLockExclusive( &starts_lock );
    WakeAllConditionVariable( &starts_changed );
}

static void take_child( struct local_server *server )
{
    HANDLE process;

    AcquireSRWLockExclusive( &starts_lock );
    if ((process = find_child( server->program ))) take_process( server, process );
    ReleaseSRWLockExclusive( &starts_lock );
}

/* COM does not tell which process it starts, and may wait for it for long: it is looked for meanwhile, so that it cannot
 * outlive us. */
static DWORD CALLBACK catch_process( void *arg )
{
    struct local_server *server = arg;
    DWORD pause;

    for (pause = 1; !server->process && WaitForSingleObject( server->stop, pause ); pause = min( pause * 2, MAX_PAUSE ))
        take_child( server );
    return 0;
}

static HRESULT get_class( REFCLSID clsid, IClassFactory **factory )
{
    return CoGetClassObject( clsid, CLSCTX_LOCAL_SERVER, NULL, &IID_IClassFactory, (void **)factory );
}

static HRESULT start_by_com( struct local_server *server, REFCLSID clsid, IClassFactory **factory )
{
    HANDLE thread;
    HRESULT hr;

    if (!(server->stop = CreateEventW( NULL, TRUE, FALSE, NULL ))) return HRESULT_FROM_WIN32( GetLastError() );
    thread = CreateThread( NULL, 0, catch_process, server, 0, NULL );
    hr = get_class( clsid, factory );
    SetEvent( server->stop );
    if (thread)
    {
        WaitForSingleObject( thread, INFINITE );
        CloseHandle( thread );
    }
    CloseHandle( server->stop );
    if (FAILED(hr) && !server->process) take_child( server );
    return hr;
}

/* Wine's service that keeps the classes of running programs does not notice when one of these dies, and would name it for
 * that class for ever. COM starts the service when it is needed; what is lost are classes of other running programs, which
 * then start once more for somebody new. */
static BOOL forget_programs(void)
{
    SC_HANDLE manager = OpenSCManagerW( NULL, NULL, SC_MANAGER_CONNECT );
    SC_HANDLE service = manager ? OpenServiceW( manager, L"RpcSs", SERVICE_STOP | SERVICE_QUERY_STATUS ) : NULL;
    ULONGLONG end = GetTickCount64() + STOP_LIMIT;
    SERVICE_STATUS status = { 0 };
    BOOL stopped = FALSE;

    if (service && ControlService( service, SERVICE_CONTROL_STOP, &status ))
    {
        while (QueryServiceStatus( service, &status ) && status.dwCurrentState != SERVICE_STOPPED && GetTickCount64() < end)
            Sleep( 10 );
        stopped = status.dwCurrentState == SERVICE_STOPPED;
    }
    if (service) CloseServiceHandle( service );
    if (manager) CloseServiceHandle( manager );
    return stopped;
}

static BOOL start_process( struct local_server *server, const WCHAR *command )
{
    STARTUPINFOW startup = { .cb = sizeof(startup) };
    PROCESS_INFORMATION info;
    WCHAR line[MAX_PATH * 4];

    swprintf( line, ARRAY_SIZE(line), L"%s -Embedding", command );
    if (!CreateProcessW( NULL, line, NULL, NULL, FALSE, CREATE_SUSPENDED | DETACHED_PROCESS, NULL, NULL, &startup, &info ))
        return FALSE;
    take_process( server, info.hProcess );
    ResumeThread( info.hThread );
    CloseHandle( info.hThread );
    return TRUE;
}

/* Not every Wine's COM starts a program for a class of this user's alone, or by a command with variables, but each knows
 * what a program has told it. There is no event for that; until then COM fails as before, in one of several ways. */
static HRESULT start_by_us( struct local_server *server, REFCLSID clsid, const WCHAR *command, IClassFactory **factory )
{
    ULONGLONG end = GetTickCount64() + START_LIMIT;
    DWORD pause;

    if (!start_process( server, command )) return HRESULT_FROM_WIN32( GetLastError() );
    for (pause = 1; GetTickCount64() < end; pause = min( pause * 2, 200 ))
    {
        DWORD waited = WaitForSingleObject( server->process, pause );
        if (SUCCEEDED(get_class( clsid, factory ))) return S_OK;
        if (waited == WAIT_OBJECT_0) break;
    }
    return REGDB_E_CLASSNOTREG;
}

static void explain( const struct local_server *server, HRESULT hr, WCHAR *why, DWORD count )
{
    DWORD code = STILL_ACTIVE;

    if (server->process) GetExitCodeProcess( server->process, &code );
    if (server->process && code != STILL_ACTIVE)
        swprintf( why, count, L"the program that serves it ended at once, with exit code %#lx (%s)", code, server->program );
    else if (GetTickCount64() - server->since >= START_LIMIT / 2)
        swprintf( why, count, L"the program that serves it did not offer its class within %u s (%s)",
                  START_LIMIT / 1000, server->program );
    else
        swprintf( why, count, L"the program that serves it ended at once, or could not be started, error %#lx (%s)", hr,
                  server->program );
}

static void end_process( struct local_server *server )
{
    if (server->process) TerminateProcess( server->process, 1 );
    if (server->process) CloseHandle( server->process );
    if (server->job) CloseHandle( server->job );
    server->process = server->job = NULL;
}

static HRESULT start( struct local_server *server, REFCLSID clsid, const WCHAR *command, IClassFactory **factory )
{
    const HRESULT unavailable = HRESULT_FROM_WIN32( RPC_S_SERVER_UNAVAILABLE );
    HRESULT hr = start_by_com( server, clsid, factory );

    if (hr == unavailable && forget_programs()) hr = start_by_com( server, clsid, factory );
    if (FAILED(hr) && hr != unavailable && !server->process) hr = start_by_us( server, clsid, command, factory );
    return SUCCEEDED(hr) && !*factory ? E_FAIL : hr;
}

HRESULT local_server_open( REFCLSID clsid, const WCHAR *command, struct local_server **out, IClassFactory **factory,
                           WCHAR *why, DWORD count )
{
    struct local_server *server;
    HRESULT hr;

    *factory = NULL;
    why[0] = 0;
    if (!(server = calloc( 1, sizeof(*server) ))) return E_OUTOFMEMORY;
    server->users = server->uses = 1;
    InterlockedExchangePointer( (void **)out, server );
    if (!server_find_program( command, 0, server->program, ARRAY_SIZE(server->program) ))
    {
        swprintf( why, count, L"the program that serves it does not exist (%.260s)", command );
        return HRESULT_FROM_WIN32( ERROR_FILE_NOT_FOUND );
    }
    server->job = create_job( clsid );
    begin_start( server );
    hr = start( server, clsid, command, factory );
    end_start( server );
    InterlockedExchangeAdd64( &server->ready_time, GetTickCount64() - server->ready_time );
    if (SUCCEEDED(hr))
    {
        if (!server->process) server->process = find_process( server->job );
        return S_OK;
    }
    explain( server, hr, why, count );
    end_process( server );
    return hr;
}

const WCHAR *local_server_program( const struct local_server *server )
{
    return server->program;
}

DWORD local_server_ready_for( struct local_server *server )
{
    LONG64 since = InterlockedCompareExchange64( &server->ready_time, 0, 0 ), now = GetTickCount64();
    return since && now > since ? now - since : 0;
}

/* Ends the search if that is a window which the process shows. */
static BOOL CALLBACK look_at_window( HWND window, LPARAM process )
{
    DWORD owner;
    RECT rect;

    return !IsWindowVisible( window ) || !GetWindowThreadProcessId( window, &owner ) || owner != (DWORD)process
           || !GetWindowRect( window, &rect ) || IsRectEmpty( &rect );
}

BOOL local_server_shows_window( struct local_server *server )
{
    return server->process && !EnumWindows( look_at_window, GetProcessId( server->process ) );
}

static void CALLBACK process_ended( void *context, BOOLEAN timeout )
{
    struct local_server *server = context;
    WCHAR why[MAX_PATH + 128];
    DWORD code = 0;

    if (InterlockedOr( &server->closed, 0 )) return;
    GetExitCodeProcess( server->process, &code );
    swprintf( why, ARRAY_SIZE(why), L"the program that serves it ended, with exit code %#lx (%s)", code, server->program );
    server->ended( server->context, why );
}

void local_server_watch( struct local_server *server, IUnknown *object, void (*proc)( void *context, const WCHAR *why ),
                         void *context )
{
    server->ended = proc;
    server->context = context;
    if (!server->process) server->is_anothers = (server->process = find_running( server->program, object )) != NULL;
    if (!server->process) return;
    if (!RegisterWaitForSingleObject( &server->wait, server->process, process_ended, server, INFINITE, WT_EXECUTEONLYONCE ))
        WARN( "The program's end will not be noticed, error %lu.\n", GetLastError() );
}

void local_server_use( struct local_server *server )
{
    InterlockedIncrement( &server->users );
    InterlockedIncrement( &server->uses );
}

void local_server_leave( struct local_server *server )
{
    BOOL has_ended = server->process && !WaitForSingleObject( server->process, 0 );

    if (!InterlockedDecrement( &server->users ) && !has_ended) InterlockedExchange( &server->closed, TRUE );
}

void local_server_close( struct local_server *server )
{
    if (InterlockedDecrement( &server->uses )) return;
    InterlockedExchange( &server->closed, TRUE );
    if (server->process && !server->is_anothers) WaitForSingleObject( server->process, END_LIMIT );
    if (server->job) CloseHandle( server->job );
    server->job = NULL;
}
