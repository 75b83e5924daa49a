/*
 * Hosts for the addin: tests/badhost in Wine's place
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
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hosts.h"
#include "wine/test.h"

static char prefix[4096];

static int remove_entry( const char *path, const struct stat *st, int type, struct FTW *place )
{
    (void)st;
    (void)type;
    (void)place;
    return remove( path );
}

static void hosts_remove(void)
{
    if (*prefix) nftw( prefix, remove_entry, 16, FTW_DEPTH | FTW_PHYS );
    *prefix = 0;
}

/* What the addin takes for a prefix. */
static void make_prefix(void)
{
    char path[4200];
    int fd;

    snprintf( prefix, sizeof(prefix), "%s/loader-XXXXXX", getenv( "BUILDDIR" ) );
    if (!mkdtemp( prefix ))
    {
        ok( 0, "%s can not be made: %s.\n", prefix, strerror( errno ) );
        exit( 1 );
    }
    snprintf( path, sizeof(path), "%s/drive_c", prefix );
    mkdir( path, 0700 );
    snprintf( path, sizeof(path), "%s/system.reg", prefix );
    if ((fd = open( path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600 )) >= 0) close( fd );
}

void hosts_configure( const char *text )
{
    char path[4200];
    FILE *file;

    snprintf( path, sizeof(path), "%s/winedvc", prefix );
    mkdir( path, 0700 );
    strcat( path, "/winedvc.conf" );
    file = fopen( path, "w" );
    ok( file && fputs( text, file ) >= 0 && !fclose( file ), "%s can not be written.\n", path );
}

void hosts_set( const char *names )
{
    const char *build = getenv( "BUILDDIR" );
    char program[4200];

    if (!build)
    {
        ok( 0, "BUILDDIR is not set.\n" );
        exit( 1 );
    }
    if (*prefix) hosts_remove(); /* with the record of other hosts */
    else atexit( hosts_remove );
    make_prefix();
    snprintf( program, sizeof(program), "%s/tests/badhost/badhost", build );
    setenv( "WINEPREFIX", prefix, 1 );
    setenv( "XDG_CONFIG_HOME", prefix, 1 );
    setenv( "XDG_STATE_HOME", prefix, 1 );
    setenv( "WINEDVC_WINE", program, 1 );
    setenv( "WINEDVC_TEST_HOSTS", names, 1 );
    setenv( "WINEDVC_LINGER", "0", 0 );
    unsetenv( "WINEDVC_HOST_LOG" );
}
