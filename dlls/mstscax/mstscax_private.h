/*
 * Remote Desktop dynamic virtual channels: objects and who calls whom
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

#ifndef __MSTSCAX_PRIVATE_H
#define __MSTSCAX_PRIVATE_H

#include <stdarg.h>

#define COBJMACROS
#include "windef.h"
#include "winbase.h"
#include "ole2.h"
#include "tsvirtualchannels.h"
#include "wine/cchannelex.h"
#include "wine/mstscax.h"
#include "wine/list.h"

#include "pump.h"
#include "queue.h"
#include "refs.h"
#include "traffic.h"

/*
 * Lock order: client->lock, then executor.lock. Neither is held while foreign code runs, be it a
 * plug-in's or the static-channel client's. The receive path (CHANNEL_EVENT_DATA_RECEIVED and the
 * other events but WRITE_*) runs on one thread at a time, which the caller of the events sees to.
 */

struct client;

/* entry.c: the static-channel API, in the form in which the client came in. */
struct channel_api
{
    UINT (*open)( struct client *client );
    UINT (*write)( struct client *client, void *data, ULONG size, void *user_data );
};

/* client.c: one per VirtualChannelEntry, never freed after that succeeded: plug-ins keep pointers
 * as long as they like. */
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
    WCHAR **entries;                /* what to load instead of AddIns */
    UINT32  entry_count;
    struct executor executor;
    struct queue notices;           /* calls of host that come from plug-ins' threads */
    struct pump pump;
    WINE_DVC_COUNTERS counters;     /* *received, *_ignored, *_malformed: the receive path's; others: the pump's */

    SRWLOCK lock;
    CONDITION_VARIABLE terminated;  /* signalled when alive becomes 0 */
    /* protected by lock */
    BOOL    connected, terminating;
    struct list plugins;
    unsigned int plugins_loading;
    unsigned int alive;             /* plug-ins and listeners that hold something of theirs */
    struct list listeners;          /* in the order in which those of one name are asked */
    unsigned int listener_count;    /* of plug-ins that are not built in */
    unsigned int listeners_created;
    struct list traffic;
    struct list channels[64];       /* by id */
    struct list dead_channels;      /* oldest first */
    unsigned int dead_channel_count;

    /* receive path */
    BYTE   *message;                /* a drdynvc message that comes in several chunks */
    UINT32  message_size, message_total;
    BOOL    has_caps;               /* CAPS came in this connection */
    BOOL    broken;                 /* a PDU came that ends it: what follows is ignored */
};

extern struct client *client_create( const struct channel_api *api );
extern void client_event( struct client *client, UINT event );
/* One that counted as alive is not any more. */
extern void client_let_go( struct client *client );
extern void client_channel_event( struct client *client, UINT event, void *data, UINT32 size, UINT32 total_size,
                                  UINT32 flags );

enum channel_end
{
    CHANNEL_NOT_ENDING = 0,
    CHANNEL_CLOSED,         /* by the plug-in */
    CHANNEL_SERVER_CLOSED,
    CHANNEL_REPLACED,       /* the server created the id anew without closing it */
    CHANNEL_DISCONNECTED,
};

/* receive.c: the channel table and the PDUs of the server. */
extern void client_receive( struct client *client, const BYTE *data, UINT32 size, UINT32 total, UINT32 flags );
/* FALSE if the old one is not in the table any more. */
extern BOOL client_replace_channel( struct client *client, struct channel *old, struct channel *channel );
extern void client_remove_channel( struct client *client, struct channel *channel );
/* Ends them all. pump_run follows. */
extern void client_end_channels( struct client *client, enum channel_end end );
/* A new connection. */
extern void client_reset_receive( struct client *client );

/* agile.c: QueryInterface of an object with one interface of its own, for every apartment.
 * marshaler begins as NULL; who frees the object releases it. */
