/*
 * May this Wine use that prefix as it is?
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

#ifndef __WINEDVC_PREFIX_H
#define __WINEDVC_PREFIX_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

/* Reads only. Wine itself would update a prefix that another version has made, without a word. On failure problem says
 * what is wrong with it, and which command allows it. */
extern bool prefix_check( const char *prefix, const char *loader, char *problem, size_t size );

/* A path from the user, which need not be there, as an absolute one. Returns false if that is too long. */
extern bool prefix_absolute( const char *given, char prefix[PATH_MAX] );

/* The prefix that a file lies in; false if it lies in none. */
extern bool prefix_of_file( const char *file, char *prefix, size_t size );

#endif /* __WINEDVC_PREFIX_H */
