/*
 * How fast something was in the last seconds
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

#ifndef __WINEDVC_HISTORY_H
#define __WINEDVC_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HISTORY_SAMPLES 160

/* Of one counter, by whatever names it; all of them are a list of its user's. */
struct history
{
    struct history *next;
    uint64_t        key[3];
    bool            seen;       /* in this round */
    uint64_t        value;      /* at the last sample */
    uint64_t        time;
    unsigned int    count;      /* samples there are */
    double          rates[HISTORY_SAMPLES];     /* per second, the newest first */
};

/* A counter's value at a time in microseconds. NULL without memory. */
extern const struct history *history_sample( struct history **histories, const uint64_t key[3], uint64_t value,
                                             uint64_t time );
extern const struct history *history_find( struct history *histories, const uint64_t key[3] );
/* A round ends: what was not sampled in it is forgotten. */
extern void history_end_round( struct history **histories );
extern void history_clear( struct history **histories );

/* Its last rate; 0 if there is none. */
extern double history_rate( const struct history *history );

/* The last rates as bars, the newest at the end, of so many characters, HISTORY_SAMPLES at most: blocks of UTF-8 or,
 * plain, ASCII. The highest bar is the highest rate among them. */
extern void history_draw( const struct history *history, size_t width, bool plain, char *text, size_t size );

#endif /* __WINEDVC_HISTORY_H */
