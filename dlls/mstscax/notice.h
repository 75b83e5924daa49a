/*
 * What the static-channel client is told
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

#ifndef __MSTSCAX_NOTICE_H
#define __MSTSCAX_NOTICE_H

#include "mstscax_private.h"

/* Of a plug-in that cannot be loaded: at once, on this thread. */
extern void notice_not_loaded( struct plugin *plugin, HRESULT hr, WINE_DVC_CAUSE cause, const WCHAR *reason );

/* Each makes a call of IWineDVCHost, if the client has one, in order and on our own threads. */
extern void notice_plugin( struct plugin *plugin, HRESULT hr, WINE_DVC_CAUSE cause, const WCHAR *reason );
extern void notice_listen( struct listener *listener );
/* Before notice_declared(). */
extern void notice_static( struct plugin *plugin, UINT32 stream, const char *name, UINT32 options );
/* Before notice_ready(). */
extern void notice_declared( struct client *client );
extern void notice_unlisten( struct listener *listener );
extern void notice_slow( struct plugin *plugin, const char *what, UINT32 duration, BOOL again );
extern void notice_ready( struct client *client );
/* A line for a log, as by wprintf; of a plug-in, or NULL. Not on plug-ins' threads: it allocates. */
extern void notice_warning( struct client *client, const struct plugin *plugin, const WCHAR *format, ... );
extern void notice_warning_of( struct plugin *plugin, WINE_DVC_CAUSE cause, const WCHAR *format, ... );

/* As notice_warning_of, of what is as it should be. */
extern void notice_information( struct plugin *plugin, WINE_DVC_CAUSE cause, const WCHAR *format, ... );
/* The plug-in cannot go on, and its host ends. */
extern void notice_ended( struct plugin *plugin, WINE_DVC_CAUSE cause, const WCHAR *why );

#endif /* __MSTSCAX_NOTICE_H */
