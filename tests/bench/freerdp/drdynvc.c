/*
 * PDUs through FreeRDP's own dynamic channels, for a tool that counts instructions
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

/*
 * FreeRDP's drdynvc comes from the installed library, as its clients get it. This program plays the static channel
 * underneath and the plug-in above; BENCH_PDUS messages of
 * one PDU each go one way.
 */

#include <semaphore.h>
#include <stdlib.h>
#include <string.h>

#include <freerdp/channels/channels.h>
#include <freerdp/client/channels.h>
#include <freerdp/client/cmdline.h>
#include <freerdp/dvc.h>
#include <freerdp/freerdp.h>
#include <freerdp/svc.h>

#include "wine/test.h"

#define CHANNEL_ID   1
#define MAX_FRAGMENT 1590

static char plugin_name[] = "bench";

/* the static channel */
static LPVOID client_data;
static PCHANNEL_INIT_EVENT_EX_FN init_event;
static PCHANNEL_OPEN_EVENT_EX_FN open_event;
static unsigned int sent;           /* PDUs */

/* the plug-in */
static IWTSVirtualChannel *channel;
static sem_t opened, received;

static UINT VCAPITYPE init( LPVOID user_param, LPVOID context, LPVOID handle, PCHANNEL_DEF channels, INT count,
                            ULONG version, PCHANNEL_INIT_EVENT_EX_FN event )
{
    client_data = user_param;
    init_event = event;
    return CHANNEL_RC_OK;
}

static UINT VCAPITYPE open_channel( LPVOID handle, LPDWORD open_handle, PCHAR name, PCHANNEL_OPEN_EVENT_EX_FN event )
{
    open_event = event;
    *open_handle = 1;
    return CHANNEL_RC_OK;
}

static UINT VCAPITYPE close_channel( LPVOID handle, DWORD open_handle )
{
    return CHANNEL_RC_OK;
}

static UINT VCAPITYPE write_channel( LPVOID handle, DWORD open_handle, LPVOID data, ULONG size, LPVOID user_data )
{
    sent++;
    open_event( client_data, open_handle, CHANNEL_EVENT_WRITE_COMPLETE, user_data, size, size, 0 );
    return CHANNEL_RC_OK;
}

static UINT on_data( IWTSVirtualChannelCallback *callback, wStream *data )
{
    sem_post( &received );
    return CHANNEL_RC_OK;
}

static UINT on_open( IWTSVirtualChannelCallback *callback )
{
    return CHANNEL_RC_OK;
}

static UINT on_close( IWTSVirtualChannelCallback *callback )
{
    return CHANNEL_RC_OK;
}

static IWTSVirtualChannelCallback channel_callback = { .OnDataReceived = on_data, .OnOpen = on_open,
                                                       .OnClose = on_close };

static UINT on_new_channel( IWTSListenerCallback *callback, IWTSVirtualChannel *created, BYTE *data, BOOL *accept,
                            IWTSVirtualChannelCallback **out )
{
    channel = created;
    *accept = TRUE;
    *out = &channel_callback;
    sem_post( &opened );
    return CHANNEL_RC_OK;
}

static IWTSListenerCallback listener = { .OnNewChannelConnection = on_new_channel };

static UINT plugin_initialize( IWTSPlugin *plugin, IWTSVirtualChannelManager *manager )
{
    IWTSListener *created;

    return manager->CreateListener( manager, plugin_name, 0, &listener, &created );
}

static UINT plugin_done( IWTSPlugin *plugin )
{
    return CHANNEL_RC_OK;
}

static UINT plugin_disconnected( IWTSPlugin *plugin, DWORD code )
{
    return CHANNEL_RC_OK;
}

static IWTSPlugin plugin = { .Initialize = plugin_initialize, .Connected = plugin_done,
                             .Disconnected = plugin_disconnected, .Terminated = plugin_done };

static UINT plugin_entry( IDRDYNVC_ENTRY_POINTS *points )
{
    return points->RegisterPlugin( points, plugin_name, &plugin );
}

