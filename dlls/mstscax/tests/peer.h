/*
 * The two neighbours of the dynamic virtual channel client: a static-channel client and a plug-in
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

#ifndef __MSTSCAX_TESTS_PEER_H
#define __MSTSCAX_TESTS_PEER_H

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COBJMACROS
#include "windef.h"
#include "winbase.h"
#include "ole2.h"
#include "ocidl.h"
#include "tsvirtualchannels.h"
#include "wine/cchannelex.h"
#include "wine/mstscax.h"
#include "wine/list.h"

#include "wine/test.h"
#include "served.h"
#include "testplugin.h"

/*
 * A real channel manager exists on Windows only inside a live session, so these tests run where mstscax.dll is
 * itself a static-channel client and are skipped elsewhere. Each test or expectation says where it comes from:
 * documented (Microsoft's reference), observed (of the real client, or of plug-ins that work with it), or ours.
 *
 * The test's thread is the one that raises the events of the static-channel client. It waits for events, never for
 * time: TIMEOUT is what is thought to be too long, and becomes short once something has failed to come.
 */

#define TIMEOUT 20000
#define TIMEOUT_AFTER_FAILURE 300
#define GRACEFUL HRESULT_FROM_WIN32( ERROR_GRACEFUL_DISCONNECT )
#define TEST_CLASS L"{3f1e6f27-41e8-4a8e-9a05-631d0c3e7702}"
#define TEST_KEY L"mstscax_test"
#define ADDINS L"Software\\Microsoft\\Terminal Server Client\\Default\\AddIns"

static BOOL wait_failed;

static inline BOOL wait_for( HANDLE object )
{
    if (!WaitForSingleObject( object, wait_failed ? TIMEOUT_AFTER_FAILURE : TIMEOUT )) return TRUE;
    wait_failed = TRUE;
    return FALSE;
}

/*
 * The static-channel client, in the four forms that the entry points and their structure have.
 */

enum form { FORM_EX_FREERDP, FORM_EX, FORM_FREERDP, FORM_WINDOWS, FORM_COUNT };

static const char *const form_names[] =
{
    "VirtualChannelEntryEx, FreeRDP's structure", "VirtualChannelEntryEx", "VirtualChannelEntry, FreeRDP's structure",
    "VirtualChannelEntry",
};

union entry_points
{
    CHANNEL_ENTRY_POINTS windows;
    CHANNEL_ENTRY_POINTS_EX ex;
    CHANNEL_ENTRY_POINTS_FREERDP_EX freerdp;
    CHANNEL_ENTRY_POINTS_FREERDP2_EX freerdp2;
};

/* What WriteEx does: DISCARD completes and forgets, WAIT lets the test do something meanwhile, REFUSE_THIRD takes all but
 * the third from now on. */
enum transport { COMPLETE_AT_ONCE, HOLD, REFUSE, REFUSE_THIRD, WAIT, DISCARD };

/* A PDU that the transport was given. */
struct pdu
{
    struct list entry;
    void  *user_data;
    SIZE_T size;
    BYTE   data[1];
};

static struct
{
    enum form form;
    VIRTUALCHANNELENTRYEX *entry_ex;
    VIRTUALCHANNELENTRY *entry;
    WCHAR plugin_file[MAX_PATH];
    const WCHAR *plugin;            /* what a client loads: that, or the class that a program serves */
    IClassFactory *plugin_factory;
    testplugin_set_proc_func set_plugin_proc;

    DWORD session_count;
    UINT init_error;                /* what Init returns */
    enum transport transport;
    unsigned int taken;             /* transport REFUSE_THIRD: how many it was given */
    HANDLE waiting, go;             /* transport WAIT: it is in WriteEx; it may go on */
    INT64 discarded;                /* bytes */
    CRITICAL_SECTION cs;
    struct list sent;               /* protected by cs */
    HANDLE sent_count;              /* a semaphore */
} peer;

/* The client that was started last. */
static struct session
{
    IWineDVCClient *client;         /* NULL: it has no such interface */
    void *user_param;
    void *init_handle;
    DWORD open_handle;
    CHANNEL_DEF channel;
    PCHANNEL_INIT_EVENT_FN init_event;
    PCHANNEL_INIT_EVENT_EX_FN init_event_ex;
    PCHANNEL_OPEN_EVENT_FN open_event;
    PCHANNEL_OPEN_EVENT_EX_FN open_event_ex;
} session;

