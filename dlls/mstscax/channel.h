/*
 * IWTSVirtualChannel: one dynamic channel
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

#ifndef __MSTSCAX_CHANNEL_H
#define __MSTSCAX_CHANNEL_H

#include "drdynvc.h"
#include "executor.h"
#include "inbox.h"
#include "refs.h"
#include "write.h"

struct client;
struct listener;

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
    LONG64  unsent;                 /* bytes of PDUs that were written and not sent, or whose writer was terminated */
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

    /* receive path */
    struct drdynvc_assembly assembly;
    BOOL    undelivered_reported;   /* over the soft limit */

    struct node answer_node, end_node, released_node;
    /* pump role */
    enum channel_state state;
    BOOL    close_wanted;           /* the plug-in closed before the answer */
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

/* With a reference for the pump, which it drops when it has ended the channel. NULL without memory. */
extern struct channel *channel_create( struct client *client, struct listener *listener, UINT32 id, UINT8 priority );
extern void channel_addref( struct channel *channel );
extern void channel_release( struct channel *channel );
/* The pump's, for a channel without references: its memory is used again some time. */
extern void channel_retire( struct channel *channel );

/* The first cause counts, and Write fails. Lock-free. Some node that tells the pump follows. */
extern void channel_set_end( struct channel *channel, enum channel_end end );

/* The receive path's: takes a message. */
extern void channel_deliver( struct channel *channel, BYTE *message, UINT32 size );
/* The same: memory for the next message, or NULL. */
extern BYTE *channel_take_spare( struct channel *channel );
/* Any thread of ours: gives the spare back that was not used since the last call; FALSE if there is none now. */
extern BOOL channel_age_spare( struct channel *channel );
/* The receive path's: is what the plug-in has not taken yet over the hard limit? */
extern BOOL channel_is_full( struct channel *channel );
/* The pump's: reports what the server has not taken yet, if it is much. */
extern void channel_check_unsent( struct channel *channel );

/* The pump's: queues OnClose, if there is a callback, and the release of everything. */
extern void channel_finish( struct channel *channel );
/* The pump's: TRUE when that has begun. From the deadline on OnClose begins beside a call that does not return; where
 * that is OnNewChannelConnection, the plug-in's Disconnected does not wait for it any more. */
extern BOOL channel_check_finish( struct channel *channel, ULONGLONG now );

#endif /* __MSTSCAX_CHANNEL_H */
