/*
 * Ends a client whose addin writes to the log, or may be cancelled, while it holds a lock
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

/*
 * A log may be a terminal, a pipe or a disk that takes its time, and the main thread
 * waits for the addin's locks. A thread that is cancelled asynchronously keeps its
 * locks for ever. This is loaded before FreeRDP's libraries and sees which locks the
 * addin's code takes and what it logs.
 */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __attribute__((visibility( "default" )))

static int (*next_lock)( pthread_mutex_t *mutex );
static int (*next_unlock)( pthread_mutex_t *mutex );

/* What the addin's code has locked in this thread. An unlock is known by its mutex: one that is the last of a callback may
 * return into FreeRDP. */
#define MAX_HELD 16
static __thread const pthread_mutex_t *held[MAX_HELD];
static __thread unsigned int held_count;

static void __attribute__((constructor)) prepare(void)
{
    next_lock = dlsym( RTLD_NEXT, "pthread_mutex_lock" );
    next_unlock = dlsym( RTLD_NEXT, "pthread_mutex_unlock" );
}

static bool is_addins( const void *code )
{
    Dl_info info;

    return dladdr( code, &info ) && info.dli_fname && strstr( info.dli_fname, "/libwinedvc-client.so" );
}

static bool may_be_cancelled(void)
{
    int state, type;

    pthread_setcancelstate( PTHREAD_CANCEL_DISABLE, &state );
    pthread_setcanceltype( PTHREAD_CANCEL_DEFERRED, &type );
    pthread_setcanceltype( type, NULL );
    pthread_setcancelstate( state, NULL );
    return state == PTHREAD_CANCEL_ENABLE && type == PTHREAD_CANCEL_ASYNCHRONOUS;
}

static void take_addins_lock( const pthread_mutex_t *mutex, const void *code )
{
    Dl_info info;

    if (held_count == MAX_HELD) abort();
    held[held_count++] = mutex;
    if (!may_be_cancelled()) return;
    dladdr( code, &info );
    fprintf( stderr, "the addin takes a lock in a thread that may be cancelled, in %s+%#zx\n", info.dli_fname,
             (size_t)((const char *)code - (const char *)info.dli_fbase) );
    abort();
}

static void drop_lock( const pthread_mutex_t *mutex )
{
    unsigned int i;

    for (i = 0; i < held_count; i++)
    {
        if (held[i] != mutex) continue;
        held[i] = held[--held_count];
        return;
    }
}

EXPORT int pthread_mutex_lock( pthread_mutex_t *mutex )
{
    const void *code = __builtin_return_address( 0 );

    if (!next_lock) prepare();
    if (is_addins( code )) take_addins_lock( mutex, code );
    return next_lock( mutex );
}

EXPORT int pthread_mutex_unlock( pthread_mutex_t *mutex )
{
    if (!next_unlock) prepare();
    drop_lock( mutex );
    return next_unlock( mutex );
}

static void check_log( const void *code, const char *function, size_t line )
{
    if (!held_count || !is_addins( code )) return;
    fprintf( stderr, "the addin logs with a lock held, %s line %zu\n", function, line );
    abort();
}

EXPORT int WLog_PrintMessage( void *log, unsigned int type, unsigned int level, size_t line, const char *file,
                              const char *function, ... )
{
    int (*next)( void *, unsigned int, unsigned int, size_t, const char *, const char *, va_list ) =
        dlsym( RTLD_NEXT, "WLog_PrintMessageVA" );
    va_list args;
    int done;

    check_log( __builtin_return_address( 0 ), function, line );
    va_start( args, function );
    done = next( log, type, level, line, file, function, args );
    va_end( args );
    return done;
}

/* Of newer versions of FreeRDP 3. */
EXPORT int WLog_PrintTextMessage( void *log, unsigned int level, size_t line, const char *file, const char *function,
                                  const char *format, ... )
{
    int (*next)( void *, unsigned int, size_t, const char *, const char *, const char *, va_list ) =
        dlsym( RTLD_NEXT, "WLog_PrintTextMessageVA" );
    va_list args;
    int done;

    check_log( __builtin_return_address( 0 ), function, line );
    va_start( args, format );
    done = next( log, level, line, file, function, format, args );
    va_end( args );
    return done;
}
