/*
 * One session: a static channel and what depends on it
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

#ifndef __MSTSCAX_CLIENT_H
#define __MSTSCAX_CLIENT_H

#include "mstscax_private.h"

extern struct client *client_create( const struct channel_api *api );
extern void client_event( struct client *client, UINT event );
extern void client_channel_event( struct client *client, UINT event, void *data, UINT32 size, UINT32 total_size,
                                  UINT32 flags );

#endif /* __MSTSCAX_CLIENT_H */
