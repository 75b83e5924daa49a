/*
 * Tests of the record of plug-ins
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

#include "home.h"
#include "record.h"
#include "wine/test.h"

static const char wine[] = "/usr/bin/wine";
static struct settings settings;

#define HEAD "winedvc record 1\nprefix /prefix\nwine /usr/bin/wine\n"
#define PLUGIN "plugin 64 1 5 6\nkey a\nentry {A}\nfile C:\\a.dll\n"

/* There is a record. */
static void load_( int line, const char *loader, struct plugin_list *list )
{
    struct record record;
    char problem[8192];

    ok_(__FILE__, line)( record_init( &record, &settings, loader ), "no memory\n" );
    ok_(__FILE__, line)( record_load( &record, list, problem, sizeof(problem) ), "it is not used: %s\n", problem );
    ok_(__FILE__, line)( !*problem, "got %s\n", problem );
    record_clear( &record );
}
#define load( loader, list ) load_( __LINE__, loader, list )

/* There is none that is used, for that reason. */
static void check_not_loaded_( int line, const char *loader, const char *expected )
{
    struct plugin_list list = { 0 };
    struct record record;
    char problem[8192];

    ok_(__FILE__, line)( record_init( &record, &settings, loader ), "no memory\n" );
    ok_(__FILE__, line)( !record_load( &record, &list, problem, sizeof(problem) ), "it is used\n" );
    ok_(__FILE__, line)( *expected ? strstr( problem, expected ) != NULL : !*problem, "got %s\n", problem );
    ok_(__FILE__, line)( !list.count && !list.first, "there are plug-ins\n" );
    record_clear( &record );
}
#define check_not_loaded( loader, expected ) check_not_loaded_( __LINE__, loader, expected )

/* The plug-in is this one, with that last name, if any. */
static void check_plugin_( int line, const struct plugin *plugin, unsigned int bits, bool known, const char *key,
                           const char *entry, const char *file, const char *name )
{
    ok_(__FILE__, line)( plugin != NULL, "there is none\n" );
    if (!plugin) return;
    ok_(__FILE__, line)( plugin->bits == bits && plugin->known == known && plugin->size == 5 && plugin->time == 6,
                         "got %u bits, %u\n", plugin->bits, plugin->known );
    ok_(__FILE__, line)( !strcmp( plugin->key, key ) && !strcmp( plugin->entry, entry ) &&
                         !strcmp( plugin->file, file ), "got %s, %s, %s\n", plugin->key, plugin->entry, plugin->file );
    if (name) ok_(__FILE__, line)( plugin->names.count && !strcmp( plugin->names.names[plugin->names.count - 1], name ),
                                   "got %u names\n", (unsigned int)plugin->names.count );
    else ok_(__FILE__, line)( !plugin->names.count, "got %u names\n", (unsigned int)plugin->names.count );
}
#define check_plugin( plugin, ... ) check_plugin_( __LINE__, plugin, __VA_ARGS__ )

static struct plugin *add( struct plugin_list *list, unsigned int bits, bool known, const char *key, const char *entry,
                           const char *file )
{
    struct plugin *plugin = plugin_list_add( list, bits, key, entry, file );

    plugin->known = known;
    plugin->size = 5;
    plugin->time = 6;
    return plugin;
}

/* Saves the list, with that result. */
static void save_( int line, struct record *record, const struct plugin_list *list, const char *expected )
{
    char problem[8192];

    record_save( record, list, problem, sizeof(problem) );
    ok_(__FILE__, line)( *expected ? strstr( problem, expected ) != NULL : !*problem, "got %s\n", problem );
}
#define save( record, list, expected ) save_( __LINE__, record, list, expected )

/* The path of the only file in the state directory, whose names are checked. */
static const char *find_record(void)
{
    static char path[2 * PATH_MAX];
    struct dirent *entry;
    unsigned int count = 0;
    struct stat st;
    DIR *dir;

    snprintf( path, sizeof(path), "%s/state/winedvc", home );
    ok( !stat( path, &st ) && (st.st_mode & 0777) == 0700, "others may read the directory\n" );
    if (!(dir = opendir( path ))) return "";
    while ((entry = readdir( dir )))
    {
        if (entry->d_name[0] == '.') continue;
        count++;
        snprintf( path, sizeof(path), "%s/state/winedvc/%s", home, entry->d_name );
    }
    closedir( dir );
    ok( count == 1, "there are %u files\n", count );
    ok( !stat( path, &st ) && (st.st_mode & 0777) == 0600, "others may read the file\n" );
    return path + strlen( home ) + 1;
}

static void test_nothing(void)
{
    check_not_loaded( wine, "" );
}

