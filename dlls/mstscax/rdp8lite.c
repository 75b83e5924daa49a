/*
 * RDP8-Lite decompression, [MS-RDPEDYC] 2.2.3.3 and [MS-RDPEGFX] 3.1.9.1
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

#include "rdp8lite.h"

/* [MS-RDPEGFX] 2.2.5.1, 2.2.5.3 */
#define ZGFX_SEGMENTED_SINGLE             0xe0
#define PACKET_COMPR_TYPE_RDP8_LITE       0x06
#define PACKET_COMPRESSED                 0x20

#define MAX_PREFIX 8

enum token_kind
{
    LITERAL,
    MATCH,
};

struct token
{
    uint8_t  prefix_bits;
    uint8_t  prefix;
    uint8_t  value_bits;
    uint8_t  kind;
    uint16_t base;
};

/* [MS-RDPEGFX] 3.1.9.1.2, without the tokens whose every distance is beyond RDP8LITE_HISTORY */
static const struct token tokens[] =
{
    { 1, 0x00,  8, LITERAL, 0x00 },
    { 5, 0x11,  5, MATCH,      0 },
    { 5, 0x12,  7, MATCH,     32 },
    { 5, 0x13,  9, MATCH,    160 },
    { 5, 0x14, 10, MATCH,    672 },
    { 5, 0x15, 12, MATCH,   1696 },
    { 6, 0x2c, 14, MATCH,   5792 },
    { 5, 0x18,  0, LITERAL, 0x00 },
    { 5, 0x19,  0, LITERAL, 0x01 },
    { 6, 0x34,  0, LITERAL, 0x02 },
    { 6, 0x35,  0, LITERAL, 0x03 },
    { 6, 0x36,  0, LITERAL, 0xff },
    { 7, 0x6e,  0, LITERAL, 0x04 },
    { 7, 0x6f,  0, LITERAL, 0x05 },
    { 7, 0x70,  0, LITERAL, 0x06 },
    { 7, 0x71,  0, LITERAL, 0x07 },
    { 7, 0x72,  0, LITERAL, 0x08 },
    { 7, 0x73,  0, LITERAL, 0x09 },
    { 7, 0x74,  0, LITERAL, 0x0a },
    { 7, 0x75,  0, LITERAL, 0x0b },
    { 7, 0x76,  0, LITERAL, 0x3a },
    { 7, 0x77,  0, LITERAL, 0x3b },
    { 7, 0x78,  0, LITERAL, 0x3c },
    { 7, 0x79,  0, LITERAL, 0x3d },
    { 7, 0x7a,  0, LITERAL, 0x3e },
    { 7, 0x7b,  0, LITERAL, 0x3f },
    { 7, 0x7c,  0, LITERAL, 0x40 },
    { 7, 0x7d,  0, LITERAL, 0x80 },
    { 8, 0xfc,  0, LITERAL, 0x0c },
    { 8, 0xfd,  0, LITERAL, 0x38 },
    { 8, 0xfe,  0, LITERAL, 0x39 },
    { 8, 0xff,  0, LITERAL, 0x66 },
};

/* Most significant bit first. The error is sticky: after it every value is 0. */
struct bits
{
    const uint8_t *data;
    size_t size;
    size_t position;    /* in bits */
    size_t end;         /* in bits */
    bool   failed;
};

/* The next bits, 16 at most, with zeros behind the end. */
static unsigned int bits_peek( const struct bits *bits, unsigned int count )
{
    size_t byte = bits->position / 8;
    uint32_t window = 0;
    unsigned int i;

    for (i = 0; i < 3; i++, byte++) window = window << 8 | (byte < bits->size ? bits->data[byte] : 0);
    return window >> (24 - bits->position % 8 - count) & ((1u << count) - 1);
}

static void bits_skip( struct bits *bits, size_t count )
{
    if (count > bits->end - bits->position) bits->failed = true;
    else bits->position += count;
}

static unsigned int bits_take( struct bits *bits, unsigned int count )
{
    unsigned int value = bits_peek( bits, count );

    bits_skip( bits, count );
    return bits->failed ? 0 : value;
}

