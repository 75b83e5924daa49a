/*
 * The server's half of dynamic ([MS-RDPEDYC]) and static channels, for one host
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
#include "dvc.h"
#include "journal.h"

#define HOST 1    /* among those that have static channels; it is the only one */

static const char no_memory[] = "no memory is left";

void dvc_init( struct dvc_server *server, struct runner *runner )
{
    server->runner = runner;
    statics_init( &server->statics );
}

void message_free( struct message *message )
{
    if (!message) return;
    drdynvc_message_free( message->data );
    free( message );
}

/* All that it takes. */
static size_t message_memory( const struct message *message )
{
    return sizeof(*message) + DRDYNVC_MESSAGE_ROOM + drdynvc_message_capacity( message->data );
}

struct message *dvc_take( struct dvc_server *server, struct channel *channel )
{
    struct message *message = channel->messages;

    if (!message) return NULL;
    if (!(channel->messages = message->next)) channel->end = &channel->messages;
    server->kept -= message_memory( message );
    return message;
}

struct channel *dvc_find( const struct dvc_server *server, const char *label )
{
    struct channel *channel = server->channels;

    while (channel && strcmp( channel->label, label )) channel = channel->next;
    return channel;
}

static void channel_empty( struct dvc_server *server, struct channel *channel )
{
    struct message *message;

    while ((message = dvc_take( server, channel ))) message_free( message );
    drdynvc_assembly_clear( &channel->assembly );
}

static void channel_destroy( struct dvc_server *server, struct channel *channel )
{
    channel_empty( server, channel );
    free( channel->name );
    free( channel->label );
    free( channel );
}

static struct channel *channel_create( struct dvc_server *server, const char *name, const char *label )
{
    struct channel *channel = calloc( 1, sizeof(*channel) );

    if (!channel) return NULL;
    channel->name = strdup( name );
    channel->label = strdup( label );
    channel->end = &channel->messages;
    if (!channel->name || !channel->label)
    {
        channel_destroy( server, channel );
        return NULL;
    }
    channel->next = server->channels;
    server->channels = channel;
    return channel;
}

static struct channel *find_static( const struct dvc_server *server, const struct static_channel *declared )
{
    struct channel *channel = server->channels;

    while (channel && channel->declared != declared) channel = channel->next;
    return channel;
}

static struct channel *find_static_name( const struct dvc_server *server, const char *name )
{
    struct channel *channel = server->channels;

    while (channel && (!channel->declared || strcmp( channel->name, name ))) channel = channel->next;
    return channel;
}

/* Does its end of the channel still speak? */
static bool is_heard( const struct channel *channel )
{
    return channel->state == CHANNEL_OPEN || channel->state == CHANNEL_CLOSES;
}

/* From the host */

/* It is the plug-in that opens it, so the channel is there from now on, with each connection. */
static void take_static( struct dvc_server *server, const char *name, const struct winedvc_static *report )
{
    struct static_channel *declared = NULL;
    struct channel *channel;

    if (report->stream < WINEDVC_STREAM_STATIC || report->stream >= WINEDVC_STREAM_STATIC + WINEDVC_MAX_STATIC)
    {
        server->runner->port->rule = "a static channel has one of the numbers for them";
        return;
    }
    if (static_name_is_valid( name )) declared = statics_add( &server->statics, name, report->options );
    if (!declared)
    {
        journal_tell( "warning", NULL, "static channel %s can not be used: its name has 1 to 7 letters, digits or "
                      "signs, drdynvc is FreeRDP's, and there may be 30", name );
        return;
    }
    static_give( declared, HOST, report->stream );
    declared->id = 1;   /* granted by this server, as all are */
    if (find_static( server, declared )) return;
    if (!(channel = channel_create( server, declared->def.name, declared->def.name )))
    {
        runner_fail( server->runner, no_memory );
        return;
    }
    channel->declared = declared;
    channel->state = CHANNEL_ENDED;
    journal_tell( "declares", NULL, "declares static channel %s", name );
}

/* A control frame: what plug-ins listen on or declare, and what is said of them. */
void dvc_take_report( struct dvc_server *server, const struct report *report )
{
    struct shown_name name;

    switch (report->type)
    {
    case WINEDVC_LISTEN:
        if (server->names.count < 256 && !name_list_has( &server->names, report->strings[0] ))
            name_list_add( &server->names, report->strings[0] );
        journal_tell( "listens", NULL, "listens on %s", show_name( &name, report->strings[0] ) );
        break;
    case WINEDVC_UNLISTEN:
        name_list_remove( &server->names, report->strings[0] );
        journal_tell( "unlistens", NULL, "does not listen on %s any more", show_name( &name, report->strings[0] ) );
        break;
    case WINEDVC_STATIC:
        take_static( server, report->strings[0], &report->fixed.declared );
        break;
    case WINEDVC_LOG:
        journal_tell( report->fixed.log.level <= WINEDVC_LOG_WARN ? "warning" : "note", NULL, "%s",
                      report->strings[0] );
        break;
    default:
        break;
    }
}

