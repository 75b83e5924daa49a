/*
 * What a host costs: threads, memory and wake-ups
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

#define _GNU_SOURCE
#include <dirent.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "host.h"
#include "wine/test.h"

#define CHANNELS    500
#define MAX_THREADS 16
#define MAX_RSS     50      /* MiB, of a burst */
/* MiB, when all is sent. Each backlog was 200 in a heap of Wine's before the plug-in had it. Wine gives back what is free
 * behind the last used block of a region of 16 alone, and caches small blocks, which may be anywhere: so much may stay,
 * but no more with the next backlog. */
#define MAX_DRAINED 320
#define MAX_POOL    64      /* MiB of that for what plug-ins write: it is looked through after each 32 MiB */
#define IDLE        6       /* seconds */
#define MAX_IDLE    5000    /* KiB of an idle host that are in no file */
#define MIB         1048576

/* The sum of a line of /proc/PID/task/TID/status over all threads, and their number. */
static unsigned long sum_of_threads( const struct host *host, const char *line, unsigned int *threads )
{
    char path[300], text[200];
    unsigned long sum = 0, value;
    struct dirent *entry;
    FILE *file;
    DIR *dir;

    *threads = 0;
    snprintf( path, sizeof(path), "/proc/%d/task", (int)host->pid );
    if (!(dir = opendir( path ))) return 0;
    while ((entry = readdir( dir )))
    {
        if (entry->d_name[0] == '.') continue;
        ++*threads;
        snprintf( path, sizeof(path), "/proc/%d/task/%.20s/status", (int)host->pid, entry->d_name );
        if (!(file = fopen( path, "r" ))) continue;
        while (fgets( text, sizeof(text), file ))
            if (!strncmp( text, line, strlen( line ) ) && sscanf( text + strlen( line ), "%lu", &value ) == 1)
                sum += value;
        fclose( file );
    }
    closedir( dir );
    return sum;
}

static unsigned long get_rss( const struct host *host )
{
    unsigned int threads;
    unsigned long sum = sum_of_threads( host, "VmRSS:", &threads );

    return threads ? sum / threads / 1024 : 0;
}

/* MiB that are resident of the largest mapping, which is the memory for what plug-ins write. */
static unsigned long get_pool( const struct host *host )
{
    unsigned long start, end, largest = 0, size = 0, resident = 0, value;
    char path[64], text[500];
    FILE *file;

    snprintf( path, sizeof(path), "/proc/%d/smaps", (int)host->pid );
    if (!(file = fopen( path, "r" ))) return 0;
    while (fgets( text, sizeof(text), file ))
    {
        if (sscanf( text, "%lx-%lx rw-p", &start, &end ) == 2) size = strstr( text, " rw-p " ) ? end - start : 0;
        if (sscanf( text, "Rss: %lu", &value ) != 1 || size <= largest) continue;
        largest = size;
        resident = value / 1024;
    }
    fclose( file );
    return resident;
}

static bool start_with( struct host *host, const struct winedvc_limits *limits )
{
    struct winedvc_hello hello = { WINEDVC_MAJOR, WINEDVC_MINOR, 64, 0, WINEDVC_WINDOW };
    struct winedvc_connected connected = { 1 };

    if (!host_start( host, "silent.dll", "" )) return false;
    host_send( host, WINEDVC_HELLO, &hello, sizeof(hello), NULL );
    if (limits) host_send( host, WINEDVC_LIMITS, limits, sizeof(*limits), NULL );
    ok( host_awaits( host, WINEDVC_READY ), "the host does not get ready\n" );
    host_send( host, WINEDVC_CONNECTED, &connected, sizeof(connected), "server" );
    return true;
}

static bool start( struct host *host )
{
    return start_with( host, NULL );
}

static size_t put_frame( uint8_t *buffer, const void *pdu, size_t size )
{
    struct winedvc_frame frame = { size, WINEDVC_STREAM_DRDYNVC, 0 };

    memcpy( buffer, &frame, sizeof(frame) );
    memcpy( buffer + sizeof(frame), pdu, size );
    return sizeof(frame) + size;
}

/* Channel n has the id 0x100 + n. */
static void open_echo( struct host *host, unsigned int n )
{
    uint8_t pdu[] = { 0x11, n, 1 + (n >> 8), 'E', 'C', 'H', 'O', 0 };

    host_send_pdu( host, pdu, sizeof(pdu) );
    ok( host_awaits_pdu( host, 1 ), "channel %u is not opened\n", n );
}

