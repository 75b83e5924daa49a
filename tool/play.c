/*
 * Plays the server that a script describes
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

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "journal.h"
#include "play.h"
#include "terminal.h"

/* What a step has found. */
struct outcome
{
    char expected[2048];
    char got[PROBLEM_TEXT];
};

static void set_text( char *text, size_t size, const char *format, ... ) __attribute__((format( printf, 3, 4 )));
static void set_text( char *text, size_t size, const char *format, ... )
{
    va_list args;

    va_start( args, format );
    vsnprintf( text, size, format, args );
    va_end( args );
}

#define set_expected( outcome, ... ) set_text( (outcome)->expected, sizeof((outcome)->expected), __VA_ARGS__ )
#define set_got( outcome, ... )      set_text( (outcome)->got, sizeof((outcome)->got), __VA_ARGS__ )

/* Waiting */

/* What a step waits for. */
struct awaited
{
    struct play          *play;
    const struct step    *step;
    const struct channel *channel;
};

/* Returns false if that does not come in time, or ever. Never what was typed meanwhile. */
static bool play_wait( const struct awaited *awaited, bool (*has_come)( const struct awaited *awaited ), uint64_t ms )
{
    struct runner *runner = awaited->play->runner;
    uint64_t until = clock_ms() + ms;
    int input = runner->input;

    runner->input = -1;
    while (!has_come( awaited ) && !runner->over && clock_ms() < until) runner_turn( runner, until );
    runner->input = input;
    return has_come( awaited );
}

static bool never( const struct awaited *awaited )
{
    return false;
}

/* Neither asked for, nor about to end. */
static bool is_decided( const struct awaited *awaited )
{
    return awaited->channel->state != CHANNEL_ASKED && awaited->channel->state != CHANNEL_CLOSES;
}

static bool has_message_or_end( const struct awaited *awaited )
{
    return awaited->channel->messages || awaited->channel->state != CHANNEL_OPEN;
}

static bool has_message( const struct awaited *awaited )
{
    return awaited->channel->messages != NULL;
}

static bool has_capabilities( const struct awaited *awaited )
{
    return awaited->play->server.answered;
}

static bool is_purged( const struct awaited *awaited )
{
    return !awaited->play->runner->port->purging;
}

static bool is_offered( const struct awaited *awaited )
{
    return name_list_has( &awaited->play->server.names, awaited->step->name );
}

static bool is_over( const struct awaited *awaited )
{
    return awaited->play->runner->over;
}

/* What has come instead of something, as far as the channel tells; NULL for none. */
static void say_lack( struct outcome *outcome, const struct awaited *awaited )
{
    static const char *const states[] =
    {
        [CHANNEL_ASKED]   = "the channel is not answered",
        [CHANNEL_OPEN]    = "the channel is open",
        [CHANNEL_REFUSED] = "the channel is refused",
        [CHANNEL_CLOSES]  = "its end is not answered",
        [CHANNEL_ENDED]   = "the channel is closed by the server",
        [CHANNEL_CLOSED]  = "the channel is closed by the plug-in",
    };
    const struct channel *channel = awaited->channel;
    const struct play *play = awaited->play;
    double seconds = play->timeout / 1000.0;

    if (*play->runner->problem) set_got( outcome, "the plug-in's process has failed: %s", play->runner->problem );
    else if (channel && channel->state == CHANNEL_REFUSED)
        set_got( outcome, "the channel is refused (0x%08x)", (uint32_t)channel->status );
    else if (channel && channel->state != CHANNEL_OPEN && channel->state != CHANNEL_ASKED &&
             channel->state != CHANNEL_CLOSES) set_got( outcome, "%s", states[channel->state] );
    else if (channel) set_got( outcome, "nothing in %g s: %s", seconds, states[channel->state] );
    else set_got( outcome, "nothing in %g s", seconds );
}

/* The steps: each returns false if it was not as expected. */

static bool do_open( struct awaited *awaited, struct outcome *outcome )
{
    const struct step *step = awaited->step;

    set_expected( outcome, "a connection, and memory" );
    if (!awaited->play->runner->connected) set_got( outcome, "no connection: connect comes first" );
    else if (!dvc_open( &awaited->play->server, step->name, step->label, step->number )) set_got( outcome, "no memory" );
    else return true;
    return false;
}

