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

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <freerdp/channels/geometry.h>
#include <freerdp/codec/color.h>
#include <freerdp/event.h>
#include <freerdp/gdi/gdi.h>
#include <freerdp/gdi/region.h>

#include "compat.h"
#include "enter.h"
#include "geometry.h"

/* More are not heard of, nor are more rectangles of one. */
#define MAX_MAPPINGS   256
#define MAX_RECTANGLES 1024

/* Coordinates beyond it are no desktop's. */
#define MAX_COORDINATE 32767

/* A rectangle; of a mapping's region from its corner. */
struct area
{
    int32_t x, y, width, height;
};

/* What FreeRDP told last. [MS-RDPEGT] 2.2.1: the region is what of the mapping can be seen. */
struct mapping
{
    struct mapping         *next;
    const MAPPED_GEOMETRY  *source;         /* an address to know it by: FreeRDP may have freed it */
    uint64_t                id;
    bool                    taken;          /* another part of the client draws there */
    pcMappedGeometryUpdate  update;         /* that part's */
    pcMappedGeometryClear   clear;
    struct area             place;          /* on the desktop */
    size_t                  count;
    struct area            *region;
};

/* Inside it the exchange's lock is taken, and inside that one the other. */
static pthread_mutex_t telling = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t mappings = PTHREAD_MUTEX_INITIALIZER;
static struct geometry *geometries;     /* protected by mappings */

/* These need "mappings". */

static void mapping_destroy( struct geometry *geometry, struct mapping **link )
{
    struct mapping *mapping = *link;

    *link = mapping->next;
    geometry->count--;
    free( mapping->region );
    free( mapping );
}

static void geometry_forget( struct geometry *geometry )
{
    while (geometry->first) mapping_destroy( geometry, &geometry->first );
    geometry->channel = NULL;
    geometry->added = NULL;
}

static struct mapping **geometry_find( struct geometry *geometry, uint64_t id )
{
    struct mapping **link = &geometry->first;

    while (*link && (*link)->id != id) link = &(*link)->next;
    return link;
}

/* Whose it is, and where in its list. */
static struct mapping **find_source( const MAPPED_GEOMETRY *source, struct geometry **owner )
{
    struct mapping **link;

    for (*owner = geometries; *owner; *owner = (*owner)->next)
        for (link = &(*owner)->first; *link; link = &(*link)->next)
            if ((*link)->source == source) return link;
    return NULL;
}

static bool read_span( int64_t base, int64_t from, int64_t to, int32_t *start, int32_t *size )
{
    if (to <= from || to - from > MAX_COORDINATE || base + from < -MAX_COORDINATE || base + from > MAX_COORDINATE)
        return false;
    *start = base + from;
    *size = to - from;
    return true;
}

/* Without room for the region nothing of the mapping can be seen. */
static void mapping_read( struct mapping *mapping, const MAPPED_GEOMETRY *source )
{
    size_t i, count = source->geometry.nRectCount;

    if (count > MAX_RECTANGLES) count = MAX_RECTANGLES;
    free( mapping->region );
    mapping->count = 0;
    memset( &mapping->place, 0, sizeof(mapping->place) );
    mapping->region = count ? calloc( count, sizeof(*mapping->region) ) : NULL;
    if (!read_span( source->topLevelLeft, source->left, source->right, &mapping->place.x, &mapping->place.width ) ||
        !read_span( source->topLevelTop, source->top, source->bottom, &mapping->place.y, &mapping->place.height ))
        memset( &mapping->place, 0, sizeof(mapping->place) );
    if (!mapping->region) return;
    for (i = 0; i < count; i++)
    {
        const RDP_RECT *rect = &source->geometry.rects[i];
        mapping->region[i] = (struct area){ rect->x, rect->y, rect->width, rect->height };
    }
    mapping->count = count;
}

/* Telling */

static void geometry_tell( struct geometry *geometry, bool channel, bool possible )
{
    pthread_mutex_lock( &telling );
    if (geometry->connection && channel) connection_set_rendering( geometry->connection, possible );
    if (geometry->connection) connection_place_renderers( geometry->connection );
    pthread_mutex_unlock( &telling );
}

/* FreeRDP's calls, on the thread of its dynamic channels */

static BOOL hook_update( MAPPED_GEOMETRY *source )
{
    int state = addin_enter();
    struct mapping **link;
    struct geometry *geometry;
    pcMappedGeometryUpdate update = NULL;

    pthread_mutex_lock( &mappings );
    if ((link = find_source( source, &geometry )))
    {
        mapping_read( *link, source );
        update = (*link)->update;
    }
    pthread_mutex_unlock( &mappings );
    if (link) geometry_tell( geometry, false, false );
    addin_leave( state );
    return !update || update( source );
}

