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

#ifndef __TESTS_RDP8LITE_ENCODER_H
#define __TESTS_RDP8LITE_ENCODER_H

#include <stddef.h>
#include <stdint.h>

#define ENCODER_HISTORY    8192
#define ENCODER_MAX_BLOCK  8192
/* The longest segment: descriptor, header, 9 bits for each byte and what ends it; never below this. */
#define ENCODER_MAX_SEGMENT  (2 * ENCODER_MAX_BLOCK + 16)

/* One channel in one direction. All zero is a new one but for the seed, which decides between
 * the ways to say the same. */
struct encoder
{
    uint32_t seed;
    size_t   end;           /* of what the history holds */
    uint8_t  history[ENCODER_HISTORY + ENCODER_MAX_BLOCK];
    uint16_t last[4096];    /* where three bytes of this hash were last seen, plus 1; 0 is nowhere */
};

/* A pseudo-random number below the limit. */
extern uint32_t encoder_random( struct encoder *encoder, uint32_t limit );

/* Appends one message of at most ENCODER_MAX_BLOCK bytes as an RDP_SEGMENTED_DATA of one segment;
 * returns its size. */
extern size_t encoder_write( struct encoder *encoder, const uint8_t *data, size_t size, uint8_t *segment );

/* A match of 3 bytes and more; with distance 0 the literal that length is. */
struct encoder_token
{
    uint16_t distance;
    uint16_t length;
};

#define ENCODER_MAX_TOKEN 8     /* bytes */

/* Writes a segment of tokens, whether they mean something or not; returns its size, which is at most
 * 3 + ENCODER_MAX_TOKEN * count. */
extern size_t encoder_write_tokens( const struct encoder_token *tokens, size_t count, uint8_t *segment );

#endif /* __TESTS_RDP8LITE_ENCODER_H */
