/*
 * The prefix and the Wine that a verb works with
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

#ifndef __WINEDVC_TARGET_H
#define __WINEDVC_TARGET_H

#include <limits.h>
#include <stdbool.h>

#include <jansson.h>

#include "settings.h"
#include "wine.h"

/* Stays where it is: its Wine knows its settings. */
struct target
{
    struct settings     settings;
    unsigned int        bits;       /* of what reads and changes the prefix's registry */
    struct wine_program wine;       /* which runs that */
};

/* Reads the configuration as a session would; the prefix, NULL for the configured one, counts before it. Its mistakes
 * stay in the settings. Returns an exit status; unless that is STATUS_OK problem says why. target_clear() has to
 * follow in any case. */
extern int target_configure( struct target *target, const char *prefix, char *problem, size_t size );
/* Finds Wine and makes sure that the prefix is to be used as it is. */
extern int target_check( struct target *target, char *problem, size_t size );

/* Both, and the mistakes and problems are lines for the user. */
extern int target_open( struct target *target, const char *prefix );
extern void target_clear( struct target *target );

/* What Windows calls a file. Returns false, with a line for the user, if it has no name for it. */
extern bool target_name_file( const struct target *target, const char *file, char dos[PATH_MAX] );

/* Prints an object that says which prefix and Wine these are, and has the values by that name. Returns false, with a line
 * for the user, if that is not possible. */
extern bool target_print_json( const struct target *target, const char *name, json_t *values );

#endif /* __WINEDVC_TARGET_H */
