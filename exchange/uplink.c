/*
 * The sockets that the client sends through
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

#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "uplink.h"

static bool is_tcp( int fd )
{
    int protocol;
    socklen_t size = sizeof(protocol);

    return fd >= 0 && !getsockopt( fd, SOL_SOCKET, SO_PROTOCOL, &protocol, &size ) && protocol == IPPROTO_TCP;
}

void uplink_find( struct uplink *uplink, const int *descriptors, size_t count )
{
    uplink->count = 0;
    for (; count && uplink->count < sizeof(uplink->sockets) / sizeof(*uplink->sockets); count--, descriptors++)
        if (is_tcp( *descriptors )) uplink->sockets[uplink->count++] = *descriptors;
}

static bool socket_sample( int fd, struct pace_sample *sample )
{
    struct pollfd state = { fd, POLLOUT, 0 };
    struct tcp_info info;
    socklen_t size = sizeof(info);
    int queued;

    if (ioctl( fd, SIOCOUTQNSD, &queued ) || queued < 0 || poll( &state, 1, 0 ) < 0 ||
        getsockopt( fd, IPPROTO_TCP, TCP_INFO, &info, &size ) ||
        size < offsetof( struct tcp_info, tcpi_bytes_acked ) + sizeof(info.tcpi_bytes_acked)) return false;
    sample->queued += queued;
    sample->taken += info.tcpi_bytes_acked;
    sample->round_trip = info.tcpi_rtt;
    if (!state.revents) sample->writable = false; /* an error is for the client to find */
    return true;
}

void uplink_sample( const struct uplink *uplink, struct pace_sample *sample )
{
    unsigned int i;

    *sample = (struct pace_sample){ .known = uplink->count, .writable = true };
    for (i = 0; i < uplink->count; i++)
        if (!socket_sample( uplink->sockets[i], sample )) sample->known = false;
}

void uplink_cork( const struct uplink *uplink, bool corked )
{
    int value = corked;
    unsigned int i;

    for (i = 0; i < uplink->count; i++)
        setsockopt( uplink->sockets[i], IPPROTO_TCP, TCP_CORK, &value, sizeof(value) );
}
