/*
 * Tests of what ends hosts that outlive the client
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

#include "wine/test.h"

#define LIMIT_MS 10000

static pid_t keeper_pid;
static int keeper_socket = -1;

static void keeper_close(void)
{
    if (keeper_socket >= 0) close( keeper_socket );
    keeper_socket = -1;
}

/* Closes its socket, and returns its exit status. */
static int keeper_stop(void)
{
    int status = -1;

    keeper_close();
    waitpid( keeper_pid, &status, 0 );
    return WIFEXITED( status ) ? WEXITSTATUS( status ) : -1;
}

/* A message, with a descriptor or without one. */
static void keeper_send( const int *descriptor )
{
    union { struct cmsghdr header; char space[CMSG_SPACE( sizeof(int) )]; } control;
    struct iovec part = { (char *)"", 1 };
    struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };

    if (descriptor)
    {
        message.msg_control = &control;
        message.msg_controllen = sizeof(control);
        control.header.cmsg_len = CMSG_LEN( sizeof(int) );
        control.header.cmsg_level = SOL_SOCKET;
        control.header.cmsg_type = SCM_RIGHTS;
        memcpy( CMSG_DATA( &control.header ), descriptor, sizeof(int) );
    }
    ok( sendmsg( keeper_socket, &message, MSG_NOSIGNAL ) == 1, "the message is not sent\n" );
}

/* It keeps that process. */
static void keeper_start( int process, const char *milliseconds )
{
    const char *build = getenv( "BUILDDIR" );
    char path[PATH_MAX];
    int sockets[2];

    snprintf( path, sizeof(path), "%s/bin/winedvc", build ? build : "." );
    ok( !socketpair( AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets ), "there are no sockets\n" );
    if (!(keeper_pid = fork()))
    {
        dup2( sockets[1], STDIN_FILENO );
        execl( path, path, "keep", milliseconds, NULL );
        _exit( 127 );
    }
    close( sockets[1] );
    keeper_socket = sockets[0];
    keeper_send( &process );
    keeper_send( NULL );
}

/* A process that waits for its end; *fd names it. */
static pid_t start_process( int *fd )
{
    pid_t pid = fork();

    if (!pid) for (;;) pause();
    *fd = syscall( SYS_pidfd_open, pid, 0 );
    ok( *fd >= 0, "processes have no descriptors\n" );
    return pid;
}

static int wait_status( pid_t pid )
{
    int status = 0;

    ok( waitpid( pid, &status, 0 ) == pid, "there is no process %d\n", (int)pid );
    return WIFSIGNALED( status ) ? WTERMSIG( status ) : -1;
}

static void test_outlives(void)
{
    int fd;
    pid_t pid = start_process( &fd );

    keeper_start( fd, "200" );
    kill( pid, SIGSTOP );
    ok( !keeper_stop(), "it fails\n" );
    ok( wait_status( pid ) == SIGKILL, "the process is not killed\n" );
    close( fd );
}

/* It has its time, and nobody waits longer than for its end. */
static void test_ends(void)
{
    struct pollfd event = { .events = POLLIN };
    int fd;
    pid_t pid = start_process( &fd );

    keeper_start( fd, "1000000" );
    keeper_close();
    event.fd = fd;
    ok( !poll( &event, 1, 300 ), "it does not wait\n" );
    kill( pid, SIGTERM );
    event.fd = syscall( SYS_pidfd_open, keeper_pid, 0 );
    ok( poll( &event, 1, LIMIT_MS ) == 1, "it waits on\n" );
    if (!event.revents) kill( keeper_pid, SIGKILL );
    ok( !keeper_stop(), "it fails\n" );
    ok( wait_status( pid ) == SIGTERM, "the process is killed\n" );
    close( event.fd );
    close( fd );
}

/* What has ended before is no business of its. */
static void test_ended(void)
{
    int fd;
    pid_t pid = start_process( &fd );

    keeper_start( fd, "1000000" );
    kill( pid, SIGTERM );
    wait_status( pid );
    ok( !keeper_stop(), "it fails\n" );
    close( fd );
}

START_TEST( keeper )
{
    test_outlives();
    test_ends();
    test_ended();
}
