/*
 * Names of files, here and in Windows
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

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "dospath.h"
#include "paths.h"

static bool drive_path( const char *prefix, char letter, char path[PATH_MAX] )
{
    char link[PATH_MAX];

    return path_format( link, "%s/dosdevices/%c:", prefix, letter ) && realpath( link, path );
}

bool dospath_from_unix( const char *prefix, const char *path, char dos[PATH_MAX] )
{
    char file[PATH_MAX], drive[PATH_MAX], letter, best = 0;
    size_t size, best_size = 0;
    char *slash;

    if (!realpath( path, file ) || strpbrk( file, "\\:*?\"<>|" )) return false;
    for (letter = 'a'; letter <= 'z'; letter++)
    {
        if (!drive_path( prefix, letter, drive )) continue;
        size = strcmp( drive, "/" ) ? strlen( drive ) : 0;
        if (strncmp( file, drive, size ) || file[size] != '/' || (best && size <= best_size)) continue;
        best = letter;
        best_size = size;
    }
    if (!best || !path_format( dos, "%c:%s", best - 'a' + 'A', file + best_size )) return false;
    while ((slash = strchr( dos, '/' ))) *slash = '\\';
    return true;
}

/* Steps into an entry of the directory that path names, in any case of letters. */
static bool enter( char path[PATH_MAX], const char *name, size_t size )
{
    size_t used = strlen( path );
    struct dirent *entry;
    bool found;
    DIR *dir;

    if (size + used + 2 > PATH_MAX) return false;
    path[used] = '/';
    memcpy( path + used + 1, name, size );
    path[used + 1 + size] = 0;
    if (!access( path, F_OK )) return true;
    path[used] = 0;
    if (!(dir = opendir( used ? path : "/" ))) return false;
    while ((entry = readdir( dir )))
        if (strlen( entry->d_name ) == size && !strncasecmp( entry->d_name, name, size )) break;
    if ((found = entry != NULL))
    {
        path[used] = '/';
        memcpy( path + used + 1, entry->d_name, size );
    }
    closedir( dir );
    return found;
}

bool dospath_to_unix( const char *prefix, const char *dos, char path[PATH_MAX] )
{
    char letter = *dos | 0x20;
    size_t size;

    if (letter < 'a' || letter > 'z' || dos[1] != ':' || !drive_path( prefix, letter, path )) return false;
    if (!strcmp( path, "/" )) *path = 0;
    for (dos += 2; *dos; dos += size)
    {
        dos += strspn( dos, "\\/" );
        if (!(size = strcspn( dos, "\\/" ))) break;
        if (!enter( path, dos, size )) return false;
    }
    return true;
}
