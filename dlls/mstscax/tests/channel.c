/*
 * IWTSVirtualChannel
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

#define WINDOW 262144

static BYTE *pattern( SIZE_T size )
{
    BYTE *buffer = malloc( size );
    SIZE_T i;

    for (i = 0; i < size; i++) buffer[i] = i * 7 + (i >> 8);
    return buffer;
}

/* documented: Write copies what it is given; observed: a Write of any size is one message */
static void test_sizes(void)
{
    static const SIZE_T sizes[] = { 1, 1589, 1590, 1591, 1596, 1598, 1599, 1600, 3180, 3181, 65535, 65536, 131071 };
    BYTE *original = pattern( 131071 ), *buffer = malloc( 131071 );
    IWTSVirtualChannel *channel;
    unsigned int i;

    start_client();
    channel = open_channel( 1 );
    for (i = 0; i < ARRAY_SIZE(sizes); i++)
    {
        memcpy( buffer, original, sizes[i] );
        ok_write( channel, sizes[i], buffer, S_OK );
        memset( buffer, 0, sizes[i] );
        ok_message( 1, original, sizes[i] );
    }
    close_channel( 1 );
    stop_client();
    free( original );
    free( buffer );
}

/* observed: plug-ins write messages without a byte, and their servers want them; ours: that is one empty DATA */
static void test_empty_Write(void)
{
    IWTSVirtualChannel *channel;

    start_client();
    channel = open_channel( 1 );
    ok_write( channel, 0, "x", S_OK );
    ok_sent( 0x30, 1 );
    if (!left_to_com( "the proxy refuses NULL for no bytes" ))
    {
        ok_write( channel, 0, NULL, S_OK );
        ok_sent( 0x30, 1 );
    }
    ok_write( channel, 3, "abc", S_OK );
    ok_text( 1, "abc" );
    close_channel( 1 );
    stop_client();
}

/* ours */
static void test_Write_of_NULL(void)
{
    IWTSVirtualChannel *channel;

    if (left_to_com( "the proxy refuses NULL for the bytes, with an error of its own" )) return;
    start_client();
    channel = open_channel( 1 );
    ok_write( channel, 1, NULL, E_POINTER );
    ok_nothing_sent();
    close_channel( 1 );
    stop_client();
}

/* documented: the last argument is NULL; ours: it is ignored */
static void test_reserved_argument(void)
{
    IWTSVirtualChannel *channel;
    HRESULT hr;

    start_client();
    channel = open_channel( 1 );
    hr = IWTSVirtualChannel_Write( channel, 3, (BYTE *)"abc", (IUnknown *)channel );
    ok( hr == S_OK, "got hr %#lx\n", hr );
    ok_text( 1, "abc" );
    if (!left_to_com( "the proxy calls what it is given for an object" ))
    {
        hr = IWTSVirtualChannel_Write( channel, 3, (BYTE *)"def", (IUnknown *)0xdeadbeef );
        ok( hr == S_OK, "got hr %#lx\n", hr );
        ok_text( 1, "def" );
    }
    close_channel( 1 );
    stop_client();
}

static void ok_write_fails( IWTSVirtualChannel *channel )
{
    ok_write( channel, 3, "abc", GRACEFUL );
    if (!left_to_com( "the proxy refuses NULL for no bytes" )) ok_write( channel, 0, NULL, GRACEFUL );
}

static void write_fails( struct call *call )
{
    ok_write_fails( call->channel );
}

/* documented: Write fails after a close; ours: always with this code; observed: plug-ins do it after OnClose */
static void test_Write_after_close(void)
{
    static const struct step closed[] =
    {
        { CLOSED, .act = write_fails },
        { CALLBACK_FREED, .flags = SAME_THREAD },
    };
    IWTSVirtualChannel *channel;

    start_client();
    /* by the server */
    channel = open_channel( 1 );
    IWTSVirtualChannel_AddRef( channel );
    play( closed );
    server_closes( 1 );
    ok_sent( 0x40, 1 );
    ok_played();
    ok_write_fails( channel );
    IWTSVirtualChannel_Release( channel );
    /* by the plug-in */
    channel = open_channel( 1 );
    IWTSVirtualChannel_AddRef( channel );
    play( closed );
    ok_close( channel );
    ok_write_fails( channel );
    ok_sent( 0x40, 1 );
    ok_played();
    ok_write_fails( channel );
    IWTSVirtualChannel_Release( channel );
    ok_nothing_sent();
    stop_client();
}

