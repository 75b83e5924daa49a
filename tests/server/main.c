/*
 * Test RDP server: options and the loop
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

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "server.h"

enum { EXIT_USAGE = 2 };

struct server
{
    struct script script;
    struct identity identity;
    struct session *session;    /* NULL: no client is there */
    int listener;
    int signals;
    uint64_t limit;             /* of a step, and for a client to come */
    uint64_t deadline;          /* for a client to come */
    uint64_t caps;              /* drdynvc's version */
    bool running;               /* the tasks are */
    bool connected;             /* the session is the tasks' */
    bool table;
    bool hold;
    bool old_security;
};

uint64_t now_us(void)
{
    struct timespec now;

    clock_gettime( CLOCK_MONOTONIC, &now );
    return now.tv_sec * UINT64_C( 1000000 ) + now.tv_nsec / 1000;
}

static int usage( const char *name )
{
    fprintf( stderr, "Usage: %s [--port N] [--seed N] [--timeout SECONDS] [--caps N] [--table] [--hold]\n"
             "       [--control FIFO] [--rdp-security] SCRIPT\n"
             "Waits on 127.0.0.1 for one RDP client and runs SCRIPT (see README) with it.\n"
             "  --port N     0, the default, takes a free one; it is printed\n"
             "  --timeout S  for a client to come and for each step, default 30\n"
             "  --caps N     the version of MS-RDPEDYC that is offered, default 1\n"
             "  --table      prints a table for people at the end\n"
             "  --control F  a FIFO with the words that steps wait for, one a line\n"
             "  --hold       keeps the session when the script is done, until the client or SIGTERM ends it\n"
             "  --rdp-security  RDP's own encryption in the place of TLS\n",
             name );
    return EXIT_USAGE;
}

static bool parse_option( const char *name, const char *text, uint64_t max, uint64_t *number )
{
    char *end;

    errno = 0;
    *number = strtoull( text, &end, 0 );
    if (*text >= '0' && *text <= '9' && !*end && !errno && *number <= max) return true;
    fprintf( stderr, "--%s: \"%s\" is not a number from 0 to %" PRIu64 "\n", name, text, max );
    return false;
}

static bool parse_options( struct server *server, int argc, char **argv, uint64_t *port, uint64_t *seed,
                           bool *has_seed, const char **control )
{
    static const struct option options[] =
    {
        { "port", required_argument, NULL, 'p' },
        { "seed", required_argument, NULL, 's' },
        { "timeout", required_argument, NULL, 't' },
        { "caps", required_argument, NULL, 'c' },
        { "control", required_argument, NULL, 'C' },
        { "table", no_argument, NULL, 'T' },
        { "hold", no_argument, NULL, 'H' },
        { "rdp-security", no_argument, NULL, 'r' },
        { NULL, 0, NULL, 0 },
    };
    bool good = true;
    int option;

    server->limit = 30;
    server->caps = 1;
    while (good && (option = getopt_long( argc, argv, "", options, NULL )) != -1)
    {
        if (option == 'p') good = parse_option( "port", optarg, UINT16_MAX, port );
        else if (option == 's') good = *has_seed = parse_option( "seed", optarg, UINT64_MAX, seed );
        else if (option == 't') good = parse_option( "timeout", optarg, 86400, &server->limit );
        else if (option == 'c') good = parse_option( "caps", optarg, UINT16_MAX, &server->caps );
        else if (option == 'C') *control = optarg;
        else if (option == 'T') server->table = true;
        else if (option == 'H') server->hold = true;
        else if (option == 'r') server->old_security = true;
        else good = false;
    }
    server->limit *= 1000000;
    return good && optind == argc - 1;
}

static bool start_listening( struct server *server, uint16_t port )
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons( port ),
                                   .sin_addr.s_addr = htonl( INADDR_LOOPBACK ) };
    socklen_t size = sizeof(address);
    int one = 1;

    server->listener = socket( AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0 );
    if (server->listener == -1 ||
        setsockopt( server->listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one) ) ||
        bind( server->listener, (struct sockaddr *)&address, size ) ||
        listen( server->listener, 4 ) ||
        getsockname( server->listener, (struct sockaddr *)&address, &size ))
    {
        fprintf( stderr, "cannot listen on 127.0.0.1:%u: %s\n", port, strerror( errno ) );
        return false;
    }
    printf( "listening on 127.0.0.1:%u\n", ntohs( address.sin_port ) );
    server->deadline = now_us() + server->limit;
    return true;
}

static bool catch_signals( struct server *server )
{
    sigset_t set;

    sigemptyset( &set );
    sigaddset( &set, SIGTERM );
    sigaddset( &set, SIGINT );
    signal( SIGPIPE, SIG_IGN );
    return !sigprocmask( SIG_BLOCK, &set, NULL ) && (server->signals = signalfd( -1, &set, SFD_CLOEXEC )) != -1;
}

static void accept_client( struct server *server )
{
    int fd = accept( server->listener, NULL, NULL );

    if (fd == -1) return;
    if (!(server->session = session_create( fd, &server->identity, server->caps, server->old_security )))
        printf( "FreeRDP cannot serve the client\n" );
    else printf( "a client has come\n" );
}

static void end_connection( struct server *server, const char *why )
{
    struct script *script = &server->script;
    size_t i;

    printf( "%s\n", why );
    for (i = 0; server->connected && i < script->count; i++) task_disconnected( &script->tasks[i] );
    session_destroy( server->session );
    server->session = NULL;
    server->connected = false;
}

