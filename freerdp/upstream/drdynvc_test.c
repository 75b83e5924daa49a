/*
 * FreeRDP's drdynvc with a client and a server around it, for the patches beside this file
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

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <winpr/collections.h>
#include <freerdp/addin.h>
#include <freerdp/client/drdynvc.h>
#include <freerdp/dvc.h>
#include <freerdp/freerdp.h>
#include <freerdp/svc.h>

#ifdef __SANITIZE_ADDRESS__
#define ROUNDS 300
#else
#define ROUNDS 3000
#endif

enum { CREATE = 1, DATA = 3, CLOSE = 4, CAPS = 5, DATA_COMPRESSED = 7 };    /* [MS-RDPEDYC] 2.2 */

/* as FreeRDP builds it in */
BOOL VCAPITYPE drdynvc_VirtualChannelEntryEx( PCHANNEL_ENTRY_POINTS_EX entry_points, PVOID handle );

static unsigned int failures;

static void check( BOOL right, const char *what )
{
    if (right) return;
    printf( "WRONG: %s\n", what );
    failures++;
}

/* ---- the client: one static channel, and what drdynvc has written to it */

static struct
{
    PCHANNEL_INIT_EVENT_EX_FN init_event;
    PCHANNEL_OPEN_EVENT_EX_FN open_event;
    void           *user;
    DrdynvcClientContext *context;
    pthread_mutex_t lock;
    pthread_cond_t  written;
    BYTE            pdus[16][16];   /* how the last one of each command begins; this and counts are protected by lock */
    unsigned int    counts[16];
} client = { .lock = PTHREAD_MUTEX_INITIALIZER, .written = PTHREAD_COND_INITIALIZER };

static UINT VCAPITYPE client_init( LPVOID user, LPVOID context, LPVOID handle, PCHANNEL_DEF channel, INT count,
                                   ULONG version, PCHANNEL_INIT_EVENT_EX_FN event )
{
    (void)handle, (void)channel, (void)count, (void)version;
    client.user = user;
    client.context = context;
    client.init_event = event;
    return CHANNEL_RC_OK;
}

static UINT VCAPITYPE client_open( LPVOID handle, LPDWORD open_handle, PCHAR name, PCHANNEL_OPEN_EVENT_EX_FN event )
{
    (void)handle, (void)name;
    *open_handle = 1;
    client.open_event = event;
    return CHANNEL_RC_OK;
}

static UINT VCAPITYPE client_close( LPVOID handle, DWORD open_handle )
{
    (void)handle, (void)open_handle;
    return CHANNEL_RC_OK;
}

static UINT VCAPITYPE client_write( LPVOID handle, DWORD open_handle, LPVOID data, ULONG size, LPVOID user )
{
    BYTE command = *(BYTE *)data >> 4;

    (void)handle;
    pthread_mutex_lock( &client.lock );
    memcpy( client.pdus[command], data, size < sizeof(client.pdus[0]) ? size : sizeof(client.pdus[0]) );
    client.counts[command]++;
    pthread_cond_broadcast( &client.written );
    pthread_mutex_unlock( &client.lock );
    client.open_event( client.user, open_handle, CHANNEL_EVENT_WRITE_COMPLETE, user, size, size, 0 );
    return CHANNEL_RC_OK;
}

static void event( UINT what )
{
    static char host[] = "test";

    client.init_event( client.user, &client, what, host, sizeof(host) );
}

/* ---- the server */

static void server_sends( const void *pdu, UINT32 size )
{
    client.open_event( client.user, 1, CHANNEL_EVENT_DATA_RECEIVED, (void *)pdu, size, size,
                       CHANNEL_FLAG_FIRST | CHANNEL_FLAG_LAST );
}

static void server_sends_pdu( unsigned int command, UINT32 id, const char *body, UINT32 size )
{
    BYTE pdu[64] = { command << 4 | 2, id & 0xff, id >> 8 & 0xff, id >> 16 & 0xff, id >> 24 };

    memcpy( pdu + 5, body, size );
    server_sends( pdu, 5 + size );
}

static unsigned int server_has( unsigned int command )
{
    unsigned int count;

    pthread_mutex_lock( &client.lock );
    count = client.counts[command];
    pthread_mutex_unlock( &client.lock );
    return count;
}

/* The PDU with that command that the client sends after count of them. */
static void server_awaits( unsigned int command, unsigned int count, BYTE pdu[16] )
{
    pthread_mutex_lock( &client.lock );
    while (client.counts[command] <= count) pthread_cond_wait( &client.written, &client.lock );
    memcpy( pdu, client.pdus[command], 16 );
    pthread_mutex_unlock( &client.lock );
}

/* false: the client refuses the channel */
static BOOL server_creates( UINT32 id, const char *name )
{
    unsigned int count = server_has( CREATE );
    BYTE pdu[16];

    server_sends_pdu( CREATE, id, name, strlen( name ) + 1 );
    server_awaits( CREATE, count, pdu );
    return !memcmp( pdu + 5, "\0\0\0", 4 );
}

