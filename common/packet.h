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

#ifndef __WINEDVC_PACKET_H
#define __WINEDVC_PACKET_H

#include <stddef.h>
#include <stdint.h>

/* A packet belongs to the queue that it is in, else to who took it out. Nothing here locks. */
struct packet
{
    struct packet *next;
    unsigned int   host;    /* whom it is for or from, where a queue serves several */
    unsigned int   kind;    /* the queue's own business */
    size_t         size;
    uint8_t        data[];
};

struct packet_queue
{
    struct packet  *head;
    struct packet **tail;
    size_t          bytes;  /* sum of the packets' sizes */
    size_t          count;
};

/* What a packet takes beside its size: its head, malloc's, and rounding. */
#define PACKET_COST (sizeof(struct packet) + 24)

/* Without contents, or with the data's. NULL without memory. */
extern struct packet *packet_alloc( size_t size );
extern struct packet *packet_create( const void *data, size_t size );

extern void packet_queue_init( struct packet_queue *queue );
extern void packet_queue_push( struct packet_queue *queue, struct packet *packet );
/* Returns NULL if there is none. */
extern struct packet *packet_queue_pop( struct packet_queue *queue );
/* Takes all that is in the other queue; to is not initialized. */
extern void packet_queue_move( struct packet_queue *to, struct packet_queue *from );
/* Moves all that is in the other queue behind what is in this one, at once. */
extern void packet_queue_append( struct packet_queue *queue, struct packet_queue *from );
extern void packet_queue_clear( struct packet_queue *queue );
/* All the memory that its packets take, and one more of that size would. */
extern size_t packet_queue_memory( const struct packet_queue *queue, size_t size );

#endif /* __WINEDVC_PACKET_H */
