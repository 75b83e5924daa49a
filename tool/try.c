/*
 * winedvc try
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

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "debugger.h"
#include "journal.h"
#include "play.h"
#include "replay.h"
#include "subject.h"
#include "terminal.h"
#include "verbs.h"

enum { GIVEN_CHANNEL, GIVEN_SEND, GIVEN_SCRIPT, GIVEN_ECHO_TEST, GIVEN_REPLAY, GIVEN_TIMEOUT, GIVEN_DEBUG };

#define TIMEOUT  10         /* seconds */
#define DAY      86400
#define QUIET_MS 1000       /* after which nothing more is awaited */
#define MOST_LINE 65536     /* that is typed */

struct trial
{
    const struct arguments *arguments;
    struct subject subject;
    struct script  script;      /* of the file */
    struct script  own;         /* what the options say, and what is typed */
    struct replay  replay;
    struct play    play;
    struct runner  runner;
    pid_t          debugger;    /* 0 for none */
    char           failure[PROBLEM_TEXT];   /* why the plug-in does not work, "" if it does */
    char           typed[MOST_LINE];
    size_t         used;        /* of that */
};

/* What the host says */

static void take_report( void *context, const struct report *report )
{
    struct trial *trial = context;

    if (report->type == WINEDVC_HELLO && trial->arguments->given[GIVEN_DEBUG])
        trial->debugger = debugger_start( trial->runner.settings, trial->runner.bits, report->fixed.hello.pid,
                                          &trial->runner.host->process );
    if (report->type == WINEDVC_PLUGIN && report->fixed.plugin.state != WINEDVC_PLUGIN_READY)
        snprintf( trial->failure, sizeof(trial->failure), "%s", report->strings[1] );
    dvc_take_report( &trial->play.server, report );
}

static void take_pdu( void *context, const uint8_t *pdu, size_t size )
{
    struct trial *trial = context;

    dvc_take_pdu( &trial->play.server, pdu, size );
    if (trial->replay.play) replay_take_pdu( &trial->replay, pdu, size );
}

static void take_chunk( void *context, uint16_t stream, uint16_t flags, const uint8_t *body, size_t size )
{
    struct trial *trial = context;

    dvc_take_chunk( &trial->play.server, stream, flags, body, size );
}

/* What is to be done */

/* All that can be wrong with it is found before anything is started. */
static bool read_script( struct trial *trial )
{
    const struct arguments *arguments = trial->arguments;
    char problem[PROBLEM_TEXT];
    uint8_t *data;
    size_t i, size;

    for (i = 0; i < arguments->repeated.count; i++)
    {
        if (!(data = script_data( NULL, arguments->repeated.names[i], &size, problem, sizeof(problem) )))
        {
            complain( "%s", problem );
            return false;
        }
        free( data );
    }
    if (!arguments->given[GIVEN_SCRIPT]) return true;
    if ((!arguments->given[GIVEN_CHANNEL] || script_set_label( &trial->script, arguments->given[GIVEN_CHANNEL] )) &&
        script_read( &trial->script, arguments->given[GIVEN_SCRIPT], problem, sizeof(problem) )) return true;
    complain( "%s", problem );
    return false;
}

static bool read_trace( struct trial *trial )
{
    const char *const *given = trial->arguments->given;
    char problem[PROBLEM_TEXT];

    if (!!given[GIVEN_SCRIPT] + !!given[GIVEN_ECHO_TEST] + !!given[GIVEN_REPLAY] > 1)
    {
        complain( "--script, --echo-test and --replay are three things: choose one" );
        return false;
    }
    if (!given[GIVEN_REPLAY] || replay_read( &trial->replay, given[GIVEN_REPLAY], problem, sizeof(problem) )) return true;
    complain( "%s", problem );
    return false;
}

static bool read_timeout( struct trial *trial )
{
    const char *given = trial->arguments->given[GIVEN_TIMEOUT];
    char *end = NULL;
    double seconds = given ? strtod( given, &end ) : trial->arguments->given[GIVEN_DEBUG] ? DAY : TIMEOUT;

    if (given && (!isdigit( (unsigned char)*given ) || *end || seconds <= 0 || seconds > DAY))
    {
        complain( "--timeout wants seconds, and \"%s\" are none", given );
        return false;
    }
    trial->play.timeout = seconds * 1000;
    return true;
}

