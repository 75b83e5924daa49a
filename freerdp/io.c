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

/* Reads of one host before the others have their turn. */
#define READS 4

static void io_lock( struct bridge *bridge )
{
    pthread_mutex_lock( &bridge->lock );
}

static void io_unlock( struct bridge *bridge )
{
    pthread_mutex_unlock( &bridge->lock );
}

/* Hosts that start */

static void io_add_host( struct bridge *bridge, struct host *host )
{
    struct host **end;

    io_lock( bridge );
    for (end = &bridge->hosts; *end; end = &(*end)->next) continue;
    *end = host;
    if (host->number)
    {
        if (!router_host_add( bridge->router, host->number )) host->overrun = true;
        if (bridge->connected) bridge_tell_connected( bridge, host );
        bridge_serve_hosts( bridge );
    }
    io_unlock( bridge );
}

/* Arguments end with NULL. Returns false, and writes a line, if there is no host. */
static bool io_start_host( struct bridge *bridge, unsigned int number, unsigned int bits, const char *title,
                           char *const *arguments )
{
    struct wine_program program;
    char problem[LOG_TEXT];
    struct log_text text;
    struct host *host;

    if (!wine_find( bits, &program, problem, sizeof(problem) ))
    {
        log_error( "%s does not run: %s", log_escape( &text, title ), problem );
        return false;
    }
    if (!(host = host_create( number, bits, title, &program, arguments )))
    {
        log_error( "%s does not run: %s can not be started (%s): is Wine installed completely?",
                   log_escape( &text, title ), program.loader, strerror( errno ) );
        return false;
    }
    io_add_host( bridge, host );
    return true;
}

static void io_start_scout( struct bridge *bridge )
{
    char *arguments[] = { (char *)"scout", NULL };
    char problem[LOG_TEXT];

    if (!wine_check_prefix( problem, sizeof(problem) )) log_error( "no plug-in runs: %s", problem );
    else if (io_start_host( bridge, 0, 64, "the search for plug-ins", arguments )) return;
    bridge->scouted = true;
}

static void io_start_groups( struct bridge *bridge )
{
    char **arguments = calloc( bridge->plugins.count + 2, sizeof(*arguments) );
    struct plugin *first;
    size_t count;

    if (!arguments)
    {
        log_error( "no plug-in runs: no memory is left" );
        return;
    }
    arguments[0] = (char *)"host";
    while ((first = plugin_list_next_group( &bridge->plugins, arguments + 1, &count )))
    {
        arguments[count + 1] = NULL;
        if (++bridge->last_number < BRIDGE_MAX_HOSTS)
            io_start_host( bridge, bridge->last_number, first->bits, first->file, arguments );
        else
            log_error( "there are more than %u plug-in files, the rest is not loaded: remove some of the AddIns keys",
                       BRIDGE_MAX_HOSTS - 1 );
        if (bridge->last_number == BRIDGE_MAX_HOSTS) break;
    }
    free( arguments );
}

/* After the scout: every plug-in that can run gets its host. */
static void io_start_hosts( struct bridge *bridge )
{
    bridge->hosts_started = true;
    if (!bridge->terminated) io_start_groups( bridge );
    io_lock( bridge );
    router_hosts_known( bridge->router );
    io_unlock( bridge );
}

/* Hosts that end */

static void io_report_lost( struct host *host, const char *why )
{
    struct log_text title, bye;

    if (host->bye)
        log_error( "%s has ended: %s", log_escape( &title, host->title ), log_escape( &bye, host->bye ) );
    else if (host->number)
        log_error( "%s: the process of this plug-in ended (%s), its channels are closed and the session goes on: "
                   "start the session again to have it back; WINEDVC_HOST_LOG=file has its output",
                   log_escape( &title, host->title ), why );
    else
        log_error( "%s failed (%s): does Wine work in this prefix? WINEDVC_HOST_LOG=file has its output",
                   host->title, why );
}

static void io_host_lost( struct bridge *bridge, struct host *host, const char *why )
{
    io_lock( bridge );
    if (host->number) router_host_gone( bridge->router, host->number );
    host_close( host );
    io_unlock( bridge );
    host->kill_time = clock_ms() + HOST_END_MS;
    if (!bridge->terminated && (host->number || !bridge->scouted)) io_report_lost( host, why );
    if (!host->number) bridge->scouted = true;
}

