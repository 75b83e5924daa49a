/*
 * What happens, for a person or as JSON
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
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "journal.h"
#include "log.h"
#include "terminal.h"

#define DUMP_LINES 16
#define DUMP_BYTES 16   /* in each */

static bool json, hush;
static uint64_t start;

static double seconds( void )
{
    return (clock_ms() - start) / 1000.0;
}

/* What "plug-in prints" and the like say comes from the log. */

static void write_line( enum log_level level, const char *line )
{
    journal_tell( level >= LOG_LEVEL_WARN ? "warning" : "output", NULL, "%s", line );
}

static bool is_active( enum log_level level )
{
    return level > LOG_LEVEL_TRACE;
}

static void set_level( enum log_level level )
{
}

void journal_begin( bool as_json )
{
    static const struct log_sink sink = { write_line, is_active, set_level };

    json = as_json;
    start = clock_ms();
    log_prepare( &sink );
}

/* As JSON */

static json_t *new_event( const char *event, const char *channel )
{
    json_t *object = json_pack( "{s:f, s:s}", "time", seconds(), "event", event );

    if (object && channel) json_object_set_new( object, "channel", json_text( channel ) );
    return object;
}

static void print_event( json_t *object )
{
    if (object) json_dumpf( object, stdout, JSON_COMPACT | JSON_REAL_PRECISION( 6 ) );
    puts( "" );
    fflush( stdout );
    json_decref( object );
}

static json_t *json_hex( const uint8_t *data, size_t size )
{
    static const char digits[] = "0123456789abcdef";
    char *hex = malloc( 2 * size + 1 );
    json_t *value;
    size_t i;

    if (!hex) return json_null();
    for (i = 0; i < size; i++)
    {
        hex[2 * i] = digits[data[i] >> 4];
        hex[2 * i + 1] = digits[data[i] & 15];
    }
    value = json_stringn( hex, 2 * size );
    free( hex );
    return value;
}

/* For a person */

static void print_begin( const char *channel )
{
    struct shown_name name;

    printf( "%8.3f  %s%s", seconds(), channel ? show_name( &name, channel ) : "", channel ? "  " : "" );
}

static char shown( uint8_t byte )
{
    return byte >= 0x20 && byte < 0x7f ? byte : '.';
}

const char *journal_brief( struct journal_brief *brief, const uint8_t *data, size_t size )
{
    size_t count = size < JOURNAL_BRIEF ? size : JOURNAL_BRIEF, i;
    char *text = brief->text;

    text += sprintf( text, "%zu byte%s%s", size, size == 1 ? "" : "s", size ? "  " : "" );
    for (i = 0; i < count; i++) text += sprintf( text, "%02x ", data[i] );
    if (count) *text++ = ' ', *text++ = '"';
    for (i = 0; i < count; i++) *text++ = shown( data[i] );
    if (count) *text++ = '"';
    strcpy( text, count < size ? " ..." : "" );
    return brief->text;
}

static void print_dump( const uint8_t *data, size_t size )
{
    size_t offset, i, end;

    for (offset = 0; offset < size && offset < DUMP_LINES * DUMP_BYTES; offset = end)
    {
        end = size - offset < DUMP_BYTES ? size : offset + DUMP_BYTES;
        printf( "          %06zx ", offset );
        for (i = offset; i < offset + DUMP_BYTES; i++)
            if (i < end) printf( " %02x", data[i] );
            else fputs( "   ", stdout );
        fputs( "  ", stdout );
        for (i = offset; i < end; i++) putchar( shown( data[i] ) );
        putchar( '\n' );
    }
    if (offset < size) printf( "          %zu more bytes\n", size - offset );
}

/* Events */

void journal_tell( const char *event, const char *channel, const char *format, ... )
{
    va_list args;
    json_t *object;
    char *text;

    va_start( args, format );
    if (vasprintf( &text, format, args ) < 0) text = NULL;
    va_end( args );
    if (json)
    {
        if ((object = new_event( event, channel ))) json_object_set_new( object, "text", json_text( text ) );
        print_event( object );
    }
    else
    {
        print_begin( channel );
        print_shown( stdout, text ? text : "no memory is left" );
        putchar( '\n' );
        fflush( stdout );
    }
    free( text );
}

void journal_hush( bool hushed )
{
    hush = hushed;
}

void journal_message( bool sent, const char *channel, const uint8_t *data, size_t size )
{
    struct journal_brief brief;
    json_t *object;

    if (hush) return;
    if (json)
    {
        if ((object = new_event( sent ? "sent" : "received", channel )))
        {
            json_object_set_new( object, "size", json_integer( size ) );
            json_object_set_new( object, "data", size <= JOURNAL_MOST ? json_hex( data, size ) : json_null() );
        }
        print_event( object );
        return;
    }
    print_begin( channel );
    if (size <= JOURNAL_BRIEF) printf( "%c %s\n", sent ? '>' : '<', journal_brief( &brief, data, size ) );
    else
    {
        printf( "%c %zu bytes\n", sent ? '>' : '<', size );
        print_dump( data, size );
    }
    fflush( stdout );
}

void journal_echo( const char *channel, size_t size, bool same, double ms, const char *what )
{
    json_t *object;

    if (json)
    {
        if ((object = new_event( "echo", channel )))
        {
            json_object_set_new( object, "size", json_integer( size ) );
            json_object_set_new( object, "same", json_boolean( same ) );
            json_object_set_new( object, "ms", json_real( ms ) );
            json_object_set_new( object, "text", json_text( what ) );
        }
        print_event( object );
        return;
    }
    print_begin( channel );
    printf( "%8zu bytes  %10.3f ms  ", size, ms );
    terminal_print( stdout, same ? COLOUR_GOOD : COLOUR_BAD, what );
    putchar( '\n' );
    fflush( stdout );
}

void journal_end( unsigned int steps, bool right )
{
    json_t *object;

    if (json)
    {
        if ((object = new_event( "end", NULL )))
        {
            json_object_set_new( object, "result", json_string( right ? "ok" : "failed" ) );
            json_object_set_new( object, "steps", json_integer( steps ) );
        }
        print_event( object );
        return;
    }
    print_begin( NULL );
    terminal_print( stdout, right ? COLOUR_GOOD : COLOUR_BAD, right ? "ok" : "failed" );
    printf( ", %u step%s\n", steps, steps == 1 ? "" : "s" );
    fflush( stdout );
}

void journal_failure( const char *file, unsigned int line, unsigned int step, const char *text, const char *expected,
                      const char *got )
{
    json_t *object;

    if (json && (object = new_event( "unexpected", NULL )))
    {
        json_object_set_new( object, "file", file ? json_text( file ) : json_null() );
        json_object_set_new( object, "line", json_integer( line ) );
        json_object_set_new( object, "step", json_integer( step ) );
        json_object_set_new( object, "text", json_text( text ) );
        json_object_set_new( object, "expected", json_text( expected ) );
        json_object_set_new( object, "got", json_text( got ) );
        print_event( object );
    }
    if (file) complain( "%s:%u: step %u was not as expected: %s", file, line, step, text );
    else complain( "step %u was not as expected: %s", step, text );
    fputs( "  expected  ", stderr );
    print_shown( stderr, expected );
    fputs( "\n  got       ", stderr );
    print_shown( stderr, got );
    fputc( '\n', stderr );
}
