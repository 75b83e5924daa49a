/*
 * The steps that a script may have
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

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "server.h"

#define MAX_MESSAGE ( 1u << 30 )
#define TURN_BYTES  ( 1u << 20 )    /* that an exchange sends at once */

static enum progress fail_closed( struct task *task )
{
    return task_fail( task, "the client closed the channel" );
}

/* ---- messages */

static bool send_bytes( struct task *task, const uint8_t *data, size_t size )
{
    if (task->channel->state != CHANNEL_OPEN || !channel_write( task->channel, data, size )) return false;
    task->totals.messages_sent++;
    task->totals.bytes_sent += size;
    task->sent_at = now_us();
    return true;
}

static bool receive( struct task *task, uint8_t **data, size_t *size )
{
    if (!channel_read( task->channel, data, size )) return false;
    task->totals.messages_received++;
    task->totals.bytes_received += *size;
    task_progressed( task );
    return true;
}

static void apply_key( const struct task *task, uint8_t *data, size_t size )
{
    size_t i;

    if (!task->key_size) return;
    for (i = 0; i < size; i++) data[i] ^= task->key[i % task->key_size];
}

/* Takes both buffers over. */
static bool compare( struct task *task, uint8_t *wanted, size_t wanted_size, uint8_t *came, size_t came_size )
{
    size_t i, size = wanted_size < came_size ? wanted_size : came_size;
    bool same = wanted_size == came_size && !memcmp( wanted, came, size );

    task->totals.hash_expected = fnv1a( task->totals.hash_expected, wanted, wanted_size );
    task->totals.hash_received = fnv1a( task->totals.hash_received, came, came_size );
    if (!same)
    {
        for (i = 0; i < size && wanted[i] == came[i]; i++);
        if (i == size)
            task_fail( task, "message %u: %zu bytes came, expected %zu",
                       task->answered_count + 1, came_size, wanted_size );
        else
            task_fail( task, "message %u: byte %zu is 0x%02x, expected 0x%02x (%zu bytes came, expected %zu)",
                       task->answered_count + 1, i, came[i], wanted[i], came_size, wanted_size );
    }
    free( wanted );
    free( came );
    return same;
}

/* ---- exchanges: pseudo-random messages, each answered by as many bytes with the key applied */

struct exchange
{
    const uint32_t *sizes;
    size_t stride;          /* 0: all have the first size */
    uint32_t total;
    uint32_t window;        /* messages on the way */
    uint32_t *trips;        /* takes the times of all, may be NULL */
    uint64_t pause;         /* us, between an answer and the next message, where one at a time is on the way */
};

static void exchange_start( struct task *task, const struct step *step )
{
    (void)step;
    task->awaited = task->sent;
    task_progressed( task );
}

static bool send_random( struct task *task, size_t size )
{
    uint8_t *data = malloc( size );
    bool ret;

    if (!data) abort();
    random_fill( &task->sent, data, size );
    ret = send_bytes( task, data, size );
    free( data );
    return ret;
}

static bool check_answer( struct task *task, size_t wanted_size, uint8_t *came, size_t came_size )
{
    uint8_t *wanted = malloc( wanted_size );

    if (!wanted) abort();
    random_fill( &task->awaited, wanted, wanted_size );
    apply_key( task, wanted, wanted_size );
    return compare( task, wanted, wanted_size, came, came_size );
}

/* The machine is not kept busy all the time by what only goes on beside something else. */
static bool pauses( struct task *task, const struct exchange *exchange )
{
    task->wake = UINT64_MAX;
    if (!exchange->pause || !task->answered_count || task->sent_count != task->answered_count) return false;
    if (now_us() < task->answered_at + exchange->pause) task->wake = task->answered_at + exchange->pause;
    return task->wake != UINT64_MAX;
}

/* Many messages wait here until the socket has taken those before: FreeRDP's buffer copies all
 * that it holds again and again. */
