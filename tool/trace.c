/*
 * winedvc trace: the PDUs of a session that runs
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

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <time.h>
#include <unistd.h>

#include "capture.h"
#include "decoded.h"
#include "drdynvc.h"
#include "sessions.h"
#include "summary.h"
#include "terminal.h"
#include "tracepipe.h"
#include "verbs.h"

/* A session answers the request at once, unless its client hangs. */
#define ANSWER_MS 10000

enum { OPTION_SESSION, OPTION_OUTPUT, OPTION_TEXT, OPTION_WAIT };

struct tracer
{
    struct capture       capture;   /* without a file if there is none */
    const char          *path;      /* of the file */
    bool                 text;      /* lines are printed */
    bool                 connected; /* the file has a connection's beginning */
    struct decoded_names names;
    unsigned long        received, sent, lost;
    char                 gap[128];  /* what is missing before the next PDU, "" for nothing */
    bool                 partial;   /* PDUs came after the session last said that this is all */
    bool                 failed;
};

static volatile sig_atomic_t stopped;

static void stop( int number )
{
    (void)number;
    stopped = 1;
}

/* Signals come only where it is waited for something. A second one is not caught. */
static void catch_signals( sigset_t *waiting )
{
    static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };
    struct sigaction action = { .sa_handler = stop, .sa_flags = SA_RESTART | SA_RESETHAND };
    sigset_t set;
    size_t i;

    sigemptyset( &set );
    for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
    {
        sigaction( numbers[i], &action, NULL );
        sigaddset( &set, numbers[i] );
    }
    sigprocmask( SIG_BLOCK, &set, waiting );
    signal( SIGPIPE, SIG_IGN );
}

/* Which session */

/* By all of its name, or by its client's process. */
static bool is_called( const struct session *session, const char *name )
{
    char own[SUMMARY_NUMBER], pid[SUMMARY_NUMBER];

    summary_name( own, session );
    snprintf( pid, sizeof(pid), "%d", session->pid );
    return !strcmp( name, own ) || !strcmp( name, pid );
}

static struct session *find_session( struct session *sessions, const char *name )
{
    struct session *session, *found = NULL, *other = NULL;

    for (session = sessions; session; session = session->next)
    {
        if (name && !is_called( session, name )) continue;
        if (session->state != SESSION_LIVE)
        {
            if (name || session->state != SESSION_GONE) other = session;
            continue;
        }
        if (found)
        {
            complain( "there are several sessions, %d-%u and %d-%u for instance: say which, with --session", found->pid,
                      found->number, session->pid, session->number );
            return NULL;
        }
        found = session;
    }
    if (!found && other)
        complain( "session %d-%u can not be recorded: %s", other->pid, other->number, summary_lack( other ) );
    else if (!found && name) complain( "there is no session %s: \"winedvc status\" shows them", name );
    else if (!found) complain( "no session runs: start one, or give --wait" );
    return found;
}

static bool choose_session( const char *directory, const char *name, struct session *chosen )
{
    struct session *sessions = NULL, *found;

    found = sessions_read( directory, &sessions ) ? find_session( sessions, name ) : NULL;
    if (found) *chosen = *found;
    sessions_clear( &sessions );
    return found;
}

/* The first that began after that time. */
static bool find_new( const char *directory, uint64_t begin, struct session *chosen )
{
    struct session *sessions = NULL, *session;
    bool found = false;

    if (!sessions_read( directory, &sessions )) return false;
    for (session = sessions; session && !found; session = session->next)
        if ((found = session->state == SESSION_LIVE && session->page.begin_time >= begin)) *chosen = *session;
    sessions_clear( &sessions );
    return found;
}

