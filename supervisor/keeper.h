/*
 * The process that ends hosts which outlive the client
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

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "process.h"
#include "settings.h"

/* "winedvc keep", which has a descriptor of each host's process, and notices by the end of its socket that the client
 * is gone, even if that was killed. The desktop's bus is its part as well, so that the client waits for nobody there.
 * The I/O thread's. */
struct keeper
{
    int            fd;          /* of its socket, -1 for none */
    struct process process;
    uint64_t       kill_time;   /* UINT64_MAX until it has to end */
};

extern void keeper_init( struct keeper *keeper );

/* On failure there is none, and problem says why and what to do. */
extern bool keeper_start( struct keeper *keeper, const struct settings *settings, char *problem, size_t size );

/* From now on it ends that process, should the client not live to do so. Never waits; returns false if it can not. */
extern bool keeper_add( struct keeper *keeper, const struct process *process );

/* Has it show a notification of the desktop. The title is shown as it is, in the text markup would count. Never waits;
 * what does not get through is lost. */
extern void keeper_notify( struct keeper *keeper, const char *title, const char *text );

/* No host is left: it ends by itself, or at kill_time. */
extern void keeper_dismiss( struct keeper *keeper );

/* Its process is gone. */
extern void keeper_reap( struct keeper *keeper );

#endif /* __WINEDVC_KEEPER_H */
