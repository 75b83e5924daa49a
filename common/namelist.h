/*
 * Lists of names
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

#ifndef __WINEDVC_NAMELIST_H
#define __WINEDVC_NAMELIST_H

#include <stdbool.h>
#include <stddef.h>

/* Owns its names. All zero is an empty one. */
struct name_list
{
    char **names;
    size_t count;
};

/* Copies the name, or so many bytes of it. Return false without memory. */
extern bool name_list_add( struct name_list *list, const char *name );
extern bool name_list_add_part( struct name_list *list, const char *name, size_t size );
/* One of that name. */
extern void name_list_remove( struct name_list *list, const char *name );
extern void name_list_clear( struct name_list *list );
/* The list must be empty, and is so again without memory. */
extern bool name_list_copy( struct name_list *list, const struct name_list *other );
extern bool name_list_equals( const struct name_list *list, const struct name_list *other );
extern bool name_list_has( const struct name_list *list, const char *name );

/* Does one of the names, in which * stands for any characters and ? for one, fit the text, in any case of
 * ASCII's letters? */
extern bool name_list_matches( const struct name_list *list, const char *text );
extern bool name_matches( const char *pattern, const char *text );

#endif /* __WINEDVC_NAMELIST_H */
