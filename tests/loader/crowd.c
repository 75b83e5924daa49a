/*
 * Tests of how many hosts a session has at a time
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

#include "hosts.h"
#include "server.h"
#include "witness.h"
#include "wine/test.h"

#define ECHOES    60
#define LINGERERS 3

/* With the record's hosts there is room for the search, and one more. The lingerers are started again while their old
 * processes live on, and one has the search's place when that is to begin again: it waits until there is room. */
START_TEST( crowd )
{
    char names[16 * (ECHOES + LINGERERS)] = "";
    struct client *client = client_create();
    struct witness_counts counts;
    unsigned int i, used = 0;

    for (i = 0; i < ECHOES; i++) used += sprintf( names + used, "echo%u ", i );
    for (i = 0; i < LINGERERS; i++) used += sprintf( names + used, "lingerer%u ", i );
    hosts_set( names );
    setenv( "WINEDVC_LOG_LEVEL", "debug", 1 );
    witness_log();
    counts = witness_get_counts();
    client_begin( client );
    witness_wait( "the search has found 63 plug-ins", 1 );
    client_end( client );
    witness_wait_counts( counts ); /* with that the record is written */
    client_destroy( client );

    setenv( "WINEDVC_TEST_SCOUT", "crowded", 1 );
    client = client_create();
    client_begin( client );
    witness_wait( "search for plug-ins ended before it began", 1 );
    witness_wait( "search for plug-ins: there ", 1 );
    ok( !witness_count( "search for plug-ins: there are too many" ), "The search begins where there is no room.\n" );
    witness_wait( "the search has found 63 plug-ins", 2 );
    client_end( client );
    client_destroy( client );
    unsetenv( "WINEDVC_TEST_SCOUT" );
}
