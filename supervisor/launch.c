/*
 * Which hosts are started, and when
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

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ascii.h"
#include "clock.h"
#include "frames.h"
#include "launch.h"
#include "life.h"
#include "search.h"
#include "show.h"
#include "statics.h"

/* Does somebody know what each of its plug-ins will listen on? */
static bool group_is_known( const struct group *group )
{
    size_t i;

    for (i = 0; i < group->count; i++) if (!group->plugins[i]->known) return false;
    return true;
}

/* What it listened on before is what it will listen on. */
static void launch_expect( struct supervisor *supervisor, const struct host *host )
{
    bool complete = group_is_known( host->group );
    const struct plugin *plugin;
    enum name_result result;
    size_t i, j;

    for (i = 0; i < host->group->count; i++)
    {
        plugin = host->group->plugins[i];
        for (j = 0; plugin->known && j < plugin->names.count; j++)
        {
            result = exchange_name( supervisor->exchange, host->port, router_expect, plugin->names.names[j] );
            if (result != NAME_OK && result != NAME_SERVED) complete = false;
        }
    }
    exchange_set_complete( supervisor->exchange, host->port, complete );
}

static void launch_greet( struct supervisor *supervisor, struct host *host )
{
    struct winedvc_limits limits;
    struct winedvc_hello hello;

    host_hello( &hello );
    exchange_send( supervisor->exchange, host->port, WINEDVC_HELLO, &hello, sizeof(hello), NULL );
    if (!host->group) return;
    host_limits( &supervisor->settings, &limits );
    exchange_send( supervisor->exchange, host->port, WINEDVC_LIMITS, &limits, sizeof(limits), NULL );
}

static void launch_add_host( struct supervisor *supervisor, struct host *host, int fd )
{
    struct exchange *exchange = supervisor->exchange;
    struct host **end;

    for (end = &supervisor->hosts; *end; end = &(*end)->next) continue;
    *end = host;
    host->port = exchange_add_host( exchange, host->number, fd,
                                    host->group ? host->group->plugins[0]->choice.servers : NULL,
                                    host->group ? host->group->row : 0 );
    if (!host->port)
    {
        life_end( supervisor, host, END_NOT_BEGUN, "no memory is left in the client" );
        return;
    }
    show_host( supervisor, host );
    launch_greet( supervisor, host );
    if (host->group) launch_expect( supervisor, host );
    exchange_admit_host( exchange, host->port );
}

bool launch_host( struct supervisor *supervisor, unsigned int number, unsigned int bits, const char *title,
                  char *const *arguments, struct group *group )
{
    struct wine_program program;
    char problem[LOG_LINE];
    struct log_text text;
    struct host *host;
    int fd;

    if (!wine_find( &supervisor->settings, bits, &program, problem, sizeof(problem) ))
    {
        log_error( "%s does not run: %s", log_escape( &text, title ), problem );
        return false;
    }
    if (!(host = host_create( number, bits, title, &program, arguments, &fd )))
    {
        log_error( "%s does not run: %s can not be started (%s): is Wine installed completely?",
                   log_escape( &text, title ), program.loader, log_errno( errno ) );
        return false;
    }
    if (supervisor->keeper.fd >= 0 && !keeper_add( &supervisor->keeper, &host->process ))
        log_warn( "%s: should the client be killed, this process may outlive it (%s)", log_escape( &text, title ),
                  log_errno( errno ) );
    host->group = group;
    host->ping_time = clock_ms() + supervisor->begin_timeout;
    launch_add_host( supervisor, host, fd );
    return true;
}

/* Groups */

/* Leaves out those that the user does not want. */
static void launch_choose( struct supervisor *supervisor, struct plugin_list *list )
{
    struct log_text text;
    struct plugin *plugin;

    for (plugin = list->first; plugin; plugin = plugin->next)
    {
        settings_choose( &supervisor->settings, plugin->key, plugin->file, &plugin->choice );
        plugin->hosted = !plugin->choice.loaded;
        if (plugin->hosted && list == &supervisor->plugins)
            log_info( "plug-in %s is not loaded: the configuration says so", log_escape( &text, plugin->name ) );
    }
}

