/*
 * Unit tests of the addin's routing table
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

#include "channels.h"
#include "drdynvc.h"
#include "routing.h"

static void test_capabilities(void)
{
    router = router_create( &served_names, SEED );
    router_add_host( router, 1, true );
    check_server( CAPS_2, ROUTE_CLIENT, 0 );
    check_owed( ROUTE_HOST, 1, CAPS_2 );
    router_add_host( router, 2, true ); /* a later host gets them too */
    check_owed( ROUTE_HOST, 2, CAPS_2 );
    check_host( 1, "50 00 02 00", ROUTE_NOBODY ); /* FreeRDP answers */
    check_host( 2, "5c 00 03 00", ROUTE_NOBODY );
    check_quiet();

    /* a second one begins a new connection */
    check_server( CAPS_2, ROUTE_EPOCH, 0 );
    router_reset( router );
    check_server( CAPS_2, ROUTE_CLIENT, 0 );
    check_owed( ROUTE_HOST, 1, CAPS_2 );
    check_owed( ROUTE_HOST, 2, CAPS_2 );
    stop();
}

static void test_missing_capabilities(void)
{
    router = router_create( &served_names, SEED );
    router_add_host( router, 1, true );
    announce( 1, "one" );
    check_server( create( 3, "FreeRDP's" ), ROUTE_TAKEN, 0 ); /* held: FreeRDP does not see it yet */
    check_quiet();
    check_server( create( 4, "one" ), ROUTE_TAKEN, 0 );
    check_owed( ROUTE_CLIENT, 0, CAPS_1 );
    check_owed( ROUTE_HOST, 1, CAPS_1 );
    check_owed( ROUTE_HOST, 1, create( 4, "one" ) );
    check_server( create( 5, "one" ), ROUTE_TAKEN, 0 ); /* once */
    check_owed( ROUTE_HOST, 1, create( 5, "one" ) );
    check_quiet();
    stop();
}

static void test_names(void)
{
    start();
    check_server( create( 1, "one" ), ROUTE_TAKEN, 0 );
    check_owed( ROUTE_HOST, 1, create( 1, "one" ) );
    check_server( create( 2, "two" ), ROUTE_TAKEN, 0 );
    check_owed( ROUTE_HOST, 2, create( 2, "two" ) );
    check_server( create( 3, "One" ), ROUTE_CLIENT, 0 ); /* names compare byte by byte */
    check_server( create( 4, "on" ), ROUTE_CLIENT, 0 );
    check_server( create( 5, "" ), ROUTE_CLIENT, 0 );
    check_server( create( 6, "one\t" ), ROUTE_CLIENT, 0 );
    check_server( create( 7, "one" ), ROUTE_TAKEN, 0 ); /* a second channel of the name */
    check_owed( ROUTE_HOST, 1, create( 7, "one" ) );

    ok( router_listen( router, 1, "TSMF" ) == NAME_SERVED, "FreeRDP's name is a host's\n" );
    check_server( create( 8, "TSMF" ), ROUTE_CLIENT, 0 );
    check_server( create( 9, "ECHO" ), ROUTE_CLIENT, 0 );
    ok( !router_unlisten( router, 1, "TSMF" ), "it may not be withdrawn\n" );

    ok( !router_unlisten( router, 1, "one" ), "the name may not be withdrawn\n" );
    check_server( create( 10, "one" ), ROUTE_CLIENT, 0 );
    check_host( 1, "10 01 00 00 00 00", ROUTE_SERVER ); /* what was offered before is not affected */
    ok( router_unlisten( router, 1, "one" ) == NAME_UNKNOWN, "a name is withdrawn twice\n" );
    ok( router_unlisten( router, 1, "two" ) == NAME_UNKNOWN, "another host's name is withdrawn\n" );
    ok( router_unlisten( router, 1, "a\nb" ) == NAME_UNKNOWN, "what is no name is withdrawn\n" );
    check_quiet();
    stop();
}

static void test_name_rules(void)
{
    char name[262], *end = name + 261;
    unsigned int i;

    start();
    memset( name, 'x', sizeof(name) );
    *end = 0;
    ok( router_listen( router, 1, name ) == NAME_INVALID, "261 bytes are accepted\n" );
    *--end = 0;
    ok( !router_listen( router, 1, name ), "260 bytes are refused\n" );
    ok( router_listen( router, 1, "" ) == NAME_INVALID, "no bytes are accepted\n" );
    ok( router_listen( router, 1, "a\nb" ) == NAME_INVALID, "a control character is accepted\n" );
    ok( router_listen( router, 1, "a\x7f" ) == NAME_INVALID, "a control character is accepted\n" );
    ok( router_listen( router, 3, "three" ) == NAME_INVALID, "an unknown host listens\n" );
    for (i = 3; i < 256; i++)
    {
        sprintf( name, "name %u", i );
        if (router_listen( router, 1, name )) break;
    }
    ok( i == 256, "%u names are too many\n", i );
    ok( router_listen( router, 1, "more" ) == NAME_FULL, "257 names are accepted\n" );
    check_server( create( 1, "more" ), ROUTE_CLIENT, 0 );
    ok( !router_listen( router, 2, "more" ), "another host's names count\n" );
    ok( !router_unlisten( router, 1, "one" ) && !router_listen( router, 1, "more" ), "there is no room\n" );
    check_server( create( 1, "more" ), ROUTE_TAKEN, 0 );
    check_owed( ROUTE_HOST, 1, create( 1, "more" ) );
    stop();
}

