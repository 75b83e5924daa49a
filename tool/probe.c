/*
 * One run of winedvc.exe outside a session
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
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "frames.h"
#include "host.h"
#include "probe.h"
#include "terminal.h"
#include "wine.h"

#define PROGRESS_MS  1000
#define END_MS       5000   /* for a process that was asked to end */
#define BEGIN_FACTOR 3      /* of the limit, for Wine's own start */
#define READS        64     /* before the time is looked at */
#define LAST_READS   4096   /* of what a process has left */
#define MOST_ADDINS  1024   /* keys, with those that have a problem */
#define MOST_LINES   100

enum phase { PHASE_STARTS, PHASE_GREETED, PHASE_TOLD };

struct run
{
    struct probe       *probe;
    struct host        *host;
    int                 fd;
    enum phase          phase;
    bool                over;       /* nothing more is to be heard */
    unsigned int        addins;
    struct frame_reader reader;
};

/* It has broken a rule, or can not go on. The first reason counts. */
static void run_fail( struct run *run, const char *why )
{
    struct log_text text;

    if (!*run->probe->problem)
        snprintf( run->probe->problem, sizeof(run->probe->problem), "%s", log_escape( &text, why ) );
    run->over = true;
}

static void run_send( struct run *run, enum winedvc_control type, const void *body, uint32_t size )
{
    uint8_t bytes[sizeof(struct winedvc_frame) + sizeof(struct winedvc_hello)];
    struct winedvc_frame frame = { size, WINEDVC_STREAM_CONTROL, type };

    memcpy( bytes, &frame, sizeof(frame) );
    if (size) memcpy( bytes + sizeof(frame), body, size );
    send( run->fd, bytes, sizeof(frame) + size, MSG_NOSIGNAL );
}

/* What it says */

static void take_hello( struct run *run, const uint8_t *body, size_t size )
{
    struct winedvc_hello hello;
    struct log_text text;
    const char *versions;
    char why[256];

    if (run->phase != PHASE_STARTS) return;
    if (!frame_take( &hello, sizeof(hello), &body, &size ))
        run_fail( run, "it is no winedvc.exe: install winedvc again" );
    else if (hello.major != WINEDVC_MAJOR)
    {
        snprintf( why, sizeof(why), "winedvc.exe speaks version %u and winedvc version %u: install winedvc again, all "
                  "of it", hello.major, WINEDVC_MAJOR );
        run_fail( run, why );
    }
    else if (hello.bits != run->probe->bits)
        run_fail( run, "winedvc.exe is of another architecture: install winedvc again" );
    else
    {
        if ((versions = frame_string( &body, &size )))
            snprintf( run->probe->versions, sizeof(run->probe->versions), "%s", log_escape( &text, versions ) );
        run->phase = PHASE_GREETED;
    }
}

static void registration_destroy( struct registration *registration )
{
    free( registration->key );
    free( registration->entry );
    free( registration->file );
    free( registration->problem );
    free( registration );
}

static void take_addin( struct run *run, const uint8_t *body, size_t size )
{
    struct registration *registration, **end = &run->probe->registrations;
    const char *key, *entry, *file, *problem;
    struct winedvc_addin addin;

    if (!frame_take( &addin, sizeof(addin), &body, &size ) || !(key = frame_string( &body, &size )) ||
        !(entry = frame_string( &body, &size )) || !(file = frame_string( &body, &size )) ||
        !(problem = frame_string( &body, &size )) || ++run->addins > MOST_ADDINS ||
        !(registration = calloc( 1, sizeof(*registration) ))) return;
    registration->bits = addin.bits;
    registration->flags = addin.flags;
    registration->size = addin.size;
    registration->time = addin.time;
    registration->key = strdup( key );
    registration->entry = strdup( entry );
    registration->file = strdup( file );
    registration->problem = strdup( problem );
    if (!registration->key || !registration->entry || !registration->file || !registration->problem)
    {
        registration_destroy( registration );
        run_fail( run, "no memory is left" );
        return;
    }
    while (*end) end = &(*end)->next;
    *end = registration;
}

/* The plug-in of that number, NULL if there is none. */
static struct started_plugin *find_plugin( struct run *run, uint32_t number )
{
    return number && number <= run->probe->plugins ? &run->probe->started[number - 1] : NULL;
}

static void take_plugin( struct run *run, const uint8_t *body, size_t size )
{
    struct winedvc_plugin fixed;
    struct started_plugin *plugin;
    const char *entry, *why;
    struct log_text text;

    if (!frame_take( &fixed, sizeof(fixed), &body, &size ) || !(entry = frame_string( &body, &size )) ||
        !(why = frame_string( &body, &size )) || !(plugin = find_plugin( run, fixed.plugin ))) return;
    plugin->ready = fixed.state == WINEDVC_PLUGIN_READY;
    if (!plugin->ready) snprintf( plugin->problem, sizeof(plugin->problem), "%s", log_escape( &text, why ) );
}

