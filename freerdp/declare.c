/*
 * Plug-ins' static channels in FreeRDP: declared, found, sent on
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

#include <winpr/wtsapi.h>

#include "compat.h"
#include "declare.h"
#include "log.h"

static void declare_one( struct declared *declared, freerdp *instance, const struct static_def *def )
{
    struct log_text text;
    bool is_declared = compat_has_channel( instance, def->name );

    log_escape_name( &text, def->name );
    if (is_declared && !def->taken)
        log_warn( "static channel %s stays FreeRDP's, which serves it in this session: the setting take gives it to its "
                  "plug-in", text.text );
    else if (!is_declared && !compat_add_channel( instance, def->name, def->options ))
        log_error( "static channel %s is not asked for: FreeRDP uses all that a session may have", text.text );
    else memcpy( declared->channels[declared->count++].name, def->name, STATIC_NAME );
}

void declared_add( struct declared *declared, freerdp *instance, const struct static_def *defs, size_t count )
{
    size_t i;

    declared_clear( declared );
    for (i = 0; i < count; i++) declare_one( declared, instance, &defs[i] );
}

void declared_clear( struct declared *declared )
{
    declared_forget_ids( declared );
    memset( declared, 0, sizeof(*declared) );
}

void declared_find_ids( struct declared *declared, freerdp *instance, struct connection *connection )
{
    struct declared_channel *channel;

    for (channel = declared->channels; channel < declared->channels + declared->count; channel++)
    {
        channel->id = compat_channel_id( instance, channel->name );
        connection_set_static_id( connection, channel->name, channel->id );
    }
}

static void drop_message( struct declared *declared, struct declared_channel *channel )
{
    if (channel->message) declared->gathered -= channel->total;
    free( channel->message );
    channel->message = NULL;
}

void declared_forget_ids( struct declared *declared )
{
    struct declared_channel *channel;

    for (channel = declared->channels; channel < declared->channels + declared->count; channel++)
    {
        channel->id = 0;
        channel->lost = false;
        drop_message( declared, channel );
    }
}

static struct declared_channel *declared_find( const struct declared *declared, UINT16 id )
{
    size_t i;

    for (i = 0; i < declared->count; i++)
        if (declared->channels[i].id == id) return (struct declared_channel *)&declared->channels[i];
    return NULL;
}

bool declared_has_id( const struct declared *declared, UINT16 id )
{
    return id && declared_find( declared, id );
}

static bool send_message( struct declared *declared, struct declared_channel *channel, freerdp *instance,
                          pSendChannelData send )
{
    bool sent = send( instance, channel->id, channel->message, channel->size );

    drop_message( declared, channel );
    return sent;
}

/* A stream has no hole: what comes after a message that is lost is nothing that the server could read. */
static void lose_channel( struct declared_channel *channel, UINT32 total )
{
    struct log_text text;

    channel->lost = true;
    log_error( "no memory is left for a message of %u bytes on the static channel %s: what its plug-in sends there until the "
               "next connection is dropped", total, log_escape_name( &text, channel->name ) );
}

/* FreeRDP 2 cuts a message into chunks itself. The exchange has checked that they fit together. */
static bool send_gathered( struct declared *declared, struct declared_channel *channel, freerdp *instance,
                           pSendChannelData send, UINT32 flags, UINT32 total, const BYTE *chunk, size_t size )
{
    if ((flags & CHANNEL_FLAG_FIRST) && (flags & CHANNEL_FLAG_LAST)) return send( instance, channel->id, chunk, size );
    if (flags & CHANNEL_FLAG_FIRST)
    {
        drop_message( declared, channel );
        if (total <= DECLARED_MAX_GATHERED - declared->gathered) channel->message = malloc( total );
        if (!channel->message)
        {
            lose_channel( channel, total );
            return true;
        }
        declared->gathered += channel->total = total;
        channel->size = 0;
    }
    if (!channel->message || size > total - channel->size) return false;
    memcpy( channel->message + channel->size, chunk, size );
    channel->size += size;
    return flags & CHANNEL_FLAG_LAST ? send_message( declared, channel, instance, send ) : true;
}

bool declared_send( struct declared *declared, freerdp *instance, pSendChannelData send, UINT16 id, UINT32 flags,
                    UINT32 total, const BYTE *chunk, size_t size )
{
    struct declared_channel *channel = declared_find( declared, id );

    if (channel && !size) drop_message( declared, channel );
    if (!channel || !size || channel->lost) return true;
    if (compat_sends_chunks( instance )) return compat_send_chunk( instance, id, flags, total, chunk, size );
    return send_gathered( declared, channel, instance, send, flags, total, chunk, size );
}