static bool may_send( struct task *task, const struct exchange *exchange, size_t sent )
{
    if (task->sent_count >= exchange->total || pauses( task, exchange )) return false;
    if (task->sent_count - task->answered_count >= exchange->window) return false;
    return exchange->window == 1 || (sent < TURN_BYTES && !session_is_blocked( task->session ));
}

/* STEP_WAITS also where the client has closed the channel. */
static enum progress exchange_advance( struct task *task, const struct exchange *exchange )
{
    const uint32_t *sizes = exchange->sizes;
    size_t stride = exchange->stride, size, sent = 0;
    uint64_t trip;
    uint8_t *data;

    for (;;)
    {
        while (may_send( task, exchange, sent ))
        {
            if (!send_random( task, sizes[task->sent_count * stride] )) break;
            sent += sizes[task->sent_count++ * stride];
        }
        if (task->answered_count == exchange->total) return STEP_DONE;
        if (task->sent_count == task->answered_count || !receive( task, &data, &size )) return STEP_WAITS;
        task->answered_at = now_us();
        trip = task->answered_at - task->sent_at;
        if (!check_answer( task, sizes[task->answered_count * stride], data, size )) return STEP_FAILED;
        if (exchange->trips) exchange->trips[task->answered_count] = trip;
        task->answered_count++;
        if (exchange->window == 1 && trip > task->totals.worst_us) task->totals.worst_us = trip;
    }
}

static enum progress exchange_or_fail( struct task *task, const struct exchange *exchange )
{
    enum progress progress = exchange_advance( task, exchange );

    if (progress == STEP_WAITS && task->channel->state == CHANNEL_CLOSED) return fail_closed( task );
    return progress;
}

static enum progress echo_advance( struct task *task, const struct step *step )
{
    const struct exchange exchange = { step->numbers, 1, step->count, 1, NULL, 0 };

    return exchange_or_fail( task, &exchange );
}

static enum progress pipeline_advance( struct task *task, const struct step *step )
{
    const struct exchange exchange = { &step->numbers[1], 0, step->numbers[0], step->numbers[0], NULL, 0 };

    return exchange_or_fail( task, &exchange );
}

/* Ends when nothing else in the script goes on, but not before it has seen one answer. */
static enum progress echo_beside_advance( struct task *task, const struct step *step )
{
    struct exchange exchange = { step->numbers, 0, UINT32_MAX, 1, NULL, 2000 };
    const struct script *script = task->script;
    size_t i;

    for (i = 0; i < script->count && task_is_idle( &script->tasks[i] ); i++);
    if (i == script->count && task->sent_count) exchange.total = task->sent_count;
    return exchange_or_fail( task, &exchange );
}

/* As much at once as the window holds; then one message at a time until the other task has ended, and one more. */
static enum progress stream_advance( struct task *task, const struct step *step )
{
    const uint32_t count = (step->numbers[0] + step->numbers[1] - 1) / step->numbers[1];
    struct exchange exchange = { &step->numbers[1], 0, UINT32_MAX, task->sent_count < count ? 8 : 1, NULL, 5000 };

    if (!task->last && script_find_task( task->script, step->text )->state != TASK_RUNNING)
        task->last = task->sent_count < count ? count : task->sent_count + 1;
    if (task->last) exchange.total = task->last;
    return exchange_or_fail( task, &exchange );
}

/* A window of messages of a size until it is over, and no more than was sent by then. */
static enum progress exchange_until( struct task *task, bool over, const uint32_t *size, uint32_t window )
{
    struct exchange exchange = { size, 0, UINT32_MAX, window, NULL, 0 };

    if (!task->last && over) task->last = task->sent_count ? task->sent_count : 1;
    if (task->last) exchange.total = task->last;
    return exchange_or_fail( task, &exchange );
}

static enum progress beside_advance( struct task *task, const struct step *step )
{
    bool over = script_find_task( task->script, step->text )->state != TASK_RUNNING;

    return exchange_until( task, over, &step->numbers[0], step->numbers[1] );
}

static enum progress race_advance( struct task *task, const struct step *step )
{
    const uint64_t end = task->began + UINT64_C( 1000 ) * step->numbers[0];
    bool over = now_us() >= end;
    enum progress progress;

