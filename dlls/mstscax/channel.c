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

#include "mstscax_private.h"

#include "wine/debug.h"

WINE_DEFAULT_DEBUG_CHANNEL(mstscax);

/* Dead channels that are not used again yet. */
#define MIN_DEAD 256

/* One message for OnDataReceived. */
struct delivery
{
    struct task task;
    struct channel *channel;
    BYTE  *message;
    UINT32 size;
};

/* A plug-in's thread, which may end here, must not touch the heap: the pump does. */
static void channel_bury( struct channel *channel )
{
    struct client *client = channel->client;

    pump_retire_channel( client, channel );
    pump_wake( client );
}

static struct channel *impl_from_IWTSVirtualChannel( IWTSVirtualChannel *iface )
{
    return CONTAINING_RECORD( iface, struct channel, IWTSVirtualChannel_iface );
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

    if (died) channel_bury( channel );
    return ref;
}

/* A stream that lost a message would have a hole: it ends. */
static HRESULT channel_overrun( struct channel *channel )
{
    WARN( "Closing channel %#x, whose plug-in writes faster than the server reads.\n", channel->id );
    InterlockedExchange( &channel->overrun, TRUE );
    channel_end( channel, CHANNEL_CLOSED );
    pump_wake( channel->client );
    return E_OUTOFMEMORY;
}