static inline BOOL form_is_ex(void)
{
    return peer.form == FORM_EX_FREERDP || peer.form == FORM_EX;
}

static inline UINT channel_init( CHANNEL_DEF *channels, INT count, ULONG version )
{
    ok( count == 1 && version == VIRTUAL_CHANNEL_VERSION_WIN2000, "got %d channels, version %lu\n", count, version );
    session.channel = *channels;
    return peer.init_error;
}

static inline UINT VCAPITYPE svc_init( void **init_handle, CHANNEL_DEF *channels, INT count, ULONG version,
                                   PCHANNEL_INIT_EVENT_FN event_proc )
{
    *init_handle = session.init_handle;
    session.init_event = event_proc;
    return channel_init( channels, count, version );
}

static inline UINT VCAPITYPE svc_init_ex( void *user_param, void *client_context, void *init_handle,
                                          CHANNEL_DEF *channels, INT count, ULONG version,
                                          PCHANNEL_INIT_EVENT_EX_FN event_proc )
{
    ok( init_handle == session.init_handle, "got init handle %p\n", init_handle );
    session.user_param = user_param;
    session.init_event_ex = event_proc;
    return channel_init( channels, count, version );
}

static inline UINT channel_open( void *init_handle, DWORD *open_handle, const char *name )
{
    ok( init_handle == session.init_handle, "got init handle %p\n", init_handle );
    ok( !strcmp( name, "drdynvc" ), "got name %s\n", name );
    *open_handle = session.open_handle;
    return CHANNEL_RC_OK;
}

static inline UINT VCAPITYPE svc_open( void *init_handle, DWORD *open_handle, char *name,
                                       PCHANNEL_OPEN_EVENT_FN event_proc )
{
    session.open_event = event_proc;
    return channel_open( init_handle, open_handle, name );
}

static inline UINT VCAPITYPE svc_open_ex( void *init_handle, DWORD *open_handle, char *name,
                                      PCHANNEL_OPEN_EVENT_EX_FN event_proc )
{
    session.open_event_ex = event_proc;
    return channel_open( init_handle, open_handle, name );
}

static inline UINT VCAPITYPE svc_close( DWORD open_handle )
{
    return CHANNEL_RC_OK;
}

static inline UINT VCAPITYPE svc_close_ex( void *init_handle, DWORD open_handle )
{
    return CHANNEL_RC_OK;
}

static inline void session_raise( const struct session *session, UINT event, void *data, UINT32 size, UINT32 total,
                                  UINT32 flags )
{
    if (!session->open_event_ex) session->open_event( session->open_handle, event, data, size, total, flags );
    else session->open_event_ex( session->user_param, session->open_handle, event, data, size, total, flags );
}

static inline void raise_open_event( UINT event, void *data, UINT32 size, UINT32 total, UINT32 flags )
{
    session_raise( &session, event, data, size, total, flags );
}

static inline void keep_pdu( const void *data, ULONG size, void *user_data )
{
    struct pdu *pdu = malloc( sizeof(*pdu) + size );

    pdu->user_data = user_data;
    pdu->size = size;
    memcpy( pdu->data, data, size );
    EnterCriticalSection( &peer.cs );
    list_add_tail( &peer.sent, &pdu->entry );
    LeaveCriticalSection( &peer.cs );
    ReleaseSemaphore( peer.sent_count, 1, NULL );
}

/* The test goes on, perhaps to another session, as soon as it sees the PDU. */
static inline UINT VCAPITYPE svc_write( DWORD open_handle, void *data, ULONG size, void *user_data )
{
    struct session writer = session;
    enum transport transport = peer.transport;

    ok( open_handle == session.open_handle, "got handle %lu\n", open_handle );
    ok( size <= 1600, "a PDU has %lu bytes\n", size );
    if (transport == REFUSE) return CHANNEL_RC_NOT_CONNECTED;
    if (transport == REFUSE_THIRD && ++peer.taken == 3)
    {
        peer.transport = COMPLETE_AT_ONCE;
        peer.taken = 0;
        return CHANNEL_RC_NO_MEMORY;
    }
    if (transport == WAIT)
    {
        peer.transport = COMPLETE_AT_ONCE;
        SetEvent( peer.waiting );
        wait_for( peer.go );
    }
    if (transport == DISCARD) peer.discarded += size;
    else keep_pdu( data, size, user_data );
    if (transport != HOLD) session_raise( &writer, CHANNEL_EVENT_WRITE_COMPLETE, user_data, size, size, 0 );
    return CHANNEL_RC_OK;
}