/* Takes the next group of a list. Returns NULL after the last, or without memory. */
static struct group *launch_next_group( struct supervisor *supervisor, struct plugin_list *list )
{
    struct group *group = calloc( 1, sizeof(*group) + list->count * sizeof(group->plugins[0]) );

    if (!group)
    {
        supervisor->incomplete = true;
        log_error( "no more plug-ins run: no memory is left in the client" );
    }
    else if (!(group->count = plugin_list_next_group( list, group->plugins )))
    {
        free( group );
        return NULL;
    }
    return group;
}

/* "KEY, KEY (FILE)": the names of its plug-ins, with a file that follows itself once; as far as there is room. */
static const char *group_title( const struct group *group, char title[LOG_TEXT] )
{
    const struct plugin *plugin, *next;
    size_t i, used = 0;

    for (i = 0; i < group->count && used < LOG_TEXT; i++)
    {
        plugin = group->plugins[i];
        next = i + 1 < group->count ? group->plugins[i + 1] : NULL;
        used += snprintf( title + used, LOG_TEXT - used, "%s%s",
                          next && ascii_equal( plugin->file, next->file ) ? plugin->key : plugin->name,
                          next ? ", " : "" );
    }
    return title;
}

static void launch_add_group( struct supervisor *supervisor, struct group *group )
{
    char title[LOG_TEXT];
    struct log_text text;
    struct group **end;
    unsigned int count = 1;

    for (end = &supervisor->groups; *end; end = &(*end)->next)
        if ((*end)->kept || !search_has_ended( supervisor )) count++;
    *end = group;
    show_group( supervisor, group, group_title( group, title ) );
    if (count < SUPERVISOR_MAX_HOSTS) return;
    group->start_time = UINT64_MAX;
    log_error( "there are more than %u plug-in files, %s is not loaded: remove some of the AddIns keys",
               SUPERVISOR_MAX_HOSTS - 1, log_escape( &text, group_title( group, title ) ) );
}

void launch_recorded( struct supervisor *supervisor )
{
    struct group *group;
    bool complete = true;

    launch_choose( supervisor, &supervisor->recorded );
    while ((group = launch_next_group( supervisor, &supervisor->recorded )))
    {
        if (!group_is_known( group )) complete = false;
        launch_add_group( supervisor, group );
        statics_declare( supervisor, group );
    }
    log_debug( "the record has %zu plug-ins, and %s of their channels", supervisor->recorded.count,
               complete ? "all" : "some" );
    statics_check_known( supervisor );
    launch_due( supervisor );
}

/* The same plug-ins for the same servers? */
static bool group_equals( const struct group *group, const struct group *other )
{
    size_t i;

    if (group->count != other->count || group->plugins[0]->choice.servers != other->plugins[0]->choice.servers)
        return false;
    for (i = 0; i < group->count; i++)
        if (group->plugins[i]->bits != other->plugins[i]->bits ||
            strcmp( group->plugins[i]->entry, other->plugins[i]->entry ) ||
            strcmp( group->plugins[i]->file, other->plugins[i]->file )) return false;
    return true;
}

/* What the record knows of the names holds for what the search has found, unless the file is another. */
static void launch_recall( struct supervisor *supervisor )
{
    struct plugin *plugin, *recorded;
    struct log_text text;

    for (plugin = supervisor->plugins.first; plugin; plugin = plugin->next)
    {
        if (!(recorded = plugin_list_find( &supervisor->recorded, plugin ))) continue;
        plugin_take_names( plugin, recorded );
        plugin->awaited = recorded->awaited;
        if (plugin->size == recorded->size && plugin->time == recorded->time) continue;
        log_info( "plug-in %s has changed since the last session", log_escape( &text, plugin->name ) );
        if (!plugin->ready) plugin->known = false;
    }
}

