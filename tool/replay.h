/*
 * What crossed the channels of a session, played to a plug-in again
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

#ifndef __WINEDVC_REPLAY_H
#define __WINEDVC_REPLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "play.h"

/* A PDU of a trace. */
struct replay_entry
{
    unsigned int connection;
    bool         sent;          /* by the plug-in's side */
    bool         ours;          /* of a channel that the plug-in listens on */
    bool         taken;         /* it has come again */
    uint32_t     channel;
    uint8_t     *data;
    size_t       size;
};

/* All zero is an empty one. */
struct replay
{
    const char          *file;      /* the caller's */
    struct replay_entry *entries;
    size_t               count;
    /* while it is played */
    struct play         *play;     /* NULL before and after that */
    size_t               oldest;    /* all of the plug-in's side before it have come */
    unsigned int         came;
    bool                 failed;    /* of which a line has told */
};

/* Reads a trace. On failure problem says what and what to do. */
extern bool replay_read( struct replay *replay, const char *file, char *problem, size_t size );

/* Sends what the server sent on channels that this plug-in listens on, each PDU when all that came before it has come
 * again, and wants the plug-in's side to send the same bytes on each. False, with a line for the user, if it does not. */
extern bool replay_play( struct replay *replay, struct play *play );

/* Takes each PDU of the plug-in's side, while it is played. */
extern void replay_take_pdu( struct replay *replay, const uint8_t *pdu, size_t size );

extern void replay_clear( struct replay *replay );

#endif /* __WINEDVC_REPLAY_H */
