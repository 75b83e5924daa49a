/*
 * Channels whose host is not ready yet, or not wanted
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

#include "routing.h"

static void expect( unsigned int host, const char *name )
{
    enum name_result result = router_expect( router, host, name );

    ok( !result, "host %u may not be expected to listen on %s: %u\n", host, name, result );
}

/* Two hosts, of which all names are known: "one" and "both" are 1's, "both" and "two" 2's. */
static void start_expected(void)
{
    now = 1000;
    router = router_create( &served_names, SEED );
    router_add_host( router, 1, true );
    expect( 1, "one" );
    expect( 1, "both" );
    router_add_host( router, 2, true );
    expect( 2, "both" );
    expect( 2, "two" );
    router_set_complete( router, 1, true );
    router_set_complete( router, 2, true );
    router_set_known( router, true );
    check_server( CAPS_2, ROUTE_CLIENT, 0 );
    free( router_take( router, ROUTE_HOST ) );
    free( router_take( router, ROUTE_HOST ) );
}

static void test_expected(void)
{
    char name[32];

    start_expected();
    check_server( create( 1, "one" ), ROUTE_TAKEN, 0 );
    check_server( create( 2, "three" ), ROUTE_CLIENT, 0 ); /* nobody's: nothing waits for it */
    check_quiet();
    router_list_names( router, name, sizeof(name) );
    ok( !*name, "%s is offered before its host listens\n", name );
    announce( 2, "two" );
    check_server( create( 3, "two" ), ROUTE_TAKEN, 0 );
    check_owed( ROUTE_HOST, 2, create( 3, "two" ) );
    check_quiet();
    announce( 1, "one" );
    check_owed( ROUTE_HOST, 1, create( 1, "one" ) );
    announce( 1, "four" ); /* taken when it comes */
    check_server( create( 4, "four" ), ROUTE_TAKEN, 0 );
    check_owed( ROUTE_HOST, 1, create( 4, "four" ) );
    check_quiet();
    stop();
}

/* Only a host whose names are not known may listen on any: nothing waits for the others. */
static void test_one_unknown(void)
{
    start_expected();
    router_add_host( router, 3, true );
    check_owed( ROUTE_HOST, 3, CAPS_2 );
    check_server( create( 1, "three" ), ROUTE_TAKEN, 0 );
    check_quiet();
    announce( 3, "four" );
    check_quiet();
    router_set_ready( router, 3 ); /* 1 and 2 are not */
    check_owed( ROUTE_CLIENT, 0, create( 1, "three" ) );
    check_server( create( 2, "three" ), ROUTE_CLIENT, 0 );
    check_quiet();
    stop();

    start_expected();
    router_set_complete( router, 2, false ); /* it has changed */
    check_server( create( 1, "three" ), ROUTE_TAKEN, 0 );
    router_set_ready( router, 1 );
    check_quiet();
    announce( 2, "three" );
    check_owed( ROUTE_HOST, 2, create( 1, "three" ) );
    check_quiet();
    stop();

    start_expected();
    router_add_host( router, 3, false ); /* not in this connection */
    check_server( create( 1, "three" ), ROUTE_CLIENT, 0 );
    check_quiet();
    stop();
}

/* What was expected and does not come is FreeRDP's to refuse. */
static void test_disappoints(void)
{
    start_expected();
    check_server( create( 1, "one" ), ROUTE_TAKEN, 0 );
    check_server( create( 2, "two" ), ROUTE_TAKEN, 0 );
    router_set_ready( router, 1 );
    check_owed( ROUTE_CLIENT, 0, create( 1, "one" ) );
    check_server( create( 3, "one" ), ROUTE_CLIENT, 0 );
    router_remove_host( router, 2 );
    check_owed( ROUTE_CLIENT, 0, create( 2, "two" ) );
    check_quiet();
    stop();
}

