/*
 * Tests of the environment that hosts get
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

#include <stdlib.h>
#include <string.h>

#include "environment.h"
#include "settings.h"
#include "wine.h"
#include "wine/test.h"

static void check_variable_( int line, char *const *environment, const char *name, const char *expected )
{
    const char *value = environment_get( environment, name );

    if (expected) ok_(__FILE__, line)( value && !strcmp( value, expected ), "got %s\n", value );
    else ok_(__FILE__, line)( !value, "got %s\n", value );
}
#define check_variable( environment, name, expected ) check_variable_( __LINE__, environment, name, expected )

/* What the client sets when the session has begun is nobody's business, and may not be looked at. */
static void test_copied(void)
{
    struct settings settings;
    char **environment;

    setenv( "WINEPREFIX", "/before", 1 );
    setenv( "WINEDLLOVERRIDES", "a=b", 1 );
    setenv( "HOME", "/home/before", 1 );
    setenv( "OTHER", "before", 1 );
    setenv( "WLOG_LEVEL", "TRACE", 1 );
    unsetenv( "WINEDEBUG" );
    ok( settings_init( &settings ), "no memory\n" );
    setenv( "WINEPREFIX", "/after", 1 );
    setenv( "WINEDLLOVERRIDES", "c=d", 1 );
    setenv( "WINEDEBUG", "+all", 1 );
    setenv( "HOME", "/home/after", 1 );
    setenv( "OTHER", "after", 1 );

    settings_read_environment( &settings );
    settings_set( &settings, SETTINGS_USER, "x", NULL, "host-log", "~/log" );
    settings_complete( &settings );
    ok( !strcmp( settings.prefix, "/before" ), "got %s\n", settings.prefix );
    ok( !strcmp( settings.host_log, "/home/before/log" ), "got %s\n", settings.host_log );
    ok( (environment = wine_environment( &settings )) != NULL, "no memory\n" );
    check_variable( environment, "WINEPREFIX", "/before" );
    check_variable( environment, "WINEDLLOVERRIDES", "a=b;winedbg.exe=d;mstscax=n,b" );
    check_variable( environment, "WINEDEBUG", "fixme-all" );
    check_variable( environment, "OTHER", "before" );
    check_variable( environment, "OTHE", NULL );
    check_variable( environment, "WLOG_LEVEL", NULL );
    free( environment );
    settings_clear( &settings );
}

START_TEST( environment )
{
    test_copied();
}
