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
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "clock.h"
#include "drdynvc.h"
#include "exchange.h"
#include "port.h"

/* A host that is silent for so long after it had something to do is the supervisor's business. */
#define AWAIT_MS 5000
/* The windows are tight for so long after the link was busy. */
#define TIGHT_MS 250
/* The client's main thread reads a host so often at once: what waits in its socket can not take turns. */
#define MAIN_READS 5
/* So many of the client are looked at while a host is awaited. */
#define AWAIT_DESCRIPTORS 4

struct exchange
{
    pthread_mutex_t lock;
    pthread_cond_t  known;          /* signals static_known */
    int             wake;           /* eventfd */
    struct trace   *trace;
    exchange_post  *post;
    void           *context;        /* of post */

    /* protected by lock */
    struct router  *router;
    struct ports    ports;
    struct statics  statics;
    bool            static_known;   /* the client need not wait */
    unsigned int    hold;           /* milliseconds that it waits at most */
    const struct name_list *own_names;
    bool            connected;
    bool            main_reads;
    bool            loop_waits;     /* the main loop, for the hosts; else the alarm wakes the I/O thread */
    bool            main_sends;     /* it has read some, and a batch follows */
    uint32_t        epoch;          /* counts connections */
    char            server[256];
    uintptr_t       token;          /* the last that was posted: only this one counts when it returns */
    bool            posted;         /* and has not returned */
    uint64_t        batch_time;     /* no token is posted before it, in microseconds */
    uint64_t        visit_time;     /* the I/O thread comes round by then, in milliseconds; UINT64_MAX if it need not */
    struct tight    tight;
    struct page_traffic *page;      /* what the user sees, with what we ignored, dropped or said in a host's place */
};

static void exchange_lock( struct exchange *exchange )
{
    pthread_mutex_lock( &exchange->lock );
}

static void exchange_unlock( struct exchange *exchange )
{
    pthread_mutex_unlock( &exchange->lock );
}

/* Life */

struct exchange *exchange_create( const struct name_list *client_names, struct trace *trace, struct page *page,
                                  exchange_post *post, void *context )
{
    struct exchange *exchange = calloc( 1, sizeof(*exchange) );
    pthread_condattr_t monotonic;

    if (!exchange) return NULL;
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
    exchange->context = context;
    exchange->wake = eventfd( 0, EFD_CLOEXEC | EFD_NONBLOCK );
    exchange->visit_time = UINT64_MAX;
    ports_init( &exchange->ports );
    if ((exchange->router = router_create( client_names ))) router_show( exchange->router, exchange->page );
    if (exchange->wake >= 0 && exchange->router) return exchange;
    exchange_destroy( exchange );
    return NULL;
}

void exchange_destroy( struct exchange *exchange )
{
    ports_clear( &exchange->ports );
    statics_clear( &exchange->statics );
    if (exchange->router) router_destroy( exchange->router );
    if (exchange->wake >= 0) close( exchange->wake );
    pthread_cond_destroy( &exchange->known );
    pthread_mutex_destroy( &exchange->lock );
    free( exchange );
}

void exchange_wake( struct exchange *exchange )
{
    eventfd_write( exchange->wake, 1 );
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

/* The I/O thread sleeps until it has something to do; on the client's main thread that may come to be. */
static void exchange_need_visit( struct exchange *exchange, uint64_t time )
{
    if (exchange->visit_time <= time) return;
    exchange->visit_time = 0;
    exchange_wake( exchange );
}

/* A host that has ended is gone when its last PDU is. */
static void exchange_check_gone( struct exchange *exchange, struct port *port )
{
    if (!port->ended || port->pdus.waiting) return;
    router_remove_host( exchange->router, port->number );
    statics_lose_host( &exchange->statics, port->number );
    ports_remove( &exchange->ports, port );
}

/* Is it a host of plug-ins that the connection concerns? */
static bool port_is_told( const struct port *port )
{
    return port->number && port->admitted && port->takes_part;
}

static void exchange_send_frame( struct exchange *exchange, struct port *port, uint16_t stream, uint16_t flags,
                                 const void *first, size_t first_size, const void *second, size_t second_size )
{
    uint64_t now = clock_ms();
    size_t credit = port->credit ? port_credit( port, &exchange->tight, now ) : 0;

    port_send( port, stream, flags, first, first_size, second, second_size, credit );
    if (port->awaited == UINT64_MAX) exchange_need_visit( exchange, (port->awaited = now) + AWAIT_MS );
    if (port->out.head || port->rule || port->no_memory) exchange_wake( exchange );
}

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
}

