/*
 * The sending side: what plug-ins write, and what the transport takes of it
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

#include "channel.h"
#include "notice.h"
#include "pool.h"
#include "pump.h"
#include "static.h"
#include "table.h"

#include "wine/debug.h"

WINE_DEFAULT_DEBUG_CHANNEL(mstscax);

/* At most this much is in the transport's hands, so that Close has something to cancel. */
#define WINDOW 262144

/* PDUs between two looks into the inbox, and such runs between two flushes. */
#define RUN  10
#define RUNS 16

/* So much freed memory of writes is worth a look for what can be given back; so much is kept for the next ones. */
#define TRIM 0x2000000
#define KEEP 0x400000

/* Milliseconds between two looks at what finishes, beside the deadlines. */
#define FINISH_LOOK 2000

/* Milliseconds until the next try of what found no memory. */
#define MEMORY_LOOK 50

/* PDUs of one write that the transport gets at once. */
struct run
{
    BYTE  *pdu;                 /* the first; each next one lies behind it and a headroom */
    SIZE_T size;                /* of all, without the headrooms */
    UINT32 count;
    UINT16 sizes[RUN];
};

/* A completion that comes between the two looks is seen by the second, a later one sees that the window is full. */
static BOOL pump_fits( struct pump *pump, SIZE_T size )
{
    if ((SIZE_T)InterlockedOr( &pump->in_flight, 0 ) + size <= WINDOW) return TRUE;
    InterlockedExchange( &pump->window_full, TRUE );
    return (SIZE_T)InterlockedOr( &pump->in_flight, 0 ) + size <= WINDOW;
}

static void pump_count( struct client *client, struct channel *channel, const struct run *run )
{
    BYTE cmd = run->pdu[0] >> 4, later = DRDYNVC_CMD_DATA;
    WINE_DVC_TRAFFIC *counts = channel ? &channel->listener->traffic->counts : NULL;

    client->counters.pdus_sent += run->count;
    client->counters.bytes_sent += run->size;
    client->counters.traffic.sent[cmd]++;
    client->counters.traffic.sent[later] += run->count - 1;
    if (counts) counts->sent[cmd]++;
    if (counts) counts->sent[later] += run->count - 1;
}

/* Gives PDU by PDU to a client that knows the static-channel API alone. Returns how many it took: none behind one that it
 * refused. */
static UINT32 transmit_singly( struct client *client, struct write *write, const struct run *run )
{
    BYTE *pdu = run->pdu;
    UINT32 i;
    UINT error;

    if (write->connection != client->connection || !client->connected) return 0;
    for (i = 0; i < run->count; i++)
    {
        write_addref( write );
        InterlockedExchangeAdd( &client->pump.in_flight, run->sizes[i] );
        if ((error = client->api->write( client, pdu, run->sizes[i], write )))
        {
            WARN( "The transport refused %u bytes, error %u.\n", run->sizes[i], error );
            InterlockedExchangeAdd( &client->pump.in_flight, -(LONG)run->sizes[i] );
            write_release( write );
            break;
        }
        pdu += run->sizes[i] + WINE_DVC_HEADROOM;
    }
    return i;
}

static UINT32 transmit_run( struct client *client, struct write *write, const struct run *run )
{
    write_addref( write );
    InterlockedExchangeAdd( &client->pump.in_flight, run->size );
    if (SUCCEEDED(IWineDVCHost_Write( client->host, write->connection, run->pdu, run->count, run->sizes, write )))
        return run->count;
    InterlockedExchangeAdd( &client->pump.in_flight, -(LONG)run->size );
    write_release( write );
    return 0;
}

/* No more of it than this was taken. */
static void run_cut( struct client *client, struct run *run, UINT32 count )
{
    client->counters.pdus_cancelled += run->count - count;
    while (run->count > count) run->size -= run->sizes[--run->count];
}

/* The transport keeps the write until pump_complete. channel may be NULL. FALSE if only a part of the run was taken. */
static BOOL pump_transmit( struct client *client, struct channel *channel, struct write *write, struct run *run )
{
    UINT32 wanted = run->count, count = client->host ? transmit_run( client, write, run )
                                                     : transmit_singly( client, write, run );

    if (count < wanted) run_cut( client, run, count );
    if (count) pump_count( client, channel, run );
    return count == wanted;
}

