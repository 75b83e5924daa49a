/*
 * Serial task queues and the threads that run them
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

#define COBJMACROS
#include "windef.h"
#include "winbase.h"
#include "objbase.h"

#include "wine/debug.h"
#include "queue.h"

WINE_DEFAULT_DEBUG_CHANNEL(mstscax);

/* More threads than this do not stay when there is nothing to do. */
#define MAX_IDLE 4

static DWORD own_thread;    /* TLS index: non-zero on an executor's thread */

static DWORD CALLBACK executor_thread( void *arg );

BOOL executor_attach( void )
{
    return (own_thread = TlsAlloc()) != TLS_OUT_OF_INDEXES;
}

BOOL executor_owns_thread( void )
{
    return TlsGetValue( own_thread ) != NULL;
}

static void executor_add_thread( struct executor *executor )
{
    HANDLE thread = CreateThread( NULL, 0, executor_thread, executor, 0, NULL );

    if (thread) CloseHandle( thread );
    else ERR( "Could not create a thread, error %lu.\n", GetLastError() );
}

/* lock held */
static void executor_wake( struct executor *executor, unsigned int count )
{
    for (; count && executor->idle; count--)
    {
        executor->idle--;
        executor->wakes++;
        WakeConditionVariable( &executor->wake );
    }
    while (count--) executor_add_thread( executor );
}

/* lock held; TRUE if the queue needs a thread now */
static BOOL queue_make_ready( struct queue *queue )
{
    struct executor *executor = queue->executor;

    if (queue->ready || queue->running || queue->held || list_empty( &queue->tasks )) return FALSE;
    queue->ready = TRUE;
    list_add_tail( &executor->ready, &queue->entry );
    executor->ready_count++;
    return TRUE;
}

/* lock held */
static void queue_schedule( struct queue *queue )
{
    struct executor *executor = queue->executor;

    if (!queue_make_ready( queue )) return;
    /* the reader sees to it when its read returns */
    if (executor->reader != GetCurrentThreadId()) executor_wake( executor, 1 );
}

/* lock held, released while foreign code runs */
static void executor_run_task( struct executor *executor )
{
    struct queue *queue = LIST_ENTRY( list_head( &executor->ready ), struct queue, entry );
    struct task *task = LIST_ENTRY( list_head( &queue->tasks ), struct task, entry );
    struct running running = { .owner = queue->owner, .what = task->what, .since = GetTickCount64() };

    list_add_tail( &executor->running, &running.entry );
    list_remove( &queue->entry );
    executor->ready_count--;
    queue->ready = FALSE;
    queue->running = TRUE;
    list_remove( &task->entry );
    ReleaseSRWLockExclusive( &executor->lock );

    task->run( task );

    AcquireSRWLockExclusive( &executor->lock );
    list_remove( &running.entry );
    queue->running = FALSE;
    queue_make_ready( queue );  /* this thread goes on with what is ready */
    ReleaseSRWLockExclusive( &executor->lock );

    task->destroy( task );
    AcquireSRWLockExclusive( &executor->lock );
}

/* lock held, released while waiting for input */
static void executor_read( struct executor *executor )
{
    HRESULT hr;

    executor->reading = TRUE;
    executor->reader = GetCurrentThreadId();
    ReleaseSRWLockExclusive( &executor->lock );

    hr = executor->read( executor->context );

    AcquireSRWLockExclusive( &executor->lock );
    executor->reader = 0;
    executor->reading = FAILED(hr);
    /* this thread takes one queue: the others and the role need somebody else */
    if (executor->ready_count) executor_wake( executor, executor->ready_count - executor->reading );
}

/* lock held, released while waiting; FALSE if the thread is not needed any more */
static BOOL executor_wait( struct executor *executor )
{
    if (executor->stopping || executor->idle >= MAX_IDLE) return FALSE;
    executor->idle++;
    while (!executor->wakes) SleepConditionVariableSRW( &executor->wake, &executor->lock, INFINITE, 0 );
    executor->wakes--;
    return TRUE;
}