static PVIRTUALCHANNELENTRY load_entry( LPCSTR name, LPCSTR subsystem, LPCSTR type, DWORD flags )
{
    if ((flags & FREERDP_ADDIN_CHANNEL_DYNAMIC) && !strcmp( name, plugin_name ))
        return (PVIRTUALCHANNELENTRY)(void *)plugin_entry;
    return freerdp_channels_load_static_addin_entry( name, subsystem, type, flags );
}

static void deliver( const void *data, size_t size )
{
    open_event( client_data, 1, CHANNEL_EVENT_DATA_RECEIVED, (void *)data, size, size,
                CHANNEL_FLAG_FIRST | CHANNEL_FLAG_LAST );
}

static void connect_plugin( freerdp *instance )
{
    static const BYTE caps[] = { 0x50, 0, 1, 0 };   /* [MS-RDPEDYC] 2.2.1.1.1 */
    BYTE create[2 + sizeof(plugin_name)] = { 0x10, CHANNEL_ID };
    char *arguments[] = { plugin_name };
    CHANNEL_ENTRY_POINTS_FREERDP_EX points =
    {
        .cbSize = sizeof(points),
        .protocolVersion = VIRTUAL_CHANNEL_VERSION_WIN2000,
        .pVirtualChannelInitEx = init,
        .pVirtualChannelOpenEx = open_channel,
        .pVirtualChannelCloseEx = close_channel,
        .pVirtualChannelWriteEx = write_channel,
        .MagicNumber = FREERDP_CHANNEL_MAGIC_NUMBER,
        .pExtendedData = instance->context->settings,
        .context = instance->context,
    };
    PVIRTUALCHANNELENTRYEX entry = (PVIRTUALCHANNELENTRYEX)(void *)freerdp_channels_load_static_addin_entry(
        "drdynvc", NULL, NULL, FREERDP_ADDIN_CHANNEL_STATIC | FREERDP_ADDIN_CHANNEL_ENTRYEX );

    if (!entry || freerdp_register_addin_provider( load_entry, 0 ) ||
        !freerdp_client_add_dynamic_channel( instance->context->settings, 1, (void *)arguments ) ||
        !entry( (PCHANNEL_ENTRY_POINTS_EX)&points, instance )) abort();
    init_event( client_data, instance, CHANNEL_EVENT_INITIALIZED, NULL, 0 );
    init_event( client_data, instance, CHANNEL_EVENT_CONNECTED, NULL, 0 );
    memcpy( create + 2, plugin_name, sizeof(plugin_name) );
    deliver( caps, sizeof(caps) );
    deliver( create, sizeof(create) );
    sem_wait( &opened );
}

static unsigned int number( const char *variable, unsigned int otherwise )
{
    const char *value = getenv( variable );

    return value ? strtoul( value, NULL, 10 ) : otherwise;
}

static void receive_messages( unsigned int count )
{
    BYTE data[2 + MAX_FRAGMENT] = { 0x30, CHANNEL_ID };     /* 2.2.3.2 */
    unsigned int i;

    for (i = 0; i < count; i++)
    {
        deliver( data, sizeof(data) );
        sem_wait( &received );
    }
}

static void write_messages( unsigned int count )
{
    static BYTE data[MAX_FRAGMENT];
    unsigned int i;

    for (i = 0; i < count; i++) ok( !channel->Write( channel, sizeof(data), data, NULL ), "a Write fails\n" );
    ok( sent >= count, "%u messages were %u PDUs\n", count, sent );
}

static void run( void (*go)( unsigned int count ) )
{
    freerdp *instance = freerdp_new();

    if (!instance || !freerdp_context_new( instance )) abort();
    sem_init( &opened, 0, 0 );
    sem_init( &received, 0, 0 );
    connect_plugin( instance );
    go( number( "BENCH_PDUS", 100 ) );
    fflush( stdout );
    _exit( winetest_get_failures() != 0 );
}

START_TEST(in)
{
    run( receive_messages );
}

START_TEST(out)
{
    run( write_messages );
}
