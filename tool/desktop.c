/*
 * Launchers of the user's own
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

/* [Desktop Entry Specification], [XDG Base Directory Specification] */

#define _GNU_SOURCE
#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ascii.h"
#include "desktop.h"
#include "environment.h"
#include "paths.h"
#include "terminal.h"
#include "verbs.h"

#define MARK     "X-Winedvc=run"
#define MAX_LINE 4096

static const char *last_part( const char *text, char separator )
{
    const char *found = strrchr( text, separator );

    return found ? found + 1 : text;
}

/* The program that an Exec line runs, without its directory. */
static bool line_runs( const char *line, const char *client )
{
    const char *program, *end;

    if (strncmp( line, "Exec=", 5 )) return false;
    end = line + 5 + strcspn( line + 5, " \n" );
    for (program = end; program > line + 5 && program[-1] != '/'; program--) continue;
    return (size_t)(end - program) == strlen( client ) && !strncmp( program, client, end - program );
}

/* By its name, org.vendor.Client.desktop, or by what it runs. */
static bool file_is_for( const char *path, const char *client )
{
    char name[NAME_MAX + 1], line[MAX_LINE];
    bool found = false;
    FILE *file;

    snprintf( name, sizeof(name), "%s", last_part( path, '/' ) );
    *strrchr( name, '.' ) = 0;
    if (ascii_equal( name, client ) || ascii_equal( last_part( name, '.' ), last_part( client, '-' ) )) return true;
    if (!(file = fopen( path, "re" ))) return false;
    while (!found && fgets( line, sizeof(line), file )) found = line_runs( line, client );
    fclose( file );
    return found;
}

static bool find_in( const char *dir, size_t size, const char *client, char path[PATH_MAX] )
{
    char pattern[PATH_MAX];
    bool found = false;
    glob_t files;
    size_t i;

    if (!path_format( pattern, "%.*s/applications/*.desktop", (int)size, dir ) || glob( pattern, 0, NULL, &files ))
        return false;
    for (i = 0; i < files.gl_pathc && !found; i++)
        found = file_is_for( files.gl_pathv[i], client ) && path_format( path, "%s", files.gl_pathv[i] );
    globfree( &files );
    return found;
}

/* That of the system, which the user's own would hide. */
static bool find_launcher( char *const *environment, const char *client, char path[PATH_MAX] )
{
    const char *dir = environment_get( environment, "XDG_DATA_DIRS" );
    size_t size;

    if (!dir || !*dir) dir = "/usr/local/share:/usr/share";
    for (; *dir; dir += size + (dir[size] == ':'))
    {
        size = strcspn( dir, ":" );
        if (*dir == '/' && find_in( dir, size, client, path )) return true;
    }
    return false;
}

static bool own_directory( char *const *environment, char path[PATH_MAX] )
{
    const char *data = environment_get( environment, "XDG_DATA_HOME" );
    char home[PATH_MAX];

    if (data && *data == '/') return path_format( path, "%s/applications", data );
    return path_home( environment, home ) && path_format( path, "%s/.local/share/applications", home );
}

static bool is_ours( const char *path )
{
    char line[MAX_LINE];
    bool found = false;
    FILE *file = fopen( path, "re" );

    while (file && !found && fgets( line, sizeof(line), file )) found = !strcmp( line, MARK "\n" );
    if (file) fclose( file );
    return found;
}

/* What starts it through the bus would not be started by us. */
static void copy_lines( FILE *from, FILE *to, const char *self )
{
    char line[MAX_LINE];
    bool whole = true;

    while (fgets( line, sizeof(line), from ))
    {
        if (whole && !strncmp( line, "Exec=", 5 )) fprintf( to, "Exec=\"%s\" run %s", self, line + 5 );
        else if (whole && !strncmp( line, "DBusActivatable=", 16 )) fputs( "DBusActivatable=false\n", to );
        else fputs( line, to );
        whole = strchr( line, '\n' ) != NULL;
        if (whole && !strcmp( line, "[Desktop Entry]\n" )) fputs( MARK "\n", to );
    }
}

static int copy_launcher( const char *from, const char *to, const char *self )
{
    FILE *source = fopen( from, "re" ), *target = source ? fopen( to, "we" ) : NULL;
    bool failed = !target;

    if (target)
    {
        copy_lines( source, target, self );
        failed = ferror( source ) || ferror( target );
        failed |= fclose( target ) != 0;
    }
    if (failed)
    {
        complain( "the launcher %s can not be written (%s)", to, strerror( errno ) );
        if (target) unlink( to );
    }
    else printf( "%s is written: from the desktop's menu the client runs with plug-ins. "
                 "\"winedvc run --remove-desktop\" takes it back.\n", to );
    if (source) fclose( source );
    return failed ? STATUS_FAILED : STATUS_OK;
}

int desktop_write( char *const *environment, const char *client )
{
    char from[PATH_MAX], dir[PATH_MAX], to[PATH_MAX], self[PATH_MAX];

    if (!find_launcher( environment, client, from ))
    {
        complain( "the desktop has no launcher for %s: is it installed, and is that its program's name?", client );
        return STATUS_FAILED;
    }
    if (!own_directory( environment, dir ) || !path_format( to, "%s/%s", dir, last_part( from, '/' ) ) ||
        !realpath( "/proc/self/exe", self ) || strpbrk( self, "\"`$\\%" ))
    {
        complain( "there is no place for a launcher: set HOME" );
        return STATUS_FAILED;
    }
    if (!access( to, F_OK ) && !is_ours( to ))
    {
        complain( "%s is a launcher of your own: put \"%s run\" in front of its commands", to, self );
        return STATUS_FAILED;
    }
    path_make_directories( to );
    return copy_launcher( from, to, self );
}

int desktop_remove( char *const *environment, const char *client )
{
    char from[PATH_MAX], dir[PATH_MAX];
    int status = STATUS_OK;

    if (!own_directory( environment, dir ) || !path_format( from, "%.*s", (int)(strrchr( dir, '/' ) - dir), dir ) ||
        !find_in( from, strlen( from ), client, from ) || !is_ours( from ))
    {
        complain( "there is no launcher for %s that \"winedvc run --desktop\" has written", client );
        status = STATUS_FAILED;
    }
    else if (unlink( from ))
    {
        complain( "%s can not be removed (%s)", from, strerror( errno ) );
        status = STATUS_FAILED;
    }
    else printf( "%s is removed.\n", from );
    return status;
}
