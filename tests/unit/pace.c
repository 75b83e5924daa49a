/*
 * Tests of how PDUs are handed to the client, on links that are simulated
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

#include "exchange/pace.h"
#include "wine/test.h"

#define PDU       1600
#define SEND_US   8         /* what a send takes: more than 100 MB/s come from nobody */
#define SOCKET    4194304   /* the most that a socket holds */

/* A client that always has something to send, its socket, and a link of some rate behind it. */
struct link
{
    struct pace pace;
    uint64_t    now;        /* microseconds */
    uint64_t    rate;       /* bytes per second */
    double      buffer;     /* of the peer, which says that it has room when most of it has; 0 for none */
    double      kept;       /* in that buffer */
    double      window;     /* what the peer has said to take */
    unsigned int late_us;   /* it sends and confirms only so often; 0 for always */
    uint64_t    link_time;  /* until when it has taken bytes */
    double      queued;
    double      taken;
    uint64_t    handed;
    uint64_t    most_queued;
    unsigned int refusals;
    bool        blocked;    /* a send met a full socket */
};

static void link_init( struct link *link, uint64_t rate )
{
    memset( link, 0, sizeof(*link) );
    pace_init( &link->pace );
    link->now = link->link_time = 1000000;
    link->rate = rate;
}

/* What the link does in so many microseconds. */
static void link_step( struct link *link, unsigned int us )
{
    double bytes = us * (link->rate / 1e6);

    if (link->late_us)
    {
        link->window += bytes;
        if (link->link_time % link->late_us + us < link->late_us) return;
    }
    else if (!link->buffer) link->window = bytes;
    else if ((link->kept -= bytes < link->kept ? bytes : link->kept) < link->buffer / 8)
        link->window = link->buffer - link->kept;
    bytes = link->queued < link->window ? link->queued : link->window;
    if (link->buffer) link->kept += bytes;
    link->window = link->late_us ? 0 : link->window - bytes;
    link->taken += bytes;
    link->queued -= bytes;
}

static void link_take( struct link *link )
{
    unsigned int us;

    for (; link->link_time < link->now; link->link_time += us)
    {
        us = link->now - link->link_time < 100 ? link->now - link->link_time : 100;
        link_step( link, us );
    }
}

static size_t link_ask( struct link *link )
{
    struct pace_sample sample = { .known = true };

    link_take( link );
    sample.queued = link->queued;
    sample.taken = link->taken;
    sample.writable = link->queued <= SOCKET * 2 / 3;
    return pace_room( &link->pace, &sample, link->now / 1000 );
}

/* What the bridge does: hands over what there is room for, else waits. */
static void link_turn( struct link *link )
{
    size_t room = link_ask( link );

    if (!room)
    {
        link->refusals++;
        link->now += pace_wait( &link->pace ) * 1000;
        return;
    }
    for (;;)
    {
        link->queued += PDU;
        link->handed += PDU;
        link->now += SEND_US;
        if (link->queued > SOCKET) link->blocked = true;
        if (link->queued > link->most_queued) link->most_queued = link->queued;
        if (room <= PDU) return;
        room -= PDU;
    }
}

static void link_run( struct link *link, unsigned int ms )
{
    uint64_t end = link->now + ms * 1000;

    link->most_queued = link->refusals = 0;
    while (link->now < end) link_turn( link );
    link_take( link );
}

/* Bytes per second that the link takes in so many milliseconds. */
static uint64_t link_throughput( struct link *link, unsigned int ms )
{
    double taken = link->taken;
    uint64_t start = link->now;

    link_run( link, ms );
    return (link->taken - taken) * 1000000 / (link->now - start);
}

/* Whatever was before, in a second and a half the link is never short of bytes, the socket holds little, and nobody
 * asks all the time. */
static void check_steady_( int line, struct link *link )
{
    uint64_t possible = PDU * 1000000 / SEND_US, expected = link->rate < possible ? link->rate : possible, rate;
    uint64_t limit = link->rate * 40 / 1000 + link->buffer;

    link_run( link, 1500 );
    if (limit > PACE_MAX) limit = PACE_MAX;

    rate = link_throughput( link, 2000 );
    ok_( __FILE__, line )( rate >= expected * 85 / 100, "%.0f kB/s, of %.0f\n", rate / 1e3, expected / 1e3 );
    ok_( __FILE__, line )( link->most_queued <= limit + 2 * PDU, "%.0f kB queued, of %.0f kB/s\n",
                           link->most_queued / 1e3, link->rate / 1e3 );
    ok_( __FILE__, line )( link->refusals <= 2000, "%u refusals\n", link->refusals );
    ok_( __FILE__, line )( !link->blocked, "a send met a full socket\n" );
}
#define check_steady( link ) check_steady_( __LINE__, link )

static void test_rates( void )
{
    static const uint64_t rates[] = { 10000, 30000, 125000, 1000000, 10000000, 100000000, 1000000000 };
    struct link link;
    size_t i;

    for (i = 0; i < sizeof(rates) / sizeof(rates[0]); i++)
    {
        link_init( &link, rates[i] );
        link_run( &link, 1000 );
        check_steady( &link );
    }
}

