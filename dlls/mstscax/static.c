/*
 * Static channels: the contract with plug-ins that export VirtualChannelEntry
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

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "notice.h"
#include "pool.h"
#include "static.h"

#include "wine/debug.h"

WINE_DEFAULT_DEBUG_CHANNEL(mstscax);

/* The first number of a channel, for the transport. */
#define FIRST_STREAM 2

/* Memory that a write costs until it has ended: a block of the pool. */
#define WRITE_COST 256

struct static_event;

/* One call of VirtualChannelEntry; what it returns as init handle. Never freed. */
struct static_plugin
{
    struct plugin *plugin;
    PCHANNEL_INIT_EVENT_FN event_proc;  /* NULL before VirtualChannelInit */
    DWORD thread;                       /* inside the entry; protected by lock */
    BOOL  entered;                      /* the entry has accepted */
    LONG  terminated;                   /* any thread, atomic: nothing is called any more */
    struct queue ends;                  /* of writes: a plug-in may wait for them in another call */
    /* the reader's: they end the connection that CONNECTED was submitted of, the first behind the ends of writes */
    struct static_event *ended, *disconnected;
    struct static_plugin *next;         /* in the list of all */
};

struct static_write
{
    struct task task;                   /* its end */
    struct static_write *next;
    struct static_channel *channel;
    PCHANNEL_OPEN_EVENT_FN event_proc;
    DWORD  handle;
    DWORD  connection;
    BYTE  *data;
    ULONG  size;
    ULONG  sent;                        /* protected by lock */
    void  *user_data;
    /* any thread, atomic */
    LONG   references;                  /* the queue's, until all is sent or dropped, and each chunk's */
    LONG   cancelled;
};

C_ASSERT( sizeof(struct static_write) < WRITE_COST );

struct static_channel
{
    struct static_plugin *owner;
    char   name[CHANNEL_NAME_LEN + 1];
    ULONG  options;
    UINT32 stream;

    /* any thread, atomic */
    LONG   joined;                      /* the plug-in knows that the server has it, and the connection lasts */
    PCHANNEL_OPEN_EVENT_FN event_proc;  /* who has it open, or is about to */
    LONG   handle;                      /* 0 while it is closed */
    LONG   outdated;                    /* a connection has ended since; it may be opened once more */
    LONG   opened;                      /* counts how often, for the handles */
    struct static_write *incoming;      /* newest first */
    LONG64 kept;                        /* memory of what was received and no call has returned from */
    LONG   writes;                      /* that have not ended */

    /* the reader's */
    BOOL   granted;                     /* the server has it, in this connection */
    BOOL   reported;                    /* over the soft limit */
    BOOL   overrun;                     /* over the hard one: it is deaf until the next connection */

    /* protected by lock */
    struct static_write *first, *last;  /* in the order of writing */
};

/* Something to tell, as a task of the plug-in's queue. */
struct static_event
{
    struct task task;
    struct static_plugin *owner;
    struct static_channel *channel;     /* NULL for those of the init procedure */
    UINT   event;
    UINT32 flags, total, size;
    DWORD  connection;                  /* of CONNECTED */
    BYTE   data[1];
};

static LONG64 kept;                     /* the same of all channels */
static LONG writes;
static SRWLOCK lock = SRWLOCK_INIT;
/* protected by lock; a channel is there for good before the count says so */
static struct static_channel *channels[CHANNEL_MAX_COUNT];
static LONG channel_count;
static LONG turn;
static struct static_plugin *plugins;

static struct static_channel *find_stream( UINT32 stream )
{
    UINT32 index = stream - FIRST_STREAM;

    return index < (UINT32)InterlockedOr( &channel_count, 0 ) ? channels[index] : NULL;
}

BOOL static_has_channels( void )
{
    return channel_count != 0;
}

/* Handles: how often the channel was opened, and its stream in the lowest byte. */
static UINT find_open( DWORD handle, struct static_channel **channel )
{
    if (!(*channel = find_stream( handle & 0xff ))) return CHANNEL_RC_BAD_CHANNEL_HANDLE;
    if (handle >> 8 == 0 || handle >> 8 > (DWORD)InterlockedOr( &(*channel)->opened, 0 ))
        return CHANNEL_RC_BAD_CHANNEL_HANDLE;
    return (DWORD)InterlockedOr( &(*channel)->handle, 0 ) == handle ? CHANNEL_RC_OK : CHANNEL_RC_NOT_OPEN;
}

