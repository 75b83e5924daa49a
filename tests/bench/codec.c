/*
 * What the protocol's code takes for a message, beside memcpy of the same pieces
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

#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "dlls/mstscax/drdynvc.h"
#include "wine/test.h"

#define CHANNEL  1
#define HEADROOM 8
#define PIECE    1590
#define SIZE     65536      /* of the message: it stays in the processor's cache */
#define SAMPLES  25

static uint8_t message[SIZE], copy[SIZE];
static uint8_t *pdus;       /* the message's, each behind its headroom */
static size_t pdus_size;

static double now_us(void)
{
    struct timespec now;

    clock_gettime( CLOCK_THREAD_CPUTIME_ID, &now );
    return now.tv_sec * 1e6 + now.tv_nsec / 1e3;
}

/* The compiler does not see that nobody looks. */
static void look_at( const void *data )
{
    __asm__ volatile ("" : : "r" (data) : "memory");
}

static void copy_pieces(void)
{
    size_t done, count;

    for (done = 0; done < SIZE; done += count)
    {
        count = SIZE - done < PIECE ? SIZE - done : PIECE;
        memcpy( copy + done, message + done, count );
        look_at( copy );
    }
}

static void write_fragments(void)
{
    struct drdynvc_fragments fragments;
    const uint8_t *pdu;
    size_t size;

    drdynvc_fragments_write( &fragments, pdus, pdus_size, HEADROOM, CHANNEL, message, SIZE, 0 );
    while ((pdu = drdynvc_fragments_next( &fragments, &size ))) look_at( pdu );
}

static void assemble( const struct drdynvc_fragments *fragments )
{
    struct drdynvc_fragments cursor = *fragments;
    struct drdynvc_assembly assembly = { 0 };
    struct drdynvc_pdu pdu;
    uint8_t *data, *whole = NULL;
    uint32_t whole_size;
    size_t size;

    while ((data = drdynvc_fragments_next( &cursor, &size )))
        if (drdynvc_read( &pdu, DRDYNVC_SERVER, data, size ) ||
            drdynvc_assembly_add( &assembly, &pdu, &whole, &whole_size )) break;
    ok( whole && whole_size == SIZE && !memcmp( whole, message, 64 ), "the message is not put together\n" );
    drdynvc_message_free( whole );
    drdynvc_assembly_clear( &assembly );
}

/* MB/s of each, in turns */
static void measure( const char *key, unsigned int rounds, const struct drdynvc_fragments *fragments )
{
    double began, codec;
    unsigned int i;

    began = now_us();
    for (i = 0; i < rounds; i++) if (fragments) assemble( fragments ); else write_fragments();
    codec = now_us() - began;
    began = now_us();
    for (i = 0; i < rounds; i++) copy_pieces();
    printf( "sample\t%s\t%.0f\t%.0f\n", key, (double)SIZE * rounds / codec,
            (double)SIZE * rounds / (now_us() - began) );
}

START_TEST(codec)
{
    unsigned int rounds = getenv( "BENCH_FULL" ) ? 2000 : 50, i;
    struct drdynvc_fragments fragments;

    /* memory that was freed is used again as it is */
    mallopt( M_MMAP_THRESHOLD, 1 << 26 );
    mallopt( M_TRIM_THRESHOLD, 1 << 28 );
    for (i = 0; i < SIZE; i++) message[i] = i * 2654435761u >> 24;
    pdus_size = drdynvc_fragments_size( CHANNEL, SIZE, 0, HEADROOM );
    if (!(pdus = malloc( pdus_size ))) abort();
    drdynvc_fragments_write( &fragments, pdus, pdus_size, HEADROOM, CHANNEL, message, SIZE, 0 );
    for (i = 0; i < SAMPLES; i++)
    {
        measure( "codec-out", rounds, NULL );
        measure( "codec-in", rounds, &fragments );
    }
    free( pdus );
}
