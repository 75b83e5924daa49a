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

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "environment.h"
#include "frames.h"
#include "host.h"

/* Where its output goes: the user's file, or our pipe. */
static int host_open_log( struct host *host, const struct settings *settings )
{
    bool wanted = environment_get( settings->environment, "WINEDEBUG" );
    const char *path = settings->host_log;
    int fd;

    if (!path) return output_open( &host->output, wanted );
    if ((fd = open( path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600 )) >= 0) return descriptor_lift( fd );
    log_warn( "the log file %s can not be opened (%s): see WINEDVC_HOST_LOG", path, log_errno( errno ) );
    return output_open( &host->output, wanted );
}

static char **host_arguments( const struct wine_program *program, char *const *arguments )
{
    size_t count = 0;
    char **argv;

    while (arguments[count]) count++;
    if (!(argv = malloc( (count + 3) * sizeof(*argv) ))) return NULL;
    argv[0] = (char *)program->loader;
    argv[1] = (char *)program->host;
    memcpy( argv + 2, arguments, (count + 1) * sizeof(*argv) );
    return argv;
}

/* Returns 0 or an error number. */
static int host_start( struct host *host, const struct wine_program *program, char *const *arguments, int *fd )
{
    int log = host_open_log( host, program->settings ), error;
    char **argv = host_arguments( program, arguments ), **environment = wine_environment( program->settings );

    if (log < 0) error = errno;
    else if (!argv || !environment) error = ENOMEM;
    else error = process_start( &host->process, argv, environment, SOCK_STREAM, log, fd );
    if (log >= 0) close( log );
    free( environment );
    free( argv );
    return error;
}

struct host *host_create( unsigned int number, unsigned int bits, const char *title,
                          const struct wine_program *program, char *const *arguments, int *fd )
{
    struct host *host = calloc( 1, sizeof(*host) );
    int error;

    if (!host) return NULL;
    host->number = number;
    host->bits = bits;
    host->kill_time = UINT64_MAX;
    host->process.fd = host->output.fd = -1;
    host->title = strdup( title );
    if ((error = host->title ? host_start( host, program, arguments, fd ) : ENOMEM))
    {
        host_destroy( host );
        errno = error;
        return NULL;
    }
    return host;
}

void host_hello( struct winedvc_hello *hello )
{
    hello->major = WINEDVC_MAJOR;
    hello->minor = WINEDVC_MINOR;
    hello->bits = 8 * sizeof(void *);
    hello->pid = getpid();
    hello->window = WINEDVC_WINDOW;
}

void host_limits( const struct settings *settings, struct winedvc_limits *limits )
{
    limits->soft = settings->queue_warning;
    limits->hard = settings->queue_limit;
    limits->total = settings->memory_limit;
    limits->threads = settings->call_limit;
}

bool host_event( struct host *host, enum host_event event )
{
    static const struct { enum host_state from; enum host_event event; enum host_state to; } table[] =
    {
        { HOST_STARTS, EVENT_HELLO, HOST_BEGUN },
        { HOST_STARTS, EVENT_END,   HOST_ENDS },
        { HOST_BEGUN,  EVENT_READY, HOST_READY },
        { HOST_BEGUN,  EVENT_END,   HOST_ENDS },
        { HOST_READY,  EVENT_END,   HOST_ENDS },
    };
    size_t i;

    for (i = 0; i < sizeof(table) / sizeof(table[0]); i++)
    {
        if (table[i].from != host->state || table[i].event != event) continue;
        host->state = table[i].to;
        return true;
    }
    return false;
}

void host_destroy( struct host *host )
{
    output_close( &host->output );
    free( host->title );
    free( host->bye );
    free( host );
}

void host_kill( struct host *host )
{
    process_kill( &host->process );
}
