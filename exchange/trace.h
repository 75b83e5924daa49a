/*
 * A session's PDUs in a file, for bug reports, or for who looks on
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

#ifndef __WINEDVC_TRACE_H
#define __WINEDVC_TRACE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "session.h"

/*
 * A text of lines "recv HEX" and "send HEX", as the client sees the PDUs of our
 * channels cross the wire, and of comments that begin with #. The addin writes
 * it: only there the order is that of the wire, and what the addin swallows or
 * says itself is seen. A CREATE_REQ that waits for the hosts' names is in it when
 * it comes, even if it is FreeRDP's in the end.
 *
 * The same goes as records (session.h) to a pipe, if somebody reads one.
 *
 * Any thread may hand in lines: they are kept, up to 16 MiB, until trace_write()
 * is called where waiting for a disk does no harm. Every function takes NULL for
 * no trace.
 */
struct trace;

/* What a trace begins with: it is looked at for every PDU, so without a call. */
struct trace_state
{
    atomic_bool wanted;     /* there is a reader, or may yet be one */
};

/* Keeps what comes until it is opened. NULL without memory. */
extern struct trace *trace_create( void );
/* It is for that file, which must not exist, and ends after so many MiB; NULL if there is to be none. */
extern void trace_open( struct trace *trace, const char *path, unsigned int size );
/* From now on it goes to that pipe as well, which is the trace's. Returns false if it goes to one already. */
extern bool trace_attach( struct trace *trace, int pipe );
/* The pipe, -1 if there is none, and what to wait for there besides an error: then trace_write() is to be called. */
extern int trace_pipe( struct trace *trace, short *events );
/* Its reader wants no more than what there is now: when that is written it is closed. */
extern void trace_release( struct trace *trace );
/* Has its reader gone, or got all it wanted, since the last call? */
extern bool trace_has_lost_reader( struct trace *trace );

/* Is anything handed in of use? */
static inline bool trace_is_wanted( const struct trace *trace )
{
    return trace && ((const struct trace_state *)trace)->wanted;
}

/* Writes what is left. */
extern void trace_destroy( struct trace *trace );

/* For a trace that is wanted. */
extern void trace_keep( struct trace *trace, enum trace_kind kind, const void *data, size_t size );
static inline void trace_pdu( struct trace *trace, enum trace_kind kind, const uint8_t *pdu, size_t size )
{
    if (trace_is_wanted( trace )) trace_keep( trace, kind, pdu, size );
}
extern void trace_note( struct trace *trace, const char *format, ... ) __attribute__((format( printf, 2, 3 )));

/* Returns an error number, once, if the file can not be written any more, else 0. The calling thread has SIGPIPE
 * blocked. */
extern int trace_write( struct trace *trace );
/* The same on a thread of the client's: all that is there goes out, though it takes a second. A reader then knows that
 * it has all, if it has. */
extern void trace_finish( struct trace *trace );

/* When the hosts are to be asked for their counters, in the time of clock_ms(): a moment after the last of
 * the PDUs that came since they were asked last. UINT64_MAX if there were none. */
extern uint64_t trace_ask_time( struct trace *trace );
extern void trace_asked( struct trace *trace );

#endif /* __WINEDVC_TRACE_H */