/* The list only grows. */
static BOOL is_plugin( const void *init_handle )
{
    const struct static_plugin *plugin = InterlockedCompareExchangePointer( (void **)&plugins, NULL, NULL );

    while (plugin && plugin != init_handle) plugin = plugin->next;
    return plugin && plugin->event_proc;
}

/* VirtualChannelInit */

static BOOL name_is_valid( const char *name )
{
    return *name && memchr( name, 0, CHANNEL_NAME_LEN + 1 );
}

/* lock held */
static BOOL name_is_free( const char *name, const CHANNEL_DEF *defs, INT count )
{
    INT i;

    for (i = 0; i < channel_count; i++) if (!strcmp( channels[i]->name, name )) return FALSE;
    for (i = 0; i < count; i++) if (!strcmp( defs[i].name, name )) return FALSE;
    return TRUE;
}

/* lock held: all of them, or none */
static UINT add_channels( struct static_plugin *owner, CHANNEL_DEF *defs, INT count )
{
    struct static_channel *added;
    INT i;

    if (count > CHANNEL_MAX_COUNT - channel_count) return CHANNEL_RC_TOO_MANY_CHANNELS;
    for (i = 0; i < count; i++)
        if (!name_is_valid( defs[i].name ) || !name_is_free( defs[i].name, defs, i )) return CHANNEL_RC_BAD_CHANNEL;
    if (!(added = calloc( count, sizeof(*added) ))) return CHANNEL_RC_NO_MEMORY;
    for (i = 0; i < count; i++)
    {
        defs[i].options |= CHANNEL_OPTION_INITIALIZED;
        added[i].owner = owner;
        memcpy( added[i].name, defs[i].name, sizeof(added[i].name) );
        added[i].options = defs[i].options;
        added[i].stream = FIRST_STREAM + channel_count;
        channels[channel_count] = &added[i];
        InterlockedIncrement( &channel_count );
    }
    return CHANNEL_RC_OK;
}

/* lock held: whose VirtualChannelEntry this thread is in */
static struct static_plugin *find_entering( void )
{
    struct static_plugin *plugin;

    for (plugin = plugins; plugin; plugin = plugin->next)
        if (plugin->thread == GetCurrentThreadId()) break;
    return plugin;
}

static UINT init_locked( void **init_handle, CHANNEL_DEF *defs, INT count, PCHANNEL_INIT_EVENT_FN event_proc )
{
    struct static_plugin *plugin = find_entering();
    UINT error;

    if (!plugin) return CHANNEL_RC_NOT_IN_VIRTUALCHANNELENTRY;
    if (!init_handle) return CHANNEL_RC_BAD_INIT_HANDLE;
    if (plugin->event_proc) return CHANNEL_RC_ALREADY_INITIALIZED;
    if (!event_proc) return CHANNEL_RC_BAD_PROC;
    if (!defs || count <= 0) return CHANNEL_RC_BAD_CHANNEL;
    if ((error = add_channels( plugin, defs, count ))) return error;
    plugin->event_proc = event_proc;
    *init_handle = plugin;
    return CHANNEL_RC_OK;
}

static UINT VCAPITYPE virtual_channel_init( void **init_handle, CHANNEL_DEF *defs, INT count, ULONG version,
                                            PCHANNEL_INIT_EVENT_FN event_proc )
{
    UINT error;

    AcquireSRWLockExclusive( &lock );
    error = init_locked( init_handle, defs, count, event_proc );
    ReleaseSRWLockExclusive( &lock );
    TRACE( "%d channels, version %lu: %u.\n", count, version, error );
    return error;
}

/* VirtualChannelOpen, Close, Write: on any of the plug-in's threads, without a lock */

static struct static_channel *find_name( const void *init_handle, const char *name )
{
    UINT32 stream;
    struct static_channel *channel;

    for (stream = FIRST_STREAM; (channel = find_stream( stream )); stream++)
        if (channel->owner == init_handle && !strcmp( channel->name, name )) break;
    return channel;
}

