/*
 * What any thread leaves for the pump
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

#include <stdarg.h>
#include <string.h>

#include "inbox.h"

void inbox_init( struct inbox *inbox, struct executor *executor, void (*run)( struct client *client ),
                 struct client *client )
{
    memset( inbox, 0, sizeof(*inbox) );
    inbox->executor = executor;
    inbox->run = run;
    inbox->client = client;
}

void inbox_push( struct inbox *inbox, struct node *newest, struct node *oldest )
{
    struct node *seen = InterlockedCompareExchangePointer( (void **)&inbox->newest, NULL, NULL ), *expected;

    do
    {
        oldest->next = expected = seen;
        seen = InterlockedCompareExchangePointer( (void **)&inbox->newest, newest, expected );
    } while (seen != expected);
}

/* Who has the role looks at wanted once more after it has given the role up. */
void inbox_wake( struct inbox *inbox )
{
    if (executor_owns_thread())
    {
        inbox->run( inbox->client );
        return;
    }
    InterlockedExchange( &inbox->wanted, TRUE );
    if (!InterlockedOr( &inbox->taken, 0 )) executor_alert( inbox->executor );
}

struct node *inbox_take( struct inbox *inbox )
{
    struct node *node, *oldest = NULL, *next;

    if (!InterlockedCompareExchangePointer( (void **)&inbox->newest, NULL, NULL )) return NULL;
    for (node = InterlockedExchangePointer( (void **)&inbox->newest, NULL ); node; node = next)
    {
        next = node->next;
        node->next = oldest;
        oldest = node;
    }
    return oldest;
}
