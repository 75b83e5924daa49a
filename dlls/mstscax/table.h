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

#ifndef __MSTSCAX_TABLE_H
#define __MSTSCAX_TABLE_H

#include "windef.h"
#include "winbase.h"
#include "wine/list.h"

struct channel;

/* A hash table that grows. client->lock protects it; each entry is a reference of the pump's. */
struct channel_table
{
    struct list *buckets;
    unsigned int size;          /* a power of two, or 0 */
    unsigned int count;
};

/* More are refused. */
#define MAX_CHANNELS 65536

/* FALSE if it is full, or without memory. The id is in no other channel of it. */
extern BOOL table_add( struct channel_table *table, struct channel *channel );
/* FALSE if it is not in it. */
extern BOOL table_remove( struct channel_table *table, struct channel *channel );
extern struct channel *table_find( const struct channel_table *table, UINT32 id );

/* Calls proc for each, which may remove it. */
extern void table_enum( struct channel_table *table, void (*proc)( struct channel *channel, void *context ),
                        void *context );

#endif /* __MSTSCAX_TABLE_H */
