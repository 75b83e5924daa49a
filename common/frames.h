/*
 * Reader of the frames that a host sends
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

#ifndef __WINEDVC_FRAMES_H
#define __WINEDVC_FRAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <wine/winedvcbridge.h>

/* Cuts a stream of bytes into frames. Pure: no I/O, no allocation. All zero is a new reader. */
struct frame_reader
{
    uint32_t skip;      /* bytes left of a frame that nobody here knows */
    size_t   have;      /* bytes in buffer */
    uint8_t  buffer[sizeof(struct winedvc_frame) + WINEDVC_MAX_CONTROL];
};

enum frame_status
{
    FRAME_NONE,         /* all bytes are used up, no frame is complete */
    FRAME_COMPLETE,
    FRAME_UNKNOWN,      /* one of an unknown stream begins, whose body the next calls step over */
    FRAME_TOO_LONG,     /* the stream cannot be read any further */
};

/* Takes bytes from *data and steps over them. A complete frame's body is valid until the next
 * call and as long as the bytes given. */
extern enum frame_status frame_read( struct frame_reader *reader, const uint8_t **data, size_t *size,
                                     struct winedvc_frame *frame, const uint8_t **body );

/* Copies the fixed part that a frame begins with and steps over it. Returns false if the frame is shorter. */
extern bool frame_take( void *part, size_t part_size, const uint8_t **body, size_t *size );

/* Returns the next of the strings in [*text, *text + *size) and steps over it, NULL if there is
 * none that ends with a NUL. */
extern const char *frame_string( const uint8_t **text, size_t *size );

#endif /* __WINEDVC_FRAMES_H */
