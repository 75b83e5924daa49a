/*
 * What crossed the channels of a session, played to a plug-in again
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

#include "clock.h"
#include "journal.h"
#include "replay.h"
#include "tracefile.h"

#define MOST_BYTES 1073741824   /* of all PDUs */

/* The trace */

static bool add_entry( struct replay *replay, const struct trace_pdu *pdu )
{
    struct replay_entry *entries = replay->entries, *entry;
    enum drdynvc_sender sender = pdu->sender == CAPTURE_SERVER ? DRDYNVC_SERVER : DRDYNVC_CLIENT;
    struct drdynvc_pdu decoded;

    drdynvc_read( &decoded, sender, pdu->data, pdu->size );
    if (!decoded.addressed) return true;
    if (!(replay->count & (replay->count - 1)) &&   /* full at each power of two */
        !(entries = realloc( entries, (replay->count ? 2 * replay->count : 1) * sizeof(*entries) ))) return false;
    replay->entries = entries;
    entry = &entries[replay->count];
    memset( entry, 0, sizeof(*entry) );
    entry->connection = pdu->connection;
    entry->sent = sender == DRDYNVC_CLIENT;
    entry->channel = decoded.channel_id;
    entry->size = pdu->size;
    if (!(entry->data = malloc( pdu->size ))) return false;
    memcpy( entry->data, pdu->data, pdu->size );
    replay->count++;
    return true;
}

bool replay_read( struct replay *replay, const char *path, char *problem, size_t size )
{
    struct trace_file *file = trace_file_open( path, problem, size );
    enum trace_result result;
    struct trace_pdu pdu;
    bool complete = true;
    size_t bytes = 0;

    replay->file = path;
    if (!file) return false;
    while (complete && (result = trace_file_read( file, &pdu )) == TRACE_PDU)
        complete = (bytes += pdu.size) <= MOST_BYTES && add_entry( replay, &pdu );
    if (!complete) snprintf( problem, size, "the trace %s is too long: no memory is left", path );
    else if (result == TRACE_BROKEN)
    {
        snprintf( problem, size, "the trace %s is broken behind PDU %zu (%s): take one that is whole", path,
                  replay->count, trace_file_problem( file ) );
        complete = false;
    }
    trace_file_close( file );
    return complete;
}

void replay_clear( struct replay *replay )
{
    size_t i;

    for (i = 0; i < replay->count; i++) free( replay->entries[i].data );
    free( replay->entries );
}

/* Which channels are this plug-in's */

static bool is_create( const struct replay_entry *entry, struct drdynvc_pdu *pdu )
{
    return !entry->sent && drdynvc_read( pdu, DRDYNVC_SERVER, entry->data, entry->size ) == DRDYNVC_OK &&
           pdu->cmd == DRDYNVC_CMD_CREATE;
}

/* A channel is from its CREATE_REQ to the next of that id, or of another connection. */
static void mark_channel( struct replay *replay, size_t first )
{
    const struct replay_entry *begin = &replay->entries[first];
    struct drdynvc_pdu pdu;
    size_t i;

    for (i = first; i < replay->count && replay->entries[i].connection == begin->connection; i++)
    {
        if (replay->entries[i].channel != begin->channel) continue;
        if (i > first && is_create( &replay->entries[i], &pdu )) return;
        replay->entries[i].ours = true;
    }
}

static unsigned int mark_channels( struct replay *replay )
{
    const struct name_list *names = &replay->play->server.names;
    unsigned int count = 0;
    struct drdynvc_pdu pdu;
    size_t i;

    for (i = 0; i < replay->count; i++)
    {
        if (!is_create( &replay->entries[i], &pdu ) || !name_list_has( names, pdu.name )) continue;
        mark_channel( replay, i );
        count++;
    }
    return count;
}

/* What comes */

static void find_oldest( struct replay *replay )
{
    const struct replay_entry *entry;

    for (; replay->oldest < replay->count; replay->oldest++)
    {
        entry = &replay->entries[replay->oldest];
        if (entry->ours && entry->sent && !entry->taken) return;
    }
}

static void fail( struct replay *replay, size_t number, const char *expected, const char *got )
{
    char text[64];

    if (replay->failed) return;
    replay->failed = true;
    if (number < replay->count)
        snprintf( text, sizeof(text), "a PDU of channel %u", replay->entries[number].channel );
    else snprintf( text, sizeof(text), "the end of the trace" );
    journal_failure( replay->file, number + 1, replay->play->steps, text, expected, got );
    replay->play->runner->over = true;
}

