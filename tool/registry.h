/*
 * What winedvc.exe changes in a prefix
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

#ifndef __WINEDVC_REGISTRY_H
#define __WINEDVC_REGISTRY_H

#include <stdbool.h>

#include "target.h"

/* Runs winedvc.exe of so many bits, with what is to be done (see programs/winedvc/winedvc.h) and its one or two
 * arguments, value NULL for one. Returns false, with a line for the user, if that was not done. */
extern bool registry_change( const struct target *target, unsigned int bits, const char *what, const char *name,
                             const char *value );

#endif /* __WINEDVC_REGISTRY_H */
