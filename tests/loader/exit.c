/*
 * The process's end while a thread writes to the log
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

#include <fcntl.h>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/log.h"
#include "freerdp/wlog.h"
#include "wine/test.h"

#define PROCESSES 20
#define THREADS   4

static pthread_barrier_t begun;

static void *write_lines( void *unused )
{
    (void)unused;
    log_error( "a first line" );
    pthread_barrier_wait( &begun );
    for (;;) log_error( "a line of a thread that nobody waits for" );
    return NULL;
}

static void run_process(void)
{
    int null = open( "/dev/null", O_WRONLY );
    pthread_t thread;
    unsigned int i;

    dup2( null, STDOUT_FILENO );
    dup2( null, STDERR_FILENO );
    wlog_prepare();
    pthread_barrier_init( &begun, NULL, THREADS + 1 );
    for (i = 0; i < THREADS; i++)
        if (pthread_create( &thread, NULL, write_lines, NULL )) abort();
    pthread_barrier_wait( &begun );
    exit( 0 );
}

START_TEST( exit )
{
    unsigned int i;
    int status;
    pid_t pid;

    for (i = 0; i < PROCESSES; i++)
    {
        fflush( stdout );
        if (!(pid = fork())) run_process();
        ok( waitpid( pid, &status, 0 ) == pid, "The process is not there.\n" );
        ok( !status, "The process ended with status %#x.\n", status );
    }
}
