/*
 * One winedvc.exe, and the addin's end of its socket
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
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host.h"
#include "wine/test.h"

static const char *environment( const char *name )
{
    const char *value = getenv( name );

    ok( value != NULL, "%s is not set\n", name );
    return value ? value : "";
}

bool host_program( char program[PATH_MAX] )
{
    int size = snprintf( program, PATH_MAX, "%s/lib/wine/x86_64-windows/winedvc.exe", environment( "BUILDDIR" ) );

    ok( size < PATH_MAX, "the build directory has too long a name\n" );
    return size < PATH_MAX;
}

bool host_plugin( const char *file, const char *suffix, char entry[PATH_MAX] )
{
    int size = snprintf( entry, PATH_MAX, "Z:%s/tests/plugins/x86_64-windows/%s%s", environment( "BUILDDIR" ), file,
                         suffix );
    char *c;

    ok( size < PATH_MAX, "the build directory has too long a name\n" );
    if (size >= PATH_MAX) return false;
    for (c = entry; *c; c++) if (*c == '/') *c = '\\';
    return true;
}

static void exec_wine( const char *program, const char *const *arguments )
{
    const char *argv[HOST_MAX_ARGUMENTS + 3] = { environment( "WINE" ), program };
    unsigned int i;

    for (i = 0; i < HOST_MAX_ARGUMENTS && arguments[i]; i++) argv[i + 2] = arguments[i];
    execv( argv[0], (char **)argv );
    _exit( 127 );
}

bool host_run( struct host *host, const char *program, const char *const *arguments )
{
    int fds[2];

    memset( host, 0, sizeof(*host) );
    if (socketpair( AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds ))
    {
        ok( 0, "no socket: %s\n", strerror( errno ) );
        return false;
    }
    if (!(host->pid = fork()))
    {
        if (!dup2( fds[1], 0 )) exec_wine( program, arguments );
        _exit( 127 );
    }
    close( fds[1] );
    host->fd = fds[0];
    ok( host->pid > 0, "no process: %s\n", strerror( errno ) );
    return host->pid > 0;
}

void host_run_program( const char *program, const char *const *arguments )
{
    int status = -1;
    pid_t pid;

    if (!(pid = fork())) exec_wine( program, arguments );
    ok( pid > 0 && waitpid( pid, &status, 0 ) == pid && !status, "%s %s: status %#x\n", program, arguments[0], status );
}

bool host_start( struct host *host, const char *plugin, const char *suffix )
{
    char program[PATH_MAX], entry[PATH_MAX];
    const char *arguments[] = { "host", entry, NULL };

    if (plugin[0] == '{') arguments[1] = plugin;
    else if (!host_plugin( plugin, suffix, entry )) return false;
    return host_program( program ) && host_run( host, program, arguments );
}

static bool wait_readable( int fd )
{
    struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
    int ret;

    do ret = poll( &poll_fd, 1, HOST_LIMIT );
    while (ret < 0 && errno == EINTR);
    return ret > 0;
}

void host_stop( struct host *host )
{
    int fd;

    if (host->pid <= 0) return;
    fd = syscall( SYS_pidfd_open, host->pid, 0 );
    close( host->fd );
    ok( fd >= 0 && wait_readable( fd ), "the host does not end\n" );
    kill( host->pid, SIGKILL );
    waitpid( host->pid, NULL, 0 );
    if (fd >= 0) close( fd );
}

void host_send_bytes( struct host *host, const void *data, size_t size )
{
    const char *next = data;
    ssize_t count;

    while (size && (count = send( host->fd, next, size, MSG_NOSIGNAL )) > 0)
    {
        next += count;
        size -= count;
    }
}

void host_send( struct host *host, enum winedvc_control type, const void *fixed, size_t size, const char *text )
{
    size_t text_size = text ? strlen( text ) + 1 : 0;
    struct winedvc_frame frame = { size + text_size, WINEDVC_STREAM_CONTROL, type };

    host_send_bytes( host, &frame, sizeof(frame) );
    host_send_bytes( host, fixed, size );
    host_send_bytes( host, text, text_size );
}

void host_send_pdu( struct host *host, const void *pdu, size_t size )
{
    struct winedvc_frame frame = { size, WINEDVC_STREAM_DRDYNVC, 0 };

    host_send_bytes( host, &frame, sizeof(frame) );
    host_send_bytes( host, pdu, size );
}

/* false at the end of the stream */
static bool read_more( struct host *host )
{
    ssize_t count;

    if (!wait_readable( host->fd ))
    {
        ok( 0, "the host says nothing\n" );
        return false;
    }
    do count = recv( host->fd, host->input, sizeof(host->input), 0 );
    while (count < 0 && errno == EINTR);
    host->unread = host->input;
    host->unread_size = count > 0 ? count : 0;
    return count > 0;
}

bool host_receive( struct host *host )
{
    enum frame_status status;
    const uint8_t *body;

    if (host->ended) return false;
    do status = frame_read( &host->reader, &host->unread, &host->unread_size, &host->frame, &body );
    while (status == FRAME_UNKNOWN || (status == FRAME_NONE && read_more( host )));

    ok( status != FRAME_TOO_LONG, "a frame has %u bytes\n", host->frame.size );
    if ((host->ended = status != FRAME_COMPLETE)) return false;
    memcpy( host->body, body, host->frame.size );
    host->body[host->frame.size] = 0;
    return true;
}

static bool is_control( const struct host *host, enum winedvc_control type )
{
    return host->frame.stream == WINEDVC_STREAM_CONTROL && host->frame.flags == type;
}

bool host_awaits( struct host *host, enum winedvc_control type )
{
    while (host_receive( host ))
    {
        if (is_control( host, type )) return true;
        if (is_control( host, WINEDVC_BYE )) break;
    }
    return false;
}

bool host_awaits_pdu( struct host *host, unsigned int command )
{
    while (host_receive( host ))
    {
        if (is_control( host, WINEDVC_BYE )) break;
        if (host->frame.stream == WINEDVC_STREAM_DRDYNVC && host->frame.size && host->body[0] >> 4 == (int)command)
            return true;
    }
    return false;
}
