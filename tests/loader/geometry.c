/*
 * What geometry channels tell, and drawing there: FreeRDP's part is played here
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

#include "freerdp/geometry.c"

#include "wine/test.h"

#define WIDTH  64
#define HEIGHT 48

/* What it calls */

static bool hardware, no_paint;
static unsigned int painting, painted;
static unsigned int places;     /* how often renderers were to be placed */
static int rendering = -1;

bool compat_draws_by_software( const freerdp *instance )
{
    return !hardware;
}

bool compat_begin_paint( freerdp *instance )
{
    if (no_paint) return false;
    ok( !painting, "It paints already.\n" );
    painting++;
    return true;
}

void compat_end_paint( freerdp *instance )
{
    ok( painting == 1, "It does not paint.\n" );
    painting = 0;
    painted++;
}

void connection_set_rendering( struct connection *connection, bool possible )
{
    ok( connection == (struct connection *)1, "It is another connection.\n" );
    rendering = possible;
}

/* As the exchange does, which asks where they are. */
void connection_place_renderers( struct connection *connection );

/* The client: its picture, its channel, and another part of it that draws by itself */

static uint32_t screen[WIDTH * HEIGHT];
static GDI_DC dc;
static gdiBitmap primary = { .hdc = &dc };
static rdpGdi gdi = { .width = WIDTH, .height = HEIGHT, .stride = 4 * WIDTH, .dstFormat = PIXEL_FORMAT_BGRX32,
                      .primary = &primary, .primary_buffer = (BYTE *)screen };
static freerdp *instance;
static struct geometry geometry;
static GeometryClientContext channel;
static unsigned int others_added, others_updated, others_cleared;
static bool others_take;

void connection_place_renderers( struct connection *connection )
{
    uint32_t width, height;

    geometry_locate( &geometry, 1, &width, &height );
    places++;
}

static BOOL other_updates( MAPPED_GEOMETRY *source )
{
    others_updated++;
    return TRUE;
}

static BOOL other_clears( MAPPED_GEOMETRY *source )
{
    others_cleared++;
    return FALSE;
}

static BOOL other_adds( GeometryClientContext *context, MAPPED_GEOMETRY *source )
{
    others_added++;
    if (!others_take) return TRUE;
    source->MappedGeometryUpdate = other_updates;
    source->MappedGeometryClear = other_clears;
    return FALSE;
}

static void open_channel(void)
{
    ChannelConnectedEventArgs event;

    EventArgsInit( &event, "test" );
    event.name = GEOMETRY_DVC_CHANNEL_NAME;
    event.pInterface = &channel;
    memset( &channel, 0, sizeof(channel) );
    channel.MappedGeometryAdded = other_adds;
    PubSub_OnChannelConnected( instance->context->pubSub, instance->context, &event );
}

static void close_channel(void)
{
    ChannelDisconnectedEventArgs event;

    EventArgsInit( &event, "test" );
    event.name = GEOMETRY_DVC_CHANNEL_NAME;
    event.pInterface = &channel;
    PubSub_OnChannelDisconnected( instance->context->pubSub, instance->context, &event );
}

static void set_place( MAPPED_GEOMETRY *source, int32_t x, int32_t y, int32_t width, int32_t height )
{
    source->topLevelLeft = 3;
    source->topLevelTop = 2;
    source->left = x - 3;
    source->top = y - 2;
    source->right = source->left + width;
    source->bottom = source->top + height;
}

static RDP_RECT all = { 0, 0, 100, 100 };

/* A new one, of which all can be seen, and its removal. */
static void add( MAPPED_GEOMETRY *source, uint64_t id, int32_t x, int32_t y, int32_t width, int32_t height )
{
    memset( source, 0, sizeof(*source) );
    source->mappingId = id;
    set_place( source, x, y, width, height );
    source->geometry.nRectCount = 1;
    source->geometry.rects = &all;
    ok( channel.MappedGeometryAdded( &channel, source ) == !others_take, "The other part's answer is lost.\n" );
}

