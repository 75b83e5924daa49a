/*
 * Traces that are asked for while the session runs
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

#ifndef __WINEDVC_TRACING_H
#define __WINEDVC_TRACING_H

#include "supervisor.h"

/* All on the I/O thread. */

/* Watches for a request from now on (session.h), if the session has a page's file, and looks whether there is one. */
extern void tracing_begin( struct supervisor *supervisor );
extern void tracing_end( struct supervisor *supervisor );

/* To be called when the watch's descriptor is readable. */
extern void tracing_look( struct supervisor *supervisor );

/* Writes what there is to write; a line says so when that has ended. */
extern void tracing_write( struct supervisor *supervisor );

#endif /* __WINEDVC_TRACING_H */
