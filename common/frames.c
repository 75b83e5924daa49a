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

#include <stdbool.h>
#include <string.h>

#include "frames.h"

static bool frame_known( const struct winedvc_frame *frame )
{
    return frame->stream <= WINEDVC_STREAM_PICTURE;
}

static size_t frame_limit( const struct winedvc_frame *frame )
{
    if (frame->stream == WINEDVC_STREAM_CONTROL) return WINEDVC_MAX_CONTROL;
    if (frame->stream == WINEDVC_STREAM_PICTURE) return WINEDVC_MAX_PICTURE;
    return frame->stream == WINEDVC_STREAM_DRDYNVC ? WINEDVC_MAX_PDU : WINEDVC_MAX_CHUNK;
}

/* Moves bytes into the buffer until it holds size of them. */
static bool reader_fill( struct frame_reader *reader, const uint8_t **data, size_t *size, size_t wanted )
{
    size_t count = wanted - reader->have;

    if (count > *size) count = *size;
    memcpy( reader->buffer + reader->have, *data, count );
    reader->have += count;
    *data += count;
    *size -= count;
    return reader->have == wanted;
}

static void reader_skip( struct frame_reader *reader, const uint8_t **data, size_t *size )
{
    size_t count = reader->skip < *size ? reader->skip : *size;

    reader->skip -= count;
    *data += count;
    *size -= count;
}

enum frame_status frame_read( struct frame_reader *reader, const uint8_t **data, size_t *size,
                              struct winedvc_frame *frame, const uint8_t **body )
{
    reader_skip( reader, data, size );
    if (reader->skip || !*size) return FRAME_NONE;

    if (reader->have < sizeof(*frame) && !reader_fill( reader, data, size, sizeof(*frame) )) return FRAME_NONE;
    memcpy( frame, reader->buffer, sizeof(*frame) );
    if (!frame_known( frame ))
    {
        reader->skip = frame->size;
        reader->have = 0;
        return FRAME_UNKNOWN;
    }
    if (frame->size > frame_limit( frame )) return FRAME_TOO_LONG;

    if (reader->have == sizeof(*frame) && frame->size <= *size) /* no need to gather it */
    {
        *body = *data;
        *data += frame->size;
        *size -= frame->size;
    }
    else
    {
        if (!reader_fill( reader, data, size, sizeof(*frame) + frame->size )) return FRAME_NONE;
        *body = reader->buffer + sizeof(*frame);
    }
    reader->have = 0;
    return FRAME_COMPLETE;
}

const char *frame_string( const uint8_t **text, size_t *size )
{
    const char *string = (const char *)*text;
    const uint8_t *end = *size ? memchr( *text, 0, *size ) : NULL;

    if (!end) return NULL;
    *size -= end + 1 - *text;
    *text = end + 1;
    return string;
}

bool frame_take( void *part, size_t part_size, const uint8_t **body, size_t *size )
{
    if (*size < part_size) return false;
    memcpy( part, *body, part_size );
    *body += part_size;
    *size -= part_size;
    return true;
}
