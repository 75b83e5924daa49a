/*
 * The program winedvc-session, which helps one session
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

#ifndef __WINEDVC_SESSION_H
#define __WINEDVC_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sessionframes.h"
#include "process.h"

/* I/O thread only. */
struct session
{
    int            fd;      /* -1 when it is not there */
    struct process process;
};

/* On failure there is none, and problem says why and what to do. */
extern bool session_start( struct session *session, char *problem, size_t size );
/* Ends it, and waits for that a moment. */
extern void session_stop( struct session *session );

/* Sends a message whose body is the two parts. Never waits; returns false if it is not sent. */
extern bool session_send( struct session *session, enum session_frame type, const void *first, size_t first_size,
                          const void *second, size_t second_size );

/* It ends that process, if the client does not live to do so. */
extern void session_keep( struct session *session, const struct process *process );

struct session_message
{
    struct winedvc_frame frame;
    uint8_t              body[WINEDVC_MAX_CONTROL];
};

/* Returns 1 for a message, 0 if there is none, -1 at the end or for one that is malformed. */
extern int session_receive( struct session *session, struct session_message *message );

#endif /* __WINEDVC_SESSION_H */