static void close_channel( struct static_channel *channel )
{
    InterlockedExchange( &channel->handle, 0 );
    InterlockedExchangePointer( (void **)&channel->event_proc, NULL );
}

static UINT VCAPITYPE virtual_channel_open( void *init_handle, DWORD *handle, char *name,
                                            PCHANNEL_OPEN_EVENT_FN event_proc )
{
    struct static_channel *channel;

    TRACE( "init_handle %p, handle %p, name %s.\n", init_handle, handle, debugstr_a( name ) );

    if (!is_plugin( init_handle )) return CHANNEL_RC_BAD_INIT_HANDLE;
    if (!handle) return CHANNEL_RC_BAD_CHANNEL_HANDLE;
    if (!event_proc) return CHANNEL_RC_BAD_PROC;
    if (!name || !(channel = find_name( init_handle, name ))) return CHANNEL_RC_UNKNOWN_CHANNEL_NAME;
    if (!InterlockedOr( &channel->joined, 0 )) return CHANNEL_RC_NOT_CONNECTED;
    if (InterlockedExchange( &channel->outdated, FALSE )) close_channel( channel );
    if (InterlockedCompareExchangePointer( (void **)&channel->event_proc, event_proc, NULL )) return CHANNEL_RC_ALREADY_OPEN;
    *handle = InterlockedIncrement( &channel->opened ) << 8 | channel->stream;
    InterlockedExchange( &channel->handle, *handle );
    return CHANNEL_RC_OK;
}

/* What was written before still goes out, and each write is completed. */
static UINT VCAPITYPE virtual_channel_close( DWORD handle )
{
    struct static_channel *channel;
    UINT error = find_open( handle, &channel );

    TRACE( "handle %#lx: %u.\n", handle, error );
    if (!error) close_channel( channel );
    return error;
}

static void run_write_end( struct task *task )
{
    struct static_write *write = CONTAINING_RECORD( task, struct static_write, task );
    UINT event = write->cancelled ? CHANNEL_EVENT_WRITE_CANCELLED : CHANNEL_EVENT_WRITE_COMPLETE;

    if (InterlockedOr( &write->channel->owner->terminated, 0 )) return;
    write->event_proc( write->handle, event, write->user_data, 0, 0, 0 );
}

static void free_write( struct static_write *write )
{
    InterlockedDecrement( &write->channel->writes );
    InterlockedDecrement( &writes );
    pool_free( write );
}

static void destroy_write( struct task *task )
{
    free_write( CONTAINING_RECORD( task, struct static_write, task ) );
}

/* NULL for a plug-in that waits for no WRITE_COMPLETE, before it has used up what others need. */
static struct static_write *alloc_write( struct static_channel *channel, const struct client *client )
{
    LONG64 own = InterlockedIncrement( &channel->writes ), all = InterlockedIncrement( &writes );
    struct static_write *write = NULL;

    if (own * WRITE_COST <= client->hard_limit && all * WRITE_COST <= client->total_limit)
        write = pool_alloc( sizeof(*write) );
    if (!write)
    {
        InterlockedDecrement( &channel->writes );
        InterlockedDecrement( &writes );
        return NULL;
    }
    memset( write, 0, sizeof(*write) );
    write->channel = channel;
    return write;
}

/* Once it is in the list another thread may send and free it. */
static void push_write( struct static_channel *channel, struct static_write *write )
{
    struct static_write *seen = InterlockedCompareExchangePointer( (void **)&channel->incoming, NULL, NULL ), *expected;

    do
    {
        write->next = expected = seen;
        seen = InterlockedCompareExchangePointer( (void **)&channel->incoming, write, expected );
    } while (seen != expected);
}

