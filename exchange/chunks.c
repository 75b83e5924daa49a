/*
 * The static channels of a session: who declares them, and what goes through them
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

#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clock.h"
#include "exchange.h"
#include "state.h"

/* Declaring, before a connection */

/* Needs the lock. */
static enum name_result exchange_find_static( struct exchange *exchange, const char *name, uint32_t options,
                                              struct static_channel **channel )
{
    if (!static_name_is_valid( name )) return NAME_INVALID;
    if (!(*channel = statics_add( &exchange->statics, name, options ))) return NAME_FULL;
    (*channel)->def.taken = exchange->own_names && name_list_has( exchange->own_names, name );
    return NAME_OK;
}

enum name_result exchange_declare_static( struct exchange *exchange, const char *name, uint32_t options )
{
    struct static_channel *channel;
    enum name_result result;

    exchange_lock( exchange );
    result = exchange_find_static( exchange, name, options, &channel );
    exchange_unlock( exchange );
    return result;
}

enum name_result exchange_add_static( struct exchange *exchange, struct port *port, uint16_t stream, const char *name,
                                      uint32_t options, bool *late )
{
    struct static_channel *channel;
    enum name_result result;
    size_t count;

    exchange_lock( exchange );
    count = exchange->statics.count;
    result = exchange_find_static( exchange, name, options, &channel );
    *late = exchange->static_known && exchange->statics.count > count;
    if (!result && channel->host && channel->host != port->number && ports_find( &exchange->ports, channel->host ) &&
        !ports_find( &exchange->ports, channel->host )->ended) result = NAME_UNKNOWN;
    if (!result) static_give( channel, port->number, stream );
    exchange_unlock( exchange );
    return result;
}

void exchange_set_static_known( struct exchange *exchange )
{
    exchange_lock( exchange );
    exchange->static_known = true;
    pthread_cond_broadcast( &exchange->known );
    exchange_unlock( exchange );
}

size_t exchange_await_static( struct exchange *exchange, struct static_def defs[WINEDVC_MAX_STATIC] )
{
    uint64_t start = clock_ms(), end;
    struct timespec time;
    size_t i, count;

    exchange_lock( exchange );
    while (!exchange->static_known && (end = start + exchange->hold) > clock_ms())
    {
        time.tv_sec = end / 1000;
        time.tv_nsec = end % 1000 * 1000000;
        pthread_cond_timedwait( &exchange->known, &exchange->lock, &time );
    }
    count = exchange->statics.count;
    for (i = 0; i < count; i++) defs[i] = exchange->statics.channels[i].def;
    exchange_unlock( exchange );
    return count;
}

void exchange_set_static_id( struct exchange *exchange, const char *name, uint16_t id )
{
    struct statics *statics = &exchange->statics;
    size_t i;

    exchange_lock( exchange );
    for (i = 0; i < statics->count; i++)
        if (!strcmp( statics->channels[i].def.name, name )) statics->channels[i].id = id;
    exchange_unlock( exchange );
}

/* From the server */

void exchange_tell_joined( struct exchange *exchange, struct port *port )
{
    struct static_channel *channel = exchange->statics.channels, *end = channel + exchange->statics.count;
    struct winedvc_joined joined;
    struct packet *packet;

    if (!port->ready || !statics_of_host( &exchange->statics, port->number, &joined.streams )) return;
    port_send( port, WINEDVC_STREAM_CONTROL, WINEDVC_JOINED, &joined, sizeof(joined), exchange->server,
               strlen( exchange->server ) + 1, 0 );
    for (; channel < end; channel++)
    {
        if (channel->host != port->number) continue;
        channel->ready = true;
        for (; (packet = packet_queue_pop( &channel->held )); free( packet ))
            exchange_send_frame( exchange, port, channel->stream, packet->kind, packet->data, packet->size, NULL, 0 );
    }
}

enum static_route exchange_receive_static( struct exchange *exchange, uint16_t id, const uint8_t *chunk, size_t size,
                                           uint32_t flags, uint32_t total )
{
    struct static_channel *channel = exchange->statics.channels, *end;
    enum static_route route = STATIC_DROPPED;
    struct port *port;

    exchange_lock( exchange );
    for (end = channel + exchange->statics.count; channel < end && channel->id != id; channel++) continue;
    if (channel < end && exchange->connected && size <= WINEDVC_MAX_MESSAGE - sizeof(struct winedvc_chunk))
        route = static_receive( channel, chunk, size, flags, total );
    if (route == STATIC_HOST && (port = ports_find( &exchange->ports, channel->host )))
        exchange_send_frame( exchange, port, channel->stream, flags, &total, sizeof(total), chunk, size );
    exchange_unlock( exchange );
    return route;
}

/* To the server */

struct packet *exchange_take_cut( struct exchange *exchange )
{
    struct static_channel *channel = statics_find_cut( &exchange->statics );
    struct packet *packet = channel ? packet_alloc( sizeof(struct winedvc_chunk) ) : NULL;

    if (!packet) return NULL;
    memset( packet->data, 0, packet->size );
    packet->kind = WINEDVC_STREAM_STATIC;
    packet->host = channel->id;
    channel->cut = false;
    return packet;
}

bool exchange_may_send_chunk( struct exchange *exchange, struct port *port, struct packet *packet )
{
    struct static_channel *channel = statics_find( &exchange->statics, port->number, packet->kind & 0xffff );
    const char *rule = "a host sends on static channels that it has declared";

    if (channel) rule = static_check( channel, packet->data, packet->size, packet->kind >> 16 );
    else if (port->ended) rule = NULL; /* it had: the one that was started in its place has now */
    if (rule) exchange_note_breach( exchange, port, rule );
    else if (channel && (packet->host = channel->id)) return true;
    else page_add( &exchange->page->dropped, 1 );
    return false;
}
