/*
 * winedvc-session reads the configuration
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

#include "common/settings.h"
#include "program.h"
#include "wine/test.h"

/* The next message is of that type and has these strings behind the file's name, up to NULL. */
static void check_message_( int line, enum session_frame type, enum settings_source source, unsigned int place_line,
                            const char *file, const char *const *strings )
{
    struct program_message message;
    struct session_place place;
    const char *text;

    if (!program_receive( &message ))
    {
        ok_(__FILE__, line)( 0, "there is no message\n" );
        return;
    }
    ok_(__FILE__, line)( message.frame.flags == type, "got type %u\n", message.frame.flags );
    if (type == SESSION_CONFIGURED) return;
    memcpy( &place, message.body, sizeof(place) );
    message.used = sizeof(place);
    ok_(__FILE__, line)( place.source == source, "got source %u\n", place.source );
    ok_(__FILE__, line)( place.line == place_line, "got line %u\n", place.line );
    text = program_string( &message );
    ok_(__FILE__, line)( strstr( text, file ) != NULL, "got file %s\n", text );
    for (; *strings; strings++)
    {
        text = program_string( &message );
        ok_(__FILE__, line)( strstr( text, *strings ) == text, "got %s, not %s\n", text, *strings );
    }
}
#define check_value( source, line, section, key, value ) check_message_( __LINE__, SESSION_VALUE, source, line, \
    "/winedvc/winedvc.conf", (const char *const []){ section, key, value, NULL } )
#define check_mistake( source, line, text ) check_message_( __LINE__, SESSION_MISTAKE, source, line, \
    "/winedvc/winedvc.conf", (const char *const []){ text, NULL } )
#define check_end() check_message_( __LINE__, SESSION_CONFIGURED, 0, 0, NULL, NULL )

static void test_no_file(void)
{
    program_start( WINEDVC_VERSION );
    check_end();
    ok( !program_stop(), "it fails\n" );
}

static void test_files(void)
{
    program_write_file( "system/winedvc/winedvc.conf", "timeout = 3\n" );
    program_write_file( "config/winedvc/winedvc.conf",
                        "# comment\n"
                        "prefix = /p with blanks  ; comment\r\n"
                        "\n"
                        "[winedvc]\n"
                        "take = A,\n"
                        "    B\n"
                        "[plugin {1234}]\n"
                        "group=office" );
    program_start( WINEDVC_VERSION );
    check_value( SETTINGS_SYSTEM, 1, "", "timeout", "3" );
    check_value( SETTINGS_USER, 2, "", "prefix", "/p with blanks" );
    check_value( SETTINGS_USER, 5, "winedvc", "take", "A," );
    check_value( SETTINGS_USER, 6, "winedvc", "take", "B" );
    check_value( SETTINGS_USER, 8, "plugin {1234}", "group", "office" );
    check_end();
    ok( !program_stop(), "it fails\n" );
}

static void test_mistakes(void)
{
    char text[1024], line[300];

    memset( line, 'x', sizeof(line) );
    line[sizeof(line) - 1] = 0;
    snprintf( text, sizeof(text), "a = 1\nnothing\nb = 2\nalso nothing\n[%.60s]\nlost = 1\n[s]\nlong = %s\nc = 3\n", line, line );
    program_write_file( "system/winedvc/winedvc.conf", "" );
    program_write_file( "config/winedvc/winedvc.conf", text );
    program_start( WINEDVC_VERSION );
    check_mistake( SETTINGS_USER, 2, "the line is none of" );
    check_mistake( SETTINGS_USER, 4, "the line is none of" );
    check_value( SETTINGS_USER, 1, "", "a", "1" );
    check_value( SETTINGS_USER, 3, "", "b", "2" );
    check_mistake( SETTINGS_USER, 5, "the section's name is too long" );
    check_mistake( SETTINGS_USER, 8, "the line is too long" );
    check_value( SETTINGS_USER, 9, "s", "c", "3" ); /* the rest counts */
    check_end();
    ok( !program_stop(), "it fails\n" );
}

static void test_unreadable(void)
{
    char path[PATH_MAX + 64];

    program_write_file( "config/winedvc/winedvc.conf", "" );
    snprintf( path, sizeof(path), "%s/config/winedvc/winedvc.conf", program_home );
    remove( path );
    mkdir( path, 0700 );
    program_start( WINEDVC_VERSION );
    check_mistake( SETTINGS_USER, 0, "the file can not be read" );
    check_end();
    ok( !program_stop(), "it fails\n" );
}

static void test_version(void)
{
    struct program_message message;

    program_start( "0.0" );
    ok( !program_receive( &message ), "another version's addin is served\n" );
    ok( program_stop() == 2, "it does not fail\n" );
}

START_TEST( configuration )
{
    program_prepare();
    test_no_file();
    test_files();
    test_mistakes();
    test_unreadable();
    test_version();
    program_forget();
}
