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
#include <stdint.h>

#include "settings.h"

#define PLUGINS_MAX 256
#define PLUGIN_MAX_NAMES 256   /* of channels */
#define PLUGIN_MAX_STATICS 30  /* static channels */

/* One AddIns key, as the scout reported it, or as the record has it. */
struct plugin
{
    struct plugin *next;
    unsigned int   bits;    /* 32 or 64 */
    bool           temporary;   /* another session may not have it: the record does not */
    bool           hosted;  /* is in a group that was already taken, or is in none */
    struct plugin_choice choice;    /* the caller's, before groups are taken */
    char          *name;    /* "KEY (FILE)": what each line of the log calls it */
    char          *key;     /* the key's name */
    char          *entry;   /* the key's value, which the host understands */
    char          *file;    /* its server file */
    uint64_t       size;    /* of that file */
    uint64_t       time;    /* when it was written last, in Windows' form */
    uint64_t       used;    /* the day on which it was ready last, from 1970 on; 0 if nobody knows */
    bool           awaited; /* its static channels are not known: the client waits for it */
    bool           ready;   /* has been, in this session */
    bool           doubtful;    /* it has failed, or no memory was left: what is heard need not be all */
    bool           known;   /* what it listens on when it is ready: */
    struct name_list names;
    struct name_list heard; /* what it listens on while it is not ready */
    /* The same for its static channels: options in eight hexadecimal digits, a blank, name. */
    struct name_list statics, statics_heard;
};

/* In the order in which they were reported. */
struct plugin_list
{
    struct plugin *first;
    size_t         count;
};

/* Returns the plug-in, which was in the list already if that class, or plug-in of a file, is named twice. NULL
 * without memory. */
extern struct plugin *plugin_list_add( struct plugin_list *list, unsigned int bits, const char *key,
                                       const char *entry, const char *file );
extern void plugin_list_clear( struct plugin_list *list );

/* The one of that entry, file and bits; NULL if there is none. */
extern struct plugin *plugin_list_find( const struct plugin_list *list, const struct plugin *same );

/* What is known of the other's names is this one's: both are one plug-in. */
extern void plugin_take_names( struct plugin *plugin, struct plugin *other );
/* One more static channel that is heard of. The name in such an entry of the list. */
extern void plugin_hear_static( struct name_list *heard, uint32_t options, const char *name );
extern const char *static_channel_name( const char *definition );

/* It is ready: what was heard is what it listens on. What is known of a doubtful one stays, but for names beyond that. */
extern void plugin_is_ready( struct plugin *plugin );

/*
 * Takes the next group, the plug-ins that share a host: those of one server file,
 * or of one group= in the settings, that are for the same servers. Writes them to
 * plugins, which has room for list->count, and returns their number, 0 after the
 * last group.
 */
extern size_t plugin_list_next_group( struct plugin_list *list, struct plugin **plugins );

#endif /* __WINEDVC_PLUGINS_H */