/* drdynvc has seen all that was sent before. */
static void server_catches_up( void )
{
    check( !server_creates( 0xffffff, "nobody" ), "a channel that nobody has is refused" );
}

/* ---- a plug-in of FreeRDP's */

struct callback
{
    IWTSVirtualChannelCallback iface;
    unsigned int messages;
};

static struct
{
    IWTSPlugin iface;
    IWTSListenerCallback listener;
    IWTSVirtualChannel *channel;    /* the newest */
    unsigned int messages;
    unsigned int closes;
} plugin;

static UINT callback_OnDataReceived( IWTSVirtualChannelCallback *iface, wStream *data )
{
    struct callback *callback = (struct callback *)iface;

    (void)data;
    callback->messages++;
    plugin.messages++;
    return CHANNEL_RC_OK;
}

static UINT callback_OnClose( IWTSVirtualChannelCallback *iface )
{
    plugin.closes++;
    free( iface );
    return CHANNEL_RC_OK;
}

static UINT listener_OnNewChannelConnection( IWTSListenerCallback *iface, IWTSVirtualChannel *channel, BYTE *data,
                                             BOOL *accept, IWTSVirtualChannelCallback **out )
{
    struct callback *callback = calloc( 1, sizeof(*callback) );

    (void)iface, (void)data, (void)accept;
    if (!callback) abort();
    callback->iface.OnDataReceived = callback_OnDataReceived;
    callback->iface.OnClose = callback_OnClose;
    plugin.channel = channel;
    *out = &callback->iface;
    return CHANNEL_RC_OK;
}

static UINT plugin_Initialize( IWTSPlugin *iface, IWTSVirtualChannelManager *manager )
{
    (void)iface;
    plugin.listener.OnNewChannelConnection = listener_OnNewChannelConnection;
    return manager->CreateListener( manager, "plugin", 0, &plugin.listener, NULL );
}

static UINT VCAPITYPE plugin_entry( IDRDYNVC_ENTRY_POINTS *entry_points )
{
    plugin.iface.Initialize = plugin_Initialize;
    return entry_points->RegisterPlugin( entry_points, "test", &plugin.iface );
}

static PVIRTUALCHANNELENTRY load_plugin( LPCSTR name, LPCSTR subsystem, LPCSTR type, DWORD flags )
{
    (void)name, (void)subsystem, (void)type, (void)flags;
    return WINPR_FUNC_PTR_CAST( &plugin_entry, PVIRTUALCHANNELENTRY );
}

/* ---- the tests */

static void test_capabilities( void )
{
    static const BYTE answers[] = { 1, 2, 2, 2 };
    BYTE request[12] = { CAPS << 4 }, pdu[16];
    unsigned int version, count;

    server_catches_up();
    server_awaits( CAPS, 0, pdu );
    check( pdu[2] == 2 && !pdu[3], "who was not asked has version 2" );
    for (version = 1; version <= sizeof(answers); version++)
    {
        request[2] = version;
        count = server_has( CAPS );
        server_sends( request, version == 1 ? 4 : sizeof(request) );
        server_awaits( CAPS, count, pdu );
        check( pdu[2] == answers[version - 1] && !pdu[3], "the answer is version 2 at most" );
    }
}

static void *close_channel( void *arg )
{
    IWTSVirtualChannel *channel = arg;

    channel->Close( channel );
    return NULL;
}

static void test_close( void )
{
    unsigned int round, i;
    pthread_t thread;

    for (round = 1; round <= ROUNDS; round++)
    {
        check( server_creates( round, "plugin" ), "the plug-in accepts" );
        pthread_create( &thread, NULL, close_channel, plugin.channel );
        for (i = 0; i < 20; i++) server_sends_pdu( DATA, round, "x", 1 );
        pthread_join( thread, NULL );
        server_catches_up();
        check( plugin.closes == round, "each channel is closed once" );
    }
}

static UINT32 closing_id;   /* 0: no test wants to be asked */

/* drdynvc_main.c is built with this name for HashTable_Remove. The thread that dropped the last reference is
 * held up here, and another one looks for the channel. */
BOOL test_HashTable_Remove( wHashTable *table, const void *key )
{
    static const struct timespec while_another_looks = { 0, 2000000 };

    if (closing_id)
    {
        server_sends_pdu( DATA, closing_id, "x", 1 );
        closing_id = 0;
        nanosleep( &while_another_looks, NULL );
    }
    return HashTable_Remove( table, key );
}

static void test_references( void )
{
    unsigned int round;

    for (round = 1; round <= ROUNDS / 10; round++)
    {
        check( server_creates( round, "plugin" ), "the plug-in accepts" );
        closing_id = round;
        close_channel( plugin.channel );
        server_catches_up();
        check( plugin.closes == round, "each channel is closed once" );
    }
}

#ifdef WITH_OWNER

static struct
{
    DrdynvcOwner owner;
    unsigned int pdus[16];  /* by command */
    size_t sent;
} owner;

static BOOL owner_offered( DrdynvcOwner *iface, UINT32 id, const char *name )
{
    (void)iface, (void)id;
    return !strcmp( name, "owner" );
}

