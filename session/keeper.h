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

#ifndef __WINEDVC_KEEPER_H
#define __WINEDVC_KEEPER_H

#include <poll.h>
#include <stdbool.h>

#define KEEPER_MAX 256

/* Processes, by the descriptors that name them. All zero is an empty one. */
struct keeper
{
    int    processes[KEEPER_MAX];
    nfds_t count;
};

/* The descriptor is the keeper's from now on. */
extern void keeper_add( struct keeper *keeper, int process );

/* Waits until the descriptor is readable, -1 for none, or the time in milliseconds is over, -1 for never.
 * Processes that end are forgotten. Returns true if it is readable. */
extern bool keeper_wait( struct keeper *keeper, int fd, int timeout );

/* Those that have not ended in that time get SIGKILL. */
extern void keeper_end( struct keeper *keeper, int timeout );

#endif /* __WINEDVC_KEEPER_H */
