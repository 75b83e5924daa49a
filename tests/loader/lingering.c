/*
 * A session that follows another one at once
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

#include "hosts.h"
#include "server.h"
#include "witness.h"
#include "wine/test.h"

#define BEGINS "telling: a connection begins"
#define ENDED  "telling: the connection has ended"

/* A session with a connection in which a plug-in works. */
static void run_session( struct client *client )
{
    client_begin( client );
    server_open( client, 1, TELLING_CHANNEL );
    server_echo( client, 1 );
    client_end( client );
}

/* S3: TERMINATED and a new entry are a reconnect for the hosts. */
static void test_goes_on(void)
{
    struct client *client = client_create();
    struct witness_counts counts;
    unsigned int i;

    run_session( client );
    witness_wait( ENDED, 1 );
    counts = witness_get_counts();
    for (i = 2; i < 5; i++)
    {
        run_session( client );
        witness_wait( BEGINS, i );
        witness_wait( ENDED, i );
    }
    witness_wait_counts( counts );
    ok( witness_count( " in FreeRDP " ) == 1, "There were several banners.\n" );
    client_destroy( client );
}

/* ... unless the options are others, or it is another client's, or FreeRDP serves other channels. */
static void test_others(void)
{
    struct client *client = client_create(), *other = client_create();
    unsigned int banners = witness_count( " in FreeRDP " );

    run_session( client );
    client->option = "one=1";
    run_session( client );
    run_session( other );
    client->option = "one=2";
    run_session( client );
    client_serve( client, "echo" );
    run_session( client );
    ok( witness_count( " in FreeRDP " ) == banners + 5, "A session got what another one left.\n" );
    client_destroy( client );
    client_destroy( other );
}

/* Nothing is left when none follows. */
static void test_ends(void)
{
    struct client *client = client_create();
    struct witness_counts counts = witness_get_counts();

    run_session( client );
    witness_wait_counts( counts );
    client_destroy( client );
}

START_TEST( lingering )
{
    setenv( "WINEDVC_LINGER", "3600", 1 );
    hosts_set( "telling" );
    witness_log();
    test_goes_on();
}

START_TEST( lingering_others )
{
    setenv( "WINEDVC_LINGER", "2", 1 );
    hosts_set( "telling" );
    witness_log();
    test_ends();
    test_others();
}
