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
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ascii.h"
#include "desktop.h"
#include "environment.h"
#include "paths.h"
#include "terminal.h"
#include "verbs.h"

#define MARK          "X-Winedvc=run"
#define RUN           "\" run "
#define MAX_LINE      4096
#define MAX_LAUNCHER  1048576

static const char *last_part( const char *text, char separator )
{
    const char *found = strrchr( text, separator );

    return found ? found + 1 : text;
}

/* NULL for what is no plain file of a launcher's size, or can not be read: nobody waits for a pipe's other end. */
static FILE *open_launcher( const char *path )
{
    int fd = open( path, O_RDONLY | O_CLOEXEC | O_NONBLOCK );
    FILE *file = NULL;
    struct stat st;

    if (fd < 0) return NULL;
    if (!fstat( fd, &st ) && S_ISREG( st.st_mode ) && st.st_size <= MAX_LAUNCHER) file = fdopen( fd, "r" );
    if (!file) close( fd );
    return file;
}

/* What the line gives that key, NULL if it is not that key's line. Blanks around the sign count for nothing. */
static const char *line_value( const char *line, const char *key )
{
    size_t size = strlen( key );

    line += strspn( line, " \t" );
    if (strncmp( line, key, size )) return NULL;
    line += size + strspn( line + size, " \t" );
    return *line == '=' ? line + 1 + strspn( line + 1, " \t" ) : NULL;
}

static bool line_is_heading( const char *line )
{
    static const char heading[] = "[Desktop Entry]";

    line += strspn( line, " \t" );
    return !strncmp( line, heading, strlen( heading ) ) && isspace( (unsigned char)line[strlen( heading )] );
}

/* Does that line run the program, whose directory counts for nothing? In a file of ours it does so by "winedvc run". */
static bool line_runs( const char *line, const char *client, bool is_ours )
{
    const char *program = line_value( line, "Exec" ), *ends = " \t\r\n", *end, *slash;

    if (program && is_ours && (program = strstr( program, RUN ))) program += strlen( RUN );
    if (!program) return false;
    if (*program == '"')
    {
        program++;
        ends = "\"";
    }
    end = program + strcspn( program, ends );
    while ((slash = memchr( program, '/', end - program ))) program = slash + 1;
    return (size_t)(end - program) == strlen( client ) && !strncmp( program, client, end - program );
}

static bool is_ours( const char *path )
{
    FILE *file = open_launcher( path );
    char line[MAX_LINE];
    bool found = false;

    while (file && !found && fgets( line, sizeof(line), file )) found = !strcmp( line, MARK "\n" );
    if (file) fclose( file );
    return found;
}

/* By its name, org.vendor.Client.desktop, or by what it runs. */
static bool file_is_for( const char *path, const char *client, bool is_ours )
{
    char name[NAME_MAX + 1], line[MAX_LINE];
    bool found = false;
    FILE *file;

    snprintf( name, sizeof(name), "%s", last_part( path, '/' ) );
    *strrchr( name, '.' ) = 0;
    if (ascii_equal( name, client ) || ascii_equal( last_part( name, '.' ), last_part( client, '-' ) )) return true;
    if (!(file = open_launcher( path ))) return false;
    while (!found && fgets( line, sizeof(line), file )) found = line_runs( line, client, is_ours );
    fclose( file );
    return found;
}

static int is_launcher( const struct dirent *entry )
{
    const char *end = strrchr( entry->d_name, '.' );

    return end && !strcmp( end, ".desktop" );
}

/* The first of those that we wrote, or of the others. */
static bool find_in( const char *dir, size_t size, const char *client, bool ours, char path[PATH_MAX] )
{
    char place[PATH_MAX];
    struct dirent **entries;
    bool found = false;
    int count, i;

    if (!path_format( place, "%.*s/applications", (int)size, dir ) ||
        (count = scandir( place, &entries, is_launcher, alphasort )) < 0) return false;
    for (i = 0; i < count; i++)
    {
        if (!found) found = path_format( path, "%s/%s", place, entries[i]->d_name ) && is_ours( path ) == ours &&
                            file_is_for( path, client, ours );
        free( entries[i] );
    }
    free( entries );
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
        if (*dir == '/' && find_in( dir, size, client, false, path )) return true;
    }
    return false;
}