static void pump_send_control( struct client *client, struct channel *channel, struct write *write )
{
    struct run run = { write_control_pdu( write ), write->control_size, 1, { write->control_size } };

    pump_transmit( client, channel, write, &run );
    write_release( write );
}

static void free_in_channel( struct write *write )
{
    channel_release( write->node.channel );
}

/* The write is a part of the channel, which it keeps alive. */
static void pump_send_for_channel( struct client *client, struct channel *channel, struct write *write, const BYTE *pdu,
                                   SIZE_T size )
{
    channel_addref( channel );
    write_init_control( write, channel, channel->connection, pdu, size, free_in_channel );
    pump_send_control( client, channel, write );
}

static void pump_send_create_rsp( struct client *client, struct channel *channel, INT32 status )
{
    BYTE pdu[DRDYNVC_MAX_CONTROL];
    SIZE_T size = drdynvc_write_create_rsp( pdu, channel->id, status );

    TRACE( "channel %#x, status %#x.\n", channel->id, status );
    InterlockedIncrement64( status ? &client->counters.channels_refused : &client->counters.channels_opened );
    pump_send_for_channel( client, channel, &channel->create_rsp, pdu, size );
}

static void pump_send_close( struct client *client, struct channel *channel )
{
    BYTE pdu[DRDYNVC_MAX_CONTROL];

    pump_send_for_channel( client, channel, &channel->close, pdu, drdynvc_write_close( pdu, channel->id ) );
}

void pump_complete( struct client *client, struct write *write, SIZE_T size )
{
    if (!size) size = write_next_completed( write );
    InterlockedExchangeAdd( &client->pump.in_flight, -(LONG)size );
    write_release( write );
}

void pump_complete_static( struct client *client, struct static_chunk *chunk, BOOL dropped )
{
    InterlockedExchangeAdd( &client->pump.in_flight, -(LONG)chunk->size );
    static_chunk_done( chunk, dropped );
}

void pump_run_if_full( struct client *client )
{
    if (InterlockedExchange( &client->pump.window_full, FALSE )) pump_run( client );
}

/* Messages that are not complete wake nobody else. */
void pump_check_limit( struct client *client )
{
    if (client->pump.over_limit) pump_run( client );
}

static struct write *channel_first( struct channel *channel )
{
    return CONTAINING_RECORD( channel->first, struct write, node );
}

static void channel_pop( struct channel *channel )
{
    struct write *write = channel_first( channel );
    LONG64 cost = write_cost( write );

    if (!(channel->first = write->node.next)) channel->last = NULL;
    InterlockedExchangeAdd64( &channel->unsent, -cost );
    channel_keep( channel, -cost );
    write_release( write );
}

/* What of the channel's first write fits the window, at most max PDUs of it. */
static void channel_get_run( struct client *client, struct channel *channel, UINT32 max, struct run *run )
{
    struct drdynvc_fragments *todo = &channel_first( channel )->todo, cursor = *todo;
    size_t size;
    BYTE *pdu;

    run->size = run->count = 0;
    while (run->count < max && (pdu = drdynvc_fragments_next( &cursor, &size )))
    {
        if (!pump_fits( &client->pump, run->size + size )) break;
        if (!run->count) run->pdu = pdu;
        run->sizes[run->count++] = size;
        run->size += size;
        *todo = cursor;
    }
}

static void drop_write( struct client *client, struct write *write )
{
    struct drdynvc_fragments cursor = write->todo;
    size_t size;

    while (drdynvc_fragments_next( &cursor, &size )) client->counters.pdus_cancelled++;
    channel_keep( write->node.channel, -write_cost( write ) );
    write_release( write );
}

static void channel_drop( struct client *client, struct channel *channel )
{
    struct node *node, *next;

    for (node = channel->first; node; node = next)
    {
        next = node->next;
        drop_write( client, CONTAINING_RECORD( node, struct write, node ) );
    }
    channel->first = channel->last = NULL;
}

/* A stream never has a hole: a channel ends where a PDU of it was refused. */
static void channel_break( struct client *client, struct channel *channel )
{
    struct inbox *inbox = &client->pump.inbox;

    channel->broken = TRUE;
    channel_set_end( channel, CHANNEL_CLOSED );
    channel_drop( client, channel );
    InterlockedExchange( &inbox->look_for_ends, TRUE );
    InterlockedExchange( &inbox->wanted, TRUE );
}

