/*
 * Fuzzing: a host's stream of bytes is the same frames however it is cut
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

#include "frames.h"
#include "fuzz.h"

#define FILL_UNIT 32

struct result
{
    uint32_t frames;
    uint32_t sum;       /* of what the frames are */
    bool     too_long;
};

static void add_byte( struct result *result, uint8_t byte )
{
    result->sum = (result->sum ^ byte) * 16777619;
}

static void add_strings( struct result *result, const uint8_t *text, size_t size )
{
    const uint8_t *end = text + size;
    const char *string;

    while ((string = frame_string( &text, &size )))
    {
        check( (const uint8_t *)string + strlen( string ) + 1 == text && text + size == end );
        add_byte( result, strlen( string ) );
    }
}

static void add_frame( struct result *result, const struct winedvc_frame *frame, const uint8_t *body )
{
    uint8_t *copy = malloc( frame->size );
    uint32_t i;

    check( frame->size <= WINEDVC_MAX_CONTROL );
    check( frame->stream != WINEDVC_STREAM_DRDYNVC || frame->size <= WINEDVC_MAX_PDU );
    check( frame->stream < WINEDVC_STREAM_STATIC || frame->stream == WINEDVC_STREAM_PICTURE ||
           frame->size <= WINEDVC_MAX_CHUNK );
    check( frame->stream <= WINEDVC_STREAM_PICTURE );
    if (frame->size) memcpy( copy, body, frame->size ); /* as long as it says, not longer */
    result->frames++;
    for (i = 0; i < frame->size; i++) add_byte( result, copy[i] );
    add_byte( result, frame->stream );
    add_byte( result, frame->flags );
    if (frame->stream == WINEDVC_STREAM_CONTROL) add_strings( result, copy, frame->size );
    free( copy );
}

/* Reads one piece of the stream, which is alone in its memory. */
static void read_piece( struct frame_reader *reader, const uint8_t *data, size_t size, struct result *result )
{
    uint8_t *piece = malloc( size );
    const uint8_t *next = piece, *body = NULL;
    enum frame_status status;
    struct winedvc_frame frame;
    size_t left = size;

    check( piece != NULL );
    memcpy( piece, data, size );
    while ((status = frame_read( reader, &next, &left, &frame, &body )) == FRAME_COMPLETE || status == FRAME_UNKNOWN)
    {
        check( next >= piece && next + left == piece + size );
        if (status == FRAME_COMPLETE) add_frame( result, &frame, body );
    }
    if (status == FRAME_NONE) check( !left );
    else result->too_long = true;
    check( reader->have <= sizeof(reader->buffer) );
    free( piece );
}

/* A step of 0 is the whole. */
static struct result read_stream( const uint8_t *data, size_t size, size_t step )
{
    struct frame_reader *reader = calloc( 1, sizeof(*reader) );
    struct result result = { 0 };
    size_t count;

    check( reader != NULL );
    for (; size && !result.too_long; data += count, size -= count)
    {
        count = step && step < size ? step : size;
        read_piece( reader, data, count, &result );
    }
    free( reader );
    return result;
}

/* The input, and behind it more bytes of one value, so that a long frame needs no long input. */
void fuzz_frames( const uint8_t *data, size_t size )
{
    struct input input = { data, size };
    size_t step = input_byte( &input );
    uint8_t fill = input_byte( &input );
    size_t total = input.size + fill * (size_t)FILL_UNIT;
    uint8_t *stream = memory_alloc( total );
    struct result whole, pieces;

    memset( stream, fill, total );
    if (input.size) memcpy( stream, input.data, input.size );
    whole = read_stream( stream, total, 0 );
    pieces = read_stream( stream, total, step );
    free( stream );
    check( whole.frames == pieces.frames && whole.sum == pieces.sum && whole.too_long == pieces.too_long );
}
