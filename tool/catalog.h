/*
 * The plug-ins of a prefix
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

#ifndef __WINEDVC_CATALOG_H
#define __WINEDVC_CATALOG_H

#include "plugins.h"
#include "probe.h"
#include "record.h"
#include "target.h"

/* What the search reports, and what the record knows of it. Its target has to stay. */
struct catalog
{
    struct probe       search;
    struct record      record;
    char               problem[LOG_LINE];   /* why the record is not used, "" if it is, or if there is none */
    struct plugin_list recorded;
};

/* Returns false if there is no list: search.problem says why. catalog_clear() has to follow in any case. */
extern bool catalog_read( struct catalog *catalog, const struct target *target );
/* The same with a plug-in that need not be registered, as an AddIns value. */
extern bool catalog_read_with( struct catalog *catalog, const struct target *target, const char *value );
/* The first, and that there is no list is a line for the user. */
extern bool catalog_open( struct catalog *catalog, const struct target *target );
extern void catalog_clear( struct catalog *catalog );

/* Of the key of that name, in any case of letters, or else of the only file of that name; NULL if there is none. */
extern struct registration *catalog_find( const struct catalog *catalog, const char *name );
/* Says that there is none of that name, and which ones are called like it. */
extern void catalog_complain( const struct catalog *catalog, const char *name );

/* What the record has of it, NULL if that is nothing, or of another file. */
extern const struct plugin *catalog_recall( const struct catalog *catalog, const struct registration *registration );

/* The names of channels, and of static ones, with commas between them; what the caller says if there are none. For free();
 * NULL without memory. */
extern char *channel_names( const struct name_list *names, const struct name_list *statics, const char *none );

/* It is no longer to be started with the next session: the record loses it. */
extern void catalog_forget( struct catalog *catalog, const struct registration *registration );

enum registration_state
{
    REGISTRATION_OK,
    REGISTRATION_DISABLED,      /* the user has switched it off */
    REGISTRATION_LEFT_OUT,      /* the configuration says so */
    REGISTRATION_GONE,          /* its file is not there */
    REGISTRATION_UNUSABLE,      /* for another reason */
};

/* Its file is not there, whether it is switched on or not. */
extern bool registration_is_gone( const struct target *target, const struct registration *registration );
extern enum registration_state registration_state( const struct target *target,
                                                   const struct registration *registration );
/* As list and its JSON call it. */
extern const char *registration_state_name( enum registration_state state );

#endif /* __WINEDVC_CATALOG_H */
