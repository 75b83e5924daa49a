/*
 * What is said of a session, its plug-ins and channels
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

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "summary.h"

void summary_name( char name[SUMMARY_NUMBER], const struct session *session )
{
    snprintf( name, SUMMARY_NUMBER, "%d-%u", session->pid, session->number );
}

const char *summary_lack( const struct session *session )
{
    if (session->state == SESSION_GONE) return "its client has crashed or was killed";
    if (session->state == SESSION_HIDDEN) return "its client has privileges, so Linux hides it: start it without them";
    return "its client has another version of winedvc: start it anew";
}

/* "42 s", "3 min", "2 h 5 min" */
static void summary_duration( char text[SUMMARY_NUMBER], uint64_t since )
{
    uint64_t now = page_now(), seconds = now > since ? (now - since) / 1000000 : 0;

    if (seconds < 60) snprintf( text, SUMMARY_NUMBER, "%" PRIu64 " s", seconds );
    else if (seconds < 3600) snprintf( text, SUMMARY_NUMBER, "%" PRIu64 " min", seconds / 60 );
    else snprintf( text, SUMMARY_NUMBER, "%" PRIu64 " h %" PRIu64 " min", seconds / 3600, seconds / 60 % 60 );
}

void summary_session( char line[SUMMARY_LINE], const struct session *session )
{
    const struct page_traffic *traffic = &session->page.traffic;
    char name[SUMMARY_NUMBER], duration[SUMMARY_NUMBER], trip[SUMMARY_NUMBER + 16] = "";
    struct log_text client, server;

    summary_name( name, session );
    summary_duration( duration, traffic->connected ? traffic->connect_time : session->page.begin_time );
    if (traffic->connected && traffic->round_trip)
        snprintf( trip, sizeof(trip), ", round trip %.1f ms", traffic->round_trip / 1000. );
    log_escape( &client, session->page.client );
    if (traffic->connected)
        snprintf( line, SUMMARY_LINE, "%s: %s to %s, for %s%s", name, client.text,
                  log_escape( &server, traffic->server ), duration, trip );
    else
        snprintf( line, SUMMARY_LINE, "%s: %s, not connected, since %s", name, client.text, duration );
}

bool summary_losses( char line[SUMMARY_LINE], const struct page *page )
{
    const struct page_traffic *traffic = &page->traffic;

    snprintf( line, SUMMARY_LINE, "PDUs late %" PRIu64 ", oversized %" PRIu64 ", answered for a host %" PRIu64
              ", dropped %" PRIu64, traffic->late, traffic->oversized, traffic->answered, traffic->dropped );
    return traffic->late || traffic->oversized || traffic->answered || traffic->dropped;
}

bool summary_error( char line[SUMMARY_LINE], const struct page *page )
{
    time_t seconds = page->processes.error_time / 1000000;
    struct log_text text;
    char when[16] = "?";
    struct tm local;

    if (localtime_r( &seconds, &local )) strftime( when, sizeof(when), "%H:%M:%S", &local );
    snprintf( line, SUMMARY_LINE, "last error, at %s: %s", when, log_escape( &text, page->processes.error ) );
    return page->processes.error_time;
}

void summary_bytes( char text[SUMMARY_NUMBER], uint64_t bytes )
{
    static const char *const units[] = { "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
    double value = bytes / 1024.;
    unsigned int i = 0;

    while (value >= 1024 && i + 1 < sizeof(units) / sizeof(units[0]))
    {
        value /= 1024;
        i++;
    }
    if (bytes < 1024) snprintf( text, SUMMARY_NUMBER, "%u B", (unsigned int)bytes );
    else snprintf( text, SUMMARY_NUMBER, "%.1f %s", value, units[i] );
}

const char *summary_host_state( const struct page_host *host )
{
    static const char *const names[] =
    {
        [PAGE_HOST_FREE]   = "none",
        [PAGE_HOST_STARTS] = "starts",
        [PAGE_HOST_BEGUN]  = "begun",
        [PAGE_HOST_READY]  = "ready",
        [PAGE_HOST_ENDED]  = "ended",
        [PAGE_HOST_AGAIN]  = "restarts",
    };

    return names[host->state];
}

const char *summary_channel_state( const struct page_channel *channel )
{
    static const char *const names[] =
    {
        [PAGE_CHANNEL_FREE]    = "none",
        [PAGE_CHANNEL_OFFERED] = "offered",
        [PAGE_CHANNEL_OPEN]    = "open",
        [PAGE_CHANNEL_CLOSED]  = "closed",
    };

    return names[channel->state];
}

bool summary_channel_is_live( const struct page_channel *channel )
{
    return channel->state == PAGE_CHANNEL_OFFERED || channel->state == PAGE_CHANNEL_OPEN;
}
