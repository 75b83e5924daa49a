/*
 * The static channels of plug-ins
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

#ifndef __WINEDVC_STATIC_H
#define __WINEDVC_STATIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "frames.h"
#include "packet.h"

/* [MS-RDPBCGR] 2.2.1.3.4.1: a name has 7 characters and a NUL. */
#define STATIC_NAME 8

/* Of what the server sends before its host is ready, each channel keeps so much, in bytes of memory. */
#define STATIC_MAX_HELD 1048576

/* Of a plug-in's chunk, at most, and its flags ([MS-RDPBCGR] 2.2.6.1.1). */
#define STATIC_CHUNK (WINEDVC_MAX_CHUNK - sizeof(struct winedvc_chunk))
#define STATIC_FIRST 0x1
#define STATIC_LAST  0x2

/* What the client declares to the server. */
struct static_def
{
    char     name[STATIC_NAME];
    uint32_t options;
    bool     taken;             /* it is the plug-in's, even if FreeRDP serves it */
};

struct static_channel
{
    struct static_def   def;
    uint16_t            id;         /* in this connection; 0: the server has not granted it */
    unsigned int        host;       /* whose plug-in has declared it; 0: none yet, or it has ended */
    uint16_t            stream;     /* the host's number for it */
    bool                ready;      /* the host has been told that the channel is joined */
    bool                skips;      /* what comes from the server is dropped, up to the next message */
    uint32_t            total;      /* of the message that the host is sending */
    uint32_t            left;       /* bytes of it that are still to come, 0 between messages */
    bool                cut;        /* they will not come: the client does not know yet */
    struct packet_queue held;       /* for the host; kind: flags, data: a frame's body */
};

/* A member of the exchange, whose lock protects it. The channels stay for the session. */
struct statics
{
    struct static_channel channels[WINEDVC_MAX_STATIC];
    size_t                count;
};

extern void statics_init( struct statics *statics );
extern void statics_clear( struct statics *statics );

/* Is it a name that a static channel may have? drdynvc is FreeRDP's in any case. */
extern bool static_name_is_valid( const char *name );

/* One of that name, which may be there already. NULL if there are too many. */
extern struct static_channel *statics_add( struct statics *statics, const char *name, uint32_t options );
extern struct static_channel *statics_find( struct statics *statics, unsigned int host, uint16_t stream );

/* A plug-in of this host has declared it; what the host has sent before, as another, is none of it. */
extern void static_give( struct static_channel *channel, unsigned int host, uint16_t stream );

/* A connection begins; has ended, with the ids. */
extern void statics_reset( struct statics *statics );
extern void statics_forget_ids( struct statics *statics );
/* The host gets nothing more; it has none any more. That of number 0, which searches, has none; a channel that no host
 * has yet keeps what waits. */
extern void statics_stop_host( struct statics *statics, unsigned int host );
extern void statics_lose_host( struct statics *statics, unsigned int host );

/* Those that the server has granted to this host, as WINEDVC_JOINED has it; false if it has declared none. */
extern bool statics_of_host( const struct statics *statics, unsigned int host, uint32_t *streams );

/* The next channel of which the client does not know that what the host was sending has no end; NULL if there is none. */
extern struct static_channel *statics_find_cut( struct statics *statics );

/* What is to be done with a chunk of the server. */
enum static_route
{
    STATIC_HOST,        /* it goes to the host */
    STATIC_HELD,        /* or will */
    STATIC_DROPPED,
    STATIC_FULL,        /* it is dropped, with all that was held */
};

extern enum static_route static_receive( struct static_channel *channel, const uint8_t *data, size_t size,
                                         uint32_t flags, uint32_t total );

/* A chunk of the host, with what stands before it in its frame. Returns the rule that it breaks, NULL if none. */
extern const char *static_check( struct static_channel *channel, const uint8_t *body, size_t size, unsigned int flags );

#endif /* __WINEDVC_STATIC_H */
