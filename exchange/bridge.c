/*
 * One session, the client's side
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

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "bridge_private.h"
#include "drdynvc.h"
#include "launch.h"

/* The main thread draws, too: it gets its turn after so much. */
#define BATCH_BYTES 65536
#define BATCH_MS    5

/* What a host has in our hands while the link is busy, and for how long after that. */
#define TIGHT_WINDOW 8192
#define TIGHT_MS     250

uint64_t clock_ms( void )
{
    struct timespec now;

    clock_gettime( CLOCK_MONOTONIC, &now );
    return now.tv_sec * (uint64_t)1000 + now.tv_nsec / 1000000;
}

void bridge_lock( struct bridge *bridge )
{
    pthread_mutex_lock( &bridge->lock );
}

void bridge_unlock( struct bridge *bridge )
{
    pthread_mutex_unlock( &bridge->lock );
}

void bridge_wake( struct bridge *bridge )
{
    eventfd_write( bridge->wake, 1 );
}

static void bridge_destroy( struct bridge *bridge )
{
    supervisor_clear( &bridge->supervisor );
    if (bridge->router) router_destroy( bridge->router );
    if (bridge->wake >= 0) close( bridge->wake );
    trace_destroy( bridge->trace );
    pthread_mutex_destroy( &bridge->lock );
    free( bridge->message );
    free( bridge );
}

void bridge_release( struct bridge *bridge )
{
    bool last;

    bridge_lock( bridge );
    last = !--bridge->references;
    bridge_unlock( bridge );
    if (last) bridge_destroy( bridge );
}

static bool bridge_start_thread( struct bridge *bridge )
{
    sigset_t all, old;
    pthread_t thread;
    bool started;

    sigfillset( &all ); /* signals are the client's */
    pthread_sigmask( SIG_SETMASK, &all, &old );
    bridge->references++;
    started = !pthread_create( &thread, NULL, supervisor_main, &bridge->supervisor );
    if (started) pthread_detach( thread );
    else bridge->references--;
    pthread_sigmask( SIG_SETMASK, &old, NULL );
    return started;
}

static bool bridge_configure( struct bridge *bridge, const struct name_list *arguments )
{
    if (!supervisor_init( &bridge->supervisor, bridge, bridge->client.connection, arguments )) return false;
    bridge->client.connection = NULL;
    bridge->linger = bridge->supervisor.settings.linger * 1000;
    return (bridge->trace = trace_create()) && (bridge->router = router_create( bridge->client.names ));
}

struct bridge *bridge_create( const struct bridge_client *client, const struct name_list *arguments )
{
    struct bridge *bridge = calloc( 1, sizeof(*bridge) );

    if (bridge)
    {
        pthread_mutex_init( &bridge->lock, NULL );
        bridge->client = *client;
        bridge->references = 1;
        bridge->park_time = UINT64_MAX;
        bridge->wake = eventfd( 0, EFD_CLOEXEC | EFD_NONBLOCK );
        if (bridge->wake >= 0 && bridge_configure( bridge, arguments ) && bridge_start_thread( bridge )) return bridge;
        bridge_destroy( bridge );
    }
    log_error( "no memory, thread or descriptor is left: this session has no plug-ins" );
    return NULL;
}

/* Connections */

void bridge_tell_connected( struct bridge *bridge, struct host *host )
{
    struct winedvc_connected connected = { bridge->epoch };

    host_send( host, WINEDVC_STREAM_CONTROL, WINEDVC_CONNECTED, &connected, sizeof(connected),
               bridge->server, strlen( bridge->server ) + 1 );
}

/* Needs the lock. */
static void bridge_check_leaving( struct bridge *bridge, struct host *host )
{
    if (!host->leaving || host->in.head) return;
    host->leaving = false;
    router_remove_host( bridge->router, host->number );
}

void bridge_host_leaves( struct bridge *bridge, struct host *host )
{
    router_retire_host( bridge->router, host->number );
    host->leaving = true;
    bridge_check_leaving( bridge, host );
}

