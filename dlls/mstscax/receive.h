/*
 * What the server sends
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

#ifndef __MSTSCAX_RECEIVE_H
#define __MSTSCAX_RECEIVE_H

#include "mstscax_private.h"

/* The receive path's. A chunk of the static channel, which may begin, continue or end a message. */
extern void client_receive( struct client *client, const BYTE *data, UINT32 size, UINT32 total, UINT32 flags );
/* A new connection. */
extern void client_reset_receive( struct client *client );

#endif /* __MSTSCAX_RECEIVE_H */