    if (over && !task->last)
        printf( "task %s: race: %u messages of %u bytes in %u ms\n", task->name, task->answered_count,
                step->numbers[1], step->numbers[0] );
    progress = exchange_until( task, over, &step->numbers[1], step->numbers[2] );
    if (!task->last) task->wake = end;
    return progress;
}

static void measure_start( struct task *task, const struct step *step )
{
    exchange_start( task, step );
    if (!(task->trips = malloc( step->numbers[0] * sizeof(*task->trips) ))) abort();
}

static int compare_trips( const void *a, const void *b )
{
    const uint32_t *left = a, *right = b;

    return (*left > *right) - (*left < *right);
}

static enum progress measure_advance( struct task *task, const struct step *step )
{
    const uint32_t count = step->numbers[0];
    const struct exchange exchange = { &step->numbers[1], 0, count, 1, task->trips, 0 };
    enum progress progress = exchange_or_fail( task, &exchange );

    if (progress != STEP_DONE) return progress;
    qsort( task->trips, count, sizeof(*task->trips), compare_trips );
    printf( "task %s: %s: %u round trips of %u bytes, p50 %u us, worst %u us, p99 %u us\n",
            task->name, step->text, count, step->numbers[1], task->trips[count / 2], task->trips[count - 1],
            task->trips[(uint64_t)count * 99 / 100] );
    free( task->trips );
    task->trips = NULL;
    return STEP_DONE;
}

static void forget_channel( struct task *task )
{
    channel_destroy( task->channel );
    task->channel = NULL;
}

static enum progress was_closed( struct task *task )
{
    printf( "task %s: the client closed the channel after %u of %u messages\n",
            task->name, task->answered_count, task->sent_count );
    forget_channel( task );
    return STEP_DONE;
}

static enum progress flood_advance( struct task *task, const struct step *step )
{
    const struct exchange exchange = { step->numbers, 0, UINT32_MAX, step->numbers[1], NULL, 0 };
    enum progress progress = exchange_advance( task, &exchange );

    if (progress != STEP_WAITS || task->channel->state != CHANNEL_CLOSED) return progress;
    return was_closed( task );
}

static void drop_answers( struct task *task )
{
    uint8_t *data;
    size_t size;

    while (receive( task, &data, &size )) free( data );
}

/* One a turn, so that what others send does not wait for more than that. */
static enum progress spill_advance( struct task *task, const struct step *step )
{
    drop_answers( task );
    if (task->channel->state == CHANNEL_CLOSED) return was_closed( task );
    if (task->sent_count == step->numbers[0]) return STEP_DONE;
    if (!session_is_blocked( task->session ) && send_random( task, step->numbers[1] )) task->sent_count++;
    task->wake = session_is_blocked( task->session ) ? UINT64_MAX : now_us();
    task_progressed( task );
    return STEP_WAITS;
}

static enum progress pour_advance( struct task *task, const struct step *step )
{
    const uint64_t size = step->numbers[0], rate = step->numbers[1];

    drop_answers( task );
    if (script_find_task( task->script, step->text )->state != TASK_RUNNING) return STEP_DONE;
    if (!session_is_blocked( task->session ) &&
        task->sent_count * size * 1000000 <= (now_us() - task->began) * rate && send_random( task, size ))
        task->sent_count++;
    if (task->channel->state == CHANNEL_CLOSED) return was_closed( task );
    task->wake = session_is_blocked( task->session ) ? UINT64_MAX :
                 task->began + task->sent_count * size * 1000000 / rate + 1;
    task_progressed( task );
    return STEP_WAITS;
}

/* ---- open and close */

static void set_channel_name( struct task *task, const char *name )
{
    free( task->channel_name );
    if (!(task->channel_name = strdup( name ))) abort();
}

static struct channel *offer( struct task *task, const char *name )
{
    struct channel *channel = channel_open( task->session, name );

    if (!channel) task_fail( task, "FreeRDP's server cannot offer the channel" );
    return channel;
}