/* A server that reads nothing and asks on is refused only so often. */
static void test_unread_refusals(void)
{
    uint8_t creates[] = { 0x12, 0, 0, 0, 1, 'o', 'n', 'e', 0 }, closes[] = { 0x42, 0, 0, 0, 1 };
    size_t memory = 0, count = 0;
    struct packet *packet;
    unsigned int host, i;

    start();
    for (i = 0; i < 400000; i++)
    {
        memcpy( creates + 1, &i, 3 );
        memcpy( closes + 1, &i, 3 );
        router_server_pdu( router, creates, sizeof(creates), now, &host );
        if (i < 4096) router_server_pdu( router, closes, sizeof(closes), now, &host ); /* which the host does not answer */
    }
    for (; (packet = router_take( router, ROUTE_SERVER )); free( packet ))
    {
        memory += packet->size + PACKET_COST;
        count++;
    }
    ok( count > 150000, "%u are refused\n", (unsigned int)count );
    ok( memory <= 16777216, "refusals take %u bytes\n", (unsigned int)memory );
    stop();
}

/* They are bytes, and compared as such. */
static void test_name_bytes(void)
{
    start();
    announce( 1, "\xc3\xa4" );
    announce( 1, "\x80\xff" );
    check_server( create( 1, "\xc3\xa4" ), ROUTE_TAKEN, 0 );
    check_owed( ROUTE_HOST, 1, create( 1, "\xc3\xa4" ) );
    check_server( create( 2, "\x80\xff" ), ROUTE_TAKEN, 0 );
    check_owed( ROUTE_HOST, 1, create( 2, "\x80\xff" ) );
    check_server( create( 3, "\xc3\x84" ), ROUTE_CLIENT, 0 );
    check_server( create( 4, "\x80" ), ROUTE_CLIENT, 0 );
    check_quiet();
    stop();
}

static void check_names( const char *expected )
{
    char text[24];

    router_list_names( router, text, sizeof(text) );
    ok( !strcmp( text, expected ), "got %s\n", text );
}

static void test_names_are_listed(void)
{
    start();
    check_names( "two, both, one" );
    router_remove_host( router, 2 );
    check_names( "both, one" );
    router_expect( router, 1, "expected" );
    check_names( "both, one" );
    announce( 1, "quite long" );
    check_names( "both, one, ..." );
    stop();
}

static void test_offer_in_order(void)
{
    start();
    check_server( create( 3, "both" ), ROUTE_TAKEN, 0 );
    check_owed( ROUTE_HOST, 1, create( 3, "both" ) ); /* the lower number, not the older name */
    check_quiet();
    check_host( 1, "10 03 01 00 00 c0", ROUTE_NOBODY );
    check_owed( ROUTE_HOST, 2, create( 3, "both" ) );
    check_host( 2, "10 03 01 00 00 c0", ROUTE_SERVER );
    check_quiet();
    check_server( "30 03 aa", ROUTE_CLIENT, 0 ); /* the id is free */

    check_server( create( 3, "both" ), ROUTE_TAKEN, 0 );
    check_owed( ROUTE_HOST, 1, create( 3, "both" ) );
    check_host( 1, "10 03 01 00 00 c0", ROUTE_NOBODY );
    check_owed( ROUTE_HOST, 2, create( 3, "both" ) );
    check_host( 2, "10 03 00 00 00 00", ROUTE_SERVER );
    check_server( "30 03 aa", ROUTE_HOST, 2 );
    stop();
}

static void test_open(void)
{
    start();
    check_server( create( 9, "FreeRDP's" ), ROUTE_CLIENT, 0 );
    ok( !router_was_asked( router ), "the server asked for a channel\n" );
    check_server( create( 3, "one" ), ROUTE_TAKEN, 0 );
    check_owed( ROUTE_HOST, 1, create( 3, "one" ) );
    ok( router_was_asked( router ), "the server did not ask\n" );
    check_host( 1, "10 03 00 00 00 00", ROUTE_SERVER );

    check_server( "30 03 71", ROUTE_HOST, 1 );
    check_server( "24 03 7b 0c 71", ROUTE_HOST, 1 );
    check_server( "34 03 71", ROUTE_HOST, 1 );
    check_server( "30 03", ROUTE_HOST, 1 ); /* an empty message */
    check_server( "64 03 7b 0c e0 26 38", ROUTE_HOST, 1 );
    check_server( "70 03 e0 26 88", ROUTE_HOST, 1 );
    check_server( "30 04 71", ROUTE_CLIENT, 0 );
    check_host( 1, "30 03 71", ROUTE_SERVER );
    check_host( 1, "24 03 7b 0c 71", ROUTE_SERVER );
    check_host( 1, "64 03 7b 0c e0 26 38", ROUTE_SERVER );
    check_host( 1, "70 03 e0 26 88", ROUTE_SERVER );
    router_reset( router );
    ok( router_was_asked( router ), "it is forgotten\n" );
    stop();
}

static void test_id_width(void)
{
    start();
    check_server( "11 03 00 6f 6e 65 00", ROUTE_TAKEN, 0 );
    check_owed( ROUTE_HOST, 1, "11 03 00 6f 6e 65 00" );
    check_host( 1, "12 03 00 00 00 00 00 00 00", ROUTE_SERVER ); /* any width names it */
    check_server( "30 03 71", ROUTE_HOST, 1 );
    check_server( "31 03 00 71", ROUTE_HOST, 1 );
    check_server( "32 03 00 00 00 71", ROUTE_HOST, 1 );
    check_server( "32 03 00 00 01 71", ROUTE_CLIENT, 0 );
    check_server( "12 78 56 34 12 6f 6e 65 00", ROUTE_TAKEN, 0 );
    check_owed( ROUTE_HOST, 1, "12 78 56 34 12 6f 6e 65 00" );
    router_remove_host( router, 1 );
    check_owed( ROUTE_SERVER, 0, "40 03" );
    check_owed( ROUTE_SERVER, 0, "12 78 56 34 12 01 00 00 c0" );
    check_quiet();
    stop();
}