/* The channel that is not named: what the plug-in listens on, or else its static channel; the first of them. */
static const char *choose_channel( struct trial *trial )
{
    const struct name_list *names = &trial->play.server.names;
    const struct statics *statics = &trial->play.server.statics;

    if (trial->arguments->given[GIVEN_CHANNEL]) return trial->arguments->given[GIVEN_CHANNEL];
    if (names->count) return names->names[0];
    if (statics->count) return statics->channels[0].def.name;
    complain( "the plug-in listens on no channel: if it does so later, name one with --channel" );
    return NULL;
}

/* One step of ours. */
static bool play_line( struct trial *trial, const char *line )
{
    char problem[PROBLEM_TEXT];
    bool done = false;

    if (script_add( &trial->own, 0, line, problem, sizeof(problem) )) done = play_script( &trial->play, &trial->own );
    else complain( "%s", problem );
    script_forget( &trial->own );   /* any number may be typed */
    return done;
}

static bool play_words( struct trial *trial, const char *word, const char *rest )
{
    size_t size = strlen( word ) + strlen( rest ) + 1;
    char *line = malloc( size );
    bool done;

    if (!line) return false;
    snprintf( line, size, "%s%s", word, rest );
    done = play_line( trial, line );
    free( line );
    return done;
}

static bool open_channel( struct trial *trial )
{
    const char *name = choose_channel( trial );
    char line[512];

    if (!name) return false;
    if (strlen( name ) > 260 || strchr( name, '"' ))
    {
        complain( "a channel's name has 1 to 260 bytes, and no quotation mark" );
        return false;
    }
    snprintf( line, sizeof(line), "open \"%s\"", name );
    return play_line( trial, line ) && play_line( trial, "expect-open" );
}

static bool send_given( struct trial *trial )
{
    const struct name_list *given = &trial->arguments->repeated;
    size_t i;

    for (i = 0; i < given->count; i++) if (!play_words( trial, "send ", given->names[i] )) return false;
    return true;
}

/* What is typed: a message, or behind a / a step. */
static bool take_line( struct trial *trial, char *line, size_t length )
{
    if (strlen( line ) != length)
    {
        complain( "what was typed is no line of text: send it from a file, with --send @FILE" );
        return false;
    }
    if (length && line[length - 1] == '\r') line[length - 1] = 0;
    if (*line == '/' && line[1] != '/') return play_line( trial, line + 1 );
    return play_words( trial, "send text:", *line == '/' ? line + 1 : line );
}

/* What is there of standard input; false at its end. */
static bool take_input( struct trial *trial, bool *right )
{
    ssize_t size = read( STDIN_FILENO, trial->typed + trial->used, sizeof(trial->typed) - 1 - trial->used );
    char *line = trial->typed, *end;

    if (size < 0) return errno == EINTR || errno == EAGAIN;
    trial->used += size;
    if (!size && trial->used) trial->typed[trial->used++] = '\n';  /* of a last line without one */
    for (; (end = memchr( line, '\n', trial->typed + trial->used - line )); line = end + 1)
    {
        *end = 0;
        if (!take_line( trial, line, end - line )) *right = false;
    }
    trial->used -= line - trial->typed;
    memmove( trial->typed, line, trial->used );
    if (trial->used < sizeof(trial->typed) - 1) return size > 0;
    complain( "a line of more than %d bytes was typed: send it from a file, with --send @FILE", MOST_LINE - 2 );
    return *right = false;
}

/* A mistake of who types ends nothing, and is told by the status. */
static bool talk( struct trial *trial )
{
    bool right = true, open = true;

    if (isatty( STDIN_FILENO ))
        fprintf( stderr, "winedvc: each line that you type is sent; /close, /open NAME and other steps of winedvc(1) "
                 "are done; Ctrl-D ends\n" );
    trial->runner.input = STDIN_FILENO;
    while (open && !trial->runner.over)
        if (runner_turn( &trial->runner, UINT64_MAX ) && trial->runner.has_input) open = take_input( trial, &right );
    trial->runner.input = -1;
    return play_listen( &trial->play, QUIET_MS ) && right;
}

/* Returns false if something was not as it should be, of which a line has told. */
static bool play( struct trial *trial )
{
    const struct arguments *arguments = trial->arguments;
    const char *const *given = arguments->given;

    trial->play.server.keeps = given[GIVEN_SCRIPT] || given[GIVEN_ECHO_TEST];
    if (!play_line( trial, "connect" )) return false;
    if (given[GIVEN_REPLAY])
    {
        trial->play.steps = 0;
        return replay_play( &trial->replay, &trial->play );
    }
    if (!given[GIVEN_SCRIPT] || given[GIVEN_CHANNEL] || arguments->repeated.count)
        if (!open_channel( trial ) || !send_given( trial )) return false;
    trial->play.steps = 0;  /* those that nobody wrote */
    if (given[GIVEN_ECHO_TEST]) return play_echo_test( &trial->play, trial->own.label );
    if (given[GIVEN_SCRIPT]) return play_script( &trial->play, &trial->script );
    if (arguments->repeated.count) return play_listen( &trial->play, QUIET_MS );
    if (trial->debugger) return play_listen( &trial->play, (uint64_t)DAY * 1000 );  /* it is who is typed to */
    return talk( trial );
}

