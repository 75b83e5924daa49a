/*
 * The sending side: writes of plug-ins and what the transport takes of them
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

#ifndef __MSTSCAX_PUMP_H
#define __MSTSCAX_PUMP_H

#include "drdynvc.h"
#include "schedule.h"

/*
 * Plug-ins' threads only push onto lock-free inboxes and may be terminated at any point of that.
 * Everything else belongs to the pump, a role that only our own threads take and that one of them
 * has at a time: order, window, fairness between channels, Close, the transport.
 */

/* One message or control PDU on its way, in pool memory. Freed when the pump is through with it
 * and the transport has completed or cancelled each PDU that it was given. */
struct write
{
    struct write *next;
    LONG ref;                           /* the pump's and one for each PDU with the transport */
    size_t control_size;                /* a single control PDU, which waits for no window; else 0 */
    struct drdynvc_fragments todo;      /* pump role */
    struct drdynvc_fragments completed; /* the transport's events, which come in order */
};

/* Copies the message. NULL if out of memory. Any thread, lock-free. */
extern struct write *write_create( UINT32 channel_id, const void *message, UINT32 size );
extern struct write *write_create_control( const void *pdu, size_t size );
extern void write_release( struct write *write );
/* One that was not pushed. Any thread, lock-free; write_release is for ours. */
extern void write_abandon( struct write *write );

/* A stack that any thread pushes onto and one takes from, whole. The lowest bit of the
 * head seals it: nothing is pushed any more. */
extern BOOL write_push( struct write **head, struct write *write );
extern void write_seal( struct write **head );
extern BOOL write_is_sealed( struct write **head );
/* Returns what was pushed, oldest first. */
extern struct write *write_take( struct write **head );

struct pump
{
    LONG busy;                  /* somebody has the role */
    LONG again;                 /* something came since the last turn began */
    LONG sleeping;              /* the pump's own thread waits for the event */
    HANDLE wake;
    LONG in_flight;             /* bytes the transport was given and has not completed */
    LONG stalled;               /* the window was full */
    LONG connected;
    struct write *control;      /* inbox of PDUs that belong to no channel */
    struct channel *arrivals;   /* inbox of channels */
    struct channel *released;   /* inbox of channels without a reference */
    /* pump role */
    struct list channels;       /* arrived, not closed */
    struct schedule schedule;   /* those of them that have something to send */
    struct list finishing;      /* closed, OnClose waits for a call to return; by deadline */
    LONG64 deadline;            /* of the first of those, or 0; read by the pump's thread */
};

struct client;

extern HRESULT pump_start( struct client *client );
extern void pump_connect( struct client *client, BOOL connected );

/* Our own threads: takes the role if it is free, and returns when nothing is left to do; otherwise
 * whoever has it goes on. No lock may be held. */
extern void pump_run( struct client *client );

/* Any thread, lock-free: has the pump run soon. */
extern void pump_wake( struct client *client );

/* The inboxes; pump_run or pump_wake follows. */
extern void pump_post_control( struct client *client, const void *pdu, size_t size );
extern void pump_add_channel( struct client *client, struct channel *channel );
extern void pump_retire_channel( struct client *client, struct channel *channel );

/* CHANNEL_EVENT_WRITE_COMPLETE or CANCELLED for one PDU. pump_run follows if the pump is stalled. */
extern void pump_complete( struct client *client, struct write *write );

extern BOOL pump_is_stalled( struct client *client );

#endif /* __MSTSCAX_PUMP_H */
