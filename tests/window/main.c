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
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

/*
 * close-windows [[--lower] CLASS]
 *
 * Sends WM_DELETE_WINDOW to each child of the root of $DISPLAY's first screen; with CLASS to the one that is above all
 * others, as soon as it has that class; with --lower puts one of that class below all others, as soon as there is one
 * to be seen. It speaks as much of the X protocol, version 11, as that takes, in this
 * machine's byte order and with a server that wants no authorization, nor is there a window manager.
 */

enum { GET_ATTRIBUTES = 3, CONFIGURE = 12, QUERY_TREE = 15, INTERN_ATOM = 16, GET_PROPERTY = 20, SEND_EVENT = 25, CLIENT_MESSAGE = 33 };

#define VIEWABLE 2
#define WM_CLASS 67
#define LIMIT    30 /* seconds */

static int server;

static void fail( const char *what )
{
    perror( what );
    exit( 1 );
}

static void put( const void *data, size_t size )
{
    if (write( server, data, size ) != (ssize_t)size) fail( "write" );
}

static void get( void *data, size_t size )
{
    if (size && recv( server, data, size, MSG_WAITALL ) != (ssize_t)size) fail( "read" );
}

/* The reply to the last request, its extra part allocated; replies are the only thing that comes. */
static uint32_t *get_reply( uint32_t reply[8] )
{
    uint32_t *extra;

    get( reply, 32 );
    if ((reply[0] & 0xff) != 1 || !(extra = calloc( reply[1] + 1, sizeof(*extra) ))) fail( "reply" );
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

/* Returns the root window. */
static uint32_t begin( void )
{
    const uint16_t one = 1, hello[6] = { *(const char *)&one ? 'l' : ('B' << 8), 11 };
    uint16_t head[4], vendor;
    uint32_t root;
    uint8_t *body;

    put( hello, sizeof(hello) );
    get( head, sizeof(head) );
    if ((*(const uint8_t *)head) != 1 || !(body = malloc( 4 * head[3] ))) fail( "connection" );
    get( body, 4 * head[3] );
    memcpy( &vendor, body + 16, sizeof(vendor) );
    memcpy( &root, body + 32 + (vendor + 3) / 4 * 4 + 8 * body[21], sizeof(root) );
    free( body );
    return root;
}

static uint32_t intern( const char *name )
{
    const uint16_t length = strlen( name ), size = 2 + (length + 3) / 4;
    uint16_t request[32] = { INTERN_ATOM, size, length };
    uint32_t reply[8];

    memcpy( request + 4, name, length );
    put( request, 4 * size );
    free( get_reply( reply ) );
    return reply[2];
}

static uint32_t *query_children( uint32_t window, unsigned int *count )
{
    const uint16_t request[4] = { QUERY_TREE, 2, window & 0xffff, window >> 16 };
    uint32_t reply[8], *children;

    put( request, sizeof(request) );
    children = get_reply( reply );
    *count = reply[4] & 0xffff;
    return children;
}

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

    put( &message, sizeof(message) );
}

static int is_viewable( uint32_t window )
{
    const uint16_t request[4] = { GET_ATTRIBUTES, 2, window & 0xffff, window >> 16 };
    uint32_t reply[8];

    put( request, sizeof(request) );
    free( get_reply( reply ) );
    return ((const uint8_t *)reply)[26] == VIEWABLE;
}

static int has_class( uint32_t window, const char *class )
{
    const uint32_t request[6] = { GET_PROPERTY | 6 << 16, window, WM_CLASS, 0, 0, 64 };
    uint32_t reply[8], *value;
    int has;

    put( request, sizeof(request) );
    value = get_reply( reply );
    has = reply[4] > strlen( class ) && !strcmp( (const char *)value, class );
    free( value );
    return has;
}

/* The topmost is the last. Returns 0 if there is none, or the one that has to be it is another's. */
static uint32_t find_window( uint32_t root, const char *class, int topmost )
{
    unsigned int count;
    uint32_t *windows = query_children( root, &count ), found = 0;

    for (; count && !found; count--)
    {
        if (!is_viewable( windows[count - 1] )) continue;
        if (has_class( windows[count - 1], class )) found = windows[count - 1];
        else if (topmost) break;
    }
    free( windows );
    return found;
}

static uint32_t wait_window( uint32_t root, const char *class, int topmost )
{
    time_t end = time( NULL ) + LIMIT;
    uint32_t window;

    while (!(window = find_window( root, class, topmost )))
    {
        if (time( NULL ) > end) return 0;
        usleep( 20000 );
    }
    return window;
}

static void lower( uint32_t window )
{
    const uint32_t request[4] = { CONFIGURE | 4 << 16, window, 1 << 6 /* its place in the stack */, 1 };

    put( request, sizeof(request) );
}

int main( int argc, char **argv )
{
    const char *display = getenv( "DISPLAY" );
    uint32_t root, protocols, delete_window, *windows;
    unsigned int count, i;

    if (!display || *display != ':') return 2;
    connect_to( display + 1 );
    root = begin();
    protocols = intern( "WM_PROTOCOLS" );
    delete_window = intern( "WM_DELETE_WINDOW" );
    if (argc > 1)
    {
        if (!(windows = malloc( sizeof(*windows) )) || !(*windows = wait_window( root, argv[argc - 1], argc == 2 )))
            return 1;
        if (argc > 2) lower( *windows );
        count = argc == 2;
    }
    else windows = query_children( root, &count );
    for (i = 0; i < count; i++) send_delete( windows[i], protocols, delete_window );
    free( windows );
    free( query_children( root, &count ) ); /* all that was sent has arrived */
    close( server );
    return 0;
}
