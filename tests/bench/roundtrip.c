/*
 * Round trips of winedvc.exe and a plug-in, beside those of a Wine process that only echoes
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

#define BLOCKS 9

struct trips
{
    unsigned int count;
    double us[2000];
};

/* message begins with its size */
static double pong_trip( struct host *pong, const uint8_t *message, uint8_t *answer, size_t size )
{
    double start = now_us();
    size_t done = 0;
    ssize_t count;

    host_send_bytes( pong, message, size );
    while (done < size && (count = recv( pong->fd, answer + done, size - done, 0 )) > 0) done += count;
    start = now_us() - start;
    ok( done == size, "the bare process does not answer\n" );
    if (done != size) pong->ended = true;
    return start;
}

/* ---- both in turn */

struct pair
{
    struct host host;
    struct host pong;
    uint8_t *message;       /* its size in front */
    uint8_t *answer;
    struct frames frames;
};

static bool pair_is_well( const struct pair *pair )
{
    return !pair->host.ended && !pair->pong.ended;
}

static void measure_block( struct pair *pair, uint32_t size, unsigned int count, struct trips *host,
                           struct trips *bare )
{
    unsigned int i;

    for (i = 0; i < count && pair_is_well( pair ); i++)
    {
        host->us[host->count++] = trips_make( &pair->host, &pair->frames, pair->answer, size );
        ok( !memcmp( pair->answer, pair->message + sizeof(size), size ), "the host's answer is wrong\n" );
    }
    for (i = 0; i < count && pair_is_well( pair ); i++)
    {
        bare->us[bare->count++] = pong_trip( &pair->pong, pair->message, pair->answer, sizeof(size) + size );
        ok( !memcmp( pair->answer, pair->message, sizeof(size) + size ), "the bare process' answer is wrong\n" );
    }
}

/* A sample for each block. */
static void measure( struct pair *pair, uint32_t size, unsigned int count )
{
    static struct trips host, bare;
    unsigned int block;

    memcpy( pair->message, &size, sizeof(size) );
    frames_set_message( &pair->frames, 1, pair->message + sizeof(size), size );

    host.count = bare.count = 0;
    measure_block( pair, size, (count + 9) / 10, &host, &bare );    /* not counted */
    for (block = 0; block < BLOCKS; block++)
    {
        host.count = bare.count = 0;
        measure_block( pair, size, count / BLOCKS, &host, &bare );
        if (!pair_is_well( pair )) return;
        printf( "sample\thost-%u\t%.1f\t%.1f\n", size, median( host.us, host.count ),
                median( bare.us, bare.count ) );
    }
}

static void test_round_trips(void)
{
    static const struct { uint32_t size; unsigned int count; } sizes[] =
        { { 16, 2000 }, { 1590, 2000 }, { 65536, 1000 }, { 1048576, 200 } };
    unsigned int i, shorter = getenv( "BENCH_FULL" ) ? 1 : 20;
    const uint32_t most = 1048576;
    static struct pair pair;
    uint32_t k;

    pair.message = malloc( sizeof(k) + most );
    pair.answer = malloc( sizeof(k) + most );
    if (!pair.message || !pair.answer) abort();
    for (k = 0; k < most; k++) pair.message[sizeof(k) + k] = k * 2654435761u >> 24;

    if (trips_begin_pong( &pair.pong ) && trips_begin( &pair.host, "mirror.dll", "WineDVC::Mirror" ))
    {
        for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
            measure( &pair, sizes[i].size, sizes[i].count / shorter );
    }
    else ok( 0, "winedvc.exe or the bare process does not start\n" );
    host_stop( &pair.host );
    host_stop( &pair.pong );
}

START_TEST(roundtrip)
{
    test_round_trips();
}
