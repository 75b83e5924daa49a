/*
 * The static channels that the client has to know before it connects
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

#define _GNU_SOURCE
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "dospath.h"
#include "host.h"
#include "peimage.h"
#include "registered.h"
#include "statics.h"

/* Windows' time begins so many seconds before ours. */
#define SECONDS_1601_TO_1970 11644473600u

static bool is_recorded( const struct plugin_list *list, const char *entry )
{
    const struct plugin *plugin;

    for (plugin = list->first; plugin; plugin = plugin->next) if (!strcmp( plugin->entry, entry )) return true;
    return false;
}

/* A value that is a file's full path; what else there is the search finds. */
static void take_registered( void *context, const char *key, const char *value )
{
    struct supervisor *supervisor = context;
    struct plugin_list *list = &supervisor->recorded;
    char path[PATH_MAX], problem[512];
    struct plugin *plugin;
    struct image image;
    struct stat st;
    size_t count = list->count;

    if (is_recorded( list, value ) || count == PLUGINS_MAX) return;
    if (!dospath_to_unix( supervisor->settings.prefix, value, path ) || stat( path, &st ) ||
        !image_read( path, &image, problem, sizeof(problem) ) || !image.has_static) return;
    if (!(plugin = plugin_list_add( list, image.bits, key, value, value )) || list->count == count) return;
    plugin->size = st.st_size;
    plugin->time = (st.st_mtim.tv_sec + (uint64_t)SECONDS_1601_TO_1970) * 10000000 + st.st_mtim.tv_nsec / 100;
    plugin->awaited = true;
}

void statics_look( struct supervisor *supervisor )
{
    registered_enum( supervisor->settings.prefix, take_registered, supervisor );
}

static void declare_recorded( struct supervisor *supervisor, const struct plugin *plugin )
{
    const char *definition;
    uint32_t options;
    size_t i;

    for (i = 0; i < plugin->statics.count; i++)
    {
        definition = plugin->statics.names[i];
        if (sscanf( definition, "%8" SCNx32, &options ) != 1) continue;
        exchange_declare_static( supervisor->exchange, static_channel_name( definition ), options );
    }
}

void statics_await( struct group *group )
{
    size_t i;

    for (i = 0; i < group->count; i++) if (group->plugins[i]->awaited) group->awaited = true;
}

void statics_declare( struct supervisor *supervisor, struct group *group )
{
    struct log_text text;
    size_t i;

    statics_await( group );
    for (i = 0; i < group->count; i++)
    {
        declare_recorded( supervisor, group->plugins[i] );
        if (!group->plugins[i]->awaited || group->start_time == UINT64_MAX) continue;
        log_info( "plug-in %s is new and has static channels: the connection waits for it, %u s at most (start-timeout)",
                  log_escape( &text, group->plugins[i]->name ), supervisor->settings.start_timeout );
    }
}

static bool group_is_pending( const struct supervisor *supervisor, const struct group *group )
{
    const struct host *host;

    if (!group->awaited) return false;
    for (host = supervisor->hosts; host; host = host->next)
        if (host->group == group && host->state != HOST_ENDS) return !host->declared && host->state != HOST_READY;
    return group->start_time != UINT64_MAX;
}

void statics_check_known( struct supervisor *supervisor )
{
    const struct group *group;

    if (supervisor->statics_known) return;
    for (group = supervisor->groups; group; group = group->next) if (group_is_pending( supervisor, group )) return;
    supervisor->statics_known = true;
    exchange_set_static_known( supervisor->exchange );
}
