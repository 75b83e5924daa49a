/*
 * One message on its way to the transport
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

#include <string.h>

#include <stdarg.h>

#include "windef.h"
#include "winbase.h"
#include "ole2.h"
#include "wine/mstscax.h"

#include "pool.h"
#include "write.h"

/* Blocks of the pool hold this much of a message. */
#define LARGEST_PART (POOL_LARGEST - sizeof(struct write))

static void free_in_pool( struct write *write )
{
    pool_free( write );
}

static void abandon( struct write *write )
{
    struct node *next;

    for (; write; write = (struct write *)next)
    {
        next = write->node.next;
        pool_free( write );
    }
}

struct write *write_create( struct channel *channel, UINT32 channel_id, DWORD connection, const void *message,
                            UINT32 size, struct write **oldest )
{
    struct write *newest = NULL, *write;
    UINT32 done = 0;
    SIZE_T room;

    do
    {
        room = drdynvc_fragments_size( channel_id, size, done, WINE_DVC_HEADROOM );
        room = room && room < LARGEST_PART ? room : LARGEST_PART;
        if (!(write = pool_alloc( sizeof(*write) + room )))
        {
            abandon( newest );
            return NULL;
        }
        write->node.kind = NODE_DATA;
        write->node.channel = channel;
        write->node.next = &newest->node;
        write->ref = 1;
        write->free = free_in_pool;
        write->connection = connection;
        write->control_size = 0;
        done = drdynvc_fragments_write( &write->todo, (BYTE *)(write + 1), room, WINE_DVC_HEADROOM, channel_id,
                                        message, size, done );
        write->completed = write->todo;
        if (!newest) *oldest = write;
        newest = write;
    } while (done < size);
    return newest;
}

LONG64 write_cost( const struct write *write )
{
    return pool_size( write );
}

LONG64 write_cost_of_all( const struct write *newest )
{
    const struct node *node;
    LONG64 cost = 0;

    for (node = &newest->node; node; node = node->next)
        cost += write_cost( CONTAINING_RECORD( node, struct write, node ) );
    return cost;
}

void write_init_control( struct write *write, struct channel *channel, DWORD connection, const void *pdu,
                         SIZE_T size, void (*free)( struct write *write ) )
{
    write->node.kind = NODE_CONTROL;
    write->node.channel = channel;
    write->ref = 1;
    write->free = free;
    write->connection = connection;
    write->control_size = size;
    memcpy( write_control_pdu( write ), pdu, size );
}

struct write *write_create_control( DWORD connection, const void *pdu, SIZE_T size )
{
    struct write *write = pool_alloc( sizeof(*write) + WINE_DVC_HEADROOM + size );

    if (write) write_init_control( write, NULL, connection, pdu, size, free_in_pool );
    return write;
}

BYTE *write_control_pdu( struct write *write )
{
    return (BYTE *)(write + 1) + WINE_DVC_HEADROOM;
}

void write_addref( struct write *write )
{
    InterlockedIncrement( &write->ref );
}

void write_release( struct write *write )
{
    if (!InterlockedDecrement( &write->ref )) write->free( write );
}

SIZE_T write_next_completed( struct write *write )
{
    size_t size = write->control_size;

    if (!size) drdynvc_fragments_next( &write->completed, &size );
    return size;
}

BOOL write_is_through( const struct write *write )
{
    struct drdynvc_fragments cursor = write->todo;
    size_t size;

    return !drdynvc_fragments_next( &cursor, &size );
}
