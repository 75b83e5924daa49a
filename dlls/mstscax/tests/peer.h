/*
 * Tests: the static-channel client and server, and a plug-in that records its calls
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

#define TIMEOUT 5000

/* Things that happened on other threads, in order, waited for with a limit. */
struct record
{
    struct list entry;
    unsigned int kind;
    void  *object;
    ULONG  value;
    DWORD  thread;
    SIZE_T size;
    BYTE  *data;
};

struct recorder
{
    CRITICAL_SECTION cs;
    struct list records;    /* protected by cs */
    HANDLE semaphore;       /* counts them */
};

static void recorder_init( struct recorder *recorder )
{
    InitializeCriticalSection( &recorder->cs );
    list_init( &recorder->records );
    recorder->semaphore = CreateSemaphoreW( NULL, 0, 0x7fffffff, NULL );
}

static void record( struct recorder *recorder, unsigned int kind, void *object, ULONG value, const void *data,
                    SIZE_T size )
{
    struct record *record = calloc( 1, sizeof(*record) + size );

    record->kind = kind;
    record->object = object;
    record->value = value;
    record->thread = GetCurrentThreadId();
    record->size = size;
    record->data = (BYTE *)(record + 1);
    if (size) memcpy( record->data, data, size );
    EnterCriticalSection( &recorder->cs );
    list_add_tail( &recorder->records, &record->entry );
    LeaveCriticalSection( &recorder->cs );
    ReleaseSemaphore( recorder->semaphore, 1, NULL );
}

/* The caller frees it; NULL after the limit, which is short once something has failed to come. */
static struct record *next_record( struct recorder *recorder, DWORD timeout )
{
    static BOOL failed;
    struct record *record;

    if (WaitForSingleObject( recorder->semaphore, failed ? min( timeout, 100 ) : timeout ))
    {
        failed |= timeout != 0;
        return NULL;
    }
    EnterCriticalSection( &recorder->cs );
    record = LIST_ENTRY( list_head( &recorder->records ), struct record, entry );
    list_remove( &record->entry );
    LeaveCriticalSection( &recorder->cs );
    return record;
}

/* What the transport was given, and what the plug-in was called for. */
static struct recorder sent, called;

/*
 * The static-channel client. The test's thread raises the events itself.
 */

enum transport { COMPLETE_AT_ONCE, HOLD, REFUSE, WAIT };

static struct
{
    enum transport transport;
    UINT init_error;
    void *user_param;
    CHANNEL_DEF channel;
    PCHANNEL_INIT_EVENT_EX_FN init_event;
    PCHANNEL_OPEN_EVENT_EX_FN open_event;
    HANDLE waiting, go;     /* transport WAIT: it is in WriteEx; it may go on */
} peer;

static UINT VCAPITYPE init_ex( void *user_param, void *client_context, void *init_handle, CHANNEL_DEF *channels,
                               INT count, ULONG version, PCHANNEL_INIT_EVENT_EX_FN event_proc )
{
    ok( init_handle == &peer, "got init handle %p\n", init_handle );
    ok( count == 1 && version == VIRTUAL_CHANNEL_VERSION_WIN2000, "got %d channels, version %lu\n", count, version );
    peer.user_param = user_param;
    peer.channel = *channels;
    peer.init_event = event_proc;
    return peer.init_error;
}

static UINT VCAPITYPE open_ex( void *init_handle, DWORD *open_handle, char *name, PCHANNEL_OPEN_EVENT_EX_FN event_proc )
{
    ok( init_handle == &peer, "got init handle %p\n", init_handle );
    ok( !strcmp( name, "drdynvc" ), "got name %s\n", name );
    peer.open_event = event_proc;
    *open_handle = 7;
    return CHANNEL_RC_OK;
}

static UINT VCAPITYPE close_ex( void *init_handle, DWORD open_handle )
{
    return CHANNEL_RC_OK;
}

static UINT VCAPITYPE write_ex( void *init_handle, DWORD open_handle, void *data, ULONG size, void *user_data )
{
    ok( init_handle == &peer && open_handle == 7, "got handles %p, %lu\n", init_handle, open_handle );
    ok( size <= 1600, "a PDU has %lu bytes\n", size );
    memset( (BYTE *)data - WINE_DVC_HEADROOM, 0xcc, WINE_DVC_HEADROOM );
    if (peer.transport == REFUSE) return CHANNEL_RC_NOT_CONNECTED;
    if (peer.transport == WAIT)
    {
        peer.transport = COMPLETE_AT_ONCE;
        SetEvent( peer.waiting );
        WaitForSingleObject( peer.go, TIMEOUT );
    }
    record( &sent, 0, user_data, size, data, size );
    if (peer.transport == COMPLETE_AT_ONCE)
        peer.open_event( peer.user_param, open_handle, CHANNEL_EVENT_WRITE_COMPLETE, user_data, size, size, 0 );
    return CHANNEL_RC_OK;
}

