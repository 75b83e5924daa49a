/*
 * What any thread leaves for the pump
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

#ifndef __MSTSCAX_INBOX_H
#define __MSTSCAX_INBOX_H

#include "windef.h"
#include "winbase.h"

#include "executor.h"

struct channel;
struct client;

/* What came. Each but the first names a channel. */
enum node_kind
{
    NODE_CONTROL,       /* struct write: a PDU that belongs to no channel */
    NODE_DATA,          /* struct write: one message, or a part of it */
    NODE_ANSWER,        /* the listeners have answered */
    NODE_CLOSE,         /* the plug-in closes; in pool memory */
    NODE_END,           /* the server, or the connection's end, closes */
    NODE_RELEASED,      /* no reference is left */
};

/* Part of what it stands for; its memory stays that one's. */
struct node
{
    struct node *next;
    enum node_kind kind;
    struct channel *channel;
};

/*
 * What any thread leaves for the pump. Each may be terminated at any point of that: then nothing was pushed, and
 * nobody waits. The pump takes all at once.
 */
struct inbox
{
    struct node *newest;
    /* atomic */
    LONG taken;                 /* somebody has the pump's role */
    LONG wanted;                /* something came since the last turn began */
    LONG look_for_ends;         /* a plug-in closed a channel without memory for a node */
    /* constant */
    struct executor *executor;
    void (*run)( struct client *client );   /* the pump */
    struct client *client;
};

extern void inbox_init( struct inbox *inbox, struct executor *executor, void (*run)( struct client *client ),
                        struct client *client );

/* A chain from newest, by next, to oldest goes in as one: nothing comes between. Lock-free, like the next. */
extern void inbox_push( struct inbox *inbox, struct node *newest, struct node *oldest );
/* Has the pump run soon; at once where the thread is one of ours. */
extern void inbox_wake( struct inbox *inbox );

/* What was pushed, oldest first, by next. */
extern struct node *inbox_take( struct inbox *inbox );

#endif /* __MSTSCAX_INBOX_H */
