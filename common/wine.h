/*
 * Where Wine, its prefix and the host program are
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

#ifndef __WINEDVC_WINE_H
#define __WINEDVC_WINE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "settings.h"

struct wine_program
{
    char loader[PATH_MAX];  /* Wine's */
    char host[PATH_MAX];    /* winedvc.exe */
    const struct settings *settings;    /* whose prefix it is for */
};

/* Finds what runs code of that many bits. On failure problem says what is missing and what to do. */
extern bool wine_find( const struct settings *settings, unsigned int bits, struct wine_program *program,
                       char *problem, size_t size );

/* winedvc.exe for plug-ins of that many bits; on failure as above. */
extern bool wine_find_host( unsigned int bits, char *path, char *problem, size_t size );

/* The oldest that winedvc was ever tested with: what one before it lacks nobody knows. */
#define WINE_OLDEST 8

/* Versions are what a host says: "winedvc.exe ..., wine-8.0 (Debian) as Windows ...". False, with a line in problem, if
 * its Wine is older than that; a Wine that hides its version is not known to be. */
extern bool wine_check_version( const char *versions, char *problem, size_t size );

/* Is there a prefix? We never make one: that takes seconds, and it would hold no plug-in. */
extern bool wine_check_prefix( const struct settings *settings, char *problem, size_t size );

/* What the search for plug-ins runs as in a prefix: 32 in one that was made with WINEARCH=win32, else 64. */
extern unsigned int wine_prefix_bits( const char *prefix );

/* The environment for a host: the settings' without what is meant for this process only, and their prefix. It and its
 * strings are one block, for free(). NULL without memory. */
extern char **wine_environment( const struct settings *settings );

#endif /* __WINEDVC_WINE_H */
