/*
 * A debugger for a plug-in's process
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
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "debugger.h"
#include "journal.h"
#include "shell.h"
#include "terminal.h"
#include "wine.h"

/* A host's environment keeps winedbg away; that is all it says of DLLs. */
static char **debugger_environment( const struct settings *settings )
{
    char **environment = wine_environment( settings ), **from, **to;

    for (from = to = environment; environment && *from; from++)
        if (strncmp( *from, "WINEDLLOVERRIDES=", 17 )) *to++ = *from;
    if (environment) *to = NULL;
    return environment;
}

/* It waits long: who ends this command means it as well. */

static const struct process *waiting;

static void end_waiting( int number )
{
    process_kill( waiting );
    signal( number, SIG_DFL );
    raise( number );
}

static void end_with_us( const struct process *host )
{
    waiting = host;
    signal( SIGINT, end_waiting );
    signal( SIGTERM, end_waiting );
    signal( SIGHUP, end_waiting );
}

pid_t debugger_start( const struct settings *settings, unsigned int bits, uint32_t process, const struct process *host )
{
    struct wine_program program;
    char number[16], problem[1024], *argv[] = { program.loader, (char *)"winedbg", number, NULL };
    struct shell_word prefix, loader;
    char **environment;
    pid_t pid = 0;
    int error;

    if (!wine_find( settings, bits, &program, problem, sizeof(problem) )) return 0;
    end_with_us( host );
    snprintf( number, sizeof(number), "0x%x", process );
    journal_tell( "waits", NULL, "the plug-in's process waits for a debugger: WINEPREFIX=%s %s winedbg %s",
                  shell_quote( &prefix, settings->prefix ), shell_quote( &loader, program.loader ), number );
    if (!isatty( STDIN_FILENO )) return 0;
    if (!(environment = debugger_environment( settings ))) return 0;
    if ((error = posix_spawn( &pid, argv[0], NULL, NULL, argv, environment )))
    {
        complain( "winedbg can not be started (%s): is Wine installed completely?", strerror( error ) );
        pid = 0;
    }
    else signal( SIGINT, SIG_IGN );
    free( environment );
    return pid;
}

void debugger_wait( pid_t debugger )
{
    while (debugger && waitpid( debugger, NULL, 0 ) < 0 && errno == EINTR) continue;
}