/* A client with the private interface gives room for a header. */
static inline UINT VCAPITYPE svc_write_ex( void *init_handle, DWORD open_handle, void *data, ULONG size,
                                           void *user_data )
{
    ok( init_handle == session.init_handle, "got init handle %p\n", init_handle );
    if (session.client) memset( (BYTE *)data - WINE_DVC_HEADROOM, 0xcc, WINE_DVC_HEADROOM );
    return svc_write( open_handle, data, size, user_data );
}

static inline void init_entry_points( union entry_points *entry_points, DWORD size )
{
    memset( entry_points, 0, sizeof(*entry_points) );
    entry_points->windows.cbSize = size;
    entry_points->windows.protocolVersion = VIRTUAL_CHANNEL_VERSION_WIN2000;
    if (form_is_ex())
    {
        entry_points->ex.pVirtualChannelInitEx = svc_init_ex;
        entry_points->ex.pVirtualChannelOpenEx = svc_open_ex;
        entry_points->ex.pVirtualChannelCloseEx = svc_close_ex;
        entry_points->ex.pVirtualChannelWriteEx = svc_write_ex;
    }
    else
    {
        entry_points->windows.pVirtualChannelInit = svc_init;
        entry_points->windows.pVirtualChannelOpen = svc_open;
        entry_points->windows.pVirtualChannelClose = svc_close;
        entry_points->windows.pVirtualChannelWrite = svc_write;
    }
    if (size > sizeof(entry_points->windows)) entry_points->freerdp.MagicNumber = FREERDP_CHANNEL_MAGIC_NUMBER;
}

static inline BOOL call_entry( union entry_points *entry_points )
{
    memset( &session, 0, sizeof(session) );
    session.open_handle = ++peer.session_count;
    session.init_handle = UlongToPtr( 0x1000 + peer.session_count );
    peer.transport = COMPLETE_AT_ONCE;
    if (form_is_ex()) return peer.entry_ex( &entry_points->ex, session.init_handle );
    return peer.entry( &entry_points->windows );
}

static inline void raise_event( UINT event )
{
    if (form_is_ex()) session.init_event_ex( session.user_param, session.init_handle, event, NULL, 0 );
    else session.init_event( session.init_handle, event, NULL, 0 );
}

static inline void set_addin( HKEY root, const WCHAR *key, const WCHAR *name, DWORD type )
{
    WCHAR path[MAX_PATH];
    LSTATUS ret;

    swprintf( path, ARRAY_SIZE(path), L"%s\\%s", ADDINS, key );
    ret = RegSetKeyValueW( root, path, L"Name", type, name, (wcslen( name ) + 1) * sizeof(WCHAR) );
    ok( !ret, "got error %lu\n", ret );
}

static inline BOOL has_addins( HKEY root )
{
    DWORD count = 0;
    HKEY key;

    if (RegOpenKeyExW( root, ADDINS, 0, KEY_READ, &key )) return FALSE;
    RegQueryInfoKeyW( key, NULL, NULL, NULL, &count, NULL, NULL, NULL, NULL, NULL, NULL, NULL );
    RegCloseKey( key );
    return count != 0;
}

static inline void delete_addin(void)
{
    RegDeleteTreeW( HKEY_CURRENT_USER, ADDINS L"\\" TEST_KEY );
}

/* A client that has no interface to be told by reads AddIns, where the first entry is. host may be NULL. */
static inline void create_client_with_entries( IWineDVCHost *host, const WCHAR **entries, UINT32 count )
{
    union entry_points entry_points;
    BOOL freerdp = peer.form == FORM_EX_FREERDP || peer.form == FORM_FREERDP;
    HRESULT hr;

    init_entry_points( &entry_points, freerdp ? sizeof(entry_points.freerdp) : sizeof(entry_points.windows) );
    ok( call_entry( &entry_points ), "the entry failed\n" );
    if (freerdp)
    {
        session.client = entry_points.freerdp.pInterface;
        hr = IWineDVCClient_Configure( session.client, host, count, entries );
        ok( hr == S_OK, "got hr %#lx\n", hr );
    }
    else set_addin( HKEY_CURRENT_USER, TEST_KEY, entries[0], REG_SZ );
    memset( &entry_points, 0xcc, sizeof(entry_points) );    /* documented: it ends with the call */
    raise_event( CHANNEL_EVENT_INITIALIZED );
}