static DWORD CALLBACK write_thread( void *channel )
{
    ok_write( channel, 12, "other thread", S_OK );
    return 0;
}

static void write_early( struct call *call )
{
    HANDLE thread = CreateThread( NULL, 0, write_thread, call->channel, 0, NULL );

    ok( wait_for( thread ), "Write does not return\n" );
    CloseHandle( thread );
    ok_write( call->channel, 5, "early", S_OK );
}

static void write_early_and_refuse( struct call *call )
{
    write_early( call );
    call->accept = FALSE;
}

/* observed: plug-ins write on other threads before they have accepted; ours: it is sent after the answer */
static void test_early_Write(void)
{
    static const struct step accepting[] = { { NEW_CHANNEL, .act = write_early } };
    static const struct step refusing[] =
    {
        { NEW_CHANNEL, .act = write_early_and_refuse },
        { CALLBACK_FREED, .flags = SAME_THREAD },
    };

    start_client();
    play( accepting );
    server_creates( 1, "TEST" );
    ok_played();
    ok_created( 1 );
    ok_text( 1, "other thread" );
    ok_text( 1, "early" );
    close_channel( 1 );
    play( refusing );
    server_creates( 1, "TEST" );
    ok_played();
    ok_refused( 1 );
    ok_nothing_sent();
    stop_client();
}

static void write_back( struct call *call )
{
    ok_write( call->channel, call->value, call->data, S_OK );
}

/* documented: Write may be called inside OnDataReceived */
static void test_Write_inside(void)
{
    static const struct step steps[] =
    {
        { DATA_RECEIVED, 3, .act = write_back, .data = "one" },
        { DATA_RECEIVED, 5, .act = write_back, .data = "three" },
    };

    start_client();
    open_channel( 1 );
    play( steps );
    server_writes( 1, "one", 3 );
    server_writes( 1, "three", 5 );
    ok_played();
    ok_text( 1, "one" );
    ok_text( 1, "three" );
    close_channel( 1 );
    stop_client();
}

#define WRITER_COUNT 4
#define WRITES_EACH  500

struct writer
{
    IWTSVirtualChannel *channel;
    HANDLE start, thread;
    BYTE number;
};

static DWORD CALLBACK writer_thread( void *arg )
{
    struct writer *writer = arg;
    BYTE message[4] = { writer->number };
    unsigned int i;

    wait_for( writer->start );
    for (i = 0; i < fewer( WRITES_EACH ); i++)
    {
        message[1] = i;
        message[2] = i >> 8;
        ok_write( writer->channel, sizeof(message), message, S_OK );
    }
    return 0;
}

/* observed: plug-ins write on several threads; ours: what one thread writes stays in order */
static void test_Write_on_threads(void)
{
    unsigned int next[WRITER_COUNT] = { 0 }, i, disorder = 0;
    HANDLE start = CreateEventW( NULL, TRUE, FALSE, NULL );
    struct writer writers[WRITER_COUNT];
    IWTSVirtualChannel *channel;
    struct pdu *pdu;

    start_client();
    channel = open_channel( 1 );
    for (i = 0; i < WRITER_COUNT; i++)
    {
        writers[i].channel = channel;
        writers[i].start = start;
        writers[i].number = i;
        writers[i].thread = CreateThread( NULL, 0, writer_thread, &writers[i], 0, NULL );
    }
    SetEvent( start );
    for (i = 0; i < WRITER_COUNT * fewer( WRITES_EACH ); i++)
    {
        if (!(pdu = next_pdu( TRUE ))) break;
        if (pdu->size != 6 || pdu->data[2] >= WRITER_COUNT) disorder++;
        else if (pdu->data[3] + pdu->data[4] * 256u != next[pdu->data[2]]++) disorder++;
        free( pdu );
    }
    ok( i == WRITER_COUNT * fewer( WRITES_EACH ), "%u messages were sent\n", i );
    ok( !disorder, "%u messages are out of order\n", disorder );
    for (i = 0; i < WRITER_COUNT; i++)
    {
        ok( wait_for( writers[i].thread ), "Write does not return\n" );
        CloseHandle( writers[i].thread );
    }
    CloseHandle( start );
    close_channel( 1 );
    stop_client();
}

