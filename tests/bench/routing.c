/*
 * PDUs routed by the addin, for a tool that counts instructions
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

#include "freerdp/names.h"
#include "exchange/router.h"
#include "wine/test.h"

#define HOST 1

/* [MS-RDPEDYC] 2.2, with ids of one byte */
static const uint8_t caps[] = { 0x50, 0, 1, 0 };
static const char name[] = "channel";

static void open_channel( struct router *router, uint8_t id )
{
    uint8_t create[2 + sizeof(name)] = { 0x10, id }, response[] = { 0x10, id, 0, 0, 0, 0 };
    struct packet *packet;
    const char *rule;
    unsigned int host;

    memcpy( create + 2, name, sizeof(name) );
    ok( router_server_pdu( router, create, sizeof(create), 0, &host ) == ROUTE_DROP, "the channel is not held\n" );
    while ((packet = router_take( router, ROUTE_HOST ))) free( packet );
    ok( router_host_pdu( router, HOST, response, sizeof(response), &rule ) == ROUTE_SERVER, "the channel is closed\n" );
}

static struct router *create_router( unsigned int channels )
{
    struct router *router = router_create( client_names( 3 ) );
    unsigned int i, host;

    if (!router) abort();
    router_host_add( router, HOST, false );
    router_listen( router, HOST, name );
    router_host_ready( router, HOST );
    router_hosts_known( router );
    router_server_pdu( router, caps, sizeof(caps), 0, &host );
    for (i = 1; i <= channels; i++) open_channel( router, i );
    return router;
}

static unsigned int number( const char *variable, unsigned int otherwise )
{
    const char *value = getenv( variable );

    return value ? strtoul( value, NULL, 10 ) : otherwise;
}

START_TEST(routing)
{
    unsigned int channels = number( "BENCH_CHANNELS", 1 ), count = number( "BENCH_PDUS", 1000 ), i, host;
    struct router *router = create_router( channels );
    uint8_t data[1600] = { 0x30 };
    const char *rule;

    for (i = 0; i < count; i++)
    {
        data[1] = i % channels + 1;
        ok( router_server_pdu( router, data, sizeof(data), 0, &host ) == ROUTE_HOST, "a PDU is not for the host\n" );
        ok( router_host_pdu( router, HOST, data, sizeof(data), &rule ) == ROUTE_SERVER, "a PDU is not sent\n" );
    }
    router_destroy( router );
}
