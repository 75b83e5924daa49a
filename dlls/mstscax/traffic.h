/*
 * What crossed the wire, by channel name
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

#ifndef __MSTSCAX_TRAFFIC_H
#define __MSTSCAX_TRAFFIC_H

#include "mstscax_private.h"

/* client->lock held. NULL without memory. */
extern struct traffic *traffic_get( struct client *client, const char *name );

/* The one with that index, by age, NULL after the last. Takes client->lock. */
extern const struct traffic *traffic_find( struct client *client, UINT32 index );

#endif /* __MSTSCAX_TRAFFIC_H */