/* Waits for a session that begins. */
static bool await_session( const char *directory, const sigset_t *waiting, struct session *chosen )
{
    struct pollfd event = { inotify_init1( IN_CLOEXEC | IN_NONBLOCK ), POLLIN, 0 };
    uint64_t begin = page_now();
    bool found = false;
    char events[4096];

    if (!session_make_directory( directory ) || event.fd < 0 || inotify_add_watch( event.fd, directory, IN_CREATE ) < 0)
        complain( "%s can not be watched (%s)", directory, strerror( errno ) );
    else
    {
        tell_progress( "waiting for a session" );
        while (!found && !stopped && (ppoll( &event, 1, NULL, waiting ) > 0 || errno == EINTR))
        {
            while (read( event.fd, events, sizeof(events) ) > 0) continue;
            found = !stopped && find_new( directory, begin, chosen );
        }
    }
    if (event.fd >= 0) close( event.fd );
    return found;
}

/* Records */

static void begin_connection( struct tracer *tracer )
{
    if (tracer->capture.file) capture_connect( &tracer->capture );
    tracer->connected = true;
}

static void print_line( uint64_t time, const char *text, const char *comment )
{
    time_t seconds = time / 1000000;
    struct tm local;
    char clock[16] = "?";

    if (localtime_r( &seconds, &local )) strftime( clock, sizeof(clock), "%H:%M:%S", &local );
    printf( "%s.%06u %s%s\n", clock, (unsigned int)(time % 1000000), text, comment );
}

static void take_pdu( struct tracer *tracer, uint64_t time, enum capture_sender sender, const uint8_t *pdu, size_t size,
                      const char *comment )
{
    char line[DECODED_LINE], remark[128] = "";

    tracer->capture.time = time;
    if (!tracer->connected) begin_connection( tracer );
    tracer->capture.comment = comment;
    if (tracer->capture.file) capture_message( &tracer->capture, sender, pdu, size );
    if (!tracer->text) return;
    decoded_line( line, &tracer->names, sender, pdu, size );
    if (comment) snprintf( remark, sizeof(remark), "  # %s", comment );
    print_line( time, line, remark );
}

/* The addin's notes: connections, refused channels, the hosts' counters. */
static void take_note( struct tracer *tracer, uint64_t time, const uint8_t *data, size_t size )
{
    struct log_text escaped;
    char text[LOG_LINE];
    unsigned int number;

    snprintf( text, sizeof(text), "%.*s", (int)size, (const char *)data );
    if (sscanf( text, "connection %u to ", &number ) == 1)
    {
        tracer->capture.time = time;
        begin_connection( tracer );
    }
    if (tracer->text) print_line( time, "# ", log_escape( &escaped, text ) );
}

static void take_record( struct tracer *tracer, const struct session_record *record, const uint8_t *data )
{
    static const char *const comments[] =
    {
        [TRACE_LATE]     = "swallowed: the plug-in had closed the channel",
        [TRACE_ANSWERED] = "said in the place of a plug-in that is gone",
    };
    bool received = record->kind == TRACE_RECEIVED || record->kind == TRACE_LATE;

    if (record->kind == TRACE_LOST)
    {
        snprintf( tracer->gap, sizeof(tracer->gap), "%.*s", (int)record->size, (const char *)data );
        tracer->lost++;
    }
    if (record->kind == TRACE_NOTE || record->kind == TRACE_LOST) take_note( tracer, record->time, data, record->size );
    else if (record->kind == TRACE_WHOLE) tracer->partial = false;
    else if (record->size)
    {
        take_pdu( tracer, record->time, received ? CAPTURE_SERVER : CAPTURE_CLIENT, data, record->size,
                  *tracer->gap ? tracer->gap : comments[record->kind] );
        *tracer->gap = 0;
        tracer->partial = true;
        if (received) tracer->received++;
        else tracer->sent++;
    }
}

