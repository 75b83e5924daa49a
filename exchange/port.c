/*
 * A host's place in the exchange: its socket and what waits there
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

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "drdynvc.h"
#include "port.h"

struct port *port_create( unsigned int number, int fd, const struct name_list *servers )
{
    struct port *port = calloc( 1, sizeof(*port) );

    if (!port) return NULL;
    port->number = number;
    port->fd = fd;
    port->servers = servers;
    port->credit_time = port->awaited = UINT64_MAX;
    pthread_mutex_init( &port->reading, NULL );
    packet_queue_init( &port->out );
    lanes_init( &port->pdus );
    packet_queue_init( &port->control );
    return port;
}

void port_destroy( struct port *port )
{
    port_close( port );
    lanes_clear( &port->pdus );
    packet_queue_clear( &port->control );
    pthread_mutex_destroy( &port->reading );
    free( port );
}

/* To the host */

struct credit_frame
{
    struct winedvc_frame  frame;
    struct winedvc_credit credit;
};

static size_t port_write( struct port *port, struct iovec *parts, size_t count )
{
    struct msghdr message = { .msg_iov = parts, .msg_iovlen = count };
    ssize_t sent = sendmsg( port->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL );

    return sent < 0 ? 0 : sent; /* whatever is wrong with the socket is found by its reader */
}

/* Keeps what the socket did not take. */
static void port_queue( struct port *port, const struct iovec *parts, size_t count, size_t total, size_t sent )
{
    struct packet *packet;
    size_t i, used = 0;

    if (packet_queue_memory( &port->out, total ) > PORT_MAX_UNREAD)
    {
        port->rule = "a host reads what it is sent";
        return;
    }
    if (!(packet = packet_alloc( total )))
    {
        port->no_memory = true;
        return;
    }
    for (i = 0; i < count; used += parts[i++].iov_len)
        if (parts[i].iov_len) memcpy( packet->data + used, parts[i].iov_base, parts[i].iov_len );
    if (!port->out.head) port->out_offset = sent;
    packet_queue_push( &port->out, packet );
}

void port_send( struct port *port, uint16_t stream, uint16_t flags, const void *first, size_t first_size,
                const void *second, size_t second_size, size_t credit )
{
    struct winedvc_frame frame = { .size = first_size + second_size, .stream = stream, .flags = flags };
    struct credit_frame returned =
    {
        { sizeof(returned.credit), WINEDVC_STREAM_CONTROL, WINEDVC_CREDIT }, { credit },
    };
    struct iovec parts[] =
    {
        { &returned, credit ? sizeof(returned) : 0 }, { &frame, sizeof(frame) },
        { (void *)first, first_size }, { (void *)second, second_size },
    };
    size_t sent = 0, total = parts[0].iov_len + sizeof(frame) + frame.size;

    if (port->fd < 0 || port->rule || port->no_memory) return;
    port->window -= credit;
    port->credit -= credit;
    if (!port->out.head) sent = port_write( port, parts, 4 );
    if (sent < total) port_queue( port, parts, 4, total, sent );
}

void port_flush( struct port *port )
{
    while (port->fd >= 0 && port->out.head)
    {
        struct packet *packet = port->out.head;
        struct iovec part = { packet->data + port->out_offset, packet->size - port->out_offset };
        size_t sent = port_write( port, &part, 1 );

        port->out_offset += sent;
        if (sent < part.iov_len) return;
        free( packet_queue_pop( &port->out ) );
        port->out_offset = 0;
    }
}

void port_close( struct port *port )
{
    if (port->fd < 0) return;
    close( port->fd );
    port->fd = -1;
    packet_queue_clear( &port->out );
}

/* From the host */

ssize_t port_receive( struct port *port, void *buffer, size_t size )
{
    ssize_t received;

    do received = recv( port->fd, buffer, size, MSG_DONTWAIT );
    while (received < 0 && errno == EINTR);
    return received;
}

/* Does this PDU wait for credit? The others are bounded for memory's sake. */
static bool needs_credit( uint8_t header )
{
    switch (header >> 4)
    {
    case DRDYNVC_CMD_CREATE:
    case DRDYNVC_CMD_CLOSE:
    case DRDYNVC_CMD_CAPABILITIES:
        return false;
    default:
        return true;
    }
}

static void port_decode_pdu( struct port *port, const uint8_t *body, size_t size, struct intake *intake )
{
    struct packet *packet;

    if (!port->greeted) intake->rule = "a host begins with HELLO";
    else if (!port->number) intake->rule = "the search sends no PDU";
    else if (!size) intake->rule = "a PDU has 1 to 1600 bytes";
    else if (!(packet = packet_create( body, size ))) intake->no_memory = true;
    else
    {
        /* a channel's id begins behind the header with its lowest byte, however long it is */
        lanes_push( &intake->pdus, size > 1 ? body[1] : 0, packet );
        intake->count++;
        if (needs_credit( *body )) intake->data_end = intake->pdus.bytes;
    }
}

