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

/* PDUs between two looks at what plug-ins have written, and such runs between two flushes. */
#define RUN  10
#define RUNS 16

/* OnClose waits this long for a call of OnDataReceived to return. */
#define CLOSE_TIMEOUT 2000

/* A completion that comes between the two looks is seen by the second, a later one sees stalled. */
static BOOL pump_fits( struct pump *pump, size_t size )
{
    if ((size_t)InterlockedOr( &pump->in_flight, 0 ) + size <= WINDOW) return TRUE;
    InterlockedExchange( &pump->stalled, 1 );
    return (size_t)InterlockedOr( &pump->in_flight, 0 ) + size <= WINDOW;
}

static void pump_count( struct client *client, struct channel *channel, BYTE cmd, size_t size )
{
    client->counters.pdus_sent++;
    client->counters.bytes_sent += size;
    client->counters.traffic.sent[cmd]++;
    if (channel) channel->listener->traffic->counts.sent[cmd]++;
}

/* Gives one PDU to the transport, which keeps the write until pump_complete. channel may be NULL. */
static void pump_transmit( struct client *client, struct channel *channel, struct write *write, BYTE *pdu, size_t size )
{
    struct pump *pump = &client->pump;
    UINT error;

    InterlockedIncrement( &write->ref );
    InterlockedExchangeAdd( &pump->in_flight, size );
    error = client->api->write( client, pdu, size, write );
    if (error)
    {
        TRACE( "The transport refused %Iu bytes, error %u.\n", size, error );
        InterlockedExchangeAdd( &pump->in_flight, -(LONG)size );
        client->counters.pdus_cancelled++;
        write_release( write );
        return;
    }
    pump_count( client, channel, pdu[0] >> 4, size );
}

static void pump_send_control( struct client *client, struct channel *channel, struct write *write )
{
    if (client->pump.connected)
        pump_transmit( client, channel, write, (BYTE *)(write + 1) + WINE_DVC_HEADROOM, write->control_size );
    else client->counters.pdus_cancelled++;
    write_release( write );
}

