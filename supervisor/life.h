/*
 * What happens to a host
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

#ifndef __WINEDVC_LIFE_H
#define __WINEDVC_LIFE_H

#include "host.h"
#include "supervisor.h"

/* Each function is one event of a host's life, from launch_host() to life_collect(). */

enum host_end
{
    END_GONE,           /* its socket or its process has ended */
    END_NOT_BEGUN,      /* it has not said HELLO in time */
    END_NO_ANSWER,      /* to a PING */
    END_BREACH,         /* it broke a rule */
    END_NO_MEMORY,      /* the client has none for what it sends or is sent */
    END_UNLISTED,       /* the search has not found its plug-ins */
};

/* It ends now, for that reason, unless it has ended. What it had sent goes out, then its channels are closed; it is
 * started again where the table in life.c says so. */
extern void life_end( struct supervisor *supervisor, struct host *host, enum host_end end, const char *why );

/* It broke the rule that ... */
extern void life_end_breach( struct supervisor *supervisor, struct host *host, const char *rule );

/* It has said something. */
extern void life_heard( struct host *host );

/* The session has ended: all are asked to. */
extern void life_terminate( struct supervisor *supervisor );

/* When one is to be asked whether it lives, or has not answered; UINT64_MAX for never. Does that. */
extern uint64_t life_watch_time( const struct supervisor *supervisor );
extern void life_watch( struct supervisor *supervisor );

/* When one that was to end gets SIGKILL; does that. */
extern uint64_t life_kill_time( const struct supervisor *supervisor );
extern void life_kill( struct supervisor *supervisor );

/* Frees those of which nothing is left. */
extern void life_collect( struct supervisor *supervisor );

#endif /* __WINEDVC_LIFE_H */