/* Sends up to max PDUs of the channel, if the window has room for them; returns their size, or 0. */
static SIZE_T channel_send( struct client *client, struct channel *channel, UINT32 max )
{
    struct write *write;
    struct run run;
    SIZE_T size;
    BOOL taken;

    if (!channel->first) return 0;
    write = channel_first( channel );
    channel_get_run( client, channel, max, &run );
    if (!run.count) return 0;
    size = run.size;
    taken = pump_transmit( client, channel, write, &run );
    if (write_is_through( write )) channel_pop( channel );
    if (!taken) channel_break( client, channel );
    return size;
}

static void channel_schedule( struct client *client, struct channel *channel )
{
    if (channel->state == CHANNEL_OPEN && channel->first && list_empty( &channel->sending_entry ))
        schedule_add( &client->pump.schedule, &channel->sending_entry, channel->priority );
}

/* A thread that was slow may have written for a channel that this object was before. */
static void pump_take_data( struct client *client, struct channel *channel, struct write *write )
{
    channel_keep( channel, write_cost( write ) );
    if (channel->state == CHANNEL_ENDED || channel->close_wanted || channel->broken ||
        write->todo.channel_id != channel->id)
    {
        drop_write( client, write );
        return;
    }
    write->node.next = NULL;
    if (channel->last) channel->last->next = &write->node;
    else channel->first = &write->node;
    channel->last = &write->node;
    channel_check_unsent( channel );
    channel_schedule( client, channel );
}

/* The end of the channel for the server: no PDU of it follows. */
static void pump_end_channel( struct client *client, struct channel *channel )
{
    channel->state = CHANNEL_ENDED;
    channel_check_unsent( channel );
    channel_drop( client, channel );
    channel_drop_spare( channel );
    if (!list_empty( &channel->sending_entry ))
    {
        list_remove( &channel->sending_entry );
        list_init( &channel->sending_entry );
    }
}

static void pump_await_finish( struct client *client, struct channel *channel )
{
    channel_addref( channel );
    list_add_tail( &client->pump.finishing, &channel->finishing_entry );
}

static void pump_stop_finish( struct channel *channel )
{
    list_remove( &channel->finishing_entry );
    list_init( &channel->finishing_entry );
    channel_release( channel );
}

/* The end of the channel for the plug-in. */
static void pump_finish_channel( struct client *client, struct channel *channel )
{
    if (!list_empty( &channel->finishing_entry )) pump_stop_finish( channel );
    pump_await_finish( client, channel );
    channel_finish( channel );
}

/* The listener's answer goes to the server, unless the channel has ended. */
static void pump_answer( struct client *client, struct channel *channel )
{
    BOOL accepted = channel->answer == CHANNEL_ACCEPTED;

    if (channel->state == CHANNEL_OFFERED && accepted && !channel->close_wanted)
    {
        pump_send_create_rsp( client, channel, DRDYNVC_CREATED );
        channel->state = CHANNEL_OPEN;
        channel_schedule( client, channel );
        return;
    }
    if (channel->state == CHANNEL_ENDED) InterlockedDecrement( &client->pump.unanswered );
    else
    {
        table_remove( client, channel );   /* the server may use the id again at once */
        if (channel->answer != CHANNEL_PASSED_ON) pump_send_create_rsp( client, channel, DRDYNVC_REFUSED );
        pump_end_channel( client, channel );
    }
    pump_finish_channel( client, channel );
}

/* Close is exact: what fits the window now counts as sent, the rest is dropped. A plug-in that closes before the
 * answer gets it out first. */
static void pump_close( struct client *client, struct channel *channel, enum channel_end end )
{
    enum channel_state state = channel->state;

    if (state == CHANNEL_ENDED) return;
    if (state == CHANNEL_OFFERED && end == CHANNEL_CLOSED)
    {
        channel->close_wanted = TRUE;
        channel_drop( client, channel );
        return;
    }
    table_remove( client, channel );
    if (state == CHANNEL_OPEN && end == CHANNEL_CLOSED) while (channel_send( client, channel, RUN )) {}
    if (end == CHANNEL_CLOSED || end == CHANNEL_SERVER_CLOSED) pump_send_close( client, channel );
    pump_end_channel( client, channel );
    if (state == CHANNEL_OPEN) pump_finish_channel( client, channel );
    else
    {
        InterlockedIncrement( &client->pump.unanswered );
        channel->deadline = GetTickCount64() + FINISH_LOOK;
        pump_await_finish( client, channel );
    }
}

