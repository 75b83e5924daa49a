/*
 * A session's PDUs in a file, for bug reports
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
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "frames.h"
#include "log.h"
#include "packet.h"
#include "trace.h"

#define MAX_KEPT     (16 << 20)
#define QUIET_MS     1000
/* "recv ", two digits a byte, a comment */
#define MAX_LINE     (2 * WINEDVC_MAX_MESSAGE + 128)

struct trace
{
    atomic_bool         wanted;     /* there is a file, or may yet be one */
    pthread_mutex_t     lock;
    /* protected by lock */
    struct packet_queue lines;      /* each of a trace_kind */
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
};

struct trace *trace_create( void )
{
    struct trace *trace = calloc( 1, sizeof(*trace) );

    if (!trace) return NULL;
    pthread_mutex_init( &trace->lock, NULL );
    pthread_mutex_init( &trace->file_lock, NULL );
    packet_queue_init( &trace->lines );
    trace->ask_time = UINT64_MAX;
    trace->wanted = true;
    trace->fd = -1;
    return trace;
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
    pthread_mutex_unlock( &trace->file_lock );
    if (fd < 0) trace->wanted = false;
}

bool trace_is_wanted( const struct trace *trace )
{
    return trace && trace->wanted;
}

/* Lines that come in */

static void trace_keep( struct trace *trace, enum trace_kind kind, const void *data, size_t size )
{
    struct packet *line = NULL;

    pthread_mutex_lock( &trace->lock );
    if (kind != TRACE_NOTE) trace->ask_time = clock_ms() + QUIET_MS;
    if (trace->kept + sizeof(*line) + size <= MAX_KEPT && (line = packet_create( data, size )))
    {
        line->kind = kind;
        trace->kept += sizeof(*line) + size;
        packet_queue_push( &trace->lines, line );
    }
    else trace->lost++;
    pthread_mutex_unlock( &trace->lock );
}

void trace_pdu( struct trace *trace, enum trace_kind kind, const uint8_t *pdu, size_t size )
{
    if (trace_is_wanted( trace )) trace_keep( trace, kind, pdu, size );
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
    trace->wanted = false;
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

static void trace_put_hex( struct trace *trace, const struct packet *line )
{
    static const char digits[] = "0123456789abcdef";
    char *out = trace->buffer + trace->used;
    size_t i;

    for (i = 0; i < line->size; i++)
    {
        *out++ = digits[line->data[i] >> 4];
        *out++ = digits[line->data[i] & 15];
    }
    trace->used += 2 * line->size;
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
    };
    static const char full[] = "# the limit of trace-size is reached\n";
    size_t start = trace->used;

    trace_put( trace, forms[line->kind].before, strlen( forms[line->kind].before ) );
    if (line->kind == TRACE_NOTE) trace_put( trace, (const char *)line->data, line->size );
    else trace_put_hex( trace, line );
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

/* The lines in order, then a note if some are missing behind them. */
static void trace_take( struct trace *trace, struct packet_queue *lines )
{
    char text[64];
    struct packet *line;

    pthread_mutex_lock( &trace->lock );
    packet_queue_move( lines, &trace->lines );
    trace->kept = 0;
    if (trace->lost)
    {
        snprintf( text, sizeof(text), "%u lines are missing here: the disk is too slow", trace->lost );
        if ((line = packet_create( text, strlen( text ) ))) packet_queue_push( lines, line );
        trace->lost = 0;
    }
    pthread_mutex_unlock( &trace->lock );
}

int trace_write( struct trace *trace )
{
    struct packet_queue lines;
    struct packet *line;
    int error;

    if (!trace) return 0;
    pthread_mutex_lock( &trace->file_lock );
    if (!trace->opened)
    {
        pthread_mutex_unlock( &trace->file_lock );
        return 0;
    }
    trace_take( trace, &lines );
    while ((line = packet_queue_pop( &lines )))
    {
        if (trace->fd >= 0) trace_put_line( trace, line );
        free( line );
    }
    trace_flush( trace );
    error = trace->error;
    trace->error = 0;
    pthread_mutex_unlock( &trace->file_lock );
    return error;
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
    trace_write( trace );
    if (trace->fd >= 0) trace_stop( trace );
    packet_queue_clear( &trace->lines );
    pthread_mutex_destroy( &trace->lock );
    pthread_mutex_destroy( &trace->file_lock );
    free( trace );
}
