/*
 * A host's place in the exchange: its socket and what waits there
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

#ifndef __WINEDVC_PORT_H
#define __WINEDVC_PORT_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "frames.h"
#include "lanes.h"
#include "namelist.h"
#include "packet.h"
#include "page.h"

/* Bytes of answers and CLOSEs, which wait for no credit, that a host may have in our hands: those of all the channels that
 * it may have, with what it still has to end. */
#define PORT_MAX_ANSWERS 1048576
/* The memory of what a host may leave unread before it is given up. */
#define PORT_MAX_UNREAD 67108864
/* What its control frames may cost in a second: some time for each, and their bytes. */
#define PORT_CONTROL_COST   256
#define PORT_CONTROL_BUDGET 2097152

/* Credit is returned by itself from so many bytes on; less goes with the next PDU to the host, or after a while. */
#define PORT_CREDIT_BYTES   32768
#define PORT_CREDIT_MS      20

/*
 * Made by the supervisor with a host's end of its socket; belongs to the exchange,
 * which frees it when the supervisor has let go of it and its last PDU has gone
 * out. One thread at a time reads the socket, and has "reading"; that is taken
 * before the exchange's lock.
 */
struct port
{
    struct port            *next;       /* in the exchange, by number */
    unsigned int            number;     /* from 1; 0 is the search for plug-ins */
    const struct name_list *servers;    /* the connections that it takes part in; NULL for all */

    pthread_mutex_t         reading;
    /* protected by reading */
    struct frame_reader     reader;
    bool                    greeted;    /* HELLO has come */
    uint64_t                budget_time;
    uint64_t                budget;     /* that what port_speaks() counts has used since then */

    /* protected by the exchange's lock */
    int                     fd;         /* -1 after the end of the socket */
    bool                    admitted;   /* all that is to come before the first connection is sent */
    bool                    takes_part; /* in this connection */
    bool                    watched;    /* the client's main thread may read it */
    bool                    ready;      /* its plug-ins have declared what they will */
    bool                    ended;      /* the supervisor has let go of it */
    struct packet_queue     out;        /* frames that the socket did not take yet */
    size_t                  out_offset; /* in the first of them */
    struct lanes            pdus;       /* for the server; kind: 0, of a chunk of a static channel its flags and stream */
    struct packet_queue     control;    /* for the supervisor: a packet's kind is the frame's type */
    size_t                  window;     /* bytes of its PDUs, up to WINEDVC_WINDOW, not yet credited */
    size_t                  credit;     /* bytes of them that may be */
    uint64_t                credit_time;/* when all of those are returned, UINT64_MAX if there are none */
    uint32_t                purging;    /* the connection whose PURGED is to come, 0 for none: what comes before that is
                                         * of an older one, and earns no credit */
    bool                    pinged;     /* and has not answered: the I/O thread reads it, too, since the main thread may
                                         * be held by the client */
    bool                    heard;      /* something was read since the supervisor asked last */
    uint64_t                awaited;    /* when the host said something last, or was sent something first after that;
                                         * UINT64_MAX if it has answered a PING since then */
    const char             *rule;       /* the rule that it broke, if any */
    bool                    no_memory;  /* the client has none for what it sent or is sent */
    struct page_port       *page;       /* its row of the page; NULL for the search */
};

/* The ports of a session. Like all of a port but its reader it is protected by the exchange's lock. */
struct ports
{
    struct port *first;
    unsigned int turn;                  /* the host whose PDU went out last */
    int          epoll;                 /* those that the client's main thread may read; -1 if it can not. Never changes */
    int          alarm;                 /* the epoll descriptor is readable: told once after each ports_arm() */
};

/* The link is busy: until a time a host's window is no larger than that needs. */
struct tight
{
    uint64_t time;
    size_t   window;
};

/* What was read of a socket in one go. */
struct intake
{
    struct lanes        pdus;
    struct packet_queue control;
    struct packet_queue pictures;       /* parts of them */
    unsigned int        count;          /* of PDUs */
    size_t              data_end;       /* bytes of PDUs up to the last that waits for credit */
    const char         *rule;           /* that was broken behind all that */
    bool                no_memory;
    bool                pong;           /* the answer to a PING was among it */
    bool                purged;         /* what follows is of a new connection */
    uint32_t            epoch;          /* the one that was purged */
};

/* NULL without memory; the socket is the caller's then. */
extern struct port *port_create( unsigned int number, int fd, const struct name_list *servers );
extern void port_destroy( struct port *port );

/*
 * Reads so many bytes at most into a buffer, as recv(), and without waiting.
 * Needs "reading".
 */
extern ssize_t port_receive( struct port *port, void *buffer, size_t size );
/* Decodes them, up to a frame that begins a new connection. Needs "reading" and no lock. */
extern void port_decode( struct port *port, const uint8_t **data, size_t *size, struct intake *intake );

/* Counts a control frame of so many bytes, or another one that is no better. Returns the rule that it breaks: a host may not
 * say more. NULL if it may. Needs "reading". */
extern const char *port_speaks( struct port *port, size_t size );

/* These need the exchange's lock, and never wait. */

/* Sends a frame whose body is the two parts, or queues it. Credit, if there is some to return, goes with it. */
extern void port_send( struct port *port, uint16_t stream, uint16_t flags, const void *first, size_t first_size,
                       const void *second, size_t second_size, size_t credit );
/* Sends what is queued, as far as the socket takes it. */
extern void port_flush( struct port *port );
/* Takes what was read. Returns how many PDUs it dropped, since they are of no connection that there is. */
extern unsigned int port_accept( struct port *port, struct intake *intake, bool connected );
/* Drops the PDUs for the server, which gives their bytes back to the host's window. Returns their number. */
extern unsigned int port_drop_pdus( struct port *port );
/* Shows what waits there. */
extern void port_show( const struct port *port );
/* Closes the socket. What was to be sent is dropped. */
extern void port_close( struct port *port );

/* Bytes of its PDUs for which credit may be returned now. */
extern size_t port_credit( const struct port *port, const struct tight *tight, uint64_t now );
/* Sends the credit if it is due, else notes when it will be. */
extern void port_return_credit( struct port *port, const struct tight *tight, uint64_t now );

extern void ports_init( struct ports *ports );
/* Destroys them, too. */
extern void ports_clear( struct ports *ports );
/* Numbers grow. */
extern void ports_add( struct ports *ports, struct port *port );
/* Destroys it, too. */
extern void ports_remove( struct ports *ports, struct port *port );
extern struct port *ports_find( const struct ports *ports, unsigned int number );
/* The one whose turn it is among those that have PDUs for the server; NULL if none has. */
extern struct port *ports_next( const struct ports *ports );

/* The client's main thread may read it from now on; may not. */
extern void ports_watch( struct ports *ports, struct port *port );
extern void ports_unwatch( struct ports *ports, struct port *port );
/* The alarm goes off when one of them has sent something, or not any more. These need no lock. */
extern void ports_arm( const struct ports *ports, bool armed );
/* Stops an alarm that goes off. Returns false if there is none. */
extern bool ports_stop_alarm( const struct ports *ports );
/* The hosts that have sent something to be read there, so many at most. Needs no lock. */
#define PORTS_READY 16
extern size_t ports_list_ready( const struct ports *ports, unsigned int numbers[PORTS_READY] );

#endif /* __WINEDVC_PORT_H */
