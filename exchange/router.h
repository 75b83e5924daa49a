/*
 * Which PDU of the drdynvc stream goes where
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

#ifndef __WINEDVC_ROUTER_H
#define __WINEDVC_ROUTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "directory.h"
#include "packet.h"
#include "page.h"

/*
 * The routing table of one session, a pure state machine: no I/O, no clock, no
 * thread, no FreeRDP. The caller serializes all calls, asks for each PDU where
 * it goes, and fetches with router_take() what the router itself has to say.
 * Packets fetched after a call go out before the PDU that the call was about.
 *
 * A host is known by its number, from 1; where several listen on one name, they
 * are offered the channel in that order until one accepts. A host is its PDUs'
 * only author: the caller passes them in the order in which the host sent them,
 * at the moment when they would go to the server.
 *
 * A call costs no more with many channels than with few, but for those of a host
 * that ends.
 */

/* Longest wait of a CREATE_REQ for hosts that have not announced their names yet, until router_set_hold() sets
 * another, also for those that wait already. */
#define ROUTER_HOLD_MS 10000

enum route
{
    ROUTE_CLIENT,   /* to FreeRDP's own dynamic channels */
    ROUTE_HOST,
    ROUTE_SERVER,
    ROUTE_TAKEN,    /* a CREATE_REQ that the router has taken, for a host or until there is one */
    ROUTE_NOBODY,   /* it has come too late, or is nobody else's business */
    ROUTE_EPOCH,    /* the server began anew: call router_reset() and ask again */
    ROUTE_BROKEN,   /* the host broke a rule */
};

/* What became of a channel. */
enum router_note
{
    NOTE_OPEN,
    NOTE_REFUSED,       /* by this host; another one may be offered it */
    NOTE_CLOSED,        /* by the host */
    NOTE_ENDED,         /* by the server */
    NOTE_LOST,          /* the host is gone */
    NOTE_BROKEN,        /* router_break() */
    NOTE_FULL,          /* not offered: this host, or the session, has too many */
    NOTE_LATE,          /* it waited in vain for this host, or, without one, for any */
    NOTE_CLIENTS,       /* left to FreeRDP, since no host listens on its name */
};

struct router;

/* The names are those of the channels that FreeRDP serves in this session; they are copied. The seed is a random number: a
 * server that does not know it can not choose names and ids that take long to find. NULL without memory. */
extern struct router *router_create( const struct name_list *client_names, uint64_t seed );
extern void router_destroy( struct router *router );

/* Channels that come are shown there, which must outlive the router. */
extern void router_show( struct router *router, struct page_traffic *page );

extern void router_set_hold( struct router *router, unsigned int milliseconds );

/* Forgets the channels, the server's capabilities and all packets, not the notes, the hosts and their names. */
extern void router_reset( struct router *router );

/* Of FreeRDP's names this one is for hosts: to be called before any listens. */
extern void router_add_own_name( struct router *router, const char *name );

/* One that takes no part in the connection is as if it listened on nothing. Returns false without memory. */
extern bool router_add_host( struct router *router, unsigned int host, bool takes_part );
/* Where a page is, its channels count in that row, too. */
extern void router_show_host( struct router *router, unsigned int host, unsigned int row );
/* For a connection that begins. */
extern void router_set_part( struct router *router, unsigned int host, bool takes_part );
/* The host listens on all that it will listen on at its start. */
extern void router_set_ready( struct router *router, unsigned int host );
/* The host is offered nothing more; PDUs that it sent before may still come, until it is removed. */
extern void router_retire_host( struct router *router, unsigned int host );
/* The host's channels are closed toward the server, what it was offered goes to the next one. */
extern void router_remove_host( struct router *router, unsigned int host );
/* Is the host expected to listen on all that it will listen on at its start? Then nothing else waits for it. */
extern void router_set_complete( struct router *router, unsigned int host, bool complete );
/* Is every host there? If not, names may come that nobody listens on yet. */
extern void router_set_known( struct router *router, bool known );

/* A name that a host is expected to listen on, when it is ready, is offered to it as if it did, and the channel waits
 * for it. */
extern enum name_result router_expect( struct router *router, unsigned int host, const char *name );
extern enum name_result router_listen( struct router *router, unsigned int host, const char *name );
extern enum name_result router_unlisten( struct router *router, unsigned int host, const char *name );

/* The names that hosts listen on, separated by commas, as far as they have room: then "..." ends them. */
extern void router_list_names( const struct router *router, char *text, size_t size );

/* A whole message of the server. Time is in milliseconds from any start. *host is set for ROUTE_HOST. */
extern enum route router_server_pdu( struct router *router, const uint8_t *pdu, size_t size, uint64_t now,
                                     unsigned int *host );

/* Does the message that begins with these bytes concern a host, so that it has to be put together
 * before router_server_pdu() sees it? */
extern bool router_claims( const struct router *router, const uint8_t *chunk, size_t size );

/* The message that begins with these bytes cannot be delivered: its channel ends, on both sides. */
extern void router_break( struct router *router, const uint8_t *chunk, size_t size );

/* A PDU of a host: ROUTE_SERVER, ROUTE_NOBODY or ROUTE_BROKEN; *rule is set for the last. */
extern enum route router_host_pdu( struct router *router, unsigned int host, const uint8_t *pdu, size_t size,
                                   const char **rule );

/* Ends the waits whose time has come; the next such time, UINT64_MAX if nothing waits. */
extern void router_expire( struct router *router, uint64_t now );
extern uint64_t router_deadline( const struct router *router );

/* The next of the router's own packets to the client, a host or the server. The caller frees it. */
extern struct packet *router_take( struct router *router, enum route to );
extern bool router_has_packets( const struct router *router, enum route to );

/* The next note, NULL if there is none: the packet's kind is a router_note, its host the channel's, its data a string,
 * the channel's name and id. Some kilobytes of them are kept, more are lost. The caller frees it. */
extern struct packet *router_take_note( struct router *router );
/* How many of the router's own packets and of the server's offers have found no memory since the last call: who waits
 * for one waits in vain, and FreeRDP refuses what a host would have been offered. */
extern unsigned int router_take_unsaid( struct router *router );
/* Is there any of these two? */
extern bool router_has_notes( const struct router *router );

/* Has the server ever asked for a channel that a host listens on or was to listen on? */
extern bool router_was_asked( const struct router *router );

#endif /* __WINEDVC_ROUTER_H */
