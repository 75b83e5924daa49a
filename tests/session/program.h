/*
 * winedvc-session under test
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

#ifndef __WINEDVC_TESTS_PROGRAM_H
#define __WINEDVC_TESTS_PROGRAM_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "supervisor/sessionframes.h"

/* The one that was built last, in a directory of its own, which is $HOME and has all else. */
extern char program_home[PATH_MAX];
extern pid_t program_pid;

extern void program_prepare(void);
/* Removes the directory. */
extern void program_forget(void);

/* Its argument is the version. */
extern void program_start( const char *version );
extern void program_close(void);
/* Closes its socket, and returns its exit status. */
extern int program_stop(void);

/* Writes a file below the directory. */
extern void program_write_file( const char *name, const char *text );

extern void program_send( enum session_frame type, const void *body, size_t size, const int *descriptor );

struct program_message
{
    struct winedvc_frame frame;
    uint8_t              body[WINEDVC_MAX_CONTROL];
    size_t               used;      /* of the body by what follows */
};

/* Waits for the next message. Returns false at the end. */
extern bool program_receive( struct program_message *message );
/* The next of its strings, "" if there is none. */
extern const char *program_string( struct program_message *message );

#endif /* __WINEDVC_TESTS_PROGRAM_H */
