/*
 * Words from outside
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
#include <string.h>
#include <unistd.h>

#include "server.h"

bool control_open( struct control *control, const char *file )
{
    /* with a writer of our own it never ends */
    control->fd = open( file, O_RDWR | O_NONBLOCK | O_CLOEXEC );
    if (control->fd >= 0) return true;
    fprintf( stderr, "--control: %s: %s\n", file, strerror( errno ) );
    return false;
}

void control_read( struct control *control )
{
    size_t room = sizeof(control->words) - 1 - control->size;
    ssize_t count;

    if (!room) return;
    while ((count = read( control->fd, control->words + control->size, room )) < 0 && errno == EINTR) continue;
    if (count > 0) control->size += count;
}

bool control_heard( const struct control *control, const char *word )
{
    const char *line = control->words, *end;
    size_t length = strlen( word );

    for (; (end = strchr( line, '\n' )); line = end + 1)
        if ((size_t)(end - line) == length && !memcmp( line, word, length )) return true;
    return false;
}
