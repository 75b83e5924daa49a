/*
 * Where the server's mappings are, and drawing there
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

#ifndef __WINEDVC_GEOMETRY_H
#define __WINEDVC_GEOMETRY_H

#include <stdbool.h>
#include <stdint.h>

#include <freerdp/freerdp.h>
#include <freerdp/client/geometry.h>

#include "bridge.h"

struct mapping;

/*
 * An instance's share of what its geometry channel tells, which FreeRDP's addin
 * for that reads, on a thread of its own. All zero is nothing. Never freed, since
 * that thread finds it by the channel's context.
 */
struct geometry
{
    struct geometry *next;
    freerdp         *instance;              /* NULL before geometry_watch(); may be gone, as its context may */
    const void      *context;

    /* protected by geometry.c's "mappings" */
    GeometryClientContext *channel;         /* NULL while there is none */
    pcMappedGeometryAdded  added;           /* what our hook replaced there */
    struct mapping        *first;
    unsigned int           count;

    /* protected by geometry.c's "telling" */
    struct connection     *connection;      /* that hears of changes; NULL for none */
};

/* The main thread's */

/* Hears of the geometry channel of the instance from now on. */
extern void geometry_watch( struct geometry *geometry, freerdp *instance );
/* A connection has begun; is about to end: it is not called after that. */
extern void geometry_begin( struct geometry *geometry, struct connection *connection );
extern void geometry_end( struct geometry *geometry );

/* Draws a picture where the mapping is, as far as that can be seen. False if nothing of it can, or if the mapping has not
 * the picture's size. */
extern bool geometry_draw( struct geometry *geometry, uint64_t id, const uint8_t *pixels, uint32_t width, uint32_t height );

/* Any thread, while connected */
extern enum place geometry_locate( struct geometry *geometry, uint64_t id, uint32_t *width, uint32_t *height );

#endif /* __WINEDVC_GEOMETRY_H */
