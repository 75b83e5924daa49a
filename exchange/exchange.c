/*
 * What the client's main thread and the I/O thread share
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

#define _GNU_SOURCE
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "clock.h"
#include "drdynvc.h"
#include "exchange.h"
#include "state.h"

/* The windows are tight for so long after the link was busy. */
#define TIGHT_MS 250

/* PDUs that are dropped before the main thread looks at the time. */
#define MAX_DROPPED 256

/* So often in a second does a server begin anew: the hosts have to answer each time, and may not say much. */
#define MAX_ANEW 8

/* Life */

struct exchange *exchange_create( const struct name_list *client_names, struct trace *trace, struct page *page,
                                  exchange_post *post, exchange_locate *locate, void *context )
{
    struct exchange *exchange = calloc( 1, sizeof(*exchange) );
    pthread_condattr_t monotonic;
    uint64_t seed;

    if (!exchange) return NULL;
    if (getrandom( &seed, sizeof(seed), 0 ) < 0) seed = clock_us();
    pthread_mutex_init( &exchange->lock, NULL );
    pthread_condattr_init( &monotonic );
    pthread_condattr_setclock( &monotonic, CLOCK_MONOTONIC );
    pthread_cond_init( &exchange->known, &monotonic );
    pthread_condattr_destroy( &monotonic );
    exchange->hold = ROUTER_HOLD_MS;
    statics_init( &exchange->statics );
    exchange->trace = trace;
    exchange->page = &page->traffic;
    exchange->post = post;
    exchange->locate = locate;
    exchange->context = context;
    exchange->wake = eventfd( 0, EFD_CLOEXEC | EFD_NONBLOCK );
    exchange->visit_time = UINT64_MAX;
    ports_init( &exchange->ports );
    if ((exchange->router = router_create( client_names, seed ))) router_show( exchange->router, exchange->page );
    if (exchange->wake >= 0 && exchange->router) return exchange;
    exchange_destroy( exchange );
    return NULL;
}

void exchange_destroy( struct exchange *exchange )
{
    ports_clear( &exchange->ports );
    statics_clear( &exchange->statics );
    renderers_clear( &exchange->renderers );
    if (exchange->router) router_destroy( exchange->router );
    if (exchange->wake >= 0) close( exchange->wake );
    pthread_cond_destroy( &exchange->known );
    pthread_mutex_destroy( &exchange->lock );
    free( exchange );
}

void exchange_wake( struct exchange *exchange )
{
    exchange_signal( exchange );
}

void exchange_woken( struct exchange *exchange )
{
    eventfd_t value;

    eventfd_read( exchange->wake, &value );
}

int exchange_wake_fd( const struct exchange *exchange )
{
    return exchange->wake;
}

/* Ports. All here needs the lock. */

static void exchange_send_pdu( struct exchange *exchange, struct port *port, const uint8_t *pdu, size_t size )
{
    exchange_send_frame( exchange, port, WINEDVC_STREAM_DRDYNVC, 0, pdu, size, NULL, 0 );
}

/* Sends the hosts what the router has for them. */
static void exchange_serve_hosts( struct exchange *exchange )
{
    struct packet *packet;
    struct port *port;

    while ((packet = router_take( exchange->router, ROUTE_HOST )))
    {
        if ((port = ports_find( &exchange->ports, packet->host )))
            exchange_send_pdu( exchange, port, packet->data, packet->size );
        free( packet );
    }
}

static void exchange_tell_connected( struct exchange *exchange, struct port *port )
{
    struct winedvc_connected connected = { exchange->epoch };

    port_send( port, WINEDVC_STREAM_CONTROL, WINEDVC_CONNECTED, &connected, sizeof(connected),
               exchange->server, strlen( exchange->server ) + 1, 0 );
    if (exchange->rendering) exchange_tell_rendering( exchange, port );
}

static bool exchange_serves( const struct exchange *exchange, const struct port *port )
{
    return !port->servers || name_list_matches( port->servers, exchange->server );
}

/* Hosts, for the supervisor */

struct port *exchange_add_host( struct exchange *exchange, unsigned int number, int fd, const struct name_list *servers,
                                unsigned int row )
{
    struct port *port = port_create( number, fd, servers );
    bool added;

    if (!port)
    {
        close( fd );
        return NULL;
    }
    exchange_lock( exchange );
    port->takes_part = !exchange->connected || exchange_serves( exchange, port );
    added = !number || router_add_host( exchange->router, number, false );
    if (added) ports_add( &exchange->ports, port );
    if (added && number)
    {
        port->page = &exchange->page->ports[row];
        router_show_host( exchange->router, number, row );
    }
    exchange_unlock( exchange );
    if (added) return port;
    port_destroy( port );
    return NULL;
}

