/*
 * Tests of how the configuration files are read
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
#include <sys/stat.h>

#include "conf.h"
#include "home.h"
#include "settings.h"
#include "wine/test.h"

/* Reads both files; the environment's copy is made now. */
static void read_files( struct settings *settings )
{
    ok( settings_init( settings ), "no memory\n" );
    conf_read( settings );
}

/* There are so many mistakes, of which the first holds both, and is taken out. */
static void check_mistake_( int line, struct settings *settings, size_t count, const char *place, const char *text )
{
    const char *mistake = settings->mistakes.count ? settings->mistakes.names[0] : "";

    ok_(__FILE__, line)( settings->mistakes.count == count, "there are %u mistakes: %s\n",
                         (unsigned int)settings->mistakes.count, mistake );
    ok_(__FILE__, line)( strstr( mistake, place ) && strstr( mistake, text ), "got %s\n", mistake );
    if (*mistake) name_list_remove( &settings->mistakes, mistake );
}
#define check_mistake( settings, count, place, text ) check_mistake_( __LINE__, settings, count, place, text )

static void check_no_mistake_( int line, const struct settings *settings )
{
    ok_(__FILE__, line)( !settings->mistakes.count, "got %s\n",
                         settings->mistakes.count ? settings->mistakes.names[0] : "" );
}
#define check_no_mistake( settings ) check_no_mistake_( __LINE__, settings )

static void test_no_file(void)
{
    struct settings settings;

    read_files( &settings );
    check_no_mistake( &settings );
    ok( settings.timeout == 10, "got %u\n", settings.timeout );
    settings_clear( &settings );
}

static void test_files(void)
{
    struct plugin_choice choice;
    struct settings settings;

    home_write( "system/winedvc/winedvc.conf", "timeout = 3\nrestarts = 2\n" );
    home_write( "config/winedvc/winedvc.conf", "# comment\n"
                                               "prefix = /p with blanks  ; comment\r\n"
                                               "\n"
                                               "[winedvc]\n"
                                               "restarts = 1\n"
                                               "take = A,\n"
                                               "    B\n"
                                               "[plugin {1234}]\n"
                                               "group=office" );
    read_files( &settings );
    check_no_mistake( &settings );
    ok( settings.timeout == 3 && settings.restarts == 1, "got %u and %u\n", settings.timeout, settings.restarts );
    ok( settings.prefix && !strcmp( settings.prefix, "/p with blanks" ), "got %s\n", settings.prefix );
    ok( settings.take.count == 2 && !strcmp( settings.take.names[1], "B" ), "a list does not go on\n" );
    settings_choose( &settings, "{1234}", "C:\\x.dll", &choice );
    ok( choice.group && !strcmp( choice.group, "office" ), "a plug-in's section is lost\n" );
    settings_clear( &settings );
}

static void test_mistakes(void)
{
    char text[1024], line[300];
    struct settings settings;

    memset( line, 'x', sizeof(line) );
    line[sizeof(line) - 1] = 0;
    snprintf( text, sizeof(text), "# comment\nnothing\ntimeout = 2\nalso nothing\n[%.60s]\nlost = 1\n[s]\na = 1\n"
              "[winedvc]\nlong = %s\nrestarts = 3\n", line, line );
    home_write( "system/winedvc/winedvc.conf", "" );
    home_write( "config/winedvc/winedvc.conf", text );
    read_files( &settings );
    check_mistake( &settings, 5, "/config/winedvc/winedvc.conf:2: ", "the line is none of" );
    check_mistake( &settings, 4, "winedvc.conf:4: ", "the line is none of" );
    check_mistake( &settings, 3, "winedvc.conf:5: ", "the section's name is too long" );
    check_mistake( &settings, 2, "winedvc.conf:8: ", "a is in the section [s]" );
    check_mistake( &settings, 1, "winedvc.conf:10: ", "the line is too long" );
    ok( settings.timeout == 2 && settings.restarts == 3, "the rest does not count\n" );
    settings_clear( &settings );
}

static void test_unreadable(void)
{
    char path[PATH_MAX + 64];
    struct settings settings;

    home_write( "config/winedvc/winedvc.conf", "" );
    snprintf( path, sizeof(path), "%s/config/winedvc/winedvc.conf", home );
    remove( path );
    mkdir( path, 0700 );
    read_files( &settings );
    check_mistake( &settings, 1, "/config/winedvc/winedvc.conf: ", "the file can not be read" );
    settings_clear( &settings );
}

/* An empty variable is as one that is not set. */
static void test_empty_variable(void)
{
    struct settings settings;
    char path[PATH_MAX + 64];

    home_write( "config/winedvc/winedvc.conf", "timeout = 5\n" );
    home_write( ".config/winedvc/winedvc.conf", "timeout = 4\n" );
    setenv( "XDG_CONFIG_HOME", "", 1 );
    read_files( &settings );
    ok( settings.timeout == 4, "got %u\n", settings.timeout );
    settings_clear( &settings );
    snprintf( path, sizeof(path), "%s/config", home );
    setenv( "XDG_CONFIG_HOME", path, 1 );
}

/* What README shows is what it says, comments and all. */
static void test_readme(void)
{
    char path[PATH_MAX], line[300], text[2000] = "";
    struct plugin_choice choice;
    struct settings settings;
    bool inside = false;
    FILE *readme;

    snprintf( path, sizeof(path), "%s/README.md", getenv( "SRCDIR" ) );
    readme = fopen( path, "r" );
    ok( readme != NULL, "%s can not be read\n", path );
    if (!readme) return;
    while (fgets( line, sizeof(line), readme ))
    {
        if (!strncmp( line, "    [plugin ", 12 )) inside = true;
        if (strncmp( line, "    ", 4 )) inside = false;
        if (inside) strncat( text, line + 4, sizeof(text) - strlen( text ) - 1 );
    }
    fclose( readme );
    home_write( "config/winedvc/winedvc.conf", text );
    read_files( &settings );
    check_no_mistake( &settings );
    settings_choose( &settings, "any", "C:\\vendor2.dll", &choice );
    ok( choice.loaded, "it is not enabled\n" );
    ok( choice.servers && choice.servers->count == 2 && !strcmp( choice.servers->names[1], "10.*" ), "got other servers\n" );
    ok( choice.group && !strcmp( choice.group, "office" ), "got %s\n", choice.group );
    settings_clear( &settings );
}

START_TEST( conf )
{
    home_create();
    test_no_file();
    test_files();
    test_mistakes();
    test_empty_variable();
    test_readme();
    test_unreadable();
    home_remove();
}
