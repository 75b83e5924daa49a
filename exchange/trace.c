/*
 * A session's PDUs in a file, for bug reports, or for who looks on
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

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "frames.h"
#include "log.h"
#include "packet.h"
#include "page.h"
#include "trace.h"

#define MAX_KEPT     (16 << 20)
/* The same, of what the pipe's reader has not read yet. */
#define MAX_UNREAD   (64 << 20)
#define FINISH_MS    1000
#define QUIET_MS     1000
/* "recv ", two digits a byte, a comment */
#define MAX_LINE     (2 * WINEDVC_MAX_MESSAGE + 128)

struct trace
{
    struct trace_state  state;      /* comes first */
    pthread_mutex_t     lock;
    /* protected by lock */
    struct packet_queue lines;      /* each a session_record with its bytes */
    size_t              kept;       /* memory that they take */
    unsigned int        lost;       /* that found no room */
    uint64_t            ask_time;

    pthread_mutex_t     file_lock;  /* taken first */
    /* protected by file_lock */
    bool                opened;     /* it is known whether there is a file */
    int                 fd;         /* -1 when nothing is written any more */
    int                 error;      /* that ended it */
    uint64_t            room;       /* bytes that the file may still grow by */
    char                buffer[4 * MAX_LINE];
    size_t              used;
    int                 pipe;       /* -1 for none */
    struct packet_queue unread;     /* records that it did not take yet */
    size_t              offset;     /* in the first of them */
    unsigned int        passed;     /* records that found no room there */
    bool                released;   /* it gets nothing more than those */
    bool                reader_lost;
};

struct trace *trace_create( void )
{
    struct trace *trace = calloc( 1, sizeof(*trace) );

    if (!trace) return NULL;
    pthread_mutex_init( &trace->lock, NULL );
    pthread_mutex_init( &trace->file_lock, NULL );
    packet_queue_init( &trace->lines );
    trace->ask_time = UINT64_MAX;
    trace->state.wanted = true;
    trace->fd = trace->pipe = -1;
    packet_queue_init( &trace->unread );
    return trace;
}

/* Needs file_lock. */
static void trace_decide( struct trace *trace )
{
    trace->state.wanted = !trace->opened || trace->fd >= 0 || trace->pipe >= 0;
}

void trace_open( struct trace *trace, const char *path, unsigned int size )
{
    int fd;

    if (!trace) return;
    fd = path ? open( path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600 ) : -1;
    if (fd >= 0) log_info( "the plug-ins' channels are traced to %s, with all that they carry", path );
    else if (path) log_error( "the trace %s can not be made (%s): see WINEDVC_TRACE", path, log_errno( errno ) );
    pthread_mutex_lock( &trace->file_lock );
    trace->fd = fd;
    trace->room = (uint64_t)size << 20;
    trace->opened = true;
    trace_decide( trace );
    pthread_mutex_unlock( &trace->file_lock );
}

bool trace_attach( struct trace *trace, int pipe )
{
    bool attached;

    pthread_mutex_lock( &trace->file_lock );
    if ((attached = trace->pipe < 0))
    {
        trace->pipe = pipe;
        trace_decide( trace );
    }
    pthread_mutex_unlock( &trace->file_lock );
    return attached;
}

/* Lines that come in */

static struct packet *record_create( enum trace_kind kind, const void *data, size_t size )
{
    struct session_record record = { page_now(), size, kind };
    struct packet *line = packet_alloc( sizeof(record) + size );

    if (!line) return NULL;
    memcpy( line->data, &record, sizeof(record) );
    if (size) memcpy( line->data + sizeof(record), data, size );
    line->kind = kind;
    return line;
}

void trace_keep( struct trace *trace, enum trace_kind kind, const void *data, size_t size )
{
    struct packet *line = NULL;
    size_t memory = sizeof(*line) + sizeof(struct session_record) + size;

    pthread_mutex_lock( &trace->lock );
    if (kind != TRACE_NOTE) trace->ask_time = clock_ms() + QUIET_MS;
    if (trace->kept + memory <= MAX_KEPT && (line = record_create( kind, data, size )))
    {
        trace->kept += memory;
        packet_queue_push( &trace->lines, line );
    }
    else trace->lost++;
    pthread_mutex_unlock( &trace->lock );
}

void trace_note( struct trace *trace, const char *format, ... )
{
    char text[LOG_LINE];
    va_list args;

    if (!trace_is_wanted( trace )) return;
    va_start( args, format );
    vsnprintf( text, sizeof(text), format, args );
    va_end( args );
    trace_keep( trace, TRACE_NOTE, text, strlen( text ) );
}

/* Lines that go out */

static void trace_stop( struct trace *trace )
{
    close( trace->fd );
    trace->fd = -1;
    trace_decide( trace );
}

