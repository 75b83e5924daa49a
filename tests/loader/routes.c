/*
 * Whose PDU it is: what no well-behaved server makes necessary
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

#include "hosts.h"
#include "server.h"
#include "witness.h"
#include "wine/test.h"

static struct client *begin(void)
{
    struct client *client = client_create();

    client_serve( client, "echo" );
    client_begin( client );
    return client;
}

static void end( struct client *client )
{
    client_end( client );
    client_destroy( client );
}

/* S9: FreeRDP and the hosts need CAPS before the first channel. */
static void test_no_caps(void)
{
    static const uint8_t caps[] = { 0x50, 0x00, 0x01, 0x00 };
    struct client *client = begin();

    server_create( client, 1, ECHO_CHANNEL );
    server_expect_created( client, 1 );
    server_expect_left( client, caps, sizeof(caps) );
    server_echo( client, 1 );
    server_create( client, 2, ECHO_CHANNEL );
    server_expect_created( client, 2 );
    ok( !client->left.count, "%zu messages are left to FreeRDP.\n", client->left.count );
    end( client );

    client = begin();   /* what is FreeRDP's it does itself */
    server_create( client, 1, "ECHO" );
    server_expect_left_create( client, 1, "ECHO" );
    end( client );
}

/* S9: the server that begins anew has been replaced, and no channel of the old one is left. */
static void test_second_caps(void)
{
    unsigned int begins = witness_count( "telling: a connection begins" );
    unsigned int ends = witness_count( "telling: the connection has ended" );
    struct client *client = begin();

    server_open( client, 1, TELLING_CHANNEL );
    server_echo( client, 1 );
    server_caps( client, 2 );
    witness_wait( "telling: the connection has ended", ends + 1 );
    witness_wait( "telling: a connection begins", begins + 2 );
    ok( client->left.count == 2, "%zu messages are left to FreeRDP.\n", client->left.count );
    server_data( client, 1, "a", 1 );
    ok( client->left.count == 3, "The old channel's data is kept.\n" );
    server_create( client, 1, TELLING_CHANNEL );
    server_expect_created( client, 1 );
    server_echo( client, 1 );
    end( client );
}

/* S10: an id that the server gives to a channel of FreeRDP is FreeRDP's. */
static void test_id_taken(void)
{
    static const uint8_t compressed[] = { 0x70, 1, 0xe0, 0x06, 'a' }, soft_sync[] = { 0x80, 0, 8, 0, 0, 0, 0, 0, 0, 0 };
    struct client *client = begin();

    server_open( client, 1, ECHO_CHANNEL );
    server_create( client, 2, ECHO_CHANNEL );
    server_expect_created( client, 2 );
    message_list_clear( &client->left );
    server_create( client, 1, "ECHO" );
    server_expect_left_create( client, 1, "ECHO" );
    server_data( client, 1, "a", 1 );
    ok( client->left.count == 1, "Data of FreeRDP's channel is kept.\n" );
    server_send( client, compressed, sizeof(compressed) );
    ok( client->left.count == 2, "Compressed data of FreeRDP's channel is kept.\n" );
    server_send( client, soft_sync, sizeof(soft_sync) );
    ok( client->left.count == 3, "A soft-sync request is kept.\n" );
    server_close( client, 1 );
    ok( client->left.count == 4, "The CLOSE of FreeRDP's channel is kept.\n" );
    server_echo( client, 2 );
    ok( !client->sent.count, "The host says something of a channel that is FreeRDP's.\n" );
    ok( client->left.count == 4, "The data of a host's channel is not kept.\n" );
    end( client );
}

/* S14: with a first chunk that does not say enough the whole message is FreeRDP's, chunk by chunk. */
static void check_split( struct client *client, const void *message, size_t size, size_t chunk_size )
{
    size_t offset, count = (size + chunk_size - 1) / chunk_size;
    struct message *chunk;

    winetest_push_context( "%zu bytes in %zu chunks", size, count );
    message_list_clear( &client->left );
    server_send_chunks( client, message, size, chunk_size );
    ok( client->left.count == count, "%zu chunks are left to FreeRDP.\n", client->left.count );
    for (offset = 0; (chunk = message_list_pop( &client->left )); offset += chunk_size)
    {
        ok( chunk->total_size == size && !(chunk->flags & CHANNEL_FLAG_FIRST) == (offset > 0) &&
            !(chunk->flags & CHANNEL_FLAG_LAST) == (offset + chunk->size < size),
            "The chunk at %zu has flags %#x, of %zu bytes.\n", offset, chunk->flags, chunk->total_size );
        ok( !memcmp( chunk->data, (const uint8_t *)message + offset, chunk->size ), "Its bytes are others.\n" );
        free( chunk );
    }
    winetest_pop_context();
}