static void take_listen( struct run *run, bool on, const uint8_t *body, size_t size )
{
    struct started_plugin *plugin;
    struct winedvc_listen fixed;
    const char *name;

    if (!frame_take( &fixed, sizeof(fixed), &body, &size ) || !(name = frame_string( &body, &size )) ||
        !(plugin = find_plugin( run, fixed.plugin ))) return;
    if (!on) name_list_remove( &plugin->names, name );
    else if (plugin->names.count < PLUGIN_MAX_NAMES && !name_list_has( &plugin->names, name ))
        name_list_add( &plugin->names, name );
}

static void take_log( struct run *run, const uint8_t *body, size_t size )
{
    struct winedvc_log fixed;
    struct log_text text;
    const char *line;

    if (frame_take( &fixed, sizeof(fixed), &body, &size ) && (line = frame_string( &body, &size )) &&
        run->probe->lines.count < MOST_LINES)
        name_list_add( &run->probe->lines, log_escape( &text, line ) );
}

static void take_bye( struct run *run, const uint8_t *body, size_t size )
{
    const char *why = frame_string( &body, &size );

    if (run->phase == PHASE_TOLD) run->over = true;
    else if (!why || *why) run_fail( run, why ? why : "it has ended without a reason" );
    else run->phase = PHASE_TOLD;
}

static void take_frame( struct run *run, enum winedvc_control type, const uint8_t *body, size_t size )
{
    if (run->phase == PHASE_STARTS && type != WINEDVC_HELLO)
    {
        run_fail( run, "it is no winedvc.exe: install winedvc again" );
        return;
    }
    switch (type)
    {
    case WINEDVC_HELLO:    take_hello( run, body, size ); break;
    case WINEDVC_ADDIN:    take_addin( run, body, size ); break;
    case WINEDVC_PLUGIN:   take_plugin( run, body, size ); break;
    case WINEDVC_LISTEN:   take_listen( run, true, body, size ); break;
    case WINEDVC_UNLISTEN: take_listen( run, false, body, size ); break;
    case WINEDVC_LOG:      take_log( run, body, size ); break;
    case WINEDVC_BYE:      take_bye( run, body, size ); break;
    case WINEDVC_READY:    run->phase = PHASE_TOLD; break;
    default:               break;
    }
}

static void run_take( struct run *run, const uint8_t *data, size_t size )
{
    struct winedvc_frame frame;
    const uint8_t *body;

    while (!run->over && size)
    {
        switch (frame_read( &run->reader, &data, &size, &frame, &body ))
        {
        case FRAME_COMPLETE:
            if (frame.stream == WINEDVC_STREAM_CONTROL) take_frame( run, frame.flags, body, frame.size );
            break;
        case FRAME_TOO_LONG:
            run_fail( run, "what it says can not be understood: install winedvc again" );
            return;
        default:
            return;
        }
    }
}

/* Its end */

static const char *run_words( const struct run *run )
{
    const struct output *output = &run->host->output;

    return *output->error ? output->error : output->last;
}

/* Why a process has ended that was not done. */
static void run_ended( struct run *run )
{
    const char *words = run_words( run );
    struct log_text text;
    char why[LOG_LINE];

    log_escape( &text, words );
    if (strstr( words, "version mismatch" ))
        snprintf( why, sizeof(why), "a wineserver of another version runs for this prefix: end its programs, with "
                  "\"WINEPREFIX='%s' wineserver -k\" of that version", run->probe->settings->prefix );
    else if (run->phase == PHASE_STARTS)
        snprintf( why, sizeof(why), "Wine has ended before winedvc.exe said a word%s%s: is Wine installed completely?",
                  *words ? "; it printed: " : "", text.text );
    else
        snprintf( why, sizeof(why), "its process has ended%s%s", *words ? "; it printed: " : "", text.text );
    run_fail( run, why );
}

static void run_late( struct run *run, uint64_t limit )
{
    char why[256];

    if (run->phase == PHASE_STARTS)
        snprintf( why, sizeof(why), "Wine has not begun in %u s: does it work, and is this machine busy? "
                  "\"start-timeout\" makes it wait longer", (unsigned int)(limit / 1000) );
    else
        snprintf( why, sizeof(why), "it has not answered in %u s and was ended: does it wait for somebody, or for a "
                  "server of its own? \"start-timeout\" makes winedvc wait longer", (unsigned int)(limit / 1000) );
    run_fail( run, why );
}