static void open_start( struct task *task, const struct step *step )
{
    if (task->channel)
    {
        task_fail( task, "the task has a channel open already" );
        return;
    }
    set_channel_name( task, step->text );
    task->key_size = 0;
    task->channel = offer( task, step->text );
}

static enum progress open_advance( struct task *task, const struct step *step )
{
    (void)step;
    if (task->channel->state == CHANNEL_OPENING) return STEP_WAITS;
    if (task->channel->state == CHANNEL_REFUSED)
        return task_fail( task, "the client refused the channel with status 0x%08x", task->channel->status );
    return STEP_DONE;
}

static enum progress open_static_advance( struct task *task, const struct step *step )
{
    if (task->channel) return task_fail( task, "the task has a channel open already" );
    set_channel_name( task, step->text );
    task->key_size = 0;
    task->channel = channel_open_static( task->session, step->text );
    return task->channel ? STEP_DONE : task_fail( task, "the client has not joined the static channel" );
}

static enum progress offer_advance( struct task *task, const struct step *step )
{
    set_channel_name( task, step->text );
    task->offer = offer( task, step->text );
    return task->offer ? STEP_DONE : STEP_FAILED;
}

static void open_refused_start( struct task *task, const struct step *step )
{
    if (!task->channel) set_channel_name( task, step->text );
    task->offer = offer( task, step->text );
}

static enum progress open_refused_advance( struct task *task, const struct step *step )
{
    struct channel *channel = task->offer;

    if (channel->state == CHANNEL_OPENING) return STEP_WAITS;
    if (channel->state != CHANNEL_REFUSED) return task_fail( task, "the client opened the channel" );
    if (step->count && channel->status != step->numbers[0])
        return task_fail( task, "the client refused with status 0x%08x, expected 0x%08x",
                          channel->status, step->numbers[0] );
    printf( "task %s: refused with status 0x%08x\n", task->name, channel->status );
    channel_destroy( channel );
    task->offer = NULL;
    return STEP_DONE;
}

static void close_start( struct task *task, const struct step *step )
{
    (void)step;
    if (task->channel->state == CHANNEL_CLOSED) fail_closed( task );
    else channel_close( task->channel );
}

static enum progress close_advance( struct task *task, const struct step *step )
{
    (void)step;
    if (task->channel->state != CHANNEL_CLOSED) return STEP_WAITS;
    forget_channel( task );
    return STEP_DONE;
}

static void expect_close_start( struct task *task, const struct step *step )
{
    task->deadline = task->began + 1000ull * step->numbers[0];
}

static enum progress expect_close_advance( struct task *task, const struct step *step )
{
    uint8_t *data;
    size_t size;

    (void)step;
    if (channel_read( task->channel, &data, &size ))
    {
        free( data );
        return task_fail( task, "a message of %zu bytes came", size );
    }
    if (task->channel->state != CHANNEL_CLOSED) return STEP_WAITS;
    printf( "task %s: closed by the client after %" PRIu64 " ms\n", task->name, (now_us() - task->began) / 1000 );
    forget_channel( task );
    return STEP_DONE;
}

/* ---- single messages */

static enum progress key_advance( struct task *task, const struct step *step )
{
    task->key_size = step->numbers[0];
    random_fill( &task->sent, task->key, task->key_size );
    return send_bytes( task, task->key, task->key_size ) ? STEP_DONE : fail_closed( task );
}

static enum progress send_advance( struct task *task, const struct step *step )
{
    const uint8_t *text = (const uint8_t *)step->text;

    return send_bytes( task, text, strlen( step->text ) ) ? STEP_DONE : fail_closed( task );
}

static enum progress await_message( struct task *task, uint8_t **data, size_t *size )
{
    if (receive( task, data, size )) return STEP_DONE;
    return task->channel->state == CHANNEL_CLOSED ? fail_closed( task ) : STEP_WAITS;
}

static enum progress expect_advance( struct task *task, const struct step *step )
{
    uint8_t *data, *wanted;
    size_t size;
    enum progress progress = await_message( task, &data, &size );

