/*
 * Fuzzing: the targets and how they read their input
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

#ifndef __TESTS_FUZZ_H
#define __TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Each takes any bytes and ends the process when something is wrong. */
extern void fuzz_codec( const uint8_t *data, size_t size );
extern void fuzz_frames( const uint8_t *data, size_t size );
extern void fuzz_image( const uint8_t *data, size_t size );
extern void fuzz_rdp8lite( const uint8_t *data, size_t size );
extern void fuzz_router( const uint8_t *data, size_t size );
extern void fuzz_sequence( const uint8_t *data, size_t size );

/* Aborts, so that a fuzzer takes it for a crash, in whatever way this is compiled. */
static inline void check( int condition )
{
    if (!condition) abort();
}

/* memory.c: of the allocations from now on the which-th fails, if which is not 0. */
extern void memory_fail( unsigned int which );
/* Ends that and says whether one has failed. */
extern int memory_failed(void);
/* The targets' own, which does not count and does not fail. */
extern void *memory_alloc( size_t size );

struct input
{
    const uint8_t *data;
    size_t size;
};

/* 0 behind the end */
static inline uint8_t input_byte( struct input *input )
{
    if (!input->size) return 0;
    input->size--;
    return *input->data++;
}

/* A length of two bytes and as many bytes as there are of it, in memory of exactly their size, which
 * the caller frees. */
static inline uint8_t *input_bytes( struct input *input, size_t *size )
{
    size_t count = input_byte( input );
    uint8_t *bytes;

    count |= (size_t)input_byte( input ) << 8;
    if (count > input->size) count = input->size;
    bytes = memory_alloc( count );
    if (count) memcpy( bytes, input->data, count );
    input->data += count;
    input->size -= count;
    *size = count;
    return bytes;
}

#endif /* __TESTS_FUZZ_H */
