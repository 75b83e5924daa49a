/*
 * winedvc remove, enable and disable
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
#include <string.h>

#include <wine/winedvcbridge.h>

#include "ascii.h"
#include "catalog.h"
#include "registry.h"
#include "terminal.h"
#include "verbs.h"

struct change
{
    struct target  target;
    struct catalog catalog;
    json_t        *done;        /* for --json; else NULL */
};

/* Changes one plug-in; returns false, with a line, if that was not done. */
typedef bool (*change_plugin)( struct change *change, struct registration *registration );

/* Result is what JSON calls it, and text what a person reads behind the name. */
static bool tell( struct change *change, const struct registration *registration, const char *result, const char *text )
{
    if (change->done)
        json_array_append_new( change->done, json_pack( "{s:o, s:s}", "name", json_text( registration->key ),
                                                        "result", result ) );
    else
    {
        print_shown( stdout, registration->key );
        printf( " is %s.\n", text );
    }
    return true;
}

/* The first of that key from this one on: each place of the registry may have another plug-in by its name. */
static struct registration *find_key( struct registration *registration, const char *key )
{
    while (registration && !ascii_equal( registration->key, key )) registration = registration->next;
    return registration;
}

static bool remove_plugin( struct change *change, struct registration *registration )
{
    struct registration *first = find_key( change->catalog.search.registrations, registration->key ), *each;

    for (each = first; each; each = find_key( each->next, first->key ))
        if ((each->flags & WINEDVC_ADDIN_REGISTERED) && each->bits &&
            !registry_change( &change->target, each->bits, "unregister", each->file, NULL ))
            complain( "what it has registered by itself stays in the registry" );
    if (!registry_change( &change->target, change->target.bits, "remove", registration->key, NULL )) return false;
    for (each = first; each; each = find_key( each->next, first->key )) catalog_forget( &change->catalog, each );
    return tell( change, registration, "removed", "removed; its file stays" );
}

/* Returns false if each was so before. */
static bool needs_switch( const struct change *change, const char *key, uint32_t disabled )
{
    struct registration *each = find_key( change->catalog.search.registrations, key );

    while (each && (each->flags & WINEDVC_ADDIN_DISABLED) == disabled) each = find_key( each->next, key );
    return each != NULL;
}

/* It may be named once more. */
static void note_switch( struct change *change, const char *key, uint32_t disabled )
{
    struct registration *each;

    for (each = find_key( change->catalog.search.registrations, key ); each; each = find_key( each->next, key ))
    {
        each->flags = (each->flags & ~WINEDVC_ADDIN_DISABLED) | disabled;
        if (disabled) catalog_forget( &change->catalog, each );
    }
}

static bool enable_plugin( struct change *change, struct registration *registration )
{
    if (!needs_switch( change, registration->key, 0 ))
        return tell( change, registration, "unchanged", "enabled already" );
    if (!registry_change( &change->target, change->target.bits, "enable", registration->key, NULL )) return false;
    note_switch( change, registration->key, 0 );
    return tell( change, registration, "enabled", "enabled" );
}

static bool disable_plugin( struct change *change, struct registration *registration )
{
    if (!needs_switch( change, registration->key, WINEDVC_ADDIN_DISABLED ))
        return tell( change, registration, "unchanged", "disabled already" );
    if (!registry_change( &change->target, change->target.bits, "disable", registration->key, NULL )) return false;
    note_switch( change, registration->key, WINEDVC_ADDIN_DISABLED );
    return tell( change, registration, "disabled", "disabled: no session loads it until \"winedvc enable\"" );
}

/* All are known before the first is changed. */
static int change_named( struct change *change, char *const *names, change_plugin change_one )
{
    size_t i;

    for (i = 0; names[i]; i++)
    {
        if (catalog_find( &change->catalog, names[i] )) continue;
        catalog_complain( &change->catalog, names[i] );
        return STATUS_UNKNOWN;
    }
    for (i = 0; names[i]; i++)
        if (!change_one( change, catalog_find( &change->catalog, names[i] ) )) return STATUS_FAILED;
    return STATUS_OK;
}

/* One that goes would take the others of its name with it. */
static bool has_other( const struct change *change, const char *key )
{
    struct registration *each = find_key( change->catalog.search.registrations, key );

    while (each && registration_is_gone( &change->target, each )) each = find_key( each->next, key );
    return each != NULL;
}

static int remove_gone( struct change *change )
{
    struct registration *registration;
    bool found = false;

    for (registration = change->catalog.search.registrations; registration; registration = registration->next)
    {
        if (!registration_is_gone( &change->target, registration )) continue;
        found = true;
        if (has_other( change, registration->key ))
            complain( "%s stays: there is another plug-in of that name, whose file is not missing", registration->key );
        else if (!remove_plugin( change, registration )) return STATUS_FAILED;
    }
    if (!found && !change->done) printf( "No plug-in's file is missing.\n" );
    return STATUS_OK;
}

static int change_all( const struct arguments *arguments, change_plugin change_one, bool gone )
{
    struct change change = { 0 };
    int status = target_open( &change.target, arguments->prefix );

    if (!status && !catalog_open( &change.catalog, &change.target )) status = STATUS_FAILED;
    if (!status && arguments->json) change.done = json_array();
    if (!status && gone) status = remove_gone( &change );
    if (!status) status = change_named( &change, arguments->operands, change_one );
    if (change.done && status != STATUS_UNKNOWN && !target_print_json( &change.target, "plugins", change.done ))
        status = STATUS_FAILED;
    json_decref( change.done );
    catalog_clear( &change.catalog );
    target_clear( &change.target );
    return status;
}

static int remove_verb( const struct arguments *arguments )
{
    if (!arguments->count && !arguments->given[0])
    {
        complain( "remove wants NAME or --gone: see \"winedvc remove --help\"" );
        return STATUS_USAGE;
    }
    return change_all( arguments, remove_plugin, arguments->given[0] != NULL );
}

static int enable_verb( const struct arguments *arguments )
{
    return change_all( arguments, enable_plugin, false );
}

static int disable_verb( const struct arguments *arguments )
{
    return change_all( arguments, disable_plugin, false );
}

const struct verb verb_remove =
{
    .name = "remove",
    .operands = "[NAME]...",
    .most = 256,
    .help = "undoes what add did; the plug-in's file stays",
    .examples = "  winedvc remove scanner\n"
                "  winedvc remove --gone\n",
    .options = { { "gone", NULL, "all whose file is missing" } },
    .has_json = true,
    .run = remove_verb,
};

const struct verb verb_enable =
{
    .name = "enable",
    .operands = "NAME...",
    .least = 1,
    .most = 256,
    .help = "lets sessions load a plug-in again",
    .examples = "  winedvc enable scanner\n",
    .has_json = true,
    .run = enable_verb,
};

const struct verb verb_disable =
{
    .name = "disable",
    .operands = "NAME...",
    .least = 1,
    .most = 256,
    .help = "keeps sessions from loading a plug-in, which stays registered",
    .examples = "  winedvc disable scanner\n",
    .has_json = true,
    .run = disable_verb,
};
