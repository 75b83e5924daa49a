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

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/clock.h"
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

/* The server's mapping 1 is what it is now; another one is unknown. */
static enum place mapping;
static uint32_t mapping_width, mapping_height;

static enum place locate( void *context, uint64_t id, uint32_t *width, uint32_t *height )
{
    (void)context;
    if (id != 1) return PLACE_UNKNOWN;
    *width = mapping_width;
    *height = mapping_height;
    return mapping;
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

    exchange = exchange_create( &no_names, NULL, &page, post, locate, NULL );
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

/* Channel 7, which the server opens. */
static void open_channel(void)
{
    static const uint8_t create[] = { 0x10, 7, 'n', 0 }, created[] = { 0x10, 7, 0, 0, 0, 0 };

    exchange_name( exchange, port, router_listen, "n" );
    exchange_set_ready( exchange, port );
    exchange_connect( exchange, "here" );
    server_sends( create, sizeof(create) );
    host_sends( WINEDVC_STREAM_DRDYNVC, 0, created, sizeof(created) );
    free( take_one() );
}

/* It ends before its host could know. */
static void end_channel(void)
{
    static const uint8_t closed[] = { 0x40, 7 };

    open_channel();
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

#define check_woken( woken ) check_woken_( __LINE__, woken )
static void check_woken_( int line, bool woken )
{
    struct pollfd wake = { exchange_wake_fd( exchange ), POLLIN, 0 };

    ok_(__FILE__, line)( (poll( &wake, 1, 0 ) > 0) == woken, "the I/O thread %s\n", woken ? "sleeps on" : "comes round" );
    exchange_woken( exchange );
}

/* The I/O thread, which sleeps while the client is to come by, comes round then for a channel that waits for a host, however
 * long one has been silent, which others look at. */
static void check_deadline( unsigned int silence )
{
    static const uint8_t caps[] = { 0x50, 0, 1, 0 }, late[] = { 0x10, 7, 'n', 0 }, nobodys[] = { 0x10, 8, 'o', 0 };
    static const struct name_list no_names;
    struct packet_queue to_client;
    unsigned int unsaid = 0;
    uint64_t time;

    start_host( NULL );
    exchange_configure( exchange, silence + 4000, &no_names );
    exchange_name( exchange, port, router_expect, "n" );
    exchange_set_complete( exchange, port, true );
    exchange_connect( exchange, "here" );
    server_sends( caps, sizeof(caps) );
    usleep( silence * 1000 );
    server_sends( late, sizeof(late) );
    server_sends( nobodys, sizeof(nobodys) );
    exchange_set_known( exchange, true );
    free( exchange_take_note( exchange, &unsaid ) );
    posted = 0;
    exchange_end_turn( exchange );
    ok( posted, "the client is not asked to come by\n" );
    exchange_woken( exchange );
    exchange_time( exchange );
    exchange_expire( exchange, &to_client );
    ok( to_client.count == 1, "%zu PDUs are left to FreeRDP\n", to_client.count );
    packet_queue_clear( &to_client );
    exchange_end_batch( exchange, true, 0 );
    check_woken( true );
    time = exchange_time( exchange );
    ok( time != UINT64_MAX, "the client is not asked to come by in time\n" );
    exchange_end_batch( exchange, true, 0 );
    check_woken( false );
    end_host();
}

/* What a host sent before it ended goes out, but for chunks of a static channel that the host in its place has by then. */
static void test_replaced_host(void)
{
    static const uint8_t data[] = { 0x30, 7, 1 };
    static const uint8_t chunk[sizeof(struct winedvc_chunk) + 1] = { 1 };
    struct packet_queue pdus;
    struct port *other;
    int sockets[2];
    bool late;

    start_host( NULL );
    ok( !exchange_add_static( exchange, port, WINEDVC_STREAM_STATIC, "a", 0, &late ), "it can not be declared\n" );
    exchange_set_static_id( exchange, "a", STATIC_ID );
    open_channel();
    host_sends( WINEDVC_STREAM_STATIC, FIRST | 2, chunk, sizeof(chunk) );
    host_sends( WINEDVC_STREAM_DRDYNVC, 0, data, sizeof(data) );
    exchange_remove_host( exchange, port, false );
    ok( !socketpair( AF_UNIX, SOCK_STREAM, 0, sockets ), "no sockets\n" );
    other = exchange_add_host( exchange, 2, sockets[0], NULL, 0 );
    exchange_admit_host( exchange, other );
    ok( !exchange_add_static( exchange, other, WINEDVC_STREAM_STATIC, "a", 0, &late ), "it can not be declared again\n" );
    exchange_take_pdus( exchange, 65536, &pdus );
    ok( pdus.head && pdus.head->size == sizeof(data) && !memcmp( pdus.head->data, data, sizeof(data) ),
        "the data does not go out\n" );
    packet_queue_clear( &pdus ); /* the channel is closed behind it */
    close( sockets[1] );
    end_host();
}

static void test_deadline(void)
{
    check_deadline( 0 );
    check_deadline( 5100 );
}

/* One turn of the I/O thread, later than credit has to be returned, leaves it time to sleep. */
#define check_sleeps() check_sleeps_( __LINE__ )
static void check_sleeps_( int line )
{
    exchange_end_turn( exchange );
    usleep( 30000 );
    exchange_end_turn( exchange );
    ok_(__FILE__, line)( exchange_time( exchange ) > clock_us(), "the I/O thread does not sleep\n" );
}

/* Credit that a host may not have yet, for what its link is busy with or until it has said that a connection is over, keeps
 * nobody awake. */
static void test_kept_credit(void)
{
    static const uint8_t data[2000] = { 0x30, 7 };

    start_host( NULL );
    open_channel();
    exchange_tighten( exchange, 8192 );
    host_sends( WINEDVC_STREAM_DRDYNVC, 0, data, 1590 );
    free( take_one() );
    exchange_end_batch( exchange, false, 0 );
    check_sleeps();
    host_sends( WINEDVC_STREAM_DRDYNVC, 0, data, 1590 );
    exchange_disconnect( exchange, 0 );
    check_sleeps();
    end_host();
}

/* A plug-in has no static channel that its session has not asked for, whatever the server called it in the one before. */
static void test_stale_id(void)
{
    static const uint8_t chunk[] = "chunk", body[sizeof(struct winedvc_chunk) + 1] = { 1 };
    bool late;

    start_host( NULL );
    ok( !exchange_add_static( exchange, port, WINEDVC_STREAM_STATIC, "a", 0, &late ), "it can not be declared\n" );
    exchange_set_ready( exchange, port );
    exchange_set_static_id( exchange, "a", STATIC_ID );
    exchange_connect( exchange, "here" );
    exchange_disconnect( exchange, 0 );
    host_sends( WINEDVC_STREAM_CONTROL, WINEDVC_PURGED, &(struct winedvc_connected){ 1 }, sizeof(struct winedvc_connected) );
    exchange_connect( exchange, "here" );
    ok( exchange_receive_static( exchange, STATIC_ID, chunk, sizeof(chunk), FIRST | 2, sizeof(chunk) ) == STATIC_DROPPED,
        "the plug-in gets what comes on another channel\n" );
    host_sends( WINEDVC_STREAM_STATIC, FIRST | 2, body, sizeof(body) );
    ok( !take_one(), "what it sends goes out on another channel\n" );
    end_host();
}

/* Renderers */

/* The next control frame that the host gets of this type; those before it are left out. */
static void host_gets( enum winedvc_control type, void *body, size_t size )
{
    uint8_t skipped[WINEDVC_MAX_CONTROL];
    struct winedvc_frame frame;

    do
    {
        if (recv( host_socket, &frame, sizeof(frame), MSG_DONTWAIT ) != sizeof(frame) ||
            recv( host_socket, skipped, frame.size, MSG_DONTWAIT ) != (ssize_t)frame.size)
        {
            ok( 0, "the host gets no frame of type %u\n", type );
            memset( body, 0xee, size );
            return;
        }
    }
    while (frame.stream != WINEDVC_STREAM_CONTROL || frame.flags != type || frame.size != size);
    memcpy( body, skipped, size );
}

#define host_gets_nothing() host_gets_nothing_( __LINE__ )
static void host_gets_nothing_( int line )
{
    struct winedvc_frame frame;
    ok_(__FILE__, line)( recv( host_socket, &frame, sizeof(frame), MSG_DONTWAIT ) < 0, "the host gets a frame %u\n",
                         frame.flags );
}

#define check_target( id, width, height ) check_target_( __LINE__, id, width, height )
static void check_target_( int line, uint32_t id, uint32_t width, uint32_t height )
{
    struct winedvc_target target;

    host_gets( WINEDVC_TARGET, &target, sizeof(target) );
    ok_(__FILE__, line)( target.renderer == id && target.width == width && target.height == height,
                         "the target of %u is %u x %u\n", target.renderer, target.width, target.height );
}

#define check_drawn( id, drawn ) check_drawn_( __LINE__, id, drawn )
static void check_drawn_( int line, uint32_t id, uint32_t drawn )
{
    struct winedvc_drawn body;

    host_gets( WINEDVC_DRAWN, &body, sizeof(body) );
    ok_(__FILE__, line)( body.renderer == id && body.drawn == drawn, "of %u it is %u\n", body.renderer, body.drawn );
}

#define check_rule( text ) check_rule_( __LINE__, text )
static void check_rule_( int line, const char *text )
{
    struct heard heard;

    exchange_hear( exchange, port, &heard );
    ok_(__FILE__, line)( text ? heard.rule && strstr( heard.rule, text ) : !heard.rule, "the rule is %s\n",
                         heard.rule ? heard.rule : "none" );
    packet_queue_clear( &heard.control );
}

static void place_mapping( enum place place, uint32_t width, uint32_t height )
{
    mapping = place;
    mapping_width = width;
    mapping_height = height;
    exchange_place_renderers( exchange );
}

/* A part of a picture, of bytes that count up from its offset. */
static void host_draws( uint32_t id, uint32_t width, uint32_t height, uint32_t offset, uint32_t size )
{
    const struct winedvc_picture part = { id, width, height, offset };
    uint8_t body[WINEDVC_MAX_PICTURE];
    uint32_t i;

    memcpy( body, &part, sizeof(part) );
    for (i = 0; i < size; i++) body[sizeof(part) + i] = offset + i;
    host_sends( WINEDVC_STREAM_PICTURE, 0, body, sizeof(part) + size );
}

/* Renderer 5 is on the mapping 1, of 4 x 3 pixels. */
static void start_renderer(void)
{
    struct winedvc_rendering rendering;

    start_host( NULL );
    exchange_set_ready( exchange, port );
    exchange_connect( exchange, "here" );
    exchange_set_rendering( exchange, true );
    host_gets( WINEDVC_RENDERING, &rendering, sizeof(rendering) );
    ok( rendering.possible, "the host may have no renderers\n" );
    place_mapping( PLACE_KNOWN, 4, 3 );
    ok( !exchange_map( exchange, port, 5, 1 ), "it may have none\n" );
    check_target( 5, 4, 3 );
}

#define check_picture( id ) check_picture_( __LINE__, id )
static void check_picture_( int line, uint32_t id )
{
    struct picture picture;
    unsigned int i;

    posted = 0;
    exchange_end_turn( exchange );
    ok_(__FILE__, line)( posted, "the client is not asked to come by\n" );
    if (!exchange_take_picture( exchange, &picture ))
    {
        ok_(__FILE__, line)( 0, "there is no picture\n" );
        return;
    }
    ok_(__FILE__, line)( picture.id == id && picture.width * picture.height == 12, "it is of %u\n", picture.id );
    for (i = 0; i < 48 && picture.pixels[i] == i; i++) continue;
    ok_(__FILE__, line)( i == 48, "byte %u is another one\n", i );
    exchange_end_picture( exchange, &picture, true );
    check_drawn_( line, id, 1 );
    exchange_end_batch( exchange, true, 0 );
}

static void check_no_picture(void)
{
    struct picture picture;

    posted = 0;
    exchange_end_turn( exchange );
    ok( !posted && !exchange_take_picture( exchange, &picture ), "there is a picture\n" );
}

static void test_renderer(void)
{
    start_renderer();
    host_draws( 5, 4, 3, 0, 20 );
    check_no_picture();
    host_draws( 5, 4, 3, 20, 28 );
    check_picture( 5 );
    check_no_picture();

    /* the mapping moves, which is no matter of the host's; it changes */
    exchange_place_renderers( exchange );
    host_gets_nothing();
    host_draws( 5, 4, 3, 0, 20 );
    place_mapping( PLACE_KNOWN, 3, 4 );
    check_target( 5, 3, 4 );
    host_draws( 5, 4, 3, 20, 28 );
    check_drawn( 5, 0 );
    check_no_picture();
    host_draws( 5, 3, 4, 0, 48 );
    check_picture( 5 );

    /* one that waits to be drawn has another size by then */
    host_draws( 5, 3, 4, 0, 48 );
    place_mapping( PLACE_KNOWN, 4, 3 );
    check_drawn( 5, 0 );
    check_target( 5, 4, 3 );
    check_no_picture();

    /* it can not be seen for a while */
    place_mapping( PLACE_HIDDEN, 0, 0 );
    host_gets_nothing();
    place_mapping( PLACE_KNOWN, 4, 3 );
    host_gets_nothing();

    /* its end */
    host_draws( 5, 4, 3, 0, 20 );
    place_mapping( PLACE_UNKNOWN, 0, 0 );
    check_target( 5, 0, 0 );
    host_draws( 5, 4, 3, 20, 28 );
    check_no_picture();
    host_gets_nothing();
    check_rule( NULL );
    end_host();
}

/* Where there can be none, or no more, the host hears so. */
static void test_no_renderer(void)
{
    struct winedvc_rendering rendering;

    start_host( NULL );
    exchange_set_ready( exchange, port );
    exchange_connect( exchange, "here" );
    mapping = PLACE_KNOWN;
    ok( !exchange_map( exchange, port, 5, 1 ), "a rule is broken\n" );
    check_target( 5, 0, 0 );
    exchange_set_rendering( exchange, true );
    host_gets( WINEDVC_RENDERING, &rendering, sizeof(rendering) );
    mapping = PLACE_TAKEN;
    exchange_map( exchange, port, 6, 1 );
    check_target( 6, 0, 0 );
    exchange_map( exchange, port, 7, 2 ); /* the mapping may come */
    host_gets_nothing();
    exchange_set_rendering( exchange, false );
    host_gets( WINEDVC_RENDERING, &rendering, sizeof(rendering) );
    ok( !rendering.possible, "it may have some\n" );
    exchange_disconnect( exchange, 0 );
    exchange_connect( exchange, "here" );
    exchange_set_rendering( exchange, true );
    host_gets( WINEDVC_RENDERING, &rendering, sizeof(rendering) );
    ok( rendering.possible, "it may have none in the next connection\n" );
    end_host();
}

/* What ends with a picture on its way: unmapped, twice; the connection; the host. */
static void test_end_renderer(void)
{
    struct picture picture;

    start_renderer();
    host_draws( 5, 4, 3, 0, 48 );
    ok( exchange_take_picture( exchange, &picture ), "there is no picture\n" );
    exchange_unmap( exchange, port, 5 );
    exchange_unmap( exchange, port, 5 );
    exchange_end_picture( exchange, &picture, true );
    host_gets_nothing();
    ok( !exchange_map( exchange, port, 6, 1 ), "it may have no other one\n" );
    check_target( 6, 4, 3 );
    host_draws( 6, 4, 3, 0, 48 );
    exchange_disconnect( exchange, 0 );
    check_no_picture();
    end_host();

    start_renderer();
    exchange_map( exchange, port, 6, 1 );
    check_target( 6, 4, 3 );
    host_draws( 5, 4, 3, 0, 48 );
    host_draws( 6, 4, 3, 0, 48 );
    ok( exchange_take_picture( exchange, &picture ), "there is no picture\n" );
    exchange_remove_host( exchange, port, false );
    exchange_end_picture( exchange, &picture, true );
    check_no_picture();
    end_host();
}

/* Each is drawn in its turn, however fast another one is. */
static void test_turns(void)
{
    struct picture picture;
    unsigned int i;

    start_renderer();
    exchange_map( exchange, port, 6, 1 );
    check_target( 6, 4, 3 );
    host_draws( 6, 4, 3, 0, 48 );
    for (i = 0; i < 2; i++)
    {
        host_draws( 5, 4, 3, 0, 48 );
        ok( exchange_take_picture( exchange, &picture ), "there is no picture\n" );
        ok( picture.id == 5 + i, "it is the turn of %u\n", picture.id );
        exchange_end_picture( exchange, &picture, true );
    }
    end_host();
}

static void test_bad_renderers(void)
{
    static const struct { uint32_t width, height, offset, size; const char *rule; } parts[] =
    {
        { 4, 3, 0, 49, "no more bytes" },
        { 4, 3, 0, 0, "no more bytes" },
        { 4, 3, 4, 4, "in order" },
        { 0, 3, 0, 4, "1 to 16384" },
        { 4, 0, 0, 4, "1 to 16384" },
        { 16385, 1, 0, 4, "1 to 16384" },
        { 1, 0xffffffff, 0, 4, "1 to 16384" },
    };
    static const uint8_t few[sizeof(struct winedvc_picture) - 1];
    unsigned int i;

    for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
    {
        start_renderer();
        host_draws( 5, parts[i].width, parts[i].height, parts[i].offset, parts[i].size );
        check_rule( parts[i].rule );
        check_no_picture();
        end_host();
    }

    start_renderer();
    host_draws( 5, 4, 3, 0, 20 );
    host_draws( 5, 3, 4, 20, 20 );
    check_rule( "in order" );
    end_host();

    start_renderer();
    host_draws( 5, 4, 3, 0, 20 );
    host_draws( 5, 4, 3, 24, 4 );
    check_rule( "in order" );
    end_host();

    start_renderer();
    host_draws( 5, 4, 3, 0, 20 );
    host_draws( 5, 4, 3, 0, 20 );
    check_rule( "in order" );
    end_host();

    start_renderer();
    host_draws( 5, 4, 3, 0, 20 );
    host_draws( 5, 4, 3, 20, 29 );
    check_rule( "no more bytes" );
    end_host();

    start_renderer();
    host_draws( 5, 4, 3, 0, 48 );
    host_draws( 5, 4, 3, 0, 4 );
    check_rule( "follows when" );
    end_host();

    start_renderer();
    host_sends( WINEDVC_STREAM_PICTURE, 0, few, sizeof(few) );
    check_rule( "of which it is" );
    end_host();

    start_renderer();
    ok( exchange_map( exchange, port, 5, 2 ) != NULL, "two renderers have one number\n" );
    for (i = 1; i < WINEDVC_MAX_RENDERERS; i++)
        ok( !exchange_map( exchange, port, 5 + i, 2 ), "%u renderers are too many\n", i + 1 );
    ok( exchange_map( exchange, port, 99, 2 ) != NULL, "a host has more than 16\n" );
    end_host();
}

/* Parts of pictures that cost more than their bytes are talk: more than a host may say. Those of a picture whose renderer
 * has ended are not. */
static void test_stray_parts(void)
{
    unsigned int i;

    start_renderer();
    exchange_unmap( exchange, port, 5 );
    for (i = 0; i < 4 * 2048 * 2048 / 4080; i++) host_draws( 5, 2048, 2048, 4080 * i, 4080 );
    host_draws( 5, 2048, 2048, 4080 * i, 4 * 2048 * 2048 - 4080 * i );
    check_rule( NULL );
    for (i = 0; i < 10000; i++) host_draws( 99, 2048, 2048, i, 1 );
    check_rule( "2 MiB" );
    end_host();

    start_renderer();
    for (i = 0; i < 10000; i++) host_draws( 5, 2048, 2048, i, 1 );
    check_rule( "2 MiB" );
    end_host();

    start_renderer();
    for (i = 0; i < 10000; i++) host_draws( 5, 1, 1, 0, 4 );
    check_rule( "2 MiB" );
    end_host();
}

/* A picture that is larger than its mapping takes no memory, and is dropped with its last byte. */
static void test_large_picture(void)
{
    uint32_t offset, taken;

    start_renderer();
    for (offset = 0; offset < 4 * 128 * 128; offset += taken)
    {
        taken = 4 * 128 * 128 - offset < 4000 ? 4 * 128 * 128 - offset : 4000;
        host_draws( 5, 128, 128, offset, taken );
    }
    check_drawn( 5, 0 );
    check_no_picture();
    place_mapping( PLACE_KNOWN, 128, 128 );
    check_target( 5, 128, 128 );
    for (offset = 0; offset < 4 * 128 * 128; offset += taken)
    {
        taken = 4 * 128 * 128 - offset < 4000 ? 4 * 128 * 128 - offset : 4000;
        host_draws( 5, 128, 128, offset, taken );
    }
    {
        struct picture picture;

        ok( exchange_take_picture( exchange, &picture ), "there is no picture\n" );
        for (offset = 0; offset < 4 * 128 * 128 && picture.pixels[offset] == (uint8_t)offset; offset++) continue;
        ok( offset == 4 * 128 * 128, "byte %u is another one\n", offset );
        exchange_end_picture( exchange, &picture, false );
        check_drawn( 5, 0 );
    }
    end_host();
}

START_TEST(exchange)
{
    test_late_purge();
    test_cut_message();
    test_restless_server();
    test_dropped();
    test_many_answers();
    test_deadline();
    test_kept_credit();
    test_replaced_host();
    test_stale_id();
    test_renderer();
    test_no_renderer();
    test_end_renderer();
    test_turns();
    test_bad_renderers();
    test_large_picture();
    test_stray_parts();
}