static void pump_take_node( struct client *client, struct node *node )
{
    struct channel *channel = node->channel;

    switch (node->kind)
    {
    case NODE_CONTROL:
        pump_send_control( client, NULL, CONTAINING_RECORD( node, struct write, node ) );
        break;
    case NODE_DATA:
        pump_take_data( client, channel, CONTAINING_RECORD( node, struct write, node ) );
        break;
    case NODE_ANSWER:
        pump_answer( client, channel );
        break;
    case NODE_CLOSE:
        pool_free( node );
        if (channel->end == CHANNEL_CLOSED) pump_close( client, channel, CHANNEL_CLOSED );
        break;
    case NODE_END:
        pump_close( client, channel, channel->server_end );
        break;
    case NODE_RELEASED:
        channel_retire( channel );
        break;
    }
}

static void pump_take_inbox( struct client *client )
{
    struct node *node, *next;

    for (node = inbox_take( &client->pump.inbox ); node; node = next)
    {
        next = node->next;
        pump_take_node( client, node );
    }
}

/* Sends a few PDUs; FALSE if the window is full or nothing is left. A channel that is alone sends them in one run. */
static BOOL pump_send( struct client *client )
{
    struct channel *channel;
    struct list *entry;
    unsigned int i;
    SIZE_T size;
    BOOL alone;

    for (i = 0; i < RUN; i++)
    {
        if (!(entry = schedule_next( &client->pump.schedule ))) return FALSE;
        channel = LIST_ENTRY( entry, struct channel, sending_entry );
        alone = schedule_is_alone( &client->pump.schedule, entry );
        if (!(size = channel_send( client, channel, alone ? RUN : 1 ))) return FALSE;
        schedule_sent( entry, size, channel->first != NULL );
        if (alone) break;
    }
    return TRUE;
}

static void pump_transmit_chunk( struct client *client, struct static_chunk *chunk )
{
    InterlockedExchangeAdd( &client->pump.in_flight, chunk->size );
    client->pump.sent_static = TRUE;
    if (FAILED(IWineDVCHost_WriteStatic( client->host, chunk->connection, chunk->stream, chunk->flags,
                                         chunk->room + WINE_DVC_HEADROOM, chunk->size, chunk )))
        pump_complete_static( client, chunk, TRUE );
}

/* The same for chunks of static channels. */
static BOOL pump_send_static( struct client *client )
{
    const SIZE_T size = sizeof(UINT32) + CHANNEL_CHUNK_LENGTH;
    unsigned int i;

    for (i = 0; i < RUN; i++)
        if (!pump_fits( &client->pump, size ) || !static_send( client, pump_transmit_chunk )) return FALSE;
    return TRUE;
}

/* What is written meanwhile has its turn soon, however fast the transport takes the rest. */
static void pump_send_all( struct client *client )
{
    unsigned int i;
    BOOL more;

    for (i = 0; i < RUNS; i++)
    {
        pump_take_inbox( client );
        more = pump_send( client );
        if (static_has_channels()) more |= pump_send_static( client );
        if (!more) return;
    }
    InterlockedExchange( &client->pump.inbox.wanted, TRUE );
}

/* Its deadline has moved, for a call that began later: few others wait longer. */
static void pump_sort_finish( struct pump *pump, struct channel *channel )
{
    struct list *place = &pump->finishing;

    list_remove( &channel->finishing_entry );
    while ((place = place->prev) != &pump->finishing)
        if (LIST_ENTRY( place, struct channel, finishing_entry )->deadline <= channel->deadline) break;
    list_add_after( place, &channel->finishing_entry );
}

