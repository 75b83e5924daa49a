/*
 * winedvc-session keeps the record of plug-ins
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

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "program.h"
#include "wine/test.h"

static const char prefix[] = "/prefix", wine[] = "/usr/bin/wine";

#define HEAD "winedvc record 1\nprefix /prefix\nwine /usr/bin/wine\n"
#define PLUGIN "plugin 64 1 5 6\nkey a\nentry {A}\nfile C:\\a.dll\n"

/* The program has read the configuration. */
static void start(void)
{
    struct program_message message;

    program_start( WINEDVC_VERSION );
    while (program_receive( &message ) && message.frame.flags != SESSION_CONFIGURED) continue;
}

static void send_owner( enum session_frame type, const char *wine_now )
{
    char body[256];

    program_send( type, body, sprintf( body, "%s%c%s", prefix, 0, wine_now ) + 1, NULL );
}

static void send_plugin( unsigned int bits, bool known, const char *key, const char *entry, const char *file )
{
    struct session_plugin fixed = { bits, known, 5, 6 };
    char body[1024];
    size_t used = sizeof(fixed);

    memcpy( body, &fixed, sizeof(fixed) );
    used += sprintf( body + used, "%s%c%s%c%s", key, 0, entry, 0, file ) + 1;
    program_send( SESSION_PLUGIN, body, used, NULL );
}

/* There is a record, or what is wrong with it. */
static void check_loaded_( int line, bool found, const char *problem )
{
    struct program_message message;
    struct session_loaded loaded;
    const char *text;

    ok_(__FILE__, line)( program_receive( &message ) && message.frame.flags == SESSION_LOADED, "got type %u\n",
                         message.frame.flags );
    memcpy( &loaded, message.body, sizeof(loaded) );
    message.used = sizeof(loaded);
    text = program_string( &message );
    ok_(__FILE__, line)( loaded.found == found, "it is %s\n", loaded.found ? "used" : "not used" );
    ok_(__FILE__, line)( *problem ? strstr( text, problem ) != NULL : !*text, "got %s\n", text );
}
#define check_loaded( found, problem ) check_loaded_( __LINE__, found, problem )

static void check_plugin_( int line, unsigned int bits, bool known, const char *key, const char *entry,
                           const char *file )
{
    const char *const expected[] = { key, entry, file };
    struct program_message message;
    struct session_plugin fixed;
    const char *text;
    unsigned int i;

    ok_(__FILE__, line)( program_receive( &message ) && message.frame.flags == SESSION_PLUGIN, "got type %u\n",
                         message.frame.flags );
    memcpy( &fixed, message.body, sizeof(fixed) );
    message.used = sizeof(fixed);
    ok_(__FILE__, line)( fixed.bits == bits && fixed.known == known && fixed.size == 5 && fixed.time == 6,
                         "got %u bits, %u\n", fixed.bits, fixed.known );
    for (i = 0; i < 3; i++)
    {
        text = program_string( &message );
        ok_(__FILE__, line)( !strcmp( text, expected[i] ), "got %s, not %s\n", text, expected[i] );
    }
}
#define check_plugin( bits, known, key, entry, file ) check_plugin_( __LINE__, bits, known, key, entry, file )

static void check_name_( int line, const char *name )
{
    struct program_message message;

    ok_(__FILE__, line)( program_receive( &message ) && message.frame.flags == SESSION_NAMES, "got type %u\n",
                         message.frame.flags );
    ok_(__FILE__, line)( !strcmp( (const char *)message.body, name ), "got %s\n", (const char *)message.body );
}
#define check_name( name ) check_name_( __LINE__, name )

/* The path of the only file in the state directory, whose names are checked. */
static const char *find_record(void)
{
    static char path[2 * PATH_MAX];
    struct dirent *entry;
    unsigned int count = 0;
    struct stat st;
    DIR *dir;

    snprintf( path, sizeof(path), "%s/state/winedvc", program_home );
    ok( !stat( path, &st ) && (st.st_mode & 0777) == 0700, "others may read the directory\n" );
    if (!(dir = opendir( path ))) return "";
    while ((entry = readdir( dir )))
    {
        if (entry->d_name[0] == '.') continue;
        count++;
        snprintf( path, sizeof(path), "%s/state/winedvc/%s", program_home, entry->d_name );
    }
    closedir( dir );
    ok( count == 1, "there are %u files\n", count );
    ok( !stat( path, &st ) && (st.st_mode & 0777) == 0600, "others may read the file\n" );
    return path + strlen( program_home ) + 1;
}

static void test_nothing(void)
{
    start();
    send_owner( SESSION_LOAD, wine );
    check_loaded( false, "" );
    ok( !program_stop(), "it fails\n" );
}

