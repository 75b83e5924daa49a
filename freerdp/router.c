/*
 * Which PDU of the drdynvc stream goes where
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

#include "drdynvc.h"
#include "router.h"

#define MAX_CHANNELS  1024
#define MAX_NAMES     256       /* of one host */
#define MAX_NAME      260
#define MAX_CAPS      64

enum channel_state
{
    CHANNEL_HELD,       /* waits for hosts that have not announced their names yet */
    CHANNEL_OFFERED,    /* its CREATE_REQ is with the host */
    CHANNEL_OPEN,
    CHANNEL_CLOSED,     /* by us: what the server sent before it knew is swallowed */
    CHANNEL_LEFT,       /* by the server: the host's last PDUs of it are still to come */
};

/* An id is in the table at most once in a state other than CHANNEL_LEFT. Entries are in order of age. */
struct channel
{
    uint32_t           id;
    enum channel_state state;
    unsigned int       host;
    bool               answered;    /* CHANNEL_LEFT: the CREATE_RSP has come */
    bool               reply;       /* CHANNEL_LEFT: the server still waits for the host's CLOSE */
    uint64_t           deadline;    /* CHANNEL_HELD */
    struct packet     *create;      /* CHANNEL_HELD, CHANNEL_OFFERED: the CREATE_REQ */
};

struct router_host
{
    unsigned int number;
    bool         ready;
    size_t       names;
};

struct listener
{
    unsigned int host;
    char        *name;
};

struct router
{
    struct channel      channels[MAX_CHANNELS];
    size_t              channel_count;
    struct router_host *hosts;          /* by number */
    size_t              host_count;
    struct listener    *listeners;      /* by age */
    size_t              listener_count;
    bool                hosts_known;
    unsigned int        hold;           /* in milliseconds */
    bool                opened;
    uint8_t             caps[MAX_CAPS]; /* the server's last CAPS_REQ */
    size_t              caps_size;
    struct packet_queue to_client, to_host, to_server;
};

/* Dynamic channels that FreeRDP serves, whether it was told to or not: the session is FreeRDP's. */
static const char *const client_names[] =
{
    "AUDIO_INPUT",
    "AUDIO_PLAYBACK_DVC",
    "AUDIO_PLAYBACK_LOSSY_DVC",
    "ECHO",
    "FreeRDP::Advanced::Input",
    "Microsoft::Windows::RDS::AuthRedirection",
    "Microsoft::Windows::RDS::CoreInput",
    "Microsoft::Windows::RDS::DisplayControl",
    "Microsoft::Windows::RDS::Geometry::v08.01",
    "Microsoft::Windows::RDS::Graphics",
    "Microsoft::Windows::RDS::Input",
    "Microsoft::Windows::RDS::Location",
    "Microsoft::Windows::RDS::MouseCursor",
    "Microsoft::Windows::RDS::Telemetry",
    "Microsoft::Windows::RDS::Video::Control::v08.01",
    "Microsoft::Windows::RDS::Video::Data::v08.01",
    "RDCamera_Device_Enumerator",
    "TSMF",
    "URBDRC",
};

static bool name_is_clients( const char *name )
{
    size_t i;

    for (i = 0; i < sizeof(client_names) / sizeof(client_names[0]); i++)
        if (!strcmp( name, client_names[i] )) return true;
    return false;
}

static bool name_is_valid( const char *name )
{
    size_t i;

    for (i = 0; name[i]; i++)
        if (i == MAX_NAME || name[i] < ' ' || name[i] > '~') return false;
    return i > 0;
}

/* Packets of the router's own */

static struct packet_queue *router_queue( struct router *router, enum route to )
{
    if (to == ROUTE_CLIENT) return &router->to_client;
    if (to == ROUTE_HOST) return &router->to_host;
    return &router->to_server;
}

static void router_owe( struct router *router, enum route to, unsigned int host, const void *data, size_t size )
{
    struct packet *packet = packet_create( data, size );

    if (!packet) return; /* the peer waits in vain for it, which costs that channel only */
    packet->host = host;
    packet_queue_push( router_queue( router, to ), packet );
}

