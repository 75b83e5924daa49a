/*
 * Tests: transcripts of the wire, run on mstscax.dll
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
#include <stdlib.h>
#include <string.h>

#include "line.h"
#include "session.h"
#include "pchannel.h"
#include "wine/mstscax.h"

#include "wine/test.h"

/*
 * A transcript is a text file, one step a line, # and empty lines left out:
 *
 *   recv BYTES            the server sends this as one message of the static channel
 *   chunk FLAGS TOTAL BYTES   one chunk of such a message; FLAGS are hexadecimal
 *   splits BYTES          as recv, once for every way to cut it in two chunks
 *   send BYTES            this is the next that the client sends
 *   expect open N         the plug-in is offered its channel number N, counted from 1
 *   expect data N BYTES   it gets this message
 *   expect close N        and OnClose
 *   either close N open M, either close N close M
 *                         OnClose of N and the offer of M, or its OnClose, come in whatever order
 *   expect Connected, expect Disconnected
 *   expect warning "text" the log gets a line that has this in it
 *   count COUNTER N       this one of WINE_DVC_COUNTERS is N
 *   write N BYTES         it writes
 *   close N               it closes; both succeed
 *   sealed N BYTES        it writes, which fails, because the channel is closed
 *   accept, refuse        what it answers from now on
 *   reconnect             the connection ends, another one begins
 *
 * BYTES are hexadecimal, "text", or one of either with *COUNT behind it. At the end nothing else may
 * have been sent or logged, and the plug-in may not have been called for anything else but OnClose of the
 * channels that are still open.
 */

#define TIMEOUT   5000
#define MAX_BYTES 262144
#define MAX_FILES 128

static BYTE bytes[MAX_BYTES];

static const char *event_names[] =
{
    "a PDU", "open", "data", "close", "Connected", "Disconnected", "Terminated", "warning",
};

#define COUNTER(name) { #name, offsetof( WINE_DVC_COUNTERS, name ) }
static const struct
{
    const char *name;
    SIZE_T offset;
}
counters[] =
{
    COUNTER( pdus_received ), COUNTER( bytes_received ), COUNTER( pdus_sent ), COUNTER( bytes_sent ),
    COUNTER( pdus_cancelled ), COUNTER( pdus_ignored ), COUNTER( pdus_malformed ), COUNTER( channels_opened ),
    COUNTER( channels_refused ), COUNTER( caps_repeated ), COUNTER( chunks_ignored ), COUNTER( messages_dropped ),
};

static void check_bytes( const struct event *event, SIZE_T size )
{
    SIZE_T i;

    for (i = 0; i < size && i < event->size && bytes[i] == event->data[i]; i++) {}
    ok( event->size == size && i == size, "%Iu bytes instead of %Iu, the first difference at %Iu: %02x\n", event->size,
        size, i, i < event->size ? event->data[i] : 0 );
}

static void expect_sent( SIZE_T size )
{
    struct event *event = session_next_sent( TIMEOUT );

    ok( event != NULL, "nothing is sent\n" );
    if (!event) return;
    ok( event->size <= 1600, "the PDU has %Iu bytes\n", event->size );
    check_bytes( event, size );
    free( event );
}

static void expect_call( enum event_kind kind, unsigned int channel, SIZE_T size )
{
    struct event *event = session_next_call( TIMEOUT );

    ok( event != NULL, "%s does not come\n", event_names[kind] );
    if (!event) return;
    ok( event->kind == kind && event->channel == channel, "%s %u comes\n", event_names[event->kind], event->channel );
    check_bytes( event, size );
    free( event );
}

/* Different channels do not wait for each other. */
static void run_either( struct line *line )
{
    unsigned int closed, other, i, seen = 0;
    enum event_kind kind = EVENT_OPENED;
    struct event *event;

    if (!line_take_word( line, "close" )) line->failed = TRUE;
    closed = line_take_number( line, 10 );
    if (line_take_word( line, "close" )) kind = EVENT_CLOSED;
    else if (!line_take_word( line, "open" )) line->failed = TRUE;
    other = line_take_number( line, 10 );
    for (i = 0; i < 2 && (event = session_next_call( TIMEOUT )); i++)
    {
        if (event->kind == EVENT_CLOSED && event->channel == closed) seen |= 1;
        else if (event->kind == kind && event->channel == other) seen |= 2;
        else ok( 0, "%s %u comes\n", event_names[event->kind], event->channel );
        free( event );
    }
    ok( seen == 3, "only %u of the first 1, the second 2 came\n", seen );
}

