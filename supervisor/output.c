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
#include <string.h>
#include <unistd.h>

#include "descriptor.h"
#include "output.h"

#define LEVEL LOG_LEVEL_DEBUG

/* Reads before others have their turn. */
#define READS 16

int output_open( struct output *output )
{
    int ends[2];

    output->fd = -1;
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

static void output_end_line( struct output *output, const char *title, uint64_t now )
{
    struct packet_queue lines;
    struct log_text name, text;

    output->line[output->used] = 0;
    if (output->used && output->line[output->used - 1] == '\r') output->line[--output->used] = 0;
    output->used = 0;
    if (!output->line[strspn( output->line, " \t" )]) return;
    strcpy( output->last, output->line );
    if (!log_is_active( LEVEL )) return;
    packet_queue_init( &lines );
    if (log_limit_pass( &output->limit, now, &lines ))
        log_later( &lines, LEVEL, "%s prints: %s", log_escape( &name, title ), log_escape( &text, output->line ) );
    log_write( &lines );
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
