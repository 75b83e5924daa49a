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

#include <pthread.h>

#include "bridge.h"
#include "host.h"
#include "pace.h"
#include "router.h"
#include "supervisor.h"
#include "trace.h"

#define BRIDGE_MAX_HOSTS 64     /* with the scout */

/* Where the rest of a message in several chunks goes. */
enum gather
{
    GATHER_CLIENT,
    GATHER_MESSAGE,
    GATHER_DROP,
};

/* What the addin ignored, dropped or said in the place of a host. */
struct bridge_counters
{
    uint64_t late;          /* PDUs of the server for channels that we closed */
    uint64_t oversized;     /* messages of the server */
    uint64_t answered;      /* closes and refusals for hosts that are gone */
    uint64_t dropped;       /* PDUs of hosts for channels or connections that have ended */
};

struct bridge
{
    pthread_mutex_t      lock;
    int                  wake;          /* eventfd that wakes the I/O thread */
    struct bridge_client client;
    struct trace        *trace;         /* NULL for none */

    /* protected by park.c's lock */
    struct bridge *next_parked;
    struct name_list arguments;         /* while it is parked */
    uint64_t       park_time;

    /* protected by lock */
    unsigned int   references;          /* the addin's and the I/O thread's */
    struct router *router;
    struct host   *hosts;               /* changed by the I/O thread only; the scout is one of them */
    unsigned int   linger;              /* milliseconds for which it may be parked */
    bool           connected;
    bool           ended;
    uintptr_t      token;               /* the last that was posted; only this one counts when it returns */
    bool           posted;              /* and has not returned */
    uint32_t       epoch;               /* counts connections */
    unsigned int   turn;                /* the host whose PDU went out last */
    uint64_t       resume_time;         /* no batch before it, since the link is busy */
    uint64_t       relax_time;          /* until then a host's window is no larger than the link needs */
    size_t         window;              /* that one's size */
    char           server[256];
    struct bridge_counters counters;

    /* main thread only */
    struct pace pace;
    enum gather gather;
    uint8_t    *message;                /* WINEDVC_MAX_MESSAGE bytes, once needed */
    size_t      message_size;

    /* I/O thread only */
    struct supervisor supervisor;
};

/* park.c: when a parked bridge ends, UINT64_MAX if it is not parked; that end, if its time has come. */
extern uint64_t park_time( const struct bridge *bridge );
extern void park_expire( struct bridge *bridge );

/* bridge.c */
extern uint64_t clock_ms( void );
extern void bridge_release( struct bridge *bridge );
extern void bridge_wake( struct bridge *bridge );
/* The session has ended, with its connection. Returns how long to wait for another one, in milliseconds. */
extern unsigned int bridge_conclude( struct bridge *bridge );
/* The hosts end, the reference is the caller's no longer. */
extern void bridge_end( struct bridge *bridge );
extern void bridge_lock( struct bridge *bridge );
extern void bridge_unlock( struct bridge *bridge );

/* These need the lock. */
/* NULL if the host is no longer there. */
extern struct host *bridge_find_host( struct bridge *bridge, unsigned int number );
/* Asks the client's main thread for a batch. Returns false if it takes no more. */
extern bool bridge_post( struct bridge *bridge );
/* When a batch may be asked for, UINT64_MAX if there is nothing to send or one has been asked for. */
extern uint64_t bridge_batch_time( struct bridge *bridge );
/* Bytes of a host's PDUs for which credit is kept back now. */
extern size_t bridge_reserve( const struct bridge *bridge, uint64_t now );
/* The host has ended: its channels are closed when what it sent before has gone out. */
extern void bridge_host_leaves( struct bridge *bridge, struct host *host );
extern void bridge_note_counters( struct bridge *bridge );
/* Sends the hosts what the router has for them. */
extern void bridge_serve_hosts( struct bridge *bridge );
extern void bridge_tell_connected( struct bridge *bridge, struct host *host );

#endif /* __WINEDVC_BRIDGE_PRIVATE_H */
