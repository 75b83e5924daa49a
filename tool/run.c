/*
 * winedvc run
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
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clients.h"
#include "desktop.h"
#include "environment.h"
#include "paths.h"
#include "prefix.h"
#include "terminal.h"
#include "verbs.h"

enum { GIVEN_DESKTOP, GIVEN_REMOVE };

/* In front of what is preloaded already. */
static bool set_preload( const char *shim )
{
    const char *others = getenv( "LD_PRELOAD" );
    char *value;
    bool set;

    if (asprintf( &value, "%s%s%s", shim, others && *others ? " " : "", others ? others : "" ) < 0) return false;
    set = !setenv( "LD_PRELOAD", value, 1 );
    free( value );
    return set;
}

static bool set_addins( void )
{
    char path[PATH_MAX];
    bool found = false;

    if (client_own_addin( 2, path )) found = !setenv( "WINEDVC_RUN_ADDIN2", path, 1 );
    if (client_own_addin( 3, path )) found = !setenv( "WINEDVC_RUN_ADDIN3", path, 1 );
    return found;
}

static bool is_named( const char *path, const char *name )
{
    const char *slash = strrchr( path, '/' );

    return !strcmp( slash ? slash + 1 : path, name );
}

/* NULL for a client that nobody knows. */
static const struct client *find_client( const char *path )
{
    const struct client *client;

    for (client = clients; client->name; client++)
        if (is_named( path, client->name )) return client;
    return NULL;
}

/* A client that no library can be preloaded into; that is told. */
static bool is_sealed( char *const *environment, const char *name )
{
    char path[PATH_MAX], program[PATH_MAX];
    const struct sealed_client *client;

    for (client = sealed_clients; client->name; client++)
    {
        if (client->is_snap || strcmp( client->name, name ) || !sealed_client_find( environment, client )) continue;
        complain( "%s is a Flatpak, which has a FreeRDP of its own: install the distribution's package (%s)", name,
                  client->package );
        return true;
    }
    if (!client_find( environment, name, path ) || !realpath( path, program ) ||
        (!is_named( program, "flatpak" ) && !is_named( program, "snap" ))) return false;
    complain( "what %s runs has a FreeRDP of its own, which \"winedvc run\" does not reach: install the distribution's "
              "package of that client", path );
    return true;
}

/* For what no window shows there is a file of the user's, unless he has chosen a place. It has this session's lines alone. */
static void set_log( char *const *environment, const struct client *client )
{
    char path[PATH_MAX], *slash;
    bool set;
    int fd;

    if (environment_get( environment, "WLOG_APPENDER" ) || !path_client_log( environment, client->name, path )) return;
    path_make_directories( path );
    if ((fd = open( path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600 )) < 0) return;
    close( fd );
    slash = strrchr( path, '/' );
    *slash = 0;
    set = !setenv( "WLOG_FILEAPPENDER_OUTPUT_FILE_PATH", path, 1 ) &&
          !setenv( "WLOG_FILEAPPENDER_OUTPUT_FILE_NAME", slash + 1, 1 ) && !setenv( "WLOG_APPENDER", "FILE", 1 );
    *slash = '/';
    if (set) complain( "%s shows no log: it is in %s", client->name, path );
}

/* Such a one gets the session, and has no addin. */
static void tell_of_instance( const struct client *client )
{
    if (client->is_alone && client_runs( client->name ))
        complain( "%s runs already, and opens this session, too, without the addin, since it was not \"winedvc run\" "
                  "that started it: quit it first", client->name );
}

/* Returns if that is not possible. */
static int run_client( char *const *environment, const struct arguments *arguments )
{
    char path[PATH_MAX], shim[PATH_MAX], prefix[PATH_MAX];
    const struct client *client;

    if (is_sealed( environment, arguments->operands[0] )) return STATUS_RUN_FAILED;
    if (!client_find( environment, arguments->operands[0], path ))
    {
        complain( "there is no client %s: install it, or name another; \"winedvc doctor\" lists what is installed",
                  arguments->operands[0] );
        return STATUS_NO_CLIENT;
    }
    if (!client_own_shim( shim ) || strpbrk( shim, " :" ))
    {
        complain( "libwinedvc-run.so is not there, or in a place that can not be preloaded: install winedvc again" );
        return STATUS_RUN_FAILED;
    }
    if (!set_addins())
    {
        complain( "there is no addin for any FreeRDP: install winedvc again" );
        return STATUS_RUN_FAILED;
    }
    if (arguments->prefix && (!prefix_absolute( arguments->prefix, prefix ) || setenv( "WINEPREFIX", prefix, 1 )))
    {
        complain( "the Wine prefix %s can not be named to %s", arguments->prefix, path );
        return STATUS_RUN_FAILED;
    }
    if ((client = find_client( path )))
    {
        tell_of_instance( client );
        if (client->is_silent) set_log( environment, client );
    }
    if (set_preload( shim )) execv( path, arguments->operands );
    complain( "%s can not be started (%s)", path, strerror( errno ) );
    return STATUS_RUN_FAILED;
}

static int run( const struct arguments *arguments )
{
    char **environment;
    int status = STATUS_RUN_FAILED;

    if (arguments->prefix && (arguments->given[GIVEN_DESKTOP] || arguments->given[GIVEN_REMOVE]))
    {
        complain( "a launcher has no --prefix: name that in the configuration, as \"prefix\"" );
        return STATUS_USAGE;
    }
    if (!(environment = environment_copy())) complain( "no memory is left" );
    else if (arguments->given[GIVEN_DESKTOP]) status = desktop_write( environment, arguments->operands[0] );
    else if (arguments->given[GIVEN_REMOVE]) status = desktop_remove( environment, arguments->operands[0] );
    else status = run_client( environment, arguments );
    free( environment );
    return status;
}

const struct verb verb_run =
{
    .name = "run",
    .operands = "CLIENT [ARGUMENT]...",
    .least = 1,
    .most = ~0u,
    .help = "runs an RDP client with the addin, which need not be installed in FreeRDP's directory",
    .examples = "  winedvc run xfreerdp /v:server\n"
                "  winedvc run remmina -c work.remmina\n"
                "  winedvc run --desktop remmina\n",
    .options =
    {
        [GIVEN_DESKTOP] = { "desktop", NULL, "writes a launcher of yours for the client" },
        [GIVEN_REMOVE] = { "remove-desktop", NULL, "takes that back" },
    },
    .has_command = true,
    .run = run,
};
