/*
 * What the user has chosen
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
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/settings.h"
#include "wine/test.h"

static struct settings settings;

/* There is one mistake, whose line has these parts. */
static void check_mistake_( int line, const char *where, const char *what )
{
    ok_(__FILE__, line)( settings.mistakes.count == 1, "got %u mistakes\n", (unsigned int)settings.mistakes.count );
    if (settings.mistakes.count)
        ok_(__FILE__, line)( !strncmp( settings.mistakes.names[0], where, strlen( where ) ) &&
                             strstr( settings.mistakes.names[0], what ), "got %s\n", settings.mistakes.names[0] );
    name_list_clear( &settings.mistakes );
}
#define check_mistake( where, what ) check_mistake_( __LINE__, where, what )

static void check_no_mistake_( int line )
{
    ok_(__FILE__, line)( !settings.mistakes.count, "got %s\n",
                         settings.mistakes.count ? settings.mistakes.names[0] : "" );
    name_list_clear( &settings.mistakes );
}
#define check_no_mistake() check_no_mistake_( __LINE__ )

static void set( enum settings_source source, const char *key, const char *value )
{
    settings_set( &settings, source, "here:3", NULL, key, value );
}

static void test_precedence(void)
{
    ok( settings_init( &settings ), "no memory\n" );
    ok( settings.timeout == 10 && settings.start_timeout == 10 && settings.restarts == 3 && settings.notify, "wrong defaults\n" );
    ok( !settings.queue_limit && !settings.queue_warning, "wrong defaults\n" );
    set( SETTINGS_ENVIRONMENT, "timeout", "3" );
    set( SETTINGS_SYSTEM, "timeout", "1" ); /* files come last, and count least */
    set( SETTINGS_USER, "timeout", "2" );
    ok( settings.timeout == 3, "got %u\n", settings.timeout );
    set( SETTINGS_ARGUMENT, "timeout", "4" );
    ok( settings.timeout == 4, "got %u\n", settings.timeout );
    set( SETTINGS_USER, "notify", "No" );
    ok( !settings.notify, "got %u\n", settings.notify );
    set( SETTINGS_ARGUMENT, "notify", "perhaps" );
    check_mistake( "here:3", "notify is \"perhaps\", which is neither yes nor no" );
    ok( !settings.notify, "got %u\n", settings.notify );
    set( SETTINGS_SYSTEM, "restarts", "1" );
    set( SETTINGS_USER, "restarts", "0" );
    ok( settings.restarts == 0, "got %u\n", settings.restarts );

    set( SETTINGS_USER, "take", "A, B" ); /* a list takes the place of the other */
    set( SETTINGS_USER, "take", "C" );
    ok( settings.take.count == 3 && name_list_has( &settings.take, "B" ), "got %u\n",
        (unsigned int)settings.take.count );
    set( SETTINGS_ARGUMENT, "take", "D" );
    set( SETTINGS_SYSTEM, "take", "E" );
    ok( settings.take.count == 1 && name_list_has( &settings.take, "D" ), "got %u\n",
        (unsigned int)settings.take.count );
    check_no_mistake();
    settings_clear( &settings );
}

static void test_values(void)
{
    setenv( "HOME", "/home/someone", 1 );
    ok( settings_init( &settings ), "no memory\n" );
    set( SETTINGS_USER, "prefix", "~/prefix" );
    ok( settings.prefix && !strcmp( settings.prefix, "/home/someone/prefix" ), "got %s\n", settings.prefix );
    set( SETTINGS_USER, "trace", "file" );
    ok( settings.trace_file && !strcmp( settings.trace_file, "file" ), "got %s\n", settings.trace_file );
    set( SETTINGS_USER, "log-level", "Debug" );
    ok( settings.log_level == 1, "got %u\n", settings.log_level );
    set( SETTINGS_USER, "queue-limit", "4096" );
    set( SETTINGS_USER, "queue-warning", "1" );
    ok( settings.queue_limit == 4096 && settings.queue_warning == 1, "got %u, %u\n", settings.queue_limit,
        settings.queue_warning );
    set( SETTINGS_USER, "deny", " a b ,c,, d" );
    ok( settings.deny.count == 3 && name_list_has( &settings.deny, "a b" ) && name_list_has( &settings.deny, "d" ),
        "got %u\n", (unsigned int)settings.deny.count );
    check_no_mistake();
    settings_clear( &settings );

    ok( settings_init( &settings ), "no memory\n" );
    settings_complete( &settings );
    ok( settings.prefix && !strcmp( settings.prefix, "/home/someone/.wine" ), "got %s\n", settings.prefix );
    settings_clear( &settings );
}

