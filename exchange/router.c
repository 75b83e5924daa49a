/*
 * Where each PDU goes
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

#include "channels.h"
#include "drdynvc.h"
#include "router.h"

#define MAX_CAPS  64
#define MAX_NOTES 16384 /* bytes */

/* Bytes of memory of what is said to the server in hosts' places: enough for all the channels that there may be. One that
 * reads nothing, and asks on, waits in vain. */
#define MAX_SAID 16777216

struct router
{
    struct channels     channels;
    struct directory    directory;
    unsigned int        hold;           /* in milliseconds */
    bool                asked;
    uint8_t             caps[MAX_CAPS]; /* the server's last CAPS_REQ */
    size_t              caps_size;
    struct packet_queue to_client, to_host, to_server;
    struct packet_queue notes;
    unsigned int        unsaid;         /* packets and offers for which there was no memory */
};

/* Packets of the router's own */

static struct packet_queue *router_queue( struct router *router, enum route to )
{
    if (to == ROUTE_CLIENT) return &router->to_client;
    if (to == ROUTE_HOST) return &router->to_host;
    return &router->to_server;
}

/* Returns false without memory: where the caller can do nothing the peer waits in vain, which costs that channel only. */
static bool router_say( struct router *router, enum route to, unsigned int host, const void *data, size_t size )
{
    struct packet *packet;

    if (to == ROUTE_SERVER && packet_queue_memory( &router->to_server, size ) > MAX_SAID) return false;
    if (!(packet = packet_create( data, size )))
    {
        router->unsaid++;
        return false;
    }
    packet->host = host;
    packet_queue_push( router_queue( router, to ), packet );
    return true;
}

static void router_say_close( struct router *router, enum route to, unsigned int host, uint32_t id )
{
    uint8_t pdu[DRDYNVC_MAX_CONTROL];

    router_say( router, to, host, pdu, drdynvc_write_close( pdu, id ) );
}

static void router_say_refused( struct router *router, uint32_t id )
{
    uint8_t pdu[DRDYNVC_MAX_CONTROL];

    router_say( router, ROUTE_SERVER, 0, pdu, drdynvc_write_create_rsp( pdu, id, DRDYNVC_REFUSED ) );
}

struct packet *router_take( struct router *router, enum route to )
{
    return packet_queue_pop( router_queue( router, to ) );
}

bool router_has_packets( const struct router *router, enum route to )
{
    return router_queue( (struct router *)router, to )->head != NULL;
}

/* Notes */

static void router_add_note( struct router *router, enum router_note kind, unsigned int host, const char *name,
                             uint32_t id )
{
    struct packet *note;
    char text[320];

    snprintf( text, sizeof(text), "%s (id %u)", name, (unsigned int)id );
    if (router->notes.bytes > MAX_NOTES || !(note = packet_create( text, strlen( text ) + 1 ))) return;
    note->host = host;
    note->kind = kind;
    packet_queue_push( &router->notes, note );
}

static void channel_note( struct router *router, const struct channel *channel, enum router_note kind )
{
    router_add_note( router, kind, channel->host ? channel->host->number : 0, channel_name( channel ), channel->id );
}

struct packet *router_take_note( struct router *router )
{
    return packet_queue_pop( &router->notes );
}

bool router_has_notes( const struct router *router )
{
    return router->notes.head || router->unsaid;
}

unsigned int router_take_unsaid( struct router *router )
{
    unsigned int unsaid = router->unsaid;

    router->unsaid = 0;
    return unsaid;
}

/* The channel that the server means by an id. */
static struct channel *router_find_live( const struct router *router, uint32_t id )
{
    struct channel *channel = channels_find_id( &router->channels, id );

    return channel && channel->state != CHANNEL_ENDED ? channel : NULL;
}

/* An offered or open one ends from the server's side. */
static void router_end_channel( struct router *router, struct channel *channel, bool reply, enum router_note note )
{
    channel_note( router, channel, note );
    channel_end( &router->channels, channel, reply );
}

/* Offers and waiting */

static void router_set_caps( struct router *router, const uint8_t *pdu, size_t size )
{
    struct directory_host *host;

    router->caps_size = size < MAX_CAPS ? size : MAX_CAPS;
    memcpy( router->caps, pdu, router->caps_size );
    LIST_FOR_EACH_ENTRY( host, &router->directory.hosts, struct directory_host, entry )
        if (host->takes_part) router_say( router, ROUTE_HOST, host->number, router->caps, router->caps_size );
}

