/*
 * What the client's main thread and the I/O thread share
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

#ifndef __WINEDVC_EXCHANGE_H
#define __WINEDVC_EXCHANGE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "directory.h"
#include "namelist.h"
#include "packet.h"
#include "page.h"
#include "renderers.h"
#include "router.h"
#include "static.h"
#include "trace.h"

/*
 * The routing table of a session and the hosts' sockets and queues, under one
 * small lock, which nobody else takes: no function here waits for a host,
 * writes to a log or disk, or decodes frames while it has the lock. It lives as
 * long as the session's bridge.
 */
struct exchange;
struct port;

/* Makes the client's main thread call connection_token() with that token, which is not 0. Called while connected, with
 * the exchange's lock held: must not call the exchange. */
typedef bool exchange_post( void *context, uintptr_t token );

/* NULL without memory or descriptors. Trace and page must outlive it. */
extern struct exchange *exchange_create( const struct name_list *client_names, struct trace *trace, struct page *page,
                                         exchange_post *post, exchange_locate *locate, void *context );
extern void exchange_destroy( struct exchange *exchange );

/* Any thread */

/* The I/O thread comes round. */
extern void exchange_wake( struct exchange *exchange );

/* Renderers are possible from now on, in this connection, or are not. Mappings of the server's have come, changed or gone.
 * Not to be called with a lock that exchange_locate() takes. */
extern void exchange_set_rendering( struct exchange *exchange, bool possible );
extern void exchange_place_renderers( struct exchange *exchange );

/* The supervisor's calls, on the I/O thread */

/*
 * A host was started whose end of the socket this is: the exchange's from now on,
 * also on failure. Servers, NULL for all, must outlive the exchange. Nothing but
 * exchange_send() reaches the host until it is admitted: then it hears of the
 * connection, is offered channels, and the names that it is expected to listen on
 * count. Its plug-ins count in that row of the page, the search in none. NULL without
 * memory.
 */
extern struct port *exchange_add_host( struct exchange *exchange, unsigned int number, int fd,
                                       const struct name_list *servers, unsigned int row );
extern void exchange_admit_host( struct exchange *exchange, struct port *port );

/* The host has ended, or is to: its socket is closed, it is offered nothing more. What it sent before goes out, then
 * its channels are closed toward the server. The port is the caller's no longer. With discard what it sent before is
 * dropped. */
extern void exchange_remove_host( struct exchange *exchange, struct port *port, bool discard );

extern void exchange_send( struct exchange *exchange, struct port *port, uint16_t type, const void *fixed, size_t size,
                           const char *text );

enum port_status
{
    PORT_EMPTY,     /* nothing was there */
    PORT_SOME,      /* and probably nothing more is */
    PORT_MORE,      /* there may be more */
    PORT_ENDED,     /* the end of the socket */
};

/* Reads what the host has sent, once, with the I/O thread's buffer. */
extern enum port_status exchange_read( struct exchange *exchange, struct port *port, uint8_t *buffer, size_t size );
/* What there is to wait for on the socket: POLLIN, POLLOUT, both or 0. */
extern short exchange_poll_events( struct exchange *exchange, struct port *port, int *fd );

/* What has come of a host since the last call. */
struct heard
{
    bool                anything;
    struct packet_queue control;    /* oldest first: a packet's kind is the type, its data the body. The caller's */
    const char         *rule;       /* that the host broke */
    bool                no_memory;  /* the client has none for what it sent or is sent */
};
extern void exchange_hear( struct exchange *exchange, struct port *port, struct heard *heard );

/* Since when, in the time of clock_ms(), the host has said nothing, or it was sent something to which it has said
 * nothing. UINT64_MAX if it has answered a PING since then: it may sleep. */
extern uint64_t exchange_awaits( struct exchange *exchange, struct port *port );

/* Calls one of the router's functions that a host's name is given to. */
typedef enum name_result exchange_name_call( struct router *router, unsigned int host, const char *name );
extern enum name_result exchange_name( struct exchange *exchange, struct port *port, exchange_name_call *call,
                                       const char *name );
extern void exchange_set_ready( struct exchange *exchange, struct port *port );
extern void exchange_set_complete( struct exchange *exchange, struct port *port, bool complete );
extern void exchange_set_known( struct exchange *exchange, bool known );

/* Static channels. The client has to know them before it connects: it waits for exchange_set_static_known(). */
extern enum name_result exchange_declare_static( struct exchange *exchange, const char *name, uint32_t options );
/* A host, that is not ready yet, has one, and calls it by this number. *late is set where the client has not waited for
 * it, and not been told. */
extern enum name_result exchange_add_static( struct exchange *exchange, struct port *port, uint16_t stream,
                                             const char *name, uint32_t options, bool *late );
extern void exchange_set_static_known( struct exchange *exchange );

/* Renderers. Mapping returns the rule that the host has broken, or NULL; where it can have none, it is told so. Unmapping
 * one that there is not does nothing. */
extern const char *exchange_map( struct exchange *exchange, struct port *port, uint32_t id, uint64_t mapping );
extern void exchange_unmap( struct exchange *exchange, struct port *port, uint32_t id );