static void init_entry_points( CHANNEL_ENTRY_POINTS_EX *entry_points, DWORD size )
{
    memset( entry_points, 0, size );
    entry_points->cbSize = size;
    entry_points->protocolVersion = VIRTUAL_CHANNEL_VERSION_WIN2000;
    entry_points->pVirtualChannelInitEx = init_ex;
    entry_points->pVirtualChannelOpenEx = open_ex;
    entry_points->pVirtualChannelCloseEx = close_ex;
    entry_points->pVirtualChannelWriteEx = write_ex;
}

static void raise_event( UINT event )
{
    peer.init_event( peer.user_param, &peer, event, NULL, 0 );
}

/*
 * The server.
 */

static void server_sends( const void *data, UINT32 size )
{
    peer.open_event( peer.user_param, 7, CHANNEL_EVENT_DATA_RECEIVED, (void *)data, size, size, CHANNEL_FLAG_ONLY );
}

static void server_creates( BYTE id, const char *name )
{
    BYTE pdu[300] = { 0x10, id };

    strcpy( (char *)pdu + 2, name );
    server_sends( pdu, 2 + strlen( name ) + 1 );
}

static void server_closes( BYTE id )
{
    BYTE pdu[] = { 0x40, id };
    server_sends( pdu, sizeof(pdu) );
}

/* One DATA, so at most 1598 bytes. */
static void server_writes( BYTE id, const void *data, UINT32 size )
{
    BYTE pdu[1600] = { 0x30, id };

    memcpy( pdu + 2, data, size );
    server_sends( pdu, 2 + size );
}

static void ok_sent_( int line, const void *expected, SIZE_T size )
{
    struct record *pdu = next_record( &sent, TIMEOUT );

    ok_(__FILE__, line)( pdu != NULL, "nothing was sent\n" );
    if (!pdu) return;
    ok_(__FILE__, line)( pdu->size == size && !memcmp( pdu->data, expected, size ),
                         "sent %Iu bytes that begin with %02x %02x\n", pdu->size, pdu->data[0], pdu->data[1] );
    free( pdu );
}
#define ok_sent( ... ) ok_sent_( __LINE__, (const BYTE[]){ __VA_ARGS__ }, sizeof((const BYTE[]){ __VA_ARGS__ }) )

/* All that was to be sent has been: what is sent now is the answer to something that comes later. */
static void ok_nothing_sent_( int line )
{
    static const BYTE caps[] = { 0x50, 0, 1, 0 };

    server_sends( caps, sizeof(caps) );
    ok_sent_( line, caps, sizeof(caps) );
}
#define ok_nothing_sent() ok_nothing_sent_( __LINE__ )

/* A message's fragments, put together again. */
static void ok_message_( int line, BYTE id, const BYTE *message, SIZE_T size )
{
    SIZE_T done = 0, header;
    struct record *pdu;
    BYTE cmd;

    while (done < size)
    {
        if (!(pdu = next_record( &sent, TIMEOUT ))) break;
        cmd = pdu->data[0] >> 4;
        ok_(__FILE__, line)( pdu->data[1] == id, "a PDU is for channel %u\n", pdu->data[1] );
        ok_(__FILE__, line)( cmd == (done || size <= 1590 ? 3 : 2), "the PDU at %Iu has command %u\n", done, cmd );
        header = 2 + (cmd == 2 ? 1 << (pdu->data[0] >> 2 & 3) : 0);
        ok_(__FILE__, line)( pdu->size - header == min( size - done, 1590 ), "the PDU at %Iu has %Iu bytes\n", done,
                             pdu->size );
        if (memcmp( pdu->data + header, message + done, min( size - done, pdu->size - header ) ))
            ok_(__FILE__, line)( 0, "the PDU at %Iu has other bytes\n", done );
        done += pdu->size - header;
        free( pdu );
    }
    ok_(__FILE__, line)( done == size, "%Iu bytes of %Iu were sent\n", done, size );
}
#define ok_message( id, message, size ) ok_message_( __LINE__, id, message, size )

/*
 * The plug-in. Every call is recorded; what a callback does beside that is set per test.
 */

enum call
{
    INITIALIZE, CONNECTED, DISCONNECTED, TERMINATED, RELEASED, NEW_CHANNEL, DATA_RECEIVED, CLOSED, CALLBACK_RELEASED,
};

static const char *call_names[] =
{
    "Initialize", "Connected", "Disconnected", "Terminated", "Release of the plug-in", "OnNewChannelConnection",
    "OnDataReceived", "OnClose", "Release of the callback",
};