static inline void create_client( IWineDVCHost *host, const WCHAR *entry )
{
    create_client_with_entries( host, &entry, 1 );
}

/* INT64 members of WINE_DVC_COUNTERS, where there are some */
#define ok_counter( member, expected ) ok_counter_( __LINE__, #member, offsetof( WINE_DVC_COUNTERS, member ), expected )
static inline void ok_counter_( int line, const char *name, SIZE_T offset, INT64 expected )
{
    WINE_DVC_COUNTERS counters;
    INT64 *value = (INT64 *)((char *)&counters + offset);

    if (!session.client) return;
    IWineDVCClient_GetCounters( session.client, &counters );
    ok_(__BASE_FILE__, line)( *value == expected, "%s is %I64d\n", name, *value );
}

/*
 * The server.
 */

static inline void server_sends( const void *data, UINT32 size )
{
    raise_open_event( CHANNEL_EVENT_DATA_RECEIVED, (void *)data, size, size, CHANNEL_FLAG_ONLY );
}
#define server_sends_bytes( ... ) server_sends( (const BYTE[]){ __VA_ARGS__ }, sizeof((const BYTE[]){ __VA_ARGS__ }) )

static inline void server_creates( BYTE id, const char *name )
{
    BYTE pdu[600] = { 0x10, id };

    strcpy( (char *)pdu + 2, name );
    server_sends( pdu, 2 + strlen( name ) + 1 );
}

static inline void server_closes( BYTE id )
{
    server_sends_bytes( 0x40, id );
}

/* One DATA, so at most 1598 bytes. */
static inline void server_writes( BYTE id, const void *data, UINT32 size )
{
    BYTE pdu[1600] = { 0x30, id };

    memcpy( pdu + 2, data, size );
    server_sends( pdu, 2 + size );
}

/* The caller frees it; NULL if nothing was sent within the limit. */
static inline struct pdu *next_pdu( BOOL wait )
{
    struct pdu *pdu;

    if (wait ? !wait_for( peer.sent_count ) : WaitForSingleObject( peer.sent_count, 0 )) return NULL;
    EnterCriticalSection( &peer.cs );
    pdu = LIST_ENTRY( list_head( &peer.sent ), struct pdu, entry );
    list_remove( &pdu->entry );
    LeaveCriticalSection( &peer.cs );
    return pdu;
}

static inline void ok_sent_( int line, const void *expected, SIZE_T size )
{
    struct pdu *pdu = next_pdu( TRUE );

    ok_(__BASE_FILE__, line)( pdu != NULL, "nothing was sent\n" );
    if (!pdu) return;
    ok_(__BASE_FILE__, line)( pdu->size == size && !memcmp( pdu->data, expected, size ),
                         "sent %Iu bytes that begin with %02x %02x\n", pdu->size, pdu->data[0], pdu->data[1] );
    free( pdu );
}
#define ok_sent( ... ) ok_sent_( __LINE__, (const BYTE[]){ __VA_ARGS__ }, sizeof((const BYTE[]){ __VA_ARGS__ }) )
#define ok_created( id ) ok_sent( 0x10, id, 0, 0, 0, 0 )
#define ok_refused( id ) ok_sent( 0x10, id, 0x01, 0, 0, 0xc0 )
#define ok_no_listener( id ) ok_sent( 0x10, id, 0x25, 0x02, 0, 0xc0 )

/* All that was to be sent has been: what is sent now is the answer to something that comes later. */
static inline void ok_nothing_sent_( int line )
{
    static const BYTE caps[] = { 0x50, 0, 1, 0 };

    server_sends( caps, sizeof(caps) );
    ok_sent_( line, caps, sizeof(caps) );
}
#define ok_nothing_sent() ok_nothing_sent_( __LINE__ )

