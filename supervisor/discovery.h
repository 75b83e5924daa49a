/*
 * Which plug-ins there are
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

#ifndef __WINEDVC_DISCOVERY_H
#define __WINEDVC_DISCOVERY_H

#include <stdbool.h>
#include <stdint.h>

struct supervisor;

/* All are called on the I/O thread. */

/* Reads configuration and record, and begins. */
extern void discovery_begin( struct supervisor *supervisor );

/* When something is to be done, UINT64_MAX if it is not; does it. */
extern uint64_t discovery_time( const struct supervisor *supervisor );
extern void discovery_proceed( struct supervisor *supervisor );

/* Writes into the record what it does not have yet. */
extern void discovery_store( struct supervisor *supervisor );

#endif /* __WINEDVC_DISCOVERY_H */
