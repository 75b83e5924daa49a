/*
 * Closes all windows of a display, as its user would
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

#include <stdint.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "display.h"

/*
 * close-windows [[--lower] CLASS]
 *
 * Sends WM_DELETE_WINDOW to each child of the root of $DISPLAY's first screen; with CLASS to the one that is above all
 * others, as soon as it has that class; with --lower puts one of that class below all others, as soon as there is one
 * to be seen. There is no window manager.
 */

enum { CONFIGURE = 12, SEND_EVENT = 25, CLIENT_MESSAGE = 33 };

#define LIMIT 30 /* seconds */

static void send_delete( uint32_t window, uint32_t protocols, uint32_t delete_window )
{
    struct
    {
        uint16_t request, size;
        uint32_t destination, mask;
        uint8_t  event, format;
        uint16_t sequence;
        uint32_t window, type, data[5];
    } message = { SEND_EVENT, 11, window, 0, CLIENT_MESSAGE, 32, 0, window, protocols, { delete_window } };

    display_put( &message, sizeof(message) );
}

static uint32_t wait_window( uint32_t root, const char *class, int topmost )
{
    time_t end = time( NULL ) + LIMIT;
    uint32_t window;

    while (!(window = display_find( root, class, topmost )))
    {
        if (time( NULL ) > end) return 0;
        usleep( 20000 );
    }
    return window;
}

static void lower( uint32_t window )
{
    const uint32_t request[4] = { CONFIGURE | 4 << 16, window, 1 << 6 /* its place in the stack */, 1 };

    display_put( request, sizeof(request) );
}

int main( int argc, char **argv )
{
    uint32_t root = display_open(), protocols, delete_window, *windows;
    unsigned int count, i;

    protocols = display_intern( "WM_PROTOCOLS" );
    delete_window = display_intern( "WM_DELETE_WINDOW" );
    if (argc > 1)
    {
        if (!(windows = malloc( sizeof(*windows) )) || !(*windows = wait_window( root, argv[argc - 1], argc == 2 )))
            return 1;
        if (argc > 2) lower( *windows );
        count = argc == 2;
    }
    else windows = display_children( root, &count );
    for (i = 0; i < count; i++) send_delete( windows[i], protocols, delete_window );
    free( windows );
    free( display_children( root, &count ) ); /* all that was sent has arrived */
    display_close();
    return 0;
}
