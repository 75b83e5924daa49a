/*
 * The sending side: writes of plug-ins and what the transport takes of them
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

#include "mstscax_private.h"

#include "wine/debug.h"

WINE_DEFAULT_DEBUG_CHANNEL(mstscax);

/* At most this much is in the transport's hands, so that Close has something to cancel. */
#define WINDOW 262144

/* A completion that comes between the two looks is seen by the second, a later one sees stalled. */
static BOOL pump_fits( struct pump *pump, size_t size )
{
    if ((size_t)InterlockedOr( &pump->in_flight, 0 ) + size <= WINDOW) return TRUE;
    InterlockedExchange( &pump->stalled, 1 );
    return (size_t)InterlockedOr( &pump->in_flight, 0 ) + size <= WINDOW;
}

/* Gives one PDU to the transport, which keeps the write until pump_complete. */
static void pump_transmit( struct client *client, struct write *write, BYTE *pdu, size_t size )
{
    struct pump *pump = &client->pump;
    UINT error;

    InterlockedIncrement( &write->ref );
    InterlockedExchangeAdd( &pump->in_flight, size );
    error = client->entry_points.pVirtualChannelWriteEx( client->init_handle, client->open_handle, pdu, size, write );
    if (error)
    {
        TRACE( "The transport refused %Iu bytes, error %u.\n", size, error );
        InterlockedExchangeAdd( &pump->in_flight, -(LONG)size );
        write_release( write );
        return;
    }
    client->counters.pdus_sent++;
    client->counters.bytes_sent += size;
}

static void pump_send_control( struct client *client, struct write *write )
{
    if (client->pump.connected)
        pump_transmit( client, write, (BYTE *)(write + 1) + WINE_DVC_HEADROOM, write->control_size );
    write_release( write );
}

static void pump_send_pdu( struct client *client, const BYTE *pdu, size_t size )
{
    struct write *write = write_create_control( pdu, size );

    if (write) pump_send_control( client, write );
    else ERR( "Out of memory for a control PDU.\n" );
}

BOOL pump_is_stalled( struct client *client )
{
    return InterlockedExchange( &client->pump.stalled, 0 );
}

void pump_complete( struct client *client, struct write *write )
{
    size_t size = write->control_size;

    if (!size) drdynvc_fragments_next( &write->completed, &size );
    InterlockedExchangeAdd( &client->pump.in_flight, -(LONG)size );
    write_release( write );
}

static void channel_append( struct channel *channel, struct write *writes )
{
    if (!writes) return;
    if (channel->last) channel->last->next = writes;
    else channel->first = writes;
    while (writes->next) writes = writes->next;
    channel->last = writes;
}

static void channel_pop( struct channel *channel )
{
    struct write *write = channel->first;

    if (!(channel->first = write->next)) channel->last = NULL;
    write_release( write );
}

/* Sends the channel's next PDU if the window has room for it. */
static BOOL channel_send( struct client *client, struct channel *channel )
{
    struct write *write = channel->first;
    struct drdynvc_fragments cursor;
    size_t size;
    BYTE *pdu;

    if (!write) return FALSE;
    cursor = write->todo;
    pdu = drdynvc_fragments_next( &cursor, &size );
    if (!pump_fits( &client->pump, size )) return FALSE;
    write->todo = cursor;
    pump_transmit( client, write, pdu, size );
    if (!drdynvc_fragments_next( &cursor, &size )) channel_pop( channel );
    return TRUE;
}

static void channel_drop( struct client *client, struct channel *channel )
{
    struct drdynvc_fragments cursor;
    size_t size;

    channel_append( channel, write_take( &channel->inbox ) );
    while (channel->first)
    {
        cursor = channel->first->todo;
        while (drdynvc_fragments_next( &cursor, &size )) client->counters.pdus_cancelled++;
        channel_pop( channel );
    }
}

static void pump_send_close( struct client *client, struct channel *channel )
{
    BYTE pdu[DRDYNVC_MAX_CONTROL];

    pump_send_pdu( client, pdu, drdynvc_write_close( pdu, channel->id ) );
}

static void pump_send_create_rsp( struct client *client, struct channel *channel, INT32 status )
{
    BYTE pdu[DRDYNVC_MAX_CONTROL];

    TRACE( "channel %#x, status %#x.\n", channel->id, status );
    InterlockedIncrement64( status ? &client->counters.channels_refused : &client->counters.channels_opened );
    pump_send_pdu( client, pdu, drdynvc_write_create_rsp( pdu, channel->id, status ) );
}

/* The end of the channel for the pump. */
static void pump_remove_channel( struct client *client, struct channel *channel )
{
    channel_drop( client, channel );
    list_remove( &channel->pump_entry );
    list_remove( &channel->sending_entry );
    channel_finish( channel );
}

/* The listener's verdict becomes the answer to the server. */
static void pump_answer( struct client *client, struct channel *channel, enum channel_end end )
{
    BOOL accepted = channel->verdict == CHANNEL_ACCEPTED;

    if (!end && accepted)
    {
        pump_send_create_rsp( client, channel, DRDYNVC_CREATED );
        channel->open = TRUE;
        return;
    }
    client_remove_channel( client, channel );   /* the server may use the id again at once */
    if (channel->verdict != CHANNEL_PASSED_ON && (!end || end == CHANNEL_CLOSED))
    {
        pump_send_create_rsp( client, channel, DRDYNVC_REFUSED );
        channel_end( channel, CHANNEL_CLOSED );
    }
    pump_remove_channel( client, channel );
}

