/*
 * What a host may keep and run is told to it
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

START_TEST( limits )
{
    struct client *client = client_create();

    hosts_set( "limited" );
    setenv( "WINEDVC_QUEUE_WARNING", "1", 1 );
    setenv( "WINEDVC_QUEUE_LIMIT", "2", 1 );
    setenv( "WINEDVC_MEMORY_LIMIT", "3", 1 );
    setenv( "WINEDVC_CALL_LIMIT", "4", 1 );
    witness_log();
    client_begin( client );
    witness_wait( "limited: 1, 2, 3, 4", 1 );
    client_end( client );
    client_destroy( client );
}
