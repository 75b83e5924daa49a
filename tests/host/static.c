/*
 * A plug-in of a static channel in a real host: the contract as the transport sees it
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

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host.h"
#include "wine/test.h"

#define STREAM WINEDVC_STREAM_STATIC

/* [MS-RDPBCGR] 2.2.6.1.1 */
enum { FIRST = 1, LAST = 2 };

static void connect_host( struct host *host, uint32_t epoch, uint32_t streams )
{
    struct winedvc_connected connected = { epoch };
    struct winedvc_joined joined = { streams };

    host_send( host, WINEDVC_CONNECTED, &connected, sizeof(connected), "server" );
    host_send( host, WINEDVC_JOINED, &joined, sizeof(joined), "server" );
}

static bool disconnect_host( struct host *host, uint32_t epoch )
{
    struct winedvc_disconnected disconnected = { epoch, 0 };

    host_send( host, WINEDVC_DISCONNECTED, &disconnected, sizeof(disconnected), NULL );
    return host_awaits( host, WINEDVC_PURGED );
}

/* Up to READY, and a connection. */
static bool start( struct host *host )
{
    struct winedvc_hello hello = { WINEDVC_MAJOR, WINEDVC_MINOR, 64, 0, WINEDVC_WINDOW };
    struct winedvc_static declared;

    if (!host_start( host, "secho.dll", "" )) return false;
    host_send( host, WINEDVC_HELLO, &hello, sizeof(hello), NULL );
    if (!host_awaits( host, WINEDVC_STATIC )) return false;
    memcpy( &declared, host->body, sizeof(declared) );
    ok( declared.plugin == 1 && declared.stream == STREAM && declared.options == 0xc0000000,
        "plug-in %u, stream %u, options %#x\n", declared.plugin, declared.stream, declared.options );
    ok( !strcmp( (char *)host->body + sizeof(declared), "secho" ), "channel %s\n", host->body + sizeof(declared) );
    return host_awaits( host, WINEDVC_READY );
}

static void send_chunk( struct host *host, uint16_t flags, uint32_t total, const void *data, size_t size )
{
    struct winedvc_frame frame = { sizeof(total) + size, STREAM, flags };

    host_send_bytes( host, &frame, sizeof(frame) );
    host_send_bytes( host, &total, sizeof(total) );
    host_send_bytes( host, data, size );
}

static void send_message( struct host *host, const uint8_t *data, size_t size )
{
    size_t done, count;

    for (done = 0; done < size; done += count)
    {
        count = size - done < 1600 ? size - done : 1600;
        send_chunk( host, (done ? 0 : FIRST) | (done + count == size ? LAST : 0), size, data + done, count );
    }
}

static void return_credit( struct host *host, uint32_t bytes )
{
    struct winedvc_credit credit = { bytes };

    host_send( host, WINEDVC_CREDIT, &credit, sizeof(credit), NULL );
}

static bool awaits_chunk( struct host *host )
{
    while (host_receive( host )) if (host->frame.stream == STREAM) return true;
    return false;
}

/* Puts together what comes, chunk by chunk. Returns its size. */
static size_t receive_message( struct host *host, uint8_t *data, size_t room )
{
    size_t size = 0, count;
    uint32_t total;

    do
    {
        if (!awaits_chunk( host )) return 0;
        memcpy( &total, host->body, sizeof(total) );
        count = host->frame.size - sizeof(total);
        ok( count > 0 && count <= 1600 && count <= total - size && total <= room, "a chunk of %zu bytes, %zu of %u were there\n",
            count, size, total );
        if (count > total - size || total > room) return 0;
        ok( host->frame.flags == ((size ? 0 : FIRST) | (size + count == total ? LAST : 0)), "flags %#x\n",
            host->frame.flags );
        memcpy( data + size, host->body + sizeof(total), count );
        size += count;
        return_credit( host, host->frame.size );
    }
    while (size < total);
    return size;
}

