/*
 * The channels of a session, by id
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

#ifndef __MSTSCAX_TABLE_H
#define __MSTSCAX_TABLE_H

#include "mstscax_private.h"

/* More are refused. */
#define MAX_CHANNELS 65536

/* All take client->lock. A channel in the table has a reference of the pump's. */

/* The one that the server gave the id to last, with a reference; or NULL. */
extern struct channel *table_get( struct client *client, UINT32 id );
/* FALSE if the table is full, or without memory. */
extern BOOL table_add( struct client *client, struct channel *channel );
/* FALSE if the old one is not in the table any more. */
extern BOOL table_replace( struct client *client, struct channel *old, struct channel *channel );
extern void table_remove( struct client *client, struct channel *channel );

/* The server ends it, or all, or something does in its place: they leave the table, and a node for each tells the
 * pump. pump_run follows. */
extern void table_end( struct client *client, struct channel *channel, enum channel_end end );
extern void table_end_all( struct client *client, enum channel_end end );

/* The pump's: closes those that plug-ins closed without leaving a node. */
extern void table_close_ended( struct client *client, void (*close)( struct client *client,
                                                                     struct channel *channel ) );
/* The pump's: the channel that keeps most, with a reference; NULL if none keeps anything. */
extern struct channel *table_find_largest( struct client *client );
/* Our threads': memory for messages to come that was not used lately goes; FALSE if none is left. */
extern BOOL table_age_spares( struct client *client );

#endif /* __MSTSCAX_TABLE_H */
