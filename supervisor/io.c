/*
 * One session, the hosts' side: the I/O thread
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
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>

#include "bridge_private.h"
#include "control.h"
#include "launch.h"

/* Reads of one host before the others have their turn. */
#define READS 4

/* Descriptors to wait for: its socket, process, output. */
#define HOST_EVENTS 3

/* Hosts that end */

static const char restarted[] = "it is started again, as often as the configuration says";
static const char not_restarted[] = "start the session again to have it back";

static void io_report_lost( struct host *host, const char *why, const char *next )
{
    struct log_text title, bye, last;
    char words[LOG_TEXT + 32] = "";

    if (*host->output.last)
        snprintf( words, sizeof(words), "; it printed: %s", log_escape( &last, host->output.last ) );

    if (!host->number)
        log_error( "%s failed (%s): does Wine work in this prefix?%s", host->title, why, words );
    else if (host->bye)
        log_error( "%s has ended: %s (%s)", log_escape( &title, host->title ), log_escape( &bye, host->bye ), next );
    else
        log_error( "%s: the process of this plug-in ended (%s), its channels are closed and the session goes on: "
                   "%s%s", log_escape( &title, host->title ), why, next, words );
}

/* The user is told of the first end, which says what follows. */
static void io_report_again( struct host *host, const char *why )
{
    struct log_text title, reason;

    log_info( "%s ended again (%s), and is started for the time %u", log_escape( &title, host->title ),
              log_escape( &reason, host->bye ? host->bye : why ), host->group->restarts + 1 );
}

static void io_host_lost( struct bridge *bridge, struct host *host, const char *why, bool may_return )
{
    bool searched = discovery_has_ended( bridge );
    bool returns = may_return && !bridge->terminated && launch_again( bridge, host );

    output_read( &host->output, host->title, clock_ms() );
    bridge_lock( bridge );
    if (host->number) bridge_host_leaves( bridge, host );
    host_close( host );
    bridge_unlock( bridge );
    host->kill_time = clock_ms() + HOST_END_MS;
    if (returns && !host->number) log_info( "%s ended before it began (%s), and is started again", host->title, why );
    else if (returns && host->group->restarts > 1) io_report_again( host, why );
    else if (!bridge->terminated && (host->number || !searched))
        io_report_lost( host, why, returns ? restarted : not_restarted );
    if (!host->number && !returns) discovery_event( bridge, EVENT_ENDED );
}

static void io_host_broke( struct bridge *bridge, struct host *host, const char *rule )
{
    char why[LOG_TEXT];

    bridge_lock( bridge );
    bridge->counters.dropped += host_drop_pdus( host );
    bridge_unlock( bridge );
    snprintf( why, sizeof(why), "it broke the rule that %s", rule );
    io_host_lost( bridge, host, why, false );
    host_kill( host );
}

/* Frees the hosts of which nothing is left. */
static void io_collect( struct bridge *bridge )
{
    struct host **link = &bridge->hosts, *host;
    bool left;

    while ((host = *link))
    {
        bridge_lock( bridge );
        left = host->fd >= 0 || host->process.fd >= 0 || host->leaving;
        if (!left) *link = host->next;
        bridge_unlock( bridge );
        if (left)
        {
            link = &host->next;
            continue;
        }
        host_destroy( host );
    }
}

static void io_terminate( struct bridge *bridge )
{
    struct host *host;

    bridge->terminated = true;
    for (host = bridge->hosts; host; host = host->next)
    {
        host_send_control( host, WINEDVC_TERMINATE, NULL, 0 );
        if (!host->kill_time) host->kill_time = clock_ms() + HOST_END_MS;
    }
}

/* One turn of the thread */

