/*
 * The directory that sessions and the user's command meet in
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

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "session.h"

bool session_make_directory( const char *path )
{
    struct stat status;

    if (mkdir( path, 0700 ) && errno != EEXIST) return false;
    if (lstat( path, &status )) return false;
    if (S_ISDIR( status.st_mode ) && status.st_uid == geteuid() && !(status.st_mode & 022)) return true;
    errno = S_ISDIR( status.st_mode ) ? EPERM : ENOTDIR;
    return false;
}

/* Reads a small file of /proc whole; it ends with a NUL. Returns false if there is none. */
static bool read_process( pid_t pid, const char *file, char *text, size_t size )
{
    char path[64];
    ssize_t got;
    int fd;

    snprintf( path, sizeof(path), "/proc/%d/%s", (int)pid, file );
    if ((fd = open( path, O_RDONLY | O_CLOEXEC )) < 0) return false;
    got = read( fd, text, size - 1 );
    close( fd );
    if (got < 0) return false;
    text[got] = 0;
    return true;
}

/* The 22nd word; the second is in parentheses and may have any byte. */
uint64_t session_start_time( pid_t pid )
{
    char text[1024], *word;
    int i;

    if (!read_process( pid, "stat", text, sizeof(text) ) || !(word = strrchr( text, ')' ))) return 0;
    for (i = 0; word && i < 20; i++) word = strchr( word + 1, ' ' );
    return word ? strtoull( word + 1, NULL, 10 ) : 0;
}

void session_program( pid_t pid, char *name, size_t size )
{
    memset( name, 0, size );
    if (read_process( pid, "comm", name, size )) name[strcspn( name, "\n" )] = 0;
}
