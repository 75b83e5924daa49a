/*
 * Tests: a static-channel client and a plug-in around mstscax.dll
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

#include <stdlib.h>
#include <string.h>

#include "session.h"
#include "ocidl.h"
#include "initguid.h"
#include "tsvirtualchannels.h"
#include "wine/cchannelex.h"
#include "../../dlls/mstscax/tests/host.h"

#include "wine/test.h"

#define MAX_CHANNELS 64

DEFINE_GUID( CLSID_WirePlugin, 0x0c1e5f0a, 0x93b7, 0x4d6b, 0x8e, 0x44, 0x7c, 0x0a, 0x52, 0x1f, 0x6d, 0x10 );
static const WCHAR wire_class[] = L"{0c1e5f0a-93b7-4d6b-8e44-7c0a521f6d10}";

struct event_queue
{
    SRWLOCK lock;
    CONDITION_VARIABLE arrived;
    struct event *head, **tail;     /* protected by lock */
};

static struct event_queue sent, called, warned;

static VIRTUALCHANNELENTRYEX *entry;

static struct
{
    void *user_param;
    PCHANNEL_INIT_EVENT_EX_FN init_event;
    PCHANNEL_OPEN_EVENT_EX_FN open_event;
    IWineDVCClient *client;
    HANDLE hang_up, ended;          /* the connection is to end, has ended */
    HANDLE go;                      /* set: OnDataReceived need not wait */
    LONG holding;                   /* it has waited */
    LONG64 held_bytes;
    LONG hold_sent;
    LONG accept;
    LONG channel_count;
    IWTSVirtualChannel *channels[MAX_CHANNELS];
} session;

static void queue_init( struct event_queue *queue )
{
    InitializeSRWLock( &queue->lock );
    InitializeConditionVariable( &queue->arrived );
    queue->head = NULL;
    queue->tail = &queue->head;
}

/* Any thread. */
static void queue_push( struct event_queue *queue, enum event_kind kind, unsigned int channel, const void *data,
                        SIZE_T size )
{
    struct event *event = malloc( sizeof(*event) + size );

    event->next = NULL;
    event->kind = kind;
    event->channel = channel;
    event->size = size;
    if (size) memcpy( event->data, data, size );
    AcquireSRWLockExclusive( &queue->lock );
    *queue->tail = event;
    queue->tail = &event->next;
    ReleaseSRWLockExclusive( &queue->lock );
    WakeConditionVariable( &queue->arrived );
}

/* The limit is short once something has failed to come. */
static struct event *queue_pop( struct event_queue *queue, DWORD timeout )
{
    static BOOL failed;
    DWORD limit = failed ? min( timeout, 100 ) : timeout;
    struct event *event;

    AcquireSRWLockExclusive( &queue->lock );
    while (!(event = queue->head))
        if (!SleepConditionVariableSRW( &queue->arrived, &queue->lock, limit, 0 )) break;
    failed |= !event && timeout;
    if (event && !(queue->head = event->next)) queue->tail = &queue->head;
    ReleaseSRWLockExclusive( &queue->lock );
    return event;
}

struct event *session_next_sent( DWORD timeout )
{
    return queue_pop( &sent, timeout );
}

struct event *session_next_call( DWORD timeout )
{
    return queue_pop( &called, timeout );
}

struct event *session_next_warning( DWORD timeout )
{
    return queue_pop( &warned, timeout );
}

/* The plug-in: one static object for all but the channels' callbacks, which know their number. */

struct callback
{
    IWTSVirtualChannelCallback IWTSVirtualChannelCallback_iface;
    LONG ref;
    unsigned int number;
};

static HRESULT query_interface( void *iface, REFIID riid, REFIID own, void **out )
{
    *out = NULL;
    if (!IsEqualGUID( riid, &IID_IUnknown ) && !IsEqualGUID( riid, own )) return E_NOINTERFACE;
    IUnknown_AddRef( (IUnknown *)iface );
    *out = iface;
    return S_OK;
}

static struct callback *impl_from_IWTSVirtualChannelCallback( IWTSVirtualChannelCallback *iface )
{
    return CONTAINING_RECORD( iface, struct callback, IWTSVirtualChannelCallback_iface );
}

static HRESULT STDMETHODCALLTYPE callback_QueryInterface( IWTSVirtualChannelCallback *iface, REFIID riid, void **out )
{
    return query_interface( iface, riid, &IID_IWTSVirtualChannelCallback, out );
}