static DWORD CALLBACK executor_thread( void *arg )
{
    struct executor *executor = arg;

    TlsSetValue( own_thread, executor );
    CoInitializeEx( NULL, COINIT_MULTITHREADED );
    AcquireSRWLockExclusive( &executor->lock );
    do
    {
        while (executor->ready_count || !executor->reading)
        {
            if (executor->ready_count) executor_run_task( executor );
            else executor_read( executor );
        }
    } while (executor_wait( executor ));
    ReleaseSRWLockExclusive( &executor->lock );
    CoUninitialize();
    return 0;
}

void executor_init( struct executor *executor )
{
    InitializeSRWLock( &executor->lock );
    InitializeConditionVariable( &executor->wake );
    list_init( &executor->ready );
    list_init( &executor->running );
    executor->ready_count = executor->idle = executor->wakes = 0;
    executor->reading = TRUE;
    executor->reader = 0;
    executor->stopping = FALSE;
}

void executor_start_reader( struct executor *executor, HRESULT (*read)( void *context ), void *context )
{
    AcquireSRWLockExclusive( &executor->lock );
    executor->read = read;
    executor->context = context;
    executor->reading = FALSE;
    executor_add_thread( executor );
    ReleaseSRWLockExclusive( &executor->lock );
}

void executor_reader_waits( struct executor *executor )
{
    AcquireSRWLockExclusive( &executor->lock );
    if (executor->reader == GetCurrentThreadId())
    {
        executor->reader = 0;
        executor_wake( executor, executor->ready_count );
    }
    ReleaseSRWLockExclusive( &executor->lock );
}

void executor_stop( struct executor *executor )
{
    AcquireSRWLockExclusive( &executor->lock );
    executor->stopping = TRUE;
    executor_wake( executor, executor->idle );
    ReleaseSRWLockExclusive( &executor->lock );
}

BOOL executor_find_slow( struct executor *executor, DWORD limit, struct running *slow )
{
    struct running *running;
    BOOL found = FALSE;
    ULONGLONG now;

    AcquireSRWLockExclusive( &executor->lock );
    now = GetTickCount64(); /* no call began later than this */
    LIST_FOR_EACH_ENTRY( running, &executor->running, struct running, entry )
    {
        if (!running->what || running->told || now - running->since < limit) continue;
        found = running->told = TRUE;
        *slow = *running;
        break;
    }
    ReleaseSRWLockExclusive( &executor->lock );
    return found;
}

void queue_init( struct queue *queue, struct executor *executor, void *owner )
{
    queue->executor = executor;
    queue->owner = owner;
    list_init( &queue->tasks );
    queue->held = 0;
    queue->running = queue->ready = FALSE;
}

void queue_submit( struct queue *queue, struct task *task )
{
    AcquireSRWLockExclusive( &queue->executor->lock );
    list_add_tail( &queue->tasks, &task->entry );
    queue_schedule( queue );
    ReleaseSRWLockExclusive( &queue->executor->lock );
}

/* lock held */
static void queue_hold_locked( struct queue *queue )
{
    queue->held++;
    if (!queue->ready) return;
    queue->ready = FALSE;
    list_remove( &queue->entry );
    queue->executor->ready_count--;
}

void queue_hold( struct queue *queue )
{
    AcquireSRWLockExclusive( &queue->executor->lock );
    queue_hold_locked( queue );
    ReleaseSRWLockExclusive( &queue->executor->lock );
}

void queue_resume( struct queue *queue )
{
    AcquireSRWLockExclusive( &queue->executor->lock );
    queue->held--;
    queue_schedule( queue );
    ReleaseSRWLockExclusive( &queue->executor->lock );
}

BOOL queue_is_running( struct queue *queue )
{
    BOOL running;

    AcquireSRWLockShared( &queue->executor->lock );
    running = queue->running;
    ReleaseSRWLockShared( &queue->executor->lock );
    return running;
}

BOOL queue_withdraw( struct queue *queue, struct task *task )
{
    struct task *queued;
    BOOL found = FALSE;

    AcquireSRWLockExclusive( &queue->executor->lock );
    LIST_FOR_EACH_ENTRY( queued, &queue->tasks, struct task, entry )
        if ((found = queued == task)) break;
    if (found)
    {
        list_remove( &task->entry );
        queue_hold_locked( queue );
    }
    ReleaseSRWLockExclusive( &queue->executor->lock );
    return found;
}
