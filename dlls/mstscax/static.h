/*
 * Static channels: the contract with plug-ins that export VirtualChannelEntry
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

#ifndef __MSTSCAX_STATIC_H
#define __MSTSCAX_STATIC_H

#include "mstscax_private.h"

/*
 * The functions of this contract carry no context, so the channels are the process's, as on Windows: at most
 * CHANNEL_MAX_COUNT, never freed. All calls of a plug-in are tasks of its plugin's queue, so they come one at a time,
 * and Connected, Disconnected and Terminated of a DLL that exports both kinds are among them; but for WRITE_COMPLETE and
 * WRITE_CANCELLED, which have a queue of their own: a plug-in may wait for them in any other call.
 *
 * A plug-in's thread may be terminated inside VirtualChannelWrite, Open and Close: they take no lock. A write lies in
 * the plug-in's own buffer until the pump copies the chunks that the transport gets; it is completed, or cancelled,
 * once, when the transport has done so with the last of them; before the DISCONNECTED of its connection.
 *
 * A handle lasts until its channel is closed, or opened in a later connection.
 */

/* One that was declared in VirtualChannelInit. */
struct static_channel;
/* What the transport is given. */
struct static_chunk
{
    struct static_write *write;
    DWORD  connection;
    UINT32 stream;
    UINT32 flags;
    UINT32 size;            /* of what lies behind the headroom: the message's size, then data */
    BYTE   room[1];         /* headroom, then those bytes */
};

/* In the plug-in's queue: runs VirtualChannelEntry, and tells of the channels. On failure the reason is for free(). */
extern HRESULT static_enter( struct plugin *plugin, VIRTUALCHANNELENTRY *entry, struct failure *failure );
/* Then there: CHANNEL_EVENT_INITIALIZED. */
extern void static_begin( struct plugin *plugin );
/* In the plug-in's queue: its CHANNEL_EVENT_TERMINATED, after which nothing is called any more. */
extern void static_terminate( struct plugin *plugin );

/* The reader's */

/* The server has the channels whose bit is set: CONNECTED, or V1_CONNECTED to a plug-in that has none of them. */
extern void static_join( struct client *client, UINT32 streams, const char *server );
/* The transport has dropped what it had: what was not sent is cancelled, then comes DISCONNECTED. A Write that is about
 * to return may be cancelled after it. */
extern void static_disconnect( struct client *client );
extern void static_receive( struct client *client, UINT32 stream, UINT32 flags, UINT32 total, const BYTE *data,
                            UINT32 size );

/* The pump's: the transport is given the next chunk, of the channel whose turn it is; FALSE if there is nothing to send, or
 * no memory for it, which sets pump.no_memory.
 * With the lock, so that none is on its way while the connection ends. */
extern BOOL static_send( struct client *client, void (*transmit)( struct client *client, struct static_chunk *chunk ) );
/* Is there something to look for? */
extern BOOL static_has_channels( void );
/* Our own threads': the transport has sent the chunk, or dropped it; it is freed. */
extern void static_chunk_done( struct static_chunk *chunk, BOOL dropped );

#endif /* __MSTSCAX_STATIC_H */
