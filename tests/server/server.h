/*
 * Test RDP server: a scripted peer for dynamic virtual channels
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

#ifndef WINEDVC_TESTS_SERVER_H
#define WINEDVC_TESTS_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "compat.h"

struct pollfd;

/*
 * One thread does everything: main.c waits for descriptors and deadlines, lets the
 * session read and write, then lets every task go as far as it can. Nothing below
 * blocks. Times are microseconds of the monotonic clock, sizes are bytes.
 */

uint64_t now_us(void);

/* certificate.c: a self-signed certificate and its key as PEM text, made in memory;
 * they last as long as the process. False where OpenSSL fails. */
struct identity
{
    char *certificate;
    char *key;
};

bool identity_create( struct identity *identity );
void identity_destroy( struct identity *identity );

/* session.c: the RDP connection of one client. */
struct session;

#define SESSION_MAX_FDS 36

/* Takes fd over, also when it fails. NULL where FreeRDP fails. version is what drdynvc offers; old_security is
 * [MS-RDPBCGR] 5.3 in the place of TLS. */
struct session *session_create( int fd, const struct identity *identity, uint16_t version, bool old_security );

/* What to wait for; returns the number of entries filled, at most SESSION_MAX_FDS.
 * *ready is set where the session need not wait at all. */
size_t session_get_fds( struct session *session, struct pollfd *fds, bool *ready );

/* Reads and writes what can be read and written now. False: the connection has ended. */
bool session_process( struct session *session );

/* The client has finished logging on: the session is the script's. */
bool session_is_active( const struct session *session );

/* The client has answered the capabilities: dynamic channels can be opened. */
bool session_has_dynamic_channels( const struct session *session );
/* Sends drdynvc's capabilities once more; what the session sends by itself they do not change. */
bool session_send_caps( struct session *session );
/* Has the client joined the static channel? */
bool session_has_static( const struct session *session, const char *name );

/* What is sent now would wait in FreeRDP's buffer. */
bool session_is_blocked( const struct session *session );

/* The script's ends: without a word, as a server that is gone, or with one. error is
 * [MS-RDPBCGR] 2.2.5.1.1's errorInfo, 0 for none. The session only waits to be destroyed. */
void session_drop( struct session *session );
void session_reset( struct session *session );
void session_end( struct session *session, uint32_t error );
/* Fills the session's picture with one colour, in as many bits as its colours have. */
bool session_paint( struct session *session, uint32_t colour );
/* Tells the client to connect anew; it ends the connection by itself. */
bool session_redirect( struct session *session );
bool session_is_over( const struct session *session );

/* Tells the client that the session is over unless it was dropped, and frees everything:
 * no channel of it may be left. */
void session_destroy( struct session *session );

/* channel.c: one dynamic channel. */
enum channel_state
{
    CHANNEL_OPENING,
    CHANNEL_OPEN,
    CHANNEL_REFUSED,
    CHANNEL_CLOSED,     /* by the client, or answered by it after channel_close */
};

struct channel
{
    struct channel *next;       /* in the session's list */
    struct session *session;
    HANDLE handle;              /* NULL after channel_close */
    uint32_t id;
    uint32_t status;            /* the client's CreationStatus */
    enum channel_state state;
};

/* Sends the offer. NULL where FreeRDP cannot. */
struct channel *channel_open( struct session *session, const char *name );

/* A static channel, which is open at once. NULL if the client has not joined it. */
struct channel *channel_open_static( struct session *session, const char *name );

bool channel_write( struct channel *channel, const uint8_t *data, size_t size );

/* The next whole message, allocated, belongs to the caller; false: there is none now. */
bool channel_read( struct channel *channel, uint8_t **data, size_t *size );

/* Sends CLOSE if the channel is open. Its state changes when the client answers. */
void channel_close( struct channel *channel );

/* Closes it if that has not been done. NULL is fine. */
void channel_destroy( struct channel *channel );

/* Called by the session for what the client sends. */
void channel_created( struct channel *channel, uint32_t status );
void channel_closed( struct channel *channel );

/* session.c, for channel.c */
HANDLE session_open_dynamic( struct session *session, const char *name );
HANDLE session_open_static( struct session *session, const char *name );
void session_add_channel( struct session *session, struct channel *channel );
void session_remove_channel( struct session *session, struct channel *channel );

/* control.c: lines of a FIFO, each a word that a step may wait for. */
struct control
{
    int fd;
    char words[4096];           /* so far; more are not heard */
    size_t size;
};

/* False, and a line, if that is no file that can be read. */
bool control_open( struct control *control, const char *file );
/* What has come. */
void control_read( struct control *control );
bool control_heard( const struct control *control, const char *word );

