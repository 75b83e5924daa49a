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

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "discovery.h"
#include "keeper.h"
#include "log.h"
#include "plugins.h"
#include "record.h"
#include "settings.h"

#define SUPERVISOR_MAX_HOSTS 64     /* with the search */

/*
 * Belongs to a bridge, as a member of it. All of it is the I/O thread's, which
 * is supervisor_main(); before that thread is started, and when it has ended, it
 * is the creator's.
 */
struct supervisor
{
    struct bridge      *bridge;
    struct settings     settings;
    unsigned int        timeout;        /* in milliseconds, of an answer */
    unsigned int        begin_timeout;  /* the same, of a host's first word */
    struct record       record;
    struct keeper       keeper;
    enum search         search;
    uint64_t            search_time;    /* when it begins again, UINT64_MAX if it does not */
    struct plugin_list  recorded;       /* in the last session */
    struct plugin_list  plugins;        /* that the search has found */
    unsigned int        reported;       /* AddIns keys, with those that have a problem */
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
extern bool supervisor_init( struct supervisor *supervisor, struct bridge *bridge, const char *connection,
                             const struct name_list *arguments );
extern void supervisor_clear( struct supervisor *supervisor );

/* The I/O thread, which has one reference to the bridge. */
extern void *supervisor_main( void *supervisor );

#endif /* __WINEDVC_SUPERVISOR_H */
