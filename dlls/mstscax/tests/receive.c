/*
 * What the server sends
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

#include "peer.h"

static unsigned int received, wrong;
static HANDLE all_received;
static const BYTE *expected_data;
static const SIZE_T *expected_sizes;
static unsigned int expected_count;

static void compare_message( struct call *call )
{
    if (call->kind != DATA_RECEIVED) return;
    if (received >= expected_count || call->value != expected_sizes[received]
        || memcmp( call->data, expected_data, call->value )) wrong++;
    if (++received == expected_count) SetEvent( all_received );
}

/* A message as Windows sends it: one DATA, or a DATA_FIRST with its length and as much as fits. */
static void server_sends_message( BYTE id, const BYTE *message, UINT32 size )
{
    BYTE pdu[1600] = { 0x28, id, size, size >> 8, size >> 16, size >> 24 };
    UINT32 done, part;

    if (size <= 1598)
    {
        server_writes( id, message, size );
        return;
    }
    memcpy( pdu + 6, message, 1594 );
    server_sends( pdu, sizeof(pdu) );
    for (done = 1594; done < size; done += part)
    {
        part = min( size - done, 1598 );
        server_writes( id, message + done, part );
    }
}

/* documented: one call for each of the server's writes, of any size; observed: up to 131071 bytes */
static void test_messages(void)
{
    static const SIZE_T sizes[] = { 1, 4, 1590, 1598, 1599, 1600, 4096, 65535, 65536, 131071 };
    BYTE *message = malloc( 131071 );
    unsigned int i;

    for (i = 0; i < 131071; i++) message[i] = i * 3 + (i >> 7);
    start_client();
    open_channel( 1 );
    received = wrong = 0;
    expected_data = message;
    expected_sizes = sizes;
    expected_count = ARRAY_SIZE(sizes);
    all_received = CreateEventW( NULL, FALSE, FALSE, NULL );
    script.on_call = compare_message;
    for (i = 0; i < ARRAY_SIZE(sizes); i++) server_sends_message( 1, message, sizes[i] );
    ok( wait_for( all_received ), "%u messages were received\n", received );
    script.on_call = NULL;
    ok( !wrong, "%u messages are wrong\n", wrong );
    CloseHandle( all_received );
    close_channel( 1 );
    stop_client();
    free( message );
}

/* observed: whole messages come in DATA_FIRST */
static void test_whole_DATA_FIRST(void)
{
    static const struct step steps[] =
    {
        { DATA_RECEIVED, 3, .data = "xyz" },
        { DATA_RECEIVED, 6, .data = "abcdef" },
        { DATA_RECEIVED, 2, .data = "ok" },
    };

    start_client();
    open_channel( 1 );
    play( steps );
    server_sends_bytes( 0x20, 1, 3, 'x', 'y', 'z' );
    server_sends_bytes( 0x24, 1, 6, 0, 'a', 'b', 'c' );
    server_sends_bytes( 0x34, 1, 'd', 'e', 'f' );
    server_writes( 1, "ok", 2 );
    ok_played();
    close_channel( 1 );
    stop_client();
}

/* ours: an empty message is a message */
static void test_empty_message(void)
{
    static const struct step steps[] =
    {
        { DATA_RECEIVED, .value = 0 },
        { DATA_RECEIVED, .value = 0 },
        { DATA_RECEIVED, 1, .data = "x" },
    };

    start_client();
    open_channel( 1 );
    play( steps );
    server_sends_bytes( 0x30, 1 );
    server_sends_bytes( 0x20, 1, 0 );
    server_writes( 1, "x", 1 );
    ok_played();
    close_channel( 1 );
    stop_client();
}

