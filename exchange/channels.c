/*
 * The channels of hosts: tables, counts and states
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

#include "channels.h"
#include "drdynvc.h"

#define MIN_BUCKETS 64

static bool table_init( struct channel_table *table, size_t bucket_count, uint64_t seed )
{
    size_t i;

    if (!(table->buckets = malloc( bucket_count * sizeof(*table->buckets) ))) return false;
    for (i = 0; i < bucket_count; i++) list_init( &table->buckets[i] );
    table->bucket_count = bucket_count;
    table->seed = seed;
    table->count = 0;
    return true;
}

static struct list *table_bucket( const struct channel_table *table, uint32_t id, unsigned int host )
{
    uint64_t hash = (id ^ host * 0x85ebca6bu) * table->seed;

    return &table->buckets[hash >> 32 & (table->bucket_count - 1)];
}

/* Doubles it when it has more channels than buckets; without memory its lists get longer. The lists stay by age. */
static void table_grow( struct channels *channels, struct channel_table *table )
{
    struct channel_table larger;
    struct channel *channel, *next;
    size_t i;

    if (table->count < table->bucket_count || !table_init( &larger, 2 * table->bucket_count, table->seed )) return;
    for (i = 0; i < table->bucket_count; i++)
    {
        if (table == &channels->ids)
            LIST_FOR_EACH_ENTRY_SAFE( channel, next, &table->buckets[i], struct channel, id_entry )
                list_add_tail( table_bucket( &larger, channel->id, 0 ), &channel->id_entry );
        else
            LIST_FOR_EACH_ENTRY_SAFE( channel, next, &table->buckets[i], struct channel, own_entry )
                list_add_tail( table_bucket( &larger, channel->id, channel->host->number ), &channel->own_entry );
    }
    free( table->buckets );
    table->buckets = larger.buckets;
    table->bucket_count = larger.bucket_count;
}

static void table_add( struct channels *channels, struct channel_table *table, uint32_t id, unsigned int host,
                       struct list *entry )
{
    table_grow( channels, table );
    list_add_tail( table_bucket( table, id, host ), entry );
    table->count++;
}

static void table_remove( struct channel_table *table, struct list *entry )
{
    if (list_empty( entry )) return;
    list_remove( entry );
    list_init( entry );
    table->count--;
}

static void table_remove_all( struct channels *channels, struct channel_table *table, size_t entry_offset )
{
    size_t i;

    for (i = 0; i < table->bucket_count; i++)
        while (!list_empty( &table->buckets[i] ))
            channels_remove( channels, (struct channel *)((char *)table->buckets[i].next - entry_offset) );
}

/* Life */

bool channels_init( struct channels *channels, uint64_t seed )
{
    if (!table_init( &channels->ids, MIN_BUCKETS, seed )) return false;
    if (!table_init( &channels->own, MIN_BUCKETS, seed ))
    {
        free( channels->ids.buckets );
        return false;
    }
    list_init( &channels->waiting );
    list_init( &channels->closed );
    channels->waiting_count = channels->closed_count = channels->live_count = 0;
    channels->page = NULL;
    channels->age = 0;
    return true;
}

void channels_clear( struct channels *channels )
{
    free( channels->ids.buckets );
    free( channels->own.buckets );
}

struct channel *channels_find_id( const struct channels *channels, uint32_t id )
{
    struct list *bucket = table_bucket( &channels->ids, id, 0 );
    struct channel *channel;

    LIST_FOR_EACH_ENTRY( channel, bucket, struct channel, id_entry )
        if (channel->id == id) return channel;
    return NULL;
}

struct channel *channels_find_own( const struct channels *channels, unsigned int host, uint32_t id )
{
    struct list *bucket = table_bucket( &channels->own, id, host );
    struct channel *channel;

    LIST_FOR_EACH_ENTRY( channel, bucket, struct channel, own_entry )
        if (channel->id == id && channel->host->number == host) return channel;
    return NULL;
}

const char *channel_name( const struct channel *channel )
{
    struct drdynvc_pdu pdu;

    drdynvc_read( &pdu, DRDYNVC_SERVER, channel->create->data, channel->create->size );
    return pdu.name;
}