/* Close is exact: what fits the window now counts as sent, the rest is dropped. */
static void pump_close( struct client *client, struct channel *channel, enum channel_end end )
{
    client_remove_channel( client, channel );
    if (end == CHANNEL_CLOSED) while (channel_send( client, channel )) {}
    if (end == CHANNEL_CLOSED || end == CHANNEL_SERVER_CLOSED) pump_send_close( client, channel );
    pump_remove_channel( client, channel );
}

static void pump_update_channel( struct client *client, struct channel *channel, struct list *sending )
{
    BOOL sealed = write_is_sealed( &channel->inbox );
    enum channel_end end = sealed ? channel->end : CHANNEL_NOT_ENDING;

    if (!channel->open)
    {
        if (InterlockedOr( &channel->verdict, 0 ) == CHANNEL_OFFERED) return;
        pump_answer( client, channel, end );
        if (!channel->open) return;
    }
    channel_append( channel, write_take( &channel->inbox ) );
    if (sealed) pump_close( client, channel, end );
    else if (channel->first)
    {
        list_remove( &channel->sending_entry );
        list_add_tail( sending, &channel->sending_entry );
    }
}

/* Takes turns by PDU until the window is full or nothing is left. */
static void pump_send( struct client *client, struct list *sending )
{
    struct channel *channel;
    struct list *head;

    while ((head = list_head( sending )))
    {
        channel = LIST_ENTRY( head, struct channel, sending_entry );
        if (channel->first && !channel_send( client, channel )) break;
        list_remove( head );
        if (channel->first) list_add_tail( sending, head );
        else list_init( head );
    }
    while ((head = list_head( sending )))
    {
        list_remove( head );
        list_init( head );
    }
}

static struct channel *take_channels( struct channel **head )
{
    return InterlockedExchangePointer( (void **)head, NULL );
}

static void push_channel( struct channel **head, struct channel *channel )
{
    struct channel *seen;

    do channel->next = seen = InterlockedCompareExchangePointer( (void **)head, NULL, NULL );
    while (InterlockedCompareExchangePointer( (void **)head, channel, seen ) != seen);
}

static void pump_admit_channels( struct pump *pump )
{
    struct channel *channel = take_channels( &pump->arrivals ), *next;

    for (; channel; channel = next)
    {
        next = channel->next;
        list_add_tail( &pump->channels, &channel->pump_entry );
    }
}

static void pump_free_channels( struct pump *pump )
{
    struct channel *channel = take_channels( &pump->released ), *next;

    for (; channel; channel = next)
    {
        next = channel->next;
        channel_free( channel );
    }
}

static void pump_turn( struct client *client )
{
    struct pump *pump = &client->pump;
    INT64 sent = client->counters.pdus_sent;
    struct write *control, *next_control;
    struct channel *channel, *next;
    struct list sending;

    list_init( &sending );
    for (control = write_take( &pump->control ); control; control = next_control)
    {
        next_control = control->next;
        pump_send_control( client, control );
    }
    pump_admit_channels( pump );
    LIST_FOR_EACH_ENTRY_SAFE( channel, next, &pump->channels, struct channel, pump_entry )
        pump_update_channel( client, channel, &sending );
    pump_send( client, &sending );
    if (client->host && client->counters.pdus_sent != sent) IWineDVCHost_Flush( client->host );
    pump_free_channels( pump );
}

void pump_run( struct client *client )
{
    struct pump *pump = &client->pump;

    InterlockedExchange( &pump->again, 1 );
    while (InterlockedOr( &pump->again, 0 ) && !InterlockedExchange( &pump->busy, 1 ))
    {
        while (InterlockedExchange( &pump->again, 0 )) pump_turn( client );
        InterlockedExchange( &pump->busy, 0 );
    }
}

/* Sends what plug-ins write on threads of their own. */
static DWORD CALLBACK pump_thread( void *arg )
{
    struct client *client = arg;
    struct pump *pump = &client->pump;

    for (;;)
    {
        InterlockedExchange( &pump->sleeping, 1 );
        pump_run( client );
        WaitForSingleObject( pump->wake, INFINITE );
        InterlockedExchange( &pump->sleeping, 0 );
        pump_run( client );
    }
    return 0;
}

HRESULT pump_start( struct client *client )
{
    struct pump *pump = &client->pump;
    HANDLE thread;

    list_init( &pump->channels );
    if (!(pump->wake = CreateEventW( NULL, FALSE, FALSE, NULL ))) return HRESULT_FROM_WIN32( GetLastError() );
    if (!(thread = CreateThread( NULL, 0, pump_thread, client, 0, NULL ))) return HRESULT_FROM_WIN32( GetLastError() );
    CloseHandle( thread );
    return S_OK;
}

/* A thread terminated before SetEvent is made up for by the next one's call: sleeping is still set. */
void pump_wake( struct client *client )
{
    if (executor_owns_thread()) pump_run( client );
    else if (InterlockedOr( &client->pump.sleeping, 0 )) SetEvent( client->pump.wake );
}

void pump_connect( struct client *client, BOOL connected )
{
    InterlockedExchange( &client->pump.connected, connected );
}

void pump_post_control( struct client *client, const void *pdu, size_t size )
{
    struct write *write = write_create_control( pdu, size );

    if (write) write_push( &client->pump.control, write );
    else ERR( "Out of memory for a control PDU.\n" );
}

void pump_add_channel( struct client *client, struct channel *channel )
{
    push_channel( &client->pump.arrivals, channel );
}

void pump_free_channel( struct client *client, struct channel *channel )
{
    push_channel( &client->pump.released, channel );
}
