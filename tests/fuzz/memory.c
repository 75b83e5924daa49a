/*
 * Fuzzing: memory that runs out where the input says
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

#include "fuzz.h"

/* The linker puts these in the place of the C library's. */
extern void *__real_malloc( size_t size );
extern void *__real_calloc( size_t count, size_t size );
extern void *__real_realloc( void *memory, size_t size );

static unsigned int failing;    /* the how many-th from now; 0 is none */
static int failed;

static int fails(void)
{
    if (!failing || --failing) return 0;
    failed = 1;
    return 1;
}

void memory_fail( unsigned int which )
{
    failing = which;
    failed = 0;
}

int memory_failed(void)
{
    failing = 0;
    return failed;
}

void *memory_alloc( size_t size )
{
    void *memory = __real_malloc( size );

    check( memory != NULL || !size );
    return memory;
}

void *__wrap_malloc( size_t size )
{
    return fails() ? NULL : __real_malloc( size );
}

void *__wrap_calloc( size_t count, size_t size )
{
    return fails() ? NULL : __real_calloc( count, size );
}

void *__wrap_realloc( void *memory, size_t size )
{
    return fails() ? NULL : __real_realloc( memory, size );
}

char *__wrap_strdup( const char *text )
{
    size_t size = strlen( text ) + 1;
    char *copy = __wrap_malloc( size );

    return copy ? memcpy( copy, text, size ) : NULL;
}
