/*
 * The static channels that the client has to know before it connects
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

#ifndef __WINEDVC_STATICS_H
#define __WINEDVC_STATICS_H

#include "supervisor.h"

/* Looks for plug-ins of static channels that the record has not: they are put behind those of the record, awaited. */
extern void statics_look( struct supervisor *supervisor );

/* A group of recorded plug-ins is about to be started: its static channels are those of the last session, or the client
 * waits for it, with a line. */
extern void statics_declare( struct supervisor *supervisor, struct group *group );

/* The search has found this group, which is new: if one of its plug-ins was awaited in another, then it is. */
extern void statics_await( struct group *group );

/* Tells the client to go on as soon as each group that it waits for has declared its static channels, or will not. */
extern void statics_check_known( struct supervisor *supervisor );

#endif /* __WINEDVC_STATICS_H */