/* The user's entry has one, too. */
static void test_home(void)
{
    const struct passwd *entry = getpwuid( getuid() );
    char prefix[PATH_MAX + 8];
    unsigned int i;

    if (!entry)
    {
        skip( "the user has no entry\n" );
        return;
    }
    snprintf( prefix, sizeof(prefix), "%s/.wine", entry->pw_dir );
    for (i = 0; i < 2; i++)
    {
        if (i) setenv( "HOME", "here", 1 );
        else unsetenv( "HOME" );
        ok( settings_init( &settings ), "no memory\n" );
        settings_complete( &settings );
        ok( settings.prefix && !strcmp( settings.prefix, prefix ), "got %s\n", settings.prefix );
        check_no_mistake();
        settings_clear( &settings );
    }

    ok( settings_init( &settings ), "no memory\n" );
    free( settings.home );
    settings.home = NULL;
    set( SETTINGS_USER, "trace", "~/trace" );
    check_mistake( "here:3: ", "no home directory is known: set HOME" );
    settings_complete( &settings );
    ok( !settings.prefix && !settings.trace_file, "got %s\n", settings.prefix );
    settings_clear( &settings );
}

static void test_mistakes(void)
{
    static const struct { const char *key, *value, *what; } tests[] =
    {
        { "tiemout", "3", "tiemout is not a key" },
        { "timeout", "", "timeout has no value" },
        { "timeout", "x", "not a number from 1 to 3600 (seconds)" },
        { "timeout", "0", "not a number" },
        { "timeout", "3601", "not a number" },
        { "timeout", "-1", "not a number" },
        { "timeout", "5s", "not a number" },
        { "timeout", "99999999999999999999", "not a number" },
        { "queue-limit", "0", "not a number from 1 to 4096 (MiB)" },
        { "queue-limit", "4097", "not a number" },
        { "queue-limit", "4294967297", "not a number" },
        { "queue-warning", "0", "not a number from 1 to 4096 (MiB)" },
        { "queue-warning", "4097", "not a number" },
        { "log-level", "loud", "none of trace, debug" },
        { "prefix", "here", "absolute path" },
    };
    unsigned int i;

    ok( settings_init( &settings ), "no memory\n" );
    for (i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
    {
        set( SETTINGS_USER, tests[i].key, tests[i].value );
        check_mistake( "here:3: ", tests[i].what );
    }
    ok( settings.timeout == 10 && !settings.prefix && !settings.queue_limit, "a mistake counts\n" );
    set( SETTINGS_USER, "timeout", "5" ); /* the rest does */
    set( SETTINGS_USER, "timeout", "6" );
    check_mistake( "here:3: ", "timeout is set for the second time in the file" );
    ok( settings.timeout == 5, "got %u\n", settings.timeout );

    set( SETTINGS_USER, "allow", "a,b" );
    set( SETTINGS_USER, "deny", "c,b" );
    settings_complete( &settings );
    check_mistake( "allow: ", "b is in the list deny, too" );
    settings_clear( &settings );
}

static void test_environment(void)
{
    setenv( "WINEDVC_TIMEOUT", "7", 1 );
    setenv( "WINEDVC_TRACE", "", 1 );
    setenv( "WINEDVC_TEST_ANYTHING", "1", 1 );
    setenv( "WINEDVC_TIEMOUT", "8", 1 );
    ok( settings_init( &settings ), "no memory\n" );
    settings_read_environment( &settings );
    check_mistake( "WINEDVC_TIEMOUT: ", "not a variable" );
    ok( settings.timeout == 7 && !settings.trace_file, "got %u\n", settings.timeout );
    settings_clear( &settings );
    unsetenv( "WINEDVC_TIEMOUT" );
    setenv( "WINEDVC_RESTARTS", "many", 1 );
    ok( settings_init( &settings ), "no memory\n" );
    settings_read_environment( &settings );
    check_mistake( "WINEDVC_RESTARTS: ", "not a number" );
    unsetenv( "WINEDVC_RESTARTS" );
    unsetenv( "WINEDVC_TIMEOUT" );
    settings_clear( &settings );
}

static void test_arguments(void)
{
    struct name_list arguments = { 0 };

    ok( settings_init( &settings ), "no memory\n" );
    name_list_add( &arguments, "timeout=9" );
    name_list_add( &arguments, "take=A" );
    name_list_add( &arguments, "take=B" );
    name_list_add( &arguments, "trace=a=b" );
    name_list_add( &arguments, "plugin=C:\\a.dll:{1}" );
    name_list_add( &arguments, "plugin={2}" );
    settings_set( &settings, SETTINGS_DEFAULT, "/v:", NULL, "connection", "server" );
    ok( settings.connections.count == 1 && !strcmp( settings.connections.names[0], "server" ), "there is none\n" );
    name_list_add( &arguments, "connection=office" );
    settings_read_arguments( &settings, &arguments );
    ok( settings.timeout == 9 && settings.take.count == 2 && !strcmp( settings.trace_file, "a=b" ), "wrong values\n" );
    ok( settings.named.count == 2 && !strcmp( settings.named.names[0], "C:\\a.dll:{1}" ), "plug-ins are lost\n" );
    ok( settings.connections.count == 1 && !strcmp( settings.connections.names[0], "office" ), "it is the server's\n" );
    check_no_mistake();
    name_list_clear( &arguments );
    name_list_add( &arguments, "fast" );
    settings_read_arguments( &settings, &arguments );
    check_mistake( "/vc:winedvc,fast: ", "key=value" );
    name_list_clear( &arguments );
    name_list_add( &arguments, "servers=*" ); /* is a plug-in's */
    settings_read_arguments( &settings, &arguments );
    check_mistake( "/vc:winedvc,servers=*: ", "not a key" );
    name_list_clear( &arguments );
    settings_clear( &settings );
}

static void test_plugins(void)
{
    struct plugin_choice choice;

    ok( settings_init( &settings ), "no memory\n" );
    settings_set( &settings, SETTINGS_SYSTEM, "s:1", "*", "group", "all" );
    settings_set( &settings, SETTINGS_SYSTEM, "s:2", "*", "servers", "*.example.com, 10.?.0.1" );
    settings_set( &settings, SETTINGS_USER, "u:1", "scan", "group", "office" );
    settings_set( &settings, SETTINGS_USER, "u:2", "BAD.dll", "enabled", "no" );
    check_no_mistake();
    settings_choose( &settings, "Scan", "C:\\scan.dll", &choice );
    ok( choice.loaded && !strcmp( choice.group, "office" ), "got %s\n", choice.group );
    ok( choice.servers && name_list_matches( choice.servers, "HOST.example.com" ) &&
        name_list_matches( choice.servers, "10.9.0.1" ) && !name_list_matches( choice.servers, "10.99.0.1" ) &&
        !name_list_matches( choice.servers, "example.com" ), "wrong servers\n" );
    settings_choose( &settings, "other", "C:\\dir\\bad.dll", &choice );
    ok( !choice.loaded && !strcmp( choice.group, "all" ), "got %s\n", choice.group );

    settings_set( &settings, SETTINGS_USER, "u:3", "scan", "group", "again" );
    check_mistake( "u:3: ", "group is set for the second time for scan" );
    settings_set( &settings, SETTINGS_USER, "u:4", "scan", "enabled", "maybe" );
    check_mistake( "u:4: ", "neither yes nor no" );
    settings_set( &settings, SETTINGS_USER, "u:5", "scan", "timeout", "3" );
    check_mistake( "u:5: ", "not a key of a plug-in" );

    set( SETTINGS_USER, "allow", "s*" );
    settings_choose( &settings, "Scan", "C:\\scan.dll", &choice );
    ok( choice.loaded, "it is not allowed\n" );
    settings_choose( &settings, "print", "C:\\print.dll", &choice );
    ok( !choice.loaded, "it is allowed\n" );
    set( SETTINGS_USER, "deny", "C:\\scan.dll" );
    settings_choose( &settings, "Scan", "C:\\scan.dll", &choice );
    ok( !choice.loaded, "it is not denied\n" );
    settings_clear( &settings );
}

static void test_patterns(void)
{
    static const struct { const char *pattern, *text; bool fits; } tests[] =
    {
        { "", "", true }, { "", "a", false }, { "*", "", true }, { "?", "", false }, { "a*", "a", true },
        { "*a*b", "xaxxab", true }, { "*a*b", "xaxxac", false }, { "a?c", "abc", true }, { "a?c", "ac", false },
        { "**", "x", true }, { "[a]", "a", false }, { "[::1]", "[::1]", true },
    };
    unsigned int i;

    for (i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
        ok( name_matches( tests[i].pattern, tests[i].text ) == tests[i].fits, "%s and %s\n", tests[i].pattern,
            tests[i].text );
}

START_TEST( settings )
{
    test_precedence();
    test_values();
    test_home();
    test_mistakes();
    test_environment();
    test_arguments();
    test_plugins();
    test_patterns();
}
