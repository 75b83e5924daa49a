/*
 * The hosts' side of a session: the I/O thread
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

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>

#include "bridge_private.h"
#include "control.h"
#include "launch.h"
#include "life.h"

/* Reads of one host before the others have their turn. */
#define READS 4

/* Descriptors to wait for: the bridge's and the keeper's, and of each host its socket, process, output. */
#define EVENTS      2
#define HOST_EVENTS 3

bool supervisor_init( struct supervisor *supervisor, struct bridge *bridge, const char *connection,
                      const struct name_list *arguments )
{
    supervisor->bridge = bridge;
    supervisor->search_time = UINT64_MAX;
    packet_queue_init( &supervisor->lines );
    keeper_init( &supervisor->keeper );
    if (!settings_init( &supervisor->settings )) return false;
    if (connection) settings_set( &supervisor->settings, SETTINGS_DEFAULT, "/v:", NULL, "connection", connection );
    settings_read_environment( &supervisor->settings );
    settings_read_arguments( &supervisor->settings, arguments );
    return true;
}

void supervisor_clear( struct supervisor *supervisor )
{
    launch_forget( supervisor );
    plugin_list_clear( &supervisor->plugins );
    plugin_list_clear( &supervisor->recorded );
    record_clear( &supervisor->record );
    settings_clear( &supervisor->settings );
    packet_queue_clear( &supervisor->lines );
}

/* Hosts */

/* Returns false at the end of the socket, or after a broken rule. */
static bool read_host( struct supervisor *supervisor, struct host *host )
{
    ssize_t received = host_receive( host, supervisor->buffer, sizeof(supervisor->buffer) );
    const char *rule;

    if (received < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return true;
    if (received <= 0)
    {
        life_end( supervisor, host, END_GONE, "end of its socket" );
        return false;
    }
    life_heard( host );
    bridge_lock( supervisor->bridge );
    rule = control_read( supervisor, host, supervisor->buffer, received );
    bridge_unlock( supervisor->bridge );
    log_write( &supervisor->lines );
    if (rule) life_end_breach( supervisor, host, rule );
    return !rule;
}

static void serve_host( struct supervisor *supervisor, struct host *host, const struct pollfd *events )
{
    short socket_events = events[0].revents, process_events = events[1].revents, output_events = events[2].revents;
    unsigned int reads = READS;

    if (output_events || process_events) output_read( &host->output, host->title, clock_ms() );
    if (host->fd >= 0 && (socket_events & ~POLLOUT || process_events))
        while (reads-- && read_host( supervisor, host )) continue;
    if (!process_events) return;
    life_end( supervisor, host, END_GONE, "its process is gone" );
    process_reap( &host->process );
}

/* What has come of the turn: breaches that the main thread found, credit, packets. */
static void settle_host( struct supervisor *supervisor, struct host *host )
{
    struct bridge *bridge = supervisor->bridge;
    struct winedvc_credit credit;
    const char *rule;
    size_t reserve;

    bridge_lock( bridge );
    host_flush( host );
    reserve = bridge_reserve( bridge, clock_ms() );
    if (host->credit > reserve && !host->purging)
    {
        credit.bytes = host->credit - reserve;
        host->window -= credit.bytes;
        host->credit = reserve;
        host_send_control( host, WINEDVC_CREDIT, &credit, sizeof(credit) );
    }
    rule = host->overrun ? "a host reads what it is sent" : host->broken;
    bridge_unlock( bridge );
    if (rule) life_end_breach( supervisor, host, rule );
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
        [NOTE_BROKEN]  = { LOG_LEVEL_DEBUG, "is closed for a message that is too long" },
        [NOTE_FULL]    = { LOG_LEVEL_WARN, "is refused: there are too many, or the server has ended too many that the "
                                           "plug-in has not answered yet" },
        [NOTE_LATE]    = { LOG_LEVEL_WARN, "is refused: its plug-in was not ready in time (see start-timeout)" },
        [NOTE_CLIENTS] = { LOG_LEVEL_DEBUG, "is left to FreeRDP: no plug-in listens on it" },
    };
    struct host *host = note->host ? bridge_find_host( supervisor->bridge, note->host ) : NULL;
    enum log_level level = said[note->kind].level;
    struct log_text title, name;

    log_escape( &name, (const char *)note->data );
    if (note->kind == NOTE_LATE || note->kind == NOTE_FULL || note->kind == NOTE_CLIENTS)
        trace_note( supervisor->bridge->trace, "channel %s %s", name.text, said[note->kind].text );
    if (!log_is_active( level ) ||
        !log_limit_pass( host ? &host->limit : &supervisor->limit, clock_ms(), &supervisor->lines )) return;
    if (host) log_later( &supervisor->lines, level, "channel %s of %s %s", name.text, log_escape( &title, host->title ),
                         said[note->kind].text );
    else log_later( &supervisor->lines, level, "channel %s %s", name.text, said[note->kind].text );
}

