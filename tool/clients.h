/*
 * FreeRDP's libraries, our addins, and the RDP clients that are installed
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

#ifndef __WINEDVC_CLIENTS_H
#define __WINEDVC_CLIENTS_H

#include <limits.h>
#include <stdbool.h>

/* Directories that have FreeRDP's library of that major version; returns false if there are no more, index from 0. */
extern bool client_library( unsigned int major, unsigned int index, char dir[PATH_MAX] );

/* Our addin for that major version where "winedvc run" takes it from: beside this program, else where FreeRDP itself
 * would look; false if there is none. */
extern bool client_own_addin( unsigned int major, char path[PATH_MAX] );
/* The library that "winedvc run" preloads. */
extern bool client_own_shim( char path[PATH_MAX] );

/* What follows the mark in a file of ours, if that is a number. */
extern bool file_version( const char *path, const char *mark, char *version, unsigned int size );
/* What an addin says of its version: "1.0"; false if the file is none of ours. */
extern bool client_addin_version( const char *path, char *version, unsigned int size );

struct client
{
    const char *name;       /* of the program; NULL ends the table */
    const char *way;        /* how it uses winedvc, for a person; NULL if only "winedvc run" brings it there */
    bool        is_alone;   /* a second one hands its work to the first, and ends */
    bool        is_silent;  /* its user sees no log */
    const char *part;       /* its file that uses FreeRDP's library, below a directory of libraries; NULL for the program */
};

extern const struct client clients[];

/* The program of that name in PATH, or the path itself if it has a slash. */
extern bool client_find( char *const *environment, const char *name, char path[PATH_MAX] );

/* The major version of the FreeRDP that the client at that path uses, 0 if that can not be seen. */
extern unsigned int client_major( const struct client *client, const char *path );

/* Clients that bring their own FreeRDP, into which no library can be preloaded from outside. */
struct sealed_client
{
    const char *name;       /* NULL ends the table */
    const char *package;    /* of the distribution */
    bool        is_snap;    /* else it is a Flatpak */
};

extern const struct sealed_client sealed_clients[];

/* Is it installed, for all users or for this one? */
extern bool sealed_client_find( char *const *environment, const struct sealed_client *client );

/* Does one of the user's processes run that program, without our library? */
extern bool client_runs( const char *name );

#endif /* __WINEDVC_CLIENTS_H */