/* A channel of which anything is to be seen has been answered, whatever the script has looked at. */
static bool be_open( struct awaited *awaited, struct outcome *outcome )
{
    set_expected( outcome, "an open channel" );
    play_wait( awaited, is_decided, awaited->play->timeout );
    if (awaited->channel->state == CHANNEL_OPEN) return true;
    say_lack( outcome, awaited );
    return false;
}

static bool do_expect_refused( struct awaited *awaited, struct outcome *outcome )
{
    const struct step *step = awaited->step;
    const struct channel *channel = awaited->channel;

    if (step->has_number) set_expected( outcome, "a refusal with 0x%08x", step->number );
    else set_expected( outcome, "a refusal" );
    play_wait( awaited, is_decided, awaited->play->timeout );
    if (channel->state == CHANNEL_REFUSED && (!step->has_number || step->number == (uint32_t)channel->status)) return true;
    say_lack( outcome, awaited );
    return false;
}

static bool do_send( struct awaited *awaited, struct outcome *outcome )
{
    if (!be_open( awaited, outcome )) return false;
    if (awaited->channel->declared && !awaited->step->size)
    {
        set_expected( outcome, "a message of at least a byte" );
        set_got( outcome, "nothing to send: a static channel carries no empty message" );
        return false;
    }
    dvc_send( &awaited->play->server, (struct channel *)awaited->channel, awaited->step->data, awaited->step->size );
    return true;
}

static void expect_message( struct outcome *outcome, const struct step *step )
{
    struct journal_brief brief;

    if (step->wanted == WANTED_ANY) set_expected( outcome, "a message" );
    else if (step->wanted == WANTED_SIZE) set_expected( outcome, "a message of %zu bytes", step->size );
    else set_expected( outcome, "%s", journal_brief( &brief, step->data, step->size ) );
}

static bool compare_message( const struct step *step, const struct message *message, struct outcome *outcome )
{
    struct journal_brief brief;
    size_t i, size = message->size < step->size ? message->size : step->size;

    if (step->wanted == WANTED_ANY || (step->wanted == WANTED_SIZE && message->size == step->size)) return true;
    journal_brief( &brief, message->data, message->size );
    if (step->wanted == WANTED_SIZE)
    {
        set_got( outcome, "%s", brief.text );
        return false;
    }
    for (i = 0; i < size && message->data[i] == step->data[i]; i++) continue;
    if (i == step->size && i == message->size) return true;
    if (i < size)
        set_got( outcome, "%s (byte %zu is 0x%02x, not 0x%02x)", brief.text, i, message->data[i], step->data[i] );
    else set_got( outcome, "%s (no byte differs, but the number)", brief.text );
    return false;
}

static bool do_expect( struct awaited *awaited, struct outcome *outcome )
{
    struct message *message;
    bool right;

    if (awaited->channel->state == CHANNEL_ASKED && !be_open( awaited, outcome )) return false;
    expect_message( outcome, awaited->step );
    play_wait( awaited, has_message_or_end, awaited->play->timeout );
    if (!(message = dvc_take( &awaited->play->server, (struct channel *)awaited->channel )))
    {
        say_lack( outcome, awaited );
        return false;
    }
    right = compare_message( awaited->step, message, outcome );
    message_free( message );
    return right;
}

static void say_message( struct outcome *outcome, const struct channel *channel )
{
    struct journal_brief brief;

    set_got( outcome, "%s", journal_brief( &brief, channel->messages->data, channel->messages->size ) );
}

static bool do_expect_nothing( struct awaited *awaited, struct outcome *outcome )
{
    set_expected( outcome, "nothing for %g s", awaited->step->number / 1000.0 );
    if (play_wait( awaited, has_message, awaited->step->number )) say_message( outcome, awaited->channel );
    else if (awaited->play->runner->over) say_lack( outcome, awaited );
    else return true;
    return false;
}