/* True when no task is left. */
static bool run_tasks( struct server *server )
{
    struct script *script = &server->script;
    bool moved, running = false, idle = true;
    size_t i;

    do
    {
        for (i = 0, moved = false; i < script->count; i++) moved |= task_run( &script->tasks[i] );
    } while (moved);
    for (i = 0; i < script->count; i++)
    {
        if (script->tasks[i].state != TASK_RUNNING) continue;
        running = true;
        if (script->tasks[i].deadline != UINT64_MAX) idle = false;
    }
    for (i = 0; running && idle && i < script->count; i++)
        if (script->tasks[i].state == TASK_RUNNING) task_fail( &script->tasks[i], "the tasks wait for each other" );
    return !running || idle;
}

/* As run_tasks. A connection that a task ends is the end of it for all. */
static bool play( struct server *server )
{
    bool done = run_tasks( server );

    while (server->session && session_is_over( server->session ))
    {
        end_connection( server, "the connection is over" );
        done = run_tasks( server );
    }
    return done;
}

static uint64_t next_deadline( const struct server *server )
{
    const struct script *script = &server->script;
    uint64_t deadline = server->running ? UINT64_MAX : server->deadline;
    size_t i;

    for (i = 0; server->running && i < script->count; i++)
    {
        if (script->tasks[i].state != TASK_RUNNING) continue;
        if (script->tasks[i].deadline < deadline) deadline = script->tasks[i].deadline;
        if (script->tasks[i].wake < deadline) deadline = script->tasks[i].wake;
    }
    return deadline;
}

/* Waits for something to happen and does the session's part of it. False: SIGTERM or SIGINT came. */
static bool turn( struct server *server, uint64_t deadline )
{
    struct pollfd fds[3 + SESSION_MAX_FDS] =
    {
        { server->signals, POLLIN, 0 },
        /* one that is redirected may come before the end of its first connection is seen */
        { server->session ? -1 : server->listener, POLLIN, 0 },
        { server->script.control.fd, POLLIN, 0 },
    };
    uint64_t now = now_us();
    size_t count = 3;
    bool ready = false;
    int wait = -1;

    if (server->session) count += session_get_fds( server->session, fds + count, &ready );
    if (deadline != UINT64_MAX) wait = deadline > now ? (deadline - now) / 1000 + 1 : 0;
    if (poll( fds, count, ready ? 0 : wait ) < 0 && errno != EINTR) return false;
    if (fds[0].revents)
    {
        printf( "told to end\n" );
        return false;
    }
    if (fds[1].revents) accept_client( server );
    if (fds[2].revents) control_read( &server->script.control );
    if (server->session && !session_process( server->session ))
        end_connection( server, "the client has gone" );
    return true;
}

static void begin_connection( struct server *server )
{
    struct script *script = &server->script;
    size_t i;

    printf( "dynamic channels are ready\n" );
    script->connections++;
    for (i = 0; i < script->count; i++)
    {
        if (!server->running) task_prepare( &script->tasks[i], script->seed, server->limit );
        task_connected( &script->tasks[i], server->session );
    }
    server->running = server->connected = true;
}

/* True if the client has had its time. */
static bool is_late( const struct server *server )
{
    if (server->running || now_us() < server->deadline) return false;
    if (!server->session) printf( "no client came within %" PRIu64 " s\n", server->limit / 1000000 );
    else if (!session_is_active( server->session ))
        printf( "the client did not log on within %" PRIu64 " s\n", server->limit / 1000000 );
    else printf( "the client offers no dynamic channels\n" );
    return true;
}

static void serve( struct server *server )
{
    while (turn( server, next_deadline( server ) ))
    {
        if (is_late( server )) return;
        if (!server->connected && server->session && session_has_dynamic_channels( server->session ))
            begin_connection( server );
        if (server->running && play( server )) break;
    }
}

static bool script_succeeded( const struct script *script )
{
    size_t i;

    for (i = 0; i < script->count && script->tasks[i].state == TASK_DONE; i++);
    return i == script->count;
}

static void finish( struct server *server )
{
    size_t i;

    report_results( &server->script );
    if (server->table) report_table( &server->script );
    printf( "script %s\n", script_succeeded( &server->script ) ? "ok" : "FAILED" );
    while (server->hold && server->session && turn( server, UINT64_MAX ));
    for (i = 0; server->session && i < server->script.count; i++) task_release( &server->script.tasks[i] );
    if (server->session) session_destroy( server->session );
}

int main( int argc, char **argv )
{
    struct server server = { .listener = -1, .signals = -1 };
    bool has_seed = false, good;
    const char *control = NULL;
    uint64_t port = 0, seed;

    setvbuf( stdout, NULL, _IOLBF, 0 );
    setenv( "WLOG_LEVEL", "WARN", 0 );
    if (!parse_options( &server, argc, argv, &port, &seed, &has_seed, &control )) return usage( argv[0] );
    if (!script_read( &server.script, argv[optind] )) return EXIT_USAGE;
    if (control && !control_open( &server.script.control, control )) return EXIT_USAGE;
    if (has_seed) server.script.seed = seed;
    else if (!server.script.has_seed && getrandom( &server.script.seed, sizeof(seed), 0 ) != sizeof(seed)) abort();
    printf( "seed %" PRIu64 "\n", server.script.seed );

    WTSRegisterWtsApiFunctionTable( FreeRDP_InitWtsApi() );
    winpr_InitializeSSL( WINPR_SSL_INIT_DEFAULT );
    good = identity_create( &server.identity );
    if (!good) fprintf( stderr, "OpenSSL cannot make a certificate\n" );
    if (good && (good = catch_signals( &server ) && start_listening( &server, port )))
    {
        serve( &server );
        finish( &server );
        good = script_succeeded( &server.script );
    }
    identity_destroy( &server.identity );
    script_free( &server.script );
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
