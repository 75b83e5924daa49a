/*
 * Plays the server that a script describes
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

#ifndef __WINEDVC_PLAY_H
#define __WINEDVC_PLAY_H

#include <stdbool.h>
#include <stdint.h>

#include "dvc.h"
#include "script.h"

struct play
{
    /* the caller's */
    struct runner    *runner;
    struct dvc_server server;
    uint64_t          timeout;      /* milliseconds for what is expected */
    /* the play's */
    unsigned int      steps;        /* that were done */
    bool              ended;        /* the plug-in's process has, as was expected */
};

/* Does a script's steps. The first that is not as expected ends it, with a line for the user; false
 * then. */
extern bool play_script( struct play *play, const struct script *script );

/* Until nothing has come for that long, or nothing can come any more; false, with a line, if the plug-in's process has
 * failed. */
extern bool play_listen( struct play *play, uint64_t quiet );

/* Messages of many sizes on that channel, each of which has to come back as it went. */
extern bool play_echo_test( struct play *play, const char *label );

#endif /* __WINEDVC_PLAY_H */
