/*
 * What a session shows of itself to the user's command
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

#ifndef __WINEDVC_PAGE_H
#define __WINEDVC_PAGE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * One file for each session, which its user alone may read. It has no name of its own,
 * so that nobody can cut off what the addin has mapped and counts in:
 * $XDG_RUNTIME_DIR/winedvc/PID-N.status leads to the client's descriptor, as soon as the
 * page is complete. Whoever reads it copies it and believes nothing: a length, a text or
 * a number may be anything.
 *
 * Each of the two parts has one writer at a time. A counter is stored whole and may be
 * read at any time. Whatever else a part has belongs together while its sequence is
 * even and the same before and after it was copied.
 *
 * A name that leads to no page, or to one of another process by its start_time, is of a
 * client that crashed: "winedvc status" tells of it, and removes it.
 */

#define PAGE_VERSION  1
#define PAGE_HOSTS    32    /* what finds no row of its own counts in the last */
#define PAGE_CHANNELS 64    /* the same */
#define PAGE_NAME     80
#define PAGE_TITLE    128
#define PAGE_TEXT     256

enum page_direction
{
    PAGE_RECEIVED,      /* from the server */
    PAGE_SENT,
    PAGE_DIRECTIONS
};

/* Of data alone: what plug-ins wrote or were given. */
struct page_flow
{
    uint64_t messages;  /* that are complete */
    uint64_t bytes;
};

enum page_channel_state
{
    PAGE_CHANNEL_FREE,  /* the row is nobody's */
    PAGE_CHANNEL_OFFERED,
    PAGE_CHANNEL_OPEN,
    PAGE_CHANNEL_CLOSED,/* the row stays until another channel needs it */
};

struct page_channel
{
    uint32_t         state;
    uint32_t         id;
    uint32_t         host;          /* its row */
    uint32_t         age;           /* of two the one that began later has the greater one */
    struct page_flow flows[PAGE_DIRECTIONS];
    char             name[PAGE_NAME];   /* bytes; cut, like all texts, to what has room with a NUL */
};

/* What a group of plug-ins has carried, whichever of its processes did. */
struct page_port
{
    struct page_flow flows[PAGE_DIRECTIONS];
    uint64_t         queued;        /* bytes that wait for the server */
    uint64_t         unread;        /* bytes that its process has not read yet */
};

enum page_host_state
{
    PAGE_HOST_FREE,
    PAGE_HOST_STARTS,
    PAGE_HOST_BEGUN,    /* its plug-ins are not ready yet */
    PAGE_HOST_READY,
    PAGE_HOST_ENDED,
    PAGE_HOST_AGAIN,    /* ended, and to be started again */
};

/* A group of plug-ins that share a process. */
struct page_host
{
    uint32_t state;
    uint32_t number;        /* of its present or last process, as in the log */
    uint32_t pid;
    uint32_t bits;
    uint32_t restarts;
    uint32_t reserved;
    uint64_t time;          /* when the state began, in microseconds since 1970 */
    char     title[PAGE_TITLE];
    char     error[PAGE_TEXT];  /* why it ended last */
};

struct page
{
    uint32_t version;       /* first in any version */
    uint32_t size;          /* of all this */
    uint32_t pid;
    uint32_t reserved;
    uint64_t start_time;    /* the process's, as /proc/PID/stat has it */
    uint64_t begin_time;    /* the session's, in microseconds since 1970 */
    char     client[PAGE_NAME];     /* the program */
    char     winedvc[PAGE_NAME];    /* the addin's version */

    /* the exchange's, under its lock */
    struct page_traffic
    {
        uint32_t sequence;
        uint32_t connected;         /* 0 or 1 */
        uint64_t connections;       /* until now */
        uint64_t connect_time;      /* of the last, in microseconds since 1970 */
        uint64_t round_trip;        /* the network's, in microseconds; 0 if it is not known */
        uint64_t late;              /* PDUs of the server for channels that we closed */
        uint64_t oversized;         /* messages of the server, or without an end */
        uint64_t answered;          /* closes and refusals for hosts that are gone */
        uint64_t dropped;           /* PDUs of hosts for channels or connections that have ended */
        char     server[PAGE_TEXT];
        struct page_port    ports[PAGE_HOSTS];
        struct page_channel channels[PAGE_CHANNELS];
    } traffic;

    /* the supervisor's, on the I/O thread */
    struct page_processes
    {
        uint32_t sequence;
        uint32_t reserved;
        uint64_t error_time;        /* in microseconds since 1970, 0 for none */
        char     error[PAGE_TEXT];  /* the last line of that level in the log */
        struct page_host hosts[PAGE_HOSTS];
    } processes;
};

/* On the client's main thread, when a session begins. Nobody else sees it, and a line says so, where there is no place
 * for its name. NULL without memory. */
extern struct page *page_create( char *const *environment, const char *version );
/* Removes the name, too; so does the process's end, unless it crashes. */
extern void page_destroy( struct page *page );

/* Its name; false if it has none. */
extern bool page_path( const struct page *page, char path[PATH_MAX] );

/* In microseconds since 1970. */
extern uint64_t page_now( void );

/* What follows needs nothing but C. What is no counter is written between these two. */
static inline void page_begin( uint32_t *sequence )
{
    __atomic_store_n( sequence, *sequence | 1, __ATOMIC_RELAXED );
    __atomic_thread_fence( __ATOMIC_SEQ_CST );
}

static inline void page_end( uint32_t *sequence )
{
    __atomic_store_n( sequence, *sequence + 1, __ATOMIC_RELEASE );
}

/* Cut to what has room. */
static inline void page_set_text( char *text, size_t size, const char *from )
{
    size_t length = 0;

    while (length < size - 1 && from[length]) length++;
    memcpy( text, from, length );
    memset( text + length, 0, size - length );
}

/* A counter's next value, which a reader sees as a whole, but for once where the processor has 32 bits. */
static inline void page_store( uint64_t *counter, uint64_t value )
{
    *(volatile uint64_t *)counter = value;
}

static inline void page_add( uint64_t *counter, uint64_t number )
{
    page_store( counter, *counter + number );
}

#endif /* __WINEDVC_PAGE_H */
