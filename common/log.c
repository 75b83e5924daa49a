/*
 * Lines for the user, and the text in them that a host wrote
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
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "log.h"
#include "printable.h"

#define EXIT_LIMIT 1    /* second */

static const struct log_sink *sink;

static pthread_mutex_t users_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t unused = PTHREAD_COND_INITIALIZER;
static unsigned int users;      /* who is in the sink now */
static bool exiting;

static pthread_once_t observer_once = PTHREAD_ONCE_INIT;
static pthread_key_t observer_key;
static bool has_observers;

static void make_observer_key( void )
{
    has_observers = !pthread_key_create( &observer_key, NULL );
}

static const struct log_observer *get_observer( void )
{
    pthread_once( &observer_once, make_observer_key );
    return has_observers ? pthread_getspecific( observer_key ) : NULL;
}

/* Nothing is locked while it is in use. Returns false when it may be used no more. */
static bool log_begin(void)
{
    bool begun;

    pthread_mutex_lock( &users_lock );
    if ((begun = sink && !exiting)) users++;
    pthread_mutex_unlock( &users_lock );
    return begun;
}

static void log_end(void)
{
    pthread_mutex_lock( &users_lock );
    if (!--users) pthread_cond_broadcast( &unused );
    pthread_mutex_unlock( &users_lock );
}

/* Handlers run in the opposite order of their making: the sink's own comes after this one. */
static void log_exit(void)
{
    struct timespec limit;

    clock_gettime( CLOCK_REALTIME, &limit );
    limit.tv_sec += EXIT_LIMIT;
    pthread_mutex_lock( &users_lock );
    exiting = true;
    while (users && !pthread_cond_timedwait( &unused, &users_lock, &limit )) continue;
    pthread_mutex_unlock( &users_lock );
}

void log_prepare( const struct log_sink *where )
{
    sink = where;
    atexit( log_exit );
}

bool log_is_active( enum log_level level )
{
    bool active;

    if (!log_begin()) return false;
    active = sink->is_active( level );
    log_end();
    return active;
}

void log_set_level( enum log_level level )
{
    if (!log_begin()) return;
    sink->set_level( level );
    log_end();
}

bool log_observe( const struct log_observer *observer )
{
    pthread_once( &observer_once, make_observer_key );
    return has_observers && !pthread_setspecific( observer_key, observer );
}

void log_line( enum log_level level, const char *format, ... )
{
    char text[LOG_LINE];
    const struct log_observer *observer = level == LOG_LEVEL_ERROR ? get_observer() : NULL;
    va_list args;

    if (!observer && !log_is_active( level )) return;
    va_start( args, format );
    vsnprintf( text, sizeof(text), format, args );
    va_end( args );
    if (observer) observer->take( observer->context, text );
    if (!log_is_active( level ) || !log_begin()) return;
    sink->write( level, text );
    log_end();
}

/* As many bytes as shown() says stay as they are. */
static const char *escape( struct log_text *text, const char *source, size_t (*shown)( const char * ) )
{
    static const char cut[] = "...";
    size_t used = 0, size;

    for (; *source; source += size ? size : 1)
    {
        size = shown( source );
        if (used + (size ? size : 4) + sizeof(cut) > sizeof(text->text))
        {
            memcpy( text->text + used, cut, sizeof(cut) );
            return text->text;
        }
        if (size) memcpy( text->text + used, source, size );
        else snprintf( text->text + used, 5, "\\x%02x", (unsigned char)*source );
        used += size ? size : 4;
    }
    text->text[used] = 0;
    return text->text;
}

static size_t ascii_size( const char *source )
{
    return *source >= ' ' && *source <= '~';
}

const char *log_escape( struct log_text *text, const char *source )
{
    return escape( text, source, printable_size );
}

const char *log_escape_name( struct log_text *text, const char *name )
{
    return escape( text, name, ascii_size );
}

bool log_limit_pass( struct log_limit *limit, uint64_t now )
{
    unsigned int burst = limit->burst ? limit->burst : LOG_BURST;

    if (!limit->start || now - limit->start >= LOG_PERIOD_MS)
    {
        if (limit->lines > burst) log_warn( "%u more lines of a host were left out", limit->lines - burst );
        limit->start = now;
        limit->lines = 0;
    }
    return ++limit->lines <= burst;
}

const char *log_errno( int error )
{
    const char *text = strerrordesc_np( error );

    return text ? text : "unknown error";
}