static HRESULT STDMETHODCALLTYPE channel_Write( IWTSVirtualChannel *iface, ULONG size, BYTE *buffer,
                                                IUnknown *reserved )
{
    struct channel *channel = impl_from_IWTSVirtualChannel( iface );
    struct client *client = channel->client;
    LONG64 total = drdynvc_fragments_size( channel->id, size, 0 );
    struct write *write;

    TRACE( "iface %p, size %lu, buffer %p, reserved %p.\n", iface, size, buffer, reserved );

    if (reserved) WARN( "Ignoring reserved %p.\n", reserved );
    if (size && !buffer) return E_POINTER;
    if (write_is_sealed( &channel->inbox )) return HRESULT_FROM_WIN32( ERROR_GRACEFUL_DISCONNECT );
    if (InterlockedExchangeAdd64( &channel->pending, total ) + total > client->hard_limit)
        return channel_overrun( channel );

    if (!(write = write_create( channel->id, buffer, size )))
    {
        InterlockedExchangeAdd64( &channel->pending, -total );
        return E_OUTOFMEMORY;
    }
    if (!write_push( &channel->inbox, write ))
    {
        write_abandon( write );
        return HRESULT_FROM_WIN32( ERROR_GRACEFUL_DISCONNECT );
    }
    pump_wake( client );
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE channel_Close( IWTSVirtualChannel *iface )
{
    struct channel *channel = impl_from_IWTSVirtualChannel( iface );

    TRACE( "iface %p.\n", iface );

    InterlockedExchange( &channel->deaf, TRUE );
    channel_end( channel, CHANNEL_CLOSED );
    pump_wake( channel->client );
    return S_OK;
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
    if (refs_drop( &channel->refs )) channel_bury( channel );
}

/* Each step may be repeated, by whoever comes after a thread that was terminated here. */
void channel_end( struct channel *channel, enum channel_end end )
{
    InterlockedCompareExchange( &channel->end, end, CHANNEL_NOT_ENDING );
    write_seal( &channel->inbox );
}

static void channel_drop_callback( struct channel *channel )
{
    if (!channel->callback || InterlockedDecrement( &channel->callback_users )) return;
    IWTSVirtualChannelCallback_Release( channel->callback );
    plugin_callback_ends( channel->listener->plugin );
}

static void delivery_run( struct task *task )
{
    struct delivery *delivery = CONTAINING_RECORD( task, struct delivery, task );
    struct channel *channel = delivery->channel;

    if (InterlockedOr( &channel->deaf, 0 ))
    {
        InterlockedIncrement64( &channel->client->counters.messages_dropped );
        return;
    }
    TRACE( "channel %#x, size %u.\n", channel->id, delivery->size );
    InterlockedIncrement( &channel->callback_users );
    IWTSVirtualChannelCallback_OnDataReceived( channel->callback, delivery->size, delivery->message );
    channel_drop_callback( channel );
}

/* Small messages cost more than their bytes. */
static LONG64 delivery_cost( const struct delivery *delivery )
{
    return (LONG64)delivery->size + 2 * sizeof(*delivery);
}

static void delivery_destroy( struct task *task )
{
    struct delivery *delivery = CONTAINING_RECORD( task, struct delivery, task );

    InterlockedExchangeAdd64( &delivery->channel->undelivered, -delivery_cost( delivery ) );
    channel_release( delivery->channel );
    free( delivery->message );
    free( delivery );
}

HRESULT channel_deliver( struct channel *channel, BYTE *message, UINT32 size )
{
    struct delivery *delivery = malloc( sizeof(*delivery) );

    if (!delivery)
    {
        free( message );
        return E_OUTOFMEMORY;
    }
    delivery->task.what = "OnDataReceived";
    delivery->task.run = delivery_run;
    delivery->task.destroy = delivery_destroy;
    delivery->channel = channel;
    delivery->message = message;
    delivery->size = size;
    channel_addref( channel );
    InterlockedExchangeAdd64( &channel->undelivered, delivery_cost( delivery ) );
    queue_submit( &channel->queue, &delivery->task );
    return S_OK;
}

static void channel_warn( struct channel *channel, const WCHAR *why, LONG64 limit )
{
    WARN( "Channel %#x has more than %I64d bytes that %s.\n", channel->id, limit, debugstr_w( why ) );
    notice_warning( channel->client, channel->listener->plugin, L"Channel %hs has more than %u MiB that %s",
                    channel->listener->name, (unsigned int)(limit >> 20), why );
}

BOOL channel_is_full( struct channel *channel )
{
    LONG64 kept = InterlockedCompareExchange64( &channel->undelivered, 0, 0 ) + channel->assembly.received;
    LONG64 soft = channel->client->soft_limit, hard = channel->client->hard_limit;

    if (kept > soft && !channel->undelivered_told)
    {
        channel_warn( channel, L"the plug-in does not take", soft );
        channel->undelivered_told = TRUE;
    }
    if (kept <= hard) return FALSE;
    channel_warn( channel, L"the plug-in does not take, so it is closed", hard );
    return TRUE;
}

void channel_check_pending( struct channel *channel )
{
    LONG64 pending = InterlockedCompareExchange64( &channel->pending, 0, 0 );
    LONG64 soft = channel->client->soft_limit;

    if (pending > soft && !channel->pending_told)
    {
        channel_warn( channel, L"the server does not take", soft );
        channel->pending_told = TRUE;
    }
    if (InterlockedExchange( &channel->overrun, FALSE ))
        channel_warn( channel, L"the server does not take, so it is closed", channel->client->hard_limit );
}

/* A plug-in that took Close for a refusal hears nothing more. */
static BOOL channel_owes_close( struct channel *channel )
{
    return channel->callback && (channel->open || channel->end != CHANNEL_CLOSED);
}

static void channel_run_close( struct task *task )
{
    struct channel *channel = CONTAINING_RECORD( task, struct channel, close_task );

    TRACE( "channel %#x, end %ld, callback %p.\n", channel->id, channel->end, channel->callback );
    InterlockedExchange( &channel->finishing, TRUE );
    if (channel_owes_close( channel )) IWTSVirtualChannelCallback_OnClose( channel->callback );
    channel_drop_callback( channel );
}

static void channel_destroy_close( struct task *task )
{
    struct channel *channel = CONTAINING_RECORD( task, struct channel, close_task );

    plugin_channel_ends( channel->listener->plugin );
    if (channel->overtaken) queue_resume( &channel->queue );    /* what is in it is not delivered */
    channel_release( channel );
}

BOOL channel_finish( struct channel *channel )
{
    channel->close_task.what = "OnClose";
    channel->close_task.run = channel_run_close;
    channel->close_task.destroy = channel_destroy_close;
    queue_submit( &channel->queue, &channel->close_task );
    return !queue_is_running( &channel->queue );
}

BOOL channel_check_finish( struct channel *channel, ULONGLONG now )
{
    if (InterlockedOr( &channel->finishing, 0 )) return TRUE;
    if (now < channel->deadline) return FALSE;
    if (queue_withdraw( &channel->queue, &channel->close_task ))
    {
        WARN( "A callback of channel %#x does not return, OnClose overtakes it.\n", channel->id );
        channel->overtaken = TRUE;
        InterlockedExchange( &channel->deaf, TRUE );
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

struct channel *channel_create( struct client *client, struct listener *listener, UINT32 id,
                                UINT8 priority )
{
    struct channel *channel;

    if (!(channel = channel_alloc( client ))) return NULL;
    channel->listener = listener;
    channel->id = id;
    channel->priority = priority;
    channel->pending = channel->undelivered = 0;
    channel->undelivered_told = channel->pending_told = channel->overrun = FALSE;
    channel->verdict = CHANNEL_OFFERED;
    channel->end = CHANNEL_NOT_ENDING;
    channel->deaf = channel->open = channel->finishing = channel->overtaken = FALSE;
    channel->callback = NULL;
    channel->callback_users = 1;
    queue_init( &channel->queue, &client->executor, listener->plugin );
    queue_init( &channel->overtaking, &client->executor, listener->plugin );
    list_init( &channel->entry );
    list_init( &channel->sending_entry );
    channel->inbox = NULL;
    refs_add( &channel->refs );
    plugin_channel_begins( listener->plugin );
    return channel;
}

void channel_retire( struct channel *channel )
{
    struct client *client = channel->client;
    struct write *write, *next;
    IUnknown *marshaler = channel->marshaler;

    write_seal( &channel->inbox );
    for (write = write_take( &channel->inbox ); write; write = next)
    {
        next = write->next;
        write_release( write );
    }
    drdynvc_assembly_clear( &channel->assembly );
    channel->marshaler = NULL;
    if (marshaler) IUnknown_Release( marshaler );

    AcquireSRWLockExclusive( &client->lock );
    list_add_tail( &client->dead_channels, &channel->entry );
    client->dead_channel_count++;
    ReleaseSRWLockExclusive( &client->lock );
}