/* documented, [MS-RDPBCGR] 3.1.5.2.2.1: one message in several chunks; ours: chunks beyond the total end the channel */
static void test_chunks(void)
{
    static const struct step steps[] =
    {
        { DATA_RECEIVED, 4, .data = "1234" },
        { .kind = CLOSED },
        { CALLBACK_FREED, .flags = SAME_THREAD },
    };
    static const struct step closed[] = { { .kind = CLOSED }, { CALLBACK_FREED, .flags = SAME_THREAD } };
    BYTE pdu[] = { 0x30, 1, '1', '2', '3', '4' };

    start_client();
    open_channel( 1 );
    play( steps );
    raise_open_event( CHANNEL_EVENT_DATA_RECEIVED, pdu, 3, 6, CHANNEL_FLAG_FIRST );
    raise_open_event( CHANNEL_EVENT_DATA_RECEIVED, pdu + 3, 2, 6, 0 );
    raise_open_event( CHANNEL_EVENT_DATA_RECEIVED, pdu + 5, 1, 6, CHANNEL_FLAG_LAST );
    ok_counter( pdus_malformed, 0 );
    raise_open_event( CHANNEL_EVENT_DATA_RECEIVED, pdu, 3, 4, CHANNEL_FLAG_FIRST );
    raise_open_event( CHANNEL_EVENT_DATA_RECEIVED, pdu + 3, 3, 4, CHANNEL_FLAG_LAST );
    ok_counter( pdus_malformed, 1 );
    ok_sent( 0x40, 1 );
    ok_played();
    /* the last chunk came before all of them did */
    open_channel( 1 );
    play( closed );
    raise_open_event( CHANNEL_EVENT_DATA_RECEIVED, pdu, 3, 6, CHANNEL_FLAG_FIRST );
    raise_open_event( CHANNEL_EVENT_DATA_RECEIVED, pdu + 3, 2, 6, CHANNEL_FLAG_LAST );
    ok_counter( pdus_malformed, 2 );
    ok_sent( 0x40, 1 );
    ok_played();
    stop_client();
}

/* ours: data and close for an id that is not open are ignored and counted; observed: servers do that */
static void test_unknown_id(void)
{
    start_client();
    server_writes( 9, "abc", 3 );
    server_sends_bytes( 0x20, 9, 3, 'x', 'y', 'z' );
    server_closes( 9 );
    ok_nothing_sent();
    ok_counter( pdus_ignored, 3 );
    ok_counter( pdus_malformed, 0 );
    stop_client();
}

/* ours: what is malformed ends the channel that it names, and nothing else */
static void test_malformed(void)
{
    static const struct step closed[] = { { .kind = CLOSED }, { CALLBACK_FREED, .flags = SAME_THREAD } };
    static const struct step heard[] = { { DATA_RECEIVED, 3, .data = "two" } };

    start_client();
    open_channel( 1 );
    open_channel( 2 );
    /* more than announced */
    play( closed );
    server_sends_bytes( 0x20, 1, 6, 'a', 'b', 'c' );
    server_sends_bytes( 0x30, 1, 'd', 'e', 'f', 'g' );
    ok_sent( 0x40, 1 );
    ok_played();
    ok_counter( pdus_malformed, 1 );
    /* a second beginning */
    open_channel( 1 );
    play( closed );
    server_sends_bytes( 0x20, 1, 6, 'a', 'b', 'c' );
    server_sends_bytes( 0x20, 1, 6, 'a', 'b', 'c' );
    ok_sent( 0x40, 1 );
    ok_played();
    ok_counter( pdus_malformed, 2 );
    /* one that is not open */
    server_sends_bytes( 0x2c, 9, 1, 'x' );
    ok_nothing_sent();
    /* a name without end */
    server_sends_bytes( 0x10, 3, 'T', 'E', 'S', 'T' );
    ok_refused( 3 );
    ok_counter( pdus_malformed, 4 );
    play( heard );
    server_writes( 2, "two", 3 );
    ok_played();
    close_channel( 2 );
    stop_client();
}

