/*
 * The user's directories, as the XDG base directory specification has them
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

#ifndef __WINEDVC_PATHS_H
#define __WINEDVC_PATHS_H

#include <limits.h>
#include <stdbool.h>

/* The user's configuration file, and that of the system; each returns false if there is none. */
extern bool path_user_conf( char path[PATH_MAX] );
extern bool path_system_conf( char path[PATH_MAX] );

/* The record of the plug-ins of a Wine prefix; false if there is no place for it. */
extern bool path_record( const char *prefix, char path[PATH_MAX] );

#endif /* __WINEDVC_PATHS_H */
