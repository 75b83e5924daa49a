/*
 * The process's environment, copied
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
#include <langinfo.h>
#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "environment.h"

extern char **environ;

char **environment_copy( void )
{
    size_t count = 0, size = 0, i;
    char **copy, *text;

    for (; environ && environ[count]; count++) size += strlen( environ[count] ) + 1;
    if (!(copy = malloc( (count + 1) * sizeof(*copy) + size ))) return NULL;
    text = (char *)(copy + count + 1);
    for (i = 0; i < count; i++)
    {
        copy[i] = text;
        text = stpcpy( text, environ[i] ) + 1;
    }
    copy[count] = NULL;
    return copy;
}

const char *environment_get( char *const *environment, const char *name )
{
    size_t size = strlen( name );

    for (; *environment; environment++)
        if (!strncmp( *environment, name, size ) && (*environment)[size] == '=') return *environment + size + 1;
    return NULL;
}

/* Is there such a locale, and does it write names of files in UTF-8? */
static bool locale_exists( const char *name, bool *is_utf8 )
{
    locale_t locale = newlocale( LC_CTYPE_MASK, name, (locale_t)0 );

    *is_utf8 = locale && !strcmp( nl_langinfo_l( CODESET, locale ), "UTF-8" );
    if (locale) freelocale( locale );
    return locale != (locale_t)0;
}

void environment_find_locale( char *const *environment, struct environment_locale *locale )
{
    const char *all = environment_get( environment, "LC_ALL" ), *name = all;
    bool exists, is_utf8;

    locale->type[0] = locale->rest[0] = 0;
    if (!name || !*name) name = environment_get( environment, "LC_CTYPE" );
    if (!name || !*name) name = environment_get( environment, "LANG" );
    if (!name || !*name) name = "C";
    exists = locale_exists( name, &is_utf8 );
    if (is_utf8) return;
    if (snprintf( locale->type, ENVIRONMENT_LOCALE, "%.*s.UTF-8", (int)strcspn( name, ".@" ), name ) >=
        ENVIRONMENT_LOCALE || !locale_exists( locale->type, &is_utf8 ) || !is_utf8) strcpy( locale->type, "C.UTF-8" );
    if (all && *all && strlen( all ) < ENVIRONMENT_LOCALE) strcpy( locale->rest, exists ? all : locale->type );
}
