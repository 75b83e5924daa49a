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

#include "freerdp/plugins.h"
#include "wine/test.h"

/* Writes "entry entry ..." of the next group; empty after the last. */
static const struct plugin *next_group( struct plugin_list *list, char *text )
{
    char *entries[8];
    size_t count, i;
    const struct plugin *first = plugin_list_next_group( list, entries, &count );

    *text = 0;
    for (i = 0; i < count; i++)
    {
        if (i) strcat( text, " " );
        strcat( text, entries[i] );
    }
    return first;
}

static void test_groups(void)
{
    struct plugin_list list = { 0 };
    const struct plugin *first;
    char text[256];

    ok( !next_group( &list, text ), "an empty list has a group\n" );
    ok( plugin_list_add( &list, 64, "{A}", "C:\\one.dll" ), "no memory\n" );
    ok( plugin_list_add( &list, 64, "{B}", "C:\\two.dll" ), "no memory\n" );
    ok( plugin_list_add( &list, 32, "{C}", "C:\\one.dll" ), "no memory\n" );
    ok( plugin_list_add( &list, 64, "{D}", "c:\\ONE.dll" ), "no memory\n" );
    ok( plugin_list_add( &list, 64, "{E}", "C:\\one.dll2" ), "no memory\n" );
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

START_TEST( plugins )
{
    test_groups();
}
