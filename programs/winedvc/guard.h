/*
 * What happens when a plug-in crashes
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

#ifndef __WINEDVC_GUARD_H
#define __WINEDVC_GUARD_H

#include "link.h"

/* From here on an exception that no handler takes, on any thread, ends the process after a BYE that
 * names code, module and address. Handlers of a plug-in's own come first. Before plug-ins load. FALSE if out of
 * memory. */
extern BOOL guard_start( struct link *link );

/* Waits, and says such a BYE meanwhile; the thread runs no foreign code. FALSE if the event does not come in time. */
extern BOOL guard_wait( HANDLE event, DWORD timeout );

#endif /* __WINEDVC_GUARD_H */