/* The message is ours now. */
static void keep_message( struct dvc_server *server, struct channel *channel, uint8_t *data, uint32_t size )
{
    struct message *message = malloc( sizeof(*message) );

    if (!message)
    {
        drdynvc_message_free( data );
        runner_fail( server->runner, no_memory );
        return;
    }
    message->next = NULL;
    message->data = data;
    message->size = size;
    message->time = clock_us();
    *channel->end = message;
    channel->end = &message->next;
    server->kept += message_memory( message );
    if (server->kept > DVC_MOST_KEPT)
        runner_fail( server->runner, "more than 64 MiB have come that no step has asked for: is a step missing?" );
}

static void take_data( struct dvc_server *server, struct channel *channel, const struct drdynvc_pdu *pdu )
{
    uint8_t *message;
    uint32_t size;

    if (!is_heard( channel )) return;
    if (drdynvc_assembly_add( &channel->assembly, pdu, &message, &size ) != DRDYNVC_OK)
        runner_fail( server->runner, "what came on a channel makes up no message: please report that to winedvc" );
    else if (message)
    {
        journal_message( false, channel->label, message, size );
        if (server->keeps) keep_message( server, channel, message, size );
        else drdynvc_message_free( message );
    }
}

static void take_answer( struct channel *channel, int32_t status )
{
    if (channel->state != CHANNEL_ASKED) return;
    channel->status = status;
    channel->state = status < 0 ? CHANNEL_REFUSED : CHANNEL_OPEN;
    if (status >= 0) journal_tell( "opened", channel->label, "is open" );
    else
        journal_tell( "refused", channel->label, "is refused (0x%08x%s)", (uint32_t)status,
                      status == DRDYNVC_NO_LISTENER ? ": no plug-in listens on it" :
                      status == DRDYNVC_REFUSED ? ", by the plug-in" : "" );
}

static void take_close( struct channel *channel )
{
    if (!is_heard( channel )) return;
    if (channel->state == CHANNEL_OPEN) journal_tell( "closed", channel->label, "is closed by the plug-in" );
    channel->state = channel->state == CHANNEL_OPEN ? CHANNEL_CLOSED : CHANNEL_ENDED;
    drdynvc_assembly_clear( &channel->assembly );
}

static struct channel *find_id( const struct dvc_server *server, uint32_t id )
{
    struct channel *channel = server->channels;

    while (channel && channel->id != id) channel = channel->next;
    return channel;
}

void dvc_take_pdu( struct dvc_server *server, const uint8_t *data, size_t size )
{
    struct channel *channel;
    struct drdynvc_pdu pdu;

    server->heard++;
    if (drdynvc_read( &pdu, DRDYNVC_CLIENT, data, size ) != DRDYNVC_OK)
    {
        runner_fail( server->runner, "a PDU that came is none: please report that to winedvc" );
        return;
    }
    if (pdu.cmd == DRDYNVC_CMD_CAPABILITIES) server->answered = true;
    if (!pdu.addressed || !(channel = find_id( server, pdu.channel_id ))) return;
    if (drdynvc_is_data( pdu.cmd )) take_data( server, channel, &pdu );
    else if (pdu.cmd == DRDYNVC_CMD_CREATE) take_answer( channel, pdu.creation_status );
    else if (pdu.cmd == DRDYNVC_CMD_CLOSE) take_close( channel );
}

void dvc_take_chunk( struct dvc_server *server, uint16_t stream, uint16_t flags, const uint8_t *body, size_t size )
{
    struct static_channel *declared = statics_find( &server->statics, HOST, stream );
    const char *rule = "a host sends on static channels that it has declared";
    struct drdynvc_pdu part = { .cmd = flags & STATIC_FIRST ? DRDYNVC_CMD_DATA_FIRST : DRDYNVC_CMD_DATA };

    server->heard++;
    if (declared) rule = static_check( declared, body, size, flags );
    if (rule)
    {
        server->runner->port->rule = rule;
        return;
    }
    part.length = declared->total;
    part.data = body + sizeof(struct winedvc_chunk);
    part.data_size = size - sizeof(struct winedvc_chunk);
    take_data( server, find_static( server, declared ), &part );
}

/* To the host */

/* It has all of them, without the messages of the last connection. */
static void join_statics( struct dvc_server *server, const char *name, size_t size )
{
    struct winedvc_joined joined;
    struct channel *channel;
    uint8_t body[64];

    statics_reset( &server->statics );
    for (channel = server->channels; channel; channel = channel->next)
    {
        if (!channel->declared) continue;
        channel_empty( server, channel );
        channel->state = CHANNEL_OPEN;
    }
    if (!statics_of_host( &server->statics, HOST, &joined.streams )) return;
    memcpy( body, &joined, sizeof(joined) );
    memcpy( body + sizeof(joined), name, size );
    runner_send( server->runner, WINEDVC_JOINED, body, sizeof(joined) + size );
}

