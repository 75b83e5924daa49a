/*
 * One message on its way to the transport, and the lock-free stacks of them
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

#include "mstscax_private.h"
#include "pool.h"

#define SEALED ((ULONG_PTR)1)

struct write *write_create( UINT32 channel_id, const void *message, UINT32 size )
{
    size_t total = drdynvc_fragments_size( channel_id, size, WINE_DVC_HEADROOM );
    struct write *write;

    if (!total || total > ~(size_t)0 - sizeof(*write)) return NULL;
    if (!(write = pool_alloc( sizeof(*write) + total ))) return NULL;
    write->ref = 1;
    write->control_size = 0;
    drdynvc_fragments_write( &write->todo, (BYTE *)(write + 1), WINE_DVC_HEADROOM, channel_id, message, size );
    write->completed = write->todo;
    return write;
}

struct write *write_create_control( const void *pdu, size_t size )
{
    struct write *write;

    if (!(write = pool_alloc( sizeof(*write) + WINE_DVC_HEADROOM + size ))) return NULL;
    write->ref = 1;
    write->control_size = size;
    memcpy( (BYTE *)(write + 1) + WINE_DVC_HEADROOM, pdu, size );
    return write;
}

void write_release( struct write *write )
{
    if (InterlockedDecrement( &write->ref )) return;
    pool_reset( write );
    pool_free( write );
}

void write_abandon( struct write *write )
{
    pool_free( write );
}

static struct write *load( struct write **head )
{
    return InterlockedCompareExchangePointer( (void **)head, NULL, NULL );
}

static struct write *unsealed( struct write *write )
{
    return (struct write *)((ULONG_PTR)write & ~SEALED);
}

BOOL write_is_sealed( struct write **head )
{
    return ((ULONG_PTR)load( head ) & SEALED) != 0;
}

BOOL write_push( struct write **head, struct write *write )
{
    struct write *seen = load( head ), *expected;

    do
    {
        if ((ULONG_PTR)seen & SEALED) return FALSE;
        write->next = expected = seen;
        seen = InterlockedCompareExchangePointer( (void **)head, write, expected );
    } while (seen != expected);
    return TRUE;
}

void write_seal( struct write **head )
{
    struct write *seen = load( head ), *expected;

    do
    {
        expected = seen;
        seen = InterlockedCompareExchangePointer( (void **)head, (void *)((ULONG_PTR)expected | SEALED), expected );
    } while (seen != expected);
}

static struct write *reverse( struct write *write )
{
    struct write *reversed = NULL, *next;

    for (; write; write = next)
    {
        next = write->next;
        write->next = reversed;
        reversed = write;
    }
    return reversed;
}

struct write *write_take( struct write **head )
{
    struct write *seen = load( head ), *expected;

    do
    {
        expected = seen;
        if (!unsealed( expected )) return NULL;
        seen = InterlockedCompareExchangePointer( (void **)head, (void *)((ULONG_PTR)expected & SEALED), expected );
    } while (seen != expected);
    return reverse( unsealed( expected ) );
}