static bool do_close( struct awaited *awaited, struct outcome *outcome )
{
    if (!be_open( awaited, outcome )) return false;
    set_expected( outcome, "an answer to the channel's end" );
    if (awaited->channel->declared)
    {
        set_got( outcome, "a static channel, which ends with its connection: write disconnect" );
        return false;
    }
    dvc_close( &awaited->play->server, (struct channel *)awaited->channel );
    if (play_wait( awaited, is_decided, awaited->play->timeout )) return true;
    say_lack( outcome, awaited );
    return false;
}

static bool do_expect_close( struct awaited *awaited, struct outcome *outcome )
{
    if (awaited->channel->state == CHANNEL_ASKED && !be_open( awaited, outcome )) return false;
    set_expected( outcome, "the plug-in closes the channel" );
    play_wait( awaited, has_message_or_end, awaited->play->timeout );
    if (awaited->channel->messages) say_message( outcome, awaited->channel );
    else if (awaited->channel->state == CHANNEL_CLOSED) return true;
    else say_lack( outcome, awaited );
    return false;
}

static bool do_expect_listen( struct awaited *awaited, struct outcome *outcome )
{
    struct shown_name name;

    set_expected( outcome, "a plug-in that listens on %s", show_name( &name, awaited->step->name ) );
    if (play_wait( awaited, is_offered, awaited->play->timeout )) return true;
    say_lack( outcome, awaited );
    return false;
}

static bool do_connect( struct awaited *awaited, struct outcome *outcome )
{
    set_expected( outcome, "an answer to the capabilities" );
    if (awaited->play->runner->connected)
    {
        set_got( outcome, "there is a connection: disconnect comes first" );
        return false;
    }
    dvc_connect( &awaited->play->server );
    if (play_wait( awaited, has_capabilities, awaited->play->timeout )) return true;
    say_lack( outcome, awaited );
    return false;
}

static bool do_disconnect( struct awaited *awaited, struct outcome *outcome )
{
    set_expected( outcome, "an answer to the connection's end" );
    if (!awaited->play->runner->connected)
    {
        set_got( outcome, "no connection: connect comes first" );
        return false;
    }
    dvc_disconnect( &awaited->play->server, awaited->step->number );
    if (play_wait( awaited, is_purged, awaited->play->timeout )) return true;
    say_lack( outcome, awaited );
    return false;
}

static bool do_expect_end( struct awaited *awaited, struct outcome *outcome )
{
    const char *wanted = awaited->step->name, *problem = awaited->play->runner->problem;

    if (wanted) set_expected( outcome, "the end of the plug-in's process, with \"%s\"", wanted );
    else set_expected( outcome, "the end of the plug-in's process" );
    if (!play_wait( awaited, is_over, awaited->play->timeout )) say_lack( outcome, awaited );
    else if (wanted && !strstr( problem, wanted )) set_got( outcome, "%s", problem );
    else
    {
        awaited->play->ended = true;
        journal_tell( "process-ended", NULL, "the plug-in's process has ended: %s", problem );
        return true;
    }
    return false;
}

static bool do_wait( struct awaited *awaited, struct outcome *outcome )
{
    play_wait( awaited, never, awaited->step->number );
    return true;
}

static bool do_timeout( struct awaited *awaited, struct outcome *outcome )
{
    awaited->play->timeout = awaited->step->number;
    return true;
}

static bool (*const steps[])( struct awaited *awaited, struct outcome *outcome ) =
{
    [STEP_OPEN]           = do_open,
    [STEP_EXPECT_OPEN]    = be_open,
    [STEP_EXPECT_REFUSED] = do_expect_refused,
    [STEP_SEND]           = do_send,
    [STEP_EXPECT]         = do_expect,
    [STEP_EXPECT_NOTHING] = do_expect_nothing,
    [STEP_CLOSE]          = do_close,
    [STEP_EXPECT_CLOSE]   = do_expect_close,
    [STEP_EXPECT_LISTEN]  = do_expect_listen,
    [STEP_CONNECT]        = do_connect,
    [STEP_DISCONNECT]     = do_disconnect,
    [STEP_EXPECT_END]     = do_expect_end,
    [STEP_WAIT]           = do_wait,
    [STEP_TIMEOUT]        = do_timeout,
};

