/*
 * A program that the addin has started: it is never taken for another process
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
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "supervisor/process.h"
#include "wine/test.h"

/* In a namespace of its own a process may say which pid comes next. */
static bool set_next_pid( pid_t pid )
{
    int fd = open( "/proc/sys/kernel/ns_last_pid", O_WRONLY | O_CLOEXEC );
    bool set = fd >= 0 && dprintf( fd, "%d", (int)pid - 1 ) > 0;

    if (fd >= 0) close( fd );
    return set;
}

/* The client collects each child that ends, and its next one gets the same pid: that is no business of ours. Returns
 * what went wrong, NULL if nothing did. */
static const char *check_client_is_faster(void)
{
    char *argv[] = { "/bin/true", NULL };
    struct process process;
    siginfo_t info;
    pid_t other;
    int fd;

    if (process_start( &process, argv, environ, SOCK_STREAM, STDERR_FILENO, &fd )) return "no program was started";
    if (waitpid( process.pid, NULL, 0 ) != process.pid) return "the program did not end";
    if (!set_next_pid( process.pid )) return "the next pid is not set";
    if (!(other = fork())) for (;;) pause();
    if (other != process.pid) return "the other process has another pid";
    process_kill( &process );
    if (waitid( P_PID, other, &info, WEXITED | WNOHANG | WNOWAIT ) || info.si_pid) return "the other process was killed";
    kill( other, SIGKILL );
    if (waitid( P_PID, other, &info, WEXITED | WNOWAIT )) return "the other process did not end";
    process_reap( &process );
    if (waitpid( other, NULL, 0 ) != other) return "the other process's end was taken";
    return process.fd == -1 ? NULL : "the descriptor is open";
}

/* In namespaces of its own, where it is process 1. The exit status is 0 if nothing went wrong, 2 without namespaces. */
static void run_alone( const char *(*check)(void) )
{
    const char *wrong;
    int status = 0;
    pid_t pid;

    if (unshare( CLONE_NEWUSER | CLONE_NEWPID )) _exit( 2 );
    if ((pid = fork()))
    {
        waitpid( pid, &status, 0 );
        _exit( pid < 0 ? 2 : status ? 1 : 0 );
    }
    if ((wrong = check())) printf( "%s (errno %d)\n", wrong, errno );
    fflush( stdout );
    _exit( !!wrong );
}

START_TEST(process)
{
    int status = -1;
    pid_t pid;

    fflush( stdout );
    if (!(pid = fork())) run_alone( check_client_is_faster );
    ok( waitpid( pid, &status, 0 ) == pid && WIFEXITED( status ), "status %#x\n", status );
    if (WEXITSTATUS( status ) == 2) skip( "no process may have namespaces of its own\n" );
    else ok( !status, "another process suffers\n" );
}
