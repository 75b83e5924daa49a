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

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ascii.h"
#include "plugins.h"

#define DAY 86400   /* seconds */

static void plugin_destroy( struct plugin *plugin )
{
    name_list_clear( &plugin->names );
    name_list_clear( &plugin->heard );
    name_list_clear( &plugin->statics );
    name_list_clear( &plugin->statics_heard );
    free( plugin->name );
    free( plugin->key );
    free( plugin->entry );
    free( plugin->file );
    free( plugin );
}

static char *plugin_make_name( const char *key, const char *file )
{
    size_t size = strlen( key ) + strlen( file ) + sizeof(" ()");
    char *name = malloc( size );

    if (name) snprintf( name, size, "%s (%s)", key, file );
    return name;
}

/* The class that an entry names, "" if it is the plug-in that a file exports. */
static const char *entry_class( const char *entry )
{
    const char *brace = strrchr( entry, '{' );

    return brace && (brace == entry || brace[-1] == ':') ? brace : "";
}

static struct plugin *plugin_list_find_class( const struct plugin_list *list, unsigned int bits, const char *entry,
                                              const char *file )
{
    struct plugin *plugin;

    for (plugin = list->first; plugin; plugin = plugin->next)
        if (plugin->bits == bits && ascii_equal( plugin->file, file ) &&
            ascii_equal( entry_class( plugin->entry ), entry_class( entry ) )) break;
    return plugin;
}

struct plugin *plugin_list_add( struct plugin_list *list, unsigned int bits, const char *key, const char *entry,
                                const char *file )
{
    struct plugin *plugin = plugin_list_find_class( list, bits, entry, file ), **end = &list->first;

    if (plugin || !(plugin = calloc( 1, sizeof(*plugin) ))) return plugin;
    plugin->bits = bits;
    if (!(plugin->name = plugin_make_name( key, file )) || !(plugin->key = strdup( key )) ||
        !(plugin->entry = strdup( entry )) || !(plugin->file = strdup( file )))
    {
        plugin_destroy( plugin );
        return NULL;
    }
    while (*end) end = &(*end)->next;
    *end = plugin;
    list->count++;
    return plugin;
}

struct plugin *plugin_list_find( const struct plugin_list *list, const struct plugin *same )
{
    struct plugin *plugin;

    for (plugin = list->first; plugin; plugin = plugin->next)
        if (plugin->bits == same->bits && !strcmp( plugin->entry, same->entry ) && !strcmp( plugin->file, same->file ))
            break;
    return plugin;
}

static void list_take( struct name_list *list, struct name_list *other )
{
    static const struct name_list none;

    name_list_clear( list );
    *list = *other;
    *other = none;
}

void plugin_take_names( struct plugin *plugin, struct plugin *other )
{
    list_take( &plugin->names, &other->names );
    list_take( &plugin->heard, &other->heard );
    list_take( &plugin->statics, &other->statics );
    list_take( &plugin->statics_heard, &other->statics_heard );
    plugin->ready = other->ready;
    plugin->doubtful = other->doubtful;
    plugin->known = other->known;
    plugin->used = other->used;
    other->known = false;
}

/* Without memory the record lacks it. */
void plugin_hear_static( struct name_list *heard, uint32_t options, const char *name )
{
    char definition[32];

    if (heard->count == PLUGIN_MAX_STATICS) return;
    snprintf( definition, sizeof(definition), "%08x %s", options, name );
    name_list_add( heard, definition );
}

const char *static_channel_name( const char *definition )
{
    const char *blank = strchr( definition, ' ' );

    return blank ? blank + 1 : "";
}

void plugin_is_ready( struct plugin *plugin )
{
    size_t i;

    if (plugin->doubtful)
    {
        for (i = 0; i < plugin->heard.count; i++)
            if (!name_list_has( &plugin->names, plugin->heard.names[i] )) plugin->known = false;
        return;
    }
    list_take( &plugin->names, &plugin->heard );
    list_take( &plugin->statics, &plugin->statics_heard );
    plugin->ready = plugin->known = true;
    plugin->used = time( NULL ) / DAY;
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
    return ascii_equal( one->file, other->file );
}

size_t plugin_list_next_group( struct plugin_list *list, struct plugin **plugins )
{
    struct plugin *plugin;
    size_t count = 0;

    for (plugin = list->first; plugin; plugin = plugin->next)
    {
        if (plugin->hosted || (count && !plugins_share( plugin, plugins[0] ))) continue;
        plugin->hosted = true;
        plugins[count++] = plugin;
    }
    return count;
}