static bool play_step( struct play *play, const struct step *step, struct outcome *outcome )
{
    struct awaited awaited = { play, step, NULL };

    if (step->label && step->kind != STEP_OPEN && !(awaited.channel = dvc_find( &play->server, step->label )))
    {
        set_expected( outcome, "a channel %s", step->label );
        set_got( outcome, "none: it could not be opened" );
        return false;
    }
    return steps[step->kind]( &awaited, outcome );
}

bool play_script( struct play *play, const struct script *script )
{
    struct outcome outcome;
    size_t i;

    for (i = 0; i < script->count; i++)
    {
        play->steps++;
        if (play_step( play, &script->steps[i], &outcome )) continue;
        journal_failure( script->file, script->steps[i].line, play->steps, script->steps[i].text, outcome.expected,
                         outcome.got );
        return false;
    }
    return true;
}

bool play_listen( struct play *play, uint64_t quiet )
{
    const struct awaited awaited = { play, NULL, NULL };
    uint32_t heard;

    do
    {
        heard = play->server.heard;
        play_wait( &awaited, never, quiet );
    }
    while (heard != play->server.heard && !play->runner->over);
    if (!*play->runner->problem) return true;
    complain( "%s", play->runner->problem );
    return false;
}

/* Sizes */

/* Around the ends of fragments: a message of up to 1590 bytes is one PDU. */
static const uint32_t sizes[] =
{
    1, 2, 15, 16, 255, 256, 1588, 1589, 1590, 1591, 1592, 1596, 1598, 1599, 1600, 1601, 3179, 3180, 3181, 4096, 4770,
    4771, 15900, 15901, 65535, 65536, 65537, 131071, 262144, 524287, 1048575, 1048576,
};

#define SIZES (sizeof(sizes) / sizeof(sizes[0]))

/* The same ones each time: xorshift. */
static void fill( uint8_t *data, uint32_t size )
{
    uint32_t state = size + 0x9e3779b9, i;

    for (i = 0; i < size; i++)
    {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        data[i] = state;
    }
}

static void say_difference( char what[64], const uint8_t *data, uint32_t size, const struct message *message )
{
    uint32_t i;

    for (i = 0; i < size && i < message->size && data[i] == message->data[i]; i++) continue;
    if (i == size && i == message->size) snprintf( what, 64, "identical" );
    else if (message->size != size) snprintf( what, 64, "different: %u bytes came back", message->size );
    else snprintf( what, 64, "different from byte %u on", i );
}

/* Returns false if there is no use in going on; counts what is not identical. */
static bool echo_once( const struct awaited *awaited, uint8_t *data, uint32_t size, unsigned int *different )
{
    struct channel *channel = (struct channel *)awaited->channel;
    struct message *message;
    struct outcome outcome;
    uint64_t start = clock_us();
    char what[64];
    bool same;

    fill( data, size );
    dvc_send( &awaited->play->server, channel, data, size );
    play_wait( awaited, has_message_or_end, awaited->play->timeout );
    if (!(message = dvc_take( &awaited->play->server, channel )))
    {
        say_lack( &outcome, awaited );
        journal_echo( channel->label, size, false, (clock_us() - start) / 1000.0, outcome.got );
        ++*different;
        return false;
    }
    say_difference( what, data, size, message );
    same = !strcmp( what, "identical" );
    if (!same) ++*different;
    journal_echo( channel->label, size, same, (message->time - start) / 1000.0, what );
    message_free( message );
    return true;
}

bool play_echo_test( struct play *play, const char *label )
{
    struct awaited awaited = { play, NULL, dvc_find( &play->server, label ) };
    uint8_t *data = malloc( sizes[SIZES - 1] );
    unsigned int different = 0;
    struct outcome outcome;
    size_t i = 0;

    if (!data || !awaited.channel || !be_open( &awaited, &outcome ))
    {
        free( data );
        runner_fail( play->runner, "no channel is open for the test: does the plug-in refuse it?" );
        return false;
    }
    journal_hush( true );
    while (i < SIZES && echo_once( &awaited, data, sizes[i++], &different )) continue;
    journal_hush( false );
    free( data );
    journal_tell( "sizes", label, "%zu of %zu sizes identical, %u different%s", i - different, SIZES, different,
                  i < SIZES ? ", the rest was not tried" : "" );
    return !different;
}
