/*
 * Unit tests: the transcripts of tests/wire, as far as codec and reassembly go
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

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wine/test.h"
#include "drdynvc.h"
#include "tests/wire/line.h"

/*
 * tests/wire/transcript.c says what the lines mean. There the real client plays; here a model of it made of the neutral
 * code alone, which knows neither threads nor chunks: a transcript with chunks ends for it where they begin.
 */

#define MAX_BYTES    262144
#define MAX_CHANNELS 64
#define MAX_TEXT     1024

struct message
{
    struct message *next;
    unsigned int channel;   /* its number; 0 for a PDU of ours */
    size_t  size;
    uint8_t data[];
};

static struct
{
    bool refusing;
    bool broken;            /* until the next connection */
    unsigned int count;     /* of channels that were offered */
    struct { bool open; uint32_t id; struct drdynvc_assembly assembly; } channels[MAX_CHANNELS + 1];    /* by number */
    struct message *delivered, *sent;
} model;

static uint8_t bytes[MAX_BYTES];

static void push_message( struct message **queue, unsigned int channel, const void *data, size_t size )
{
    struct message *message = malloc( sizeof(*message) + size );

    while (*queue) queue = &(*queue)->next;
    message->next = NULL;
    message->channel = channel;
    message->size = size;
    if (size) memcpy( message->data, data, size );
    *queue = message;
}

/* The next of a channel is what the transcript says. */
static void check_message( struct message **queue, unsigned int channel, size_t size )
{
    struct message *message;

    while (*queue && (*queue)->channel != channel) queue = &(*queue)->next;
    message = *queue;
    ok( message != NULL, "nothing comes\n" );
    if (!message) return;
    ok( message->size == size && !memcmp( message->data, bytes, size ), "%zu other bytes come\n", message->size );
    *queue = message->next;
    free( message );
}

static void check_empty( struct message **queue, const char *what )
{
    struct message *message;

    ok( !*queue, "more is %s\n", what );
    while ((message = *queue))
    {
        *queue = message->next;
        free( message );
    }
}

static unsigned int find_channel( uint32_t id )
{
    unsigned int i;

    for (i = 1; i <= model.count; i++) if (model.channels[i].open && model.channels[i].id == id) return i;
    return 0;
}

static void end_channel( unsigned int number )
{
    model.channels[number].open = false;
    drdynvc_assembly_clear( &model.channels[number].assembly );
}

static void end_channels( bool tell )
{
    uint8_t pdu[DRDYNVC_MAX_CONTROL];
    unsigned int i;

    for (i = 1; i <= model.count; i++)
    {
        if (!model.channels[i].open) continue;
        if (tell) push_message( &model.sent, 0, pdu, drdynvc_write_close( pdu, model.channels[i].id ) );
        end_channel( i );
    }
}

static void close_channel( unsigned int number )
{
    uint8_t pdu[DRDYNVC_MAX_CONTROL];

    if (!model.channels[number].open) return;
    push_message( &model.sent, 0, pdu, drdynvc_write_close( pdu, model.channels[number].id ) );
    end_channel( number );
}

static void answer_create( const struct drdynvc_pdu *pdu, int32_t status )
{
    uint8_t reply[DRDYNVC_MAX_CONTROL];

    push_message( &model.sent, 0, reply, drdynvc_write_create_rsp( reply, pdu->channel_id, status ) );
}

static void receive_create( const struct drdynvc_pdu *pdu )
{
    if (find_channel( pdu->channel_id )) end_channel( find_channel( pdu->channel_id ) );
    if (strcmp( pdu->name, "TEST" ) && strcmp( pdu->name, "OTHER" )) answer_create( pdu, DRDYNVC_NO_LISTENER );
    else
    {
        model.count++;
        ok( model.count <= MAX_CHANNELS, "too many channels\n" );
        model.channels[model.count].id = pdu->channel_id;
        model.channels[model.count].open = !model.refusing;
        answer_create( pdu, model.refusing ? DRDYNVC_REFUSED : DRDYNVC_CREATED );
    }
}

static void receive_data( unsigned int number, const struct drdynvc_pdu *pdu )
{
    uint8_t *message;
    uint32_t size;

    if (drdynvc_assembly_add( &model.channels[number].assembly, pdu, &message, &size )) close_channel( number );
    else if (message) push_message( &model.delivered, number, message, size );
    drdynvc_message_free( message );
}

static void receive_malformed( const struct drdynvc_pdu *pdu )
{
    if (pdu->addressed && drdynvc_is_data( pdu->cmd )) close_channel( find_channel( pdu->channel_id ) );
    else if (pdu->addressed && pdu->cmd == DRDYNVC_CMD_CREATE)
    {
        if (find_channel( pdu->channel_id )) end_channel( find_channel( pdu->channel_id ) );
        answer_create( pdu, DRDYNVC_REFUSED );
    }
    else
    {
        end_channels( true );
        model.broken = true;
    }
}

