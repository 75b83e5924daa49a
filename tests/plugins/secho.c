/*
 * A plug-in of a static channel: sends every message back, and watches the contract
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

/*
 * The channel is called as the file without its suffix, so that several copies of this DLL may run in one session. A
 * message comes back from a buffer that is overwritten when the write has completed. Instead of that
 *
 *   winedvc:report    answers "ok", or what broke the contract, when all writes have ended; then the counts of events and writes
 *   winedvc:counts    answers at once, and without the counts of writes
 *   winedvc:cancelled answers "ok" if some write was cancelled and nothing broke the contract
 *   winedvc:close     closes the channel and opens it again
 *   winedvc:sleep     does not return for five seconds
 *   winedvc:overstate writes a MiB of memory, of which there is half
 */

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <windows.h>
#include <cchannel.h>

struct message
{
    ULONG  size;
    BOOL   ended;       /* completed or cancelled */
    BYTE   data[1];
};

static CHANNEL_ENTRY_POINTS entry_points;
static void *init_handle;
static DWORD open_handle;
static char name[CHANNEL_NAME_LEN + 1];
static BYTE *gathered;
static UINT32 gathered_size, gathered_total;
static unsigned int written, completed, cancelled, connects, refusals, disconnects;
static BOOL report_asked;
static char problem[200];
static SRWLOCK lock = SRWLOCK_INIT; /* WRITE_COMPLETE comes beside DATA_RECEIVED */

#define check( condition ) note( condition, #condition, __LINE__ )

static BOOL note( BOOL condition, const char *text, int line )
{
    if (!condition && !*problem) snprintf( problem, sizeof(problem), "line %d: not %s", line, text );
    return condition;
}

static VOID VCAPITYPE init_event( void *handle, UINT event, void *data, UINT size );
static VOID VCAPITYPE open_event( DWORD handle, UINT event, void *data, UINT32 size, UINT32 total, UINT32 flags );

static void send_back( const BYTE *data, ULONG size )
{
    struct message *message = malloc( offsetof( struct message, data[size] ) );
    UINT error;

    if (!check( message != NULL )) return;
    memcpy( message->data, data, size );
    message->size = size;
    message->ended = FALSE;
    error = entry_points.pVirtualChannelWrite( open_handle, message->data, size, message );
    check( !error || error == CHANNEL_RC_NOT_CONNECTED );   /* it has ended, and DISCONNECTED is to come */
    if (error) free( message );
    else written++;
}

static void report_counts( const char *writes )
{
    char text[400];
    int size = snprintf( text, sizeof(text), "%s, %sconnected %u, without channels %u, disconnected %u",
                         *problem ? problem : "ok", writes, connects, refusals, disconnects );

    send_back( (BYTE *)text, size );
}

static void report(void)
{
    char writes[100];

    snprintf( writes, sizeof(writes), "written %u, completed %u, cancelled %u, ", written, completed, cancelled );
    report_counts( writes );
}

/* The server may have a message before the end of its write is told here. */
static void report_after_writes(void)
{
    if (!report_asked || completed + cancelled != written) return;
    report_asked = FALSE;
    report();
}

/* The bytes must have left. */
static void end_write( struct message *message )
{
    if (!check( !message->ended )) return;
    message->ended = TRUE;
    memset( message->data, 0xee, message->size );   /* and is never freed, so that a second end is seen */
    report_after_writes();
}

static void report_cancelled(void)
{
    const char *text = *problem ? problem : cancelled ? "ok" : "no write was cancelled";

    send_back( (const BYTE *)text, strlen( text ) );
}

static BOOL is_command( const char *command )
{
    return gathered_total == strlen( command ) && !memcmp( gathered, command, gathered_total );
}

static void open_channel(void)
{
    DWORD again = 0;

    check( entry_points.pVirtualChannelOpen( init_handle, &open_handle, name, open_event ) == CHANNEL_RC_OK );
    check( entry_points.pVirtualChannelOpen( init_handle, &again, name, open_event ) == CHANNEL_RC_ALREADY_OPEN );
}

static void reopen_channel(void)
{
    DWORD handle = open_handle;
    BYTE byte = 1;

    check( entry_points.pVirtualChannelClose( handle ) == CHANNEL_RC_OK );
    check( entry_points.pVirtualChannelClose( handle ) == CHANNEL_RC_NOT_OPEN );
    check( entry_points.pVirtualChannelWrite( handle, &byte, 1, NULL ) == CHANNEL_RC_NOT_OPEN );
    open_channel();
    check( handle != open_handle );
    send_back( (const BYTE *)"reopened", 8 );
}

