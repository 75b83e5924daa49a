/*
 * Fuzzing: the addin's routing table between any server and any hosts
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

#include "drdynvc.h"
#include "fuzz.h"
#include "namelist.h"
#include "router.h"

#define HOSTS    4
#define IDS      8          /* what the server is told of these is checked */
#define MAX_NAMES 256

enum operation
{
    SERVER_CREATE, SERVER_DATA, SERVER_CLOSE, SERVER_CAPS, SERVER_BYTES, SERVER_BREAK, SERVER_MANY,
    HOST_ANSWER, HOST_DATA, HOST_CLOSE, HOST_BYTES, HOST_ADD, HOST_READY, HOST_GONE, HOSTS_KNOWN,
    LISTEN, LISTEN_MANY, UNLISTEN, HOST_LEAVES, TIME, MEMORY
};
#define OPERATIONS 32       /* room for more, which then change no input's meaning; for now they are TIME */

/* What the server knows of an id. */
enum view
{
    NOTHING,        /* nobody has it */
    FREERDPS,       /* its CREATE went on to FreeRDP */
    ASKED,          /* its CREATE was taken from the stream */
    OPENED,
    CLOSED_BY_US,
    CLOSED_BY_IT,   /* and one CLOSE is due */
    UNCERTAIN,      /* memory ran out, and with it what it should have heard */
};

static char *served_texts[] = { "ECHO" };
static const struct name_list served_names = { served_texts, 1 };

static const char *const names[] = { "one", "two", "both", "ECHO", "", "with\ttab", "three", "four" };

static struct session
{
    struct router *router;
    uint64_t   now;
    bool       alive[HOSTS + 1];
    unsigned int listens[HOSTS + 1];
    enum view  views[IDS];
    bool       filled;                  /* what takes long happens once */
    bool       named;
    unsigned int failing;               /* which allocation of the next step */
} session;

static const char *pick_name( uint8_t byte )
{
    return names[byte % (sizeof(names) / sizeof(names[0]))];
}

static enum view *find_view( const struct drdynvc_pdu *pdu )
{
    return pdu->channel_id < IDS ? &session.views[pdu->channel_id] : NULL;
}

/* What goes out to the server has to fit what it knows. */
static void check_to_server( const uint8_t *data, size_t size )
{
    struct drdynvc_pdu pdu;
    enum view *view;

    check( size <= DRDYNVC_MAX_PDU && drdynvc_read( &pdu, DRDYNVC_CLIENT, data, size ) == DRDYNVC_OK );
    if (!(view = find_view( &pdu )) || *view == UNCERTAIN) return;
    switch (pdu.cmd)
    {
    case DRDYNVC_CMD_CREATE:
        check( *view == ASKED );
        *view = pdu.creation_status < 0 ? NOTHING : OPENED;
        break;
    case DRDYNVC_CMD_CLOSE:
        check( *view == OPENED || *view == CLOSED_BY_IT );
        *view = *view == OPENED ? CLOSED_BY_US : NOTHING;
        break;
    default:
        check( drdynvc_is_data( pdu.cmd ) && *view == OPENED );
    }
}

static void check_to_client( const uint8_t *data, size_t size )
{
    struct drdynvc_pdu pdu;
    enum view *view;

    check( drdynvc_read( &pdu, DRDYNVC_SERVER, data, size ) == DRDYNVC_OK );
    if (pdu.cmd == DRDYNVC_CMD_CREATE && (view = find_view( &pdu ))) *view = FREERDPS;
}

/* Fetches what the router has to say, as its callers do after each call. */
static void take_packets(void)
{
    struct packet *packet;

    while ((packet = router_take( session.router, ROUTE_CLIENT )))
    {
        check_to_client( packet->data, packet->size );
        free( packet );
    }
    while ((packet = router_take( session.router, ROUTE_HOST )))
    {
        check( packet->host && packet->host <= HOSTS && session.alive[packet->host] );
        free( packet );
    }
    while ((packet = router_take( session.router, ROUTE_SERVER )))
    {
        check_to_server( packet->data, packet->size );
        free( packet );
    }
    check( !router_has_packets( session.router, ROUTE_CLIENT ) && !router_has_packets( session.router, ROUTE_SERVER ) );
}

static void view_server_pdu( const struct drdynvc_pdu *pdu, enum route route )
{
    enum view *view = find_view( pdu );

    if (!view) return;
    if (pdu->cmd == DRDYNVC_CMD_CREATE) *view = route == ROUTE_CLIENT ? FREERDPS : ASKED;
    else if (*view == UNCERTAIN) return;
    else if (*view == OPENED) check( route == ROUTE_HOST );
    else if (*view == CLOSED_BY_US) check( route == ROUTE_NOBODY );
    else if (*view != ASKED) check( route == ROUTE_CLIENT );
    if (pdu->cmd == DRDYNVC_CMD_CLOSE && route == ROUTE_HOST) *view = CLOSED_BY_IT;
}

