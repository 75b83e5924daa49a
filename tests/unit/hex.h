/*
 * Tests: bytes written in hexadecimal
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

#ifndef __TESTS_HEX_H
#define __TESTS_HEX_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Blanks may separate fields. Returns the number of bytes. */
static inline size_t parse_hex( const char *text, uint8_t *bytes )
{
    size_t count = 0;
    unsigned int value;
    int used;

    while (sscanf( text, "%2x%n", &value, &used ) == 1)
    {
        bytes[count++] = value;
        text += used;
    }
    return count;
}

#endif /* __TESTS_HEX_H */
