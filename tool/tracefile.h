/*
 * The PDUs of a session's trace, from its file
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

#ifndef __WINEDVC_TRACEFILE_H
#define __WINEDVC_TRACEFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "capture.h"

/*
 * Reads what "winedvc trace --output" has written, and the text that the setting
 * "trace" makes. Nothing in a file is trusted; what is no PDU of ours is passed over.
 */
struct trace_file;

struct trace_pdu
{
    enum capture_sender sender;
    unsigned int        connection; /* from 1 */
    uint64_t            time;       /* in microseconds since 1970, 0 if the file does not say */
    const uint8_t      *data;       /* until the next is read */
    size_t              size;       /* not 0 */
};

enum trace_result
{
    TRACE_PDU,
    TRACE_END,
    TRACE_BROKEN,   /* what follows can not be read: see trace_file_problem() */
};

/* NULL, with a line in problem, if it can not be opened or is neither. */
extern struct trace_file *trace_file_open( const char *path, char *problem, size_t size );
extern void trace_file_close( struct trace_file *file );

extern enum trace_result trace_file_read( struct trace_file *file, struct trace_pdu *pdu );
extern const char *trace_file_problem( const struct trace_file *file );

#endif /* __WINEDVC_TRACEFILE_H */
