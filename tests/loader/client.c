/*
 * FreeRDP's part in loading the addin, played by a test
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

#include <dlfcn.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include <freerdp/channels/channels.h>
#include <freerdp/version.h>

#include "client.h"
#include "wine/test.h"

struct client_context
{
    rdpContext     context;
    struct client *client;
};

/* Where the real function looks in the connection that there is none of, the addin gets what the test says. */
UINT16 freerdp_channels_get_id_by_name( freerdp *instance, const char *name )
{
    const struct client *client = ((struct client_context *)instance->context)->client;

    ok( !strcmp( name, "drdynvc" ), "The addin asks for the channel %s.\n", name );
    return client->drdynvc_id;
}

/* So with what FreeRDP has from 3.9 on. */

static pthread_mutex_t clients_lock = PTHREAD_MUTEX_INITIALIZER;
static struct client *clients;

static struct client *client_of_channels( const rdpChannels *channels )
{
    struct client *client;

    pthread_mutex_lock( &clients_lock );
    for (client = clients; client && client->instance->context->channels != channels; client = client->next) continue;
    pthread_mutex_unlock( &clients_lock );
    ok( client && pthread_equal( client->thread, pthread_self() ), "It is not the main thread that calls.\n" );
    return client;
}

BOOL freerdp_client_channel_register( rdpChannels *channels, HANDLE handle,
                                      BOOL (*ready)( rdpContext *context, void *arg ), void *arg )
{
    struct client *client = client_of_channels( channels );

    ok( client->connected && !client->watch, "The addin waits for hosts at the wrong time.\n" );
    if (!client->watches) return FALSE;
    client->watch = handle;
    client->watch_ready = ready;
    client->watch_arg = arg;
    return TRUE;
}

BOOL freerdp_client_channel_unregister( rdpChannels *channels, HANDLE handle )
{
    struct client *client = client_of_channels( channels );

    ok( client->watch == handle, "The addin ends a wait that there is none of.\n" );
    client->watch = NULL;
    return TRUE;
}

static bool client_hosts_are_ready( const struct client *client )
{
    struct pollfd state = { client->watch ? GetEventFileDescriptor( client->watch ) : -1, POLLIN, 0 };

    return poll( &state, 1, 0 ) > 0;
}

void message_list_add( struct message_list *list, UINT16 channel_id, const void *data, size_t size, UINT32 flags,
                       size_t total_size )
{
    struct message *message = calloc( 1, sizeof(*message) + size );

    if (!message) abort();
    message->channel_id = channel_id;
    message->flags = flags;
    message->total_size = total_size;
    message->size = size;
    if (size) memcpy( message->data, data, size );
    if (list->last) list->last->next = message;
    else list->first = message;
    list->last = message;
    list->count++;
}

struct message *message_list_pop( struct message_list *list )
{
    struct message *message = list->first;

    if (!message) return NULL;
    if (!(list->first = message->next)) list->last = NULL;
    list->count--;
    return message;
}

void message_list_clear( struct message_list *list )
{
    struct message *message;

    while ((message = message_list_pop( list ))) free( message );
}

/* FreeRDP's own callbacks, which the addin's hooks call */

static struct client *client_of( freerdp *instance )
{
    struct client *client = ((struct client_context *)instance->context)->client;

    ok( pthread_equal( client->thread, pthread_self() ), "It is not the main thread that calls.\n" );
    return client;
}

uint64_t client_cpu(void)
{
    struct timespec used;

    clock_gettime( CLOCK_THREAD_CPUTIME_ID, &used );
    return used.tv_sec * (uint64_t)1000000 + used.tv_nsec / 1000;
}

static BOOL client_send( freerdp *instance, UINT16 channel_id, const BYTE *data, size_t size )
{
    struct client *client = client_of( instance );

    message_list_add( &client->sent, channel_id, data, size, 0, size );
    client->sent_now += size;
    client->sent_cpu = client_cpu();
    if (client->send_ms) nanosleep( &(struct timespec){ 0, client->send_ms * 1000000 }, NULL );
    return !client->send_fails;
}

static BOOL client_left( freerdp *instance, UINT16 channel_id, const BYTE *data, size_t size, UINT32 flags,
                         size_t total_size )
{
    struct client *client = client_of( instance );

    message_list_add( &client->left, channel_id, data, size, flags, total_size );
    return !client->receive_fails;
}

