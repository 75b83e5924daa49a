/*
 * The end of hosts that outlive the client
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
#include <poll.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <signal.h>
#include <unistd.h>

#include "paths.h"
#include "verbs.h"

/* More at a time than one session ever has. */
#define KEEP_MAX 256

/* The longest of a notification; what is longer is cut. */
#define KEEP_MESSAGE 4096

/* Of hosts that live, the descriptors that name their processes. */
static int processes[KEEP_MAX];
static nfds_t process_count;

static int64_t clock_ms( void )
{
    struct timespec now;

    clock_gettime( CLOCK_MONOTONIC, &now );
    return now.tv_sec * (int64_t)1000 + now.tv_nsec / 1000000;
}

/* Waits until the descriptor is readable, -1 for none, or the time in milliseconds is over, -1 for never. Forgets the
 * processes that end. Returns true if it is readable. */
static bool keep_wait( int fd, int timeout )
{
    struct pollfd fds[1 + KEEP_MAX];
    nfds_t i;

    fds[0] = (struct pollfd){ fd, POLLIN, 0 };
    for (i = 0; i < process_count; i++) fds[i + 1] = (struct pollfd){ processes[i], POLLIN, 0 };
    if (poll( fds, process_count + 1, timeout ) <= 0) return false;
    for (i = process_count; i--;)
    {
        if (!fds[i + 1].revents) continue;
        close( processes[i] );
        processes[i] = processes[--process_count];
    }
    return fds[0].revents != 0;
}

/* Without a bus's address the libraries may start one. */
static bool has_bus( void )
{
    const char *address = getenv( "DBUS_SESSION_BUS_ADDRESS" ), *directory = getenv( "XDG_RUNTIME_DIR" );
    char path[PATH_MAX];

    return (address && *address) || (directory && path_format( path, "%s/bus", directory ) && !access( path, F_OK ));
}

/* By libnotify's program, which may wait for the bus; this one does not wait for it. */
static void keep_notify( char *title, char *text )
{
    char *arguments[] = { (char *)"notify-send", (char *)"--app-name=winedvc", (char *)"--", title, text, NULL };
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t signals;
    pid_t pid;

    sigemptyset( &signals );
    sigaddset( &signals, SIGCHLD );
    sigaddset( &signals, SIGPIPE );
    posix_spawn_file_actions_init( &actions );
    posix_spawnattr_init( &attributes );
    if (!posix_spawn_file_actions_addopen( &actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0 ) &&
        !posix_spawnattr_setsigdefault( &attributes, &signals ) &&
        !posix_spawnattr_setflags( &attributes, POSIX_SPAWN_SETSIGDEF ))
        posix_spawnp( &pid, arguments[0], &actions, &attributes, arguments, environ );
    posix_spawnattr_destroy( &attributes );
    posix_spawn_file_actions_destroy( &actions );
}

/* Takes a message, and the descriptor that comes with it. Returns false at the end of the socket. */
static bool keep_receive( void )
{
    union { struct cmsghdr header; char space[CMSG_SPACE( sizeof(int) )]; } control;
    char text[KEEP_MESSAGE + 2] = ""; /* so that two strings end in it */
    struct iovec part = { text, KEEP_MESSAGE };
    struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control,
                              .msg_controllen = sizeof(control) };
    struct cmsghdr *header;
    ssize_t size;
    int process;

    do size = recvmsg( STDIN_FILENO, &message, MSG_CMSG_CLOEXEC );
    while (size < 0 && errno == EINTR);
    if (size <= 0) return false;
    header = CMSG_FIRSTHDR( &message );
    if (!header && *text && has_bus()) keep_notify( text, text + strlen( text ) + 1 );
    if (!header || header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) return true;
    memcpy( &process, CMSG_DATA( header ), sizeof(process) );
    if (process_count < KEEP_MAX) processes[process_count++] = process;
    else close( process );
    return true;
}

int keep( const char *milliseconds )
{
    int64_t end, now;

    signal( SIGPIPE, SIG_IGN );
    signal( SIGCHLD, SIG_IGN ); /* nobody asks what became of a notification */
    while (!keep_wait( STDIN_FILENO, -1 ) || keep_receive()) continue;
    close( STDIN_FILENO );

    end = clock_ms() + strtoul( milliseconds, NULL, 10 );
    while (process_count && (now = clock_ms()) < end) keep_wait( -1, end - now );
    while (process_count--) syscall( SYS_pidfd_send_signal, processes[process_count], SIGKILL, NULL, 0 );
    return 0;
}
