/*
 * Static-channel addin of FreeRDP: the way in, events, hooks
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
#include <stdlib.h>
#include <string.h>

#include <freerdp/dvc.h>

#include "bridge.h"
#include "compat.h"
#include "declare.h"
#include "enter.h"
#include "geometry.h"
#include "log.h"
#include "wlog.h"

/* Our own static channel exists in the client alone, whose main thread comes by when it is written to. The server is
 * not asked for it: in FreeRDP 2 each channel may make the connection wait for 100 ms. */
#define OWN_CHANNEL     "winedvc"
#define DRDYNVC_CHANNEL "drdynvc"

/*
 * One client instance that loaded us. It is never freed: FreeRDP may report a
 * write of a session that has ended. The next entry for an instance at the same
 * address takes it over. All but the token's write runs on the instance's main
 * thread.
 */
struct addin
{
    struct addin          *next;
    freerdp               *instance;
    pSendChannelData       send;        /* what our hooks replaced, NULL without hooks */
    pReceiveChannelData    receive;
    PVIRTUALCHANNELOPENEX  open;
    PVIRTUALCHANNELWRITEEX write;
    void                  *init_handle;
    DWORD                  open_handle;
    UINT16                 drdynvc_id;  /* 0 while there is no connection */
    bool                   failed;      /* to send: the connection is about to end, and no stream gets a hole */
    struct bridge         *bridge;      /* from INITIALIZED to TERMINATED */
    struct connection     *connection;  /* the bridge's */
    void                  *watch;       /* of the hosts, while the main thread reads them */
    struct declared        declared;    /* static channels of plug-ins */
    struct geometry        geometry;
    struct name_list       arguments;   /* copied: FreeRDP frees them at any disconnect */
    BYTE                   written;     /* what is written to our channel, and not sent */
};

/* "winedvc doctor" looks for it in the file. */
static const char version_mark[] __attribute__((used)) = "winedvc addin, version " WINEDVC_VERSION;

static pthread_mutex_t addins_lock = PTHREAD_MUTEX_INITIALIZER;
static struct addin *addins;

static struct addin *addin_find( const freerdp *instance )
{
    struct addin *addin;

    pthread_mutex_lock( &addins_lock );
    for (addin = addins; addin && addin->instance != instance; addin = addin->next) continue;
    pthread_mutex_unlock( &addins_lock );
    return addin;
}

static struct addin *addin_get( freerdp *instance )
{
    struct addin *addin = addin_find( instance );

    if (addin || !(addin = calloc( 1, sizeof(*addin) ))) return addin;
    addin->instance = instance;
    pthread_mutex_lock( &addins_lock );
    addin->next = addins;
    addins = addin;
    pthread_mutex_unlock( &addins_lock );
    return addin;
}

/* The bridge's way to the client */

/* The write's user data is the token, by which its end is known. */
static bool addin_post( void *context, uintptr_t token )
{
    struct addin *addin = context;

    return addin->write( addin->init_handle, addin->open_handle, &addin->written, sizeof(addin->written),
                         (void *)token ) == CHANNEL_RC_OK;
}

static void addin_send( void *context, const uint8_t *pdu, size_t size )
{
    struct addin *addin = context;

    if (addin->drdynvc_id && !addin->failed)
        addin->failed = !addin->send( addin->instance, addin->drdynvc_id, pdu, size );
}

static void addin_send_chunk( void *context, uint16_t id, uint32_t flags, uint32_t total, const uint8_t *chunk,
                              size_t size )
{
    struct addin *addin = context;

    if (addin->drdynvc_id && !addin->failed)
        addin->failed = !declared_send( &addin->declared, addin->instance, addin->send, id, flags, total, chunk, size );
}

static void addin_find_uplink( void *context, struct uplink *uplink )
{
    struct addin *addin = context;
    int descriptors[COMPAT_DESCRIPTORS];

    uplink_find( uplink, descriptors, compat_descriptors( addin->instance, descriptors ) );
}