static void pump_send_pdu( struct client *client, struct channel *channel, const BYTE *pdu, size_t size )
{
    struct write *write = write_create_control( pdu, size );

    if (write) pump_send_control( client, channel, write );
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

static void channel_take_inbox( struct channel *channel )
{
    struct write *write = write_take( &channel->inbox );

    for (; write; write = write->next)
    {
        if (channel->last) channel->last->next = write;
        else channel->first = write;
        channel->last = write;
    }
}

static void channel_pop( struct channel *channel )
{
    struct write *write = channel->first;

    if (!(channel->first = write->next)) channel->last = NULL;
    write_release( write );
}

/* Sends the channel's next PDU if the window has room for it; returns its size, or 0. */
static size_t channel_send( struct client *client, struct channel *channel )
{
    struct write *write = channel->first;
    struct drdynvc_fragments cursor;
    size_t size, next_size;
    BYTE *pdu;

    if (!write) return 0;
    cursor = write->todo;
    pdu = drdynvc_fragments_next( &cursor, &size );
    if (!pump_fits( &client->pump, size )) return 0;
    write->todo = cursor;
    pump_transmit( client, channel, write, pdu, size );
    InterlockedExchangeAdd64( &channel->pending, -(LONG64)size );
    if (!drdynvc_fragments_next( &cursor, &next_size )) channel_pop( channel );
    return size;
}

static void channel_drop( struct client *client, struct channel *channel )
{
    struct drdynvc_fragments cursor;
    size_t size;

    channel_take_inbox( channel );
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

    pump_send_pdu( client, channel, pdu, drdynvc_write_close( pdu, channel->id ) );
}

static void pump_send_create_rsp( struct client *client, struct channel *channel, INT32 status )
{
    BYTE pdu[DRDYNVC_MAX_CONTROL];

    TRACE( "channel %#x, status %#x.\n", channel->id, status );
    InterlockedIncrement64( status ? &client->counters.channels_refused : &client->counters.channels_opened );
    pump_send_pdu( client, channel, pdu, drdynvc_write_create_rsp( pdu, channel->id, status ) );
}

/* The end of the channel for the pump. */
static void pump_remove_channel( struct client *client, struct channel *channel )
{
    channel_drop( client, channel );
    list_remove( &channel->pump_entry );
    list_remove( &channel->sending_entry );
    channel_addref( channel );
    if (channel_finish( channel )) channel_release( channel );
    else
    {
        channel->deadline = GetTickCount64() + CLOSE_TIMEOUT;
        list_add_tail( &client->pump.finishing, &channel->pump_entry );
    }
}

static void pump_check_finishing( struct client *client )
{
    struct pump *pump = &client->pump;
    ULONGLONG now = GetTickCount64();
    struct channel *channel, *next;
    LONG64 deadline = 0;

    LIST_FOR_EACH_ENTRY_SAFE( channel, next, &pump->finishing, struct channel, pump_entry )
    {
        if (channel_check_finish( channel, now ))
        {
            list_remove( &channel->pump_entry );
            channel_release( channel );
        }
        else if (!deadline) deadline = channel->deadline;
    }
    if (deadline == pump->deadline) return;
    InterlockedCompareExchange64( &pump->deadline, deadline, pump->deadline );
    if (deadline) SetEvent( pump->wake );
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

static void pump_update_channel( struct client *client, struct channel *channel )
{
    BOOL sealed = write_is_sealed( &channel->inbox );
    enum channel_end end = sealed ? channel->end : CHANNEL_NOT_ENDING;

    channel_take_inbox( channel );
    channel_check_pending( channel );
    if (!channel->open)
    {
        if (InterlockedOr( &channel->verdict, 0 ) == CHANNEL_OFFERED) return;
        pump_answer( client, channel, end );
        if (!channel->open) return;
    }
    if (sealed) pump_close( client, channel, end );
    else if (channel->first && list_empty( &channel->sending_entry ))
        schedule_add( &client->pump.schedule, &channel->sending_entry, channel->priority );
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

static void pump_retire_channels( struct pump *pump )
{
    struct channel *channel = take_channels( &pump->released ), *next;

    for (; channel; channel = next)
    {
        next = channel->next;
        channel_retire( channel );
    }
}

/* Sends a few PDUs; FALSE if the window is full or nothing is left. */
static BOOL pump_send( struct client *client )
{
    struct channel *channel;
    struct list *entry;
    unsigned int i;
    size_t size;

    for (i = 0; i < RUN; i++)
    {
        if (!(entry = schedule_next( &client->pump.schedule ))) return FALSE;
        channel = LIST_ENTRY( entry, struct channel, sending_entry );
        if (!(size = channel_send( client, channel ))) return FALSE;
        schedule_sent( entry, size, channel->first != NULL );
    }
    return TRUE;
}

/* What is written meanwhile has its turn soon, however fast the transport takes the rest. */
static void pump_serve_channels( struct client *client )
{
    struct pump *pump = &client->pump;
    struct channel *channel, *next;
    unsigned int i;

    for (i = 0; i < RUNS; i++)
    {
        pump_admit_channels( pump );
        LIST_FOR_EACH_ENTRY_SAFE( channel, next, &pump->channels, struct channel, pump_entry )
            pump_update_channel( client, channel );
        if (!pump_send( client )) return;
    }
    InterlockedExchange( &pump->again, 1 );
}

static void pump_turn( struct client *client )
{
    struct pump *pump = &client->pump;
    INT64 sent = client->counters.pdus_sent;
    struct write *control, *next_control;

    for (control = write_take( &pump->control ); control; control = next_control)
    {
        next_control = control->next;
        pump_send_control( client, NULL, control );
    }
    pump_serve_channels( client );
    if (client->host && client->counters.pdus_sent != sent) IWineDVCHost_Flush( client->host );
    if (!list_empty( &pump->finishing ) || pump->deadline) pump_check_finishing( client );
    pump_retire_channels( pump );
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

static DWORD pump_timeout( struct client *client )
{
    ULONGLONG deadline = InterlockedCompareExchange64( &client->pump.deadline, 0, 0 ), now;
    DWORD longest = client->host && client->slow_limit ? (client->slow_limit + 1) / 2 : INFINITE;

    if (!deadline) return longest;
    now = GetTickCount64();
    return now < deadline ? min( deadline - now, longest ) : 0;
}

static void report_slow_calls( struct client *client )
{
    struct running slow;

    while (executor_find_slow( &client->executor, client->slow_limit, &slow ))
    {
        WARN( "%s has not returned for %I64u ms.\n", slow.what, GetTickCount64() - slow.since );
        notice_slow( slow.owner, slow.what, GetTickCount64() - slow.since );
    }
}

/* Sends what plug-ins write on threads of their own, and keeps the time. */
static DWORD CALLBACK pump_thread( void *arg )
{
    struct client *client = arg;
    struct pump *pump = &client->pump;

    for (;;)
    {
        InterlockedExchange( &pump->sleeping, 1 );
        pump_run( client );
        WaitForSingleObject( pump->wake, pump_timeout( client ) );
        InterlockedExchange( &pump->sleeping, 0 );
        pump_run( client );
        if (client->host && client->slow_limit) report_slow_calls( client );
    }
    return 0;
}

HRESULT pump_start( struct client *client )
{
    struct pump *pump = &client->pump;
    HANDLE thread;

    list_init( &pump->channels );
    schedule_init( &pump->schedule );
    list_init( &pump->finishing );
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

void pump_retire_channel( struct client *client, struct channel *channel )
{
    push_channel( &client->pump.released, channel );
}
