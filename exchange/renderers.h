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

#ifndef __WINEDVC_RENDERERS_H
#define __WINEDVC_RENDERERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <wine/winedvcbridge.h>

/* What a mapping of the server's is. */
enum place
{
    PLACE_UNKNOWN,  /* the server has not told it, or can not be asked any more */
    PLACE_KNOWN,    /* it has a size */
    PLACE_HIDDEN,   /* it has none now, or that is not the desktop's to hold */
    PLACE_TAKEN,    /* FreeRDP draws there */
};

/* What and how large is a mapping of the server's? Called while connected, with the exchange's lock held, on any thread:
 * must not call the exchange. */
typedef enum place exchange_locate( void *context, uint64_t mapping, uint32_t *width, uint32_t *height );

/*
 * A host's renderer, from MAP on, for a mapping that may still come. Of its picture
 * no more is kept than has come, and no more than the mapping holds. Pure: no I/O,
 * no lock; all of a session belong to the exchange, under its lock.
 */
struct renderer
{
    struct renderer *next;
    unsigned int     host;
    uint32_t         id;            /* the host's */
    uint64_t         mapping;
    uint32_t         width, height; /* that the host was told; 0 while it was told nothing */

    uint32_t         begun_width, begun_height; /* of the picture that comes */
    size_t           have;          /* bytes of it */
    bool             keeps;         /* and they are in pixels */
    bool             whole;         /* and are all */
    uint8_t         *pixels;
    size_t           capacity;
};

struct renderers
{
    struct renderer *first;         /* whose turn it is to draw is in front */
};

/* A whole picture; the pixels are allocated. */
struct picture
{
    unsigned int host;
    uint32_t     id;
    uint64_t     mapping;
    uint32_t     width, height;
    uint8_t     *pixels;
};

extern void renderers_clear( struct renderers *renderers );
/* Those of one host. */
extern void renderers_clear_host( struct renderers *renderers, unsigned int host );

/* NULL with *rule, if the host may not have it, or without one if there is no memory. */
extern struct renderer *renderers_add( struct renderers *renderers, unsigned int host, uint32_t id, uint64_t mapping,
                                       const char **rule );
extern struct renderer *renderers_find( const struct renderers *renderers, unsigned int host, uint32_t id );
extern void renderers_remove( struct renderers *renderers, struct renderer *renderer );

/* Pictures have this size from now on. Returns true if a whole one was there, which is dropped. */
extern bool renderer_resize( struct renderer *renderer, uint32_t width, uint32_t height );

/* Takes a part of a picture. Returns the rule that it breaks, or NULL. *dropped is set behind the last part of one that
 * was not kept, for it is not of the renderer's size, or there is no memory. */
extern const char *renderer_take( struct renderer *renderer, const struct winedvc_picture *part, const uint8_t *data,
                                  size_t size, bool *dropped );

/* Is there a whole picture? Takes it, of the host whose turn it is. */
extern bool renderers_have_picture( const struct renderers *renderers );
extern bool renderers_take_picture( struct renderers *renderers, struct picture *picture );

#endif /* __WINEDVC_RENDERERS_H */