static void router_owe_close( struct router *router, enum route to, unsigned int host, uint32_t id )
{
    uint8_t pdu[DRDYNVC_MAX_CONTROL];

    router_owe( router, to, host, pdu, drdynvc_write_close( pdu, id ) );
}

static void router_owe_refusal( struct router *router, uint32_t id )
{
    uint8_t pdu[DRDYNVC_MAX_CONTROL];

    router_owe( router, ROUTE_SERVER, 0, pdu, drdynvc_write_create_rsp( pdu, id, DRDYNVC_REFUSED ) );
}

struct packet *router_take( struct router *router, enum route to )
{
    return packet_queue_pop( router_queue( router, to ) );
}

bool router_owes( const struct router *router, enum route to )
{
    return router_queue( (struct router *)router, to )->head != NULL;
}

/* Channels */

/* The channel that the server means by an id. */
static struct channel *router_find_live( const struct router *router, uint32_t id )
{
    size_t i;

    for (i = router->channel_count; i--;)
        if (router->channels[i].id == id && router->channels[i].state != CHANNEL_LEFT)
            return (struct channel *)&router->channels[i];
    return NULL;
}

/* The channel that a host means by an id: it speaks of the old one until it has ended that. */
static struct channel *router_find_hosts( struct router *router, unsigned int host, uint32_t id )
{
    size_t i;

    for (i = 0; i < router->channel_count; i++)
        if (router->channels[i].id == id && router->channels[i].host == host) return &router->channels[i];
    return NULL;
}

static void router_remove( struct router *router, struct channel *channel )
{
    size_t index = channel - router->channels;

    free( channel->create );
    router->channel_count--;
    memmove( channel, channel + 1, (router->channel_count - index) * sizeof(*channel) );
}

/* Makes room by forgetting the oldest channel that has ended. */
static bool router_reserve( struct router *router )
{
    size_t i;

    if (router->channel_count < MAX_CHANNELS) return true;
    for (i = 0; i < router->channel_count; i++)
    {
        if (router->channels[i].state != CHANNEL_CLOSED) continue;
        router_remove( router, &router->channels[i] );
        return true;
    }
    return false;
}

static struct channel *router_add( struct router *router, uint32_t id, const uint8_t *create, size_t size )
{
    struct channel *channel;
    struct packet *packet;

    if (!router_reserve( router ) || !(packet = packet_create( create, size ))) return NULL;
    channel = &router->channels[router->channel_count++];
    memset( channel, 0, sizeof(*channel) );
    channel->id = id;
    channel->create = packet;
    return channel;
}

static void channel_set_state( struct channel *channel, enum channel_state state )
{
    if (state != CHANNEL_HELD && state != CHANNEL_OFFERED)
    {
        free( channel->create );
        channel->create = NULL;
    }
    channel->state = state;
}

/* The server ends a channel that a host has. */
static void channel_leave( struct channel *channel, bool reply )
{
    channel->answered = channel->state == CHANNEL_OPEN;
    channel->reply = reply;
    channel_set_state( channel, CHANNEL_LEFT );
}

static const char *channel_name( const struct channel *channel )
{
    struct drdynvc_pdu pdu;

    drdynvc_read( &pdu, DRDYNVC_SERVER, channel->create->data, channel->create->size );
    return pdu.name;
}

/* Hosts and names */

/* The first host after a number that listens on the name, 0 if there is none. */
static unsigned int router_find_listener( const struct router *router, const char *name, unsigned int after )
{
    unsigned int best = 0;
    size_t i;

    for (i = 0; i < router->listener_count; i++)
    {
        const struct listener *listener = &router->listeners[i];

        if (listener->host <= after || (best && listener->host >= best)) continue;
        if (!strcmp( listener->name, name )) best = listener->host;
    }
    return best;
}

static struct router_host *router_find_host( struct router *router, unsigned int number )
{
    size_t i;

    for (i = 0; i < router->host_count; i++)
        if (router->hosts[i].number == number) return &router->hosts[i];
    return NULL;
}

static bool router_all_ready( const struct router *router )
{
    size_t i;

    if (!router->hosts_known) return false;
    for (i = 0; i < router->host_count; i++)
        if (!router->hosts[i].ready) return false;
    return true;
}

