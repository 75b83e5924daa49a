/*
 * What a process of FreeRDP shows: its log, threads and descriptors
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

#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <time.h>
#include <winpr/wlog.h>

#include "client.h"
#include "witness.h"
#include "wine/test.h"

struct line
{
    struct line *next;
    char         text[];
};

static pthread_mutex_t lines_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t lines_changed = PTHREAD_COND_INITIALIZER;
static struct line *lines;

static BOOL witness_message( const wLogMessage *message )
{
    struct line *line = malloc( sizeof(*line) + strlen( message->TextString ) + 1 );

    if (!line) return FALSE;
    strcpy( line->text, message->TextString );
    printf( "log: %s\n", line->text );
    pthread_mutex_lock( &lines_lock );
    line->next = lines;
    lines = line;
    pthread_cond_broadcast( &lines_changed );
    pthread_mutex_unlock( &lines_lock );
    return TRUE;
}

static void witness_free_lines(void)
{
    struct line *line;

    while ((line = lines))
    {
        lines = line->next;
        free( line );
    }
}

void witness_log(void)
{
    static wLogCallbacks callbacks = { .message = witness_message };
    wLog *root = WLog_GetRoot();

    if (!WLog_SetLogAppenderType( root, WLOG_APPENDER_CALLBACK ) ||
        !WLog_ConfigureAppender( WLog_GetLogAppender( root ), "callbacks", &callbacks ))
    {
        ok( 0, "FreeRDP's log can not be read.\n" );
        exit( 1 );
    }
    atexit( witness_free_lines );
}

/* Needs the lock. */
static unsigned int lines_count( const char *text )
{
    const struct line *line;
    unsigned int count = 0;

    for (line = lines; line; line = line->next) count += strstr( line->text, text ) != NULL;
    return count;
}

unsigned int witness_count( const char *text )
{
    unsigned int count;

    pthread_mutex_lock( &lines_lock );
    count = lines_count( text );
    pthread_mutex_unlock( &lines_lock );
    return count;
}

bool witness_wait( const char *text, unsigned int count )
{
    struct timespec limit;
    unsigned int found;
    int error = 0;

    clock_gettime( CLOCK_REALTIME, &limit );
    limit.tv_sec += LOADER_LIMIT;
    pthread_mutex_lock( &lines_lock );
    while ((found = lines_count( text )) < count && !error)
        error = pthread_cond_timedwait( &lines_changed, &lines_lock, &limit );
    pthread_mutex_unlock( &lines_lock );
    ok( found >= count, "The log has %u lines with \"%s\", not %u.\n", found, text, count );
    return found >= count;
}

static unsigned int directory_count( const char *path )
{
    DIR *directory = opendir( path );
    unsigned int count = 0;

    if (!directory) return 0;
    while (readdir( directory )) count++;
    closedir( directory );
    return count;
}

struct witness_counts witness_get_counts(void)
{
    struct witness_counts counts = { directory_count( "/proc/self/task" ), directory_count( "/proc/self/fd" ) };

    return counts;
}

/* Nothing tells of the end of a detached thread, so it is looked for. */
void witness_wait_counts( struct witness_counts counts )
{
    static const struct timespec moment = { 0, 5000000 };
    unsigned int left = LOADER_LIMIT * 200;
    struct witness_counts now;

    for (;;)
    {
        now = witness_get_counts();
        if (!left-- || (now.threads <= counts.threads && now.descriptors <= counts.descriptors)) break;
        nanosleep( &moment, NULL );
    }
    ok( now.threads == counts.threads, "Of threads %u were there, %u are.\n", counts.threads, now.threads );
    ok( now.descriptors == counts.descriptors, "Of descriptors %u were there, %u are.\n", counts.descriptors,
        now.descriptors );
}