static void check_echo( struct host *host, size_t size )
{
    uint8_t *data = malloc( size ), *answer = malloc( size );
    size_t i, count;

    for (i = 0; i < size; i++) data[i] = i * 7 + i / 251;
    send_message( host, data, size );
    count = receive_message( host, answer, size );
    ok( count == size && !memcmp( data, answer, size ), "%zu bytes came back of %zu\n", count, size );
    free( answer );
    free( data );
}

static void check_report( struct host *host, const char *expected )
{
    static const char command[] = "winedvc:report";
    uint8_t text[500];
    size_t size;

    send_message( host, (const uint8_t *)command, strlen( command ) );
    size = receive_message( host, text, sizeof(text) - 1 );
    text[size] = 0;
    ok( !strcmp( (char *)text, expected ), "the plug-in says: %s\n", text );
}

static void test_echo( struct host *host )
{
    static const size_t sizes[] = { 1, 1599, 1600, 1601, 65536, 1048576 };
    static const char close[] = "winedvc:close";
    uint8_t answer[20];
    unsigned int i;

    for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) check_echo( host, sizes[i] );
    check_report( host, "ok, written 6, completed 6, cancelled 0, connected 1, without channels 0, disconnected 0" );
    send_message( host, (const uint8_t *)close, strlen( close ) );
    ok( receive_message( host, answer, sizeof(answer) ) == 8, "the channel was not opened again\n" );
}

/* Of a write that the transport had a part of the rest is cancelled, and the whole write with it, once. */
static void test_cancel( struct host *host )
{
    size_t size = 1048576;
    uint8_t *data = calloc( size, 1 );

    send_message( host, data, size );
    ok( awaits_chunk( host ), "nothing comes back\n" );
    ok( disconnect_host( host, 1 ), "the host does not answer\n" );
    connect_host( host, 2, 1 << STREAM );
    check_report( host, "ok, written 9, completed 8, cancelled 1, connected 2, without channels 0, disconnected 1" );
    free( data );
}

/* Chunks that are none, or nobody's. */
static void test_hostile( struct host *host )
{
    static uint8_t huge[60000];
    struct winedvc_frame empty = { 0, STREAM, FIRST | LAST }, stranger = { 0, 65535, FIRST };

    host_send_bytes( host, &empty, sizeof(empty) );
    host_send_bytes( host, &stranger, sizeof(stranger) );
    send_chunk( host, FIRST, 0xffffffff, huge, sizeof(huge) );
    check_echo( host, 1 );
}

/* A server that has no such channel. */
static void test_refused( struct host *host )
{
    ok( disconnect_host( host, 2 ), "the host does not answer\n" );
    connect_host( host, 3, 0 );
    send_chunk( host, FIRST | LAST, 1, "x", 1 );
    ok( disconnect_host( host, 3 ), "the host does not answer\n" );
    connect_host( host, 4, 1 << STREAM );
    check_report( host, "ok, written 11, completed 10, cancelled 1, connected 3, without channels 1, disconnected 3" );
}

/* The host can not go on with a message whose bytes are not there, as those of a buffer that was freed, and says whose it
 * is. */
static void test_overstated( struct host *host )
{
    static const char command[] = "winedvc:overstate";

    send_message( host, (const uint8_t *)command, strlen( command ) );
    while (awaits_chunk( host )) return_credit( host, host->frame.size );
    ok( host->frame.flags == WINEDVC_BYE && strstr( (char *)host->body, "a buffer of VirtualChannelWrite" ),
        "the host says %s\n", host->body );
}

START_TEST(static)
{
    struct host host;

    if (start( &host ))
    {
        connect_host( &host, 1, 1 << STREAM );
        test_echo( &host );
        test_cancel( &host );
        test_hostile( &host );
        test_refused( &host );
        host_send( &host, WINEDVC_TERMINATE, NULL, 0, NULL );
        ok( host_awaits( &host, WINEDVC_BYE ) && !*host.body, "the host says %s\n", host.body );
    }
    host_stop( &host );
    if (start( &host ))
    {
        connect_host( &host, 1, 1 << STREAM );
        test_overstated( &host );
    }
    host_stop( &host );
}
