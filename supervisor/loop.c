/*
 * The I/O thread
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
#include <poll.h>
#include <stdlib.h>
#include <time.h>

#include "clock.h"
#include "control.h"
#include "discovery.h"
#include "frames.h"
#include "launch.h"
#include "life.h"
#include "loop.h"
#include "show.h"
#include "statics.h"
#include "tracing.h"

/* Reads of one host before the others have their turn. */
#define READS 4

/* Descriptors to wait for: the exchange's two, the keeper's, two of traces, and of each host its socket, process, output. */
#define EVENTS      5
#define HOST_EVENTS 3

/* Hosts */

/* What it has sent was read, by this thread or by the client's. Returns false if it ends. */
static bool hear_host( struct supervisor *supervisor, struct host *host )
{
    struct heard heard;
    const char *rule;

    exchange_hear( supervisor->exchange, host->port, &heard );
    if (heard.anything) life_heard( host );
    if (!(rule = control_read( supervisor, host, &heard.control ))) rule = heard.rule;
    if (rule) life_end_breach( supervisor, host, rule );
    else if (heard.no_memory)
        life_end( supervisor, host, END_NO_MEMORY, "no memory is left in the client for what it sends or is sent" );
    return !rule && !heard.no_memory;
}

/* Of a process that is gone all is read. Returns false if there is nothing more to read now. */
static bool read_host( struct supervisor *supervisor, struct host *host, bool gone )
{
    enum port_status status = exchange_read( supervisor->exchange, host->port, supervisor->buffer,
                                             sizeof(supervisor->buffer) );

    if (!hear_host( supervisor, host )) return false;
    if (status == PORT_ENDED) life_end( supervisor, host, END_GONE, "end of its socket" );
    return status == PORT_MORE || (gone && status == PORT_SOME);
}

static void serve_host( struct supervisor *supervisor, struct host *host, const struct pollfd *events, bool alarmed )
{
    short socket_events = events[0].revents | (alarmed ? POLLIN : 0);
    short process_events = events[1].revents, output_events = events[2].revents;
    unsigned int reads = READS;

    if (output_events || process_events) output_read( &host->output, host->title, clock_ms() );
    if (host->port && (socket_events & ~POLLOUT || process_events))
        while ((process_events || reads--) && read_host( supervisor, host, process_events )) continue;
    else if (host->port) hear_host( supervisor, host );
    if (!process_events) return;
    life_end( supervisor, host, END_GONE, "its process is gone" );
    process_reap( &host->process );
}

static struct host *find_host( struct supervisor *supervisor, unsigned int number )
{
    struct host *host = supervisor->hosts;

    while (host && host->number != number) host = host->next;
    return host;
}

/* What became of a channel. */
static void log_channel( struct supervisor *supervisor, const struct packet *note )
{
    static const struct { enum log_level level; const char *text; } said[] =
    {
        [NOTE_OPEN]    = { LOG_LEVEL_DEBUG, "is open" },
        [NOTE_REFUSED] = { LOG_LEVEL_INFO, "is refused by the plug-in" },
        [NOTE_CLOSED]  = { LOG_LEVEL_DEBUG, "is closed by the plug-in" },
        [NOTE_ENDED]   = { LOG_LEVEL_DEBUG, "is closed by the server" },
        [NOTE_LOST]    = { LOG_LEVEL_DEBUG, "is closed with the plug-in's process" },
        [NOTE_BROKEN]  = { LOG_LEVEL_DEBUG, "is closed for a message that is too long, or has no end" },
        [NOTE_FULL]    = { LOG_LEVEL_WARN, "is refused: there are too many, or the server has ended too many that the "
                                           "plug-in has not answered yet" },
        [NOTE_LATE]    = { LOG_LEVEL_WARN, "is refused: its plug-in was not ready in time (see start-timeout)" },
        [NOTE_CLIENTS] = { LOG_LEVEL_DEBUG, "is left to FreeRDP: no plug-in listens on it" },
    };
    struct host *host = note->host ? find_host( supervisor, note->host ) : NULL;
    enum log_level level = said[note->kind].level;
    struct log_text title, name;

    log_escape_name( &name, (const char *)note->data );
    if (note->kind == NOTE_LATE || note->kind == NOTE_FULL || note->kind == NOTE_CLIENTS)
        trace_note( supervisor->trace, "channel %s %s", name.text, said[note->kind].text );
    if (!log_is_active( level ) ||
        !log_limit_pass( host ? &host->limit : &supervisor->limit, clock_ms() )) return;
    if (host) log_line( level, "channel %s of %s %s", name.text, log_escape( &title, host->title ),
                        said[note->kind].text );
    else log_line( level, "channel %s %s", name.text, said[note->kind].text );
}