static void clear( MAPPED_GEOMETRY *source )
{
    source->MappedGeometryClear( source );
    memset( source, 0xcc, sizeof(*source) );
}

#define check_place( id, expected, w, h ) check_place_( __LINE__, id, expected, w, h )
static void check_place_( int line, uint64_t id, enum place expected, uint32_t w, uint32_t h )
{
    uint32_t width = 0, height = 0;
    enum place place = geometry_locate( &geometry, id, &width, &height );

    ok_(__FILE__, line)( place == expected, "It is %d.\n", place );
    if (expected == PLACE_KNOWN) ok_(__FILE__, line)( width == w && height == h, "It is %u x %u.\n", width, height );
}

static uint32_t drawn_pixel( uint32_t x, uint32_t y )
{
    return x << 8 | y;
}

/* Draws, and looks for each pixel of the screen that has to have changed. */
#define check_drawing( id, x, y, w, h, left, top, right, bottom ) \
    check_drawing_( __LINE__, id, x, y, w, h, left, top, right, bottom )
static void check_drawing_( int line, uint64_t id, int x, int y, int width, int height, int left, int top, int right,
                            int bottom )
{
    uint32_t *picture = malloc( 4 * width * height );
    unsigned int wrong = 0, before = painted;
    int i, j;
    bool inside, drawn;

    if (!picture) abort();
    for (j = 0; j < height; j++) for (i = 0; i < width; i++) picture[j * width + i] = drawn_pixel( i, j );
    memset( screen, 0xff, sizeof(screen) );
    drawn = geometry_draw( &geometry, id, (uint8_t *)picture, width, height );
    free( picture );
    for (j = 0; j < HEIGHT; j++)
        for (i = 0; i < WIDTH; i++)
        {
            inside = i >= left && i < right && j >= top && j < bottom;
            wrong += (screen[j * WIDTH + i] & 0xffffff) != (inside ? drawn_pixel( i - x, j - y ) : 0xffffff);
        }
    ok_(__FILE__, line)( !wrong, "%u pixels are wrong.\n", wrong );
    ok_(__FILE__, line)( drawn == (left < right), "It says that it %s.\n", drawn ? "is drawn" : "is not" );
    ok_(__FILE__, line)( !drawn || painted == before + 1, "The client does not know.\n" );
    ok_(__FILE__, line)( !painting, "It paints.\n" );
}

