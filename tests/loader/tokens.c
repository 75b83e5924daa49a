/*
 * Writes of the addin's own channel, which ask for turns
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

#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include "hosts.h"
#include "server.h"
#include "witness.h"
#include "wine/test.h"

/* What the main loop sends in one go, and one PDU that crosses the line. */
#define MAX_BATCH (65536 + 1600)

static void send_many( struct client *client, uint8_t id, const uint8_t *data, size_t size )
{
    size_t offset, count;

    for (offset = 0; offset < size; offset += count)
    {
        count = size - offset < 1590 ? size - offset : 1590;
        server_data( client, id, data + offset, count );
    }
}

/* S1, S2: a turn never asks for the next one itself, and one turn is asked for at a time. */
static void test_turns(void)
{
    static uint8_t data[200000];
    struct client *client = client_create();
    size_t i;

    for (i = 0; i < sizeof(data); i++) data[i] = i * 7 + i / 256;
    client_begin( client );
    server_open( client, 1, ECHO_CHANNEL );
    send_many( client, 1, data, sizeof(data) );
    server_expect_data( client, 1, data, sizeof(data) );
    ok( client->most_asked == 1, "%u turns were asked for at a time.\n", client->most_asked );
    ok( client->most_sent <= MAX_BATCH, "One turn sent %zu bytes.\n", client->most_sent );
    ok( client->turns >= sizeof(data) / MAX_BATCH, "All was sent in %u turns.\n", client->turns );
    client_end( client );
    client_destroy( client );
}

/* S2: nor does a turn go on for long where FreeRDP is slow to send. */
static void test_slow_turns(void)
{
    static const uint8_t data[20 * 1590];
    struct client *client = client_create();

    client_begin( client );
    server_open( client, 1, ECHO_CHANNEL );
    client->most_sent = 0;
    client->send_ms = 6;
    send_many( client, 1, data, sizeof(data) );
    server_fill( client, 1, ECHO_CHANNEL );
    server_expect_data( client, 1, data, sizeof(data) );
    ok( client->most_sent <= 1600, "One turn sent %zu bytes.\n", client->most_sent );
    client_end( client );
    client_destroy( client );
}

/* S2: nor does one turn take batch after batch where the main thread is put aside between them, so that the next token is
 * there before it looks again: it has had next to no processor time then. What is measured here began before, and ends
 * later than, what the addin can see. */
static void test_put_aside(void)
{
    struct client *client = client_create();
    unsigned int i, judged = 0;
    uint64_t sent_cpu;

    client_begin( client );
    server_open( client, 1, "Bad::pourer" );
    for (i = 0; i < 10000 && judged < 10; i++)
    {
        message_list_clear( &client->sent );
        client_wait( client );
        client_turn( client );
        if (client->sent_now < 65536) continue;    /* it was not cut */
        message_list_clear( &client->sent );
        sent_cpu = client->sent_cpu;
        client_wait( client );
        while (client_cpu() - sent_cpu < 14);
        client_turn( client );
        if (client_cpu() - sent_cpu >= 30) continue;
        judged++;
        ok( !client->sent.count, "%zu PDUs are sent in the turn of the last batch.\n", client->sent.count );
    }
    if (!judged) skip( "no turn was as short as the addin can tell\n" );
    client_end( client );
    client_destroy( client );
}

static void drop_sent( struct client *client )
{
    struct message *message;

    while ((message = message_list_pop( &client->sent ))) free( message );
}

/* S2: hosts may send in one turn what FreeRDP's own channels have sent since the last one. A turn that had to wait for
 * the processor may be shorter. */
static void test_client_turns(void)
{
    static const uint8_t data[100 * 1590], own[70 * 1590];
    struct client *client = client_create();
    unsigned int round;
    size_t sent;

    client_begin( client );
    server_open( client, 1, ECHO_CHANNEL );
    for (round = 0; round < 10 && client->most_sent < sizeof(own); round++)
    {
        send_many( client, 1, data, sizeof(data) );
        server_fill( client, 1, ECHO_CHANNEL );
        for (sent = 0; sent < sizeof(own); sent += 1590)
            client->instance->SendChannelData( client->instance, LOADER_DRDYNVC_ID, own + sent, 1590 );
        drop_sent( client );
        server_expect_data( client, 1, data, sizeof(data) );
        server_expect_data( client, 1, "what is done?", 13 );
    }
    ok( client->most_sent >= sizeof(own), "One turn sent %zu bytes at most.\n", client->most_sent );
    ok( client->most_sent <= sizeof(own) + 1600, "One turn sent %zu bytes.\n", client->most_sent );
    client_end( client );
    client_destroy( client );
}

