/*
 * A winedvc.exe that a verb runs
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

#ifndef __WINEDVC_RUNNER_H
#define __WINEDVC_RUNNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host.h"
#include "log.h"
#include "port.h"
#include "report.h"
#include "settings.h"
#include "terminal.h"

enum runner_phase
{
    RUNNER_STARTS,      /* it has not said HELLO */
    RUNNER_GREETED,
    RUNNER_TOLD,        /* it has said all that it was started for: its plug-ins are ready, or it has reported */
};

/* The tool's end of one winedvc.exe: the same process, socket and frames as in a session. One thread's. */
struct runner
{
    /* the caller's */
    const struct settings *settings;
    unsigned int           bits;        /* of the process */
    char *const           *arguments;   /* winedvc.exe's, up to a NULL */
    const char            *title;       /* for the log */
    unsigned int           limit;       /* seconds from the first word to RUNNER_TOLD; 0 for none */
    uint64_t               patience;    /* milliseconds, for what it is sent on channels */
    int                    input;       /* also waited for; -1 for none. What comes before RUNNER_TOLD interrupts it */
    bool                   shows_all;   /* what it prints is shown to the last line */
    void                 (*take)( void *context, const struct report *report ); /* each report; HELLO is right */
    void                 (*take_pdu)( void *context, const uint8_t *pdu, size_t size );    /* NULL if none may come */
    /* of a static channel, as its frame has it; where PDUs may come, so may these */
    void                 (*take_chunk)( void *context, uint16_t stream, uint16_t flags, const uint8_t *body,
                                        size_t size );
    void                  *context;
    /* what came of it */
    enum runner_phase      phase;
    bool                   over;        /* nothing more is to be heard */
    bool                   has_input;   /* to be read */
    bool                   connected;   /* what it sends on channels is the connection's; the caller's */
    char                   problem[PROBLEM_TEXT];   /* why it can not go on, and what to do; "" as long as it can */
    char                   versions[LOG_TEXT];  /* of the host, of Wine and of the system; "" if it said nothing */
    struct host           *host;        /* NULL if it was not started */
    struct port           *port;
    bool                   ends;        /* it was asked to */
};

/* Starts it, and waits until it has told all or can not go on; returns false then. runner_clear() has to follow in any
 * case. */
extern bool runner_start( struct runner *runner );

/* Waits until then, in the time of clock_ms(), at most, for something to happen, and hands it on. Returns false when its
 * process is gone: a host with channels can not go on then. */
extern bool runner_turn( struct runner *runner, uint64_t until );

/* Never waits. */
extern void runner_send( struct runner *runner, enum winedvc_control type, const void *body, size_t size );
/* Wait while its process has 1 MiB to read, and no longer than patience for it to read some of that. */
extern void runner_send_pdu( struct runner *runner, const void *pdu, size_t size );
/* Of a static channel's message of that many bytes in all. */
extern void runner_send_chunk( struct runner *runner, uint16_t stream, uint16_t flags, uint32_t total, const void *data,
                               size_t size );

/* Why it can not go on. The first reason counts. */
extern void runner_fail( struct runner *runner, const char *why );

/* Ends its process: asked first if it has told all, else at once. What it prints is still read. */
extern void runner_end( struct runner *runner );
/* Ends it if it has not ended. */
extern void runner_clear( struct runner *runner );

#endif /* __WINEDVC_RUNNER_H */
