/*
 * What hosts say
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

#ifndef __WINEDVC_CONTROL_H
#define __WINEDVC_CONTROL_H

#include "host.h"
#include "supervisor.h"

/* Does what a host's control frames say, and frees them. Returns NULL, or the rule that the host broke. */
extern const char *control_read( struct supervisor *supervisor, struct host *host, struct packet_queue *frames );

#endif /* __WINEDVC_CONTROL_H */
