/*
 * What the tasks saw
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

#include "server.h"

static const char *result_name( const struct task *task )
{
    return task->state == TASK_DONE ? "ok" : "FAILED";
}

static const char *channel_name( const struct task *task )
{
    return task->channel_name ? task->channel_name : "-";
}

void report_results( const struct script *script )
{
    const struct task *task;

    for (task = script->tasks; task < script->tasks + script->count; task++)
        printf( "result task=%s status=%s sent=%" PRIu64 " received=%" PRIu64 " bytes-sent=%" PRIu64
                " bytes-received=%" PRIu64 " hash-expected=%016" PRIx64 " hash-received=%016" PRIx64
                " worst-us=%" PRIu64 " channel=%s\n",
                task->name, result_name( task ), task->totals.messages_sent, task->totals.messages_received,
                task->totals.bytes_sent, task->totals.bytes_received, task->totals.hash_expected,
                task->totals.hash_received, task->totals.worst_us, channel_name( task ) );
}

void report_table( const struct script *script )
{
    const struct task *task;

    printf( "\n%-14s %-22s %-16s %17s %23s %9s  %s\n", "plug-in", "channel", "task", "messages out/in",
            "bytes out/in", "worst ms", "result" );
    for (task = script->tasks; task < script->tasks + script->count; task++)
    {
        printf( "%-14s %-22s %-16s %8" PRIu64 "/%-8" PRIu64 " %11" PRIu64 "/%-11" PRIu64,
                task->by, channel_name( task ), task->name, task->totals.messages_sent,
                task->totals.messages_received, task->totals.bytes_sent, task->totals.bytes_received );
        if (task->totals.worst_us) printf( " %9.1f", task->totals.worst_us / 1000.0 );
        else printf( " %9s", "-" );
        printf( "  %s\n", result_name( task ) );
    }
    putchar( '\n' );
}