/* A message's fragments, put together again. */
static inline void ok_message_( int line, BYTE id, const void *message, SIZE_T size )
{
    SIZE_T done = 0, header;
    struct pdu *pdu;
    BYTE cmd;

    while (done < size)
    {
        if (!(pdu = next_pdu( TRUE ))) break;
        cmd = pdu->data[0] >> 4;
        ok_(__BASE_FILE__, line)( pdu->data[1] == id, "a PDU is for channel %u\n", pdu->data[1] );
        ok_(__BASE_FILE__, line)( cmd == (done || size <= 1590 ? 3 : 2), "the PDU at %Iu has command %u\n", done, cmd );
        header = 2 + (cmd == 2 ? 1 << (pdu->data[0] >> 2 & 3) : 0);
        ok_(__BASE_FILE__, line)( pdu->size - header == min( size - done, 1590 ), "the PDU at %Iu has %Iu bytes\n",
                                  done, pdu->size );
        if (memcmp( pdu->data + header, (const BYTE *)message + done, min( size - done, pdu->size - header ) ))
            ok_(__BASE_FILE__, line)( 0, "the PDU at %Iu has other bytes\n", done );
        done += pdu->size - header;
        free( pdu );
    }
    ok_(__BASE_FILE__, line)( done == size, "%Iu bytes of %Iu were sent\n", done, size );
}
#define ok_message( id, message, size ) ok_message_( __LINE__, id, message, size )
#define ok_text( id, text ) ok_message_( __LINE__, id, text, strlen( text ) )

/*
 * The plug-in. A test writes down as a script what it is to be called for; the calls walk through it.
 */

enum step_flags
{
    SAME_THREAD = 0x01,     /* as the step before; COM runs each call to a process on a thread that it picks */
    BESIDE      = 0x02,     /* another call of this object has not returned; without this flag none may */
    UNORDERED   = 0x04,     /* may come after the steps that follow */
    SIGNAL      = 0x08,     /* tells the test that it is here */
    BLOCK       = 0x10,     /* then waits until the test lets it go */
};

/* No call comes on the test's thread, and all come in the MTA. */
struct step
{
    enum call_kind kind;
    ULONG value;
    unsigned int flags;
    void (*act)( struct call *call );   /* what the plug-in does then; with BLOCK after the wait */
    const char *data;                   /* of DATA_RECEIVED */
};

static const char *const call_names[CALL_KINDS] =
{
    "VirtualChannelGetInstance( NULL )", "VirtualChannelGetInstance", "DllGetClassObject", "CreateInstance",
    "Initialize", "Connected", "Disconnected", "Terminated", "the plug-in's end", "OnNewChannelConnection",
    "the listener callback's end", "OnDataReceived", "OnClose", "the callback's end",
};

static struct
{
    CRITICAL_SECTION cs;
    /* protected by cs */
    const struct step *steps;
    unsigned int count, entered, returned;
    UINT64 done;                    /* bit n: step n has come */
    DWORD last_thread;

    int line;                       /* where it stands */
    DWORD test_thread;
    HANDLE ended, here, go;
    void (*on_call)( struct call *call );   /* instead of a script */
    void (*on_load)( struct call *call );
    IWTSVirtualChannelManager *manager;     /* of the last Initialize */
    IWTSListenerCallback *listener_callback;
    IWTSVirtualChannel *channel;            /* of the last OnNewChannelConnection */
} script;

#define ok_script( condition, ... ) ok_(__BASE_FILE__, script.line)( condition, __VA_ARGS__ )

static inline BOOL step_matches( const struct step *step, const struct call *call )
{
    return step->kind == call->kind && step->value == call->value
           && (!step->data || !memcmp( step->data, call->data, call->value ));
}

/* script.cs held */
static inline const struct step *find_step( const struct call *call )
{
    unsigned int i;

    for (i = 0; i < script.count; i++)
    {
        if (script.done >> i & 1) continue;
        if (step_matches( &script.steps[i], call ))
        {
            script.done |= (UINT64)1 << i;
            return &script.steps[i];
        }
        if (!(script.steps[i].flags & UNORDERED)) break;
    }
    return NULL;
}

static inline void check_step( const struct step *step, const struct call *call )
{
    APTTYPE type = ~0u;
    APTTYPEQUALIFIER qualifier;
    DWORD thread = GetCurrentThreadId();

    ok_script( thread != script.test_thread, "%s came on the test's thread\n", call_names[call->kind] );
    ok_script( !(step->flags & SAME_THREAD) || is_served || thread == script.last_thread, "%s came on another thread\n",
               call_names[call->kind] );
    ok_script( !call->beside == !(step->flags & BESIDE), "%s came beside %ld calls of its object\n",
               call_names[call->kind], call->beside );
    CoGetApartmentType( &type, &qualifier );
    ok_script( type == APTTYPE_MTA, "%s came in apartment %d\n", call_names[call->kind], type );
    if (call->kind == NEW_CHANNEL) ok_script( call->preset, "the answers are not preset\n" );
    if (call->kind == DATA_RECEIVED) ok_script( call->data != NULL, "got no data\n" );
    script.last_thread = thread;
}

