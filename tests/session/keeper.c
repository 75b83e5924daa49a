/*
 * winedvc-session ends what outlives the client
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
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "program.h"
#include "wine/test.h"

#define LIMIT_MS 10000

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

static void start_keeping( int fd, uint32_t end_ms )
{
    struct program_message message;
    struct session_host host = { end_ms };

    program_start( WINEDVC_VERSION );
    while (program_receive( &message ) && message.frame.flags != SESSION_CONFIGURED) continue;
    program_send( SESSION_HOST, &host, sizeof(host), &fd );
    program_send( SESSION_HOST, &host, sizeof(host), NULL ); /* is none */
}

static void test_outlives(void)
{
    int fd;
    pid_t pid = start_process( &fd );

    start_keeping( fd, 200 );
    kill( pid, SIGSTOP );
    ok( !program_stop(), "it fails\n" );
    ok( wait_status( pid ) == SIGKILL, "the process is not killed\n" );
    close( fd );
}

/* It has its time, and nobody waits longer than for its end. */
static void test_ends(void)
{
    struct pollfd event = { .events = POLLIN };
    int fd;
    pid_t pid = start_process( &fd );

    start_keeping( fd, 1000000 );
    program_close();
    event.fd = fd;
    ok( !poll( &event, 1, 300 ), "it does not wait\n" );
    kill( pid, SIGTERM );
    event.fd = syscall( SYS_pidfd_open, program_pid, 0 );
    ok( poll( &event, 1, LIMIT_MS ) == 1, "it waits on\n" );
    if (!event.revents) kill( program_pid, SIGKILL );
    ok( !program_stop(), "it fails\n" );
    ok( wait_status( pid ) == SIGTERM, "the process is killed\n" );
    close( event.fd );
    close( fd );
}

/* What has ended before is no business of its. */
static void test_ended(void)
{
    int fd;
    pid_t pid = start_process( &fd );

    start_keeping( fd, 1000000 );
    kill( pid, SIGTERM );
    wait_status( pid );
    ok( !program_stop(), "it fails\n" );
    close( fd );
}

START_TEST( keeper )
{
    program_prepare();
    test_outlives();
    test_ends();
    test_ended();
    program_forget();
}