extern HRESULT object_query( IUnknown *object, REFIID own, IUnknown **marshaler, REFIID riid, void **out );

/* plugin.c: one IWTSPlugin, never freed: the manager that it was given stays valid. */
struct plugin
{
    IWTSVirtualChannelManager IWTSVirtualChannelManager_iface;
    IWTSPluginServiceProvider IWTSPluginServiceProvider_iface;
    struct refs refs;
    IUnknown *marshaler;
    struct client *client;
    UINT32  number;                 /* of its entry, from 1: a DLL may hold several plug-ins; 0 for what is built in */
    UINT32  order;                  /* of its entry */
    WCHAR  *entry;
    struct queue queue;             /* IWTSPlugin's calls */
    IWTSPlugin *plugin;             /* the queue's; NULL before loading and after Terminated */
    struct list link;               /* in client->plugins */
    /* protected by client->lock */
    unsigned int channels;          /* offered or open */
    unsigned int callbacks;         /* not released */
    BOOL    held;                   /* Disconnected waits for OnClose of the channels */
    BOOL    terminating;            /* Terminated waits for the callbacks */
    BOOL    ended;                  /* failed to initialize, or terminated */
};

/* Before there is a reader, and then: the plug-ins of the entries. */
extern void plugins_begin( struct client *client );
extern void plugins_load( struct client *client );
extern void plugins_connect( struct client *client );
extern void plugins_disconnect( struct client *client, DWORD code );
extern BOOL plugins_terminate( struct client *client, DWORD timeout );
extern void plugin_channel_begins( struct plugin *plugin );
extern void plugin_channel_ends( struct plugin *plugin );
extern void plugin_callback_begins( struct plugin *plugin );
extern void plugin_callback_ends( struct plugin *plugin );

/* echo.c: a plug-in like any other, always there and never reported. */
extern IWTSPlugin echo_plugin;

/* load.c: from an AddIns value to objects. */
struct loaded_plugins
{
    IWTSPlugin **objects;           /* each with a reference of the caller's */
    ULONG count;
};

/* Runs foreign code. On failure *reason says why and what to do; the caller frees both. */
extern HRESULT load_entry( const WCHAR *entry, struct loaded_plugins *loaded, WCHAR **reason );

/* manager.c: what a plug-in sees of the client. */
extern const IWTSVirtualChannelManagerVtbl manager_vtbl;
extern const IWTSPluginServiceProviderVtbl service_provider_vtbl;

/* listener.c: never freed either, since there is no call that removes one. */
struct listener
{
    IWTSListener IWTSListener_iface;
    struct refs refs;
    IUnknown *marshaler;
    IPropertyBag *configuration;    /* made when it is asked for */
    struct plugin *plugin;
    IWTSListenerCallback *callback; /* the queue's; NULL after the removal */
    struct queue queue;             /* OnNewChannelConnection */
    struct list entry;              /* in client->listeners, protected by client->lock */
    unsigned int number;            /* by creation */
    struct traffic *traffic;        /* of its name */
    struct task removal_task;
    char    name[1];
};

extern HRESULT listener_create( struct plugin *plugin, const char *name, IWTSListenerCallback *callback,
                                struct listener **out );
/* The first listener of that name behind after, which may have been removed, or of all, or NULL. */
extern struct listener *listener_find( struct client *client, const char *name, const struct listener *after );
extern void listener_offer( struct listener *listener, struct channel *channel );
/* After a failed Initialize, or Terminated: the plug-in gets no more channels. */
extern void listeners_remove( struct plugin *plugin, BOOL tell );

/* channel.c */
enum channel_verdict
{
    CHANNEL_OFFERED = 0,    /* OnNewChannelConnection has not returned */
    CHANNEL_ACCEPTED,
    CHANNEL_REFUSED,        /* the last listener refused */
    CHANNEL_PASSED_ON,      /* another object stands for this id now */
};