/* Servers exist that never send CAPS_REQ: FreeRDP and the hosts get the least one in its place. */
static void router_need_caps( struct router *router )
{
    static const uint8_t version1[] = { DRDYNVC_CMD_CAPABILITIES << 4, 0, 1, 0 };

    if (router->caps_size) return;
    router_set_caps( router, version1, sizeof(version1) );
    router_say( router, ROUTE_CLIENT, 0, version1, sizeof(version1) );
}

/* Returns false without memory. */
static bool router_offer( struct router *router, struct channel *channel, struct directory_host *host )
{
    router->asked = true;
    router_need_caps( router );
    if (!router_say( router, ROUTE_HOST, host->number, channel->create->data, channel->create->size )) return false;
    channel_offer( &router->channels, channel, host );
    return true;
}

/* Offers the channel to the next host that listens on its name, or has it wait for that one. Returns false if there is
 * none. */
static bool router_find_host( struct router *router, struct channel *channel, bool may_wait )
{
    const char *text = channel_name( channel );
    struct directory_host *host;
    bool wait = false;

    for (;;)
    {
        host = directory_find_listener( &router->directory, directory_find_name( &router->directory, text, false ),
                                        channel->refused, may_wait ? &wait : NULL );
        if (!host) return wait && channel_wait( &router->channels, channel, &router->directory );
        if (!channels_have_room( &router->channels, host ))
            router_add_note( router, NOTE_FULL, host->number, text, channel->id );
        else if (router_offer( router, channel, host )) return true;
        channel->refused = host->number;
    }
}

/* No host takes the channel: the CREATE_REQ goes on to FreeRDP after all, unless a host has had it. */
static void router_give_up( struct router *router, struct channel *channel )
{
    if (channel->refused) router_say_refused( router, channel->id );
    else
    {
        packet_queue_push( &router->to_client, channel->create );
        channel->create = NULL;
    }
    channels_remove( &router->channels, channel );
}

/* The same, and no plug-in is late: none listens on the name. */
static void router_find_none( struct router *router, struct channel *channel )
{
    if (!channel->refused) channel_note( router, channel, NOTE_CLIENTS );
    router_give_up( router, channel );
}

/* What waits on a name, now that hosts have come, got ready or gone. */
static void router_check_name( struct router *router, struct directory_name *name )
{
    struct list *entry = list_head( &name->waiting ), *next;

    for (; entry; entry = next) /* with the last of them the name may go */
    {
        struct channel *channel = LIST_ENTRY( entry, struct channel, name_entry );

        next = list_next( &name->waiting, entry );
        if (!router_find_host( router, channel, true )) router_find_none( router, channel );
    }
}

static void router_check_waiting( struct router *router )
{
    struct channel *channel, *next;

    LIST_FOR_EACH_ENTRY_SAFE( channel, next, &router->channels.waiting, struct channel, state_entry )
        if (!router_find_host( router, channel, true )) router_find_none( router, channel );
}

/* Life */

struct router *router_create( const struct name_list *client_names, uint64_t seed )
{
    struct router *router = calloc( 1, sizeof(*router) );

    if (!router) return NULL;
    if (!directory_init( &router->directory, client_names, seed | 1 ))
    {
        free( router );
        return NULL;
    }
    if (!channels_init( &router->channels, seed | 1 ))
    {
        directory_clear( &router->directory );
        free( router );
        return NULL;
    }
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
    channels_clear( &router->channels );
    free( router );
}

void router_show( struct router *router, struct page_traffic *page )
{
    router->channels.page = page;
}

void router_set_hold( struct router *router, unsigned int milliseconds )
{
    router->hold = milliseconds;
}

void router_reset( struct router *router )
{
    channels_remove_all( &router->channels );
    router->caps_size = 0;
    packet_queue_clear( &router->to_client );
    packet_queue_clear( &router->to_host );
    packet_queue_clear( &router->to_server );
}

/* Hosts and names */

bool router_add_host( struct router *router, unsigned int number, bool takes_part )
{
    struct directory_host *host = directory_add_host( &router->directory, number );

    if (!host) return false;
    host->takes_part = false;
    router_set_part( router, number, takes_part );
    return true;
}

