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

#ifndef __BENCH_TRIPS_H
#define __BENCH_TRIPS_H

#include <stddef.h>
#include <stdint.h>

#include "host/host.h"

/* The message as the addin's frames. */
struct frames
{
    uint8_t *data;
    size_t   size, capacity;
};

/* Aborts without memory. */
extern void frames_set_message( struct frames *frames, uint32_t channel, const uint8_t *message, uint32_t size );
extern void frames_free( struct frames *frames );

/* Starts it with a plug-in of tests/plugins, a path from there, or a {CLSID}, connected and with a channel, number 1, of that name.
 * false, after a failed check, if that is impossible. */
extern bool trips_begin( struct host *host, const char *plugin, const char *channel );
/* One channel more. */
extern bool trips_open( struct host *host, uint32_t id, const char *channel );

/* Starts pong.exe of this directory, a bare Wine process. */
extern bool trips_begin_pong( struct host *pong );
/* Starts direct.exe with the plug-in of that class. */
extern bool trips_begin_direct( struct host *direct, const char *class );

/* Sends the frames and waits for a message of that size. Returns microseconds; host->ended after a failed check. */
extern double trips_make( struct host *host, const struct frames *frames, uint8_t *answer, size_t size );
/* Waits for a message of that size on any channel; false if something else comes. */
extern bool trips_receive( struct host *host, uint8_t *answer, size_t size );

extern double now_us(void);
/* Sorts the values. */
extern double median( double *values, size_t count );

/* A number of the environment, or the other. */
extern unsigned int environment_number( const char *variable, unsigned int otherwise );

/* How often Wine's server, whose pid is BENCH_SERVER, has read so far: a request is at least one. */
extern unsigned long server_reads(void);

#endif /* __BENCH_TRIPS_H */