struct test_channel
{
    IWTSVirtualChannelCallback IWTSVirtualChannelCallback_iface;
    LONG ref;
    IWTSVirtualChannel *channel;
};

static struct
{
    HRESULT initialize_hr;
    void (*on_initialize)( IWTSVirtualChannelManager *manager );
    HRESULT new_channel_hr;
    BOOL accept;
    BOOL give_callback;
    void (*on_new_channel)( IWTSVirtualChannel *channel );
    void (*on_data)( IWTSVirtualChannel *channel, ULONG size, BYTE *data );
    void (*on_close)( IWTSVirtualChannel *channel );
    IWTSVirtualChannelManager *manager;     /* of the last Initialize */
    IWTSVirtualChannel *channel;            /* of the last OnNewChannelConnection */
} plugin;

static void ok_called_( int line, enum call call, ULONG value )
{
    struct record *record = next_record( &called, TIMEOUT );

    ok_(__FILE__, line)( record != NULL, "%s was not called\n", call_names[call] );
    if (!record) return;
    ok_(__FILE__, line)( record->kind == call && record->value == value, "got %s, value %lu, instead of %s, value %lu\n",
                         call_names[record->kind], record->value, call_names[call], value );
    ok_(__FILE__, line)( record->thread != GetCurrentThreadId(), "%s came on the caller's thread\n",
                         call_names[record->kind] );
    free( record );
}
#define ok_called( call, value ) ok_called_( __LINE__, call, value )

/* The calls of one object come in order: this one comes after all that are due. */
static void ok_not_called_( int line )
{
    struct record *record = next_record( &called, 0 );

    ok_(__FILE__, line)( !record, "got %s, value %lu\n", record ? call_names[record->kind] : "", record ? record->value : 0 );
    free( record );
}
#define ok_not_called() ok_not_called_( __LINE__ )

