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

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "environment.h"
#include "paths.h"

#define CONF "winedvc/winedvc.conf"

bool path_format( char path[PATH_MAX], const char *format, ... )
{
    va_list args;
    int length;

    va_start( args, format );
    length = vsnprintf( path, PATH_MAX, format, args );
    va_end( args );
    return length >= 0 && length < PATH_MAX;
}

bool path_home( char *const *environment, char path[PATH_MAX] )
{
    const char *home = environment_get( environment, "HOME" );
    struct passwd entry, *found;
    char text[4096];

    if (home && *home == '/') return path_format( path, "%s", home );
    return !getpwuid_r( getuid(), &entry, text, sizeof(text), &found ) && found && *found->pw_dir == '/' &&
           path_format( path, "%s", found->pw_dir );
}

/* In the directory that a variable names, else in one of the home directory. A relative or an empty name is not to be
 * heeded. */
static bool path_of_user( char *const *environment, const char *variable, const char *below_home, const char *name,
                          char *path )
{
    const char *given = environment_get( environment, variable );
    char home[PATH_MAX];

    if (given && *given == '/' && path_format( path, "%s/%s", given, name )) return true;
    return path_home( environment, home ) && path_format( path, "%s/%s/%s", home, below_home, name );
}

bool path_user_conf( char *const *environment, char path[PATH_MAX] )
{
    return path_of_user( environment, "XDG_CONFIG_HOME", ".config", CONF, path );
}

bool path_system_conf( char *const *environment, char path[PATH_MAX] )
{
    const char *dir = environment_get( environment, "XDG_CONFIG_DIRS" );

    if (!dir || !*dir) dir = "/etc/xdg";
    for (; *dir; dir += strspn( dir, ":" ))
    {
        size_t size = strcspn( dir, ":" );

        if (*dir == '/' && path_format( path, "%.*s/%s", (int)size, dir, CONF ) && !access( path, F_OK )) return true;
        dir += size;
    }
    return false;
}

bool path_client_log( char *const *environment, const char *client, char path[PATH_MAX] )
{
    char name[64];

    snprintf( name, sizeof(name), "winedvc/%.40s.log", client );
    return path_of_user( environment, "XDG_STATE_HOME", ".local/state", name, path );
}

void path_make_directories( char *path )
{
    char *slash = path;

    while ((slash = strchr( slash + 1, '/' )))
    {
        *slash = 0;
        mkdir( path, 0700 );
        *slash = '/';
    }
}

int path_replace( char *path, const char *text )
{
    char new_path[PATH_MAX + 8];
    size_t size = strlen( text );
    int fd, error = 0;

    path_make_directories( path );
    snprintf( new_path, sizeof(new_path), "%s.XXXXXX", path );
    if ((fd = mkostemp( new_path, O_CLOEXEC )) < 0) return errno;
    errno = ENOSPC; /* for a write that does less than it should; one more could be this process's end, by SIGXFSZ */
    if (write( fd, text, size ) != (ssize_t)size) error = errno;
    if (close( fd ) && !error) error = errno;
    if (!error && rename( new_path, path )) error = errno;
    if (error) unlink( new_path );
    return error;
}

/* Names of prefixes may be longer than those of files. The record has the prefix, should two have one number. */
static uint64_t prefix_hash( const char *prefix )
{
    uint64_t hash = 0xcbf29ce484222325; /* FNV-1a */

    while (*prefix) hash = (hash ^ (unsigned char)*prefix++) * 0x100000001b3;
    return hash;
}

bool path_record( char *const *environment, const char *prefix, char path[PATH_MAX] )
{
    char name[64];

    snprintf( name, sizeof(name), "winedvc/plugins-%016" PRIx64, prefix_hash( prefix ) );
    return path_of_user( environment, "XDG_STATE_HOME", ".local/state", name, path );
}

bool path_sessions( char *const *environment, char path[PATH_MAX] )
{
    const char *dir = environment_get( environment, "XDG_RUNTIME_DIR" );

    return dir && *dir == '/' && path_format( path, "%s/winedvc", dir );
}
