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

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "runner.h"
#include "shell.h"
#include "terminal.h"
#include "wine.h"

#define PROGRESS_MS  1000
#define END_MS       5000   /* for a process that was asked to end */
#define BEGIN_FACTOR 3      /* of the limit, for Wine's own start */
#define LAST_WORD_MS 1000   /* after the limit: a host then says what a plug-in is doing, and which window it shows */
#define READS        64     /* before the time is looked at */
#define LAST_READS   4096   /* of what a process has left */
#define MOST_UNREAD  1048576    /* of what it is sent */

/* The tool's link is never busy. */
static const struct tight relaxed;

void runner_fail( struct runner *runner, const char *why )
{
    if (!*runner->problem) snprintf( runner->problem, sizeof(runner->problem), "%s", why );
    runner->over = true;
}

void runner_send( struct runner *runner, enum winedvc_control type, const void *body, size_t size )
{
    port_send( runner->port, WINEDVC_STREAM_CONTROL, type, body, size, NULL, 0, 0 );
}

/* Sends no faster than its process reads. */
static void runner_wait( struct runner *runner )
{
    uint64_t until = clock_ms() + runner->patience;
    int input = runner->input;

    runner->input = -1;
    while (packet_queue_memory( &runner->port->out, 0 ) > MOST_UNREAD && !runner->over)
    {
        if (clock_ms() < until) runner_turn( runner, until );
        else runner_fail( runner, "it does not read what it is sent: does it hang? --timeout waits longer" );
    }
    runner->input = input;
}

void runner_send_pdu( struct runner *runner, const void *pdu, size_t size )
{
    runner_wait( runner );
    port_send( runner->port, WINEDVC_STREAM_DRDYNVC, 0, pdu, size, NULL, 0,
               port_credit( runner->port, &relaxed, clock_ms() ) );
}

void runner_send_chunk( struct runner *runner, uint16_t stream, uint16_t flags, uint32_t total, const void *data,
                        size_t size )
{
    runner_wait( runner );
    port_send( runner->port, stream, flags, &total, sizeof(total), data, size,
               port_credit( runner->port, &relaxed, clock_ms() ) );
}

/* What it says */

static void take_hello( struct runner *runner, const struct report *report )
{
    const struct winedvc_hello *hello = &report->fixed.hello;
    struct log_text text;
    char why[256];

    if (runner->phase != RUNNER_STARTS) return;
    if (hello->major != WINEDVC_MAJOR)
    {
        snprintf( why, sizeof(why), "winedvc.exe speaks version %u and winedvc version %u: install winedvc again, all "
                  "of it", hello->major, WINEDVC_MAJOR );
        runner_fail( runner, why );
    }
    else if (hello->bits != runner->bits)
        runner_fail( runner, "winedvc.exe is of another architecture: install winedvc again" );
    else
    {
        if (report->strings[0])
            snprintf( runner->versions, sizeof(runner->versions), "%s", log_escape( &text, report->strings[0] ) );
        runner->phase = RUNNER_GREETED;
        if (runner->take) runner->take( runner->context, report );
    }
}

/* The search says it at its end, a host when it can not go on. */
static void take_bye( struct runner *runner, const char *why )
{
    if (runner->ends) runner->over = true;
    else if (*why) runner_fail( runner, why );
    else if (runner->phase == RUNNER_TOLD) runner->over = true;
    else runner->phase = RUNNER_TOLD;
}

static void take_frame( struct runner *runner, const struct packet *frame )
{
    struct report report;

    if (!report_read( &report, frame->kind, frame->data, frame->size ))
    {
        if (runner->phase == RUNNER_STARTS) runner_fail( runner, "it is no winedvc.exe: install winedvc again" );
        return;
    }
    if (report.type == WINEDVC_HELLO)
    {
        take_hello( runner, &report );
        return;
    }
    if (report.type == WINEDVC_READY) runner->phase = RUNNER_TOLD;
    if (runner->take) runner->take( runner->context, &report );
    if (report.type == WINEDVC_BYE) take_bye( runner, report.strings[0] );
}

static void take_packet( struct runner *runner, const struct packet *packet )
{
    if (packet->kind)
        runner->take_chunk( runner->context, packet->kind & 0xffff, packet->kind >> 16, packet->data, packet->size );
    else runner->take_pdu( runner->context, packet->data, packet->size );
}

