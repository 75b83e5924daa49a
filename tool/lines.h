/*
 * Lines of a file that anybody may have made
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

#ifndef __WINEDVC_LINES_H
#define __WINEDVC_LINES_H

#include <stdio.h>
#include <sys/types.h>

/* The next line, without its end, and a 0. Returns its length, which is room if it has no place in room bytes, and -1 if
 * there is none: at the end, or on an error of the stream. */
static inline ssize_t line_read( FILE *stream, char *line, size_t room )
{
    size_t length = 0;
    int c;

    while ((c = getc_unlocked( stream )) != EOF && c != '\n')
    {
        if (length + 1 == room) return room;
        line[length++] = c;
    }
    line[length] = 0;
    return c == EOF && !length ? -1 : (ssize_t)length;
}

#endif /* __WINEDVC_LINES_H */
