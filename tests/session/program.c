/*
 * winedvc-session under test
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
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "program.h"
#include "wine/test.h"

#define LIMIT_MS 10000

char program_home[PATH_MAX];
pid_t program_pid;
static int fd = -1;

void program_prepare(void)
{
    static const char *const variables[] = { "XDG_CONFIG_HOME", "XDG_CONFIG_DIRS", "XDG_STATE_HOME" };
    static const char *const directories[] = { "config", "system", "state" };
    const char *build = getenv( "BUILDDIR" );
    char path[PATH_MAX + 16];
    unsigned int i;

    snprintf( program_home, sizeof(program_home), "%s/session-test.XXXXXX", build ? build : "." );
    ok( mkdtemp( program_home ) != NULL, "no directory %s can be made\n", program_home );
    setenv( "HOME", program_home, 1 );
    for (i = 0; i < sizeof(variables) / sizeof(variables[0]); i++)
    {
        snprintf( path, sizeof(path), "%s/%s", program_home, directories[i] );
        setenv( variables[i], path, 1 );
    }
}

static int remove_one( const char *path, const struct stat *st, int type, struct FTW *ftw )
{
    return remove( path );
}

void program_forget(void)
{
    nftw( program_home, remove_one, 8, FTW_DEPTH | FTW_PHYS );
}

void program_write_file( const char *name, const char *text )
{
    char path[2 * PATH_MAX], *slash;
    FILE *file;

    snprintf( path, sizeof(path), "%s/%s", program_home, name );
    for (slash = path + strlen( program_home ) + 1; (slash = strchr( slash, '/' )); *slash++ = '/')
    {
        *slash = 0;
        mkdir( path, 0700 );
    }
    file = fopen( path, "w" );
    ok( file != NULL, "no file %s can be made\n", path );
    if (!file) return;
    fputs( text, file );
    fclose( file );
}

void program_start( const char *version )
{
    const char *build = getenv( "BUILDDIR" );
    char path[PATH_MAX];
    int sockets[2];

    snprintf( path, sizeof(path), "%s/libexec/winedvc/winedvc-session", build ? build : "." );
    ok( !socketpair( AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets ), "there are no sockets\n" );
    if (!(program_pid = fork()))
    {
        dup2( sockets[1], STDIN_FILENO );
        execl( path, path, version, NULL );
        _exit( 127 );
    }
    close( sockets[1] );
    fd = sockets[0];
}

void program_close(void)
{
    if (fd >= 0) close( fd );
    fd = -1;
}

int program_stop(void)
{
    int status = -1;

    program_close();
    waitpid( program_pid, &status, 0 );
    return WIFEXITED( status ) ? WEXITSTATUS( status ) : -1;
}

void program_send( enum session_frame type, const void *body, size_t size, const int *descriptor )
{
    struct winedvc_frame frame = { size, WINEDVC_STREAM_CONTROL, type };
    struct iovec parts[] = { { &frame, sizeof(frame) }, { (void *)body, size } };
    union { struct cmsghdr header; char space[CMSG_SPACE( sizeof(int) )]; } control;
    struct msghdr message = { .msg_iov = parts, .msg_iovlen = 2 };

    if (descriptor)
    {
        message.msg_control = &control;
        message.msg_controllen = sizeof(control);
        control.header.cmsg_len = CMSG_LEN( sizeof(int) );
        control.header.cmsg_level = SOL_SOCKET;
        control.header.cmsg_type = SCM_RIGHTS;
        memcpy( CMSG_DATA( &control.header ), descriptor, sizeof(int) );
    }
    ok( sendmsg( fd, &message, MSG_NOSIGNAL ) == (ssize_t)(sizeof(frame) + size), "the message is not sent\n" );
}

bool program_receive( struct program_message *message )
{
    struct pollfd event = { fd, POLLIN, 0 };
    ssize_t size;

    memset( message, 0, sizeof(*message) );
    ok( poll( &event, 1, LIMIT_MS ) > 0, "nothing comes\n" );
    if (!event.revents) return false;
    size = recv( fd, message, sizeof(message->frame) + sizeof(message->body), 0 );
    if (size < (ssize_t)sizeof(message->frame)) return false;
    ok( message->frame.size == size - sizeof(message->frame), "a frame of %u bytes has %d\n",
        (unsigned int)message->frame.size, (int)(size - sizeof(message->frame)) );
    return true;
}

const char *program_string( struct program_message *message )
{
    const char *text = (const char *)message->body + message->used;
    size_t left = message->frame.size - message->used, size = strnlen( text, left );

    if (size == left) return "";
    message->used += size + 1;
    return text;
}
