/*
 * The receiving side: the server's PDUs and the channel table
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
#include "pump.h"
#include "receive.h"
#include "table.h"

#include "wine/debug.h"

WINE_DEFAULT_DEBUG_CHANNEL(drdynvc);

/* Channels that have ended and that their plug-in has not answered: with as many none is created. */
#define MAX_UNANSWERED 4096

/* A PDU is 1600 bytes at most; a server whose chunks are larger may send larger ones. */
#define MAX_MESSAGE 65536

/* [MS-RDPEDYC] 3.2.3.1: a server that asks again is answered again. */
static void receive_capabilities( struct client *client, const struct drdynvc_pdu *pdu )
{
    BYTE reply[DRDYNVC_MAX_CONTROL];

    TRACE( "version %u.\n", pdu->version );
    if (client->has_caps) client->counters.caps_repeated++;
    client->has_caps = TRUE;
    schedule_set_charges( &client->pump.schedule, pdu->charges );
    pump_post_control( client, reply, drdynvc_write_caps_rsp( reply, min( pdu->version, DRDYNVC_VERSION ) ) );
    pump_run( client );
}

/* [MS-RDPEDYC] 3.2.5.3.1: no tunnel will be written to, every channel stays where it is. */
static void receive_soft_sync( struct client *client )
{
    BYTE reply[6];

    pump_post_control( client, reply, drdynvc_write_soft_sync_rsp( reply, NULL, 0 ) );
    pump_run( client );
}

static void refuse_channel( struct client *client, UINT32 id, INT32 status )
{
    BYTE reply[DRDYNVC_MAX_CONTROL];

    InterlockedIncrement64( &client->counters.channels_refused );
    pump_post_control( client, reply, drdynvc_write_create_rsp( reply, id, status ) );
    pump_run( client );
}

/* The server gives the id to a new channel. */
static void take_id( struct client *client, UINT32 id )
{
    struct channel *channel = table_get( client, id );

    if (!channel) return;
    WARN( "Channel %#x was not closed.\n", id );
    table_end( client, channel, CHANNEL_REPLACED );
    channel_release( channel );
    pump_run( client );
}

/* [MS-RDPEDYC] 3.2.3.2.1 */
static void receive_create( struct client *client, const struct drdynvc_pdu *pdu )
{
    struct channel *channel = NULL;
    struct listener *listener;

    TRACE( "channel %#x, name %s.\n", pdu->channel_id, debugstr_a( pdu->name ) );
    take_id( client, pdu->channel_id );
    if (!(listener = listener_find( client, pdu->name, NULL )))
    {
        refuse_channel( client, pdu->channel_id, DRDYNVC_NO_LISTENER );
        return;
    }
    listener->traffic->counts.received[pdu->cmd]++;
    if (InterlockedOr( &client->pump.unanswered, 0 ) < MAX_UNANSWERED)
        channel = channel_create( client, listener, pdu->channel_id, pdu->priority );
    if (channel && table_add( client, channel ))
    {
        listener_offer( listener, channel );
        return;
    }
    refuse_channel( client, pdu->channel_id, DRDYNVC_NO_MEMORY );
    if (channel) channel_release( channel );
}

/* What one channel may not do ends that channel, which the server is told: where its answer is still on its way to the
 * pump, by a refusal. */
static void fail_channel( struct client *client, struct channel *channel, enum drdynvc_status status )
{
    WARN( "Closing channel %#x, status %u.\n", channel->id, status );
    table_end( client, channel, CHANNEL_CLOSED );
    pump_run( client );
}

static const WCHAR *status_text( enum drdynvc_status status )
{
    switch (status)
    {
    case DRDYNVC_UNKNOWN:         return L"there is no such command";
    case DRDYNVC_OUT_OF_SEQUENCE: return L"it is out of sequence";
    case DRDYNVC_OUT_OF_MEMORY:   return L"out of memory";
    default:                      return L"it is malformed";
    }
}

/* [MS-RDPEDYC] 3.1.5.2.4: nobody knows what the server meant, so nothing that follows can be relied on. The static
 * channel stays, it is not ours alone, so the server is told that our channels have ended. */
