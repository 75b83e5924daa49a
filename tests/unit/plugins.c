/*
 * Unit tests of the addin's list of plug-ins
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

#include <string.h>

#include "common/plugins.h"
#include "wine/test.h"

/* Writes "entry entry ..." of the next group; empty after the last. */
static const struct plugin *next_group( struct plugin_list *list, char *text )
{
    struct plugin *plugins[8];
    size_t count = plugin_list_next_group( list, plugins ), i;

    *text = 0;
    for (i = 0; i < count; i++)
    {
        if (i) strcat( text, " " );
        strcat( text, plugins[i]->entry );
    }
    return count ? plugins[0] : NULL;
}

static void test_groups(void)
{
    struct plugin_list list = { 0 };
    const struct plugin *first;
    char text[256];

    ok( !next_group( &list, text ), "an empty list has a group\n" );
    ok( plugin_list_add( &list, 64, "key", "{A}", "C:\\one.dll" ) != NULL, "no memory\n" );
    ok( plugin_list_add( &list, 64, "key", "{B}", "C:\\two.dll" ) != NULL, "no memory\n" );
    ok( plugin_list_add( &list, 32, "key", "{C}", "C:\\one.dll" ) != NULL, "no memory\n" );
    ok( plugin_list_add( &list, 64, "key", "{D}", "c:\\ONE.dll" ) != NULL, "no memory\n" );
    ok( plugin_list_add( &list, 64, "key", "{E}", "C:\\one.dll2" ) != NULL, "no memory\n" );
    ok( list.count == 5, "got %u\n", (unsigned int)list.count );

    first = next_group( &list, text );
    ok( first && first->bits == 64 && !strcmp( first->file, "C:\\one.dll" ), "wrong first of a group\n" );
    ok( !strcmp( text, "{A} {D}" ), "got %s\n", text ); /* one file, whatever its case */
    next_group( &list, text );
    ok( !strcmp( text, "{B}" ), "got %s\n", text );
    first = next_group( &list, text );
    ok( first && first->bits == 32, "wrong bits\n" );
    ok( !strcmp( text, "{C}" ), "got %s\n", text ); /* another architecture is another process */
    next_group( &list, text );
    ok( !strcmp( text, "{E}" ), "got %s\n", text );
    ok( !next_group( &list, text ) && !*text, "got %s after the last group\n", text );

    plugin_list_clear( &list );
    ok( !list.first && !list.count, "the list is not empty\n" );
}

/* A class, or the plug-in that a file exports, is loaded once, however often it is named. */
static void test_twice(void)
{
    struct plugin_list list = { 0 };

    plugin_list_add( &list, 64, "a", "{A}", "C:\\one.dll" );
    plugin_list_add( &list, 64, "b", "C:\\one.dll:{a}", "C:\\one.dll" );
    plugin_list_add( &list, 64, "c", "C:\\one.dll", "C:\\one.dll" );
    plugin_list_add( &list, 64, "d", "one", "C:\\ONE.dll" );
    plugin_list_add( &list, 32, "e", "{A}", "C:\\one.dll" );
    plugin_list_add( &list, 64, "f", "C:\\{x}\\two.dll", "C:\\{x}\\two.dll" );
    plugin_list_add( &list, 64, "g", "C:\\{x}\\TWO.dll", "C:\\{x}\\two.dll" );
    ok( list.count == 4, "got %u\n", (unsigned int)list.count );
    plugin_list_clear( &list );
}

static void test_choices(void)
{
    struct name_list servers = { 0 };
    struct plugin_list list = { 0 };
    struct plugin *plugin;
    char text[256];

    plugin_list_add( &list, 64, "a", "{A}", "C:\\one.dll" );
    plugin_list_add( &list, 64, "b", "{B}", "C:\\two.dll" );
    plugin_list_add( &list, 64, "c", "{C}", "C:\\one.dll" );
    plugin_list_add( &list, 64, "d", "{D}", "C:\\two.dll" );
    plugin_list_add( &list, 64, "e", "{E}", "C:\\three.dll" );
    plugin_list_add( &list, 32, "f", "{F}", "C:\\four.dll" );
    plugin_list_add( &list, 64, "g", "{G}", "C:\\one.dll" ); /* as c, but for certain servers */
    for (plugin = list.first; plugin; plugin = plugin->next)
    {
        if (strchr( "abf", *plugin->key )) plugin->choice.group = "office"; /* c is not in it, though of the same file */
        if (strchr( "dg", *plugin->key )) plugin->choice.servers = &servers;
        plugin->hosted = *plugin->key == 'e';
    }
    next_group( &list, text );
    ok( !strcmp( text, "{A} {B}" ), "got %s\n", text );
    next_group( &list, text );
    ok( !strcmp( text, "{C}" ), "got %s\n", text );
    next_group( &list, text );
    ok( !strcmp( text, "{D}" ), "got %s\n", text );
    next_group( &list, text );
    ok( !strcmp( text, "{F}" ), "got %s\n", text );
    next_group( &list, text );
    ok( !strcmp( text, "{G}" ), "got %s\n", text );
    ok( !next_group( &list, text ), "got %s\n", text );
    plugin_list_clear( &list );
}

/* A plug-in has failed: it may listen again, next time, on what it listened on before, or on anything it began with. */
static void test_doubt(void)
{
    struct plugin_list list = { 0 };
    struct plugin *plugin = plugin_list_add( &list, 64, "a", "{A}", "C:\\one.dll" );

    name_list_add( &plugin->heard, "one" );
    name_list_add( &plugin->heard, "two" );
    plugin_is_ready( plugin );
    ok( plugin->known && plugin->ready && plugin->names.count == 2, "%zu names are known\n", plugin->names.count );

    plugin->doubtful = true;
    plugin_is_ready( plugin );
    ok( plugin->known && plugin->names.count == 2, "%zu names are left\n", plugin->names.count );
    name_list_add( &plugin->heard, "two" );
    plugin_is_ready( plugin );
    ok( plugin->known && plugin->names.count == 2, "%zu names are left\n", plugin->names.count );
    name_list_add( &plugin->heard, "three" );
    plugin_is_ready( plugin );
    ok( !plugin->known, "all names are known\n" );
    plugin_list_clear( &list );
}

START_TEST( plugins )
{
    test_doubt();
    test_groups();
    test_twice();
    test_choices();
}