/* Ends what the record had and the search has not found. */
static void launch_drop( struct supervisor *supervisor, struct group *group )
{
    char title[LOG_TEXT];
    struct log_text text;
    struct host *host;

    group->start_time = UINT64_MAX;
    log_info( "plug-in %s is not registered as it was: its process ends",
              log_escape( &text, group_title( group, title ) ) );
    for (host = supervisor->hosts; host; host = host->next)
        if (host->group == group) life_end( supervisor, host, END_UNLISTED, "" );
    show_no_group( supervisor, group );
}

/* A group that runs already has the plug-ins of the list from now on, since those have the names. */
static bool launch_keep( struct supervisor *supervisor, const struct group *found )
{
    struct group *group;

    for (group = supervisor->groups; group; group = group->next)
    {
        if (group->kept || !group_equals( group, found )) continue;
        memcpy( group->plugins, found->plugins, found->count * sizeof(found->plugins[0]) );
        return group->kept = true;
    }
    return false;
}

/* Of a plug-in that has changed nobody knows the names any more. */
static void launch_doubt( struct supervisor *supervisor )
{
    const struct host *host;

    for (host = supervisor->hosts; host; host = host->next)
        if (host->port && host->group && !group_is_known( host->group ))
            exchange_set_complete( supervisor->exchange, host->port, false );
}

void launch_found( struct supervisor *supervisor )
{
    struct group *group, *found = NULL, **end = &found, *next;

    log_debug( "the search has found %zu plug-ins", supervisor->plugins.count );
    launch_choose( supervisor, &supervisor->plugins );
    launch_recall( supervisor );
    while ((group = launch_next_group( supervisor, &supervisor->plugins )))
    {
        if (launch_keep( supervisor, group )) free( group );
        else
        {
            *end = group;
            end = &group->next;
        }
    }
    for (group = supervisor->groups; group; group = group->next)
        if (!group->kept && !supervisor->incomplete) launch_drop( supervisor, group );
    launch_doubt( supervisor );
    for (group = found; group; group = next)
    {
        next = group->next;
        group->next = NULL;
        group->kept = true;
        statics_await( group );
        launch_add_group( supervisor, group );
    }
}

uint64_t launch_time( const struct supervisor *supervisor )
{
    uint64_t time = UINT64_MAX;
    struct group *group;

    for (group = supervisor->groups; group && !supervisor->terminated; group = group->next)
        if (group->start_time < time) time = group->start_time;
    return time;
}

bool launch_has_room( const struct supervisor *supervisor )
{
    unsigned int count = 0;
    struct host *host;

    for (host = supervisor->hosts; host; host = host->next) count++;
    return count <= SUPERVISOR_MAX_HOSTS;
}

static void launch_group( struct supervisor *supervisor, struct group *group )
{
    char **arguments = calloc( group->count + 2, sizeof(*arguments) ), title[LOG_TEXT];
    struct log_text text;
    size_t i;

    if (!arguments)
    {
        log_error( "%s does not run: no memory is left in the client", log_escape( &text, group_title( group, title ) ) );
        return;
    }
    arguments[0] = (char *)"host";
    for (i = 0; i < group->count; i++)
    {
        arguments[i + 1] = group->plugins[i]->entry;
        name_list_clear( &group->plugins[i]->heard );
        group->plugins[i]->doubtful = false;
        name_list_clear( &group->plugins[i]->statics_heard );
    }
    launch_host( supervisor, ++supervisor->last_number, group->plugins[0]->bits, group_title( group, title ), arguments,
                 group );
    free( arguments );
}

void launch_due( struct supervisor *supervisor )
{
    uint64_t now = clock_ms();
    struct group *group;

    for (group = supervisor->groups; group; group = group->next)
    {
        if (group->start_time > now) continue;
        if (!launch_has_room( supervisor ))
        {
            group->start_time = now + 1000;
            continue;
        }
        group->start_time = UINT64_MAX;
        launch_group( supervisor, group );
    }
}

void launch_tell_known( struct supervisor *supervisor )
{
    if (launch_time( supervisor ) != UINT64_MAX || supervisor->search < SEARCH_DONE) return;
    exchange_set_known( supervisor->exchange, true );
}
