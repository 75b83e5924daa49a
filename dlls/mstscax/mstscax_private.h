/*
 * Remote Desktop dynamic virtual channels: what every file sees
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

#include "agile.h"
#include "drdynvc.h"
#include "executor.h"
#include "inbox.h"
#include "refs.h"
#include "schedule.h"
#include "write.h"

/*
 * The objects of a session, which point to each other. What each can do is in the header of its name. Those call
 * downward only: entry, client, plugin, receive, listener, pump, table, channel, plugin_order. What goes up is a task
 * of a queue, a node for the pump, or the executor's and the inbox's function.
 */

struct client;
struct local_server;
struct static_plugin;

/* One for each name that was ever listened on, never freed. The receive path and the pump each count
 * their direction; readers may see a count that is a moment old. */
struct traffic
{
    struct list entry;          /* in client->traffic, protected by client->lock */
    WINE_DVC_TRAFFIC counts;
    char name[1];
};

enum channel_answer
{
    CHANNEL_UNANSWERED = 0,     /* OnNewChannelConnection has not returned */
    CHANNEL_ACCEPTED,
    CHANNEL_REFUSED,            /* the last listener refused */
    CHANNEL_PASSED_ON,          /* another object stands for this id now */
};

enum channel_end
{
    CHANNEL_NOT_ENDING = 0,
    CHANNEL_CLOSED,             /* by the plug-in, or in its place */
    CHANNEL_SERVER_CLOSED,      /* or would have, if it knew */
    CHANNEL_REPLACED,           /* the server created the id anew without closing it */
    CHANNEL_DISCONNECTED,
};

/* What the server knows of it; the pump's. */
enum channel_state
{
    CHANNEL_OFFERED = 0,        /* it waits for the CREATE_RSP */
    CHANNEL_OPEN,
    CHANNEL_ENDED,
};

/*
 * Made by the receive path, which puts it into the table; the pump takes it out, answers and closes, and then has
 * OnClose called. When no reference is left it stays a channel, closed, until many others have died: plug-ins keep
 * pointers. What a member says in its comment may touch it; the others are set by channel_create.
 */
struct channel
{
    IWTSVirtualChannel IWTSVirtualChannel_iface;
    struct refs refs;
    struct client *client;
    IUnknown *marshaler;
    struct listener *listener;
    UINT32  id;
    DWORD   connection;             /* it belongs to */
    UINT8   priority;               /* class, 0 to 3 */

    /* any thread, atomic */
    LONG    answer;                 /* enum channel_answer, set once by the listener's thread */
    LONG    end;                    /* enum channel_end, the first cause: from here on Write fails */
    enum channel_end server_end;    /* the receive path's cause, set before end_node is posted */
    LONG    discards;               /* it gets no more data: the plug-in called Close, or OnClose overtakes */
    LONG    overrun;                /* a Write was over the hard limit */
    LONG    finishing;              /* OnClose has begun, or need not come */
    LONG64  unsent;                 /* memory of what was written and not sent, or whose writer was terminated */
    LONG64  undelivered;            /* bytes received that no callback has returned from */
    BYTE   *spare;                  /* memory of a message, for the next one */
    LONG    spare_used;             /* since the last look at it */

    IWTSVirtualChannelCallback *callback;   /* set before the answer */
    LONG    callback_users;         /* 1 until OnClose returned, and each call that runs; 0 releases it */
    struct queue queue;             /* OnDataReceived, OnClose */
    struct queue overtaking;        /* OnClose, if a call does not return */
    struct task offer_task, close_task;
    BOOL    overtaken;

    BOOL    counted;                /* the plug-in's Disconnected waits for it, protected by client->lock */
    struct list entry;              /* in the table or among the dead, protected by client->lock; else empty */
    struct list waiting_entry;      /* in plugin->waiting, protected by client->lock */

    /* receive path, with client->lock while it is in the table */
    struct drdynvc_assembly assembly;
    BOOL    undelivered_reported;   /* over the soft limit */

    struct node answer_node, end_node, released_node;
    /* pump role */
    enum channel_state state;
    BOOL    close_wanted;           /* the plug-in closed before the answer */
    BOOL    broken;                 /* the transport refused a PDU: none follows but CLOSE */
    BOOL    unsent_reported;        /* over the soft limit */
    struct node *first, *last;      /* writes taken from the inbox */
    struct list sending_entry;      /* in the schedule; else empty */
    struct list finishing_entry;    /* in pump->finishing; else empty */
    ULONGLONG deadline;             /* when OnClose has to begin */
    struct write create_rsp;        /* control PDUs that can always be sent */
    BYTE    create_rsp_room[WRITE_CONTROL_ROOM];
    struct write close;
    BYTE    close_room[WRITE_CONTROL_ROOM];
};

/* Never freed, since there is no call that removes one; belongs to its plug-in. */
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