static void compare( struct replay *replay, size_t number, const uint8_t *data, size_t size )
{
    const struct replay_entry *entry = &replay->entries[number];
    size_t i, least = size < entry->size ? size : entry->size;
    struct journal_brief expected, brief;
    char got[sizeof(brief.text) + 64];

    for (i = 0; i < least && data[i] == entry->data[i]; i++) continue;
    if (i == size && i == entry->size) return;
    journal_brief( &expected, entry->data, entry->size );
    journal_brief( &brief, data, size );
    if (i < least)
        snprintf( got, sizeof(got), "%s (byte %zu is 0x%02x, not 0x%02x)", brief.text, i, data[i], entry->data[i] );
    else snprintf( got, sizeof(got), "%s (no byte differs, but the number)", brief.text );
    fail( replay, number, expected.text, got );
}

void replay_take_pdu( struct replay *replay, const uint8_t *data, size_t size )
{
    struct journal_brief brief;
    struct drdynvc_pdu pdu;
    size_t i;

    drdynvc_read( &pdu, DRDYNVC_CLIENT, data, size );
    if (!pdu.addressed || replay->failed) return;
    for (i = replay->oldest; i < replay->count; i++)
    {
        struct replay_entry *entry = &replay->entries[i];

        if (!entry->ours || !entry->sent || entry->taken || entry->channel != pdu.channel_id) continue;
        compare( replay, i, data, size );
        entry->taken = true;
        replay->came++;
        find_oldest( replay );
        return;
    }
    fail( replay, replay->count, "nothing more on this channel", journal_brief( &brief, data, size ) );
}

/* Until all that the trace has before that has come. */
static bool await( struct replay *replay, size_t number )
{
    struct runner *runner = replay->play->runner;
    uint64_t until = clock_ms() + replay->play->timeout;
    struct journal_brief brief;
    char got[PROBLEM_TEXT + 64];

    find_oldest( replay );
    while (replay->oldest < number && !runner->over && clock_ms() < until) runner_turn( runner, until );
    if (replay->oldest >= number || replay->failed) return !replay->failed;
    if (*runner->problem) snprintf( got, sizeof(got), "the plug-in's process has failed: %s", runner->problem );
    else snprintf( got, sizeof(got), "nothing in %g s", replay->play->timeout / 1000.0 );
    fail( replay, replay->oldest,
          journal_brief( &brief, replay->entries[replay->oldest].data, replay->entries[replay->oldest].size ), got );
    return false;
}

/* What is sent */

static bool reconnect( struct replay *replay )
{
    struct runner *runner = replay->play->runner;
    uint64_t until = clock_ms() + replay->play->timeout;

    dvc_disconnect( &replay->play->server, 0 );
    while (runner->port->purging && !runner->over && clock_ms() < until) runner_turn( runner, until );
    if (runner->port->purging)
    {
        fail( replay, replay->count, "an answer to the connection's end", "nothing" );
        return false;
    }
    dvc_connect( &replay->play->server );
    return true;
}

static void tell_create( const struct replay_entry *entry )
{
    struct drdynvc_pdu pdu;

    if (is_create( entry, &pdu )) journal_tell( "asked", pdu.name, "is asked for (channel %u)", entry->channel );
}

bool replay_play( struct replay *replay, struct play *play )
{
    unsigned int connection = replay->count ? replay->entries[0].connection : 0, channels;
    size_t i;

    replay->play = play;
    if (!(channels = mark_channels( replay )))
    {
        runner_fail( play->runner, "the trace has no channel that the plug-in listens on: is it another's?" );
        return true;
    }
    for (i = 0; i < replay->count; i++)
    {
        const struct replay_entry *entry = &replay->entries[i];

        if (entry->connection != connection)
        {
            connection = entry->connection;
            if (!await( replay, i ) || !reconnect( replay )) return false;
        }
        if (!entry->ours || entry->sent) continue;
        if (!await( replay, i )) return false;
        tell_create( entry );
        play->steps++;
        runner_send_pdu( play->runner, entry->data, entry->size );
    }
    if (!await( replay, replay->count )) return false;
    journal_tell( "replayed", NULL, "%u channels: %u PDUs were sent, and %u came with the bytes of the trace", channels,
                  play->steps, replay->came );
    replay->play = NULL; /* what comes now is behind the end of the trace */
    return true;
}
