/*
 * Compares what a display shows with what it has to
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

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "display.h"

/*
 * compare-screen CLASS GROUND [COLOUR DIVISOR]
 * compare-screen CLASS GROUND drawn SEED X Y [X Y WIDTH HEIGHT]...
 *
 * Takes pictures of the first screen of $DISPLAY until one is right, for LIMIT seconds at most: all of the window of that
 * class is GROUND, but for a rectangle of COLOUR in its middle, whose sides are the window's, divided by DIVISOR; and
 * nothing of that colour is anywhere else; or but for rectangles of the pattern that tests/plugins/render.c draws with this
 * SEED, from the first X and Y on, to which those of the rectangles are added. Colours are 24 bits, in hexadecimal. Says what it saw, and why the last picture
 * was not right; the exit status is 0, 1 if none was.
 */

#define LIMIT 20 /* seconds */
#define NONE  UINT32_MAX

struct wanted
{
    const char *class;
    uint32_t ground, colour;    /* colour: NONE if there is to be no rectangle */
    int divisor;
    char **drawn;               /* NULL if nothing is */
    int drawn_count;            /* of its numbers */
};

static bool contains( const struct rectangle *rectangle, int x, int y )
{
    return x >= rectangle->x && x - rectangle->x < rectangle->width &&
           y >= rectangle->y && y - rectangle->y < rectangle->height;
}

/* Where the rectangle has to be in the window. */
static struct rectangle get_middle( const struct wanted *wanted, const struct rectangle *window )
{
    struct rectangle middle = { 0 };

    if (wanted->colour == NONE) return middle;
    middle.width = window->width / wanted->divisor;
    middle.height = window->height / wanted->divisor;
    middle.x = window->x + (window->width - middle.width) / 2;
    middle.y = window->y + (window->height - middle.height) / 2;
    return middle;
}

/* The pattern's pixel, NONE where it is not drawn. */
static uint32_t get_drawn( const struct wanted *wanted, int x, int y )
{
    int i;

    if (!wanted->drawn) return NONE;
    x -= atoi( wanted->drawn[1] );
    y -= atoi( wanted->drawn[2] );
    for (i = 3; i + 4 <= wanted->drawn_count; i += 4)
    {
        const struct rectangle rectangle = { atoi( wanted->drawn[i] ), atoi( wanted->drawn[i + 1] ),
                                             atoi( wanted->drawn[i + 2] ), atoi( wanted->drawn[i + 3] ) };
        if (contains( &rectangle, x, y ))
            return (atoi( wanted->drawn[0] ) & 0xff) << 16 | (5 * y & 0xff) << 8 | (3 * x & 0xff);
    }
    return NONE;
}

/* How many pixels of the picture are not what they have to be; *first is one of them, from its upper left. */
static size_t count_wrong( const struct wanted *wanted, const uint32_t *picture, const struct rectangle *screen,
                           const struct rectangle *window, size_t *first )
{
    const struct rectangle middle = get_middle( wanted, window );
    size_t wrong = 0;
    uint32_t pixel, drawn;
    bool right;
    int x, y;

    for (y = 0; y < screen->height; y++)
    {
        for (x = 0; x < screen->width; x++)
        {
            pixel = picture[(size_t)y * screen->width + x] & 0xffffff;
            drawn = contains( window, x, y ) ? get_drawn( wanted, x - window->x, y - window->y ) : NONE;
            if (drawn != NONE) right = pixel == drawn;
            else if (contains( &middle, x, y )) right = pixel == wanted->colour;
            else if (contains( window, x, y )) right = pixel == wanted->ground;
            else right = pixel != wanted->colour;
            if (right || wrong++) continue;
            *first = (size_t)y * screen->width + x;
        }
    }
    return wrong;
}

static bool is_right( const struct wanted *wanted, uint32_t root, char *why, size_t size )
{
    const uint32_t shown = display_find( root, wanted->class, 0 );
    const struct rectangle screen = display_geometry( root ), window = display_geometry( shown );
    size_t wrong, first = 0;
    uint32_t *picture;

    snprintf( why, size, "no window of the class %s can be seen", wanted->class );
    if (!shown || !window.width) return false;
    picture = display_image( root, screen );
    wrong = count_wrong( wanted, picture, &screen, &window, &first );
    snprintf( why, size, "the window is %dx%d at %d,%d of %dx%d, %zu pixels are wrong, that at %zu,%zu is %06x",
              window.width, window.height, window.x, window.y, screen.width, screen.height, wrong,
              first % screen.width, first / screen.width, picture[first] & 0xffffff );
    free( picture );
    return !wrong;
}

int main( int argc, char **argv )
{
    struct wanted wanted = { .colour = NONE, .divisor = 1 };
    const time_t end = time( NULL ) + LIMIT;
    char why[256];
    uint32_t root;
    bool right;

    if (argc >= 7 && !strcmp( argv[3], "drawn" ))
    {
        wanted.drawn = argv + 4;
        wanted.drawn_count = argc - 4;
    }
    else if (argc != 3 && argc != 5) return 2;
    wanted.class = argv[1];
    wanted.ground = strtoul( argv[2], NULL, 16 );
    if (argc == 5 && !wanted.drawn)
    {
        wanted.colour = strtoul( argv[3], NULL, 16 );
        if ((wanted.divisor = atoi( argv[4] )) < 1) return 2;
    }
    root = display_open();
    while (!(right = is_right( &wanted, root, why, sizeof(why) )) && time( NULL ) <= end) usleep( 50000 );
    display_close();
    puts( why );
    return !right;
}