static BOOL hook_clear( MAPPED_GEOMETRY *source )
{
    int state = addin_enter();
    struct mapping **link;
    struct geometry *geometry;
    pcMappedGeometryClear clear = NULL;

    pthread_mutex_lock( &mappings );
    if ((link = find_source( source, &geometry )))
    {
        clear = (*link)->clear;
        mapping_destroy( geometry, link );
    }
    pthread_mutex_unlock( &mappings );
    if (link) geometry_tell( geometry, false, false );
    addin_leave( state );
    return !clear || clear( source );
}

/* Whoever draws by itself has said so in the source by now. */
static void geometry_add( struct geometry *geometry, MAPPED_GEOMETRY *source )
{
    struct mapping **link, *mapping;
    struct geometry *owner;

    /* of the same address or id: its end was not heard */
    if ((link = find_source( source, &owner ))) mapping_destroy( owner, link );
    if (*(link = geometry_find( geometry, source->mappingId ))) mapping_destroy( geometry, link );
    if (geometry->count == MAX_MAPPINGS || !(mapping = calloc( 1, sizeof(*mapping) ))) return;
    mapping->source = source;
    mapping->id = source->mappingId;
    mapping->update = source->MappedGeometryUpdate;
    mapping->clear = source->MappedGeometryClear;
    mapping->taken = mapping->update || mapping->clear;
    mapping_read( mapping, source );
    source->MappedGeometryUpdate = hook_update;
    source->MappedGeometryClear = hook_clear;
    mapping->next = geometry->first;
    geometry->first = mapping;
    geometry->count++;
}

static BOOL hook_added( GeometryClientContext *channel, MAPPED_GEOMETRY *source )
{
    int state = addin_enter();
    struct geometry *geometry;
    pcMappedGeometryAdded added = NULL;
    BOOL result;

    pthread_mutex_lock( &mappings );
    for (geometry = geometries; geometry && geometry->channel != channel; geometry = geometry->next) continue;
    if (geometry) added = geometry->added;
    pthread_mutex_unlock( &mappings );
    result = !added || added( channel, source );
    if (geometry)
    {
        pthread_mutex_lock( &mappings );
        if (geometry->channel == channel) geometry_add( geometry, source );
        pthread_mutex_unlock( &mappings );
        geometry_tell( geometry, false, false );
    }
    addin_leave( state );
    return result;
}

/* The client draws by itself what the server sends. */
static bool can_draw( const freerdp *instance )
{
    const rdpGdi *gdi = instance->context->gdi;

    return gdi && gdi->primary && gdi->primary_buffer && compat_draws_by_software( instance );
}

/* A channel that begins may have put a hook of its own in the place of ours. */
static void geometry_hook( struct geometry *geometry )
{
    GeometryClientContext *channel = geometry->channel;

    if (!channel || channel->MappedGeometryAdded == hook_added) return;
    geometry->added = channel->MappedGeometryAdded;
    channel->MappedGeometryAdded = hook_added;
}

static void geometry_channel_event( void *context, const char *name, void *interface, bool connected )
{
    int state = addin_enter();
    struct geometry *geometry;
    bool ours = !strcmp( name, GEOMETRY_DVC_CHANNEL_NAME );

    pthread_mutex_lock( &mappings );
    for (geometry = geometries; geometry; geometry = geometry->next)
        if (geometry->context == context) break;
    if (geometry && ours) geometry_forget( geometry );
    if (geometry && ours && connected) geometry->channel = interface;
    if (geometry) geometry_hook( geometry );
    pthread_mutex_unlock( &mappings );
    if (geometry && ours) geometry_tell( geometry, true, connected && can_draw( geometry->instance ) );
    addin_leave( state );
}

static void channel_connected( void *context, COMPAT_EVENT ChannelConnectedEventArgs *event )
{
    geometry_channel_event( context, event->name, event->pInterface, true );
}

static void channel_disconnected( void *context, COMPAT_EVENT ChannelDisconnectedEventArgs *event )
{
    geometry_channel_event( context, event->name, NULL, false );
}

/* The main thread's */