static void server_pdu( const uint8_t *data, size_t size )
{
    struct drdynvc_pdu pdu;
    enum drdynvc_status status = drdynvc_read( &pdu, DRDYNVC_SERVER, data, size );
    unsigned int host = 0;
    enum route route = router_server_pdu( session.router, data, size, session.now, &host );

    if (route == ROUTE_EPOCH)
    {
        router_reset( session.router );
        memset( session.views, 0, sizeof(session.views) );
        check( router_server_pdu( session.router, data, size, session.now, &host ) == ROUTE_CLIENT );
    }
    check( route != ROUTE_SERVER && route != ROUTE_BROKEN );
    if (route == ROUTE_HOST) check( host && host <= HOSTS && session.alive[host] );
    if (status && !(pdu.addressed && drdynvc_is_data( pdu.cmd ))) check( route == ROUTE_CLIENT );
    else if (pdu.cmd == DRDYNVC_CMD_CREATE || pdu.cmd == DRDYNVC_CMD_CLOSE || drdynvc_is_data( pdu.cmd ))
        view_server_pdu( &pdu, route );
    take_packets(); /* among them may be the answer to it */
}

static void server_break( const uint8_t *data, size_t size )
{
    enum view *view = NULL;
    struct drdynvc_pdu pdu;

    if (router_claims( session.router, data, size ))
    {
        check( drdynvc_read( &pdu, DRDYNVC_SERVER, data, size ) == DRDYNVC_OK );
        view = find_view( &pdu );
    }
    router_break( session.router, data, size );
    if (view && router_has_packets( session.router, ROUTE_HOST )) *view = CLOSED_BY_IT;
    take_packets();
}

static void host_gone( unsigned int host )
{
    session.alive[host] = false;
    session.listens[host] = 0;
    router_remove_host( session.router, host );
    take_packets();
}

static void host_pdu( unsigned int host, const uint8_t *data, size_t size )
{
    const char *rule = NULL;
    enum route route = router_host_pdu( session.router, host, data, size, &rule );

    check( route == ROUTE_SERVER || route == ROUTE_NOBODY || route == ROUTE_BROKEN );
    check( !rule == (route != ROUTE_BROKEN) );
    take_packets();
    if (route == ROUTE_SERVER) check_to_server( data, size );
    if (route == ROUTE_BROKEN) host_gone( host );
}

/* PDUs that follow the rules get further than bytes do. */
static void server_channel( enum operation operation, struct input *input )
{
    uint8_t pdu[1 + 1 + 300], id = input_byte( input ) % IDS;

    if (operation == SERVER_CREATE)
    {
        server_pdu( pdu, drdynvc_write_create_req( pdu, id, 0, pick_name( input_byte( input ) ) ) );
        return;
    }
    pdu[0] = (operation == SERVER_CLOSE ? DRDYNVC_CMD_CLOSE : DRDYNVC_CMD_DATA) << 4;
    pdu[1] = id;
    if (operation == SERVER_BREAK) server_break( pdu, 2 );
    else server_pdu( pdu, 2 );
}

/* Enough to fill the table, which takes long, so that a fuzzer should not often hit on it. */
static void server_creates_many( struct input *input )
{
    uint8_t pdu[300], name = input_byte( input );
    uint32_t id;

    if (input_byte( input ) != 'M' || session.filled) return;
    session.filled = true;
    for (id = 0x100; id < 0x100 + 5000; id++)
        server_pdu( pdu, drdynvc_write_create_req( pdu, id, 0, pick_name( name ) ) );
}

static void server_caps( struct input *input )
{
    static const uint16_t charges[4];
    uint8_t pdu[DRDYNVC_MAX_CAPS];

    server_pdu( pdu, drdynvc_write_caps( pdu, 1 + input_byte( input ) % 3, charges ) );
}

static void host_channel( enum operation operation, unsigned int host, struct input *input )
{
    uint8_t pdu[DRDYNVC_MAX_CONTROL], id = input_byte( input ) % IDS;

    if (operation == HOST_ANSWER)
    {
        host_pdu( host, pdu, drdynvc_write_create_rsp( pdu, id, input_byte( input ) & 1 ? DRDYNVC_REFUSED : 0 ) );
        return;
    }
    pdu[0] = (operation == HOST_CLOSE ? DRDYNVC_CMD_CLOSE : DRDYNVC_CMD_DATA) << 4;
    pdu[1] = id;
    host_pdu( host, pdu, 2 );
}

