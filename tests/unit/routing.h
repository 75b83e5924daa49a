/*
 * A router under test
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

#ifndef __WINEDVC_TESTS_ROUTING_H
#define __WINEDVC_TESTS_ROUTING_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/namelist.h"
#include "exchange/router.h"
#include "wine/test.h"

static struct router *router;
static const char *rule;
static uint64_t now;

/* What FreeRDP serves in these sessions. */
static char *served_texts[] = { "ECHO", "TSMF", "URBDRC" };
static const struct name_list served_names = { served_texts, 3 };

static const char *const route_names[] = { "client", "host", "server", "taken", "nobody", "epoch", "broken" };

/* PDUs are written in hexadecimal; blanks separate their fields. */
static inline size_t parse_hex( const char *hex, uint8_t *bytes )
{
    size_t size = 0;
    int used;

    while (sscanf( hex, "%2hhx%n", &bytes[size], &used ) == 1)
    {
        hex += used;
        size++;
    }
    return size;
}

static inline uint8_t *parse( const char *hex, size_t *size )
{
    uint8_t bytes[512], *exact;

    *size = parse_hex( hex, bytes );
    exact = malloc( *size ); /* so that reading past its end is noticed */
    if (*size) memcpy( exact, bytes, *size );
    return exact;
}

/* A CREATE_REQ with a one-byte id. */
static inline const char *create( unsigned int id, const char *name )
{
    static char hex[2048];
    int used = sprintf( hex, "10 %02x ", id );

    do used += sprintf( hex + used, "%02x", (unsigned char)*name );
    while (*name++);
    return hex;
}

static inline void check_server_( const char *file, int line, const char *hex, enum route expected, unsigned int expected_host )
{
    unsigned int host = 0;
    size_t size;
    uint8_t *pdu = parse( hex, &size );
    enum route route = router_server_pdu( router, pdu, size, now, &host );

    ok_(file, line)( route == expected, "server's %s goes to %s, not to %s\n", hex, route_names[route],
                         route_names[expected] );
    if (expected == ROUTE_HOST)
        ok_(file, line)( host == expected_host, "server's %s goes to host %u, not to %u\n", hex, host, expected_host );
    free( pdu );
}
#define check_server( hex, route, host ) check_server_( __FILE__, __LINE__, hex, route, host )

static inline void check_host_( const char *file, int line, unsigned int host, const char *hex, enum route expected )
{
    size_t size;
    uint8_t *pdu = parse( hex, &size );
    enum route route;

    rule = NULL;
    route = router_host_pdu( router, host, pdu, size, &rule );
    ok_(file, line)( route == expected, "host %u's %s goes to %s (%s), not to %s\n", host, hex, route_names[route],
                         rule ? rule : "no rule", route_names[expected] );
    ok_(file, line)( !rule == (route != ROUTE_BROKEN), "the rule is %s\n", rule ? rule : "missing" );
    free( pdu );
}
#define check_host( host, hex, route ) check_host_( __FILE__, __LINE__, host, hex, route )

#define check_rule( text ) ok( rule && strstr( rule, text ), "broken rule: %s\n", rule ? rule : "none" )

/* The router's next own packet. */
static inline void check_owed_( const char *file, int line, enum route to, unsigned int host, const char *hex )
{
    struct packet *packet = router_take( router, to );
    size_t size;
    uint8_t *pdu = parse( hex, &size );

    ok_(file, line)( packet != NULL, "%s gets nothing, not %s\n", route_names[to], hex );
    if (packet)
    {
        ok_(file, line)( packet->host == host, "host %u gets it, not %u\n", packet->host, host );
        ok_(file, line)( packet->size == size && !memcmp( packet->data, pdu, size ),
                             "%s gets %02x %02x... (%u bytes), not %s\n", route_names[to], packet->data[0],
                             packet->size > 1 ? packet->data[1] : 0, (unsigned int)packet->size, hex );
    }
    free( packet );
    free( pdu );
}
#define check_owed( to, host, hex ) check_owed_( __FILE__, __LINE__, to, host, hex )

static inline void check_quiet_( const char *file, int line )
{
    ok_(file, line)( !router_has_packets( router, ROUTE_CLIENT ), "the client gets something\n" );
    ok_(file, line)( !router_has_packets( router, ROUTE_HOST ), "a host gets something\n" );
    ok_(file, line)( !router_has_packets( router, ROUTE_SERVER ), "the server gets something\n" );
}
#define check_quiet() check_quiet_( __FILE__, __LINE__ )

/* The next note. */
static inline void check_note_( const char *file, int line, enum router_note kind, unsigned int host, const char *text )
{
    struct packet *note = router_take_note( router );

    ok_(file, line)( note != NULL, "there is no note of %s\n", text );
    if (!note) return;
    ok_(file, line)( note->kind == kind && note->host == host && !strcmp( (const char *)note->data, text ),
                         "the note %u of host %u is of %s, not %s\n", note->kind, note->host,
                         (const char *)note->data, text );
    free( note );
}
#define check_note( kind, host, text ) check_note_( __FILE__, __LINE__, kind, host, text )

/* Any. */
#define SEED 0x9e3779b97f4a7c15

#define CAPS_1 "50 00 01 00"
#define CAPS_2 "58 00 02 00 33 33 11 11 3d 0a a7 04"

static inline void announce( unsigned int host, const char *name )
{
    enum name_result result = router_listen( router, host, name );

    ok( !result, "host %u may not listen on %s: %u\n", host, name, result );
}

/* Two hosts that are ready: 1 listens on "one" and "both", 2 on "two" and "both". CAPS have passed. */
static inline void start(void)
{
    now = 1000;
    router = router_create( &served_names, SEED );
    router_add_host( router, 1, true );
    router_add_host( router, 2, true );
    router_set_known( router, true );
    announce( 2, "two" );
    announce( 2, "both" );
    announce( 1, "one" );
    announce( 1, "both" );
    router_set_ready( router, 1 );
    router_set_ready( router, 2 );
    check_server( CAPS_2, ROUTE_CLIENT, 0 );
    free( router_take( router, ROUTE_HOST ) );
    free( router_take( router, ROUTE_HOST ) );
    check_quiet();
}

static inline void stop(void)
{
    router_destroy( router );
    router = NULL;
}

/* Host 1 has channel 3 open. */
static inline void start_open(void)
{
    start();
    check_server( create( 3, "one" ), ROUTE_TAKEN, 0 );
    check_owed( ROUTE_HOST, 1, create( 3, "one" ) );
    check_host( 1, "10 03 00 00 00 00", ROUTE_SERVER );
    check_quiet();
}

#endif /* __WINEDVC_TESTS_ROUTING_H */
