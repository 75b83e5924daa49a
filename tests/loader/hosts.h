/*
 * Hosts for the addin: tests/badhost in Wine's place
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

#ifndef __LOADER_HOSTS_H
#define __LOADER_HOSTS_H

/* The addin finds these, in what it takes for a prefix. Calls in a row are for sessions that begin later. */
extern void hosts_set( const char *names );

#define ECHO_CHANNEL    "Bad::echo"     /* of the host echo: all that it gets comes back */
#define TELLING_CHANNEL "Bad::telling"  /* the same, and the log has a line for each connection, and its end */

/* The user's configuration file, after hosts_set(). */
extern void hosts_configure( const char *text );

#endif /* __LOADER_HOSTS_H */
