/*
 * Tests of what is taken for a Wine prefix
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

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "home.h"
#include "wine.h"
#include "wine/test.h"

static const char *make_path( const char *name )
{
    static char path[2 * PATH_MAX];

    snprintf( path, sizeof(path), "%s/%s", home, name );
    return path;
}

START_TEST( wine )
{
    char problem[4096];

    home_create();
    ok( !wine_check_prefix( make_path( "prefix" ), problem, sizeof(problem) ), "there is a prefix\n" );
    ok( strstr( problem, "there is no Wine prefix at" ) != NULL, "got %s\n", problem );
    home_write( "prefix/drive_c/file", "" );
    ok( !wine_check_prefix( make_path( "prefix" ), problem, sizeof(problem) ), "any directory is a prefix\n" );
    home_write( "prefix/dosdevices/file", "" ); /* as soon as Wine has made it */
    ok( wine_check_prefix( make_path( "prefix" ), problem, sizeof(problem) ), "got %s\n", problem );
    ok( !wine_check_prefix( NULL, problem, sizeof(problem) ), "there is a prefix\n" );
    home_remove();
}
