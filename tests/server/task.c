/*
 * Runs the steps of a task
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

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server.h"

#define FNV_BASIS 0xcbf29ce484222325
#define FNV_PRIME 0x100000001b3

uint64_t fnv1a( uint64_t hash, const uint8_t *data, size_t size )
{
    size_t i;

    for (i = 0; i < size; i++) hash = (hash ^ data[i]) * FNV_PRIME;
    return hash;
}

/* splitmix64, by its published constants */
static uint64_t random_next( struct random *random )
{
    uint64_t x = random->state += 0x9e3779b97f4a7c15;

    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
    x = (x ^ x >> 27) * 0x94d049bb133111eb;
    return x ^ x >> 31;
}

void random_fill( struct random *random, uint8_t *data, size_t size )
{
    uint64_t x;
    size_t n;

    for (; size; data += n, size -= n)
    {
        x = random_next( random );
        n = size < sizeof(x) ? size : sizeof(x);
        memcpy( data, &x, n );
    }
}

void task_prepare( struct task *task, uint64_t seed, uint64_t limit )
{
    task->connection = 1;
    task->limit = limit;
    task->sent.state = fnv1a( seed, (const uint8_t *)task->name, strlen( task->name ) );
    task->totals.hash_expected = FNV_BASIS;
    task->totals.hash_received = FNV_BASIS;
}

enum progress task_fail( struct task *task, const char *format, ... )
{
    const struct step *step = &task->steps[task->current];
    va_list args;

    printf( "task %s: %s:%u: %s: ", task->name, task->script->file, step->line, step->verb->name );
    va_start( args, format );
    vprintf( format, args );
    va_end( args );
    putchar( '\n' );
    task->state = TASK_FAILED;
    return STEP_FAILED;
}

void task_progressed( struct task *task )
{
    task->deadline = now_us() + task->limit;
}

bool task_is_idle( const struct task *task )
{
    return task->state != TASK_RUNNING || (task->started && task->steps[task->current].verb->patient);
}

static bool begin_step( struct task *task, const struct step *step )
{
    task->started = true;
    task->began = now_us();
    task->deadline = step->verb->patient ? UINT64_MAX : task->began + task->limit;
    task->wake = UINT64_MAX;
    task->sent_count = task->answered_count = task->last = 0;
    if (step->verb->needs_channel && !task->channel) task_fail( task, "the task has no channel open" );
    else if (step->verb->needs_connection && !task->session) task_fail( task, "there is no connection" );
    else if (step->verb->start) step->verb->start( task, step );
    return task->state == TASK_RUNNING;
}

static bool check_deadline( struct task *task, const struct step *step )
{
    if (now_us() < task->deadline) return false;
    task_fail( task, "waited %.3f s for %s", (now_us() - task->began) / 1e6, step->verb->awaits );
    return true;
}

bool task_run( struct task *task )
{
    const struct step *step;
    bool moved = false;

    while (task->state == TASK_RUNNING)
    {
        if (task->current == task->count)
        {
            task->state = TASK_DONE;
            return true;
        }
        step = &task->steps[task->current];
        if (!task->started && !begin_step( task, step )) return true;
        switch (step->verb->advance( task, step ))
        {
        case STEP_DONE:
            task->current++;
            task->started = false;
            moved = true;
            break;
        case STEP_WAITS:
            return check_deadline( task, step ) || moved;
        case STEP_FAILED:
            return true;
        }
    }
    return moved;
}

void task_connected( struct task *task, struct session *session )
{
    task->session = session;
}

void task_disconnected( struct task *task )
{
    size_t step = task->current;

    task_release( task );
    task->session = NULL;
    if (task->state != TASK_RUNNING) return;
    while (step < task->count && !task->steps[step].verb->outlives) step++;
    if (step == task->current) return;
    if (step == task->count)
    {
        task_fail( task, "the client has gone" );
        return;
    }
    task->current = step;
    task->started = false;
}

void task_release( struct task *task )
{
    channel_destroy( task->channel );
    channel_destroy( task->offer );
    task->channel = task->offer = NULL;
}

void task_free( struct task *task )
{
    size_t i;

    for (i = 0; i < task->count; i++)
    {
        free( task->steps[i].text );
        free( task->steps[i].numbers );
    }
    free( task->steps );
    free( task->name );
    free( task->by );
    free( task->channel_name );
    free( task->trips );
}