static const struct token *take_token( struct bits *bits )
{
    unsigned int ahead = bits_peek( bits, MAX_PREFIX );
    size_t i;

    for (i = 0; i < sizeof(tokens) / sizeof(tokens[0]); i++)
    {
        if (ahead >> (MAX_PREFIX - tokens[i].prefix_bits) != tokens[i].prefix) continue;
        bits_skip( bits, tokens[i].prefix_bits );
        return &tokens[i];
    }
    bits->failed = true;
    return NULL;
}

/* A 0 means 3, and n ones before it that n + 1 bits follow and are added to 2^(n + 1). */
static size_t take_match_length( struct bits *bits )
{
    unsigned int count = 1;

    if (!bits_take( bits, 1 )) return 3;
    while (bits_take( bits, 1 ))
    {
        if ((size_t)2 << ++count <= RDP8LITE_MAX_BLOCK) continue;
        bits->failed = true;
        return 0;
    }
    return ((size_t)1 << (count + 1)) + bits_take( bits, count + 1 );
}

static bool put_bytes( struct rdp8lite *context, size_t limit, const uint8_t *data, size_t size )
{
    if (size > limit - context->end) return false;
    if (size) memcpy( context->history + context->end, data, size );
    context->end += size;
    return true;
}

/* What is copied may begin before it is complete. */
static bool put_match( struct rdp8lite *context, size_t limit, size_t distance, size_t count )
{
    if (distance > RDP8LITE_HISTORY || distance > context->end || count > limit - context->end) return false;
    for (; count; count--, context->end++)
        context->history[context->end] = context->history[context->end - distance];
    return true;
}

/* Bytes as they are, from the next whole byte on. */
static bool put_unencoded( struct rdp8lite *context, size_t limit, struct bits *bits )
{
    size_t count = bits_take( bits, 15 ), begin;

    bits->position = (bits->position + 7) & ~(size_t)7;
    if (bits->failed || bits->position > bits->end || count > (bits->end - bits->position) / 8) return false;
    begin = bits->position / 8;
    bits->position += count * 8;
    return put_bytes( context, limit, bits->data + begin, count );
}

static bool put_token( struct rdp8lite *context, size_t limit, struct bits *bits )
{
    const struct token *token = take_token( bits );
    unsigned int value;
    uint8_t byte;

    if (!token) return false;
    value = token->base + bits_take( bits, token->value_bits );
    if (token->kind == LITERAL)
    {
        byte = value;
        return !bits->failed && put_bytes( context, limit, &byte, 1 );
    }
    if (bits->failed) return false;
    if (!value) return put_unencoded( context, limit, bits );
    return put_match( context, limit, value, take_match_length( bits ) ) && !bits->failed;
}

/* The last byte counts the unused bits of the one before it. */
static bool put_compressed( struct rdp8lite *context, size_t limit, const uint8_t *data, size_t size )
{
    struct bits bits = { data, 0, 0, 0, false };

    if (!size || size > SIZE_MAX / 8) return false;
    bits.size = size - 1;
    bits.end = bits.size * 8;
    if ((data[size - 1] & 7u) > bits.end) return false;
    bits.end -= data[size - 1] & 7;
    while (bits.position < bits.end)
        if (!put_token( context, limit, &bits )) return false;
    return true;
}

const uint8_t *rdp8lite_read( struct rdp8lite *context, const void *data, size_t size, size_t *block_size )
{
    const uint8_t *segment = data;
    size_t begin;
    bool done;

    *block_size = 0;
    if (context->end > RDP8LITE_HISTORY)
    {
        memmove( context->history, context->history + context->end - RDP8LITE_HISTORY, RDP8LITE_HISTORY );
        context->end = RDP8LITE_HISTORY;
    }
    begin = context->end;

    if (size && *segment == ZGFX_SEGMENTED_SINGLE)
    {
        segment++;
        size--;
    }
    if (!size) return NULL;
    if (*segment == PACKET_COMPR_TYPE_RDP8_LITE)
        done = put_bytes( context, begin + RDP8LITE_MAX_BLOCK, segment + 1, size - 1 );
    else if (*segment == (PACKET_COMPR_TYPE_RDP8_LITE | PACKET_COMPRESSED))
        done = put_compressed( context, begin + RDP8LITE_MAX_BLOCK, segment + 1, size - 1 );
    else
        done = false;

    if (!done) return NULL;
    *block_size = context->end - begin;
    return context->history + begin;
}
