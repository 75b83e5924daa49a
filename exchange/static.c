/*
 * The static channels of plug-ins
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

#include <string.h>

#include "static.h"

void statics_init( struct statics *statics )
{
    size_t i;

    memset( statics, 0, sizeof(*statics) );
    for (i = 0; i < WINEDVC_MAX_STATIC; i++) packet_queue_init( &statics->channels[i].held );
}

void statics_clear( struct statics *statics )
{
    size_t i;

    for (i = 0; i < statics->count; i++) packet_queue_clear( &statics->channels[i].held );
}

bool static_name_is_valid( const char *name )
{
    size_t size = strlen( name ), i;

    for (i = 0; i < size; i++) if (name[i] <= ' ' || name[i] > '~') return false;
    return size && size < STATIC_NAME && strcmp( name, "drdynvc" );
}

struct static_channel *statics_add( struct statics *statics, const char *name, uint32_t options )
{
    struct static_channel *channel;
    size_t i;

    for (i = 0; i < statics->count; i++)
        if (!strcmp( statics->channels[i].def.name, name )) return &statics->channels[i];
    if (statics->count == WINEDVC_MAX_STATIC) return NULL;
    channel = &statics->channels[statics->count++];
    strncpy( channel->def.name, name, STATIC_NAME - 1 );
    channel->def.options = options;
    return channel;
}

struct static_channel *statics_find( struct statics *statics, unsigned int host, uint16_t stream )
{
    size_t i;

    for (i = 0; i < statics->count; i++)
        if (statics->channels[i].host == host && statics->channels[i].stream == stream) return &statics->channels[i];
    return NULL;
}

/* What was on its way to the host is lost: the next message begins with its first chunk. */
static void static_stop( struct static_channel *channel )
{
    channel->ready = false;
    channel->skips = true;
    packet_queue_clear( &channel->held );
}

/* What the host was sending has no end. */
static void static_cut( struct static_channel *channel )
{
    if (channel->left) channel->cut = true;
    channel->left = 0;
}

void static_give( struct static_channel *channel, unsigned int host, uint16_t stream )
{
    channel->host = host;
    channel->stream = stream;
    static_cut( channel );
}

void statics_reset( struct statics *statics )
{
    size_t i;

    for (i = 0; i < statics->count; i++)
    {
        static_stop( &statics->channels[i] );
        static_cut( &statics->channels[i] );
    }
}

void statics_forget_ids( struct statics *statics )
{
    size_t i;

    for (i = 0; i < statics->count; i++) statics->channels[i].id = 0;
}

void statics_stop_host( struct statics *statics, unsigned int host )
{
    size_t i;

    for (i = 0; host && i < statics->count; i++)
        if (statics->channels[i].host == host) static_stop( &statics->channels[i] );
}

void statics_lose_host( struct statics *statics, unsigned int host )
{
    size_t i;

    for (i = 0; i < statics->count; i++)
        if (statics->channels[i].host == host) static_give( &statics->channels[i], 0, 0 );
}

bool statics_of_host( const struct statics *statics, unsigned int host, uint32_t *streams )
{
    const struct static_channel *channel;
    bool any = false;

    *streams = 0;
    for (channel = statics->channels; channel < statics->channels + statics->count; channel++)
    {
        if (channel->host != host) continue;
        any = true;
        if (channel->id) *streams |= (uint32_t)1 << channel->stream;
    }
    return any;
}

struct static_channel *statics_find_cut( struct statics *statics )
{
    size_t i;

    for (i = 0; i < statics->count; i++) if (statics->channels[i].cut) return &statics->channels[i];
    return NULL;
}

static enum static_route static_hold( struct static_channel *channel, const uint8_t *data, size_t size, uint32_t flags,
                                      uint32_t total )
{
    size_t body = sizeof(struct winedvc_chunk) + size;
    struct packet *packet = NULL;

    if (packet_queue_memory( &channel->held, body ) <= STATIC_MAX_HELD) packet = packet_alloc( body );
    if (!packet)
    {
        packet_queue_clear( &channel->held );
        channel->skips = true;
        return STATIC_FULL;
    }
    memcpy( packet->data, &total, sizeof(total) );
    memcpy( packet->data + sizeof(struct winedvc_chunk), data, size );
    packet->kind = flags;
    packet_queue_push( &channel->held, packet );
    return STATIC_HELD;
}

enum static_route static_receive( struct static_channel *channel, const uint8_t *data, size_t size, uint32_t flags,
                                  uint32_t total )
{
    if (flags & STATIC_FIRST) channel->skips = false;
    if (channel->skips) return STATIC_DROPPED;
    return channel->ready ? STATIC_HOST : static_hold( channel, data, size, flags, total );
}

const char *static_check( struct static_channel *channel, const uint8_t *body, size_t size, unsigned int flags )
{
    struct winedvc_chunk chunk;

    memcpy( &chunk, body, sizeof(chunk) );
    size -= sizeof(chunk);
    if (!(flags & STATIC_FIRST) != !!channel->left) return "a host's messages on a static channel follow each other";
    if (flags & STATIC_FIRST) channel->total = channel->left = chunk.total;
    if (channel->total > WINEDVC_MAX_STATIC_MESSAGE) return "a message on a static channel has at most 64 MiB";
    if (chunk.total != channel->total || size > channel->left ||
        !(flags & STATIC_LAST) != (size < channel->left)) return "the chunks of a message on a static channel fit together";
    channel->left -= size;
    return NULL;
}
