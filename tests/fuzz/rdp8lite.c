/*
 * Fuzzing: the segments of one channel, and what a compressor made of any bytes
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

#include "fuzz.h"
#include "rdp8lite.h"
#include "tests/unit/rdp8lite_encoder.h"

#define MAX_TOKENS 16

static struct rdp8lite *create_context(void)
{
    struct rdp8lite *context = calloc( 1, sizeof(*context) );

    check( context != NULL );
    return context;
}

/* Segments of tokens get further than bytes do. Takes memory of exactly the segment's size. */
static uint8_t *make_tokens( struct input *input, size_t *size )
{
    struct encoder_token tokens[MAX_TOKENS];
    uint8_t segment[3 + ENCODER_MAX_TOKEN * MAX_TOKENS], *exact;
    size_t count = input_byte( input ) % MAX_TOKENS, i;

    for (i = 0; i < count; i++)
    {
        tokens[i].distance = input_byte( input );
        tokens[i].distance |= input_byte( input ) << 8;
        tokens[i].distance %= RDP8LITE_HISTORY + 2;
        tokens[i].length = input_byte( input );
        tokens[i].length |= input_byte( input ) << 8;
        if (tokens[i].distance) tokens[i].length = 3 + tokens[i].length % RDP8LITE_MAX_BLOCK;
    }
    *size = encoder_write_tokens( tokens, count, segment );
    exact = memory_alloc( *size );
    memcpy( exact, segment, *size );
    return exact;
}

static void decompress_segments( struct input *input, uint8_t *(*make)( struct input *input, size_t *size ) )
{
    struct rdp8lite *context = create_context();
    const uint8_t *block = context->history;
    size_t size, block_size;
    uint8_t *segment;

    while (input->size && block)
    {
        segment = make( input, &size );
        block = rdp8lite_read( context, segment, size, &block_size );
        free( segment );
        check( context->end <= sizeof(context->history) && block_size <= RDP8LITE_MAX_BLOCK );
        check( !block || block + block_size == context->history + context->end );
        check( block || !block_size );
    }
    free( context );
}

/* Bytes of the input, repeated, so that long messages need no long input. */
static size_t make_message( struct input *input, uint8_t *message )
{
    size_t count = 1 + input_byte( input ), size, done = 0;
    uint8_t *bytes = input_bytes( input, &size );

    for (; count && size <= ENCODER_MAX_BLOCK - done; count--, done += size)
        if (size) memcpy( message + done, bytes, size );
    free( bytes );
    return done;
}

static void compress_messages( struct input *input )
{
    static uint8_t segment[ENCODER_MAX_SEGMENT], data[ENCODER_MAX_BLOCK];
    struct encoder *encoder = calloc( 1, sizeof(*encoder) );
    struct rdp8lite *context = create_context();
    size_t size, segment_size, block_size;
    const uint8_t *block;

    check( encoder != NULL );
    encoder->seed = (uint32_t)input_byte( input ) << 24;
    while (input->size)
    {
        size = make_message( input, data );
        segment_size = encoder_write( encoder, data, size, segment );
        block = rdp8lite_read( context, segment, segment_size, &block_size );
        check( block && block_size == size && (!size || !memcmp( block, data, size )) );
    }
    free( encoder );
    free( context );
}

void fuzz_rdp8lite( const uint8_t *data, size_t size )
{
    struct input input = { data, size };

    uint8_t how = input_byte( &input );

    if (how & 1) compress_messages( &input );
    else decompress_segments( &input, how & 2 ? make_tokens : input_bytes );
}
