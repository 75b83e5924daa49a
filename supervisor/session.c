/*
 * The program winedvc-session, which helps one session
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
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "descriptor.h"
#include "host.h"
#include "session.h"
#include "wine.h"

#define PROGRAM "winedvc/winedvc-session"

/* It ends when its socket does, and all hosts have ended by then. */
#define END_MS 2000

/* In a build directory it is beside the one that this library is in. */
static bool session_find( char *path )
{
    char self[PATH_MAX];
    Dl_info info;
    char *slash;

    if (dladdr( (void *)session_find, &info ) && info.dli_fname && realpath( info.dli_fname, self ) &&
        (slash = strrchr( self, '/' )))
    {
        *slash = 0;
        if (snprintf( path, PATH_MAX, "%s/../../libexec/" PROGRAM, self ) < PATH_MAX && !access( path, X_OK ))
            return true;
    }
    snprintf( path, PATH_MAX, "%s/" PROGRAM, WINEDVC_LIBEXECDIR );
    return !access( path, X_OK );
}

bool session_start( struct session *session, char *problem, size_t size )
{
    char path[PATH_MAX], *argv[] = { path, (char *)WINEDVC_VERSION, NULL };
    char **environment;
    int null, error;

    session->fd = session->process.fd = -1;
    if (!session_find( path ))
    {
        snprintf( problem, size, "%s is not there: install winedvc again", path );
        return false;
    }
    null = descriptor_lift( open( "/dev/null", O_WRONLY | O_CLOEXEC ) );
    environment = wine_environment( NULL );
    if (null < 0) error = errno;
    else if (!environment) error = ENOMEM;
    else error = process_start( &session->process, argv, environment, SOCK_SEQPACKET, null, &session->fd );
    if (null >= 0) close( null );
    free( environment );
    if (error) snprintf( problem, size, "%s can not be started (%s): install winedvc again", path, strerror( error ) );
    return !error;
}

void session_stop( struct session *session )
{
    struct pollfd event = { session->process.fd, POLLIN, 0 };

    if (session->fd >= 0) close( session->fd );
    session->fd = -1;
    if (session->process.fd < 0) return;
    poll( &event, 1, END_MS );
    process_reap( &session->process );
}

/* Sends a message of three parts, the first of which is left to be filled in. */
static bool session_send_parts( struct session *session, enum session_frame type, struct iovec parts[3],
                                struct msghdr *message )
{
    struct winedvc_frame frame = { parts[1].iov_len + parts[2].iov_len, WINEDVC_STREAM_CONTROL, type };

    if (session->fd < 0 || frame.size > WINEDVC_MAX_CONTROL) return false;
    parts[0] = (struct iovec){ &frame, sizeof(frame) };
    message->msg_iov = parts;
    message->msg_iovlen = 3;
    return sendmsg( session->fd, message, MSG_DONTWAIT | MSG_NOSIGNAL ) >= 0;
}

bool session_send( struct session *session, enum session_frame type, const void *first, size_t first_size,
                   const void *second, size_t second_size )
{
    struct iovec parts[] = { { NULL, 0 }, { (void *)first, first_size }, { (void *)second, second_size } };
    struct msghdr message = { 0 };

    return session_send_parts( session, type, parts, &message );
}

void session_keep( struct session *session, const struct process *process )
{
    struct session_host host = { HOST_END_MS };
    struct iovec parts[] = { { NULL, 0 }, { &host, sizeof(host) }, { NULL, 0 } };
    union { struct cmsghdr header; char space[CMSG_SPACE( sizeof(int) )]; } control = { 0 };
    struct msghdr message = { .msg_control = &control, .msg_controllen = sizeof(control) };

    control.header.cmsg_len = CMSG_LEN( sizeof(int) );
    control.header.cmsg_level = SOL_SOCKET;
    control.header.cmsg_type = SCM_RIGHTS;
    memcpy( CMSG_DATA( &control.header ), &process->fd, sizeof(int) );
    session_send_parts( session, SESSION_HOST, parts, &message );
}

int session_receive( struct session *session, struct session_message *message )
{
    struct iovec part = { message, sizeof(*message) };
    struct msghdr header = { .msg_iov = &part, .msg_iovlen = 1 };
    ssize_t size;

    do size = recvmsg( session->fd, &header, MSG_DONTWAIT );
    while (size < 0 && errno == EINTR);
    if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return 0;
    if (size < (ssize_t)sizeof(message->frame) || header.msg_flags & MSG_TRUNC) return -1;
    return message->frame.size == size - sizeof(message->frame) ? 1 : -1;
}
