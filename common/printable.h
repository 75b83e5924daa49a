/*
 * Characters that show as what they are
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

#ifndef __WINEDVC_PRINTABLE_H
#define __WINEDVC_PRINTABLE_H

#include <stddef.h>

/* The bytes of the character that a string begins with, if that is well-formed UTF-8 and can be shown, else 0.
 * Whatever the locale: letters, marks, digits, punctuation and symbols up to U+FFFF are shown; what is not
 * assigned, is somebody's own, cannot be seen, or changes how other characters are shown, is not. */
extern size_t printable_size( const char *text );

#endif /* __WINEDVC_PRINTABLE_H */
