/*
 * The hosts' side of a session: starts, watches and ends processes
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

#ifndef __WINEDVC_SUPERVISOR_H
#define __WINEDVC_SUPERVISOR_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keeper.h"
#include "exchange.h"
#include "log.h"
#include "page.h"
#include "plugins.h"
#include "record.h"
#include "settings.h"
#include "trace.h"

#define SUPERVISOR_MAX_HOSTS 64     /* with the search */

/*
 * The record says at once which plug-ins there were in the last session, and what
 * they listened on; the search, a host without plug-ins, says which ones there are.
 *
 *   NONE --begun--> RUNS --listed--> LISTED --dealt with--> DONE
 *                   RUNS --mute--> PAUSES --begun--> RUNS_AGAIN --listed--> LISTED
 *
 * From each of the first four it fails where it can not be begun, or ends otherwise.
 */
enum search
{
    SEARCH_NONE,        /* not yet begun */
    SEARCH_RUNS,
    SEARCH_PAUSES,      /* it ended before its first word, as one process of Wine 8 in some thousands does */
    SEARCH_RUNS_AGAIN,
    SEARCH_LISTED,      /* the list is complete */
    SEARCH_DONE,        /* and the hosts are those of the list */
    SEARCH_FAILED,      /* there is no list: the record's hosts are all there are */
};

enum search_event
{
    EVENT_BEGUN,
    EVENT_MUTE,         /* it has ended before its first word */
    EVENT_LISTED,       /* it has said that this was all */
    EVENT_DEALT,        /* with the list */
    EVENT_ENDED,        /* otherwise, or it is not begun */
};

/* Whose supervisor it is. Called on the I/O thread. */
struct supervisor_owner
{
    void    *context;
    uint64_t (*end_time)( void *context );  /* when the session ends if none follows, UINT64_MAX if that is not so */
    void     (*end)( void *context );       /* it is that time: calls supervisor_end(), unless one has followed */
    void     (*release)( void *context );   /* the thread ends, and the supervisor may be cleared */
};

/*
 * A member of its owner. All of it is the I/O thread's, which is loop_main();
 * before that thread is started, and when it has ended, it is the creator's.
 */
struct supervisor
{
    struct supervisor_owner owner;
    struct exchange    *exchange;
    struct trace       *trace;          /* NULL for none */
    int                 watch;          /* for requests of a trace, -1 for none */
    struct page        *page;           /* whose processes are this thread's */
    struct log_observer observer;       /* this thread's, for the page */
    unsigned int        rows;           /* of it that have a group */
    atomic_bool         ended;          /* the session has, as any thread may say */
    atomic_uint         linger;         /* milliseconds for which its hosts may wait for another session; any thread's */
    struct settings     settings;
    unsigned int        timeout;        /* in milliseconds, of an answer */
    unsigned int        begin_timeout;  /* the same, of a host's first word */
    struct record       record;
    struct keeper       keeper;
    enum search         search;
    uint64_t            search_time;    /* when it begins again, UINT64_MAX if it does not */
    struct plugin_list  recorded;       /* in the last session */
    struct plugin_list  plugins;        /* that the search has found */
    bool                incomplete;     /* no memory was left for one: what runs and is recorded stays */
    unsigned int        reported;       /* AddIns keys, with those that have a problem */
    bool                statics_known;  /* the client need not wait for static channels */
    bool                learned;        /* something that the record may not have */
    struct group       *groups;
    struct host        *hosts;          /* by number; the search is one of them */
    unsigned int        last_number;    /* of a host */
    bool                terminated;     /* it knows that the session has ended, and writes no more lines */
    struct log_limit    limit;          /* of lines about the server */
    uint8_t             buffer[65536];
};

/* On the client's main thread: takes what settings it may, the environment and the addin's arguments. The connection is
 * how the user calls the server, NULL if nobody knows. Returns false without memory; supervisor_clear() has to follow
 * in any case. */
extern bool supervisor_init( struct supervisor *supervisor, const struct supervisor_owner *owner,
                             struct exchange *exchange, struct trace *trace, struct page *page, const char *connection,
                             const struct name_list *arguments );
extern void supervisor_clear( struct supervisor *supervisor );

/* The session has ended: the hosts do, then the thread. On any thread. */
extern void supervisor_end( struct supervisor *supervisor );

#endif /* __WINEDVC_SUPERVISOR_H */
