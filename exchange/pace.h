/*
 * How fast PDUs are handed to the client
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

#ifndef __WINEDVC_PACE_H
#define __WINEDVC_PACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The client's main thread waits when the socket is full, and what lies in the
 * socket can neither be cancelled nor overtaken. So no more is handed over than
 * keeps the link busy until the next look. A pure state machine: no I/O, no
 * clock, no lock. Times are milliseconds of a clock that should be monotonic;
 * rates are bytes per second.
 */

#define PACE_MIN    1600        /* the longest PDU */
#define PACE_MAX    1048576
#define PACE_SLICE  8192        /* between two looks: less than a writable socket has free */
#define PACE_WAIT   64          /* the longest */

/* What the sockets say. */
struct pace_sample
{
    bool     known;             /* false: there is none to ask, the rest is void */
    bool     writable;
    uint32_t queued;            /* bytes that were not sent yet */
    uint64_t taken;             /* bytes that the peer has ever confirmed */
    uint32_t round_trip;        /* in microseconds, 0 if it is not known; for who looks, not for the pace */
};

struct pace
{
    uint64_t     since;         /* the present measurement's begin */
    uint64_t     taken;         /* until then */
    uint64_t     seen;          /* at the last look */
    bool         busy;          /* the link has had bytes to send since then */
    uint64_t     best;          /* rate of the present period */
    uint64_t     last_best;     /* of the period before */
    unsigned int age;           /* of the present period, while busy */
    unsigned int target_ms;
    bool         refused;       /* the last look left it at what the socket held */
    bool         ran_dry;       /* after which the socket held nothing, in the present period */
    unsigned int took;          /* the last batch, if its sends were slow and nothing else is known */
    unsigned int wait;
};

/* For a new connection. */
extern void pace_init( struct pace *pace );

/* Bytes that may be handed over now, where one PDU may go beyond; 0 to wait. */
extern size_t pace_room( struct pace *pace, const struct pace_sample *sample, uint64_t now );

/* After pace_room() returned 0: milliseconds until it is worth asking again, 1 to PACE_WAIT. */
extern unsigned int pace_wait( const struct pace *pace );

/* How long the sends of a batch took. */
extern void pace_sent( struct pace *pace, uint64_t ms );

/* What lies in the socket, or should. From PACE_MIN to PACE_MAX. */
extern size_t pace_target( const struct pace *pace );

#endif /* __WINEDVC_PACE_H */
