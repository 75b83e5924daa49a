/*
 * FreeRDP's part in loading the addin, played by a test
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

#ifndef __LOADER_CLIENT_H
#define __LOADER_CLIENT_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <freerdp/freerdp.h>
#include <freerdp/svc.h>

#define LOADER_LIMIT 20     /* seconds: what takes longer has failed */
#define LOADER_QUEUE 64     /* writes */
#define LOADER_DRDYNVC_ID 1004

/* A static channel's message, or chunk. */
struct message
{
    struct message *next;
    UINT16          channel_id;
    UINT32          flags;          /* of a chunk that the addin left to FreeRDP */
    size_t          total_size;
    size_t          size;
    uint8_t         data[];
};

struct message_list
{
    struct message *first, *last;
    size_t          count;
};

struct client_write
{
    void *data;
    ULONG size;
    void *user_data;
    bool  asks;         /* for a turn of the main thread, since it is another one that writes */
};

/*
 * One session of FreeRDP's library as an addin sees it: a real instance, whose
 * channels are played here. Belongs to the thread that made it, its main
 * thread. What a call of the addin must never do is checked in that call.
 */
struct client
{
    freerdp            *instance;
    pthread_t           thread;

    /* what this FreeRDP and its server do, for the test to choose */
    UINT16              drdynvc_id;         /* as freerdp_channels_get_id_by_name() tells it */
    UINT32              entry_magic;        /* of the entry's structure */
    UINT32              entry_size;
    UINT                init_error;         /* of InitEx */
    const char         *option;             /* the addin's argument, NULL for none */
    UINT                write_event;        /* CHANNEL_EVENT_WRITE_COMPLETE, or CANCELLED */
    bool                cancels;            /* at a disconnect what is in the queue, which else stays there */
    bool                send_fails;         /* FreeRDP's SendChannelData does */
    unsigned int        send_ms;            /* that it takes */
    bool                receive_fails;
    bool                watches;            /* the main loop can wait for a descriptor of an addin's */

    /* what has come of it; the test may take messages out */
    struct message_list sent;               /* to the server, by FreeRDP's SendChannelData */
    struct message_list left;               /* to FreeRDP's ReceiveChannelData */
    unsigned int        turns;              /* writes that asked for one and are done */
    size_t              most_sent;          /* bytes, in one of them */
    uint64_t            sent_cpu;           /* the main thread's processor time when it sent last, in microseconds */

    /* the addin's */
    void                     *user_param;
    PCHANNEL_INIT_EVENT_EX_FN init_event;
    PCHANNEL_OPEN_EVENT_EX_FN open_event;
    bool                      opened;

    HANDLE              watch;              /* that descriptor's, NULL for none */
    BOOL              (*watch_ready)( rdpContext *context, void *arg );
    void               *watch_arg;

    bool                completing;         /* a write's event is told */
    size_t              sent_now;           /* bytes since it began */

    struct client      *next;               /* of all of the program */
    int                 event;              /* an eventfd that tells of a write */
    pthread_mutex_t     lock;
    pthread_cond_t      queued;
    /* protected by lock */
    bool                connected;
    struct client_write queue[LOADER_QUEUE];
    unsigned int        queue_count;
    unsigned int        asked, most_asked;  /* writes that ask for a turn and are not done */
    unsigned int        asked_ever;
    void              (*before_write)(void);    /* called by WriteEx, without the lock */
    bool                writing;                /* it has been */
};

/* Ends the test program if the addin or FreeRDP is missing. */
extern struct client *client_create(void);
/* The addin may have been told that the session is over, or may not. */
extern void client_destroy( struct client *client );

/* Sets the callbacks to FreeRDP's own, as a new instance has them. */
extern void client_set_callbacks( struct client *client );
/* Are they that? */
extern bool client_is_hooked( const struct client *client );

/* Has FreeRDP load its addin for a dynamic channel, as an option of the user's does. */
extern void client_serve( struct client *client, const char *name );

/* Calls the addin's entry, whose arguments are gone after it. */
extern void client_load( struct client *client );
/* CHANNEL_EVENT_INITIALIZED and so on. */
extern void client_event( struct client *client, UINT event );
/* Loads it and connects. */
extern void client_begin( struct client *client );
/* Disconnects, if connected, and terminates. */
extern void client_end( struct client *client );

/* The processor time that the calling thread has had, in microseconds. */
extern uint64_t client_cpu(void);

/* One turn of the main loop: the whole queue, as FreeRDP does it. */
extern void client_turn( struct client *client );
extern void client_set_before_write( struct client *client, void (*before_write)(void) );
/* Waits until a write is queued, or before_write called; false, after a failed check, if there is none. */
extern bool client_wait( struct client *client );

/* A chunk from the server. */
extern void client_receive( struct client *client, UINT16 channel_id, const void *data, size_t size, UINT32 flags,
                            size_t total_size );

extern void message_list_add( struct message_list *list, UINT16 channel_id, const void *data, size_t size,
                              UINT32 flags, size_t total_size );
/* The caller frees it; NULL if there is none. */
extern struct message *message_list_pop( struct message_list *list );
extern void message_list_clear( struct message_list *list );

#endif /* __LOADER_CLIENT_H */
