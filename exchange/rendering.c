/*
 * Pictures of plug-ins, from hosts to the main thread
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

#include "exchange.h"
#include "frames.h"
#include "state.h"

/* These need the lock. */

static void rendering_send( struct exchange *exchange, struct port *port, enum winedvc_control type, const void *body,
                            size_t size )
{
    exchange_send_frame( exchange, port, WINEDVC_STREAM_CONTROL, type, body, size, NULL, 0 );
}

void exchange_tell_rendering( struct exchange *exchange, struct port *port )
{
    const struct winedvc_rendering rendering = { exchange->rendering };

    rendering_send( exchange, port, WINEDVC_RENDERING, &rendering, sizeof(rendering) );
}

static void rendering_tell_drawn( struct exchange *exchange, struct port *port, uint32_t id, bool drawn )
{
    const struct winedvc_drawn body = { id, drawn };

    rendering_send( exchange, port, WINEDVC_DRAWN, &body, sizeof(body) );
}

/* Tells the host where its mapping is now, if that is not what it knows. One that was there, and is not, does not come
 * back: the renderer ends with it. */
static void rendering_place( struct exchange *exchange, struct port *port, struct renderer *renderer )
{
    struct winedvc_target target = { renderer->id, 0, 0 };
    enum place place = exchange->locate( exchange->context, renderer->mapping, &target.width, &target.height );

    if (place == PLACE_HIDDEN || (place == PLACE_UNKNOWN && !renderer->width)) return;
    if (place != PLACE_KNOWN)
    {
        target.width = target.height = 0;
        renderers_remove( &exchange->renderers, renderer );
    }
    else if (target.width == renderer->width && target.height == renderer->height) return;
    else if (renderer_resize( renderer, target.width, target.height ))
        rendering_tell_drawn( exchange, port, target.renderer, false );
    rendering_send( exchange, port, WINEDVC_TARGET, &target, sizeof(target) );
}

void exchange_take_picture_part( struct exchange *exchange, struct port *port, const struct packet *packet )
{
    struct winedvc_picture part;
    const uint8_t *data = packet->data;
    size_t size = packet->size;
    struct renderer *renderer;
    const char *rule = NULL;
    bool dropped = false;

    if (!frame_take( &part, sizeof(part), &data, &size ))
    {
        exchange_note_breach( exchange, port, "a part of a picture says of which it is" );
        return;
    }
    /* of one that ended meanwhile it may still come */
    if ((renderer = renderers_find( &exchange->renderers, port->number, part.renderer )))
        rule = renderer_take( renderer, &part, data, size, &dropped );
    /* short is the last part of a picture, and the next comes when that one is drawn: others would have no limit */
    if (!rule && packet->size < WINEDVC_MAX_PICTURE && !(renderer && renderer->whole))
        rule = port_speaks( port, packet->size );
    if (rule) exchange_note_breach( exchange, port, rule );
    else if (dropped) rendering_tell_drawn( exchange, port, part.renderer, false );
}

void exchange_end_rendering( struct exchange *exchange )
{
    exchange->rendering = false;
    renderers_clear( &exchange->renderers );
}

/* Any thread */

void exchange_set_rendering( struct exchange *exchange, bool possible )
{
    struct port *port;

    exchange_lock( exchange );
    if (exchange->connected && exchange->rendering != possible)
    {
        exchange->rendering = possible;
        for (port = exchange->ports.first; port; port = port->next)
            if (port_is_concerned( port )) exchange_tell_rendering( exchange, port );
    }
    exchange_unlock( exchange );
}

void exchange_place_renderers( struct exchange *exchange )
{
    struct renderer *renderer, *next;
    struct port *port;

    exchange_lock( exchange );
    for (renderer = exchange->renderers.first; renderer; renderer = next)
    {
        next = renderer->next;
        if ((port = ports_find( &exchange->ports, renderer->host ))) rendering_place( exchange, port, renderer );
    }
    exchange_unlock( exchange );
}

/* The supervisor's */

const char *exchange_map( struct exchange *exchange, struct port *port, uint32_t id, uint64_t mapping )
{
    struct winedvc_target none = { id, 0, 0 };
    struct renderer *renderer = NULL;
    const char *rule = NULL;

    exchange_lock( exchange );
    if (exchange->rendering && !port->purging)
        renderer = renderers_add( &exchange->renderers, port->number, id, mapping, &rule );
    if (renderer) rendering_place( exchange, port, renderer );
    else if (!rule && !port->purging) rendering_send( exchange, port, WINEDVC_TARGET, &none, sizeof(none) );
    exchange_unlock( exchange );
    return rule;
}

void exchange_unmap( struct exchange *exchange, struct port *port, uint32_t id )
{
    struct renderer *renderer;

    exchange_lock( exchange );
    if ((renderer = renderers_find( &exchange->renderers, port->number, id )))
        renderers_remove( &exchange->renderers, renderer );
    exchange_unlock( exchange );
}

/* The main thread's */

bool exchange_take_picture( struct exchange *exchange, struct picture *picture )
{
    bool taken;

    exchange_lock( exchange );
    taken = renderers_take_picture( &exchange->renderers, picture );
    exchange_unlock( exchange );
    return taken;
}

void exchange_end_picture( struct exchange *exchange, struct picture *picture, bool drawn )
{
    struct port *port;

    exchange_lock( exchange );
    if (renderers_find( &exchange->renderers, picture->host, picture->id ) &&
        (port = ports_find( &exchange->ports, picture->host )))
        rendering_tell_drawn( exchange, port, picture->id, drawn );
    exchange_unlock( exchange );
    free( picture->pixels );
}