static inline void run_step( const struct step *step, struct call *call )
{
    if (step->flags & SIGNAL) SetEvent( script.here );
    if (step->flags & BLOCK) ok_script( wait_for( script.go ), "%s was not let go\n", call_names[call->kind] );
    if (step->act) step->act( call );
}

static inline void CDECL plugin_proc( struct call *call )
{
    const struct step *step;

    if (call->kind == INITIALIZE)
    {
        script.manager = call->manager;
        script.listener_callback = call->listener_callback;
    }
    if (call->kind == NEW_CHANNEL) script.channel = call->channel;

    if (call->kind < INITIALIZE)
    {
        if (script.on_load) script.on_load( call );
        return;
    }
    if (script.on_call)
    {
        script.on_call( call );
        return;
    }
    EnterCriticalSection( &script.cs );
    if ((step = find_step( call )))
    {
        script.entered++;
        check_step( step, call );
    }
    else ok_script( 0, "%s, value %lu, was not expected (%s)\n", call_names[call->kind], call->value,
                    form_names[peer.form] );
    LeaveCriticalSection( &script.cs );
    if (!step) return;

    run_step( step, call );
    EnterCriticalSection( &script.cs );
    if (++script.returned == script.count) SetEvent( script.ended );
    LeaveCriticalSection( &script.cs );
}

static inline void play_( int line, const struct step *steps, unsigned int count )
{
    EnterCriticalSection( &script.cs );
    ResetEvent( script.ended );
    script.line = line;
    script.steps = steps;
    script.count = count;
    script.entered = script.returned = 0;
    script.done = 0;
    LeaveCriticalSection( &script.cs );
}
#define play( steps ) play_( __LINE__, steps, ARRAY_SIZE(steps) )

/* The script's steps have come and returned; whatever else comes is a failure. */
static inline void ok_played_( int line )
{
    unsigned int i = 0;

    wait_for( script.ended );
    EnterCriticalSection( &script.cs );
    while (script.done >> i & 1) i++;
    ok_(__BASE_FILE__, line)( script.returned == script.count, "%u calls returned; of %u the first to fail: %s\n",
                         script.returned, script.count, i < script.count ? call_names[script.steps[i].kind] : "none" );
    script.count = script.entered = script.returned = 0;
    LeaveCriticalSection( &script.cs );
}
#define ok_played() ok_played_( __LINE__ )

/* A step with SIGNAL. */
#define ok_here() ok( wait_for( script.here ), "the script does not come here\n" )

static inline void let_go(void)
{
    SetEvent( script.go );
}

/* TRUE, and the log says so, where COM makes a step impossible for a plug-in in a process of its own, or takes it. */
#define left_to_com( what ) left_to_com_( __LINE__, what )
static inline BOOL left_to_com_( int line, const char *what )
{
    if (is_served) trace_(__BASE_FILE__, line)( "left to COM: %s\n", what );
    return is_served;
}

/* Calls to another process are slow. */
static inline unsigned int fewer( unsigned int count )
{
    return is_served ? count / 10 : count;
}

/* A connected client with one plug-in, which listens on TEST. */

/* Without using the listener. COM refuses NULL for it, before the call leaves the plug-in's program. */
static inline HRESULT listen_quietly( IWTSVirtualChannelManager *manager, const char *name, ULONG flags,
                                      IWTSListenerCallback *callback )
{
    IWTSListener *listener = NULL;
    HRESULT hr = IWTSVirtualChannelManager_CreateListener( manager, name, flags, callback, is_served ? &listener : NULL );

    if (listener) IWTSListener_Release( listener );
    return hr;
}

static inline void listen_on( struct call *call, const char *name )
{
    HRESULT hr = listen_quietly( call->manager, name, 0, call->listener_callback );
    ok( hr == S_OK, "got hr %#lx\n", hr );
}

static inline void listen_on_test( struct call *call )
{
    listen_on( call, "TEST" );
}

