/*
 * Renderers of hosts, and the pictures that come for them
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

#include "renderers.h"

/* So much is reserved for a picture that begins; beyond that memory at most doubles with what comes. */
#define FIRST_BYTES 65536

static void renderer_destroy( struct renderer *renderer )
{
    free( renderer->pixels );
    free( renderer );
}

static void renderers_clear_if( struct renderers *renderers, bool all, unsigned int host )
{
    struct renderer **link = &renderers->first, *renderer;

    while ((renderer = *link))
    {
        if (!all && renderer->host != host)
        {
            link = &renderer->next;
            continue;
        }
        *link = renderer->next;
        renderer_destroy( renderer );
    }
}

void renderers_clear( struct renderers *renderers )
{
    renderers_clear_if( renderers, true, 0 );
}

void renderers_clear_host( struct renderers *renderers, unsigned int host )
{
    renderers_clear_if( renderers, false, host );
}

struct renderer *renderers_find( const struct renderers *renderers, unsigned int host, uint32_t id )
{
    struct renderer *renderer = renderers->first;

    while (renderer && (renderer->host != host || renderer->id != id)) renderer = renderer->next;
    return renderer;
}

static void renderers_append( struct renderers *renderers, struct renderer *renderer )
{
    struct renderer **link = &renderers->first;

    while (*link) link = &(*link)->next;
    renderer->next = NULL;
    *link = renderer;
}

static void renderers_unlink( struct renderers *renderers, struct renderer *renderer )
{
    struct renderer **link = &renderers->first;

    while (*link != renderer) link = &(*link)->next;
    *link = renderer->next;
}

struct renderer *renderers_add( struct renderers *renderers, unsigned int host, uint32_t id, uint64_t mapping,
                                const char **rule )
{
    struct renderer *renderer;
    unsigned int count = 0;

    *rule = NULL;
    if (renderers_find( renderers, host, id )) *rule = "a renderer's number is no other one's";
    for (renderer = renderers->first; renderer; renderer = renderer->next) count += renderer->host == host;
    if (count == WINEDVC_MAX_RENDERERS) *rule = "a host has at most 16 renderers";
    if (*rule || !(renderer = calloc( 1, sizeof(*renderer) ))) return NULL;
    renderer->host = host;
    renderer->id = id;
    renderer->mapping = mapping;
    renderers_append( renderers, renderer );
    return renderer;
}

void renderers_remove( struct renderers *renderers, struct renderer *renderer )
{
    renderers_unlink( renderers, renderer );
    renderer_destroy( renderer );
}

/* The memory goes, too: the next picture has another size. */
static void renderer_forget( struct renderer *renderer )
{
    free( renderer->pixels );
    renderer->pixels = NULL;
    renderer->capacity = 0;
    renderer->keeps = false;
}

bool renderer_resize( struct renderer *renderer, uint32_t width, uint32_t height )
{
    bool dropped = renderer->whole;

    renderer->width = width;
    renderer->height = height;
    renderer_forget( renderer );
    if (dropped) renderer->have = 0;
    renderer->whole = false;
    return dropped;
}

/* Where there is no memory for the rest, there is none of this picture. */
static void renderer_keep( struct renderer *renderer, const uint8_t *data, size_t size, size_t total )
{
    size_t capacity = renderer->capacity ? renderer->capacity : FIRST_BYTES;
    uint8_t *pixels;

    while (capacity < renderer->have + size) capacity *= 2;
    if (capacity > total) capacity = total;
    if (capacity > renderer->capacity)
    {
        if (!(pixels = realloc( renderer->pixels, capacity )))
        {
            renderer_forget( renderer );
            return;
        }
        renderer->pixels = pixels;
        renderer->capacity = capacity;
    }
    memcpy( renderer->pixels + renderer->have, data, size );
}

static bool renderer_goes_on( const struct renderer *renderer, const struct winedvc_picture *part )
{
    return part->offset == renderer->have &&
           (!part->offset || (part->width == renderer->begun_width && part->height == renderer->begun_height));
}

const char *renderer_take( struct renderer *renderer, const struct winedvc_picture *part, const uint8_t *data,
                           size_t size, bool *dropped )
{
    size_t total;

    *dropped = false;
    if (!part->width || !part->height || part->width > WINEDVC_MAX_PIXELS || part->height > WINEDVC_MAX_PIXELS)
        return "a picture has 1 to 16384 pixels in either direction";
    if (renderer->whole) return "a picture follows when the one before it was drawn";
    if (!renderer_goes_on( renderer, part )) return "the parts of a picture come in order";
    total = (size_t)4 * part->width * part->height;
    if (!size || size > total - part->offset) return "a picture has no more bytes than its size takes";
    if (!part->offset)
    {
        renderer->begun_width = part->width;
        renderer->begun_height = part->height;
        renderer->keeps = part->width == renderer->width && part->height == renderer->height;
    }
    if (renderer->keeps) renderer_keep( renderer, data, size, total );
    renderer->have += size;
    if (renderer->have < total) return NULL;
    renderer->whole = renderer->keeps;
    *dropped = !renderer->whole;
    if (*dropped) renderer->have = 0;
    return NULL;
}

static struct renderer *renderers_find_whole( const struct renderers *renderers )
{
    struct renderer *renderer = renderers->first;

    while (renderer && !renderer->whole) renderer = renderer->next;
    return renderer;
}

bool renderers_have_picture( const struct renderers *renderers )
{
    return renderers_find_whole( renderers ) != NULL;
}

bool renderers_take_picture( struct renderers *renderers, struct picture *picture )
{
    struct renderer *renderer = renderers_find_whole( renderers );

    if (!renderer) return false;
    *picture = (struct picture){ renderer->host, renderer->id, renderer->mapping, renderer->width, renderer->height,
                                 renderer->pixels };
    renderer->pixels = NULL;
    renderer->have = 0;
    renderer->whole = false;
    renderer_forget( renderer );
    renderers_unlink( renderers, renderer );
    renderers_append( renderers, renderer );
    return true;
}