void geometry_watch( struct geometry *geometry, freerdp *instance )
{
    wPubSub *events = instance->context->pubSub;

    pthread_mutex_lock( &mappings );
    if (!geometry->instance)
    {
        geometry->next = geometries;
        geometries = geometry;
    }
    geometry->instance = instance;
    geometry->context = instance->context;
    pthread_mutex_unlock( &mappings );
    PubSub_UnsubscribeChannelConnected( events, channel_connected );
    PubSub_UnsubscribeChannelDisconnected( events, channel_disconnected );
    PubSub_SubscribeChannelConnected( events, channel_connected );
    PubSub_SubscribeChannelDisconnected( events, channel_disconnected );
}

/* The channels of the connection before it, whose memory is not FreeRDP's any more, are forgotten. */
void geometry_begin( struct geometry *geometry, struct connection *connection )
{
    pthread_mutex_lock( &telling );
    geometry->connection = connection;
    pthread_mutex_unlock( &telling );
    pthread_mutex_lock( &mappings );
    geometry_forget( geometry );
    pthread_mutex_unlock( &mappings );
}

void geometry_end( struct geometry *geometry )
{
    geometry_begin( geometry, NULL );
}

/* Of no others is the size told. */
static bool fits( const struct geometry *geometry, const struct area *place )
{
    const rdpGdi *gdi = geometry->instance->context->gdi;

    return gdi && place->width && place->width <= gdi->width && place->height <= gdi->height;
}

enum place geometry_locate( struct geometry *geometry, uint64_t id, uint32_t *width, uint32_t *height )
{
    const struct mapping *mapping;
    enum place place = PLACE_UNKNOWN;

    pthread_mutex_lock( &mappings );
    if ((mapping = *geometry_find( geometry, id )))
    {
        if (mapping->taken) place = PLACE_TAKEN;
        else place = fits( geometry, &mapping->place ) ? PLACE_KNOWN : PLACE_HIDDEN;
        *width = mapping->place.width;
        *height = mapping->place.height;
    }
    pthread_mutex_unlock( &mappings );
    return place;
}

/* What is within another one, which is from 0 on. */
static struct area clip( struct area area, int32_t width, int32_t height )
{
    int32_t right = area.x + area.width, bottom = area.y + area.height;

    if (area.x < 0) area.x = 0;
    if (area.y < 0) area.y = 0;
    if (right > width) right = width;
    if (bottom > height) bottom = height;
    area.width = right > area.x ? right - area.x : 0;
    area.height = bottom > area.y ? bottom - area.y : 0;
    return area;
}

/* Returns how many rectangles of the desktop there are to be drawn, which are the caller's. */
static size_t geometry_see( struct geometry *geometry, uint64_t id, uint32_t width, uint32_t height,
                            struct area *place, struct area **region )
{
    const struct mapping *mapping;
    size_t count = 0;

    *region = NULL;
    pthread_mutex_lock( &mappings );
    mapping = *geometry_find( geometry, id );
    if (mapping && !mapping->taken && mapping->count && mapping->place.width == (int32_t)width &&
        mapping->place.height == (int32_t)height && (*region = malloc( mapping->count * sizeof(**region) )))
    {
        count = mapping->count;
        *place = mapping->place;
        memcpy( *region, mapping->region, count * sizeof(**region) );
    }
    pthread_mutex_unlock( &mappings );
    return count;
}

static bool draw_area( rdpGdi *gdi, const struct area *place, struct area area, const uint8_t *pixels )
{
    area = clip( area, place->width, place->height );
    if (!area.width || !area.height) return false;
    area.x += place->x;
    area.y += place->y;
    area = clip( area, gdi->width, gdi->height );
    if (!area.width || !area.height) return false;
    return freerdp_image_copy( gdi->primary_buffer, gdi->dstFormat, gdi->stride, area.x, area.y, area.width, area.height,
                               pixels, PIXEL_FORMAT_BGRX32, 4 * place->width, area.x - place->x, area.y - place->y, NULL,
                               FREERDP_FLIP_NONE ) &&
           gdi_InvalidateRegion( gdi->primary->hdc, area.x, area.y, area.width, area.height );
}

bool geometry_draw( struct geometry *geometry, uint64_t id, const uint8_t *pixels, uint32_t width, uint32_t height )
{
    rdpGdi *gdi = geometry->instance->context->gdi;
    struct area place, *region;
    size_t i, count;
    bool drawn = false;

    if (!can_draw( geometry->instance )) return false;
    count = geometry_see( geometry, id, width, height, &place, &region );
    if (count && compat_begin_paint( geometry->instance ))
    {
        for (i = 0; i < count; i++) drawn |= draw_area( gdi, &place, region[i], pixels );
        compat_end_paint( geometry->instance );
    }
    free( region );
    return drawn;
}