/* Servers exist that never send CAPS_REQ: FreeRDP and the hosts get the least one in its place. */
static void router_need_caps( struct router *router )
{
    static const uint8_t version1[] = { DRDYNVC_CMD_CAPABILITIES << 4, 0, 1, 0 };
    size_t i;

    if (router->caps_size) return;
    memcpy( router->caps, version1, sizeof(version1) );
    router->caps_size = sizeof(version1);
    router_owe( router, ROUTE_CLIENT, 0, version1, sizeof(version1) );
    for (i = 0; i < router->host_count; i++)
        router_owe( router, ROUTE_HOST, router->hosts[i].number, version1, sizeof(version1) );
}

/* Offers the channel to the next host that listens on its name. */
static bool router_offer( struct router *router, struct channel *channel, unsigned int after )
{
    unsigned int host = router_find_listener( router, channel_name( channel ), after );

    if (!host) return false;
    router_need_caps( router );
    channel->host = host;
    channel_set_state( channel, CHANNEL_OFFERED );
    router_owe( router, ROUTE_HOST, host, channel->create->data, channel->create->size );
    return true;
}

/* The CREATE_REQ goes on to FreeRDP after all. */
static void router_release( struct router *router, struct channel *channel )
{
    packet_queue_push( &router->to_client, channel->create );
    channel->create = NULL;
    router_remove( router, channel );
}

static void router_release_held( struct router *router, uint64_t now )
{
    size_t i = 0;

    while (i < router->channel_count)
    {
        struct channel *channel = &router->channels[i];

        if (channel->state == CHANNEL_HELD && channel->deadline <= now) router_release( router, channel );
        else i++;
    }
}

static void router_check_ready( struct router *router )
{
    if (router_all_ready( router )) router_release_held( router, UINT64_MAX );
}

static void router_remove_listener( struct router *router, size_t index )
{
    free( router->listeners[index].name );
    router->listener_count--;
    memmove( &router->listeners[index], &router->listeners[index + 1],
             (router->listener_count - index) * sizeof(router->listeners[0]) );
}

struct router *router_create( void )
{
    struct router *router = calloc( 1, sizeof(*router) );

    if (!router) return NULL;
    router->hold = ROUTER_HOLD_MS;
    packet_queue_init( &router->to_client );
    packet_queue_init( &router->to_host );
    packet_queue_init( &router->to_server );
    return router;
}

void router_destroy( struct router *router )
{
    router_reset( router );
    while (router->listener_count) router_remove_listener( router, router->listener_count - 1 );
    free( router->listeners );
    free( router->hosts );
    free( router );
}

void router_set_hold( struct router *router, unsigned int milliseconds )
{
    router->hold = milliseconds;
}

void router_reset( struct router *router )
{
    while (router->channel_count) router_remove( router, &router->channels[router->channel_count - 1] );
    router->caps_size = 0;
    packet_queue_clear( &router->to_client );
    packet_queue_clear( &router->to_host );
    packet_queue_clear( &router->to_server );
}

bool router_host_add( struct router *router, unsigned int host )
{
    struct router_host *hosts = realloc( router->hosts, (router->host_count + 1) * sizeof(*hosts) );

    if (!hosts) return false;
    router->hosts = hosts;
    memset( &hosts[router->host_count], 0, sizeof(*hosts) );
    hosts[router->host_count++].number = host;
    if (router->caps_size) router_owe( router, ROUTE_HOST, host, router->caps, router->caps_size );
    return true;
}

void router_host_ready( struct router *router, unsigned int host )
{
    struct router_host *entry = router_find_host( router, host );

    if (entry) entry->ready = true;
    router_check_ready( router );
}

void router_hosts_known( struct router *router )
{
    router->hosts_known = true;
    router_check_ready( router );
}

void router_hosts_expected( struct router *router )
{
    router->hosts_known = false;
}