static UINT VCAPITYPE virtual_channel_write( DWORD handle, void *data, ULONG size, void *user_data )
{
    struct static_channel *channel;
    struct static_write *write;
    struct client *client;
    UINT error;

    if ((error = find_open( handle, &channel ))) return error;
    client = channel->owner->plugin->client;
    if (!data) return CHANNEL_RC_NULL_DATA;
    if (!size) return CHANNEL_RC_ZERO_LENGTH;
    if (!InterlockedOr( &channel->joined, 0 )) return CHANNEL_RC_NOT_CONNECTED;
    if (size > WINE_DVC_MAX_STATIC || !(write = alloc_write( channel, client ))) return CHANNEL_RC_NO_MEMORY;
    write->task.what = "a static channel's WRITE_COMPLETE";
    write->task.run = run_write_end;
    write->task.destroy = destroy_write;
    write->event_proc = InterlockedCompareExchangePointer( (void **)&channel->event_proc, NULL, NULL );
    write->handle = handle;
    write->connection = client->connection;
    write->data = data;
    write->size = size;
    write->user_data = user_data;
    write->references = 1;
    if (!write->event_proc) /* closed meanwhile */
    {
        free_write( write );
        return CHANNEL_RC_NOT_OPEN;
    }
    push_write( channel, write );
    inbox_wake( &client->pump.inbox );
    return CHANNEL_RC_OK;
}

/* Sending, on our own threads */

static void release_write( struct static_write *write )
{
    if (!InterlockedDecrement( &write->references )) queue_submit( &write->channel->owner->ends, &write->task );
}

static void cancel_write( struct static_write *write )
{
    InterlockedExchange( &write->cancelled, TRUE );
    release_write( write );
}

/* lock held */
static void take_incoming( struct static_channel *channel )
{
    struct static_write *write, *next, *oldest = NULL;

    if (!InterlockedCompareExchangePointer( (void **)&channel->incoming, NULL, NULL )) return;
    for (write = InterlockedExchangePointer( (void **)&channel->incoming, NULL ); write; write = next)
    {
        next = write->next;
        write->next = oldest;
        oldest = write;
    }
    if (channel->last) channel->last->next = oldest;
    else channel->first = oldest;
    for (channel->last = oldest; channel->last->next; channel->last = channel->last->next) continue;
}

/* lock held */
static struct static_write *pop_write( struct static_channel *channel )
{
    struct static_write *write = channel->first;

    if (write && !(channel->first = write->next)) channel->last = NULL;
    return write;
}

/* lock held: drops what the channel has to send, but for writes of this connection while it lasts */
static void drop_writes( struct static_channel *channel, DWORD connection )
{
    while (channel->first && (!channel->joined || channel->first->connection != connection))
        cancel_write( pop_write( channel ) );
}

/* lock held: NULL without memory, the plug-in's or ours. A plug-in that took its own away could not go on, and is named,
 * since it is not it that would crash. */
static struct static_chunk *cut_chunk( struct static_channel *channel )
{
    struct static_write *write = channel->first;
    ULONG count = min( write->size - write->sent, CHANNEL_CHUNK_LENGTH );
    struct static_chunk *chunk;
    BYTE *next;

    if (IsBadReadPtr( write->data + write->sent, count ))
    {
        notice_ended( channel->owner->plugin, WINE_DVC_CAUSE_ENDED, L"it took away a buffer of VirtualChannelWrite before the "
                      L"write was complete, or named more bytes than it has" );
        return NULL;
    }
    if (!(chunk = malloc( FIELD_OFFSET(struct static_chunk, room[WINE_DVC_HEADROOM + sizeof(UINT32) + count]) )))
    {
        channel->owner->plugin->client->pump.no_memory = TRUE;
        return NULL;
    }
    chunk->write = write;
    chunk->connection = write->connection;
    chunk->stream = channel->stream;
    chunk->flags = write->sent ? 0 : CHANNEL_FLAG_FIRST;
    chunk->size = sizeof(UINT32) + count;
    next = chunk->room + WINE_DVC_HEADROOM;
    memcpy( next, &write->size, sizeof(UINT32) );
    memcpy( next + sizeof(UINT32), write->data + write->sent, count );
    InterlockedIncrement( &write->references );
    if ((write->sent += count) < write->size) return chunk;
    chunk->flags |= CHANNEL_FLAG_LAST;
    release_write( pop_write( channel ) );
    return chunk;
}

