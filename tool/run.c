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
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clients.h"
#include "desktop.h"
#include "environment.h"
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

/* Such a one gets the session, and has no addin. */
static void tell_of_instance( const char *path )
{
    const char *slash = strrchr( path, '/' ), *name = slash ? slash + 1 : path;
    const struct client *client;

    for (client = clients; client->name; client++)
        if (client->is_alone && !strcmp( client->name, name ) && client_runs( name ))
            complain( "%s runs already, and opens this session, too, without the addin: quit it first, if it was not "
                      "\"winedvc run\" that started it", name );
}

static int run( const struct arguments *arguments )
{
    char client[PATH_MAX], shim[PATH_MAX], **environment = environment_copy();
    bool found = environment && client_find( environment, arguments->operands[0], client );
    int status = STATUS_OK;

    if (environment && arguments->given[GIVEN_DESKTOP])
        status = desktop_write( environment, arguments->operands[0] );
    else if (environment && arguments->given[GIVEN_REMOVE])
        status = desktop_remove( environment, arguments->operands[0] );
    free( environment );
    if (arguments->given[GIVEN_DESKTOP] || arguments->given[GIVEN_REMOVE]) return status;
    if (!found)
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
    if (arguments->prefix && setenv( "WINEPREFIX", arguments->prefix, 1 )) return STATUS_RUN_FAILED;
    tell_of_instance( client );
    if (set_preload( shim )) execv( client, arguments->operands );
    complain( "%s can not be started (%s)", client, strerror( errno ) );
    return STATUS_RUN_FAILED;
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
