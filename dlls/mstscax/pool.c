/*
 * Memory that a thread may ask for and be terminated meanwhile
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

#include <stdarg.h>

#include "windef.h"
#include "winbase.h"

#include "pool.h"

#define SMALLEST    256
#ifdef _WIN64
#define ARENA_SIZE  ((LONG64)1 << 32)
#define CLASS_COUNT 24      /* up to 2 GiB */
#else
#define ARENA_SIZE  ((LONG64)1 << 28)
#define CLASS_COUNT 19      /* up to 64 MiB */
#endif
#define PAGE_SIZE   0x1000
#define RESET_SIZE  0x20000
#define MIN_ARENA   0x04000000

/* In front of each block: the list while it is free, its class while it is used. */
union block
{
    SLIST_ENTRY  entry;
    unsigned int class;
};

/* Blocks are cut off the arena by one atomic addition and never go back to it. */
static struct
{
    char  *base;
    LONG64 size;
    LONG64 used;
} arena;

static SLIST_HEADER free_blocks[CLASS_COUNT];

/* All of it is committed here: VirtualAlloc has a lock, which would die with a terminated thread.
 * Nothing is backed by memory before it is used; a system that does not believe it gets a smaller one. */
BOOL pool_attach( void )
{
    unsigned int i;

    for (i = 0; i < CLASS_COUNT; i++) InitializeSListHead( &free_blocks[i] );
    for (arena.size = ARENA_SIZE; arena.size >= MIN_ARENA; arena.size /= 2)
        if ((arena.base = VirtualAlloc( NULL, arena.size, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE ))) return TRUE;
    return FALSE;
}

static SIZE_T class_size( unsigned int class )
{
    return (SIZE_T)SMALLEST << class;
}

static unsigned int size_class( SIZE_T size )
{
    unsigned int class = 0;

    while (class < CLASS_COUNT && class_size( class ) < size) class++;
    return class;
}

static union block *arena_alloc( SIZE_T size )
{
    LONG64 offset;

    if (InterlockedCompareExchange64( &arena.used, 0, 0 ) > arena.size - (LONG64)size) return NULL;
    offset = InterlockedExchangeAdd64( &arena.used, size );
    return offset > arena.size - (LONG64)size ? NULL : (union block *)(arena.base + offset);
}

void *pool_alloc( SIZE_T size )
{
    unsigned int class;
    union block *block;

    if (size > ~(SIZE_T)0 - sizeof(*block)) return NULL;
    if ((class = size_class( size + sizeof(*block) )) == CLASS_COUNT) return NULL;
    block = (union block *)InterlockedPopEntrySList( &free_blocks[class] );
    if (!block && !(block = arena_alloc( class_size( class ) ))) return NULL;
    block->class = class;
    return block + 1;
}

void pool_free( void *memory )
{
    union block *block = (union block *)memory - 1;

    if (memory) InterlockedPushEntrySList( &free_blocks[block->class], &block->entry );
}

void pool_reset( void *memory )
{
    union block *block = (union block *)memory - 1;
    SIZE_T size = class_size( block->class );
    /* the pages that are this block's alone */
    ULONG_PTR begin = ((ULONG_PTR)(block + 1) + PAGE_SIZE - 1) & ~(ULONG_PTR)(PAGE_SIZE - 1);
    ULONG_PTR end = ((ULONG_PTR)block + size) & ~(ULONG_PTR)(PAGE_SIZE - 1);

    if (size >= RESET_SIZE) VirtualAlloc( (void *)begin, end - begin, MEM_RESET, PAGE_READWRITE );
}
