/*
 * The channels of hosts, with what state each is in
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

#ifndef __WINEDVC_CHANNELS_H
#define __WINEDVC_CHANNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <wine/list.h>

#include "directory.h"
#include "drdynvc.h"
#include "packet.h"
#include "page.h"

/*
 * The channels that hosts have, or that wait for a host: found by what the server
 * or a host calls them, counted and bounded. The router, whose part this is, says
 * what happens to them, and tells the server and the hosts.
 *
 *                  CREATE_REQ (server)
 *                       |
 *         no host yet   |   a host listens
 *       +---------------+----------------+
 *       v                                v    refused, another host may come
 *   WAITING --a host listens--------> OFFERED ------------> WAITING
 *       |                                |  \
 *       | in vain: FreeRDP's,            |   \ refused by all: to the server
 *       v or refused                     |    v
 *     (gone)                   CREATE_RSP|  (gone)
 *                                        v
 *                                      OPEN --CLOSE of the host, or its end--> CLOSED --id used anew--> (gone)
 *                                        |
 *     CLOSE of the server, in OFFERED and OPEN; id used anew
 *                                        v
 *                                      ENDED --CLOSE or refusal of the host, or its end--> (gone)
 *
 * Finding, adding and removing one costs no more with many than with few.
 */

/* Channels that hosts may have in a session; each host may have so many of its own, whatever others have. */
#define CHANNELS_MAX         65536
#define CHANNELS_MAX_HOST    1024
/* Channels that the server has ended and of which a host's last word is still to come. It gets no more until then. */
#define CHANNELS_MAX_ENDED   4096
/* Channels that wait for hosts, all in all and of one name. */
#define CHANNELS_MAX_WAITING 65536
#define CHANNELS_MAX_NAME    1024

enum channel_state
{
    CHANNEL_WAITING,    /* for hosts that have not announced their names yet */
    CHANNEL_OFFERED,    /* its CREATE_REQ is with the host */
    CHANNEL_OPEN,
    CHANNEL_CLOSED,     /* by us: what the server sent before it knew is swallowed */
    CHANNEL_ENDED,      /* by the server: the host's last PDUs of it are still to come */
};

/* A member of a list that the channel is not in points to itself. */
struct channel
{
    struct list            id_entry;    /* channels->ids: the last that the server gave this id, but for one of which the
                                         * server waits for nothing */
    struct list            own_entry;   /* channels->own, by host and id, by age: those that have a host */
    struct list            host_entry;  /* its host's, by age */
    struct list            name_entry;  /* its name's, while it waits */
    struct list            state_entry; /* channels->waiting, by time; channels->closed, by age */
    uint32_t               id;
    enum channel_state     state;
    struct directory_host *host;        /* NULL while it waits, or when the host is gone */
    struct directory_name *name;        /* while it waits */
    unsigned int           refused;     /* the number of the last host that did not take it, 0 for none */
    bool                   answered;    /* CHANNEL_ENDED: the CREATE_RSP has come */
    bool                   reply;       /* CHANNEL_ENDED: the server still waits for the host's CLOSE */
    uint64_t               time;        /* when its CREATE_REQ came */
    struct packet         *create;      /* the CREATE_REQ, until it is closed or ended */
    struct page_channel   *row;         /* of the page, while it is offered or open; NULL without a page */
    struct page_flow      *all;         /* then its host's */
    uint32_t               left[PAGE_DIRECTIONS];   /* bytes of a message that has begun */
};

/* Lists of channels, by a hash of which the server, whose choice the ids are, does not know the seed. */
struct channel_table
{
    struct list *buckets;
    size_t       bucket_count;          /* a power of 2 */
    uint64_t     seed;
    size_t       count;
};

struct channels
{
    struct channel_table ids, own;
    struct list          waiting, closed;
    size_t               waiting_count, closed_count;
    size_t               live_count;    /* offered or open */
    struct page_traffic *page;          /* where they are shown; NULL for nowhere */
    uint32_t             age;           /* counts those that were shown */
};

/* False without memory. The seed is odd. To be cleared when no channel is left. */
extern bool channels_init( struct channels *channels, uint64_t seed );
extern void channels_clear( struct channels *channels );

/* One that has neither host nor name yet; its CREATE_REQ is copied. NULL without memory. */
extern struct channel *channels_add( struct channels *channels, uint32_t id, const uint8_t *create, size_t size );
extern void channels_remove( struct channels *channels, struct channel *channel );
extern void channels_remove_all( struct channels *channels );

/* The last channel that the server gave the id to; NULL if there is none, or the server waits for nothing of it. */
extern struct channel *channels_find_id( const struct channels *channels, uint32_t id );
/* The channel that a host means by an id: it speaks of the old one until it has ended that. */
extern struct channel *channels_find_own( const struct channels *channels, unsigned int host, uint32_t id );

/* Only while it has its CREATE_REQ, whose bytes this points into. */
extern const char *channel_name( const struct channel *channel );

/* May the host be offered one more? A slow or greedy host costs no other its channels. */
extern bool channels_have_room( const struct channels *channels, const struct directory_host *host );

/* Waits for hosts. Returns false without memory, or if too many wait. */
extern bool channel_wait( struct channels *channels, struct channel *channel, struct directory *directory );
/* Is with a host from now on. */
extern void channel_offer( struct channels *channels, struct channel *channel, struct directory_host *host );
/* The host has taken it. */
extern void channel_open( struct channels *channels, struct channel *channel );
/* Of one that is shown data has come, or goes. */
extern void channel_count( struct channel *channel, enum page_direction direction, const struct drdynvc_pdu *pdu );
/* Loses the host that it has. Its state stays. */
extern void channel_leave_host( struct channels *channels, struct channel *channel );
/* An offered or open one is closed by us. The oldest closed ones make room. */
extern void channel_close( struct channels *channels, struct channel *channel );
/* An offered or open one ends from the server's side; with reply that waits for the host's CLOSE. */
extern void channel_end( struct channels *channels, struct channel *channel, bool reply );
/* The server waits for nothing of an ended one any more. */
extern void channel_release_id( struct channels *channels, struct channel *channel );

#endif /* __WINEDVC_CHANNELS_H */
