/*
 * What the parts of the exchange share: exchange.c, chunks.c, reading.c
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

#ifndef __WINEDVC_STATE_H
#define __WINEDVC_STATE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/eventfd.h>

#include "port.h"
#include "renderers.h"
#include "router.h"
#include "static.h"
#include "trace.h"

/* A host that is silent for so long after it had something to do is the supervisor's business. */
#define AWAIT_MS 5000

struct exchange
{
    pthread_mutex_t lock;
    pthread_cond_t  known;          /* signals static_known */
    int             wake;           /* eventfd */
    struct trace   *trace;
    bool          (*post)( void *context, uintptr_t token );
    exchange_locate *locate;
    void           *context;        /* of both */

    /* protected by lock */
    struct router  *router;
    struct ports    ports;
    struct statics  statics;
    struct renderers renderers;
    bool            rendering;      /* there may be some */
    bool            static_known;   /* the client need not wait */
    unsigned int    hold;           /* milliseconds that it waits at most */
    const struct name_list *own_names;
    bool            connected;
    bool            main_reads;
    bool            loop_waits;     /* the main loop, for the hosts; else the alarm wakes the I/O thread */
    bool            main_sends;     /* it has read some, and a batch follows */
    uint32_t        epoch;          /* counts connections */
    char            server[256];
    uint64_t        anew_time;      /* since then, in milliseconds, the server has begun anew so often */
    unsigned int    anew;
    uintptr_t       token;          /* the last that was posted: only this one counts when it returns */
    bool            posted;         /* and has not returned */
    uint64_t        batch_time;     /* no token is posted before it, in microseconds */
    uint64_t        visit_time;     /* the I/O thread comes round by then, in milliseconds; UINT64_MAX if it need not */
    struct tight    tight;
    struct page_traffic *page;      /* what the user sees, with what we ignored, dropped or said in a host's place */
};

static inline void exchange_lock( struct exchange *exchange )
{
    pthread_mutex_lock( &exchange->lock );
}

static inline void exchange_unlock( struct exchange *exchange )
{
    pthread_mutex_unlock( &exchange->lock );
}

/* The I/O thread comes round. */
static inline void exchange_signal( struct exchange *exchange )
{
    eventfd_write( exchange->wake, 1 );
}

/* These need the lock. */

/* The I/O thread comes round by then, in milliseconds, if it would sleep longer. */
extern void exchange_need_visit( struct exchange *exchange, uint64_t time );
/* Removes a host that has ended when its last PDU is gone: the port is the caller's no longer. */
extern void exchange_check_gone( struct exchange *exchange, struct port *port );
/* Sends a frame whose body is the two parts, with the credit that is due. */
extern void exchange_send_frame( struct exchange *exchange, struct port *port, uint16_t stream, uint16_t flags,
                                 const void *first, size_t first_size, const void *second, size_t second_size );
/* Whoever breaks a rule is not heard any more. */
extern void exchange_note_breach( struct exchange *exchange, struct port *port, const char *rule );

/* Is it a host of plug-ins that the connection concerns? */
extern bool port_is_concerned( const struct port *port );

/* rendering.c */

/* Tells the host whether renderers are possible now. */
extern void exchange_tell_rendering( struct exchange *exchange, struct port *port );
/* What a host has sent of a picture. */
extern void exchange_take_picture_part( struct exchange *exchange, struct port *port, const struct packet *packet );
/* The connection ends: there are no renderers any more. */
extern void exchange_end_rendering( struct exchange *exchange );

/* chunks.c */

/* A connection has begun, or the host has become ready: sends which of its static channels the server has, and what has
 * come there meanwhile. */
extern void exchange_tell_joined( struct exchange *exchange, struct port *port );
/* An empty chunk, for the client alone, of a channel whose last message has no end; NULL if there is none, or no memory
 * for it now. */
extern struct packet *exchange_take_cut( struct exchange *exchange );
/* May a chunk of a static channel go out? Sets the packet's host to the channel's id then. */
extern bool exchange_may_send_chunk( struct exchange *exchange, struct port *port, struct packet *packet );

#endif /* __WINEDVC_STATE_H */