/*
 * The order of a plug-in's calls is made here. Its queue runs Initialize, Connected, Disconnected and Terminated one
 * at a time. Channels are offered to it from the return of Connected to the next Disconnected; a CREATE_REQ that comes
 * before waits. Disconnected waits for OnClose of its channels, Terminated for the release of their callbacks, and for
 * OnNewChannelConnection, which may return one.
 * Never freed: the manager that it was given stays valid.
 */
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
    struct local_server *server;    /* the queue's, others may look at it; NULL for a DLL's plug-in */
    struct static_plugin *statics;  /* the queue's; its static channels, or NULL */
    struct list link;               /* in client->plugins */
    LONG    static_refused;         /* atomic: the user knows that CreateListener has no static channels */
    /* protected by client->lock */
    BOOL    ready;                  /* Initialize has returned, and did not fail */
    HRESULT lost_hr;                /* why its program is not there, which the client is told when all are loaded */
    WCHAR  *lost;                   /* the same in words, or NULL */
    BOOL    accepting;              /* Connected has returned */
    struct list waiting;            /* channels that are offered then */
    unsigned int channels;          /* that count: it has them, or was offered them */
    unsigned int callbacks;         /* asked for or not released */
    BOOL    held;                   /* Disconnected waits for OnClose of the channels */
    BOOL    terminating;            /* Terminated waits for the callbacks */
    BOOL    ended;                  /* failed to initialize, or terminated */
};

/*
 * Plug-ins' threads only push nodes into the inbox and may be terminated at any point of that. Everything else belongs
 * to the pump, a role that only our own threads take and that one of them has at a time: order, window, fairness
 * between channels, answers and closes, the transport. It works for what is new, never for what is open.
 */
struct pump
{
    struct inbox inbox;
    /* any thread, atomic */
    LONG in_flight;             /* bytes that the transport was given and has not completed */
    LONG window_full;           /* a PDU did not fit */
    LONG over_limit;            /* the process keeps more than it may */
    LONG trim;                  /* memory of writes is to be given back */
    LONG64 deadline;            /* of the first that finishes, or of the next try, or 0 */
    LONG unanswered;            /* channels that have ended before the plug-in's answer, which has not come */
    /* pump role */
    struct schedule schedule;   /* channels that have something to send */
    BOOL   sent_static;         /* a chunk of a static channel, in this turn */
    BOOL   no_memory;           /* for such a chunk, in this turn: there will be another try */
    struct list finishing;      /* channels that wait for OnClose to begin, by deadline */
};

/* A hash table that grows. client->lock protects it; each entry is a reference of the pump's. */
struct channel_table
{
    struct list *buckets;
    unsigned int size;          /* a power of two, or 0 */
    unsigned int count;
};

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
    struct queue pictures;          /* what renderers tell the host */
    struct pump pump;
    WINE_DVC_COUNTERS counters;     /* *received, *_ignored, *_malformed: the receive path's; others: the pump's */

    /* any thread, atomic */
    LONG64  kept;                   /* memory of what was not sent, and of what was not delivered */
    LONG64  spare_bytes;            /* of memory for messages to come */

    /* the standby's */
    ULONGLONG sweep_time;           /* when to look for memory that is not used any more, or 0 */
    unsigned int swept_activity;    /* executor_activity at the last look */
    INT64   swept_sent;

    LONG    plugins_entering;       /* any thread, atomic: that may still declare static channels */

    SRWLOCK lock;
    CONDITION_VARIABLE terminated;  /* signalled when active becomes 0 */
    /* protected by lock */
    BOOL    connected, terminating;
    struct list plugins;
    unsigned int plugins_loading;
    unsigned int active;            /* plug-ins and listeners that still hold an object of a plug-in */
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

/* echo.c: a plug-in like any other, always there and never reported. */
extern IWTSPlugin echo_plugin;

/* load.c: from an AddIns value to objects. */
struct loaded_plugins
{
    IWTSPlugin **objects;           /* each with a reference of the caller's */
    ULONG count;
    struct local_server **server;   /* the caller's: whose objects these are, as soon as it starts, or NULL */
    BOOL registered;                /* the registry got proxies for it */
    BOOL lost;                      /* its program ended, or was not heard of: the next time it may be */
    VIRTUALCHANNELENTRY *entry;     /* the way to its static channels, or NULL */
};

/* Why a plug-in does not work. */
struct failure
{
    WINE_DVC_CAUSE cause;
    WCHAR *reason;                  /* NULL if there was no memory for it */
};

/* Runs foreign code. The caller frees loaded->objects, and after a failure the reason. */
extern HRESULT load_entry( const WCHAR *entry, struct local_server **server, struct loaded_plugins *loaded,
                           struct failure *failure );

/* manager.c: what a plug-in sees of the client. */
extern const IWTSVirtualChannelManagerVtbl manager_vtbl;
extern const IWTSPluginServiceProviderVtbl service_provider_vtbl;

/* propbag.c: entry names the AddIns key whose values are in it. Never freed, like the listener that it is of. */
extern HRESULT propbag_create( const WCHAR *entry, IPropertyBag **out );

#endif /* __MSTSCAX_PRIVATE_H */
