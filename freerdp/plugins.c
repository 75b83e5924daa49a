/*
 * The plug-ins that are registered in the prefix
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
#include <strings.h>

#include "plugins.h"

static void plugin_destroy( struct plugin *plugin )
{
    free( plugin->key );
    free( plugin->entry );
    free( plugin->file );
    free( plugin );
}

/* The class that an entry names, "" if it is the plug-in that a file exports. */
static const char *entry_class( const char *entry )
{
    const char *brace = strrchr( entry, '{' );

    return brace && (brace == entry || brace[-1] == ':') ? brace : "";
}

static bool plugin_list_has( const struct plugin_list *list, unsigned int bits, const char *entry, const char *file )
{
    const struct plugin *plugin;

    for (plugin = list->first; plugin; plugin = plugin->next)
        if (plugin->bits == bits && !strcasecmp( plugin->file, file ) &&
            !strcasecmp( entry_class( plugin->entry ), entry_class( entry ) )) return true;
    return false;
}

bool plugin_list_add( struct plugin_list *list, unsigned int bits, const char *key, const char *entry,
                      const char *file )
{
    struct plugin *plugin, **end = &list->first;

    if (plugin_list_has( list, bits, entry, file )) return true;
    if (!(plugin = calloc( 1, sizeof(*plugin) ))) return false;
    plugin->bits = bits;
    if (!(plugin->key = strdup( key )) || !(plugin->entry = strdup( entry )) || !(plugin->file = strdup( file )))
    {
        plugin_destroy( plugin );
        return false;
    }
    while (*end) end = &(*end)->next;
    *end = plugin;
    list->count++;
    return true;
}

void plugin_list_clear( struct plugin_list *list )
{
    struct plugin *plugin;

    while ((plugin = list->first))
    {
        list->first = plugin->next;
        plugin_destroy( plugin );
    }
    list->count = 0;
}

static bool plugins_share( const struct plugin *one, const struct plugin *other )
{
    if (one->bits != other->bits || one->choice.servers != other->choice.servers) return false;
    if (one->choice.group || other->choice.group)
        return one->choice.group && other->choice.group && !strcmp( one->choice.group, other->choice.group );
    return !strcasecmp( one->file, other->file );
}

struct plugin *plugin_list_next_group( struct plugin_list *list, char **entries, size_t *count )
{
    struct plugin *first = list->first, *plugin;

    while (first && first->hosted) first = first->next;
    *count = 0;
    for (plugin = first; plugin; plugin = plugin->next)
    {
        if (plugin->hosted || !plugins_share( plugin, first )) continue;
        plugin->hosted = true;
        entries[(*count)++] = plugin->entry;
    }
    return first;
}