void exchange_admit_host( struct exchange *exchange, struct port *port )
{
    exchange_lock( exchange );
    port->admitted = true;
    if (exchange->connected && port->number && port->takes_part) exchange_tell_connected( exchange, port );
    router_set_part( exchange->router, port->number, port->takes_part );
    exchange_serve_hosts( exchange );
    exchange_unlock( exchange );
}

void exchange_remove_host( struct exchange *exchange, struct port *port, bool discard )
{
    pthread_mutex_lock( &port->reading ); /* the main thread may be about to read */
    exchange_lock( exchange );
    ports_unwatch( &exchange->ports, port );
    port_close( port );
    pthread_mutex_unlock( &port->reading );
    router_retire_host( exchange->router, port->number );
    if (discard || !exchange->connected) page_add( &exchange->page->dropped, port_drop_pdus( port ) );
    port->ended = true;
    statics_stop_host( &exchange->statics, port->number );
    renderers_clear_host( &exchange->renderers, port->number );
    exchange_check_gone( exchange, port );
    exchange_unlock( exchange );
}

void exchange_send( struct exchange *exchange, struct port *port, uint16_t type, const void *fixed, size_t size,
                    const char *text )
{
    exchange_lock( exchange );
    port_send( port, WINEDVC_STREAM_CONTROL, type, fixed, size, text, text ? strlen( text ) + 1 : 0, 0 );
    if (type == WINEDVC_PING) port->pinged = true;
    exchange_unlock( exchange );
}

enum name_result exchange_name( struct exchange *exchange, struct port *port, exchange_name_call *call,
                                const char *name )
{
    enum name_result result;

    exchange_lock( exchange );
    result = call( exchange->router, port->number, name );
    exchange_serve_hosts( exchange );
    exchange_unlock( exchange );
    return result;
}

void exchange_set_ready( struct exchange *exchange, struct port *port )
{
    exchange_lock( exchange );
    ports_watch( &exchange->ports, port );
    router_set_ready( exchange->router, port->number );
    port->ready = true;
    if (exchange->connected && port_is_concerned( port )) exchange_tell_joined( exchange, port );
    exchange_serve_hosts( exchange );
    exchange_unlock( exchange );
}

void exchange_set_complete( struct exchange *exchange, struct port *port, bool complete )
{
    exchange_lock( exchange );
    router_set_complete( exchange->router, port->number, complete );
    exchange_unlock( exchange );
}

void exchange_set_known( struct exchange *exchange, bool known )
{
    exchange_lock( exchange );
    router_set_known( exchange->router, known );
    exchange_unlock( exchange );
}

void exchange_configure( struct exchange *exchange, unsigned int hold, const struct name_list *own_names )
{
    size_t i;

    exchange_lock( exchange );
    router_set_hold( exchange->router, hold );
    exchange->hold = hold;
    exchange->own_names = own_names;
    for (i = 0; i < own_names->count; i++) router_add_own_name( exchange->router, own_names->names[i] );
    exchange_unlock( exchange );
}

void exchange_hear( struct exchange *exchange, struct port *port, struct heard *heard )
{
    packet_queue_init( &heard->control );
    exchange_lock( exchange );
    heard->anything = port->heard;
    port->heard = false;
    packet_queue_move( &heard->control, &port->control );
    heard->rule = port->rule;
    heard->no_memory = port->no_memory;
    exchange_unlock( exchange );
}

uint64_t exchange_awaits( struct exchange *exchange, struct port *port )
{
    uint64_t awaited;

    exchange_lock( exchange );
    awaited = port->awaited;
    exchange_unlock( exchange );
    return awaited;
}

/* The I/O thread's turn */

static bool exchange_has_output( struct exchange *exchange )
{
    return ports_next( &exchange->ports ) || router_has_packets( exchange->router, ROUTE_SERVER ) ||
           router_has_packets( exchange->router, ROUTE_CLIENT ) ||
           statics_find_cut( &exchange->statics ) || renderers_have_picture( &exchange->renderers );
}

/* When a batch may be asked for, UINT64_MAX if there is nothing to send or one has been asked for. Needs the lock. */
static uint64_t exchange_batch_time( struct exchange *exchange )
{
    uint64_t time = 0;

    if (!exchange->connected || exchange->posted || exchange->main_sends) return UINT64_MAX;
    if (!exchange_has_output( exchange ))
    {
        if ((time = router_deadline( exchange->router )) == UINT64_MAX) return UINT64_MAX;
        time *= 1000;
    }
    return time > exchange->batch_time ? time : exchange->batch_time;
}