/* Waits no longer. */
static void channel_stop_waiting( struct channels *channels, struct channel *channel )
{
    struct directory_name *name = channel->name;

    if (!name) return;
    channel->name = NULL;
    list_remove( &channel->name_entry );
    list_init( &channel->name_entry );
    list_remove( &channel->state_entry );
    list_init( &channel->state_entry );
    name->waiting_count--;
    channels->waiting_count--;
    directory_release_name( name );
}

/* The page */

/* Who has no row of its own shares the last one, which is never freed. */
static bool row_is_shared( const struct page_traffic *page, const struct page_channel *row )
{
    return row == page->channels + PAGE_CHANNELS - 1;
}

/* The oldest row that no channel has any more; else the shared one. */
static struct page_channel *page_find_row( struct page_traffic *page )
{
    struct page_channel *row, *found = NULL;

    for (row = page->channels; !row_is_shared( page, row ); row++)
    {
        if (row->state == PAGE_CHANNEL_FREE) return row;
        if (row->state == PAGE_CHANNEL_CLOSED && (!found || row->age < found->age)) found = row;
    }
    return found ? found : row;
}

static struct page_channel *channel_take_row( struct channels *channels, const struct channel *channel )
{
    struct page_channel *row = page_find_row( channels->page );
    bool shared = row_is_shared( channels->page, row );

    if (shared && row->state) return row;
    memset( row, 0, sizeof(*row) );
    row->id = shared ? 0 : channel->id;
    row->age = ++channels->age;
    page_set_text( row->name, sizeof(row->name), shared ? "(more)" : channel_name( channel ) );
    return row;
}

/* It is offered to the host that it has. */
static void channel_show( struct channels *channels, struct channel *channel )
{
    struct page_traffic *page = channels->page;

    if (!page) return;
    page_begin( &page->sequence );
    if (!channel->row) channel->row = channel_take_row( channels, channel );
    channel->row->host = channel->host->row;
    channel->all = page->ports[channel->host->row].flows;
    channel->row->state = PAGE_CHANNEL_OFFERED;
    page_end( &page->sequence );
}

static void channel_show_state( struct channels *channels, struct channel *channel, enum page_channel_state state )
{
    if (!channel->row) return;
    page_begin( &channels->page->sequence );
    if (state != PAGE_CHANNEL_CLOSED || !row_is_shared( channels->page, channel->row )) channel->row->state = state;
    page_end( &channels->page->sequence );
    if (state == PAGE_CHANNEL_CLOSED) channel->row = NULL;
}

/* A host has it, or, if NULL, none has. */
static void channel_set_host( struct channels *channels, struct channel *channel, struct directory_host *host )
{
    if (channel->host)
    {
        list_remove( &channel->host_entry );
        list_init( &channel->host_entry );
        table_remove( &channels->own, &channel->own_entry );
        if (channel->state == CHANNEL_OFFERED || channel->state == CHANNEL_OPEN)
        {
            channel->host->channel_count--;
            channels->live_count--;
        }
        if (channel->state == CHANNEL_ENDED) channel->host->ended_count--;
    }
    channel->host = host;
    if (!host) return;
    list_add_tail( &host->channels, &channel->host_entry );
    table_add( channels, &channels->own, channel->id, host->number, &channel->own_entry );
}

struct channel *channels_add( struct channels *channels, uint32_t id, const uint8_t *create, size_t size )
{
    struct channel *channel = calloc( 1, sizeof(*channel) );

    if (!channel || !(channel->create = packet_create( create, size )))
    {
        free( channel );
        return NULL;
    }
    channel->id = id;
    list_init( &channel->own_entry );
    list_init( &channel->host_entry );
    list_init( &channel->name_entry );
    list_init( &channel->state_entry );
    table_add( channels, &channels->ids, id, 0, &channel->id_entry );
    return channel;
}

void channels_remove( struct channels *channels, struct channel *channel )
{
    channel_show_state( channels, channel, PAGE_CHANNEL_CLOSED );
    channel_set_host( channels, channel, NULL );
    channel_stop_waiting( channels, channel );
    if (channel->state == CHANNEL_CLOSED)
    {
        list_remove( &channel->state_entry );
        channels->closed_count--;
    }
    table_remove( &channels->ids, &channel->id_entry );
    free( channel->create );
    free( channel );
}

void channels_remove_all( struct channels *channels )
{
    table_remove_all( channels, &channels->own, offsetof(struct channel, own_entry) );
    table_remove_all( channels, &channels->ids, offsetof(struct channel, id_entry) );
}

/* States */

