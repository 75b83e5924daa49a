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

#include "catalog.h"
#include "registry.h"
#include "terminal.h"
#include "verbs.h"

/* A change of one plug-in; returns false, with a line, if it was not made. */
typedef bool (*change_plugin)( const struct target *target, struct catalog *catalog,
                               const struct registration *registration );

static bool remove_plugin( const struct target *target, struct catalog *catalog,
                           const struct registration *registration )
{
    struct log_text text;

    if ((registration->flags & WINEDVC_ADDIN_REGISTERED) && registration->bits &&
        !registry_change( target, registration->bits, "unregister", registration->file, NULL ))
        complain( "what its DllRegisterServer has left stays in the registry" );
    if (!registry_change( target, 64, "remove", registration->key, NULL )) return false;
    catalog_forget( catalog, registration );
    printf( "%s is removed; its file stays.\n", log_escape( &text, registration->key ) );
    return true;
}

static bool enable_plugin( const struct target *target, struct catalog *catalog,
                           const struct registration *registration )
{
    struct log_text text;

    log_escape( &text, registration->key );
    if (!(registration->flags & WINEDVC_ADDIN_DISABLED)) printf( "%s is enabled already.\n", text.text );
    else if (!registry_change( target, 64, "enable", registration->key, NULL )) return false;
    else printf( "%s is enabled.\n", text.text );
    return true;
}

static bool disable_plugin( const struct target *target, struct catalog *catalog,
                            const struct registration *registration )
{
    struct log_text text;

    log_escape( &text, registration->key );
    if (registration->flags & WINEDVC_ADDIN_DISABLED)
    {
        printf( "%s is disabled already.\n", text.text );
        return true;
    }
    if (!registry_change( target, 64, "disable", registration->key, NULL )) return false;
    catalog_forget( catalog, registration );
    printf( "%s is disabled: no session loads it until \"winedvc enable\".\n", text.text );
    return true;
}

/* All are known before the first is changed. */
static int change_named( const struct target *target, struct catalog *catalog, char *const *names,
                         change_plugin change )
{
    size_t i;

    for (i = 0; names[i]; i++)
    {
        if (catalog_find( catalog, names[i] )) continue;
        catalog_complain( catalog, names[i] );
        return STATUS_UNKNOWN;
    }
    for (i = 0; names[i]; i++)
        if (!change( target, catalog, catalog_find( catalog, names[i] ) )) return STATUS_FAILED;
    return STATUS_OK;
}

static int remove_gone( const struct target *target, struct catalog *catalog )
{
    struct registration *registration;
    bool found = false;

    for (registration = catalog->search.registrations; registration; registration = registration->next)
    {
        if (registration_state( target, registration ) != REGISTRATION_GONE) continue;
        if (!remove_plugin( target, catalog, registration )) return STATUS_FAILED;
        found = true;
    }
    if (!found) printf( "No plug-in's file is missing.\n" );
    return STATUS_OK;
}

static int change( const struct arguments *arguments, change_plugin change, bool gone )
{
    struct catalog catalog = { 0 };
    struct target target;
    int status = target_open( &target, arguments->prefix );

    if (!status && !catalog_open( &catalog, &target )) status = STATUS_FAILED;
    if (!status && gone) status = remove_gone( &target, &catalog );
    if (!status) status = change_named( &target, &catalog, arguments->operands, change );
    catalog_clear( &catalog );
    target_clear( &target );
    return status;
}

static int remove_verb( const struct arguments *arguments )
{
    if (!arguments->count && !arguments->given[0])
    {
        complain( "remove wants NAME or --gone: see \"winedvc remove --help\"" );
        return STATUS_USAGE;
    }
    return change( arguments, remove_plugin, arguments->given[0] != NULL );
}

static int enable_verb( const struct arguments *arguments )
{
    return change( arguments, enable_plugin, false );
}

static int disable_verb( const struct arguments *arguments )
{
    return change( arguments, disable_plugin, false );
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
    .run = disable_verb,
};