/* Against the contract. */
static void overstate(void)
{
    const ULONG size = 1048576;
    BYTE *data = VirtualAlloc( NULL, size, MEM_RESERVE, PAGE_READWRITE );

    VirtualAlloc( data, size / 2, MEM_COMMIT, PAGE_READWRITE );
    check( entry_points.pVirtualChannelWrite( open_handle, data, size, NULL ) == CHANNEL_RC_OK );
}

static void take_message(void)
{
    if (is_command( "winedvc:report" ))
    {
        report_asked = TRUE;
        report_after_writes();
    }
    else if (is_command( "winedvc:cancelled" )) report_cancelled();
    else if (is_command( "winedvc:counts" )) report_counts( "" );
    else if (is_command( "winedvc:close" )) reopen_channel();
    else if (is_command( "winedvc:sleep" )) Sleep( 5000 );
    else if (is_command( "winedvc:overstate" )) overstate();
    else send_back( gathered, gathered_total );
}

static void take_chunk( const BYTE *data, UINT32 size, UINT32 total, UINT32 flags )
{
    check( size > 0 && size <= CHANNEL_CHUNK_LENGTH );
    if (flags & CHANNEL_FLAG_FIRST)
    {
        check( !gathered );
        gathered = malloc( total );
        gathered_size = 0;
        gathered_total = total;
    }
    if (!check( gathered && total == gathered_total && size <= total - gathered_size )) return;
    memcpy( gathered + gathered_size, data, size );
    gathered_size += size;
    if (!(flags & CHANNEL_FLAG_LAST)) return;
    if (check( gathered_size == gathered_total )) take_message();
    free( gathered );
    gathered = NULL;
}

static VOID VCAPITYPE open_event( DWORD handle, UINT event, void *data, UINT32 size, UINT32 total, UINT32 flags )
{
    AcquireSRWLockExclusive( &lock );
    switch (event)
    {
    case CHANNEL_EVENT_DATA_RECEIVED:
        check( handle == open_handle );
        take_chunk( data, size, total, flags );
        break;
    case CHANNEL_EVENT_WRITE_COMPLETE:
        completed++;
        end_write( data );
        break;
    case CHANNEL_EVENT_WRITE_CANCELLED:
        cancelled++;
        end_write( data );
        break;
    default:
        check( !"an event of this number" );
    }
    ReleaseSRWLockExclusive( &lock );
}

/* What is refused while the channel can be used. */
static void check_calls(void)
{
    BYTE byte = 1;
    DWORD handle;
    char other[] = "other";
    void *init;
    CHANNEL_DEF def = { "late", 0 };

    check( entry_points.pVirtualChannelInit( &init, &def, 1, VIRTUAL_CHANNEL_VERSION_WIN2000, init_event )
           == CHANNEL_RC_NOT_IN_VIRTUALCHANNELENTRY );
    check( entry_points.pVirtualChannelOpen( &byte, &handle, name, open_event ) == CHANNEL_RC_BAD_INIT_HANDLE );
    check( entry_points.pVirtualChannelOpen( init_handle, NULL, name, open_event ) == CHANNEL_RC_BAD_CHANNEL_HANDLE );
    check( entry_points.pVirtualChannelOpen( init_handle, &handle, name, NULL ) == CHANNEL_RC_BAD_PROC );
    check( entry_points.pVirtualChannelOpen( init_handle, &handle, other, open_event ) == CHANNEL_RC_UNKNOWN_CHANNEL_NAME );
    check( entry_points.pVirtualChannelWrite( open_handle, NULL, 1, NULL ) == CHANNEL_RC_NULL_DATA );
    check( entry_points.pVirtualChannelWrite( open_handle, &byte, 0, NULL ) == CHANNEL_RC_ZERO_LENGTH );
    check( entry_points.pVirtualChannelWrite( open_handle + 0x100, &byte, 1, NULL ) == CHANNEL_RC_BAD_CHANNEL_HANDLE );
    check( entry_points.pVirtualChannelClose( 0 ) == CHANNEL_RC_BAD_CHANNEL_HANDLE );
}