static void test_mapping(void)
{
    RDP_RECT region[] = { { 2, 1, 4, 3 }, { -5, -5, 6, 100 } };
    MAPPED_GEOMETRY source;
    unsigned int before;

    open_channel();
    ok( rendering == 1, "Renderers are not possible.\n" );
    check_place( 1, PLACE_UNKNOWN, 0, 0 );
    before = places;
    add( &source, 1, 10, 8, 20, 12 );
    ok( places == before + 1 && others_added, "Nobody is told.\n" );
    check_place( 1, PLACE_KNOWN, 20, 12 );
    check_place( 2, PLACE_UNKNOWN, 0, 0 );
    check_drawing( 1, 10, 8, 20, 12, 10, 8, 30, 20 );
    check_drawing( 1, 10, 8, 12, 20, 0, 0, 0, 0 );
    check_drawing( 2, 10, 8, 20, 12, 0, 0, 0, 0 );

    /* it moves, at last off the desktop */
    set_place( &source, 11, 0, 20, 12 );
    source.MappedGeometryUpdate( &source );
    check_drawing( 1, 11, 0, 20, 12, 11, 0, 31, 12 );
    set_place( &source, -7, -5, 20, 12 );
    source.MappedGeometryUpdate( &source );
    check_drawing( 1, -7, -5, 20, 12, 0, 0, 13, 7 );
    set_place( &source, WIDTH - 2, HEIGHT - 3, 20, 12 );
    source.MappedGeometryUpdate( &source );
    check_drawing( 1, WIDTH - 2, HEIGHT - 3, 20, 12, WIDTH - 2, HEIGHT - 3, WIDTH, HEIGHT );
    set_place( &source, WIDTH, 0, 20, 12 );
    source.MappedGeometryUpdate( &source );
    check_drawing( 1, WIDTH, 0, 20, 12, 0, 0, 0, 0 );

    /* what of it can be seen */
    set_place( &source, 10, 8, 20, 12 );
    source.geometry.rects = region;
    source.MappedGeometryUpdate( &source );
    check_drawing( 1, 10, 8, 20, 12, 12, 9, 16, 12 );
    region[0] = region[1];
    source.MappedGeometryUpdate( &source );
    check_drawing( 1, 10, 8, 20, 12, 10, 8, 11, 20 );
    source.geometry.nRectCount = 0;
    source.MappedGeometryUpdate( &source );
    check_drawing( 1, 10, 8, 20, 12, 0, 0, 0, 0 );
    source.geometry.rects = &all;
    source.geometry.nRectCount = 1;
    source.MappedGeometryUpdate( &source );

    /* who can not draw */
    hardware = true;
    check_drawing( 1, 10, 8, 20, 12, 0, 0, 0, 0 );
    hardware = false;
    no_paint = true;
    check_drawing( 1, 10, 8, 20, 12, 0, 0, 0, 0 );
    no_paint = false;
    instance->context->gdi = NULL;
    check_place( 1, PLACE_HIDDEN, 0, 0 );
    check_drawing( 1, 10, 8, 20, 12, 0, 0, 0, 0 );
    instance->context->gdi = &gdi;

    before = places;
    clear( &source );
    ok( places == before + 1, "Nobody is told.\n" );
    check_place( 1, PLACE_UNKNOWN, 0, 0 );
    close_channel();
    ok( !rendering, "Renderers are possible.\n" );
}

/* What no desktop holds has no size; what there is too much of is not there. */
static void test_bad_mappings(void)
{
    static const int32_t places[][4] =
    {
        { 0, 0, 0, 0 }, { 0, 0, -1, 5 }, { 0, 0, 5, -1 }, { 0, 0, WIDTH + 1, 5 }, { 0, 0, 5, HEIGHT + 1 },
        { INT32_MIN + 10, 0, 5, 5 }, { 0, 40000, 5, 5 }, { -5, 0, INT32_MAX, 5 }, { 0, 0, 5, INT32_MAX },
    };
    static MAPPED_GEOMETRY sources[MAX_MAPPINGS + 1];
    static RDP_RECT many[MAX_RECTANGLES + 1];
    unsigned int i;

    open_channel();
    for (i = 0; i < sizeof(places) / sizeof(places[0]); i++)
    {
        add( &sources[0], 1, places[i][0], places[i][1], places[i][2], places[i][3] );
        check_place( 1, PLACE_HIDDEN, 0, 0 );
        check_drawing( 1, 0, 0, 5, 5, 0, 0, 0, 0 );
        clear( &sources[0] );
    }
    /* extremes that overflow */
    add( &sources[0], 1, 0, 0, 5, 5 );
    sources[0].topLevelLeft = sources[0].left = INT32_MIN;
    sources[0].right = INT32_MIN + 5;
    sources[0].topLevelTop = sources[0].top = INT32_MAX - 5;
    sources[0].bottom = INT32_MAX;
    sources[0].MappedGeometryUpdate( &sources[0] );
    check_place( 1, PLACE_HIDDEN, 0, 0 );

    set_place( &sources[0], 0, 0, 5, 5 );
    sources[0].topLevelLeft = INT32_MAX;
    sources[0].left = -INT32_MAX;
    sources[0].right = INT32_MAX;
    sources[0].MappedGeometryUpdate( &sources[0] );
    check_place( 1, PLACE_HIDDEN, 0, 0 );

    /* the last rectangle is one too many */
    many[MAX_RECTANGLES] = all;
    set_place( &sources[0], 0, 0, 5, 5 );
    sources[0].geometry.nRectCount = MAX_RECTANGLES + 1;
    sources[0].geometry.rects = many;
    sources[0].MappedGeometryUpdate( &sources[0] );
    check_drawing( 1, 0, 0, 5, 5, 0, 0, 0, 0 );
    clear( &sources[0] );

    for (i = 0; i <= MAX_MAPPINGS; i++) add( &sources[i], 1 + i, 0, 0, 5, 5 );
    check_place( MAX_MAPPINGS, PLACE_KNOWN, 5, 5 );
    check_place( MAX_MAPPINGS + 1, PLACE_UNKNOWN, 0, 0 );
    ok( !sources[MAX_MAPPINGS].MappedGeometryClear, "One too many is watched.\n" );
    /* FreeRDP frees one without a word, and has another one there; or the id comes anew */
    add( &sources[0], 1000, 0, 0, 6, 5 );
    check_place( 1, PLACE_UNKNOWN, 0, 0 );
    check_place( 1000, PLACE_KNOWN, 6, 5 );
    add( &sources[MAX_MAPPINGS], 1000, 0, 0, 7, 5 );
    check_place( 1000, PLACE_KNOWN, 7, 5 );
    close_channel();
    check_place( 1000, PLACE_UNKNOWN, 0, 0 );
    ok( !geometry.first && !geometry.count, "Some are left.\n" );
    sources[1].MappedGeometryUpdate( &sources[1] );
    sources[1].MappedGeometryClear( &sources[1] );
}

