/*
 * What hosts of one session have to do with each other, and with its connections
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

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "exchange/exchange.h"
#include "wine/test.h"

#define FIRST 1
#define STATIC_ID 1005

static struct page page;
static struct exchange *exchange;
static struct port *port;
static int host_socket;
static unsigned int posted;

static bool post( void *context, uintptr_t token )
{
    (void)context;
    (void)token;
    posted++;
    return true;
}

static void host_sends( uint16_t stream, uint16_t flags, const void *body, uint32_t size )
{
    const struct winedvc_frame frame = { size, stream, flags };
    uint8_t buffer[4096];

    ok( write( host_socket, &frame, sizeof(frame) ) == sizeof(frame) && write( host_socket, body, size ) == (ssize_t)size,
        "the host can not write\n" );
    exchange_read( exchange, port, buffer, sizeof(buffer) );
}

static void start_host( const struct name_list *servers )
{
    static const struct winedvc_hello hello = { WINEDVC_MAJOR, WINEDVC_MINOR, 64, 1, 0 };
    static const struct name_list no_names;
    int sockets[2];

    exchange = exchange_create( &no_names, NULL, &page, post, NULL );
    ok( !socketpair( AF_UNIX, SOCK_STREAM, 0, sockets ), "no sockets\n" );
    host_socket = sockets[1];
    port = exchange_add_host( exchange, 1, sockets[0], servers, 0 );
    exchange_admit_host( exchange, port );
    host_sends( WINEDVC_STREAM_CONTROL, WINEDVC_HELLO, &hello, sizeof(hello) );
}

static void end_host(void)
{
    close( host_socket );
    exchange_destroy( exchange );
}

static void server_sends( const void *pdu, size_t size )
{
    struct packet_queue to_client;

    exchange_route( exchange, pdu, size, &to_client );
    packet_queue_clear( &to_client );
}

/* The one packet that is there for the server; the caller frees it. */
static struct packet *take_one(void)
{
    struct packet_queue pdus;
    struct packet *packet;

    exchange_take_pdus( exchange, 65536, &pdus );
    packet = packet_queue_pop( &pdus );
    ok( !pdus.head, "there is more\n" );
    packet_queue_clear( &pdus );
    return packet;
}

/* A host answers the end of a connection when one that does not concern it has come and gone as well: what it sends in
 * the next one goes out. */
static void test_late_purge(void)
{
    static char here[] = "here", *names[] = { here };
    static const uint8_t create[] = { 0x10, 7, 'n', 0 }, created[] = { 0x10, 7, 0, 0, 0, 0 };
    static const struct name_list servers = { .names = names, .count = 1 };
    static const struct winedvc_connected purged = { 1 };
    struct packet *packet;

    start_host( &servers );
    exchange_name( exchange, port, router_listen, "n" );
    exchange_set_ready( exchange, port );
    exchange_connect( exchange, "here" );
    exchange_disconnect( exchange, 0 );
    exchange_connect( exchange, "there" );
    exchange_disconnect( exchange, 0 );
    host_sends( WINEDVC_STREAM_CONTROL, WINEDVC_PURGED, &purged, sizeof(purged) );
    exchange_connect( exchange, "here" );
    server_sends( create, sizeof(create) );
    host_sends( WINEDVC_STREAM_DRDYNVC, 0, created, sizeof(created) );
    packet = take_one();
    ok( packet && packet->size == sizeof(created) && !memcmp( packet->data, created, sizeof(created) ),
        "the server gets no answer\n" );
    free( packet );
    end_host();
}

/* The first chunk of a longer message goes out. */
static void begin_message(void)
{
    static const uint8_t body[sizeof(struct winedvc_chunk) + 1600] = { 3200 & 0xff, 3200 >> 8 };
    struct packet *packet;

    host_sends( WINEDVC_STREAM_STATIC, FIRST, body, sizeof(body) );
    packet = take_one();
    ok( packet && packet->kind && packet->host == STATIC_ID && packet->size == sizeof(body), "no chunk goes out\n" );
    free( packet );
}

#define check_cut() check_cut_( __LINE__ )
static void check_cut_( int line )
{
    struct packet *packet;

    exchange_end_turn( exchange );
    ok_(__FILE__, line)( posted, "the client is not asked to come by\n" );
    packet = take_one();
    ok_(__FILE__, line)( packet && packet->kind && packet->host == STATIC_ID &&
                         packet->size == sizeof(struct winedvc_chunk), "the client does not hear that there is no more\n" );
    free( packet );
    ok_(__FILE__, line)( !take_one(), "it hears so twice\n" );
}