static void addin_deliver( void *context, const uint8_t *pdu, size_t size )
{
    struct addin *addin = context;

    if (addin->drdynvc_id) addin->receive( addin->instance, addin->drdynvc_id, pdu, size, CHANNEL_FLAG_ONLY, size );
}

static bool addin_draw( void *context, uint64_t mapping, const uint8_t *pixels, uint32_t width, uint32_t height )
{
    struct addin *addin = context;

    return geometry_draw( &addin->geometry, mapping, pixels, width, height );
}

static enum place addin_locate( void *context, uint64_t mapping, uint32_t *width, uint32_t *height )
{
    struct addin *addin = context;

    return geometry_locate( &addin->geometry, mapping, width, height );
}

/* Hooks. They never fail for a reason of ours: that would end the session. */

static BOOL addin_hook_send( freerdp *instance, UINT16 channel_id, const BYTE *data, size_t size )
{
    int state = addin_enter();
    struct addin *addin = addin_find( instance );

    if (addin->bridge && addin->drdynvc_id && channel_id == addin->drdynvc_id)
        connection_client_sends( addin->connection, data, size );
    addin_leave( state );
    return addin->send( instance, channel_id, data, size );
}

static BOOL addin_hook_receive( freerdp *instance, UINT16 channel_id, const BYTE *data, size_t size,
                                UINT32 flags, size_t total_size )
{
    int state = addin_enter();
    struct addin *addin = addin_find( instance );
    bool connected = addin->drdynvc_id && addin->bridge;
    bool ours = connected && channel_id == addin->drdynvc_id &&
                connection_receive( addin->connection, data, size, flags & CHANNEL_FLAG_FIRST,
                                    flags & CHANNEL_FLAG_LAST );

    if (!ours && connected && (ours = declared_has_id( &addin->declared, channel_id )))
        connection_receive_static( addin->connection, channel_id, data, size, flags, total_size );

    addin_leave( state );
    return ours || addin->receive( instance, channel_id, data, size, flags, total_size );
}

/* A hook that is in place may be wrapped; it is gone if there is what it replaced, as in a new instance at the
 * address of an old one. */
static void addin_hook( struct addin *addin )
{
    freerdp *instance = addin->instance;

    if (!addin->send || instance->SendChannelData == addin->send)
    {
        addin->send = instance->SendChannelData;
        instance->SendChannelData = addin_hook_send;
    }
    if (!addin->receive || instance->ReceiveChannelData == addin->receive)
    {
        addin->receive = instance->ReceiveChannelData;
        instance->ReceiveChannelData = addin_hook_receive;
    }
}

/* A hook that somebody else has wrapped stays, and passes everything on. */
static void addin_unhook( struct addin *addin )
{
    freerdp *instance = addin->instance;

    if (instance->SendChannelData == addin_hook_send)
    {
        instance->SendChannelData = addin->send;
        addin->send = NULL;
    }
    if (instance->ReceiveChannelData == addin_hook_receive)
    {
        instance->ReceiveChannelData = addin->receive;
        addin->receive = NULL;
    }
}

/* Before FreeRDP tells that a connection is gone, it may be gone, and with it what we would send on. */
static bool addin_is_connected( const struct addin *addin )
{
    return addin->drdynvc_id && compat_channel_id( addin->instance, DRDYNVC_CHANNEL ) == addin->drdynvc_id;
}

/* The main thread reads the hosts itself where FreeRDP's main loop can wait for them. */

static BOOL addin_hosts_ready( rdpContext *context, void *arg )
{
    struct addin *addin = arg;
    int state = addin_enter();

    (void)context;
    if (addin->watch && addin_is_connected( addin )) connection_hosts_ready( addin->connection );
    addin_leave( state );
    return TRUE;
}

static void addin_begin_reads( struct addin *addin )
{
    int fd = connection_hosts_fd( addin->connection );

    if (fd >= 0) addin->watch = compat_watch( addin->instance, fd, addin_hosts_ready, addin );
    connection_start_reads( addin->connection, addin->watch );
}