static void io_host_broke( struct bridge *bridge, struct host *host, const char *rule )
{
    char why[LOG_TEXT];

    snprintf( why, sizeof(why), "it broke the rule that %s", rule );
    io_host_lost( bridge, host, why );
    host_kill( host );
}

/* Frees the hosts of which nothing is left. */
static void io_collect( struct bridge *bridge )
{
    struct host **link = &bridge->hosts, *host;

    while ((host = *link))
    {
        if (host->fd >= 0 || host->pidfd >= 0)
        {
            link = &host->next;
            continue;
        }
        io_lock( bridge );
        *link = host->next;
        io_unlock( bridge );
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
        io_host_lost( bridge, host, "end of its socket" );
        return false;
    }
    io_lock( bridge );
    rule = control_read( bridge, host, bridge->buffer, received );
    io_unlock( bridge );
    if (!rule) return true;
    io_host_broke( bridge, host, rule );
    return false;
}

static void io_serve_host( struct bridge *bridge, struct host *host, short socket_events, short process_events )
{
    unsigned int reads = READS;

    if (host->fd >= 0 && (socket_events & ~POLLOUT || process_events))
        while (reads-- && io_read( bridge, host )) continue;
    if (process_events)
    {
        if (host->fd >= 0) io_host_lost( bridge, host, "its process is gone" );
        host_reap( host );
    }
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

    io_lock( bridge );
    host_flush( host );
    if (host->credit)
    {
        credit.bytes = host->credit;
        host->window -= host->credit;
        host->credit = 0;
        host_send_control( host, WINEDVC_CREDIT, &credit, sizeof(credit) );
    }
    rule = host->overrun ? "a host reads what it is sent" : host->broken;
    io_unlock( bridge );
    if (rule && host->fd >= 0) io_host_broke( bridge, host, rule );
}

static void io_settle( struct bridge *bridge )
{
    struct host *host;

    if (bridge->scouted && !bridge->hosts_started) io_start_hosts( bridge );
    for (host = bridge->hosts; host; host = host->next) io_settle_host( bridge, host );

    io_lock( bridge );
    bridge_serve_hosts( bridge );
    if (bridge->connected && !bridge->token && bridge_has_output( bridge, clock_ms() ))
    {
        bridge->token = true;
        if (!bridge->client.post( bridge->client.context ))
            log_error( "FreeRDP takes no more writes: plug-ins are silent until the next connection" );
    }
    if (bridge->ended && !bridge->terminated) io_terminate( bridge );
    io_unlock( bridge );
}

/* Fills in what to wait for and returns how many; *timeout is in milliseconds, -1 for none. */
static nfds_t io_prepare( struct bridge *bridge, struct pollfd *fds, int *timeout )
{
    uint64_t now = clock_ms(), deadline = UINT64_MAX;
    struct host *host;
    nfds_t count = 0;

    fds[count++] = (struct pollfd){ bridge->wake, POLLIN, 0 };
    io_lock( bridge );
    if (bridge->connected && !bridge->token) deadline = router_deadline( bridge->router );
    for (host = bridge->hosts; host; host = host->next)
    {
        fds[count++] = (struct pollfd){ host->fd, POLLIN | (host->out.head ? POLLOUT : 0), 0 };
        fds[count++] = (struct pollfd){ host->pidfd, POLLIN, 0 };
        if (host->kill_time && host->kill_time < deadline) deadline = host->kill_time;
    }
    io_unlock( bridge );
    if (deadline == UINT64_MAX) *timeout = -1;
    else if (deadline <= now) *timeout = 0;
    else *timeout = deadline - now < 60000 ? (int)(deadline - now) : 60000;
    return count;
}

static void io_turn( struct bridge *bridge )
{
    struct pollfd fds[1 + 2 * (BRIDGE_MAX_HOSTS + 1)];
    struct pollfd *events = fds;
    struct host *host;
    eventfd_t value;
    int timeout;
    nfds_t count = io_prepare( bridge, fds, &timeout );

    if (poll( fds, count, timeout ) < 0) return; /* interrupted */
    if ((events++)->revents) eventfd_read( bridge->wake, &value );
    for (host = bridge->hosts; host; host = host->next, events += 2)
        io_serve_host( bridge, host, events[0].revents, events[1].revents );
    io_settle( bridge );
    io_collect( bridge );
}

void *io_main( void *arg )
{
    struct bridge *bridge = arg;

    io_start_scout( bridge );
    io_settle( bridge );
    while (!bridge->terminated || bridge->hosts) io_turn( bridge );
    bridge_release( bridge );
    return NULL;
}