/* Hands the PDUs that are in the transport's hands back; returns how many bytes they had. */
static SIZE_T finish_writes( UINT event )
{
    struct pdu *pdu;
    SIZE_T total = 0;

    while ((pdu = next_pdu( FALSE )))
    {
        total += pdu->size;
        raise_open_event( event, pdu->user_data, pdu->size, pdu->size, 0 );
        free( pdu );
    }
    return total;
}

/* documented: Write never waits, whatever the link does; observed: plug-ins do not pace themselves */
static void test_Write_without_pacing(void)
{
    const SIZE_T size = 65536, count = fewer( 64 ), sent = size + 6 + 41 * 2;  /* with the headers */
    BYTE *buffer = calloc( 1, size );
    IWTSVirtualChannel *channel;
    SIZE_T total = 0, more, i;

    start_client();
    channel = open_channel( 1 );
    peer.transport = HOLD;
    for (i = 0; i < count; i++) ok_write( channel, size, buffer, S_OK );
    /* a first PDU proves that the sender is at work, the next comes when there is room again */
    while (total < count * sent)
    {
        struct pdu *pdu = next_pdu( TRUE );

        if (!pdu) break;
        total += pdu->size;
        raise_open_event( CHANNEL_EVENT_WRITE_COMPLETE, pdu->user_data, pdu->size, pdu->size, 0 );
        free( pdu );
        while ((more = finish_writes( CHANNEL_EVENT_WRITE_COMPLETE ))) total += more;
    }
    ok( total == count * sent, "%Iu bytes were sent\n", total );
    peer.transport = COMPLETE_AT_ONCE;
    close_channel( 1 );
    stop_client();
    free( buffer );
}

/* ours: a Write of 100 MB is one message as well; a channel of a 32-bit process keeps less */
static void test_huge_Write(void)
{
    const SIZE_T size = fewer( sizeof(void *) == 8 ? 100 : 50 ) * 1024 * 1024;
    static const struct step closed[] = { { .kind = CLOSED }, { CALLBACK_FREED, .flags = SAME_THREAD } };
    IWTSVirtualChannel *channel;
    BYTE *buffer;

    if (peer.form) return;  /* once is enough */
    buffer = calloc( 1, size );
    start_client();
    channel = open_channel( 1 );
    peer.transport = DISCARD;
    peer.discarded = 0;
    ok_write( channel, size, buffer, S_OK );
    free( buffer );
    play( closed );
    ok_close( channel );
    ok_played();
    peer.transport = COMPLETE_AT_ONCE;
    /* each fragment has 1590 bytes and a header of 2, the first one 4 more; then the close */
    ok( peer.discarded == (INT64)(size + (size + 1589) / 1590 * 2 + 4 + 2), "%I64d bytes were sent\n", peer.discarded );
    ok_nothing_sent();
    stop_client();
}

/* ours: a size that is a mistake, as -1 is one, ends the channel as any other over the limit; nothing is read for it */
static void test_Write_over_the_limit(void)
{
    static const struct step closed[] = { { .kind = CLOSED }, { CALLBACK_FREED, .flags = SAME_THREAD } };
    static const ULONG sizes[] = { ~0u, ~0u - 0x7fffff, 0x80000000 };
    IWTSVirtualChannel *channel;
    unsigned int i;

    if (left_to_com( "the proxy reads as many bytes as it is told" )) return;
    start_client();
    for (i = 0; i < ARRAY_SIZE(sizes); i++)
    {
        channel = open_channel( 1 );
        play( closed );
        ok_write( channel, sizes[i], (BYTE *)0xdeadbeef, E_OUTOFMEMORY );
        ok_sent( 0x40, 1 );
        ok_played();
    }
    stop_client();
}

/* documented: Close leads to OnClose; ours: what was written before still goes out on an idle link */
static void test_Close(void)
{
    static const struct step closed[] = { { .kind = CLOSED }, { CALLBACK_FREED, .flags = SAME_THREAD } };
    IWTSVirtualChannel *channel;

    start_client();
    channel = open_channel( 1 );
    ok_write( channel, 4, "last", S_OK );
    play( closed );
    ok_close( channel );
    ok_text( 1, "last" );
    ok_sent( 0x40, 1 );
    ok_played();
    /* the server's answer, which it does not owe, is for no channel */
    server_closes( 1 );
    ok_nothing_sent();
    stop_client();
}

