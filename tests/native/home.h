/*
 * A directory of the test's own
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

#ifndef __WINEDVC_TESTS_HOME_H
#define __WINEDVC_TESTS_HOME_H

#include <limits.h>

/* Its path. It is $HOME, and has the user's configuration in config, the system's in system and the record in state. */
extern char home[PATH_MAX];

extern void home_create(void);
extern void home_remove(void);

/* Writes a file below it. */
extern void home_write( const char *name, const char *text );

#endif /* __WINEDVC_TESTS_HOME_H */
