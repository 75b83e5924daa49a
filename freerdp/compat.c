/*
 * What differs between FreeRDP 2 and 3
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

#define _GNU_SOURCE
#include <dlfcn.h>
#include <string.h>

#include <freerdp/addin.h>
#include <freerdp/channels/channels.h>
#include <freerdp/settings.h>
#include <freerdp/update.h>
#include <winpr/handle.h>
#include <winpr/synch.h>

#include "compat.h"
#include "disconnect.h"
#include "names.h"

freerdp *compat_instance( PCHANNEL_ENTRY_POINTS_EX entry_points )
{
    /* the layout is another in each version, which cbSize shows */
    CHANNEL_ENTRY_POINTS_FREERDP_EX *extended = (CHANNEL_ENTRY_POINTS_FREERDP_EX *)entry_points;

    if (entry_points->cbSize < sizeof(*extended) || extended->MagicNumber != FREERDP_CHANNEL_MAGIC_NUMBER) return NULL;
    return extended->context ? extended->context->instance : NULL;
}

void compat_copy_arguments( PCHANNEL_ENTRY_POINTS_EX entry_points, struct name_list *arguments )
{
    const ADDIN_ARGV *given = ((CHANNEL_ENTRY_POINTS_FREERDP_EX *)entry_points)->pExtendedData;
    int i;

    for (i = 1; given && i < given->argc; i++) name_list_add( arguments, given->argv[i] );
}

const char *compat_version( void )
{
    return freerdp_get_version_string();
}

const char *compat_built_version( void )
{
    return FREERDP_VERSION_FULL;
}

void compat_withdraw_channel( freerdp *instance )
{
    rdpSettings *settings = instance->context->settings;
    UINT32 count = freerdp_settings_get_uint32( settings, FreeRDP_ChannelCount );

    if (count) freerdp_settings_set_uint32( settings, FreeRDP_ChannelCount, count - 1 );
}

static CHANNEL_DEF *channel_def( freerdp *instance, UINT32 index )
{
#if FREERDP_VERSION_MAJOR >= 3
    return freerdp_settings_get_pointer_array_writable( instance->context->settings, FreeRDP_ChannelDefArray, index );
#else
    return &instance->context->settings->ChannelDefArray[index];
#endif
}

bool compat_has_channel( freerdp *instance, const char *name )
{
    UINT32 i, count = freerdp_settings_get_uint32( instance->context->settings, FreeRDP_ChannelCount );

    for (i = 0; i < count; i++)
        if (!strncmp( channel_def( instance, i )->name, name, CHANNEL_NAME_LEN )) return true;
    return false;
}

bool compat_add_channel( freerdp *instance, const char *name, uint32_t options )
{
    rdpSettings *settings = instance->context->settings;
    UINT32 count = freerdp_settings_get_uint32( settings, FreeRDP_ChannelCount );
    CHANNEL_DEF *def;

    if (count >= freerdp_settings_get_uint32( settings, FreeRDP_ChannelDefArraySize ) || count >= CHANNEL_MAX_COUNT ||
        !(def = channel_def( instance, count ))) return false;
    memset( def, 0, sizeof(*def) );
    strncpy( def->name, name, CHANNEL_NAME_LEN );
    def->options = options;
    return freerdp_settings_set_uint32( settings, FreeRDP_ChannelCount, count + 1 );
}

bool compat_sends_chunks( freerdp *instance )
{
#if FREERDP_VERSION_MAJOR >= 3
    return instance->SendChannelPacket != NULL;
#else
    (void)instance;
    return false;
#endif
}

bool compat_send_chunk( freerdp *instance, UINT16 id, UINT32 flags, size_t total, const BYTE *chunk, size_t size )
{
#if FREERDP_VERSION_MAJOR >= 3
    return instance->SendChannelPacket( instance, id, total, flags, chunk, size );
#else
    (void)instance, (void)id, (void)flags, (void)total, (void)chunk, (void)size;
    return false;
#endif
}

bool compat_enable_dynamic_channels( freerdp *instance )
{
    return freerdp_settings_set_bool( instance->context->settings, FreeRDP_SupportDynamicChannels, TRUE );
}

bool compat_is_replay( freerdp *instance )
{
#if FREERDP_VERSION_MAJOR >= 3
    return freerdp_settings_get_bool( instance->context->settings, FreeRDP_TransportDumpReplay );
#else
    (void)instance;
    return false;
#endif
}

const char *compat_server( freerdp *instance )
{
    return freerdp_settings_get_string( instance->context->settings, FreeRDP_ServerHostname );
}

void compat_list_served( freerdp *instance, struct name_list *names )
{
    const struct client_name *served;

    for (served = client_names; served->addin; served++)
        if (freerdp_dynamic_channel_collection_find( instance->context->settings, served->addin ))
            name_list_add( names, served->channel );
}

UINT16 compat_channel_id( freerdp *instance, const char *name )
{
    UINT16 id = freerdp_channels_get_id_by_name( instance, name );

    return id == UINT16_MAX ? 0 : id; /* the one means none in version 2, the other in version 3 */
}

size_t compat_descriptors( freerdp *instance, int descriptors[COMPAT_DESCRIPTORS] )
{
    HANDLE events[COMPAT_DESCRIPTORS];
    size_t i, count = freerdp_get_event_handles( instance->context, events, COMPAT_DESCRIPTORS );

    for (i = 0; i < count; i++) descriptors[i] = GetEventFileDescriptor( events[i] );
    return count;
}

/* The headers that the addin is built with may not have them. */
typedef BOOL channel_register( rdpChannels *channels, HANDLE event, BOOL (*ready)( rdpContext *context, void *arg ),
                               void *arg );
typedef BOOL channel_unregister( rdpChannels *channels, HANDLE event );

void *compat_watch( freerdp *instance, int fd, BOOL (*ready)( rdpContext *context, void *arg ), void *arg )
{
    channel_register *add = (channel_register *)dlsym( RTLD_DEFAULT, "freerdp_client_channel_register" );
    HANDLE event = add ? CreateFileDescriptorEvent( NULL, FALSE, FALSE, fd, WINPR_FD_READ ) : NULL;

    if (!event || add( instance->context->channels, event, ready, arg )) return event;
    CloseHandle( event );
    return NULL;
}

void compat_end_watch( freerdp *instance, void *watch )
{
    channel_unregister *end = (channel_unregister *)dlsym( RTLD_DEFAULT, "freerdp_client_channel_unregister" );

    if (end) end( instance->context->channels, watch );
    CloseHandle( watch ); /* the descriptor stays open */
}

bool compat_draws_by_software( const freerdp *instance )
{
    return freerdp_settings_get_bool( instance->context->settings, FreeRDP_SoftwareGdi );
}

bool compat_begin_paint( freerdp *instance )
{
    rdpUpdate *update = instance->context->update;

#if FREERDP_VERSION_MAJOR >= 3
    rdp_update_lock( update );
    if (!update->BeginPaint || update->BeginPaint( instance->context )) return true;
    rdp_update_unlock( update );
    return false;
#else
    return !update->BeginPaint || update->BeginPaint( instance->context );
#endif
}

void compat_end_paint( freerdp *instance )
{
    rdpUpdate *update = instance->context->update;

    if (update->EndPaint) update->EndPaint( instance->context );
#if FREERDP_VERSION_MAJOR >= 3
    rdp_update_unlock( update );
#endif
}

uint32_t compat_disconnect_code( freerdp *instance )
{
    return disconnect_code( freerdp_get_last_error( instance->context ) );
}
