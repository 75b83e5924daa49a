/*
 * What winedvc.exe takes that can be counted
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

#define MIRROR "WineDVC::Mirror"

static uint8_t message[1 << 20], answer[1 << 20];

/* The number behind a name in /proc/PID/status; of the process, or of a thread of it. */
static unsigned long status_of( pid_t pid, const char *name )
{
    char path[64], line[256];
    unsigned long value = 0;
    FILE *file;

    snprintf( path, sizeof(path), "/proc/%d/status", pid );
    if (!(file = fopen( path, "r" ))) return 0;
    while (fgets( line, sizeof(line), file ))
        if (!strncmp( line, name, strlen( name ) )) sscanf( line + strlen( name ), ": %lu", &value );
    fclose( file );
    return value;
}

/* proc(5): minflt, the tenth field; the second may hold anything between parentheses. */
static unsigned long page_faults( pid_t pid )
{
    char path[64], line[1024] = "", *fields;
    unsigned long faults = 0;
    FILE *file;

    snprintf( path, sizeof(path), "/proc/%d/stat", pid );
    if (!(file = fopen( path, "r" ))) return 0;
    if (fgets( line, sizeof(line), file ) && (fields = strrchr( line, ')' )))
        sscanf( fields + 1, " %*c %*d %*d %*d %*d %*d %*u %lu", &faults );
    fclose( file );
    return faults;
}

static void make_trips( struct host *host, size_t size, unsigned int count )
{
    struct frames frames = { 0 };

    frames_set_message( &frames, 1, message, size );
    while (count-- && !host->ended) trips_make( host, &frames, answer, size );
    frames_free( &frames );
}

static double faults_per_trip( struct host *host, size_t size, unsigned int count )
{
    unsigned long before;

    make_trips( host, size, 20 );
    before = page_faults( host->pid );
    make_trips( host, size, count );
    return (double)(page_faults( host->pid ) - before) / count;
}

/* Microseconds of a message when there is one on each channel at once. */
static double burst( struct host *host, uint32_t channels )
{
    struct frames all = { 0 }, frames = { 0 };
    double began;
    uint32_t i;

    for (i = 1; i <= channels; i++)
    {
        frames_set_message( &frames, i, message, 16 );
        if (!(all.data = realloc( all.data, all.size + frames.size ))) abort();
        memcpy( all.data + all.size, frames.data, frames.size );
        all.size += frames.size;
    }
    began = now_us();
    host_send_bytes( host, all.data, all.size );
    for (i = 0; i < channels; i++) if (!trips_receive( host, answer, 16 )) break;
    ok( i == channels, "%u of %u answers have come\n", i, channels );
    frames_free( &all );
    frames_free( &frames );
    return (now_us() - began) / channels;
}

static void count_memory( struct host *host, struct host *pong )
{
    unsigned long idle = status_of( host->pid, "VmRSS" ), before, peak = 0, threads = 0;
    uint32_t i;

    printf( "count\tidle-memory\t%.2f\n", ((double)idle - status_of( pong->pid, "VmRSS" )) / 1024 );
    for (i = 2; i <= 500 && trips_open( host, i, MIRROR ); i++);
    before = status_of( host->pid, "VmRSS" );   /* with the threads that opening wants */
    for (; i <= 2500 && trips_open( host, i, MIRROR ); i++);
    peak = status_of( host->pid, "VmRSS" );
    printf( "count\tchannel-memory\t%.2f\n", peak > before ? (double)(peak - before) / 2000 : 0 );
    printf( "burst: %.1f us a message\n", burst( host, 500 ) );
    threads = status_of( host->pid, "Threads" );
    peak = status_of( host->pid, "VmHWM" );
    printf( "count\tburst-threads\t%lu\n", threads );
    printf( "count\tburst-memory\t%.1f\n", ((double)peak - idle) / 1024 );
}

START_TEST(counts)
{
    static struct host host, pong;

    if (trips_begin( &host, "mirror.dll", MIRROR ) && trips_begin_pong( &pong ))
    {
        make_trips( &host, 16, 1 );
        count_memory( &host, &pong );
        printf( "count\tfaults-65536\t%.2f\n", faults_per_trip( &host, 65536, 100 ) );
        printf( "count\tfaults-1048576\t%.1f\n", faults_per_trip( &host, 1048576, 50 ) );
    }
    host_stop( &host );
    host_stop( &pong );
}

/* BENCH_TRIPS echoes of 16 bytes, for a tool that watches the host */
START_TEST(trips)
{
    static struct host host;

    if (trips_begin( &host, "mirror.dll", MIRROR )) make_trips( &host, 16, environment_number( "BENCH_TRIPS", 100 ) );
    host_stop( &host );
}

/* Requests to Wine's server. */
START_TEST(requests)
{
    unsigned int count = environment_number( "BENCH_TRIPS", 1000 );
    static struct host host;
    unsigned long before;

    if (trips_begin( &host, "mirror.dll", MIRROR ))
    {
        make_trips( &host, 16, 20 );
        before = server_reads();
        make_trips( &host, 16, count );
        printf( "count\trequests-echo\t%.2f\n", (double)(server_reads() - before) / count );
    }
    host_stop( &host );
}
