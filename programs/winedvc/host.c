/*
 * The static-channel client that carries mstscax.dll's channel over the socket
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

#define COBJMACROS
#include "windef.h"
#include "winbase.h"
#include "winnls.h"
#include "objbase.h"

#include "initguid.h"
#include "wine/cchannelex.h"
#include "wine/mstscax.h"
#include "wine/debug.h"

#include "advice.h"
#include "guard.h"
#include "module.h"
#include "windows.h"
#include "winedvc.h"

WINE_DEFAULT_DEBUG_CHANNEL(winedvc);

C_ASSERT( sizeof(struct winedvc_frame) == WINE_DVC_HEADROOM );

/* From the end of the session to that of the process. */
#define END_LIMIT 10000

/* A run of PDUs, or a chunk of a static channel, in the addin's hands. */
struct outstanding
{
    void  *write;
    BOOL   is_static;
    UINT32 size;
    UINT32 credit;                  /* what of it the addin returns */
};

/* One per process: mstscax.dll's init handle. */
static struct host
{
    IWineDVCHost IWineDVCHost_iface;
    struct link *link;
    IWineDVCClient *client;
    HANDLE ending, ended;           /* the session: it ends, and plug-ins were told */
    const WCHAR *why;               /* it ended; NULL if the client asked for it */
    void  *user_param;
    PCHANNEL_INIT_EVENT_EX_FN init_event;
    PCHANNEL_OPEN_EVENT_EX_FN open_event;
    UINT32 drop;                    /* number of the data PDU that WINEDVC_TEST_DROP loses, 0 for none */

    SRWLOCK lock;
    /* protected by lock */
    BOOL   connected;
    UINT32 connection;              /* counts the connections */
    struct outstanding *outstanding;    /* a ring, in the order of sending */
    unsigned int first, count, capacity;

    /* the reader's */
    UINT32 credit;                  /* bytes returned that complete no whole run yet */
    ULONGLONG end_time;             /* of the session */
    UINT64 unconnected;             /* PDUs that came while there was no connection */
} host;

static HRESULT STDMETHODCALLTYPE host_QueryInterface( IWineDVCHost *iface, REFIID riid, void **out )
{
    if (!out) return E_POINTER;
    *out = IsEqualGUID( riid, &IID_IUnknown ) || IsEqualGUID( riid, &IID_IWineDVCHost ) ? iface : NULL;
    return *out ? S_OK : E_NOINTERFACE;
}

static ULONG STDMETHODCALLTYPE host_AddRef( IWineDVCHost *iface )
{
    return 2;
}

static ULONG STDMETHODCALLTYPE host_Release( IWineDVCHost *iface )
{
    return 1;
}

/* lock held: room for one more */
static BOOL reserve_outstanding( void )
{
    unsigned int capacity = host.capacity ? host.capacity * 2 : 256, i;
    struct outstanding *ring;

    if (host.count < host.capacity) return TRUE;
    if (!(ring = malloc( capacity * sizeof(*ring) ))) return FALSE;
    for (i = 0; i < host.count; i++) ring[i] = host.outstanding[(host.first + i) % host.capacity];
    free( host.outstanding );
    host.outstanding = ring;
    host.capacity = capacity;
    host.first = 0;
    return TRUE;
}

/* FALSE if there is none, or the oldest needs more credit. */
static BOOL pop_outstanding( struct outstanding *oldest, UINT32 credit )
{
    BOOL found;

    AcquireSRWLockExclusive( &host.lock );
    if ((found = host.count && host.outstanding[host.first].credit <= credit))
    {
        *oldest = host.outstanding[host.first];
        host.first = (host.first + 1) % host.capacity;
        host.count--;
    }
    ReleaseSRWLockExclusive( &host.lock );
    return found;
}

static void complete( const struct outstanding *run, BOOL dropped )
{
    if (run->is_static) IWineDVCClient_CompleteStatic( host.client, run->write, dropped );
    else IWineDVCClient_Complete( host.client, run->write, run->size );
}

static void take_credit( UINT32 bytes )
{
    struct outstanding oldest;

    host.credit += bytes;
    while (pop_outstanding( &oldest, host.credit ))
    {
        host.credit -= oldest.credit;
        complete( &oldest, FALSE );
    }
}