static void trace_flush( struct trace *trace )
{
    size_t done = 0;
    ssize_t written;

    while (trace->fd >= 0 && done < trace->used)
    {
        written = write( trace->fd, trace->buffer + done, trace->used - done );
        if (written > 0) done += written;
        else if (errno != EINTR)
        {
            trace->error = errno;
            trace_stop( trace );
        }
    }
    trace->used = 0;
}

static void trace_put( struct trace *trace, const char *text, size_t size )
{
    memcpy( trace->buffer + trace->used, text, size );
    trace->used += size;
}

static void trace_put_hex( struct trace *trace, const uint8_t *data, size_t size )
{
    static const char digits[] = "0123456789abcdef";
    char *out = trace->buffer + trace->used;
    size_t i;

    for (i = 0; i < size; i++)
    {
        *out++ = digits[data[i] >> 4];
        *out++ = digits[data[i] & 15];
    }
    trace->used += 2 * size;
}

static void trace_put_line( struct trace *trace, const struct packet *line )
{
    static const struct { const char *before, *after; } forms[] =
    {
        [TRACE_NOTE]     = { "# ", "\n" },
        [TRACE_RECEIVED] = { "recv ", "\n" },
        [TRACE_LATE]     = { "recv ", " # late\n" },
        [TRACE_SENT]     = { "send ", "\n" },
        [TRACE_ANSWERED] = { "send ", " # no host\n" },
        [TRACE_LOST]     = { "# ", "\n" },
    };
    static const char full[] = "# the limit of trace-size is reached\n";
    const uint8_t *data = line->data + sizeof(struct session_record);
    size_t start = trace->used, size = line->size - sizeof(struct session_record);

    trace_put( trace, forms[line->kind].before, strlen( forms[line->kind].before ) );
    if (line->kind == TRACE_NOTE || line->kind == TRACE_LOST) trace_put( trace, (const char *)data, size );
    else trace_put_hex( trace, data, size );
    trace_put( trace, forms[line->kind].after, strlen( forms[line->kind].after ) );

    if (trace->used - start + sizeof(full) <= trace->room)
    {
        trace->room -= trace->used - start;
        if (trace->used > sizeof(trace->buffer) - MAX_LINE) trace_flush( trace );
        return;
    }
    trace->used = start;
    trace_put( trace, full, sizeof(full) - 1 );
    trace_flush( trace );
    if (trace->fd >= 0) trace_stop( trace );
}

/* To the pipe */

static void trace_detach( struct trace *trace )
{
    if (trace->pipe < 0) return;
    close( trace->pipe );
    trace->pipe = -1;
    packet_queue_clear( &trace->unread );
    trace->passed = 0;
    trace->offset = 0;
    trace->released = false;
    trace->reader_lost = true;
    trace_decide( trace );
}

static struct packet *trace_missing( unsigned int count, const char *why )
{
    char text[80];

    snprintf( text, sizeof(text), "%u lines are missing here: %s", count, why );
    return record_create( TRACE_LOST, text, strlen( text ) );
}

/* What is missing is said where it is. The line belongs to the queue, or is freed. */
static void trace_queue( struct trace *trace, struct packet *line )
{
    struct packet *note;

    if (packet_queue_memory( &trace->unread, line->size ) > MAX_UNREAD)
    {
        if (line->kind != TRACE_WHOLE) trace->passed++;
        free( line );
        return;
    }
    if (trace->passed && (note = trace_missing( trace->passed, "the reader is too slow" )))
    {
        packet_queue_push( &trace->unread, note );
        trace->passed = 0;
    }
    packet_queue_push( &trace->unread, line );
}

/* Steps over what the pipe has taken. */
static void trace_forget( struct trace *trace, size_t size )
{
    struct packet *line;

    for (trace->offset += size; (line = trace->unread.head) && trace->offset >= line->size; free( line ))
    {
        trace->offset -= line->size;
        packet_queue_pop( &trace->unread );
    }
}

/* Writes what the pipe takes, and closes it if that was all it wants. */
static void trace_push( struct trace *trace )
{
    struct iovec parts[64];
    struct packet *line;
    ssize_t written;
    int count;

    while (trace->pipe >= 0 && trace->unread.head)
    {
        for (count = 0, line = trace->unread.head; line && count < 64; line = line->next)
            parts[count++] = (struct iovec){ line->data, line->size };
        parts[0].iov_base = (char *)parts[0].iov_base + trace->offset;
        parts[0].iov_len -= trace->offset;
        written = writev( trace->pipe, parts, count );
        if (written > 0) trace_forget( trace, written );
        else if (errno == EAGAIN) return;
        else if (errno != EINTR) trace_detach( trace );
    }
    if (trace->released) trace_detach( trace );
}

int trace_pipe( struct trace *trace, short *events )
{
    int fd;

    pthread_mutex_lock( &trace->file_lock );
    fd = trace->pipe;
    *events = trace->unread.head ? POLLOUT : 0;
    pthread_mutex_unlock( &trace->file_lock );
    return fd;
}

