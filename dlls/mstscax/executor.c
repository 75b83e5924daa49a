/*
 * Serial task queues, and the threads that run them, read and keep the time
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
#include "winternl.h"
#include "objbase.h"

#include "wine/debug.h"
#include "executor.h"
#include "stack.h"

WINE_DEFAULT_DEBUG_CHANNEL(mstscax);

/* Milliseconds between two looks of the standby, while tasks run. */
#define LOOK 2

/* A thread waits for an alert, which needs neither a lock nor Wine's server. Spurious ones are harmless. ntdll is not
 * linked, since its memcpy would be as well, which copies byte by byte in some releases of Wine. */
static NTSTATUS (WINAPI *pNtAlertThreadByThreadId)( HANDLE thread_id );
static NTSTATUS (WINAPI *pNtWaitForAlertByThreadId)( const void *address, const LARGE_INTEGER *timeout );

/* Not all import libraries have it. */
static HRESULT (WINAPI *pCoIncrementMTAUsage)( void **cookie );

/* One thread, on its stack. */
struct worker
{
    struct list entry;      /* in executor->idle; empty if it is not there */
    DWORD thread_id;
    LONG  woken;
};

/* What the standby saw when it looked last. */
struct look
{
    LONGLONG time;
    unsigned int reads, calls_ended;
    BOOL reader_away, ready;
};

static DWORD own_thread;    /* TLS index: non-zero on an executor's thread */

static DWORD CALLBACK worker_thread( void *arg );

BOOL executor_attach( void )
{
    HMODULE ntdll = GetModuleHandleW( L"ntdll.dll" );

    pNtAlertThreadByThreadId = (void *)GetProcAddress( ntdll, "NtAlertThreadByThreadId" );
    pNtWaitForAlertByThreadId = (void *)GetProcAddress( ntdll, "NtWaitForAlertByThreadId" );
    pCoIncrementMTAUsage = (void *)GetProcAddress( GetModuleHandleW( L"ole32.dll" ), "CoIncrementMTAUsage" );
    if (!pNtAlertThreadByThreadId || !pNtWaitForAlertByThreadId) return FALSE;
    return (own_thread = TlsAlloc()) != TLS_OUT_OF_INDEXES;
}

BOOL executor_owns_thread( void )
{
    return TlsGetValue( own_thread ) != NULL;
}

static void worker_wake( struct worker *worker )
{
    InterlockedExchange( &worker->woken, TRUE );
    pNtAlertThreadByThreadId( ULongToHandle( worker->thread_id ) );
}

/* No lock held. */
static void worker_wait( struct worker *worker, DWORD timeout )
{
    LARGE_INTEGER interval = { .QuadPart = timeout * (LONGLONG)-10000 };

    if (!InterlockedExchange( &worker->woken, FALSE ))
        pNtWaitForAlertByThreadId( worker, timeout == INFINITE ? NULL : &interval );
    InterlockedExchange( &worker->woken, FALSE );
}

/* The standby may meet the alert inside a lock: the flag tells it before it waits. */
void executor_alert( struct executor *executor )
{
    DWORD thread_id = InterlockedOr( &executor->alerted_thread, 0 );

    InterlockedExchange( &executor->alerts, TRUE );
    if (thread_id) pNtAlertThreadByThreadId( ULongToHandle( thread_id ) );
}

/* lock held */
static BOOL executor_add_thread( struct executor *executor )
{
    HANDLE thread;

    if (executor->starting) return TRUE;
    if (!(thread = CreateThread( NULL, 0, worker_thread, executor, 0, NULL )))
    {
        ERR( "Could not create a thread, error %lu.\n", GetLastError() );
        return FALSE;
    }
    CloseHandle( thread );
    return executor->starting = TRUE;
}

/* lock held */
static struct worker *executor_take_idle( struct executor *executor )
{
    struct list *entry = list_head( &executor->idle );

    if (!entry) return NULL;
    list_remove( entry );
    list_init( entry );
    return LIST_ENTRY( entry, struct worker, entry );
}

/* lock held: the standby looks soon */
static void executor_watch( struct executor *executor )
{
    if (executor->watching) return;
    executor->watching = TRUE;
    if (executor->standby && executor->standby->thread_id != GetCurrentThreadId()) worker_wake( executor->standby );
}