/* The ids of the next two PDUs, in one number. */
static unsigned int next_ids( struct client *client )
{
    unsigned int ids = 0, i;
    struct message *message;

    for (i = 0; i < 2; i++)
    {
        while (!client->sent.first && client_wait( client )) client_turn( client );
        if (!(message = message_list_pop( &client->sent ))) return 0;
        ids = ids << 8 | message->data[1];
        free( message );
    }
    return ids;
}

static struct client *open_two(void)
{
    struct client *client = client_create();

    client_begin( client );
    server_open( client, 1, ECHO_CHANNEL );
    server_create( client, 2, TELLING_CHANNEL );
    server_expect_created( client, 2 );
    return client;
}

/* S2: hosts take turns by PDU, within a turn of the main loop and from one to the next. */
static void test_fair(void)
{
    static const uint8_t data[100 * 1590];
    struct client *client = open_two();
    unsigned int i, ids, order = 0;

    send_many( client, 1, data, sizeof(data) );
    server_fill( client, 1, ECHO_CHANNEL );
    send_many( client, 2, data, sizeof(data) );
    server_fill( client, 2, TELLING_CHANNEL );
    for (i = 0; i < 101; i++)
    {
        ids = next_ids( client );
        if (!order) order = ids;
        if (ids != order || (ids != 0x201 && ids != 0x102)) break;
    }
    ok( i == 101, "After %u PDUs of each the next are of %04x.\n", i, ids );
    ok( client->most_sent <= MAX_BATCH, "One turn sent %zu bytes.\n", client->most_sent );
    client_end( client );
    client_destroy( client );
}

/* S2: so do channels of one host. */
static void test_idle_channel(void)
{
    static const uint8_t data[100 * 1590];
    struct client *client = client_create();
    unsigned int ids;

    client_begin( client );
    server_open( client, 1, ECHO_CHANNEL );
    server_create( client, 2, ECHO_CHANNEL );
    server_expect_created( client, 2 );
    send_many( client, 1, data, sizeof(data) );
    server_fill( client, 2, ECHO_CHANNEL );
    ids = next_ids( client );
    ok( ids == 0x201 || ids == 0x102, "The other channel comes first: %04x.\n", ids );
    client_end( client );
    client_destroy( client );
}

/* S2: so one that was idle comes next, whatever the others have. */
static void test_idle_host(void)
{
    static const uint8_t data[100 * 1590];
    struct client *client = open_two();
    unsigned int ids;

    send_many( client, 1, data, sizeof(data) );
    server_fill( client, 1, ECHO_CHANNEL );
    server_fill( client, 2, TELLING_CHANNEL );
    ids = next_ids( client );
    ok( ids == 0x201 || ids == 0x102, "The other host comes first: %04x.\n", ids );
    client_end( client );
    client_destroy( client );
}

static bool main_thread_sleeps(void)
{
    char path[64], state = 0;
    FILE *file;

    snprintf( path, sizeof(path), "/proc/self/task/%d/stat", (int)getpid() );
    if (!(file = fopen( path, "r" ))) return true;
    if (fscanf( file, "%*d (%*[^)]) %c", &state ) != 1) state = 0;
    fclose( file );
    return state == 'S';
}

static atomic_bool event_begins, event_ended;

/* On the addin's thread. */
static void write_slowly(void)
{
    while (!event_begins || (!event_ended && !main_thread_sleeps())) sched_yield();
    ok( !event_ended, "The event is over while the addin still writes.\n" );
}

/* S4: a write that runs keeps the end of the connection waiting, and none begins after it. */
static void test_last_write( UINT event )
{
    struct client *client = client_create();

    event_begins = event_ended = false;
    client_begin( client );
    server_open( client, 1, ECHO_CHANNEL );
    while (!client->writing)
    {
        client_set_before_write( client, NULL );
        client_turn( client );
        server_data( client, 1, "a", 1 );
        client_set_before_write( client, write_slowly );
        if (!client_wait( client )) break;  /* it may have been queued before */
    }
    event_begins = true;
    client_event( client, event );
    event_ended = true;
    client_set_before_write( client, NULL );
    if (event == CHANNEL_EVENT_DISCONNECTED) client_end( client );
    client_destroy( client );
}