/* ours: a second Close has no effect */
static void test_second_Close(void)
{
    static const struct step closed[] = { { .kind = CLOSED }, { CALLBACK_FREED, .flags = SAME_THREAD } };
    IWTSVirtualChannel *channel;

    start_client();
    channel = open_channel( 1 );
    IWTSVirtualChannel_AddRef( channel );
    play( closed );
    ok_close( channel );
    ok_close( channel );
    ok_sent( 0x40, 1 );
    ok_played();
    ok_close( channel );
    ok_nothing_sent();
    /* nor on the channel that has the id now */
    open_channel( 1 );
    ok_close( channel );
    IWTSVirtualChannel_Release( channel );
    ok_nothing_sent();
    close_channel( 1 );
    stop_client();
}

static void close_twice( struct call *call )
{
    ok_close( call->channel );
    ok_close( call->channel );
}

/* observed: Close inside OnClose */
static void test_Close_in_OnClose(void)
{
    static const struct step steps[] =
    {
        { CLOSED, .act = close_twice },
        { CALLBACK_FREED, .flags = SAME_THREAD },
    };
    IWTSVirtualChannel *channel;

    start_client();
    open_channel( 1 );
    play( steps );
    server_closes( 1 );
    ok_sent( 0x40, 1 );
    ok_played();
    ok_nothing_sent();
    channel = open_channel( 1 );
    play( steps );
    ok_close( channel );
    ok_sent( 0x40, 1 );
    ok_played();
    ok_nothing_sent();
    stop_client();
}

static void close_and_go_on( struct call *call )
{
    ok_close( call->channel );
    ok_write( call->channel, 3, "too", GRACEFUL );
    ok( !memcmp( call->data, "bye", 3 ), "the data has changed\n" );
    ok_close( call->channel );
}

/* observed: Close inside OnDataReceived, which goes on; ours: what came meanwhile is not delivered */
static void test_Close_in_OnDataReceived(void)
{
    static const struct step steps[] =
    {
        { DATA_RECEIVED, 3, .flags = SIGNAL | BLOCK, .act = close_and_go_on },
        { .kind = CLOSED },
        { CALLBACK_FREED, .flags = SAME_THREAD },
    };

    start_client();
    open_channel( 1 );
    play( steps );
    server_writes( 1, "bye", 3 );
    ok_here();
    server_writes( 1, "late", 4 );
    let_go();
    ok_sent( 0x40, 1 );
    server_writes( 1, "later", 5 );
    ok_played();
    ok_nothing_sent();
    ok_counter( messages_dropped, 1 );
    ok_counter( pdus_ignored, 1 );
    stop_client();
}

static void write_and_close( struct call *call )
{
    ok_write( call->channel, 5, "early", S_OK );
    close_twice( call );
    ok_write( call->channel, 4, "late", GRACEFUL );
}

/* documented: Close leads to OnClose; ours: before the answer it refuses, and nothing is sent */
static void test_early_Close(void)
{
    static const struct step steps[] =
    {
        { NEW_CHANNEL, .act = write_and_close },
        { .kind = CLOSED },
        { CALLBACK_FREED, .flags = SAME_THREAD },
    };

    start_client();
    play( steps );
    server_creates( 1, "TEST" );
    ok_refused( 1 );
    ok_played();
    ok_nothing_sent();
    open_channel( 1 );
    close_channel( 1 );
    stop_client();
}

/* documented: Close cancels what is pending; ours: the transport holds a window, the rest is dropped and counted */
static void test_Close_when_stalled(void)
{
    static const struct step closed[] = { { .kind = CLOSED }, { CALLBACK_FREED, .flags = SAME_THREAD } };
    const SIZE_T size = 1048576;
    BYTE *buffer = calloc( 1, size );
    IWTSVirtualChannel *channel;
    struct pdu *pdu, *last = NULL;
    SIZE_T total = 0;
    unsigned int i;

    start_client();
    channel = open_channel( 1 );
    peer.transport = HOLD;
    ok_write( channel, size, buffer, S_OK );
    play( closed );
    ok_close( channel );
    ok_played();
    for (i = 0; (pdu = next_pdu( FALSE )); i++)
    {
        free( last );
        last = pdu;
        total += pdu->size;
        raise_open_event( CHANNEL_EVENT_WRITE_CANCELLED, pdu->user_data, pdu->size, pdu->size, 0 );
    }
    ok( last && last->size == 2 && last->data[0] == 0x40 && last->data[1] == 1, "the last PDU is no CLOSE\n" );
    free( last );
    ok( total <= WINDOW + 2 && total > WINDOW - 1600, "%Iu bytes were sent\n", total );
    ok_counter( pdus_cancelled, (size + 1589) / 1590 - (i - 1) );

    /* the next channel has all of the window again */
    peer.transport = COMPLETE_AT_ONCE;
    channel = open_channel( 1 );
    ok_write( channel, size, buffer, S_OK );
    ok_message( 1, buffer, size );
    close_channel( 1 );
    stop_client();
    free( buffer );
}