static void receive_pdu( const uint8_t *data, size_t size )
{
    uint8_t reply[DRDYNVC_MAX_CONTROL];
    struct drdynvc_pdu pdu;
    unsigned int number;

    if (model.broken) return;
    if (drdynvc_read( &pdu, DRDYNVC_SERVER, data, size ) || pdu.cmd == DRDYNVC_CMD_SOFT_SYNC_RESPONSE)
    {
        receive_malformed( &pdu );
        return;
    }
    number = find_channel( pdu.channel_id );
    if (pdu.cmd == DRDYNVC_CMD_CAPABILITIES)
        push_message( &model.sent, 0, reply, drdynvc_write_caps_rsp( reply, pdu.version < 3 ? pdu.version : 3 ) );
    else if (pdu.cmd == DRDYNVC_CMD_SOFT_SYNC_REQUEST)
        push_message( &model.sent, 0, reply, drdynvc_write_soft_sync_rsp( reply, NULL, 0 ) );
    else if (pdu.cmd == DRDYNVC_CMD_CREATE) receive_create( &pdu );
    else if (pdu.cmd == DRDYNVC_CMD_CLOSE && number) close_channel( number );
    else if (number) receive_data( number, &pdu );
}

/* In memory of exactly their size. */
static void receive_bytes( size_t size )
{
    uint8_t *pdu = malloc( size );

    if (size) memcpy( pdu, bytes, size );
    receive_pdu( pdu, size );
    free( pdu );
}

static void write_message( unsigned int number, size_t size )
{
    size_t total = drdynvc_fragments_size( model.channels[number].id, size, 0, 0 ), pdu_size;
    struct drdynvc_fragments fragments;
    uint8_t *buffer, *pdu;

    ok( model.channels[number].open, "channel %u is not open\n", number );
    buffer = malloc( total );
    drdynvc_fragments_write( &fragments, buffer, total, 0, model.channels[number].id, bytes, size, 0 );
    while ((pdu = drdynvc_fragments_next( &fragments, &pdu_size ))) push_message( &model.sent, 0, pdu, pdu_size );
    free( buffer );
}

static unsigned int take_channel( struct line *line )
{
    unsigned int number = line_take_number( line, 10 );

    if (number <= MAX_CHANNELS) return number;
    line->failed = true;
    return 0;
}

static void skip_rest( struct line *line )
{
    line->text += strlen( line->text );
}

static void run_expect( struct line *line )
{
    unsigned int number;

    if (line_take_word( line, "data" ))
    {
        number = take_channel( line );
        check_message( &model.delivered, number, line_take_bytes( line, bytes, sizeof(bytes) ) );
    }
    else skip_rest( line ); /* a call of the plug-in */
}

/* Returns false where the transcript goes beyond the model. */
static bool run_step( struct line *line )
{
    unsigned int number;

    if (line_take_word( line, "chunk" ) || line_take_word( line, "splits" )) return false;
    if (line_take_word( line, "recv" )) receive_bytes( line_take_bytes( line, bytes, sizeof(bytes) ) );
    else if (line_take_word( line, "send" ))
        check_message( &model.sent, 0, line_take_bytes( line, bytes, sizeof(bytes) ) );
    else if (line_take_word( line, "expect" )) run_expect( line );
    else if (line_take_word( line, "either" ) || line_take_word( line, "count" )) skip_rest( line );
    else if (line_take_word( line, "write" ))
    {
        number = take_channel( line );
        write_message( number, line_take_bytes( line, bytes, sizeof(bytes) ) );
    }
    else if (line_take_word( line, "sealed" ))
    {
        ok( !model.channels[take_channel( line )].open, "the channel is open\n" );
        skip_rest( line );
    }
    else if (line_take_word( line, "close" )) close_channel( take_channel( line ) );
    else if (line_take_word( line, "accept" )) model.refusing = false;
    else if (line_take_word( line, "refuse" )) model.refusing = true;
    else if (line_take_word( line, "reconnect" ))
    {
        end_channels( false );
        model.broken = false;
    }
    else line->failed = true;
    return true;
}

/* Returns false if it was not played to its end. */
static bool run_lines( FILE *file )
{
    unsigned int number = 0;
    char text[MAX_TEXT];
    struct line line;
    bool whole = true;

    while (whole && fgets( text, sizeof(text), file ))
    {
        number++;
        line_begin( &line, text );
        if (!text[0]) continue;
        winetest_push_context( "line %u", number );
        whole = run_step( &line );
        ok( !whole || line_end( &line ), "cannot read %s\n", text );
        winetest_pop_context();
    }
    return whole;
}

static bool run_transcript( const char *path )
{
    FILE *file = fopen( path, "r" );
    bool whole;

    ok( file != NULL, "cannot open %s\n", path );
    if (!file) return false;
    memset( &model, 0, sizeof(model) );
    whole = run_lines( file );
    check_empty( &model.sent, "sent" );
    check_empty( &model.delivered, "delivered" );
    end_channels( false );
    fclose( file );
    return whole;
}

static unsigned int run_directory( const char *group )
{
    const char *srcdir = getenv( "SRCDIR" );
    char path[1024], file[2048];
    unsigned int count = 0;
    struct dirent *entry;
    DIR *directory;

    snprintf( path, sizeof(path), "%s/tests/wire/%s", srcdir ? srcdir : ".", group );
    directory = opendir( path );
    ok( directory != NULL, "cannot read %s\n", path );
    if (!directory) return 0;
    while ((entry = readdir( directory )))
    {
        if (entry->d_name[0] == '.') continue;
        snprintf( file, sizeof(file), "%s/%s", path, entry->d_name );
        winetest_push_context( "%s/%s", group, entry->d_name );
        count += run_transcript( file );
        winetest_pop_context();
    }
    closedir( directory );
    return count;
}

START_TEST(transcripts)
{
    static const char *const groups[] = { "capabilities", "create", "data", "compressed", "close", "hostile" };
    unsigned int count = 0, i;

    for (i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) count += run_directory( groups[i] );
    ok( count >= 60, "only %u transcripts were played\n", count );
}
