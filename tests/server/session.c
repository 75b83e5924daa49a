/*
 * One client's RDP connection
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

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server.h"

#define CLOSE_LIMIT 2000000    /* for the last bytes to leave, us */
#define DRDYNVC_CLOSE 4     /* [MS-RDPEDYC] 2.2.4 */
#define DRDYNVC_CAPS  5     /* 2.2.1 */

struct session
{
    int fd;                     /* the peer's, which FreeRDP 3 does not tell */
    freerdp_peer *peer;
    HANDLE server;              /* FreeRDP's channel manager */
    DWORD id;
    psPeerReceiveChannelData receive;
    psPeerSendChannelData send;
    uint16_t version;
    struct channel *channels;
    bool active;
    bool over;                  /* the script has ended it */
    bool ended;                 /* nothing more can be sent */
};

static BOOL peer_post_connect( freerdp_peer *peer )
{
    (void)peer;
    return TRUE;
}

static BOOL peer_activate( freerdp_peer *peer )
{
    struct session *session = peer->ContextExtra;

    session->active = true;
    return TRUE;
}

static struct channel *find_channel( struct session *session, uint32_t id )
{
    struct channel *channel;

    for (channel = session->channels; channel; channel = channel->next)
        if (channel->id == id) return channel;
    return NULL;
}

static BOOL on_creation_status( void *context, UINT32 id, INT32 status )
{
    struct channel *channel = find_channel( context, id );

    if (channel) channel_created( channel, (uint32_t)status );
    return TRUE;
}

/* FreeRDP tells nobody that the client closed a channel or answered a close. */
static void watch_close( struct session *session, const BYTE *data, size_t size )
{
    static const size_t widths[] = { 1, 2, 4 };
    uint32_t id = 0;
    struct channel *channel;
    size_t i, width;

    if (!size || data[0] >> 4 != DRDYNVC_CLOSE || (data[0] & 3) == 3) return;
    width = widths[data[0] & 3];
    if (size - 1 < width) return;
    for (i = 0; i < width; i++) id |= (uint32_t)data[1 + i] << 8 * i;
    if ((channel = find_channel( session, id ))) channel_closed( channel );
}

static BOOL peer_receive( freerdp_peer *peer, UINT16 id, const BYTE *data, size_t size, UINT32 flags, size_t total )
{
    const UINT32 whole = CHANNEL_FLAG_FIRST | CHANNEL_FLAG_LAST;
    struct session *session = peer->ContextExtra;
    BOOL ret;

    ret = session->receive( peer, id, data, size, flags, total );
    if (id != WTSChannelGetId( peer, "drdynvc" )) return TRUE;
    if ((flags & whole) == whole) watch_close( session, data, size );
    return ret;
}

/* FreeRDP's server offers version 1 and speaks it; the others differ in what they allow. */
static BOOL peer_send( freerdp_peer *peer, UINT16 id, const BYTE *data, size_t size )
{
    /* 70, 20, 7 and 3 percent, the document's example */
    static const BYTE charges[] = { 0xa8, 0x03, 0xcc, 0x0c, 0x92, 0x24, 0x55, 0x55 };
    struct session *session = peer->ContextExtra;
    BYTE caps[4 + sizeof(charges)] = { DRDYNVC_CAPS << 4, 0, session->version & 0xff, session->version >> 8 };

    if (session->version < 2 || size != 4 || data[0] != DRDYNVC_CAPS << 4 || id != WTSChannelGetId( peer, "drdynvc" ))
        return session->send( peer, id, data, size );
    memcpy( caps + 4, charges, sizeof(charges) );
    return session->send( peer, id, caps, sizeof(caps) );
}

bool session_send_caps( struct session *session )
{
    BYTE caps[] = { DRDYNVC_CAPS << 4, 0, 1, 0 };
    freerdp_peer *peer = session->peer;

    return peer->SendChannelData( peer, WTSChannelGetId( peer, "drdynvc" ), caps, sizeof(caps) );
}