static void return_credit( struct host *host, size_t *owed )
{
    struct winedvc_credit credit = { *owed };

    host_send( host, WINEDVC_CREDIT, &credit, sizeof(credit), NULL );
    *owed = 0;
}

/* A message for each of many channels in one piece makes no crowd of threads. */
static void test_burst( void )
{
    uint8_t *burst = malloc( CHANNELS * (sizeof(struct winedvc_frame) + 19) );
    unsigned int i, round, threads, most = 0;
    size_t size = 0, owed = 0;
    struct host host;

    if (!start( &host )) return;
    for (i = 0; i < CHANNELS; i++)
    {
        uint8_t pdu[19] = { 0x31, i, 1 + (i >> 8) };

        open_echo( &host, i );
        owed += 7;
        size += put_frame( burst + size, pdu, sizeof(pdu) );
    }
    return_credit( &host, &owed );
    for (round = 0; round < 20; round++)
    {
        host_send_bytes( &host, burst, size );
        for (i = 0; i < CHANNELS && host_awaits_pdu( &host, 3 ); i++)
        {
            if (i % 50) continue;
            sum_of_threads( &host, "VmRSS:", &threads );
            most = threads > most ? threads : most;
        }
        ok( i == CHANNELS, "%u echoes came\n", i );
        owed = CHANNELS * 19;
        return_credit( &host, &owed );
    }
    ok( most <= MAX_THREADS, "there were %u threads\n", most );
    ok( get_rss( &host ) < MAX_RSS, "%lu MiB are resident\n", get_rss( &host ) );
    host_stop( &host );
    free( burst );
}

struct echoes
{
    uint32_t bytes;     /* that came */
    size_t   owed;      /* credit for them */
};

static void take_echo( struct host *host, struct echoes *echoes )
{
    if (!host_receive( host ) || host->frame.stream != WINEDVC_STREAM_DRDYNVC) return;
    echoes->bytes += host->frame.size - 3;
    if (host->body[0] >> 4 == 2) echoes->bytes -= 1 << (host->body[0] >> 2 & 3);
    echoes->owed += host->frame.size;
}

static size_t put_message( uint8_t *frames, uint32_t message )
{
    uint8_t pdu[1600] = { 0x31, 0, 1 };
    uint32_t done = 0, count;
    size_t size = 0;

    if (message > 1590)
    {
        pdu[0] = 0x29;
        memcpy( pdu + 3, &message, 4 );
        size = put_frame( frames, pdu, 7 + 1590 );
        pdu[0] = 0x31;
        done = 1590;
    }
    for (; done < message; done += count)
    {
        count = message - done < 1590 ? message - done : 1590;
        size += put_frame( frames + size, pdu, 3 + count );
    }
    return size;
}

/* Without credit all of it stays with the host, and as soon as the plug-in has had it, in its memory for writes. */
static void await_written( struct host *host, unsigned long mebibytes, struct echoes *echoes )
{
    struct pollfd poll_fd = { .fd = host->fd, .events = POLLIN };
    unsigned int i = 0;

    while (get_pool( host ) < mebibytes && i < 1000 && !host->ended)
    {
        if (poll( &poll_fd, 1, 50 ) > 0) take_echo( host, echoes );
        else i++;
    }
    ok( get_pool( host ) >= mebibytes, "only %lu MiB of %lu are written\n", get_pool( host ), mebibytes );
}

/* The server returns no credit until all is written; then what that took is given back. */
static void check_backlog( struct host *host, uint32_t message, uint32_t total )
{
    uint8_t *frames = malloc( 2 * message + 4096 );
    struct timespec pause = { 0, 50000000 };
    size_t size = put_message( frames, message );
    struct echoes echoes = { 0 };
    uint32_t sent;
    unsigned int i;

    for (sent = 0; sent < total; sent += message) host_send_bytes( host, frames, size );
    await_written( host, total / MIB * 9 / 10, &echoes );
    while (echoes.bytes < sent && !host->ended)
    {
        take_echo( host, &echoes );
        if (echoes.owed >= 65536 || echoes.bytes == sent) return_credit( host, &echoes.owed );
    }
    ok( echoes.bytes == sent, "%u bytes of %u came back\n", echoes.bytes, sent );
    for (i = 0; i < 200 && (get_pool( host ) >= MAX_POOL || get_rss( host ) >= MAX_DRAINED); i++)
        nanosleep( &pause, NULL );
    ok( get_pool( host ) < MAX_POOL, "%lu MiB are kept after messages of %u bytes\n", get_pool( host ), message );
    ok( get_rss( host ) < MAX_DRAINED, "%lu MiB are resident after messages of %u bytes\n", get_rss( host ), message );
    free( frames );
}

