/*
 * Comparisons in a Turkish locale
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

#include <ctype.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/plugins.h"
#include "wine/test.h"

static char directory[] = "/tmp/winedvc-locale-XXXXXX";

/* Few systems have it, all can make it. */
static bool use_turkish(void)
{
    char command[128];

    if (!mkdtemp( directory )) return false;
    snprintf( command, sizeof(command), "localedef -i tr_TR -f ISO-8859-9 %s/tr_TR", directory );
    if (system( command )) return false;
    setenv( "LOCPATH", directory, 1 );
    return setlocale( LC_ALL, "tr_TR" ) && tolower( 'I' ) != 'i';
}

static void test_settings(void)
{
    struct plugin_choice choice;
    struct settings settings;

    ok( settings_init( &settings ), "no memory\n" );
    settings_set( &settings, SETTINGS_USER, "here:1", NULL, "log-level", "INFO" );
    ok( settings.log_level == 2, "got %u\n", settings.log_level );
    settings_set( &settings, SETTINGS_USER, "here:2", NULL, "deny", "VENDORIO.DLL" );
    settings_choose( &settings, "key", "C:\\vendorio.dll", &choice );
    ok( !choice.loaded, "it is not denied\n" );
    settings_clear( &settings );
}

static void test_plugins(void)
{
    struct plugin_list list = { 0 };
    struct plugin *plugins[4];

    plugin_list_add( &list, 64, "a", "C:\\io.dll", "C:\\io.dll" );
    plugin_list_add( &list, 64, "b", "C:\\IO.dll", "C:\\IO.dll" );
    ok( list.count == 1, "got %u\n", (unsigned int)list.count );
    plugin_list_add( &list, 64, "c", "{A}", "C:\\IO.dll" );
    ok( plugin_list_next_group( &list, plugins ) == 2, "one file has two hosts\n" );
    plugin_list_clear( &list );
}

START_TEST( locale )
{
    char command[128];

    if (use_turkish())
    {
        test_settings();
        test_plugins();
    }
    else skip( "no Turkish locale can be made: install locales\n" );
    setlocale( LC_ALL, "C" );
    snprintf( command, sizeof(command), "rm -rf %s", directory );
    ok( !system( command ), "%s is left\n", directory );
}