/* Needs the lock. */
static void log_channels( struct supervisor *supervisor )
{
    struct packet *note;

    for (; (note = router_take_note( supervisor->bridge->router )); free( note ))
        if (!supervisor->terminated) log_channel( supervisor, note );
}

/* Timers */

static uint64_t parked_time( const struct supervisor *supervisor )
{
    return park_time( supervisor->bridge );
}

static void parked_due( struct supervisor *supervisor )
{
    park_expire( supervisor->bridge );
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
    return trace_ask_time( supervisor->bridge->trace );
}

static void counters_due( struct supervisor *supervisor )
{
    struct bridge *bridge = supervisor->bridge;
    struct host *host;

    trace_asked( bridge->trace );
    bridge_lock( bridge );
    bridge_note_counters( bridge );
    for (host = bridge->hosts; host; host = host->next)
        if (host->number) host_send_control( host, WINEDVC_STATS, NULL, 0 );
    bridge_unlock( bridge );
}

static uint64_t credit_time( const struct supervisor *supervisor )
{
    const struct bridge *bridge = supervisor->bridge;
    const struct host *host;
    uint64_t time = UINT64_MAX;

    bridge_lock( supervisor->bridge );
    for (host = bridge->hosts; host; host = host->next)
        if (host->credit && !host->purging) time = bridge->relax_time;
    bridge_unlock( supervisor->bridge );
    return time;
}

static uint64_t batch_time( const struct supervisor *supervisor )
{
    uint64_t time;

    bridge_lock( supervisor->bridge );
    time = bridge_batch_time( supervisor->bridge );
    bridge_unlock( supervisor->bridge );
    return time;
}

static void batch_due( struct supervisor *supervisor )
{
    bool posted;

    bridge_lock( supervisor->bridge );
    posted = bridge_post( supervisor->bridge );
    bridge_unlock( supervisor->bridge );
    if (!posted) log_error( "FreeRDP takes no more writes: plug-ins are silent until the next connection" );
}

/* All that the I/O thread does for the time's sake. What that makes due the next turn sees. */
static const struct timer
{
    uint64_t (*time)( const struct supervisor *supervisor );    /* in that of clock_ms(), UINT64_MAX for never */
    void     (*due)( struct supervisor *supervisor );
} timers[] =
{
    { parked_time,     parked_due },        /* no session has followed this one: it ends */
    { discovery_time,  discovery_settle },  /* the search has told all, or begins again */
    { launch_time,     launch_due },        /* a host is started, for the first time or again */
    { life_watch_time, life_watch },        /* HELLO, PING, PONG */
    { life_kill_time,  life_kill },         /* a host that has not ended in time */
    { keeper_time,     keeper_due },        /* nor the keeper */
    { counters_time,   counters_due },      /* all is quiet: the trace gets what the hosts have counted */
    { credit_time,     NULL },              /* credit that was kept back is returned, as in each turn */
    { batch_time,      batch_due },         /* the main thread is asked to send */
};