static void fail_connection( struct client *client, const struct drdynvc_pdu *pdu, enum drdynvc_status status )
{
    WARN( "Closing all channels after a PDU with command %u, status %u.\n", pdu->cmd, status );
    client->broken = TRUE;
    notice_warning( client, NULL, L"The server sent a PDU that cannot be understood (command %u: %s): all channels of these "
                    L"plug-ins are closed until it connects again", pdu->cmd, status_text( status ) );
    table_end_all( client, CHANNEL_SERVER_CLOSED );
    pump_run( client );
}

/* client->lock held, and the channel is in the table */
static enum drdynvc_status take_fragment( struct channel *channel, const struct drdynvc_pdu *pdu )
{
    struct drdynvc_assembly *assembly = &channel->assembly;
    LONG64 before = drdynvc_assembly_kept( assembly ), kept;
    enum drdynvc_status status;
    uint8_t *message;
    uint32_t size;

    if (!assembly->data) drdynvc_assembly_lend( assembly, channel_take_spare( channel ) );
    status = drdynvc_assembly_add( assembly, pdu, &message, &size );
    if ((kept = drdynvc_assembly_kept( assembly )) != before) channel_keep( channel, kept - before );
    if (!status && message) channel_deliver( channel, message, size );
    if (!status && channel_is_full( channel )) status = DRDYNVC_OUT_OF_MEMORY;
    return status;
}

/* The plug-in may close it meanwhile, which loses the message. */
static void receive_data( struct client *client, struct channel *channel, const struct drdynvc_pdu *pdu )
{
    enum drdynvc_status status = DRDYNVC_OK;

    AcquireSRWLockShared( &client->lock );
    if (!list_empty( &channel->entry )) status = take_fragment( channel, pdu );
    ReleaseSRWLockShared( &client->lock );
    if (!status)
    {
        pump_check_limit( client );
        return;
    }
    if (status != DRDYNVC_OUT_OF_MEMORY) client->counters.pdus_malformed++;
    fail_channel( client, channel, status );
}

/* [MS-RDPEDYC] 3.2.5.2; the answer comes from the pump. */
static void receive_close( struct client *client, struct channel *channel )
{
    table_end( client, channel, CHANNEL_SERVER_CLOSED );
    pump_run( client );
}

/* Data and close for an id that is not open is normal traffic. */
static BOOL channel_takes( struct channel *channel, enum drdynvc_cmd cmd )
{
    return cmd == DRDYNVC_CMD_CLOSE || InterlockedOr( &channel->answer, 0 ) == CHANNEL_ACCEPTED;
}

/* The channel that a PDU is for, which counts it. */
static struct channel *get_addressee( struct client *client, const struct drdynvc_pdu *pdu )
{
    struct channel *channel = table_get( client, pdu->channel_id );

    if (channel) channel->listener->traffic->counts.received[pdu->cmd]++;
    return channel;
}

static void receive_for_channel( struct client *client, const struct drdynvc_pdu *pdu )
{
    struct channel *channel = get_addressee( client, pdu );

    if (!channel || !channel_takes( channel, pdu->cmd ))
    {
        TRACE( "Ignoring command %u for channel %#x.\n", pdu->cmd, pdu->channel_id );
        client->counters.pdus_ignored++;
    }
    else if (pdu->cmd == DRDYNVC_CMD_CLOSE) receive_close( client, channel );
    else receive_data( client, channel, pdu );
    if (channel) channel_release( channel );
}

/* Costs the channel that the PDU names, or all if it names none. What names one that is not open does no harm. */
static void receive_malformed( struct client *client, const struct drdynvc_pdu *pdu, enum drdynvc_status status )
{
    struct channel *channel;

    client->counters.pdus_malformed++;
    if (!pdu->addressed) fail_connection( client, pdu, status );
    else if (pdu->cmd == DRDYNVC_CMD_CREATE)
    {
        take_id( client, pdu->channel_id );
        refuse_channel( client, pdu->channel_id, DRDYNVC_REFUSED );
    }
    else if ((channel = get_addressee( client, pdu )))
    {
        if (channel_takes( channel, pdu->cmd )) fail_channel( client, channel, status );
        channel_release( channel );
    }
}

