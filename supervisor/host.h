/*
 * One winedvc.exe: its process and its socket
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

#ifndef __WINEDVC_HOST_H
#define __WINEDVC_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "log.h"
#include "output.h"
#include "plugins.h"
#include "process.h"
#include "wine.h"

struct winedvc_hello;
struct winedvc_limits;

/* A host that says nothing for so long after it had something to do is asked, once, whether it lives. */
#define HOST_PING_MS     5000
/* From the end of its socket, or of the session, to SIGKILL. */
#define HOST_END_MS      10000

/*
 *   STARTS --HELLO--> BEGUN --READY--> READY
 *
 * From each of them it ends: see life.h.
 */
enum host_state
{
    HOST_STARTS,
    HOST_BEGUN,
    HOST_READY,     /* each of its plug-ins has answered Initialize */
    HOST_ENDS,      /* its socket is closed; its process may live */
    HOST_STATES
};

enum host_event
{
    EVENT_HELLO,
    EVENT_READY,
    EVENT_END,
};

/* A host that was ready and ends is started again after 1, 2, 4 and so on seconds, as often as the settings say. So is
 * one that ends before its first word, as one process of Wine 8 in some thousands does; the search, once. */

/* The plug-ins that share a host. Freed with the supervisor. */
struct group
{
    struct group   *next;
    unsigned int    restarts;
    uint64_t        start_time; /* for the next start, UINT64_MAX if none is to come */
    bool            awaited;    /* the client waits for its static channels */
    bool            kept;       /* the search for plug-ins has found it, too */
    unsigned int    row;        /* of the page */
    unsigned int    notices;    /* that the user has had: bit n is enum notice's n */
    size_t          count;      /* not 0 */
    struct plugin  *plugins[];  /* of the supervisor's lists */
};

/*
 * Lives on the list of its supervisor, and is freed when both its port and its
 * process are gone. What is on its socket is the exchange's.
 */
struct host
{
    struct host        *next;
    unsigned int        number;     /* from 1; 0 is the scout */
    unsigned int        bits;
    struct group       *group;      /* what it runs, NULL for the scout */
    char               *title;      /* for the log */
    struct port        *port;       /* NULL after the end of the socket */
    struct process      process;
    enum host_state     state;
    bool                declared;   /* its static channels are known, ready or not */
    char               *bye;        /* why it ends, as far as it said so */
    uint64_t            kill_time;  /* UINT64_MAX if it need not end */
    uint64_t            ping_time;  /* for HELLO; while a PING is out, for its PONG */
    bool                pinged;
    struct log_limit    limit;
    struct output       output;
};

/*
 * Starts a host with the given arguments, up to a NULL. The number, and the title,
 * which is copied, are the caller's choice; *fd, its socket, is the caller's, who
 * adds a port. NULL with errno.
 */
extern struct host *host_create( unsigned int number, unsigned int bits, const char *title,
                                 const struct wine_program *program, char *const *arguments, int *fd );

/* What a host is told first; the limits only one that runs plug-ins. */
extern void host_hello( struct winedvc_hello *hello );
extern void host_limits( const struct settings *settings, struct winedvc_limits *limits );

/* Returns false if the state is none for that event. */
extern bool host_event( struct host *host, enum host_event event );

/* Port and process must be gone. */
extern void host_destroy( struct host *host );

extern void host_kill( struct host *host );

#endif /* __WINEDVC_HOST_H */