static bool configure( struct session *session, const struct identity *identity, bool old_security )
{
    rdpSettings *settings = session->peer->context->settings;

    /* With this off FreeRDP buffers what the socket does not take. Waiting for it
     * would end in a deadlock as soon as the client waits for us in the same way. */
    return freerdp_settings_set_bool( settings, FreeRDP_WaitForOutputBufferFlush, FALSE ) &&
           freerdp_settings_set_bool( settings, FreeRDP_TlsSecurity, !old_security ) &&
           freerdp_settings_set_bool( settings, FreeRDP_NlaSecurity, FALSE ) &&
           freerdp_settings_set_bool( settings, FreeRDP_ExtSecurity, FALSE ) && /* which newer ones offer */
           freerdp_settings_set_bool( settings, FreeRDP_RdpSecurity, old_security ) &&
           freerdp_settings_set_uint32( settings, FreeRDP_EncryptionLevel, ENCRYPTION_LEVEL_CLIENT_COMPATIBLE ) &&
           compat_set_identity( settings, identity->certificate, identity->key );
}

static bool open_server( struct session *session )
{
    freerdp_peer *peer = session->peer;
    HANDLE server;
    DWORD size;
    LPSTR id;

    /* FreeRDP's form of this call takes the context for a name */
    if ((server = WTSOpenServerA( (LPSTR)peer->context )) == INVALID_HANDLE_VALUE || !server) return false;
    session->server = server;
    if (!WTSQuerySessionInformationA( server, WTS_CURRENT_SESSION, WTSSessionId, &id, &size )) return false;
    session->id = *(ULONG *)id;
    WTSFreeMemory( id );
    WTSVirtualChannelManagerSetDVCCreationCallback( server, on_creation_status, session );
    session->receive = peer->ReceiveChannelData;
    peer->ReceiveChannelData = peer_receive;
    session->send = peer->SendChannelData;
    peer->SendChannelData = peer_send;
    return true;
}

struct session *session_create( int fd, const struct identity *identity, uint16_t version, bool old_security )
{
    struct session *session = calloc( 1, sizeof(*session) );
    freerdp_peer *peer = session ? freerdp_peer_new( fd ) : NULL;

    if (!peer)
    {
        close( fd );
        free( session );
        return NULL;
    }
    session->fd = fd;
    session->peer = peer;
    session->version = version;
    session->ended = true;
    peer->ContextExtra = session;
    peer->PostConnect = peer_post_connect;
    peer->Activate = peer_activate;
    if (freerdp_peer_context_new( peer ) && configure( session, identity, old_security ) && open_server( session ) &&
        peer->Initialize( peer ))
    {
        session->ended = false;
        return session;
    }
    session_destroy( session );
    return NULL;
}

size_t session_get_fds( struct session *session, struct pollfd *fds, bool *ready )
{
    HANDLE events[SESSION_MAX_FDS - 1];
    freerdp_peer *peer = session->peer;
    bool blocked = peer->IsWriteBlocked( peer );
    DWORD i, count = peer->GetEventHandles( peer, events, SESSION_MAX_FDS - 1 );

    for (i = 0; i < count; i++) fds[i] = (struct pollfd){ GetEventFileDescriptor( events[i] ), POLLIN, 0 };
    if (blocked)
        fds[i] = (struct pollfd){ session->fd, POLLOUT, 0 };
    else
        fds[i] = (struct pollfd){ GetEventFileDescriptor( WTSVirtualChannelManagerGetEventHandle( session->server ) ),
                                  POLLIN, 0 };
    *ready = peer->HasMoreToRead( peer );
    return i + 1;
}

bool session_process( struct session *session )
{
    freerdp_peer *peer = session->peer;

    if (!peer->CheckFileDescriptor( peer )) session->ended = true;
    else if (peer->IsWriteBlocked( peer ) && peer->DrainOutputBuffer( peer ) < 0) session->ended = true;
    /* FreeRDP 3 would open the channel of dynamic channels at once, whether there is one yet or not */
    else if (session->active && !peer->IsWriteBlocked( peer ) &&
             !WTSVirtualChannelManagerCheckFileDescriptor( session->server ))
        session->ended = true;
    return !session->ended;
}

