/*
 * The sockets that the client sends through
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

#ifndef __WINEDVC_UPLINK_H
#define __WINEDVC_UPLINK_H

#include <stddef.h>

#include "pace.h"

/* A gateway takes two. They are the client's, which may close them whenever it runs. */
struct uplink
{
    int          sockets[4];
    unsigned int count;
};

/* Picks the TCP sockets out of the descriptors. */
extern void uplink_find( struct uplink *uplink, const int *descriptors, size_t count );

extern void uplink_sample( const struct uplink *uplink, struct pace_sample *sample );

/* While it is corked, what is sent waits to fill a segment. For less time than anybody notices. */
extern void uplink_cork( const struct uplink *uplink, bool corked );

#endif /* __WINEDVC_UPLINK_H */