static void cancel_outstanding( void )
{
    struct outstanding oldest;

    while (pop_outstanding( &oldest, ~0u )) complete( &oldest, TRUE );
    host.credit = 0;
}

static UINT VCAPITYPE init_ex( void *user_param, void *client_context, void *init_handle, CHANNEL_DEF *channels,
                               INT count, ULONG version, PCHANNEL_INIT_EVENT_EX_FN event_proc )
{
    if (init_handle != &host) return CHANNEL_RC_BAD_INIT_HANDLE;
    if (!channels || count != 1) return CHANNEL_RC_TOO_MANY_CHANNELS;
    if (!event_proc) return CHANNEL_RC_BAD_PROC;
    host.user_param = user_param;
    host.init_event = event_proc;
    channels[0].options |= CHANNEL_OPTION_INITIALIZED;
    return CHANNEL_RC_OK;
}

static UINT VCAPITYPE open_ex( void *init_handle, DWORD *open_handle, char *name,
                               PCHANNEL_OPEN_EVENT_EX_FN event_proc )
{
    if (init_handle != &host) return CHANNEL_RC_BAD_INIT_HANDLE;
    if (!open_handle) return CHANNEL_RC_BAD_CHANNEL_HANDLE;
    if (!name || stricmp( name, "drdynvc" )) return CHANNEL_RC_UNKNOWN_CHANNEL_NAME;
    if (!event_proc) return CHANNEL_RC_BAD_PROC;
    *open_handle = 1;
    if (host.open_event) return CHANNEL_RC_ALREADY_OPEN;
    host.open_event = event_proc;
    return CHANNEL_RC_OK;
}

static UINT VCAPITYPE close_ex( void *init_handle, DWORD open_handle )
{
    if (init_handle != &host) return CHANNEL_RC_BAD_INIT_HANDLE;
    if (!host.open_event) return CHANNEL_RC_NOT_OPEN;
    host.open_event = NULL;
    return CHANNEL_RC_OK;
}

/* For the demonstration that a lost PDU is noticed. */
static BOOL is_dropped( const BYTE *pdu )
{
    BYTE cmd = pdu[0] >> 4;
    return host.drop && (cmd == 2 || cmd == 3) && !--host.drop;
}

static BOOL queue_pdus( BYTE *pdus, UINT32 count, const UINT16 *sizes )
{
    return link_queue_pdus( host.link, WINEDVC_STREAM_DRDYNVC, 0, pdus, count, sizes );
}

/* lock held; the addin returns no credit for what it does not get */
static BOOL queue_run( BYTE *pdus, UINT32 count, const UINT16 *sizes, struct outstanding *run )
{
    UINT32 i, first = 0;
    BYTE *next = pdus;

    for (i = 0; i < count; i++)
    {
        next += sizes[i] + WINE_DVC_HEADROOM;
        run->size += sizes[i];
        run->credit += sizes[i];
        if (!is_dropped( next - sizes[i] - WINE_DVC_HEADROOM )) continue;
        run->credit -= sizes[i];
        if (!queue_pdus( pdus, i - first, sizes + first )) return FALSE;
        pdus = next;
        first = i + 1;
    }
    return queue_pdus( pdus, count - first, sizes + first );
}

static int say_bye( const WCHAR *why )
{
    link_send( host.link, WINEDVC_BYE, NULL, 0, 1, &why );
    return why ? 1 : 0;
}

/* A stream never has a hole: the process ends, as after a crash. */
static HRESULT end_without_memory( void )
{
    TerminateProcess( GetCurrentProcess(), say_bye( L"no memory is left in the process of these plug-ins" ) );
    return E_OUTOFMEMORY;
}

static HRESULT STDMETHODCALLTYPE host_Write( IWineDVCHost *iface, UINT32 connection, BYTE *pdus, UINT32 count,
                                             const UINT16 *sizes, void *write )
{
    struct outstanding run = { .write = write };
    HRESULT hr = S_OK;

    AcquireSRWLockExclusive( &host.lock );
    if (!host.connected || connection != host.connection) hr = HRESULT_FROM_WIN32( ERROR_NOT_CONNECTED );
    else if (!reserve_outstanding() || !queue_run( pdus, count, sizes, &run )) hr = end_without_memory();
    else host.outstanding[(host.first + host.count++) % host.capacity] = run;
    ReleaseSRWLockExclusive( &host.lock );
    return hr;
}

