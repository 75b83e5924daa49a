/*
 * winedvc status: which sessions run, and what they carry
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
#include <time.h>

#include "sessions.h"
#include "summary.h"
#include "terminal.h"
#include "verbs.h"
#include "watch.h"

/* A table of plug-ins, each with its channels below it. */

static bool add_row( struct table *table, const char *name, const char *state, const struct page_flow *flows,
                     const char *queued, const char *restarts )
{
    char messages[PAGE_DIRECTIONS][SUMMARY_NUMBER], bytes[PAGE_DIRECTIONS][SUMMARY_NUMBER];
    unsigned int i;

    for (i = 0; i < PAGE_DIRECTIONS; i++)
    {
        snprintf( messages[i], SUMMARY_NUMBER, "%llu", (unsigned long long)flows[i].messages );
        summary_bytes( bytes[i], flows[i].bytes );
    }
    return table_add( table, (const char *const []){ name, state, messages[PAGE_RECEIVED], bytes[PAGE_RECEIVED],
                                                     messages[PAGE_SENT], bytes[PAGE_SENT], queued, restarts } );
}

static bool add_channels( struct table *table, const struct page *page, unsigned int host )
{
    const struct page_channel *channel = page->traffic.channels, *end = channel + PAGE_CHANNELS;
    char name[sizeof(struct shown_name) + 2];
    struct shown_name shown;

    for (; channel < end; channel++)
    {
        if (channel->host != host || !summary_channel_is_live( channel )) continue;
        snprintf( name, sizeof(name), "  %s", show_name( &shown, channel->name ) );
        if (!add_row( table, name, summary_channel_state( channel ), channel->flows, "", "" )) return false;
    }
    return true;
}

static bool add_host( struct table *table, const struct page *page, unsigned int i )
{
    const struct page_host *host = &page->processes.hosts[i];
    const struct page_port *port = &page->traffic.ports[i];
    char queued[SUMMARY_NUMBER], restarts[SUMMARY_NUMBER];

    summary_bytes( queued, port->queued + port->unread );
    snprintf( restarts, sizeof(restarts), "%u", host->restarts );
    return add_row( table, host->title, summary_host_state( host ), port->flows, queued, restarts ) &&
           add_channels( table, page, i );
}

static bool print_plugins( const struct page *page )
{
    static const char *const heading[] = { "PLUG-IN", "STATE", "IN", "BYTES", "OUT", "BYTES", "QUEUE", "RESTARTS" };
    struct table table = { .columns = sizeof(heading) / sizeof(heading[0]) };
    bool complete = table_add( &table, heading );
    unsigned int i;

    for (i = 0; i < PAGE_HOSTS && complete; i++)
        if (page->processes.hosts[i].state) complete = add_host( &table, page, i );
    if (!complete) complain( "no memory is left" );
    else if (table.count > 1) table_print( &table, stdout );
    else puts( "no plug-in runs" );
    table_clear( &table );
    return complete;
}

static void print_problems( const struct page *page )
{
    const struct page_host *host = page->processes.hosts, *end = host + PAGE_HOSTS;
    struct log_text title, text;
    char line[SUMMARY_LINE];

    for (; host < end; host++)
        if (host->state && *host->error)
            printf( "%s: %s\n", log_escape( &title, host->title ), log_escape( &text, host->error ) );
    if (summary_losses( line, page )) puts( line );
    if (summary_error( line, page )) puts( line );
}

static bool print_session( const struct session *session )
{
    char line[SUMMARY_LINE];

    summary_session( line, session );
    terminal_print( stdout, COLOUR_STRONG, line );
    putchar( '\n' );
    if (session->torn) puts( "it changes too fast to be read whole: texts may not belong to their numbers" );
    if (!print_plugins( &session->page )) return false;
    print_problems( &session->page );
    return true;
}

/* JSON */

static json_t *json_time( uint64_t time )
{
    return time ? json_real( time / 1e6 ) : json_null();
}

static json_t *json_number( uint64_t number )
{
    return json_integer( number );
}

static json_t *json_flow( const struct page_flow *flow )
{
    return json_pack( "{s:o, s:o}", "messages", json_number( flow->messages ), "bytes", json_number( flow->bytes ) );
}

static json_t *json_optional( const char *text )
{
    return *text ? json_text( text ) : json_null();
}

static json_t *json_channels( const struct page *page, unsigned int host )
{
    const struct page_channel *channel = page->traffic.channels, *end = channel + PAGE_CHANNELS;
    json_t *channels = json_array();
    struct shown_name shown;

    for (; channel < end; channel++)
        if (channel->host == host && channel->state)
            json_array_append_new( channels, json_pack( "{s:s, s:o, s:s, s:o, s:o}",
                "name", show_name( &shown, channel->name ), "id", json_number( channel->id ),
                "state", summary_channel_state( channel ), "received", json_flow( &channel->flows[PAGE_RECEIVED] ),
                "sent", json_flow( &channel->flows[PAGE_SENT] ) ) );
    return channels;
}