static void test_split(void)
{
    static const uint8_t create[] = "\x10\x03" ECHO_CHANNEL, data[] = { 0x32, 1, 0, 'a', 'b' };
    static uint8_t long_data[5000] = { 0x30, 9 };
    struct client *client = begin();

    server_open( client, 1, ECHO_CHANNEL );
    check_split( client, create, sizeof(create), 1 );
    check_split( client, create, sizeof(create), 2 );
    check_split( client, create, sizeof(create), 8 );   /* the name goes on */
    check_split( client, data, sizeof(data), 1 );
    check_split( client, data, sizeof(data), 2 );       /* the id goes on */
    check_split( client, long_data, sizeof(long_data), 1600 );  /* of no channel of ours */
    server_echo( client, 1 );
    end( client );
}

/* S14: what a host gets in several chunks it gets whole, and no more than it can. */
static void test_chunks(void)
{
    static uint8_t message[65537] = { 0x30, 1 };
    struct client *client = begin();

    server_open( client, 1, ECHO_CHANNEL );
    server_create( client, 2, ECHO_CHANNEL );
    server_expect_created( client, 2 );
    message_list_clear( &client->left );
    message[2] = 'a';
    server_send_chunks( client, message, 1600, 3 );
    server_expect( client, message, 1600 );
    server_create( client, 3, ECHO_CHANNEL );
    server_expect_created( client, 3 );
    client_receive( client, client->drdynvc_id, "\x30\x03x", 3, CHANNEL_FLAG_FIRST, 1600 );
    server_data( client, 9, "", 1 );    /* FreeRDP's: the other will have no end */
    server_expect_close( client, 3 );
    message_list_clear( &client->left );
    server_send_chunks( client, message, sizeof(message), 1600 );
    server_expect_close( client, 1 );
    server_echo( client, 2 );
    server_send_chunks( client, "\x10\x03" ECHO_CHANNEL, 2 + sizeof(ECHO_CHANNEL), 2 + sizeof(ECHO_CHANNEL) - 1 );
    ok( client->left.count == 2, "A CREATE_REQ whose name goes on is kept.\n" );
    ok( witness_count( "more than 65536 bytes" ) == 1, "The log does not tell of the long message.\n" );
    end( client );
}

/* S7: whatever hosts send, the session goes on. */
static void test_bad_hosts(void)
{
    static const char *const channels[] = { "Bad::garbage", "Bad::stranger", "Bad::undead", "Bad::unknown",
                                            "Bad::malformed", "Bad::empty", "Bad::long-pdu" };
    struct client *client = begin();
    unsigned int i;

    server_open( client, 1, ECHO_CHANNEL );
    for (i = 0; i < 7; i++)
    {
        winetest_push_context( "%s", channels[i] );
        server_create( client, 2 + i, channels[i] );
        server_expect_created( client, 2 + i );
        server_expect_close( client, 2 + i );
        server_echo( client, 1 );
        winetest_pop_context();
    }
    end( client );
}

/* S7: nor does FreeRDP's own failure to send end it from within our turn. That connection gets nothing more. */
static void test_send_fails(void)
{
    struct client *client = begin();

    server_open( client, 1, ECHO_CHANNEL );
    client->send_fails = true;
    server_echo( client, 1 );
    server_fill( client, 1, ECHO_CHANNEL );
    client_wait( client );
    client_turn( client );
    ok( !client->sent.count, "The addin sends where a PDU is missing.\n" );
    ok( !client->instance->SendChannelData( client->instance, 1003, (const BYTE *)"a", 1 ),
        "FreeRDP does not hear of its own failure.\n" );
    message_list_clear( &client->sent );
    client->receive_fails = true;
    ok( !client->instance->ReceiveChannelData( client->instance, 1003, (const BYTE *)"a", 1, 3, 1 ),
        "FreeRDP does not hear of its own failure.\n" );

    client_event( client, CHANNEL_EVENT_DISCONNECTED );
    client->send_fails = client->receive_fails = false;
    client_event( client, CHANNEL_EVENT_CONNECTED );
    server_open( client, 1, ECHO_CHANNEL );
    server_echo( client, 1 );
    end( client );
}

/* A channel whose plug-in is not ready in time is FreeRDP's to refuse, and the log says what to set. */
static void test_late(void)
{
    struct client *client = client_create();

    client->option = "start-timeout=1";
    client_begin( client );
    server_open( client, 2, ECHO_CHANNEL ); /* the settings are known */
    message_list_clear( &client->left );
    server_create( client, 1, "Bad::silent" );
    ok( !client->left.count, "The CREATE_REQ does not wait.\n" );
    while (!client->left.count && client_wait( client )) client_turn( client );
    server_expect_left_create( client, 1, "Bad::silent" );
    witness_wait( "channel Bad::silent (id 1) is refused: its plug-in was not ready in time (see start-timeout)", 1 );
    end( client );
    ok( !witness_count( "asked for none" ), "The log says that the server asked for nothing.\n" );
}