bool exchange_end_turn( struct exchange *exchange )
{
    uint64_t now = clock_us();
    struct port *port;
    bool posted = true;

    exchange_lock( exchange );
    exchange_serve_hosts( exchange );
    for (port = exchange->ports.first; port; port = port->next)
    {
        port_flush( port );
        port_return_credit( port, &exchange->tight, now / 1000 );
        port_show( port );
    }
    if (exchange_batch_time( exchange ) <= now)
    {
        exchange->posted = true;
        if (!++exchange->token) ++exchange->token;
        posted = exchange->post( exchange->context, exchange->token );
    }
    exchange_unlock( exchange );
    return posted;
}

uint64_t exchange_time( struct exchange *exchange )
{
    uint64_t time, late, visit = UINT64_MAX, now = clock_ms();
    struct port *port;

    exchange_lock( exchange );
    time = exchange_batch_time( exchange );
    for (port = exchange->ports.first; port; port = port->next)
    {
        if (port->window && !port->purging && port->credit_time == UINT64_MAX)
            port->credit_time = now + PORT_CREDIT_MS; /* the main thread need not say when it is due */
        if (port->credit_time != UINT64_MAX && port->credit_time * 1000 < time) time = port->credit_time * 1000;
        late = port->awaited == UINT64_MAX || port->ended ? UINT64_MAX : port->awaited + AWAIT_MS;
        if (late > now && late < visit) visit = late;       /* else nobody comes for that host's sake alone */
    }
    if (time != UINT64_MAX && time / 1000 < visit) visit = time / 1000;
    exchange->visit_time = visit;
    exchange_unlock( exchange );
    return time;
}

struct packet *exchange_take_note( struct exchange *exchange, unsigned int *unsaid )
{
    struct packet *note;

    exchange_lock( exchange );
    note = router_take_note( exchange->router );
    *unsaid += router_take_unsaid( exchange->router );
    exchange_unlock( exchange );
    return note;
}

/* Needs the lock. */
static void exchange_note_counters( const struct exchange *exchange )
{
    const struct page_traffic *counters = exchange->page;

    trace_note( exchange->trace, "addin: PDUs late %" PRIu64 ", oversized %" PRIu64 ", answered %" PRIu64
                ", dropped %" PRIu64, counters->late, counters->oversized, counters->answered, counters->dropped );
}

void exchange_trace_counters( struct exchange *exchange )
{
    exchange_lock( exchange );
    exchange_note_counters( exchange );
    exchange_unlock( exchange );
}

/* Connections */

/* Needs the lock. */
static void exchange_show_connection( struct exchange *exchange )
{
    struct page_traffic *page = exchange->page;

    page_begin( &page->sequence );
    page->connected = exchange->connected;
    page->connections = exchange->epoch;
    if (exchange->connected) page->connect_time = page_now();
    page_set_text( page->server, sizeof(page->server), exchange->server );
    page_end( &page->sequence );
}

/* Needs the lock. */
static void exchange_begin_epoch( struct exchange *exchange )
{
    struct port *port;

    exchange->epoch++;
    exchange->connected = true;
    exchange_show_connection( exchange );
    exchange->batch_time = exchange->tight.time = 0;
    router_reset( exchange->router );
    statics_reset( &exchange->statics );
    trace_note( exchange->trace, "connection %u to %s", exchange->epoch, exchange->server );
    for (port = exchange->ports.first; port; port = port->next)
    {
        if (!port->number) continue;
        port->takes_part = exchange_serves( exchange, port );
        if (!port->admitted) continue;
        router_set_part( exchange->router, port->number, port->takes_part );
        if (!port->takes_part) continue;
        exchange_tell_connected( exchange, port );
        exchange_tell_joined( exchange, port );
    }
}

/* Needs the lock. */
static void exchange_end_epoch( struct exchange *exchange, uint32_t code )
{
    struct winedvc_disconnected disconnected = { exchange->epoch, code };
    struct port *port, *next;

    exchange->connected = false;
    exchange_end_rendering( exchange );
    exchange_show_connection( exchange );
    router_reset( exchange->router );
    trace_note( exchange->trace, "connection %u has ended, code %u", exchange->epoch, code );
    exchange_note_counters( exchange );
    for (port = exchange->ports.first; port; port = next)
    {
        next = port->next;
        page_add( &exchange->page->dropped, port_drop_pdus( port ) );
        if (port_is_concerned( port ))
        {
            port->purging = exchange->epoch;
            port->credit_time = UINT64_MAX;
            port_send( port, WINEDVC_STREAM_CONTROL, WINEDVC_DISCONNECTED, &disconnected, sizeof(disconnected),
                       NULL, 0, 0 );
            port_send( port, WINEDVC_STREAM_CONTROL, WINEDVC_STATS, NULL, 0, NULL, 0, 0 );
            if (port->awaited == UINT64_MAX) port->awaited = clock_ms();
        }
        exchange_check_gone( exchange, port );
    }
}

