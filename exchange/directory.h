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

#ifndef __WINEDVC_DIRECTORY_H
#define __WINEDVC_DIRECTORY_H

#include <stdbool.h>
#include <stddef.h>

#include <wine/list.h>

#include "namelist.h"

#define DIRECTORY_MAX_NAMES 256     /* that one host listens on; and so many more that it is expected to */
#define DIRECTORY_BUCKETS   1024

/*
 * The hosts of a session, the names that they listen on, and the names that are
 * FreeRDP's. No I/O, no clock, no thread, like the router whose part it is. A
 * name is 1 to 260 bytes without control characters, and compared byte for byte.
 */

struct directory_host
{
    struct list  entry;         /* in the directory, by number */
    unsigned int number;
    bool         ready;         /* it listens on all that it is to listen on at its start */
    bool         complete;      /* all of that is expected */
    bool         takes_part;    /* in this connection: else it is as if it listened on nothing */
    size_t       name_counts[2];    /* that it listens on; [true]: that are expected */
    struct list  listeners;

    /* the router's */
    struct list  channels;
    unsigned int channel_count; /* offered to it or open */
    unsigned int ended_count;   /* those of which its last word is still to come */
    unsigned int row;           /* of the page */
};

/* A name that hosts listen on or that channels wait for; freed when it is neither. */
struct directory_name
{
    struct list entry;          /* in its bucket */
    struct list age_entry;
    struct list listeners;      /* by their hosts' numbers */
    struct list waiting;        /* the router's: channels, by age */
    size_t      waiting_count;
    char        text[];
};

struct directory_listener
{
    struct list            entry;       /* of its name */
    struct list            host_entry;
    struct directory_name *name;
    struct directory_host *host;
    bool                   expected;    /* the host, which is not ready, will listen on it */
};

struct directory
{
    struct name_list client_names;  /* FreeRDP's; fewer when the configuration gives some to hosts */
    struct list      hosts;
    struct list      names;         /* by age */
    struct list      buckets[DIRECTORY_BUCKETS];    /* by a hash of which the server does not know the seed */
    uint64_t         seed;
    bool             hosts_known;   /* no host will be added */
};

/* What became of a name that a host listens on. */
enum name_result
{
    NAME_OK,
    NAME_INVALID,       /* it is no channel name, or the host is not there */
    NAME_UNKNOWN,       /* the host does not listen on it */
    NAME_SERVED,        /* it is FreeRDP's, and passed over */
    NAME_FULL,          /* the host has DIRECTORY_MAX_NAMES, and this one is left out */
    NAME_NO_MEMORY,     /* left out, too */
};

/* Copies the names of the channels that FreeRDP serves. The seed is odd. Without memory it returns false, and there is
 * nothing to clear. */
extern bool directory_init( struct directory *directory, const struct name_list *client_names, uint64_t seed );
extern void directory_clear( struct directory *directory );

/* NULL without memory, or if it is there. */
extern struct directory_host *directory_add_host( struct directory *directory, unsigned int number );
extern struct directory_host *directory_find_host( const struct directory *directory, unsigned int number );

/* The host's names are forgotten, or those that it does not listen on although that was expected, or the host. */
extern void directory_remove_names( struct directory_host *host );
extern void directory_set_ready( struct directory_host *host );
extern void directory_remove_host( struct directory_host *host );

extern enum name_result directory_listen( struct directory *directory, struct directory_host *host, const char *name );
extern enum name_result directory_unlisten( struct directory *directory, struct directory_host *host,
                                            const char *name );
extern enum name_result directory_expect( struct directory *directory, struct directory_host *host, const char *name );

/* Is the name FreeRDP's, or none at all? Then it is no host's business. */
extern bool directory_is_clients( const struct directory *directory, const char *name );

/* The entry of a name, NULL if there is none; it is made if that is wanted, and is NULL without memory then. */
extern struct directory_name *directory_find_name( struct directory *directory, const char *name, bool make );
/* To be called when the router has taken the last waiting channel from it. */
extern void directory_release_name( struct directory_name *name );

/*
 * The first host after a number that listens on the name, NULL if there is none
 * or if *wait is set: then one may come that is to be asked before any other.
 * NULL for wait asks for who listens now; NULL for name is one without an entry.
 */
extern struct directory_host *directory_find_listener( const struct directory *directory,
                                                       const struct directory_name *name, unsigned int after,
                                                       bool *wait );

#endif /* __WINEDVC_DIRECTORY_H */
