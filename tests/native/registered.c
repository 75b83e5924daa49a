/*
 * The plug-ins in a prefix's registry files
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
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "registered.h"
#include "wine/test.h"

static char directory[] = "/tmp/registered-XXXXXX", path[PATH_MAX];
static unsigned int count;

static void write_key( FILE *file, const char *key )
{
    fprintf( file, "[Software\\\\Microsoft\\\\Terminal Server Client\\\\Default\\\\AddIns\\\\%s] 1\n\"Name\"=\"C:\\\\%s.dll\"\n\n",
             key, key );
}

/* As a registry is that its user shares with others: it is a link, so Wine writes the file itself anew. */
static void found( void *context, const char *key, const char *value )
{
    ok( context == &count, "another context\n" );
    ok( !strcmp( key, count ? "last" : "first" ), "got key %s\n", key );
    ok( !strcmp( value, count ? "C:\\last.dll" : "C:\\first.dll" ), "got value %s\n", value );
    if (!count++) ok( !truncate( path, 0 ), "the file can not be cut off\n" );
}

/* A file that is cut off while it is read. */
static void test_cut_off(void)
{
    FILE *file = fopen( path, "w" );
    unsigned int i;

    write_key( file, "first" );
    for (i = 0; i < 10000; i++) fprintf( file, "[Software\\\\Other%u] 1\n\"Name\"=\"C:\\\\other.dll\"\n\n", i );
    write_key( file, "last" );
    fclose( file );
    registered_enum( directory, found, &count );
    ok( count == 2, "%u plug-ins are registered\n", count );
}

START_TEST(registered)
{
    ok( mkdtemp( directory ) != NULL, "there is no directory\n" );
    snprintf( path, sizeof(path), "%s/user.reg", directory );
    test_cut_off();
    unlink( path );
    rmdir( directory );
}