/* lock held: the reader will come to it when its read returns */
static BOOL reader_sees_to_it( struct executor *executor )
{
    return executor->inside_read && !executor->reader_waits
           && executor->reader->thread_id == GetCurrentThreadId();
}

static struct task *queue_first( struct queue *queue )
{
    return LIST_ENTRY( list_head( &queue->tasks ), struct task, entry );
}

/* lock held; TRUE if there is a task now that there was not. What is not foreign goes first: no limit holds it up. */
static BOOL queue_make_ready( struct queue *queue )
{
    struct executor *executor = queue->executor;

    if (queue->ready || queue->running || queue->held || list_empty( &queue->tasks )) return FALSE;
    queue->ready = TRUE;
    if (queue_first( queue )->what) list_add_tail( &executor->ready, &queue->entry );
    else list_add_head( &executor->ready, &queue->entry );
    executor->ready_count++;
    return TRUE;
}

/* lock held */
static BOOL executor_may_call( struct executor *executor )
{
    if (!executor->ready_count) return FALSE;
    if (executor->call_count < executor->max_calls) return TRUE;
    return !queue_first( LIST_ENTRY( list_head( &executor->ready ), struct queue, entry ) )->what;
}

/* lock held */
static void queue_schedule( struct queue *queue )
{
    struct executor *executor = queue->executor;
    struct worker *worker;

    if (!queue_make_ready( queue ) || reader_sees_to_it( executor )) return;
    if (executor_may_call( executor ) && (worker = executor_take_idle( executor ))) worker_wake( worker );
    else executor_watch( executor );    /* which tells that the limit is reached, too */
}

/* lock held, released while foreign code runs */
static void executor_run_task( struct executor *executor )
{
    struct queue *queue = LIST_ENTRY( list_head( &executor->ready ), struct queue, entry );
    struct task *task = queue_first( queue );
    struct call call = { .owner = queue->owner, .what = task->what, .since = GetTickCount64() };

    list_add_tail( &executor->calls, &call.entry );
    executor->call_count += call.what != NULL;
    list_remove( &queue->entry );
    executor->ready_count--;
    queue->ready = FALSE;
    queue->running = TRUE;
    queue->since = call.since;
    list_remove( &task->entry );
    executor_watch( executor );
    ReleaseSRWLockExclusive( &executor->lock );

    task->run( task );

    AcquireSRWLockExclusive( &executor->lock );
    list_remove( &call.entry );
    executor->call_count -= call.what != NULL;
    executor->calls_ended++;
    queue->running = FALSE;
    queue_make_ready( queue );  /* this thread goes on with what is ready */
    ReleaseSRWLockExclusive( &executor->lock );

    task->destroy( task );
    AcquireSRWLockExclusive( &executor->lock );
}

/* lock held, released while waiting for input; the thread keeps the role until the standby takes it */
static void executor_read( struct executor *executor, struct worker *worker )
{
    struct worker *helper;
    HRESULT hr;

    executor->reader = worker;
    executor->inside_read = TRUE;
    ReleaseSRWLockExclusive( &executor->lock );

    hr = executor->ops->read( executor->context );

    AcquireSRWLockExclusive( &executor->lock );
    executor->inside_read = FALSE;
    executor->reads++;
    if (FAILED(hr))
    {
        executor->read_ended = TRUE;
        executor->reader = NULL;
    }
    if (executor->ready_count > 1 && (helper = executor_take_idle( executor ))) worker_wake( helper );
}

/* lock held */
static BOOL executor_may_read( struct executor *executor, struct worker *worker )
{
    return executor->ops->read && !executor->read_ended && (!executor->reader || executor->reader == worker);
}

static LONGLONG get_milliseconds(void)
{
    LARGE_INTEGER counter, frequency;

    QueryPerformanceCounter( &counter );
    QueryPerformanceFrequency( &frequency );
    return counter.QuadPart / (frequency.QuadPart / 1000);
}