static void test_expected_in_order(void)
{
    start_expected();
    announce( 2, "both" );
    router_set_ready( router, 2 );
    check_server( create( 1, "both" ), ROUTE_TAKEN, 0 ); /* 1 is to be asked first */
    check_quiet();
    announce( 1, "both" );
    check_owed( ROUTE_HOST, 1, create( 1, "both" ) );
    check_host( 1, "10 01 01 00 00 c0", ROUTE_NOBODY );
    check_owed( ROUTE_HOST, 2, create( 1, "both" ) );
    check_host( 2, "10 01 00 00 00 00", ROUTE_SERVER );
    check_quiet();
    stop();

    start_expected();
    announce( 2, "both" );
    check_server( create( 1, "both" ), ROUTE_TAKEN, 0 );
    router_expire( router, 1000 + ROUTER_HOLD_MS ); /* not for ever */
    check_owed( ROUTE_HOST, 2, create( 1, "both" ) );
    check_server( create( 2, "one" ), ROUTE_TAKEN, 0 );
    router_expire( router, 1000 + ROUTER_HOLD_MS );
    check_owed( ROUTE_CLIENT, 0, create( 2, "one" ) );
    check_note( NOTE_LATE, 1, "one (id 2)" );
    check_quiet();
    stop();
}

/* A host that has refused is not asked again, one that comes after it is. */
static void test_refused_before_ready(void)
{
    start_expected();
    announce( 1, "both" );
    check_server( create( 1, "both" ), ROUTE_TAKEN, 0 );
    check_owed( ROUTE_HOST, 1, create( 1, "both" ) );
    check_host( 1, "10 01 01 00 00 c0", ROUTE_NOBODY );
    check_quiet();
    ok( router_deadline( router ) == 1000 + ROUTER_HOLD_MS, "wrong deadline\n" );
    announce( 1, "both" );
    check_quiet();
    announce( 2, "both" );
    check_owed( ROUTE_HOST, 2, create( 1, "both" ) );
    check_host( 2, "10 01 01 00 00 c0", ROUTE_SERVER );

    check_server( create( 1, "both" ), ROUTE_TAKEN, 0 );
    check_owed( ROUTE_HOST, 1, create( 1, "both" ) );
    stop();

    start_expected();
    announce( 1, "both" );
    check_server( create( 1, "both" ), ROUTE_TAKEN, 0 );
    check_owed( ROUTE_HOST, 1, create( 1, "both" ) );
    check_host( 1, "10 01 01 00 00 c0", ROUTE_NOBODY );
    router_set_ready( router, 2 ); /* without that name */
    check_owed( ROUTE_SERVER, 0, "10 01 01 00 00 c0" );
    check_quiet();
    stop();
}

/* A host that is started again is expected to listen on the same. */
static void test_restart(void)
{
    start_expected();
    router_remove_host( router, 1 );
    router_set_known( router, false );
    check_server( create( 1, "one" ), ROUTE_TAKEN, 0 );
    router_add_host( router, 3, true );
    check_owed( ROUTE_HOST, 3, CAPS_2 );
    expect( 3, "one" );
    router_set_known( router, true );
    check_quiet();
    announce( 3, "one" );
    check_owed( ROUTE_HOST, 3, create( 1, "one" ) );
    check_quiet();
    stop();
}

static void test_expected_rules(void)
{
    char name[32];
    unsigned int i;

    start_expected();
    ok( router_expect( router, 3, "one" ) == NAME_INVALID, "a host that is not there is expected to listen\n" );
    ok( router_expect( router, 1, "a\nb" ) == NAME_INVALID, "a control character is expected\n" );
    ok( router_expect( router, 1, "" ) == NAME_INVALID, "no name is expected\n" );
    ok( router_expect( router, 1, "ECHO" ) == NAME_SERVED, "FreeRDP's name is a host's\n" );
    check_server( create( 1, "ECHO" ), ROUTE_CLIENT, 0 );
    for (i = 2; i < 256; i++)
    {
        sprintf( name, "name %u", i );
        expect( 1, name );
    }
    ok( router_expect( router, 1, "257th" ) == NAME_FULL, "there is no limit\n" );
    stop();
}

