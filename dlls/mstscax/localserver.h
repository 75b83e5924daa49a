/*
 * Plug-ins that a program of its own serves
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

#ifndef __MSTSCAX_LOCALSERVER_H
#define __MSTSCAX_LOCALSERVER_H

#include "windef.h"
#include "winbase.h"
#include "objbase.h"

/*
 * The process of a class registered with LocalServer32. All processes with plug-ins of that class share a job, which
 * ends the program when the last of them has ended, however that was; what the program itself starts is not in it.
 * Never freed.
 */
struct local_server;

/* The class's factory, of a program that runs already or is started by command; waits until COM knows its class. *out is
 * there before that, so that others can see what is waited for. On failure the program has been ended, why says what
 * happened, and *out is as closed: it needs no local_server_close. */
extern HRESULT local_server_open( REFCLSID clsid, const WCHAR *command, struct local_server **out, IClassFactory **factory,
                                  WCHAR *why, DWORD count );

/* Any thread. The program's file; for how many milliseconds COM has known its class, or should have; whether it shows a
 * window, perhaps to ask its user something. */
extern const WCHAR *local_server_program( const struct local_server *server );
extern DWORD local_server_ready_for( struct local_server *server );
extern BOOL local_server_shows_window( struct local_server *server );

/* Calls proc, on a thread of the system's, if the process ends before all have left it; why says how. Once. The process is
 * found by its object if none of ours started it. */
extern void local_server_watch( struct local_server *server, IUnknown *object,
                                void (*proc)( void *context, const WCHAR *why ), void *context );

/* Each use, of which local_server_open begins the first, has one close, when nothing that came from it is used any more.
 * The last gives the program some time to end by itself. Before that, and before the last Release, comes a leave: from the
 * last on the program may end unnoticed, unless it has already. */
extern void local_server_use( struct local_server *server );
extern void local_server_leave( struct local_server *server );
extern void local_server_close( struct local_server *server );

#endif /* __MSTSCAX_LOCALSERVER_H */