static void run_timers( struct supervisor *supervisor )
{
    size_t i;

    for (i = 0; i < sizeof(timers) / sizeof(timers[0]); i++)
        if (timers[i].due && timers[i].time( supervisor ) <= clock_ms()) timers[i].due( supervisor );
}

/* In milliseconds, -1 for ever, as poll() has it. */
static int next_timeout( const struct supervisor *supervisor )
{
    uint64_t now = clock_ms(), time, first = UINT64_MAX;
    size_t i;

    for (i = 0; i < sizeof(timers) / sizeof(timers[0]); i++)
        if ((time = timers[i].time( supervisor )) < first) first = time;
    if (first == UINT64_MAX) return -1;
    if (first <= now) return 0;
    return first - now < 60000 ? first - now : 60000;
}

/* One turn of the thread */

/* Fills in what to wait for and returns how many. */
static nfds_t prepare( const struct supervisor *supervisor, struct pollfd *fds )
{
    struct bridge *bridge = supervisor->bridge;
    struct host *host;
    nfds_t count = 0;

    fds[count++] = (struct pollfd){ bridge->wake, POLLIN, 0 };
    fds[count++] = (struct pollfd){ supervisor->keeper.process.fd, POLLIN, 0 };
    bridge_lock( bridge );
    for (host = bridge->hosts; host; host = host->next)
    {
        fds[count++] = (struct pollfd){ host->fd, POLLIN | (host->out.head ? POLLOUT : 0), 0 };
        fds[count++] = (struct pollfd){ host->process.fd, POLLIN, 0 };
        fds[count++] = (struct pollfd){ host->output.fd, POLLIN, 0 };
    }
    bridge_unlock( bridge );
    return count;
}

static void lose_keeper( struct supervisor *supervisor )
{
    if (!supervisor->terminated)
        log_warn( "winedvc keep has ended: should the client be killed now, plug-ins may outlive it" );
    keeper_reap( &supervisor->keeper );
}

static void settle( struct supervisor *supervisor )
{
    struct bridge *bridge = supervisor->bridge;
    struct host *host;
    int error;

    for (host = bridge->hosts; host; host = host->next) settle_host( supervisor, host );
    run_timers( supervisor );
    launch_tell_known( supervisor );
    discovery_store( supervisor );

    bridge_lock( bridge );
    bridge_serve_hosts( bridge );
    log_channels( supervisor );
    if (bridge->ended && !supervisor->terminated) life_terminate( supervisor );
    bridge_unlock( bridge );
    log_write( &supervisor->lines );
    if ((error = trace_write( bridge->trace )) && !supervisor->terminated)
        log_warn( "the trace ends here, since it can not be written (%s)", strerror( error ) );
}

static void turn( struct supervisor *supervisor )
{
    struct pollfd fds[EVENTS + HOST_EVENTS * (BRIDGE_MAX_HOSTS + 1)], *events = fds + EVENTS;
    struct host *host;
    eventfd_t value;
    nfds_t count = prepare( supervisor, fds );

    if (poll( fds, count, next_timeout( supervisor ) ) < 0) return; /* interrupted */
    if (fds[0].revents) eventfd_read( supervisor->bridge->wake, &value );
    for (host = supervisor->bridge->hosts; host; host = host->next, events += HOST_EVENTS)
        serve_host( supervisor, host, events );
    if (fds[1].revents) lose_keeper( supervisor );
    settle( supervisor );
    life_collect( supervisor );
}

void *supervisor_main( void *arg )
{
    struct supervisor *supervisor = arg;

    discovery_begin( supervisor );
    settle( supervisor );
    while (!supervisor->terminated || supervisor->bridge->hosts || supervisor->keeper.process.fd >= 0)
    {
        if (supervisor->terminated && !supervisor->bridge->hosts) keeper_dismiss( &supervisor->keeper );
        turn( supervisor );
    }
    bridge_release( supervisor->bridge );
    return NULL;
}