/* A connection begins. Needs the lock. */
static void bridge_begin_epoch( struct bridge *bridge )
{
    struct host *host;

    bridge->epoch++;
    bridge->connected = true;
    bridge->resume_time = bridge->relax_time = 0;
    pace_init( &bridge->pace );
    router_reset( bridge->router );
    trace_note( bridge->trace, "connection %u to %s", bridge->epoch, bridge->server );
    for (host = bridge->hosts; host; host = host->next)
    {
        if (!host->number) continue;
        host->takes_part = launch_serves( host->group, bridge->server );
        router_set_part( bridge->router, host->number, host->takes_part );
        if (host->takes_part) bridge_tell_connected( bridge, host );
    }
}

/* Needs the lock. */
void bridge_note_counters( struct bridge *bridge )
{
    const struct bridge_counters *counters = &bridge->counters;

    trace_note( bridge->trace, "addin: PDUs late %" PRIu64 ", oversized %" PRIu64 ", answered %" PRIu64
                ", dropped %" PRIu64, counters->late, counters->oversized, counters->answered, counters->dropped );
}

/* Its end. Needs the lock. */
static void bridge_end_epoch( struct bridge *bridge, uint32_t code )
{
    struct winedvc_disconnected disconnected = { bridge->epoch, code };
    struct host *host;

    bridge->connected = false;
    router_reset( bridge->router );
    trace_note( bridge->trace, "connection %u has ended, code %u", bridge->epoch, code );
    bridge_note_counters( bridge );
    for (host = bridge->hosts; host; host = host->next)
    {
        if (!host->number || !host->takes_part) continue;
        bridge->counters.dropped += host_drop_pdus( host );
        bridge_check_leaving( bridge, host );
        host->purging = true;
        host_send_control( host, WINEDVC_DISCONNECTED, &disconnected, sizeof(disconnected) );
        host_send_control( host, WINEDVC_STATS, NULL, 0 );
    }
}

void bridge_connected( struct bridge *bridge, const char *server )
{
    bridge_lock( bridge );
    if (bridge->connected) bridge_end_epoch( bridge, 0 );
    bridge->posted = false; /* FreeRDP may have lost it; if not, another one counts by then */
    bridge->server[0] = 0;
    strncat( bridge->server, server, sizeof(bridge->server) - 1 );
    bridge->gather = GATHER_CLIENT;
    bridge_begin_epoch( bridge );
    bridge_unlock( bridge );
    bridge_wake( bridge );
}

void bridge_disconnected( struct bridge *bridge, uint32_t code )
{
    bridge_lock( bridge );
    if (bridge->connected) bridge_end_epoch( bridge, code );
    bridge_unlock( bridge );
    bridge_wake( bridge );
}

/* The names that were offered, if none of them was ever asked for. Needs the lock. */
static void bridge_list_unused( const struct bridge *bridge, char names[LOG_TEXT] )
{
    names[0] = 0;
    if (bridge->epoch && !router_was_asked( bridge->router )) router_list_names( bridge->router, names, LOG_TEXT );
}

unsigned int bridge_conclude( struct bridge *bridge )
{
    struct log_text text;
    char unused[LOG_TEXT];
    unsigned int linger;

    bridge_lock( bridge );
    bridge_list_unused( bridge, unused );
    if (bridge->connected) bridge_end_epoch( bridge, 0 );
    linger = bridge->linger;
    bridge_unlock( bridge );
    if (*unused) log_info( "the server asked for none of the channels that plug-ins offered (%s): "
                           "is the server's side of the product installed and running?", log_escape( &text, unused ) );
    trace_write( bridge->trace ); /* the process may end before the I/O thread can */
    return linger;
}

void bridge_end( struct bridge *bridge )
{
    bridge_lock( bridge );
    bridge->ended = true;
    bridge_unlock( bridge );
    bridge_wake( bridge );
    bridge_release( bridge );
}