/* S4: what hosts still say about a connection that has ended asks for no turn. */
static void test_after_end(void)
{
    struct client *client = client_create();
    unsigned int i;

    client_begin( client );
    for (i = 0; i < 4; i++)
    {
        server_open( client, 1, TELLING_CHANNEL );
        server_data( client, 1, "a", 1 );
        client_event( client, CHANNEL_EVENT_DISCONNECTED );
        witness_wait( "telling: the connection has ended", i + 1 );
        client_event( client, CHANNEL_EVENT_CONNECTED );
    }
    client_end( client );
    client_destroy( client );
}

/* S5: a connection that loses the token asks anew in the next one. */
static void test_lost( bool cancels )
{
    struct client *client = client_create();

    client->cancels = cancels;
    client_begin( client );
    server_open( client, 1, ECHO_CHANNEL );
    server_data( client, 1, "a", 1 );
    client_wait( client );
    client_event( client, CHANNEL_EVENT_DISCONNECTED );
    ok( client->queue_count == !cancels, "%u writes are in the queue.\n", client->queue_count );
    client_event( client, CHANNEL_EVENT_CONNECTED );
    server_open( client, 2, ECHO_CHANNEL );
    server_echo( client, 2 );
    ok( client->most_asked <= 2, "%u turns were asked for at a time.\n", client->most_asked );
    client_end( client );
    client_destroy( client );
}

/* S5: FreeRDP may find, before it tells the addin, that the connection is gone, and the channel with it. */
static void test_gone(void)
{
    struct client *client = client_create();

    client_begin( client );
    server_open( client, 1, ECHO_CHANNEL );
    server_data( client, 1, "a", 1 );
    client_wait( client );
    client->drdynvc_id = 0;
    client_turn( client );
    ok( !client->sent.count, "Something is sent.\n" );
    client_end( client );
    client_destroy( client );
}

/* S5: a write that FreeRDP cancels is no turn, and another one is asked for. */
static void test_cancelled(void)
{
    struct client *client = client_create();
    unsigned int i;

    client_begin( client );
    server_open( client, 1, ECHO_CHANNEL );
    client->write_event = CHANNEL_EVENT_WRITE_CANCELLED;
    for (i = 0; i < 5; i++) /* one of the turns may be for something else */
    {
        server_data( client, 1, "a", 1 );
        client_wait( client );
        client_turn( client );
    }
    ok( !client->sent.count, "Something is sent.\n" );
    client->write_event = CHANNEL_EVENT_WRITE_COMPLETE;
    server_expect_data( client, 1, "aaaaa", 5 );
    client_end( client );
    client_destroy( client );
}

/* The largest number of batches that one turn of the main loop took, of some. */
static unsigned int count_batches( struct client *client, unsigned int turns )
{
    unsigned int most = 0, before;

    while (turns--)
    {
        client_wait( client );
        before = client->turns;
        client_turn( client );
        if (client->turns - before > most) most = client->turns - before;
        message_list_clear( &client->sent );
    }
    return most;
}

/* S1: a server that begins anew, or another one that follows without an end of the connection, while a turn is asked
 * for: no second chain of turns comes of it, which would feed the first one for ever. */
static void test_begins_anew( bool connects )
{
    struct client *client = client_create();
    unsigned int i, most, poured = witness_count( "pourer: the window is full" );

    client_begin( client );
    server_open( client, 1, "Bad::pourer" );
    witness_wait( "pourer: the window is full", ++poured );
    for (i = 0; i < 3; i++)
    {
        client_turn( client );  /* also what is no turn's */
        message_list_clear( &client->sent );
        client_wait( client );
        if (connects) client_event( client, CHANNEL_EVENT_CONNECTED );
        server_caps( client, 1 );
        server_create( client, 2 + i, "Bad::pourer" );
        witness_wait( "pourer: the window is full", ++poured );
        most = count_batches( client, 50 );
        ok( most < 100, "One turn of the main loop took %u batches.\n", most );
    }
    ok( connects || client->most_asked == 1, "%u turns were asked for at a time.\n", client->most_asked );
    client_end( client );
    client_destroy( client );
}