/* The client, which may keep a message until it has all of it, hears when its rest will not come. */
static void test_cut_message(void)
{
    static const uint8_t caps[] = { 0x50, 0, 1, 0 };
    bool late;

    start_host( NULL );
    ok( !exchange_add_static( exchange, port, WINEDVC_STREAM_STATIC, "a", 0, &late ), "it can not be declared\n" );
    exchange_set_ready( exchange, port );
    exchange_set_static_id( exchange, "a", STATIC_ID );
    exchange_connect( exchange, "here" );
    server_sends( caps, sizeof(caps) );
    begin_message();
    server_sends( caps, sizeof(caps) ); /* a new connection, though FreeRDP has not noticed */
    check_cut();
    host_sends( WINEDVC_STREAM_CONTROL, WINEDVC_PURGED, &(struct winedvc_connected){ 1 }, sizeof(struct winedvc_connected) );
    begin_message();
    posted = 0;
    exchange_end_batch( exchange, true, 0 );
    exchange_remove_host( exchange, port, false );
    check_cut();
    end_host();
}

/* A server that begins anew all the time, as none in its right mind does, keeps no host busy with that, which would be
 * taken for the host's own fault. */
static void test_restless_server(void)
{
    static const uint8_t caps[] = { 0x50, 0, 1, 0 };
    struct winedvc_connected purged;
    struct heard heard;
    unsigned int i;

    start_host( NULL );
    exchange_set_ready( exchange, port );
    exchange_connect( exchange, "here" );
    for (i = 0; i < 10000; i++) server_sends( caps, sizeof(caps) );
    ok( page.traffic.connections < 1000, "there were %u connections\n", (unsigned int)page.traffic.connections );
    for (purged.epoch = 1; purged.epoch < page.traffic.connections; purged.epoch++)
        host_sends( WINEDVC_STREAM_CONTROL, WINEDVC_PURGED, &purged, sizeof(purged) );
    exchange_hear( exchange, port, &heard );
    ok( !heard.rule, "the host breaks the rule that %s\n", heard.rule );
    packet_queue_clear( &heard.control );
    end_host();
}

/* A channel that the server has opened, and ended before its host could know. */
static void end_channel(void)
{
    static const uint8_t create[] = { 0x10, 7, 'n', 0 }, created[] = { 0x10, 7, 0, 0, 0, 0 }, closed[] = { 0x40, 7 };

    exchange_name( exchange, port, router_listen, "n" );
    exchange_set_ready( exchange, port );
    exchange_connect( exchange, "here" );
    server_sends( create, sizeof(create) );
    host_sends( WINEDVC_STREAM_DRDYNVC, 0, created, sizeof(created) );
    free( take_one() );
    server_sends( closed, sizeof(closed) );
}

/* A host may say much of channels that have ended, all of which is dropped: the main thread has its turn meanwhile. */
static void test_dropped(void)
{
    static const uint8_t data[] = { 0x30, 7 }, closed[] = { 0x40, 7 };
    const unsigned int count = 10000;
    uint64_t dropped, most = 0, before;
    struct packet_queue pdus;
    unsigned int i;
    bool more;

    start_host( NULL );
    end_channel();
    before = dropped = page.traffic.dropped;
    for (i = 0; i < count; i++) host_sends( WINEDVC_STREAM_DRDYNVC, 0, data, sizeof(data) );
    host_sends( WINEDVC_STREAM_DRDYNVC, 0, closed, sizeof(closed) );
    do
    {
        more = exchange_take_pdus( exchange, 65536, &pdus );
        ok( !more || !pdus.head, "something goes out\n" );
        if (page.traffic.dropped - dropped > most) most = page.traffic.dropped - dropped;
        dropped = page.traffic.dropped;
    } while (more);
    ok( most < 1000, "%u PDUs are dropped at once\n", (unsigned int)most );
    ok( page.traffic.dropped - before == count, "%u PDUs are dropped\n", (unsigned int)(page.traffic.dropped - before) );
    ok( pdus.head && !pdus.head->next && pdus.head->size == sizeof(closed), "the CLOSE does not go out\n" );
    packet_queue_clear( &pdus );
    end_host();
}

/* A host that answers whatever the server asks for breaks no rule, however much that is before the server reads. */
static void test_many_answers(void)
{
    uint8_t create[] = { 0x12, 0, 0, 0, 1, 'n', 0 }, created[] = { 0x12, 0, 0, 0, 1, 0, 0, 0, 0 };
    struct heard heard;
    unsigned int i;

    start_host( NULL );
    exchange_name( exchange, port, router_listen, "n" );
    exchange_set_ready( exchange, port );
    exchange_connect( exchange, "here" );
    for (i = 0; i < 65536; i++)
    {
        create[1] = created[1] = i;
        create[2] = created[2] = i >> 8;
        server_sends( create, sizeof(create) );
        host_sends( WINEDVC_STREAM_DRDYNVC, 0, created, sizeof(created) );
    }
    exchange_hear( exchange, port, &heard );
    ok( !heard.rule, "the host breaks the rule that %s\n", heard.rule );
    packet_queue_clear( &heard.control );
    end_host();
}

START_TEST(exchange)
{
    test_late_purge();
    test_cut_message();
    test_restless_server();
    test_dropped();
    test_many_answers();
}
