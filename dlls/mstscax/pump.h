/*
 * The sending side: what plug-ins write, and what the transport takes of it
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

#ifndef __MSTSCAX_PUMP_H
#define __MSTSCAX_PUMP_H

#include "mstscax_private.h"

struct static_chunk;

extern void pump_init( struct client *client );

/* Our own threads: takes the role if it is free, and returns when nothing is left to do; otherwise whoever has it goes
 * on. No lock may be held. */
extern void pump_run( struct client *client );

/* The standby's: memory of writes that is free goes back to the system. */
extern void pump_trim( struct client *client );

/* The receive path's: a PDU that belongs to no channel. */
extern void pump_post_control( struct client *client, const void *pdu, SIZE_T size );

/* The transport has completed or cancelled so many bytes of it, all of one run; without a run's size, the next PDU.
 * pump_run_if_full follows. */
extern void pump_complete( struct client *client, struct write *write, SIZE_T size );
/* The same for a chunk of a static channel. */
extern void pump_complete_static( struct client *client, struct static_chunk *chunk, BOOL dropped );
extern void pump_run_if_full( struct client *client );

/* The receive path's: ends a channel if what it has taken is over the limit of all together. Needs no lock. */
extern void pump_check_limit( struct client *client );

/* The standby's: how many milliseconds until the pump has something to do for the time. */
extern DWORD pump_wait_time( struct client *client );

#endif /* __MSTSCAX_PUMP_H */
