/*
 * winedvc list
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

#include <wine/winedvcbridge.h>

#include "ascii.h"
#include "catalog.h"
#include "terminal.h"
#include "verbs.h"

/* A class that a program serves runs in a process of its own; one of static channels is known when it was run. */
static const char *kind( const struct registration *registration, const struct plugin *plugin )
{
    const char *extension = strrchr( registration->file, '.' );

    if (registration->entry[0] == '{' && extension && ascii_equal( extension, ".exe" )) return "process";
    if (plugin && plugin->statics.count) return "static";
    return strchr( registration->entry, '{' ) ? "class" : "file";
}

/* The day on which a session, or "add", had it last. */
static const char *last_used( const struct plugin *plugin, char day[16] )
{
    time_t seconds = plugin ? plugin->used * 86400 : 0;
    struct tm date;

    if (!seconds || !gmtime_r( &seconds, &date ) || !strftime( day, 16, "%Y-%m-%d", &date )) strcpy( day, "?" );
    return day;
}

static const char *reason( const struct registration *registration, enum registration_state state )
{
    if (state == REGISTRATION_DISABLED) return "\"winedvc enable\" switches it on";
    if (state == REGISTRATION_LEFT_OUT) return "the configuration says so: allow, deny or enabled";
    return registration->problem;
}

static bool print_table( const struct catalog *catalog, const struct target *target )
{
    static const char *const heading[] = { "NAME", "KIND", "BITS", "STATE", "USED", "CHANNELS", "FILE" };
    struct table table = { .columns = sizeof(heading) / sizeof(heading[0]) };
    struct registration *registration;
    bool complete = table_add( &table, heading );

    for (registration = catalog->search.registrations; registration && complete; registration = registration->next)
    {
        enum registration_state state = registration_state( target, registration );
        const struct plugin *plugin = catalog_recall( catalog, registration );
        /* known as soon as a session or "add" has run it */
        char *channels = plugin ? channel_names( &plugin->names, &plugin->statics, "none" ) : strdup( "?" );
        char bits[16] = "?", day[16];
        const char *cells[] =
        {
            registration->key, kind( registration, plugin ), bits, registration_state_name( state ),
            last_used( plugin, day ), channels, *registration->file ? registration->file : registration->entry,
        };

        if (registration->bits) snprintf( bits, sizeof(bits), "%u", registration->bits );
        complete = channels && table_add( &table, cells );
        free( channels );
    }
    if (complete) table_print( &table, stdout );
    else complain( "no memory is left" );
    table_clear( &table );
    return complete;
}

/* What is wrong with some, below the table. */
static void print_reasons( const struct catalog *catalog, const struct target *target )
{
    struct registration *registration;

    for (registration = catalog->search.registrations; registration; registration = registration->next)
    {
        enum registration_state state = registration_state( target, registration );

        if (state == REGISTRATION_OK) continue;
        print_shown( stdout, registration->key );
        fputs( ": ", stdout );
        print_shown( stdout, reason( registration, state ) );
        putchar( '\n' );
    }
}

static json_t *json_channels( const struct plugin *plugin, bool is_static )
{
    const struct name_list *names;
    struct shown_name name;
    json_t *array;
    size_t i;

    if (!plugin) return json_null();
    array = json_array();
    names = is_static ? &plugin->statics : &plugin->names;
    for (i = 0; i < names->count; i++)
        json_array_append_new( array, json_string( show_name( &name, is_static ?
                               static_channel_name( names->names[i] ) : names->names[i] ) ) );
    return array;
}

static json_t *json_plugin( const struct catalog *catalog, const struct target *target,
                            const struct registration *registration )
{
    enum registration_state state = registration_state( target, registration );
    const struct plugin *plugin = catalog_recall( catalog, registration );
    char day[16];

    return json_pack( "{s:o, s:s, s:o, s:o, s:s, s:o, s:b, s:s, s:o, s:b, s:o, s:o, s:o}",
                      "name", json_text( registration->key ),
                      "kind", kind( registration, plugin ),
                      "value", json_text( registration->entry ),
                      "file", *registration->file ? json_text( registration->file ) : json_null(),
                      "user", registration->flags & WINEDVC_ADDIN_MACHINE ? "all" : "this",
                      "bits", registration->bits ? json_integer( registration->bits ) : json_null(),
                      "enabled", !(registration->flags & WINEDVC_ADDIN_DISABLED),
                      "state", registration_state_name( state ),
                      "reason", state == REGISTRATION_OK ? json_null() : json_text( reason( registration, state ) ),
                      "known", plugin != NULL,
                      "used", plugin && plugin->used ? json_string( last_used( plugin, day ) ) : json_null(),
                      "channels", json_channels( plugin, false ),
                      "static-channels", json_channels( plugin, true ) );
}

static bool print_json( const struct catalog *catalog, const struct target *target )
{
    struct registration *registration;
    json_t *plugins = json_array();
    bool printed;

    for (registration = catalog->search.registrations; registration; registration = registration->next)
        json_array_append_new( plugins, json_plugin( catalog, target, registration ) );
    printed = target_print_json( target, "plugins", plugins );
    json_decref( plugins );
    return printed;
}

static void print_names( const struct catalog *catalog )
{
    struct registration *registration;

    for (registration = catalog->search.registrations; registration; registration = registration->next)
    {
        print_shown( stdout, registration->key );
        putchar( '\n' );
    }
}

static int list( const struct arguments *arguments )
{
    struct catalog catalog = { 0 };
    struct target target;
    int status;

    if (arguments->given[0] && arguments->json)
    {
        complain( "list takes --names or --json, not both" );
        return STATUS_USAGE;
    }
    status = target_open( &target, arguments->prefix );
    if (!status && !catalog_open( &catalog, &target )) status = STATUS_FAILED;
    if (!status && arguments->given[0]) print_names( &catalog );
    else if (!status && arguments->json) status = print_json( &catalog, &target ) ? STATUS_OK : STATUS_FAILED;
    else if (!status && !catalog.search.registrations)
        printf( "No plug-in is registered in %s: \"winedvc add FILE.dll\" does that.\n", target.settings.prefix );
    else if (!status)
    {
        if (!print_table( &catalog, &target )) status = STATUS_FAILED;
        print_reasons( &catalog, &target );
    }
    catalog_clear( &catalog );
    target_clear( &target );
    return status;
}

const struct verb verb_list =
{
    .name = "list",
    .operands = "",
    .help = "lists the plug-ins of the Wine prefix, with their channels",
    .examples = "  winedvc list\n"
                "  winedvc list --json | jq -r '.plugins[] | select(.state != \"ok\") | .name'\n",
    .options = { { "names", NULL, "prints the names alone" } },
    .has_json = true,
    .run = list,
};
