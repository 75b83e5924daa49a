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
#include <unistd.h>

/*
 * Sends WM_DELETE_WINDOW to each child of the root of $DISPLAY's first screen. It speaks as much of the X protocol,
 * version 11, as that takes, in this machine's byte order and with a server that wants no authorization.
 */

enum { SEND_EVENT = 25, QUERY_TREE = 15, INTERN_ATOM = 16, CLIENT_MESSAGE = 33 };

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

int main( void )
{
    const char *display = getenv( "DISPLAY" );
    uint32_t root, protocols, delete_window, *windows;
    unsigned int count, i;

    if (!display || *display != ':') return 2;
    connect_to( display + 1 );
    root = begin();
    protocols = intern( "WM_PROTOCOLS" );
    delete_window = intern( "WM_DELETE_WINDOW" );
    windows = query_children( root, &count );
    for (i = 0; i < count; i++) send_delete( windows[i], protocols, delete_window );
    free( windows );
    free( query_children( root, &count ) ); /* all that was sent has arrived */
    close( server );
    return 0;
}
