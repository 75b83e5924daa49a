/*
 * What crossed the wire, by channel name
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

#include <stdlib.h>
#include <string.h>

#include "traffic.h"

static struct traffic *find_name( struct client *client, const char *name )
{
    struct traffic *traffic;

    LIST_FOR_EACH_ENTRY( traffic, &client->traffic, struct traffic, entry )
        if (!strcmp( traffic->name, name )) return traffic;
    return NULL;
}

struct traffic *traffic_get( struct client *client, const char *name )
{
    struct traffic *traffic;

    if (!(traffic = find_name( client, name )) && (traffic = calloc( 1, sizeof(*traffic) + strlen( name ) )))
    {
        strcpy( traffic->name, name );
        list_add_tail( &client->traffic, &traffic->entry );
    }
    return traffic;
}

const struct traffic *traffic_find( struct client *client, UINT32 index )
{
    struct list *entry;

    AcquireSRWLockShared( &client->lock );
    entry = list_head( &client->traffic );
    while (entry && index--) entry = list_next( &client->traffic, entry );
    ReleaseSRWLockShared( &client->lock );
    return entry ? LIST_ENTRY( entry, struct traffic, entry ) : NULL;
}
