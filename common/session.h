/*
 * The directory that sessions and the user's command meet in
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

#ifndef __WINEDVC_SESSION_H
#define __WINEDVC_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* What its files are called behind the session's name, PID-N. */
#define SESSION_PAGE  ".status"
#define SESSION_TRACE ".trace"

/*
 * A pipe of the latter name asks the session to be traced: "winedvc trace" makes it, with another name first, and reads
 * it from the moment when it has that name. The addin writes records to it, each with its bytes behind it, until nobody
 * reads any more or the session ends. It reads nothing. When the name is removed it writes what it has, and closes.
 */
struct session_record
{
    uint64_t time;      /* in microseconds since 1970 */
    uint32_t size;      /* of what follows, at most 64 KiB */
    uint32_t kind;      /* a trace_kind */
};

/* Of what the addin traces. */
enum trace_kind
{
    TRACE_NOTE,         /* a text without a NUL */
    TRACE_RECEIVED,     /* by a host */
    TRACE_LATE,         /* swallowed: the channel had been closed by us */
    TRACE_SENT,         /* by a host; the capabilities, which FreeRDP answers for all */
    TRACE_ANSWERED,     /* in the place of a host that is gone */
    TRACE_LOST,         /* a note: something is missing here */
    TRACE_WHOLE,        /* without a text: there was nothing else until now */
};

/* The longest of a record. */
#define SESSION_MAX_RECORD 65536

/* Makes it, for this user alone, unless it is there. Returns false, with errno, if it is none or others may write to
 * it. */
extern bool session_make_directory( const char *path );

/* When a process was started, as /proc/PID/stat has it; 0 if there is none. */
extern uint64_t session_start_time( pid_t pid );
/* What its program is called, "" if nobody knows. */
extern void session_program( pid_t pid, char *name, size_t size );

#endif /* __WINEDVC_SESSION_H */