void exchange_connect( struct exchange *exchange, const char *server )
{
    exchange_lock( exchange );
    if (exchange->connected) exchange_end_epoch( exchange, 0 );
    exchange->posted = false; /* FreeRDP may have lost it; if not, another one counts by then */
    exchange->server[0] = 0;
    strncat( exchange->server, server, sizeof(exchange->server) - 1 );
    exchange_begin_epoch( exchange );
    exchange_unlock( exchange );
    exchange_wake( exchange );
}

void exchange_disconnect( struct exchange *exchange, uint32_t code )
{
    exchange_lock( exchange );
    if (exchange->connected) exchange_end_epoch( exchange, code );
    statics_forget_ids( &exchange->statics );
    exchange_unlock( exchange );
    exchange_wake( exchange );
}

void exchange_list_unused( struct exchange *exchange, char *names, size_t size )
{
    names[0] = 0;
    exchange_lock( exchange );
    if (exchange->epoch && !router_was_asked( exchange->router )) router_list_names( exchange->router, names, size );
    exchange_unlock( exchange );
}

/* From the server */

/* Needs the lock. */
static void exchange_trace_received( struct exchange *exchange, enum route route, const uint8_t *pdu, size_t size )
{
    enum drdynvc_cmd cmd = size ? pdu[0] >> 4 : 0;

    if (route == ROUTE_NOBODY) page_add( &exchange->page->late, 1 );
    if (route != ROUTE_CLIENT || cmd == DRDYNVC_CMD_CAPABILITIES)
        trace_pdu( exchange->trace, route == ROUTE_NOBODY ? TRACE_LATE : TRACE_RECEIVED, pdu, size );
}

/* Needs the lock. */
static void exchange_take_for_client( struct exchange *exchange, struct packet_queue *to_client )
{
    struct packet *packet;

    packet_queue_init( to_client );
    while ((packet = router_take( exchange->router, ROUTE_CLIENT ))) packet_queue_push( to_client, packet );
}

/* Needs the lock. */
static bool exchange_may_begin_anew( struct exchange *exchange )
{
    uint64_t now = clock_ms();

    if (now - exchange->anew_time >= 1000)
    {
        exchange->anew_time = now;
        exchange->anew = 0;
    }
    return exchange->anew++ < MAX_ANEW;
}

enum route exchange_route( struct exchange *exchange, const uint8_t *pdu, size_t size, struct packet_queue *to_client )
{
    bool needed = trace_is_wanted( exchange->trace );
    unsigned int host = 0;
    enum route route = ROUTE_CLIENT;
    struct port *port;

    exchange_lock( exchange );
    if (exchange->connected)
    {
        route = router_server_pdu( exchange->router, pdu, size, clock_ms(), &host );
        if (route == ROUTE_EPOCH && !exchange_may_begin_anew( exchange )) route = ROUTE_CLIENT;
        if (route == ROUTE_EPOCH) /* another server, to which FreeRDP was redirected */
        {
            exchange_end_epoch( exchange, 0 );
            exchange_begin_epoch( exchange );
            route = router_server_pdu( exchange->router, pdu, size, clock_ms(), &host );
        }
        exchange_trace_received( exchange, route, pdu, size );
        exchange_serve_hosts( exchange );
        if (route == ROUTE_HOST && (port = ports_find( &exchange->ports, host )))
            exchange_send_pdu( exchange, port, pdu, size );
        if (route == ROUTE_TAKEN || router_has_packets( exchange->router, ROUTE_SERVER ) ||
            router_has_notes( exchange->router )) needed = true;
    }
    exchange_take_for_client( exchange, to_client );
    exchange_unlock( exchange );
    if (needed) exchange_wake( exchange );
    return route;
}

bool exchange_claims( struct exchange *exchange, const uint8_t *chunk, size_t size )
{
    bool claimed;

    exchange_lock( exchange );
    claimed = exchange->connected && router_claims( exchange->router, chunk, size );
    exchange_unlock( exchange );
    return claimed;
}

