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
#include <string.h>

#include "windef.h"
#include "winbase.h"

#include "pool.h"

#define SMALLEST    ((SIZE_T)256)
#define CLASS_COUNT 9           /* smaller than a chunk */
#ifdef _WIN64
#define ARENA_SIZE  ((LONG64)1 << 32)
#else
#define ARENA_SIZE  ((LONG64)1 << 28)
#endif
#define MIN_ARENA   ((LONG64)1 << 26)
#define PAGE_SIZE   0x1000
#define CHUNK_CLASS CLASS_COUNT

C_ASSERT( SMALLEST << CHUNK_CLASS == POOL_CHUNK );

/* In front of each block: the list while it is free, its class while it is used. */
union block
{
    SLIST_ENTRY  entry;
    unsigned int class;
    struct
    {
        void        *entry;
        union block *next;      /* pool_trim's */
    } joined;
    BYTE         room[16];
};

C_ASSERT( POOL_LARGEST + sizeof(union block) == POOL_CHUNK );

/* Chunks are cut off by one atomic addition. */
static struct
{
    char  *base;
    LONG64 size;
    LONG64 used;
    LONG   created, trimming;
    LONG64 freed;
    UINT16 *free_counts;        /* pool_trim's: blocks of each chunk */
} arena;

static SLIST_HEADER free_blocks[CLASS_COUNT + 1];   /* the last one's: chunks */
static SLIST_HEADER clean_chunks;                   /* whose memory was given back, but for the first page */

/* All of it is committed here: VirtualAlloc has a lock, which would die with a terminated thread.
 * Nothing is backed by memory before it is used; a system that does not believe it gets a smaller one. */
BOOL pool_create( void )
{
    unsigned int i;
    SIZE_T counts;

    if (InterlockedExchange( &arena.created, TRUE )) return arena.base != NULL;
    for (i = 0; i <= CLASS_COUNT; i++) InitializeSListHead( &free_blocks[i] );
    InitializeSListHead( &clean_chunks );
    for (arena.size = ARENA_SIZE; arena.size >= MIN_ARENA; arena.size /= 2)
    {
        counts = arena.size / POOL_CHUNK * sizeof(*arena.free_counts);
        if (!(arena.base = VirtualAlloc( NULL, arena.size + counts, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE )))
            continue;
        arena.free_counts = (UINT16 *)(arena.base + arena.size);
        return TRUE;
    }
    return FALSE;
}

static union block *pop_block( SLIST_HEADER *list )
{
    return (union block *)InterlockedPopEntrySList( list );
}

static union block *alloc_chunk( void )
{
    union block *block;
    LONG64 offset;

    if ((block = pop_block( &free_blocks[CHUNK_CLASS] )) || (block = pop_block( &clean_chunks ))) return block;
    if (InterlockedCompareExchange64( &arena.used, 0, 0 ) > arena.size - (LONG64)POOL_CHUNK) return NULL;
    offset = InterlockedExchangeAdd64( &arena.used, POOL_CHUNK );
    return offset > arena.size - (LONG64)POOL_CHUNK ? NULL : (union block *)(arena.base + offset);
}

/* A chunk becomes blocks, of which the first is returned. */
static union block *alloc_blocks( unsigned int class )
{
    union block *chunk = alloc_chunk();
    SIZE_T offset;

    if (!chunk) return NULL;
    for (offset = SMALLEST << class; offset < POOL_CHUNK; offset += SMALLEST << class)
        InterlockedPushEntrySList( &free_blocks[class], (SLIST_ENTRY *)((char *)chunk + offset) );
    return chunk;
}

void *pool_alloc( SIZE_T size )
{
    unsigned int class = 0;
    union block *block;

    if (size > POOL_LARGEST) return NULL;
    while (SMALLEST << class < size + sizeof(*block)) class++;
    if (class == CHUNK_CLASS) block = alloc_chunk();
    else if (!(block = pop_block( &free_blocks[class] ))) block = alloc_blocks( class );
    if (!block) return NULL;
    block->class = class;
    return block + 1;
}

void pool_free( void *memory )
{
    union block *block = (union block *)memory - 1;
    unsigned int class = block->class;

    InterlockedPushEntrySList( &free_blocks[class], &block->entry );
    InterlockedExchangeAdd64( &arena.freed, SMALLEST << class );
}

SIZE_T pool_size( const void *memory )
{
    return SMALLEST << ((const union block *)memory - 1)->class;
}

static unsigned int chunk_index( const void *memory )
{
    return ((const char *)memory - arena.base) / POOL_CHUNK;
}

/* A chunk whose blocks are all free becomes one again. Who allocates meanwhile finds none, and takes another. */
static void join_blocks( unsigned int class )
{
    SLIST_ENTRY *list = InterlockedFlushSList( &free_blocks[class] ), *entry, *next, *others = NULL;
    UINT16 per_chunk = POOL_CHUNK / (SMALLEST << class);
    union block *chunks = NULL, *block;

    for (entry = list; entry; entry = entry->Next) arena.free_counts[chunk_index( entry )]++;
    for (entry = list; entry; entry = next)
    {
        next = entry->Next;
        block = (union block *)entry;
        if (arena.free_counts[chunk_index( entry )] < per_chunk)
        {
            entry->Next = others;
            others = entry;
        }
        else if (arena.base + chunk_index( entry ) * POOL_CHUNK == (char *)block)
        {
            block->joined.next = chunks;
            chunks = block;
        }
    }
    for (entry = others; entry; entry = next)
    {
        next = entry->Next;
        arena.free_counts[chunk_index( entry )] = 0;
        InterlockedPushEntrySList( &free_blocks[class], entry );
    }
    while ((block = chunks))
    {
        chunks = block->joined.next;
        arena.free_counts[chunk_index( block )] = 0;
        InterlockedPushEntrySList( &free_blocks[CHUNK_CLASS], &block->entry );
    }
}

static void clean_chunk( SLIST_ENTRY *entry )
{
    VirtualAlloc( (char *)entry + PAGE_SIZE, POOL_CHUNK - PAGE_SIZE, MEM_RESET, PAGE_READWRITE );
    InterlockedPushEntrySList( &clean_chunks, entry );
}

SIZE_T pool_freed( void )
{
    return InterlockedCompareExchange64( &arena.freed, 0, 0 );
}

void pool_trim( SIZE_T keep )
{
    SLIST_ENTRY *entry, *next;
    unsigned int i;

    if (InterlockedExchange( &arena.trimming, TRUE )) return;
    InterlockedExchangeAdd64( &arena.freed, -(LONG64)pool_freed() );
    for (i = 0; i < CLASS_COUNT; i++) join_blocks( i );
    for (entry = InterlockedFlushSList( &free_blocks[CHUNK_CLASS] ); entry; entry = next)
    {
        next = entry->Next;
        if (keep < POOL_CHUNK) clean_chunk( entry );
        else
        {
            InterlockedPushEntrySList( &free_blocks[CHUNK_CLASS], entry );
            keep -= POOL_CHUNK;
        }
    }
    InterlockedExchange( &arena.trimming, FALSE );
}