/* Channels that were open before: without them nobody could tell whose data follows. */
static void begin_channels( struct tracer *tracer, const struct page *page )
{
    static const char comment[] = "not recorded: the channel was open when the trace began";
    const struct page_channel *channel = page->traffic.channels, *end = channel + PAGE_CHANNELS - 1;
    uint8_t request[6 + PAGE_NAME], response[DRDYNVC_MAX_CONTROL];
    uint64_t now = page_now();

    if (page->traffic.connected != 1) return;
    for (; channel < end; channel++)
    {
        if (channel->state != PAGE_CHANNEL_OPEN || !*channel->name) continue;
        take_pdu( tracer, now, CAPTURE_SERVER, request,
                  drdynvc_write_create_req( request, channel->id, 0, channel->name ), comment );
        take_pdu( tracer, now, CAPTURE_CLIENT, response,
                  drdynvc_write_create_rsp( response, channel->id, DRDYNVC_CREATED ), comment );
    }
}

/* Returns false if the output is lost. */
static bool flush_output( struct tracer *tracer )
{
    FILE *file = tracer->capture.file;

    if (file && (fflush( file ) || ferror( file )))
        complain( "%s can not be written (%s): the trace ends, the session goes on", tracer->path, strerror( errno ) );
    else if (tracer->text && (fflush( stdout ) || ferror( stdout )))
        complain( "nobody reads the lines any more (%s): the trace ends, the session goes on", strerror( errno ) );
    else return true;
    tracer->failed = true;
    return false;
}

/* Takes what was read. Returns false if the trace ends. */
static bool take_records( struct tracer *tracer, struct trace_pipe *pipe, bool *answered )
{
    struct session_record record;
    const uint8_t *data;
    bool broken;

    while ((data = trace_pipe_take( pipe, &record, &broken )))
    {
        *answered = true;
        take_record( tracer, &record, data );
    }
    if (broken) complain( "what the session writes is no trace: the trace ends" );
    tracer->failed |= broken;
    return !broken && flush_output( tracer );
}

/* The same while signals come, since the output may wait for somebody, too. */
static bool take_output( struct tracer *tracer, struct trace_pipe *pipe, bool *answered, const sigset_t *waiting )
{
    sigset_t blocked;
    bool more;

    sigprocmask( SIG_SETMASK, waiting, &blocked );
    more = take_records( tracer, pipe, answered );
    sigprocmask( SIG_SETMASK, &blocked, NULL );
    return more;
}

/* Until the session ends. When a signal comes it is to send what it has, and no more. */
static void run( struct tracer *tracer, struct trace_pipe *pipe, const sigset_t *waiting )
{
    const struct timespec limit = { ANSWER_MS / 1000, 0 };
    struct pollfd event = { pipe->fd, POLLIN, 0 };
    bool answered = false, more = true;
    int count;

    while (more && (!stopped || answered))
    {
        if (stopped) trace_pipe_stop( pipe );
        count = ppoll( &event, 1, answered && !stopped ? NULL : &limit, waiting );
        if (count < 0 && errno != EINTR) more = false;
        if (count > 0) more = trace_pipe_read( pipe ) && take_output( tracer, pipe, &answered, waiting );
        if (!count)
        {
            complain( "the session does not answer: its client is stopped or hangs, or it is of another version" );
            tracer->failed = true;
            return;
        }
    }
    tracer->partial |= pipe->begin < pipe->end;
}

/* Output */

static bool open_output( struct tracer *tracer, const struct session *session )
{
    static const char comment[] = "winedvc trace: the PDUs of plug-ins' channels, with all that they carry. The connection "
                                  "around them is made up.";
    int fd;

    if (!tracer->path) return true;
    if (!strcmp( tracer->path, "-" )) tracer->capture.file = stdout;
    else if ((fd = open( tracer->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600 )) < 0 ||
             !(tracer->capture.file = fdopen( fd, "wb" )))
    {
        complain( "%s can not be made (%s): give the name of a new file", tracer->path, strerror( errno ) );
        return false;
    }
    capture_begin( &tracer->capture, tracer->capture.file, "winedvc " WINEDVC_VERSION, comment );
    begin_channels( tracer, &session->page );
    return flush_output( tracer );
}