    if (progress != STEP_DONE) return progress;
    if (!(wanted = (uint8_t *)strdup( step->text ))) abort();
    return compare( task, wanted, strlen( step->text ), data, size ) ? STEP_DONE : STEP_FAILED;
}

static enum progress expect_counting_advance( struct task *task, const struct step *step )
{
    size_t i, size, wanted_size = step->numbers[0];
    uint8_t *data, *wanted;
    /* first, since a long one comes in very many turns, and each would make what is wanted */
    enum progress progress = await_message( task, &data, &size );

    if (progress != STEP_DONE) return progress;
    if (!(wanted = malloc( wanted_size ))) abort();
    for (i = 0; i < wanted_size; i++) wanted[i] = i;
    apply_key( task, wanted, wanted_size );
    return compare( task, wanted, wanted_size, data, size ) ? STEP_DONE : STEP_FAILED;
}

/* ---- other tasks */

static enum progress after_advance( struct task *task, const struct step *step )
{
    return script_find_task( task->script, step->text )->state == TASK_RUNNING ? STEP_WAITS : STEP_DONE;
}

static enum progress await_advance( struct task *task, const struct step *step )
{
    return control_heard( &task->script->control, step->text ) ? STEP_DONE : STEP_WAITS;
}

static bool comes_to( const struct task *task, const struct step *meet )
{
    size_t i;

    for (i = task->current + task->started; i < task->count; i++)
        if (task->steps[i].verb == meet->verb && !strcmp( task->steps[i].text, meet->text )) return true;
    return false;
}

static enum progress meet_advance( struct task *task, const struct step *step )
{
    const struct script *script = task->script;
    const struct task *other;

    for (other = script->tasks; other < script->tasks + script->count; other++)
        if (other != task && other->state == TASK_RUNNING && comes_to( other, step )) return STEP_WAITS;
    return STEP_DONE;
}

/* ---- connections */

static enum progress drop_advance( struct task *task, const struct step *step )
{
    (void)step;
    session_drop( task->session );
    return STEP_DONE;
}

static enum progress reset_advance( struct task *task, const struct step *step )
{
    (void)step;
    session_reset( task->session );
    return STEP_DONE;
}

static enum progress end_advance( struct task *task, const struct step *step )
{
    session_end( task->session, step->count ? step->numbers[0] : 0 );
    return STEP_DONE;
}

static enum progress redirect_advance( struct task *task, const struct step *step )
{
    (void)step;
    return session_redirect( task->session ) ? STEP_DONE : task_fail( task, "FreeRDP cannot redirect" );
}

static enum progress gone_advance( struct task *task, const struct step *step )
{
    (void)step;
    return task->session ? STEP_WAITS : STEP_DONE;
}

static enum progress reconnect_advance( struct task *task, const struct step *step )
{
    (void)step;
    if (!task->session || task->connection == task->script->connections) return STEP_WAITS;
    task->connection = task->script->connections;
    return STEP_DONE;
}

static enum progress expect_static_advance( struct task *task, const struct step *step )
{
    if (session_has_static( task->session, step->text )) return STEP_DONE;
    return task_fail( task, "the client has not joined the static channel %s", step->text );
}

static enum progress expect_no_static_advance( struct task *task, const struct step *step )
{
    if (!session_has_static( task->session, step->text )) return STEP_DONE;
    return task_fail( task, "the client has joined the static channel %s", step->text );
}

static enum progress caps_advance( struct task *task, const struct step *step )
{
    (void)step;
    return session_send_caps( task->session ) ? STEP_DONE : task_fail( task, "FreeRDP cannot send" );
}

static enum progress paint_advance( struct task *task, const struct step *step )
{
    return session_paint( task->session, step->numbers[0] ) ? STEP_DONE : task_fail( task, "FreeRDP cannot paint" );
}

/* ---- geometry: [MS-RDPEGT] 2.2.1 */

enum { MAPPING_UPDATE = 1, MAPPING_CLEAR = 2 };