static void test_save(void)
{
    struct plugin_list list = { 0 }, loaded = { 0 }, none = { 0 };
    struct plugin *plugin;
    struct record record;
    char text[4096];

    record_init( &record, &settings, wine );
    plugin = add( &list, 64, true, "a", "{A}", "C:\\a.dll" );
    name_list_add( &plugin->names, "One" );
    name_list_add( &plugin->names, "Two words" );
    plugin->used = 20783;
    plugin = add( &list, 32, false, "b", "C:\\b.dll", "C:\\b.dll" );
    name_list_add( &plugin->names, "as it was" );
    memset( text, 'x', sizeof(text) ); /* as long as the search may report */
    text[sizeof(text) - 1] = 0;
    add( &list, 64, true, text, "{C}", "C:\\c.dll" );
    add( &list, 64, true, "d", "{D}", "C:\\d.dll" )->temporary = true; /* is for one session */
    save( &record, &list, "" );

    load( wine, &loaded );
    ok( loaded.count == 3, "got %u\n", (unsigned int)loaded.count );
    check_plugin( loaded.first, 64, true, "a", "{A}", "C:\\a.dll", "Two words" );
    ok( loaded.first->used == 20783 && !loaded.first->next->used, "used on %u and %u\n",
        (unsigned int)loaded.first->used, (unsigned int)loaded.first->next->used );
    check_plugin( loaded.first->next, 32, false, "b", "C:\\b.dll", "C:\\b.dll", NULL );
    check_not_loaded( "/opt/wine", "another Wine was in use" );
    save( &record, &none, "" ); /* no plug-in is a record, too */
    plugin_list_clear( &loaded );
    load( wine, &loaded );
    ok( !loaded.count, "got %u\n", (unsigned int)loaded.count );
    plugin_list_clear( &list );
    record_clear( &record );
}

/* What the file can not hold is said, once. */
static void test_omitted(void)
{
    struct plugin_list list = { 0 }, loaded = { 0 };
    struct record record;

    record_init( &record, &settings, wine );
    add( &list, 64, true, "a", "{A}", "C:\\a.dll" );
    add( &list, 64, true, "c\nend\n", "{C}", "C:\\c.dll" );
    save( &record, &list, "the plug-in c" );
    save( &record, &list, "" );
    load( wine, &loaded );
    ok( loaded.count == 1, "got %u\n", (unsigned int)loaded.count );
    plugin_list_clear( &loaded );
    plugin_list_clear( &list );
    record_clear( &record );
}

/* The file is written when it has to be, whoever wrote it. */
static void test_same(void)
{
    struct plugin_list list = { 0 }, loaded = { 0 };
    struct record record;
    const char *name;

    home_write( find_record(), HEAD PLUGIN "name x\nend\n" );
    record_init( &record, &settings, wine );
    record_load( &record, &list, (char[8192]){ 0 }, 8192 );
    name = find_record();
    home_write( name, "not ours" );
    save( &record, &list, "" );
    check_not_loaded( wine, "another version" );
    list.first->known = false;
    save( &record, &list, "" );
    load( wine, &loaded );
    check_plugin( loaded.first, 64, false, "a", "{A}", "C:\\a.dll", NULL );
    plugin_list_clear( &loaded );
    plugin_list_clear( &list );
    record_clear( &record );
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
    struct plugin_list list = { 0 };
    unsigned int i;

    for (i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
    {
        winetest_push_context( "%u", i );
        home_write( name, tests[i].text );
        check_not_loaded( wine, tests[i].problem );
        winetest_pop_context();
    }
    home_write( name, HEAD PLUGIN "name x\nend\n" ); /* all of them were wrong in one way only */
    load( wine, &list );
    check_plugin( list.first, 64, true, "a", "{A}", "C:\\a.dll", "x" );
    plugin_list_clear( &list );
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
    home_write( find_record(), text );
    check_not_loaded_( line, wine, problem );
}
#define check_many( format, count, problem ) check_many_( __LINE__, format, count, problem )

static void test_too_much(void)
{
    char text[8192];

    check_many( "name %u\n", 257, "broken" );
    check_many( "plugin 64 0 5 6\nkey a\nentry {%u}\nfile C:\\%u.dll\n", 257, "broken" );
    check_many( "name %u\n", 100000, "can not be read" );
    sprintf( text, HEAD PLUGIN "name %04097d\nend\n", 0 );
    home_write( find_record(), text );
    check_not_loaded( wine, "broken" );
}

/* What cannot be written is said, once. */
static void test_no_place(void)
{
    struct plugin_list none = { 0 };
    struct record record;

    setenv( "XDG_STATE_HOME", "/dev/null", 1 );
    settings_clear( &settings );
    settings_init( &settings );
    settings.prefix = strdup( "/prefix" );
    record_init( &record, &settings, wine );
    save( &record, &none, "can not be written" );
    save( &record, &none, "" );
    record_clear( &record );
}

START_TEST( record )
{
    home_create();
    settings_init( &settings );
    settings.prefix = strdup( "/prefix" );
    test_nothing();
    test_save();
    test_omitted();
    test_same();
    test_broken();
    test_too_much();
    test_no_place();
    settings_clear( &settings );
    home_remove();
}