bool channels_have_room( const struct channels *channels, const struct directory_host *host )
{
    return host->ended_count < CHANNELS_MAX_ENDED &&
           (host->channel_count < CHANNELS_MAX_HOST || channels->live_count < CHANNELS_MAX);
}

bool channel_wait( struct channels *channels, struct channel *channel, struct directory *directory )
{
    struct directory_name *name = channel->name;
    struct channel *before;

    if (name) return true;
    if (channels->waiting_count == CHANNELS_MAX_WAITING ||
        !(name = directory_find_name( directory, channel_name( channel ), true ))) return false;
    if (name->waiting_count == CHANNELS_MAX_NAME) return false;
    channel_set_host( channels, channel, NULL );
    channel->state = CHANNEL_WAITING;
    channel->name = name;
    list_add_tail( &name->waiting, &channel->name_entry );
    for (before = LIST_ENTRY( channels->waiting.prev, struct channel, state_entry );
         &before->state_entry != &channels->waiting && before->time > channel->time;
         before = LIST_ENTRY( before->state_entry.prev, struct channel, state_entry )) continue;
    list_add_after( &before->state_entry, &channel->state_entry );
    name->waiting_count++;
    channels->waiting_count++;
    return true;
}

void channel_offer( struct channels *channels, struct channel *channel, struct directory_host *host )
{
    channel_stop_waiting( channels, channel );
    channel_set_host( channels, channel, host );
    channel->state = CHANNEL_OFFERED;
    host->channel_count++;
    channels->live_count++;
    channel_show( channels, channel );
}

void channel_open( struct channels *channels, struct channel *channel )
{
    channel->state = CHANNEL_OPEN;
    channel_show_state( channels, channel, PAGE_CHANNEL_OPEN );
}

/* Returns how many messages are complete with it. A fragment of compressed data holds as much as a fragment may. */
static unsigned int channel_take_fragment( uint32_t *left, const struct drdynvc_pdu *pdu )
{
    bool compressed = pdu->cmd == DRDYNVC_CMD_DATA_FIRST_COMPRESSED || pdu->cmd == DRDYNVC_CMD_DATA_COMPRESSED;
    size_t size = compressed ? DRDYNVC_MAX_FRAGMENT : pdu->data_size;

    if (pdu->cmd == DRDYNVC_CMD_DATA_FIRST || pdu->cmd == DRDYNVC_CMD_DATA_FIRST_COMPRESSED) *left = pdu->length;
    if (*left > size)
    {
        *left -= size;
        return 0;
    }
    *left = 0;
    return 1;
}

void channel_count( struct channel *channel, enum page_direction direction, const struct drdynvc_pdu *pdu )
{
    struct page_flow *flow, *all;
    unsigned int messages;

    if (!pdu->data) return;
    messages = channel_take_fragment( &channel->left[direction], pdu );
    flow = &channel->row->flows[direction];
    all = &channel->all[direction];
    page_add( &flow->messages, messages );
    page_add( &flow->bytes, pdu->data_size );
    page_add( &all->messages, messages );
    page_add( &all->bytes, pdu->data_size );
}

void channel_leave_host( struct channels *channels, struct channel *channel )
{
    channel_set_host( channels, channel, NULL );
}

void channel_close( struct channels *channels, struct channel *channel )
{
    channel->host->channel_count--;
    channels->live_count--;
    free( channel->create );
    channel->create = NULL;
    channel->state = CHANNEL_CLOSED;
    channel_show_state( channels, channel, PAGE_CHANNEL_CLOSED );
    list_add_tail( &channels->closed, &channel->state_entry );
    if (channels->closed_count++ == CHANNELS_MAX)
        channels_remove( channels, LIST_ENTRY( channels->closed.next, struct channel, state_entry ) );
}

void channel_end( struct channels *channels, struct channel *channel, bool reply )
{
    channel->answered = channel->state == CHANNEL_OPEN;
    channel->host->channel_count--;
    channel->host->ended_count++;
    channels->live_count--;
    free( channel->create );
    channel->create = NULL;
    channel->state = CHANNEL_ENDED;
    channel_show_state( channels, channel, PAGE_CHANNEL_CLOSED );
    channel->reply = true;
    if (!reply) channel_release_id( channels, channel );
}

void channel_release_id( struct channels *channels, struct channel *channel )
{
    channel->reply = false;
    table_remove( &channels->ids, &channel->id_entry );
}
