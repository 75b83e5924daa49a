/*
 * The pipe through which a session is traced
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
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "paths.h"
#include "terminal.h"
#include "tracepipe.h"

#define BUFFER_SIZE (4 * 1048576)

/* Is another one traced into? What a killed one has left is removed. */
static bool pipe_is_busy( const char *path )
{
    int fd = open( path, O_WRONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC );

    if (fd >= 0) close( fd );
    else if (errno == ENXIO) unlink( path );
    return fd >= 0;
}

/* Makes and opens it under another name, so that the addin finds somebody who reads. Returns false with errno. */
static bool pipe_make( struct trace_pipe *pipe, const char *directory )
{
    char early[PATH_MAX];
    int error;

    if (!path_format( early, "%s/.trace-%d", directory, (int)getpid() ))
    {
        errno = ENAMETOOLONG;
        return false;
    }
    unlink( early );
    if (mkfifo( early, 0600 )) return false;
    if ((pipe->fd = open( early, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC )) >= 0 &&
        !rename( early, pipe->path )) return true;
    error = errno;
    unlink( early );
    if (pipe->fd >= 0) close( pipe->fd );
    errno = error;
    return false;
}

bool trace_pipe_open( struct trace_pipe *pipe, const char *directory, const struct session *session )
{
    memset( pipe, 0, sizeof(*pipe) );
    if (!path_format( pipe->path, "%s/%d-%u" SESSION_TRACE, directory, session->pid, session->number ) ||
        !(pipe->buffer = malloc( BUFFER_SIZE )))
    {
        complain( "no memory is left" );
        return false;
    }
    if (pipe_is_busy( pipe->path ))
        complain( "session %d-%u is traced by another \"winedvc trace\": end that first", session->pid, session->number );
    else if (pipe_make( pipe, directory )) return true;
    else complain( "the session can not be asked: no pipe can be made in %s (%s)", directory, strerror( errno ) );
    free( pipe->buffer );
    return false;
}

void trace_pipe_stop( struct trace_pipe *pipe )
{
    unlink( pipe->path );
    *pipe->path = 0; /* it may be another one's from now on */
}

void trace_pipe_close( struct trace_pipe *pipe )
{
    trace_pipe_stop( pipe );
    close( pipe->fd );
    free( pipe->buffer );
}

bool trace_pipe_read( struct trace_pipe *pipe )
{
    ssize_t got;

    memmove( pipe->buffer, pipe->buffer + pipe->begin, pipe->end - pipe->begin );
    pipe->end -= pipe->begin;
    pipe->begin = 0;
    got = read( pipe->fd, pipe->buffer + pipe->end, BUFFER_SIZE - pipe->end );
    if (got > 0) pipe->end += got;
    return got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR));
}

const uint8_t *trace_pipe_take( struct trace_pipe *pipe, struct session_record *record, bool *broken )
{
    const uint8_t *data = pipe->buffer + pipe->begin;
    size_t size = pipe->end - pipe->begin;

    *broken = false;
    if (size < sizeof(*record)) return NULL;
    memcpy( record, data, sizeof(*record) );
    if ((*broken = record->size > SESSION_MAX_RECORD || record->kind > TRACE_WHOLE)) return NULL;
    if (size - sizeof(*record) < record->size) return NULL;
    pipe->begin += sizeof(*record) + record->size;
    return data + sizeof(*record);
}
