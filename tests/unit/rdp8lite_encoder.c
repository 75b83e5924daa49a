/*
 * Tests: an RDP8-Lite compressor that makes use of everything that the format allows
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

#include <string.h>

#include "rdp8lite_encoder.h"

#define MIN_MATCH 3

struct output
{
    uint8_t *data;
    size_t   bits;
};

struct symbol
{
    uint8_t byte;
    uint8_t bits;
    uint8_t code;
};

/* The literals that have a code of their own; [MS-RDPEGFX] 3.1.9.1.2 reserves their long form. */
static const struct symbol symbols[] =
{
    { 0x00, 5, 24 }, { 0x01, 5, 25 }, { 0x02, 6, 52 }, { 0x03, 6, 53 }, { 0xff, 6, 54 }, { 0x04, 7, 110 },
    { 0x05, 7, 111 }, { 0x06, 7, 112 }, { 0x07, 7, 113 }, { 0x08, 7, 114 }, { 0x09, 7, 115 }, { 0x0a, 7, 116 },
    { 0x0b, 7, 117 }, { 0x3a, 7, 118 }, { 0x3b, 7, 119 }, { 0x3c, 7, 120 }, { 0x3d, 7, 121 }, { 0x3e, 7, 122 },
    { 0x3f, 7, 123 }, { 0x40, 7, 124 }, { 0x80, 7, 125 }, { 0x0c, 8, 252 }, { 0x38, 8, 253 }, { 0x39, 8, 254 },
    { 0x66, 8, 255 },
};

uint32_t encoder_random( struct encoder *encoder, uint32_t limit )
{
    encoder->seed = encoder->seed * 1664525 + 1013904223;
    return (uint64_t)encoder->seed * limit >> 32;
}

static void put( struct output *output, uint32_t value, unsigned int count )
{
    while (count--)
    {
        uint8_t mask = 0x80 >> output->bits % 8;

        if (mask == 0x80) output->data[output->bits / 8] = 0;
        if (value >> count & 1) output->data[output->bits / 8] |= mask;
        output->bits++;
    }
}

static void put_literal( struct output *output, uint8_t byte )
{
    size_t i;

    for (i = 0; i < sizeof(symbols) / sizeof(symbols[0]); i++)
    {
        if (symbols[i].byte != byte) continue;
        put( output, symbols[i].code, symbols[i].bits );
        return;
    }
    put( output, byte, 9 );
}

static void put_distance( struct output *output, uint32_t distance )
{
    if (distance < 32) put( output, 17u << 5 | distance, 10 );
    else if (distance < 160) put( output, 18u << 7 | (distance - 32), 12 );
    else if (distance < 672) put( output, 19u << 9 | (distance - 160), 14 );
    else if (distance < 1696) put( output, 20u << 10 | (distance - 672), 15 );
    else if (distance < 5792) put( output, 21u << 12 | (distance - 1696), 17 );
    else put( output, 44u << 14 | (distance - 5792), 20 );
}

static void put_length( struct output *output, uint32_t length )
{
    unsigned int width = 2;

    if (length == MIN_MATCH)
    {
        put( output, 0, 1 );
        return;
    }
    while (length >> (width + 1)) width++;
    put( output, (1u << width) - 2, width );
    put( output, length - (1u << width), width );
}

static void put_unencoded( struct output *output, const uint8_t *data, size_t size )
{
    put_distance( output, 0 );
    put( output, size, 15 );
    while (output->bits % 8) put( output, 0, 1 );
    memcpy( output->data + output->bits / 8, data, size );
    output->bits += size * 8;
}

static uint16_t *find_last( struct encoder *encoder, size_t position )
{
    const uint8_t *bytes = encoder->history + position;
    return &encoder->last[(bytes[0] << 4 ^ bytes[1] << 2 ^ bytes[2] * 7) & 4095];
}

/* The longest match for what begins at position, 0 if there is none. */
static size_t find_match( struct encoder *encoder, size_t position, size_t end, size_t *distance )
{
    size_t from, length = 0;

    if (end - position < MIN_MATCH || !(from = *find_last( encoder, position ))) return 0;
    from--;
    *distance = position - from;
    if (*distance > ENCODER_HISTORY) return 0;
    while (position + length < end && encoder->history[from + length] == encoder->history[position + length]) length++;
    return length >= MIN_MATCH ? length : 0;
}

/* Says the next bytes in one of the ways there are; returns how many. */
static size_t put_some( struct encoder *encoder, struct output *output, size_t position, size_t end )
{
    size_t distance, length;

    if (!encoder_random( encoder, 64 ))
    {
        length = 1 + encoder_random( encoder, end - position );
        put_unencoded( output, encoder->history + position, length );
        return length;
    }
    if (!(length = find_match( encoder, position, end, &distance )) || !encoder_random( encoder, 16 ))
    {
        put_literal( output, encoder->history[position] );
        return 1;
    }
    if (!encoder_random( encoder, 4 )) length = MIN_MATCH + encoder_random( encoder, length - MIN_MATCH + 1 );
    put_distance( output, distance );
    put_length( output, length );
    return length;
}

static void remember( struct encoder *encoder, size_t position, size_t end )
{
    for (; position + MIN_MATCH <= end; position++) *find_last( encoder, position ) = position + 1;
}

static size_t write_compressed( struct encoder *encoder, size_t begin, uint8_t *segment )
{
    struct output output = { segment, 0 };
    size_t position = begin, count;

    while (position < encoder->end)
    {
        count = put_some( encoder, &output, position, encoder->end );
        remember( encoder, position, position + count + MIN_MATCH - 1 < encoder->end
                                     ? position + count + MIN_MATCH - 1 : encoder->end );
        position += count;
    }
    output.data[(output.bits + 7) / 8] = -output.bits & 7;
    return (output.bits + 7) / 8 + 1;
}

size_t encoder_write_tokens( const struct encoder_token *tokens, size_t count, uint8_t *segment )
{
    struct output output = { segment + 2, 0 };

    segment[0] = 0xe0;
    segment[1] = 0x26;
    for (; count; count--, tokens++)
    {
        if (tokens->distance)
        {
            put_distance( &output, tokens->distance );
            put_length( &output, tokens->length );
        }
        else put_literal( &output, tokens->length );
    }
    output.data[(output.bits + 7) / 8] = -output.bits & 7;
    return 2 + (output.bits + 7) / 8 + 1;
}

/* Drops what is too old to be copied. */
static void slide( struct encoder *encoder )
{
    size_t drop = encoder->end > ENCODER_HISTORY ? encoder->end - ENCODER_HISTORY : 0, i;

    memmove( encoder->history, encoder->history + drop, encoder->end - drop );
    encoder->end -= drop;
    for (i = 0; i < sizeof(encoder->last) / sizeof(encoder->last[0]); i++)
        encoder->last[i] = encoder->last[i] > drop ? encoder->last[i] - drop : 0;
}

size_t encoder_write( struct encoder *encoder, const uint8_t *data, size_t size, uint8_t *segment )
{
    size_t begin;

    slide( encoder );
    begin = encoder->end;
    memcpy( encoder->history + begin, data, size );
    encoder->end += size;

    segment[0] = 0xe0;
    if (encoder_random( encoder, 8 ))
    {
        segment[1] = 0x26;
        return 2 + write_compressed( encoder, begin, segment + 2 );
    }
    segment[1] = 0x06;
    memcpy( segment + 2, data, size );
    remember( encoder, begin, encoder->end );
    return 2 + size;
}
