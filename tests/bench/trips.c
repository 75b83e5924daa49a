/*
 * Round trips of one winedvc.exe that is driven by frames
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

#include "dlls/mstscax/drdynvc.h"
#include "trips.h"
#include "wine/test.h"

#define CREDIT_STEP 65536

double now_us(void)
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

double median( double *values, size_t count )
{
    qsort( values, count, sizeof(*values), compare_doubles );
    return values[count / 2];
}

unsigned int environment_number( const char *variable, unsigned int otherwise )
{
    const char *value = getenv( variable );

    return value ? strtoul( value, NULL, 10 ) : otherwise;
}

unsigned long server_reads(void)
{
    unsigned long reads = 0;
    char path[64], line[64];
    FILE *file;

    snprintf( path, sizeof(path), "/proc/%u/io", environment_number( "BENCH_SERVER", 0 ) );
    file = fopen( path, "r" );
    while (file && fgets( line, sizeof(line), file )) if (sscanf( line, "syscr: %lu", &reads )) break;
    ok( file != NULL, "BENCH_SERVER names no process\n" );
    if (file) fclose( file );
    return reads;
}

static void *resize( void *data, size_t size )
{
    if (!(data = realloc( data, size ))) abort();
    return data;
}

/* The frame's header goes into the PDU's headroom. */
void frames_set_message( struct frames *frames, uint32_t channel, const uint8_t *message, uint32_t size )
{
    struct winedvc_frame frame = { 0, WINEDVC_STREAM_DRDYNVC, 0 };
    struct drdynvc_fragments fragments;
    size_t pdu_size;
    uint8_t *pdu;

    frames->capacity = drdynvc_fragments_size( channel, size, 0, sizeof(frame) );
    frames->data = resize( frames->data, frames->capacity );
    frames->size = 0;
    drdynvc_fragments_write( &fragments, frames->data, frames->capacity, sizeof(frame), channel, message, size, 0 );
    while ((pdu = drdynvc_fragments_next( &fragments, &pdu_size )))
    {
        frame.size = pdu_size;
        memcpy( pdu - sizeof(frame), &frame, sizeof(frame) );
        frames->size = pdu + pdu_size - frames->data;
    }
}

void frames_free( struct frames *frames )
{
    free( frames->data );
}

bool trips_open( struct host *host, uint32_t id, const char *channel )
{
    uint8_t pdu[64];
    bool opened;

    host_send_pdu( host, pdu, drdynvc_write_create_req( pdu, id, 0, channel ) );
    opened = host_awaits_pdu( host, DRDYNVC_CMD_CREATE );
    ok( opened && !host->body[host->frame.size - 1], "the channel %s is not opened\n", channel );
    return opened;
}

bool trips_begin( struct host *host, const char *plugin, const char *channel )
{
    struct winedvc_hello hello = { WINEDVC_MAJOR, WINEDVC_MINOR, 64, 0, WINEDVC_WINDOW };
    struct winedvc_connected connected = { 1 };

    if (!host_start( host, plugin, "" )) return false;
    host_send( host, WINEDVC_HELLO, &hello, sizeof(hello), NULL );
    if (host_awaits( host, WINEDVC_READY ))
    {
        host_send( host, WINEDVC_CONNECTED, &connected, sizeof(connected), "server" );
        if (trips_open( host, 1, channel )) return true;
    }
    ok( 0, "winedvc.exe does not start\n" );
    return false;
}

/* A bare Wine process says with an empty message that it has begun. */
static bool begin_bare( struct host *bare, const char *name, const char *const *arguments )
{
    char program[PATH_MAX];
    uint32_t empty;

    if (snprintf( program, sizeof(program), "%s/tests/bench/pe/x86_64-windows/%s", getenv( "BUILDDIR" ), name ) >= PATH_MAX)
        return false;
    return host_run( bare, program, arguments ) && recv( bare->fd, &empty, sizeof(empty), MSG_WAITALL ) == sizeof(empty);
}

bool trips_begin_pong( struct host *pong )
{
    const char *const none[] = { NULL };
    return begin_bare( pong, "pong.exe", none );
}

bool trips_begin_direct( struct host *direct, const char *class )
{
    const char *const arguments[] = { class, NULL };
    return begin_bare( direct, "direct.exe", arguments );
}

static void give_credit( struct host *host, uint32_t *owed )
{
    struct winedvc_credit credit = { *owed };

    if (*owed) host_send( host, WINEDVC_CREDIT, &credit, sizeof(credit), NULL );
    *owed = 0;
}

/* Credit is given back on the way, as the addin does, but for a rest. */
static bool receive( struct host *host, uint8_t *answer, size_t size, uint32_t *owed )
{
    struct drdynvc_pdu pdu;
    size_t done = 0;

    while (done < size)
    {
        if (!host_receive( host )) return false;
        if (host->frame.stream != WINEDVC_STREAM_DRDYNVC) continue;
        if (drdynvc_read( &pdu, DRDYNVC_CLIENT, host->body, host->frame.size ) || !drdynvc_is_data( pdu.cmd ) ||
            pdu.data_size > size - done) return false;
        memcpy( answer + done, pdu.data, pdu.data_size );
        done += pdu.data_size;
        if ((*owed += host->frame.size) >= CREDIT_STEP) give_credit( host, owed );
    }
    return true;
}

bool trips_receive( struct host *host, uint8_t *answer, size_t size )
{
    uint32_t owed = 0;
    bool came = receive( host, answer, size, &owed );

    give_credit( host, &owed );
    return came;
}

double trips_make( struct host *host, const struct frames *frames, uint8_t *answer, size_t size )
{
    double start = now_us();
    uint32_t owed = 0;
    bool came;

    host_send_bytes( host, frames->data, frames->size );
    came = receive( host, answer, size, &owed );
    start = now_us() - start;
    ok( came, "the host does not answer\n" );
    if (!came) host->ended = true;
    give_credit( host, &owed );
    return start;
}
