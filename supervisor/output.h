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

#ifndef __WINEDVC_OUTPUT_H
#define __WINEDVC_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "log.h"

/*
 * The reading end of a pipe that is a host's standard output and standard error.
 * Wine's own processes keep the other end open: it is closed when the host is gone,
 * not when the pipe ends. The I/O thread's.
 */
struct output
{
    int              fd;            /* -1 for none */
    size_t           used;          /* of line */
    char             line[LOG_TEXT];
    char             last[LOG_TEXT];    /* the last line that is neither blank nor Wine's, "" before it; of a panic or an
                                         * uncaught exception the first, with its reason */
    bool             reasoned;          /* it is such a one */
    bool             unfinished;        /* and the reason is on the next line */
    char             error[LOG_TEXT];   /* the last of Wine's errors that may explain a failure, "" before it */
    enum log_level   level;             /* of its lines in the log */
    struct log_limit limit;
};

/* Returns the writing end, which is the caller's, or -1 with errno. Wanted is what the user has asked for. */
extern int output_open( struct output *output, bool wanted );
extern void output_close( struct output *output );

/* Reads what is there, up to some limit, without waiting. Its lines, whatever bytes they hold, go to the
 * log as messages that begin with the title, for debugging if they are not wanted, so many in a time (now is in
 * milliseconds). */
extern void output_read( struct output *output, const char *title, uint64_t now );

#endif /* __WINEDVC_OUTPUT_H */
