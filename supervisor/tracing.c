/*
 * Traces that are asked for while the session runs
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

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log.h"
#include "page.h"
#include "paths.h"
#include "session.h"
#include "tracing.h"

/* What a pipe may hold, so that its reader need not come at once. */
#define PIPE_SIZE 1048576

/* The request of this session: its page's name with another ending. Returns false if the page has no file. */
static bool tracing_path( const struct supervisor *supervisor, char path[PATH_MAX] )
{
    char page[PATH_MAX];

    return page_path( supervisor->page, page ) &&
           path_format( path, "%.*s" SESSION_TRACE, (int)(strlen( page ) - strlen( SESSION_PAGE )), page );
}

/* Of this user, and with somebody who reads. */
static int tracing_open( const char *path )
{
    int fd = open( path, O_WRONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC );
    struct stat status;

    if (fd < 0) return -1;
    if (!fstat( fd, &status ) && S_ISFIFO( status.st_mode ) && status.st_uid == geteuid())
    {
        fcntl( fd, F_SETPIPE_SZ, PIPE_SIZE );
        return fd;
    }
    close( fd );
    return -1;
}

static void tracing_start( struct supervisor *supervisor )
{
    char path[PATH_MAX];
    int fd;

    if (!tracing_path( supervisor, path ) || (fd = tracing_open( path )) < 0) return;
    if (!trace_attach( supervisor->trace, fd ))
    {
        close( fd );
        return;
    }
    log_warn( "\"winedvc trace\" records this session from now on, with all that the plug-ins' channels carry" );
    trace_note( supervisor->trace, "\"winedvc trace\" begins" ); /* an answer */
}

void tracing_begin( struct supervisor *supervisor )
{
    char path[PATH_MAX];

    supervisor->watch = -1;
    if (!tracing_path( supervisor, path )) return;
    *strrchr( path, '/' ) = 0;
    supervisor->watch = inotify_init1( IN_NONBLOCK | IN_CLOEXEC );
    if (supervisor->watch < 0 ||
        inotify_add_watch( supervisor->watch, path, IN_MOVED_TO | IN_DELETE | IN_ONLYDIR ) < 0)
    {
        log_info( "\"winedvc trace\" can not record this session: %s can not be watched (%s)", path, log_errno( errno ) );
        tracing_end( supervisor );
        return;
    }
    tracing_start( supervisor );
}

void tracing_end( struct supervisor *supervisor )
{
    if (supervisor->watch >= 0) close( supervisor->watch );
    supervisor->watch = -1;
}

/* Has the pipe that is written to still its name? */
static bool tracing_is_asked( const struct supervisor *supervisor )
{
    struct stat named, written;
    char path[PATH_MAX];
    short events;

    return tracing_path( supervisor, path ) && !lstat( path, &named ) &&
           !fstat( trace_pipe( supervisor->trace, &events ), &written ) &&
           named.st_dev == written.st_dev && named.st_ino == written.st_ino;
}

void tracing_look( struct supervisor *supervisor )
{
    char events[4096] __attribute__((aligned( __alignof__(struct inotify_event) )));

    while (read( supervisor->watch, events, sizeof(events) ) > 0) continue;
    if (!tracing_is_asked( supervisor )) trace_release( supervisor->trace );
    tracing_start( supervisor );
}

void tracing_write( struct supervisor *supervisor )
{
    int error = trace_write( supervisor->trace );

    if (supervisor->terminated) return;
    if (error) log_warn( "the trace ends here, since it can not be written (%s)", log_errno( error ) );
    if (!trace_has_lost_reader( supervisor->trace )) return;
    log_info( "\"winedvc trace\" has ended, nothing is recorded for it" );
    tracing_start( supervisor ); /* one that has asked meanwhile */
}
