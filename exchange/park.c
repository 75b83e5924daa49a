/*
 * Sessions that have ended and may go on
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

#include <pthread.h>

#include "bridge_private.h"

/* All of the process. Nothing but the bridge's reference and its eventfd is touched with the lock. */
static pthread_mutex_t parked_lock = PTHREAD_MUTEX_INITIALIZER;
static struct bridge *parked;

/* Needs the lock. */
static void park_remove( struct bridge **link )
{
    struct bridge *bridge = *link;

    *link = bridge->next_parked;
    name_list_clear( &bridge->arguments );
    bridge->park_time = UINT64_MAX;
}

void bridge_park( struct bridge *bridge, const struct name_list *arguments )
{
    unsigned int linger = bridge_conclude( bridge );

    if (!linger || !name_list_copy( &bridge->arguments, arguments ))
    {
        bridge_end( bridge );
        return;
    }
    pthread_mutex_lock( &parked_lock );
    bridge->park_time = clock_ms() + linger;
    bridge->next_parked = parked;
    parked = bridge;
    bridge_wake( bridge ); /* with the lock: it may end as soon as that is free */
    pthread_mutex_unlock( &parked_lock );
}

struct bridge *bridge_unpark( const void *context, const struct name_list *arguments )
{
    struct bridge **link = &parked, *bridge, *found = NULL, *others = NULL;

    pthread_mutex_lock( &parked_lock );
    while ((bridge = *link))
    {
        bool same = name_list_equals( &bridge->arguments, arguments );

        if (bridge->context != context)
        {
            link = &bridge->next_parked;
            continue;
        }
        park_remove( link );
        if (same && !found)
        {
            found = bridge;
            continue;
        }
        bridge->next_parked = others;
        others = bridge;
    }
    pthread_mutex_unlock( &parked_lock );
    while ((bridge = others))
    {
        others = bridge->next_parked;
        bridge_end( bridge );
    }
    return found;
}

uint64_t park_time( const struct bridge *bridge )
{
    uint64_t time;

    pthread_mutex_lock( &parked_lock );
    time = bridge->park_time;
    pthread_mutex_unlock( &parked_lock );
    return time;
}

void park_expire( struct bridge *bridge )
{
    struct bridge **link = &parked;
    bool expired;

    pthread_mutex_lock( &parked_lock );
    if ((expired = bridge->park_time <= clock_ms()))
    {
        while (*link != bridge) link = &(*link)->next_parked;
        park_remove( link );
    }
    pthread_mutex_unlock( &parked_lock );
    if (expired) bridge_end( bridge );
}
