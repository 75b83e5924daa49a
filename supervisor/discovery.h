/*
 * Which plug-ins there are
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

#ifndef __WINEDVC_DISCOVERY_H
#define __WINEDVC_DISCOVERY_H

#include <stdbool.h>
#include <stdint.h>

struct supervisor;

/*
 * The record says at once which plug-ins there were in the last session, and what
 * they listened on; the search, a host without plug-ins, says which ones there are.
 *
 *   NONE --begun--> RUNS --told--> TOLD --dealt with--> DONE
 *                   RUNS --mute--> PAUSES --begun--> RUNS_AGAIN --told--> TOLD
 *
 * From each of the first four it fails where it can not be begun, or ends otherwise.
 */
enum search
{
    SEARCH_NONE,        /* not yet begun */
    SEARCH_RUNS,
    SEARCH_PAUSES,      /* it ended before its first word, as one process of Wine 8 in some thousands does */
    SEARCH_RUNS_AGAIN,
    SEARCH_TOLD,        /* the list is complete */
    SEARCH_DONE,        /* and the hosts are those of the list */
    SEARCH_FAILED,      /* there is no list: the record's hosts are all there are */
};

enum search_event
{
    EVENT_BEGUN,
    EVENT_MUTE,         /* it has ended before its first word */
    EVENT_TOLD,         /* it has said that this was all */
    EVENT_DEALT,        /* with the list */
    EVENT_ENDED,        /* otherwise, or it is not begun */
};

/* All are called on the I/O thread, without the lock but where it is said. */

/* Reads configuration and record, and begins. */
extern void discovery_begin( struct supervisor *supervisor );

/* With the lock or without it. Returns false if that changes nothing. */
extern bool discovery_event( struct supervisor *supervisor, enum search_event event );

/* Has the search ended, whatever has come of it? */
extern bool discovery_has_ended( const struct supervisor *supervisor );

/* When something is to be done, UINT64_MAX if it is not; does it. */
extern uint64_t discovery_time( const struct supervisor *supervisor );
extern void discovery_settle( struct supervisor *supervisor );

/* Writes into the record what it does not have yet. */
extern void discovery_store( struct supervisor *supervisor );

#endif /* __WINEDVC_DISCOVERY_H */