/* What a plug-in listens on may be other than what it was in the last session: all of that is room for it. */
static void test_other_names(void)
{
    char name[32];
    unsigned int i;

    start_expected();
    for (i = 2; i < 256; i++)
    {
        sprintf( name, "name %u", i );
        expect( 1, name );
    }
    for (i = 0; i < 255; i++)
    {
        sprintf( name, "new %u", i );
        announce( 1, name );
    }
    announce( 1, "one" ); /* in the place of what was expected */
    ok( router_listen( router, 1, "both" ) == NAME_FULL, "257 names are accepted\n" );
    ok( router_listen( router, 1, "257th" ) == NAME_FULL, "257 names are accepted\n" );
    ok( !router_unlisten( router, 1, "one" ), "it does not listen\n" );
    announce( 1, "both" );
    router_set_ready( router, 1 );
    ok( router_listen( router, 1, "257th" ) == NAME_FULL, "257 names are accepted\n" );
    stop();
}

/* A host that has no part in a connection. */
static void test_takes_no_part(void)
{
    start();
    router_reset( router );
    router_set_part( router, 1, false );
    check_server( CAPS_2, ROUTE_CLIENT, 0 );
    check_owed( ROUTE_HOST, 2, CAPS_2 );
    check_server( create( 1, "one" ), ROUTE_CLIENT, 0 );
    check_server( create( 2, "both" ), ROUTE_TAKEN, 0 );
    check_owed( ROUTE_HOST, 2, create( 2, "both" ) );
    router_add_host( router, 3, false );
    check_quiet();
    router_reset( router );
    router_set_part( router, 1, true );
    check_server( CAPS_2, ROUTE_CLIENT, 0 );
    check_owed( ROUTE_HOST, 1, CAPS_2 );
    check_owed( ROUTE_HOST, 2, CAPS_2 );
    check_server( create( 1, "one" ), ROUTE_TAKEN, 0 );
    check_owed( ROUTE_HOST, 1, create( 1, "one" ) );
    check_quiet();
    stop();
}

/* A name that FreeRDP serves becomes a host's, or stays FreeRDP's if none listens. */
static void test_own_names(void)
{
    router = router_create( &served_names, SEED );
    router_add_host( router, 1, true );
    router_add_own_name( router, "TSMF" );
    router_add_own_name( router, "URBDRC" );
    announce( 1, "TSMF" );
    ok( router_listen( router, 1, "ECHO" ) == NAME_SERVED, "FreeRDP's name is a host's\n" );
    ok( router_expect( router, 1, "ECHO" ) == NAME_SERVED, "FreeRDP's name is a host's\n" );
    announce( 1, "WebAuthN_Channel" ); /* which FreeRDP does not serve in this session */
    router_set_ready( router, 1 );
    router_set_known( router, true );
    check_server( CAPS_2, ROUTE_CLIENT, 0 );
    check_owed( ROUTE_HOST, 1, CAPS_2 );
    check_server( create( 1, "TSMF" ), ROUTE_TAKEN, 0 );
    check_owed( ROUTE_HOST, 1, create( 1, "TSMF" ) );
    check_server( create( 2, "ECHO" ), ROUTE_CLIENT, 0 );
    check_server( create( 3, "URBDRC" ), ROUTE_CLIENT, 0 );
    check_server( create( 4, "WebAuthN_Channel" ), ROUTE_TAKEN, 0 );
    check_owed( ROUTE_HOST, 1, create( 4, "WebAuthN_Channel" ) );
    ok( router_unlisten( router, 1, "ECHO" ) == NAME_OK, "a name that was passed over is unknown\n" );
    check_quiet();
    stop();
}

START_TEST( expected )
{
    test_expected();
    test_one_unknown();
    test_disappoints();
    test_expected_in_order();
    test_refused_before_ready();
    test_restart();
    test_expected_rules();
    test_other_names();
    test_takes_no_part();
    test_own_names();
}
