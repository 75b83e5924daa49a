/*
 * One session: a static channel and what depends on it
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

#ifndef __MSTSCAX_CLIENT_H
#define __MSTSCAX_CLIENT_H

#include "executor.h"
#include "pump.h"
#include "table.h"

struct channel;
struct client;

/* entry.c: the static-channel API, in the form in which the client came in. */
struct channel_api
{
    UINT (*open)( struct client *client );
    UINT (*write)( struct client *client, void *data, ULONG size, void *user_data );
};

/*
 * One per VirtualChannelEntry, never freed after that succeeded: plug-ins keep pointers as long as they like.
 *
 * Lock order: client->lock, then executor.lock. Neither is held while foreign code runs, be it a plug-in's or the
 * static-channel client's. The receive path (CHANNEL_EVENT_DATA_RECEIVED and the other events but WRITE_*) runs on one
 * thread at a time, which the caller of the events sees to.
 */
struct client
{
    IWineDVCClient IWineDVCClient_iface;
    const struct channel_api *api;
    union
    {
        CHANNEL_ENTRY_POINTS plain;
        CHANNEL_ENTRY_POINTS_EX ex;
    } entry_points;
    struct list entry;              /* of entry.c */
    void   *init_handle;
    DWORD   open_handle;
    BOOL    opened;                 /* open_handle is valid */
    IWineDVCHost *host;             /* NULL: a client that knows nothing of it */
    DWORD   disconnect_code;
    DWORD   slow_limit;             /* ms that a call may take before it is reported, or 0 */
    LONG    listeners_reported;     /* that there were too many */
    LONG64  soft_limit, hard_limit; /* bytes that a channel may keep in either direction: over the hard one it
                                     * ends, over the soft one that is reported, once for each direction */
    LONG64  total_limit;            /* bytes that all may keep in both: over it the channel that keeps most ends */
    WCHAR **entries;                /* what to load instead of AddIns */
    UINT32  entry_count;
    struct executor executor;
    struct queue notices;           /* calls of host that come from plug-ins' threads */
    struct pump pump;
    WINE_DVC_COUNTERS counters;     /* *received, *_ignored, *_malformed: the receive path's; others: the pump's */

    /* any thread, atomic */
    LONG64  kept;                   /* bytes written that were not sent, and received that were not delivered */
    LONG64  spare_bytes;            /* of memory for messages to come */

    /* the standby's */
    ULONGLONG sweep_time;           /* when to look for memory that is not used any more, or 0 */
    unsigned int swept_activity;    /* executor_activity at the last look */
    INT64   swept_sent;

    SRWLOCK lock;
    CONDITION_VARIABLE terminated;  /* signalled when active becomes 0 */
    /* protected by lock */
    BOOL    connected, terminating;
    struct list plugins;
    unsigned int plugins_loading;
    unsigned int active;            /* plug-ins and listeners that hold something of theirs */
    struct list listeners;          /* in the order in which those of one name are asked */
    unsigned int listener_count;    /* of plug-ins that are not built in */
    unsigned int listeners_created;
    struct list traffic;
    struct channel_table channels;
    struct list dead_channels;      /* oldest first */
    unsigned int dead_channel_count;

    /* receive path */
    DWORD   connection;             /* number of the connection; others may read it */
    BYTE   *message;                /* a drdynvc message that comes in several chunks */
    UINT32  message_size, message_total;
    BOOL    has_caps;               /* CAPS came in this connection */
    BOOL    broken;                 /* a PDU came that ends it: what follows is ignored */
};

extern struct client *client_create( const struct channel_api *api );
extern void client_event( struct client *client, UINT event );
extern void client_channel_event( struct client *client, UINT event, void *data, UINT32 size, UINT32 total_size,
                                  UINT32 flags );
/* One that counted as active is not any more. */
extern void client_drop_active( struct client *client );
/* Any thread, lock-free: so many bytes more are kept, or fewer. */
extern void client_keep( struct client *client, LONG64 bytes );

/* receive.c: the channel table and the PDUs of the server. */
extern void client_receive( struct client *client, const BYTE *data, UINT32 size, UINT32 total, UINT32 flags );
/* FALSE if the old one is not in the table any more. */
extern BOOL client_replace_channel( struct client *client, struct channel *old, struct channel *channel );
extern void client_remove_channel( struct client *client, struct channel *channel );
/* The connection has ended, and all channels with it. pump_run follows. */
extern void client_disconnect_channels( struct client *client );
/* The pump's: closes those that plug-ins closed without leaving a node. */
extern void client_close_ended( struct client *client, void (*close)( struct client *client,
                                                                       struct channel *channel ) );
/* The pump's: the channel that keeps most, with a reference, if all keep more than total_limit; or NULL. */
extern struct channel *client_find_largest( struct client *client );
/* Our threads': memory for messages to come that was not used lately goes; FALSE if none is left. */
extern BOOL client_age_spares( struct client *client );
/* A new connection. */
extern void client_reset_receive( struct client *client );

#endif /* __MSTSCAX_CLIENT_H */