bool trace_has_lost_reader( struct trace *trace )
{
    bool lost;

    pthread_mutex_lock( &trace->file_lock );
    lost = trace->reader_lost;
    trace->reader_lost = false;
    pthread_mutex_unlock( &trace->file_lock );
    return lost;
}

/* Has it gone, though there is nothing to write? */
static void trace_look( struct trace *trace )
{
    struct pollfd event = { trace->pipe, 0, 0 };

    if (trace->pipe >= 0 && poll( &event, 1, 0 ) > 0 && event.revents & (POLLERR | POLLHUP)) trace_detach( trace );
}

/* The lines in order, then a note if some are missing behind them. */
static void trace_take( struct trace *trace, struct packet_queue *lines )
{
    struct packet *line;

    pthread_mutex_lock( &trace->lock );
    packet_queue_move( lines, &trace->lines );
    trace->kept = 0;
    if (trace->lost)
    {
        if ((line = trace_missing( trace->lost, "the disk is too slow" ))) packet_queue_push( lines, line );
        trace->lost = 0;
    }
    pthread_mutex_unlock( &trace->lock );
}

/* What came in goes where it is wanted. Needs file_lock. */
static void trace_sort( struct trace *trace )
{
    struct packet_queue lines;
    struct packet *line;

    trace_take( trace, &lines );
    while ((line = packet_queue_pop( &lines )))
    {
        if (trace->fd >= 0) trace_put_line( trace, line );
        if (trace->pipe >= 0 && !trace->released) trace_queue( trace, line );
        else free( line );
    }
}

/* The same, and the pipe's reader can tell that it has all of that. Needs file_lock. */
static void trace_conclude( struct trace *trace )
{
    struct packet *mark;

    if (!trace->opened) return;
    trace_sort( trace );
    if (trace->pipe >= 0 && !trace->released && (mark = record_create( TRACE_WHOLE, NULL, 0 )))
        trace_queue( trace, mark );
}

void trace_release( struct trace *trace )
{
    pthread_mutex_lock( &trace->file_lock );
    trace_conclude( trace );
    trace->released = trace->pipe >= 0;
    pthread_mutex_unlock( &trace->file_lock );
}

int trace_write( struct trace *trace )
{
    int error;

    if (!trace) return 0;
    pthread_mutex_lock( &trace->file_lock );
    if (!trace->opened)
    {
        pthread_mutex_unlock( &trace->file_lock );
        return 0;
    }
    trace_sort( trace );
    trace_flush( trace );
    if (trace->pipe >= 0 && !trace->unread.head) trace_look( trace );
    trace_push( trace );
    error = trace->error;
    trace->error = 0;
    pthread_mutex_unlock( &trace->file_lock );
    return error;
}

/* Without a reader the write would end the client. */
static void block_pipe_signal( sigset_t *old )
{
    sigset_t set;

    sigemptyset( &set );
    sigaddset( &set, SIGPIPE );
    pthread_sigmask( SIG_BLOCK, &set, old );
}

static void unblock_pipe_signal( const sigset_t *old )
{
    const struct timespec none = { 0, 0 };
    sigset_t set;

    if (sigismember( old, SIGPIPE )) return;
    sigemptyset( &set );
    sigaddset( &set, SIGPIPE );
    while (sigtimedwait( &set, NULL, &none ) < 0 && errno == EINTR) continue;
    pthread_sigmask( SIG_SETMASK, old, NULL );
}

void trace_finish( struct trace *trace )
{
    uint64_t end = clock_ms() + FINISH_MS;
    struct pollfd event;
    sigset_t old;

    if (!trace_is_wanted( trace )) return;
    pthread_mutex_lock( &trace->file_lock );
    trace_conclude( trace );
    pthread_mutex_unlock( &trace->file_lock );
    block_pipe_signal( &old );
    do trace_write( trace );
    while ((event.fd = trace_pipe( trace, &event.events )) >= 0 && event.events && clock_ms() < end &&
           poll( &event, 1, FINISH_MS ) >= 0);
    unblock_pipe_signal( &old );
}

uint64_t trace_ask_time( struct trace *trace )
{
    uint64_t time;

    if (!trace_is_wanted( trace )) return UINT64_MAX;
    pthread_mutex_lock( &trace->lock );
    time = trace->ask_time;
    pthread_mutex_unlock( &trace->lock );
    return time;
}

void trace_asked( struct trace *trace )
{
    pthread_mutex_lock( &trace->lock );
    trace->ask_time = UINT64_MAX;
    pthread_mutex_unlock( &trace->lock );
}

void trace_destroy( struct trace *trace )
{
    if (!trace) return;
    trace_finish( trace );
    if (trace->fd >= 0) trace_stop( trace );
    trace_detach( trace );
    packet_queue_clear( &trace->lines );
    pthread_mutex_destroy( &trace->lock );
    pthread_mutex_destroy( &trace->file_lock );
    free( trace );
}