bool session_is_active( const struct session *session )
{
    return session->active;
}

bool session_has_dynamic_channels( const struct session *session )
{
    return session->active && WTSVirtualChannelManagerGetDrdynvcState( session->server ) == DRDYNVC_STATE_READY;
}

bool session_is_blocked( const struct session *session )
{
    return session->peer->IsWriteBlocked( session->peer );
}

bool session_has_static( const struct session *session, const char *name )
{
    UINT16 id = WTSChannelGetId( session->peer, name );

    return id && id != UINT16_MAX;  /* the one means none in version 3, the other in version 2 */
}

HANDLE session_open_dynamic( struct session *session, const char *name )
{
    if (session->over) return NULL;
    return WTSVirtualChannelOpenEx( session->id, (LPSTR)name, WTS_CHANNEL_OPTION_DYNAMIC );
}

HANDLE session_open_static( struct session *session, const char *name )
{
    if (session->over || !session_has_static( session, name )) return NULL;
    return WTSVirtualChannelOpen( session->server, session->id, (LPSTR)name );
}

void session_add_channel( struct session *session, struct channel *channel )
{
    channel->next = session->channels;
    session->channels = channel;
}

void session_remove_channel( struct session *session, struct channel *channel )
{
    struct channel **link;

    for (link = &session->channels; *link; link = &(*link)->next)
    {
        if (*link != channel) continue;
        *link = channel->next;
        return;
    }
}

/* Takes the socket from FreeRDP, which would say good bye to TLS. */
static void cut( struct session *session )
{
    int nothing = open( "/dev/null", O_RDWR | O_CLOEXEC );

    if (nothing < 0 || dup2( nothing, session->fd ) < 0) abort();
    close( nothing );
    session->over = session->ended = true;
}

void session_drop( struct session *session )
{
    shutdown( session->fd, SHUT_RDWR );
    cut( session );
}

void session_reset( struct session *session )
{
    const struct linger linger = { .l_onoff = 1, .l_linger = 0 };

    setsockopt( session->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger) );
    cut( session );
}

void session_end( struct session *session, uint32_t error )
{
    rdpRdp *rdp = session->peer->context->rdp;

    /* while the client still listens: FreeRDP 3's own server says it too late */
    freerdp_set_error_info( rdp, error );
    if (error) freerdp_send_error_info( rdp );
    session->over = true;
}

bool session_paint( struct session *session, uint32_t colour )
{
    rdpContext *context = session->peer->context;
    rdpUpdate *update = context->update;
    const OPAQUE_RECT_ORDER order =
    {
        .nWidth = freerdp_settings_get_uint32( context->settings, FreeRDP_DesktopWidth ),
        .nHeight = freerdp_settings_get_uint32( context->settings, FreeRDP_DesktopHeight ),
        .color = colour,
    };

    return update->BeginPaint( context ) && update->primary->OpaqueRect( context, &order ) && update->EndPaint( context );
}

bool session_redirect( struct session *session )
{
    return compat_redirect( session->peer );
}

bool session_is_over( const struct session *session )
{
    return session->over;
}

static void drain( struct session *session )
{
    freerdp_peer *peer = session->peer;
    uint64_t now = now_us(), end = now + CLOSE_LIMIT;
    struct pollfd pfd = { session->fd, POLLOUT, 0 };

    for (; peer->IsWriteBlocked( peer ) && now < end; now = now_us())
        if (poll( &pfd, 1, (end - now) / 1000 + 1 ) < 0 || peer->DrainOutputBuffer( peer ) < 0) return;
}

void session_destroy( struct session *session )
{
    freerdp_peer *peer = session->peer;

    if (!session->ended)
    {
        WTSVirtualChannelManagerCheckFileDescriptor( session->server );
        peer->Close( peer );
        drain( session );
    }
    if (session->server) WTSCloseServer( session->server );
    if (peer->context)
    {
        peer->Disconnect( peer );
        freerdp_peer_context_free( peer );
    }
    freerdp_peer_free( peer );
    free( session );
}