void router_show_host( struct router *router, unsigned int number, unsigned int row )
{
    struct directory_host *host = directory_find_host( &router->directory, number );

    if (host) host->row = row;
}

void router_set_part( struct router *router, unsigned int number, bool takes_part )
{
    struct directory_host *host = directory_find_host( &router->directory, number );

    if (!host) return;
    if (router->caps_size && takes_part && !host->takes_part)
        router_say( router, ROUTE_HOST, number, router->caps, router->caps_size );
    host->takes_part = takes_part;
}

void router_set_ready( struct router *router, unsigned int number )
{
    struct directory_host *host = directory_find_host( &router->directory, number );

    if (!host) return;
    directory_set_ready( host );
    router_check_waiting( router );
}

void router_set_complete( struct router *router, unsigned int number, bool complete )
{
    struct directory_host *host = directory_find_host( &router->directory, number );

    if (!host || host->complete == complete) return;
    host->complete = complete;
    router_check_waiting( router );
}

void router_set_known( struct router *router, bool known )
{
    if (router->directory.hosts_known == known) return;
    router->directory.hosts_known = known;
    router_check_waiting( router );
}

void router_add_own_name( struct router *router, const char *name )
{
    name_list_remove( &router->directory.client_names, name );
}

void router_retire_host( struct router *router, unsigned int number )
{
    struct directory_host *host = directory_find_host( &router->directory, number );

    if (host) directory_remove_names( host );
}

/* Says to the server what the channel's host, which is gone, would have had to say. */
static void router_abandon( struct router *router, struct channel *channel )
{
    switch (channel->state)
    {
    case CHANNEL_OFFERED:
        channel->refused = channel->host->number;
        channel_leave_host( &router->channels, channel );
        if (router_find_host( router, channel, true )) return;
        router_give_up( router, channel );
        return;
    case CHANNEL_OPEN:
        router_say_close( router, ROUTE_SERVER, 0, channel->id );
        channel_note( router, channel, NOTE_LOST );
        channel_close( &router->channels, channel );
        channel_leave_host( &router->channels, channel );
        return;
    case CHANNEL_ENDED:
        if (channel->reply) router_say_close( router, ROUTE_SERVER, 0, channel->id );
        channels_remove( &router->channels, channel );
        return;
    default:
        channel_leave_host( &router->channels, channel );
        return;
    }
}

void router_remove_host( struct router *router, unsigned int number )
{
    struct directory_host *host = directory_find_host( &router->directory, number );
    struct list *entry;

    if (!host) return;
    directory_remove_names( host );
    while ((entry = list_head( &host->channels )))
        router_abandon( router, LIST_ENTRY( entry, struct channel, host_entry ) );
    directory_remove_host( host );
    router_check_waiting( router );
}

enum name_result router_expect( struct router *router, unsigned int host, const char *name )
{
    return directory_expect( &router->directory, directory_find_host( &router->directory, host ), name );
}

enum name_result router_listen( struct router *router, unsigned int host, const char *text )
{
    struct directory *directory = &router->directory;
    enum name_result result = directory_listen( directory, directory_find_host( directory, host ), text );
    struct directory_name *name = result == NAME_OK ? directory_find_name( directory, text, false ) : NULL;

    if (name) router_check_name( router, name );
    return result;
}

enum name_result router_unlisten( struct router *router, unsigned int host, const char *name )
{
    return directory_unlisten( &router->directory, directory_find_host( &router->directory, host ), name );
}

void router_list_names( const struct router *router, char *text, size_t size )
{
    static const char more[] = ", ...";
    struct directory_listener *listener;
    struct directory_name *name;
    size_t used = 0, length;

    *text = 0;
    LIST_FOR_EACH_ENTRY( name, &router->directory.names, struct directory_name, age_entry )
    {
        LIST_FOR_EACH_ENTRY( listener, &name->listeners, struct directory_listener, entry )
            if (!listener->expected) break;
        if (&listener->entry == &name->listeners) continue;
        length = strlen( name->text );
        if (used + length + 2 + sizeof(more) > size)
        {
            memcpy( text + used, more, sizeof(more) );
            return;
        }
        used += sprintf( text + used, "%s%s", used ? ", " : "", name->text );
    }
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
    struct channel *channel = channels_find_id( &router->channels, id );

    if (!channel) return;
    switch (channel->state)
    {
    case CHANNEL_OFFERED:
    case CHANNEL_OPEN:
        router_say_close( router, ROUTE_HOST, channel->host->number, id );
        router_end_channel( router, channel, false, NOTE_ENDED );
        break;
    case CHANNEL_ENDED: /* its CLOSE would be taken for the new one's */
        channel_release_id( &router->channels, channel );
        break;
    default:
        channels_remove( &router->channels, channel );
    }
}

