/*
 * The PDUs of a host for the server, in turns
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

#ifndef __WINEDVC_LANES_H
#define __WINEDVC_LANES_H

#include <stdint.h>

#include "packet.h"

#define LANES 32

/*
 * Each channel's packets come out in the order in which they went in. Channels
 * whose numbers end alike share a lane, and the lanes take turns by packet: what
 * a channel says that was silent does not wait for all that the others have
 * said. Nothing here locks.
 */
struct lanes
{
    struct packet_queue queues[LANES];  /* initialized while they are not empty */
    uint32_t            waiting;    /* a bit for each that is not empty */
    unsigned int        turn;       /* where the next search begins */
    size_t              bytes;      /* of all packets */
};

extern void lanes_init( struct lanes *lanes );
extern void lanes_push( struct lanes *lanes, unsigned int channel, struct packet *packet );
/* Moves all that is in the others behind what is in these, lane by lane. */
extern void lanes_append( struct lanes *lanes, struct lanes *from );
/* Returns NULL if there is none. */
extern struct packet *lanes_pop( struct lanes *lanes );
extern void lanes_clear( struct lanes *lanes );

#endif /* __WINEDVC_LANES_H */