/* Different channels have no order. */
static void ok_both_closed(void)
{
    unsigned int seen = 0, i;
    struct pdu *pdu;

    for (i = 0; i < 2 && (pdu = next_pdu( TRUE )); i++)
    {
        if (pdu->size == 2 && pdu->data[0] == 0x40 && pdu->data[1] < 32) seen |= 1u << pdu->data[1];
        free( pdu );
    }
    ok( seen == 6, "got %#x\n", seen );
}

static void ok_ends_all( const BYTE *pdu, UINT32 size )
{
    static const struct step closed[] =
    {
        { CLOSED, .flags = UNORDERED },
        { CALLBACK_FREED, .flags = UNORDERED },
        { CLOSED, .flags = UNORDERED },
        { CALLBACK_FREED, .flags = UNORDERED },
    };
    static const struct step connected[] = { { .kind = CONNECTED } };

    open_channel( 1 );
    open_channel( 2 );
    play( closed );
    server_sends( pdu, size );
    ok_both_closed();
    ok_played();
    server_creates( 3, "TEST" );
    server_writes( 1, "x", 1 );
    disconnect( 0 );
    play( connected );
    raise_event( CHANNEL_EVENT_CONNECTED );
    ok_played();
    ok_nothing_sent();
}

/* ours: what is malformed and names no channel ends all of them; what follows is ignored until the next connection */
static void test_malformed_nameless(void)
{
    static const BYTE short_id[] = { 0x30 }, reserved_width[] = { 0x33, 2, 0, 0, 0, 'x' }, unknown[] = { 0xf0, 2 };

    start_client();
    ok_ends_all( short_id, sizeof(short_id) );
    ok_ends_all( reserved_width, sizeof(reserved_width) );
    ok_ends_all( unknown, sizeof(unknown) );
    ok_ends_all( (const BYTE *)"", 0 );
    ok_counter( pdus_malformed, 4 );
    ok_counter( pdus_ignored, 8 );
    stop_client();
}

/* ours: the version is the lower one of both sides', 0 is malformed. [MS-RDPEDYC] 2.2.1.1 and 2.2.1.2 */
static void test_caps(void)
{
    start_client();
    server_sends_bytes( 0x50, 0, 1, 0 );
    ok_sent( 0x50, 0, 1, 0 );
    server_sends_bytes( 0x50, 0, 2, 0, 0xa8, 0x03, 0xcc, 0x0c, 0xa2, 0x24, 0x55, 0x55 );
    ok_sent( 0x50, 0, 2, 0 );
    server_sends_bytes( 0x50, 0, 3, 0, 0xa8, 0x03, 0xcc, 0x0c, 0xa2, 0x24, 0x55, 0x55 );
    ok_sent( 0x50, 0, 3, 0 );
    server_sends_bytes( 0x50, 0, 4, 0, 0xa8, 0x03, 0xcc, 0x0c, 0xa2, 0x24, 0x55, 0x55 );
    ok_sent( 0x50, 0, 3, 0 );
    ok_counter( pdus_malformed, 0 );
    ok_counter( caps_repeated, 3 );
    server_sends_bytes( 0x50, 0, 0, 0 );
    ok_counter( pdus_malformed, 1 );
    stop_client();
}

/* ours: the server creates an id anew that it never closed */
static void test_id_created_anew(void)
{
    static const struct step steps[] =
    {
        { CLOSED, .flags = UNORDERED },
        { CALLBACK_FREED, .flags = UNORDERED },
        { .kind = NEW_CHANNEL },
    };
    static const struct step heard[] = { { DATA_RECEIVED, 3, .data = "new" } };

    start_client();
    open_channel( 2 );
    play( steps );
    server_creates( 2, "TEST" );
    ok_created( 2 );
    ok_played();
    play( heard );
    server_writes( 2, "new", 3 );
    ok_played();
    close_channel( 2 );
    stop_client();
}

/* observed: the server closes for an application that closed or died, and waits for the answer; ours: the close
 * comes after the data */