static inline void start_client_( int line, void (*initialize)( struct call *call ) )
{
    const struct step steps[] = { { INITIALIZE, .act = initialize }, { .kind = CONNECTED } };

    play_( line, steps, ARRAY_SIZE(steps) );
    create_client( NULL, peer.plugin );
    raise_event( CHANNEL_EVENT_CONNECTED );
    ok_played_( line );
}
#define start_client() start_client_( __LINE__, listen_on_test )
#define start_client_with( initialize ) start_client_( __LINE__, initialize )

/* code is what the client can be told to say; without the interface it says 0 */
static inline void disconnect_( int line, DWORD code )
{
    const struct step steps[] = { { DISCONNECTED, .value = session.client ? code : 0 } };

    play_( line, steps, ARRAY_SIZE(steps) );
    if (session.client) IWineDVCClient_SetDisconnectCode( session.client, code );
    raise_event( CHANNEL_EVENT_DISCONNECTED );
    ok_played_( line );
}
#define disconnect( code ) disconnect_( __LINE__, code )

static inline void terminate_( int line )
{
    static const struct step steps[] =
    {
        { .kind = TERMINATED },
        { LISTENER_CALLBACK_FREED, .flags = UNORDERED },
        { .kind = PLUGIN_FREED },
    };

    play_( line, steps, ARRAY_SIZE(steps) );
    raise_event( CHANNEL_EVENT_TERMINATED );
    ok_played_( line );
}
#define terminate() terminate_( __LINE__ )

static inline void stop_client_( int line )
{
    disconnect_( line, 0 );
    terminate_( line );
}
#define stop_client() stop_client_( __LINE__ )

static inline IWTSVirtualChannel *open_channel_( int line, BYTE id )
{
    static const struct step steps[] = { { .kind = NEW_CHANNEL } };
    const BYTE created[] = { 0x10, id, 0, 0, 0, 0 };

    play_( line, steps, ARRAY_SIZE(steps) );
    server_creates( id, "TEST" );
    ok_played_( line );
    ok_sent_( line, created, sizeof(created) );
    return script.channel;
}
#define open_channel( id ) open_channel_( __LINE__, id )

static inline void close_channel_( int line, BYTE id )
{
    static const struct step steps[] = { { .kind = CLOSED }, { CALLBACK_FREED, .flags = SAME_THREAD } };
    const BYTE closed[] = { 0x40, id };

    play_( line, steps, ARRAY_SIZE(steps) );
    server_closes( id );
    ok_sent_( line, closed, sizeof(closed) );
    ok_played_( line );
}
#define close_channel( id ) close_channel_( __LINE__, id )

#define ok_write( channel, size, data, expected ) ok_write_( __LINE__, channel, size, data, expected )
static inline void ok_write_( int line, IWTSVirtualChannel *channel, ULONG size, const void *data, HRESULT expected )
{
    HRESULT hr = IWTSVirtualChannel_Write( channel, size, (BYTE *)data, NULL );
    ok_(__BASE_FILE__, line)( hr == expected, "%lu bytes got hr %#lx\n", size, hr );
}

#define ok_close( channel ) ok_close_( __LINE__, channel )
static inline void ok_close_( int line, IWTSVirtualChannel *channel )
{
    HRESULT hr = IWTSVirtualChannel_Close( channel );
    ok_(__BASE_FILE__, line)( hr == S_OK, "got hr %#lx\n", hr );
}

/*
 * The run.
 */

static inline BOOL write_resource( const WCHAR *name, const WCHAR *file )
{
    HRSRC resource = FindResourceW( NULL, name, L"TESTDLL" );
    HANDLE handle;
    DWORD written;
    BOOL ret;

    ok( resource != NULL, "the program has no %s\n", wine_dbgstr_w( name ) );
    handle = CreateFileW( file, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL );
    ok( handle != INVALID_HANDLE_VALUE, "could not create %s, error %lu\n", wine_dbgstr_w( file ), GetLastError() );
    if (!resource || handle == INVALID_HANDLE_VALUE) return FALSE;
    ret = WriteFile( handle, LockResource( LoadResource( NULL, resource ) ), SizeofResource( NULL, resource ), &written,
                     NULL );
    CloseHandle( handle );
    return ret;
}