/* A chunk of a static channel; what it says is checked when it goes out. */
static void port_decode_chunk( struct port *port, const struct winedvc_frame *frame, const uint8_t *body,
                               struct intake *intake )
{
    struct packet *packet;

    if (!port->greeted) intake->rule = "a host begins with HELLO";
    else if (!port->number) intake->rule = "the search sends no PDU";
    else if (frame->size <= sizeof(struct winedvc_chunk)) intake->rule = "a chunk of a static channel has 1 to 1600 bytes";
    else if (!(packet = packet_create( body, frame->size ))) intake->no_memory = true;
    else
    {
        packet->kind = (unsigned int)frame->flags << 16 | frame->stream;
        lanes_push( &intake->pdus, frame->stream, packet );
        intake->count++;
        intake->data_end = intake->pdus.bytes;
    }
}

static void port_decode_picture( struct port *port, const uint8_t *body, size_t size, struct intake *intake )
{
    struct packet *packet;

    if (!port->greeted) intake->rule = "a host begins with HELLO";
    else if (!port->number) intake->rule = "the search sends no picture";
    else if (!(packet = packet_create( body, size ))) intake->no_memory = true;
    else packet_queue_push( &intake->pictures, packet );
}

const char *port_speaks( struct port *port, size_t size )
{
    uint64_t now = clock_ms();

    if (now - port->budget_time >= 1000)
    {
        port->budget_time = now;
        port->budget = 0;
    }
    port->budget += (uint64_t)PORT_CONTROL_COST + size;
    if (port->budget <= PORT_CONTROL_BUDGET) return NULL;
    return "a host sends no more than 2 MiB of control frames in a second, each of which counts 256 bytes more";
}

static void port_decode_control( struct port *port, enum winedvc_control type, const uint8_t *body, size_t size,
                                 struct intake *intake )
{
    struct winedvc_connected purged;
    struct packet *packet;

    if (!port->greeted && type != WINEDVC_HELLO) intake->rule = "a host begins with HELLO";
    else if ((intake->rule = port_speaks( port, size ))) return;
    else if (type == WINEDVC_PURGED)
    {
        if (!frame_take( &purged, sizeof(purged), &body, &size )) intake->rule = "a control frame holds what its type says";
        intake->purged = true;
        intake->epoch = purged.epoch;
    }
    else if (type == WINEDVC_PONG) intake->pong = true;
    else if (!(packet = packet_create( body, size ))) intake->no_memory = true;
    else
    {
        port->greeted = true;
        packet->kind = type;
        packet_queue_push( &intake->control, packet );
    }
}

void port_decode( struct port *port, const uint8_t **data, size_t *size, struct intake *intake )
{
    struct winedvc_frame frame;
    const uint8_t *body;

    memset( intake, 0, sizeof(*intake) );
    packet_queue_init( &intake->control );
    packet_queue_init( &intake->pictures );
    while (!intake->rule && !intake->no_memory && !intake->purged)
    {
        switch (frame_read( &port->reader, data, size, &frame, &body ))
        {
        case FRAME_NONE:
            return;
        case FRAME_TOO_LONG:
            intake->rule = "a frame is no longer than its kind may be";
            return;
        case FRAME_UNKNOWN:
            intake->rule = port_speaks( port, frame.size );
            break;
        case FRAME_COMPLETE:
            if (frame.stream == WINEDVC_STREAM_DRDYNVC) port_decode_pdu( port, body, frame.size, intake );
            else if (frame.stream == WINEDVC_STREAM_CONTROL)
                port_decode_control( port, frame.flags, body, frame.size, intake );
            else if (frame.stream == WINEDVC_STREAM_PICTURE) port_decode_picture( port, body, frame.size, intake );
            else port_decode_chunk( port, &frame, body, intake );
            break;
        }
    }
}

unsigned int port_accept( struct port *port, struct intake *intake, bool connected )
{
    bool dropped = !connected || !port->takes_part || port->purging || port->rule;

    port->heard = true;
    if (intake->pong)
    {
        port->awaited = UINT64_MAX;
        port->pinged = false;
    }
    else if (port->awaited != UINT64_MAX) port->awaited = clock_ms();
    if ((intake->data_end && port->window + intake->data_end > WINEDVC_WINDOW) ||
        port->window + intake->pdus.bytes > WINEDVC_WINDOW + PORT_MAX_ANSWERS)
        intake->rule = "a host sends no more than its window";
    port->window += intake->pdus.bytes;
    if (dropped) port->credit += intake->pdus.bytes;
    else lanes_append( &port->pdus, &intake->pdus );
    packet_queue_append( &port->control, &intake->control );
    if (!port->rule) port->rule = intake->rule;
    if (intake->no_memory) port->no_memory = true;
    return dropped ? intake->count : 0;
}

