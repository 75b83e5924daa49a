/*
 * What is known before hosts are started
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

#ifndef __WINEDVC_SETUP_H
#define __WINEDVC_SETUP_H

#include "bridge_private.h"

/* Has winedvc-session started, which says what the configuration is and which plug-ins there were. I/O thread, without
 * the lock, as all here. */
extern void setup_begin( struct bridge *bridge );

/* Its socket is readable. */
extern void setup_read( struct bridge *bridge );

/* Has the record written, once all that it is to hold is known. */
extern void setup_store( struct bridge *bridge );

/* When to go on without it, in the time of clock_ms(); UINT64_MAX if nobody waits for it. */
extern uint64_t setup_time( const struct bridge *bridge );
extern void setup_expire( struct bridge *bridge );

#endif /* __WINEDVC_SETUP_H */
