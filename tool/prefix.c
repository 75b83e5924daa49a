/*
 * May this Wine use that prefix as it is?
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
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "owner.h"
#include "paths.h"
#include "prefix.h"
#include "shell.h"

static bool check_owner( const char *prefix, char *problem, size_t size )
{
    const struct passwd *owner;
    struct shell_word word;
    struct stat st = { 0 };
    int used;

    if (!stat( prefix, &st ) && st.st_uid == geteuid()) return true;
    used = snprintf( problem, size, "the Wine prefix %s is another user's (number %u), and Wine refuses it: run winedvc "
                     "as that user", prefix, (unsigned int)st.st_uid );
    if ((owner = getpwuid( st.st_uid )) && used >= 0 && (size_t)used < size)
        used += snprintf( problem + used, size - used, ", with \"WINEPREFIX=%s su %s -c 'winedvc doctor'\"",
                          shell_quote( &word, prefix ), owner->pw_name );
    if (used >= 0 && (size_t)used < size)
        snprintf( problem + used, size - used, ", or name a prefix of your own with --prefix" );
    return false;
}

static bool check_writable( const char *prefix, char *problem, size_t size )
{
    static const char *const names[] = { "", "/system.reg", "/user.reg", "/dosdevices" };
    struct shell_word word;
    char path[PATH_MAX];
    size_t i;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
    {
        if (!path_format( path, "%s%s", prefix, names[i] ) || !access( path, W_OK ) || errno == ENOENT) continue;
        /* Not of all that is there: Debian's Wine notes where the prefix's server is, and were that note one that can
         * be written, it would start a second server beside one that runs, and what the first knows would be lost. */
        snprintf( problem, size, "%s can not be written (%s), and Wine needs to: \"(cd %s && chmod u+w . && "
                  "chmod -R u+w *.reg d*)\", or put the prefix where it can be", path, strerror( errno ),
                  shell_quote( &word, prefix ) );
        return false;
    }
    return true;
}

static bool check_version( const char *prefix, const char *loader, char *problem, size_t size )
{
    struct shell_word word, program;

    if (owner_is( loader, prefix )) return true;
    snprintf( problem, size, "the Wine prefix %s was made or updated by another version of Wine, and %s would change "
              "it: allow that with \"WINEPREFIX=%s %s wineboot -u\", or name the Wine that made it with "
              "WINEDVC_WINE", prefix, loader, shell_quote( &word, prefix ), shell_quote( &program, loader ) );
    return false;
}

bool prefix_check( const char *prefix, const char *loader, char *problem, size_t size )
{
    return check_owner( prefix, problem, size ) && check_version( prefix, loader, problem, size ) &&
           check_writable( prefix, problem, size );
}

bool prefix_absolute( const char *given, char prefix[PATH_MAX] )
{
    char here[PATH_MAX];

    if (realpath( given, prefix )) return true;
    if (*given == '/') return path_format( prefix, "%s", given );
    return getcwd( here, sizeof(here) ) && path_format( prefix, "%s/%s", here, given );
}

bool prefix_of_file( const char *file, char *prefix, size_t size )
{
    char path[PATH_MAX], *slash, drive[PATH_MAX], registry[PATH_MAX];

    if (!realpath( file, path )) return false;
    while ((slash = strrchr( path, '/' )) && slash > path)
    {
        *slash = 0;
        if (!path_format( drive, "%s/drive_c", path ) || access( drive, X_OK )) continue;
        if (!path_format( registry, "%s/system.reg", path ) || access( registry, F_OK )) continue;
        return snprintf( prefix, size, "%s", path ) < (int)size;
    }
    return false;
}