static void expect_warning( SIZE_T size )
{
    struct event *event = session_next_warning( TIMEOUT );

    bytes[size] = 0;
    ok( event != NULL, "no line comes for the log\n" );
    if (!event) return;
    ok( strstr( (char *)event->data, (char *)bytes ) != NULL, "the log has %s\n", event->data );
    free( event );
}

static void check_counter( struct line *line )
{
    WINE_DVC_COUNTERS values;
    unsigned int i, expected;
    INT64 value;

    for (i = 0; i < ARRAY_SIZE(counters); i++) if (line_take_word( line, counters[i].name )) break;
    expected = line_take_number( line, 10 );
    if (i == ARRAY_SIZE(counters)) line->failed = TRUE;
    else
    {
        session_get_counters( &values );
        value = *(INT64 *)((char *)&values + counters[i].offset);
        ok( value == expected, "%s is %I64d\n", counters[i].name, value );
    }
}

static void run_expect( struct line *line )
{
    static const enum event_kind kinds[] =
    {
        EVENT_OPENED, EVENT_DATA, EVENT_CLOSED, EVENT_CONNECTED, EVENT_DISCONNECTED,
    };
    unsigned int i, channel;

    if (line_take_word( line, event_names[EVENT_WARNING] ))
    {
        expect_warning( line_take_bytes( line, bytes, sizeof(bytes) ) );
        return;
    }
    for (i = 0; i < ARRAY_SIZE(kinds); i++)
    {
        if (!line_take_word( line, event_names[kinds[i]] )) continue;
        channel = kinds[i] < EVENT_CONNECTED ? line_take_number( line, 10 ) : 0;
        expect_call( kinds[i], channel, line_take_bytes( line, bytes, sizeof(bytes) ) );
        return;
    }
    line->failed = TRUE;
}

static void receive_splits( SIZE_T size )
{
    SIZE_T cut;

    for (cut = 0; cut <= size; cut++)
    {
        session_receive( bytes, cut, size, CHANNEL_FLAG_FIRST | CHANNEL_FLAG_SHOW_PROTOCOL );
        session_receive( bytes + cut, size - cut, size, CHANNEL_FLAG_LAST | CHANNEL_FLAG_SHOW_PROTOCOL );
    }
}

static void run_chunk( struct line *line )
{
    unsigned int flags, total;
    SIZE_T size;

    flags = line_take_number( line, 16 );
    total = line_take_number( line, 10 );
    size = line_take_bytes( line, bytes, sizeof(bytes) );
    session_receive( bytes, size, total, flags );
}

static void run_write( struct line *line, BOOL sealed )
{
    unsigned int channel = line_take_number( line, 10 );
    SIZE_T size = line_take_bytes( line, bytes, sizeof(bytes) );
    HRESULT hr = session_write( channel, bytes, size );

    ok( hr == (sealed ? HRESULT_FROM_WIN32( ERROR_GRACEFUL_DISCONNECT ) : S_OK), "Write returns %#lx\n", hr );
}

static void run_step( struct line *line )
{
    SIZE_T size;
    HRESULT hr;

    if (line_take_word( line, "recv" ))
    {
        size = line_take_bytes( line, bytes, sizeof(bytes) );
        session_receive( bytes, size, size, CHANNEL_FLAG_ONLY );
    }
    else if (line_take_word( line, "send" )) expect_sent( line_take_bytes( line, bytes, sizeof(bytes) ) );
    else if (line_take_word( line, "expect" )) run_expect( line );
    else if (line_take_word( line, "either" )) run_either( line );
    else if (line_take_word( line, "count" )) check_counter( line );
    else if (line_take_word( line, "chunk" )) run_chunk( line );
    else if (line_take_word( line, "splits" )) receive_splits( line_take_bytes( line, bytes, sizeof(bytes) ) );
    else if (line_take_word( line, "write" )) run_write( line, FALSE );
    else if (line_take_word( line, "sealed" )) run_write( line, TRUE );
    else if (line_take_word( line, "close" ))
    {
        hr = session_close( line_take_number( line, 10 ) );
        ok( hr == S_OK, "Close returns %#lx\n", hr );
    }
    else if (line_take_word( line, "accept" )) session_accept( TRUE );
    else if (line_take_word( line, "refuse" )) session_accept( FALSE );
    else if (line_take_word( line, "reconnect" )) session_reconnect();
    else line->failed = TRUE;
}

