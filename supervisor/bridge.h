/*
 * One session
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

#ifndef __WINEDVC_BRIDGE_H
#define __WINEDVC_BRIDGE_H

#include "connection.h"
#include "namelist.h"

/*
 * A bridge lives from the session's start to its end, over any number of
 * connections, and may go on with the next session. It joins three parts:
 *
 *   connection   the client's side, on its main thread
 *   exchange     the routing table and the hosts' queues, which both threads use
 *   supervisor   starts, watches and ends the hosts, on its I/O thread, which
 *                may outlive the session for as long as they need to end
 *
 * All here is called on the client's main thread.
 */
struct bridge;

/* Starts looking for plug-ins at once. The arguments are the addin's, behind its name. NULL, and a line in the log, on
 * failure. */
extern struct bridge *bridge_create( const struct client *client, const struct name_list *arguments );

extern struct connection *bridge_connection( struct bridge *bridge );

/*
 * The session has ended; implies connection_end(). Another one may follow at once, as in a redirect by FreeRDP 3:
 * the hosts wait for it, and end if it does not come. The bridge is the caller's no longer. The arguments are copied.
 */
extern void bridge_linger( struct bridge *bridge, const struct name_list *arguments );

/* What a client with this context left lingering, which is the caller's again; what it left with other arguments, or when
 * FreeRDP served other channels, ends. NULL if there is nothing. */
extern struct bridge *bridge_resume( const struct client *client, const struct name_list *arguments );

#endif /* __WINEDVC_BRIDGE_H */