static void pump_check_finishing( struct client *client )
{
    struct pump *pump = &client->pump;
    ULONGLONG now = GetTickCount64();
    struct channel *channel, *next;
    struct list *entry;
    LONG64 deadline, last = pump->deadline;
    BOOL due;

    LIST_FOR_EACH_ENTRY_SAFE( channel, next, &pump->finishing, struct channel, finishing_entry )
    {
        due = channel->deadline <= now;
        if (channel_check_finish( channel, now )) pump_stop_finish( channel );
        else if (due) pump_sort_finish( pump, channel );
        else break;
    }
    entry = list_head( &pump->finishing );
    deadline = entry ? LIST_ENTRY( entry, struct channel, finishing_entry )->deadline : 0;
    if (pump->no_memory) deadline = min( deadline ? deadline : INT64_MAX, (LONG64)now + MEMORY_LOOK );
    pump->no_memory = FALSE;
    if (deadline == last) return;
    InterlockedCompareExchange64( &pump->deadline, deadline, last );
    /* the standby, which may have had nothing to wait for */
    if (deadline && (!last || deadline < last)) executor_alert( &client->executor );
}

static void pump_close_ended( struct client *client, struct channel *channel )
{
    pump_close( client, channel, CHANNEL_CLOSED );
}

static BOOL pump_is_over_limit( struct client *client )
{
    return InterlockedCompareExchange64( &client->kept, 0, 0 ) > client->total_limit;
}

static void pump_discard_ended( struct client *client )
{
    struct channel *channel;

    if (!pump_is_over_limit( client )) return;
    LIST_FOR_EACH_ENTRY( channel, &client->pump.finishing, struct channel, finishing_entry ) channel_discard( channel );
}

/* A process that keeps too much loses what came for channels that have ended, then the channel that keeps most, and what
 * that has. What a call holds that does not return counts on. */
static void pump_end_largest( struct client *client )
{
    struct channel *channel;

    pump_discard_ended( client );
    while (pump_is_over_limit( client ) && (channel = table_find_largest( client )))
    {
        WARN( "Closing channel %#x, which keeps most of %I64d bytes.\n", channel->id, client->kept );
        notice_warning( client, channel->listener->plugin, L"These plug-ins keep more than %u MiB that was not sent or "
                        L"not taken: channel %hs has most of it, so it is closed",
                        (unsigned int)(client->total_limit >> 20), channel->listener->name );
        channel_set_end( channel, CHANNEL_CLOSED );
        channel_drop( client, channel );
        pump_close( client, channel, CHANNEL_CLOSED );
        channel_discard( channel );
        channel_release( channel );
    }
}

static void pump_turn( struct client *client )
{
    struct pump *pump = &client->pump;
    INT64 sent = client->counters.pdus_sent;

    if (InterlockedExchange( &pump->inbox.look_for_ends, FALSE )) table_close_ended( client, pump_close_ended );
    pump_send_all( client );
    if (InterlockedExchange( &pump->over_limit, FALSE )) pump_end_largest( client );
    if (client->host && (client->counters.pdus_sent != sent || pump->sent_static)) IWineDVCHost_Flush( client->host );
    pump->sent_static = FALSE;
    pump_check_finishing( client );
    if (InterlockedExchange( &pump->trim, FALSE )) pool_trim( 0 );
    else if (pool_freed() > TRIM) pool_trim( KEEP );
}

void pump_run( struct client *client )
{
    struct inbox *inbox = &client->pump.inbox;

    InterlockedExchange( &inbox->wanted, TRUE );
    while (InterlockedOr( &inbox->wanted, 0 ) && !InterlockedExchange( &inbox->taken, TRUE ))
    {
        while (InterlockedExchange( &inbox->wanted, FALSE )) pump_turn( client );
        InterlockedExchange( &inbox->taken, FALSE );
    }
}

void pump_post_control( struct client *client, const void *pdu, SIZE_T size )
{
    struct write *write = write_create_control( client->connection, pdu, size );

    if (write) inbox_push( &client->pump.inbox, &write->node, &write->node );
    else ERR( "Out of memory for a control PDU.\n" );
}

void pump_trim( struct client *client )
{
    InterlockedExchange( &client->pump.trim, TRUE );
    pump_run( client );
}

DWORD pump_wait_time( struct client *client )
{
    ULONGLONG deadline = InterlockedCompareExchange64( &client->pump.deadline, 0, 0 ), now = GetTickCount64();

    if (!deadline) return INFINITE;
    return now < deadline ? deadline - now : 1;
}

void pump_init( struct client *client )
{
    inbox_init( &client->pump.inbox, &client->executor, pump_run, client );
    schedule_init( &client->pump.schedule );
    list_init( &client->pump.finishing );
}
