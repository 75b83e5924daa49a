/*
 * Letters of ASCII, whatever the locale
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

#ifndef __WINEDVC_ASCII_H
#define __WINEDVC_ASCII_H

#include <stdbool.h>

/* The C library's functions for this ask the client's locale: in a Turkish one I and i are different letters. */

static inline char ascii_lower( char c )
{
    return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

/* Are both the same but for the case of ASCII's letters? */
static inline bool ascii_equal( const char *one, const char *other )
{
    while (*one && ascii_lower( *one ) == ascii_lower( *other )) one++, other++;
    return ascii_lower( *one ) == ascii_lower( *other );
}

#endif /* __WINEDVC_ASCII_H */