BOOL static_send( struct client *client, void (*transmit)( struct client *client, struct static_chunk *chunk ) )
{
    struct static_chunk *chunk = NULL;
    struct static_channel *channel;
    LONG i;

    AcquireSRWLockExclusive( &lock );
    for (i = 0; i < channel_count && !chunk; i++)
    {
        channel = channels[(turn + i) % channel_count];
        if (channel->owner->plugin->client != client) continue;
        take_incoming( channel );
        drop_writes( channel, client->connection );
        if (channel->first) chunk = cut_chunk( channel );
    }
    turn = channel_count ? (turn + i) % channel_count : 0;
    if (chunk) transmit( client, chunk );
    ReleaseSRWLockExclusive( &lock );
    return chunk != NULL;
}

void static_chunk_done( struct static_chunk *chunk, BOOL dropped )
{
    if (dropped) cancel_write( chunk->write );
    else release_write( chunk->write );
    free( chunk );
}

/* Events */

/* Returns how much of the channel's is kept now; of all in *total. */
static LONG64 keep( struct static_channel *channel, LONG64 size, LONG64 *total )
{
    *total = InterlockedExchangeAdd64( &kept, size ) + size;
    return InterlockedExchangeAdd64( &channel->kept, size ) + size;
}

static void destroy_event( struct task *task )
{
    struct static_event *event = CONTAINING_RECORD( task, struct static_event, task );
    LONG64 total;

    if (event->channel) keep( event->channel, -(LONG64)(sizeof(*event) + event->size), &total );
    free( event );
}

static void run_channel_event( struct static_event *event )
{
    struct static_channel *channel = event->channel;
    PCHANNEL_OPEN_EVENT_FN event_proc = channel->event_proc;
    DWORD handle = InterlockedOr( &channel->handle, 0 );

    if (event_proc && handle)
        event_proc( handle, event->event, event->data, event->size, event->total, event->flags );
}

static void close_all( const struct static_plugin *owner )
{
    struct static_channel *channel;
    UINT32 stream;

    for (stream = FIRST_STREAM; (channel = find_stream( stream )); stream++)
        if (channel->owner == owner) close_channel( channel );
}

/* Its handles last: some plug-ins open their channels once, others for each connection, whether they close them or not. */
static void outdate_all( const struct static_plugin *owner )
{
    struct static_channel *channel;
    UINT32 stream;

    for (stream = FIRST_STREAM; (channel = find_stream( stream )); stream++)
        if (channel->owner == owner) InterlockedExchange( &channel->outdated, TRUE );
}

/* The plug-in is about to hear of its connection, which may have ended meanwhile. */
static void set_joined( const struct static_plugin *owner, DWORD connection )
{
    LONG i;

    AcquireSRWLockExclusive( &lock );
    for (i = 0; i < channel_count; i++)
        if (channels[i]->owner == owner && channels[i]->granted && owner->plugin->client->connection == connection)
            InterlockedExchange( &channels[i]->joined, TRUE );
    ReleaseSRWLockExclusive( &lock );
}

static void run_event( struct task *task )
{
    struct static_event *event = CONTAINING_RECORD( task, struct static_event, task );
    struct static_plugin *owner = event->owner;

    if (InterlockedOr( &owner->terminated, 0 )) return;
    if (event->channel)
    {
        run_channel_event( event );
        return;
    }
    if (event->event == CHANNEL_EVENT_CONNECTED) set_joined( owner, event->connection );
    if (event->event == CHANNEL_EVENT_DISCONNECTED) outdate_all( owner );
    owner->event_proc( owner, event->event, event->size ? event->data : NULL, event->size );
}

/* NULL without memory */
static struct static_event *create_event( struct static_plugin *owner, UINT number, const void *data, UINT32 size )
{
    struct static_event *event = calloc( 1, sizeof(*event) + size );

    if (!event) return NULL;
    event->task.what = "a static channel's event";
    event->task.run = run_event;
    event->task.destroy = destroy_event;
    event->owner = owner;
    event->event = number;
    event->size = size;
    if (size) memcpy( event->data, data, size );
    return event;
}

static void run_ended( struct task *task )
{
}

/* Nothing here is looked at afterwards, since DISCONNECTED may be the plug-in's last event. */
static void destroy_ended( struct task *task )
{
    struct static_event *event = CONTAINING_RECORD( task, struct static_event, task );

    queue_resume( &event->owner->plugin->queue );
    free( event );
}