#define GEOMETRY_REGION    2
#define GEOMETRY_VERSION   1
#define GEOMETRY_HEADER    72   /* up to the region, with it */
#define REGION_HEADER      32
#define REGION_RECTANGLES  1
#define TOP_LEVEL_LEFT     7    /* the window that the mapping is in */
#define TOP_LEVEL_TOP      5
#define MAX_GEOMETRY       1024

struct bytes
{
    uint8_t data[MAX_GEOMETRY];
    size_t size;
};

static void put( struct bytes *bytes, uint64_t value, size_t size )
{
    for (; size && bytes->size < MAX_GEOMETRY; value >>= 8, size--) bytes->data[bytes->size++] = value;
}

static void put_rectangle( struct bytes *bytes, uint32_t left, uint32_t top, uint32_t width, uint32_t height )
{
    put( bytes, left, 4 );
    put( bytes, top, 4 );
    put( bytes, left + width, 4 );
    put( bytes, top + height, 4 );
}

static void put_geometry( struct bytes *bytes, uint32_t id, unsigned int type, const uint32_t *place, size_t region_size )
{
    put( bytes, GEOMETRY_HEADER + region_size + 1, 4 );
    put( bytes, GEOMETRY_VERSION, 4 );
    put( bytes, id, 8 );
    put( bytes, type, 4 );
    put( bytes, 0, 4 );
    put( bytes, 1, 8 );
    put_rectangle( bytes, place[0] - TOP_LEVEL_LEFT, place[1] - TOP_LEVEL_TOP, place[2], place[3] );
    put_rectangle( bytes, TOP_LEVEL_LEFT, TOP_LEVEL_TOP, place[0] + place[2], place[1] + place[3] );
    put( bytes, GEOMETRY_REGION, 4 );
    put( bytes, region_size, 4 );
}

/* The first rectangle is the mapping's, those that follow are the region's. */
static enum progress map_advance( struct task *task, const struct step *step )
{
    const uint32_t *place = step->numbers + 1;
    const size_t count = (step->count - 1) / 4;
    struct bytes bytes = { .size = 0 };
    size_t i;

    if (step->count < 5 || step->count % 4 != 1 || count > 32)
        return task_fail( task, "a number and up to 32 rectangles, each of four numbers, are expected" );
    put_geometry( &bytes, step->numbers[0], MAPPING_UPDATE, place, REGION_HEADER + 16 * (count - 1) );
    put( &bytes, REGION_HEADER, 4 );
    put( &bytes, REGION_RECTANGLES, 4 );
    put( &bytes, count - 1, 4 );
    put( &bytes, 16 * (count - 1), 4 );
    put_rectangle( &bytes, 0, 0, place[2], place[3] );
    for (i = 1; i < count; i++)
        put_rectangle( &bytes, place[4 * i], place[4 * i + 1], place[4 * i + 2], place[4 * i + 3] );
    put( &bytes, 0, 1 );
    return send_bytes( task, bytes.data, bytes.size ) ? STEP_DONE : fail_closed( task );
}

static enum progress unmap_advance( struct task *task, const struct step *step )
{
    static const uint32_t nowhere[4];
    struct bytes bytes = { .size = 0 };

    put_geometry( &bytes, step->numbers[0], MAPPING_CLEAR, nowhere, 0 );
    put( &bytes, 0, 1 );
    return send_bytes( task, bytes.data, bytes.size ) ? STEP_DONE : fail_closed( task );
}

static enum progress say_advance( struct task *task, const struct step *step )
{
    printf( "task %s: says %s\n", task->name, step->text );
    return STEP_DONE;
}

static enum progress clock_advance( struct task *task, const struct step *step )
{
    struct timespec now;

    clock_gettime( CLOCK_REALTIME, &now );
    printf( "task %s: %s at %lld.%06ld\n", task->name, step->text, (long long)now.tv_sec, now.tv_nsec / 1000 );
    return STEP_DONE;
}