/* What hosts send that take no part in the connection is nobody's, but no breach; when they end nothing is left. */
static void test_barred(void)
{
    struct client *client = client_create();
    struct witness_counts counts = witness_get_counts();

    client->option = "restarts=0";
    client_begin( client );
    server_open( client, 1, ECHO_CHANNEL );
    witness_wait( "barred.dll): the process of this plug-in ended", 1 );
    witness_wait( "outside: sent", 1 );
    server_echo( client, 1 );
    server_echo( client, 1 );
    client_event( client, CHANNEL_EVENT_DISCONNECTED );
    client_event( client, CHANNEL_EVENT_TERMINATED );
    witness_wait_counts( counts );
    client_destroy( client );
    ok( !witness_count( "broke the rule" ), "A host is ended for what it sent.\n" );
}

/* What a host says of FreeRDP's names, over and over, does not spoil the record. */
static void test_repeated_names(void)
{
    unsigned int i;

    for (i = 0; i < 2; i++)
    {
        struct client *client = client_create();
        struct witness_counts counts = witness_get_counts();

        client_serve( client, "echo" );
        client_begin( client );
        server_open( client, 1, "Bad::repeating" );
        witness_wait( "the search has found 1 plug-ins", i + 1 );
        client_end( client );
        witness_wait_counts( counts ); /* with that the record is written */
        client_destroy( client );
    }
    ok( !witness_count( "the plug-ins of the last session are not known" ), "The record is broken.\n" );
}

/* However often a host offers another one's channel, or the search says of which Wine it is, the log stays readable. */
static void test_readable_log(void)
{
    struct client *client = client_create();
    unsigned int lines;

    client->option = "restarts=0";
    client_begin( client );
    server_open( client, 1, ECHO_CHANNEL );
    server_create( client, 2, "Bad::rival" );
    server_expect_created( client, 2 );
    witness_wait( "rival.dll): the process of this plug-in ended", 1 );
    lines = witness_count( "channel Bad::echo is offered by two plug-ins" );
    ok( lines && lines < 100, "The log has %u lines of a channel.\n", lines );
    lines = witness_count( "is too old" );
    ok( lines == 1, "The log has %u lines of Wine.\n", lines );
    end( client );
}

START_TEST( caps )
{
    hosts_set( "echo telling" );
    witness_log();
    test_no_caps();
    test_second_caps();
}

START_TEST( routes )
{
    hosts_set( "echo" );
    witness_log();
    test_id_taken();
    test_split();
    test_chunks();
}

START_TEST( results )
{
    hosts_set( "echo garbage stranger undead unknown malformed empty long-pdu" );
    witness_log();
    test_bad_hosts();
    test_send_fails();
}

/* A host that talks without end is ended, and the others go on meanwhile. */
static void check_flood( struct client *client, uint8_t id, const char *channel, unsigned int lines )
{
    server_create( client, id, channel );
    server_expect_created( client, id );
    server_expect_close( client, id );
    server_echo( client, 1 );
    witness_wait( "it broke the rule that a host sends no more than 2 MiB of control frames in a second", lines );
}

static void test_flood(void)
{
    struct client *client = begin();

    server_open( client, 1, ECHO_CHANNEL );
    check_flood( client, 2, "Bad::flooder", 1 );
    check_flood( client, 3, "Bad::babbler", 2 );
    end( client );
}

/* What a host has sent is credited when the client has taken it, at the latest when the host falls idle. */
static void test_credit(void)
{
    struct client *client = begin();

    server_open( client, 1, "Bad::good" ); /* says something only when it has its credit for the answer */
    server_expect_data( client, 1, "good", 4 );
    server_close( client, 1 );
    server_expect_close( client, 1 );
    end( client );
}

START_TEST( late )
{
    hosts_set( "echo silent" );
    witness_log();
    test_late();
}

START_TEST( flood )
{
    hosts_set( "echo flooder babbler" );
    witness_log();
    test_flood();
}

START_TEST( readable_log )
{
    hosts_set( "echo rival" );
    setenv( "WINEDVC_TEST_SCOUT", "stammering", 1 );
    witness_log();
    test_readable_log();
}

START_TEST( barred )
{
    hosts_set( "echo barred outside" );
    hosts_configure( "[plugin barred]\nservers = other.example\n[plugin outside]\nservers = other.example\n" );
    witness_log();
    test_barred();
}

START_TEST( names )
{
    hosts_set( "repeating" );
    setenv( "WINEDVC_LOG_LEVEL", "debug", 1 );
    witness_log();
    test_repeated_names();
}

START_TEST( credit )
{
    hosts_set( "good" );
    witness_log();
    test_credit();
}
