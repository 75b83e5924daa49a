/*
 * One winedvc.exe, and the addin's end of its socket
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

#ifndef __HOST_H
#define __HOST_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/frames.h"

#define HOST_LIMIT 20000    /* ms: what takes longer has failed */
#define HOST_MAX_ARGUMENTS 16

struct host
{
    pid_t pid;
    int   fd;
    bool  ended;            /* the stream has ended, or broke a rule */
    struct frame_reader reader;
    uint8_t input[65536];
    const uint8_t *unread;  /* of input */
    size_t unread_size;
    struct winedvc_frame frame;                 /* the last one */
    uint8_t body[WINEDVC_MAX_CONTROL + 1];      /* its body, with a NUL behind it */
};

/* Starts it for one plug-in: a file of tests/plugins, and what stands behind the file in the AddIns
 * value. It gets this process's environment. false, after a failed check, if that is impossible. */
extern bool host_start( struct host *host, const char *plugin, const char *suffix );
/* Starts any program of Wine's with such a socket. Arguments end with NULL. */
extern bool host_run( struct host *host, const char *program, const char *const *arguments );
/* Runs one to its end, which has to be a success. */
extern void host_run_program( const char *program, const char *const *arguments );
/* The path of winedvc.exe, and Wine's of a file of tests/plugins with a suffix. */
extern bool host_program( char program[PATH_MAX] );
extern bool host_plugin( const char *file, const char *suffix, char entry[PATH_MAX] );
/* Closes the socket and waits for the process, which has to end by that at the latest. */
extern void host_stop( struct host *host );

/* What does not arrive is not answered either. */
extern void host_send_bytes( struct host *host, const void *data, size_t size );
/* text may be NULL. */
extern void host_send( struct host *host, enum winedvc_control type, const void *fixed, size_t size,
                       const char *text );
extern void host_send_pdu( struct host *host, const void *pdu, size_t size );

/* The next frame; false at the end of the stream, or, with a failed check, after the limit. */
extern bool host_receive( struct host *host );
/* Steps over frames up to the first of that type; false if a BYE comes instead. */
extern bool host_awaits( struct host *host, enum winedvc_control type );
/* The same for a PDU with that command, [MS-RDPEDYC] 2.2. */
extern bool host_awaits_pdu( struct host *host, unsigned int command );

#endif /* __HOST_H */