static void test_memory( void )
{
    struct host host;

    if (!start( &host )) return;
    open_echo( &host, 0 );
    check_backlog( &host, 1100, 120 * MIB );
    check_backlog( &host, 34000, 120 * MIB );
    check_backlog( &host, 540000, 120 * MIB );
    open_echo( &host, 1 );
    host_stop( &host );
}

/* The addin says what all channels together may keep: the one with most of it is closed, with a line. */
static void test_limits( void )
{
    struct winedvc_limits limits = { .total = 2 };
    uint8_t frame[sizeof(struct winedvc_frame) + 3 + 1590], pdu[3 + 1590] = { 0x31, 0, 1 };
    struct host host;
    unsigned int i;
    size_t size;

    if (!start_with( &host, &limits )) return;
    open_echo( &host, 0 );
    open_echo( &host, 1 );
    for (i = 0; i < 4 * MIB / 1590; i++)
    {
        pdu[1] = i % 4 == 0;
        size = put_frame( frame, pdu, sizeof(pdu) );
        host_send_bytes( &host, frame, size );
    }
    ok( host_awaits_pdu( &host, 4 ), "no channel is closed\n" );
    ok( host.body[1] == 0, "channel %u is closed\n", host.body[1] );
    host_stop( &host );
}

/* So it is where many channels keep a little, for what is compressed in each of them. */
static void test_compression( void )
{
    struct winedvc_limits limits = { .total = 2 };
    struct host host;
    unsigned int i;

    if (!start_with( &host, &limits )) return;
    for (i = 0; i < 200; i++)
    {
        uint8_t pdu[] = { 0x71, i, 1, 0xe0, 0x06, 'x' };

        open_echo( &host, i );
        host_send_pdu( &host, pdu, sizeof(pdu) );
    }
    ok( host_awaits_pdu( &host, 4 ), "no channel is closed\n" );
    host_stop( &host );
}

/* What is received of a message that is not complete counts, too: nothing else is done then. */
static void check_unfinished( struct host *host )
{
    uint8_t *frames = malloc( 4 * MIB );
    uint32_t announced = 8 * MIB;
    size_t size = put_message( frames, 3 * MIB );

    memcpy( frames + sizeof(struct winedvc_frame) + 3, &announced, sizeof(announced) );
    host_send_bytes( host, frames, size );
    ok( host_awaits_pdu( host, 4 ), "the channel is not closed\n" );
    free( frames );
}

/* When nothing is done, no thread wakes up, and no stack is kept but what is used of it. The host has some time to
 * become idle. */
static void test_idle( void )
{
    unsigned int threads, before_threads;
    unsigned long before, after, memory;
    uint8_t message[] = { 0x31, 0, 1, 'x' };
    struct winedvc_limits limits = { .total = 2 };
    struct host host;

    if (!start_with( &host, &limits )) return;
    open_echo( &host, 0 );
    host_send_pdu( &host, message, sizeof(message) );
    ok( host_awaits_pdu( &host, 3 ), "no echo comes\n" );
    sleep( 4 );
    before = sum_of_threads( &host, "voluntary_ctxt_switches:", &before_threads );
    sleep( IDLE );
    after = sum_of_threads( &host, "voluntary_ctxt_switches:", &threads );
    ok( before && before == after, "threads woke up %lu times\n", after - before );
    ok( threads == before_threads && threads <= 4, "there are %u threads\n", threads );
    memory = sum_of_threads( &host, "RssAnon:", &threads ) / threads;
    ok( memory <= MAX_IDLE, "%lu KiB are in use\n", memory );
    check_unfinished( &host );
    host_stop( &host );
}

START_TEST(load)
{
    test_burst();
    test_memory();
    test_limits();
    test_compression();
    test_idle();
}
