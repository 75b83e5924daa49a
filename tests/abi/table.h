/*
 * The table of abi.h, for the headers that the including file has chosen
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

#include <windows.h>
#include <ocidl.h>

/* Each file has its own GUIDs, so that the linker cannot make one of two. */
#undef DEFINE_GUID
#undef EXTERN_GUID
#define DEFINE_GUID( name, l, w1, w2, b1, b2, b3, b4, b5, b6, b7, b8 ) \
        static const GUID name = { l, w1, w2, { b1, b2, b3, b4, b5, b6, b7, b8 } }
#define EXTERN_GUID DEFINE_GUID

#include <tsvirtualchannels.h>
#include <cchannel.h>
#include <pchannel.h>

#include "abi.h"

#define IDENTIFIER( guid )   { #guid, &guid }
#define VALUE( x )           { #x, (unsigned int)(x) }
#define SIZE( type )         { "sizeof " #type, sizeof(type) }
#define OFFSET( type, item ) { #type "." #item, offsetof( type, item ) }
#define METHOD( iface, m )   OFFSET( iface##Vtbl, m )
#define UNKNOWN( iface )     SIZE( iface##Vtbl ), METHOD( iface, QueryInterface ), METHOD( iface, AddRef ), \
                             METHOD( iface, Release )