static void owner_received( DrdynvcOwner *iface, const BYTE *pdu, size_t length )
{
    (void)iface;
    if (length) owner.pdus[pdu[0] >> 4]++;
}

static void owner_sent( DrdynvcOwner *iface, size_t length )
{
    (void)iface;
    owner.sent += length;
}

static void test_owner( void )
{
    static const BYTE caps[] = { CAPS << 4, 0, 1, 0 }, answer[] = { CREATE << 4 | 2, 7, 0, 0, 0, 0, 0, 0, 0 };
    DrdynvcClientContext *context = client.context;
    unsigned int count;
    BYTE pdu[16];

    owner.owner.Offered = owner_offered;
    owner.owner.Received = owner_received;
    owner.owner.Sent = owner_sent;
    check( context->RegisterOwner( context, &owner.owner ) == CHANNEL_RC_OK, "an owner is registered" );

    server_sends( caps, sizeof(caps) );
    server_sends_pdu( CREATE, 7, "owner", 6 );
    server_sends_pdu( DATA, 7, "x", 1 );
    server_sends_pdu( DATA_COMPRESSED, 7, "x", 1 );
    check( server_creates( 8, "plugin" ), "the plug-in accepts" );
    server_sends_pdu( DATA, 8, "x", 1 );
    server_sends_pdu( CLOSE, 7, "", 0 );
    server_sends_pdu( DATA, 7, "late", 4 );
    server_catches_up();
    check( owner.pdus[CAPS] == 1 && owner.pdus[CREATE] == 1 && owner.pdus[DATA] == 2 &&
           owner.pdus[DATA_COMPRESSED] == 1 && owner.pdus[CLOSE] == 1, "the owner has every PDU of its channel" );
    check( plugin.messages == 1, "the plug-in has those of its own" );

    count = server_has( CREATE );
    check( context->SendPdu( context, &owner.owner, answer, sizeof(answer) ) == CHANNEL_RC_OK, "the owner sends" );
    server_awaits( CREATE, count, pdu );
    check( !memcmp( pdu, answer, sizeof(answer) ), "what the owner sends arrives" );
    check( owner.sent == sizeof(answer), "the owner hears that it was sent" );

    check( server_creates( 7, "plugin" ), "the server gives the id to another" );
    server_sends_pdu( DATA, 7, "x", 1 );
    server_catches_up();
    check( owner.pdus[DATA] == 2 && plugin.messages == 2, "the id is the plug-in's now" );

    event( CHANNEL_EVENT_DISCONNECTED );
    check( context->RegisterOwner( context, &owner.owner ) != CHANNEL_RC_OK, "nobody registers without connection" );
    event( CHANNEL_EVENT_CONNECTED );
    server_sends_pdu( CREATE, 7, "owner", 6 );
    server_catches_up();
    check( owner.pdus[CREATE] == 1, "the registration has ended with its connection" );
}

#endif

static void run( const char *test )
{
    if (!strcmp( test, "capabilities" )) test_capabilities();
    else if (!strcmp( test, "close" )) test_close();
    else if (!strcmp( test, "references" )) test_references();
#ifdef WITH_OWNER
    else if (!strcmp( test, "owner" )) test_owner();
#endif
    else check( FALSE, "there is such a test" );
}

int main( int argc, char **argv )
{
    static const char *arguments[] = { "test" };
    CHANNEL_ENTRY_POINTS_FREERDP_EX entry_points =
    {
        .cbSize = sizeof(entry_points), .protocolVersion = VIRTUAL_CHANNEL_VERSION_WIN2000,
        .pVirtualChannelInitEx = client_init, .pVirtualChannelOpenEx = client_open,
        .pVirtualChannelCloseEx = client_close, .pVirtualChannelWriteEx = client_write,
        .MagicNumber = FREERDP_CHANNEL_MAGIC_NUMBER,
    };
    rdpContext context = { 0 };
    ADDIN_ARGV *plugin_arguments;

    setvbuf( stdout, NULL, _IOLBF, 0 );
    freerdp_register_addin_provider( load_plugin, 0 );
    if (argc != 2 || !(context.settings = freerdp_settings_new( 0 ))) return 2;
    if (!(plugin_arguments = freerdp_addin_argv_new( 1, arguments ))) return 2;
    if (!freerdp_dynamic_channel_collection_add( context.settings, plugin_arguments )) return 2;
    entry_points.context = &context;
    if (!drdynvc_VirtualChannelEntryEx( (PCHANNEL_ENTRY_POINTS_EX)&entry_points, &client )) return 2;

    event( CHANNEL_EVENT_INITIALIZED );
    event( CHANNEL_EVENT_CONNECTED );
    run( argv[1] );
    event( CHANNEL_EVENT_DISCONNECTED );
    event( CHANNEL_EVENT_TERMINATED );
    freerdp_settings_free( context.settings );
    printf( "%s: %s\n", argv[1], failures ? "FAILED" : "ok" );
    return failures != 0;
}