/* When it is dead it stays a channel, closed, until many others have died: plug-ins keep pointers. */
struct channel
{
    IWTSVirtualChannel IWTSVirtualChannel_iface;
    struct refs refs;
    struct client *client;
    IUnknown *marshaler;
    struct listener *listener;
    UINT32  id;
    UINT8   priority;               /* class, 0 to 3 */
    LONG    verdict;                /* enum channel_verdict, set once by the listener's thread */
    LONG    end;                    /* enum channel_end, the first cause, set before the inbox is sealed */
    LONG    deaf;                   /* the plug-in called Close: it gets no more data */
    struct write *inbox;            /* writes; sealed by the end */
    LONG64  pending;                /* bytes of PDUs that were written and not sent, or whose writer was terminated */
    LONG    overrun;                /* they went over the hard limit */
    LONG64  undelivered;            /* bytes received that no callback has returned from */
    IWTSVirtualChannelCallback *callback;   /* set before the verdict */
    LONG    callback_users;         /* 1 until OnClose returned, and the call that runs; 0 releases it */
    struct queue queue;             /* OnDataReceived, OnClose */
    struct queue overtaking;        /* OnClose, if a call does not return */
    LONG    finishing;              /* OnClose has begun, or need not come */
    BOOL    overtaken;
    struct list entry;              /* in client->channels, protected by client->lock; empty if not there */

    struct drdynvc_assembly assembly;   /* receive path */
    BOOL    undelivered_told;       /* the same: over the soft limit was reported */

    struct channel *next;           /* in an inbox of the pump */
    /* pump role */
    struct list pump_entry;
    struct list sending_entry;      /* in the schedule */
    ULONGLONG deadline;             /* for OnClose to begin */
    BOOL    open;                   /* CREATE_RSP was sent */
    BOOL    pending_told;           /* over the soft limit was reported */
    struct write *first, *last;     /* taken from the inbox */

    struct task offer_task, close_task;
};

extern struct channel *channel_create( struct client *client, struct listener *listener, UINT32 id, UINT8 priority );
/* Is what the plug-in has not taken yet over the hard limit? The receive path's. */
extern BOOL channel_is_full( struct channel *channel );
/* Looks at what the server has not taken yet. The pump's. */
extern void channel_check_pending( struct channel *channel );
extern void channel_addref( struct channel *channel );
extern void channel_release( struct channel *channel );
/* The pump's, for a channel without references. */
extern void channel_retire( struct channel *channel );
/* Seals the inbox; the first cause counts. Lock-free. pump_run or pump_wake follows. */
extern void channel_end( struct channel *channel, enum channel_end end );
/* Takes the message, even on failure. */
extern HRESULT channel_deliver( struct channel *channel, BYTE *message, UINT32 size );
/* Queues OnClose if the channel was accepted and open, and the release of everything.
 * FALSE if a call runs for which that has to wait. */
extern BOOL channel_finish( struct channel *channel );
/* TRUE when that wait is over, which from the deadline on it is: then OnClose begins beside the call. */
extern BOOL channel_check_finish( struct channel *channel, ULONGLONG now );

/* notice.c: calls of the static-channel client, if it takes any, in order and on our own threads. */
extern void notice_plugin( struct plugin *plugin, HRESULT hr, const WCHAR *reason );
extern void notice_listen( struct listener *listener );
extern void notice_unlisten( struct listener *listener );
extern void notice_slow( struct plugin *plugin, const char *what, UINT32 duration );
extern void notice_ready( struct client *client );
/* A line for a log, as by wprintf; of a plug-in, or NULL. Not on plug-ins' threads: it allocates. */
extern void notice_warning( struct client *client, const struct plugin *plugin, const WCHAR *format, ... );

/* propbag.c */
/* entry names the AddIns key whose values are in it. */
extern HRESULT propbag_create( const WCHAR *entry, IPropertyBag **out );

#endif /* __MSTSCAX_PRIVATE_H */
