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

#ifndef __WINEDVC_PLUGINS_H
#define __WINEDVC_PLUGINS_H

#include <stdbool.h>
#include <stddef.h>

#include "settings.h"

/* One AddIns key, as the scout reported it. */
struct plugin
{
    struct plugin *next;
    unsigned int   bits;    /* 32 or 64 */
    bool           hosted;  /* is in a group that was already taken, or is in none */
    struct plugin_choice choice;    /* the caller's, before groups are taken */
    char          *key;     /* the key's name */
    char          *entry;   /* the key's value, which the host understands */
    char          *file;    /* its server file */
};

/* In the order in which they were reported. */
struct plugin_list
{
    struct plugin *first;
    size_t         count;
};

/* A class, or the plug-in of a file, that is in the list already is not added. Returns false without memory. */
extern bool plugin_list_add( struct plugin_list *list, unsigned int bits, const char *key, const char *entry,
                             const char *file );
extern void plugin_list_clear( struct plugin_list *list );

/*
 * Takes the next group, the plug-ins that share a host: those of one server file,
 * or of one group= in the settings, that are for the same servers. Writes their entries to entries, which has room for list->count. Returns
 * the first of them, NULL after the last group.
 */
extern struct plugin *plugin_list_next_group( struct plugin_list *list, char **entries, size_t *count );

#endif /* __WINEDVC_PLUGINS_H */
