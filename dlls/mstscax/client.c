/*
 * One session: the events of its static channel, IWineDVCClient
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

#define TERMINATE_TIMEOUT 5000
#define SLOW_LIMIT        10000

/* MiB */
#define SOFT_LIMIT 16
#define HARD_LIMIT (sizeof(void *) == 8 ? 256 : 64)

static struct client *impl_from_IWineDVCClient( IWineDVCClient *iface )
{
    return CONTAINING_RECORD( iface, struct client, IWineDVCClient_iface );
}

static HRESULT STDMETHODCALLTYPE client_QueryInterface( IWineDVCClient *iface, REFIID riid, void **out )
{
    TRACE( "iface %p, riid %s, out %p.\n", iface, debugstr_guid( riid ), out );

    if (!out) return E_POINTER;
    if (IsEqualGUID( riid, &IID_IUnknown ) || IsEqualGUID( riid, &IID_IWineDVCClient ))
    {
        *out = iface;
        return S_OK;
    }
    *out = NULL;
    return E_NOINTERFACE;
}

static ULONG STDMETHODCALLTYPE client_AddRef( IWineDVCClient *iface )
{
    return 2;
}

static ULONG STDMETHODCALLTYPE client_Release( IWineDVCClient *iface )
{
    return 1;
}

static HRESULT STDMETHODCALLTYPE client_Configure( IWineDVCClient *iface, IWineDVCHost *host, UINT32 count,
                                                   const WCHAR **entries )
{
    struct client *client = impl_from_IWineDVCClient( iface );
    UINT32 i;

    TRACE( "iface %p, host %p, count %u, entries %p.\n", iface, host, count, entries );

    if (client->host || client->entries) return E_UNEXPECTED;
    if (count && !(client->entries = calloc( count, sizeof(*client->entries) ))) return E_OUTOFMEMORY;
    for (i = 0; i < count; i++)
        if (!(client->entries[i] = wcsdup( entries[i] ))) return E_OUTOFMEMORY;
    client->entry_count = count;
    if (host) IWineDVCHost_AddRef( host );
    client->host = host;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE client_SetDisconnectCode( IWineDVCClient *iface, DWORD code )
{
    impl_from_IWineDVCClient( iface )->disconnect_code = code;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE client_SetSlowLimit( IWineDVCClient *iface, UINT32 limit )
{
    impl_from_IWineDVCClient( iface )->slow_limit = limit;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE client_SetQueueLimits( IWineDVCClient *iface, UINT32 soft, UINT32 hard )
{
    struct client *client = impl_from_IWineDVCClient( iface );

    TRACE( "iface %p, soft %u, hard %u.\n", iface, soft, hard );

    if (soft) client->soft_limit = (LONG64)soft << 20;
    if (hard) client->hard_limit = (LONG64)hard << 20;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE client_GetCounters( IWineDVCClient *iface, WINE_DVC_COUNTERS *counters )
{
    *counters = impl_from_IWineDVCClient( iface )->counters;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE client_GetTraffic( IWineDVCClient *iface, UINT32 index, const char **name,
                                                    WINE_DVC_TRAFFIC *counts )
{
    const struct traffic *traffic = traffic_find( impl_from_IWineDVCClient( iface ), index );

    if (!traffic) return HRESULT_FROM_WIN32( ERROR_NO_MORE_ITEMS );
    *name = traffic->name;
    *counts = traffic->counts;
    return S_OK;
}

static const IWineDVCClientVtbl client_vtbl =
{
    /* IUnknown methods */
    client_QueryInterface,
    client_AddRef,
    client_Release,
    /* IWineDVCClient methods */
    client_Configure,
    client_SetDisconnectCode,
    client_SetSlowLimit,
    client_SetQueueLimits,
    client_GetCounters,
    client_GetTraffic,
};

static HRESULT client_read( void *context )
{
    struct client *client = context;
    HRESULT hr = IWineDVCHost_Read( client->host );

    if (pump_is_stalled( client )) pump_run( client );
    return hr;
}

static void client_initialized( struct client *client )
{
    executor_init( &client->executor );
    queue_init( &client->notices, &client->executor, NULL );
    if (FAILED(pump_start( client ))) ERR( "Could not start the pump.\n" );
    plugins_begin( client );
    if (client->host) executor_start_reader( &client->executor, client_read, client );
    plugins_load( client );
}

void client_channel_event( struct client *client, UINT event, void *data, UINT32 size, UINT32 total_size, UINT32 flags )
{
    switch (event)
    {
    case CHANNEL_EVENT_DATA_RECEIVED:
        client_receive( client, data, size, total_size, flags );
        break;
    case CHANNEL_EVENT_WRITE_COMPLETE:
    case CHANNEL_EVENT_WRITE_CANCELLED:
        pump_complete( client, data );
        /* a host's completions come in runs, seen to when its Read returns */
        if (!client->host && pump_is_stalled( client )) pump_run( client );
        break;
    default:
        FIXME( "Unhandled event %u.\n", event );
    }
}

static void client_connected( struct client *client )
{
    UINT error = client->api->open( client );

    if (error && error != CHANNEL_RC_ALREADY_OPEN)
    {
        ERR( "Could not open the static channel, error %u.\n", error );
        return;
    }
    client->opened = TRUE;
    client_reset_receive( client );
    pump_connect( client, TRUE );
    plugins_connect( client );
}

static void client_disconnected( struct client *client )
{
    DWORD code = client->disconnect_code;

    if (!client->connected) return;
    pump_connect( client, FALSE );
    client_end_channels( client, CHANNEL_DISCONNECTED );
    plugins_disconnect( client, code );
    pump_run( client );
    client->disconnect_code = 0;
}

static void client_terminated( struct client *client )
{
    client_disconnected( client );
    executor_reader_waits( &client->executor );
    if (!plugins_terminate( client, TERMINATE_TIMEOUT )) WARN( "A plug-in did not return in time.\n" );
    executor_stop( &client->executor );
}

void client_event( struct client *client, UINT event )
{
    TRACE( "client %p, event %u.\n", client, event );

    switch (event)
    {
    case CHANNEL_EVENT_INITIALIZED:
        client_initialized( client );
        break;
    case CHANNEL_EVENT_CONNECTED:
        client_connected( client );
        break;
    case CHANNEL_EVENT_DISCONNECTED:
        client_disconnected( client );
        break;
    case CHANNEL_EVENT_TERMINATED:
        client_terminated( client );
        break;
    }
}

void client_let_go( struct client *client )
{
    AcquireSRWLockExclusive( &client->lock );
    if (!--client->alive) WakeAllConditionVariable( &client->terminated );
    ReleaseSRWLockExclusive( &client->lock );
}

struct client *client_create( const struct channel_api *api )
{
    struct client *client;
    unsigned int i;

    if (!(client = calloc( 1, sizeof(*client) ))) return NULL;
    client->IWineDVCClient_iface.lpVtbl = &client_vtbl;
    client->api = api;
    client->slow_limit = SLOW_LIMIT;
    client_SetQueueLimits( &client->IWineDVCClient_iface, SOFT_LIMIT, HARD_LIMIT );
    InitializeSRWLock( &client->lock );
    InitializeConditionVariable( &client->terminated );
    list_init( &client->plugins );
    list_init( &client->listeners );
    list_init( &client->traffic );
    list_init( &client->dead_channels );
    for (i = 0; i < ARRAY_SIZE(client->channels); i++) list_init( &client->channels[i] );
    return client;
}