/* A file of a name of its own: tests of several processes may run at once. */
static inline BOOL write_test_dll( const WCHAR *name, WCHAR *file )
{
    WCHAR directory[MAX_PATH];

    GetTempPathW( ARRAY_SIZE(directory), directory );
    return GetTempFileNameW( directory, L"dvc", 0, file ) && write_resource( name, file );
}

static inline BOOL load_plugin(void)
{
    CLSID clsid;
    HRESULT (WINAPI *get_class_object)( REFCLSID clsid, REFIID riid, void **out );
    HMODULE module = write_test_dll( L"testplugin.dll", peer.plugin_file ) ? LoadLibraryW( peer.plugin_file ) : NULL;

    ok( module != NULL, "could not load %s, error %lu\n", wine_dbgstr_w( peer.plugin_file ), GetLastError() );
    if (!module) return FALSE;
    peer.set_plugin_proc = (void *)GetProcAddress( module, "testplugin_set_proc" );
    peer.set_plugin_proc( plugin_proc );
    peer.plugin = is_served ? SERVED_CLASS : peer.plugin_file;
    CLSIDFromString( TEST_CLASS, &clsid );
    get_class_object = (void *)GetProcAddress( module, "DllGetClassObject" );
    return SUCCEEDED(get_class_object( &clsid, &IID_IClassFactory, (void **)&peer.plugin_factory ));
}

static inline BOOL load_client(void)
{
    HMODULE module = LoadLibraryW( L"mstscax.dll" );

    if (module) peer.entry_ex = (void *)GetProcAddress( module, "VirtualChannelEntryEx" );
    if (module) peer.entry = (void *)GetProcAddress( module, "VirtualChannelEntry" );
    if (peer.entry_ex) return TRUE;
    win_skip( "mstscax.dll has no VirtualChannelEntryEx: its channel manager works in a session only\n" );
    return FALSE;
}

static inline void run_in_form( enum form form, void (*tests)(void) )
{
    peer.form = form;
    delete_addin();
    winetest_push_context( "%s", form_names[form] );
    if (!form_is_ex() && !peer.entry) ok( 0, "mstscax.dll has no VirtualChannelEntry\n" );
    else if ((form == FORM_EX || form == FORM_WINDOWS)
             && (has_addins( HKEY_CURRENT_USER ) || has_addins( HKEY_LOCAL_MACHINE )))
        skip( "plug-ins are registered\n" );
    else tests();
    winetest_pop_context();
    delete_addin();
}

static inline BOOL peer_begin(void)
{
    if (!load_client() || !load_plugin()) return FALSE;
    InitializeCriticalSection( &peer.cs );
    InitializeCriticalSection( &script.cs );
    list_init( &peer.sent );
    peer.sent_count = CreateSemaphoreW( NULL, 0, 0x7fffffff, NULL );
    peer.waiting = CreateEventW( NULL, FALSE, FALSE, NULL );
    peer.go = CreateEventW( NULL, FALSE, FALSE, NULL );
    script.ended = CreateEventW( NULL, TRUE, FALSE, NULL );
    script.here = CreateEventW( NULL, FALSE, FALSE, NULL );
    script.go = CreateEventW( NULL, FALSE, FALSE, NULL );
    script.test_thread = GetCurrentThreadId();
    CoInitializeEx( NULL, COINIT_MULTITHREADED );
    return TRUE;
}

static inline void peer_end(void)
{
    CoUninitialize();
    DeleteFileW( peer.plugin_file );
}

static inline void run_served_by( unsigned int bits, void (*tests)(void) )
{
    struct served served;

    if (!served_register( &served, HKEY_LOCAL_MACHINE, bits, peer.plugin_factory )) return;
    if (served_start( &served ))
    {
        winetest_push_context( "%u-bit program", bits );
        tests();
        winetest_pop_context();
        served_stop( &served );
    }
    served_unregister( &served );
}

/* Runs the tests with mstscax.dll entered in each of the forms; if is_served, in one that does not read AddIns, with a program
 * of each bitness. */
static inline void run_in_all_forms( void (*tests)(void) )
{
    enum form form;

    if (!peer_begin()) return;
    if (!is_served) for (form = 0; form < FORM_COUNT && !wait_failed; form++) run_in_form( form, tests );
    else
    {
        run_served_by( OWN_BITS, tests );
        if (!wait_failed && served_has_other()) run_served_by( OTHER_BITS, tests );
    }
    peer_end();
}

#endif /* __MSTSCAX_TESTS_PEER_H */