/* Which of its static channels the server has, and what has come there meanwhile. */
static void exchange_tell_joined( struct exchange *exchange, struct port *port )
{
    struct static_channel *channel = exchange->statics.channels, *end = channel + exchange->statics.count;
    struct winedvc_joined joined;
    struct packet *packet;

    if (!port->ready || !statics_of_host( &exchange->statics, port->number, &joined.streams )) return;
    port_send( port, WINEDVC_STREAM_CONTROL, WINEDVC_JOINED, &joined, sizeof(joined), exchange->server,
               strlen( exchange->server ) + 1, 0 );
    for (; channel < end; channel++)
    {
        if (channel->host != port->number) continue;
        channel->ready = true;
        for (; (packet = packet_queue_pop( &channel->held )); free( packet ))
            exchange_send_frame( exchange, port, channel->stream, packet->kind, packet->data, packet->size, NULL, 0 );
    }
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
    if (exchange->connected && port_is_told( port )) exchange_tell_joined( exchange, port );
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

/* Static channels */

/* Needs the lock. */
static enum name_result exchange_find_static( struct exchange *exchange, const char *name, uint32_t options,
                                              struct static_channel **channel )
{
    if (!static_name_is_valid( name )) return NAME_INVALID;
    if (!(*channel = statics_add( &exchange->statics, name, options ))) return NAME_FULL;
    (*channel)->def.taken = exchange->own_names && name_list_has( exchange->own_names, name );
    return NAME_OK;
}

enum name_result exchange_declare_static( struct exchange *exchange, const char *name, uint32_t options )
{
    struct static_channel *channel;
    enum name_result result;

    exchange_lock( exchange );
    result = exchange_find_static( exchange, name, options, &channel );
    exchange_unlock( exchange );
    return result;
}

enum name_result exchange_add_static( struct exchange *exchange, struct port *port, uint16_t stream, const char *name,
                                      uint32_t options, bool *late )
{
    struct static_channel *channel;
    enum name_result result;
    size_t count;

    exchange_lock( exchange );
    count = exchange->statics.count;
    result = exchange_find_static( exchange, name, options, &channel );
    *late = exchange->static_known && exchange->statics.count > count;
    if (!result && channel->host && channel->host != port->number && ports_find( &exchange->ports, channel->host ) &&
        !ports_find( &exchange->ports, channel->host )->ended) result = NAME_UNKNOWN;
    if (!result) static_give( channel, port->number, stream );
    exchange_unlock( exchange );
    return result;
}

void exchange_set_static_known( struct exchange *exchange )
{
    exchange_lock( exchange );
    exchange->static_known = true;
    pthread_cond_broadcast( &exchange->known );
    exchange_unlock( exchange );
}

size_t exchange_await_static( struct exchange *exchange, struct static_def defs[WINEDVC_MAX_STATIC] )
{
    uint64_t start = clock_ms(), end;
    struct timespec time;
    size_t i, count;

    exchange_lock( exchange );
    while (!exchange->static_known && (end = start + exchange->hold) > clock_ms())
    {
        time.tv_sec = end / 1000;
        time.tv_nsec = end % 1000 * 1000000;
        pthread_cond_timedwait( &exchange->known, &exchange->lock, &time );
    }
    count = exchange->statics.count;
    for (i = 0; i < count; i++) defs[i] = exchange->statics.channels[i].def;
    exchange_unlock( exchange );
    return count;
}

void exchange_set_static_id( struct exchange *exchange, const char *name, uint16_t id )
{
    struct statics *statics = &exchange->statics;
    size_t i;

    exchange_lock( exchange );
    for (i = 0; i < statics->count; i++)
        if (!strcmp( statics->channels[i].def.name, name )) statics->channels[i].id = id;
    exchange_unlock( exchange );
}

enum static_route exchange_receive_static( struct exchange *exchange, uint16_t id, const uint8_t *chunk, size_t size,
                                           uint32_t flags, uint32_t total )
{
    struct static_channel *channel = exchange->statics.channels, *end;
    enum static_route route = STATIC_DROPPED;
    struct port *port;

    exchange_lock( exchange );
    for (end = channel + exchange->statics.count; channel < end && channel->id != id; channel++) continue;
    if (channel < end && exchange->connected && size <= WINEDVC_MAX_MESSAGE - sizeof(struct winedvc_chunk))
        route = static_receive( channel, chunk, size, flags, total );
    if (route == STATIC_HOST && (port = ports_find( &exchange->ports, channel->host )))
        exchange_send_frame( exchange, port, channel->stream, flags, &total, sizeof(total), chunk, size );
    exchange_unlock( exchange );
    return route;
}

/* Reading hosts, on either thread */

/* Takes in what was read. Needs the port's "reading". */
static void exchange_take_in( struct exchange *exchange, struct port *port, const uint8_t *data, size_t size )
{
    struct intake intake;

    do
    {
        port_decode( port, &data, &size, &intake );
        exchange_lock( exchange );
        page_add( &exchange->page->dropped, port_accept( port, &intake, exchange->connected ) );
        if (intake.purged && port->purging)
        {
            port->window = port->credit = 0;
            /* of several connections that ended the last counts */
            if (intake.epoch == exchange->epoch - exchange->connected) port->purging = false;
        }
        exchange_unlock( exchange );
        lanes_clear( &intake.pdus ); /* what was dropped */
        packet_queue_clear( &intake.control );
    }
    while (intake.purged);
}

enum port_status exchange_read( struct exchange *exchange, struct port *port, uint8_t *buffer, size_t size )
{
    ssize_t received;

    pthread_mutex_lock( &port->reading );
    received = port_receive( port, buffer, size );
    if (received > 0) exchange_take_in( exchange, port, buffer, received );
    pthread_mutex_unlock( &port->reading );
    if (received < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return PORT_EMPTY;
    if (received <= 0) return PORT_ENDED;
    return (size_t)received == size ? PORT_MORE : PORT_SOME;
}

/* The I/O thread hears when a host has sent something; or, while the main thread sees to that itself, does not. */
static void exchange_arm( struct exchange *exchange, bool armed )
{
    if (!exchange->loop_waits) ports_arm( &exchange->ports, armed );
}

/* On the main thread. Returns true if the I/O thread has something to do. */
static bool exchange_read_one( struct exchange *exchange, unsigned int number, uint8_t *buffer, size_t size )
{
    struct port *port;
    ssize_t received;
    unsigned int reads = MAIN_READS;
    bool needed;

    exchange_lock( exchange );
    port = ports_find( &exchange->ports, number );
    if (port && (port->fd < 0 || pthread_mutex_trylock( &port->reading ))) port = NULL;
    exchange_unlock( exchange );
    if (!port) return false;
    do
    {
        received = port_receive( port, buffer, size );
        if (received > 0) exchange_take_in( exchange, port, buffer, received );
    }
    while (--reads && received > 0 && (size_t)received == size);
    exchange_lock( exchange );
    needed = port->control.head || port->rule || port->no_memory || !received;
    if (!received) ports_unwatch( &exchange->ports, port ); /* the supervisor deals with its end */
    exchange_unlock( exchange );
    pthread_mutex_unlock( &port->reading );
    return needed;
}

bool exchange_read_ready( struct exchange *exchange, uint8_t *buffer, size_t size )
{
    unsigned int numbers[PORTS_READY];
    size_t i, count = ports_list_ready( &exchange->ports, numbers );
    bool needed = false;

    if (!count) return false;
    exchange_lock( exchange );
    exchange->main_sends = true;
    exchange_unlock( exchange );
    for (i = 0; i < count; i++) needed |= exchange_read_one( exchange, numbers[i], buffer, size );
    if (needed) exchange_wake( exchange );
    return true;
}

int exchange_hosts_fd( const struct exchange *exchange )
{
    return exchange->ports.epoll;
}

void exchange_start_main_reads( struct exchange *exchange, bool loop_waits )
{
    exchange_lock( exchange );
    exchange->main_reads = exchange->ports.epoll >= 0;
    exchange->loop_waits = loop_waits;
    exchange_arm( exchange, true );
    exchange_unlock( exchange );
    exchange_wake( exchange );
}

void exchange_stop_main_reads( struct exchange *exchange )
{
    exchange_lock( exchange );
    exchange->main_reads = false;
    exchange_arm( exchange, false );
    exchange_unlock( exchange );
    exchange_wake( exchange );
}

int exchange_alarm_fd( const struct exchange *exchange )
{
    return exchange->ports.alarm;
}

bool exchange_stop_alarm( struct exchange *exchange )
{
    return ports_stop_alarm( &exchange->ports );
}

void exchange_restart_alarm( struct exchange *exchange )
{
    exchange_lock( exchange );
    if (exchange->main_reads) exchange_arm( exchange, true );
    exchange_unlock( exchange );
}

bool exchange_await( struct exchange *exchange, const int *descriptors, unsigned int count, unsigned int us )
{
    struct pollfd fds[1 + AWAIT_DESCRIPTORS] = { { exchange->ports.epoll, POLLIN, 0 } };
    const struct timespec timeout = { 0, us * 1000l };
    unsigned int i;

    if (!exchange->main_reads) return false; /* only this thread changes that */
    if (count > AWAIT_DESCRIPTORS) count = AWAIT_DESCRIPTORS;
    for (i = 0; i < count; i++) fds[1 + i] = (struct pollfd){ descriptors[i], POLLIN, 0 };
    exchange_arm( exchange, false );
    return ppoll( fds, 1 + count, &timeout, NULL ) > 0 && fds[0].revents;
}

short exchange_poll_events( struct exchange *exchange, struct port *port, int *fd )
{
    short events;

    exchange_lock( exchange );
    *fd = port->fd;
    events = exchange->main_reads && port->watched && !port->pinged ? 0 : POLLIN;
    if (port->out.head) events |= POLLOUT;
    exchange_unlock( exchange );
    return events;
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

static bool exchange_has_output( const struct exchange *exchange )
{
    return ports_next( &exchange->ports ) || router_has_packets( exchange->router, ROUTE_SERVER ) ||
           router_has_packets( exchange->router, ROUTE_CLIENT );
}

/* When a batch may be asked for, UINT64_MAX if there is nothing to send or one has been asked for. Needs the lock. */
static uint64_t exchange_batch_time( const struct exchange *exchange )
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

bool exchange_settle( struct exchange *exchange )
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
    uint64_t time, visit = UINT64_MAX;
    struct port *port;

    exchange_lock( exchange );
    time = exchange_batch_time( exchange );
    for (port = exchange->ports.first; port; port = port->next)
    {
        if (port->window && !port->purging && port->credit_time == UINT64_MAX)
            port->credit_time = clock_ms() + PORT_CREDIT_MS; /* the main thread need not say when it is due */
        if (port->credit_time != UINT64_MAX && port->credit_time * 1000 < time) time = port->credit_time * 1000;
        if (port->awaited != UINT64_MAX && port->awaited + AWAIT_MS < visit) visit = port->awaited + AWAIT_MS;
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
    exchange_show_connection( exchange );
    router_reset( exchange->router );
    trace_note( exchange->trace, "connection %u has ended, code %u", exchange->epoch, code );
    exchange_note_counters( exchange );
    for (port = exchange->ports.first; port; port = next)
    {
        next = port->next;
        page_add( &exchange->page->dropped, port_drop_pdus( port ) );
        if (port_is_told( port ))
        {
            port->purging = true;
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

/* Whoever breaks a rule is not heard any more. */
static void exchange_note_breach( struct exchange *exchange, struct port *port, const char *rule )
{
    if (!port->rule) port->rule = rule;
    page_add( &exchange->page->dropped, 1 + port_drop_pdus( port ) );
    exchange_wake( exchange );
}

/* The same for a chunk of a static channel. */
static bool exchange_may_send_chunk( struct exchange *exchange, struct port *port, struct packet *packet )
{
    struct static_channel *channel = statics_find( &exchange->statics, port->number, packet->kind & 0xffff );
    const char *rule = "a host sends on static channels that it has declared";

    if (channel) rule = static_check( channel, packet->data, packet->size, packet->kind >> 16 );
    if (rule) exchange_note_breach( exchange, port, rule );
    else if ((packet->host = channel->id)) return true;
    else page_add( &exchange->page->dropped, 1 );
    return false;
}

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

void exchange_take_pdus( struct exchange *exchange, size_t room, struct packet_queue *pdus )
{
    struct packet *packet;
    struct port *port;

    packet_queue_init( pdus );
    exchange_lock( exchange );
    while (exchange->connected && pdus->bytes < room)
    {
        if (!(packet = exchange_take_answer( exchange )))
        {
            if (!(port = ports_next( &exchange->ports ))) break;
            packet = exchange_take_pdu( exchange, port );
            exchange_serve_hosts( exchange ); /* a refused channel may have gone to another host */
        }
        if (packet) packet_queue_push( pdus, packet );
    }
    exchange_unlock( exchange );
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