/* A peer with a small buffer confirms a lot at once, and then nothing for long. */
static void test_bursts( void )
{
    static const uint64_t rates[] = { 125000, 1000000, 10000000 };
    struct link link;
    size_t i;

    for (i = 0; i < sizeof(rates) / sizeof(rates[0]); i++)
    {
        link_init( &link, rates[i] );
        link.buffer = 32768;
        check_steady( &link );
    }
}

/* What lies in the socket is all that goes out until the next confirmation. */
static void test_late( void )
{
    struct link link;
    uint64_t rate;

    link_init( &link, 5000000 );
    link.late_us = 40000;
    link_run( &link, 2000 );
    rate = link_throughput( &link, 2000 );
    ok( rate >= 4000000, "%.0f kB/s\n", rate / 1e3 );
}

static void test_change( void )
{
    struct link link;
    uint64_t rate;

    link_init( &link, 10000000 );
    link_run( &link, 1000 );
    link.rate = 200000;
    check_steady( &link );
    link.rate = 10000000;
    rate = link_throughput( &link, 200 );
    ok( rate >= 5000000, "%.0f kB/s\n", rate / 1e3 );
    check_steady( &link );
}

static void test_stall( void )
{
    struct link link;
    uint64_t handed, rate;

    link_init( &link, 1000000 );
    link_run( &link, 1000 );
    link.rate = 0;
    link_run( &link, 1000 );
    handed = link.handed;
    link_run( &link, 10000 );
    ok( link.handed == handed, "%u bytes went into a stalled link\n", (unsigned int)(link.handed - handed) );
    ok( link.refusals <= 10000 / PACE_WAIT + 1, "%u questions\n", link.refusals );
    link.link_time = link.now;
    link.rate = 1000000;
    rate = link_throughput( &link, 300 );
    ok( rate >= 600000, "%.0f kB/s\n", rate / 1e3 );
    check_steady( &link );
}

/* What a link with little to do takes says nothing of what it could. */
static void test_idle( void )
{
    struct link link;
    size_t target;
    unsigned int i;

    link_init( &link, 20000000 );
    link_run( &link, 1000 );
    target = pace_target( &link.pace );
    ok( target > 200000, "%u\n", (unsigned int)target );
    for (i = 0; i < 200; i++)
    {
        link.now += 50000;
        ok( link_ask( &link ) > 0, "question %u is refused\n", i );
        link.queued += PDU;
    }
    ok( pace_target( &link.pace ) == target, "%u, was %u\n", (unsigned int)pace_target( &link.pace ),
        (unsigned int)target );
}

static void test_clock( void )
{
    struct link link;

    link_init( &link, 1000000 );
    link_run( &link, 1000 );
    link.now -= 500000;         /* back */
    link.link_time -= 500000;
    link_run( &link, 1000 );
    check_steady( &link );
    link.now += 3600000000u;    /* an hour of sleep */
    link.link_time = link.now;
    link_run( &link, 100 );
    check_steady( &link );
    link.taken = 0;             /* another socket */
    link.queued = 0;
    link_run( &link, 500 );
    ok( link.most_queued < 110000, "%.0f kB queued\n", link.most_queued / 1e3 );
    check_steady( &link );
}

static void test_limits( void )
{
    struct pace_sample sample = { .known = true, .writable = true };
    struct pace pace;
    size_t room;

    pace_init( &pace );
    room = pace_room( &pace, &sample, 1000 );
    ok( room == PACE_SLICE, "%u\n", (unsigned int)room );
    sample.queued = pace_target( &pace ) - 1;
    room = pace_room( &pace, &sample, 1001 );
    ok( room == 1, "%u\n", (unsigned int)room );
    sample.queued++;
    room = pace_room( &pace, &sample, 1002 );
    ok( !room, "%u\n", (unsigned int)room );
    ok( pace_wait( &pace ) >= 5 && pace_wait( &pace ) <= 10, "%u ms\n", pace_wait( &pace ) );

    sample.queued = 0;
    sample.writable = false; /* what was sent and is not confirmed counts as well */
    room = pace_room( &pace, &sample, 1003 );
    ok( !room, "%u\n", (unsigned int)room );
    ok( pace_wait( &pace ) >= 5, "%u ms\n", pace_wait( &pace ) );
}

static void test_unknown( void )
{
    struct pace_sample sample = { .known = false };
    struct pace pace;
    size_t room;

    pace_init( &pace );
    room = pace_room( &pace, &sample, 1000 );
    ok( room == PACE_SLICE, "%u\n", (unsigned int)room );
    pace_sent( &pace, 2 );
    room = pace_room( &pace, &sample, 1002 );
    ok( room == PACE_SLICE, "%u\n", (unsigned int)room );
    pace_sent( &pace, 40 );
    room = pace_room( &pace, &sample, 1042 );
    ok( !room, "%u\n", (unsigned int)room );
    ok( pace_wait( &pace ) == 40, "%u ms\n", pace_wait( &pace ) );
    room = pace_room( &pace, &sample, 1082 );
    ok( room == PACE_SLICE, "%u\n", (unsigned int)room );
    pace_sent( &pace, 100000 );
    room = pace_room( &pace, &sample, 101082 );
    ok( !room, "%u\n", (unsigned int)room );
    ok( pace_wait( &pace ) == PACE_WAIT, "%u ms\n", pace_wait( &pace ) );
}

START_TEST(pace)
{
    test_rates();
    test_bursts();
    test_late();
    test_change();
    test_stall();
    test_idle();
    test_clock();
    test_limits();
    test_unknown();
}
