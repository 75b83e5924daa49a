/*
 * Names of files
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

#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "pathname.h"

bool path_format( char path[PATH_MAX], const char *format, ... )
{
    va_list args;
    int length;

    va_start( args, format );
    length = vsnprintf( path, PATH_MAX, format, args );
    va_end( args );
    return length >= 0 && length < PATH_MAX;
}

bool path_home( char path[PATH_MAX] )
{
    const char *home = getenv( "HOME" );
    struct passwd entry, *found;
    char text[4096];

    if (home && *home == '/') return path_format( path, "%s", home );
    return !getpwuid_r( getuid(), &entry, text, sizeof(text), &found ) && found && *found->pw_dir == '/' &&
           path_format( path, "%s", found->pw_dir );
}