static enum route router_server_create( struct router *router, const struct drdynvc_pdu *pdu,
                                        const uint8_t *data, size_t size, uint64_t now )
{
    struct directory *directory = &router->directory;
    struct channel *channel;
    bool wait;

    router_take_id( router, pdu->channel_id );
    if (directory_is_clients( directory, pdu->name )) return ROUTE_CLIENT;
    if (!directory_find_listener( directory, directory_find_name( directory, pdu->name, false ), 0, &wait ) && !wait)
    {
        router_add_note( router, NOTE_CLIENTS, 0, pdu->name, pdu->channel_id );
        return ROUTE_CLIENT;
    }
    size = (const uint8_t *)pdu->name + strlen( pdu->name ) + 1 - data; /* what stands behind it would be kept as well */
    if (!(channel = channels_add( &router->channels, pdu->channel_id, data, size )))
    {
        router->unsaid++; /* FreeRDP refuses it */
        return ROUTE_CLIENT;
    }
    channel->time = now;
    if (!router_find_host( router, channel, true )) router_give_up( router, channel );
    return ROUTE_TAKEN;
}

static enum route router_server_channel( struct router *router, const struct drdynvc_pdu *pdu, unsigned int *host )
{
    struct channel *channel = router_find_live( router, pdu->channel_id );

    if (!channel) return ROUTE_CLIENT;
    switch (channel->state)
    {
    case CHANNEL_WAITING: /* not to be expected before the CREATE_RSP: FreeRDP knows an answer */
        channel->refused = 0;
        router_give_up( router, channel );
        return ROUTE_CLIENT;
    case CHANNEL_CLOSED:
        return ROUTE_NOBODY;
    default:
        *host = channel->host->number;
        if (pdu->cmd == DRDYNVC_CMD_CLOSE) router_end_channel( router, channel, true, NOTE_ENDED );
        else if (channel->row) channel_count( channel, PAGE_RECEIVED, pdu );
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
    router_say_close( router, ROUTE_HOST, channel->host->number, channel->id );
    router_end_channel( router, channel, true, NOTE_BROKEN ); /* the host's CLOSE is the server's too */
}

/* PDUs of a host */

enum host_word { WORD_ACCEPT, WORD_REFUSE, WORD_DATA, WORD_CLOSE };

enum host_action
{
    ACTION_OPEN, ACTION_NEXT, ACTION_PASS, ACTION_CLOSE,
    ACTION_NOTICE,  /* it did not know of the end yet, and says more */
    ACTION_IGNORE,
    ACTION_FORGET,  /* its last word */
    ACTION_EARLY, ACTION_TWICE, ACTION_LATE,
};

/* What a host may say of its channel, and what comes of it. */
static const enum host_action host_actions[][4] =
{                       /* accepts        refuses        data           CLOSE */
    [CHANNEL_OFFERED] = { ACTION_OPEN,   ACTION_NEXT,   ACTION_EARLY,  ACTION_EARLY },
    [CHANNEL_OPEN]    = { ACTION_TWICE,  ACTION_TWICE,  ACTION_PASS,   ACTION_CLOSE },
    [CHANNEL_CLOSED]  = { ACTION_TWICE,  ACTION_TWICE,  ACTION_LATE,   ACTION_LATE },
    [CHANNEL_ENDED]   = { ACTION_NOTICE, ACTION_FORGET, ACTION_IGNORE, ACTION_FORGET },
};

static enum route router_broken( const char **rule, const char *text )
{
    *rule = text;
    return ROUTE_BROKEN;
}

static enum host_word read_word( const struct drdynvc_pdu *pdu )
{
    if (pdu->cmd == DRDYNVC_CMD_CLOSE) return WORD_CLOSE;
    if (pdu->cmd != DRDYNVC_CMD_CREATE) return WORD_DATA;
    return pdu->creation_status < 0 ? WORD_REFUSE : WORD_ACCEPT;
}

/* The host has refused it. */
static enum route router_try_next( struct router *router, struct channel *channel )
{
    channel_note( router, channel, NOTE_REFUSED );
    channel->refused = channel->host->number;
    channel_leave_host( &router->channels, channel );
    if (router_find_host( router, channel, true )) return ROUTE_NOBODY;
    channels_remove( &router->channels, channel );
    return ROUTE_SERVER; /* the last refusal is the answer */
}

/* The host's last word of a channel that the server has ended: its CLOSE, or a refusal. */
static enum route router_forget( struct router *router, struct channel *channel, enum host_word word )
{
    bool reply = channel->reply;
    uint32_t id = channel->id;

