/*
 * The latest end of the process
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

#ifndef __WINEDVC_DEADLINE_H
#define __WINEDVC_DEADLINE_H

#include "windef.h"
#include "winbase.h"

/* Whatever plug-ins do with locks and threads: the process ends that long after deadline_begin(), in
 * milliseconds, unless ExitProcess is quicker. The client may be gone by then and kill nobody. */
extern BOOL deadline_prepare( DWORD limit );
extern void deadline_begin( void );

#endif /* __WINEDVC_DEADLINE_H */
