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

#include "mstscax_private.h"

/* With a reference for the pump, which it drops when it has ended the channel. NULL without memory. */
extern struct channel *channel_create( struct client *client, struct listener *listener, UINT32 id, UINT8 priority );
extern void channel_addref( struct channel *channel );
extern void channel_release( struct channel *channel );
/* The pump's, for a channel without references: its memory is used again some time. */
extern void channel_retire( struct channel *channel );

/* Any thread, lock-free: so many bytes more of it are kept, or fewer, which is said before they go: the sum is never
 * more than what there is. */
extern void channel_keep( struct channel *channel, LONG64 bytes );

/* The first cause counts, and Write fails. Lock-free. Some node that tells the pump follows. */
extern void channel_set_end( struct channel *channel, enum channel_end end );

/* The receive path's: takes a message. */
extern void channel_deliver( struct channel *channel, BYTE *message, UINT32 size );
/* The pump's, when nothing more comes: what was received and not delivered is dropped, but for a call that runs. */
extern void channel_discard( struct channel *channel );
/* The receive path's: memory for the next message, or NULL. */
extern BYTE *channel_take_spare( struct channel *channel );
/* Any thread of ours: gives the spare back that was not used since the last call; FALSE if there is none now. */
extern BOOL channel_age_spare( struct channel *channel );
/* Any thread of ours: the channel ends, and a plug-in may keep it for long. */
extern void channel_drop_spare( struct channel *channel );
/* client->lock held, or of a channel that is gone: the message that is not complete is lost. */
extern void channel_lose_message( struct channel *channel );
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
