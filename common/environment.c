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