/* From the server */

struct host *bridge_find_host( struct bridge *bridge, unsigned int number )
{
    struct host *host = bridge->hosts;

    while (host && host->number != number) host = host->next;
    return host;
}

static void bridge_send_pdu( struct bridge *bridge, unsigned int number, const uint8_t *pdu, size_t size )
{
    struct host *host = bridge_find_host( bridge, number );

    if (!host) return;
    host_send( host, WINEDVC_STREAM_DRDYNVC, 0, pdu, size, NULL, 0 );
    if (host->out.head || host->overrun) bridge_wake( bridge );
}

void bridge_serve_hosts( struct bridge *bridge )
{
    struct packet *packet;

    while ((packet = router_take( bridge->router, ROUTE_HOST )))
    {
        bridge_send_pdu( bridge, packet->host, packet->data, packet->size );
        free( packet );
    }
}

/* FreeRDP gets what the router has for it. */
static void bridge_serve_client( struct bridge *bridge )
{
    struct packet *packet;

    for (;;)
    {
        bridge_lock( bridge );
        packet = router_take( bridge->router, ROUTE_CLIENT );
        bridge_unlock( bridge );
        if (!packet) return;
        bridge->client.deliver( bridge->client.context, packet->data, packet->size );
        free( packet );
    }
}

/* Needs the lock. */
static void bridge_trace_received( struct bridge *bridge, enum route route, const uint8_t *pdu, size_t size )
{
    enum drdynvc_cmd cmd = size ? pdu[0] >> 4 : 0;
    bool late = route == ROUTE_NOBODY;

    if (late) bridge->counters.late++;
    if (route != ROUTE_CLIENT || cmd == DRDYNVC_CMD_CAPABILITIES)
        trace_pdu( bridge->trace, late ? TRACE_LATE : TRACE_RECEIVED, pdu, size );
}

/* A whole message. Returns false if it is FreeRDP's. */
static bool bridge_route( struct bridge *bridge, const uint8_t *pdu, size_t size )
{
    unsigned int host = 0;
    enum route route;

    bridge_lock( bridge );
    route = router_server_pdu( bridge->router, pdu, size, clock_ms(), &host );
    if (route == ROUTE_EPOCH) /* another server, to which FreeRDP was redirected */
    {
        bridge_end_epoch( bridge, 0 );
        bridge_begin_epoch( bridge );
        route = router_server_pdu( bridge->router, pdu, size, clock_ms(), &host );
    }
    bridge_trace_received( bridge, route, pdu, size );
    bridge_serve_hosts( bridge );
    if (route == ROUTE_HOST) bridge_send_pdu( bridge, host, pdu, size );
    bridge_unlock( bridge );
    if (route == ROUTE_TAKEN || trace_is_wanted( bridge->trace )) bridge_wake( bridge ); /* it may have to wait */
    bridge_serve_client( bridge );
    return route != ROUTE_CLIENT;
}

/* Decides with its first chunk where a message of several goes. */
static enum gather bridge_begin_message( struct bridge *bridge, const uint8_t *chunk, size_t size )
{
    bool claimed;

    bridge_lock( bridge );
    claimed = router_claims( bridge->router, chunk, size );
    bridge_unlock( bridge );
    if (!claimed) return GATHER_CLIENT;
    bridge->message_size = 0;
    if (!bridge->message) bridge->message = malloc( WINEDVC_MAX_MESSAGE );
    return bridge->message ? GATHER_MESSAGE : GATHER_DROP;
}

/* The message is longer than a PDU may be. */
static void bridge_break_message( struct bridge *bridge )
{
    log_warn( "the server sent a message of more than %u bytes: its channel is closed", WINEDVC_MAX_MESSAGE );
    bridge_lock( bridge );
    bridge->counters.oversized++;
    router_break( bridge->router, bridge->message, bridge->message_size );
    bridge_serve_hosts( bridge );
    bridge_unlock( bridge );
    bridge->gather = GATHER_DROP;
}