static void test_server_malformed(void)
{
    start_open();
    check_server( "", ROUTE_CLIENT, 0 );
    check_server( "30", ROUTE_CLIENT, 0 );
    check_server( "33 03 71", ROUTE_CLIENT, 0 ); /* cbId 3 */
    check_server( "31 03", ROUTE_CLIENT, 0 );
    check_server( "32 03 00 00", ROUTE_CLIENT, 0 );
    check_server( "2c 03 01 71", ROUTE_HOST, 1 ); /* Len 3: the host closes its channel */
    check_server( "24 03 7b", ROUTE_HOST, 1 );
    check_server( "2c 04 01 71", ROUTE_CLIENT, 0 );
    check_server( "10 03", ROUTE_CLIENT, 0 );
    check_server( "10 03 6f 6e 65", ROUTE_CLIENT, 0 ); /* no NUL */
    check_server( "40", ROUTE_CLIENT, 0 );
    check_server( "50 00 02", ROUTE_CLIENT, 0 );
    check_server( "a0 00", ROUTE_CLIENT, 0 );
    check_server( "00 03", ROUTE_CLIENT, 0 );
    check_server( "f0 03 01", ROUTE_CLIENT, 0 );
    check_server( "80 00 08 00 00 00 01 00 00 00", ROUTE_CLIENT, 0 ); /* soft-sync */
    check_quiet();
    check_server( "30 03 71", ROUTE_HOST, 1 ); /* the channel has survived all of it */
    stop();
}

static void test_server_closes(void)
{
    start_open();
    check_server( "40 03", ROUTE_HOST, 1 );
    check_server( "30 03 71", ROUTE_CLIENT, 0 ); /* the id is the server's again */
    check_host( 1, "30 03 71", ROUTE_NOBODY ); /* written before the host knew */
    check_host( 1, "40 03", ROUTE_SERVER ); /* the reply */
    check_host( 1, "40 03", ROUTE_BROKEN );
    check_quiet();
    stop();

    start_open();
    check_server( "40 03", ROUTE_HOST, 1 );
    check_server( create( 3, "one" ), ROUTE_TAKEN, 0 ); /* reused at once */
    check_owed( ROUTE_HOST, 1, create( 3, "one" ) );
    check_host( 1, "30 03 71", ROUTE_NOBODY ); /* still the old channel's */
    check_host( 1, "40 03", ROUTE_NOBODY ); /* would close the new one */
    check_host( 1, "10 03 00 00 00 00", ROUTE_SERVER );
    check_host( 1, "30 03 71", ROUTE_SERVER );
    stop();

    start_open();
    check_server( "40 03", ROUTE_HOST, 1 );
    check_server( create( 3, "two" ), ROUTE_TAKEN, 0 ); /* reused for another host */
    check_owed( ROUTE_HOST, 2, create( 3, "two" ) );
    check_host( 2, "10 03 00 00 00 00", ROUTE_SERVER );
    check_host( 1, "30 03 71", ROUTE_NOBODY );
    check_host( 1, "40 03", ROUTE_NOBODY );
    check_server( "30 03 71", ROUTE_HOST, 2 );
    stop();

    start_open();
    check_server( "40 03", ROUTE_HOST, 1 );
    check_server( create( 3, "one" ), ROUTE_TAKEN, 0 );
    check_owed( ROUTE_HOST, 1, create( 3, "one" ) );
    check_host( 1, "10 03 00 00 00 00", ROUTE_SERVER ); /* a host that closed the old one without a word */
    check_host( 1, "30 03 71", ROUTE_SERVER );
    stop();
}

static void test_server_closes_offer(void)
{
    start();
    check_server( create( 3, "one" ), ROUTE_TAKEN, 0 );
    check_owed( ROUTE_HOST, 1, create( 3, "one" ) );
    check_server( "40 03", ROUTE_HOST, 1 );
    check_host( 1, "10 03 00 00 00 00", ROUTE_NOBODY ); /* nobody waits for it */
    check_host( 1, "40 03", ROUTE_SERVER );
    check_quiet();

    check_server( create( 3, "one" ), ROUTE_TAKEN, 0 );
    check_owed( ROUTE_HOST, 1, create( 3, "one" ) );
    check_server( "40 03", ROUTE_HOST, 1 );
    check_host( 1, "10 03 01 00 00 c0", ROUTE_NOBODY );
    check_owed( ROUTE_SERVER, 0, "40 03" ); /* the reply that the host will not send */
    check_quiet();
    stop();
}

static void test_host_closes(void)
{
    start_open();
    check_host( 1, "40 03", ROUTE_SERVER );
    check_server( "30 03 71", ROUTE_NOBODY, 0 ); /* late */
    check_server( "24 03 7b 0c 71", ROUTE_NOBODY, 0 );
    check_server( "40 03", ROUTE_NOBODY, 0 ); /* close crosses close */
    check_server( "30 03 71", ROUTE_NOBODY, 0 );
    check_host( 1, "30 03 71", ROUTE_BROKEN );
    check_rule( "after its CLOSE" );
    check_host( 1, "40 03", ROUTE_BROKEN );
    check_server( create( 3, "unknown" ), ROUTE_CLIENT, 0 ); /* created anew, for FreeRDP */
    check_server( "30 03 71", ROUTE_CLIENT, 0 );
    check_quiet();
    stop();

    start_open();
    check_server( "40 03", ROUTE_HOST, 1 ); /* crossing, seen from the other end: the host's CLOSE is on its way */
    check_host( 1, "40 03", ROUTE_SERVER );
    check_quiet();
    stop();
}