/* FALSE without memory */
static BOOL create_end( struct static_plugin *owner )
{
    struct static_event *ended = create_event( owner, CHANNEL_EVENT_DISCONNECTED, NULL, 0 ), *disconnected;

    if (!ended || !(disconnected = create_event( owner, CHANNEL_EVENT_DISCONNECTED, NULL, 0 )))
    {
        free( ended );
        return FALSE;
    }
    ended->task.what = NULL;
    ended->task.run = run_ended;
    ended->task.destroy = destroy_ended;
    owner->ended = ended;
    owner->disconnected = disconnected;
    return TRUE;
}

/* lock held. The plug-in hears of it when the writes have ended. */
static void submit_disconnected( struct static_plugin *owner )
{
    if (!owner->disconnected) return;
    queue_hold( &owner->plugin->queue );
    queue_submit( &owner->plugin->queue, &owner->disconnected->task );
    queue_submit( &owner->ends, &owner->ended->task );
    owner->disconnected = owner->ended = NULL;
}

/* A connection whose end the plug-in could not hear of does not begin for it, and the other way round. */
static void submit_connected( struct static_plugin *owner, BOOL any, DWORD connection, const char *server )
{
    struct static_event *event = create_event( owner, any ? CHANNEL_EVENT_CONNECTED : CHANNEL_EVENT_V1_CONNECTED, server,
                                               strlen( server ) + 1 );

    if (!event || !create_end( owner ))
    {
        ERR( "No memory is left: a plug-in does not hear of this connection.\n" );
        free( event );
        return;
    }
    event->connection = connection;
    queue_submit( &owner->plugin->queue, &event->task );
}

/* All plug-ins of a client that have come in: lock held. */
static struct static_plugin *next_plugin( struct static_plugin *plugin, const struct client *client )
{
    while (plugin && (plugin->plugin->client != client || !plugin->entered)) plugin = plugin->next;
    return plugin;
}

void static_join( struct client *client, UINT32 streams, const char *server )
{
    struct static_plugin *plugin;
    BOOL any;
    LONG i;

    TRACE( "streams %#x, server %s.\n", streams, debugstr_a( server ) );

    AcquireSRWLockExclusive( &lock );
    for (plugin = next_plugin( plugins, client ); plugin; plugin = next_plugin( plugin->next, client ))
    {
        if (plugin->disconnected) continue; /* it has joined already */
        for (any = FALSE, i = 0; i < channel_count; i++)
        {
            if (channels[i]->owner != plugin) continue;
            channels[i]->reported = channels[i]->overrun = FALSE;
            if (!(streams & 1u << channels[i]->stream)) continue;
            channels[i]->granted = any = TRUE;
        }
        submit_connected( plugin, any, client->connection, server );
    }
    ReleaseSRWLockExclusive( &lock );
}

void static_disconnect( struct client *client )
{
    struct static_plugin *plugin;
    LONG i;

    AcquireSRWLockExclusive( &lock );
    for (i = 0; i < channel_count; i++)
    {
        if (channels[i]->owner->plugin->client != client) continue;
        channels[i]->granted = FALSE;
        InterlockedExchange( &channels[i]->joined, FALSE );
        take_incoming( channels[i] );
        drop_writes( channels[i], 0 );
    }
    for (plugin = next_plugin( plugins, client ); plugin; plugin = next_plugin( plugin->next, client ))
        submit_disconnected( plugin );
    ReleaseSRWLockExclusive( &lock );
}

/* Nothing more is taken until the next connection: a stream has no hole. */
static void go_deaf( struct static_channel *channel, const WCHAR *why )
{
    channel->overrun = TRUE;
    notice_warning( channel->owner->plugin->client, channel->owner->plugin, L"What comes on its static channel %hs is dropped "
                    L"until the next connection: %s", channel->name, why );
}

