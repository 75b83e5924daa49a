/*
 * Whose prefix it is
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
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "environment.h"
#include "owner.h"
#include "paths.h"

#define MAX_LINE 4096

/* Wine's list, from the loader: in bin, lib/wine or lib/<triplet>/wine. */
static bool find_list( const char *loader, struct stat *st )
{
    static const char *const places[] = { "..", "../..", "../../.." };
    char path[PATH_MAX], list[PATH_MAX];
    size_t i;

    if (!realpath( loader, path )) return false;
    *strrchr( path, '/' ) = 0;
    for (i = 0; i < sizeof(places) / sizeof(places[0]); i++)
        if (path_format( list, "%s/%s/share/wine/wine.inf", path, places[i] ) && !stat( list, st )) return true;
    return false;
}

/* What the prefix holds; false if it holds nothing. */
static bool read_stamp( const char *prefix, char stamp[64] )
{
    char path[PATH_MAX];
    FILE *file;
    bool read;

    *stamp = 0;
    if (!path_format( path, "%s/.update-timestamp", prefix ) || !(file = fopen( path, "re" ))) return false;
    read = fgets( stamp, 64, file ) != NULL;
    fclose( file );
    return read;
}

static bool stamp_is( const char *stamp, const struct stat *list )
{
    return !strncmp( stamp, "disable", 7 ) || strtoll( stamp, NULL, 10 ) == (long long)list->st_mtime;
}

bool owner_is( const char *loader, const char *prefix )
{
    char stamp[64];
    struct stat list;

    if (!find_list( loader, &list )) return true;
    return read_stamp( prefix, stamp ) && stamp_is( stamp, &list );
}

/* Its loader for code of that many bits. */
static bool find_loader( const char *bin, unsigned int bits, char loader[PATH_MAX] )
{
    if (bits == 64 && path_format( loader, "%s/wine64", bin ) && !access( loader, X_OK )) return true;
    return path_format( loader, "%s/wine", bin ) && !access( loader, X_OK );
}

/* The rest of the first line with that beginning. */
static bool read_line( const char *path, const char *beginning, char line[MAX_LINE] )
{
    FILE *file = fopen( path, "re" );
    bool found = false;
    size_t size;

    if (!file) return false;
    while (!found && fgets( line, MAX_LINE, file )) found = !strncmp( line, beginning, strlen( beginning ) );
    fclose( file );
    if (!found) return false;
    size = strlen( beginning );
    memmove( line, line + size, strlen( line + size ) + 1 );
    line[strcspn( line, "\r\n" )] = 0;
    return true;
}

/* Bottles notes in the prefix which runner it is for, and keeps those beside all prefixes. */
static bool find_runner( const char *prefix, unsigned int bits, char loader[PATH_MAX] )
{
    char path[PATH_MAX], bin[PATH_MAX], line[MAX_LINE];
    const char *name;

    if (!path_format( path, "%s/bottle.yml", prefix ) || !read_line( path, "Runner:", line )) return false;
    name = line + strspn( line, " '\"" );
    return *name && !strchr( name, '/' ) &&
           path_format( bin, "%s/../../runners/%.*s/bin", prefix, (int)strcspn( name, "'\"" ), name ) &&
           find_loader( bin, bits, loader );
}

/* Proton writes, beside the prefix, where its own files are. */
static bool find_proton( const char *prefix, unsigned int bits, char loader[PATH_MAX] )
{
    static const char *const dirs[] = { "/files/", "/dist/" };
    char path[PATH_MAX], bin[PATH_MAX], line[MAX_LINE], *end;
    size_t i;

    if (strlen( prefix ) < 4 || strcmp( prefix + strlen( prefix ) - 4, "/pfx" ) ||
        !path_format( path, "%s/../config_info", prefix ) || !read_line( path, "/", line )) return false;
    for (i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
        for (end = line; (end = strstr( end, dirs[i] )); end++)   /* a library may be in a directory of that name */
            if (path_format( bin, "/%.*s%sbin", (int)(end - line), line, dirs[i] ) && find_loader( bin, bits, loader ))
                return true;
    return false;
}

/* Another's list is of the time that the prefix holds. */
static bool find_by_stamp( const char *pattern, const char *stamp, unsigned int bits, char loader[PATH_MAX] )
{
    bool found = false;
    struct stat list;
    glob_t dirs;
    size_t i;

    if (glob( pattern, 0, NULL, &dirs )) return false;
    for (i = 0; i < dirs.gl_pathc && !found; i++)
        found = find_loader( dirs.gl_pathv[i], bits, loader ) && find_list( loader, &list ) && stamp_is( stamp, &list );
    globfree( &dirs );
    return found;
}

bool owner_find( char *const *environment, const char *prefix, unsigned int bits, char loader[PATH_MAX] )
{
    static const char *const below_data[] = { "lutris/runners/wine/*/bin", "bottles/runners/*/bin" };
    const char *data = environment_get( environment, "XDG_DATA_HOME" );
    char home[PATH_MAX], pattern[PATH_MAX], stamp[64];
    size_t i;

    if (find_runner( prefix, bits, loader ) || find_proton( prefix, bits, loader )) return true;
    if (!read_stamp( prefix, stamp ) || !strncmp( stamp, "disable", 7 )) return false;
    for (i = 0; i < sizeof(below_data) / sizeof(below_data[0]); i++)
        if ((data && *data == '/' ? path_format( pattern, "%s/%s", data, below_data[i] )
                                  : path_home( environment, home ) &&
                                    path_format( pattern, "%s/.local/share/%s", home, below_data[i] )) &&
            find_by_stamp( pattern, stamp, bits, loader )) return true;
    return find_by_stamp( "/opt/*/bin", stamp, bits, loader );
}