static void test_id_reuse(void)
{
    start_open();
    check_server( create( 3, "two" ), ROUTE_TAKEN, 0 ); /* without a CLOSE */
    check_owed( ROUTE_HOST, 1, "40 03" );
    check_owed( ROUTE_HOST, 2, create( 3, "two" ) );
    check_host( 1, "30 03 71", ROUTE_NOBODY );
    check_host( 1, "40 03", ROUTE_NOBODY );
    check_host( 2, "10 03 00 00 00 00", ROUTE_SERVER );
    stop();

    start_open();
    check_server( create( 3, "ECHO" ), ROUTE_CLIENT, 0 ); /* FreeRDP's names take ids, too */
    check_owed( ROUTE_HOST, 1, "40 03" );
    check_server( "30 03 71", ROUTE_CLIENT, 0 );
    check_host( 1, "40 03", ROUTE_NOBODY );
    check_quiet();
    stop();

    start();
    check_server( create( 3, "one" ), ROUTE_TAKEN, 0 );
    check_owed( ROUTE_HOST, 1, create( 3, "one" ) );
    check_server( create( 3, "one" ), ROUTE_TAKEN, 0 ); /* twice, before an answer */
    check_owed( ROUTE_HOST, 1, "40 03" );
    check_owed( ROUTE_HOST, 1, create( 3, "one" ) );
    check_host( 1, "10 03 01 00 00 c0", ROUTE_NOBODY ); /* about the first */
    check_host( 1, "10 03 00 00 00 00", ROUTE_SERVER ); /* about the second */
    check_quiet();
    stop();
}