/* lock held: is there work that nobody has come to since the last look? */
static BOOL standby_is_needed( struct executor *executor, struct look *look )
{
    struct look last = *look;
    BOOL needed = FALSE;

    if (executor_may_read( executor, NULL )) return TRUE;
    if (executor_may_call( executor ) && !executor->call_count) return TRUE;

    look->time = get_milliseconds();
    if (look->time - last.time < LOOK)
    {
        *look = last;
        return FALSE;
    }
    look->reads = executor->reads;
    look->calls_ended = executor->calls_ended;
    look->reader_away = executor->reader && !executor->inside_read;
    look->ready = executor_may_call( executor );

    if (look->reader_away && last.reader_away && last.reads == look->reads)
    {
        executor->reader = NULL;
        needed = TRUE;
    }
    if (look->ready && last.ready)
        needed |= last.calls_ended == look->calls_ended || executor->call_count < executor->processors;
    return needed;
}

/* lock held: the role goes to an idle thread, or to one that begins; FALSE if there is none */
static BOOL standby_hand_on( struct executor *executor )
{
    struct worker *idle = executor_take_idle( executor );

    if (!idle && !executor_add_thread( executor )) return FALSE;
    executor->standby = idle;
    InterlockedExchange( &executor->alerted_thread, idle ? idle->thread_id : 0 );
    if (idle) worker_wake( idle );
    return TRUE;
}

/* lock held: a task has to wait for the end of others, and nobody was told that */
static BOOL limit_is_reached( struct executor *executor )
{
    return !executor->limit_told && executor->ready_count && !executor_may_call( executor );
}

/* lock held: how long to wait for the next look */
static DWORD standby_interval( struct executor *executor, BOOL *active )
{
    BOOL busy = executor_may_call( executor ) || (executor->reader && !executor->inside_read);

    /* another look after the last that saw something, so that a steady flow of messages needs no alerts */
    if (busy) *active = TRUE;
    else if (executor->watching && *active) *active = FALSE;
    else executor->watching = FALSE;
    return executor->watching || busy ? LOOK : INFINITE;
}

/* lock held, released while waiting; returns when the role is another thread's and there is work for this one */
static void executor_stand_by( struct executor *executor, struct worker *worker )
{
    struct look look = { 0 };
    unsigned int activity = executor->reads + executor->calls_ended;
    BOOL reached, active = FALSE;
    DWORD interval, due;

    for (;;)
    {
        InterlockedExchange( &executor->alerted_thread, worker->thread_id );
        if ((reached = limit_is_reached( executor ))) executor->limit_told = TRUE;
        ReleaseSRWLockExclusive( &executor->lock );

        if (reached) executor->ops->limit_reached( executor->context );
        due = executor->ops->poll( executor->context );

        AcquireSRWLockExclusive( &executor->lock );
        if (standby_is_needed( executor, &look ) && standby_hand_on( executor )) return;
        if (activity != executor->reads + executor->calls_ended) active = TRUE;
        activity = executor->reads + executor->calls_ended;
        interval = limit_is_reached( executor ) ? 0 : standby_interval( executor, &active );
        ReleaseSRWLockExclusive( &executor->lock );

        if (!InterlockedExchange( &executor->alerts, FALSE )) worker_wait( worker, min( interval, due ) );
        AcquireSRWLockExclusive( &executor->lock );
    }
}

/* lock held, released while waiting; FALSE if the thread is not needed any more */
static BOOL executor_wait( struct executor *executor, struct worker *worker )
{
    if (executor->stopping) return FALSE;
    list_add_head( &executor->idle, &worker->entry );
    while (!list_empty( &worker->entry ))
    {
        ReleaseSRWLockExclusive( &executor->lock );
        worker_wait( worker, INFINITE );
        AcquireSRWLockExclusive( &executor->lock );
    }
    return TRUE;
}

static DWORD CALLBACK worker_thread( void *arg )
{
    struct executor *executor = arg;
    struct worker worker = { .thread_id = GetCurrentThreadId() };

    stack_trim();
    list_init( &worker.entry );
    TlsSetValue( own_thread, executor );
    CoInitializeEx( NULL, COINIT_MULTITHREADED );
    AcquireSRWLockExclusive( &executor->lock );
    executor->starting = FALSE;
    if (!executor->standby) executor->standby = &worker;
    do
    {
        for (;;)
        {
            if (executor->standby == &worker) executor_stand_by( executor, &worker );
            else if (executor_may_call( executor )) executor_run_task( executor );
            else if (executor_may_read( executor, &worker )) executor_read( executor, &worker );
            else break;
        }
    } while (executor_wait( executor, &worker ));
    ReleaseSRWLockExclusive( &executor->lock );
    CoUninitialize();
    return 0;
}

