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

#define _GNU_SOURCE
#include <dlfcn.h>
#include <locale.h>
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

static unsigned int lookups;

/* The C library's looks into the process's environment. */
locale_t newlocale( int mask, const char *name, locale_t base )
{
    locale_t (*real)( int, const char *, locale_t ) = (locale_t (*)( int, const char *, locale_t ))
                                                      dlsym( RTLD_NEXT, "newlocale" );

    lookups++;
    return real( mask, name, base );
}

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
    ok( lookups, "the locale is not looked at\n" );
    lookups = 0;
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
    ok( !lookups, "the process's environment is looked at\n" );
    free( environment );
    settings_clear( &settings );
}

static void set_locale( const char *all, const char *type, const char *lang )
{
    if (all) setenv( "LC_ALL", all, 1 ); else unsetenv( "LC_ALL" );
    if (type) setenv( "LC_CTYPE", type, 1 ); else unsetenv( "LC_CTYPE" );
    if (lang) setenv( "LANG", lang, 1 ); else unsetenv( "LANG" );
}

#define ok_locale( all, type, lang ) ok_locale_( __LINE__, all, type, lang )
static void ok_locale_( int line, const char *all, const char *type, const char *lang )
{
    struct settings settings;
    char **environment;

    ok_(__FILE__, line)( settings_init( &settings ), "no memory\n" );
    settings_read_environment( &settings );
    settings_complete( &settings );
    ok_(__FILE__, line)( (environment = wine_environment( &settings )) != NULL, "no memory\n" );
    check_variable_( line, environment, "LC_ALL", all );
    check_variable_( line, environment, "LC_CTYPE", type );
    check_variable_( line, environment, "LANG", lang );
    free( environment );
    settings_clear( &settings );
}

/* Wine finds files by names that the locale can write; a language that was set stays. */
static void test_locale(void)
{
    set_locale( "C.UTF-8", NULL, NULL );
    ok_locale( "C.UTF-8", NULL, NULL );
    set_locale( NULL, NULL, "C.UTF-8" );
    ok_locale( NULL, NULL, "C.UTF-8" );
    set_locale( "C", NULL, "C.UTF-8" );
    ok_locale( NULL, "C.UTF-8", "C" );
    set_locale( NULL, NULL, NULL );
    ok_locale( NULL, "C.UTF-8", NULL );
    set_locale( "", "POSIX", "C.UTF-8" );
    ok_locale( NULL, "C.UTF-8", "C.UTF-8" );
    set_locale( "none_NONE.UTF-8", NULL, NULL );
    ok_locale( NULL, "C.UTF-8", "C.UTF-8" );
    set_locale( NULL, NULL, NULL );
}

START_TEST( environment )
{
    test_locale();
    test_copied();
}