static bool bridge_gather( struct bridge *bridge, const uint8_t *chunk, size_t size, bool first, bool last )
{
    enum gather gather;

    if (first) bridge->gather = bridge_begin_message( bridge, chunk, size );
    if (bridge->gather == GATHER_MESSAGE)
    {
        if (size <= WINEDVC_MAX_MESSAGE - bridge->message_size)
        {
            memcpy( bridge->message + bridge->message_size, chunk, size );
            bridge->message_size += size;
        }
        else bridge_break_message( bridge );
    }
    gather = bridge->gather;
    if (!last) return gather != GATHER_CLIENT;

    bridge->gather = GATHER_CLIENT;
    if (gather == GATHER_MESSAGE && !bridge_route( bridge, bridge->message, bridge->message_size ))
        bridge->client.deliver( bridge->client.context, bridge->message, bridge->message_size );
    return gather != GATHER_CLIENT;
}

bool bridge_receive( struct bridge *bridge, const uint8_t *chunk, size_t size, bool first, bool last )
{
    bool connected;

    bridge_lock( bridge );
    connected = bridge->connected;
    bridge_unlock( bridge );
    if (!connected) return false;
    if (!first || !last) return bridge_gather( bridge, chunk, size, first, last );
    bridge->gather = GATHER_CLIENT;
    return bridge_route( bridge, chunk, size );
}

/* To the server */

/* The host whose turn it is among those that have PDUs. */
static struct host *bridge_next_host( struct bridge *bridge )
{
    struct host *host, *first = NULL, *next = NULL;

    for (host = bridge->hosts; host; host = host->next) /* in order of their numbers */
    {
        if (!host->in.head) continue;
        if (!first) first = host;
        if (!next && host->number > bridge->turn) next = host;
    }
    return next ? next : first;
}

/* Its next PDU, if that may go out. Needs the lock. */
static struct packet *bridge_take_pdu( struct bridge *bridge, struct host *host )
{
    struct packet *packet = packet_queue_pop( &host->in );
    const char *rule;

    bridge->turn = host->number;
    host->credit += packet->size; /* the client sends it before it takes another */
    switch (router_host_pdu( bridge->router, host->number, packet->data, packet->size, &rule ))
    {
    case ROUTE_SERVER:
        trace_pdu( bridge->trace, TRACE_SENT, packet->data, packet->size );
        bridge_check_leaving( bridge, host );
        return packet;
    case ROUTE_BROKEN:
        host->broken = rule;
        bridge->counters.dropped += 1 + host_drop_pdus( host );
        break;
    default: /* FreeRDP answers the server's capabilities */
        if (packet->data[0] >> 4 != DRDYNVC_CMD_CAPABILITIES) bridge->counters.dropped++;
        break;
    }
    bridge_check_leaving( bridge, host );
    free( packet );
    return NULL;
}

/* What the router says in the place of a host. Needs the lock. */
static struct packet *bridge_take_answer( struct bridge *bridge )
{
    struct packet *packet = router_take( bridge->router, ROUTE_SERVER );

    if (!packet) return NULL;
    bridge->counters.answered++;
    trace_pdu( bridge->trace, TRACE_ANSWERED, packet->data, packet->size );
    return packet;
}

static struct packet *bridge_next_packet( struct bridge *bridge )
{
    struct packet *packet = NULL;
    struct host *host;

    bridge_lock( bridge );
    if (bridge->connected)
    {
        packet = bridge_take_answer( bridge );
        while (!packet && (host = bridge_next_host( bridge ))) packet = bridge_take_pdu( bridge, host );
        bridge_serve_hosts( bridge ); /* a refused channel may have gone to another host */
    }
    bridge_unlock( bridge );
    return packet;
}

static bool bridge_has_output( struct bridge *bridge )
{
    return router_has_packets( bridge->router, ROUTE_SERVER ) || router_has_packets( bridge->router, ROUTE_CLIENT ) ||
           bridge_next_host( bridge );
}

