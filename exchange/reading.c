/*
 * Reading hosts, on the I/O thread or on the client's main thread
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
#include <poll.h>
#include <stdlib.h>

#include "exchange.h"
#include "state.h"

/* The client's main thread reads a host so often at once: what waits in its socket can not take turns. */
#define MAIN_READS 5
/* So many of the client are looked at while a host is awaited. */
#define AWAIT_DESCRIPTORS 4

/* Takes in what was read. Needs the port's "reading". */
static void exchange_take_in( struct exchange *exchange, struct port *port, const uint8_t *data, size_t size )
{
    struct intake intake;
    struct packet *part;

    do
    {
        port_decode( port, &data, &size, &intake );
        exchange_lock( exchange );
        page_add( &exchange->page->dropped, port_accept( port, &intake, exchange->connected ) );
        if (intake.purged && port->purging)
        {
            port->window = port->credit = 0;
            /* of several connections that ended the last counts */
            if (intake.epoch == port->purging) port->purging = 0;
        }
        for (; (part = packet_queue_pop( &intake.pictures )); free( part ))
            exchange_take_picture_part( exchange, port, part );
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
