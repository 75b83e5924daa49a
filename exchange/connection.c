/*
 * The client's side of the connections of a session
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

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clock.h"
#include "connection.h"
#include "drdynvc.h"
#include "frames.h"
#include "log.h"

/* The main thread draws, too: it gets its turn after so much, or as much as FreeRDP's own channels have sent between two
 * batches. */
#define BATCH_BYTES 65536
#define BATCH_MS    5
/* So much is taken from the hosts' queues at once, if sending goes fast. */
#define SLICE       8192

/* One turn of the main loop is one batch. FreeRDP 2 takes whatever is in its queue before it goes on, so that a token
 * that is posted too soon, or while the main thread is put aside for another one, comes in the same turn: it is posted
 * no sooner, and if the main thread has had so little of the processor since the batch, it was the same turn. (To be put
 * aside and come back costs it 8 to 20, a turn of FreeRDP's loop some 35 to 150.) */
#define PAUSE_US     20
#define SAME_TURN_US 30

/* No less than this does a host have in our hands while the link is busy. */
#define TIGHT_WINDOW 8192

/* So long is a host's answer waited for where it was asked. Where that was in vain it is not tried again for a number of
 * messages, up to this, which doubles. */
#define AWAIT_US       200
#define AWAIT_MAX_SKIP 255

/* What was seen of the sockets holds for so long, and which sockets those are. */
#define ROOM_MS   10
#define UPLINK_MS 1000

/* Where the rest of a message in several chunks goes. */
enum gather
{
    GATHER_CLIENT,
    GATHER_MESSAGE,
    GATHER_DROP,
};

struct connection
{
    struct client    client;
    struct exchange *exchange;
    struct trace    *trace;
    struct page     *page;

    enum gather      gather;
    uint8_t         *message;       /* WINEDVC_MAX_MESSAGE bytes, once needed */
    size_t           message_size;

    struct pace      pace;
    size_t           room;          /* bytes that may go out before the next look at the sockets */
    uint64_t         room_time;     /* until which that holds */
    struct uplink    uplink;
    uint64_t         uplink_time;   /* the same */
    bool             cut;           /* the last batch left something */
    uint64_t         cut_cpu;       /* the thread's processor time then, in microseconds */
    size_t           client_bytes;  /* that FreeRDP's own channels have sent since the last batch began */
    unsigned int     skip;          /* messages whose answer was not waited for after the last wait in vain */
    unsigned int     skipped;       /* of them, so many are over */

    uint8_t          buffer[65536]; /* for what hosts send */
};

struct connection *connection_create( const struct client *client, struct exchange *exchange, struct trace *trace,
                                      struct page *page )
{
    struct connection *connection = calloc( 1, sizeof(*connection) );

    if (!connection) return NULL;
    connection->client = *client;
    connection->exchange = exchange;
    connection->trace = trace;
    connection->page = page;
    return connection;
}

void connection_destroy( struct connection *connection )
{
    free( connection->message );
    free( connection );
}

size_t connection_await_static( struct connection *connection, struct static_def defs[WINEDVC_MAX_STATIC] )
{
    return exchange_await_static( connection->exchange, defs );
}

void connection_set_static_id( struct connection *connection, const char *name, uint16_t id )
{
    exchange_set_static_id( connection->exchange, name, id );
}

void connection_begin( struct connection *connection, const char *server )
{
    connection->gather = GATHER_CLIENT;
    connection->room_time = connection->uplink_time = 0;
    connection->cut = false;
    pace_init( &connection->pace );
    exchange_connect( connection->exchange, server );
}

void connection_end( struct connection *connection, uint32_t code )
{
    exchange_disconnect( connection->exchange, code );
}

void connection_set_rendering( struct connection *connection, bool possible )
{
    exchange_set_rendering( connection->exchange, possible );
}

void connection_place_renderers( struct connection *connection )
{
    exchange_place_renderers( connection->exchange );
}

/* FreeRDP gets what was kept from it. */
static void connection_deliver( struct connection *connection, struct packet_queue *packets )
{
    struct packet *packet;

    for (; (packet = packet_queue_pop( packets )); free( packet ))
        connection->client.deliver( connection->client.context, packet->data, packet->size );
}

/* A server may send longer chunks than plug-ins get, where FreeRDP has told it so. */
void connection_receive_static( struct connection *connection, uint16_t id, const uint8_t *chunk, size_t size,
                                uint32_t flags, uint32_t total )
{
    size_t part;

    do
    {
        part = size < STATIC_CHUNK ? size : STATIC_CHUNK;
        if (exchange_receive_static( connection->exchange, id, chunk, part,
                                     part < size ? flags & ~STATIC_LAST : flags, total ) == STATIC_FULL)
            log_warn( "the server sent more on a static channel whose plug-in is not ready than %u bytes of memory "
                      "hold: it is dropped", STATIC_MAX_HELD );
        flags &= ~STATIC_FIRST;
        chunk += part;
        size -= part;
    } while (size);
}

