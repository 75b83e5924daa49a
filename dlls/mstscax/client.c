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

#include "client.h"
#include "notice.h"
#include "plugin.h"
#include "pool.h"
#include "pump.h"
#include "receive.h"
#include "renderer.h"
#include "services.h"
#include "static.h"
#include "table.h"
#include "traffic.h"

#include "wine/debug.h"

WINE_DEFAULT_DEBUG_CHANNEL(mstscax);

#define TERMINATE_TIMEOUT 5000
#define SLOW_LIMIT        10000

/* MiB */
#define SOFT_LIMIT  16
#define HARD_LIMIT  (sizeof(void *) == 8 ? 256 : 64)
#define TOTAL_LIMIT (sizeof(void *) == 8 ? 512 : 128)

#define THREAD_LIMIT 256

/* Milliseconds after which memory that was not used is given back. */
#define SWEEP 1000

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
    renderers_attach( host, &client->pictures );
    services_set_renderers( renderer_create );
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

static HRESULT STDMETHODCALLTYPE client_SetLimits( IWineDVCClient *iface, const WINE_DVC_LIMITS *limits )
{
    struct client *client = impl_from_IWineDVCClient( iface );

    TRACE( "iface %p, soft %u, hard %u, total %u, threads %u.\n", iface, limits->soft, limits->hard, limits->total,
           limits->threads );

    if (limits->soft) client->soft_limit = (LONG64)limits->soft << 20;
    if (limits->hard) client->hard_limit = (LONG64)limits->hard << 20;
    if (limits->total) client->total_limit = (LONG64)limits->total << 20;
    if (limits->threads) executor_set_max_calls( &client->executor, limits->threads );
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE client_Complete( IWineDVCClient *iface, void *write, UINT32 size )
{
    pump_complete( impl_from_IWineDVCClient( iface ), write, size );
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

static HRESULT STDMETHODCALLTYPE client_JoinStatic( IWineDVCClient *iface, UINT32 streams, const char *server )
{
    static_join( impl_from_IWineDVCClient( iface ), streams, server );
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE client_ReceiveStatic( IWineDVCClient *iface, UINT32 stream, UINT32 flags, UINT32 total,
                                                       const BYTE *data, UINT32 size )
{
    static_receive( impl_from_IWineDVCClient( iface ), stream, flags, total, data, size );
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE client_CompleteStatic( IWineDVCClient *iface, void *write, BOOL dropped )
{
    pump_complete_static( impl_from_IWineDVCClient( iface ), write, dropped );
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE client_SetRendering( IWineDVCClient *iface, BOOL possible )
{
    renderers_set_possible( possible );
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE client_SetTarget( IWineDVCClient *iface, UINT32 renderer, UINT32 width, UINT32 height )
{
    renderer_set_target( renderer, width, height );
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE client_PictureDone( IWineDVCClient *iface, UINT32 renderer, BOOL drawn )
{
    renderer_picture_done( renderer, drawn );
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
    client_SetLimits,
    client_Complete,
    client_GetCounters,
    client_GetTraffic,
    client_JoinStatic,
    client_ReceiveStatic,
    client_CompleteStatic,
    client_SetRendering,
    client_SetTarget,
    client_PictureDone,
};

static HRESULT client_read( void *context )
{
    struct client *client = context;
    HRESULT hr = IWineDVCHost_Read( client->host );

    pump_run_if_full( client );
    return hr;
}

static DWORD report_slow_calls( struct client *client )
{
    DWORD wait, duration;
    struct call slow;

    if (!client->host || !client->slow_limit) return INFINITE;
    while (executor_find_slow( &client->executor, client->slow_limit, &slow, &wait ))
    {
        duration = GetTickCount64() - slow.since;
        WARN( "%s has not returned for %lu ms.\n", slow.what, duration );
        if (slow.owner) plugin_is_slow( slow.owner, slow.what, duration, slow.reports > 1 );
    }
    return wait;
}

/* Gives memory back, some time after something was done. */
static DWORD sweep( struct client *client )
{
    unsigned int activity = executor_activity( &client->executor );
    INT64 sent = client->counters.pdus_sent;
    ULONGLONG now = GetTickCount64();

    if (client->sweep_time && now >= client->sweep_time)
    {
        client->sweep_time = table_age_spares( client ) ? now + SWEEP : 0;
        pump_trim( client );
    }
    if (!client->sweep_time && (activity != client->swept_activity || sent != client->swept_sent))
        client->sweep_time = now + SWEEP;
    client->swept_activity = activity;
    client->swept_sent = sent;
    return client->sweep_time ? client->sweep_time - now : INFINITE;
}

static DWORD client_poll( void *context )
{
    struct client *client = context;
    DWORD slow, wait;

    pump_run( client );
    slow = report_slow_calls( client );
    wait = min( pump_wait_time( client ), sweep( client ) );
    return min( slow, wait );
}

static void client_thread_limit_reached( void *context )
{
    struct client *client = context;

    notice_warning( client, NULL, L"%u calls of these plug-ins have not returned, which is as many as may run at a time: what "
                    L"comes now waits for one of them", client->executor.max_calls );
}

static const struct executor_ops host_ops = { client_read, client_poll, client_thread_limit_reached };
static const struct executor_ops event_ops = { NULL, client_poll, client_thread_limit_reached };

static void client_initialized( struct client *client )
{
    HRESULT hr;

    plugins_begin( client );
    hr = executor_start( &client->executor, client->host ? &host_ops : &event_ops, client );
    if (FAILED(hr)) ERR( "Could not start a thread, hr %#lx.\n", hr );
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
        pump_complete( client, data, 0 );
        pump_run_if_full( client );
        break;
    default:
        FIXME( "Unhandled event %u.\n", event );
    }
}

static void client_connected( struct client *client )
{
    UINT error;

    client->connection++;
    error = client->api->open( client );
    if (error && error != CHANNEL_RC_ALREADY_OPEN)
    {
        ERR( "Could not open the static channel, error %u.\n", error );
        return;
    }
    client->opened = TRUE;
    client_reset_receive( client );
    plugins_connect( client );
}

static void client_disconnected( struct client *client )
{
    DWORD code = client->disconnect_code;

    if (!client->connected) return;
    table_end_all( client, CHANNEL_DISCONNECTED );
    static_disconnect( client );
    renderers_set_possible( FALSE );
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

/* Our threads, and pointers that plug-ins keep, outlive the session. */
static void pin_module( void )
{
    HMODULE module;

    GetModuleHandleExW( GET_MODULE_HANDLE_EX_FLAG_PIN | GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS,
                        (const WCHAR *)(ULONG_PTR)pin_module, &module );
}

struct client *client_create( const struct channel_api *api )
{
    struct client *client;

    if (!pool_create() || !(client = calloc( 1, sizeof(*client) ))) return NULL;
    pin_module();
    client->IWineDVCClient_iface.lpVtbl = &client_vtbl;
    client->api = api;
    client->slow_limit = SLOW_LIMIT;
    client->soft_limit = (LONG64)SOFT_LIMIT << 20;
    client->hard_limit = (LONG64)HARD_LIMIT << 20;
    client->total_limit = (LONG64)TOTAL_LIMIT << 20;
    executor_init( &client->executor, THREAD_LIMIT );
    queue_init( &client->notices, &client->executor, NULL );
    queue_init( &client->pictures, &client->executor, NULL );
    pump_init( client );
    InitializeSRWLock( &client->lock );
    InitializeConditionVariable( &client->terminated );
    list_init( &client->plugins );
    list_init( &client->listeners );
    list_init( &client->traffic );
    list_init( &client->dead_channels );
    return client;
}
