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

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "directory.h"
#include "drdynvc.h"
#include "router.h"

#define MAX_CHANNELS  1024
#define MAX_CAPS      64
#define MAX_NOTES     16384 /* bytes */

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
    unsigned int       host;        /* CHANNEL_HELD: the last that refused it, 0 for none */
    bool               answered;    /* CHANNEL_LEFT: the CREATE_RSP has come */
    bool               reply;       /* CHANNEL_LEFT: the server still waits for the host's CLOSE */
    uint64_t           deadline;    /* of CHANNEL_HELD */
    struct packet     *create;      /* CHANNEL_HELD, CHANNEL_OFFERED, CHANNEL_OPEN: the CREATE_REQ */
};

struct router
{
    struct channel      channels[MAX_CHANNELS];
    size_t              channel_count;
    struct directory    directory;
    unsigned int        hold;           /* in milliseconds */
    bool                opened;
    uint8_t             caps[MAX_CAPS]; /* the server's last CAPS_REQ */
    size_t              caps_size;
    struct packet_queue to_client, to_host, to_server;
    struct packet_queue notes;
};

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
    if (state == CHANNEL_CLOSED || state == CHANNEL_LEFT)
    {
        free( channel->create );
        channel->create = NULL;
    }
    channel->state = state;
}

static const char *channel_name( const struct channel *channel )
{
    struct drdynvc_pdu pdu;

    drdynvc_read( &pdu, DRDYNVC_SERVER, channel->create->data, channel->create->size );
    return pdu.name;
}

static void router_add_note( struct router *router, const struct channel *channel, enum router_note kind )
{
    struct packet *note;
    char text[320];

    snprintf( text, sizeof(text), "%s (id %u)", channel_name( channel ), (unsigned int)channel->id );
    if (router->notes.bytes > MAX_NOTES || !(note = packet_create( text, strlen( text ) + 1 ))) return;
    note->host = channel->host;
    note->kind = kind;
    packet_queue_push( &router->notes, note );
}

struct packet *router_take_note( struct router *router )
{
    return packet_queue_pop( &router->notes );
}

/* A channel that a host has ends from the server's side. */
static void router_leave( struct router *router, struct channel *channel, bool reply, enum router_note note )
{
    router_add_note( router, channel, note );
    channel->answered = channel->state == CHANNEL_OPEN;
    channel->reply = reply;
    channel_set_state( channel, CHANNEL_LEFT );
}

/* Hosts and names */

static void router_set_caps( struct router *router, const uint8_t *pdu, size_t size )
{
    const struct directory *directory = &router->directory;
    size_t i;

    router->caps_size = size < MAX_CAPS ? size : MAX_CAPS;
    memcpy( router->caps, pdu, router->caps_size );
    for (i = 0; i < directory->host_count; i++)
        if (!directory->hosts[i].barred)
            router_owe( router, ROUTE_HOST, directory->hosts[i].number, router->caps, router->caps_size );
}

/* Servers exist that never send CAPS_REQ: FreeRDP and the hosts get the least one in its place. */
static void router_need_caps( struct router *router )
{
    static const uint8_t version1[] = { DRDYNVC_CMD_CAPABILITIES << 4, 0, 1, 0 };

    if (router->caps_size) return;
    router_set_caps( router, version1, sizeof(version1) );
    router_owe( router, ROUTE_CLIENT, 0, version1, sizeof(version1) );
}

static void router_offer( struct router *router, struct channel *channel, unsigned int host )
{
    router_need_caps( router );
    channel->host = host;
    channel_set_state( channel, CHANNEL_OFFERED );
    router_owe( router, ROUTE_HOST, host, channel->create->data, channel->create->size );
}

/* Offers the channel to the next host that listens on its name, or waits for that one. Returns false if none does. */
static bool router_pass_on( struct router *router, struct channel *channel )
{
    bool wait;
    unsigned int host = directory_find( &router->directory, channel_name( channel ), channel->host, &wait );

    if (wait) channel_set_state( channel, CHANNEL_HELD );
    else if (host) router_offer( router, channel, host );
    return wait || host;
}

/* The CREATE_REQ goes on to FreeRDP after all, unless a host has refused the channel. */
static void router_release( struct router *router, struct channel *channel )
{
    if (channel->host) router_owe_refusal( router, channel->id );
    else
    {
        packet_queue_push( &router->to_client, channel->create );
        channel->create = NULL;
    }
    router_remove( router, channel );
}

/* Hosts have come, got ready or gone: who has waited for that? */
static void router_settle_held( struct router *router )
{
    size_t i = 0;

    while (i < router->channel_count)
    {
        struct channel *channel = &router->channels[i];

        if (channel->state == CHANNEL_HELD && !router_pass_on( router, channel )) router_release( router, channel );
        else i++;
    }
}

struct router *router_create( const char *const *client_names )
{
    struct router *router = calloc( 1, sizeof(*router) );

    if (!router) return NULL;
    router->directory.client_names = client_names;
    router->hold = ROUTER_HOLD_MS;
    packet_queue_init( &router->to_client );
    packet_queue_init( &router->to_host );
    packet_queue_init( &router->to_server );
    packet_queue_init( &router->notes );
    return router;
}

