/*
 * Round trips to a plug-in in a process of its own, beside those to one inside the host and over COM alone
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

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "trips.h"
#include "wine/test.h"

#define BLOCKS    9
#define MAX_SIZE  1048576
#define MAX_COUNT 2000

/* What goes from the host over COM and back is at least what COM takes and what the host takes: the three in turns. */
static struct
{
    struct host served, inside, direct;
    struct frames frames;
    uint8_t message[MAX_SIZE], answer[MAX_SIZE];
} bench;

static bool is_well( void )
{
    return !bench.served.ended && !bench.inside.ended && !bench.direct.ended;
}

static double host_block( struct host *host, uint32_t size, unsigned int count )
{
    static double us[MAX_COUNT];
    unsigned int i;

    for (i = 0; i < count && !host->ended; i++)
    {
        us[i] = trips_make( host, &bench.frames, bench.answer, size );
        ok( !memcmp( bench.answer, bench.message, size ), "the host's answer is wrong\n" );
    }
    return host->ended ? 0 : median( us, count );
}

static double direct_block( uint32_t size, unsigned int count )
{
    uint32_t request[2] = { size, count };
    double us = -1;

    host_send_bytes( &bench.direct, request, sizeof(request) );
    if (recv( bench.direct.fd, &us, sizeof(us), MSG_WAITALL ) != sizeof(us)) us = -1;
    ok( us > 0, "the plug-in does not answer over COM alone\n" );
    if (us <= 0) bench.direct.ended = true;
    return us;
}

static void measure( uint32_t size, unsigned int count )
{
    double served, inside, direct;
    unsigned int block;

    frames_set_message( &bench.frames, 1, bench.message, size );
    for (block = 0; block <= BLOCKS && is_well(); block++)
    {
        served = host_block( &bench.served, size, count / BLOCKS );
        inside = host_block( &bench.inside, size, count / BLOCKS );
        direct = direct_block( size, count / BLOCKS );
        if (!block || !is_well()) continue;     /* the first is not counted */
        printf( "%u bytes: %.1f us, inside the host %.1f, over COM alone %.1f\n", size, served, inside, direct );
        printf( "sample\tserved-%u\t%.1f\t%.1f\n", size, served, inside + direct );
    }
}

/* BENCH_SERVED and BENCH_DIRECT are two classes of a program that serves mirror.dll. The host registers the proxies that
 * both need. */
START_TEST(served)
{
    static const struct { uint32_t size; unsigned int count; } sizes[] =
        { { 16, 2000 }, { 1590, 2000 }, { 65536, 500 }, { MAX_SIZE, 100 } };
    unsigned int i, shorter = getenv( "BENCH_FULL" ) ? 1 : 10;
    uint32_t k;

    for (k = 0; k < MAX_SIZE; k++) bench.message[k] = k * 2654435761u >> 24;
    if (trips_begin( &bench.served, getenv( "BENCH_SERVED" ), "WineDVC::Mirror" )
        && trips_begin( &bench.inside, "mirror.dll", "WineDVC::Mirror" )
        && trips_begin_direct( &bench.direct, getenv( "BENCH_DIRECT" ) ))
    {
        for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) measure( sizes[i].size, sizes[i].count / shorter );
    }
    else ok( 0, "a host, or the program without one, does not start\n" );
    host_stop( &bench.direct );
    host_stop( &bench.inside );
    host_stop( &bench.served );
    frames_free( &bench.frames );
}
