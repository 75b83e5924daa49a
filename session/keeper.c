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

#include <signal.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "keeper.h"

static int64_t clock_ms(void)
{
    struct timespec now;

    clock_gettime( CLOCK_MONOTONIC, &now );
    return now.tv_sec * (int64_t)1000 + now.tv_nsec / 1000000;
}

void keeper_add( struct keeper *keeper, int process )
{
    if (keeper->count < KEEPER_MAX) keeper->processes[keeper->count++] = process;
    else close( process );
}

bool keeper_wait( struct keeper *keeper, int fd, int timeout )
{
    struct pollfd fds[1 + KEEPER_MAX];
    nfds_t i;

    fds[0] = (struct pollfd){ fd, POLLIN, 0 };
    for (i = 0; i < keeper->count; i++) fds[i + 1] = (struct pollfd){ keeper->processes[i], POLLIN, 0 };
    if (poll( fds, keeper->count + 1, timeout ) <= 0) return false;
    for (i = keeper->count; i--;)
    {
        if (!fds[i + 1].revents) continue;
        close( keeper->processes[i] );
        keeper->processes[i] = keeper->processes[--keeper->count];
    }
    return fds[0].revents != 0;
}

void keeper_end( struct keeper *keeper, int timeout )
{
    int64_t now, end = clock_ms() + timeout;

    while (keeper->count && (now = clock_ms()) < end) keeper_wait( keeper, -1, end - now );
    while (keeper->count)
    {
        syscall( SYS_pidfd_send_signal, keeper->processes[--keeper->count], SIGKILL, NULL, 0 );
        close( keeper->processes[keeper->count] );
    }
}
