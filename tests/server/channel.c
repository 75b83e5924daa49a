/*
 * One dynamic channel
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

#include "server.h"

static struct channel *channel_create( struct session *session, HANDLE handle )
{
    struct channel *channel = handle ? calloc( 1, sizeof(*channel) ) : NULL;

    if (!channel) return NULL;
    channel->handle = handle;
    channel->session = session;
    channel->id = WTSChannelGetIdByHandle( handle );
    session_add_channel( session, channel );
    return channel;
}

struct channel *channel_open( struct session *session, const char *name )
{
    return channel_create( session, session_open_dynamic( session, name ) );
}

/* No dynamic channel has its id. */
struct channel *channel_open_static( struct session *session, const char *name )
{
    struct channel *channel = channel_create( session, session_open_static( session, name ) );

    if (!channel) return NULL;
    channel->id = UINT32_MAX;
    channel->state = CHANNEL_OPEN;
    return channel;
}

void channel_created( struct channel *channel, uint32_t status )
{
    channel->status = status;
    channel->state = (int32_t)status < 0 ? CHANNEL_REFUSED : CHANNEL_OPEN;
}

void channel_closed( struct channel *channel )
{
    channel->state = CHANNEL_CLOSED;
}

bool channel_write( struct channel *channel, const uint8_t *data, size_t size )
{
    ULONG written;

    return WTSVirtualChannelWrite( channel->handle, (PCHAR)data, size, &written ) && written == size;
}

bool channel_read( struct channel *channel, uint8_t **data, size_t *size )
{
    ULONG length = 0;

    if (!channel->handle) return false;
    if (!WTSVirtualChannelRead( channel->handle, 0, NULL, 0, &length )) return false;
    if (!(*data = malloc( length + 1 ))) abort();
    *size = length;
    return WTSVirtualChannelRead( channel->handle, 0, (PCHAR)*data, length + 1, &length );
}

void channel_close( struct channel *channel )
{
    if (!channel->handle) return;
    WTSVirtualChannelClose( channel->handle );
    channel->handle = NULL;
}

void channel_destroy( struct channel *channel )
{
    if (!channel) return;
    channel_close( channel );
    session_remove_channel( channel->session, channel );
    free( channel );
}
