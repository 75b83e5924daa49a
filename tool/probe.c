/*
 * One run of winedvc.exe outside a session
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
#include <sys/signalfd.h>
#include <unistd.h>

#include "probe.h"
#include "runner.h"

#define MOST_ADDINS  1024   /* keys, with those that have a problem */
#define MOST_LINES   100

struct run
{
    struct probe *probe;
    struct runner runner;
    unsigned int  addins;
};

/* What it says */

static void registration_destroy( struct registration *registration )
{
    free( registration->key );
    free( registration->entry );
    free( registration->file );
    free( registration->problem );
    free( registration );
}

static void take_addin( struct run *run, const struct report *report )
{
    struct registration *registration, **end = &run->probe->registrations;
    const struct winedvc_addin *addin = &report->fixed.addin;

    if (++run->addins > MOST_ADDINS || !(registration = calloc( 1, sizeof(*registration) ))) return;
    registration->bits = addin->bits;
    registration->flags = addin->flags;
    registration->size = addin->size;
    registration->time = addin->time;
    registration->key = strdup( report->strings[0] );
    registration->entry = strdup( report->strings[1] );
    registration->file = strdup( report->strings[2] );
    registration->problem = strdup( report->strings[3] );
    if (!registration->key || !registration->entry || !registration->file || !registration->problem)
    {
        registration_destroy( registration );
        runner_fail( &run->runner, "no memory is left" );
        return;
    }
    while (*end) end = &(*end)->next;
    *end = registration;
}

/* The plug-in of that number, NULL if there is none. */
static struct started_plugin *find_plugin( struct run *run, uint32_t number )
{
    return number && number <= run->probe->plugins ? &run->probe->started[number - 1] : NULL;
}

static void take_plugin( struct run *run, const struct report *report )
{
    struct started_plugin *plugin = find_plugin( run, report->fixed.plugin.plugin );

    if (!plugin) return;
    plugin->ready = report->fixed.plugin.state == WINEDVC_PLUGIN_READY;
    if (!plugin->ready) snprintf( plugin->problem, sizeof(plugin->problem), "%s", report->strings[1] );
}

static void take_listen( struct run *run, const struct report *report )
{
    struct started_plugin *plugin = find_plugin( run, report->fixed.listen.plugin );
    const char *name = report->strings[0];

    if (!plugin) return;
    if (report->type == WINEDVC_UNLISTEN) name_list_remove( &plugin->names, name );
    else if (plugin->names.count < PLUGIN_MAX_NAMES && !name_list_has( &plugin->names, name ))
        name_list_add( &plugin->names, name );
}

static void take_static( struct run *run, const struct report *report )
{
    const struct winedvc_static *declared = &report->fixed.declared;
    struct started_plugin *plugin = find_plugin( run, declared->plugin );

    if (plugin) plugin_hear_static( &plugin->statics, declared->options, report->strings[0] );
}

static void take_log( struct run *run, const struct report *report )
{
    if (run->probe->lines.count < MOST_LINES) name_list_add( &run->probe->lines, report->strings[0] );
}

static void take_report( void *context, const struct report *report )
{
    switch (report->type)
    {
    case WINEDVC_ADDIN:    take_addin( context, report ); break;
    case WINEDVC_PLUGIN:   take_plugin( context, report ); break;
    case WINEDVC_LISTEN:
    case WINEDVC_UNLISTEN: take_listen( context, report ); break;
    case WINEDVC_STATIC:   take_static( context, report ); break;
    case WINEDVC_LOG:      take_log( context, report ); break;
    default:               break;
    }
}

/* A host tells of each plug-in before it says that it is ready. */
static void probe_complete( struct probe *probe )
{
    size_t i;

    for (i = 0; probe->told && i < probe->plugins; i++)
        if (!probe->started[i].ready && !*probe->started[i].problem)
            snprintf( probe->started[i].problem, sizeof(probe->started[i].problem),
                      "winedvc.exe does not say what became of it: install winedvc again" );
}

static void probe_do( struct probe *probe )
{
    const struct name_list *lines = &probe->lines;
    struct run run =
    {
        .probe = probe,
        .runner =
        {
            .settings = probe->settings,
            .bits = probe->bits,
            .arguments = probe->arguments,
            .title = probe->title,
            .limit = probe->limit,
            .input = probe->signals ? signalfd( -1, probe->signals, SFD_CLOEXEC ) : -1,
            .take = take_report,
            .context = &run,
        },
    };
    int signals = run.runner.input;
    struct log_text text;
    size_t used = 0;

    probe->told = runner_start( &run.runner );
    /* the last that it said is why, such as a window that it shows */
    if (*run.runner.problem && lines->count)
        used = snprintf( probe->problem, sizeof(probe->problem), "%s; ", lines->names[lines->count - 1] );
    snprintf( probe->problem + used, sizeof(probe->problem) - used, "%s", run.runner.problem );
    snprintf( probe->versions, sizeof(probe->versions), "%s", run.runner.versions );
    runner_end( &run.runner );
    if (run.runner.host)
        snprintf( probe->error, sizeof(probe->error), "%s", log_escape( &text, run.runner.host->output.error ) );
    runner_clear( &run.runner );
    if (signals >= 0) close( signals );
}

bool probe_run( struct probe *probe )
{
    if (probe->plugins && !(probe->started = calloc( probe->plugins, sizeof(*probe->started) )))
        snprintf( probe->problem, sizeof(probe->problem), "no memory is left" );
    else probe_do( probe );
    probe_complete( probe );
    return probe->told;
}

void probe_clear( struct probe *probe )
{
    struct registration *registration;
    size_t i;

    while ((registration = probe->registrations))
    {
        probe->registrations = registration->next;
        registration_destroy( registration );
    }
    for (i = 0; probe->started && i < probe->plugins; i++)
    {
        name_list_clear( &probe->started[i].names );
        name_list_clear( &probe->started[i].statics );
    }
    free( probe->started );
    name_list_clear( &probe->lines );
}
