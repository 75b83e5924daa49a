/*
 * Captures: transcripts of the wire as files for Wireshark
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

#include <stdio.h>
#include <string.h>

#include "line.h"
#include "tool/capture.h"

/* Reads transcripts (tests/wire/transcript.c), or traces of the addin, and lays what they send and receive,
 * as seen by the client, into one capture. */

/* A line with the longest message, and room for what it says with repetitions. */
static char text[2 * 65536 + 128];
static unsigned char bytes[sizeof(text) + 262144];
#define MAX_BYTES (sizeof(bytes) - sizeof(text))

static bool write_line( struct capture *capture, struct line *line )
{
    unsigned int flags, total;
    size_t size;

    if (line_take_word( line, "chunk" ))
    {
        flags = line_take_number( line, 16 );
        total = line_take_number( line, 10 );
        size = line_take_bytes( line, bytes, MAX_BYTES );
        if (!line_end( line ) || size > CAPTURE_MAX_CHUNK) return false;
        capture_chunk( capture, CAPTURE_SERVER, total, flags, bytes, size );
    }
    else if (line_take_word( line, "recv" ))
    {
        size = line_take_bytes( line, bytes, MAX_BYTES );
        capture_message( capture, CAPTURE_SERVER, bytes, size );
        return line_end( line );
    }
    else if (line_take_word( line, "send" ))
    {
        size = line_take_bytes( line, bytes, MAX_BYTES );
        capture_message( capture, CAPTURE_CLIENT, bytes, size );
        return line_end( line );
    }
    return true;
}

/* Does the trace say here that the session's second connection begins, or a later one? */
static bool is_reconnect( const char *note )
{
    unsigned int number;
    int end = 0;

    return sscanf( note, "# connection %u to %n", &number, &end ) == 1 && end && number > 1;
}

static bool write_transcript( struct capture *capture, const char *name )
{
    FILE *file = fopen( name, "r" );
    bool done = file != NULL;
    struct line line;

    while (done && fgets( text, sizeof(text), file ))
    {
        if (is_reconnect( text )) capture_connect( capture );
        line_begin( &line, text );
        done = write_line( capture, &line );
    }
    if (!done) fprintf( stderr, "capture: cannot read %s\n", name );
    if (file) fclose( file );
    return done;
}

int main( int argc, char **argv )
{
    struct capture capture;
    FILE *file;
    int i;

    if (argc < 3)
    {
        fprintf( stderr, "usage: capture FILE.pcapng TRANSCRIPT...\n" );
        return 2;
    }
    if (!(file = fopen( argv[1], "wb" )))
    {
        perror( argv[1] );
        return 1;
    }
    capture_begin( &capture, file, "winedvc", NULL );
    capture_connect( &capture );
    for (i = 2; i < argc; i++)
        if (!write_transcript( &capture, argv[i] )) return 1;
    if (fclose( file ))
    {
        perror( argv[1] );
        return 1;
    }
    return 0;
}
