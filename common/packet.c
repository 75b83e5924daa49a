/*
 * Packets on the heap and queues of them
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

#include "packet.h"

struct packet *packet_alloc( size_t size )
{
    struct packet *packet = malloc( sizeof(*packet) + size );

    if (!packet) return NULL;
    packet->next = NULL;
    packet->host = 0;
    packet->kind = 0;
    packet->size = size;
    return packet;
}

struct packet *packet_create( const void *data, size_t size )
{
    struct packet *packet = packet_alloc( size );

    if (packet && size) memcpy( packet->data, data, size );
    return packet;
}

void packet_queue_init( struct packet_queue *queue )
{
    queue->head = NULL;
    queue->tail = &queue->head;
    queue->bytes = 0;
    queue->count = 0;
}

void packet_queue_push( struct packet_queue *queue, struct packet *packet )
{
    packet->next = NULL;
    *queue->tail = packet;
    queue->tail = &packet->next;
    queue->bytes += packet->size;
    queue->count++;
}

struct packet *packet_queue_pop( struct packet_queue *queue )
{
    struct packet *packet = queue->head;

    if (!packet) return NULL;
    if (!(queue->head = packet->next)) queue->tail = &queue->head;
    queue->bytes -= packet->size;
    queue->count--;
    return packet;
}

void packet_queue_move( struct packet_queue *to, struct packet_queue *from )
{
    *to = *from;
    if (!to->head) to->tail = &to->head;
    packet_queue_init( from );
}

void packet_queue_append( struct packet_queue *queue, struct packet_queue *from )
{
    if (!from->head) return;
    *queue->tail = from->head;
    queue->tail = from->tail;
    queue->bytes += from->bytes;
    queue->count += from->count;
    packet_queue_init( from );
}

void packet_queue_clear( struct packet_queue *queue )
{
    struct packet *packet;

    while ((packet = packet_queue_pop( queue ))) free( packet );
}

size_t packet_queue_memory( const struct packet_queue *queue, size_t size )
{
    return queue->bytes + size + (queue->count + 1) * PACKET_COST;
}
