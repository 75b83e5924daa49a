/*
 * Descriptors of processes where valgrind is older than these
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
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * Valgrind before 3.21 knows neither pidfd_open nor pidfd_send_signal. There the
 * addin, which calls them by syscall(), gets a pipe that hangs up when the
 * process ends.
 */

#define MAX_DESCRIPTORS 1024

struct watch
{
    pid_t pid;
    int   end;      /* of the pipe, closed when the process has ended */
};

static pid_t pids[MAX_DESCRIPTORS];     /* by the other end */

static void *watch_main( void *arg )
{
    struct watch *watch = arg;
    siginfo_t info;

    while (waitid( P_PID, watch->pid, &info, WEXITED | WNOWAIT ) && errno == EINTR) continue;
    close( watch->end );
    free( watch );
    return NULL;
}

static int watch_create( pid_t pid )
{
    struct watch *watch = malloc( sizeof(*watch) );
    pthread_t thread;
    int ends[2];

    if (!watch || pipe2( ends, O_CLOEXEC ) || ends[0] >= MAX_DESCRIPTORS) abort();
    watch->pid = pid;
    watch->end = ends[1];
    pids[ends[0]] = pid;
    if (pthread_create( &thread, NULL, watch_main, watch )) abort();
    pthread_detach( thread );
    return ends[0];
}

static long (*real_syscall)( long number, ... );
static bool watches;    /* the kernel, or valgrind, has no pidfd_open */

static long open_pidfd( pid_t pid )
{
    long fd;

    if (!watches && ((fd = real_syscall( SYS_pidfd_open, pid, 0 )) >= 0 || errno != ENOSYS)) return fd;
    watches = true;
    return watch_create( pid );
}

/* Libraries call it before main(). */
static void find_syscall(void)
{
    if (!real_syscall) real_syscall = dlsym( RTLD_NEXT, "syscall" );
}

int waitid( idtype_t type, id_t id, siginfo_t *info, int options )
{
    find_syscall();
    if (watches && type == P_PIDFD) return real_syscall( SYS_waitid, P_PID, pids[id], info, options, NULL );
    return real_syscall( SYS_waitid, type, id, info, options, NULL );
}

long syscall( long number, ... )
{
    long arguments[6];
    va_list args;
    size_t i;

    va_start( args, number );
    for (i = 0; i < 6; i++) arguments[i] = va_arg( args, long );
    va_end( args );
    find_syscall();
    if (number == SYS_pidfd_open) return open_pidfd( arguments[0] );
    if (watches && number == SYS_pidfd_send_signal) return kill( pids[arguments[0]], arguments[1] );
    return real_syscall( number, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4], arguments[5] );
}
