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

#define SMALLEST       256
#define CLASS_COUNT    8
#define COMMIT_STEP    0x10000
#ifdef _WIN64
#define ARENA_SIZE     0x40000000
#else
#define ARENA_SIZE     0x04000000
#endif

/* In front of each block: the list while it is free, its class while it is used. */
union block
{
    SLIST_ENTRY  entry;
    unsigned int class;
};

/* Blocks are cut off the arena by one atomic addition and never go back to it. */
static struct
{
    char *base;
    LONG  used;
    LONG  committed;    /* everything below is */
} arena;

static SLIST_HEADER free_blocks[CLASS_COUNT];

BOOL pool_attach( void )
{
    unsigned int i;

    for (i = 0; i < CLASS_COUNT; i++) InitializeSListHead( &free_blocks[i] );
    return (arena.base = VirtualAlloc( NULL, ARENA_SIZE, MEM_RESERVE, PAGE_READWRITE )) != NULL;
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

/* Idempotent at each step, whoever is terminated in between. */
static BOOL arena_commit( LONG end )
{
    LONG committed = arena.committed, target = (end + COMMIT_STEP - 1) & ~(COMMIT_STEP - 1), seen;

    if (end <= committed) return TRUE;
    if (!VirtualAlloc( arena.base + committed, target - committed, MEM_COMMIT, PAGE_READWRITE )) return FALSE;
    while (committed < target
           && (seen = InterlockedCompareExchange( &arena.committed, target, committed )) != committed)
        committed = seen;
    return TRUE;
}

static union block *arena_alloc( SIZE_T size )
{
    LONG offset;

    if ((SIZE_T)arena.used + size > ARENA_SIZE) return NULL;
    offset = InterlockedExchangeAdd( &arena.used, size );
    if ((SIZE_T)offset + size > ARENA_SIZE || !arena_commit( offset + size )) return NULL;
    return (union block *)(arena.base + offset);
}

void *pool_alloc( SIZE_T size )
{
    unsigned int class;
    union block *block = NULL;

    if (size > ~(SIZE_T)0 - sizeof(*block)) return NULL;
    size += sizeof(*block);
    if ((class = size_class( size )) < CLASS_COUNT)
    {
        size = class_size( class );
        if (!(block = (union block *)InterlockedPopEntrySList( &free_blocks[class] ))) block = arena_alloc( size );
    }
    if (!block) block = VirtualAlloc( NULL, size, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE );
    if (!block) return NULL;
    block->class = class;
    return block + 1;
}

void pool_free( void *memory )
{
    union block *block = (union block *)memory - 1;

    if (!memory) return;
    if (block->class < CLASS_COUNT) InterlockedPushEntrySList( &free_blocks[block->class], &block->entry );
    else VirtualFree( block, 0, MEM_RELEASE );
}
