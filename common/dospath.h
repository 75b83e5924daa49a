/*
 * Names of files, here and in Windows
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

#ifndef __WINEDVC_DOSPATH_H
#define __WINEDVC_DOSPATH_H

#include <limits.h>
#include <stdbool.h>

/* What a program in the prefix calls a file, which is there: by the drive that is nearest to it. False if no drive has
 * it, or if it has characters that Windows does not allow. */
extern bool dospath_from_unix( const char *prefix, const char *path, char dos[PATH_MAX] );

/* The file that X:\... is; false if there is none, now. */
extern bool dospath_to_unix( const char *prefix, const char *dos, char path[PATH_MAX] );

#endif /* __WINEDVC_DOSPATH_H */