/* The settings that concern it; own_names must outlive it. */
extern void exchange_configure( struct exchange *exchange, unsigned int hold, const struct name_list *own_names );

/* Sends what waits for the hosts, returns credit, asks the main thread for a batch. False if that takes no more
 * tokens. To be called once a turn; exchange_time() says in microseconds when the next turn has to be at last,
 * UINT64_MAX if that is not needed. */
extern bool exchange_end_turn( struct exchange *exchange );
extern uint64_t exchange_time( struct exchange *exchange );
/* An eventfd that is readable when exchange_wake() was called; exchange_woken() resets it. */
extern int exchange_wake_fd( const struct exchange *exchange );
extern void exchange_woken( struct exchange *exchange );
/* Readable when hosts are to be read that the main thread reads as well, but does not wait for now. Stopping the alarm
 * returns false if it did not go off; when they have been read it is restarted. */
extern int exchange_alarm_fd( const struct exchange *exchange );
extern bool exchange_stop_alarm( struct exchange *exchange );
extern void exchange_restart_alarm( struct exchange *exchange );

/* What router_take_unsaid() returns is added to *unsaid. */
extern struct packet *exchange_take_note( struct exchange *exchange, unsigned int *unsaid );
extern void exchange_trace_counters( struct exchange *exchange );

/* The connection's calls, on the main thread */

/* Waits until the static channels are known, or for as long as a channel would wait for its host. Returns their number. */
extern size_t exchange_await_static( struct exchange *exchange, struct static_def defs[WINEDVC_MAX_STATIC] );
/* Before a connection begins: what the server calls it until that ends; 0, as for those that are not named, if it has not
 * granted it. */
extern void exchange_set_static_id( struct exchange *exchange, const char *name, uint16_t id );

/* A connection begins, another one having ended if there was one; ends. */
extern void exchange_connect( struct exchange *exchange, const char *server );
extern void exchange_disconnect( struct exchange *exchange, uint32_t code );

/* The names that were offered, or "" if one of them was asked for or there was no connection. */
extern void exchange_list_unused( struct exchange *exchange, char *names, size_t size );

/* A whole message of the server. What FreeRDP is to get before anything else is moved to to_client. ROUTE_CLIENT if the
 * message is FreeRDP's, too, ROUTE_HOST if a host got it. */
extern enum route exchange_route( struct exchange *exchange, const uint8_t *pdu, size_t size,
                            struct packet_queue *to_client );
/* A chunk of a static channel. */
extern enum static_route exchange_receive_static( struct exchange *exchange, uint16_t id, const uint8_t *chunk, size_t size,
                                                  uint32_t flags, uint32_t total );
/* Does the message that begins with this chunk concern a host? It can not be delivered: it is too long, or has no end. */
extern bool exchange_claims( struct exchange *exchange, const uint8_t *chunk, size_t size );
extern void exchange_break( struct exchange *exchange, const uint8_t *chunk, size_t size );
/* Gives up waits that have taken too long. */
extern void exchange_expire( struct exchange *exchange, struct packet_queue *to_client );

/* Moves PDUs for the server, of so many bytes and one PDU more at most. The hosts take turns. Of a chunk of a static
 * channel, whose kind is not 0, host is the channel's id; data is a frame's body, whose flags are kind >> 16. One without
 * a byte says that the rest of a message will not come. Returns true if it ended early, since it has dropped many. */
extern bool exchange_take_pdus( struct exchange *exchange, size_t room, struct packet_queue *pdus );

/* Takes a picture that can be drawn; false if there is none. The renderers take turns. It is to be given back. */
extern bool exchange_take_picture( struct exchange *exchange, struct picture *picture );
extern void exchange_end_picture( struct exchange *exchange, struct picture *picture, bool drawn );

/* A token has come. Returns false if it does not count. */
extern bool exchange_token_returns( struct exchange *exchange, uintptr_t token );
/* A batch has ended, for which a token had come, or not. The next one is asked for when there is something to send, and
 * not before so many microseconds. */
extern void exchange_end_batch( struct exchange *exchange, bool token, uint64_t pause );
/* The link is busy: for a while a host has no more than a window of so many bytes in our hands. */
extern void exchange_tighten( struct exchange *exchange, size_t window );

/* The main thread reads the hosts itself, until exchange_stop_main_reads(), when a descriptor is readable, which is -1 if
 * there is none. If its loop can not wait for that it does so in exchange_await() alone, and the I/O thread else. */
extern int exchange_hosts_fd( const struct exchange *exchange );
extern void exchange_start_main_reads( struct exchange *exchange, bool loop_waits );
extern void exchange_stop_main_reads( struct exchange *exchange );
/* Reads what hosts have sent, of each as much as its window holds. Returns false if none has, else exchange_end_batch()
 * has to follow. */
extern bool exchange_read_ready( struct exchange *exchange, uint8_t *buffer, size_t size );
/* Waits for so many microseconds at most until a host has sent something. Returns false if none has, or if one of the
 * descriptors became readable. There is no alarm until it is restarted. */
extern bool exchange_await( struct exchange *exchange, const int *descriptors, unsigned int count, unsigned int us );

#endif /* __WINEDVC_EXCHANGE_H */
