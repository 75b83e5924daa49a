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

#ifndef __MSTSCAX_EXECUTOR_H
#define __MSTSCAX_EXECUTOR_H

#include "windef.h"
#include "winbase.h"
#include "wine/list.h"

/*
 * An executor runs the tasks of its queues on threads of its own, which are in the multithreaded apartment, whatever
 * tasks leave, and stay for the session: overlapped I/O, timers and windows that a task has begun belong to its thread.
 * A queue's tasks run one at a time in the order of submission. Tasks run foreign code: no lock is held, and nobody
 * waits for one.
 *
 * Two roles, each of which one thread has:
 *
 * The reader waits for input, which submits tasks, and runs those itself before it reads on.
 *
 * The standby waits for alerts and for the time, and runs no foreign code. While tasks run it looks every few
 * milliseconds whether one keeps the reader from reading, or other tasks waiting. Then it takes that work itself, and
 * an idle thread, or a new one, is the standby. So threads are added one at a time, where tasks block, and none
 * while they return. When nothing runs, nothing wakes it.
 */

struct worker;
struct task;
struct queue;

struct executor_ops
{
    /* The reader's, no lock held: waits for input and submits what it brings. A failure is final. May be NULL. */
    HRESULT (*read)( void *context );
    /* The standby's, after each wait, no lock held: does what is due; returns how many milliseconds it may wait. */
    DWORD (*poll)( void *context );
    /* No lock held: a task has to wait, since max_calls run. Once. */
    void (*limit_reached)( void *context );
};

struct executor
{
    const struct executor_ops *ops;
    void   *context;
    LONG    alerted_thread;     /* the standby's id; 0 while there is none */
    LONG    alerts;             /* it was alerted */
    unsigned int processors;

    SRWLOCK lock;
    /* protected by lock */
    struct list ready;          /* queues with a task to run */
    struct list calls;          /* tasks that run */
    struct list idle;           /* threads without work, the one that had some last first */
    unsigned int ready_count;
    unsigned int call_count;    /* those of foreign code */
    unsigned int max_calls;
    unsigned int calls_ended;   /* counts on */
    unsigned int reads;         /* the same */
    struct worker *standby;     /* who has the role */
    struct worker *reader;      /* the same; while the role is free, NULL */
    BOOL    inside_read;        /* the reader waits for input */
    BOOL    reader_waits;       /* the reader waits for tasks, inside read */
    BOOL    read_ended;
    BOOL    starting;           /* a thread begins, which will be the standby if there is none */
    BOOL    watching;           /* the standby looks soon, or knows of all calls that run */
    BOOL    stopping;
    BOOL    limit_told;
};

struct task
{
    struct list entry;
    const char *what;           /* the foreign code it runs, or NULL; static */
    void (*run)( struct task *task );
    void (*destroy)( struct task *task );   /* afterwards; runs no foreign code, may free the queue */
};

/* Belongs to the object that contains it; each submitted task keeps that object alive. */
struct queue
{
    struct executor *executor;
    void *owner;                /* for reports */
    /* protected by the executor's lock */
    struct list  entry;
    struct list  tasks;
    unsigned int held;
    BOOL ready;                 /* in executor->ready */
    BOOL running;
    ULONGLONG since;            /* when the task that runs began */
};

/* Tasks may be submitted from here on. */
extern void executor_init( struct executor *executor, unsigned int max_calls );
/* So many tasks run at a time. */
extern void executor_set_max_calls( struct executor *executor, unsigned int max_calls );

/* Starts the first thread, which polls and, with a read, has another one read. What these reach is ready. */
extern HRESULT executor_start( struct executor *executor, const struct executor_ops *ops, void *context );

/* Inside read: its thread is going to wait for tasks, which others run. */
extern void executor_reader_waits( struct executor *executor );

/* Threads end as they become idle, but for the standby; tasks already submitted run. */
extern void executor_stop( struct executor *executor );

/* Any thread, lock-free, and no call of Wine's server: the standby polls. Who is terminated here or before is made up
 * for by the next one's call. */
extern void executor_alert( struct executor *executor );

/* TRUE on a thread of any executor, where nothing terminates us at random. Takes no lock. */
extern BOOL executor_owns_thread( void );
extern BOOL executor_attach( void );    /* once, when the DLL is loaded */

/* A task that runs. */
struct call
{
    struct list entry;
    void *owner;                /* the queue's */
    const char *what;
    ULONGLONG since;
    unsigned int reports;       /* how often executor_find_slow has found it */
};

/* Finds a task of foreign code that has run for limit milliseconds, and again after each two limits more. Else FALSE, and
 * *wait is how long there will be none, if none begins. */
extern BOOL executor_find_slow( struct executor *executor, DWORD limit, struct call *slow, DWORD *wait );

/* Counts what was done: as long as it stays, nothing ran. */
extern unsigned int executor_activity( struct executor *executor );

extern void queue_init( struct queue *queue, struct executor *executor, void *owner );
extern void queue_submit( struct queue *queue, struct task *task );

/* No task begins between the two; they nest. A task that runs goes on. */
extern void queue_hold( struct queue *queue );
extern void queue_resume( struct queue *queue );

/* When the task that runs began, or 0. */
extern ULONGLONG queue_running_since( struct queue *queue );

/* Takes a task back that has not begun, and holds the queue; FALSE if it has. */
extern BOOL queue_withdraw( struct queue *queue, struct task *task );

/* Takes back the first task that has not begun, which is the caller's to destroy then; NULL if there is none before end. */
extern struct task *queue_take_before( struct queue *queue, const struct task *end );

#endif /* __MSTSCAX_EXECUTOR_H */
