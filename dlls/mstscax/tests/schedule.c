/*
 * Who sends when several channels have something to say
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
#define SIZE   0x200000

static const BYTE buffer[SIZE];

/* [MS-RDPEDYC] 2.2.1.1.2 */
static void set_charges( UINT16 first, UINT16 second, UINT16 third, UINT16 fourth )
{
    const UINT16 charges[] = { first, second, third, fourth };
    BYTE pdu[12] = { 0x50, 0, 2, 0 };

    memcpy( pdu + 4, charges, sizeof(charges) );
    server_sends( pdu, sizeof(pdu) );
    ok_sent( 0x50, 0, 2, 0 );
}

/* A channel of each class, its id one more than that. */
static void open_channels( IWTSVirtualChannel *channels[4] )
{
    static const struct step steps[] = { { .kind = NEW_CHANNEL } };
    unsigned int i;

    for (i = 0; i < 4; i++)
    {
        play( steps );
        server_sends_bytes( 0x10 | i << 2, i + 1, 'T', 'E', 'S', 'T', 0 );
        ok_played();
        ok_created( i + 1 );
        channels[i] = script.channel;
    }
}

/* The transport takes one PDU at a time until so many bytes went; counts those of each channel. */
static void take( SIZE_T size, SIZE_T counts[4] )
{
    struct pdu *pdu;
    SIZE_T taken = 0;

    memset( counts, 0, 4 * sizeof(*counts) );
    while (taken < size && (pdu = next_pdu( TRUE )))
    {
        taken += pdu->size;
        counts[pdu->data[1] - 1] += pdu->size;
        raise_open_event( CHANNEL_EVENT_WRITE_COMPLETE, pdu->user_data, pdu->size, pdu->size, 0 );
        free( pdu );
    }
    ok( taken >= size, "only %Iu bytes were sent\n", taken );
}

static void ok_shares_( int line, const SIZE_T counts[4], SIZE_T total, const unsigned int percent[4] )
{
    unsigned int i;

    for (i = 0; i < 4; i++)
        ok_(__FILE__, line)( counts[i] * 100 + 5 * total > percent[i] * total
                             && counts[i] * 100 < (percent[i] + 5) * total,
                             "class %u sent %Iu of %Iu bytes\n", i, counts[i], total );
}
#define ok_shares( counts, total, ... ) ok_shares_( __LINE__, counts, total, (const unsigned int[]){ __VA_ARGS__ } )

static void write_all( IWTSVirtualChannel *channels[4] )
{
    SIZE_T counts[4];
    unsigned int i;

    peer.transport = HOLD;
    for (i = 0; i < 4; i++) ok_write( channels[i], SIZE, buffer, S_OK );
    take( WINDOW, counts );     /* the first one had for itself */
}

/* What is left is dropped; the transport cancels what it holds. */
static void end_channels( BOOL held )
{
    static const struct step steps[] =
    {
        { CLOSED, .flags = UNORDERED }, { CALLBACK_FREED, .flags = UNORDERED },
        { CLOSED, .flags = UNORDERED }, { CALLBACK_FREED, .flags = UNORDERED },
        { CLOSED, .flags = UNORDERED }, { CALLBACK_FREED, .flags = UNORDERED },
        { CLOSED, .flags = UNORDERED }, { CALLBACK_FREED, .flags = UNORDERED },
        { .kind = DISCONNECTED },
    };
    struct pdu *pdu;

    play( steps );
    raise_event( CHANNEL_EVENT_DISCONNECTED );
    ok_played();
    while ((pdu = next_pdu( FALSE )))
    {
        if (held) raise_open_event( CHANNEL_EVENT_WRITE_CANCELLED, pdu->user_data, pdu->size, pdu->size, 0 );
        free( pdu );
    }
    peer.transport = COMPLETE_AT_ONCE;
    terminate();
}

/* documented: the example of 2.2.1.1.2, 70, 20, 7 and 3 % */
static void test_charges(void)
{
    IWTSVirtualChannel *channels[4];
    SIZE_T counts[4];

    start_client();
    set_charges( 936, 3276, 9362, 21845 );
    open_channels( channels );
    write_all( channels );
    take( SIZE, counts );
    ok_shares( counts, SIZE, 70, 20, 7, 3 );
    end_channels( TRUE );
}

/* ours: without charges everybody gets the same */
static void test_no_charges(void)
{
    IWTSVirtualChannel *channels[4];
    SIZE_T counts[4];

    start_client();
    open_channels( channels );
    write_all( channels );
    take( SIZE, counts );
    ok_shares( counts, SIZE, 25, 25, 25, 25 );
    end_channels( TRUE );
}

/* documented: a class whose charge is 0 is not held up by others, which share what is left */
static void test_no_charge(void)
{
    IWTSVirtualChannel *channels[4];
    SIZE_T counts[4];

    start_client();
    set_charges( 1000, 1000, 0, 1000 );
    open_channels( channels );
    write_all( channels );
    take( SIZE / 2, counts );
    ok_shares( counts, SIZE / 2, 0, 0, 100, 0 );
    take( SIZE, counts );
    take( SIZE, counts );
    ok_shares( counts, SIZE, 33, 33, 0, 33 );
    end_channels( TRUE );
}

/* ours: a message on an idle channel waits for a window at most, and what is being sent */
static void test_idle_channel(void)
{
    IWTSVirtualChannel *channels[4];
    struct pdu *pdu = NULL;
    SIZE_T before = 0;
    unsigned int i;

    start_client();
    open_channels( channels );
    peer.transport = HOLD;
    for (i = 0; i < 8; i++) ok_write( channels[0], SIZE, buffer, S_OK );
    ok_write( channels[3], 64, buffer, S_OK );
    while ((pdu = next_pdu( TRUE )) && pdu->data[1] == 1)
    {
        before += pdu->size;
        raise_open_event( CHANNEL_EVENT_WRITE_COMPLETE, pdu->user_data, pdu->size, pdu->size, 0 );
        free( pdu );
    }
    ok( pdu && pdu->data[1] == 4 && pdu->size == 66, "the message was not sent\n" );
    ok( before <= WINDOW + 10 * 1600, "%Iu bytes went before it\n", before );
    if (pdu) raise_open_event( CHANNEL_EVENT_WRITE_COMPLETE, pdu->user_data, pdu->size, pdu->size, 0 );
    free( pdu );
    end_channels( TRUE );
}

/* ours: what is written while another channel sends has its turn soon, however fast the transport is */
static void test_busy_channel(void)
{
    IWTSVirtualChannel *channels[4];
    struct pdu *pdu = NULL;
    SIZE_T before = 0;

    start_client();
    open_channels( channels );
    peer.transport = WAIT;
    ok_write( channels[0], SIZE, buffer, S_OK );
    ok( wait_for( peer.waiting ), "nothing is sent\n" );
    ok_write( channels[3], 64, buffer, S_OK );
    SetEvent( peer.go );
    while ((pdu = next_pdu( TRUE )) && pdu->data[1] == 1)
    {
        before += pdu->size;
        free( pdu );
    }
    ok( pdu && pdu->data[1] == 4 && pdu->size == 66, "the message was not sent\n" );
    ok( before <= 12 * 1600, "%Iu bytes went before it\n", before );
    free( pdu );
    end_channels( FALSE );
}

static void run(void)
{
    test_charges();
    test_no_charges();
    test_no_charge();
    test_idle_channel();
    test_busy_channel();
}

START_TEST(schedule)
{
    run_in_all_forms( run );
}