void exchange_break( struct exchange *exchange, const uint8_t *chunk, size_t size )
{
    exchange_lock( exchange );
    page_add( &exchange->page->oversized, 1 );
    router_break( exchange->router, chunk, size );
    exchange_serve_hosts( exchange );
    exchange_unlock( exchange );
}

void exchange_expire( struct exchange *exchange, struct packet_queue *to_client )
{
    exchange_lock( exchange );
    if (exchange->connected) router_expire( exchange->router, clock_ms() );
    exchange_serve_hosts( exchange );
    exchange_take_for_client( exchange, to_client );
    exchange_unlock( exchange );
}

/* To the server. All here needs the lock. */

/* The next PDU of a host, if that may go out. */
static struct packet *exchange_take_pdu( struct exchange *exchange, struct port *port )
{
    struct packet *packet = lanes_pop( &port->pdus );
    const char *rule;

    exchange->ports.turn = port->number;
    port->credit += packet->size; /* the client sends it before it takes another */
    if (packet->kind)
    {
        if (!exchange_may_send_chunk( exchange, port, packet ))
        {
            free( packet );
            packet = NULL;
        }
        exchange_check_gone( exchange, port );
        return packet;
    }
    switch (router_host_pdu( exchange->router, port->number, packet->data, packet->size, &rule ))
    {
    case ROUTE_SERVER:
        trace_pdu( exchange->trace, TRACE_SENT, packet->data, packet->size );
        exchange_check_gone( exchange, port );
        return packet;
    case ROUTE_BROKEN:
        exchange_note_breach( exchange, port, rule );
        break;
    default: /* FreeRDP answers the server's capabilities */
        if (packet->data[0] >> 4 != DRDYNVC_CMD_CAPABILITIES) page_add( &exchange->page->dropped, 1 );
        break;
    }
    exchange_check_gone( exchange, port );
    free( packet );
    return NULL;
}

/* What the router says in the place of a host. */
static struct packet *exchange_take_answer( struct exchange *exchange )
{
    struct packet *packet = router_take( exchange->router, ROUTE_SERVER );

    if (!packet) return NULL;
    page_add( &exchange->page->answered, 1 );
    trace_pdu( exchange->trace, TRACE_ANSWERED, packet->data, packet->size );
    return packet;
}

bool exchange_take_pdus( struct exchange *exchange, size_t room, struct packet_queue *pdus )
{
    unsigned int dropped = 0;
    struct packet *packet;
    struct port *port;

    packet_queue_init( pdus );
    exchange_lock( exchange );
    while (exchange->connected && pdus->bytes < room && dropped < MAX_DROPPED)
    {
        if (!(packet = exchange_take_answer( exchange )) && !(packet = exchange_take_cut( exchange )))
        {
            if (!(port = ports_next( &exchange->ports ))) break;
            packet = exchange_take_pdu( exchange, port );
            exchange_serve_hosts( exchange ); /* a refused channel may have gone to another host */
        }
        if (packet) packet_queue_push( pdus, packet );
        else dropped++;
    }
    exchange_unlock( exchange );
    return dropped == MAX_DROPPED;
}

/* Batches */

bool exchange_token_returns( struct exchange *exchange, uintptr_t token )
{
    bool counts;

    exchange_lock( exchange );
    counts = exchange->posted && token == exchange->token;
    exchange_unlock( exchange );
    return counts;
}

void exchange_end_batch( struct exchange *exchange, bool token, uint64_t pause )
{
    uint64_t now = clock_us();
    struct port *port;
    bool needed;

    exchange_lock( exchange );
    if (token) exchange->posted = false;
    exchange->main_sends = false;
    exchange->batch_time = pause ? now + pause : 0;
    needed = (exchange->connected && exchange_has_output( exchange )) || trace_is_wanted( exchange->trace ) ||
             router_has_notes( exchange->router );
    for (port = exchange->ports.first; port; port = port->next)
    {
        if (port->credit >= PORT_CREDIT_BYTES) port_return_credit( port, &exchange->tight, now / 1000 );
        if (port->credit && !port->purging) exchange_need_visit( exchange, now / 1000 + PORT_CREDIT_MS );
        if (port->out.head || port->rule) needed = true;
        port_show( port );
    }
    /* while a token was on its way the I/O thread had no other to ask for */
    if (exchange->connected) exchange_need_visit( exchange, router_deadline( exchange->router ) );
    exchange_unlock( exchange );
    if (needed) exchange_wake( exchange );
}

void exchange_tighten( struct exchange *exchange, size_t window )
{
    exchange_lock( exchange );
    exchange->tight.time = clock_ms() + TIGHT_MS;
    exchange->tight.window = window;
    exchange_unlock( exchange );
}
