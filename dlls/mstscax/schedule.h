/*
 * Whose PDU goes out next
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

#ifndef __MSTSCAX_SCHEDULE_H
#define __MSTSCAX_SCHEDULE_H

#include "windef.h"
#include "winbase.h"
#include "wine/list.h"

/*
 * Channels that have something to send take turns by PDU. Where the server has set priority
 * charges, the classes share the bytes as the charges say ([MS-RDPEDYC] 2.2.1.1.2: class i gets a
 * share in proportion to 1 / charge i) by deficit round robin, and a class whose charge is 0 goes
 * first; channels of one class take turns. Without charges there is one class.
 *
 * The pump role's, but for schedule_set_charges.
 */
struct schedule_class
{
    struct list entries;
    INT64  quantum;     /* bytes a round; 0: goes first */
    INT64  deficit;     /* bytes it may send in this round; below 0, what it owes */
};

struct schedule
{
    struct schedule_class classes[4];
    unsigned int turn;
    BOOL   classed;             /* there are charges */
    LONG64 charges, applied;    /* four of 16 bits; the first is atomic */
};

extern void schedule_init( struct schedule *schedule );

/* Any thread of ours. */
extern void schedule_set_charges( struct schedule *schedule, const UINT16 charges[4] );

/* The entry is the caller's and initialized; it is in the schedule as long as it is not list_empty(). */
extern void schedule_add( struct schedule *schedule, struct list *entry, unsigned int priority );

/* The entry whose PDU is next, or NULL. It stays the next until schedule_sent. */
extern struct list *schedule_next( struct schedule *schedule );

/* The entry is in the schedule, and nothing else is. */
extern BOOL schedule_is_alone( struct schedule *schedule, const struct list *entry );

/* That entry has sent so many bytes, and has more or leaves. */
extern void schedule_sent( struct list *entry, SIZE_T size, BOOL more );

#endif /* __MSTSCAX_SCHEDULE_H */
