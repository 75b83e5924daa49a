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

#include "pace.h"

/* The socket holds what the link takes in so many milliseconds; in more if it confirms so late that it runs dry. */
#define TARGET_MS  25
#define MAX_TARGET_MS 100
/* Confirmations come in bursts: a rate is measured from one to another, over so long at least. */
#define MEASURE_MS 30
/* The best rate of this period and the last one counts. */
#define PERIOD_MS  500
/* Until a rate was measured. */
#define FIRST_RATE 655360
/* A batch is meant to take less. */
#define SLOW_MS    10

static uint64_t pace_rate( const struct pace *pace )
{
    return pace->best > pace->last_best ? pace->best : pace->last_best;
}

static unsigned int limit_wait( uint64_t ms )
{
    if (!ms) return 1;
    return ms < PACE_WAIT ? ms : PACE_WAIT;
}

void pace_init( struct pace *pace )
{
    *pace = (struct pace){ .last_best = FIRST_RATE, .target_ms = TARGET_MS };
}

size_t pace_target( const struct pace *pace )
{
    uint64_t rate = pace_rate( pace );

    if (rate >= (uint64_t)PACE_MAX * 1000 / pace->target_ms) return PACE_MAX;
    return rate * pace->target_ms / 1000 > PACE_MIN ? rate * pace->target_ms / 1000 : PACE_MIN;
}

/* A link that was idle may be faster than what it took; it is not slower. */
static void pace_end_measurement( struct pace *pace, uint64_t taken, uint64_t ms )
{
    uint64_t rate = taken * 1000 / ms;

    if (rate > pace->best) pace->best = rate;
    if (pace->busy) pace->age += ms < PERIOD_MS ? ms : PERIOD_MS;
    if (pace->age < PERIOD_MS) return;
    pace->last_best = pace->best;
    pace->best = 0;
    pace->age = 0;
    if (!pace->ran_dry) pace->target_ms = TARGET_MS;
    pace->ran_dry = false;
}

/* Nothing was handed over, and nothing is left: that was too little. */
static void pace_check_dry( struct pace *pace, const struct pace_sample *sample )
{
    if (pace->refused && !sample->queued)
    {
        pace->ran_dry = true;
        if (pace->target_ms < MAX_TARGET_MS) pace->target_ms *= 2;
    }
    pace->refused = false;
}

static void pace_measure( struct pace *pace, const struct pace_sample *sample, uint64_t now )
{
    bool same_clock = now >= pace->since && sample->taken >= pace->seen; /* and the same socket */
    bool confirmed = sample->taken != pace->seen;
    uint64_t ms = now - pace->since;

    pace->seen = sample->taken;
    pace->busy = pace->busy && sample->queued;
    if (same_clock)
    {
        if (ms < (confirmed ? MEASURE_MS : PERIOD_MS)) return;
        pace_end_measurement( pace, sample->taken - pace->taken, ms );
    }
    pace->since = now;
    pace->taken = sample->taken;
    pace->busy = sample->queued;
}

/* Nobody can say how full the socket is: the client pauses for as long as its sends have waited. */
static size_t pace_guess( struct pace *pace )
{
    pace->wait = limit_wait( pace->took );
    if (pace->took < SLOW_MS) return PACE_SLICE;
    pace->took = 0;
    return 0;
}

/* Until three quarters of what the socket should hold are left. */
static unsigned int pace_drain_time( const struct pace *pace, const struct pace_sample *sample )
{
    size_t enough = pace_target( pace ) * 3 / 4;

    if (sample->queued <= enough) return TARGET_MS; /* what was sent fills it, and is not confirmed */
    return limit_wait( (sample->queued - enough) * (uint64_t)1000 / (pace_rate( pace ) + 1) );
}

size_t pace_room( struct pace *pace, const struct pace_sample *sample, uint64_t now )
{
    size_t target, room;

    if (!sample->known) return pace_guess( pace );
    pace_measure( pace, sample, now );
    pace_check_dry( pace, sample );
    target = pace_target( pace );
    if (sample->writable && sample->queued < target)
    {
        room = target - sample->queued;
        return room < PACE_SLICE ? room : PACE_SLICE;
    }
    pace->wait = pace_drain_time( pace, sample );
    pace->refused = sample->queued;
    return 0;
}

unsigned int pace_wait( const struct pace *pace )
{
    return pace->wait;
}

void pace_sent( struct pace *pace, uint64_t ms )
{
    pace->took = ms < PACE_WAIT ? ms : PACE_WAIT;
}
