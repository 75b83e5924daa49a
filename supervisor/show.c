/*
 * What the user sees of the hosts
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

#include "log.h"
#include "page.h"
#include "show.h"

static void show_error( void *context, const char *line )
{
    struct page_processes *page = context;

    page_begin( &page->sequence );
    page->error_time = page_now();
    page_set_text( page->error, sizeof(page->error), line );
    page_end( &page->sequence );
}

void show_errors( struct supervisor *supervisor )
{
    supervisor->observer = (struct log_observer){ show_error, &supervisor->page->processes };
    log_observe( &supervisor->observer ); /* without memory there is no last error, which is no fault */
}

void show_group( struct supervisor *supervisor, struct group *group, const char *title )
{
    struct page_processes *page = &supervisor->page->processes;

    group->row = supervisor->rows < PAGE_HOSTS - 1 ? supervisor->rows++ : PAGE_HOSTS - 1;
    page_begin( &page->sequence );
    page_set_text( page->hosts[group->row].title, PAGE_TITLE, group->row < PAGE_HOSTS - 1 ? title : "(more)" );
    page_end( &page->sequence );
}

static void show_state( struct supervisor *supervisor, const struct group *group, enum page_host_state state )
{
    struct page_host *row = &supervisor->page->processes.hosts[group->row];

    row->state = state;
    row->time = page_now();
    row->restarts = group->restarts;
}

void show_no_group( struct supervisor *supervisor, const struct group *group )
{
    struct page_processes *page = &supervisor->page->processes;

    page_begin( &page->sequence );
    show_state( supervisor, group, PAGE_HOST_FREE );
    page_end( &page->sequence );
}

void show_host( struct supervisor *supervisor, const struct host *host )
{
    static const enum page_host_state states[HOST_STATES] =
    {
        [HOST_STARTS] = PAGE_HOST_STARTS,
        [HOST_BEGUN]  = PAGE_HOST_BEGUN,
        [HOST_READY]  = PAGE_HOST_READY,
        [HOST_ENDS]   = PAGE_HOST_ENDED,
    };
    struct page_processes *page = &supervisor->page->processes;
    struct page_host *row;

    if (!host->group) return;
    row = &page->hosts[host->group->row];
    page_begin( &page->sequence );
    row->number = host->number;
    row->pid = host->process.pid;
    row->bits = host->bits;
    show_state( supervisor, host->group, states[host->state] );
    page_end( &page->sequence );
}

void show_end( struct supervisor *supervisor, const struct host *host, const char *why, bool again )
{
    struct page_processes *page = &supervisor->page->processes;

    if (!host->group) return;
    show_problem( supervisor, host, host->bye ? host->bye : why );
    page_begin( &page->sequence );
    show_state( supervisor, host->group, again ? PAGE_HOST_AGAIN : PAGE_HOST_ENDED );
    page_end( &page->sequence );
}

void show_problem( struct supervisor *supervisor, const struct host *host, const char *text )
{
    struct page_processes *page = &supervisor->page->processes;

    if (!host->group) return;
    page_begin( &page->sequence );
    page_set_text( page->hosts[host->group->row].error, PAGE_TEXT, text );
    page_end( &page->sequence );
}

void show_notice( struct supervisor *supervisor, const struct host *host, enum notice notice )
{
    static const struct { const char *title, *text; } notices[] =
    {
        [NOTICE_FAILED] = { "%s does not work",  "The remote session goes on without this Windows plug-in. Its client's "
                                                 "log and the command winedvc status tell why." },
        [NOTICE_AGAIN]  = { "%s has ended",      "This Windows plug-in of a remote session is started again. Its "
                                                 "client's log and the command winedvc status tell why." },
        [NOTICE_DIALOG] = { "%s shows a window", "This Windows plug-in of a remote session may wait for an answer: "
                                                 "look behind the session's window." },
    };
    char title[sizeof(struct log_text) + 32];
    struct log_text name;

    if (!supervisor->settings.notify || supervisor->terminated || !host->group) return;
    if (host->group->notices & 1u << notice) return;
    host->group->notices |= 1u << notice;
    snprintf( title, sizeof(title), notices[notice].title, log_escape( &name, host->title ) );
    keeper_notify( &supervisor->keeper, title, notices[notice].text );
}
