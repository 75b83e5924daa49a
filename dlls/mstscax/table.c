/*
 * The channels of a session, by id
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

#include "channel.h"
#include "table.h"

#define MIN_SIZE 64

static struct list *get_bucket( const struct channel_table *table, UINT32 id )
{
    return &table->buckets[id & (table->size - 1)];
}

static BOOL grow( struct channel_table *table )
{
    unsigned int size = table->size ? table->size * 2 : MIN_SIZE, i;
    struct channel_table old = *table;
    struct channel *channel, *next;
    struct list *buckets;

    if (!(buckets = malloc( size * sizeof(*buckets) ))) return FALSE;
    for (i = 0; i < size; i++) list_init( &buckets[i] );
    table->buckets = buckets;
    table->size = size;
    for (i = 0; i < old.size; i++)
    {
        LIST_FOR_EACH_ENTRY_SAFE( channel, next, &old.buckets[i], struct channel, entry )
        {
            list_remove( &channel->entry );
            list_add_tail( get_bucket( table, channel->id ), &channel->entry );
        }
    }
    free( old.buckets );
    return TRUE;
}

static BOOL add( struct channel_table *table, struct channel *channel )
{
    if (table->count == MAX_CHANNELS) return FALSE;
    if (table->count == table->size && !grow( table ) && !table->size) return FALSE;
    list_add_tail( get_bucket( table, channel->id ), &channel->entry );
    table->count++;
    return TRUE;
}

static BOOL take_out( struct channel_table *table, struct channel *channel )
{
    if (list_empty( &channel->entry )) return FALSE;
    list_remove( &channel->entry );
    list_init( &channel->entry );
    table->count--;
    return TRUE;
}

static struct channel *find( const struct channel_table *table, UINT32 id )
{
    struct channel *channel;

    if (!table->size) return NULL;
    LIST_FOR_EACH_ENTRY( channel, get_bucket( table, id ), struct channel, entry )
        if (channel->id == id) return channel;
    return NULL;
}

static void enum_channels( struct channel_table *table, void (*proc)( struct channel *channel, void *context ),
                           void *context )
{
    struct channel *channel, *next;
    unsigned int i;

    for (i = 0; i < table->size; i++)
        LIST_FOR_EACH_ENTRY_SAFE( channel, next, &table->buckets[i], struct channel, entry ) proc( channel, context );
}

struct channel *table_get( struct client *client, UINT32 id )
{
    struct channel *channel;

    AcquireSRWLockShared( &client->lock );
    if ((channel = find( &client->channels, id ))) channel_addref( channel );
    ReleaseSRWLockShared( &client->lock );
    return channel;
}

BOOL table_add( struct client *client, struct channel *channel )
{
    BOOL added;

    AcquireSRWLockExclusive( &client->lock );
    added = add( &client->channels, channel );
    ReleaseSRWLockExclusive( &client->lock );
    return added;
}

BOOL table_replace( struct client *client, struct channel *old, struct channel *channel )
{
    BOOL replaced;

    AcquireSRWLockExclusive( &client->lock );
    replaced = take_out( &client->channels, old ) && add( &client->channels, channel );
    ReleaseSRWLockExclusive( &client->lock );
    return replaced;
}

/* A plug-in may keep the channel for long: what the server did not complete is not kept with it. */
void table_remove( struct client *client, struct channel *channel )
{
    AcquireSRWLockExclusive( &client->lock );
    if (take_out( &client->channels, channel )) channel_lose_message( channel );
    ReleaseSRWLockExclusive( &client->lock );
}

/* client->lock held, and the channel was in the table: so this comes once. */
static void post_end( struct client *client, struct channel *channel, enum channel_end end )
{
    channel_lose_message( channel );
    channel->server_end = end;
    channel_set_end( channel, end );
    inbox_push( &client->pump.inbox, &channel->end_node, &channel->end_node );
}

void table_end( struct client *client, struct channel *channel, enum channel_end end )
{
    AcquireSRWLockExclusive( &client->lock );
    if (take_out( &client->channels, channel )) post_end( client, channel, end );
    ReleaseSRWLockExclusive( &client->lock );
}

static void end_one( struct channel *channel, void *context )
{
    take_out( &channel->client->channels, channel );
    post_end( channel->client, channel, *(enum channel_end *)context );
}

void table_end_all( struct client *client, enum channel_end end )
{
    AcquireSRWLockExclusive( &client->lock );
    enum_channels( &client->channels, end_one, &end );
    ReleaseSRWLockExclusive( &client->lock );
}

static void find_ended( struct channel *channel, void *context )
{
    if (InterlockedOr( &channel->end, 0 ) == CHANNEL_CLOSED && !channel->close_wanted)
        *(struct channel **)context = channel;
}

void table_close_ended( struct client *client, void (*close)( struct client *client, struct channel *channel ) )
{
    struct channel *channel;

    do
    {
        channel = NULL;
        AcquireSRWLockExclusive( &client->lock );
        enum_channels( &client->channels, find_ended, &channel );
        if (channel) channel_addref( channel );
        ReleaseSRWLockExclusive( &client->lock );
        if (channel)
        {
            close( client, channel );
            channel_release( channel );
        }
    } while (channel);
}

struct largest
{
    struct channel *channel;
    LONG64 kept;
};

static LONG64 channel_kept( struct channel *channel )
{
    return InterlockedCompareExchange64( &channel->unsent, 0, 0 ) + drdynvc_assembly_kept( &channel->assembly )
           + InterlockedCompareExchange64( &channel->undelivered, 0, 0 );
}

static void find_largest( struct channel *channel, void *context )
{
    struct largest *largest = context;
    LONG64 kept = channel_kept( channel );

    if (channel->close_wanted) return;  /* what it had is dropped */
    if (kept <= largest->kept) return;
    largest->kept = kept;
    largest->channel = channel;
}

struct channel *table_find_largest( struct client *client )
{
    struct largest largest = { NULL };

    AcquireSRWLockExclusive( &client->lock );   /* the receive path, whose messages are looked at, has it shared */
    enum_channels( &client->channels, find_largest, &largest );
    if (largest.channel) channel_addref( largest.channel );
    ReleaseSRWLockExclusive( &client->lock );
    return largest.channel;
}

static void age_spare( struct channel *channel, void *context )
{
    if (channel_age_spare( channel )) *(BOOL *)context = TRUE;
}

BOOL table_age_spares( struct client *client )
{
    BOOL left = FALSE;

    AcquireSRWLockShared( &client->lock );
    enum_channels( &client->channels, age_spare, &left );
    ReleaseSRWLockShared( &client->lock );
    return left;
}
