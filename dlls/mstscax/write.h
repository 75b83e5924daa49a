/*
 * One message on its way to the transport
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

#ifndef __MSTSCAX_WRITE_H
#define __MSTSCAX_WRITE_H

#include "windef.h"
#include "winbase.h"

#include "drdynvc.h"
#include "inbox.h"

/*
 * A control PDU, or a message laid out as PDUs that are ready to send, or, where that is longer than a block of the
 * pool, a part of it: those parts are pushed as one chain. It ends with the last reference: the pump has one until all
 * of its PDUs were given to the transport, which has one for each run of them that it has not completed or cancelled.
 */
struct write
{
    struct node node;
    LONG   ref;
    void (*free)( struct write *write );    /* on a thread of ours */
    DWORD  connection;                  /* it is for */
    UINT32 control_size;                /* of a control PDU, which waits for no window; else 0 */
    struct drdynvc_fragments todo;      /* pump role */
    struct drdynvc_fragments completed; /* events of a client that completes PDU by PDU, in order */
};

/* What precedes the PDUs of a control PDU that is part of something else. */
#define WRITE_CONTROL_ROOM (WINE_DVC_HEADROOM + DRDYNVC_MAX_CONTROL)

/* Copies the message into one or several; *oldest is its beginning, from which the newest, which is returned, goes
 * back by next. NULL if out of memory. Any thread, lock-free. */
extern struct write *write_create( struct channel *channel, UINT32 channel_id, DWORD connection, const void *message,
                                   UINT32 size, struct write **oldest );

/* The memory of such a write, until it ends; that of all that write_create made, before they are pushed. */
extern LONG64 write_cost( const struct write *write );
extern LONG64 write_cost_of_all( const struct write *newest );

/* Ours, in the pool, so that the server is answered when the heap has nothing left. NULL if the pool has not either. */
extern struct write *write_create_control( DWORD connection, const void *pdu, SIZE_T size );
/* One that is part of something else, with WRITE_CONTROL_ROOM bytes behind it; free tells when it is not used. */
extern void write_init_control( struct write *write, struct channel *channel, DWORD connection, const void *pdu,
                                SIZE_T size, void (*free)( struct write *write ) );

extern BYTE *write_control_pdu( struct write *write );

extern void write_addref( struct write *write );
/* Our threads'. */
extern void write_release( struct write *write );

/* Bytes of the next PDU that the transport completes, for a client that tells of each. */
extern SIZE_T write_next_completed( struct write *write );

/* The transport was given all PDUs. */
extern BOOL write_is_through( const struct write *write );

#endif /* __MSTSCAX_WRITE_H */
