/*
 * One winedvc.exe: its process and its socket
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

#ifndef __WINEDVC_HOST_H
#define __WINEDVC_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "frames.h"
#include "log.h"
#include "output.h"
#include "packet.h"
#include "process.h"
#include "wine.h"

/* What a host may leave unread before it is given up. */
#define HOST_MAX_QUEUE   67108864
/* A host that says nothing for so long is asked whether it lives. */
#define HOST_PING_MS     5000
/* One that does not answer for so long, WINEDVC_TIMEOUT in seconds, has ended. */
#define HOST_TIMEOUT_MS  10000
/* From the end of its socket, or of the session, to SIGKILL. */
#define HOST_END_MS      10000

/*
 *   STARTS --HELLO--> BEGUN --READY--> READY
 *
 * From each of them it ends: see life.h.
 */
enum host_state
{
    HOST_STARTS,
    HOST_BEGUN,
    HOST_READY,     /* each of its plug-ins has answered Initialize */
    HOST_ENDS,      /* its socket is closed; its process may live */
    HOST_STATES
};

enum host_event
{
    EVENT_HELLO,
    EVENT_READY,
    EVENT_END,
};

/*
 * Lives on the list of its bridge and is freed by the I/O thread when both its
 * socket and its process are gone. Only the I/O thread reads the socket, reaps
 * and changes the members of the first group.
 */
struct host
{
    struct host        *next;
    unsigned int        number;     /* from 1; 0 is the scout */
    unsigned int        bits;
    struct group       *group;      /* what it runs, NULL for the scout */
    char               *title;      /* for the log */
    int                 fd;         /* -1 after the end of the socket */
    struct process      process;
    enum host_state     state;
    char               *bye;        /* why it ends, as far as it said so */
    uint64_t            kill_time;  /* UINT64_MAX if it need not end */
    uint64_t            ping_time;  /* for HELLO; then for the next PING; while one is out, for its PONG */
    bool                pinged;
    struct frame_reader reader;
    struct log_limit    limit;
    struct output       output;

    /* protected by the bridge's lock */
    struct packet_queue out;        /* frames that the socket did not take yet */
    size_t              out_offset; /* in the first of them */
    bool                overrun;    /* it does not read what we send */
    const char         *broken;     /* the rule that it broke, if any */
    struct packet_queue in;         /* its PDUs for the server */
    size_t              window;     /* bytes of its PDUs, up to WINEDVC_WINDOW, not yet credited */
    size_t              credit;     /* bytes of them that may be */
    bool                purging;    /* what comes before PURGED is of an older connection, and earns no credit */
    bool                takes_part; /* in this connection */
    bool                leaving;    /* it has ended, and its last PDUs are still to go out */
};

/*
 * Starts a host with the given arguments, up to a NULL. Sends HELLO. The number,
 * and the title, which is copied, are the caller's choice. NULL with errno.
 */
extern struct host *host_create( unsigned int number, unsigned int bits, const char *title,
                                 const struct wine_program *program, char *const *arguments );

/* Returns false if the state is none for that event. */
extern bool host_event( struct host *host, enum host_event event );

/* Socket and process must be gone. */
extern void host_destroy( struct host *host );

/* Sends a frame whose body is the two parts, or queues it. Never waits. */
extern void host_send( struct host *host, uint16_t stream, uint16_t flags, const void *first, size_t first_size,
                       const void *second, size_t second_size );
extern void host_send_control( struct host *host, enum winedvc_control type, const void *body, size_t size );

/* Sends what is queued, as far as the socket takes it. */
extern void host_flush( struct host *host );

/* As recv(), without waiting. */
extern ssize_t host_receive( struct host *host, void *buffer, size_t size );

/* Ends its side of the socket. What was to be sent to it is dropped. */
extern void host_close( struct host *host );
extern void host_kill( struct host *host );

/* Drops the PDUs for the server, which gives their bytes back to the host's window. Returns their number. */
extern unsigned int host_drop_pdus( struct host *host );

#endif /* __WINEDVC_HOST_H */
