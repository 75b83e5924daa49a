/*
 * Measures the longest time between two turns of the client's main loop
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
 * A turn ends when the loop waits for all its descriptors, and the next begins when
 * that returns. What lies between is a gap, in which the client neither draws nor takes
 * input. The time in which the thread was ready to run and had no processor is left
 * out, so that a busy machine changes nothing. If WINEDVC_TEST_GAP is set, a line with
 * the longest gap is printed at the end.
 */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility( "default" )))

static double longest;          /* milliseconds; main thread only, until the end */
static unsigned long turns;

static __thread bool is_main;   /* it has run the main loop's work */
static __thread bool inside;    /* and does so now */
static __thread double began;   /* the present turn; 0 if it has not */
static __thread int stat_file;  /* the descriptor + 1 */

static bool is_enabled( void )
{
    static int enabled = -1;

    if (enabled < 0) enabled = getenv( "WINEDVC_TEST_GAP" ) != NULL;
    return enabled;
}

/* How long this thread has been kept from running so far. */
static double delayed_ms( void )
{
    char text[64] = "";
    double ran, delayed;

    if (!stat_file) stat_file = open( "/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC ) + 1;
    if (stat_file <= 0 || pread( stat_file - 1, text, sizeof(text) - 1, 0 ) <= 0) return 0;
    return sscanf( text, "%lf %lf", &ran, &delayed ) == 2 ? delayed / 1e6 : 0;
}

static double now_ms( void )
{
    struct timespec now;

    clock_gettime( CLOCK_MONOTONIC, &now );
    return now.tv_sec * 1e3 + now.tv_nsec / 1e6 - delayed_ms();
}

static void end_turn( void )
{
    double gap = now_ms() - began;

    if (!began || !is_main) return;
    turns++;
    if (gap > longest) longest = gap;
}

EXPORT uint32_t WaitForMultipleObjects( uint32_t count, void *const *handles, int all, uint32_t timeout )
{
    static uint32_t (*next)( uint32_t, void *const *, int, uint32_t );
    uint32_t ret;

    if (!next) next = dlsym( RTLD_NEXT, "WaitForMultipleObjects" );
    if (!is_enabled() || inside) return next( count, handles, all, timeout );
    end_turn();
    ret = next( count, handles, all, timeout );
    began = now_ms();
    return ret;
}

EXPORT int freerdp_check_event_handles( void *context )
{
    static int (*next)( void * );
    int ret;

    if (!next) next = dlsym( RTLD_NEXT, "freerdp_check_event_handles" );
    is_main = inside = true;
    ret = next( context );
    inside = false;
    return ret;
}

static void __attribute__((destructor)) report( void )
{
    if (turns) printf( "the longest of %lu gaps between turns of the main loop: %.1f ms\n", turns, longest );
}
