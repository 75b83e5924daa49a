/*
 * What happens to a host
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
#include <string.h>

#include "clock.h"
#include "frames.h"
#include "life.h"
#include "search.h"
#include "show.h"

static void life_report( const struct host *host, const char *why, bool again )
{
    const char *next = again ? "it is started again, as often as the configuration says"
                             : "start the session again to have it back";
    struct log_text title, bye, last, error;
    char words[2 * LOG_TEXT + 64] = "";

    log_escape( &title, host->title );
    snprintf( words, sizeof(words), "%s%s%s%s", *host->output.last ? "; it printed: " : "",
              log_escape( &last, host->output.last ), *host->output.error ? "; Wine printed: " : "",
              log_escape( &error, host->output.error ) );
    log_escape( &bye, host->bye ? host->bye : why );

    if (!host->number && again) log_info( "%s ended before it began (%s), and is started again", host->title, why );
    else if (!host->number)
        log_error( "%s failed (%s): does Wine work in this prefix?%s", host->title, why, words );
    else if (again && host->group->restarts > 1) /* the user was told of the first end, and what follows */
        log_info( "%s ended again (%s), and is started for the time %u", title.text, bye.text,
                  host->group->restarts + 1 );
    else if (host->bye)
        log_error( "%s has ended: %s (%s)%s", title.text, bye.text, next, host->output.reasoned ? words : "" );
    else
        log_error( "%s: the process of this plug-in ended (%s), its channels are closed and the session goes on: "
                   "%s%s", title.text, why, next, words );
}

/* Returns false if it is not started again. */
static bool life_start_again( struct supervisor *supervisor, struct group *group )
{
    if (group->restarts >= supervisor->settings.restarts) return false;
    group->start_time = clock_ms() + (1000 << group->restarts++);
    exchange_set_known( supervisor->exchange, false );
    return true;
}

void life_end( struct supervisor *supervisor, struct host *host, enum host_end end, const char *why )
{
    static const struct
    {
        bool reported;              /* to the user */
        bool killed;                /* at once: it may live on */
        bool again[HOST_STATES];    /* is it started again? One that has begun and is not ready would end again */
    } table[] =
    {
        [END_GONE]      = { true,  false, { [HOST_STARTS] = true, [HOST_READY] = true } },
        [END_NOT_BEGUN] = { true,  true,  { false } },
        [END_NO_ANSWER] = { true,  true,  { [HOST_READY] = true } },
        [END_BREACH]    = { true,  true,  { false } },
        [END_NO_MEMORY] = { true,  true,  { [HOST_READY] = true } },
        [END_UNLISTED]  = { false, false, { false } },
    };
    bool reported = table[end].reported && !supervisor->terminated && (host->number || !search_has_ended( supervisor ));
    bool again = table[end].again[host->state] && !supervisor->terminated;

    if (!host_event( host, EVENT_END )) return;
    if (!host->number) again = search_event( supervisor, again ? EVENT_MUTE : EVENT_ENDED ) && again;
    else if (again) again = life_start_again( supervisor, host->group );
    show_end( supervisor, host, why, again );

    output_read( &host->output, host->title, clock_ms() );
    if (host->port) exchange_remove_host( supervisor->exchange, host->port,
                                          end == END_BREACH || end == END_NO_MEMORY );
    host->port = NULL;
    host->kill_time = clock_ms() + HOST_END_MS;
    if (reported)
    {
        life_report( host, why, again );
        show_notice( supervisor, host, again ? NOTICE_AGAIN : NOTICE_FAILED );
    }
    if (table[end].killed) host_kill( host );
}

void life_end_breach( struct supervisor *supervisor, struct host *host, const char *rule )
{
    char why[LOG_TEXT];

    snprintf( why, sizeof(why), "it broke the rule that %s", rule );
    life_end( supervisor, host, END_BREACH, why );
}

void life_heard( struct host *host )
{
    if (host->state != HOST_STARTS) host->pinged = false; /* that takes HELLO */
}

void life_terminate( struct supervisor *supervisor )
{
    struct host *host;

    supervisor->terminated = true;
    for (host = supervisor->hosts; host; host = host->next)
    {
        if (host->port) exchange_send( supervisor->exchange, host->port, WINEDVC_TERMINATE, NULL, 0, NULL );
        if (host->kill_time == UINT64_MAX) host->kill_time = clock_ms() + HOST_END_MS;
    }
}

/* Time */

/* When it is to have begun, to be asked whether it lives, or to have answered that. One that has answered and got nothing
 * to do since may sleep, and the search may take its time once it has begun. */
static uint64_t life_look_time( const struct supervisor *supervisor, const struct host *host )
{
    uint64_t awaited;

    if (host->state == HOST_STARTS || (host->pinged && host->state != HOST_ENDS)) return host->ping_time;
    if (!host->number || host->state == HOST_ENDS) return UINT64_MAX;
    awaited = exchange_awaits( supervisor->exchange, host->port );
    return awaited == UINT64_MAX ? UINT64_MAX : awaited + HOST_PING_MS;
}

static void life_look( struct supervisor *supervisor, struct host *host )
{
    char why[64];

    if (host->state == HOST_STARTS)
    {
        snprintf( why, sizeof(why), "it did not start within %u s", supervisor->begin_timeout / 1000 );
        life_end( supervisor, host, END_NOT_BEGUN, why );
        return;
    }
    if (host->pinged)
    {
        snprintf( why, sizeof(why), "it did not answer for %u s", supervisor->timeout / 1000 );
        life_end( supervisor, host, END_NO_ANSWER, why );
        return;
    }
    host->pinged = true;
    host->ping_time = clock_ms() + supervisor->timeout;
    exchange_send( supervisor->exchange, host->port, WINEDVC_PING, NULL, 0, NULL );
}

uint64_t life_watch_time( const struct supervisor *supervisor )
{
    uint64_t time, first = UINT64_MAX;
    const struct host *host;

    for (host = supervisor->hosts; host; host = host->next)
        if ((time = life_look_time( supervisor, host )) < first) first = time;
    return first;
}

/* Their sockets were read just now, so that a pause of our own does not count. */
void life_watch( struct supervisor *supervisor )
{
    struct host *host;

    for (host = supervisor->hosts; host; host = host->next)
        if (life_look_time( supervisor, host ) <= clock_ms()) life_look( supervisor, host );
}

uint64_t life_kill_time( const struct supervisor *supervisor )
{
    uint64_t time = UINT64_MAX;
    const struct host *host;

    for (host = supervisor->hosts; host; host = host->next)
        if (host->kill_time < time) time = host->kill_time;
    return time;
}

void life_kill( struct supervisor *supervisor )
{
    struct host *host;

    for (host = supervisor->hosts; host; host = host->next)
    {
        if (host->kill_time > clock_ms()) continue;
        host_kill( host );
        host->kill_time = UINT64_MAX;
    }
}

void life_collect( struct supervisor *supervisor )
{
    struct host **link = &supervisor->hosts, *host;

    while ((host = *link))
    {
        if (host->port || host->process.fd >= 0)
        {
            link = &host->next;
            continue;
        }
        *link = host->next;
        host_destroy( host );
    }
}