/* ours: what was written and closed while the sender was busy is seen by it at once */
static void test_Close_while_sending(void)
{
    static const struct step closed[] = { { .kind = CLOSED }, { CALLBACK_FREED, .flags = SAME_THREAD } };
    IWTSVirtualChannel *first, *second;

    start_client();
    first = open_channel( 1 );
    second = open_channel( 2 );
    peer.transport = WAIT;
    ok_write( second, 5, "other", S_OK );
    ok( wait_for( peer.waiting ), "nothing is sent\n" );
    ok_write( first, 4, "last", S_OK );
    play( closed );
    ok_close( first );
    SetEvent( peer.go );
    ok_text( 2, "other" );
    ok_text( 1, "last" );
    ok_sent( 0x40, 1 );
    ok_played();
    close_channel( 2 );
    stop_client();
}

/* ours: a message that the transport takes a part of is the channel's last, since the next one would be read as its rest */
static void test_refused_PDU(void)
{
    static const struct step closed[] = { { CLOSED, .act = write_fails }, { CALLBACK_FREED, .flags = SAME_THREAD } };
    BYTE *buffer = calloc( 1, 1048576 );
    IWTSVirtualChannel *channel;

    start_client();
    channel = open_channel( 1 );
    play( closed );
    peer.transport = REFUSE_THIRD;
    ok_write( channel, 1048576, buffer, S_OK );
    ok_message( 1, buffer, 2 * 1590 );
    ok_sent( 0x40, 1 );
    ok_played();
    ok_nothing_sent();
    ok_counter( pdus_cancelled, (1048576 + 1589) / 1590 - 2 );

    channel = open_channel( 1 );
    ok_write( channel, 1048576, buffer, S_OK );
    ok_message( 1, buffer, 1048576 );
    close_channel( 1 );
    stop_client();
    free( buffer );
}

/* documented: a disconnect closes; ours: without a word to the server, and what was pending is gone */
static void test_disconnect(void)
{
    static const struct step steps[] =
    {
        { CLOSED, .act = write_fails },
        { CALLBACK_FREED, .flags = SAME_THREAD },
        { .kind = DISCONNECTED },
    };
    static const struct step connected[] = { { .kind = CONNECTED } };
    BYTE *buffer = calloc( 1, 1048576 );
    IWTSVirtualChannel *channel;

    start_client();
    open_channel( 1 );
    play( steps );
    raise_event( CHANNEL_EVENT_DISCONNECTED );
    ok_played();
    play( connected );
    raise_event( CHANNEL_EVENT_CONNECTED );
    ok_played();
    ok_nothing_sent();
    channel = open_channel( 1 );
    play( steps );
    /* a transport that refuses loses the channel, not the client */
    peer.transport = REFUSE;
    ok_write( channel, 1048576, buffer, S_OK );
    raise_event( CHANNEL_EVENT_DISCONNECTED );
    ok_played();
    peer.transport = COMPLETE_AT_ONCE;
    play( connected );
    raise_event( CHANNEL_EVENT_CONNECTED );
    ok_played();
    ok_nothing_sent();
    channel = open_channel( 1 );
    ok_write( channel, 300000, buffer, S_OK );
    ok_message( 1, buffer, 300000 );
    close_channel( 1 );
    stop_client();
    free( buffer );
}

static void run(void)
{
    test_sizes();
    test_empty_Write();
    test_Write_of_NULL();
    test_reserved_argument();
    test_Write_after_close();
    test_early_Write();
    test_Write_inside();
    test_Write_on_threads();
    test_Write_without_pacing();
    test_huge_Write();
    test_Write_over_the_limit();
    test_Close();
    test_second_Close();
    test_Close_in_OnClose();
    test_Close_in_OnDataReceived();
    test_early_Close();
    test_Close_when_stalled();
    test_Close_while_sending();
    test_refused_PDU();
    test_disconnect();
}

START_TEST(channel)
{
    run_in_all_forms( run );
}
