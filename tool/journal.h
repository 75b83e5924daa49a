/*
 * What happens, for a person or as JSON
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

#ifndef __WINEDVC_JOURNAL_H
#define __WINEDVC_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Lines on standard output, as things happen: the time since the beginning, the channel, and what. As JSON each is an
 * object with "time" (seconds), "event", "channel" (if it is about one) and what the event has. One at a time. */

extern void journal_begin( bool json );

/* Channel is what it is called, NULL for none; "text" of the event. What cannot be shown is escaped. */
extern void journal_tell( const char *event, const char *channel, const char *format, ... )
    __attribute__((format( printf, 3, 4 )));

/* A message that was sent or received: "size", and "data", in hex, up to JOURNAL_MOST bytes. A person sees the
 * beginning. */
#define JOURNAL_MOST 65536
extern void journal_message( bool sent, const char *channel, const uint8_t *data, size_t size );

/* Are single messages left out? */
extern void journal_hush( bool hushed );

/* One that went forth and back unchanged, or not: "size", "same", "ms" of the way. */
extern void journal_echo( const char *channel, size_t size, bool same, double ms, const char *what );

/* The last line: "result", which is ok or failed, and "steps". */
extern void journal_end( unsigned int steps, bool right );

/* What was not as expected: "file", "line" and "step" of the script, "text", "expected", "got". A line on standard error,
 * too. */
extern void journal_failure( const char *file, unsigned int line, unsigned int step, const char *text,
                             const char *expected, const char *got );

/* The beginning of data in hex and as text; with so many bytes at most. */
#define JOURNAL_BRIEF 16
struct journal_brief
{
    char text[JOURNAL_BRIEF * 3 + JOURNAL_BRIEF + 64];
};
extern const char *journal_brief( struct journal_brief *brief, const uint8_t *data, size_t size );

#endif /* __WINEDVC_JOURNAL_H */
