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

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "host/host.h"
#include "wine/test.h"

enum { CREATE = 1, DATA_FIRST = 2, DATA = 3 };    /* [MS-RDPEDYC] 2.2 */

#define CHANNEL       1
#define MAX_FRAGMENT  1590
#define BLOCKS        9
#define CREDIT_STEP   65536

struct trips
{
    unsigned int count;
    double us[2000];
};

static double now_us(void)
{
    struct timespec now;

    clock_gettime( CLOCK_MONOTONIC, &now );
    return now.tv_sec * 1e6 + now.tv_nsec / 1e3;
}

static int compare_doubles( const void *a, const void *b )
{
    const double *left = a, *right = b;

    return (*left > *right) - (*left < *right);
}

static double median( struct trips *trips )
{
    qsort( trips->us, trips->count, sizeof(trips->us[0]), compare_doubles );
    return trips->us[trips->count / 2];
}

/* ---- the message as the addin's frames */

struct frames
{
    uint8_t *data;
    size_t   size;
};

static void frames_add( struct frames *frames, uint16_t stream, uint16_t flags, const void *head, size_t head_size,
                        const void *body, size_t size )
{
    struct winedvc_frame frame = { head_size + size, stream, flags };

    memcpy( frames->data + frames->size, &frame, sizeof(frame) );
    memcpy( frames->data + frames->size + sizeof(frame), head, head_size );
    memcpy( frames->data + frames->size + sizeof(frame) + head_size, body, size );
    frames->size += sizeof(frame) + head_size + size;
}

static void frames_add_message( struct frames *frames, const uint8_t *message, uint32_t size )
{
    uint8_t first[] = { DATA_FIRST << 4 | 2 << 2, CHANNEL, size, size >> 8, size >> 16, size >> 24 };
    uint8_t next[] = { DATA << 4, CHANNEL };
    uint32_t count, done = 0;

    if (size > MAX_FRAGMENT)
        frames_add( frames, WINEDVC_STREAM_DRDYNVC, 0, first, sizeof(first), message, done = MAX_FRAGMENT );
    for (; done < size; done += count)
    {
        count = size - done < MAX_FRAGMENT ? size - done : MAX_FRAGMENT;
        frames_add( frames, WINEDVC_STREAM_DRDYNVC, 0, next, sizeof(next), message + done, count );
    }
}

/* ---- winedvc.exe */

static bool open_channel( struct host *host )
{
    static const char create[] = "\x10\x01WineDVC::Mirror";
    struct winedvc_hello hello = { WINEDVC_MAJOR, WINEDVC_MINOR, 64, 0, WINEDVC_WINDOW };
    struct winedvc_connected connected = { 1 };

    if (!host_start( host, "mirror.dll", "" )) return false;
    host_send( host, WINEDVC_HELLO, &hello, sizeof(hello), NULL );
    if (!host_awaits( host, WINEDVC_READY )) return false;
    host_send( host, WINEDVC_CONNECTED, &connected, sizeof(connected), "server" );
    host_send_pdu( host, create, sizeof(create) );
    return host_awaits_pdu( host, CREATE );
}

static void give_credit( struct host *host, uint32_t *owed )
{
    struct winedvc_credit credit = { *owed };

    host_send( host, WINEDVC_CREDIT, &credit, sizeof(credit), NULL );
    *owed = 0;
}

/* The message, out of PDUs, at answer. false if that is not what comes. */
static bool receive_message( struct host *host, uint8_t *answer, size_t size, uint32_t *owed )
{
    size_t head, done = 0;

    while (done < size)
    {
        if (!host_receive( host )) return false;
        if (host->frame.stream != WINEDVC_STREAM_DRDYNVC) continue;
        head = host->body[0] >> 4 == DATA_FIRST ? 2 + (1 << (host->body[0] >> 2 & 3)) : 2;
        if (host->frame.size < head || host->frame.size - head > size - done) return false;
        memcpy( answer + done, host->body + head, host->frame.size - head );
        done += host->frame.size - head;
        if ((*owed += host->frame.size) >= CREDIT_STEP) give_credit( host, owed );
    }
    return true;
}

static double host_trip( struct host *host, const struct frames *frames, uint8_t *answer, size_t size )
{
    double start = now_us();
    uint32_t owed = 0;
    bool came;

    host_send_bytes( host, frames->data, frames->size );
    came = receive_message( host, answer, size, &owed );
    start = now_us() - start;
    ok( came, "the host does not answer\n" );
    if (!came) host->ended = true;
    if (owed) give_credit( host, &owed );
    return start;
}

/* ---- pong.exe */

static bool start_pong( struct host *pong )
{
    const char *const none[] = { NULL };
    const char *build = getenv( "BUILDDIR" );
    char program[PATH_MAX];

    if (snprintf( program, sizeof(program), "%s/tests/bench/pong/x86_64-windows/pong.exe", build ) >= PATH_MAX)
        return false;
    return host_run( pong, program, none );
}

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
        host->us[host->count++] = host_trip( &pair->host, &pair->frames, pair->answer, size );
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
    pair->frames.size = 0;
    frames_add_message( &pair->frames, pair->message + sizeof(size), size );

    host.count = bare.count = 0;
    measure_block( pair, size, (count + 9) / 10, &host, &bare );    /* not counted */
    for (block = 0; block < BLOCKS; block++)
    {
        host.count = bare.count = 0;
        measure_block( pair, size, count / BLOCKS, &host, &bare );
        if (!pair_is_well( pair )) return;
        printf( "sample\thost-%u\t%.1f\t%.1f\n", size, median( &host ), median( &bare ) );
    }
}

static void test_round_trips(void)
{
    static const struct { uint32_t size; unsigned int count; } sizes[] =
        { { 16, 2000 }, { 1590, 2000 }, { 65536, 1000 }, { 1048576, 200 } };
    const uint32_t most = 1048576, fragments = most / MAX_FRAGMENT + 2;
    unsigned int i, shorter = getenv( "BENCH_FULL" ) ? 1 : 20;
    static struct pair pair;
    uint32_t k;

    pair.message = malloc( sizeof(k) + most );
    pair.answer = malloc( sizeof(k) + most );
    pair.frames.data = malloc( most + fragments * 16 );
    if (!pair.message || !pair.answer || !pair.frames.data) abort();
    for (k = 0; k < most; k++) pair.message[sizeof(k) + k] = k * 2654435761u >> 24;

    if (start_pong( &pair.pong ) && open_channel( &pair.host ))
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