static HRESULT STDMETHODCALLTYPE host_WriteStatic( IWineDVCHost *iface, UINT32 connection, UINT32 stream, UINT32 flags,
                                                   BYTE *chunk, UINT32 size, void *write )
{
    struct outstanding run = { .write = write, .is_static = TRUE, .size = size, .credit = size };
    UINT16 length = size;
    HRESULT hr = S_OK;

    AcquireSRWLockExclusive( &host.lock );
    if (!host.connected || connection != host.connection) hr = HRESULT_FROM_WIN32( ERROR_NOT_CONNECTED );
    else if (!reserve_outstanding() || !link_queue_pdus( host.link, stream, flags, chunk, 1, &length ))
        hr = end_without_memory();
    else host.outstanding[(host.first + host.count++) % host.capacity] = run;
    ReleaseSRWLockExclusive( &host.lock );
    return hr;
}

static HRESULT STDMETHODCALLTYPE host_Flush( IWineDVCHost *iface )
{
    link_flush( host.link );
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE host_OnPlugin( IWineDVCHost *iface, UINT32 plugin, const WCHAR *entry, HRESULT hr,
                                                WINE_DVC_CAUSE cause, const WCHAR *reason )
{
    struct winedvc_plugin fixed = { plugin, FAILED(hr) ? WINEDVC_PLUGIN_FAILED : WINEDVC_PLUGIN_READY, hr };
    WCHAR text[ADVICE_MAX] = L"";
    const WCHAR *strings[2] = { entry, text };

    if (reason) advice_of_failure( entry, hr, reason, cause, text );
    link_send( host.link, WINEDVC_PLUGIN, &fixed, sizeof(fixed), ARRAY_SIZE(strings), strings );
    return S_OK;
}

/* A fixed part with a channel's name behind it, whose bytes are nobody's text. */
static HRESULT send_with_name( enum winedvc_control type, const void *fixed, SIZE_T size, const char *name )
{
    BYTE body[WINEDVC_MAX_CONTROL];
    SIZE_T length = strlen( name ) + 1;

    if (length > sizeof(body) - size) return E_INVALIDARG;
    memcpy( body, fixed, size );
    memcpy( body + size, name, length );
    link_send( host.link, type, body, size + length, 0, NULL );
    return S_OK;
}

static HRESULT send_name( enum winedvc_control type, UINT32 plugin, const char *name )
{
    struct winedvc_listen fixed = { plugin };
    return send_with_name( type, &fixed, sizeof(fixed), name );
}

static HRESULT STDMETHODCALLTYPE host_OnListen( IWineDVCHost *iface, UINT32 plugin, const char *name )
{
    return send_name( WINEDVC_LISTEN, plugin, name );
}

static HRESULT STDMETHODCALLTYPE host_OnUnlisten( IWineDVCHost *iface, UINT32 plugin, const char *name )
{
    return send_name( WINEDVC_UNLISTEN, plugin, name );
}

static HRESULT STDMETHODCALLTYPE host_OnStatic( IWineDVCHost *iface, UINT32 plugin, UINT32 stream, const char *name,
                                                UINT32 options )
{
    struct winedvc_static fixed = { plugin, stream, options };

    return send_with_name( WINEDVC_STATIC, &fixed, sizeof(fixed), name );
}

static HRESULT STDMETHODCALLTYPE host_MapRenderer( IWineDVCHost *iface, UINT32 renderer, UINT64 mapping )
{
    struct winedvc_map fixed = { .mapping = mapping, .renderer = renderer };

    link_send( host.link, WINEDVC_MAP, &fixed, sizeof(fixed), 0, NULL );
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE host_UnmapRenderer( IWineDVCHost *iface, UINT32 renderer )
{
    struct winedvc_unmap fixed = { renderer };

    link_send( host.link, WINEDVC_UNMAP, &fixed, sizeof(fixed), 0, NULL );
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE host_SendPicture( IWineDVCHost *iface, UINT32 renderer, UINT32 width, UINT32 height,
                                                   const BYTE *pixels )
{
    struct winedvc_picture part = { renderer, width, height, 0 };
    UINT32 size = 4 * width * height;

    while (part.offset < size) part.offset += link_send_picture( host.link, &part, pixels + part.offset, size - part.offset );
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE host_OnSlow( IWineDVCHost *iface, UINT32 plugin, const WCHAR *entry,
                                              const char *what, UINT32 duration, BOOL again )
{
    struct winedvc_log fixed = { WINEDVC_LOG_WARN, plugin };
    WCHAR text[512], title[128], window[256] = L"";
    const WCHAR *string = text;
    BOOL first, shown = windows_raise( title, ARRAY_SIZE(title), &first );

    if (again && !first) return S_OK;   /* all that is new is a window */
    if (shown)
        swprintf( window, ARRAY_SIZE(window), L"; it shows a window, \"%s\", which may wait for an answer: look behind "
                  L"the session's", title );
    swprintf( text, ARRAY_SIZE(text), L"It has not returned from %hs for %u s: what waits for that waits, the rest "
              L"goes on%s", what, duration / 1000, window );
    link_send( host.link, WINEDVC_LOG, &fixed, sizeof(fixed), 1, &string );
    if (shown) link_send( host.link, WINEDVC_DIALOG, NULL, 0, 0, NULL );
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE host_OnReady( IWineDVCHost *iface )
{
    link_send( host.link, WINEDVC_READY, NULL, 0, 0, NULL );
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE host_OnDeclared( IWineDVCHost *iface )
{
    link_send( host.link, WINEDVC_DECLARED, NULL, 0, 0, NULL );
    return S_OK;
}

static HRESULT send_log( enum winedvc_log_level level, UINT32 plugin, WINE_DVC_CAUSE cause, const WCHAR *said )
{
    struct winedvc_log fixed = { level, plugin };
    WCHAR text[ADVICE_MAX];
    const WCHAR *string = text;

    advice_add( said, cause, text );
    link_send( host.link, WINEDVC_LOG, &fixed, sizeof(fixed), 1, &string );
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE host_OnWarning( IWineDVCHost *iface, UINT32 plugin, WINE_DVC_CAUSE cause,
                                                 const WCHAR *text )
{
    return send_log( WINEDVC_LOG_WARN, plugin, cause, text );
}

static HRESULT STDMETHODCALLTYPE host_OnInformation( IWineDVCHost *iface, UINT32 plugin, WINE_DVC_CAUSE cause,
                                                     const WCHAR *text )
{
    return send_log( WINEDVC_LOG_INFO, plugin, cause, text );
}

/* As after a crash: what the plug-ins hold need not be in a state to be ended in good order. */
static HRESULT STDMETHODCALLTYPE host_OnEnded( IWineDVCHost *iface, UINT32 plugin, WINE_DVC_CAUSE cause,
                                               const WCHAR *why )
{
    WCHAR text[ADVICE_MAX];

    advice_add( why, cause, text );
    TerminateProcess( GetCurrentProcess(), say_bye( text ) );
    return S_OK;
}

C_ASSERT( sizeof(((struct winedvc_stats *)0)->received) == sizeof(((WINE_DVC_TRAFFIC *)0)->received) );

static void send_stats( const char *name, struct winedvc_stats *stats, const WINE_DVC_TRAFFIC *traffic )
{
    memcpy( stats->received, traffic->received, sizeof(stats->received) );
    memcpy( stats->sent, traffic->sent, sizeof(stats->sent) );
    send_with_name( WINEDVC_STATS, stats, sizeof(*stats), name );
}

static void send_all_stats( void )
{
    struct winedvc_stats stats = { .bytes_received = 0 };
    WINE_DVC_COUNTERS counters;
    WINE_DVC_TRAFFIC traffic;
    const char *name;
    UINT32 i;

    for (i = 0; SUCCEEDED(IWineDVCClient_GetTraffic( host.client, i, &name, &traffic )); i++)
        send_stats( name, &stats, &traffic );

    IWineDVCClient_GetCounters( host.client, &counters );
    stats.bytes_received = counters.bytes_received;
    stats.bytes_sent = counters.bytes_sent;
    stats.cancelled = counters.pdus_cancelled;
    stats.ignored = counters.pdus_ignored + host.unconnected;
    stats.malformed = counters.pdus_malformed;
    stats.caps_repeated = counters.caps_repeated;
    stats.messages_dropped = counters.messages_dropped;
    stats.opened = counters.channels_opened;
    stats.refused = counters.channels_refused;
    send_stats( "", &stats, &counters.traffic );
}

static void set_connected( BOOL connected )
{
    AcquireSRWLockExclusive( &host.lock );
    host.connected = connected;
    host.connection += connected;
    ReleaseSRWLockExclusive( &host.lock );
}

static void disconnect( DWORD code )
{
    set_connected( FALSE );
    link_discard( host.link );
    IWineDVCClient_SetDisconnectCode( host.client, code );
    cancel_outstanding();
    host.init_event( host.user_param, &host, CHANNEL_EVENT_DISCONNECTED, NULL, 0 );
}

/* [MS-RDPBCGR] 3.1.5.2.2: one whole message. */
static void take_message( BYTE *data, UINT32 size )
{
    if (host.open_event && host.connected)
        host.open_event( host.user_param, 1, CHANNEL_EVENT_DATA_RECEIVED, data, size, size, CHANNEL_FLAG_ONLY );
    else host.unconnected++;
}

/* A chunk of a static channel. */
static void take_chunk( const struct winedvc_frame *frame, const BYTE *data )
{
    struct winedvc_chunk chunk;

    if (frame->size < sizeof(chunk) || !host.connected) return;
    memcpy( &chunk, data, sizeof(chunk) );
    IWineDVCClient_ReceiveStatic( host.client, frame->stream, frame->flags, chunk.total, data + sizeof(chunk),
                                  frame->size - sizeof(chunk) );
}

static BOOL take_hello( const struct winedvc_hello *hello )
{
    if (hello->major == WINEDVC_MAJOR) return TRUE;
    host.why = L"the addin and winedvc.exe are of different versions: install both from one release";
    return FALSE;
}

/* The fixed part that a control frame of this type begins with. */
static SIZE_T fixed_size( enum winedvc_control type )
{
    switch (type)
    {
    case WINEDVC_HELLO:        return sizeof(struct winedvc_hello);
    case WINEDVC_CONNECTED:    return sizeof(struct winedvc_connected);
    case WINEDVC_DISCONNECTED: return sizeof(struct winedvc_disconnected);
    case WINEDVC_CREDIT:       return sizeof(struct winedvc_credit);
    case WINEDVC_LIMITS:       return offsetof( struct winedvc_limits, total );
    case WINEDVC_JOINED:       return sizeof(struct winedvc_joined) + 1;
    case WINEDVC_RENDERING:    return sizeof(struct winedvc_rendering);
    case WINEDVC_TARGET:       return sizeof(struct winedvc_target);
    case WINEDVC_DRAWN:        return sizeof(struct winedvc_drawn);
    default:                   return 0;
    }
}

/* Without its server Wine ends a thread that asks it for something: then the addin waits in vain. */
static void answer_ping( void )
{
    DWORD flags;

    if (GetHandleInformation( host.ended, &flags )) link_send( host.link, WINEDVC_PONG, NULL, 0, 0, NULL );
}

static void take_limits( const struct winedvc_limits *sent )
{
    WINE_DVC_LIMITS limits = { sent->soft, sent->hard, sent->total, sent->threads };
    IWineDVCClient_SetLimits( host.client, &limits );
}

/* FALSE ends the session. */
static BOOL take_control( enum winedvc_control type, BYTE *data, SIZE_T size )
{
    union
    {
        struct winedvc_hello hello;
        struct winedvc_connected connected;
        struct winedvc_disconnected disconnected;
        struct winedvc_credit credit;
        struct winedvc_limits limits;
        struct winedvc_joined joined;
        struct winedvc_rendering rendering;
        struct winedvc_target target;
        struct winedvc_drawn drawn;
    } fixed;
    struct winedvc_connected purged;

    if (size < fixed_size( type ))
    {
        host.why = L"the addin sent a frame that is too short: install addin and winedvc.exe from one release";
        return FALSE;
    }
    memset( &fixed, 0, sizeof(fixed) ); /* an older addin knows fewer limits */
    memcpy( &fixed, data, min( size, sizeof(fixed) ) );
    switch (type)
    {
    case WINEDVC_HELLO:
        return take_hello( &fixed.hello );
    case WINEDVC_LIMITS:
        take_limits( &fixed.limits );
        break;
    case WINEDVC_CONNECTED:
        set_connected( TRUE );
        data[size - 1] = 0;
        host.init_event( host.user_param, &host, CHANNEL_EVENT_CONNECTED, data + sizeof(fixed.connected),
                         size - sizeof(fixed.connected) );
        break;
    case WINEDVC_DISCONNECTED:
        disconnect( fixed.disconnected.code );
        purged.epoch = fixed.disconnected.epoch;
        link_send( host.link, WINEDVC_PURGED, &purged, sizeof(purged), 0, NULL );
        break;
    case WINEDVC_JOINED:
        data[size - 1] = 0;
        IWineDVCClient_JoinStatic( host.client, fixed.joined.streams, (char *)data + sizeof(fixed.joined) );
        break;
    case WINEDVC_RENDERING:
        IWineDVCClient_SetRendering( host.client, fixed.rendering.possible != 0 );
        break;
    case WINEDVC_TARGET:
        IWineDVCClient_SetTarget( host.client, fixed.target.renderer, fixed.target.width, fixed.target.height );
        break;
    case WINEDVC_DRAWN:
        IWineDVCClient_PictureDone( host.client, fixed.drawn.renderer, fixed.drawn.drawn != 0 );
        break;
    case WINEDVC_CREDIT:
        take_credit( fixed.credit.bytes );
        break;
    case WINEDVC_PING:
        answer_ping();
        break;
    case WINEDVC_STATS:
        send_all_stats();
        break;
    case WINEDVC_TERMINATE:
        return FALSE;
    default:
        TRACE( "Ignoring control frame %u.\n", type );
    }
    return TRUE;
}

static BOOL take_frame( const struct winedvc_frame *frame, BYTE *data, void *context )
{
    if (frame->stream == WINEDVC_STREAM_CONTROL) return take_control( frame->flags, data, frame->size );
    if (frame->stream == WINEDVC_STREAM_DRDYNVC) take_message( data, frame->size );
    else take_chunk( frame, data );
    return TRUE;
}

/* Whatever plug-ins do with locks and threads, the process ends END_LIMIT after the session: until plug-ins have heard
 * of that the main thread sees to it, then the reader, since the main thread may hang in ExitProcess. Both are there
 * already: where the loader's lock is held for ever no thread begins any more. The client may be gone by then and kill
 * nobody. */
static DWORD time_left( void )
{
    ULONGLONG used = GetTickCount64() - host.end_time;

    return used < END_LIMIT ? END_LIMIT - used : 0;
}

static void end_session( void )
{
    host.end_time = GetTickCount64();
    SetEvent( host.ending );
    set_connected( FALSE );
    link_discard( host.link );
    cancel_outstanding();
    host.init_event( host.user_param, &host, CHANNEL_EVENT_TERMINATED, NULL, 0 );
    SetEvent( host.ended );
    WaitForSingleObject( GetCurrentProcess(), time_left() );
    TerminateProcess( GetCurrentProcess(), 1 );
}

static HRESULT STDMETHODCALLTYPE host_Read( IWineDVCHost *iface )
{
    if (link_receive( host.link, take_frame, NULL )) return S_OK;
    end_session();
    return HRESULT_FROM_WIN32( ERROR_GRACEFUL_DISCONNECT );
}

static const IWineDVCHostVtbl host_vtbl =
{
    /* IUnknown methods */
    host_QueryInterface,
    host_AddRef,
    host_Release,
    /* IWineDVCHost methods */
    host_Read,
    host_Write,
    host_Flush,
    host_OnPlugin,
    host_OnListen,
    host_OnUnlisten,
    host_OnSlow,
    host_OnReady,
    host_OnWarning,
    host_OnInformation,
    host_OnEnded,
    host_OnStatic,
    host_WriteStatic,
    host_OnDeclared,
    host_MapRenderer,
    host_UnmapRenderer,
    host_SendPicture,
};

static IWineDVCClient *enter( HMODULE module )
{
    VIRTUALCHANNELENTRYEX *entry = (VIRTUALCHANNELENTRYEX *)(void *)GetProcAddress( module, "VirtualChannelEntryEx" );
    CHANNEL_ENTRY_POINTS_FREERDP_EX entry_points =
    {
        .entry_points =
        {
            .cbSize = sizeof(entry_points),
            .protocolVersion = VIRTUAL_CHANNEL_VERSION_WIN2000,
            .pVirtualChannelInitEx = init_ex,
            .pVirtualChannelOpenEx = open_ex,
            .pVirtualChannelCloseEx = close_ex,
        },
        .MagicNumber = FREERDP_CHANNEL_MAGIC_NUMBER,
    };
    IWineDVCClient *client = NULL;

    if (!entry || !entry( &entry_points.entry_points, &host ) || !entry_points.pInterface) return NULL;
    IUnknown_QueryInterface( (IUnknown *)entry_points.pInterface, &IID_IWineDVCClient, (void **)&client );
    return client;
}

/* A stranger's DLL is named and refused. */
static int refuse( HMODULE module, const WCHAR *path )
{
    DWORD error = GetLastError();
    WCHAR why[MAX_PATH + 256];

    if (!module && error == ERROR_REVISION_MISMATCH)
        swprintf( why, ARRAY_SIZE(why), L"Wine has loaded another mstscax.dll in the place of %.260s: remove the one in "
                  L"Wine's own directory, or the override in WINEDLLOVERRIDES or winecfg", path );
    else if (module)
        swprintf( why, ARRAY_SIZE(why), L"%.260s is not winedvc's: remove it, or the override that loads it, "
                  L"or install winedvc again", path );
    else
        swprintf( why, ARRAY_SIZE(why), L"%.260s cannot be loaded, error %lu: install winedvc again", path,
                  error );
    return say_bye( why );
}

/* A number of the environment, for tests; 0 if it is not set. */
static UINT32 read_test_number( const WCHAR *name )
{
    WCHAR text[16];
    DWORD size = GetEnvironmentVariableW( name, text, ARRAY_SIZE(text) );

    return size && size < ARRAY_SIZE(text) ? wcstoul( text, NULL, 10 ) : 0;
}

int host_run( struct link *link, unsigned int count, WCHAR **entries )
{
    UINT32 slow = read_test_number( L"WINEDVC_TEST_SLOW" ); /* milliseconds of a call that is reported */
    WCHAR path[1024];
    HMODULE module;

    host.IWineDVCHost_iface.lpVtbl = &host_vtbl;
    host.link = link;
    host.drop = read_test_number( L"WINEDVC_TEST_DROP" );
    InitializeSRWLock( &host.lock );
    host.ending = CreateEventW( NULL, TRUE, FALSE, NULL );
    host.ended = CreateEventW( NULL, TRUE, FALSE, NULL );
    if (!host.ending || !host.ended || !guard_start( link )) return say_bye( L"out of memory" );

    module = module_load( path, ARRAY_SIZE(path) );
    if (!module || !(host.client = enter( module ))) return refuse( module, path );
    if (FAILED(IWineDVCClient_Configure( host.client, &host.IWineDVCHost_iface, count, (const WCHAR **)entries )))
        return say_bye( L"out of memory" );
    if (slow) IWineDVCClient_SetSlowLimit( host.client, slow );
    host.init_event( host.user_param, &host, CHANNEL_EVENT_INITIALIZED, NULL, 0 );

    guard_wait( host.ending, INFINITE );
    if (!guard_wait( host.ended, time_left() )) TerminateProcess( GetCurrentProcess(), 1 );
    send_all_stats();
    return say_bye( host.why );
}