    channels_remove( &router->channels, channel );
    if (!reply) return ROUTE_NOBODY;
    if (word == WORD_CLOSE) return ROUTE_SERVER;
    router_say_close( router, ROUTE_SERVER, 0, id );
    return ROUTE_NOBODY;
}

static enum route router_host_channel( struct router *router, unsigned int host, const struct drdynvc_pdu *pdu,
                                       const char **rule )
{
    struct channel *channel = channels_find_own( &router->channels, host, pdu->channel_id );
    enum host_word word = read_word( pdu );

    /* a second answer is about the channel that has the id now: the old one ended without a CLOSE */
    while (channel && channel->state == CHANNEL_ENDED && channel->answered && word <= WORD_REFUSE)
    {
        channels_remove( &router->channels, channel );
        channel = channels_find_own( &router->channels, host, pdu->channel_id );
    }
    if (!channel) return router_broken( rule, "a channel is the host's own" );

    switch (host_actions[channel->state][word])
    {
    case ACTION_OPEN:
        channel_open( &router->channels, channel );
        channel_note( router, channel, NOTE_OPEN );
        return ROUTE_SERVER;
    case ACTION_NEXT:
        return router_try_next( router, channel );
    case ACTION_PASS:
        if (channel->row) channel_count( channel, PAGE_SENT, pdu );
        return ROUTE_SERVER;
    case ACTION_CLOSE:
        channel_note( router, channel, NOTE_CLOSED );
        channel_close( &router->channels, channel );
        return ROUTE_SERVER;
    case ACTION_NOTICE:
        channel->answered = true;
        return ROUTE_NOBODY;
    case ACTION_IGNORE:
        return ROUTE_NOBODY;
    case ACTION_FORGET:
        return router_forget( router, channel, word );
    case ACTION_EARLY:
        return router_broken( rule, "nothing of a channel is sent before its CREATE_RSP" );
    case ACTION_TWICE:
        return router_broken( rule, "a channel is answered once" );
    default:
        return router_broken( rule, "nothing of a channel is sent after its CLOSE" );
    }
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
        return ROUTE_NOBODY;
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

/* Time */

/* The host that is waited for, 0 if it is not known. */
static unsigned int router_find_expected( const struct directory_name *name )
{
    struct directory_listener *listener;

    LIST_FOR_EACH_ENTRY( listener, &name->listeners, struct directory_listener, entry )
        if (listener->expected) return listener->host->number;
    return 0;
}

/* Those whose time has come go to a host that is ready, if there is one. */
void router_expire( struct router *router, uint64_t now )
{
    struct channel *channel;
    struct list *entry;

    while ((entry = list_head( &router->channels.waiting )))
    {
        channel = LIST_ENTRY( entry, struct channel, state_entry );
        if (router_deadline( router ) > now) return;
        if (router_find_host( router, channel, false )) continue;
        router->asked = true;
        router_add_note( router, NOTE_LATE, router_find_expected( channel->name ), channel->name->text, channel->id );
        router_give_up( router, channel );
    }
}

uint64_t router_deadline( const struct router *router )
{
    const struct list *entry = list_head( &router->channels.waiting );

    return entry ? LIST_ENTRY( entry, struct channel, state_entry )->time + router->hold : UINT64_MAX;
}

bool router_was_asked( const struct router *router )
{
    return router->asked;
}
