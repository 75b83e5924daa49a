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

#ifndef __MSTSCAX_RDP8LITE_H
#define __MSTSCAX_RDP8LITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Neutral code, as drdynvc.h says. */

/* 2.2.3.3: the longest distance of a match, and the most that one segment decompresses to */
#define RDP8LITE_HISTORY    8192
#define RDP8LITE_MAX_BLOCK  8192

/* The compression of one channel in one direction. All zero is a new one. */
struct rdp8lite
{
    size_t  end;            /* of what the history holds, the last block being at its end */
    uint8_t history[RDP8LITE_HISTORY + RDP8LITE_MAX_BLOCK];
};

/*
 * Decompresses the one segment of an RDP_SEGMENTED_DATA, whose descriptor may be missing as in the
 * example of 4.3.4. Returns the block, which is valid until the next call and non-NULL whatever its
 * size, or NULL if the segment is malformed; after that the history is of no use any more.
 */
extern const uint8_t *rdp8lite_read( struct rdp8lite *context, const void *data, size_t size, size_t *block_size );

#endif /* __MSTSCAX_RDP8LITE_H */