static void receive_pdu( struct client *client, const BYTE *data, UINT32 size )
{
    struct drdynvc_pdu pdu;
    enum drdynvc_status status;

    client->counters.pdus_received++;
    client->counters.bytes_received += size;
    status = drdynvc_read( &pdu, DRDYNVC_SERVER, data, size );
    client->counters.traffic.received[pdu.cmd]++;
    TRACE( "command %u, channel %#x, %u bytes, status %u.\n", pdu.cmd, pdu.channel_id, size, status );
    if (client->broken)
    {
        client->counters.pdus_ignored++;
        return;
    }
    if (status)
    {
        receive_malformed( client, &pdu, status );
        return;
    }
    switch (pdu.cmd)
    {
    case DRDYNVC_CMD_CAPABILITIES:
        receive_capabilities( client, &pdu );
        break;
    case DRDYNVC_CMD_CREATE:
        receive_create( client, &pdu );
        break;
    case DRDYNVC_CMD_SOFT_SYNC_REQUEST:
        receive_soft_sync( client );
        break;
    case DRDYNVC_CMD_SOFT_SYNC_RESPONSE: /* a client's */
        receive_malformed( client, &pdu, DRDYNVC_OUT_OF_SEQUENCE );
        break;
    default:
        receive_for_channel( client, &pdu );
    }
}

static void reset_message( struct client *client )
{
    free( client->message );
    client->message = NULL;
    client->message_size = client->message_total = 0;
}

/* The message that begins with these bytes will never be complete. */
static void lose_message( struct client *client, const BYTE *data, UINT32 size )
{
    enum drdynvc_status status;
    struct drdynvc_pdu pdu;

    WARN( "A message of the static channel begins with %u bytes and does not end.\n", size );
    if (client->broken) return;
    status = drdynvc_read( &pdu, DRDYNVC_SERVER, data, size );
    receive_malformed( client, &pdu, status ? status : DRDYNVC_OUT_OF_SEQUENCE );
}

void client_reset_receive( struct client *client )
{
    reset_message( client );
    client->broken = client->has_caps = FALSE;
}

/* [MS-RDPBCGR] 3.1.5.2.2.1: total is the same in each chunk and no chunk goes beyond it. */
static BOOL append_chunk( struct client *client, const BYTE *data, UINT32 size, UINT32 total, UINT32 flags )
{
    if (flags & CHANNEL_FLAG_FIRST)
    {
        if (total > MAX_MESSAGE || !(client->message = malloc( total ))) return FALSE;
        client->message_total = total;
    }
    if (size > client->message_total - client->message_size) return FALSE;
    memcpy( client->message + client->message_size, data, size );
    client->message_size += size;
    return TRUE;
}

void client_receive( struct client *client, const BYTE *data, UINT32 size, UINT32 total, UINT32 flags )
{
    if (flags & CHANNEL_FLAG_FIRST && client->message)
    {
        lose_message( client, client->message, client->message_size );
        reset_message( client );
    }
    if ((flags & CHANNEL_FLAG_ONLY) == CHANNEL_FLAG_ONLY)
    {
        receive_pdu( client, data, size );
        return;
    }
    if (!(flags & CHANNEL_FLAG_FIRST) && !client->message)
    {
        TRACE( "Ignoring %u bytes that continue nothing, flags %#x.\n", size, flags );
        client->counters.chunks_ignored++;
        return;
    }
    if (!append_chunk( client, data, size, total, flags ) ||
        (flags & CHANNEL_FLAG_LAST && client->message_size < client->message_total))
    {
        lose_message( client, client->message_size ? client->message : data,
                      client->message_size ? client->message_size : size );
        reset_message( client );
        return;
    }
    if (!(flags & CHANNEL_FLAG_LAST)) return;
    receive_pdu( client, client->message, client->message_size );
    reset_message( client );
}