void client_set_callbacks( struct client *client )
{
    client->instance->SendChannelData = client_send;
    client->instance->ReceiveChannelData = client_left;
}

bool client_is_hooked( const struct client *client )
{
    return client->instance->SendChannelData != client_send || client->instance->ReceiveChannelData != client_left;
}

void client_serve( struct client *client, const char *name )
{
    ADDIN_ARGV *addin = malloc( sizeof(*addin) ); /* FreeRDP frees all of it */

    if (!addin || !(addin->argv = malloc( sizeof(*addin->argv) )) || !(addin->argv[0] = strdup( name ))) abort();
    addin->argc = 1;
    if (!freerdp_dynamic_channel_collection_add( client->instance->context->settings, addin )) abort();
}

/* Entry points */

/* The server is asked for as many channels as the settings say. */
static UINT32 client_declare( struct client *client, int count )
{
    rdpSettings *settings = client->instance->context->settings;
    UINT32 channels = freerdp_settings_get_uint32( settings, FreeRDP_ChannelCount ) + count;

    if (!freerdp_settings_set_uint32( settings, FreeRDP_ChannelCount, channels )) abort();
    return channels;
}

static UINT VCAPITYPE client_init( LPVOID user_param, LPVOID context, LPVOID init_handle, PCHANNEL_DEF channels,
                                   INT count, ULONG version, PCHANNEL_INIT_EVENT_EX_FN event )
{
    struct client *client = init_handle;

    ok( count == 1 && !strcmp( channels->name, "winedvc" ), "The addin wants %d channels, %s first.\n", count,
        channels->name );
    if (client->init_error) return client->init_error;
    client_declare( client, 1 );
    client->user_param = user_param;
    client->init_event = event;
    return CHANNEL_RC_OK;
}

static UINT VCAPITYPE client_open( LPVOID init_handle, LPDWORD open_handle, PCHAR name,
                                   PCHANNEL_OPEN_EVENT_EX_FN event )
{
    struct client *client = init_handle;

    if (client->opened) return CHANNEL_RC_ALREADY_OPEN;
    client->opened = true;
    client->open_event = event;
    *open_handle = 1;
    return CHANNEL_RC_OK;
}

static UINT VCAPITYPE client_close( LPVOID init_handle, DWORD open_handle )
{
    ok( 0, "The addin closes its channel.\n" );
    return CHANNEL_RC_OK;
}

static UINT VCAPITYPE client_write( LPVOID init_handle, DWORD open_handle, LPVOID data, ULONG size, LPVOID user_data )
{
    struct client *client = init_handle;
    bool main_thread = pthread_equal( client->thread, pthread_self() );
    struct client_write write = { data, size, user_data, !main_thread };
    void (*before_write)(void);

    ok( !client->completing || !main_thread, "A write's end makes the next one.\n" );
    pthread_mutex_lock( &client->lock );
    if ((before_write = client->before_write))
    {
        client->writing = true;
        pthread_cond_signal( &client->queued );
        pthread_mutex_unlock( &client->lock );
        before_write();
        pthread_mutex_lock( &client->lock );
    }
    ok( client->connected, "The addin writes while there is no connection.\n" );
    if (client->queue_count < LOADER_QUEUE) client->queue[client->queue_count++] = write;
    client->asked_ever += !main_thread;
    if (!main_thread && ++client->asked > client->most_asked) client->most_asked = client->asked;
    pthread_cond_signal( &client->queued );
    pthread_mutex_unlock( &client->lock );
    eventfd_write( client->event, 1 );
    return CHANNEL_RC_OK;
}

/* Life */

static void *client_addin(void)
{
    const char *path = getenv( "WINEDVC_TEST_ADDIN" ), *build = getenv( "BUILDDIR" );
    char built[4096];
    void *library, *entry;

    if (!path)
    {
        snprintf( built, sizeof(built), "%s/lib/freerdp%d/libwinedvc-client.so", build ? build : ".",
                  FREERDP_VERSION_MAJOR );
        path = built;
    }
    library = dlopen( path, RTLD_LOCAL | RTLD_LAZY );
    entry = library ? dlsym( library, "VirtualChannelEntryEx" ) : NULL;
    if (entry) return entry;
    ok( 0, "%s\n", dlerror() );
    exit( 1 );
}

