/*
 * A directory of the test's own
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
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "home.h"
#include "wine/test.h"

char home[PATH_MAX];

void home_create(void)
{
    static const char *const variables[] = { "XDG_CONFIG_HOME", "XDG_CONFIG_DIRS", "XDG_STATE_HOME" };
    static const char *const directories[] = { "config", "system", "state" };
    const char *build = getenv( "BUILDDIR" );
    char path[PATH_MAX + 16];
    unsigned int i;

    snprintf( home, sizeof(home), "%s/native-test.XXXXXX", build ? build : "." );
    ok( mkdtemp( home ) != NULL, "no directory %s can be made\n", home );
    setenv( "HOME", home, 1 );
    for (i = 0; i < sizeof(variables) / sizeof(variables[0]); i++)
    {
        snprintf( path, sizeof(path), "%s/%s", home, directories[i] );
        setenv( variables[i], path, 1 );
    }
}

static int remove_one( const char *path, const struct stat *st, int type, struct FTW *ftw )
{
    return remove( path );
}

void home_remove(void)
{
    nftw( home, remove_one, 8, FTW_DEPTH | FTW_PHYS );
}

void home_write( const char *name, const char *text )
{
    char path[2 * PATH_MAX], *slash;
    FILE *file;

    snprintf( path, sizeof(path), "%s/%s", home, name );
    for (slash = path + strlen( home ) + 1; (slash = strchr( slash, '/' )); *slash++ = '/')
    {
        *slash = 0;
        mkdir( path, 0700 );
    }
    file = fopen( path, "w" );
    ok( file != NULL, "no file %s can be made\n", path );
    if (!file) return;
    fputs( text, file );
    fclose( file );
}