/* Another part of the client draws on a mapping, as FreeRDP's videos do: it goes on, and there is no renderer. */
static void test_taken(void)
{
    ChannelConnectedEventArgs event;
    MAPPED_GEOMETRY source;

    open_channel();
    others_take = true;
    add( &source, 1, 0, 0, 5, 5 );
    check_place( 1, PLACE_TAKEN, 0, 0 );
    check_drawing( 1, 0, 0, 5, 5, 0, 0, 0, 0 );
    source.MappedGeometryUpdate( &source );
    ok( others_updated == 1, "The other part is not told.\n" );
    ok( !source.MappedGeometryClear( &source ) && others_cleared == 1, "The other part's answer is lost.\n" );
    others_take = false;

    /* it begins when the channel is there already */
    channel.MappedGeometryAdded = other_adds;
    EventArgsInit( &event, "test" );
    event.name = "another";
    PubSub_OnChannelConnected( instance->context->pubSub, instance->context, &event );
    add( &source, 2, 0, 0, 5, 5 );
    check_place( 2, PLACE_KNOWN, 5, 5 );

    /* the connection ends: what FreeRDP calls then is nobody's */
    rendering = -1;
    geometry_end( &geometry );
    check_place( 2, PLACE_UNKNOWN, 0, 0 );
    clear( &source );
    close_channel();
    ok( rendering == -1, "The connection is told.\n" );
    geometry_begin( &geometry, (struct connection *)1 );
}

START_TEST( geometry )
{
    if (!(instance = freerdp_new())) abort();
    instance->ContextSize = sizeof(rdpContext);
    if (!freerdp_context_new( instance )) abort();
    instance->context->gdi = &gdi;
    geometry_watch( &geometry, instance );
    geometry_watch( &geometry, instance ); /* another session of the instance */
    geometry_begin( &geometry, (struct connection *)1 );
    test_mapping();
    test_bad_mappings();
    test_taken();
    hardware = true;
    open_channel();
    ok( !rendering, "Renderers are possible.\n" );
    close_channel();
    geometry_end( &geometry );
    instance->context->gdi = NULL;
    freerdp_context_free( instance );
    freerdp_free( instance );
}