static VOID VCAPITYPE init_event( void *handle, UINT event, void *data, UINT size )
{
    static BOOL initialized, connected;
    DWORD ignored;

    check( handle == init_handle );
    switch (event)
    {
    case CHANNEL_EVENT_INITIALIZED:
        check( !initialized );
        initialized = TRUE;
        check( entry_points.pVirtualChannelOpen( init_handle, &ignored, name, open_event ) == CHANNEL_RC_NOT_CONNECTED );
        break;
    case CHANNEL_EVENT_CONNECTED:
        check( initialized && !connected );
        check( data && size == strlen( data ) + 1 && size > 1 );
        connected = TRUE;
        connects++;
        open_channel();
        check_calls();
        break;
    case CHANNEL_EVENT_V1_CONNECTED:
        check( initialized && !connected );
        connected = TRUE;
        refusals++;
        check( entry_points.pVirtualChannelOpen( init_handle, &ignored, name, open_event ) == CHANNEL_RC_NOT_CONNECTED );
        break;
    case CHANNEL_EVENT_DISCONNECTED:
        check( connected );
        check( written == completed + cancelled );
        connected = FALSE;
        disconnects++;
        free( gathered );
        gathered = NULL;
        break;
    case CHANNEL_EVENT_TERMINATED:
        check( !connected );
        break;
    default:
        check( !"an event of this number" );
    }
}

/* What VirtualChannelInit refuses inside the entry, before and after what it takes. */
static BOOL declare(void)
{
    CHANNEL_DEF def = { "", CHANNEL_OPTION_ENCRYPT_RDP }, twice[2], many[CHANNEL_MAX_COUNT + 1];
    CHANNEL_DEF unended = { { 'e', 'i', 'g', 'h', 't', 'b', 'y', 't' }, 0 };
    const ULONG version = VIRTUAL_CHANNEL_VERSION_WIN2000;
    void *handle;
    UINT i;

    memcpy( def.name, name, sizeof(def.name) );
    twice[0] = twice[1] = def;
    for (i = 0; i < CHANNEL_MAX_COUNT + 1; i++) snprintf( many[i].name, sizeof(many[i].name), "many%u", i );
    check( entry_points.pVirtualChannelInit( NULL, &def, 1, version, init_event ) == CHANNEL_RC_BAD_INIT_HANDLE );
    check( entry_points.pVirtualChannelInit( &handle, &def, 1, version, NULL ) == CHANNEL_RC_BAD_PROC );
    check( entry_points.pVirtualChannelInit( &handle, NULL, 1, version, init_event ) == CHANNEL_RC_BAD_CHANNEL );
    check( entry_points.pVirtualChannelInit( &handle, &unended, 1, version, init_event ) == CHANNEL_RC_BAD_CHANNEL );
    check( entry_points.pVirtualChannelInit( &handle, twice, 2, version, init_event ) == CHANNEL_RC_BAD_CHANNEL );
    check( entry_points.pVirtualChannelInit( &handle, many, CHANNEL_MAX_COUNT + 1, version, init_event )
           == CHANNEL_RC_TOO_MANY_CHANNELS );
    if (!check( !entry_points.pVirtualChannelInit( &init_handle, &def, 1, version, init_event ) )) return FALSE;
    check( def.options == (CHANNEL_OPTION_INITIALIZED | CHANNEL_OPTION_ENCRYPT_RDP) );
    check( entry_points.pVirtualChannelInit( &handle, &def, 1, version, init_event ) == CHANNEL_RC_ALREADY_INITIALIZED );
    return TRUE;
}

static void find_name(void)
{
    char path[MAX_PATH], *file;
    HMODULE module;

    GetModuleHandleExA( GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
                        (const char *)&name, &module );
    path[GetModuleFileNameA( module, path, sizeof(path) - 1 )] = 0;
    file = strrchr( path, '\\' );
    snprintf( name, sizeof(name), "%.*s", (int)sizeof(name) - 1, file ? file + 1 : path );
    name[strcspn( name, "." )] = 0;
}

/* Until there is the file that WINEDVC_TEST_ENTRY names. */
static void await_entry( void )
{
    WCHAR file[MAX_PATH];

    if (!GetEnvironmentVariableW( L"WINEDVC_TEST_ENTRY", file, ARRAYSIZE(file) )) return;
    while (GetFileAttributesW( file ) == INVALID_FILE_ATTRIBUTES) Sleep( 20 );
}

VCEXPORT VIRTUALCHANNELENTRY VirtualChannelEntry;
BOOL VCAPITYPE VirtualChannelEntry( CHANNEL_ENTRY_POINTS *points )
{
    if (points->cbSize < sizeof(entry_points)) return FALSE;
    entry_points = *points;
    memset( points, 0xdd, sizeof(*points) );
    find_name();
    await_entry();
    return declare();
}
