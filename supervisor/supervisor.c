/*
 * The hosts' side of a session
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

#include "host.h"
#include "supervisor.h"

bool supervisor_init( struct supervisor *supervisor, const struct supervisor_owner *owner, struct exchange *exchange,
                      struct trace *trace, struct page *page, const char *connection, const struct name_list *arguments )
{
    supervisor->owner = *owner;
    supervisor->exchange = exchange;
    supervisor->trace = trace;
    supervisor->page = page;
    supervisor->search_time = UINT64_MAX;
    supervisor->watch = -1;
    keeper_init( &supervisor->keeper );
    if (!settings_init( &supervisor->settings )) return false;
    if (connection && *connection)
        settings_set( &supervisor->settings, SETTINGS_DEFAULT, "/v:", NULL, "connection", connection );
    settings_read_environment( &supervisor->settings );
    settings_read_arguments( &supervisor->settings, arguments );
    supervisor->linger = supervisor->settings.linger * 1000;
    return true;
}

void supervisor_clear( struct supervisor *supervisor )
{
    struct group *group;

    while ((group = supervisor->groups))
    {
        supervisor->groups = group->next;
        free( group );
    }
    plugin_list_clear( &supervisor->plugins );
    plugin_list_clear( &supervisor->recorded );
    record_clear( &supervisor->record );
    settings_clear( &supervisor->settings );
}

void supervisor_end( struct supervisor *supervisor )
{
    supervisor->ended = true;
    exchange_wake( supervisor->exchange );
}