static json_t *json_plugins( const struct page *page )
{
    json_t *plugins = json_array();
    unsigned int i;

    for (i = 0; i < PAGE_HOSTS; i++)
    {
        const struct page_host *host = &page->processes.hosts[i];
        const struct page_port *port = &page->traffic.ports[i];

        if (!host->state) continue;
        json_array_append_new( plugins, json_pack( "{s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
            "title", json_text( host->title ), "state", summary_host_state( host ), "since", json_time( host->time ),
            "pid", json_number( host->pid ), "bits", json_number( host->bits ),
            "restarts", json_number( host->restarts ), "error", json_optional( host->error ),
            "queued", json_number( port->queued ), "unread", json_number( port->unread ),
            "received", json_flow( &port->flows[PAGE_RECEIVED] ), "sent", json_flow( &port->flows[PAGE_SENT] ),
            "channels", json_channels( page, i ) ) );
    }
    return plugins;
}

static json_t *json_session( const struct session *session )
{
    const struct page *page = &session->page;
    const struct page_traffic *traffic = &page->traffic;
    char name[SUMMARY_NUMBER];

    summary_name( name, session );
    return json_pack( "{s:s, s:i, s:o, s:o, s:o, s:o, s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
        "session", name, "pid", session->pid, "client", json_text( page->client ), "winedvc", json_text( page->winedvc ),
        "began", json_time( page->begin_time ), "server", json_optional( traffic->server ),
        "connected", traffic->connected == 1, "connections", json_number( traffic->connections ),
        "connected_since", json_time( traffic->connect_time ),
        "round_trip", json_time( traffic->round_trip ), "late", json_number( traffic->late ),
        "oversized", json_number( traffic->oversized ), "answered", json_number( traffic->answered ),
        "dropped", json_number( traffic->dropped ), "error", json_optional( page->processes.error ),
        "error_time", json_time( page->processes.error_time ), "plugins", json_plugins( page ) );
}

static bool print_json( const struct session *session )
{
    json_t *sessions = json_array(), *gone = json_array();
    char name[SUMMARY_NUMBER];

    for (; session; session = session->next)
    {
        summary_name( name, session );
        if (session->state == SESSION_LIVE) json_array_append_new( sessions, json_session( session ) );
        else if (session->state == SESSION_GONE) json_array_append_new( gone, json_string( name ) );
    }
    return json_print( json_pack( "{s:i, s:o, s:o}", "version", 1, "sessions", sessions, "crashed", gone ) );
}

/* The verb */

/* Of those that are not live; what a crashed one has left is removed. Returns how many are. */
static unsigned int tell_others( const char *directory, const struct session *session )
{
    unsigned int live = 0;
    char name[SUMMARY_NUMBER];

    for (; session; session = session->next)
    {
        summary_name( name, session );
        if (session->state == SESSION_LIVE) live++;
        else if (session->state != SESSION_GONE)
            complain( "session %s can not be read: %s", name, summary_lack( session ) );
        else
        {
            complain( "the client of session %s has crashed or was killed: what it left is removed", name );
            session_remove( directory, session );
        }
    }
    return live;
}

static bool print_all( const struct session *session )
{
    bool complete = true, first = true;

    for (; session && complete; session = session->next)
    {
        if (session->state != SESSION_LIVE) continue;
        if (!first) putchar( '\n' );
        first = false;
        complete = print_session( session );
    }
    return complete;
}

static int status( const struct arguments *arguments )
{
    struct session *sessions = NULL;
    char directory[PATH_MAX];
    bool done;

    if (arguments->given[0] && arguments->json)
    {
        complain( "status takes --watch or --json, not both" );
        return STATUS_USAGE;
    }
    if (!sessions_directory( directory )) return STATUS_FAILED;
    if (arguments->given[0]) return watch( directory );
    if ((done = sessions_read( directory, &sessions )))
    {
        if (!tell_others( directory, sessions ) && !arguments->json) puts( "No session runs." );
        done = arguments->json ? print_json( sessions ) : print_all( sessions );
    }
    sessions_clear( &sessions );
    return done ? STATUS_OK : STATUS_FAILED;
}

const struct verb verb_status =
{
    .name = "status",
    .operands = "",
    .help = "shows the sessions that run, with what their plug-ins carry",
    .examples = "  winedvc status\n"
                "  winedvc status --watch\n",
    .options = { { "watch", NULL, "keeps showing them, until q is pressed" } },
    .has_json = true,
    .run = status,
};