/* Returns false when its process is gone. */
static bool run_turn( struct run *run, uint64_t until )
{
    uint64_t now = clock_ms();
    struct pollfd fds[] =
    {
        { run->fd, POLLIN, 0 }, { run->host->process.fd, POLLIN, 0 }, { run->host->output.fd, POLLIN, 0 },
    };
    unsigned int reads;
    uint8_t data[4096];
    ssize_t size;

    if (poll( fds, 3, until > now ? until - now : 0 ) < 0) return true;
    if (fds[2].revents || fds[1].revents) output_read( &run->host->output, run->probe->title, clock_ms() );
    reads = fds[1].revents ? LAST_READS : READS;
    while (fds[0].revents && run->fd >= 0 && reads--)
    {
        if ((size = recv( run->fd, data, sizeof(data), MSG_DONTWAIT )) > 0) run_take( run, data, size );
        else if (size < 0 && (errno == EAGAIN || errno == EINTR)) break;
        else
        {
            close( run->fd );
            run->fd = -1;
        }
    }
    if (fds[1].revents) process_reap( &run->host->process );
    return run->host->process.fd >= 0;
}

/* Until it has told all, or fails. */
static void run_listen( struct run *run )
{
    uint64_t limit = run->probe->limit * (uint64_t)1000, start = clock_ms(), patience = start + PROGRESS_MS, until;
    enum phase phase = run->phase;
    bool told_progress = false;

    while (!run->over && run->phase != PHASE_TOLD)
    {
        if (phase != run->phase) start = clock_ms();
        phase = run->phase;
        until = start + (phase == PHASE_STARTS ? BEGIN_FACTOR * limit : limit);
        if (!told_progress && clock_ms() >= patience)
        {
            tell_progress( phase == PHASE_STARTS ? "Wine starts" : "waiting for the plug-ins" );
            told_progress = true;
        }
        if (!run_turn( run, told_progress || patience > until ? until : patience ) && run->phase != PHASE_TOLD)
            run_ended( run );
        else if (clock_ms() >= until && run->phase == phase) run_late( run, until - start );
    }
}

/* As a session ends its hosts: asked first. */
static void run_end( struct run *run )
{
    uint64_t until = clock_ms() + END_MS;

    if (run->phase != PHASE_TOLD) host_kill( run->host );
    else if (run->fd >= 0)
    {
        run_send( run, WINEDVC_TERMINATE, NULL, 0 );
        shutdown( run->fd, SHUT_WR );
    }
    run->over = false;
    while (run->host->process.fd >= 0 && clock_ms() < until)
        if (!run_turn( run, until )) break;
    if (run->host->process.fd < 0) return;
    host_kill( run->host );
    while (run_turn( run, clock_ms() + END_MS )) continue;
}

/* Returns false if it should be tried again: one process of Wine 8 in some thousands ends before its first word. */
static bool probe_once( struct probe *probe, const struct wine_program *program, bool last )
{
    struct winedvc_hello hello = { WINEDVC_MAJOR, WINEDVC_MINOR, 8 * sizeof(void *), getpid(), WINEDVC_WINDOW };
    struct run run = { .probe = probe };
    struct log_text text;

    if (!(run.host = host_create( 0, probe->bits, probe->title, program, probe->arguments, &run.fd )))
    {
        snprintf( probe->problem, sizeof(probe->problem),
                  "%.1000s can not be started (%s): is Wine installed completely?", program->loader,
                  strerror( errno ) );
        return true;
    }
    run_send( &run, WINEDVC_HELLO, &hello, sizeof(hello) );
    run_listen( &run );
    probe->told = run.phase == PHASE_TOLD && !*probe->problem;
    run_end( &run );
    snprintf( probe->error, sizeof(probe->error), "%s", log_escape( &text, run.host->output.error ) );
    if (run.fd >= 0) close( run.fd );
    host_destroy( run.host );
    if (run.phase != PHASE_STARTS || last) return true;
    *probe->problem = 0;
    return false;
}

/* A host tells of each plug-in before it says that it is ready. */
static void probe_complete( struct probe *probe )
{
    size_t i;

    for (i = 0; probe->told && i < probe->plugins; i++)
        if (!probe->started[i].ready && !*probe->started[i].problem)
            snprintf( probe->started[i].problem, sizeof(probe->started[i].problem),
                      "winedvc.exe does not say what became of it: install winedvc again" );
}

bool probe_run( struct probe *probe )
{
    struct wine_program program;

    if (probe->plugins && !(probe->started = calloc( probe->plugins, sizeof(*probe->started) )))
        snprintf( probe->problem, sizeof(probe->problem), "no memory is left" );
    else if (wine_find( probe->settings, probe->bits, &program, probe->problem, sizeof(probe->problem) ) &&
             !probe_once( probe, &program, false )) probe_once( probe, &program, true );
    probe_complete( probe );
    return probe->told;
}

void probe_clear( struct probe *probe )
{
    struct registration *registration;
    size_t i;

    while ((registration = probe->registrations))
    {
        probe->registrations = registration->next;
        registration_destroy( registration );
    }
    for (i = 0; probe->started && i < probe->plugins; i++) name_list_clear( &probe->started[i].names );
    free( probe->started );
    name_list_clear( &probe->lines );
}
