/*
 * The static-channel API: VirtualChannelEntry, VirtualChannelEntryEx
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

#include "wine/debug.h"

WINE_DEFAULT_DEBUG_CHANNEL(mstscax);

static char channel_name[] = "drdynvc";

static const CHANNEL_DEF channel_def =
{
    "drdynvc", CHANNEL_OPTION_INITIALIZED | CHANNEL_OPTION_ENCRYPT_RDP | CHANNEL_OPTION_COMPRESS_RDP
};

/* The events of Windows' form carry no pointer of ours: clients are known by their handles. */
static SRWLOCK clients_lock = SRWLOCK_INIT;
static struct list clients = { &clients, &clients };    /* protected by clients_lock */

static void clients_add( struct client *client )
{
    AcquireSRWLockExclusive( &clients_lock );
    list_add_head( &clients, &client->entry );
    ReleaseSRWLockExclusive( &clients_lock );
}

static void clients_remove( struct client *client )
{
    AcquireSRWLockExclusive( &clients_lock );
    list_remove( &client->entry );
    ReleaseSRWLockExclusive( &clients_lock );
}

/* With an init handle the client whose it is, without the one that opened this channel. */
static struct client *clients_find( void *init_handle, DWORD open_handle )
{
    struct client *client, *found = NULL;

    AcquireSRWLockShared( &clients_lock );
    LIST_FOR_EACH_ENTRY( client, &clients, struct client, entry )
    {
        if (init_handle ? client->init_handle != init_handle
                        : !client->opened || client->open_handle != open_handle) continue;
        found = client;
        break;
    }
    ReleaseSRWLockShared( &clients_lock );
    if (!found) WARN( "No client has init handle %p, open handle %lu.\n", init_handle, open_handle );
    return found;
}

/* Windows' form */

static VOID VCAPITYPE init_event( void *init_handle, UINT event, void *data, UINT size )
{
    struct client *client = clients_find( init_handle, 0 );
    if (client) client_event( client, event );
}

static VOID VCAPITYPE open_event( DWORD open_handle, UINT event, void *data, UINT32 size, UINT32 total_size,
                                  UINT32 flags )
{
    struct client *client = clients_find( NULL, open_handle );
    if (client) client_channel_event( client, event, data, size, total_size, flags );
}

static UINT open_channel( struct client *client )
{
    return client->entry_points.plain.pVirtualChannelOpen( client->init_handle, &client->open_handle, channel_name,
                                                           open_event );
}

static UINT write_channel( struct client *client, void *data, ULONG size, void *user_data )
{
    return client->entry_points.plain.pVirtualChannelWrite( client->open_handle, data, size, user_data );
}

static const struct channel_api plain_api = { open_channel, write_channel };

/* FreeRDP's form */

static VOID VCAPITYPE init_event_ex( void *user_param, void *init_handle, UINT event, void *data, UINT size )
{
    client_event( user_param, event );
}

static VOID VCAPITYPE open_event_ex( void *user_param, DWORD open_handle, UINT event, void *data, UINT32 size,
                                     UINT32 total_size, UINT32 flags )
{
    client_channel_event( user_param, event, data, size, total_size, flags );
}

static UINT open_channel_ex( struct client *client )
{
    return client->entry_points.ex.pVirtualChannelOpenEx( client->init_handle, &client->open_handle, channel_name,
                                                          open_event_ex );
}

static UINT write_channel_ex( struct client *client, void *data, ULONG size, void *user_data )
{
    return client->entry_points.ex.pVirtualChannelWriteEx( client->init_handle, client->open_handle, data, size,
                                                           user_data );
}

static const struct channel_api ex_api = { open_channel_ex, write_channel_ex };

/* Behind the six members of either form FreeRDP has more of its own: version 2 one pointer more than
 * version 3, through which the plug-in stores. */
static void give_interface( struct client *client, CHANNEL_ENTRY_POINTS_EX *entry_points )
{
    CHANNEL_ENTRY_POINTS_FREERDP2_EX *freerdp2 = (CHANNEL_ENTRY_POINTS_FREERDP2_EX *)entry_points;
    CHANNEL_ENTRY_POINTS_FREERDP_EX *freerdp = (CHANNEL_ENTRY_POINTS_FREERDP_EX *)entry_points;

    if (entry_points->cbSize < sizeof(*freerdp) || freerdp->MagicNumber != FREERDP_CHANNEL_MAGIC_NUMBER) return;
    if (entry_points->cbSize < sizeof(*freerdp2)) freerdp->pInterface = &client->IWineDVCClient_iface;
    else if (freerdp2->ppInterface) *freerdp2->ppInterface = &client->IWineDVCClient_iface;
}

C_ASSERT( sizeof(CHANNEL_ENTRY_POINTS) == sizeof(CHANNEL_ENTRY_POINTS_EX) );

static BOOL refused( struct client *client, UINT error )
{
    ERR( "The client refused the static channel, error %u.\n", error );
    free( client );
    return FALSE;
}

BOOL VCAPITYPE VirtualChannelEntry( CHANNEL_ENTRY_POINTS *entry_points )
{
    CHANNEL_DEF channel = channel_def;
    struct client *client;
    UINT error;

    TRACE( "entry_points %p.\n", entry_points );

    if (entry_points->cbSize < sizeof(*entry_points)) return FALSE;
    if (!(client = client_create( &plain_api ))) return FALSE;
    client->entry_points.plain = *entry_points;
    clients_add( client );
    error = entry_points->pVirtualChannelInit( &client->init_handle, &channel, 1, VIRTUAL_CHANNEL_VERSION_WIN2000,
                                               init_event );
    if (error)
    {
        clients_remove( client );
        return refused( client, error );
    }
    give_interface( client, (CHANNEL_ENTRY_POINTS_EX *)entry_points );
    return TRUE;
}

BOOL VCAPITYPE VirtualChannelEntryEx( CHANNEL_ENTRY_POINTS_EX *entry_points, void *init_handle )
{
    CHANNEL_DEF channel = channel_def;
    struct client *client;
    UINT error;

    TRACE( "entry_points %p, init_handle %p.\n", entry_points, init_handle );

    if (entry_points->cbSize < sizeof(*entry_points)) return FALSE;
    if (!(client = client_create( &ex_api ))) return FALSE;
    client->entry_points.ex = *entry_points;
    client->init_handle = init_handle;
    error = entry_points->pVirtualChannelInitEx( client, NULL, init_handle, &channel, 1,
                                                 VIRTUAL_CHANNEL_VERSION_WIN2000, init_event_ex );
    if (error) return refused( client, error );
    give_interface( client, entry_points );
    return TRUE;
}