static void test_host_rules(void)
{
    static const struct
    {
        const char *pdu;
        const char *rule;
    }
    tests[] =
    {
        { "", "1 to 1600" },
        { "30", "well-formed" },
        { "33 03 71", "well-formed" },
        { "2c 03 01 71", "well-formed" },
        { "24 03 7b", "well-formed" },
        { "31 03", "well-formed" },
        { "10 03 00 00 00", "well-formed" },
        { "50 00 00", "well-formed" },
        { "00 03", "a client sends" },
        { "80 00 08 00 00 00 01 00 00 00", "a client sends" },
        { "90 00 00 00 00 00", "a client sends" },
        { "a0 03", "a client sends" },
        { "30 04 71", "own" },
        { "40 04", "own" },
        { "10 04 00 00 00 00", "own" },
        { "10 03 00 00 00 00", "answered once" },
    };
    uint8_t large[1601] = { 0x30, 3 };
    unsigned int i;

    start_open();
    for (i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
    {
        check_host( 1, tests[i].pdu, ROUTE_BROKEN );
        check_rule( tests[i].rule );
    }
    check_host( 2, "30 03 71", ROUTE_BROKEN ); /* another host's channel */
    check_rule( "own" );
    check_host( 2, "40 03", ROUTE_BROKEN );
    ok( router_host_pdu( router, 1, large, 1600, &rule ) == ROUTE_SERVER, "1600 bytes are refused\n" );
    ok( router_host_pdu( router, 1, large, 1601, &rule ) == ROUTE_BROKEN, "1601 bytes are accepted\n" );

    check_server( create( 5, "one" ), ROUTE_TAKEN, 0 );
    check_owed( ROUTE_HOST, 1, create( 5, "one" ) );
    check_host( 1, "30 05 71", ROUTE_BROKEN );
    check_rule( "before its CREATE_RSP" );
    check_host( 1, "40 05", ROUTE_BROKEN );
    check_quiet();
    stop();
}

/* In whichever of the table's lists a channel and its host are, which the seed decides. */
static void test_others_channels(void)
{
    unsigned int id, host;
    char pdu[32];

    start_open();
    for (id = 16; id < 60; id++)
    {
        check_server( create( id, "one" ), ROUTE_TAKEN, 0 );
        check_owed( ROUTE_HOST, 1, create( id, "one" ) );
        snprintf( pdu, sizeof(pdu), "10 %02x 00 00 00 00", id );
        check_host( 1, pdu, ROUTE_SERVER );
    }
    for (host = 3; host < 20; host++)
    {
        router_add_host( router, host, true );
        check_owed( ROUTE_HOST, host, CAPS_2 );
        for (id = 16; id < 60; id++)
        {
            snprintf( pdu, sizeof(pdu), "30 %02x 71", id );
            check_host( host, pdu, ROUTE_BROKEN );
            check_rule( "own" );
        }
    }
    check_quiet();
    stop();
}

static void test_hold(void)
{
    router = router_create( &served_names, SEED );
    now = 1000;
    check_server( CAPS_2, ROUTE_CLIENT, 0 );
    check_server( create( 1, "one" ), ROUTE_TAKEN, 0 ); /* the search for plug-ins is not over */
    check_server( create( 2, "ECHO" ), ROUTE_CLIENT, 0 ); /* FreeRDP's own never wait */
    ok( router_deadline( router ) == 1000 + ROUTER_HOLD_MS, "wrong deadline\n" );
    router_add_host( router, 1, true );
    check_owed( ROUTE_HOST, 1, CAPS_2 );
    router_add_host( router, 2, true );
    check_owed( ROUTE_HOST, 2, CAPS_2 );
    router_set_known( router, true );
    now = 2000;
    check_server( create( 3, "two" ), ROUTE_TAKEN, 0 );
    check_server( create( 4, "three" ), ROUTE_TAKEN, 0 );
    check_quiet();

    announce( 1, "one" );
    check_owed( ROUTE_HOST, 1, create( 1, "one" ) ); /* announced at last */
    check_host( 1, "10 01 00 00 00 00", ROUTE_SERVER );
    router_set_ready( router, 1 );
    check_quiet(); /* the other is not ready */
    announce( 2, "two" );
    check_owed( ROUTE_HOST, 2, create( 3, "two" ) );
    router_set_ready( router, 2 );
    check_owed( ROUTE_CLIENT, 0, create( 4, "three" ) );
    check_note( NOTE_OPEN, 1, "one (id 1)" );
    check_note( NOTE_CLIENTS, 0, "three (id 4)" );
    check_quiet();
    ok( router_deadline( router ) == UINT64_MAX, "something is held\n" );
    check_server( create( 5, "three" ), ROUTE_CLIENT, 0 ); /* all are ready: no hold any more */
    stop();
}

static void test_hold_expires(void)
{
    router = router_create( &served_names, SEED );
    router_add_host( router, 1, true );
    now = 1000;
    check_server( create( 1, "one" ), ROUTE_TAKEN, 0 );
    now = 3000;
    check_server( create( 2, "two" ), ROUTE_TAKEN, 0 );
    router_expire( router, 1000 + ROUTER_HOLD_MS - 1 );
    check_quiet();
    router_expire( router, 1000 + ROUTER_HOLD_MS );
    check_owed( ROUTE_CLIENT, 0, create( 1, "one" ) );
    check_note( NOTE_LATE, 0, "one (id 1)" );
    check_quiet();
    ok( router_deadline( router ) == 3000 + ROUTER_HOLD_MS, "wrong deadline\n" );
    router_expire( router, 1000000 );
    check_owed( ROUTE_CLIENT, 0, create( 2, "two" ) );
    announce( 1, "one" ); /* too late for the first */
    check_quiet();
    check_server( "30 01 71", ROUTE_CLIENT, 0 );
    stop();

    /* the settings count for what came before they were read, too */
    router = router_create( &served_names, SEED );
    now = 1000;
    check_server( create( 1, "one" ), ROUTE_TAKEN, 0 );
    router_set_hold( router, 500 );
    ok( router_deadline( router ) == 1500, "wrong deadline\n" );
    router_set_hold( router, 60000 );
    router_expire( router, 60999 );
    check_quiet();
    router_expire( router, 61000 );
    check_owed( ROUTE_CLIENT, 0, create( 1, "one" ) );
    stop();
}

static void test_hold_ends_otherwise(void)
{
    router = router_create( &served_names, SEED );
    router_add_host( router, 1, true );
    now = 1000;
    check_server( create( 1, "one" ), ROUTE_TAKEN, 0 );
    check_server( "40 01", ROUTE_CLIENT, 0 ); /* closed by the server: FreeRDP answers to both, in order */
    check_owed( ROUTE_CLIENT, 0, create( 1, "one" ) );
    check_server( create( 2, "one" ), ROUTE_TAKEN, 0 );
    check_server( create( 2, "two" ), ROUTE_TAKEN, 0 ); /* the id goes to another name */
    announce( 1, "one" );
    check_quiet();
    router_remove_host( router, 1 ); /* the last that could have announced it, but the search goes on */
    check_quiet();
    router_set_known( router, true );
    check_owed( ROUTE_CLIENT, 0, create( 2, "two" ) );
    check_server( create( 3, "one" ), ROUTE_CLIENT, 0 ); /* the dead host's name is gone */

    stop();
    router = router_create( &served_names, SEED );
    check_server( create( 1, "one" ), ROUTE_TAKEN, 0 );
    router_reset( router );
    ok( router_deadline( router ) == UINT64_MAX, "a hold outlives its connection\n" );
    router_set_known( router, true );
    check_quiet();
    stop();
}

/* A host that is started again listens on what it listened on before, soon. */
static void test_hold_for_restart(void)
{
    router = router_create( &served_names, SEED );
    router_set_hold( router, 500 );
    router_add_host( router, 1, true );
    announce( 1, "one" );
    router_set_ready( router, 1 );
    router_set_known( router, true );
    now = 1000;
    check_server( CAPS_2, ROUTE_CLIENT, 0 );
    check_owed( ROUTE_HOST, 1, CAPS_2 );
    check_server( create( 1, "two" ), ROUTE_CLIENT, 0 );

    router_remove_host( router, 1 );
    router_set_known( router, false );
    check_server( create( 2, "one" ), ROUTE_TAKEN, 0 );
    ok( router_deadline( router ) == 1500, "wrong deadline\n" );
    check_quiet();
    router_add_host( router, 2, true );
    announce( 2, "one" );
    check_owed( ROUTE_HOST, 2, CAPS_2 );
    check_owed( ROUTE_HOST, 2, create( 2, "one" ) );
    router_set_ready( router, 2 );
    router_set_known( router, true );
    check_quiet();
    check_server( create( 3, "two" ), ROUTE_CLIENT, 0 );
    stop();
}

static void test_host_gone(void)
{
    start_open();
    check_server( create( 4, "one" ), ROUTE_TAKEN, 0 );
    check_owed( ROUTE_HOST, 1, create( 4, "one" ) );
    check_server( create( 5, "both" ), ROUTE_TAKEN, 0 );
    check_owed( ROUTE_HOST, 1, create( 5, "both" ) );
    check_server( create( 6, "one" ), ROUTE_TAKEN, 0 );
    check_owed( ROUTE_HOST, 1, create( 6, "one" ) );
    check_host( 1, "10 06 00 00 00 00", ROUTE_SERVER );
    check_server( "40 06", ROUTE_HOST, 1 ); /* its reply is still to come */
    check_server( create( 7, "one" ), ROUTE_TAKEN, 0 );
    check_owed( ROUTE_HOST, 1, create( 7, "one" ) );
    check_host( 1, "10 07 00 00 00 00", ROUTE_SERVER );
    check_host( 1, "40 07", ROUTE_SERVER ); /* its own */
    check_server( create( 8, "two" ), ROUTE_TAKEN, 0 );
    check_owed( ROUTE_HOST, 2, create( 8, "two" ) );
    check_host( 2, "10 08 00 00 00 00", ROUTE_SERVER );

    router_remove_host( router, 1 );
    check_owed( ROUTE_SERVER, 0, "40 03" );
    check_owed( ROUTE_SERVER, 0, "10 04 01 00 00 c0" );
    check_owed( ROUTE_SERVER, 0, "40 06" );
    check_owed( ROUTE_HOST, 2, create( 5, "both" ) ); /* the next one is asked */
    check_quiet();
    check_server( "30 03 71", ROUTE_NOBODY, 0 ); /* closed by us: swallowed */
    check_server( "30 07 71", ROUTE_NOBODY, 0 );
    check_server( "30 08 71", ROUTE_HOST, 2 );
    check_host( 2, "10 05 00 00 00 00", ROUTE_SERVER );
    check_server( create( 3, "one" ), ROUTE_CLIENT, 0 );
    check_server( "30 03 71", ROUTE_CLIENT, 0 );
    router_remove_host( router, 1 ); /* twice is once */
    check_quiet();
    stop();
}

static void test_reset(void)
{
    start_open();
    check_server( create( 4, "one" ), ROUTE_TAKEN, 0 );
    router_reset( router );
    check_quiet();
    check_server( "30 03 71", ROUTE_CLIENT, 0 );
    check_host( 1, "30 03 71", ROUTE_BROKEN );
    check_server( CAPS_2, ROUTE_CLIENT, 0 );
    check_owed( ROUTE_HOST, 1, CAPS_2 );
    check_owed( ROUTE_HOST, 2, CAPS_2 );
    check_server( create( 3, "one" ), ROUTE_TAKEN, 0 ); /* names have stayed */
    check_owed( ROUTE_HOST, 1, create( 3, "one" ) );
    stop();
}

static void test_chunks(void)
{
    static const uint8_t data[] = { 0x30, 3, 0x71 }, other[] = { 0x30, 4, 0x71 }, cut[] = { 0x31, 3 };
    static const uint8_t request[] = { 0x10, 9, 'o', 'n', 'e', 0 }, caps[] = { 0x50, 0, 1, 0 };

    start_open();
    ok( router_claims( router, data, sizeof(data) ), "the host's message is not claimed\n" );
    ok( !router_claims( router, other, sizeof(other) ), "FreeRDP's message is claimed\n" );
    ok( !router_claims( router, cut, sizeof(cut) ), "a chunk without an id is claimed\n" );
    ok( !router_claims( router, data, 0 ), "an empty chunk is claimed\n" );
    ok( router_claims( router, request, sizeof(request) ), "a CREATE_REQ is not claimed\n" );
    ok( !router_claims( router, request, sizeof(request) - 1 ), "a CREATE_REQ without a whole name is claimed\n" );
    ok( !router_claims( router, caps, sizeof(caps) ), "CAPS are claimed\n" );

    router_break( router, data, sizeof(data) ); /* too long */
    check_owed( ROUTE_HOST, 1, "40 03" );
    check_quiet();
    check_host( 1, "30 03 71", ROUTE_NOBODY );
    check_host( 1, "40 03", ROUTE_SERVER );
    router_break( router, other, sizeof(other) );
    check_quiet();
    stop();
}

static void open_one( unsigned int id )
{
    char answer[32], text[32];

    sprintf( answer, "10 %02x 00 00 00 00", id );
    sprintf( text, "one (id %u)", id );
    check_server( create( id, "one" ), ROUTE_TAKEN, 0 );
    free( router_take( router, ROUTE_HOST ) );
    check_host( 1, answer, ROUTE_SERVER );
    check_note( NOTE_OPEN, 1, text );
}

static void test_notes(void)
{
    static const uint8_t data[] = { 0x30, 4, 0x71 };
    struct packet *note;
    unsigned int i;

    start();
    announce( 2, "one" );
    check_server( create( 1, "one" ), ROUTE_TAKEN, 0 );
    check_host( 1, "10 01 01 00 00 c0", ROUTE_NOBODY );
    check_note( NOTE_REFUSED, 1, "one (id 1)" );
    check_host( 2, "10 01 01 00 00 c0", ROUTE_SERVER );
    check_note( NOTE_REFUSED, 2, "one (id 1)" );

    open_one( 2 );
    check_host( 1, "40 02", ROUTE_SERVER );
    check_note( NOTE_CLOSED, 1, "one (id 2)" );
    check_server( "40 02", ROUTE_NOBODY, 0 );
    open_one( 3 );
    check_server( "40 03", ROUTE_HOST, 1 );
    check_note( NOTE_ENDED, 1, "one (id 3)" );
    check_host( 1, "40 03", ROUTE_SERVER );
    open_one( 4 );
    router_break( router, data, sizeof(data) );
    check_note( NOTE_BROKEN, 1, "one (id 4)" );
    open_one( 5 );
    check_server( create( 5, "FreeRDP's" ), ROUTE_CLIENT, 0 );  /* takes the id */
    check_note( NOTE_ENDED, 1, "one (id 5)" );
    check_note( NOTE_CLIENTS, 0, "FreeRDP's (id 5)" );
    open_one( 6 );
    router_remove_host( router, 1 );
    check_note( NOTE_LOST, 1, "one (id 6)" );
    ok( !router_take_note( router ), "there is a note of nothing\n" );

    for (i = 0; i < 5000; i++) /* who does not take them loses some */
    {
        check_server( create( 7, "two" ), ROUTE_TAKEN, 0 );
        check_host( 2, "10 07 01 00 00 c0", ROUTE_SERVER );
    }
    for (i = 0; (note = router_take_note( router )); i++) free( note );
    ok( i > 100 && i < 2000, "%u notes are kept\n", i );
    stop();
}

static enum route send_create( uint32_t id, const char *name )
{
    uint8_t pdu[64];
    enum route route;
    unsigned int host;

    route = router_server_pdu( router, pdu, drdynvc_write_create_req( pdu, id, 0, name ), now, &host );
    free( router_take( router, ROUTE_HOST ) );
    return route;
}

static enum route send_accept( unsigned int host, uint32_t id )
{
    uint8_t pdu[DRDYNVC_MAX_CONTROL];

    return router_host_pdu( router, host, pdu, drdynvc_write_create_rsp( pdu, id, 0 ), &rule );
}

/* A session may open so many channels, and each host some whatever the others have. */
static void test_many_channels(void)
{
    uint8_t data[] = { 0x32, 0, 0, 1, 0, 'x' };
    unsigned int i;

    start();
    for (i = 0; i < CHANNELS_MAX; i++)
        if (send_create( 0x10000 + i, "one" ) != ROUTE_TAKEN || send_accept( 1, 0x10000 + i ) != ROUTE_SERVER) break;
    ok( i == CHANNELS_MAX, "%u channels are open\n", i );
    check_quiet();
    for (i = 0; i < CHANNELS_MAX; i++) /* wherever the table has them */
    {
        data[1] = i;
        data[2] = i >> 8;
        if (router_host_pdu( router, 2, data, sizeof(data), &rule ) != ROUTE_BROKEN) break;
    }
    ok( i == CHANNELS_MAX, "host 2 sends for channel %#x of host 1\n", 0x10000 + i );
    check_server( create( 1, "one" ), ROUTE_TAKEN, 0 );
    check_owed( ROUTE_SERVER, 0, "10 01 01 00 00 c0" ); /* one too many */
    check_server( create( 1, "both" ), ROUTE_TAKEN, 0 ); /* the next host may have it */
    check_owed( ROUTE_HOST, 2, create( 1, "both" ) );
    for (i = 1; i < CHANNELS_MAX_HOST; i++)
        if (send_create( 0x100 + i, "two" ) != ROUTE_TAKEN || send_accept( 2, 0x100 + i ) != ROUTE_SERVER) break;
    ok( i == CHANNELS_MAX_HOST, "another host has %u channels\n", i );
    check_server( create( 2, "two" ), ROUTE_TAKEN, 0 );
    check_owed( ROUTE_SERVER, 0, "10 02 01 00 00 c0" );
    check_server( "32 45 23 01 00 71", ROUTE_HOST, 1 );
    check_host( 2, "41 01 01", ROUTE_SERVER ); /* one less */
    check_server( create( 3, "two" ), ROUTE_TAKEN, 0 );
    check_owed( ROUTE_HOST, 2, create( 3, "two" ) );
    check_quiet();
    stop();
}

/* A plug-in that does not answer, and a server that gives up each time, leave others their channels. */
static void test_slow_host(void)
{
    unsigned int i;

    start();
    for (i = 0; i < 100000; i++)
    {
        if (send_create( 7, "one" ) != ROUTE_TAKEN || router_has_packets( router, ROUTE_SERVER )) break;
        check_server( "40 07", ROUTE_HOST, 1 );
    }
    ok( i == CHANNELS_MAX_ENDED, "%u channels are ended while the host says nothing\n", i );
    check_owed( ROUTE_SERVER, 0, "10 07 01 00 00 c0" );
    for (i = 0; i < CHANNELS_MAX - CHANNELS_MAX_ENDED; i++)
        if (send_create( 0x100 + i, "two" ) != ROUTE_TAKEN || send_accept( 2, 0x100 + i ) != ROUTE_SERVER) break;
    ok( i == CHANNELS_MAX - CHANNELS_MAX_ENDED, "another host has %u channels\n", i );
    check_server( create( 8, "one" ), ROUTE_TAKEN, 0 );
    check_owed( ROUTE_SERVER, 0, "10 08 01 00 00 c0" );
    check_host( 1, "10 07 01 00 00 c0", ROUTE_NOBODY ); /* the first answer */
    check_server( create( 8, "one" ), ROUTE_TAKEN, 0 );
    check_owed( ROUTE_HOST, 1, create( 8, "one" ) );
    check_quiet();
    stop();
}

/* What stands behind the name in a CREATE_REQ, up to 64 KiB, is not kept. */
static void test_create_excess(void)
{
    router = router_create( &served_names, SEED );
    router_add_host( router, 1, true );
    check_server( CAPS_2, ROUTE_CLIENT, 0 );
    check_owed( ROUTE_HOST, 1, CAPS_2 );
    check_server( "10 01 6f 6e 65 00 65 78 63 65 73 73", ROUTE_TAKEN, 0 );
    announce( 1, "one" );
    check_owed( ROUTE_HOST, 1, create( 1, "one" ) );
    check_quiet();
    stop();
}

/* What waits for hosts is bounded; the rest is FreeRDP's to refuse. */
static void test_many_waiting(void)
{
    char name[32];
    unsigned int i;

    router = router_create( &served_names, SEED );
    router_add_host( router, 1, true );
    for (i = 0; i < 2 * CHANNELS_MAX_NAME; i++)
        if (send_create( 0x100000 + i, "one" ) != ROUTE_TAKEN || router_has_packets( router, ROUTE_CLIENT )) break;
    ok( i == CHANNELS_MAX_NAME, "%u channels of one name wait\n", i );
    check_owed( ROUTE_CLIENT, 0, "12 00 04 10 00 6f 6e 65 00" );
    for (i = CHANNELS_MAX_NAME; i < 2 * CHANNELS_MAX_WAITING; i++)
    {
        sprintf( name, "name %u", i );
        if (send_create( i, name ) != ROUTE_TAKEN || router_has_packets( router, ROUTE_CLIENT )) break;
    }
    ok( i == CHANNELS_MAX_WAITING, "%u channels wait\n", i );
    free( router_take( router, ROUTE_CLIENT ) );
    announce( 1, "name 2000" ); /* others go on waiting */
    ok( router_has_packets( router, ROUTE_HOST ) && !router_has_packets( router, ROUTE_SERVER ), "it still waits\n" );
    free( router_take( router, ROUTE_CLIENT ) ); /* CAPS */
    free( router_take( router, ROUTE_HOST ) );
    check_owed( ROUTE_HOST, 1, "11 d0 07 6e 61 6d 65 20 32 30 30 30 00" );
    check_quiet();
    stop();
}

/* What is closed by us is remembered, so far as there is room, until its id is used anew. */
static void test_many_closed(void)
{
    unsigned int i;
    uint8_t pdu[DRDYNVC_MAX_CONTROL];

    start();
    for (i = 0; i <= CHANNELS_MAX; i++)
    {
        send_create( 0x100 + i, "one" );
        send_accept( 1, 0x100 + i );
        if (router_host_pdu( router, 1, pdu, drdynvc_write_close( pdu, 0x100 + i ), &rule ) != ROUTE_SERVER) break;
    }
    ok( i == CHANNELS_MAX + 1, "%u channels are closed\n", i );
    check_server( "31 00 01 71", ROUTE_CLIENT, 0 ); /* forgotten */
    check_server( "31 01 01 71", ROUTE_NOBODY, 0 );
    check_quiet();
    stop();
}

static void check_flow( const char *what, const struct page_flow *flow, unsigned int messages, unsigned int bytes )
{
    ok( flow->messages == messages && flow->bytes == bytes, "%s: %u messages, %u bytes, not %u and %u\n", what,
        (unsigned int)flow->messages, (unsigned int)flow->bytes, messages, bytes );
}

/* What the user sees of channels: a message counts when its last fragment has come or gone. */
static void test_page(void)
{
    static struct page_traffic page;
    const struct page_channel *row = page.channels;
    unsigned int i;

    router = router_create( &served_names, SEED );
    router_show( router, &page );
    router_add_host( router, 1, true );
    router_show_host( router, 1, 5 );
    announce( 1, "one" );
    check_server( CAPS_2, ROUTE_CLIENT, 0 );
    check_owed( ROUTE_HOST, 1, CAPS_2 );
    check_server( create( 1, "one" ), ROUTE_TAKEN, 0 );
    check_owed( ROUTE_HOST, 1, create( 1, "one" ) );
    ok( row->state == PAGE_CHANNEL_OFFERED && row->id == 1 && row->host == 5 && !strcmp( row->name, "one" ),
        "the offered channel: state %u, id %u, row %u, name %s\n", row->state, row->id, row->host, row->name );
    check_host( 1, "10 01 00 00 00 00", ROUTE_SERVER );
    ok( row->state == PAGE_CHANNEL_OPEN, "the open channel: state %u\n", row->state );

    check_server( "30 01 11 22 33", ROUTE_HOST, 1 );
    check_flow( "a message", &row->flows[PAGE_RECEIVED], 1, 3 );
    check_server( "20 01 05 11 22", ROUTE_HOST, 1 );
    check_flow( "a begun message", &row->flows[PAGE_RECEIVED], 1, 5 );
    check_server( "30 01 33 44 55", ROUTE_HOST, 1 );
    check_flow( "two messages", &row->flows[PAGE_RECEIVED], 2, 8 );
    check_server( "30 01", ROUTE_HOST, 1 );
    check_flow( "an empty message", &row->flows[PAGE_RECEIVED], 3, 8 );
    check_host( 1, "30 01 11", ROUTE_SERVER );
    check_flow( "a message of the host", &row->flows[PAGE_SENT], 1, 1 );
    check_flow( "all of the host", &page.ports[5].flows[PAGE_RECEIVED], 3, 8 );
    check_flow( "all that it sent", &page.ports[5].flows[PAGE_SENT], 1, 1 );

    check_host( 1, "40 01", ROUTE_SERVER );
    ok( row->state == PAGE_CHANNEL_CLOSED, "the closed channel: state %u\n", row->state );
    check_flow( "its messages stay", &row->flows[PAGE_RECEIVED], 3, 8 );
    check_server( "30 01 11", ROUTE_NOBODY, 0 );
    check_flow( "what is late", &row->flows[PAGE_RECEIVED], 3, 8 );

    /* more than there are rows; those that are closed give theirs up, the oldest first */
    for (i = 2; i < 2 + PAGE_CHANNELS; i++)
    {
        check_server( create( i, "one" ), ROUTE_TAKEN, 0 );
        check_owed( ROUTE_HOST, 1, create( i, "one" ) );
    }
    ok( row->id == PAGE_CHANNELS && row->state == PAGE_CHANNEL_OFFERED, "the first row: id %u, state %u\n", row->id,
        row->state );
    row = &page.channels[PAGE_CHANNELS - 1];
    ok( !strcmp( row->name, "(more)" ) && row->state == PAGE_CHANNEL_OFFERED, "the last row: %s\n", row->name );
    router_reset( router );
    for (i = 0; i < PAGE_CHANNELS - 1; i++)
        ok( page.channels[i].state == PAGE_CHANNEL_CLOSED, "row %u: state %u\n", i, page.channels[i].state );
    ok( !(page.sequence & 1), "the page is being written\n" );
    stop();
}

START_TEST( router )
{
    test_capabilities();
    test_missing_capabilities();
    test_names();
    test_name_rules();
    test_unread_refusals();
    test_name_bytes();
    test_names_are_listed();
    test_offer_in_order();
    test_open();
    test_id_width();
    test_server_malformed();
    test_server_closes();
    test_server_closes_offer();
    test_host_closes();
    test_id_reuse();
    test_host_rules();
    test_others_channels();
    test_hold();
    test_hold_expires();
    test_hold_ends_otherwise();
    test_hold_for_restart();
    test_host_gone();
    test_reset();
    test_chunks();
    test_notes();
    test_many_channels();
    test_slow_host();
    test_create_excess();
    test_many_waiting();
    test_many_closed();
    test_page();
}
