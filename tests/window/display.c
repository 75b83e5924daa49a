/*
 * What the tests say to an X server
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
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "display.h"

enum { GET_ATTRIBUTES = 3, GET_GEOMETRY = 14, QUERY_TREE = 15, INTERN_ATOM = 16, GET_PROPERTY = 20, GET_IMAGE = 73 };

#define VIEWABLE 2
#define WM_CLASS 67
#define Z_PIXMAP 2

static int server;

static void fail( const char *what )
{
    perror( what );
    exit( 1 );
}

void display_put( const void *data, size_t size )
{
    if (write( server, data, size ) != (ssize_t)size) fail( "write" );
}

static void get( void *data, size_t size )
{
    if (size && recv( server, data, size, MSG_WAITALL ) != (ssize_t)size) fail( "read" );
}

/* The reply to the last request, its extra part allocated. The answer to a request for a window that has gone meanwhile
 * is an error: then all of it is 0. */
static uint32_t *get_reply( uint32_t reply[8] )
{
    uint32_t *extra;

    get( reply, 32 );
    if ((reply[0] & 0xff) != 1) memset( reply, 0, 32 );
    if (!(extra = calloc( reply[1] + 1, sizeof(*extra) ))) fail( "reply" );
    get( extra, reply[1] * sizeof(*extra) );
    return extra;
}

static void connect_to( const char *display )
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };

    snprintf( address.sun_path, sizeof(address.sun_path), "/tmp/.X11-unix/X%s", display );
    server = socket( AF_UNIX, SOCK_STREAM, 0 );
    if (server < 0 || connect( server, (struct sockaddr *)&address, sizeof(address) )) fail( address.sun_path );
}

uint32_t display_open( void )
{
    const uint16_t one = 1, hello[6] = { *(const char *)&one ? 'l' : ('B' << 8), 11 };
    const char *display = getenv( "DISPLAY" );
    uint16_t head[4], vendor;
    uint32_t root;
    uint8_t *body;

    if (!display || *display != ':') exit( 2 );
    connect_to( display + 1 );
    display_put( hello, sizeof(hello) );
    get( head, sizeof(head) );
    if ((*(const uint8_t *)head) != 1 || !(body = malloc( 4 * head[3] ))) fail( "connection" );
    get( body, 4 * head[3] );
    memcpy( &vendor, body + 16, sizeof(vendor) );
    memcpy( &root, body + 32 + (vendor + 3) / 4 * 4 + 8 * body[21], sizeof(root) );
    free( body );
    return root;
}

uint32_t display_intern( const char *name )
{
    const uint16_t length = strlen( name ), size = 2 + (length + 3) / 4;
    uint16_t request[32] = { INTERN_ATOM, size, length };
    uint32_t reply[8];

    memcpy( request + 4, name, length );
    display_put( request, 4 * size );
    free( get_reply( reply ) );
    return reply[2];
}

uint32_t *display_children( uint32_t window, unsigned int *count )
{
    const uint16_t request[4] = { QUERY_TREE, 2, window & 0xffff, window >> 16 };
    uint32_t reply[8], *children;

    display_put( request, sizeof(request) );
    children = get_reply( reply );
    *count = reply[4] & 0xffff;
    return children;
}

static int is_viewable( uint32_t window )
{
    const uint16_t request[4] = { GET_ATTRIBUTES, 2, window & 0xffff, window >> 16 };
    uint32_t reply[8];

    display_put( request, sizeof(request) );
    free( get_reply( reply ) );
    return ((const uint8_t *)reply)[26] == VIEWABLE;
}

static int has_class( uint32_t window, const char *class )
{
    const uint32_t request[6] = { GET_PROPERTY | 6 << 16, window, WM_CLASS, 0, 0, 64 };
    uint32_t reply[8], *value;
    int has;

    display_put( request, sizeof(request) );
    value = get_reply( reply );
    has = reply[4] > strlen( class ) && !strcmp( (const char *)value, class );
    free( value );
    return has;
}

/* The topmost is the last. */
uint32_t display_find( uint32_t root, const char *class, int topmost )
{
    unsigned int count;
    uint32_t *windows = display_children( root, &count ), found = 0;

    for (; count && !found; count--)
    {
        if (!is_viewable( windows[count - 1] )) continue;
        if (has_class( windows[count - 1], class )) found = windows[count - 1];
        else if (topmost) break;
    }
    free( windows );
    return found;
}

struct rectangle display_geometry( uint32_t window )
{
    const uint16_t request[4] = { GET_GEOMETRY, 2, window & 0xffff, window >> 16 };
    uint32_t reply[8];

    display_put( request, sizeof(request) );
    free( get_reply( reply ) );
    return (struct rectangle){ reply[3] & 0xffff, reply[3] >> 16, reply[4] & 0xffff, reply[4] >> 16 };
}

uint32_t *display_image( uint32_t window, struct rectangle place )
{
    const uint32_t request[5] = { GET_IMAGE | Z_PIXMAP << 8 | 5 << 16, window, place.x | place.y << 16,
                                  place.width | place.height << 16, UINT32_MAX };
    uint32_t reply[8], *image;

    display_put( request, sizeof(request) );
    image = get_reply( reply );
    if (reply[1] != (uint32_t)place.width * place.height) fail( "image" );
    return image;
}

void display_close( void )
{
    close( server );
}