/* Says to the server what the host would have had to say. Returns false if nothing is left of the channel. */
static bool router_abandon( struct router *router, struct channel *channel )
{
    switch (channel->state)
    {
    case CHANNEL_OFFERED:
        if (router_offer( router, channel, channel->host )) return true;
        router_owe_refusal( router, channel->id );
        return false;
    case CHANNEL_OPEN:
        router_owe_close( router, ROUTE_SERVER, 0, channel->id );
        channel_set_state( channel, CHANNEL_CLOSED );
        channel->host = 0;
        return true;
    case CHANNEL_LEFT:
        if (channel->reply) router_owe_close( router, ROUTE_SERVER, 0, channel->id );
        return false;
    default:
        channel->host = 0;
        return true;
    }
}

void router_host_leaves( struct router *router, unsigned int host )
{
    struct router_host *entry = router_find_host( router, host );
    size_t i;

    if (!entry) return;
    entry->names = 0;
    for (i = router->listener_count; i--;)
        if (router->listeners[i].host == host) router_remove_listener( router, i );
}

void router_host_gone( struct router *router, unsigned int host )
{
    struct router_host *entry = router_find_host( router, host );
    size_t i;

    if (!entry) return;
    router_host_leaves( router, host );
    router->host_count--;
    memmove( entry, entry + 1, (router->hosts + router->host_count - entry) * sizeof(*entry) );
    for (i = router->channel_count; i--;)
    {
        struct channel *channel = &router->channels[i];

        if (channel->host == host && !router_abandon( router, channel )) router_remove( router, channel );
    }
    router_check_ready( router );
}

const char *router_listen( struct router *router, unsigned int host, const char *name )
{
    struct router_host *entry = router_find_host( router, host );
    struct listener *listeners;
    size_t i;

    if (!entry) return "only a host that runs plug-ins listens";
    if (!name_is_valid( name )) return "a channel name has 1 to 260 printable ASCII characters";
    if (entry->names == MAX_NAMES) return "a host listens on at most 256 names";
    if (name_is_clients( name )) return NULL; /* and never offered anything */
    if (!(listeners = realloc( router->listeners, (router->listener_count + 1) * sizeof(*listeners) )))
        return "there is memory for the name";
    router->listeners = listeners;
    if (!(listeners[router->listener_count].name = strdup( name ))) return "there is memory for the name";
    listeners[router->listener_count++].host = host;
    entry->names++;

    for (i = 0; i < router->channel_count; i++)
        if (router->channels[i].state == CHANNEL_HELD) router_offer( router, &router->channels[i], 0 );
    return NULL;
}

const char *router_unlisten( struct router *router, unsigned int host, const char *name )
{
    struct router_host *entry = router_find_host( router, host );
    size_t i;

    if (entry && name_is_clients( name )) return NULL;
    for (i = 0; i < router->listener_count; i++)
    {
        if (router->listeners[i].host != host || strcmp( router->listeners[i].name, name )) continue;
        router_remove_listener( router, i );
        entry->names--;
        return NULL;
    }
    return "UNLISTEN names what the host listens on";
}

const char *router_name( const struct router *router, size_t index )
{
    return index < router->listener_count ? router->listeners[index].name : NULL;
}

/* PDUs of the server */

static enum route router_server_caps( struct router *router, const uint8_t *pdu, size_t size )
{
    size_t i;

    if (router->caps_size) return ROUTE_EPOCH;
    router->caps_size = size < MAX_CAPS ? size : MAX_CAPS;
    memcpy( router->caps, pdu, router->caps_size );
    for (i = 0; i < router->host_count; i++)
        router_owe( router, ROUTE_HOST, router->hosts[i].number, router->caps, router->caps_size );
    return ROUTE_CLIENT;
}

/* The server gives the id to a new channel, so whatever had it is over. */
static void router_take_id( struct router *router, uint32_t id )
{
    size_t i = 0;

    while (i < router->channel_count)
    {
        struct channel *channel = &router->channels[i];

        if (channel->id == id)
        {
            if (channel->state == CHANNEL_HELD || channel->state == CHANNEL_CLOSED)
            {
                router_remove( router, channel );
                continue;
            }
            if (channel->state != CHANNEL_LEFT)
            {
                router_owe_close( router, ROUTE_HOST, channel->host, id );
                channel_leave( channel, false );
            }
            channel->reply = false;
        }
        i++;
    }
}

