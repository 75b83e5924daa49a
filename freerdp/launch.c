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
#include <stdlib.h>
#include <string.h>

#include "launch.h"

static void launch_add_host( struct bridge *bridge, struct host *host )
{
    struct host **end;
    bool barred;

    bridge_lock( bridge );
    for (end = &bridge->hosts; *end; end = &(*end)->next) continue;
    *end = host;
    if (host->number)
    {
        barred = bridge->connected && !launch_serves( host->group, bridge->server );
        if (!router_host_add( bridge->router, host->number, barred )) host->overrun = true;
        if (bridge->connected && !barred) bridge_tell_connected( bridge, host );
        bridge_serve_hosts( bridge );
    }
    bridge_unlock( bridge );
}

/* Arguments end with NULL. Returns false, and writes a line, if there is no host. */
static bool launch_host( struct bridge *bridge, unsigned int number, unsigned int bits, const char *title,
                         char *const *arguments, struct group *group )
{
    struct wine_program program;
    char problem[LOG_TEXT];
    struct log_text text;
    struct host *host;

    if (!wine_find( &bridge->settings, bits, &program, problem, sizeof(problem) ))
    {
        log_error( "%s does not run: %s", log_escape( &text, title ), problem );
        return false;
    }
    if (!(host = host_create( number, bits, title, &program, arguments )))
    {
        log_error( "%s does not run: %s can not be started (%s): is Wine installed completely?",
                   log_escape( &text, title ), program.loader, strerror( errno ) );
        return false;
    }
    host->group = group;
    host->ping_time = clock_ms() + bridge->start_timeout;
    launch_add_host( bridge, host );
    return true;
}

void launch_scout( struct bridge *bridge )
{
    char *arguments[] = { (char *)"scout", NULL };
    char problem[LOG_TEXT];

    if (!wine_check_prefix( bridge->settings.prefix, problem, sizeof(problem) )) log_error( "no plug-in runs: %s", problem );
    else if (launch_host( bridge, 0, 64, "the search for plug-ins", arguments, NULL )) return;
    bridge->scouted = true;
}

/* Takes the next group of the plug-in list. Returns false after the last, or without memory. */
static bool launch_add_group( struct bridge *bridge, struct group **group )
{
    struct plugin *first;
    size_t count;

    if (!(*group = calloc( 1, sizeof(**group) + (bridge->plugins.count + 2) * sizeof((*group)->arguments[0]) )))
    {
        log_error( "no more plug-ins run: no memory is left" );
        return false;
    }
    if (!(first = plugin_list_next_group( &bridge->plugins, (*group)->arguments + 1, &count )))
    {
        free( *group );
        *group = NULL;
        return false;
    }
    (*group)->arguments[0] = (char *)"host";
    (*group)->bits = first->bits;
    (*group)->title = first->file;
    (*group)->servers = first->choice.servers;
    return true;
}

/* Leaves out those that the user does not want. */
static void launch_choose( struct bridge *bridge )
{
    struct log_text text;
    struct plugin *plugin;

    for (plugin = bridge->plugins.first; plugin; plugin = plugin->next)
    {
        settings_choose( &bridge->settings, plugin->key, plugin->file, &plugin->choice );
        plugin->hosted = !plugin->choice.loaded;
        if (plugin->hosted)
            log_info( "plug-in %s is not loaded: the configuration says so", log_escape( &text, plugin->key ) );
    }
}

void launch_groups( struct bridge *bridge )
{
    struct group **end = &bridge->groups;
    unsigned int count = 0;

    launch_choose( bridge );
    for (; launch_add_group( bridge, end ); end = &(*end)->next)
    {
        if (++count < BRIDGE_MAX_HOSTS) continue;
        (*end)->start_time = UINT64_MAX;
        log_error( "there are more than %u plug-in files, the rest is not loaded: remove some of the AddIns keys",
                   BRIDGE_MAX_HOSTS - 1 );
        return;
    }
}

bool launch_serves( const struct group *group, const char *server )
{
    return !group || !group->servers || name_list_matches( group->servers, server );
}

bool launch_again( struct bridge *bridge, struct host *host )
{
    struct group *group = host->group;

    if (!group || !host->ready || group->restarts >= bridge->settings.restarts) return false;
    group->start_time = clock_ms() + (1000 << group->restarts++);
    bridge_lock( bridge );
    router_hosts_expected( bridge->router );
    bridge_unlock( bridge );
    return true;
}

uint64_t launch_time( const struct bridge *bridge )
{
    uint64_t time = UINT64_MAX;
    struct group *group;

    for (group = bridge->groups; group; group = group->next)
        if (group->start_time < time) time = group->start_time;
    return time;
}

static unsigned int launch_count( const struct bridge *bridge )
{
    unsigned int count = 0;
    struct host *host;

    for (host = bridge->hosts; host; host = host->next) count++;
    return count;
}

void launch_due( struct bridge *bridge )
{
    uint64_t now = clock_ms();
    struct group *group;

    for (group = bridge->groups; group; group = group->next)
    {
        if (group->start_time > now || bridge->terminated) continue;
        if (launch_count( bridge ) > BRIDGE_MAX_HOSTS) /* some of them are not quite gone */
        {
            group->start_time = now + 1000;
            continue;
        }
        group->start_time = UINT64_MAX;
        launch_host( bridge, ++bridge->last_number, group->bits, group->title, group->arguments, group );
    }
    if (launch_time( bridge ) != UINT64_MAX) return;
    bridge_lock( bridge );
    router_hosts_known( bridge->router );
    bridge_unlock( bridge );
}

void launch_forget( struct bridge *bridge )
{
    struct group *group;

    while ((group = bridge->groups))
    {
        bridge->groups = group->next;
        free( group );
    }
}
