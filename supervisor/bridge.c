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

#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "bridge.h"
#include "clock.h"
#include "exchange.h"
#include "log.h"
#include "loop.h"
#include "page.h"
#include "supervisor.h"
#include "trace.h"

struct bridge
{
    struct connection *connection;      /* main thread only */
    struct exchange   *exchange;
    struct trace      *trace;           /* NULL for none */
    struct page       *page;
    const void        *context;         /* the client's */
    struct name_list   served;          /* the client's names, fixed */
    atomic_uint        references;      /* the addin's and the I/O thread's */
    struct supervisor  supervisor;      /* I/O thread only */

    /* protected by lingering_lock */
    struct bridge   *next_lingering;
    struct name_list arguments;         /* while it lingers */
    uint64_t         linger_end;
};

static void bridge_destroy( struct bridge *bridge )
{
    supervisor_clear( &bridge->supervisor );
    if (bridge->connection) connection_destroy( bridge->connection );
    if (bridge->exchange) exchange_destroy( bridge->exchange );
    trace_destroy( bridge->trace );
    name_list_clear( &bridge->served );
    if (bridge->page) page_destroy( bridge->page );
    free( bridge );
}

static void bridge_release( void *context )
{
    struct bridge *bridge = context;

    if (!--bridge->references) bridge_destroy( bridge );
}

/* The session has ended, with its connection. Returns how long to wait for another one, in milliseconds. */
static unsigned int bridge_conclude( struct bridge *bridge )
{
    struct log_text text;
    char unused[LOG_TEXT];

    exchange_list_unused( bridge->exchange, unused, sizeof(unused) );
    exchange_disconnect( bridge->exchange, 0 );
    if (*unused) log_info( "the server asked for none of the channels that plug-ins offered (%s): "
                           "is the server's side of the product installed and running?", log_escape_name( &text, unused ) );
    trace_finish( bridge->trace ); /* the process may end before the I/O thread can */
    return bridge->supervisor.linger;
}

/* The hosts end, the reference is the caller's no longer. */
static void bridge_end( struct bridge *bridge )
{
    supervisor_end( &bridge->supervisor );
    bridge_release( bridge );
}

/* Between two sessions */

/* All of the process. Nothing but the bridge's reference and its eventfd is touched with the lock. */
static pthread_mutex_t lingering_lock = PTHREAD_MUTEX_INITIALIZER;
static struct bridge *lingering;

/* Needs the lock. */
static void linger_remove( struct bridge **link )
{
    struct bridge *bridge = *link;

    *link = bridge->next_lingering;
    name_list_clear( &bridge->arguments );
    bridge->linger_end = UINT64_MAX;
}

void bridge_linger( struct bridge *bridge, const struct name_list *arguments )
{
    unsigned int linger = bridge_conclude( bridge );

    if (!linger || !name_list_copy( &bridge->arguments, arguments ))
    {
        bridge_end( bridge );
        return;
    }
    pthread_mutex_lock( &lingering_lock );
    bridge->linger_end = clock_ms() + linger;
    bridge->next_lingering = lingering;
    lingering = bridge;
    exchange_wake( bridge->exchange ); /* with the lock: it may end as soon as that is free */
    pthread_mutex_unlock( &lingering_lock );
}

struct bridge *bridge_resume( const struct client *client, const struct name_list *arguments )
{
    struct bridge **link = &lingering, *bridge, *found = NULL, *others = NULL;

    pthread_mutex_lock( &lingering_lock );
    while ((bridge = *link))
    {
        bool same = name_list_equals( &bridge->arguments, arguments ) &&
                    name_list_equals( &bridge->served, client->names );

        if (bridge->context != client->context)
        {
            link = &bridge->next_lingering;
            continue;
        }
        linger_remove( link );
        if (same && !found)
        {
            found = bridge;
            continue;
        }
        bridge->next_lingering = others;
        others = bridge;
    }
    pthread_mutex_unlock( &lingering_lock );
    while ((bridge = others))
    {
        others = bridge->next_lingering;
        bridge_end( bridge );
    }
    return found;
}

/* When a lingering bridge ends, UINT64_MAX if it does not linger; that end, if its time has come. */
static uint64_t linger_time( void *context )
{
    const struct bridge *bridge = context;
    uint64_t time;

    pthread_mutex_lock( &lingering_lock );
    time = bridge->linger_end;
    pthread_mutex_unlock( &lingering_lock );
    return time;
}

static void linger_expire( void *context )
{
    struct bridge *bridge = context;
    struct bridge **link = &lingering;
    bool expired;

    pthread_mutex_lock( &lingering_lock );
    if ((expired = bridge->linger_end <= clock_ms()))
    {
        while (*link != bridge) link = &(*link)->next_lingering;
        linger_remove( link );
    }
    pthread_mutex_unlock( &lingering_lock );
    if (expired) bridge_end( bridge );
}

/* Its beginning */

static bool bridge_start_thread( struct bridge *bridge )
{
    sigset_t all, old;
    pthread_t thread;
    bool started;

    sigfillset( &all ); /* signals are the client's */
    pthread_sigmask( SIG_SETMASK, &all, &old );
    bridge->references++;
    started = !pthread_create( &thread, NULL, loop_main, &bridge->supervisor );
    if (started) pthread_detach( thread );
    else bridge->references--;
    pthread_sigmask( SIG_SETMASK, &old, NULL );
    return started;
}

static bool bridge_prepare( struct bridge *bridge, const struct client *client, const struct name_list *arguments )
{
    const struct supervisor_owner owner = { bridge, linger_time, linger_expire, bridge_release };

    return name_list_copy( &bridge->served, client->names ) && (bridge->trace = trace_create()) &&
           (bridge->page = page_create( environ, WINEDVC_VERSION )) &&
           (bridge->exchange = exchange_create( client->names, bridge->trace, bridge->page, client->post,
                                                client->locate, client->context )) &&
           (bridge->connection = connection_create( client, bridge->exchange, bridge->trace, bridge->page )) &&
           supervisor_init( &bridge->supervisor, &owner, bridge->exchange, bridge->trace, bridge->page,
                            client->connection, arguments );
}

struct bridge *bridge_create( const struct client *client, const struct name_list *arguments )
{
    struct bridge *bridge = calloc( 1, sizeof(*bridge) );

    if (bridge)
    {
        bridge->context = client->context;
        bridge->references = 1;
        bridge->linger_end = UINT64_MAX;
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