struct client *client_create(void)
{
    struct client *client = calloc( 1, sizeof(*client) );

    if (!client || !(client->instance = freerdp_new())) abort();
    client->instance->ContextSize = sizeof(struct client_context);
    if (!freerdp_context_new( client->instance )) abort();
    WLog_SetLogLevel( WLog_Get( "com.freerdp.core.transport" ), WLOG_OFF ); /* there is none */
    ((struct client_context *)client->instance->context)->client = client;
    client->thread = pthread_self();
    client->entry_magic = FREERDP_CHANNEL_MAGIC_NUMBER;
    client->entry_size = sizeof(CHANNEL_ENTRY_POINTS_FREERDP_EX);
    client->drdynvc_id = LOADER_DRDYNVC_ID;
    client->write_event = CHANNEL_EVENT_WRITE_COMPLETE;
    pthread_mutex_init( &client->lock, NULL );
    pthread_cond_init( &client->queued, NULL );
    client_set_callbacks( client );
    client->event = eventfd( 0, EFD_CLOEXEC | EFD_NONBLOCK );
    pthread_mutex_lock( &clients_lock );
    client->next = clients;
    clients = client;
    pthread_mutex_unlock( &clients_lock );
    return client;
}

void client_destroy( struct client *client )
{
    struct client **link = &clients;

    pthread_mutex_lock( &clients_lock );
    while (*link != client) link = &(*link)->next;
    *link = client->next;
    pthread_mutex_unlock( &clients_lock );
    ok( !client->watch, "The addin still waits for hosts.\n" );
    close( client->event );
    message_list_clear( &client->sent );
    message_list_clear( &client->left );
    freerdp_context_free( client->instance );
    freerdp_free( client->instance );
    pthread_cond_destroy( &client->queued );
    pthread_mutex_destroy( &client->lock );
    free( client );
}

/* A copy that is gone after the call, so that a look at it later is seen. */
static void *copy_for_call( const void *data, size_t size )
{
    void *copy = malloc( size );

    if (!copy) abort();
    return memcpy( copy, data, size );
}

static void copy_end( void *copy, size_t size )
{
    memset( copy, 0xa5, size );
    free( copy );
}

void client_load( struct client *client )
{
    VIRTUALCHANNELENTRYEX *addin_entry = client_addin();
    static char name[] = "winedvc";
    const char *option = client->option ? client->option : "restarts=2";
    size_t option_size = strlen( option ) + 1;
    char *names[] = { copy_for_call( name, sizeof(name) ), copy_for_call( option, option_size ) };
    ADDIN_ARGV arguments = { 2, copy_for_call( names, sizeof(names) ) };
    CHANNEL_ENTRY_POINTS_FREERDP_EX points =
    {
        .cbSize = client->entry_size,
        .protocolVersion = VIRTUAL_CHANNEL_VERSION_WIN2000,
        .pVirtualChannelInitEx = client_init,
        .pVirtualChannelOpenEx = client_open,
        .pVirtualChannelCloseEx = client_close,
        .pVirtualChannelWriteEx = client_write,
        .MagicNumber = client->entry_magic,
        .context = client->instance->context,
    };
    PCHANNEL_ENTRY_POINTS_EX copy;
    UINT32 channels = client_declare( client, 2 );      /* others */

    client->init_event = NULL;
    client->open_event = NULL;
    client->opened = false;
    points.pExtendedData = copy_for_call( &arguments, sizeof(arguments) );
    copy = copy_for_call( &points, sizeof(points) );
    ok( addin_entry( copy, client ), "The entry fails.\n" );
    ok( client_declare( client, 0 ) == channels, "The server is asked for a channel of the addin's.\n" );
    copy_end( names[0], sizeof(name) );
    copy_end( names[1], option_size );
    copy_end( arguments.argv, sizeof(names) );
    copy_end( points.pExtendedData, sizeof(arguments) );
    copy_end( copy, sizeof(points) );
}

static void client_set_connected( struct client *client, bool connected )
{
    pthread_mutex_lock( &client->lock );
    client->connected = connected;
    pthread_mutex_unlock( &client->lock );
}

/* The main loop */

