/*
 * The channels of a session, by id
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

#include "mstscax_private.h"

#define MIN_SIZE 64

static struct list *get_bucket( const struct channel_table *table, UINT32 id )
{
    return &table->buckets[id & (table->size - 1)];
}

static BOOL table_grow( struct channel_table *table )
{
    unsigned int size = table->size ? table->size * 2 : MIN_SIZE, i;
    struct channel_table old = *table;
    struct channel *channel, *next;
    struct list *buckets;

    if (!(buckets = malloc( size * sizeof(*buckets) ))) return FALSE;
    for (i = 0; i < size; i++) list_init( &buckets[i] );
    table->buckets = buckets;
    table->size = size;
    for (i = 0; i < old.size; i++)
    {
        LIST_FOR_EACH_ENTRY_SAFE( channel, next, &old.buckets[i], struct channel, entry )
        {
            list_remove( &channel->entry );
            list_add_tail( get_bucket( table, channel->id ), &channel->entry );
        }
    }
    free( old.buckets );
    return TRUE;
}

BOOL table_add( struct channel_table *table, struct channel *channel )
{
    if (table->count == MAX_CHANNELS) return FALSE;
    if (table->count == table->size && !table_grow( table ) && !table->size) return FALSE;
    list_add_tail( get_bucket( table, channel->id ), &channel->entry );
    table->count++;
    return TRUE;
}

BOOL table_remove( struct channel_table *table, struct channel *channel )
{
    if (list_empty( &channel->entry )) return FALSE;
    list_remove( &channel->entry );
    list_init( &channel->entry );
    table->count--;
    return TRUE;
}

struct channel *table_find( const struct channel_table *table, UINT32 id )
{
    struct channel *channel;

    if (!table->size) return NULL;
    LIST_FOR_EACH_ENTRY( channel, get_bucket( table, id ), struct channel, entry )
        if (channel->id == id) return channel;
    return NULL;
}

void table_enum( struct channel_table *table, void (*proc)( struct channel *channel, void *context ), void *context )
{
    struct channel *channel, *next;
    unsigned int i;

    for (i = 0; i < table->size; i++)
        LIST_FOR_EACH_ENTRY_SAFE( channel, next, &table->buckets[i], struct channel, entry ) proc( channel, context );
}