/* Its PDUs first: it has said nothing that is needed to understand them. */
static void take_intake( struct runner *runner )
{
    struct port *port = runner->port;
    struct packet *packet;

    for (; (packet = lanes_pop( &port->pdus )); free( packet ))
    {
        port->credit += packet->size;
        if (!runner->over && runner->take_pdu) take_packet( runner, packet );
    }
    for (; (packet = packet_queue_pop( &port->control )); free( packet ))
        if (!runner->over) take_frame( runner, packet );
}

static void tell_breach( struct runner *runner )
{
    char why[512];

    if (!runner->port->greeted) snprintf( why, sizeof(why), "it is no winedvc.exe: install winedvc again" );
    else
        snprintf( why, sizeof(why), "what it says can not be understood (the rule is: %s): install winedvc again",
                  runner->port->rule );
    runner_fail( runner, why );
}

static void runner_take_in( struct runner *runner, const uint8_t *data, size_t size )
{
    struct port *port = runner->port;
    struct intake intake;

    do
    {
        port_decode( port, &data, &size, &intake );
        port_accept( port, &intake, runner->connected );
        if (intake.purged && port->purging)
        {
            port->window = port->credit = 0;
            port->purging = 0;
        }
        lanes_clear( &intake.pdus );
        packet_queue_clear( &intake.control );
        take_intake( runner );
        port_return_credit( port, &relaxed, clock_ms() );
    }
    while (intake.purged);
    if (port->rule) tell_breach( runner );
    else if (port->no_memory) runner_fail( runner, "no memory is left for what it sends or is sent" );
}

/* Its end */

/* Of the four lines that Wine prints then; which of them is the last may change. */
static bool is_other_server( const char *words )
{
    return strstr( words, "version mismatch" ) || strstr( words, "wrong wineserver" );
}

/* Why a process has ended that was not done. */
static void tell_end( struct runner *runner )
{
    const struct output *output = &runner->host->output;
    const char *words = *output->error ? output->error : output->last;
    struct shell_word word;
    struct log_text text;
    char why[PROBLEM_TEXT];

    log_escape( &text, words );
    if (is_other_server( words ))
        snprintf( why, sizeof(why), "a wineserver of another version runs for this prefix: end its programs, with "
                  "\"WINEPREFIX=%s wineserver -k\" of that version", shell_quote( &word, runner->settings->prefix ) );
    else if (runner->phase == RUNNER_STARTS)
        snprintf( why, sizeof(why), "Wine has ended before winedvc.exe said a word%s%s: is Wine installed completely?",
                  *words ? "; it printed: " : "", text.text );
    else
        snprintf( why, sizeof(why), "its process has ended%s%s: \"WINEDEBUG=+module winedvc doctor\" tells more",
                  *words ? "; it printed: " : "", text.text );
    runner_fail( runner, why );
}

static void tell_late( struct runner *runner, uint64_t limit )
{
    char why[256];

    if (runner->phase == RUNNER_STARTS)
        snprintf( why, sizeof(why), "Wine has not begun in %u s: does it work, and is this machine busy? "
                  "WINEDVC_START_TIMEOUT makes it wait longer", (unsigned int)(limit / 1000) );
    else
        snprintf( why, sizeof(why), "it has not answered in %u s and was ended: does it wait for somebody, or for a "
                  "server of its own? WINEDVC_START_TIMEOUT makes it wait longer", (unsigned int)(limit / 1000) );
    runner_fail( runner, why );
}

static void runner_read( struct runner *runner, unsigned int reads )
{
    struct port *port = runner->port;
    uint8_t data[65536];
    ssize_t size;

    while (port->fd >= 0 && reads--)
    {
        if ((size = port_receive( port, data, sizeof(data) )) > 0) runner_take_in( runner, data, size );
        else if (size < 0 && errno == EAGAIN) break;
        else port_close( port );
    }
}

bool runner_turn( struct runner *runner, uint64_t until )
{
    struct port *port = runner->port;
    struct host *host = runner->host;
    uint64_t now = clock_ms();
    struct pollfd fds[] =
    {
        { port->fd, POLLIN | (port->out.head ? POLLOUT : 0), 0 }, { host->process.fd, POLLIN, 0 },
        { host->output.fd, POLLIN, 0 }, { runner->input, POLLIN, 0 },
    };

    runner->has_input = false;
    if (port->credit_time < until) until = port->credit_time;
    if (poll( fds, 4, until <= now ? 0 : until - now > INT_MAX ? -1 : (int)(until - now) ) < 0) return true;
    if (fds[2].revents || fds[1].revents) output_read( &host->output, runner->title, clock_ms() );
    if (fds[0].revents & POLLOUT) port_flush( port );
    if (fds[0].revents & ~POLLOUT || fds[1].revents) runner_read( runner, fds[1].revents ? LAST_READS : READS );
    port_return_credit( port, &relaxed, clock_ms() );
    runner->has_input = fds[3].revents;
    if (fds[1].revents) process_reap( &host->process );
    if (host->process.fd >= 0) return true;
    if (!runner->ends && (runner->phase != RUNNER_TOLD || runner->take_pdu)) tell_end( runner );
    return false;
}

