/*
 * What a host prints
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
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "output.h"
#include "process.h"

/* So many lines in the time of a limit, for who has asked for them; a file takes all. */
#define WANTED_BURST 1000

/* Reads before others have their turn. */
#define READS 16

int output_open( struct output *output, bool wanted )
{
    int ends[2];

    output->fd = -1;
    output->level = wanted ? LOG_LEVEL_INFO : LOG_LEVEL_DEBUG;
    output->limit.burst = wanted ? WANTED_BURST : LOG_BURST;
    if (pipe2( ends, O_CLOEXEC )) return -1;
    output->fd = descriptor_lift( ends[0] );
    if (output->fd >= 0 && !fcntl( output->fd, F_SETFL, O_NONBLOCK )) return descriptor_lift( ends[1] );
    output_close( output );
    close( ends[1] );
    return -1;
}

void output_close( struct output *output )
{
    if (output->fd >= 0) close( output->fd );
    output->fd = -1;
}

/* THREAD:CLASS:CHANNEL:FUNCTION TEXT. Returns where CLASS begins, NULL if the line is not of this form. */
static const char *find_class( const char *line )
{
    static const char *const classes[] = { "err:", "fixme:", "warn:", "trace:" };
    size_t size = strspn( line, "0123456789abcdef" ), i;

    if (!size || line[size] != ':') return NULL;
    for (i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
        if (!strncmp( line + size + 1, classes[i], strlen( classes[i] ) )) return line + size + 1;
    return NULL;
}

/* Wine 8 says the first of each call of a plug-in's program, which it calls all the same, and Wine 10 the second of a
 * thread that has ended while a DLL is loaded. */
static bool is_noise( const char *line )
{
    static const char *const texts[] =
    {
        ":get_stub_manager_from_ipid not found for ipid ", ":alloc_tls_slot NtQueryInformationThread failed.",
    };
    const char *class = find_class( line );
    size_t i;

    for (i = 0; class && i < sizeof(texts) / sizeof(texts[0]); i++)
        if (strstr( class, texts[i] )) return true;
    return false;
}

/* Of the others some are common and mean nothing, such as those about a display. */
static bool explains_failure( const char *class )
{
    static const char *const errors[] = { "err:module:", "err:mscoree:", "err:ole:", "err:seh:", "err:sync:", "err:virtual:" };
    size_t i;

    for (i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
        if (!strncmp( class, errors[i], strlen( errors[i] ) )) return true;
    return false;
}

/* What run-time libraries of Go, Rust and C++ print first of a fault that nobody handles; a stack may follow. */
static bool begins_reason( const char *line )
{
    static const char *const beginnings[] =
    {
        "panic: ", "fatal error: ", "terminate called ", "libc++abi: ", "Assertion failed",
    };
    size_t i;

    for (i = 0; i < sizeof(beginnings) / sizeof(beginnings[0]); i++)
        if (!strncmp( line, beginnings[i], strlen( beginnings[i] ) )) return true;
    return !strncmp( line, "thread '", 8 ) && strstr( line, " panicked at " );
}

static void output_take_words( struct output *output )
{
    const char *text = output->line + strspn( output->line, " \t" );
    size_t used = strlen( output->last );

    if (output->unfinished) snprintf( output->last + used, sizeof(output->last) - used, " %s", text );
    else if (!output->reasoned) strcpy( output->last, output->line );
    output->unfinished = false;
    if (output->reasoned || !begins_reason( output->line )) return;
    output->reasoned = true;
    output->unfinished = output->line[strlen( output->line ) - 1] == ':' || !strncmp( output->line, "terminate ", 10 );
}

static void output_remember( struct output *output )
{
    const char *class = find_class( output->line );

    if (!class) output_take_words( output );
    else if (explains_failure( class )) strcpy( output->error, class );
}

static void output_end_line( struct output *output, const char *title, uint64_t now )
{
    struct log_text name, text;

    output->line[output->used] = 0;
    if (output->used && output->line[output->used - 1] == '\r') output->line[--output->used] = 0;
    output->used = 0;
    if (!output->line[strspn( output->line, " \t" )]) return;
    if (!is_noise( output->line )) output_remember( output );
    else if (output->level != LOG_LEVEL_INFO) return;   /* nobody has asked for all */
    if (!log_is_active( output->level )) return;
    if (log_limit_pass( &output->limit, now ))
        log_line( output->level, "%s prints: %s", log_escape( &name, title ), log_escape( &text, output->line ) );
}

static void output_take( struct output *output, const char *title, uint64_t now, const char *data, size_t size )
{
    size_t i;

    for (i = 0; i < size; i++)
    {
        if (data[i] == '\n' || !data[i]) output_end_line( output, title, now );
        else if (output->used < sizeof(output->line) - 1) output->line[output->used++] = data[i];
    }
}

void output_read( struct output *output, const char *title, uint64_t now )
{
    unsigned int reads = READS;
    char data[4096];
    ssize_t size;

    while (output->fd >= 0 && reads--)
    {
        if ((size = read( output->fd, data, sizeof(data) )) > 0) output_take( output, title, now, data, size );
        else if (!size || (errno != EAGAIN && errno != EINTR)) output_close( output );
        else return;
    }
}
