/*
 * The server's half of dynamic ([MS-RDPEDYC]) and static channels, for one host
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

#ifndef __WINEDVC_DVC_H
#define __WINEDVC_DVC_H

#include "drdynvc.h"
#include "exchange.h"
#include "namelist.h"
#include "runner.h"

enum channel_state
{
    CHANNEL_ASKED,      /* for, and not answered */
    CHANNEL_OPEN,
    CHANNEL_REFUSED,
    CHANNEL_CLOSES,     /* by the server; the plug-in's side has not answered */
    CHANNEL_ENDED,      /* by the server, or with the connection */
    CHANNEL_CLOSED,     /* by the plug-in */
};

struct message
{
    struct message *next;
    uint8_t        *data;   /* drdynvc_message_free() */
    uint32_t        size;
    uint64_t        time;   /* of clock_us() */
};

struct channel
{
    struct channel    *next;
    uint32_t           id;      /* 0 for a static channel */
    struct static_channel *declared;    /* a static channel: as its plug-in has; else NULL */
    char              *name;    /* of the listener, or the static channel */
    char              *label;   /* what the user calls it */
    enum channel_state state;
    int32_t            status;  /* CreationStatus of one that is refused */
    struct drdynvc_assembly assembly;
    struct message    *messages;    /* that have come, and nobody has taken */
    struct message   **end;
};

/* The memory of what a server has kept that nobody takes, at most. */
#define DVC_MOST_KEPT 67108864

struct dvc_server
{
    /* the caller's */
    struct runner   *runner;
    bool             keeps;     /* messages, for dvc_take() */
    /* the server's */
    struct channel  *channels;  /* all of them, the newest first */
    uint32_t         last_id;
    uint32_t         epoch;     /* counts connections */
    bool             answered;  /* the capabilities are, in this connection */
    uint32_t         heard;     /* PDUs that have come */
    size_t           kept;
    struct name_list names;     /* that plug-ins listen on */
    struct statics   statics;   /* that they have declared */
};

extern void dvc_init( struct dvc_server *server, struct runner *runner );

/* Tells the journal what happens. What can not be done for want of memory, and what no server may be sent, stops the
 * runner. The runner's functions are these, with the server as their context. */
extern void dvc_take_report( struct dvc_server *server, const struct report *report );
extern void dvc_take_pdu( struct dvc_server *server, const uint8_t *pdu, size_t size );
extern void dvc_take_chunk( struct dvc_server *server, uint16_t stream, uint16_t flags, const uint8_t *body,
                            size_t size );

/* A new connection, with its capabilities and all static channels; there must be none. */
extern void dvc_connect( struct dvc_server *server );
/* Its end, for the reason of that code; all channels have ended. The next one may begin when port->purging is false. */
extern void dvc_disconnect( struct dvc_server *server, uint32_t code );

/* Asks for a channel of that name, 1 to 260 bytes; a static one, which the connection has, gets the label. NULL without
 * memory. */
extern struct channel *dvc_open( struct dvc_server *server, const char *name, const char *label, uint8_t priority );
/* On a static channel, at least one byte. */
extern void dvc_send( struct dvc_server *server, struct channel *channel, const void *data, uint32_t size );
/* Of a dynamic channel. */
extern void dvc_close( struct dvc_server *server, struct channel *channel );

/* The first message that has come, which is the caller's, for message_free(); NULL if there is none. */
extern struct message *dvc_take( struct dvc_server *server, struct channel *channel );
extern void message_free( struct message *message );

/* The newest of that label, NULL if there is none. */
extern struct channel *dvc_find( const struct dvc_server *server, const char *label );

extern void dvc_clear( struct dvc_server *server );

#endif /* __WINEDVC_DVC_H */