static void log_channels( struct supervisor *supervisor )
{
    unsigned int unsaid = 0;
    struct packet *note;

    for (; (note = exchange_take_note( supervisor->exchange, &unsaid )); free( note ))
        if (!supervisor->terminated) log_channel( supervisor, note );
    if (unsaid && log_limit_pass( &supervisor->limit, clock_ms() ))
        log_error( "no memory is left in the client: %u messages about channels are lost, which are refused or wait in vain",
                   unsaid );
}

/* Timers */

static uint64_t linger_time( const struct supervisor *supervisor )
{
    return supervisor->owner.end_time( supervisor->owner.context );
}

static void linger_due( struct supervisor *supervisor )
{
    supervisor->owner.end( supervisor->owner.context );
}

static uint64_t keeper_time( const struct supervisor *supervisor )
{
    return supervisor->keeper.kill_time;
}

static void keeper_due( struct supervisor *supervisor )
{
    process_kill( &supervisor->keeper.process );
    supervisor->keeper.kill_time = UINT64_MAX;
}

static uint64_t counters_time( const struct supervisor *supervisor )
{
    return trace_ask_time( supervisor->trace );
}

static void counters_due( struct supervisor *supervisor )
{
    struct exchange *exchange = supervisor->exchange;
    struct host *host;

    trace_asked( supervisor->trace );
    exchange_trace_counters( exchange );
    for (host = supervisor->hosts; host; host = host->next)
        if (host->number && host->port) exchange_send( exchange, host->port, WINEDVC_STATS, NULL, 0, NULL );
}

static uint64_t batch_time( const struct supervisor *supervisor )
{
    return exchange_time( supervisor->exchange );
}

/* All that the I/O thread does for the time's sake. What that makes due the next turn sees. */
static const struct timer
{
    uint64_t (*time)( const struct supervisor *supervisor );    /* UINT64_MAX for never */
    void     (*due)( struct supervisor *supervisor );
    unsigned int unit;                                          /* of time, in microseconds */
} timers[] =
{
    { batch_time,      NULL,             1 },       /* each turn: credit is returned, the client asked to send; the first
                                                       to be asked, as it sees what others are late for */
    { linger_time,     linger_due,       1000 },    /* no session has followed this one: it ends */
    { discovery_time,  discovery_proceed, 1000 },   /* the search has listed all, or begins again */
    { launch_time,     launch_due,       1000 },    /* a host is started, for the first time or again */
    { life_watch_time, life_watch,       1000 },    /* HELLO, PING, PONG */
    { life_kill_time,  life_kill,        1000 },    /* a host that has not ended in time */
    { keeper_time,     keeper_due,       1000 },    /* nor the keeper */
    { counters_time,   counters_due,     1000 },    /* all is quiet: the trace gets what the hosts have counted */
};

static uint64_t timer_time( const struct timer *timer, const struct supervisor *supervisor )
{
    uint64_t time = timer->time( supervisor );

    return time < UINT64_MAX / timer->unit ? time * timer->unit : UINT64_MAX;
}

static void run_timers( struct supervisor *supervisor )
{
    size_t i;

    for (i = 0; i < sizeof(timers) / sizeof(timers[0]); i++)
        if (timers[i].due && timer_time( &timers[i], supervisor ) <= clock_us()) timers[i].due( supervisor );
}

