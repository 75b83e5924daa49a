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

#include <stdlib.h>
#include <string.h>

#include "ascii.h"
#include "namelist.h"

bool name_list_add_part( struct name_list *list, const char *name, size_t size )
{
    char **names = realloc( list->names, (list->count + 1) * sizeof(*names) );

    if (!names) return false;
    list->names = names;
    if (!(names[list->count] = strndup( name, size ))) return false;
    list->count++;
    return true;
}

bool name_list_add( struct name_list *list, const char *name )
{
    return name_list_add_part( list, name, strlen( name ) );
}

void name_list_remove( struct name_list *list, const char *name )
{
    size_t i;

    for (i = 0; i < list->count; i++)
    {
        if (strcmp( list->names[i], name )) continue;
        free( list->names[i] );
        memmove( &list->names[i], &list->names[i + 1], (--list->count - i) * sizeof(*list->names) );
        return;
    }
}

void name_list_clear( struct name_list *list )
{
    while (list->count) free( list->names[--list->count] );
    free( list->names );
    list->names = NULL;
}

bool name_list_copy( struct name_list *list, const struct name_list *other )
{
    size_t i;

    for (i = 0; i < other->count; i++)
        if (!name_list_add( list, other->names[i] )) break;
    if (i < other->count) name_list_clear( list );
    return i == other->count;
}

bool name_list_equals( const struct name_list *list, const struct name_list *other )
{
    size_t i;

    if (list->count != other->count) return false;
    for (i = 0; i < list->count && !strcmp( list->names[i], other->names[i] ); i++) continue;
    return i == list->count;
}

bool name_list_has( const struct name_list *list, const char *name )
{
    size_t i;

    for (i = 0; i < list->count; i++)
        if (!strcmp( list->names[i], name )) return true;
    return false;
}

bool name_matches( const char *pattern, const char *text )
{
    const char *star = NULL, *rest = NULL; /* behind the last *, and what it has to fit next */

    while (*text)
    {
        if (*pattern == '*')
        {
            star = ++pattern;
            rest = text;
        }
        else if (*pattern == '?' || ascii_lower( *pattern ) == ascii_lower( *text ))
        {
            pattern++;
            text++;
        }
        else if (star)
        {
            pattern = star;
            text = ++rest;
        }
        else return false;
    }
    while (*pattern == '*') pattern++;
    return !*pattern;
}

bool name_list_matches( const struct name_list *list, const char *text )
{
    size_t i;

    for (i = 0; i < list->count; i++)
        if (name_matches( list->names[i], text )) return true;
    return false;
}
