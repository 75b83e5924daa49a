/*
 * PDUs through the addin's routing table and the codec, for a tool that counts instructions
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

#include "dlls/mstscax/drdynvc.h"
#include "common/namelist.h"
#include "exchange/router.h"
#include "exchange/trace.h"
#include "trips.h"
#include "wine/test.h"
#undef trace    /* the exchange has one */

#define HOST     1
#define MESSAGE  1590     /* the most that one PDU takes */
#define HEADROOM 8

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
    ok( router_server_pdu( router, create, sizeof(create), 0, &host ) == ROUTE_TAKEN, "the channel is not taken\n" );
    while ((packet = router_take( router, ROUTE_HOST ))) free( packet );
    ok( router_host_pdu( router, HOST, response, sizeof(response), &rule ) == ROUTE_SERVER, "the channel is closed\n" );
}

/* With BENCH_PAGE its channels are shown to "winedvc status". */
static struct router *create_router( unsigned int channels )
{
    static struct page_traffic page;
    struct router *router = router_create( &(struct name_list){ 0 }, 0x9e3779b97f4a7c15 );
    unsigned int i, host;

    if (!router) abort();
    if (getenv( "BENCH_PAGE" )) router_show( router, &page );
    router_add_host( router, HOST, true );
    router_show_host( router, HOST, 0 );
    router_listen( router, HOST, name );
    router_set_ready( router, HOST );
    router_set_known( router, true );
    router_server_pdu( router, caps, sizeof(caps), 0, &host );
    for (i = 1; i <= channels; i++) open_channel( router, i );
    return router;
}

/* Messages of one PDU; the channels take turns. */
static void run( void (*go)( struct router *router, uint8_t *pdu, uint8_t id, struct drdynvc_assembly *assembly ) )
{
    unsigned int channels = environment_number( "BENCH_CHANNELS", 1 );
    unsigned int count = environment_number( "BENCH_PDUS", 1000 ), i;
    struct router *router = create_router( channels );
    struct drdynvc_assembly assembly = { 0 };
    static uint8_t pdu[2 + MESSAGE] = { DRDYNVC_CMD_DATA << 4 };

    for (i = 0; i < count; i++) go( router, pdu, i % channels + 1, &assembly );
    drdynvc_assembly_clear( &assembly );
    router_destroy( router );
}

static void route_in( struct router *router, uint8_t *data, uint8_t id, struct drdynvc_assembly *assembly )
{
    unsigned int host;

    data[1] = id;
    if (router_server_pdu( router, data, 2 + MESSAGE, 0, &host ) != ROUTE_HOST) ok( 0, "a PDU is not for the host\n" );
}

/* As far as the plug-in gets it. */
static void bring_in( struct router *router, uint8_t *data, uint8_t id, struct drdynvc_assembly *assembly )
{
    struct drdynvc_pdu pdu;
    uint8_t *message = NULL;
    uint32_t size;

    route_in( router, data, id, assembly );
    if (drdynvc_read( &pdu, DRDYNVC_SERVER, data, 2 + MESSAGE ) ||
        drdynvc_assembly_add( assembly, &pdu, &message, &size ) || !message) ok( 0, "a PDU is no message\n" );
    drdynvc_message_free( message );
}

static void route_out( struct router *router, uint8_t *data, uint8_t id, struct drdynvc_assembly *assembly )
{
    const char *rule;

    data[1] = id;
    if (router_host_pdu( router, HOST, data, 2 + MESSAGE, &rule ) != ROUTE_SERVER) ok( 0, "a PDU is not sent\n" );
}

/* From the plug-in's buffer on. */
static void bring_out( struct router *router, uint8_t *data, uint8_t id, struct drdynvc_assembly *assembly )
{
    struct drdynvc_fragments fragments;
    size_t total = drdynvc_fragments_size( id, MESSAGE, 0, HEADROOM );
    uint8_t *buffer = malloc( total ), *pdu;
    const char *rule;
    size_t size;

    if (!buffer) abort();
    drdynvc_fragments_write( &fragments, buffer, total, HEADROOM, id, data + 2, MESSAGE, 0 );
    while ((pdu = drdynvc_fragments_next( &fragments, &size )))
        if (router_host_pdu( router, HOST, pdu, size, &rule ) != ROUTE_SERVER) ok( 0, "a PDU is not sent\n" );
    free( buffer );
}

START_TEST(route_in)
{
    run( route_in );
}

START_TEST(bring_in)
{
    run( bring_in );
}

START_TEST(route_out)
{
    run( route_out );
}

static struct trace *unwanted;

/* As the exchange does. */
static void trace_in( struct router *router, uint8_t *data, uint8_t id, struct drdynvc_assembly *assembly )
{
    bool needed = trace_is_wanted( unwanted );

    route_in( router, data, id, assembly );
    trace_pdu( unwanted, TRACE_RECEIVED, data, 2 + MESSAGE );
    if (needed) ok( 0, "the trace is wanted\n" );
}

/* Where there could be a trace, and nobody wants it. */
START_TEST(trace_in)
{
    unwanted = trace_create();
    trace_open( unwanted, NULL, 0 );
    run( trace_in );
    trace_destroy( unwanted );
}

START_TEST(bring_out)
{
    run( bring_out );
}

static bool opens( struct router *router, uint32_t id )
{
    uint8_t create[16 + sizeof(name)], response[DRDYNVC_MAX_CONTROL], data[16] = { DRDYNVC_CMD_DATA << 4 | 2 };
    struct packet *packet;
    unsigned int host;
    const char *rule;

    router_server_pdu( router, create, drdynvc_write_create_req( create, id, 0, name ), 0, &host );
    while ((packet = router_take( router, ROUTE_HOST ))) free( packet );
    if (router_host_pdu( router, HOST, response, drdynvc_write_create_rsp( response, id, 0 ), &rule ) != ROUTE_SERVER)
        return false;
    memcpy( data + 1, &id, sizeof(id) );
    return router_server_pdu( router, data, sizeof(data), 0, &host ) == ROUTE_HOST;
}

/* How many channels may a session open? */
START_TEST(channel_limit)
{
    struct router *router = create_router( 0 );
    uint32_t count = 0;

    while (count < 0x20000 && opens( router, count + 1 )) count++;
    printf( "sample\tscale-limit\t%u\n", count );
    router_destroy( router );
}