static void addin_end_reads( struct addin *addin )
{
    if (addin->watch) compat_end_watch( addin->instance, addin->watch );
    addin->watch = NULL;
    if (addin->bridge) connection_stop_reads( addin->connection );
}

/* Events */

static void addin_disconnected( struct addin *addin )
{
    addin_end_reads( addin );
    geometry_end( &addin->geometry );
    if (addin->bridge) connection_end( addin->connection, compat_disconnect_code( addin->instance ) );
    declared_forget_ids( &addin->declared );
    addin->drdynvc_id = 0;
}

/* All other addins have declared their channels, and the client is about to connect. */
static void addin_declare( struct addin *addin )
{
    struct static_def defs[WINEDVC_MAX_STATIC];
    size_t count = connection_await_static( addin->connection, defs );

    declared_add( &addin->declared, addin->instance, defs, count );
}

static struct bridge *addin_begin_bridge( struct addin *addin, const struct name_list *served )
{
    const struct client client = { addin, compat_server( addin->instance ), served, addin_post, addin_find_uplink,
                                   addin_send, addin_send_chunk, addin_deliver, addin_draw, addin_locate };
    struct bridge *bridge = bridge_resume( &client, &addin->arguments );

    if (bridge) return bridge;
    if (compat_is_replay( addin->instance ))
    {
        log_info( "no plug-in is used: FreeRDP replays a recording" );
        return NULL;
    }
    log_info( "winedvc %s in FreeRDP %s, built with %s", WINEDVC_VERSION, compat_version(), compat_built_version() );
    return bridge_create( &client, &addin->arguments );
}

static void addin_initialized( struct addin *addin )
{
    struct name_list served = { 0 };

    addin_disconnected( addin );
    declared_clear( &addin->declared );
    if (addin->bridge) return;
    compat_list_served( addin->instance, &served );
    if ((addin->bridge = addin_begin_bridge( addin, &served ))) addin->connection = bridge_connection( addin->bridge );
    name_list_clear( &served );
    if (addin->bridge) addin_declare( addin );
}

static void addin_terminated( struct addin *addin )
{
    struct bridge *bridge = addin->bridge;

    addin_disconnected( addin );
    addin->bridge = NULL;
    if (bridge) bridge_linger( bridge, &addin->arguments );
    addin_unhook( addin );
}

static VOID VCAPITYPE addin_open_event( LPVOID user_param, DWORD open_handle, UINT event, LPVOID data, UINT32 size,
                                        UINT32 total_size, UINT32 flags )
{
    struct addin *addin = user_param;
    int state = addin_enter();

    (void)open_handle;
    (void)size;
    (void)total_size;
    (void)flags;
    if ((event == CHANNEL_EVENT_WRITE_COMPLETE || event == CHANNEL_EVENT_WRITE_CANCELLED) && data && addin->bridge)
        connection_token( addin->connection, (uintptr_t)data,
                          event == CHANNEL_EVENT_WRITE_COMPLETE && addin_is_connected( addin ) );
    addin_leave( state );
}

/* With the last PDU of the connection's set-up the client may have read the first of dynamic channels.
 * wlfreerdp 2 looks at what it has read only when something wakes it. */
static void addin_nudge( struct addin *addin )
{
    addin->write( addin->init_handle, addin->open_handle, &addin->written, sizeof(addin->written), NULL );
}

static void addin_connected( struct addin *addin, const char *server, size_t size )
{
    char name[] = OWN_CHANNEL, text[256];
    UINT error;

    addin_disconnected( addin );
    if (!addin->bridge) return;
    error = addin->open( addin->init_handle, &addin->open_handle, name, addin_open_event );
    if (error && error != CHANNEL_RC_ALREADY_OPEN)
    {
        log_error( "no plug-in is used in this connection: FreeRDP does not open the channel %s (error %u)",
                   OWN_CHANNEL, error );
        return;
    }
    addin->drdynvc_id = compat_channel_id( addin->instance, DRDYNVC_CHANNEL );
    addin->failed = false;
    if (!addin->drdynvc_id)
    {
        log_error( "no plug-in is used in this connection: the server, or a proxy before it, granted no static "
                   "channel %s: allow it there", DRDYNVC_CHANNEL );
        return;
    }
    if (size >= sizeof(text)) size = sizeof(text) - 1;
    if (size) memcpy( text, server, size );
    text[size] = 0;
    declared_find_ids( &addin->declared, addin->instance, addin->connection );
    connection_begin( addin->connection, text );
    geometry_begin( &addin->geometry, addin->connection );
    addin_begin_reads( addin );
    addin_nudge( addin );
}

