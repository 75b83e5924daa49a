/*
 * Which hosts are started, and when
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

#ifndef __WINEDVC_LAUNCH_H
#define __WINEDVC_LAUNCH_H

#include "host.h"
#include "plugins.h"
#include "supervisor.h"

/* All are called on the I/O thread. */

/* Starts a process, which has the number from now on. Arguments end with NULL; group is NULL for the search. Returns
 * false, and writes a line, if there is none. */
extern bool launch_host( struct supervisor *supervisor, unsigned int number, unsigned int bits, const char *title,
                         char *const *arguments, struct group *group );

/* May one more be started? Not while some of as many as there may be are not quite gone. */
extern bool launch_has_room( const struct supervisor *supervisor );

/* The record is there: what it has is started at once. */
extern void launch_recorded( struct supervisor *supervisor );

/* The list of plug-ins is complete: what is new is started, what is not in it is ended. */
extern void launch_found( struct supervisor *supervisor );

/* Starts what is due; the next such time, UINT64_MAX if there is none. */
extern void launch_due( struct supervisor *supervisor );
extern uint64_t launch_time( const struct supervisor *supervisor );

/* Tells the router, once, that no host will be added any more. */
extern void launch_tell_known( struct supervisor *supervisor );

#endif /* __WINEDVC_LAUNCH_H */
