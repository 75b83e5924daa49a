/*
 * Wire tests: what a channel may keep
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

#include <stdlib.h>
#include <string.h>

#include "session.h"
#include "pchannel.h"

#include "wine/test.h"

/* ours: a channel that keeps more than 16 MiB in one direction is reported, once; one that would keep more than
 * 256 MiB (64 MiB in a 32-bit process) ends, with a hole in neither direction. */

#define TIMEOUT    20000
#define BLOCK      (1 << 20)
#define SOFT_LIMIT (16 << 20)
#define HARD_LIMIT ((INT64)(sizeof(void *) == 8 ? 256 : 64) << 20)

static BYTE *block;     /* a PDU of BLOCK bytes of data */

static void ok_sent( const char *expected, SIZE_T size )
{
    struct event *event = session_next_sent( TIMEOUT );

    ok( event && event->size == size && !memcmp( event->data, expected, size ), "another PDU is sent, or none\n" );
    free( event );
}

static void ok_called( enum event_kind kind )
{
    struct event *event = session_next_call( TIMEOUT );

    ok( event && event->kind == kind, "the call that comes is %d\n", event ? (int)event->kind : -1 );
    free( event );
}

static void ok_warned( const char *text )
{
    struct event *event = session_next_warning( TIMEOUT );

    ok( event != NULL, "nothing is reported\n" );
    if (event) ok( strstr( (char *)event->data, text ) != NULL, "reported is %s\n", event->data );
    free( event );
}

static void ok_not_warned(void)
{
    struct event *event = session_next_warning( 0 );

    ok( !event, "reported is %s\n", event ? (char *)event->data : "" );
    free( event );
}

static BOOL start(void)
{
    static const BYTE create[] = { 0x10, 3, 'T', 'E', 'S', 'T', 0 };

    if (!session_load())
    {
        win_skip( "mstscax.dll has no VirtualChannelEntryEx: its channel manager works in a session only\n" );
        return FALSE;
    }
    block = calloc( 1, 2 + BLOCK );
    block[0] = 0x30;
    block[1] = 3;
    session_start();
    ok_called( EVENT_CONNECTED );
    session_receive( create, sizeof(create), sizeof(create), CHANNEL_FLAG_ONLY );
    ok_called( EVENT_OPENED );
    ok_sent( "\x10\x03\0\0\0", 6 );
    return TRUE;
}

static void stop(void)
{
    session_stop();
    ok_called( EVENT_DISCONNECTED );
    ok_called( EVENT_TERMINATED );
    ok_not_warned();
    free( block );
}

static void receive_up_to( INT64 *received, INT64 size )
{
    for (; *received + BLOCK <= size; *received += BLOCK)
        session_receive( block, 2 + BLOCK, 2 + BLOCK, CHANNEL_FLAG_ONLY );
}

/* The plug-in does not return from OnDataReceived. All that came in time is delivered when it does. */
START_TEST(undelivered)
{
    INT64 received = 0;

    if (!start()) return;
    session_hold_calls( TRUE );
    receive_up_to( &received, SOFT_LIMIT - BLOCK );
    ok_not_warned();
    receive_up_to( &received, HARD_LIMIT - BLOCK );
    ok_warned( "TEST has more than 16 MiB that the plug-in does not take" );
    ok_not_warned();
    receive_up_to( &received, HARD_LIMIT );
    ok_sent( "\x40\x03", 2 );
    ok_warned( "so it is closed" );
    receive_up_to( &received, HARD_LIMIT + BLOCK ); /* ignored */
    session_hold_calls( FALSE );
    ok_called( EVENT_CLOSED );
    ok( session_held_bytes() == HARD_LIMIT, "%I64d bytes were delivered\n", session_held_bytes() );
    stop();
}

/* A message that was begun counts as well. */
START_TEST(unfinished)
{
    static const BYTE first[] = { 0x28, 3, 0xff, 0xff, 0xff, 0xff };
    INT64 received = 0;

    if (!start()) return;
    session_receive( first, sizeof(first), sizeof(first), CHANNEL_FLAG_ONLY );
    receive_up_to( &received, HARD_LIMIT );
    ok_warned( "TEST has more than 16 MiB that the plug-in does not take" );
    ok_not_warned();
    receive_up_to( &received, HARD_LIMIT + BLOCK );
    ok_sent( "\x40\x03", 2 );
    ok_warned( "so it is closed" );
    ok_called( EVENT_CLOSED );
    stop();
}

static void write_up_to( INT64 *written, INT64 size )
{
    HRESULT hr = S_OK;

    for (; hr == S_OK && *written + BLOCK <= size; *written += BLOCK) hr = session_write( 1, block, BLOCK );
    ok( hr == S_OK, "Write returns %#lx after %I64d bytes\n", hr, *written );
}

/* The server takes nothing: a window of 256 KiB is on its way, what is behind it counts, with room for headers. */
START_TEST(unsent)
{
    struct event *event;
    INT64 written = 0;
    HRESULT hr;

    if (!start()) return;
    session_hold_sent( TRUE );
    write_up_to( &written, SOFT_LIMIT - BLOCK );
    ok_not_warned();
    write_up_to( &written, HARD_LIMIT * 15 / 16 );
    ok_warned( "TEST has more than 16 MiB that the server does not take" );
    ok_not_warned();
    while (SUCCEEDED(hr = session_write( 1, block, BLOCK )) && written <= HARD_LIMIT) written += BLOCK;
    ok( hr == E_OUTOFMEMORY, "Write returns %#lx\n", hr );
    ok( written <= HARD_LIMIT, "%I64d bytes were taken\n", written );
    hr = session_write( 1, block, 1 );
    ok( hr == HRESULT_FROM_WIN32( ERROR_GRACEFUL_DISCONNECT ), "Write returns %#lx\n", hr );
    ok_warned( "so it is closed" );
    ok_called( EVENT_CLOSED );
    while ((event = session_next_sent( TIMEOUT )) && event->data[0] != 0x40) free( event );
    ok( event != NULL, "no CLOSE is sent\n" );
    free( event );
    stop();
}
