/*
 * The plug-ins of a prefix
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
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <wine/winedvcbridge.h>

#include "ascii.h"
#include "catalog.h"
#include "dospath.h"
#include "terminal.h"
#include "wine.h"

#define NEAR 2      /* letters that differ */

static bool read_catalog( struct catalog *catalog, const struct target *target, char *const *arguments )
{
    memset( catalog, 0, sizeof(*catalog) );
    catalog->search.settings = &target->settings;
    catalog->search.bits = target->bits;
    catalog->search.arguments = arguments;
    catalog->search.title = "the search for plug-ins";
    catalog->search.limit = target->settings.start_timeout;
    if (!probe_run( &catalog->search )) return false;
    if (record_init( &catalog->record, &target->settings, target->wine.loader ))
        record_load( &catalog->record, &catalog->recorded, catalog->problem, sizeof(catalog->problem) );
    return true;
}

bool catalog_read( struct catalog *catalog, const struct target *target )
{
    static char *const arguments[] = { (char *)"scout", (char *)"--all", NULL };

    return read_catalog( catalog, target, arguments );
}

bool catalog_read_with( struct catalog *catalog, const struct target *target, const char *value )
{
    char *const arguments[] = { (char *)"scout", (char *)"--all", (char *)"--plugin", (char *)value, NULL };

    return read_catalog( catalog, target, arguments );
}

bool catalog_open( struct catalog *catalog, const struct target *target )
{
    char problem[PROBLEM_TEXT];

    if (!catalog_read( catalog, target ))
    {
        complain( "the plug-ins can not be listed: %s", catalog->search.problem );
        return false;
    }
    if (!wine_check_version( catalog->search.versions, problem, sizeof(problem) )) complain( "%s", problem );
    return true;
}

void catalog_clear( struct catalog *catalog )
{
    probe_clear( &catalog->search );
    plugin_list_clear( &catalog->recorded );
    record_clear( &catalog->record );
}

static const char *file_name( const char *file )
{
    const char *slash = strrchr( file, '\\' );

    return slash ? slash + 1 : file;
}

struct registration *catalog_find( const struct catalog *catalog, const char *name )
{
    struct registration *registration, *found = NULL;

    for (registration = catalog->search.registrations; registration; registration = registration->next)
        if (ascii_equal( registration->key, name )) return registration;
    for (registration = catalog->search.registrations; registration; registration = registration->next)
    {
        if (!ascii_equal( registration->file, name ) && !ascii_equal( file_name( registration->file ), name )) continue;
        if (found) return NULL;
        found = registration;
    }
    return found;
}

/* How many letters have to be put in, taken out or changed; more than NEAR is NEAR + 1. Names are short. */
static unsigned int distance( const char *one, const char *other, unsigned int limit )
{
    unsigned int best, next;

    while (*one && ascii_lower( *one ) == ascii_lower( *other )) one++, other++;
    if (!*one && !*other) return 0;
    if (!limit) return 1;
    best = *one && *other ? distance( one + 1, other + 1, limit - 1 ) : limit;
    if (*one && (next = distance( one + 1, other, limit - 1 )) < best) best = next;
    if (*other && (next = distance( one, other + 1, limit - 1 )) < best) best = next;
    return best + 1;
}

static bool is_near( const char *name, const char *key )
{
    size_t size = strlen( name );

    return distance( name, key, NEAR ) <= NEAR || (size >= 2 && (strcasestr( key, name ) || strcasestr( name, key )));
}

void catalog_complain( const struct catalog *catalog, const char *name )
{
    struct registration *registration;
    char near[LOG_TEXT] = "";
    size_t used = 0;

    for (registration = catalog->search.registrations; registration; registration = registration->next)
        if (used < sizeof(near) && is_near( name, registration->key ))
            used += snprintf( near + used, sizeof(near) - used, "%s%s", used ? ", " : "", registration->key );
    if (*near) complain( "there is no plug-in \"%s\": do you mean %s?", name, near );
    else complain( "there is no plug-in \"%s\": \"winedvc list\" has the names", name );
}

const struct plugin *catalog_recall( const struct catalog *catalog, const struct registration *registration )
{
    const struct plugin *plugin;

    for (plugin = catalog->recorded.first; plugin; plugin = plugin->next)
        if (plugin->known && plugin->bits == registration->bits && !strcmp( plugin->entry, registration->entry ) &&
            !strcmp( plugin->file, registration->file ) && plugin->size == registration->size &&
            plugin->time == registration->time) return plugin;
    return NULL;
}

char *channel_names( const struct name_list *names, const struct name_list *statics, const char *none )
{
    struct shown_name name;
    char *text = NULL;
    size_t size, i;
    FILE *stream = open_memstream( &text, &size );

    if (!stream) return NULL;
    for (i = 0; i < names->count; i++)
        fprintf( stream, "%s%s", i ? ", " : "", show_name( &name, names->names[i] ) );
    for (i = 0; i < statics->count; i++)
        fprintf( stream, "%s%s (static)", i || names->count ? ", " : "",
                 show_name( &name, static_channel_name( statics->names[i] ) ) );
    if (!names->count && !statics->count) fputs( none, stream );
    if (!fclose( stream )) return text;
    free( text );
    return NULL;
}

void catalog_forget( struct catalog *catalog, const struct registration *registration )
{
    struct plugin *plugin;
    char problem[LOG_LINE];
    bool found = false;

    for (plugin = catalog->recorded.first; plugin; plugin = plugin->next)
        if (!strcmp( plugin->entry, registration->entry ) && !strcmp( plugin->file, registration->file ))
            found = plugin->temporary = true;
    if (!found) return;
    record_save( &catalog->record, &catalog->recorded, problem, sizeof(problem) );
    if (*problem) complain( "%s", problem );
}

bool registration_is_gone( const struct target *target, const struct registration *registration )
{
    char path[PATH_MAX];

    return *registration->problem && *registration->file
           && !dospath_to_unix( target->settings.prefix, registration->file, path );
}

enum registration_state registration_state( const struct target *target, const struct registration *registration )
{
    struct plugin_choice choice;

    if (registration->flags & WINEDVC_ADDIN_DISABLED) return REGISTRATION_DISABLED;
    if (registration_is_gone( target, registration )) return REGISTRATION_GONE;
    if (*registration->problem) return REGISTRATION_UNUSABLE;
    settings_choose( &target->settings, registration->key, registration->file, &choice );
    return choice.loaded ? REGISTRATION_OK : REGISTRATION_LEFT_OUT;
}

const char *registration_state_name( enum registration_state state )
{
    static const char *const names[] = { "ok", "disabled", "left out", "file missing", "unusable" };

    return names[state];
}