uint64_t bridge_batch_time( struct bridge *bridge )
{
    uint64_t time;

    if (!bridge->connected || bridge->posted) return UINT64_MAX;
    time = bridge_has_output( bridge ) ? 0 : router_deadline( bridge->router );
    return time > bridge->resume_time ? time : bridge->resume_time;
}

bool bridge_post( struct bridge *bridge )
{
    bridge->posted = true;
    if (!++bridge->token) ++bridge->token;
    return bridge->client.post( bridge->client.context, bridge->token );
}

size_t bridge_reserve( const struct bridge *bridge, uint64_t now )
{
    return now < bridge->relax_time && bridge->window < WINEDVC_WINDOW ? WINEDVC_WINDOW - bridge->window : 0;
}

void bridge_client_sends( struct bridge *bridge, const uint8_t *pdu, size_t size )
{
    if (!trace_is_wanted( bridge->trace ) || !size || pdu[0] >> 4 != DRDYNVC_CMD_CAPABILITIES) return;
    trace_pdu( bridge->trace, TRACE_SENT, pdu, size );
    bridge_wake( bridge );
}

/* The link is busy: a host needs no more in our hands than goes out in two turns. */
static void bridge_pause( struct bridge *bridge )
{
    uint64_t now = clock_ms();
    size_t window = 2 * pace_target( &bridge->pace );

    bridge_lock( bridge );
    bridge->resume_time = now + pace_wait( &bridge->pace );
    bridge->relax_time = now + TIGHT_MS;
    bridge->window = window > TIGHT_WINDOW ? window : TIGHT_WINDOW;
    bridge_unlock( bridge );
}

/* Bytes that may go out before the next look. */
static size_t bridge_room( struct bridge *bridge, const struct uplink *uplink )
{
    struct pace_sample sample;
    size_t room;

    uplink_sample( uplink, &sample );
    if ((room = pace_room( &bridge->pace, &sample, clock_ms() ))) return room;
    uplink_cork( uplink, false ); /* what waits to fill a segment may be all */
    uplink_sample( uplink, &sample );
    uplink_cork( uplink, true );
    return pace_room( &bridge->pace, &sample, clock_ms() );
}

static void bridge_send_packets( struct bridge *bridge, const struct uplink *uplink, uint64_t start )
{
    struct packet *packet;
    size_t bytes = 0, room = 0;

    do
    {
        if (!room && !(room = bridge_room( bridge, uplink )))
        {
            bridge_pause( bridge );
            return;
        }
        if (!(packet = bridge_next_packet( bridge ))) return;
        bytes += packet->size;
        room -= packet->size < room ? packet->size : room;
        bridge->client.send( bridge->client.context, packet->data, packet->size );
        free( packet );
    }
    while (bytes < BATCH_BYTES && clock_ms() - start < BATCH_MS);
}

static void bridge_run_batch( struct bridge *bridge )
{
    uint64_t start = clock_ms();
    struct uplink uplink;

    bridge_lock( bridge );
    if (bridge->connected) router_expire( bridge->router, start );
    bridge_unlock( bridge );
    bridge_serve_client( bridge );
    start = clock_ms();
    bridge->client.find_uplink( bridge->client.context, &uplink );
    uplink_cork( &uplink, true );
    bridge_send_packets( bridge, &uplink, start );
    uplink_cork( &uplink, false );
    pace_sent( &bridge->pace, clock_ms() - start );
}

void bridge_token_returns( struct bridge *bridge, uintptr_t token, bool can_send )
{
    bool counts;

    bridge_lock( bridge );
    counts = bridge->posted && token == bridge->token;
    bridge_unlock( bridge );
    if (!counts) return;
    if (can_send) bridge_run_batch( bridge );
    bridge_lock( bridge );
    bridge->posted = false;
    bridge_unlock( bridge );
    bridge_wake( bridge );
}