/* Returns false at the end of the socket, or after a broken rule. */
static bool io_read( struct bridge *bridge, struct host *host )
{
    const char *rule;
    ssize_t received = host_receive( host, bridge->buffer, sizeof(bridge->buffer) );

    if (received < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return true;
    if (received <= 0)
    {
        io_host_lost( bridge, host, "end of its socket", true );
        return false;
    }
    if (host->greeted) /* whatever it says, it lives */
    {
        host->pinged = false;
        host->ping_time = clock_ms() + HOST_PING_MS;
    }
    bridge_lock( bridge );
    rule = control_read( bridge, host, bridge->buffer, received );
    bridge_unlock( bridge );
    log_write( &bridge->lines );
    if (!rule) return true;
    io_host_broke( bridge, host, rule );
    return false;
}

/* Does ping_time mean anything? The search for plug-ins may take its time, once it has begun. */
static bool io_is_watched( const struct host *host )
{
    return host->fd >= 0 && (host->number || !host->greeted);
}

/* Is it alive? The hosts' socket was read just now, so that a pause of our own does not count. */
static void io_ping( struct bridge *bridge, struct host *host )
{
    char why[64];

    if (!io_is_watched( host ) || host->ping_time > clock_ms()) return;
    if (!host->greeted || host->pinged)
    {
        if (host->greeted) snprintf( why, sizeof(why), "it did not answer for %u s", bridge->timeout / 1000 );
        else snprintf( why, sizeof(why), "it did not start within %u s", bridge->begin_timeout / 1000 );
        io_host_lost( bridge, host, why, host->greeted );
        host_kill( host );
        return;
    }
    host->pinged = true;
    host->ping_time = clock_ms() + bridge->timeout;
    bridge_lock( bridge );
    host_send_control( host, WINEDVC_PING, NULL, 0 );
    bridge_unlock( bridge );
}

static void io_serve_host( struct bridge *bridge, struct host *host, const struct pollfd *events )
{
    short socket_events = events[0].revents, process_events = events[1].revents, output_events = events[2].revents;
    unsigned int reads = READS;

    if (output_events || process_events) output_read( &host->output, host->title, clock_ms() );
    if (host->fd >= 0 && (socket_events & ~POLLOUT || process_events))
        while (reads-- && io_read( bridge, host )) continue;
    if (process_events)
    {
        if (host->fd >= 0) io_host_lost( bridge, host, "its process is gone", true );
        process_reap( &host->process );
    }
    io_ping( bridge, host );
    if (host->kill_time && clock_ms() >= host->kill_time)
    {
        host_kill( host );
        host->kill_time = 0;
    }
}

/* What has come of the turn: breaches that the main thread found, credit, packets, a batch. */
static void io_settle_host( struct bridge *bridge, struct host *host )
{
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
    if (rule && host->fd >= 0) io_host_broke( bridge, host, rule );
}

/* What became of a channel. */
static void io_log_channel( struct bridge *bridge, const struct packet *note )
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
    struct host *host = note->host ? bridge_find_host( bridge, note->host ) : NULL;
    enum log_level level = said[note->kind].level;
    struct log_text title, name;

    log_escape( &name, (const char *)note->data );
    if (note->kind == NOTE_LATE || note->kind == NOTE_FULL || note->kind == NOTE_CLIENTS)
        trace_note( bridge->trace, "channel %s %s", name.text, said[note->kind].text );
    if (!log_is_active( level ) ||
        !log_limit_pass( host ? &host->limit : &bridge->limit, clock_ms(), &bridge->lines )) return;
    if (host) log_later( &bridge->lines, level, "channel %s of %s %s", name.text, log_escape( &title, host->title ),
                         said[note->kind].text );
    else log_later( &bridge->lines, level, "channel %s %s", name.text, said[note->kind].text );
}

/* Needs the lock. */
static void io_log_channels( struct bridge *bridge )
{
    struct packet *note;

    for (; (note = router_take_note( bridge->router )); free( note ))
        if (!bridge->terminated) io_log_channel( bridge, note );
}

/* Between bursts of PDUs the hosts tell what they have counted. */
static void io_trace( struct bridge *bridge )
{
    struct host *host;
    int error;

    if (trace_ask_time( bridge->trace ) <= clock_ms())
    {
        trace_asked( bridge->trace );
        bridge_lock( bridge );
        bridge_note_counters( bridge );
        for (host = bridge->hosts; host; host = host->next)
            if (host->number) host_send_control( host, WINEDVC_STATS, NULL, 0 );
        bridge_unlock( bridge );
    }
    if ((error = trace_write( bridge->trace )) && !bridge->terminated)
        log_warn( "the trace ends here, since it can not be written (%s)", strerror( error ) );
}