static void listen_on( unsigned int host, const char *name )
{
    if (router_listen( session.router, host, name )) return; /* as for ECHO */
    check( *name && session.alive[host] );
    check( ++session.listens[host] <= MAX_NAMES );
}

static void listen_many( unsigned int host, uint8_t byte )
{
    unsigned int i;
    char name[16];

    if (byte != 'M' || session.named) return;
    session.named = true;
    for (i = 0; i <= MAX_NAMES; i++)
    {
        sprintf( name, "many%u", i );
        listen_on( host, name );
    }
    check( !session.alive[host] || session.listens[host] == MAX_NAMES || session.failing );
    router_list_names( session.router, name, sizeof(name) );
    check( strlen( name ) < sizeof(name) );
}

static void unlisten( unsigned int host, const char *name )
{
    if (router_unlisten( session.router, host, name ) || !strcmp( name, "ECHO" )) return;
    check( session.listens[host] );
    session.listens[host]--;
}

static void host_leaves( unsigned int host )
{
    session.listens[host] = 0;
    router_retire_host( session.router, host );
}

static void any_bytes( enum operation operation, unsigned int host, struct input *input )
{
    size_t size;
    uint8_t *bytes = input_bytes( input, &size );

    if (operation == SERVER_BYTES) server_pdu( bytes, size );
    else host_pdu( host, bytes, size );
    free( bytes );
}

static void change_host( enum operation operation, unsigned int host )
{
    if (operation == HOST_ADD && !session.alive[host])
    {
        session.alive[host] = router_add_host( session.router, host, true );
        check( session.alive[host] || session.failing );
    }
    else if (operation == HOST_READY) router_set_ready( session.router, host );
    else if (operation == HOST_GONE) host_gone( host );
}

static void pass_time( uint8_t step )
{
    session.now += step * 100;
    router_expire( session.router, session.now );
    check( router_deadline( session.router ) > session.now );
}

static void operate( struct input *input )
{
    enum operation operation = input_byte( input ) % OPERATIONS;
    unsigned int host = operation >= HOST_ANSWER && operation < TIME ? 1 + input_byte( input ) % HOSTS : 0;

    switch (operation)
    {
    case SERVER_CREATE: case SERVER_DATA: case SERVER_CLOSE: case SERVER_BREAK:
        server_channel( operation, input );
        break;
    case SERVER_MANY:
        server_creates_many( input );
        break;
    case SERVER_CAPS:
        server_caps( input );
        break;
    case SERVER_BYTES: case HOST_BYTES:
        any_bytes( operation, host, input );
        break;
    case HOST_ANSWER: case HOST_DATA: case HOST_CLOSE:
        host_channel( operation, host, input );
        break;
    case HOST_ADD: case HOST_READY: case HOST_GONE:
        change_host( operation, host );
        break;
    case HOSTS_KNOWN:
        router_set_known( session.router, true );
        break;
    case LISTEN:
        listen_on( host, pick_name( input_byte( input ) ) );
        break;
    case LISTEN_MANY:
        listen_many( host, input_byte( input ) );
        break;
    case UNLISTEN:
        unlisten( host, pick_name( input_byte( input ) ) );
        break;
    case HOST_LEAVES:
        host_leaves( host );
        break;
    case MEMORY:
        session.failing = input_byte( input ) % 4;
        return;
    default:
        pass_time( input_byte( input ) );
    }
    take_packets();
    session.failing = 0;
}

static void step( struct input *input )
{
    unsigned int i;

    memory_fail( session.failing );
    operate( input );
    if (!memory_failed()) return;
    for (i = 0; i < IDS; i++) session.views[i] = UNCERTAIN;
}

/* Two hosts, ready. */
static void preset(void)
{
    unsigned int host;

    for (host = 1; host <= 2; host++)
    {
        change_host( HOST_ADD, host );
        listen_on( host, names[host - 1] );
        listen_on( host, "both" );
        change_host( HOST_READY, host );
    }
    router_set_known( session.router, true );
    take_packets();
}

void fuzz_router( const uint8_t *data, size_t size )
{
    struct input input = { data, size };

    memset( &session, 0, sizeof(session) );
    check( (session.router = router_create( &served_names, 0x9e3779b97f4a7c15 )) != NULL );
    if (input_byte( &input ) & 1) preset();
    check( !router_was_asked( session.router ) );
    while (input.size) step( &input );
    router_destroy( session.router );
}