/* A plug-in that does not come back from its calls must not fill the memory. */
static void check_kept( struct client *client, struct static_channel *channel, LONG64 size, LONG64 total )
{
    WCHAR why[128];

    if (size > client->soft_limit && !channel->reported)
    {
        channel->reported = TRUE;
        notice_warning( client, channel->owner->plugin, L"It does not take what the server sends on its static channel %hs: "
                        L"%u MiB wait", channel->name, (unsigned int)(client->soft_limit >> 20) );
    }
    if (size <= client->hard_limit && total <= client->total_limit) return;
    if (size > client->hard_limit) swprintf( why, ARRAY_SIZE(why), L"%I64d MiB wait there", client->hard_limit >> 20 );
    else swprintf( why, ARRAY_SIZE(why), L"%I64d MiB wait on all of these plug-ins' static channels", client->total_limit >> 20 );
    go_deaf( channel, why );
}

void static_receive( struct client *client, UINT32 stream, UINT32 flags, UINT32 total, const BYTE *data, UINT32 size )
{
    struct static_channel *channel = find_stream( stream );
    struct static_event *event;
    LONG64 own, all;

    if (!channel || channel->owner->plugin->client != client || !channel->granted || channel->overrun) return;
    if (!size || size > CHANNEL_CHUNK_LENGTH) return;
    if (!(event = create_event( channel->owner, CHANNEL_EVENT_DATA_RECEIVED, data, size )))
    {
        go_deaf( channel, L"no memory is left" );
        return;
    }
    event->channel = channel;
    event->total = total;
    event->flags = flags;
    own = keep( channel, sizeof(*event) + size, &all );
    queue_submit( &channel->owner->plugin->queue, &event->task );
    check_kept( client, channel, own, all );
}

/* A plug-in's beginning and end */

static HRESULT refuse( struct failure *failure, WINE_DVC_CAUSE cause, const WCHAR *reason )
{
    failure->cause = cause;
    failure->reason = wcsdup( reason );
    return E_FAIL;
}

static BOOL call_entry( struct static_plugin *owner, VIRTUALCHANNELENTRY *entry )
{
    CHANNEL_ENTRY_POINTS entry_points =
    {
        sizeof(entry_points), VIRTUAL_CHANNEL_VERSION_WIN2000, virtual_channel_init, virtual_channel_open,
        virtual_channel_close, virtual_channel_write,
    };
    BOOL accepted;

    AcquireSRWLockExclusive( &lock );
    owner->thread = GetCurrentThreadId();
    owner->next = plugins;
    InterlockedExchangePointer( (void **)&plugins, owner );
    ReleaseSRWLockExclusive( &lock );
    accepted = entry( &entry_points );
    AcquireSRWLockExclusive( &lock );
    owner->thread = 0;
    owner->entered = accepted && owner->event_proc;
    ReleaseSRWLockExclusive( &lock );
    return accepted;
}

HRESULT static_enter( struct plugin *plugin, VIRTUALCHANNELENTRY *entry, struct failure *failure )
{
    struct static_plugin *owner;
    struct static_channel *channel;
    UINT32 stream;

    if (!plugin->client->host)
        return refuse( failure, WINE_DVC_CAUSE_OTHER, L"it is a plug-in of static channels, which this client has not" );
    if (!(owner = calloc( 1, sizeof(*owner) ))) return E_OUTOFMEMORY;
    owner->plugin = plugin;
    queue_init( &owner->ends, &plugin->client->executor, plugin );
    if (!call_entry( owner, entry ))
        return refuse( failure, WINE_DVC_CAUSE_REFUSED, L"its VirtualChannelEntry refused" );
    if (!owner->entered)
        return refuse( failure, WINE_DVC_CAUSE_REFUSED,
                       L"its VirtualChannelEntry declared no channel, or one whose name is not valid or taken" );
    plugin->statics = owner;
    for (stream = FIRST_STREAM; (channel = find_stream( stream )); stream++)
        if (channel->owner == owner) notice_static( plugin, stream, channel->name, channel->options );
    return S_OK;
}

void static_begin( struct plugin *plugin )
{
    struct static_plugin *owner = plugin->statics;

    owner->event_proc( owner, CHANNEL_EVENT_INITIALIZED, NULL, 0 );
}

void static_terminate( struct plugin *plugin )
{
    struct static_plugin *owner = plugin->statics;

    close_all( owner );
    owner->event_proc( owner, CHANNEL_EVENT_TERMINATED, NULL, 0 );
    InterlockedExchange( &owner->terminated, TRUE );
}