void executor_init( struct executor *executor, unsigned int max_calls )
{
    SYSTEM_INFO info;

    GetSystemInfo( &info );
    executor->processors = info.dwNumberOfProcessors;
    executor->max_calls = max_calls;
    InitializeSRWLock( &executor->lock );
    list_init( &executor->ready );
    list_init( &executor->calls );
    list_init( &executor->idle );
}

void executor_set_max_calls( struct executor *executor, unsigned int max_calls )
{
    AcquireSRWLockExclusive( &executor->lock );
    executor->max_calls = max_calls;
    ReleaseSRWLockExclusive( &executor->lock );
}

/* Tasks may leave the multithreaded apartment more often than they enter it: for the others it stays. */
static void keep_apartment( void )
{
    static LONG kept;
    void *cookie;

    if (pCoIncrementMTAUsage && !InterlockedExchange( &kept, TRUE )) pCoIncrementMTAUsage( &cookie );
}

HRESULT executor_start( struct executor *executor, const struct executor_ops *ops, void *context )
{
    BOOL started;

    keep_apartment();
    AcquireSRWLockExclusive( &executor->lock );
    executor->ops = ops;
    executor->context = context;
    started = executor_add_thread( executor );
    ReleaseSRWLockExclusive( &executor->lock );
    return started ? S_OK : E_OUTOFMEMORY;
}

void executor_reader_waits( struct executor *executor )
{
    AcquireSRWLockExclusive( &executor->lock );
    if (executor->inside_read && executor->reader->thread_id == GetCurrentThreadId())
    {
        executor->reader_waits = TRUE;
        executor_watch( executor );
    }
    ReleaseSRWLockExclusive( &executor->lock );
}

void executor_stop( struct executor *executor )
{
    struct worker *worker;

    AcquireSRWLockExclusive( &executor->lock );
    executor->stopping = TRUE;
    while ((worker = executor_take_idle( executor ))) worker_wake( worker );
    ReleaseSRWLockExclusive( &executor->lock );
}

BOOL executor_find_slow( struct executor *executor, DWORD limit, struct call *slow, DWORD *wait )
{
    struct call *call;
    ULONGLONG now, due;
    BOOL found = FALSE;

    *wait = INFINITE;
    AcquireSRWLockExclusive( &executor->lock );
    now = GetTickCount64(); /* no call began later than this */
    LIST_FOR_EACH_ENTRY( call, &executor->calls, struct call, entry )
    {
        if (!call->what) continue;
        due = (ULONGLONG)limit * (call->reports + 1);
        if (now - call->since < due)
        {
            *wait = min( *wait, due - (now - call->since) );
            continue;
        }
        found = TRUE;
        call->reports++;
        *slow = *call;
        break;
    }
    ReleaseSRWLockExclusive( &executor->lock );
    return found;
}

unsigned int executor_activity( struct executor *executor )
{
    unsigned int activity;

    AcquireSRWLockShared( &executor->lock );
    activity = executor->calls_ended + executor->reads;
    ReleaseSRWLockShared( &executor->lock );
    return activity;
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
static void queue_make_unready( struct queue *queue )
{
    if (!queue->ready) return;
    queue->ready = FALSE;
    list_remove( &queue->entry );
    queue->executor->ready_count--;
}

/* lock held */
static void queue_hold_locked( struct queue *queue )
{
    queue->held++;
    queue_make_unready( queue );
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

ULONGLONG queue_running_since( struct queue *queue )
{
    ULONGLONG since;

    AcquireSRWLockShared( &queue->executor->lock );
    since = queue->running ? queue->since : 0;
    ReleaseSRWLockShared( &queue->executor->lock );
    return since;
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

struct task *queue_take_before( struct queue *queue, const struct task *end )
{
    struct task *task = NULL;

    AcquireSRWLockExclusive( &queue->executor->lock );
    if (!list_empty( &queue->tasks ) && queue_first( queue ) != end)
    {
        task = queue_first( queue );
        queue_make_unready( queue );
        list_remove( &task->entry );
        queue_schedule( queue );
    }
    ReleaseSRWLockExclusive( &queue->executor->lock );
    return task;
}