static void store(void)
{
    static const char names[] = "One\0Two words";

    start();
    send_plugin( 64, true, "a", "{A}", "C:\\a.dll" );
    program_send( SESSION_NAMES, names, sizeof(names), NULL );
    send_plugin( 32, false, "b", "C:\\b.dll", "C:\\b.dll" );
    send_plugin( 64, true, "c\nend\n", "{C}", "C:\\c.dll" ); /* is left out */
    send_owner( SESSION_STORE, wine );
    ok( !program_stop(), "it fails\n" );
}

static void test_store(void)
{
    store();
    find_record();
    start();
    send_owner( SESSION_LOAD, wine );
    check_plugin( 64, true, "a", "{A}", "C:\\a.dll" );
    check_name( "One" );
    check_name( "Two words" );
    check_plugin( 32, false, "b", "C:\\b.dll", "C:\\b.dll" );
    check_loaded( true, "" );
    send_owner( SESSION_LOAD, "/opt/wine" );
    check_loaded( false, "another Wine was in use" );
    send_owner( SESSION_STORE, wine ); /* no plug-in is a record, too */
    send_owner( SESSION_LOAD, wine );
    check_loaded( true, "" );
    ok( !program_stop(), "it fails\n" );
}

static void test_broken(void)
{
    static const struct { const char *text, *problem; } tests[] =
    {
        { "", "another version" },
        { "winedvc record 2\n", "another version" },
        { "winedvc record 1\n", "broken" },
        { "winedvc record 1\nprefix /other\nwine /usr/bin/wine\nend\n", "another prefix" },
        { HEAD, "broken" },
        { HEAD "end", "broken" },
        { HEAD "end\n\n", "broken" },
        { HEAD PLUGIN, "broken" },
        { HEAD "plugin 64 1 5 6\nkey a\nentry {A}\nend\n", "broken" },
        { HEAD "plugin 16 1 5 6\nkey a\nentry {A}\nfile C:\\a.dll\nend\n", "broken" },
        { HEAD "plugin 64 2 5 6\nkey a\nentry {A}\nfile C:\\a.dll\nend\n", "broken" },
        { HEAD "plugin 64 0 5 6\nkey a\nentry {A}\nfile C:\\a.dll\nname x\nend\n", "broken" },
        { HEAD PLUGIN "name \nend\n", "broken" },
        { HEAD PLUGIN "name a\tb\nend\n", "broken" },
        { HEAD PLUGIN "nonsense\nend\n", "broken" },
        { HEAD PLUGIN PLUGIN "end\n", "broken" },
    };
    const char *name = find_record();
    unsigned int i;

    start();
    for (i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
    {
        winetest_push_context( "%u", i );
        program_write_file( name, tests[i].text );
        send_owner( SESSION_LOAD, wine );
        check_loaded( false, tests[i].problem );
        winetest_pop_context();
    }
    program_write_file( name, HEAD PLUGIN "name x\nend\n" ); /* all of them were wrong in one way only */
    send_owner( SESSION_LOAD, wine );
    check_plugin( 64, true, "a", "{A}", "C:\\a.dll" );
    check_name( "x" );
    check_loaded( true, "" );
    ok( !program_stop(), "it fails\n" );
}

/* So many lines behind the head. */
static void check_many_( int line, const char *format, unsigned int count, const char *problem )
{
    static char text[1 << 21];
    size_t used = sprintf( text, HEAD );
    unsigned int i;

    if (strncmp( format, "plugin", 6 )) used += sprintf( text + used, PLUGIN );
    for (i = 0; i < count; i++) used += sprintf( text + used, format, i, i );
    strcpy( text + used, "end\n" );
    program_write_file( find_record(), text );
    send_owner( SESSION_LOAD, wine );
    check_loaded_( line, false, problem );
}
#define check_many( format, count, problem ) check_many_( __LINE__, format, count, problem )

static void test_too_much(void)
{
    char text[2048];

    start();
    check_many( "name %u\n", 257, "broken" );
    check_many( "plugin 64 0 5 6\nkey a\nentry {%u}\nfile C:\\%u.dll\n", 257, "broken" );
    check_many( "name %u\n", 100000, "can not be read" );
    sprintf( text, HEAD PLUGIN "name %01025d\nend\n", 0 );
    program_write_file( find_record(), text );
    send_owner( SESSION_LOAD, wine );
    check_loaded( false, "broken" );
    ok( !program_stop(), "it fails\n" );
}

/* What cannot be written is said, and leaves the old one. */
static void test_no_place(void)
{
    struct program_message message;

    setenv( "XDG_STATE_HOME", "/dev/null", 1 );
    start();
    send_owner( SESSION_STORE, wine );
    ok( program_receive( &message ) && message.frame.flags == SESSION_TROUBLE, "got type %u\n", message.frame.flags );
    ok( strstr( program_string( &message ), "can not be written" ) != NULL, "got %s\n", message.body );
    ok( !program_stop(), "it fails\n" );
}

START_TEST( record )
{
    program_prepare();
    test_nothing();
    test_store();
    test_broken();
    test_too_much();
    test_no_place();
    program_forget();
}
