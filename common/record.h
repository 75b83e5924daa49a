/*
 * The record of the plug-ins of one Wine prefix
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

#ifndef __WINEDVC_RECORD_H
#define __WINEDVC_RECORD_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "plugins.h"

/*
 * A file of the user's below the state directory, for each prefix one. It holds
 * what a session learned of the plug-ins, so that the next one need not wait for
 * Wine. Whatever is wrong with it, it is as if it were not there.
 */
struct record
{
    const char *prefix;             /* the settings' */
    char       *wine;               /* the loader that ran the plug-ins: another one's record is not used */
    char        path[PATH_MAX];     /* "" if there is no place for it */
    char       *text;               /* what the file holds, as far as we know; NULL if we do not */
};

/* The settings have to stay. Returns false without memory; then the record is all zero. */
extern bool record_init( struct record *record, const struct settings *settings, const char *wine );
/* All zero is clear, too. */
extern void record_clear( struct record *record );

/* Returns true and fills the list, which is empty, if there is a record. Else problem says what is wrong with it, "" if
 * there is none. */
extern bool record_load( struct record *record, struct plugin_list *list, char *problem, size_t size );

/* Puts what is known now in the place of the file, all or nothing, if that is not what it holds. Problem, "" if there
 * is none, says what the file lacks and why; it is told once. */
extern void record_save( struct record *record, const struct plugin_list *list, char *problem, size_t size );

#endif /* __WINEDVC_RECORD_H */