static bool client_take( struct client *client, struct client_write *write )
{
    bool taken;

    pthread_mutex_lock( &client->lock );
    if ((taken = client->queue_count))
    {
        *write = client->queue[0];
        client->queue_count--;
        memmove( client->queue, client->queue + 1, client->queue_count * sizeof(client->queue[0]) );
    }
    pthread_mutex_unlock( &client->lock );
    return taken;
}

static void client_complete( struct client *client, const struct client_write *write, UINT event )
{
    pthread_mutex_lock( &client->lock );
    client->asked -= write->asks;
    pthread_mutex_unlock( &client->lock );
    client->open_event( client->user_param, 1, event, write->user_data, write->size, write->size, 0 );
}

static void client_do_write( struct client *client, const struct client_write *write )
{
    client->completing = true;
    client->sent_now = 0;
    client_complete( client, write, client->write_event );
    client->completing = false;
    if (client->sent_now > client->most_sent) client->most_sent = client->sent_now;
    client->turns += write->asks;
}

static void client_cancel( struct client *client )
{
    struct client_write write;

    while (client_take( client, &write )) client_complete( client, &write, CHANNEL_EVENT_WRITE_CANCELLED );
}

void client_turn( struct client *client )
{
    struct client_write write;

    while (client_take( client, &write )) client_do_write( client, &write );
    if (!client_hosts_are_ready( client )) return;
    client->sent_now = 0;
    client->watch_ready( client->instance->context, client->watch_arg );
    if (client->sent_now > client->most_sent) client->most_sent = client->sent_now;
    client->turns++;
}

void client_set_before_write( struct client *client, void (*before_write)(void) )
{
    pthread_mutex_lock( &client->lock );
    client->before_write = before_write;
    client->writing = false;
    pthread_mutex_unlock( &client->lock );
}

/* Or a write. */
static bool client_wait_for_hosts( struct client *client )
{
    struct pollfd fds[] = { { client->event, POLLIN, 0 }, { GetEventFileDescriptor( client->watch ), POLLIN, 0 } };
    eventfd_t value;
    bool queued;

    for (;;)
    {
        pthread_mutex_lock( &client->lock );
        queued = client->queue_count;
        pthread_mutex_unlock( &client->lock );
        if (queued || client_hosts_are_ready( client )) return true;
        if (poll( fds, 2, LOADER_LIMIT * 1000 ) > 0) eventfd_read( client->event, &value );
        else break;
    }
    ok( 0, "The addin does not ask for a turn, and no host says anything.\n" );
    return false;
}

bool client_wait( struct client *client )
{
    struct timespec limit;
    int error = 0;

    if (client->watch) return client_wait_for_hosts( client );
    clock_gettime( CLOCK_REALTIME, &limit );
    limit.tv_sec += LOADER_LIMIT;
    pthread_mutex_lock( &client->lock );
    while (!client->queue_count && !client->writing && !error)
        error = pthread_cond_timedwait( &client->queued, &client->lock, &limit );
    pthread_mutex_unlock( &client->lock );
    ok( !error, "The addin does not ask for a turn.\n" );
    return !error;
}

void client_receive( struct client *client, UINT16 channel_id, const void *data, size_t size, UINT32 flags,
                     size_t total_size )
{
    void *copy = copy_for_call( data, size );
    BOOL result = client->instance->ReceiveChannelData( client->instance, channel_id, copy, size, flags, total_size );

    ok( result || client->receive_fails, "The hook ends the session.\n" );
    copy_end( copy, size );
}

/* Events */

void client_event( struct client *client, UINT event )
{
    static const char server[] = "server.example";      /* without its end */
    void *data = NULL;
    UINT size = 0;

    if (!client->init_event) return;
    if (event == CHANNEL_EVENT_CONNECTED)
    {
        client_set_connected( client, true );
        size = sizeof(server) - 1;
        data = copy_for_call( server, size );
    }
    client->init_event( client->user_param, client, event, data, size );
    if (data) copy_end( data, size );
    else client_set_connected( client, false );
    if (event == CHANNEL_EVENT_DISCONNECTED && client->cancels) client_cancel( client );
}

void client_begin( struct client *client )
{
    client_load( client );
    client_event( client, CHANNEL_EVENT_INITIALIZED );
    client_event( client, CHANNEL_EVENT_CONNECTED );
}

void client_end( struct client *client )
{
    if (client->connected) client_event( client, CHANNEL_EVENT_DISCONNECTED );
    client_event( client, CHANNEL_EVENT_TERMINATED );
}
