/*
 * The prefix and the Wine that a verb works with
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

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf.h"
#include "dospath.h"
#include "log.h"
#include "prefix.h"
#include "target.h"
#include "terminal.h"
#include "verbs.h"

/* The prefix that the user means is known by the name that it has in the configuration: a session's record is, too. */
static bool is_configured( const struct settings *settings, const char *prefix )
{
    char *configured = settings->prefix ? realpath( settings->prefix, NULL ) : NULL;
    bool same = configured && !strcmp( configured, prefix );

    free( configured );
    return same;
}

int target_configure( struct target *target, const char *prefix, char *problem, size_t size )
{
    struct settings *settings = &target->settings;
    char path[PATH_MAX];

    memset( target, 0, sizeof(*target) );
    snprintf( problem, size, "no memory is left" );
    if (!settings_init( settings )) return STATUS_FAILED;
    snprintf( problem, size, "the name of the Wine prefix is too long: name it by a shorter one" );
    if (prefix && !prefix_absolute( prefix, path )) return STATUS_FAILED;
    settings_read_environment( settings );
    conf_read( settings );
    settings_complete( settings );
    if (prefix && !is_configured( settings, path ))
        settings_set( settings, SETTINGS_ARGUMENT, "--prefix", NULL, "prefix", path );
    *problem = 0;
    return STATUS_OK;
}

int target_check( struct target *target, char *problem, size_t size )
{
    struct settings *settings = &target->settings;

    if (!wine_check_prefix( settings, problem, size )) return STATUS_REFUSED;
    target->bits = wine_prefix_bits( settings->prefix );
    if (!wine_find( settings, target->bits, &target->wine, problem, size ) ||
        !prefix_check( settings->prefix, target->wine.loader, problem, size )) return STATUS_REFUSED;
    return STATUS_OK;
}

int target_open( struct target *target, const char *prefix )
{
    char problem[PROBLEM_TEXT];
    size_t i;
    int status = target_configure( target, prefix, problem, sizeof(problem) );

    for (i = 0; i < target->settings.mistakes.count; i++)
        complain( "%s", target->settings.mistakes.names[i] );
    if (!status) status = target_check( target, problem, sizeof(problem) );
    if (status) complain( "%s", problem );
    return status;
}

/* Windows puts .dll, or .exe, behind a name that has no dot, and takes one at the end away. */
static bool name_has_extension( const char *dos, char **end )
{
    *end = strchr( dos, 0 );
    return strchr( strrchr( dos, '\\' ), '.' ) || *end - dos + 1 >= PATH_MAX;
}

bool target_name_file( const struct target *target, const char *file, char dos[PATH_MAX] )
{
    const char *prefix = target->settings.prefix;
    char *end;

    if (dospath_from_unix( prefix, file, dos ))
    {
        if (!name_has_extension( dos, &end )) strcpy( end, "." );
        return true;
    }
    complain( "no drive of the Wine prefix %s has %s: copy it below %s/drive_c, by a name that Windows allows", prefix,
              file, prefix );
    return false;
}

void target_clear( struct target *target )
{
    settings_clear( &target->settings );
}

bool target_print_json( const struct target *target, const char *name, json_t *values )
{
    return json_print( json_pack( "{s:i, s:o, s:o, s:O}", "version", 1, "prefix", json_text( target->settings.prefix ),
                                  "wine", json_text( target->wine.loader ), name, values ) );
}