/* Until the next one is due; NULL for ever, as ppoll() has it. */
static const struct timespec *next_timeout( const struct supervisor *supervisor, struct timespec *timeout )
{
    uint64_t now = clock_us(), time, first = UINT64_MAX;
    size_t i;

    for (i = 0; i < sizeof(timers) / sizeof(timers[0]); i++)
        if ((time = timer_time( &timers[i], supervisor )) < first) first = time;
    if (first == UINT64_MAX) return NULL;
    time = first > now ? first - now : 0;
    timeout->tv_sec = time / 1000000;
    timeout->tv_nsec = time % 1000000 * 1000;
    return timeout;
}

/* One turn of the thread */

/* Fills in what to wait for and returns how many. */
static nfds_t prepare( const struct supervisor *supervisor, struct pollfd *fds )
{
    struct exchange *exchange = supervisor->exchange;
    struct host *host;
    nfds_t count = 0;

    fds[count++] = (struct pollfd){ exchange_wake_fd( exchange ), POLLIN, 0 };
    fds[count++] = (struct pollfd){ supervisor->keeper.process.fd, POLLIN, 0 };
    fds[count++] = (struct pollfd){ exchange_alarm_fd( exchange ), POLLIN, 0 };
    fds[count++] = (struct pollfd){ supervisor->watch, POLLIN, 0 };
    fds[count] = (struct pollfd){ -1, 0, 0 };
    if (trace_is_wanted( supervisor->trace )) fds[count].fd = trace_pipe( supervisor->trace, &fds[count].events );
    count++;
    for (host = supervisor->hosts; host; host = host->next)
    {
        fds[count] = (struct pollfd){ -1, 0, 0 };
        if (host->port) fds[count].events = exchange_poll_events( exchange, host->port, &fds[count].fd );
        count++;
        fds[count++] = (struct pollfd){ host->process.fd, POLLIN, 0 };
        fds[count++] = (struct pollfd){ host->output.fd, POLLIN, 0 };
    }
    return count;
}

static void lose_keeper( struct supervisor *supervisor )
{
    if (!supervisor->terminated)
        log_warn( "winedvc keep has ended: should the client be killed now, plug-ins may outlive it" );
    keeper_reap( &supervisor->keeper );
}

static void end_turn( struct supervisor *supervisor )
{
    run_timers( supervisor );
    if (!exchange_end_turn( supervisor->exchange ))
        log_error( "FreeRDP takes no more writes: plug-ins are silent until the next connection" );
    launch_tell_known( supervisor );
    statics_check_known( supervisor );
    discovery_store( supervisor );
    log_channels( supervisor );
    if (supervisor->ended && !supervisor->terminated) life_terminate( supervisor );
    tracing_write( supervisor );
}

static void turn( struct supervisor *supervisor )
{
    struct pollfd fds[EVENTS + HOST_EVENTS * (SUPERVISOR_MAX_HOSTS + 1)], *events = fds + EVENTS;
    struct timespec timeout;
    struct host *host;
    nfds_t count = prepare( supervisor, fds );
    bool alarmed;

    if (ppoll( fds, count, next_timeout( supervisor, &timeout ), NULL ) < 0) return; /* interrupted */
    if (fds[0].revents) exchange_woken( supervisor->exchange );
    alarmed = fds[2].revents && exchange_stop_alarm( supervisor->exchange );
    for (host = supervisor->hosts; host; host = host->next, events += HOST_EVENTS)
        serve_host( supervisor, host, events, alarmed );
    if (alarmed) exchange_restart_alarm( supervisor->exchange );
    if (fds[1].revents) lose_keeper( supervisor );
    if (fds[3].revents) tracing_look( supervisor );
    end_turn( supervisor );
    life_collect( supervisor );
}

void *loop_main( void *arg )
{
    struct supervisor *supervisor = arg;

    show_errors( supervisor );
    tracing_begin( supervisor );
    discovery_begin( supervisor );
    end_turn( supervisor );
    while (!supervisor->terminated || supervisor->hosts || supervisor->keeper.process.fd >= 0)
    {
        if (supervisor->terminated && !supervisor->hosts) keeper_dismiss( &supervisor->keeper );
        turn( supervisor );
    }
    tracing_end( supervisor );
    supervisor->owner.release( supervisor->owner.context );
    return NULL;
}