/* script.c: the text of a script, checked. README describes the language. */
struct task;
struct step;

enum progress
{
    STEP_WAITS,
    STEP_DONE,
    STEP_FAILED,        /* task_fail has said why */
};

struct verb
{
    const char *name;
    const char *form;       /* its words: t text, n number, + one or more numbers, ? the rest may be missing */
    uint32_t max;           /* of its numbers */
    const char *awaits;     /* for the message when that does not come in time */
    bool names_task;        /* its text is the name of another task */
    bool needs_channel;
    bool needs_connection;
    bool patient;           /* it waits for other tasks, as long as they take */
    bool zero;              /* its numbers may be 0 */
    bool outlives;          /* a task whose connection ends goes on with the next such step */
    void (*start)( struct task *task, const struct step *step );    /* may be NULL */
    enum progress (*advance)( struct task *task, const struct step *step );
};

struct step
{
    const struct verb *verb;
    unsigned int line;
    char *text;             /* NULL where there is none */
    uint32_t *numbers;
    size_t count;
};

struct script
{
    const char *file;
    bool has_seed;
    uint64_t seed;
    unsigned int connections;   /* that could be used so far */
    struct control control;     /* its fd is -1 if there is none */
    struct task *tasks;
    size_t count;
};

/* Prints file, line and reason and returns false where the script is wrong. */
bool script_read( struct script *script, const char *file );
void script_free( struct script *script );

struct task *script_find_task( struct script *script, const char *name );

/* steps.c: every verb of the language. NULL: there is no such verb. */
const struct verb *verb_find( const char *name );

/* task.c: runs a task's steps in order. */
enum task_state
{
    TASK_RUNNING,
    TASK_DONE,
    TASK_FAILED,
};

/* A reproducible sequence of pseudo-random bytes. */
struct random
{
    uint64_t state;
};

struct totals
{
    uint64_t messages_sent;
    uint64_t messages_received;
    uint64_t bytes_sent;
    uint64_t bytes_received;
    uint64_t hash_expected;         /* FNV-1a of all answers as they had to be */
    uint64_t hash_received;         /* and as they were */
    uint64_t worst_us;              /* round trip, where one message at a time was on the way */
};

struct task
{
    char *name;
    char *by;                       /* who answers, for the table */
    struct step *steps;
    size_t count;

    struct script *script;
    struct session *session;        /* NULL while there is no connection */
    unsigned int connection;        /* that its steps belong to, from 1 */
    enum task_state state;
    bool started;                   /* the current step */
    size_t current;                 /* the step that runs */
    uint64_t limit;                 /* default time of a step */
    uint64_t began;                 /* the step */
    uint64_t deadline;              /* UINT64_MAX: none */
    uint64_t wake;                  /* the step wants a turn then; UINT64_MAX: when something happens */

    struct channel *channel;        /* NULL: none is open */
    struct channel *offer;          /* of open-refused */
    char *channel_name;             /* the last one opened, NULL before */
    uint8_t key[64];
    size_t key_size;                /* 0: answers are the bytes unchanged */
    struct random sent;             /* what the next message will be made of */
    struct random awaited;          /* what the next answer is made from */
    uint32_t sent_count;            /* of the step */
    uint32_t answered_count;
    uint64_t sent_at;               /* the last message */
    uint64_t answered_at;           /* the last answer came */
    uint32_t last;                  /* message of the step; 0: not known yet */
    uint32_t *trips;                /* us, of a measurement, else NULL */
    struct totals totals;
};

/* Before the first task_run. */
void task_prepare( struct task *task, uint64_t seed, uint64_t limit );

/* A connection can be used, or has ended: the task fails unless it has a step that outlives it. */
void task_connected( struct task *task, struct session *session );
void task_disconnected( struct task *task );

/* Goes on as far as possible; true if it went on at all. Fails at the deadline. */
bool task_run( struct task *task );

/* Ends the task: prints task, line, step and the text. Always STEP_FAILED. */
enum progress task_fail( struct task *task, const char *format, ... )
    __attribute__((format( printf, 2, 3 )));

/* The step was seen to go on: its time begins anew. */
void task_progressed( struct task *task );

/* It waits for other tasks, or is done. */
bool task_is_idle( const struct task *task );

/* Closes what the task has open. */
void task_release( struct task *task );
void task_free( struct task *task );

void random_fill( struct random *random, uint8_t *data, size_t size );
uint64_t fnv1a( uint64_t hash, const uint8_t *data, size_t size );

/* report.c */
void report_results( const struct script *script );
void report_table( const struct script *script );

#endif /* WINEDVC_TESTS_SERVER_H */
