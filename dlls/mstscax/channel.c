/*
 * IWTSVirtualChannel: Write, Close and delivery to the plug-in
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

#include <stdlib.h>

#include "channel.h"
#include "notice.h"
#include "plugin_order.h"
#include "pool.h"

#include "wine/debug.h"

WINE_DEFAULT_DEBUG_CHANNEL(mstscax);

/* Dead channels that are not used again yet. */
#define MIN_DEAD 256

/* Milliseconds that OnClose waits for a call to return. */
#define CLOSE_TIMEOUT 2000

/* Memory of messages that is kept for the next one: for a channel, and for all. */
#define MAX_SPARE  0x100000
#define MAX_SPARES 0x2000000

/* One message for OnDataReceived, in the room in front of it. */
struct delivery
{
    struct task task;
    struct channel *channel;
    UINT32 size;
};

C_ASSERT( sizeof(struct delivery) <= DRDYNVC_MESSAGE_ROOM );

static struct channel *impl_from_IWTSVirtualChannel( IWTSVirtualChannel *iface )
{
    return CONTAINING_RECORD( iface, struct channel, IWTSVirtualChannel_iface );
}

/* A plug-in's thread, which may end here, must not touch the heap: the pump does. */
static void channel_died( struct channel *channel )
{
    struct client *client = channel->client;

    inbox_push( &client->pump.inbox, &channel->released_node, &channel->released_node );
    inbox_wake( &client->pump.inbox );
}

static HRESULT STDMETHODCALLTYPE channel_QueryInterface( IWTSVirtualChannel *iface, REFIID riid, void **out )
{
    TRACE( "iface %p, riid %s, out %p.\n", iface, debugstr_guid( riid ), out );

    return object_query( (IUnknown *)iface, &IID_IWTSVirtualChannel,
                         &impl_from_IWTSVirtualChannel( iface )->marshaler, riid, out );
}

static ULONG STDMETHODCALLTYPE channel_AddRef( IWTSVirtualChannel *iface )
{
    return refs_add_theirs( &impl_from_IWTSVirtualChannel( iface )->refs );
}

static ULONG STDMETHODCALLTYPE channel_Release( IWTSVirtualChannel *iface )
{
    struct channel *channel = impl_from_IWTSVirtualChannel( iface );
    BOOL died;
    ULONG ref = refs_drop_theirs( &channel->refs, &died );

    if (died) channel_died( channel );
    return ref;
}

static BOOL channel_is_ending( struct channel *channel )
{
    return InterlockedOr( &channel->end, 0 ) != CHANNEL_NOT_ENDING;
}

/* Each call leaves a node of its own: so the close goes on where a thread was terminated in here. */
static HRESULT channel_close( struct channel *channel )
{
    struct inbox *inbox = &channel->client->pump.inbox;
    struct node *node = pool_alloc( sizeof(*node) );

    channel_set_end( channel, CHANNEL_CLOSED );
    if (node)
    {
        node->kind = NODE_CLOSE;
        node->channel = channel;
        inbox_push( inbox, node, node );
    }
    else InterlockedExchange( &inbox->look_for_ends, TRUE );
    inbox_wake( inbox );
    return S_OK;
}

/* A stream that lost a message would have a hole: it ends. */
static HRESULT channel_overrun( struct channel *channel )
{
    WARN( "Closing channel %#x, whose plug-in writes faster than the server reads.\n", channel->id );
    InterlockedExchange( &channel->overrun, TRUE );
    channel_close( channel );
    return E_OUTOFMEMORY;
}

