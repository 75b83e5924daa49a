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

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "directory.h"

#define MAX_NAME 260

static bool name_is_valid( const char *name )
{
    size_t i;

    for (i = 0; name[i]; i++)
        if (i == MAX_NAME || (unsigned char)name[i] < ' ' || name[i] == 0x7f) return false;
    return i > 0;
}

bool directory_is_clients( const struct directory *directory, const char *name )
{
    return !name_is_valid( name ) || name_list_has( &directory->client_names, name );
}

bool directory_init( struct directory *directory, const struct name_list *client_names, uint64_t seed )
{
    size_t i;

    memset( directory, 0, sizeof(*directory) );
    if (!name_list_copy( &directory->client_names, client_names )) return false;
    directory->seed = seed;
    list_init( &directory->hosts );
    list_init( &directory->names );
    for (i = 0; i < DIRECTORY_BUCKETS; i++) list_init( &directory->buckets[i] );
    return true;
}

void directory_clear( struct directory *directory )
{
    struct directory_host *host, *next;

    LIST_FOR_EACH_ENTRY_SAFE( host, next, &directory->hosts, struct directory_host, entry )
        directory_remove_host( host );
    name_list_clear( &directory->client_names );
}

/* Names */

/* The name is a polynomial modulo a prime, whose value is taken where the seed says. */
static struct list *directory_bucket( struct directory *directory, const char *name )
{
    uint32_t point = directory->seed >> 33;
    uint64_t hash = 0;

    for (; *name; name++) hash = (hash * point + (unsigned char)*name) % 0x7fffffff;
    return &directory->buckets[(hash * directory->seed >> 32) % DIRECTORY_BUCKETS];
}

struct directory_name *directory_find_name( struct directory *directory, const char *text, bool make )
{
    struct list *bucket = directory_bucket( directory, text );
    struct directory_name *name;
    size_t size = strlen( text ) + 1;

    LIST_FOR_EACH_ENTRY( name, bucket, struct directory_name, entry )
        if (!strcmp( name->text, text )) return name;
    if (!make || !(name = malloc( sizeof(*name) + size ))) return NULL;
    memcpy( name->text, text, size );
    list_init( &name->listeners );
    list_init( &name->waiting );
    name->waiting_count = 0;
    list_add_tail( bucket, &name->entry );
    list_add_tail( &directory->names, &name->age_entry );
    return name;
}

void directory_release_name( struct directory_name *name )
{
    if (!list_empty( &name->listeners ) || !list_empty( &name->waiting )) return;
    list_remove( &name->entry );
    list_remove( &name->age_entry );
    free( name );
}

static void directory_remove_listener( struct directory_listener *listener )
{
    struct directory_name *name = listener->name;

    listener->host->name_counts[listener->expected]--;
    list_remove( &listener->entry );
    list_remove( &listener->host_entry );
    free( listener );
    directory_release_name( name );
}

static struct directory_listener *directory_find_own( struct directory *directory, const struct directory_host *host,
                                                      const char *text, bool expected )
{
    struct directory_name *name = directory_find_name( directory, text, false );
    struct directory_listener *listener;

    if (!name) return NULL;
    LIST_FOR_EACH_ENTRY( listener, &name->listeners, struct directory_listener, entry )
        if (listener->host == host && listener->expected == expected) return listener;
    return NULL;
}

/* Before those of hosts with higher numbers. */
static void directory_insert_listener( struct directory_name *name, struct directory_listener *listener )
{
    struct directory_listener *other;

    LIST_FOR_EACH_ENTRY( other, &name->listeners, struct directory_listener, entry )
        if (other->host->number > listener->host->number) break;
    list_add_tail( &other->entry, &listener->entry ); /* the list's head stands for the end */
}

