/*
 * What the user sees
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

#ifndef __WINEDVC_TERMINAL_H
#define __WINEDVC_TERMINAL_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include <jansson.h>

enum colour
{
    COLOUR_NONE,
    COLOUR_GOOD,
    COLOUR_WARNING,
    COLOUR_BAD,
    COLOUR_STRONG,
};

/* The text, in that colour if the stream is a terminal that has colours and the user has not set NO_COLOR. */
extern void terminal_print( FILE *stream, enum colour colour, const char *text );

/* What is wrong, why, and what to do, with the names of files: nobody cuts it. */
#define PROBLEM_TEXT (4 * PATH_MAX)

/* Of a line; what cannot be shown is escaped. */
extern void print_shown( FILE *stream, const char *text );

/* A channel's name: bytes, of which ASCII is shown. One that is valid is never cut. Returns shown->text. */
struct shown_name
{
    char text[4 * 260 + 1];
};
extern const char *show_name( struct shown_name *shown, const char *name );

/* "winedvc: ..." on standard error, in one line: what is wrong, why, and what to do. What cannot be shown is escaped. */
extern void complain( const char *format, ... ) __attribute__((format( printf, 1, 2 )));

/* That something takes long, to a user who looks. */
extern void tell_progress( const char *text );

/* Rows of cells; what cannot be shown is escaped. On a terminal no line is wider than it: the widest columns are
 * cut then. */
#define TABLE_COLUMNS 8

struct table
{
    unsigned int columns;
    size_t       count;     /* rows; the first is the heading */
    char      *(*rows)[TABLE_COLUMNS];
};

/* So many cells, which are copied. Returns false without memory. */
extern bool table_add( struct table *table, const char *const *cells );
extern void table_print( const struct table *table, FILE *stream );
extern void table_clear( struct table *table );

/* A string of text that others wrote, all of it; what cannot be shown is escaped. NULL is null. */
extern json_t *json_text( const char *text );
/* Prints the value, which is released, and returns false if that is not possible; main() tells of a stream that failed. */
extern bool json_print( json_t *value );

#endif /* __WINEDVC_TERMINAL_H */
