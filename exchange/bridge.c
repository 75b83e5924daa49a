/*
 * One session
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

#include <signal.h>
#include <stdlib.h>

#include "bridge_private.h"

void bridge_wake( struct bridge *bridge )
{
    exchange_wake( bridge->exchange );
}

static void bridge_destroy( struct bridge *bridge )
{
    supervisor_clear( &bridge->supervisor );
    if (bridge->connection) connection_destroy( bridge->connection );
    if (bridge->exchange) exchange_destroy( bridge->exchange );
    trace_destroy( bridge->trace );
    free( bridge );
}

void bridge_release( struct bridge *bridge )
{
    if (!--bridge->references) bridge_destroy( bridge );
}

static bool bridge_start_thread( struct bridge *bridge )
{
    sigset_t all, old;
    pthread_t thread;
    bool started;

    sigfillset( &all ); /* signals are the client's */
    pthread_sigmask( SIG_SETMASK, &all, &old );
    bridge->references++;
    started = !pthread_create( &thread, NULL, supervisor_main, &bridge->supervisor );
    if (started) pthread_detach( thread );
    else bridge->references--;
    pthread_sigmask( SIG_SETMASK, &old, NULL );
    return started;
}

static bool bridge_prepare( struct bridge *bridge, const struct client *client, const struct name_list *arguments )
{
    if (!supervisor_init( &bridge->supervisor, bridge, client->connection, arguments )) return false;
    bridge->linger = bridge->supervisor.settings.linger * 1000;
    return (bridge->trace = trace_create()) &&
           (bridge->exchange = exchange_create( client->names, bridge->trace, client->post, client->context )) &&
           (bridge->connection = connection_create( client, bridge->exchange, bridge->trace ));
}

struct bridge *bridge_create( const struct client *client, const struct name_list *arguments )
{
    struct bridge *bridge = calloc( 1, sizeof(*bridge) );

    if (bridge)
    {
        bridge->context = client->context;
        bridge->references = 1;
        bridge->park_time = UINT64_MAX;
        if (bridge_prepare( bridge, client, arguments ) && bridge_start_thread( bridge )) return bridge;
        bridge_destroy( bridge );
    }
    log_error( "no memory, thread or descriptor is left: this session has no plug-ins" );
    return NULL;
}

struct connection *bridge_connection( struct bridge *bridge )
{
    return bridge->connection;
}

unsigned int bridge_conclude( struct bridge *bridge )
{
    struct log_text text;
    char unused[LOG_TEXT];

    exchange_list_unused( bridge->exchange, unused, sizeof(unused) );
    exchange_disconnect( bridge->exchange, 0 );
    if (*unused) log_info( "the server asked for none of the channels that plug-ins offered (%s): "
                           "is the server's side of the product installed and running?", log_escape_name( &text, unused ) );
    trace_write( bridge->trace ); /* the process may end before the I/O thread can */
    return bridge->linger;
}

void bridge_end( struct bridge *bridge )
{
    bridge->ended = true;
    bridge_wake( bridge );
    bridge_release( bridge );
}
