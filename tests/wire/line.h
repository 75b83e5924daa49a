/*
 * Tests: the lines of a transcript
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

#ifndef __TESTS_WIRE_LINE_H
#define __TESTS_WIRE_LINE_H

#include <stdbool.h>
#include <stddef.h>

#define LINE_MAX_TEXT 1024

/* The error is sticky: what is taken after it is of no use. */
struct line
{
    const char *text;   /* not taken yet */
    bool failed;
};

extern void line_begin( struct line *line, char *text );
/* Steps over the word if it comes next. */
extern bool line_take_word( struct line *line, const char *word );
extern unsigned int line_take_number( struct line *line, int base );
/* Takes the rest as bytes: hexadecimal, "text", or one of either with *COUNT behind it. At least
 * LINE_MAX_TEXT bytes of the buffer have to be left for the last one. Returns their number. */
extern size_t line_take_bytes( struct line *line, unsigned char *bytes, size_t max );
/* Has all been taken, without an error? */
extern bool line_end( struct line *line );

#endif /* __TESTS_WIRE_LINE_H */
