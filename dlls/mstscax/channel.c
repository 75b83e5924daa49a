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

/* One message for OnDataReceived. */
struct delivery
{
    struct task task;
    struct channel *channel;
    BYTE  *message;
    UINT32 size;
};

static struct channel *impl_from_IWTSVirtualChannel( IWTSVirtualChannel *iface )
{
    return CONTAINING_RECORD( iface, struct channel, IWTSVirtualChannel_iface );
}

static HRESULT STDMETHODCALLTYPE channel_QueryInterface( IWTSVirtualChannel *iface, REFIID riid, void **out )
{
    TRACE( "iface %p, riid %s, out %p.\n", iface, debugstr_guid( riid ), out );

    if (!out) return E_POINTER;
    if (IsEqualGUID( riid, &IID_IUnknown ) || IsEqualGUID( riid, &IID_IWTSVirtualChannel ))
    {
        IWTSVirtualChannel_AddRef( iface );
        *out = iface;
        return S_OK;
    }
    WARN( "%s not implemented, returning E_NOINTERFACE.\n", debugstr_guid( riid ) );
    *out = NULL;
    return E_NOINTERFACE;
}

static ULONG STDMETHODCALLTYPE channel_AddRef( IWTSVirtualChannel *iface )
{
    return InterlockedIncrement( &impl_from_IWTSVirtualChannel( iface )->ref );
}

/* The last reference may be a plug-in's thread's, which must not touch the heap: the pump frees. */
static ULONG STDMETHODCALLTYPE channel_Release( IWTSVirtualChannel *iface )
{
    struct channel *channel = impl_from_IWTSVirtualChannel( iface );
    struct client *client = channel->client;
    ULONG ref = InterlockedDecrement( &channel->ref );

    if (!ref)
    {
        pump_free_channel( client, channel );
        pump_wake( client );
    }
    return ref;
}

static HRESULT STDMETHODCALLTYPE channel_Write( IWTSVirtualChannel *iface, ULONG size, BYTE *buffer,
                                                IUnknown *reserved )
{
    struct channel *channel = impl_from_IWTSVirtualChannel( iface );
    struct client *client = channel->client;
    struct write *write;

    TRACE( "iface %p, size %lu, buffer %p, reserved %p.\n", iface, size, buffer, reserved );

    if (reserved) WARN( "Ignoring reserved %p.\n", reserved );
    if (size && !buffer) return E_POINTER;
    if (write_is_sealed( &channel->inbox )) return HRESULT_FROM_WIN32( ERROR_GRACEFUL_DISCONNECT );
    if (!size) return S_OK;

    if (!(write = write_create( channel->id, buffer, size ))) return E_OUTOFMEMORY;
    if (!write_push( &channel->inbox, write ))
    {
        write_release( write );
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
    IWTSVirtualChannel_AddRef( &channel->IWTSVirtualChannel_iface );
}

void channel_release( struct channel *channel )
{
    IWTSVirtualChannel_Release( &channel->IWTSVirtualChannel_iface );
}

/* Each step may be repeated, by whoever comes after a thread that was terminated here. */
void channel_end( struct channel *channel, enum channel_end end )
{
    InterlockedCompareExchange( &channel->end, end, CHANNEL_NOT_ENDING );
    write_seal( &channel->inbox );
}

static void delivery_run( struct task *task )
{
    struct delivery *delivery = CONTAINING_RECORD( task, struct delivery, task );
    struct channel *channel = delivery->channel;

    if (InterlockedOr( &channel->deaf, 0 )) return;
    TRACE( "channel %#x, size %u.\n", channel->id, delivery->size );
    IWTSVirtualChannelCallback_OnDataReceived( channel->callback, delivery->size, delivery->message );
}

static void delivery_destroy( struct task *task )
{
    struct delivery *delivery = CONTAINING_RECORD( task, struct delivery, task );

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
    delivery->task.run = delivery_run;
    delivery->task.destroy = delivery_destroy;
    delivery->channel = channel;
    delivery->message = message;
    delivery->size = size;
    channel_addref( channel );
    queue_submit( &channel->queue, &delivery->task );
    return S_OK;
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
    if (channel_owes_close( channel )) IWTSVirtualChannelCallback_OnClose( channel->callback );
    if (channel->callback) IWTSVirtualChannelCallback_Release( channel->callback );
}

static void channel_destroy_close( struct task *task )
{
    struct channel *channel = CONTAINING_RECORD( task, struct channel, close_task );

    plugin_channel_ends( channel->listener->plugin );
    channel_release( channel );
}

void channel_finish( struct channel *channel )
{
    channel->close_task.run = channel_run_close;
    channel->close_task.destroy = channel_destroy_close;
    queue_submit( &channel->queue, &channel->close_task );
}

struct channel *channel_create( struct client *client, struct listener *listener, UINT32 id )
{
    struct channel *channel;

    if (!(channel = calloc( 1, sizeof(*channel) ))) return NULL;
    channel->IWTSVirtualChannel_iface.lpVtbl = &channel_vtbl;
    channel->ref = 1;
    channel->client = client;
    channel->listener = listener;
    channel->id = id;
    IWTSListener_AddRef( &listener->IWTSListener_iface );
    queue_init( &channel->queue, &client->executor );
    list_init( &channel->entry );
    list_init( &channel->sending_entry );
    plugin_channel_begins( listener->plugin );
    return channel;
}

void channel_free( struct channel *channel )
{
    struct write *write = write_take( &channel->inbox ), *next;

    for (; write; write = next)
    {
        next = write->next;
        write_release( write );
    }
    drdynvc_assembly_clear( &channel->assembly );
    listener_release( channel->listener );
    free( channel );
}