/* Where the directory for launchers is. */
static bool own_directory( char *const *environment, char path[PATH_MAX] )
{
    const char *data = environment_get( environment, "XDG_DATA_HOME" );
    char home[PATH_MAX];

    if (data && *data == '/') return path_format( path, "%s", data );
    return path_home( environment, home ) && path_format( path, "%s/.local/share", home );
}

/* What starts it through the bus would not be started by us. */
static void copy_lines( FILE *from, FILE *to, const char *self )
{
    char line[MAX_LINE];
    const char *value;
    bool whole = true;

    while (fgets( line, sizeof(line), from ))
    {
        if (whole && (value = line_value( line, "Exec" ))) fprintf( to, "Exec=\"%s" RUN "%s", self, value );
        else if (whole && line_value( line, "DBusActivatable" )) fputs( "DBusActivatable=false\n", to );
        else fputs( line, to );
        if (whole && line_is_heading( line )) fputs( MARK "\n", to );
        whole = strchr( line, '\n' ) != NULL;
    }
}

/* Returns the text, for free(); NULL if it can not be read, or without memory. */
static char *make_launcher( const char *from, const char *self )
{
    FILE *source = open_launcher( from ), *target;
    char *text = NULL;
    size_t size;
    bool failed;

    if (!source) return NULL;
    if ((target = open_memstream( &text, &size )))
    {
        copy_lines( source, target, self );
        failed = ferror( source ) || ferror( target );
        if (fclose( target ) || failed)
        {
            free( text );
            text = NULL;
        }
    }
    fclose( source );
    return text;
}

static int copy_launcher( const char *from, char *to, const char *self )
{
    char *text = make_launcher( from, self );
    int error = text ? path_replace( to, text ) : errno;

    free( text );
    if (error) complain( "the launcher %s can not be written (%s)", to, strerror( error ) );
    else printf( "%s is written: from the desktop's menu the client runs with plug-ins. "
                 "\"winedvc run --remove-desktop\" takes it back.\n", to );
    return error ? STATUS_FAILED : STATUS_OK;
}

int desktop_write( char *const *environment, const char *client )
{
    char from[PATH_MAX], dir[PATH_MAX], to[PATH_MAX], self[PATH_MAX];
    struct stat st;

    if (!find_launcher( environment, client, from ))
    {
        complain( "the desktop has no launcher for %s: is it installed, and is that its program's name?", client );
        return STATUS_FAILED;
    }
    if (!own_directory( environment, dir ) ||
        !path_format( to, "%s/applications/%s", dir, last_part( from, '/' ) ) ||
        !realpath( "/proc/self/exe", self ) || strpbrk( self, "\"`$\\%" ))
    {
        complain( "there is no place for a launcher: set HOME" );
        return STATUS_FAILED;
    }
    if (!lstat( to, &st ) && !is_ours( to ))
    {
        complain( "%s is a launcher of your own: put \"%s run\" in front of its commands", to, self );
        return STATUS_FAILED;
    }
    return copy_launcher( from, to, self );
}

int desktop_remove( char *const *environment, const char *client )
{
    char path[PATH_MAX], dir[PATH_MAX];
    int status = STATUS_OK;

    if (!own_directory( environment, dir ) || !find_in( dir, strlen( dir ), client, true, path ))
    {
        complain( "there is no launcher for %s that \"winedvc run --desktop\" has written", client );
        status = STATUS_FAILED;
    }
    else if (unlink( path ))
    {
        complain( "%s can not be removed (%s)", path, strerror( errno ) );
        status = STATUS_FAILED;
    }
    else printf( "%s is removed.\n", path );
    return status;
}
