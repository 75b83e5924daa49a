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

#define _GNU_SOURCE
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "printable.h"
#include "terminal.h"

#define LEAST_WIDTH 6   /* of a column that is cut */
#define GAP         2

static bool terminal_has_colours( FILE *stream )
{
    const char *term = getenv( "TERM" ), *no_colour = getenv( "NO_COLOR" );

    return isatty( fileno( stream ) ) && term && *term && strcmp( term, "dumb" ) && !(no_colour && *no_colour);
}

void terminal_print( FILE *stream, enum colour colour, const char *text )
{
    static const char *const codes[] = { "", "\033[32m", "\033[33m", "\033[31m", "\033[1m" };

    if (colour == COLOUR_NONE || !terminal_has_colours( stream )) fputs( text, stream );
    else fprintf( stream, "%s%s\033[0m", codes[colour], text );
}

void print_shown( FILE *stream, const char *text )
{
    size_t size;

    for (; *text; text += size ? size : 1)
    {
        if ((size = printable_size( text ))) fwrite( text, size, 1, stream );
        else fprintf( stream, "\\x%02x", (unsigned char)*text );
    }
}

/* A copy of what print_shown() prints, for free(); NULL without memory. */
static char *shown_copy( const char *text )
{
    char *shown = NULL;
    size_t size;
    FILE *stream = open_memstream( &shown, &size );

    if (!stream) return NULL;
    print_shown( stream, text );
    if (!fclose( stream )) return shown;
    free( shown );
    return NULL;
}

const char *show_name( struct shown_name *shown, const char *name )
{
    char *end = shown->text;

    for (; *name && end + 4 < shown->text + sizeof(shown->text); name++)
        end += sprintf( end, *name >= ' ' && *name <= '~' ? "%c" : "\\x%02x", (unsigned char)*name );
    *end = 0;
    return shown->text;
}

void complain( const char *format, ... )
{
    va_list args;
    char *line;

    fflush( stdout );
    terminal_print( stderr, COLOUR_STRONG, "winedvc: " );
    va_start( args, format );
    if (vasprintf( &line, format, args ) < 0) line = NULL;
    va_end( args );
    print_shown( stderr, line ? line : "no memory is left" );
    fputc( '\n', stderr );
    free( line );
}

void tell_progress( const char *text )
{
    if (isatty( STDERR_FILENO )) fprintf( stderr, "winedvc: %s ...\n", text );
}

/* Columns of a terminal, 0 for as many as are needed. */
static size_t terminal_width( FILE *stream )
{
    const char *columns = getenv( "COLUMNS" );
    struct winsize size;

    if (columns && atoi( columns ) > 0) return atoi( columns );
    if (!isatty( fileno( stream ) ) || ioctl( fileno( stream ), TIOCGWINSZ, &size )) return 0;
    return size.ws_col;
}

bool table_add( struct table *table, const char *const *cells )
{
    void *rows = realloc( table->rows, (table->count + 1) * sizeof(*table->rows) );
    bool complete = true;
    unsigned int i;

    if (!rows) return false;
    table->rows = rows;
    for (i = 0; i < table->columns; i++) complete &= (table->rows[table->count][i] = shown_copy( cells[i] )) != NULL;
    table->count++;
    return complete;
}

void table_clear( struct table *table )
{
    unsigned int i;

    while (table->count--)
        for (i = 0; i < table->columns; i++) free( table->rows[table->count][i] );
    free( table->rows );
    memset( table, 0, sizeof(*table) );
}

static bool begins_character( char byte )
{
    return (byte & 0xc0) != 0x80;
}

static size_t count_characters( const char *text )
{
    size_t count = 0;

    for (; *text; text++) count += begins_character( *text );
    return count;
}

/* Takes from the widest column until all fit. */
static void fit_columns( size_t widths[TABLE_COLUMNS], unsigned int columns, size_t limit )
{
    unsigned int i, widest;
    size_t sum;

    for (;;)
    {
        for (i = 0, widest = 0, sum = 0; i < columns; i++)
        {
            sum += widths[i] + (i ? GAP : 0);
            if (widths[i] > widths[widest]) widest = i;
        }
        if (!limit || sum <= limit || widths[widest] <= LEAST_WIDTH) return;
        widths[widest]--;
    }
}

/* Cut with three dots if it is wider. The last of a line is not filled with blanks. */
static void print_cell( FILE *stream, const char *text, size_t width, bool last )
{
    size_t count = count_characters( text ), shown = count <= width ? count : width - 3, i;

    for (i = 0; *text && (i < shown || !begins_character( *text )); text++)
    {
        i += begins_character( text[1] );
        fputc( *text, stream );
    }
    if (count > width) fputs( "...", stream );
    if (!last) fprintf( stream, "%*s", (int)(width + GAP - (count <= width ? count : width)), "" );
}

void table_print( const struct table *table, FILE *stream )
{
    size_t widths[TABLE_COLUMNS] = { 0 }, row, width;
    unsigned int i;

    for (row = 0; row < table->count; row++)
        for (i = 0; i < table->columns; i++)
            if ((width = count_characters( table->rows[row][i] )) > widths[i]) widths[i] = width;
    fit_columns( widths, table->columns, terminal_width( stream ) );
    for (row = 0; row < table->count; row++)
    {
        for (i = 0; i < table->columns; i++)
            print_cell( stream, table->rows[row][i], widths[i], i + 1 == table->columns );
        fputc( '\n', stream );
    }
}

json_t *json_text( const char *text )
{
    char *shown = text ? shown_copy( text ) : NULL;
    json_t *value = shown ? json_string( shown ) : NULL;

    free( shown );
    return text ? value : json_null();
}

bool json_print( json_t *value )
{
    bool printed = value && !json_dumpf( value, stdout, JSON_INDENT( 2 ) ) && putchar( '\n' ) != EOF;

    if (!printed && !ferror( stdout )) complain( "no JSON can be printed: no memory is left" );
    json_decref( value );
    return printed;
}