static ULONG STDMETHODCALLTYPE callback_AddRef( IWTSVirtualChannelCallback *iface )
{
    return InterlockedIncrement( &impl_from_IWTSVirtualChannelCallback( iface )->ref );
}

static ULONG STDMETHODCALLTYPE callback_Release( IWTSVirtualChannelCallback *iface )
{
    struct callback *callback = impl_from_IWTSVirtualChannelCallback( iface );
    ULONG ref = InterlockedDecrement( &callback->ref );

    if (!ref) free( callback );
    return ref;
}

static HRESULT STDMETHODCALLTYPE callback_OnDataReceived( IWTSVirtualChannelCallback *iface, ULONG size, BYTE *data )
{
    WaitForSingleObject( session.go, INFINITE );
    if (InterlockedOr( &session.holding, 0 )) InterlockedExchangeAdd64( &session.held_bytes, size );
    else queue_push( &called, EVENT_DATA, impl_from_IWTSVirtualChannelCallback( iface )->number, data, size );
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE callback_OnClose( IWTSVirtualChannelCallback *iface )
{
    queue_push( &called, EVENT_CLOSED, impl_from_IWTSVirtualChannelCallback( iface )->number, NULL, 0 );
    return S_OK;
}

static IWTSVirtualChannelCallbackVtbl callback_vtbl =
{
    callback_QueryInterface,
    callback_AddRef,
    callback_Release,
    callback_OnDataReceived,
    callback_OnClose,
};

static HRESULT STDMETHODCALLTYPE listener_callback_QueryInterface( IWTSListenerCallback *iface, REFIID riid,
                                                                   void **out )
{
    return query_interface( iface, riid, &IID_IWTSListenerCallback, out );
}

static ULONG STDMETHODCALLTYPE listener_callback_AddRef( IWTSListenerCallback *iface )
{
    return 2;
}

static ULONG STDMETHODCALLTYPE listener_callback_Release( IWTSListenerCallback *iface )
{
    return 1;
}

static HRESULT STDMETHODCALLTYPE listener_callback_OnNewChannelConnection( IWTSListenerCallback *iface,
        IWTSVirtualChannel *channel, BSTR data, BOOL *accept, IWTSVirtualChannelCallback **out )
{
    unsigned int number = InterlockedIncrement( &session.channel_count );
    struct callback *callback;

    queue_push( &called, EVENT_OPENED, number, NULL, 0 );
    *accept = InterlockedOr( &session.accept, 0 );
    if (!*accept || number >= MAX_CHANNELS) return S_OK;
    callback = calloc( 1, sizeof(*callback) );
    callback->IWTSVirtualChannelCallback_iface.lpVtbl = &callback_vtbl;
    callback->ref = 1;
    callback->number = number;
    IWTSVirtualChannel_AddRef( channel );
    session.channels[number] = channel;
    *out = &callback->IWTSVirtualChannelCallback_iface;
    return S_OK;
}

static IWTSListenerCallbackVtbl listener_callback_vtbl =
{
    listener_callback_QueryInterface,
    listener_callback_AddRef,
    listener_callback_Release,
    listener_callback_OnNewChannelConnection,
};

static IWTSListenerCallback listener_callback = { &listener_callback_vtbl };

static HRESULT STDMETHODCALLTYPE plugin_QueryInterface( IWTSPlugin *iface, REFIID riid, void **out )
{
    return query_interface( iface, riid, &IID_IWTSPlugin, out );
}

static ULONG STDMETHODCALLTYPE plugin_AddRef( IWTSPlugin *iface )
{
    return 2;
}

static ULONG STDMETHODCALLTYPE plugin_Release( IWTSPlugin *iface )
{
    return 1;
}

static HRESULT STDMETHODCALLTYPE plugin_Initialize( IWTSPlugin *iface, IWTSVirtualChannelManager *manager )
{
    HRESULT hr = IWTSVirtualChannelManager_CreateListener( manager, "TEST", 0, &listener_callback, NULL );

    if (FAILED(hr)) return hr;
    return IWTSVirtualChannelManager_CreateListener( manager, "OTHER", 0, &listener_callback, NULL );
}

static HRESULT STDMETHODCALLTYPE plugin_Connected( IWTSPlugin *iface )
{
    queue_push( &called, EVENT_CONNECTED, 0, NULL, 0 );
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE plugin_Disconnected( IWTSPlugin *iface, DWORD code )
{
    queue_push( &called, EVENT_DISCONNECTED, 0, NULL, 0 );
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE plugin_Terminated( IWTSPlugin *iface )
{
    queue_push( &called, EVENT_TERMINATED, 0, NULL, 0 );
    return S_OK;
}

static IWTSPluginVtbl plugin_vtbl =
{
    plugin_QueryInterface,
    plugin_AddRef,
    plugin_Release,
    plugin_Initialize,
    plugin_Connected,
    plugin_Disconnected,
    plugin_Terminated,
};

static IWTSPlugin plugin = { &plugin_vtbl };

static HRESULT STDMETHODCALLTYPE factory_QueryInterface( IClassFactory *iface, REFIID riid, void **out )
{
    return query_interface( iface, riid, &IID_IClassFactory, out );
}

static ULONG STDMETHODCALLTYPE factory_AddRef( IClassFactory *iface )
{
    return 2;
}

static ULONG STDMETHODCALLTYPE factory_Release( IClassFactory *iface )
{
    return 1;
}

static HRESULT STDMETHODCALLTYPE factory_CreateInstance( IClassFactory *iface, IUnknown *outer, REFIID riid,
                                                         void **out )
{
    return IWTSPlugin_QueryInterface( &plugin, riid, out );
}

static HRESULT STDMETHODCALLTYPE factory_LockServer( IClassFactory *iface, BOOL lock )
{
    return S_OK;
}

static IClassFactoryVtbl factory_vtbl =
{
    factory_QueryInterface,
    factory_AddRef,
    factory_Release,
    factory_CreateInstance,
    factory_LockServer,
};

static IClassFactory plugin_factory = { &factory_vtbl };

/* The static-channel client: a transport that is through with a PDU at once, or never. */

static UINT VCAPITYPE init_ex( void *user_param, void *client_context, void *init_handle, CHANNEL_DEF *channels,
                               INT count, ULONG version, PCHANNEL_INIT_EVENT_EX_FN event_proc )
{
    session.user_param = user_param;
    session.init_event = event_proc;
    return CHANNEL_RC_OK;
}

static UINT VCAPITYPE open_ex( void *init_handle, DWORD *open_handle, char *name, PCHANNEL_OPEN_EVENT_EX_FN event_proc )
{
    session.open_event = event_proc;
    *open_handle = 1;
    return CHANNEL_RC_OK;
}

static UINT VCAPITYPE close_ex( void *init_handle, DWORD open_handle )
{
    return CHANNEL_RC_OK;
}

static void raise_event( UINT event )
{
    session.init_event( session.user_param, &session, event, NULL, 0 );
}

/* What the server sends is the test's; only the end comes here. */
static HRESULT STDMETHODCALLTYPE host_Read( IWineDVCHost *iface )
{
    WaitForSingleObject( session.hang_up, INFINITE );
    raise_event( CHANNEL_EVENT_TERMINATED );
    SetEvent( session.ended );
    return E_ABORT;
}

static HRESULT STDMETHODCALLTYPE host_Write( IWineDVCHost *iface, UINT32 connection, BYTE *pdus, UINT32 count,
                                             const UINT16 *sizes, void *write )
{
    BYTE *pdu = pdus;
    UINT32 i;

    for (i = 0; i < count; i++)
    {
        queue_push( &sent, EVENT_SENT, 0, pdu, sizes[i] );
        pdu += sizes[i] + WINE_DVC_HEADROOM;
    }
    if (!InterlockedOr( &session.hold_sent, 0 ))
        IWineDVCClient_Complete( session.client, write, pdu - pdus - count * WINE_DVC_HEADROOM );
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE host_OnWarning( IWineDVCHost *iface, UINT32 number, WINE_DVC_CAUSE cause,
                                                 const WCHAR *text )
{
    char line[512];
    int size = WideCharToMultiByte( CP_UTF8, 0, text, -1, line, sizeof(line), NULL, NULL );

    queue_push( &warned, EVENT_WARNING, 0, line, size );
    return S_OK;
}

BOOL session_load(void)
{
    HMODULE module = LoadLibraryW( L"mstscax.dll" );
    DWORD cookie;

    host_vtbl.Read = host_Read;
    host_vtbl.Write = host_Write;
    host_vtbl.OnWarning = host_OnWarning;
    if (!module || !(entry = (void *)GetProcAddress( module, "VirtualChannelEntryEx" ))) return FALSE;
    CoInitializeEx( NULL, COINIT_MULTITHREADED );
    return SUCCEEDED(CoRegisterClassObject( &CLSID_WirePlugin, (IUnknown *)&plugin_factory, CLSCTX_INPROC_SERVER,
                                            REGCLS_MULTIPLEUSE, &cookie ));
}

void session_start(void)
{
    CHANNEL_ENTRY_POINTS_FREERDP_EX entry_points = { 0 };
    const WCHAR *classes[] = { wire_class };
    HRESULT hr;

    memset( &session, 0, sizeof(session) );
    session.accept = TRUE;
    session.hang_up = CreateEventW( NULL, TRUE, FALSE, NULL );
    session.ended = CreateEventW( NULL, TRUE, FALSE, NULL );
    session.go = CreateEventW( NULL, TRUE, TRUE, NULL );
    queue_init( &sent );
    queue_init( &called );
    queue_init( &warned );
    entry_points.entry_points.cbSize = sizeof(entry_points);
    entry_points.entry_points.protocolVersion = VIRTUAL_CHANNEL_VERSION_WIN2000;
    entry_points.entry_points.pVirtualChannelInitEx = init_ex;
    entry_points.entry_points.pVirtualChannelOpenEx = open_ex;
    entry_points.entry_points.pVirtualChannelCloseEx = close_ex;
    entry_points.MagicNumber = FREERDP_CHANNEL_MAGIC_NUMBER;
    ok( entry( &entry_points.entry_points, &session ), "the entry failed\n" );
    session.client = entry_points.pInterface;
    hr = IWineDVCClient_Configure( session.client, &host_iface, ARRAY_SIZE(classes), classes );
    ok( hr == S_OK, "got hr %#lx\n", hr );
    raise_event( CHANNEL_EVENT_INITIALIZED );
    raise_event( CHANNEL_EVENT_CONNECTED );
}

void session_stop(void)
{
    LONG i;

    SetEvent( session.hang_up );
    WaitForSingleObject( session.ended, INFINITE );
    for (i = 1; i <= session.channel_count && i < MAX_CHANNELS; i++)
        if (session.channels[i]) IWTSVirtualChannel_Release( session.channels[i] );
    CloseHandle( session.hang_up );
    CloseHandle( session.ended );
    CloseHandle( session.go );
}

void session_reconnect(void)
{
    raise_event( CHANNEL_EVENT_DISCONNECTED );
    raise_event( CHANNEL_EVENT_CONNECTED );
}

void session_accept( BOOL accept )
{
    InterlockedExchange( &session.accept, accept );
}

void session_hold_calls( BOOL hold )
{
    if (!hold) SetEvent( session.go );
    else
    {
        InterlockedExchange( &session.holding, TRUE );
        ResetEvent( session.go );
    }
}

INT64 session_held_bytes(void)
{
    return InterlockedCompareExchange64( &session.held_bytes, 0, 0 );
}

void session_hold_sent( BOOL hold )
{
    InterlockedExchange( &session.hold_sent, hold );
}

void session_get_counters( WINE_DVC_COUNTERS *counters )
{
    IWineDVCClient_GetCounters( session.client, counters );
}

void session_receive( const BYTE *data, UINT32 size, UINT32 total, UINT32 flags )
{
    BYTE *exact = malloc( size );

    if (size) memcpy( exact, data, size );
    session.open_event( session.user_param, 1, CHANNEL_EVENT_DATA_RECEIVED, exact, size, total, flags );
    free( exact );
}

/* NULL if there was none of this number. */
static IWTSVirtualChannel *get_channel( unsigned int number )
{
    return number < MAX_CHANNELS ? session.channels[number] : NULL;
}

HRESULT session_write( unsigned int channel, const BYTE *data, UINT32 size )
{
    IWTSVirtualChannel *object = get_channel( channel );
    return object ? IWTSVirtualChannel_Write( object, size, (BYTE *)data, NULL ) : E_INVALIDARG;
}

HRESULT session_close( unsigned int channel )
{
    IWTSVirtualChannel *object = get_channel( channel );
    return object ? IWTSVirtualChannel_Close( object ) : E_INVALIDARG;
}
