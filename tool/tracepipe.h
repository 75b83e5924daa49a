/*
 * The pipe through which a session is traced
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

#ifndef __WINEDVC_TRACEPIPE_H
#define __WINEDVC_TRACEPIPE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "session.h"
#include "sessions.h"

struct trace_pipe
{
    int      fd;
    char     path[PATH_MAX];    /* which asks the addin */
    uint8_t *buffer;
    size_t   begin, end;        /* of what was read and not taken yet */
};

/* Asks the session to be traced. Returns false, with a line, if that can not be done; else trace_pipe_close() has to
 * follow. */
extern bool trace_pipe_open( struct trace_pipe *pipe, const char *directory, const struct session *session );
/* Takes that back: what there is until now still comes, then the pipe ends. */
extern void trace_pipe_stop( struct trace_pipe *pipe );
extern void trace_pipe_close( struct trace_pipe *pipe );

/* Reads what is there, without waiting. Returns false at its end. */
extern bool trace_pipe_read( struct trace_pipe *pipe );
/* The next record that is there whole; its bytes stay until more is read. NULL if there is none; *broken is set if what
 * follows is no record. */
extern const uint8_t *trace_pipe_take( struct trace_pipe *pipe, struct session_record *record, bool *broken );

#endif /* __WINEDVC_TRACEPIPE_H */
