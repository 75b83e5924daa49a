/*
 * What the program winedvc does
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

#ifndef __WINEDVC_VERBS_H
#define __WINEDVC_VERBS_H

/*
 * For the addin, which starts it: standard input is one end of a pair of sockets
 * that keep messages apart. With each message comes, as SCM_RIGHTS, a descriptor
 * of a host's process. When the other end is closed, because the client has gone,
 * whatever the reason, the hosts that have not ended after so many milliseconds
 * get SIGKILL. Returns the exit status.
 */
extern int keep( const char *milliseconds );

#endif /* __WINEDVC_VERBS_H */
