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

#include "packet.h"

/*
 * The routing table of one session, a pure state machine: no I/O, no clock, no
 * thread, no FreeRDP. The caller serializes all calls, asks for each PDU where
 * it goes, and fetches with router_take() what the router itself has to say.
 * Packets fetched after a call go out before the PDU that the call was about.
 *
 * A host is known by its number, from 1; where several listen on one name, they
 * are offered the channel in that order until one accepts. Every host is its PDUs' only author: the
 * caller passes them in the order in which the host sent them, at the moment when
 * they would go to the server.
 */

/* Longest wait of a CREATE_REQ for hosts that have not announced their names yet, until router_set_hold() sets
 * another. */
#define ROUTER_HOLD_MS 10000

enum route
{
    ROUTE_CLIENT,   /* to FreeRDP's own dynamic channels */
    ROUTE_HOST,
    ROUTE_SERVER,
    ROUTE_DROP,     /* to nobody: consumed, or too late */
    ROUTE_EPOCH,    /* the server began anew: call router_reset() and ask again */
    ROUTE_BROKEN,   /* the host broke a rule */
};

/* What became of a channel of a host. */
enum router_note
{
    NOTE_OPEN,
    NOTE_REFUSED,   /* by this host; another one may be offered it */
    NOTE_CLOSED,    /* by the host */
    NOTE_LEFT,      /* closed by the server */
    NOTE_LOST,      /* the host is gone */
    NOTE_BROKEN,    /* router_break() */
};

struct router;

/* The names, up to a NULL, are those of channels that FreeRDP serves; they are not copied. */
extern struct router *router_create( const char *const *client_names );
extern void router_destroy( struct router *router );

extern void router_set_hold( struct router *router, unsigned int milliseconds );

/* Forgets the channels, the server's capabilities and all packets, not the notes, the hosts and their names. */
extern void router_reset( struct router *router );

/* Each returns false without memory. */
/* Of FreeRDP's names this one is for hosts: to be called before any listens. */
extern bool router_add_own( struct router *router, const char *name );
/* A host that is barred takes no part in the connection: it is as if it listened on nothing. */
extern bool router_host_add( struct router *router, unsigned int host, bool barred );

/* For a connection that begins. */
extern void router_host_bar( struct router *router, unsigned int host, bool barred );
extern bool router_host_is_barred( const struct router *router, unsigned int host );
/* What it has not listened on by now is not expected of it any more. */
extern void router_host_ready( struct router *router, unsigned int host );
/* The host is offered nothing more; PDUs that it sent before may still come. router_host_gone() follows. */
extern void router_host_leaves( struct router *router, unsigned int host );
/* The host's channels are closed toward the server, what it was offered goes to the next one. */
extern void router_host_gone( struct router *router, unsigned int host );
/* Is every host expected to listen on all that it will listen on? Then nothing waits for other names. */
extern void router_names_complete( struct router *router, bool complete );
/* No host will be added any more; one will be, so that names may come that nobody listens on yet. */
extern void router_hosts_known( struct router *router );
extern void router_hosts_expected( struct router *router );

/* Return NULL, or the rule that the host broke. A name that a host is expected to listen on, when it is ready, is
 * offered to it as if it did, and the channel waits for it. */
extern const char *router_expect( struct router *router, unsigned int host, const char *name );
extern const char *router_listen( struct router *router, unsigned int host, const char *name );
extern const char *router_unlisten( struct router *router, unsigned int host, const char *name );

/* The names that hosts listen on, from 0; NULL after the last. */
extern const char *router_name( const struct router *router, size_t index );

/* A whole message of the server. Time is in milliseconds from any start. *host is set for ROUTE_HOST. */
extern enum route router_server_pdu( struct router *router, const uint8_t *pdu, size_t size, uint64_t now,
                                     unsigned int *host );

/* Does the message that begins with these bytes concern a host, so that it has to be put together
 * before router_server_pdu() sees it? */
extern bool router_claims( const struct router *router, const uint8_t *chunk, size_t size );

/* The message that begins with these bytes cannot be delivered: its channel ends, on both sides. */
extern void router_break( struct router *router, const uint8_t *chunk, size_t size );

/* A PDU of a host: ROUTE_SERVER, ROUTE_DROP or ROUTE_BROKEN; *rule is set for the last. */
extern enum route router_host_pdu( struct router *router, unsigned int host, const uint8_t *pdu, size_t size,
                                   const char **rule );

/* Gives up the holds whose time has come; the next such time, UINT64_MAX if nothing is held. */
extern void router_expire( struct router *router, uint64_t now );
extern uint64_t router_deadline( const struct router *router );

/* The next of the router's own packets to the client, a host or the server. The caller frees it. */
extern struct packet *router_take( struct router *router, enum route to );
extern bool router_owes( const struct router *router, enum route to );

/* The next note, NULL if there is none: the packet's kind is a router_note, its host the channel's, its data a string,
 * the channel's name and id. Some kilobytes of them are kept, more are lost. The caller frees it. */
extern struct packet *router_take_note( struct router *router );

/* Was a channel ever opened by a host? */
extern bool router_opened( const struct router *router );

#endif /* __WINEDVC_ROUTER_H */
