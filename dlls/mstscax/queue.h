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

#ifndef __MSTSCAX_QUEUE_H
#define __MSTSCAX_QUEUE_H

#include "windef.h"
#include "winbase.h"
#include "wine/list.h"

/*
 * An executor runs the tasks of its queues on threads of its own, which are in the multithreaded
 * apartment. A queue's tasks run one at a time in the order of submission; different queues never
 * wait for each other, since a thread is added whenever all others are busy. Tasks run foreign
 * code: no lock is held, and nobody waits for one.
 *
 * The executor's threads also take turns as the reader (leader and followers): the thread that
 * read something hands the role on and runs what came itself.
 */

struct executor
{
    SRWLOCK lock;
    CONDITION_VARIABLE wake;
    HRESULT (*read)( void *context );
    void   *context;
    /* protected by lock */
    struct list ready;          /* queues with a task to run */
    struct list running;        /* calls of tasks */
    unsigned int ready_count;
    unsigned int idle;          /* threads waiting that nobody has woken yet */
    unsigned int wakes;         /* threads woken that have not noticed yet */
    BOOL    reading;            /* some thread has the reader role, or nothing is left to read */
    DWORD   reader;             /* its thread id, or 0 */
    BOOL    stopping;
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
    BOOL running;
    BOOL ready;                 /* in executor->ready */
};

extern void executor_init( struct executor *executor );

/* read waits for input and submits tasks; one thread at a time calls it, until it fails. Begins at
 * once, so everything that input reaches is ready. Not called if somebody else's thread brings it. */
extern void executor_start_reader( struct executor *executor, HRESULT (*read)( void *context ), void *context );

/* Inside read: its thread is going to wait for tasks. Without this they wait for read to return. */
extern void executor_reader_waits( struct executor *executor );

/* Threads end as they become idle; tasks already submitted run. */
extern void executor_stop( struct executor *executor );

/* TRUE on a thread of any executor, where nothing terminates us at random. Takes no lock. */
extern BOOL executor_owns_thread( void );
extern BOOL executor_attach( void );    /* once, when the DLL is loaded */

/* A task that runs. */
struct running
{
    struct list entry;
    void *owner;                /* the queue's */
    const char *what;
    ULONGLONG since;
    BOOL told;
};

/* Finds a task of foreign code that has run for so many milliseconds and was not told of before. */
extern BOOL executor_find_slow( struct executor *executor, DWORD limit, struct running *slow );

extern void queue_init( struct queue *queue, struct executor *executor, void *owner );
extern void queue_submit( struct queue *queue, struct task *task );

/* No task begins between the two; they nest. A task that runs goes on. */
extern void queue_hold( struct queue *queue );
extern void queue_resume( struct queue *queue );

extern BOOL queue_is_running( struct queue *queue );

/* Takes a task back that has not begun, and holds the queue; FALSE if it has. */
extern BOOL queue_withdraw( struct queue *queue, struct task *task );

#endif /* __MSTSCAX_QUEUE_H */
