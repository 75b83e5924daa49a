/*
 * A slow link: a TCP proxy
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

/*
 * throttle [--up RATE] [--down RATE] [--stall-after BYTES] [--stall MS] HOST:PORT
 *
 * It listens on a port of 127.0.0.1, prints "listening on 127.0.0.1:PORT" and carries
 * one connection after another to HOST:PORT. Rates are in bytes per second; what the
 * client sends goes up. After so many bytes of the client it reads no more of them for
 * so long, once. For each connection that has ended it prints "up BYTES down BYTES". It
 * keeps next to nothing, so that the ends feel the rate.
 */

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define SLICE_MS 5      /* between two portions of a rate */
#define BUFFER   8192
#define SEGMENT  1460   /* that of a real link, so that a small buffer holds some */

struct direction
{
    int      from, to;
    uint64_t rate;              /* 0: as it comes */
    uint64_t portion_time;      /* of the last portion */
    uint64_t portion;           /* bytes that may be read now */
    uint64_t total;
    char     buffer[BUFFER];
    size_t   start, end;        /* what is still to be written */
    bool     ended;             /* nothing more comes, and all was written */
};

static uint64_t rates[2];       /* up, down */
static uint64_t stall_after = UINT64_MAX, stall_ms;

static void fail( const char *what )
{
    perror( what );
    exit( 1 );
}

static uint64_t now_ms( void )
{
    struct timespec now;

    clock_gettime( CLOCK_MONOTONIC, &now );
    return now.tv_sec * (uint64_t)1000 + now.tv_nsec / 1000000;
}

/* Gives out what the time since the last portion is worth. Nothing is saved up for later. */
static void direction_portion( struct direction *direction )
{
    uint64_t now = now_ms(), ms = now - direction->portion_time;

    if (!direction->rate) direction->portion = BUFFER;
    if (!direction->rate || ms < SLICE_MS) return;
    direction->portion_time = now;
    direction->portion = direction->rate * (ms < 4 * SLICE_MS ? ms : 4 * SLICE_MS) / 1000;
}

static bool direction_reads( const struct direction *direction )
{
    return !direction->ended && direction->start == direction->end && direction->portion;
}

static void direction_read( struct direction *direction )
{
    size_t size = direction->portion < BUFFER ? direction->portion : BUFFER;
    ssize_t got = recv( direction->from, direction->buffer, size, MSG_DONTWAIT );

    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0)
    {
        direction->ended = true;
        shutdown( direction->to, SHUT_WR );
        return;
    }
    direction->portion -= got;
    direction->total += got;
    direction->start = 0;
    direction->end = got;
}

static void direction_write( struct direction *direction )
{
    ssize_t sent = send( direction->to, direction->buffer + direction->start, direction->end - direction->start,
                         MSG_DONTWAIT | MSG_NOSIGNAL );

    if (sent > 0) direction->start += sent;
    else if (errno != EAGAIN && errno != EINTR)
    {
        direction->ended = true;
        shutdown( direction->from, SHUT_RD );
    }
}

static void direction_prepare( const struct direction *direction, bool may_read, struct pollfd fds[2] )
{
    bool reads = may_read && direction_reads( direction ), writes = direction->start < direction->end;

    fds[0] = (struct pollfd){ reads ? direction->from : -1, POLLIN, 0 };
    fds[1] = (struct pollfd){ writes && !direction->ended ? direction->to : -1, POLLOUT, 0 };
}

/* Milliseconds that the stall still takes; it begins when so much has come. */
static int stall_left( const struct direction *up )
{
    static uint64_t end;
    uint64_t now = now_ms();

    if (up->total < stall_after) return 0;
    if (!end) end = now + stall_ms;
    return now < end ? end - now : 0;
}

static void carry( struct direction *up, struct direction *down )
{
    struct pollfd fds[4];
    int stall, timeout;

    while (!up->ended || !down->ended)
    {
        direction_portion( up );
        direction_portion( down );
        stall = stall_left( up );
        direction_prepare( up, !stall, fds );
        direction_prepare( down, true, fds + 2 );
        if ((!stall && !up->portion) || !down->portion) timeout = SLICE_MS;
        else timeout = stall ? stall : -1;
        if (poll( fds, 4, timeout ) < 0) fail( "poll" );
        if (fds[0].revents) direction_read( up );
        if (fds[1].revents) direction_write( up );
        if (fds[2].revents) direction_read( down );
        if (fds[3].revents) direction_write( down );
    }
}

static int connect_to( const struct sockaddr_in *address )
{
    int fd = socket( AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0 ), on = 1;

    if (fd < 0 || connect( fd, (const struct sockaddr *)address, sizeof(*address) )) fail( "connect" );
    setsockopt( fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on) );
    return fd;
}

static void serve( int client, const struct sockaddr_in *server )
{
    static struct direction up, down;
    int on = 1, fd = connect_to( server );

    setsockopt( client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on) );
    up = (struct direction){ .from = client, .to = fd, .rate = rates[0] };
    down = (struct direction){ .from = fd, .to = client, .rate = rates[1] };
    carry( &up, &down );
    printf( "up %llu down %llu\n", (unsigned long long)up.total, (unsigned long long)down.total );
    close( client );
    close( fd );
}

static int listen_somewhere( void )
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl( INADDR_LOOPBACK ) };
    socklen_t size = sizeof(address);
    int fd = socket( AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0 ), buffer = BUFFER, segment = SEGMENT;

    if (fd < 0 || setsockopt( fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof(buffer) ) ||
        setsockopt( fd, IPPROTO_TCP, TCP_MAXSEG, &segment, sizeof(segment) ) ||
        bind( fd, (struct sockaddr *)&address, size ) || listen( fd, 1 ) ||
        getsockname( fd, (struct sockaddr *)&address, &size )) fail( "listen" );
    printf( "listening on 127.0.0.1:%u\n", ntohs( address.sin_port ) );
    return fd;
}

static void parse_address( const char *text, struct sockaddr_in *address )
{
    char host[16];
    unsigned short port;

    if (sscanf( text, "%15[0-9.]:%hu", host, &port ) != 2 || !inet_aton( host, &address->sin_addr ))
    {
        fprintf( stderr, "%s is no address\n", text );
        exit( 2 );
    }
    address->sin_family = AF_INET;
    address->sin_port = htons( port );
}

int main( int argc, char **argv )
{
    struct sockaddr_in server = { 0 };
    int listener, client;

    for (argv++; argc > 3; argc -= 2, argv += 2)
    {
        if (!strcmp( argv[0], "--up" )) rates[0] = strtoull( argv[1], NULL, 10 );
        else if (!strcmp( argv[0], "--down" )) rates[1] = strtoull( argv[1], NULL, 10 );
        else if (!strcmp( argv[0], "--stall-after" )) stall_after = strtoull( argv[1], NULL, 10 );
        else if (!strcmp( argv[0], "--stall" )) stall_ms = strtoull( argv[1], NULL, 10 );
        else break;
    }
    if (argc != 2)
    {
        fputs( "usage: throttle [--up RATE] [--down RATE] [--stall-after BYTES] [--stall MS] HOST:PORT\n", stderr );
        return 2;
    }
    parse_address( argv[0], &server );
    setvbuf( stdout, NULL, _IOLBF, 0 );
    listener = listen_somewhere();
    while ((client = accept( listener, NULL, NULL )) >= 0) serve( client, &server );
    fail( "accept" );
}