static int end( struct trial *trial, bool right )
{
    struct runner *runner = &trial->runner;
    bool ended = trial->play.ended;

    if (!ended && *runner->problem)
    {
        if (right) complain( "%s", runner->problem );
        right = false;
    }
    else if (!ended) runner_end( runner );
    return right ? STATUS_OK : STATUS_FAILED;
}

static int try_plugin( struct trial *trial )
{
    const struct registration *registration = trial->subject.registration;
    const char *debug = trial->arguments->given[GIVEN_DEBUG];
    char *const arguments[] = { (char *)(debug ? "debug" : "host"), registration->entry, NULL };
    struct runner *runner = &trial->runner;
    struct winedvc_limits limits;
    int status = STATUS_FAILED;

    runner->settings = &trial->subject.target.settings;
    runner->bits = registration->bits;
    runner->arguments = arguments;
    runner->title = registration->key;
    runner->limit = debug ? 0 : runner->settings->start_timeout;
    runner->patience = trial->play.timeout;
    runner->input = -1;
    runner->shows_all = true;
    runner->take = take_report;
    runner->take_pdu = take_pdu;
    runner->take_chunk = take_chunk;
    runner->context = trial;
    trial->play.runner = runner;
    dvc_init( &trial->play.server, runner );
    if (!runner_start( runner ) || *trial->failure)
        complain( "%s does not work: %s", registration->key,
                  *runner->problem ? runner->problem : trial->failure );
    else
    {
        host_limits( runner->settings, &limits );
        runner_send( runner, WINEDVC_LIMITS, &limits, sizeof(limits) );
        journal_tell( "ready", NULL, "%s is ready: %u bit, %s", registration->key, runner->bits, runner->versions );
        status = end( trial, play( trial ) );
    }
    runner_clear( runner );
    debugger_wait( trial->debugger );
    dvc_clear( &trial->play.server );
    return status;
}

static int try( const struct arguments *arguments )
{
    struct trial trial = { .arguments = arguments };
    int status;

    if (!read_timeout( &trial ) || !read_script( &trial ) || !read_trace( &trial )) status = STATUS_USAGE;
    else if (!(status = subject_open( &trial.subject, arguments->prefix, arguments->operands[0] )))
    {
        journal_begin( arguments->json );
        /* what it prints is to be seen here */
        free( trial.subject.target.settings.host_log );
        trial.subject.target.settings.host_log = NULL;
        status = try_plugin( &trial );
        journal_end( trial.play.steps, !status );
    }
    if (trial.subject.target.settings.environment) subject_clear( &trial.subject );
    script_clear( &trial.script );
    script_clear( &trial.own );
    replay_clear( &trial.replay );
    return status;
}

const struct verb verb_try =
{
    .name = "try",
    .operands = "NAME|FILE.dll|FILE.dll:{CLSID}|{CLSID}",
    .least = 1,
    .most = 1,
    .help = "runs a plug-in without RDP, and sends it what is typed, given or in a script",
    .examples = "  winedvc try vendor\n"
                "  winedvc try vendor.dll --channel Vendor::Data --send text:hello --send 'hex:00 01'\n"
                "  winedvc try vendor --script test.try\n"
                "  winedvc try vendor --echo-test\n",
    .options =
    {
        [GIVEN_CHANNEL] = { "channel", "CHANNEL", "the channel that is opened; the plug-in's first" },
        [GIVEN_SEND] = { "send", "DATA", "text:..., hex:..., counting:N or @FILE, in this order", true },
        [GIVEN_SCRIPT] = { "script", "FILE", "does the steps of a file, - for standard input" },
        [GIVEN_ECHO_TEST] = { "echo-test", NULL, "sends 1 byte to 1 MiB: is what comes back identical?" },
        [GIVEN_REPLAY] = { "replay", "FILE", "plays the server of a trace: does the plug-in send the same again?" },
        [GIVEN_TIMEOUT] = { "timeout", "SECONDS", "for what is expected; 10" },
        [GIVEN_DEBUG] = { "debug", NULL, "runs it in winedbg, from before anything of it is loaded" },
    },
    .has_json = true,
    .run = try,
};