/* To the server */

void connection_client_sends( struct connection *connection, const uint8_t *pdu, size_t size )
{
    connection->client_bytes += size;
    if (!trace_is_wanted( connection->trace ) || !size || pdu[0] >> 4 != DRDYNVC_CMD_CAPABILITIES) return;
    trace_pdu( connection->trace, TRACE_SENT, pdu, size );
    exchange_wake( connection->exchange );
}

static uint64_t cpu_us( void )
{
    struct timespec used;

    clock_gettime( CLOCK_THREAD_CPUTIME_ID, &used );
    return used.tv_sec * (uint64_t)1000000 + used.tv_nsec / 1000;
}

/* Which sockets take what is sent. */
static void connection_find_uplink( struct connection *connection, uint64_t now )
{
    if (now < connection->uplink_time) return;
    connection->client.find_uplink( connection->client.context, &connection->uplink );
    connection->uplink_time = now + UPLINK_MS;
}

/* Looks how much may go out. Returns false if that is nothing now. */
static bool connection_find_room( struct connection *connection, bool corked )
{
    uint64_t now = clock_ms();
    struct pace_sample sample;

    if (connection->room && now < connection->room_time) return true;
    uplink_sample( &connection->uplink, &sample );
    page_store( &connection->page->traffic.round_trip, sample.round_trip );
    if (!(connection->room = pace_room( &connection->pace, &sample, now )) && corked)
    {
        uplink_cork( &connection->uplink, false ); /* what waits to fill a segment may be all */
        uplink_sample( &connection->uplink, &sample );
        uplink_cork( &connection->uplink, true );
        connection->room = pace_room( &connection->pace, &sample, now );
    }
    connection->room_time = now + ROOM_MS;
    return connection->room;
}

static void connection_send_chunk( struct connection *connection, const struct packet *packet )
{
    struct winedvc_chunk chunk;

    memcpy( &chunk, packet->data, sizeof(chunk) );
    connection->client.send_chunk( connection->client.context, packet->host, packet->kind >> 16, chunk.total,
                                   packet->data + sizeof(chunk), packet->size - sizeof(chunk) );
}

static void connection_send( struct connection *connection, struct packet_queue *pdus )
{
    struct packet *packet;

    for (; (packet = packet_queue_pop( pdus )); free( packet ))
    {
        connection->room -= packet->size < connection->room ? packet->size : connection->room;
        if (packet->kind) connection_send_chunk( connection, packet );
        else connection->client.send( connection->client.context, packet->data, packet->size );
    }
}

/* The link is busy: a host needs no more in our hands than goes out in two turns. Returns how long to wait. */
static uint64_t connection_pause( struct connection *connection )
{
    size_t window = 2 * pace_target( &connection->pace );

    exchange_tighten( connection->exchange, window > TIGHT_WINDOW ? window : TIGHT_WINDOW );
    return pace_wait( &connection->pace ) * (uint64_t)1000;
}

/* Sends a batch. Returns how long to wait before the next one, in microseconds. */
static uint64_t connection_send_batch( struct connection *connection )
{
    size_t limit = connection->client_bytes > BATCH_BYTES ? connection->client_bytes : BATCH_BYTES;
    uint64_t start = clock_ms(), pause = 0;
    struct packet_queue pdus;
    size_t bytes = 0, slice = 1;
    bool corked = false, more;

    connection->client_bytes = 0;
    connection_find_uplink( connection, start );
    for (;;)
    {
        if (!connection_find_room( connection, corked ))
        {
            pause = connection_pause( connection );
            break;
        }
        /* the first alone: a send may take long */
        if (slice > connection->room) slice = connection->room;
        if (slice > limit - bytes) slice = limit - bytes;
        more = exchange_take_pdus( connection->exchange, slice, &pdus );
        if (!pdus.head && !more) break;
        if (!corked && pdus.count > 1) uplink_cork( &connection->uplink, corked = true );
        bytes += pdus.bytes;
        connection_send( connection, &pdus );
        slice = clock_ms() - start ? 1 : SLICE;
        if (bytes < limit && clock_ms() - start < BATCH_MS) continue;
        pause = PAUSE_US;
        break;
    }
    if (corked) uplink_cork( &connection->uplink, false );
    if (bytes) pace_sent( &connection->pace, clock_ms() - start );
    connection->cut = pause == PAUSE_US;
    return pause;
}

/* Draws one picture of a plug-in, if there is one: the main thread has others to draw. */
static bool connection_draw( struct connection *connection )
{
    struct picture picture;

    if (!exchange_take_picture( connection->exchange, &picture )) return false;
    exchange_end_picture( connection->exchange, &picture,
                          connection->client.draw( connection->client.context, picture.mapping, picture.pixels,
                                                   picture.width, picture.height ) );
    return true;
}

