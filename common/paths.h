/*
 * Names of files
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

/* As snprintf(). Returns false if the path is too long, and not to be used. */
extern bool path_format( char path[PATH_MAX], const char *format, ... ) __attribute__((format( printf, 2, 3 )));

/* The user's home directory, absolute: what HOME says, else the user's entry. Returns false if there is none. */
extern bool path_home( char *const *environment, char path[PATH_MAX] );

/* The rest is where the XDG base directory specification has it. */

/* The user's configuration file, and that of the system; each returns false if there is none. */
extern bool path_user_conf( char *const *environment, char path[PATH_MAX] );
extern bool path_system_conf( char *const *environment, char path[PATH_MAX] );

/* Where the log of a client is that shows none itself; false if there is no place for it. */
extern bool path_client_log( char *const *environment, const char *client, char path[PATH_MAX] );

/* Each directory of an absolute path that is not there yet; the path is the same again afterwards. */
extern void path_make_directories( char *path );

/* Puts a file of that text there, readable for its owner alone, in the place of what has that name: all of it, or nothing
 * is changed. Makes directories as above. Returns an error number. */
extern int path_replace( char *path, const char *text );

/* The record of the plug-ins of a Wine prefix; false if there is no place for it. */
extern bool path_record( char *const *environment, const char *prefix, char path[PATH_MAX] );

/* Where sessions show themselves; false if there is no place for that. */
extern bool path_sessions( char *const *environment, char path[PATH_MAX] );

#endif /* __WINEDVC_PATHS_H */
