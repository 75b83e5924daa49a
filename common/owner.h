/*
 * Whose prefix it is
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

#ifndef __WINEDVC_OWNER_H
#define __WINEDVC_OWNER_H

#include <limits.h>
#include <stdbool.h>

/*
 * Wine changes a prefix that another Wine has made, without a word. A prefix
 * holds when the list was written of what belongs into one, that of the Wine
 * which has made or updated it.
 */

/* Would that Wine leave the prefix as it is? True, too, if nobody knows; loader may be a script. */
extern bool owner_is( const char *loader, const char *prefix );

/* The Wine that made the prefix, of those that Bottles, Lutris, Proton and packages below /opt bring. Returns false if it
 * is none of them. */
extern bool owner_find( char *const *environment, const char *prefix, unsigned int bits, char loader[PATH_MAX] );

#endif /* __WINEDVC_OWNER_H */
