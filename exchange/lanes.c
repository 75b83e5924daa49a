/*
 * The PDUs of a host for the server, in turns
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
#include <strings.h>

#include "lanes.h"

void lanes_init( struct lanes *lanes )
{
    lanes->waiting = 0;
    lanes->turn = 0;
    lanes->bytes = 0;
}

void lanes_push( struct lanes *lanes, unsigned int channel, struct packet *packet )
{
    unsigned int lane = channel % LANES;

    if (!(lanes->waiting & 1u << lane)) packet_queue_init( &lanes->queues[lane] );
    packet_queue_push( &lanes->queues[lane], packet );
    lanes->waiting |= 1u << lane;
    lanes->bytes += packet->size;
}

void lanes_append( struct lanes *lanes, struct lanes *from )
{
    uint32_t left;

    for (left = from->waiting; left; left &= left - 1)
    {
        unsigned int lane = ffs( left ) - 1;

        if (lanes->waiting & 1u << lane) packet_queue_append( &lanes->queues[lane], &from->queues[lane] );
        else packet_queue_move( &lanes->queues[lane], &from->queues[lane] );
    }
    lanes->waiting |= from->waiting;
    lanes->bytes += from->bytes;
    lanes_init( from );
}

struct packet *lanes_pop( struct lanes *lanes )
{
    uint32_t later = lanes->waiting & UINT32_MAX << lanes->turn;
    struct packet *packet;
    unsigned int lane;

    if (!lanes->waiting) return NULL;
    lane = ffs( later ? later : lanes->waiting ) - 1;
    packet = packet_queue_pop( &lanes->queues[lane] );
    if (!lanes->queues[lane].head) lanes->waiting &= ~(1u << lane);
    lanes->turn = (lane + 1) % LANES;
    lanes->bytes -= packet->size;
    return packet;
}

void lanes_clear( struct lanes *lanes )
{
    struct packet *packet;

    while ((packet = lanes_pop( lanes ))) free( packet );
}
