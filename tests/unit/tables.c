/*
 * What a server can not know: where the names and ids of its choice are kept
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

#include "channels.h"
#include "directory.h"
#include "wine/test.h"

/* Of so many names, and ids, a list of a table holds COUNT where they are chosen for that, and few where not. */
#define TRIED  60000
#define COUNT  32
#define FEW    8

static const uint64_t known = 0x9e3779b97f4a7c15, other = 0xd1b54a32d192ed03;

static struct directory directory;

/* The longest list. */
static unsigned int find_longest( const struct list *buckets, size_t count )
{
    unsigned int longest = 0, length;
    struct list *entry;

    for (; count--; buckets++)
    {
        for (length = 0, entry = list_head( buckets ); entry; length++) entry = list_next( buckets, entry );
        if (length > longest) longest = length;
    }
    return longest;
}

static struct directory_name *add_name( unsigned int number )
{
    char text[16];

    snprintf( text, sizeof(text), "name %u", number );
    return directory_find_name( &directory, text, true );
}

static void test_names(void)
{
    static const struct name_list no_names;
    unsigned int chosen[COUNT], count = 0, i;
    struct directory_name *name, *next;

    directory_init( &directory, &no_names, known );
    for (i = 0; i < TRIED && count < COUNT; i++)
    {
        name = add_name( i );
        if (!list_empty( &directory.buckets[0] )) chosen[count++] = i;
        directory_release_name( name );
    }
    ok( count == COUNT, "Only %u names have that hash.\n", count );
    directory_clear( &directory );

    directory_init( &directory, &no_names, other );
    while (count--) add_name( chosen[count] );
    i = find_longest( directory.buckets, DIRECTORY_BUCKETS );
    ok( i <= FEW, "%u of the names have one hash.\n", i );
    LIST_FOR_EACH_ENTRY_SAFE( name, next, &directory.names, struct directory_name, age_entry )
        directory_release_name( name );
    directory_clear( &directory );
}

static void test_ids(void)
{
    static const uint8_t create[] = { 0x10, 1, 'n', 0 };
    unsigned int chosen[COUNT], count = 0, i;
    struct channels channels;
    struct channel *channel;

    channels_init( &channels, known );
    for (i = 0; i < TRIED && count < COUNT; i++)
    {
        channel = channels_add( &channels, i, create, sizeof(create) );
        if (!list_empty( &channels.ids.buckets[0] )) chosen[count++] = i;
        channels_remove( &channels, channel );
    }
    ok( count == COUNT, "Only %u ids have that hash.\n", count );
    channels_clear( &channels );

    channels_init( &channels, other );
    while (count--) channels_add( &channels, chosen[count], create, sizeof(create) );
    i = find_longest( channels.ids.buckets, channels.ids.bucket_count );
    ok( i <= FEW, "%u of the ids have one hash.\n", i );
    channels_remove_all( &channels );
    channels_clear( &channels );
}

START_TEST( tables )
{
    test_names();
    test_ids();
}
