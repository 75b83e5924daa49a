/*
 * IWTSListener: offers channels to a plug-in
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
#include <string.h>

#include "channel.h"
#include "listener.h"
#include "notice.h"
#include "plugin_order.h"
#include "pump.h"
#include "table.h"
#include "traffic.h"

#include "wine/debug.h"

WINE_DEFAULT_DEBUG_CHANNEL(mstscax);

static struct listener *impl_from_IWTSListener( IWTSListener *iface )
{
    return CONTAINING_RECORD( iface, struct listener, IWTSListener_iface );
}

static HRESULT STDMETHODCALLTYPE listener_QueryInterface( IWTSListener *iface, REFIID riid, void **out )
{
    TRACE( "iface %p, riid %s, out %p.\n", iface, debugstr_guid( riid ), out );

    return object_query( (IUnknown *)iface, &IID_IWTSListener, &impl_from_IWTSListener( iface )->marshaler, riid, out );
}

static ULONG STDMETHODCALLTYPE listener_AddRef( IWTSListener *iface )
{
    return refs_add_theirs( &impl_from_IWTSListener( iface )->refs );
}

static ULONG STDMETHODCALLTYPE listener_Release( IWTSListener *iface )
{
    BOOL died;
    return refs_drop_theirs( &impl_from_IWTSListener( iface )->refs, &died );
}

static HRESULT STDMETHODCALLTYPE listener_GetConfiguration( IWTSListener *iface, IPropertyBag **out )
{
    struct listener *listener = impl_from_IWTSListener( iface );
    struct plugin *plugin = listener->plugin;
    HRESULT hr = S_OK;

    TRACE( "iface %p, out %p.\n", iface, out );

    if (!out) return E_POINTER;
    *out = NULL;
    AcquireSRWLockExclusive( &plugin->client->lock );
    if (!listener->configuration) hr = propbag_create( plugin->entry, &listener->configuration );
    ReleaseSRWLockExclusive( &plugin->client->lock );
    if (FAILED(hr)) return hr;
    IPropertyBag_AddRef( listener->configuration );
    *out = listener->configuration;
    return S_OK;
}

static const IWTSListenerVtbl listener_vtbl =
{
    /* IUnknown methods */
    listener_QueryInterface,
    listener_AddRef,
    listener_Release,
    /* IWTSListener methods */
    listener_GetConfiguration,
};

/* The order in which listeners of one name are asked: that of their plug-ins, then of creation. */
static BOOL listener_is_behind( const struct listener *listener, const struct listener *other )
{
    if (listener->plugin->order != other->plugin->order) return listener->plugin->order > other->plugin->order;
    return listener->number > other->number;
}

/* A plug-in may create listeners at any time. */
static HRESULT client_insert_listener( struct client *client, struct listener *listener )
{
    struct listener *other;
    HRESULT hr = S_OK;

    AcquireSRWLockExclusive( &client->lock );
    if (listener->plugin->ended) hr = E_FAIL;
    else if (listener->plugin->number && client->listener_count == WINE_DVC_MAX_LISTENERS)
        hr = HRESULT_FROM_WIN32( ERROR_TOO_MANY_NAMES );
    else if (!(listener->traffic = traffic_get( client, listener->name ))) hr = E_OUTOFMEMORY;
    else
    {
        listener->number = client->listeners_created++;
        LIST_FOR_EACH_ENTRY( other, &client->listeners, struct listener, entry )
            if (listener_is_behind( other, listener )) break;
        list_add_tail( &other->entry, &listener->entry );
        client->listener_count += listener->plugin->number != 0;
        client->active++;
    }
    ReleaseSRWLockExclusive( &client->lock );
    return hr;
}

HRESULT listener_create( struct plugin *plugin, const char *name, IWTSListenerCallback *callback,
                         struct listener **out )
{
    struct client *client = plugin->client;
    struct listener *listener;
    HRESULT hr;

    *out = NULL;
    if (!(listener = calloc( 1, sizeof(*listener) + strlen( name ) ))) return E_OUTOFMEMORY;
    listener->IWTSListener_iface.lpVtbl = &listener_vtbl;
    refs_add( &listener->refs );
    strcpy( listener->name, name );
    queue_init( &listener->queue, &client->executor, plugin );
    listener->plugin = plugin;
    IWTSListenerCallback_AddRef( callback );
    listener->callback = callback;

    if (SUCCEEDED(hr = client_insert_listener( client, listener )))
    {
        *out = listener;
        return S_OK;
    }
    if (hr == HRESULT_FROM_WIN32( ERROR_TOO_MANY_NAMES ) && !InterlockedExchange( &client->listeners_reported, TRUE ))
        notice_warning( client, plugin, L"It listens on more than the %u channels that one process may have: what "
                        L"comes now is not offered to the server", WINE_DVC_MAX_LISTENERS );
    IWTSListenerCallback_Release( callback );
    free( listener );
    return hr;
}

