/*
 * What a Write takes, on a plug-in's own thread
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

#include "trips.h"
#include "wine/test.h"

#define SAMPLES 9

#define WORKER "../../bench/pe/x86_64-windows/worker.dll"

static void order( struct host *host, char what, uint32_t size, uint32_t count )
{
    struct frames frames = { 0 };
    uint8_t job[9] = { what };

    memcpy( job + 1, &size, sizeof(size) );
    memcpy( job + 5, &count, sizeof(count) );
    frames_set_message( &frames, 1, job, sizeof(job) );
    host_send_bytes( host, frames.data, frames.size );
    frames_free( &frames );
}

/* The other end takes all messages first. */
static void measure( struct host *host, const char *key, uint32_t size, uint32_t rounds, uint8_t *answer )
{
    uint32_t ns[2], i;      /* Write, and what it is compared with */

    order( host, 't', size, rounds );
    for (i = 0; i < rounds; i++) if (!trips_receive( host, answer, size )) break;
    if (i < rounds || !trips_receive( host, (uint8_t *)ns, sizeof(ns) ))
    {
        ok( 0, "%u of %u messages have come\n", i, rounds );
        host->ended = true;
    }
    /* a rate, since more is better */
    else printf( "sample\t%s\t%.1f\t%.1f\n", key, (double)size * 1000 / ns[0], (double)size * 1000 / ns[1] );
}

START_TEST(write)
{
    unsigned int i, samples = getenv( "BENCH_FULL" ) ? SAMPLES : 1;
    static uint8_t answer[1 << 20];
    static struct host host;

    if (trips_begin( &host, WORKER, "WineDVC::Worker" ))
    {
        for (i = 0; i < samples && !host.ended; i++)
        {
            measure( &host, "write-1048576", 1048576, 20, answer );
            measure( &host, "write-65536", 65536, 20, answer );
            measure( &host, "write-1590", 1590, 20, answer );
        }
    }
    host_stop( &host );
}

static void take( struct host *host, size_t size, unsigned int count )
{
    uint8_t answer[16];
    unsigned int i;

    order( host, 'w', size, count );
    for (i = 0; i < count; i++) if (!trips_receive( host, answer, size )) break;
    ok( i == count, "%u of %u messages have come\n", i, count );
}

/* Requests to Wine's server for messages of 16 bytes, a millisecond after another. */
START_TEST(requests_write)
{
    unsigned int count = environment_number( "BENCH_WRITES", 500 );
    static struct host host;
    unsigned long before;

    if (trips_begin( &host, WORKER, "WineDVC::Worker" ))
    {
        take( &host, 16, 5 );
        before = server_reads();
        take( &host, 16, count );
        printf( "count\trequests-write\t%.2f\n", (double)(server_reads() - before) / count );
    }
    host_stop( &host );
}