static const struct abi_number numbers[] =
{
    UNKNOWN( IWTSPlugin ),
    METHOD( IWTSPlugin, Initialize ),
    METHOD( IWTSPlugin, Connected ),
    METHOD( IWTSPlugin, Disconnected ),
    METHOD( IWTSPlugin, Terminated ),
    UNKNOWN( IWTSListener ),
    METHOD( IWTSListener, GetConfiguration ),
    UNKNOWN( IWTSListenerCallback ),
    METHOD( IWTSListenerCallback, OnNewChannelConnection ),
    UNKNOWN( IWTSVirtualChannel ),
    METHOD( IWTSVirtualChannel, Write ),
    METHOD( IWTSVirtualChannel, Close ),
    UNKNOWN( IWTSVirtualChannelCallback ),
    METHOD( IWTSVirtualChannelCallback, OnDataReceived ),
    METHOD( IWTSVirtualChannelCallback, OnClose ),
    UNKNOWN( IWTSVirtualChannelManager ),
    METHOD( IWTSVirtualChannelManager, CreateListener ),
    UNKNOWN( IWTSPluginServiceProvider ),
    METHOD( IWTSPluginServiceProvider, GetService ),
    UNKNOWN( IWTSBitmapRenderer ),
    METHOD( IWTSBitmapRenderer, Render ),
    METHOD( IWTSBitmapRenderer, GetRendererStatistics ),
    METHOD( IWTSBitmapRenderer, RemoveMapping ),
    UNKNOWN( IWTSBitmapRendererCallback ),
    METHOD( IWTSBitmapRendererCallback, OnTargetSizeChanged ),
    UNKNOWN( IWTSBitmapRenderService ),
    METHOD( IWTSBitmapRenderService, GetMappedRenderer ),

    SIZE( BITMAP_RENDERER_STATISTICS ),
    OFFSET( BITMAP_RENDERER_STATISTICS, dwFramesDelivered ),
    OFFSET( BITMAP_RENDERER_STATISTICS, dwFramesDropped ),
    VALUE( TS_VC_LISTENER_STATIC_CHANNEL ),
    VALUE( sizeof(WTS_PROPERTY_DEFAULT_CONFIG) ),

    SIZE( CHANNEL_DEF ),
    OFFSET( CHANNEL_DEF, name ),
    OFFSET( CHANNEL_DEF, options ),
    SIZE( CHANNEL_PDU_HEADER ),
    OFFSET( CHANNEL_PDU_HEADER, length ),
    OFFSET( CHANNEL_PDU_HEADER, flags ),
    SIZE( CHANNEL_ENTRY_POINTS ),
    OFFSET( CHANNEL_ENTRY_POINTS, cbSize ),
    OFFSET( CHANNEL_ENTRY_POINTS, protocolVersion ),
    OFFSET( CHANNEL_ENTRY_POINTS, pVirtualChannelInit ),
    OFFSET( CHANNEL_ENTRY_POINTS, pVirtualChannelOpen ),
    OFFSET( CHANNEL_ENTRY_POINTS, pVirtualChannelClose ),
    OFFSET( CHANNEL_ENTRY_POINTS, pVirtualChannelWrite ),

    VALUE( CHANNEL_CHUNK_LENGTH ),
    VALUE( CHANNEL_PDU_LENGTH ),
    VALUE( CHANNEL_BUFFER_SIZE ),
    VALUE( CHANNEL_MAX_COUNT ),
    VALUE( CHANNEL_NAME_LEN ),
    VALUE( CHANNEL_FLAG_FIRST ),
    VALUE( CHANNEL_FLAG_LAST ),
    VALUE( CHANNEL_FLAG_ONLY ),
    VALUE( CHANNEL_FLAG_MIDDLE ),
    VALUE( CHANNEL_FLAG_FAIL ),
    VALUE( CHANNEL_FLAG_SHOW_PROTOCOL ),
    VALUE( CHANNEL_FLAG_SUSPEND ),
    VALUE( CHANNEL_FLAG_RESUME ),
    VALUE( CHANNEL_OPTION_INITIALIZED ),
    VALUE( CHANNEL_OPTION_ENCRYPT_RDP ),
    VALUE( CHANNEL_OPTION_ENCRYPT_SC ),
    VALUE( CHANNEL_OPTION_ENCRYPT_CS ),
    VALUE( CHANNEL_OPTION_PRI_HIGH ),
    VALUE( CHANNEL_OPTION_PRI_MED ),
    VALUE( CHANNEL_OPTION_PRI_LOW ),
    VALUE( CHANNEL_OPTION_COMPRESS_RDP ),
    VALUE( CHANNEL_OPTION_COMPRESS ),
    VALUE( CHANNEL_OPTION_SHOW_PROTOCOL ),
    VALUE( CHANNEL_OPTION_REMOTE_CONTROL_PERSISTENT ),
    VALUE( VIRTUAL_CHANNEL_VERSION_WIN2000 ),
    VALUE( CHANNEL_EVENT_INITIALIZED ),
    VALUE( CHANNEL_EVENT_CONNECTED ),
    VALUE( CHANNEL_EVENT_V1_CONNECTED ),
    VALUE( CHANNEL_EVENT_DISCONNECTED ),
    VALUE( CHANNEL_EVENT_TERMINATED ),
    VALUE( CHANNEL_EVENT_DATA_RECEIVED ),
    VALUE( CHANNEL_EVENT_WRITE_COMPLETE ),
    VALUE( CHANNEL_EVENT_WRITE_CANCELLED ),
    VALUE( CHANNEL_RC_OK ),
    VALUE( CHANNEL_RC_ALREADY_INITIALIZED ),
    VALUE( CHANNEL_RC_NOT_INITIALIZED ),
    VALUE( CHANNEL_RC_ALREADY_CONNECTED ),
    VALUE( CHANNEL_RC_NOT_CONNECTED ),
    VALUE( CHANNEL_RC_TOO_MANY_CHANNELS ),
    VALUE( CHANNEL_RC_BAD_CHANNEL ),
    VALUE( CHANNEL_RC_BAD_CHANNEL_HANDLE ),
    VALUE( CHANNEL_RC_NO_BUFFER ),
    VALUE( CHANNEL_RC_BAD_INIT_HANDLE ),
    VALUE( CHANNEL_RC_NOT_OPEN ),
    VALUE( CHANNEL_RC_BAD_PROC ),
    VALUE( CHANNEL_RC_NO_MEMORY ),
    VALUE( CHANNEL_RC_UNKNOWN_CHANNEL_NAME ),
    VALUE( CHANNEL_RC_ALREADY_OPEN ),
    VALUE( CHANNEL_RC_NOT_IN_VIRTUALCHANNELENTRY ),
    VALUE( CHANNEL_RC_NULL_DATA ),
    VALUE( CHANNEL_RC_ZERO_LENGTH ),
    { NULL, 0 }
};

static const struct abi_guid guids[] =
{
    IDENTIFIER( IID_IWTSPlugin ),
    IDENTIFIER( IID_IWTSListener ),
    IDENTIFIER( IID_IWTSListenerCallback ),
    IDENTIFIER( IID_IWTSVirtualChannel ),
    IDENTIFIER( IID_IWTSVirtualChannelCallback ),
    IDENTIFIER( IID_IWTSVirtualChannelManager ),
    IDENTIFIER( IID_IWTSPluginServiceProvider ),
    IDENTIFIER( IID_IWTSBitmapRenderer ),
    IDENTIFIER( IID_IWTSBitmapRendererCallback ),
    IDENTIFIER( IID_IWTSBitmapRenderService ),
    IDENTIFIER( RDCLIENT_BITMAP_RENDER_SERVICE ),
    { NULL, NULL }
};