struct listener *listener_find( struct client *client, const char *name, const struct listener *after )
{
    struct listener *listener, *found = NULL;

    AcquireSRWLockShared( &client->lock );
    LIST_FOR_EACH_ENTRY( listener, &client->listeners, struct listener, entry )
    {
        if (strcmp( listener->name, name ) || (after && !listener_is_behind( listener, after ))) continue;
        found = listener;
        break;
    }
    ReleaseSRWLockShared( &client->lock );
    return found;
}

static void listener_run_removal( struct task *task )
{
    struct listener *listener = CONTAINING_RECORD( task, struct listener, removal_task );
    IWTSListenerCallback *callback = listener->callback;

    listener->callback = NULL;
    IWTSListenerCallback_Release( callback );
    client_drop_active( listener->plugin->client );
}

/* The task is part of the listener. */
static void listener_destroy_removal( struct task *task )
{
}

void listeners_remove( struct plugin *plugin, BOOL tell )
{
    struct client *client = plugin->client;
    struct listener *listener, *next;
    struct list removed;

    list_init( &removed );
    AcquireSRWLockExclusive( &client->lock );
    plugin->ended = TRUE;
    LIST_FOR_EACH_ENTRY_SAFE( listener, next, &client->listeners, struct listener, entry )
    {
        if (listener->plugin != plugin) continue;
        list_remove( &listener->entry );
        list_add_tail( &removed, &listener->entry );
        client->listener_count -= plugin->number != 0;
    }
    ReleaseSRWLockExclusive( &client->lock );

    LIST_FOR_EACH_ENTRY_SAFE( listener, next, &removed, struct listener, entry )
    {
        if (tell) notice_unlisten( listener );
        listener->removal_task.what = "Release";
        listener->removal_task.run = listener_run_removal;
        listener->removal_task.destroy = listener_destroy_removal;
        queue_submit( &listener->queue, &listener->removal_task );
    }
}

/* TRUE if the plug-in takes the channel, whose callback is set then. */
static BOOL listener_ask( struct listener *listener, struct channel *channel )
{
    IWTSVirtualChannelCallback *callback = NULL;
    BOOL accept = FALSE;
    HRESULT hr;

    if (InterlockedOr( &channel->end, 0 ) || !listener->callback) return FALSE;
    hr = IWTSListenerCallback_OnNewChannelConnection( listener->callback, &channel->IWTSVirtualChannel_iface, NULL,
                                                      &accept, &callback );
    TRACE( "listener %s, channel %#x, hr %#lx, accept %d, callback %p.\n", debugstr_a( listener->name ),
           channel->id, hr, accept, callback );
    if (FAILED(hr) || !accept || !callback)
    {
        if (callback) IWTSVirtualChannelCallback_Release( callback );
        return FALSE;
    }
    channel->callback = callback;
    return TRUE;
}

/* Another object stands for the id: what the plug-in that refused still writes goes nowhere. */
static BOOL listener_pass_on( struct listener *listener, struct channel *channel )
{
    struct client *client = channel->client;
    struct listener *next = listener_find( client, listener->name, listener );
    struct channel *offered;
    BOOL passed;

    if (!next) return FALSE;
    offered = channel_create( client, next, channel->id, channel->priority );
    if ((passed = offered && table_replace( client, channel, offered ))) listener_offer( next, offered );
    else if (offered) channel_release( offered );
    return passed;
}

static void listener_run_offer( struct task *task )
{
    struct channel *channel = CONTAINING_RECORD( task, struct channel, offer_task );
    struct listener *listener = channel->listener;
    enum channel_answer answer = CHANNEL_ACCEPTED;

    plugin_callback_begins( listener->plugin );
    if (!listener_ask( listener, channel ))
    {
        plugin_callback_ends( listener->plugin );
        answer = listener_pass_on( listener, channel ) ? CHANNEL_PASSED_ON : CHANNEL_REFUSED;
    }
    if (answer != CHANNEL_ACCEPTED) channel_set_end( channel, CHANNEL_CLOSED );
    InterlockedExchange( &channel->answer, answer );
    inbox_push( &channel->client->pump.inbox, &channel->answer_node, &channel->answer_node );
    pump_run( channel->client );
}

static void listener_destroy_offer( struct task *task )
{
    channel_release( CONTAINING_RECORD( task, struct channel, offer_task ) );
}

void listener_offer( struct listener *listener, struct channel *channel )
{
    channel_addref( channel );
    channel->offer_task.what = "OnNewChannelConnection";
    channel->offer_task.run = listener_run_offer;
    channel->offer_task.destroy = listener_destroy_offer;
    plugin_offer( listener->plugin, channel );
}
