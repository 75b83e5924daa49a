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

static char prefix[2 * PATH_MAX];
static char problem[4096];

static bool check_prefix( const char *path )
{
    char *environment[] = { NULL };
    struct settings settings = { .prefix = (char *)path, .wine = (char *)"/bin/true", .environment = environment };

    return wine_check_prefix( &settings, problem, sizeof(problem) );
}

static void test_prefix(void)
{
    char mend[3 * PATH_MAX];

    ok( !check_prefix( prefix ), "there is a prefix\n" );
    ok( strstr( problem, "there is no Wine prefix at" ) != NULL, "got %s\n", problem );
    snprintf( mend, sizeof(mend), "WINEPREFIX='%s' '/bin/true' wineboot", prefix ); /* there may be no wineboot */
    ok( strstr( problem, mend ) != NULL, "got %s\n", problem );
    home_write( "prefix/drive_c/file", "" );
    ok( !check_prefix( prefix ), "any directory is a prefix\n" );
    home_write( "prefix/dosdevices/file", "" ); /* as soon as Wine has made it */
    ok( check_prefix( prefix ), "got %s\n", problem );
    ok( !check_prefix( NULL ), "there is a prefix\n" );
}

/* A Wine with these files of its own. */
static void make_wine( const char *name, unsigned int count, const char *const *files )
{
    char path[PATH_MAX], full[2 * PATH_MAX];
    unsigned int i;

    snprintf( path, sizeof(path), "%s/bin/wine", name );
    home_write( path, "" );
    snprintf( full, sizeof(full), "%s/%s", home, path );
    chmod( full, 0755 );
    for (i = 0; i < count; i++)
    {
        snprintf( path, sizeof(path), "%s/lib/wine/%s", name, files[i] );
        home_write( path, "" );
    }
}

/* What that Wine lacks for code of so many bits in the prefix; NULL for nothing of the kind. */
static void check_bits( const char *name, unsigned int bits, const char *lack )
{
    char loader[2 * PATH_MAX], *environment[] = { NULL };
    struct settings settings = { .prefix = prefix, .wine = loader, .environment = environment };
    struct wine_program program;
    bool found;

    snprintf( loader, sizeof(loader), "%s/%s/bin/wine", home, name );
    *problem = 0;
    found = wine_find( &settings, bits, &program, problem, sizeof(problem) );
    if (lack) ok( !found && strstr( problem, lack ) && strstr( problem, "WINEARCH=win64" ), "got %s\n", problem );
    else ok( !strstr( problem, "WINEARCH" ), "got %s\n", problem );
}

/* A prefix of 32 bits is for a Wine that has a 32-bit part, which new WoW64 has not. */
static void test_bits(void)
{
    static const char *const files[] = { "x86_64-windows/ntdll.dll", "i386-windows/ntdll.dll", "i386-unix/ntdll.so" };

    make_wine( "unseen", 0, NULL );
    make_wine( "wow", 2, files );
    make_wine( "both", 3, files );
    make_wine( "narrow", 2, files + 1 );

    home_write( "prefix/system.reg", "WINE REGISTRY Version 2\n;; All keys\n\n#arch=win64\n" );
    ok( wine_prefix_bits( prefix ) == 64, "the prefix has %u bits\n", wine_prefix_bits( prefix ) );
    check_bits( "wow", 64, NULL );

    home_write( "prefix/system.reg", "WINE REGISTRY Version 2\n;; All keys\n\n#arch=win32\n" );
    ok( wine_prefix_bits( prefix ) == 32, "the prefix has %u bits\n", wine_prefix_bits( prefix ) );
    check_bits( "unseen", 32, NULL );
    check_bits( "both", 32, NULL );
    check_bits( "narrow", 32, NULL );
    check_bits( "wow", 32, "has no 32-bit part" );
    check_bits( "both", 64, "runs no 64-bit code" );
}

START_TEST( wine )
{
    home_create();
    snprintf( prefix, sizeof(prefix), "%s/prefix", home );
    test_prefix();
    test_bits();
    home_remove();
}
