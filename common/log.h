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

#ifndef __WINEDVC_LOG_H
#define __WINEDVC_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum log_level
{
    LOG_LEVEL_TRACE,
    LOG_LEVEL_DEBUG,
    LOG_LEVEL_INFO,
    LOG_LEVEL_WARN,
    LOG_LEVEL_ERROR,
    LOG_LEVEL_FATAL,
    LOG_LEVEL_OFF,
};

/* Where lines go. Its functions are called on any thread, two at a time too. */
struct log_sink
{
    void (*write)( enum log_level level, const char *line );
    bool (*is_active)( enum log_level level );
    void (*set_level)( enum log_level level );
};

/* Each line says what, why and what to do. */
#define log_error( ... ) log_line( LOG_LEVEL_ERROR, __VA_ARGS__ )
#define log_warn( ... )  log_line( LOG_LEVEL_WARN, __VA_ARGS__ )
#define log_info( ... )  log_line( LOG_LEVEL_INFO, __VA_ARGS__ )
#define log_debug( ... ) log_line( LOG_LEVEL_DEBUG, __VA_ARGS__ )

#define LOG_TEXT 512
#define LOG_LINE 2048

/* To be called once, before there are threads. Without a sink nothing is written. */
extern void log_prepare( const struct log_sink *sink );

/* Not for who holds a lock: writing may take as long as a terminal, a pipe or a disk does.
 * The sink may be gone before the process is, while threads still run: when exit() has begun nothing is written any
 * more, and it waits a second at most for who is writing. */
extern void log_line( enum log_level level, const char *format, ... ) __attribute__((format( printf, 2, 3 )));

/* Who is shown a thread's lines of level error, written or not. */
struct log_observer
{
    void (*take)( void *context, const char *line );
    void *context;
};

/* This thread's from now on, which must outlive it; NULL ends it. False without memory. */
extern bool log_observe( const struct log_observer *observer );

extern bool log_is_active( enum log_level level );
extern void log_set_level( enum log_level level );

/* Text that others wrote, cut to LOG_TEXT bytes. What cannot be shown is escaped, a byte as \xNN. */
struct log_text
{
    char text[LOG_TEXT];
};

/* Return text->text. Source is UTF-8, as far as it is text; a channel's name is bytes, of which ASCII is shown. */
extern const char *log_escape( struct log_text *text, const char *source );
extern const char *log_escape_name( struct log_text *text, const char *name );

/* What an error number means, in English. strerror() may ask the environment, which is for the client's main thread. */
extern const char *log_errno( int error );

/* So many lines of one host in so many milliseconds. All zero is a new limit. */
#define LOG_BURST     20
#define LOG_PERIOD_MS 10000

struct log_limit
{
    uint64_t     start;
    unsigned int lines;
    unsigned int burst;     /* another number of lines, 0 for LOG_BURST */
};

/* May one more line be written? When it may again, a line says how many were left out. */
extern bool log_limit_pass( struct log_limit *limit, uint64_t now );

#endif /* __WINEDVC_LOG_H */