static enum route router_server_create( struct router *router, const struct drdynvc_pdu *pdu,
                                        const uint8_t *data, size_t size, uint64_t now )
{
    struct channel *channel;
    unsigned int host;

    router_take_id( router, pdu->channel_id );
    if (!name_is_valid( pdu->name ) || name_is_clients( pdu->name )) return ROUTE_CLIENT;
    host = router_find_listener( router, pdu->name, 0 );
    if (!host && router_all_ready( router )) return ROUTE_CLIENT;
    if (!(channel = router_add( router, pdu->channel_id, data, size ))) return ROUTE_CLIENT;
    if (!router_offer( router, channel, 0 ))
    {
        channel->state = CHANNEL_HELD;
        channel->deadline = now + router->hold;
    }
    return ROUTE_DROP;
}

static enum route router_server_channel( struct router *router, const struct drdynvc_pdu *pdu, unsigned int *host )
{
    struct channel *channel = router_find_live( router, pdu->channel_id );

    if (!channel) return ROUTE_CLIENT;
    switch (channel->state)
    {
    case CHANNEL_HELD: /* not to be expected before the CREATE_RSP: FreeRDP knows an answer */
        router_release( router, channel );
        return ROUTE_CLIENT;
    case CHANNEL_CLOSED:
        return ROUTE_DROP;
    default:
        *host = channel->host;
        if (pdu->cmd == DRDYNVC_CMD_CLOSE) channel_leave( channel, true );
        return ROUTE_HOST;
    }
}

enum route router_server_pdu( struct router *router, const uint8_t *data, size_t size, uint64_t now,
                              unsigned int *host )
{
    struct drdynvc_pdu pdu;

    /* malformed data is for whom it names, who closes the channel */
    if (drdynvc_read( &pdu, DRDYNVC_SERVER, data, size ) != DRDYNVC_OK &&
        !(pdu.addressed && drdynvc_is_data( pdu.cmd ))) return ROUTE_CLIENT;
    switch (pdu.cmd)
    {
    case DRDYNVC_CMD_CAPABILITIES:
        return router_server_caps( router, data, size );
    case DRDYNVC_CMD_CREATE:
        return router_server_create( router, &pdu, data, size, now );
    case DRDYNVC_CMD_DATA_FIRST:
    case DRDYNVC_CMD_DATA:
    case DRDYNVC_CMD_CLOSE:
    case DRDYNVC_CMD_DATA_FIRST_COMPRESSED:
    case DRDYNVC_CMD_DATA_COMPRESSED:
        return router_server_channel( router, &pdu, host );
    default:
        return ROUTE_CLIENT;
    }
}

bool router_claims( const struct router *router, const uint8_t *chunk, size_t size )
{
    struct drdynvc_pdu pdu;

    if (drdynvc_read( &pdu, DRDYNVC_SERVER, chunk, size ) != DRDYNVC_OK) return false;
    if (pdu.cmd == DRDYNVC_CMD_CREATE) return true;
    if (pdu.cmd == DRDYNVC_CMD_CAPABILITIES || pdu.cmd > DRDYNVC_CMD_DATA_COMPRESSED) return false;
    return router_find_live( router, pdu.channel_id ) != NULL;
}

void router_break( struct router *router, const uint8_t *chunk, size_t size )
{
    struct channel *channel;
    struct drdynvc_pdu pdu;

    if (drdynvc_read( &pdu, DRDYNVC_SERVER, chunk, size ) != DRDYNVC_OK) return;
    if (!(channel = router_find_live( router, pdu.channel_id ))) return;
    if (channel->state != CHANNEL_OFFERED && channel->state != CHANNEL_OPEN) return;
    router_owe_close( router, ROUTE_HOST, channel->host, channel->id );
    channel_leave( channel, true ); /* the host's CLOSE is the server's too */
}

/* PDUs of a host */

static enum route router_broken( const char **rule, const char *text )
{
    *rule = text;
    return ROUTE_BROKEN;
}

/* The host speaks of a channel that the server has ended. */
static enum route router_host_left( struct router *router, struct channel *channel, const struct drdynvc_pdu *pdu )
{
    bool reply = channel->reply;

