/*
 * Round trips of winedvc.exe beside many channels and many other hosts
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

#define MIRROR  "WineDVC::Mirror"
#define SIZE    16
#define SAMPLES 9
#define HOSTS   20

static const uint8_t message[SIZE];
static uint8_t answer[SIZE];

/* Round trips on channels of these hosts, which take turns; hosts have as many channels each. */
static double measure( struct host *hosts, unsigned int host_count, uint32_t channels, unsigned int count )
{
    struct frames frames = { 0 };
    static double trips[2000];
    unsigned int i;

    for (i = 0; i < count; i++)
    {
        frames_set_message( &frames, i * 7919 % channels + 1, message, SIZE );
        trips[i] = trips_make( &hosts[i % host_count], &frames, answer, SIZE );
        if (hosts[i % host_count].ended) break;
    }
    frames_free( &frames );
    return i == count ? median( trips, count ) : 0;
}

static void open_channels( struct host *host, uint32_t from, uint32_t to )
{
    for (; from <= to && !host->ended; from++) if (!trips_open( host, from, MIRROR )) host->ended = true;
}

static void compare_channels( struct host *many, struct host *one, uint32_t channels, unsigned int count )
{
    unsigned int i;
    double trip;

    for (i = 0; i < SAMPLES && !many->ended && !one->ended; i++)
    {
        trip = measure( many, 1, channels, count );
        printf( "sample\tscale-%u\t%.1f\t%.1f\n", channels, trip, measure( one, 1, 1, count ) );
    }
}

START_TEST(scale_channels)
{
    unsigned int count = getenv( "BENCH_FULL" ) ? 1000 : 20, most = getenv( "BENCH_FULL" ) ? 10000 : 200;
    static struct host many, one;

    if (trips_begin( &many, "mirror.dll", MIRROR ) && trips_begin( &one, "mirror.dll", MIRROR ))
    {
        measure( &one, 1, 1, count );
        open_channels( &many, 2, most / 10 );
        compare_channels( &many, &one, most / 10, count );
        open_channels( &many, most / 10 + 1, most );
        compare_channels( &many, &one, most, count );
    }
    host_stop( &many );
    host_stop( &one );
}

/* As many hosts on one server of Wine's: each has its turn, or one has all. */
START_TEST(scale_hosts)
{
    unsigned int count = getenv( "BENCH_FULL" ) ? 1000 : 40, started, i;
    static struct host hosts[HOSTS];
    double trip;

    for (started = 0; started < HOSTS; started++)
        if (!trips_begin( &hosts[started], "mirror.dll", MIRROR )) break;
    for (i = 0; i < SAMPLES && started == HOSTS; i++)
    {
        trip = measure( hosts, HOSTS, 1, count );
        printf( "sample\tscale-hosts\t%.1f\t%.1f\n", trip, measure( hosts, 1, 1, count ) );
    }
    for (i = 0; i < HOSTS; i++) host_stop( &hosts[i] );
}