static void io_settle( struct bridge *bridge )
{
    struct host *host;

    park_expire( bridge );
    discovery_settle( bridge );
    launch_due( bridge );
    discovery_store( bridge );
    for (host = bridge->hosts; host; host = host->next) io_settle_host( bridge, host );

    bridge_lock( bridge );
    bridge_serve_hosts( bridge );
    if (bridge_batch_time( bridge ) <= clock_ms() && !bridge_post( bridge ))
        log_later( &bridge->lines, LOG_LEVEL_ERROR,
                   "FreeRDP takes no more writes: plug-ins are silent until the next connection" );
    io_log_channels( bridge );
    if (bridge->ended && !bridge->terminated) io_terminate( bridge );
    bridge_unlock( bridge );
    log_write( &bridge->lines );
    io_trace( bridge );
}

/* Fills in what to wait for and returns how many; *timeout is in milliseconds, -1 for none. */
static nfds_t io_prepare( struct bridge *bridge, struct pollfd *fds, int *timeout )
{
    uint64_t now = clock_ms(), deadline = trace_ask_time( bridge->trace );
    uint64_t start_time = launch_time( bridge );
    uint64_t end_time = park_time( bridge );
    struct host *host;
    nfds_t count = 0;

    fds[count++] = (struct pollfd){ bridge->wake, POLLIN, 0 };
    fds[count++] = (struct pollfd){ bridge->keeper.process.fd, POLLIN, 0 };
    if (bridge->keeper.kill_time < deadline) deadline = bridge->keeper.kill_time;
    if (discovery_time( bridge ) < start_time) start_time = discovery_time( bridge );
    if (!bridge->terminated && start_time < deadline) deadline = start_time;
    if (end_time < deadline) deadline = end_time;
    bridge_lock( bridge );
    if (bridge_batch_time( bridge ) < deadline) deadline = bridge_batch_time( bridge );
    for (host = bridge->hosts; host; host = host->next)
    {
        fds[count++] = (struct pollfd){ host->fd, POLLIN | (host->out.head ? POLLOUT : 0), 0 };
        fds[count++] = (struct pollfd){ host->process.fd, POLLIN, 0 };
        fds[count++] = (struct pollfd){ host->output.fd, POLLIN, 0 };
        if (host->kill_time && host->kill_time < deadline) deadline = host->kill_time;
        if (host->credit && !host->purging && bridge->relax_time < deadline)
            deadline = bridge->relax_time; /* the rest of it is kept back until then */
        if (io_is_watched( host ) && host->ping_time < deadline) deadline = host->ping_time;
    }
    bridge_unlock( bridge );
    if (deadline == UINT64_MAX) *timeout = -1;
    else if (deadline <= now) *timeout = 0;
    else *timeout = deadline - now < 60000 ? (int)(deadline - now) : 60000;
    return count;
}

static void io_serve_keeper( struct bridge *bridge, bool ended )
{
    if (ended)
    {
        if (!bridge->terminated)
            log_warn( "winedvc keep has ended: should the client be killed now, plug-ins may outlive it" );
        keeper_reap( &bridge->keeper );
    }
    if (bridge->keeper.kill_time > clock_ms()) return;
    process_kill( &bridge->keeper.process );
    bridge->keeper.kill_time = UINT64_MAX;
}

static void io_turn( struct bridge *bridge )
{
    struct pollfd fds[2 + HOST_EVENTS * (BRIDGE_MAX_HOSTS + 1)];
    struct pollfd *events = fds;
    struct host *host;
    eventfd_t value;
    bool keeper_event;
    int timeout;
    nfds_t count = io_prepare( bridge, fds, &timeout );

    if (poll( fds, count, timeout ) < 0) return; /* interrupted */
    if ((events++)->revents) eventfd_read( bridge->wake, &value );
    keeper_event = (events++)->revents;
    for (host = bridge->hosts; host; host = host->next, events += HOST_EVENTS)
        io_serve_host( bridge, host, events );
    io_serve_keeper( bridge, keeper_event );
    io_settle( bridge );
    io_collect( bridge );
}

void *io_main( void *arg )
{
    struct bridge *bridge = arg;

    discovery_begin( bridge );
    io_settle( bridge );
    while (!bridge->terminated || bridge->hosts || bridge->keeper.process.fd >= 0)
    {
        if (bridge->terminated && !bridge->hosts) keeper_dismiss( &bridge->keeper );
        io_turn( bridge );
    }
    bridge_release( bridge );
    return NULL;
}