static HRESULT query_interface( void *iface, REFIID riid, REFIID own, void **out )
{
    *out = NULL;
    if (!IsEqualGUID( riid, &IID_IUnknown ) && !IsEqualGUID( riid, own )) return E_NOINTERFACE;
    IUnknown_AddRef( (IUnknown *)iface );
    *out = iface;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE callback_QueryInterface( IWTSVirtualChannelCallback *iface, REFIID riid, void **out )
{
    return query_interface( iface, riid, &IID_IWTSVirtualChannelCallback, out );
}

static ULONG STDMETHODCALLTYPE callback_AddRef( IWTSVirtualChannelCallback *iface )
{
    return InterlockedIncrement( &CONTAINING_RECORD( iface, struct test_channel, IWTSVirtualChannelCallback_iface )->ref );
}

static ULONG STDMETHODCALLTYPE callback_Release( IWTSVirtualChannelCallback *iface )
{
    struct test_channel *channel = CONTAINING_RECORD( iface, struct test_channel, IWTSVirtualChannelCallback_iface );
    ULONG ref = InterlockedDecrement( &channel->ref );

    if (!ref)
    {
        record( &called, CALLBACK_RELEASED, iface, 0, NULL, 0 );
        IWTSVirtualChannel_Release( channel->channel );
        free( channel );
    }
    return ref;
}

static HRESULT STDMETHODCALLTYPE callback_OnDataReceived( IWTSVirtualChannelCallback *iface, ULONG size, BYTE *data )
{
    struct test_channel *channel = CONTAINING_RECORD( iface, struct test_channel, IWTSVirtualChannelCallback_iface );

    ok( data != NULL, "got no data\n" );
    record( &called, DATA_RECEIVED, iface, size, data, size );
    if (plugin.on_data) plugin.on_data( channel->channel, size, data );
    return 0xdeadbeef;
}

static HRESULT STDMETHODCALLTYPE callback_OnClose( IWTSVirtualChannelCallback *iface )
{
    struct test_channel *channel = CONTAINING_RECORD( iface, struct test_channel, IWTSVirtualChannelCallback_iface );

    record( &called, CLOSED, iface, 0, NULL, 0 );
    if (plugin.on_close) plugin.on_close( channel->channel );
    return E_FAIL;
}

static IWTSVirtualChannelCallbackVtbl callback_vtbl =
{
    callback_QueryInterface, callback_AddRef, callback_Release, callback_OnDataReceived, callback_OnClose,
};

static HRESULT STDMETHODCALLTYPE listener_callback_QueryInterface( IWTSListenerCallback *iface, REFIID riid, void **out )
{
    return query_interface( iface, riid, &IID_IWTSListenerCallback, out );
}

static LONG listener_callback_ref;

static ULONG STDMETHODCALLTYPE listener_callback_AddRef( IWTSListenerCallback *iface )
{
    return InterlockedIncrement( &listener_callback_ref );
}

static ULONG STDMETHODCALLTYPE listener_callback_Release( IWTSListenerCallback *iface )
{
    return InterlockedDecrement( &listener_callback_ref );
}

static HRESULT STDMETHODCALLTYPE listener_callback_OnNewChannelConnection( IWTSListenerCallback *iface,
        IWTSVirtualChannel *channel, BSTR data, BOOL *accept, IWTSVirtualChannelCallback **out )
{
    struct test_channel *object;

    ok( !data, "got data %p\n", data );
    ok( !*accept && !*out, "the answers are preset to %d, %p\n", *accept, *out );
    plugin.channel = channel;
    record( &called, NEW_CHANNEL, channel, 0, NULL, 0 );
    if (plugin.on_new_channel) plugin.on_new_channel( channel );
    *accept = plugin.accept;
    if (plugin.give_callback)
    {
        object = calloc( 1, sizeof(*object) );
        object->IWTSVirtualChannelCallback_iface.lpVtbl = &callback_vtbl;
        object->ref = 1;
        object->channel = channel;
        IWTSVirtualChannel_AddRef( channel );
        *out = &object->IWTSVirtualChannelCallback_iface;
    }
    return plugin.new_channel_hr;
}

static IWTSListenerCallbackVtbl listener_callback_vtbl =
{
    listener_callback_QueryInterface, listener_callback_AddRef, listener_callback_Release,
    listener_callback_OnNewChannelConnection,
};

static IWTSListenerCallback listener_callback = { &listener_callback_vtbl };

struct test_plugin
{
    IWTSPlugin IWTSPlugin_iface;
    LONG ref;
};

static HRESULT STDMETHODCALLTYPE plugin_QueryInterface( IWTSPlugin *iface, REFIID riid, void **out )
{
    return query_interface( iface, riid, &IID_IWTSPlugin, out );
}

static ULONG STDMETHODCALLTYPE plugin_AddRef( IWTSPlugin *iface )
{
    return InterlockedIncrement( &CONTAINING_RECORD( iface, struct test_plugin, IWTSPlugin_iface )->ref );
}

static ULONG STDMETHODCALLTYPE plugin_Release( IWTSPlugin *iface )
{
    struct test_plugin *object = CONTAINING_RECORD( iface, struct test_plugin, IWTSPlugin_iface );
    ULONG ref = InterlockedDecrement( &object->ref );

    if (!ref)
    {
        record( &called, RELEASED, iface, 0, NULL, 0 );
        free( object );
    }
    return ref;
}

static HRESULT STDMETHODCALLTYPE plugin_Initialize( IWTSPlugin *iface, IWTSVirtualChannelManager *manager )
{
    plugin.manager = manager;
    if (plugin.on_initialize) plugin.on_initialize( manager );
    record( &called, INITIALIZE, iface, 0, NULL, 0 );
    return plugin.initialize_hr;
}

static HRESULT STDMETHODCALLTYPE plugin_Connected( IWTSPlugin *iface )
{
    record( &called, CONNECTED, iface, 0, NULL, 0 );
    return E_FAIL;
}

static HRESULT STDMETHODCALLTYPE plugin_Disconnected( IWTSPlugin *iface, DWORD code )
{
    record( &called, DISCONNECTED, iface, code, NULL, 0 );
    return E_FAIL;
}

static HRESULT STDMETHODCALLTYPE plugin_Terminated( IWTSPlugin *iface )
{
    record( &called, TERMINATED, iface, 0, NULL, 0 );
    return E_FAIL;
}

static IWTSPluginVtbl plugin_vtbl =
{
    plugin_QueryInterface, plugin_AddRef, plugin_Release, plugin_Initialize, plugin_Connected, plugin_Disconnected,
    plugin_Terminated,
};

static IWTSPlugin *create_plugin(void)
{
    struct test_plugin *object = calloc( 1, sizeof(*object) );

    object->IWTSPlugin_iface.lpVtbl = &plugin_vtbl;
    object->ref = 1;
    return &object->IWTSPlugin_iface;
}

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

/* Known plug-ins answer this one interface only. */
static HRESULT STDMETHODCALLTYPE factory_CreateInstance( IClassFactory *iface, IUnknown *outer, REFIID riid, void **out )
{
    ok( !outer, "got outer %p\n", outer );
    ok( IsEqualGUID( riid, &IID_IWTSPlugin ), "got riid %s\n", wine_dbgstr_guid( riid ) );
    *out = create_plugin();
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE factory_LockServer( IClassFactory *iface, BOOL lock )
{
    return S_OK;
}

static IClassFactoryVtbl factory_vtbl =
{
    factory_QueryInterface, factory_AddRef, factory_Release, factory_CreateInstance, factory_LockServer,
};

static IClassFactory plugin_factory = { &factory_vtbl };

#endif /* __MSTSCAX_TESTS_PEER_H */