/* Is this the turn of the main loop in which the last batch was sent, and cut? */
static bool connection_is_same_turn( const struct connection *connection )
{
    return connection->cut && cpu_us() - connection->cut_cpu < SAME_TURN_US;
}

/* With or without a token. */
static void connection_run_batch( struct connection *connection, bool token )
{
    struct packet_queue to_client;
    uint64_t pause = PAUSE_US;

    if (!connection_is_same_turn( connection ))
    {
        exchange_expire( connection->exchange, &to_client );
        connection_deliver( connection, &to_client );
        pause = connection_send_batch( connection );
        if (connection_draw( connection )) connection->cut = true;
        if (connection->cut) connection->cut_cpu = cpu_us();
        if (connection->cut && pause < PAUSE_US) pause = PAUSE_US;
    }
    exchange_end_batch( connection->exchange, token, pause );
}

void connection_token( struct connection *connection, uintptr_t token, bool can_send )
{
    if (!exchange_token_returns( connection->exchange, token )) return;
    if (can_send) connection_run_batch( connection, true );
    else exchange_end_batch( connection->exchange, true, 0 );
}

int connection_hosts_fd( const struct connection *connection )
{
    return exchange_hosts_fd( connection->exchange );
}

void connection_start_reads( struct connection *connection, bool loop_waits )
{
    exchange_start_main_reads( connection->exchange, loop_waits );
}

void connection_stop_reads( struct connection *connection )
{
    exchange_stop_main_reads( connection->exchange );
}

void connection_hosts_ready( struct connection *connection )
{
    if (exchange_read_ready( connection->exchange, connection->buffer, sizeof(connection->buffer) ))
        connection_run_batch( connection, false );
}

/* From the server */

/* A host that answers at once is heard at once: the way through the main loop, or the I/O thread and FreeRDP's queue,
 * takes longer than the answer. What else the server sends has precedence. */
static void connection_await( struct connection *connection )
{
    if (connection->cut || connection->skipped++ < connection->skip) return;
    connection->skipped = 0;
    connection_find_uplink( connection, clock_ms() );
    if (!connection->uplink.count) return;
    if (exchange_await( connection->exchange, connection->uplink.sockets, connection->uplink.count, AWAIT_US ))
    {
        connection->skip = 0;
        connection_hosts_ready( connection );
    }
    else if (connection->skip < AWAIT_MAX_SKIP) connection->skip = 2 * connection->skip + 1;
    exchange_restart_alarm( connection->exchange );
}

/* A whole message. Returns false if it is FreeRDP's. */
static bool connection_route( struct connection *connection, const uint8_t *pdu, size_t size )
{
    struct packet_queue to_client;
    enum route route = exchange_route( connection->exchange, pdu, size, &to_client );

    connection_deliver( connection, &to_client );
    if (route == ROUTE_HOST) connection_await( connection );
    return route != ROUTE_CLIENT;
}

/* Decides with its first chunk where a message of several goes. */
static enum gather connection_begin_message( struct connection *connection, const uint8_t *chunk, size_t size )
{
    if (!exchange_claims( connection->exchange, chunk, size )) return GATHER_CLIENT;
    connection->message_size = 0;
    if (connection->message || (connection->message = malloc( WINEDVC_MAX_MESSAGE ))) return GATHER_MESSAGE;
    log_error( "no memory is left in the client for a message of the server: its channel is closed" );
    exchange_break( connection->exchange, chunk, size );
    return GATHER_DROP;
}

static bool connection_gather( struct connection *connection, const uint8_t *chunk, size_t size, bool first, bool last )
{
    enum gather gather;

    if (first) connection->gather = connection_begin_message( connection, chunk, size );
    if (connection->gather == GATHER_MESSAGE)
    {
        if (size <= WINEDVC_MAX_MESSAGE - connection->message_size)
        {
            memcpy( connection->message + connection->message_size, chunk, size );
            connection->message_size += size;
        }
        else /* longer than a PDU may be */
        {
            log_warn( "the server sent a message of more than %u bytes: its channel is closed", WINEDVC_MAX_MESSAGE );
            exchange_break( connection->exchange, connection->message, connection->message_size );
            connection->gather = GATHER_DROP;
        }
    }
    gather = connection->gather;
    if (!last) return gather != GATHER_CLIENT;

    connection->gather = GATHER_CLIENT;
    if (gather == GATHER_MESSAGE && !connection_route( connection, connection->message, connection->message_size ))
        connection->client.deliver( connection->client.context, connection->message, connection->message_size );
    return gather != GATHER_CLIENT;
}

bool connection_receive( struct connection *connection, const uint8_t *chunk, size_t size, bool first, bool last )
{
    if (first && connection->gather == GATHER_MESSAGE) /* which has no end */
        exchange_break( connection->exchange, connection->message, connection->message_size );
    if (!first || !last) return connection_gather( connection, chunk, size, first, last );
    connection->gather = GATHER_CLIENT;
    return connection_route( connection, chunk, size );
}
