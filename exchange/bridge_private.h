/*
 * What the two halves of a bridge share
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

#ifndef __WINEDVC_BRIDGE_PRIVATE_H
#define __WINEDVC_BRIDGE_PRIVATE_H

#include <stdatomic.h>

#include "bridge.h"
#include "clock.h"
#include "exchange.h"
#include "supervisor.h"
#include "trace.h"

struct bridge
{
    struct connection *connection;      /* main thread only */
    struct exchange   *exchange;
    struct trace      *trace;           /* NULL for none */
    const void        *context;         /* the client's */
    atomic_uint        references;      /* the addin's and the I/O thread's */
    atomic_uint        linger;          /* milliseconds for which it may be parked */
    atomic_bool        ended;

    /* protected by park.c's lock */
    struct bridge *next_parked;
    struct name_list arguments;         /* while it is parked */
    uint64_t       park_time;

    struct supervisor  supervisor;      /* I/O thread only */
};

/* park.c: when a parked bridge ends, UINT64_MAX if it is not parked; that end, if its time has come. */
extern uint64_t park_time( const struct bridge *bridge );
extern void park_expire( struct bridge *bridge );

/* bridge.c */
extern void bridge_release( struct bridge *bridge );
extern void bridge_wake( struct bridge *bridge );
/* The session has ended, with its connection. Returns how long to wait for another one, in milliseconds. */
extern unsigned int bridge_conclude( struct bridge *bridge );
/* The hosts end, the reference is the caller's no longer. */
extern void bridge_end( struct bridge *bridge );

#endif /* __WINEDVC_BRIDGE_PRIVATE_H */
