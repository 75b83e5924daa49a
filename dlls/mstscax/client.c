/*
 * The static-channel plug-in: VirtualChannelEntryEx and its events
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

static HRESULT STDMETHODCALLTYPE client_GetCounters( IWineDVCClient *iface, WINE_DVC_COUNTERS *counters )
{
    *counters = impl_from_IWineDVCClient( iface )->counters;
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
    client_GetCounters,
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
    executor_start( &client->executor, client->host ? client_read : NULL, client );
    queue_init( &client->notices, &client->executor );
    if (FAILED(pump_start( client ))) ERR( "Could not start the pump.\n" );
    plugins_load( client );
}

static VOID VCAPITYPE client_open_event( void *user_param, DWORD open_handle, UINT event, void *data,
                                         UINT32 size, UINT32 total_size, UINT32 flags )
{
    struct client *client = user_param;

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
        FIXME( "Unhandled event %u, handle %lu.\n", event, open_handle );
    }
}

static void client_connected( struct client *client )
{
    static char name[] = "drdynvc";
    UINT error;

    error = client->entry_points.pVirtualChannelOpenEx( client->init_handle, &client->open_handle, name,
                                                        client_open_event );
    if (error && error != CHANNEL_RC_ALREADY_OPEN)
    {
        ERR( "Could not open the static channel, error %u.\n", error );
        return;
    }
    pump_connect( client, TRUE );
    plugins_connect( client );
}

static void client_disconnected( struct client *client )
{
    DWORD code = client->disconnect_code;

    if (!client->connected) return;
    pump_connect( client, FALSE );
    client_reset_message( client );
    client_disconnect_channels( client );
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

static VOID VCAPITYPE client_init_event( void *user_param, void *init_handle, UINT event, void *data, UINT size )
{
    struct client *client = user_param;

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

static struct client *client_create( const CHANNEL_ENTRY_POINTS_EX *entry_points, void *init_handle )
{
    struct client *client;
    unsigned int i;

    if (!(client = calloc( 1, sizeof(*client) ))) return NULL;
    client->IWineDVCClient_iface.lpVtbl = &client_vtbl;
    client->entry_points = *entry_points;
    client->init_handle = init_handle;
    InitializeSRWLock( &client->lock );
    InitializeConditionVariable( &client->terminated );
    list_init( &client->plugins );
    list_init( &client->listeners );
    for (i = 0; i < ARRAY_SIZE(client->channels); i++) list_init( &client->channels[i] );
    return client;
}

/* FreeRDP 2's form has one pointer more than FreeRDP 3's, and the plug-in stores through it. */
static void client_hand_out( struct client *client, CHANNEL_ENTRY_POINTS_EX *entry_points )
{
    CHANNEL_ENTRY_POINTS_FREERDP2_EX *freerdp2 = (CHANNEL_ENTRY_POINTS_FREERDP2_EX *)entry_points;
    CHANNEL_ENTRY_POINTS_FREERDP_EX *freerdp = (CHANNEL_ENTRY_POINTS_FREERDP_EX *)entry_points;

    if (entry_points->cbSize < sizeof(*freerdp) || freerdp->MagicNumber != FREERDP_CHANNEL_MAGIC_NUMBER) return;
    if (entry_points->cbSize < sizeof(*freerdp2)) freerdp->pInterface = &client->IWineDVCClient_iface;
    else if (freerdp2->ppInterface) *freerdp2->ppInterface = &client->IWineDVCClient_iface;
}

BOOL VCAPITYPE VirtualChannelEntryEx( CHANNEL_ENTRY_POINTS_EX *entry_points, void *init_handle )
{
    CHANNEL_DEF channel = { "drdynvc", CHANNEL_OPTION_INITIALIZED | CHANNEL_OPTION_ENCRYPT_RDP
                                       | CHANNEL_OPTION_COMPRESS_RDP };
    struct client *client;
    UINT error;

    TRACE( "entry_points %p, init_handle %p.\n", entry_points, init_handle );

    if (entry_points->cbSize < sizeof(*entry_points)) return FALSE;
    if (!(client = client_create( entry_points, init_handle ))) return FALSE;
    error = entry_points->pVirtualChannelInitEx( client, NULL, init_handle, &channel, 1,
                                                 VIRTUAL_CHANNEL_VERSION_WIN2000, client_init_event );
    if (error)
    {
        ERR( "VirtualChannelInitEx failed, error %u.\n", error );
        free( client );
        return FALSE;
    }
    client_hand_out( client, entry_points );
    return TRUE;
}
