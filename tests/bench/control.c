/*
 * How busy the machine is: what a control says before and after what is measured
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

/*
 * The line is: control, others' share of the processors, what the machine's owner took from it, how much longer a
 * thread took to run than it ran, and microseconds of a round trip between two threads that wait.
 */

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "wine/test.h"

#define LOOK_MS 500     /* in which nothing of ours runs */
#define RUN_MS  300
#define TRIPS   501

static double seconds( clockid_t clock )
{
    struct timespec now;

    clock_gettime( clock, &now );
    return now.tv_sec + now.tv_nsec / 1e9;
}

/* Ticks of all processors since the start: proc(5) */
struct ticks
{
    double all, idle, stolen;
};

static bool read_ticks( struct ticks *ticks )
{
    double user, nice, system, idle, io, irq, softirq, stolen;
    FILE *file = fopen( "/proc/stat", "r" );
    bool good = file && fscanf( file, "cpu %lf %lf %lf %lf %lf %lf %lf %lf", &user, &nice, &system, &idle, &io, &irq,
                                &softirq, &stolen ) == 8;

    if (file) fclose( file );
    if (!good) return false;
    ticks->idle = idle + io;
    ticks->stolen = stolen;
    ticks->all = user + nice + system + irq + softirq + stolen + ticks->idle;
    return true;
}

static double stretch(void)
{
    double wall = seconds( CLOCK_MONOTONIC ), ran = seconds( CLOCK_THREAD_CPUTIME_ID );

    while (seconds( CLOCK_THREAD_CPUTIME_ID ) < ran + RUN_MS / 1e3);
    return (seconds( CLOCK_MONOTONIC ) - wall) / (seconds( CLOCK_THREAD_CPUTIME_ID ) - ran);
}

static void *answer( void *arg )
{
    int fd = *(int *)arg;
    char byte;

    while (read( fd, &byte, 1 ) == 1 && write( fd, &byte, 1 ) == 1);
    return NULL;
}

static int compare_doubles( const void *a, const void *b )
{
    const double *left = a, *right = b;

    return (*left > *right) - (*left < *right);
}

static double wakeup_us(void)
{
    double trips[TRIPS] = { 0 };
    pthread_t thread;
    int fds[2], i;
    char byte = 0;

    if (socketpair( AF_UNIX, SOCK_STREAM, 0, fds ) || pthread_create( &thread, NULL, answer, &fds[1] )) abort();
    for (i = 0; i < TRIPS; i++)
    {
        trips[i] = seconds( CLOCK_MONOTONIC );
        ok( write( fds[0], &byte, 1 ) == 1 && read( fds[0], &byte, 1 ) == 1, "the other thread does not answer\n" );
        trips[i] = seconds( CLOCK_MONOTONIC ) - trips[i];
    }
    close( fds[0] );
    pthread_join( thread, NULL );
    close( fds[1] );
    qsort( trips, TRIPS, sizeof(trips[0]), compare_doubles );
    return trips[TRIPS / 2] * 1e6;
}

START_TEST(control)
{
    const struct timespec look = { 0, LOOK_MS * 1000000 };
    struct ticks before, after;

    if (!read_ticks( &before ) || nanosleep( &look, NULL ) || !read_ticks( &after ) || after.all == before.all)
    {
        ok( 0, "/proc/stat says nothing\n" );
        return;
    }
    printf( "control\t%.3f\t%.3f\t%.3f\t%.1f\n",
            1 - (after.idle - before.idle + after.stolen - before.stolen) / (after.all - before.all),
            (after.stolen - before.stolen) / (after.all - before.all), stretch(), wakeup_us() );
}