static void test_server_closes(void)
{
    static const struct step steps[] =
    {
        { DATA_RECEIVED, 3, .flags = SIGNAL | BLOCK, .data = "one" },
        { DATA_RECEIVED, 3, .data = "two" },
        { .kind = CLOSED },
        { CALLBACK_FREED, .flags = SAME_THREAD },
    };

    start_client();
    open_channel( 1 );
    play( steps );
    server_writes( 1, "one", 3 );
    ok_here();
    server_writes( 1, "two", 3 );
    server_closes( 1 );
    /* the answer does not wait for the plug-in */
    ok_sent( 0x40, 1 );
    let_go();
    ok_played();
    stop_client();
}

/* documented: ECHO is always there and returns each message */
static void test_ECHO(void)
{
    BYTE *message = calloc( 1, 5000 );
    unsigned int i;

    for (i = 0; i < 5000; i++) message[i] = i;
    start_client();
    server_creates( 1, "ECHO" );
    ok_created( 1 );
    server_sends_message( 1, message, 3 );
    ok_message( 1, message, 3 );
    server_sends_message( 1, message, 5000 );
    ok_message( 1, message, 5000 );
    server_creates( 2, "ECHO" );
    ok_created( 2 );
    server_sends_message( 2, message, 7 );
    ok_message( 2, message, 7 );
    server_closes( 1 );
    ok_sent( 0x40, 1 );
    server_writes( 1, "late", 4 );
    ok_nothing_sent();
    stop_client();
    free( message );
}

static SIZE_T count_committed(void)
{
    MEMORY_BASIC_INFORMATION info;
    const char *address = NULL;
    SIZE_T size = 0;

    for (; VirtualQuery( address, &info, sizeof(info) ); address = (const char *)info.BaseAddress + info.RegionSize)
        if (info.State == MEM_COMMIT && info.Type == MEM_PRIVATE) size += info.RegionSize;
    return size;
}

/* What the server did not complete is gone with the channel, however long the plug-in keeps that. */
static void check_incomplete_message( BOOL plugin_closes )
{
    static const struct step closed[] = { { .kind = CLOSED }, { CALLBACK_FREED, .flags = SAME_THREAD } };
    static const BYTE first[] = { 0x28, 1, 0, 0, 0, 2, 'x' };   /* of 32 MiB */
    BYTE *pdu = calloc( 1, 2 + 1048576 );
    IWTSVirtualChannel *channels[4];
    SIZE_T before, after;
    unsigned int i, j;

    pdu[0] = 0x30;
    pdu[1] = 1;
    before = count_committed();
    for (i = 0; i < ARRAY_SIZE(channels); i++)
    {
        channels[i] = open_channel( 1 );
        IWTSVirtualChannel_AddRef( channels[i] );
        server_sends( first, sizeof(first) );
        for (j = 0; j < 16; j++) server_sends( pdu, 2 + 1048576 );
        play( closed );
        if (plugin_closes) ok_close( channels[i] );
        else server_closes( 1 );
        ok_sent( 0x40, 1 );
        ok_played();
    }
    after = count_committed();
    ok( after < before + (16 << 20), "%Iu MiB were in use, %Iu are\n", before >> 20, after >> 20 );
    for (i = 0; i < ARRAY_SIZE(channels); i++) IWTSVirtualChannel_Release( channels[i] );
    free( pdu );
}

/* ours */
static void test_incomplete_message(void)
{
    start_client();
    check_incomplete_message( FALSE );
    check_incomplete_message( TRUE );
    stop_client();
}

static void run(void)
{
    test_messages();
    test_whole_DATA_FIRST();
    test_empty_message();
    test_chunks();
    test_unknown_id();
    test_malformed();
    test_malformed_nameless();
    test_caps();
    test_id_created_anew();
    test_server_closes();
    test_incomplete_message();
    test_ECHO();
}

START_TEST(receive)
{
    run_in_all_forms( run );
}
