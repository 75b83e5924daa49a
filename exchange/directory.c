/*
 * Who listens on which channel name
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

#include <stdlib.h>
#include <string.h>

#include "directory.h"

#define MAX_NAME 260

static bool name_is_valid( const char *name )
{
    size_t i;

    for (i = 0; name[i]; i++)
        if (i == MAX_NAME || name[i] < ' ' || name[i] > '~') return false;
    return i > 0;
}

static bool name_is_clients( const struct directory *directory, const char *name )
{
    const char *const *client;

    if (name_list_has( &directory->own_names, name )) return false;
    for (client = directory->client_names; *client; client++)
        if (!strcmp( name, *client )) return true;
    return false;
}

bool directory_may_have( const struct directory *directory, const char *name )
{
    return name_is_valid( name ) && !name_is_clients( directory, name );
}

/* Hosts */

struct directory_host *directory_find_host( const struct directory *directory, unsigned int number )
{
    size_t i;

    for (i = 0; i < directory->host_count; i++)
        if (directory->hosts[i].number == number) return &directory->hosts[i];
    return NULL;
}

bool directory_add_host( struct directory *directory, unsigned int number )
{
    struct directory_host *hosts = realloc( directory->hosts, (directory->host_count + 1) * sizeof(*hosts) );

    if (!hosts) return false;
    directory->hosts = hosts;
    memset( &hosts[directory->host_count], 0, sizeof(*hosts) );
    hosts[directory->host_count++].number = number;
    return true;
}

static void directory_remove_name( struct directory *directory, size_t index )
{
    struct directory_host *host = directory_find_host( directory, directory->names[index].host );

    if (host) host->names--;
    free( directory->names[index].name );
    directory->name_count--;
    memmove( &directory->names[index], &directory->names[index + 1],
             (directory->name_count - index) * sizeof(directory->names[0]) );
}

void directory_remove_names( struct directory *directory, unsigned int number )
{
    size_t i;

    for (i = directory->name_count; i--;)
        if (directory->names[i].host == number) directory_remove_name( directory, i );
}

void directory_remove_host( struct directory *directory, unsigned int number )
{
    struct directory_host *host = directory_find_host( directory, number );

    if (!host) return;
    directory_remove_names( directory, number );
    directory->host_count--;
    memmove( host, host + 1, (directory->hosts + directory->host_count - host) * sizeof(*host) );
}

void directory_set_ready( struct directory *directory, unsigned int number )
{
    struct directory_host *host = directory_find_host( directory, number );
    size_t i;

    if (!host) return;
    host->ready = true;
    for (i = directory->name_count; i--;)
        if (directory->names[i].host == number && directory->names[i].expected) directory_remove_name( directory, i );
}

void directory_clear( struct directory *directory )
{
    while (directory->name_count) directory_remove_name( directory, directory->name_count - 1 );
    name_list_clear( &directory->own_names );
    free( directory->names );
    free( directory->hosts );
}

/* Names */

static struct directory_name *directory_find_name( const struct directory *directory, unsigned int number,
                                                   const char *name, bool expected )
{
    size_t i;

    for (i = 0; i < directory->name_count; i++)
    {
        struct directory_name *entry = &directory->names[i];

        if (entry->host == number && entry->expected == expected && !strcmp( entry->name, name )) return entry;
    }
    return NULL;
}

static const char *directory_add_name( struct directory *directory, unsigned int number, const char *name,
                                       bool expected )
{
    static const char no_memory[] = "there is memory for the name";
    struct directory_host *host = directory_find_host( directory, number );
    struct directory_name *names;

    if (!host) return "only a host that runs plug-ins listens";
    if (!name_is_valid( name )) return "a channel name has 1 to 260 printable ASCII characters";
    if (host->names == DIRECTORY_MAX_NAMES) return "a host listens on at most 256 names";
    if (name_is_clients( directory, name )) return NULL; /* and never offered anything */
    if (!(names = realloc( directory->names, (directory->name_count + 1) * sizeof(*names) ))) return no_memory;
    directory->names = names;
    names += directory->name_count;
    if (!(names->name = strdup( name ))) return no_memory;
    names->host = number;
    names->expected = expected;
    directory->name_count++;
    host->names++;
    return NULL;
}

const char *directory_expect( struct directory *directory, unsigned int number, const char *name )
{
    return directory_add_name( directory, number, name, true );
}

const char *directory_listen( struct directory *directory, unsigned int number, const char *name )
{
    struct directory_name *expected = directory_find_name( directory, number, name, true );

    if (expected) directory_remove_name( directory, expected - directory->names );
    return directory_add_name( directory, number, name, false );
}

const char *directory_unlisten( struct directory *directory, unsigned int number, const char *name )
{
    struct directory_name *entry = directory_find_name( directory, number, name, false );

    if (entry) directory_remove_name( directory, entry - directory->names );
    else if (!directory_find_host( directory, number ) || !name_is_clients( directory, name ))
        return "UNLISTEN names what the host listens on";
    return NULL;
}

static bool directory_all_ready( const struct directory *directory )
{
    size_t i;

    if (!directory->hosts_known) return false;
    for (i = 0; i < directory->host_count && !directory->complete; i++)
        if (!directory->hosts[i].ready) return false;
    return true;
}

unsigned int directory_find( const struct directory *directory, const char *name, unsigned int after, bool *wait )
{
    const struct directory_name *best = NULL;
    size_t i;

    for (i = 0; i < directory->name_count; i++)
    {
        const struct directory_name *entry = &directory->names[i];

        if (entry->host <= after || (best && entry->host >= best->host)) continue;
        if (strcmp( entry->name, name ) || (entry->expected && !wait)) continue;
        if (!directory_find_host( directory, entry->host )->barred) best = entry;
    }
    if (wait) *wait = best ? best->expected : !directory_all_ready( directory );
    return best && !best->expected ? best->host : 0;
}
