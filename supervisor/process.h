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

#ifndef __WINEDVC_PROCESS_H
#define __WINEDVC_PROCESS_H

#include <sys/types.h>

struct process
{
    pid_t pid;
    int   fd;   /* of it: readable when the process is gone; -1 then */
};

/* Returns a descriptor above the standard ones, which a client may have closed, in the place of this one; -1 with
 * errno, and this one is closed. Takes -1 for one that could not be made. */
extern int descriptor_lift( int fd );

/* Starts a program of which the caller has one end of a pair of sockets of that type in *fd, and the program
 * the other as its standard input. Output and errors go to that descriptor; no other is left to it. Its signals
 * are as new, its process group its own. Returns 0 or an error number. */
extern int process_start( struct process *process, char *const *argv, char *const *environment, int type,
                          int output, int *fd );

/* To be called when its descriptor is readable. These two never take another process for it, though its pid may be
 * another's by now where the client collects whatever child of it ends. */
extern void process_reap( struct process *process );
extern void process_kill( const struct process *process );

#endif /* __WINEDVC_PROCESS_H */