/* Its beginning */

/* Until it has told all, or fails. */
static void runner_listen( struct runner *runner )
{
    uint64_t limit = runner->limit ? runner->limit * (uint64_t)1000 : UINT32_MAX * (uint64_t)1000;
    uint64_t start = clock_ms(), patience = start + PROGRESS_MS, until;
    enum runner_phase phase = runner->phase;
    bool told_progress = false;

    while (!runner->over && runner->phase != RUNNER_TOLD)
    {
        if (phase != runner->phase) start = clock_ms();
        phase = runner->phase;
        until = start + (phase == RUNNER_STARTS ? BEGIN_FACTOR * limit : limit + LAST_WORD_MS);
        if (!told_progress && clock_ms() >= patience)
        {
            tell_progress( phase == RUNNER_STARTS ? "Wine starts" : "waiting for the plug-ins" );
            told_progress = true;
        }
        if (runner_turn( runner, told_progress || patience > until ? until : patience ) &&
            clock_ms() >= until && runner->phase == phase)
            tell_late( runner, phase == RUNNER_STARTS ? until - start : limit );
        if (runner->has_input) runner_fail( runner, "its start was interrupted" );
    }
}

static bool runner_create( struct runner *runner, const struct wine_program *program )
{
    int fd;

    if (!(runner->host = host_create( 0, runner->bits, runner->title, program, runner->arguments, &fd )))
    {
        snprintf( runner->problem, sizeof(runner->problem),
                  "%s can not be started (%s): is Wine installed completely?", program->loader,
                  strerror( errno ) );
        return false;
    }
    if (runner->shows_all) runner->host->output.limit.burst = UINT_MAX;
    if (!(runner->port = port_create( runner->take_pdu != NULL, fd, NULL )))
    {
        close( fd );
        runner_fail( runner, "no memory is left" );
        return false;
    }
    runner->port->takes_part = true;
    return true;
}

/* Returns false if it should be tried again: one process of Wine 8 in some thousands ends before its first word. */
static bool runner_begin( struct runner *runner, const struct wine_program *program, bool last )
{
    struct winedvc_hello hello;

    if (!runner_create( runner, program )) return true;
    host_hello( &hello );
    runner_send( runner, WINEDVC_HELLO, &hello, sizeof(hello) );
    runner_listen( runner );
    if (runner->phase != RUNNER_STARTS || runner->has_input || last) return true;
    runner_clear( runner );
    *runner->problem = 0;
    runner->over = runner->ends = false;
    return false;
}

bool runner_start( struct runner *runner )
{
    struct wine_program program;

    if (wine_find( runner->settings, runner->bits, &program, runner->problem, sizeof(runner->problem) ) &&
        !runner_begin( runner, &program, false )) runner_begin( runner, &program, true );
    return runner->phase == RUNNER_TOLD && !*runner->problem;
}

void runner_end( struct runner *runner )
{
    uint64_t until = clock_ms() + END_MS;

    if (!runner->port || runner->host->process.fd < 0) return;
    runner->ends = true;
    runner->input = -1;
    if (runner->phase != RUNNER_TOLD || *runner->problem) host_kill( runner->host );
    else if (runner->port->fd >= 0)
    {
        runner_send( runner, WINEDVC_TERMINATE, NULL, 0 );
        port_flush( runner->port );
        if (!runner->port->out.head) shutdown( runner->port->fd, SHUT_WR );
    }
    runner->over = false;
    while (runner->host->process.fd >= 0 && clock_ms() < until)
        if (!runner_turn( runner, until )) break;
    if (runner->host->process.fd < 0) return;
    host_kill( runner->host );
    while (runner_turn( runner, clock_ms() + END_MS )) continue;
}

void runner_clear( struct runner *runner )
{
    if (runner->host)
    {
        if (runner->port) runner_end( runner );
        else if (runner->host->process.fd >= 0)
        {
            host_kill( runner->host );
            process_reap( &runner->host->process );
        }
        host_destroy( runner->host );
    }
    if (runner->port) port_destroy( runner->port );
    runner->host = NULL;
    runner->port = NULL;
}