static HRESULT STDMETHODCALLTYPE channel_Write( IWTSVirtualChannel *iface, ULONG size, BYTE *buffer,
                                                IUnknown *reserved )
{
    struct channel *channel = impl_from_IWTSVirtualChannel( iface );
    struct client *client = channel->client;
    LONG64 total = drdynvc_fragments_size( channel->id, size, 0, 0 );
    struct write *newest, *oldest;

    TRACE( "iface %p, size %lu, buffer %p, reserved %p.\n", iface, size, buffer, reserved );

    if (reserved) WARN( "Ignoring reserved %p.\n", reserved );
    if (size && !buffer) return E_POINTER;
    if (channel_is_ending( channel )) return HRESULT_FROM_WIN32( ERROR_GRACEFUL_DISCONNECT );
    if (!total || InterlockedExchangeAdd64( &channel->unsent, total ) + total > client->hard_limit)
        return channel_overrun( channel );

    if (!(newest = write_create( channel, channel->id, channel->connection, buffer, size, &oldest )))
    {
        InterlockedExchangeAdd64( &channel->unsent, -total );
        return E_OUTOFMEMORY;
    }
    InterlockedExchangeAdd64( &channel->unsent, write_cost_of_all( newest ) - total );
    inbox_push( &client->pump.inbox, &newest->node, &oldest->node );
    inbox_wake( &client->pump.inbox );
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE channel_Close( IWTSVirtualChannel *iface )
{
    struct channel *channel = impl_from_IWTSVirtualChannel( iface );

    TRACE( "iface %p.\n", iface );

    InterlockedExchange( &channel->discards, TRUE );
    return channel_close( channel );
}

static const IWTSVirtualChannelVtbl channel_vtbl =
{
    /* IUnknown methods */
    channel_QueryInterface,
    channel_AddRef,
    channel_Release,
    /* IWTSVirtualChannel methods */
    channel_Write,
    channel_Close,
};

void channel_addref( struct channel *channel )
{
    refs_add( &channel->refs );
}

void channel_release( struct channel *channel )
{
    if (refs_drop( &channel->refs )) channel_died( channel );
}

void channel_keep( struct channel *channel, LONG64 bytes )
{
    struct client *client = channel->client;

    if (InterlockedExchangeAdd64( &client->kept, bytes ) + bytes <= client->total_limit || bytes < 0) return;
    InterlockedExchange( &client->pump.over_limit, TRUE );
}

void channel_lose_message( struct channel *channel )
{
    LONG64 kept = drdynvc_assembly_kept( &channel->assembly );

    if (kept) channel_keep( channel, -kept );
    drdynvc_assembly_clear( &channel->assembly );
}

void channel_set_end( struct channel *channel, enum channel_end end )
{
    InterlockedCompareExchange( &channel->end, end, CHANNEL_NOT_ENDING );
}

/* FALSE if the callback has been released. */
static BOOL channel_use_callback( struct channel *channel )
{
    LONG seen = InterlockedOr( &channel->callback_users, 0 ), expected;

    do
    {
        if (!(expected = seen)) return FALSE;
        seen = InterlockedCompareExchange( &channel->callback_users, expected + 1, expected );
    } while (seen != expected);
    return TRUE;
}

static void channel_drop_callback( struct channel *channel )
{
    if (InterlockedDecrement( &channel->callback_users ) || !channel->callback) return;
    IWTSVirtualChannelCallback_Release( channel->callback );
    plugin_callback_ends( channel->listener->plugin );
}

static BYTE *delivery_message( struct delivery *delivery )
{
    return (BYTE *)delivery + DRDYNVC_MESSAGE_ROOM;
}

/* The use comes first: OnClose may overtake, which releases the callback when nobody uses it. */
static void delivery_run( struct task *task )
{
    struct delivery *delivery = CONTAINING_RECORD( task, struct delivery, task );
    struct channel *channel = delivery->channel;
    BOOL used = channel_use_callback( channel );

    if (used && !InterlockedOr( &channel->discards, 0 ))
    {
        TRACE( "channel %#x, size %u.\n", channel->id, delivery->size );
        IWTSVirtualChannelCallback_OnDataReceived( channel->callback, delivery->size,
                                                   delivery_message( delivery ) );
    }
    else InterlockedIncrement64( &channel->client->counters.messages_dropped );
    if (used) channel_drop_callback( channel );
}

/* The memory, which may be that of a larger message before; small ones cost more than their bytes. */
static LONG64 delivery_cost( struct delivery *delivery )
{
    return (LONG64)drdynvc_message_capacity( delivery_message( delivery ) ) + DRDYNVC_MESSAGE_ROOM;
}

static void free_spare( struct channel *channel, BYTE *spare )
{
    if (!spare) return;
    InterlockedExchangeAdd64( &channel->client->spare_bytes, -(LONG64)drdynvc_message_capacity( spare ) );
    drdynvc_message_free( spare );
}

BYTE *channel_take_spare( struct channel *channel )
{
    BYTE *spare = InterlockedExchangePointer( (void **)&channel->spare, NULL );

    if (spare)
        InterlockedExchangeAdd64( &channel->client->spare_bytes, -(LONG64)drdynvc_message_capacity( spare ) );
    return spare;
}

static void channel_keep_spare( struct channel *channel, BYTE *message )
{
    LONG64 capacity = drdynvc_message_capacity( message ), *total = &channel->client->spare_bytes;

    if (capacity > MAX_SPARE || InterlockedCompareExchange64( total, 0, 0 ) > MAX_SPARES)
    {
        drdynvc_message_free( message );
        return;
    }
    InterlockedExchangeAdd64( total, capacity );
    InterlockedExchange( &channel->spare_used, TRUE );
    free_spare( channel, InterlockedExchangePointer( (void **)&channel->spare, message ) );
}

void channel_drop_spare( struct channel *channel )
{
    free_spare( channel, InterlockedExchangePointer( (void **)&channel->spare, NULL ) );
}

BOOL channel_age_spare( struct channel *channel )
{
    if (!InterlockedCompareExchangePointer( (void **)&channel->spare, NULL, NULL )) return FALSE;
    if (InterlockedExchange( &channel->spare_used, FALSE )) return TRUE;
    channel_drop_spare( channel );
    return FALSE;
}

static void delivery_destroy( struct task *task )
{
    struct delivery *delivery = CONTAINING_RECORD( task, struct delivery, task );
    struct channel *channel = delivery->channel;
    LONG64 cost = delivery_cost( delivery );

    channel_keep( channel, -cost );
    InterlockedExchangeAdd64( &channel->undelivered, -cost );
    channel_keep_spare( channel, delivery_message( delivery ) );
    if (channel_is_ending( channel )) channel_drop_spare( channel );
    channel_release( channel );
}

void channel_deliver( struct channel *channel, BYTE *message, UINT32 size )
{
    struct delivery *delivery = (struct delivery *)(message - DRDYNVC_MESSAGE_ROOM);
    LONG64 cost;

    delivery->task.what = "OnDataReceived";
    delivery->task.run = delivery_run;
    delivery->task.destroy = delivery_destroy;
    delivery->channel = channel;
    delivery->size = size;
    cost = delivery_cost( delivery );
    channel_addref( channel );
    InterlockedExchangeAdd64( &channel->undelivered, cost );
    channel_keep( channel, cost );
    queue_submit( &channel->queue, &delivery->task );
}

void channel_discard( struct channel *channel )
{
    struct task *task;

    InterlockedExchange( &channel->discards, TRUE );
    while ((task = queue_take_before( &channel->queue, &channel->close_task )))
    {
        InterlockedIncrement64( &channel->client->counters.messages_dropped );
        task->destroy( task );
    }
}

static void channel_warn( struct channel *channel, const WCHAR *why, LONG64 limit )
{
    WARN( "Channel %#x has more than %I64d bytes that %s.\n", channel->id, limit, debugstr_w( why ) );
    notice_warning( channel->client, channel->listener->plugin, L"Channel %hs has more than %u MiB that %s",
                    channel->listener->name, (unsigned int)(limit >> 20), why );
}

BOOL channel_is_full( struct channel *channel )
{
    LONG64 kept = InterlockedCompareExchange64( &channel->undelivered, 0, 0 )
                  + drdynvc_assembly_kept( &channel->assembly );
    LONG64 soft = channel->client->soft_limit, hard = channel->client->hard_limit;

    if (kept > soft && !channel->undelivered_reported)
    {
        channel_warn( channel, L"the plug-in does not take", soft );
        channel->undelivered_reported = TRUE;
    }
    if (kept <= hard) return FALSE;
    channel_warn( channel, L"the plug-in does not take, so it is closed", hard );
    return TRUE;
}

void channel_check_unsent( struct channel *channel )
{
    LONG64 soft = channel->client->soft_limit;

    if (!channel->unsent_reported && InterlockedCompareExchange64( &channel->unsent, 0, 0 ) > soft)
    {
        channel_warn( channel, L"the server does not take", soft );
        channel->unsent_reported = TRUE;
    }
    if (InterlockedExchange( &channel->overrun, FALSE ))
        channel_warn( channel, L"the server does not take, so it is closed", channel->client->hard_limit );
}

static void channel_run_close( struct task *task )
{
    struct channel *channel = CONTAINING_RECORD( task, struct channel, close_task );

    TRACE( "channel %#x, end %ld, callback %p.\n", channel->id, channel->end, channel->callback );
    InterlockedExchange( &channel->finishing, TRUE );
    if (channel->callback) IWTSVirtualChannelCallback_OnClose( channel->callback );
    channel_drop_callback( channel );
}

static void channel_destroy_close( struct task *task )
{
    struct channel *channel = CONTAINING_RECORD( task, struct channel, close_task );

    plugin_channel_ends( channel->listener->plugin, channel );
    if (channel->overtaken) queue_resume( &channel->queue );    /* what is in it is not delivered */
    channel_release( channel );
}

void channel_finish( struct channel *channel )
{
    channel->deadline = GetTickCount64() + CLOSE_TIMEOUT;
    channel->close_task.what = "OnClose";
    channel->close_task.run = channel_run_close;
    channel->close_task.destroy = channel_destroy_close;
    queue_submit( &channel->queue, &channel->close_task );
}

/* The deadline is over, and that of the call that runs: each call has its time. */
static BOOL channel_is_late( struct channel *channel, ULONGLONG now )
{
    ULONGLONG since;

    if (now < channel->deadline) return FALSE;
    if (!(since = queue_running_since( &channel->queue ))) since = now; /* it waits for a thread */
    if (since + CLOSE_TIMEOUT <= now) return TRUE;
    channel->deadline = since + CLOSE_TIMEOUT;
    return FALSE;
}

BOOL channel_check_finish( struct channel *channel, ULONGLONG now )
{
    if (InterlockedOr( &channel->answer, 0 ) == CHANNEL_UNANSWERED)
    {
        if (now < channel->deadline) return FALSE;
        WARN( "OnNewChannelConnection of channel %#x does not return.\n", channel->id );
        plugin_channel_ends( channel->listener->plugin, channel );
        return TRUE;
    }
    if (InterlockedOr( &channel->finishing, 0 )) return TRUE;
    if (!channel_is_late( channel, now )) return FALSE;
    if (queue_withdraw( &channel->queue, &channel->close_task ))
    {
        WARN( "A callback of channel %#x does not return, OnClose overtakes it.\n", channel->id );
        channel->overtaken = TRUE;
        channel_discard( channel );
        queue_submit( &channel->overtaking, &channel->close_task );
    }
    return TRUE;
}

/* A pointer that a plug-in kept for so long may meet another channel, but never free memory. */
static struct channel *channel_alloc( struct client *client )
{
    struct channel *channel = NULL;

    AcquireSRWLockExclusive( &client->lock );
    if (client->dead_channel_count > MIN_DEAD)
    {
        channel = LIST_ENTRY( list_head( &client->dead_channels ), struct channel, entry );
        list_remove( &channel->entry );
        client->dead_channel_count--;
    }
    ReleaseSRWLockExclusive( &client->lock );
    if (channel || !(channel = calloc( 1, sizeof(*channel) ))) return channel;
    channel->IWTSVirtualChannel_iface.lpVtbl = &channel_vtbl;
    channel->client = client;
    return channel;
}

static void node_init( struct node *node, enum node_kind kind, struct channel *channel )
{
    node->kind = kind;
    node->channel = channel;
}

struct channel *channel_create( struct client *client, struct listener *listener, UINT32 id, UINT8 priority )
{
    struct channel *channel;

    if (!(channel = channel_alloc( client ))) return NULL;
    channel->listener = listener;
    channel->id = id;
    channel->connection = client->connection;
    channel->priority = priority;
    channel->unsent = channel->undelivered = 0;
    channel->undelivered_reported = channel->unsent_reported = channel->overrun = channel->broken = FALSE;
    channel->answer = CHANNEL_UNANSWERED;
    channel->state = CHANNEL_OFFERED;
    channel->discards = channel->close_wanted = channel->finishing = FALSE;
    channel->overtaken = channel->counted = FALSE;
    channel->callback = NULL;
    channel->callback_users = 1;
    channel->first = channel->last = NULL;
    queue_init( &channel->queue, &client->executor, listener->plugin );
    queue_init( &channel->overtaking, &client->executor, listener->plugin );
    list_init( &channel->entry );
    list_init( &channel->waiting_entry );
    list_init( &channel->sending_entry );
    list_init( &channel->finishing_entry );
    node_init( &channel->answer_node, NODE_ANSWER, channel );
    node_init( &channel->end_node, NODE_END, channel );
    node_init( &channel->released_node, NODE_RELEASED, channel );
    refs_add( &channel->refs );
    InterlockedExchange( &channel->end, CHANNEL_NOT_ENDING );
    return channel;
}

void channel_retire( struct channel *channel )
{
    struct client *client = channel->client;
    IUnknown *marshaler = channel->marshaler;

    channel_set_end( channel, CHANNEL_CLOSED );
    channel_lose_message( channel );
    channel->marshaler = NULL;
    if (marshaler) IUnknown_Release( marshaler );

    AcquireSRWLockExclusive( &client->lock );
    list_add_tail( &client->dead_channels, &channel->entry );
    client->dead_channel_count++;
    ReleaseSRWLockExclusive( &client->lock );
}