/* The answer to one more CAPS is the next that is sent. */
static void check_nothing_sent(void)
{
    static const BYTE caps[] = { 0x50, 0, 1, 0 };

    session_receive( caps, sizeof(caps), sizeof(caps), CHANNEL_FLAG_ONLY );
    memcpy( bytes, caps, sizeof(caps) );
    expect_sent( sizeof(caps) );
}

static void check_no_calls(void)
{
    enum event_kind last = EVENT_CLOSED;
    struct event *event;

    while ((event = session_next_call( 0 )))
    {
        ok( event->kind >= last, "%s %u has come\n", event_names[event->kind], event->channel );
        last = event->kind;
        free( event );
    }
    ok( last == EVENT_TERMINATED, "Terminated has not come\n" );
    while ((event = session_next_warning( 0 )))
    {
        ok( 0, "the log has %s\n", event->data );
        free( event );
    }
}

static void run_lines( FILE *file )
{
    char text[LINE_MAX_TEXT];
    unsigned int number = 0;
    struct line line;

    while (fgets( text, sizeof(text), file ))
    {
        number++;
        line_begin( &line, text );
        if (!text[0]) continue;
        winetest_push_context( "line %u", number );
        run_step( &line );
        ok( line_end( &line ), "cannot read %s\n", text );
        winetest_pop_context();
    }
}

static void run_transcript( const char *path, const char *name )
{
    FILE *file = fopen( path, "r" );

    winetest_push_context( "%s", name );
    ok( file != NULL, "cannot open %s\n", path );
    if (file)
    {
        session_start();
        expect_call( EVENT_CONNECTED, 0, 0 );
        run_lines( file );
        check_nothing_sent();
        session_stop();
        check_no_calls();
        fclose( file );
    }
    winetest_pop_context();
}

/* The Windows form of a path of the host system. */
static void make_path( char *path, size_t size, const char *group, const char *name )
{
    const char *srcdir = getenv( "SRCDIR" );

    snprintf( path, size, "\\\\?\\unix%s/tests/wire/%s/%s", srcdir ? srcdir : "", group, name );
    for (; *path; path++) if (*path == '/') *path = '\\';
}

static int compare_names( const void *left, const void *right )
{
    return strcmp( left, right );
}

/* Each file of one directory, by name. */
static void run_directory( const char *group )
{
    static char names[MAX_FILES][MAX_PATH];
    char path[4 * MAX_PATH];
    WIN32_FIND_DATAA data;
    unsigned int count = 0, i;
    HANDLE find;

    if (!session_load())
    {
        win_skip( "mstscax.dll has no VirtualChannelEntryEx: its channel manager works in a session only\n" );
        return;
    }
    make_path( path, sizeof(path), group, "*" );
    if ((find = FindFirstFileA( path, &data )) == INVALID_HANDLE_VALUE)
    {
        skip( "no transcripts in %s\n", path );
        return;
    }
    do
    {
        if (data.cFileName[0] != '.' && count < MAX_FILES) strcpy( names[count++], data.cFileName );
    }
    while (FindNextFileA( find, &data ));
    FindClose( find );
    qsort( names, count, sizeof(names[0]), compare_names );
    for (i = 0; i < count; i++)
    {
        make_path( path, sizeof(path), group, names[i] );
        run_transcript( path, names[i] );
    }
}

START_TEST(capabilities)
{
    run_directory( "capabilities" );
}

START_TEST(create)
{
    run_directory( "create" );
}

START_TEST(data)
{
    run_directory( "data" );
}

START_TEST(compressed)
{
    run_directory( "compressed" );
}

START_TEST(close)
{
    run_directory( "close" );
}

START_TEST(chunks)
{
    run_directory( "chunks" );
}

START_TEST(hostile)
{
    run_directory( "hostile" );
}