static const struct verb verbs[] =
{
    { "open", "t", .awaits = "the channel to open", .needs_connection = true,
      .start = open_start, .advance = open_advance },
    { "open-refused", "t?n", UINT32_MAX, "the channel to be refused", .needs_connection = true,
      .start = open_refused_start, .advance = open_refused_advance },
    { "open-static", "t", .needs_connection = true, .advance = open_static_advance },
    { "offer", "t", .advance = offer_advance },
    { "close", "", .awaits = "the client to answer the close", .needs_channel = true,
      .start = close_start, .advance = close_advance },
    { "expect-close", "n", UINT32_MAX, "the client to close the channel", .needs_channel = true,
      .start = expect_close_start, .advance = expect_close_advance },
    { "key", "n", 64, .needs_channel = true, .advance = key_advance },
    { "echo", "+", MAX_MESSAGE, "the next answer", .needs_channel = true,
      .start = exchange_start, .advance = echo_advance },
    { "pipeline", "nn", MAX_MESSAGE, "the next answer", .needs_channel = true,
      .start = exchange_start, .advance = pipeline_advance },
    { "flood", "nn", MAX_MESSAGE, "the next answer or a close", .needs_channel = true,
      .start = exchange_start, .advance = flood_advance },
    { "echo-beside", "n", MAX_MESSAGE, "the next answer", .needs_channel = true, .patient = true,
      .start = exchange_start, .advance = echo_beside_advance },
    { "stream", "tnn", MAX_MESSAGE, "the next answer", .names_task = true, .needs_channel = true,
      .start = exchange_start, .advance = stream_advance },
    { "beside", "tnn", MAX_MESSAGE, "the next answer", .names_task = true, .needs_channel = true,
      .start = exchange_start, .advance = beside_advance },
    { "race", "nnn", MAX_MESSAGE, "the next answer", .needs_channel = true,
      .start = exchange_start, .advance = race_advance },
    { "measure", "tnn", MAX_MESSAGE, "the next answer", .needs_channel = true,
      .start = measure_start, .advance = measure_advance },
    { "spill", "nn", MAX_MESSAGE, "its turn", .needs_channel = true, .advance = spill_advance },
    { "pour", "tnn", MAX_MESSAGE, "its turn", .names_task = true, .needs_channel = true, .advance = pour_advance },
    { "send", "t", .needs_channel = true, .advance = send_advance },
    { "expect", "t", .awaits = "a message", .needs_channel = true, .advance = expect_advance },
    { "expect-counting", "n", MAX_MESSAGE, "a message", .needs_channel = true, .advance = expect_counting_advance },
    { "expect-static", "t", .needs_connection = true, .advance = expect_static_advance },
    { "expect-no-static", "t", .needs_connection = true, .advance = expect_no_static_advance },
    { "after", "t", .names_task = true, .patient = true, .advance = after_advance },
    { "await", "t", .awaits = "the word", .advance = await_advance },
    { "meet", "t", .patient = true, .advance = meet_advance },
    { "drop", "", .needs_connection = true, .advance = drop_advance },
    { "reset", "", .needs_connection = true, .advance = reset_advance },
    { "end", "?n", UINT32_MAX, .needs_connection = true, .advance = end_advance },
    { "redirect", "", .needs_connection = true, .advance = redirect_advance },
    { "gone", "", .awaits = "the end of the connection", .outlives = true, .advance = gone_advance },
    { "reconnect", "", .awaits = "the next connection", .outlives = true, .advance = reconnect_advance },
    { "caps", "", .needs_connection = true, .advance = caps_advance },
    { "paint", "n", 0xffffff, .needs_connection = true, .advance = paint_advance },
    { "map", "+", UINT32_MAX, .zero = true, .needs_channel = true, .advance = map_advance },
    { "unmap", "n", UINT32_MAX, .needs_channel = true, .advance = unmap_advance },
    { "say", "t", .advance = say_advance },
    { "clock", "t", .advance = clock_advance },
};

const struct verb *verb_find( const char *name )
{
    size_t i;

    for (i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
        if (!strcmp( verbs[i].name, name )) return &verbs[i];
    return NULL;
}