unsigned int port_drop_pdus( struct port *port )
{
    struct packet *packet;
    unsigned int count = 0;

    port->credit += port->pdus.bytes;
    for (; (packet = lanes_pop( &port->pdus )); count++) free( packet );
    return count;
}

void port_show( const struct port *port )
{
    if (!port->page) return;
    page_store( &port->page->queued, port->pdus.bytes );
    page_store( &port->page->unread, port->out.bytes );
}

/* Credit */

size_t port_credit( const struct port *port, const struct tight *tight, uint64_t now )
{
    size_t kept = 0;

    if (port->purging) return 0;
    if (now < tight->time && tight->window < WINEDVC_WINDOW) kept = WINEDVC_WINDOW - tight->window;
    return port->credit > kept ? port->credit - kept : 0;
}

void port_return_credit( struct port *port, const struct tight *tight, uint64_t now )
{
    size_t bytes = port_credit( port, tight, now );
    struct winedvc_credit credit = { bytes };

    if (!bytes) /* what is kept back may go when the windows are not tight any more, or when the host says PURGED */
    {
        port->credit_time = port->credit && !port->purging ? tight->time : UINT64_MAX;
        return;
    }
    if (port->credit_time > now + PORT_CREDIT_MS) port->credit_time = now + PORT_CREDIT_MS;
    if (bytes < PORT_CREDIT_BYTES && now < port->credit_time) return;
    port->window -= bytes;
    port->credit -= bytes;
    port->credit_time = port->credit ? tight->time : UINT64_MAX;
    port_send( port, WINEDVC_STREAM_CONTROL, WINEDVC_CREDIT, &credit, sizeof(credit), NULL, 0, 0 );
}

/* All of a session */

void ports_init( struct ports *ports )
{
    ports->first = NULL;
    ports->turn = 0;
    ports->epoll = epoll_create1( EPOLL_CLOEXEC );
    ports->alarm = epoll_create1( EPOLL_CLOEXEC );
    if (!epoll_ctl( ports->alarm, EPOLL_CTL_ADD, ports->epoll, &(struct epoll_event){ 0 } )) return;
    if (ports->epoll >= 0) close( ports->epoll );
    ports->epoll = -1;
}

void ports_clear( struct ports *ports )
{
    while (ports->first) ports_remove( ports, ports->first );
    if (ports->epoll >= 0) close( ports->epoll );
    if (ports->alarm >= 0) close( ports->alarm );
}

void ports_add( struct ports *ports, struct port *port )
{
    struct port **end = &ports->first;

    while (*end) end = &(*end)->next;
    *end = port;
}

void ports_remove( struct ports *ports, struct port *port )
{
    struct port **link = &ports->first;

    while (*link != port) link = &(*link)->next;
    *link = port->next;
    port_destroy( port );
}

struct port *ports_find( const struct ports *ports, unsigned int number )
{
    struct port *port = ports->first;

    while (port && port->number != number) port = port->next;
    return port;
}

struct port *ports_next( const struct ports *ports )
{
    struct port *port, *first = NULL;

    for (port = ports->first; port; port = port->next)
    {
        if (!port->pdus.waiting) continue;
        if (port->number > ports->turn) return port;
        if (!first) first = port;
    }
    return first;
}

void ports_watch( struct ports *ports, struct port *port )
{
    struct epoll_event event = { .events = EPOLLIN, .data.u32 = port->number };

    port->watched = ports->epoll >= 0 && port->fd >= 0 && !epoll_ctl( ports->epoll, EPOLL_CTL_ADD, port->fd, &event );
}

void ports_unwatch( struct ports *ports, struct port *port )
{
    if (port->watched) epoll_ctl( ports->epoll, EPOLL_CTL_DEL, port->fd, NULL );
    port->watched = false;
}

void ports_arm( const struct ports *ports, bool armed )
{
    struct epoll_event event = { .events = armed ? EPOLLIN | EPOLLONESHOT : 0 };

    epoll_ctl( ports->alarm, EPOLL_CTL_MOD, ports->epoll, &event );
}

bool ports_stop_alarm( const struct ports *ports )
{
    struct epoll_event event;

    return epoll_wait( ports->alarm, &event, 1, 0 ) > 0;
}

size_t ports_list_ready( const struct ports *ports, unsigned int numbers[PORTS_READY] )
{
    struct epoll_event events[PORTS_READY];
    int i, count = epoll_wait( ports->epoll, events, PORTS_READY, 0 );

    for (i = 0; i < count; i++) numbers[i] = events[i].data.u32;
    return count > 0 ? count : 0;
}