void dvc_connect( struct dvc_server *server )
{
    /* those of Windows' server */
    static const uint16_t charges[4] = { 936, 3276, 9362, 21845 };
    static const char name[] = "winedvc-try";
    uint8_t body[sizeof(struct winedvc_connected) + sizeof(name)], pdu[DRDYNVC_MAX_CAPS];
    struct winedvc_connected connected = { ++server->epoch };

    memcpy( body, &connected, sizeof(connected) );
    memcpy( body + sizeof(connected), name, sizeof(name) );
    server->answered = false;
    server->runner->connected = true;
    runner_send( server->runner, WINEDVC_CONNECTED, body, sizeof(body) );
    join_statics( server, name, sizeof(name) );
    runner_send_pdu( server->runner, pdu, drdynvc_write_caps( pdu, DRDYNVC_VERSION, charges ) );
    journal_tell( "connected", NULL, "connection %u", server->epoch );
}

void dvc_disconnect( struct dvc_server *server, uint32_t code )
{
    struct winedvc_disconnected disconnected = { server->epoch, code };
    struct channel *channel;

    server->runner->port->purging = server->epoch;
    server->runner->connected = false;
    runner_send( server->runner, WINEDVC_DISCONNECTED, &disconnected, sizeof(disconnected) );
    for (channel = server->channels; channel; channel = channel->next)
    {
        if (is_heard( channel ) || channel->state == CHANNEL_ASKED) channel->state = CHANNEL_ENDED;
        drdynvc_assembly_clear( &channel->assembly );
    }
    journal_tell( "disconnected", NULL, "connection %u has ended, code %u", server->epoch, code );
}

static struct channel *open_static( struct channel *channel, const char *label )
{
    char *copy = strdup( label );

    if (!copy) return NULL;
    free( channel->label );
    channel->label = copy;
    journal_tell( "joined", label, "is a static channel of the connection" );
    return channel;
}

struct channel *dvc_open( struct dvc_server *server, const char *name, const char *label, uint8_t priority )
{
    struct channel *channel = find_static_name( server, name );
    uint8_t pdu[DRDYNVC_MAX_PDU];
    struct shown_name shown;

    if (channel && !name_list_has( &server->names, name )) return open_static( channel, label );
    if (!(channel = channel_create( server, name, label ))) return NULL;
    channel->id = ++server->last_id;
    if (strcmp( name, label )) journal_tell( "asked", label, "is asked for: %s", show_name( &shown, name ) );
    else journal_tell( "asked", label, "is asked for" );
    runner_send_pdu( server->runner, pdu, drdynvc_write_create_req( pdu, channel->id, priority, name ) );
    return channel;
}

static void send_chunks( struct dvc_server *server, const struct channel *channel, const uint8_t *data, uint32_t size )
{
    uint32_t done, part;
    uint16_t flags;

    for (done = 0; done < size; done += part)
    {
        part = size - done < STATIC_CHUNK ? size - done : STATIC_CHUNK;
        flags = (done ? 0 : STATIC_FIRST) | (done + part == size ? STATIC_LAST : 0);
        runner_send_chunk( server->runner, channel->declared->stream, flags, size, data + done, part );
    }
}

static void send_fragments( struct dvc_server *server, const struct channel *channel, const void *data, uint32_t size )
{
    size_t capacity = drdynvc_fragments_size( channel->id, size, 0, 0 ), pdu_size;
    uint8_t *buffer = capacity ? malloc( capacity ) : NULL, *pdu;
    struct drdynvc_fragments fragments;

    if (!buffer)
    {
        runner_fail( server->runner, no_memory );
        return;
    }
    drdynvc_fragments_write( &fragments, buffer, capacity, 0, channel->id, data, size, 0 );
    while ((pdu = drdynvc_fragments_next( &fragments, &pdu_size ))) runner_send_pdu( server->runner, pdu, pdu_size );
    free( buffer );
}

void dvc_send( struct dvc_server *server, struct channel *channel, const void *data, uint32_t size )
{
    journal_message( true, channel->label, data, size );
    if (channel->declared) send_chunks( server, channel, data, size );
    else send_fragments( server, channel, data, size );
}

void dvc_close( struct dvc_server *server, struct channel *channel )
{
    uint8_t pdu[DRDYNVC_MAX_CONTROL];

    journal_tell( "ended", channel->label, "is closed by the server" );
    channel->state = CHANNEL_CLOSES;
    runner_send_pdu( server->runner, pdu, drdynvc_write_close( pdu, channel->id ) );
}

void dvc_clear( struct dvc_server *server )
{
    struct channel *channel;

    while ((channel = server->channels))
    {
        server->channels = channel->next;
        channel_destroy( server, channel );
    }
    name_list_clear( &server->names );
    statics_clear( &server->statics );
}