void router_destroy( struct router *router )
{
    router_reset( router );
    packet_queue_clear( &router->notes );
    directory_clear( &router->directory );
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

bool router_host_add( struct router *router, unsigned int host, bool barred )
{
    if (!directory_add_host( &router->directory, host )) return false;
    directory_find_host( &router->directory, host )->barred = barred;
    if (router->caps_size && !barred) router_owe( router, ROUTE_HOST, host, router->caps, router->caps_size );
    return true;
}

void router_host_bar( struct router *router, unsigned int host, bool barred )
{
    struct directory_host *entry = directory_find_host( &router->directory, host );

    if (entry) entry->barred = barred;
}

bool router_host_is_barred( const struct router *router, unsigned int host )
{
    const struct directory_host *entry = directory_find_host( &router->directory, host );

    return !entry || entry->barred;
}

void router_host_ready( struct router *router, unsigned int host )
{
    directory_set_ready( &router->directory, host );
    router_settle_held( router );
}

void router_names_complete( struct router *router, bool complete )
{
    router->directory.complete = complete;
}

void router_hosts_known( struct router *router )
{
    if (router->directory.hosts_known) return;
    router->directory.hosts_known = true;
    router_settle_held( router );
}

void router_hosts_expected( struct router *router )
{
    router->directory.hosts_known = false;
}

bool router_add_own( struct router *router, const char *name )
{
    return name_list_add( &router->directory.own_names, name );
}

/* Says to the server what the host would have had to say. Returns false if nothing is left of the channel. */
static bool router_abandon( struct router *router, struct channel *channel )
{
    switch (channel->state)
    {
    case CHANNEL_OFFERED:
        if (router_pass_on( router, channel )) return true;
        router_owe_refusal( router, channel->id );
        return false;
    case CHANNEL_OPEN:
        router_owe_close( router, ROUTE_SERVER, 0, channel->id );
        router_add_note( router, channel, NOTE_LOST );
        channel_set_state( channel, CHANNEL_CLOSED );
        channel->host = 0;
        return true;
    case CHANNEL_LEFT:
        if (channel->reply) router_owe_close( router, ROUTE_SERVER, 0, channel->id );
        return false;
    default:
        return true;
    }
}

void router_host_leaves( struct router *router, unsigned int host )
{
    directory_remove_names( &router->directory, host );
}

void router_host_gone( struct router *router, unsigned int host )
{
    size_t i;

    if (!directory_find_host( &router->directory, host )) return;
    directory_remove_host( &router->directory, host );
    for (i = router->channel_count; i--;)
    {
        struct channel *channel = &router->channels[i];

        if (channel->host == host && !router_abandon( router, channel )) router_remove( router, channel );
    }
    router_settle_held( router );
}

const char *router_expect( struct router *router, unsigned int host, const char *name )
{
    return directory_expect( &router->directory, host, name );
}

const char *router_listen( struct router *router, unsigned int host, const char *name )
{
    const char *rule = directory_listen( &router->directory, host, name );

    if (!rule) router_settle_held( router );
    return rule;
}

const char *router_unlisten( struct router *router, unsigned int host, const char *name )
{
    return directory_unlisten( &router->directory, host, name );
}

const char *router_name( const struct router *router, size_t index )
{
    const struct directory *directory = &router->directory;
    size_t i;

    for (i = 0; i < directory->name_count; i++)
        if (!directory->names[i].expected && !index--) return directory->names[i].name;
    return NULL;
}

/* PDUs of the server */

static enum route router_server_caps( struct router *router, const uint8_t *pdu, size_t size )
{
    if (router->caps_size) return ROUTE_EPOCH;
    router_set_caps( router, pdu, size );
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
                router_leave( router, channel, false, NOTE_LEFT );
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
    bool wait;

    router_take_id( router, pdu->channel_id );
    if (!directory_may_have( &router->directory, pdu->name )) return ROUTE_CLIENT;
    if (!directory_find( &router->directory, pdu->name, 0, &wait ) && !wait) return ROUTE_CLIENT;
    if (!(channel = router_add( router, pdu->channel_id, data, size ))) return ROUTE_CLIENT;
    channel->deadline = now + router->hold;
    router_pass_on( router, channel );
    return ROUTE_DROP;
}

static enum route router_server_channel( struct router *router, const struct drdynvc_pdu *pdu, unsigned int *host )
{
    struct channel *channel = router_find_live( router, pdu->channel_id );

    if (!channel) return ROUTE_CLIENT;
    switch (channel->state)
    {
    case CHANNEL_HELD: /* not to be expected before the CREATE_RSP: FreeRDP knows an answer */
        channel->host = 0;
        router_release( router, channel );
        return ROUTE_CLIENT;
    case CHANNEL_CLOSED:
        return ROUTE_DROP;
    default:
        *host = channel->host;
        if (pdu->cmd == DRDYNVC_CMD_CLOSE) router_leave( router, channel, true, NOTE_LEFT );
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
    router_leave( router, channel, true, NOTE_BROKEN ); /* the host's CLOSE is the server's too */
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
        router_add_note( router, channel, NOTE_OPEN );
        router->opened = true;
        return ROUTE_SERVER;
    }
    router_add_note( router, channel, NOTE_REFUSED );
    if (router_pass_on( router, channel )) return ROUTE_DROP;
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
    if (pdu->cmd != DRDYNVC_CMD_CLOSE) return ROUTE_SERVER;
    router_add_note( router, channel, NOTE_CLOSED );
    channel_set_state( channel, CHANNEL_CLOSED );
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

/* Those whose time has come go to a host that is ready, if there is one. */
void router_expire( struct router *router, uint64_t now )
{
    unsigned int host;
    size_t i = 0;

    while (i < router->channel_count)
    {
        struct channel *channel = &router->channels[i];

        if (channel->state != CHANNEL_HELD || channel->deadline > now) i++;
        else if ((host = directory_find( &router->directory, channel_name( channel ), channel->host, NULL )))
            router_offer( router, channel, host );
        else router_release( router, channel );
    }
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
