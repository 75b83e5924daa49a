/*
 * Starting programs
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
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "process.h"

int descriptor_lift( int fd )
{
    int lifted;

    if (fd < 0 || fd > STDERR_FILENO) return fd;
    lifted = fcntl( fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1 );
    close( fd );
    return lifted;
}

static int spawn_attributes( posix_spawnattr_t *attributes )
{
    sigset_t none, all;

    sigemptyset( &none );
    sigfillset( &all );
    posix_spawnattr_setsigmask( attributes, &none );
    posix_spawnattr_setsigdefault( attributes, &all );
    /* its own group: an interrupt at the terminal is for the client, which then ends the program in good order */
    return posix_spawnattr_setflags( attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
                                                 POSIX_SPAWN_SETPGROUP );
}

static int spawn_process( pid_t *pid, char *const *argv, char *const *environment, int input, int output )
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int error;

    posix_spawn_file_actions_init( &actions );
    posix_spawnattr_init( &attributes );
    if (!(error = posix_spawn_file_actions_adddup2( &actions, input, STDIN_FILENO )) &&
        !(error = posix_spawn_file_actions_adddup2( &actions, output, STDOUT_FILENO )) &&
        !(error = posix_spawn_file_actions_adddup2( &actions, output, STDERR_FILENO )) &&
        !(error = posix_spawn_file_actions_addclosefrom_np( &actions, STDERR_FILENO + 1 )) &&
        !(error = spawn_attributes( &attributes )))
        error = posix_spawn( pid, argv[0], &actions, &attributes, argv, environment );
    posix_spawnattr_destroy( &attributes );
    posix_spawn_file_actions_destroy( &actions );
    return error;
}

int process_start( struct process *process, char *const *argv, char *const *environment, int type,
                   int output, int *fd )
{
    int sockets[2], error;

    if (socketpair( AF_UNIX, type | SOCK_CLOEXEC, 0, sockets )) return errno;
    sockets[0] = descriptor_lift( sockets[0] );
    sockets[1] = descriptor_lift( sockets[1] );
    if (sockets[0] < 0 || sockets[1] < 0) error = EMFILE;
    else error = spawn_process( &process->pid, argv, environment, sockets[1], output );
    if (!error && (process->fd = syscall( SYS_pidfd_open, process->pid, 0 )) < 0)
    {
        error = errno;
        kill( process->pid, SIGKILL );
        waitpid( process->pid, NULL, 0 );
    }
    if (sockets[1] >= 0) close( sockets[1] );
    if (!error) *fd = sockets[0];
    else if (sockets[0] >= 0) close( sockets[0] );
    return error;
}

void process_reap( struct process *process )
{
    siginfo_t info;

    if (process->fd < 0) return;
    /* not by its pid, which may be another process's by now, should the client have been faster */
    waitid( P_PIDFD, process->fd, &info, WEXITED | WNOHANG );
    close( process->fd );
    process->fd = -1;
}

void process_kill( const struct process *process )
{
    if (process->fd >= 0) syscall( SYS_pidfd_send_signal, process->fd, SIGKILL, NULL, 0 );
}
