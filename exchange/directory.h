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

#include "namelist.h"

#define DIRECTORY_MAX_NAMES 256     /* of one host */

struct directory_host
{
    unsigned int number;
    bool         ready;     /* has listened on all that it is to listen on at its start */
    bool         barred;    /* takes no part in this connection */
    size_t       names;
};

struct directory_name
{
    unsigned int host;
    bool         expected;  /* the host, which is not ready, will listen on it */
    char        *name;
};

/*
 * The hosts of a session, their names, and the names that are FreeRDP's. No I/O,
 * no clock, no thread, like the router whose part it is and whose header says
 * more. All zero but for client_names is an empty one.
 */
struct directory
{
    const char *const     *client_names;    /* NULL ends them */
    struct name_list       own_names;       /* of them, those that are hosts' all the same */
    struct directory_host *hosts;           /* by age, which is by number */
    size_t                 host_count;
    struct directory_name *names;           /* by age */
    size_t                 name_count;
    bool                   hosts_known;     /* no host will be added */
    bool                   complete;        /* what hosts will listen on is expected */
};

extern void directory_clear( struct directory *directory );

/* Returns false without memory. */
extern bool directory_add_host( struct directory *directory, unsigned int number );

extern struct directory_host *directory_find_host( const struct directory *directory, unsigned int number );

/* The host and its names are forgotten, its names alone, or those that it has not listened on so far. */
extern void directory_remove_host( struct directory *directory, unsigned int number );
extern void directory_remove_names( struct directory *directory, unsigned int number );
extern void directory_set_ready( struct directory *directory, unsigned int number );

/* Each returns NULL, or the rule that the host broke. Names of FreeRDP's are passed over. */
extern const char *directory_listen( struct directory *directory, unsigned int number, const char *name );
extern const char *directory_unlisten( struct directory *directory, unsigned int number, const char *name );
extern const char *directory_expect( struct directory *directory, unsigned int number, const char *name );

/* Is the name a host's business at all? */
extern bool directory_may_have( const struct directory *directory, const char *name );

/*
 * The first host after a number that listens on the name, 0 if there is none or
 * if *wait is set: then one may come that is to be asked before any other. NULL
 * for wait asks for who listens now.
 */
extern unsigned int directory_find( const struct directory *directory, const char *name, unsigned int after,
                                    bool *wait );

#endif /* __WINEDVC_DIRECTORY_H */