static bool close_output( struct tracer *tracer )
{
    FILE *file = tracer->capture.file;

    if (!file || file == stdout || !fclose( file )) return true;
    complain( "%s can not be written (%s): the trace ends, the session goes on", tracer->path, strerror( errno ) );
    return false;
}

static void tell_end( const struct tracer *tracer )
{
    fprintf( stderr, "winedvc: %lu PDUs of the server and %lu of plug-ins were recorded\n", tracer->received,
             tracer->sent );
    if (tracer->lost) complain( "something is missing: the disk, or who reads, was too slow" );
    else if (tracer->partial && !tracer->failed)
        complain( "the end may be missing: the client has crashed or was killed, or ended before all was read" );
}

static bool trace_session( struct tracer *tracer, const char *directory, const struct session *session,
                           const sigset_t *waiting )
{
    struct trace_pipe pipe;

    if (!trace_pipe_open( &pipe, directory, session )) return false;
    fprintf( stderr, "winedvc: session %d-%u is recorded, with all that its plug-ins' channels carry, passwords too, until "
             "it ends or Ctrl-C\n", session->pid, session->number );
    if (open_output( tracer, session )) run( tracer, &pipe, waiting );
    else tracer->failed = true;
    trace_pipe_close( &pipe );
    if (!close_output( tracer )) tracer->failed = true;
    tell_end( tracer );
    return !tracer->failed && !tracer->lost && !tracer->partial;
}

/* The verb */

static bool options_fit( const struct arguments *arguments )
{
    if (!arguments->given[OPTION_OUTPUT] && !arguments->given[OPTION_TEXT])
        complain( "trace wants --output=FILE or --text: see \"winedvc trace --help\"" );
    else if (arguments->given[OPTION_WAIT] && arguments->given[OPTION_SESSION])
        complain( "trace takes --wait or --session, not both" );
    else if (arguments->given[OPTION_OUTPUT] && arguments->given[OPTION_TEXT] &&
             !strcmp( arguments->given[OPTION_OUTPUT], "-" ))
        complain( "trace: --text and --output=- would write to the same place" );
    else if (arguments->given[OPTION_OUTPUT] && !strcmp( arguments->given[OPTION_OUTPUT], "-" ) &&
             isatty( STDOUT_FILENO ))
        complain( "trace: --output=- would write what a server sends to a terminal: give it a pipe, or use --text" );
    else return true;
    return false;
}

static int trace( const struct arguments *arguments )
{
    struct tracer tracer = { .path = arguments->given[OPTION_OUTPUT], .text = arguments->given[OPTION_TEXT] };
    char directory[PATH_MAX];
    struct session session;
    sigset_t waiting;
    bool done;

    if (!options_fit( arguments )) return STATUS_USAGE;
    if (!sessions_directory( directory )) return STATUS_FAILED;
    catch_signals( &waiting );
    done = (arguments->given[OPTION_WAIT] ? await_session( directory, &waiting, &session ) :
            choose_session( directory, arguments->given[OPTION_SESSION], &session )) &&
           trace_session( &tracer, directory, &session, &waiting );
    decoded_names_clear( &tracer.names );
    return done ? STATUS_OK : STATUS_FAILED;
}

const struct verb verb_trace =
{
    .name = "trace",
    .operands = "",
    .help = "records what the plug-ins of a running session and the server say",
    .examples = "  winedvc trace --text\n"
                "  winedvc trace --wait -o session.pcapng\n"
                "  winedvc trace -o - | wireshark -k -i -\n",
    .options =
    {
        { "session", "NAME", "which, as \"winedvc status\" calls it, if there are several" },
        { "output", "FILE", "a new file for Wireshark; - is standard output", .letter = 'o' },
        { "text", NULL, "prints a line for each PDU" },
        { "wait", NULL, "waits for a session that begins" },
    },
    .run = trace,
};