static enum name_result directory_add_listener( struct directory *directory, struct directory_host *host,
                                                const char *text, bool expected )
{
    struct directory_listener *listener;
    struct directory_name *name;

    if (!host || !name_is_valid( text )) return NAME_INVALID;
    if (directory_is_clients( directory, text )) return NAME_SERVED;
    if (host->name_counts[expected] == DIRECTORY_MAX_NAMES) return NAME_FULL;
    if (!(name = directory_find_name( directory, text, true ))) return NAME_NO_MEMORY;
    if (!(listener = malloc( sizeof(*listener) )))
    {
        directory_release_name( name );
        return NAME_NO_MEMORY;
    }
    listener->name = name;
    listener->host = host;
    listener->expected = expected;
    directory_insert_listener( name, listener );
    list_add_tail( &host->listeners, &listener->host_entry );
    host->name_counts[expected]++;
    return NAME_OK;
}

enum name_result directory_expect( struct directory *directory, struct directory_host *host, const char *name )
{
    return directory_add_listener( directory, host, name, true );
}

enum name_result directory_listen( struct directory *directory, struct directory_host *host, const char *name )
{
    struct directory_listener *expected = directory_find_own( directory, host, name, true );

    if (!expected) return directory_add_listener( directory, host, name, false );
    if (host->name_counts[false] == DIRECTORY_MAX_NAMES) return NAME_FULL;
    expected->expected = false;
    host->name_counts[true]--;
    host->name_counts[false]++;
    return NAME_OK;
}

enum name_result directory_unlisten( struct directory *directory, struct directory_host *host, const char *name )
{
    struct directory_listener *listener = directory_find_own( directory, host, name, false );

    if (listener) directory_remove_listener( listener );
    else if (!host || !name_is_valid( name ) || !directory_is_clients( directory, name )) return NAME_UNKNOWN;
    return NAME_OK;
}

/* Hosts */

struct directory_host *directory_find_host( const struct directory *directory, unsigned int number )
{
    struct directory_host *host;

    LIST_FOR_EACH_ENTRY( host, &directory->hosts, struct directory_host, entry )
        if (host->number == number) return host;
    return NULL;
}

struct directory_host *directory_add_host( struct directory *directory, unsigned int number )
{
    struct directory_host *host;

    if (directory_find_host( directory, number ) || !(host = calloc( 1, sizeof(*host) ))) return NULL;
    host->number = number;
    host->takes_part = true;
    list_init( &host->listeners );
    list_init( &host->channels );
    list_add_tail( &directory->hosts, &host->entry );
    return host;
}

static void directory_remove_listeners( struct directory_host *host, bool expected_only )
{
    struct directory_listener *listener, *next;

    LIST_FOR_EACH_ENTRY_SAFE( listener, next, &host->listeners, struct directory_listener, host_entry )
        if (listener->expected || !expected_only) directory_remove_listener( listener );
}

void directory_remove_names( struct directory_host *host )
{
    directory_remove_listeners( host, false );
}

void directory_set_ready( struct directory_host *host )
{
    host->ready = true;
    directory_remove_listeners( host, true );
}

void directory_remove_host( struct directory_host *host )
{
    directory_remove_names( host );
    list_remove( &host->entry );
    free( host );
}

/* May a host listen, at its start, on a name that nobody knows of yet? */
static bool directory_may_grow( const struct directory *directory )
{
    struct directory_host *host;

    if (!directory->hosts_known) return true;
    LIST_FOR_EACH_ENTRY( host, &directory->hosts, struct directory_host, entry )
        if (host->takes_part && !host->ready && !host->complete) return true;
    return false;
}

struct directory_host *directory_find_listener( const struct directory *directory, const struct directory_name *name,
                                                unsigned int after, bool *wait )
{
    struct directory_listener *listener;

    if (name)
        LIST_FOR_EACH_ENTRY( listener, &name->listeners, struct directory_listener, entry )
        {
            if (listener->host->number <= after || !listener->host->takes_part) continue;
            if (listener->expected && !wait) continue;
            if (wait) *wait = listener->expected;
            return listener->expected ? NULL : listener->host;
        }
    if (wait) *wait = directory_may_grow( directory );
    return NULL;
}