    switch (pdu->cmd)
    {
    case DRDYNVC_CMD_CREATE:
        channel->answered = true;
        if (pdu->creation_status >= 0) return ROUTE_DROP;
        if (reply) router_owe_close( router, ROUTE_SERVER, 0, channel->id );
        router_remove( router, channel );
        return ROUTE_DROP;
    case DRDYNVC_CMD_CLOSE:
        router_remove( router, channel );
        return reply ? ROUTE_SERVER : ROUTE_DROP;
    default:
        return ROUTE_DROP;
    }
}

static enum route router_host_answers( struct router *router, struct channel *channel, const struct drdynvc_pdu *pdu )
{
    if (pdu->creation_status >= 0)
    {
        channel_set_state( channel, CHANNEL_OPEN );
        router->opened = true;
        return ROUTE_SERVER;
    }
    if (router_offer( router, channel, channel->host )) return ROUTE_DROP;
    router_remove( router, channel );
    return ROUTE_SERVER;
}

static enum route router_host_channel( struct router *router, unsigned int host, const struct drdynvc_pdu *pdu,
                                       const char **rule )
{
    struct channel *channel = router_find_hosts( router, host, pdu->channel_id );

    while (channel && channel->state == CHANNEL_LEFT)
    {
        /* a second answer is about the channel that has the id now: the old one ended without a CLOSE */
        if (pdu->cmd != DRDYNVC_CMD_CREATE || !channel->answered)
            return router_host_left( router, channel, pdu );
        router_remove( router, channel );
        channel = router_find_hosts( router, host, pdu->channel_id );
    }

    if (!channel) return router_broken( rule, "a channel is the host's own" );
    if (channel->state == CHANNEL_OFFERED)
    {
        if (pdu->cmd == DRDYNVC_CMD_CREATE) return router_host_answers( router, channel, pdu );
        return router_broken( rule, "nothing of a channel is sent before its CREATE_RSP" );
    }
    if (pdu->cmd == DRDYNVC_CMD_CREATE) return router_broken( rule, "a channel is answered once" );
    if (channel->state != CHANNEL_OPEN) return router_broken( rule, "nothing of a channel is sent after its CLOSE" );
    if (pdu->cmd == DRDYNVC_CMD_CLOSE) channel_set_state( channel, CHANNEL_CLOSED );
    return ROUTE_SERVER;
}

enum route router_host_pdu( struct router *router, unsigned int host, const uint8_t *data, size_t size,
                            const char **rule )
{
    struct drdynvc_pdu pdu;

    if (!size || size > DRDYNVC_MAX_PDU) return router_broken( rule, "a PDU has 1 to 1600 bytes" );
    switch (drdynvc_read( &pdu, DRDYNVC_CLIENT, data, size ))
    {
    case DRDYNVC_OK:
        break;
    case DRDYNVC_UNKNOWN:
        return router_broken( rule, "a PDU is one that a client sends" );
    default:
        return router_broken( rule, "a PDU is well-formed" );
    }

    switch (pdu.cmd)
    {
    case DRDYNVC_CMD_CAPABILITIES: /* FreeRDP answers the server */
        return ROUTE_DROP;
    case DRDYNVC_CMD_CREATE:
    case DRDYNVC_CMD_DATA_FIRST:
    case DRDYNVC_CMD_DATA:
    case DRDYNVC_CMD_CLOSE:
    case DRDYNVC_CMD_DATA_FIRST_COMPRESSED:
    case DRDYNVC_CMD_DATA_COMPRESSED:
        return router_host_channel( router, host, &pdu, rule );
    default:
        return router_broken( rule, "a PDU is one that a client sends" );
    }
}

void router_expire( struct router *router, uint64_t now )
{
    router_release_held( router, now );
}

uint64_t router_deadline( const struct router *router )
{
    uint64_t deadline = UINT64_MAX;
    size_t i;

    for (i = 0; i < router->channel_count; i++)
        if (router->channels[i].state == CHANNEL_HELD && router->channels[i].deadline < deadline)
            deadline = router->channels[i].deadline;
    return deadline;
}

bool router_opened( const struct router *router )
{
    return router->opened;
}