/* Where the main loop can wait for the hosts it reads them, and asks nobody for a turn as long as the link is free. */
static void test_reads(void)
{
    static uint8_t data[200000];
    struct client *client = client_create();
    unsigned int i, asked;

    client->watches = true;
    for (i = 0; i < sizeof(data); i++) data[i] = i * 7 + i / 256;
    client_begin( client );
    ok( client->watch != NULL, "The addin does not wait for hosts.\n" );
    server_open( client, 1, ECHO_CHANNEL );
    server_echo( client, 1 );   /* its READY has come by now, and with it the main thread */
    asked = client->asked_ever;
    for (i = 0; i < 200; i++) server_echo( client, 1 );
    ok( client->asked_ever - asked < 20, "%u turns are asked for.\n", client->asked_ever - asked );
    send_many( client, 1, data, sizeof(data) );
    server_expect_data( client, 1, data, sizeof(data) );
    ok( client->most_sent <= MAX_BATCH, "One turn sent %zu bytes.\n", client->most_sent );

    server_create( client, 2, "Bad::mortal" );
    server_expect_created( client, 2 );
    server_data( client, 2, "a", 1 );   /* it ends */
    server_expect_close( client, 2 );
    client_event( client, CHANNEL_EVENT_DISCONNECTED );
    ok( !client->watch, "The addin still waits for hosts.\n" );
    witness_wait( "telling: the connection has ended", witness_count( "telling: a connection begins" ) );
    client_event( client, CHANNEL_EVENT_CONNECTED );
    ok( client->watch != NULL, "The addin does not wait for hosts again.\n" );
    server_open( client, 1, ECHO_CHANNEL );
    for (i = 0; i < 20; i++) server_echo( client, 1 );
    client_event( client, CHANNEL_EVENT_CONNECTED );    /* without an end */
    server_open( client, 1, TELLING_CHANNEL );
    server_echo( client, 1 );
    client_end( client );
    client_destroy( client );
}

/* Channels take turns also in what a host has sent while the main thread was elsewhere. */
static void test_elsewhere(void)
{
    static const uint8_t data[60 * 1590];
    struct client *client = client_create();
    unsigned int ids;

    client->watches = true;
    client_begin( client );
    server_open( client, 1, ECHO_CHANNEL );
    server_create( client, 2, ECHO_CHANNEL );
    server_expect_created( client, 2 );
    send_many( client, 1, data, sizeof(data) );
    server_data( client, 2, "a", 1 );
    server_data( client, 2, "print", 5 );
    witness_wait( "words", 1 );     /* what came before is answered */
    ids = next_ids( client );
    ok( ids == 0x201 || ids == 0x102, "The other channel comes first: %04x.\n", ids );
    client_end( client );
    client_destroy( client );
}

/* A main thread that the client holds for long does not make a host one that is silent. */
static void test_held(void)
{
    struct client *client = client_create();

    client->watches = true;
    client_begin( client );
    server_open( client, 1, "Bad::asked" );
    witness_wait( "asked: it lives", 1 );
    server_expect_data( client, 1, "good", 4 );
    client_end( client );
    client_destroy( client );
}

START_TEST( turns )
{
    hosts_set( "echo telling pourer" );
    witness_log();
    test_turns();
    test_begins_anew( false );
    test_begins_anew( true );
    test_put_aside();
    test_slow_turns();
    test_client_turns();
    test_fair();
    test_idle_host();
    test_idle_channel();
}

START_TEST( reads )
{
    hosts_set( "echo telling mortal asked" );
    setenv( "WLOG_LEVEL", "DEBUG", 1 );     /* what hosts print */
    witness_log();
    test_reads();
    test_elsewhere();
    test_held();
}

START_TEST( writes )
{
    hosts_set( "echo telling" );
    witness_log();
    test_after_end();   /* counts what hosts say */
    test_last_write( CHANNEL_EVENT_DISCONNECTED );
    test_last_write( CHANNEL_EVENT_TERMINATED );
}

START_TEST( lost )
{
    hosts_set( "echo" );
    witness_log();
    test_lost( false );
    test_lost( true );
    test_gone();
    test_cancelled();
}
