/*
 * The AddIns keys of a Wine prefix, as its registry files have them
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

#ifndef __WINEDVC_REGISTERED_H
#define __WINEDVC_REGISTERED_H

/*
 * Without Wine, so what is so new that Wine's server has not written it yet is missing: who needs all asks the search.
 * Calls found with the name of each key that has a value Name of plain text, and that, both in UTF-8.
 */
typedef void registered_found( void *context, const char *key, const char *value );

extern void registered_enum( const char *prefix, registered_found *found, void *context );

#endif /* __WINEDVC_REGISTERED_H */
