/*
 * Which plug-ins there are
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

#include "clock.h"
#include "conf.h"
#include "discovery.h"
#include "launch.h"
#include "search.h"
#include "statics.h"
#include "wine.h"

#define AGAIN_MS 1000
#define BEGIN_FACTOR 3  /* Wine may have a prefix to update, or a slow disk */

_Static_assert( SETTINGS_NO_LEVEL == LOG_LEVEL_OFF + 1, "the levels are WLog's" );

static void discovery_write_mistakes( struct supervisor *supervisor )
{
    struct name_list *mistakes = &supervisor->settings.mistakes;
    struct log_text text;
    size_t i;

    for (i = 0; i < mistakes->count; i++) log_error( "%s", log_escape( &text, mistakes->names[i] ) );
    name_list_clear( mistakes );
}

/* All settings have their values, from here on to the end. */
static void discovery_configure( struct supervisor *supervisor )
{
    struct settings *settings = &supervisor->settings;

    discovery_write_mistakes( supervisor );
    conf_read( settings );
    settings_complete( settings );
    discovery_write_mistakes( supervisor );
    if (settings->log_level != SETTINGS_NO_LEVEL) log_set_level( settings->log_level );
    trace_open( supervisor->trace, settings->trace_file, settings->trace_size );
    supervisor->timeout = settings->timeout * 1000;
    supervisor->begin_timeout = settings->start_timeout * 1000 * BEGIN_FACTOR;
    supervisor->linger = settings->linger * 1000;
    exchange_configure( supervisor->exchange, settings->start_timeout * 1000, &settings->take );
}

/* Each name of the list, behind that option. Returns the place behind them. */
static char **add_options( char **arguments, const char *option, const struct name_list *list )
{
    size_t i;

    for (i = 0; i < list->count; i++)
    {
        *arguments++ = (char *)option;
        *arguments++ = list->names[i];
    }
    return arguments;
}

static void discovery_search( struct supervisor *supervisor )
{
    const struct name_list *connections = &supervisor->settings.connections, *named = &supervisor->settings.named;
    char **arguments = calloc( 2 + 2 * (connections->count + named->count), sizeof(*arguments) );
    bool begun = false;

    if (arguments)
    {
        arguments[0] = (char *)"scout";
        add_options( add_options( arguments + 1, "--connection", connections ), "--plugin", named );
        begun = launch_host( supervisor, 0, wine_prefix_bits( supervisor->settings.prefix ), "the search for plug-ins",
                             arguments, NULL );
    }
    else log_error( "plug-ins are not looked for: no memory is left in the client" );
    free( arguments );
    search_event( supervisor, begun ? EVENT_BEGUN : EVENT_ENDED );
}

static void discovery_recall( struct supervisor *supervisor )
{
    struct wine_program program;
    char problem[LOG_TEXT];
    struct log_text text;

    if (!wine_find( &supervisor->settings, wine_prefix_bits( supervisor->settings.prefix ), &program, problem,
                    sizeof(problem) )) return;
    if (!record_init( &supervisor->record, &supervisor->settings, program.loader ))
        log_warn( "there is no record of the plug-ins: no memory is left in the client" );
    else if (!record_load( &supervisor->record, &supervisor->recorded, problem, sizeof(problem) ) && *problem)
        log_warn( "the plug-ins of the last session are not known: %s", log_escape( &text, problem ) );
    statics_look( supervisor );
    if (supervisor->recorded.count) launch_recorded( supervisor );
}

void discovery_begin( struct supervisor *supervisor )
{
    char problem[LOG_LINE];

    discovery_configure( supervisor );
    if (!wine_check_prefix( &supervisor->settings, problem, sizeof(problem) ))
    {
        log_error( "no plug-in runs: %s", problem );
        search_event( supervisor, EVENT_ENDED );
        return;
    }
    if (!keeper_start( &supervisor->keeper, &supervisor->settings, problem, sizeof(problem) ))
        log_warn( "should the client be killed, plug-ins may outlive it: %s", problem );
    discovery_search( supervisor );
    if (supervisor->search == SEARCH_RUNS) discovery_recall( supervisor );
}

uint64_t discovery_time( const struct supervisor *supervisor )
{
    if (supervisor->terminated) return UINT64_MAX;
    return supervisor->search == SEARCH_LISTED ? 0 : supervisor->search_time;
}

void discovery_proceed( struct supervisor *supervisor )
{
    if (supervisor->search == SEARCH_PAUSES)
    {
        if (launch_has_room( supervisor )) discovery_search( supervisor );
        else supervisor->search_time = clock_ms() + AGAIN_MS;
    }
    else if (search_event( supervisor, EVENT_DEALT ))
    {
        launch_found( supervisor );
        supervisor->learned = true;
    }
}

void discovery_store( struct supervisor *supervisor )
{
    char problem[LOG_TEXT];
    struct log_text text;

    if (!supervisor->learned || supervisor->search != SEARCH_DONE || !supervisor->record.prefix ||
        supervisor->incomplete) return;
    supervisor->learned = false;
    record_save( &supervisor->record, &supervisor->plugins, problem, sizeof(problem) );
    if (*problem) log_warn( "the next session will wait for Wine: %s", log_escape( &text, problem ) );
}