static VOID VCAPITYPE addin_init_event( LPVOID user_param, LPVOID init_handle, UINT event, LPVOID data, UINT size )
{
    struct addin *addin = user_param;
    int state = addin_enter();

    (void)init_handle;
    switch (event)
    {
    case CHANNEL_EVENT_INITIALIZED:
        addin_initialized( addin );
        break;
    case CHANNEL_EVENT_CONNECTED:
        addin_connected( addin, data, data ? size : 0 );
        break;
    case CHANNEL_EVENT_DISCONNECTED:
        addin_disconnected( addin );
        break;
    case CHANNEL_EVENT_TERMINATED:
        addin_terminated( addin );
        break;
    }
    addin_leave( state );
}

/* Declares our channel, without which no event ever comes. */
static bool addin_init( struct addin *addin, PCHANNEL_ENTRY_POINTS_EX entry_points )
{
    CHANNEL_DEF channel = { OWN_CHANNEL, CHANNEL_OPTION_INITIALIZED };
    UINT error = entry_points->pVirtualChannelInitEx( addin, NULL, addin->init_handle, &channel, 1,
                                                      VIRTUAL_CHANNEL_VERSION_WIN2000, addin_init_event );

    if (!error) return true;
    log_error( "no plug-in is used in this session: FreeRDP refused the static channel %s (error %u): "
               "are more than 30 channels in use?", OWN_CHANNEL, error );
    return false;
}

static void addin_load( PCHANNEL_ENTRY_POINTS_EX entry_points, void *init_handle )
{
    freerdp *instance = compat_instance( entry_points );
    struct addin *addin = instance ? addin_get( instance ) : NULL;

    wlog_prepare();
    if (!addin)
    {
        log_error( "no plug-in is used in this session: %s", instance ? "no memory is left" :
                   "the client is not the FreeRDP that the addin was built for: install the addin for its version" );
        return;
    }
    if (addin->bridge) addin_terminated( addin ); /* of an instance that ended without saying so */
    addin->drdynvc_id = 0;
    name_list_clear( &addin->arguments );
    compat_copy_arguments( entry_points, &addin->arguments );
    addin->init_handle = init_handle;
    addin->open = entry_points->pVirtualChannelOpenEx;
    addin->write = entry_points->pVirtualChannelWriteEx;
    if (!addin_init( addin, entry_points )) return;
    compat_withdraw_channel( instance );
    if (!compat_enable_dynamic_channels( instance ))
        log_error( "FreeRDP does not switch dynamic channels on: add an option that does, such as /echo" );
    addin_hook( addin );
    geometry_watch( &addin->geometry, instance );
}

/* Whatever happens to us, the client goes on: FreeRDP ends a connection whose addin fails. */
BOOL VCAPITYPE VirtualChannelEntryEx( PCHANNEL_ENTRY_POINTS_EX entry_points, PVOID init_handle )
{
    int state = addin_enter();

    addin_load( entry_points, init_handle );
    addin_leave( state );
    return TRUE;
}

/* /dvc:winedvc. FreeRDP takes this symbol's absence, too, for a failure that ends the connection. */
UINT VCAPITYPE DVCPluginEntry( IDRDYNVC_ENTRY_POINTS *entry_points )
{
    int state = addin_enter();

    (void)entry_points;
    wlog_prepare();
    log_error( "/dvc:winedvc runs no plug-in, since FreeRDP loads such an addin when the connection is made already: "
               "give /vc:winedvc instead" );
    addin_leave( state );
    return CHANNEL_RC_OK;
}
