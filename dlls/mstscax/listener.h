/*
 * IWTSListener: offers channels to a plug-in
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

#ifndef __MSTSCAX_LISTENER_H
#define __MSTSCAX_LISTENER_H

#include "mstscax_private.h"

/* Runs foreign code. Fails with ERROR_TOO_MANY_NAMES where there are WINE_DVC_MAX_LISTENERS. */
extern HRESULT listener_create( struct plugin *plugin, const char *name, IWTSListenerCallback *callback,
                                struct listener **out );
/* The first listener of that name behind after, which may have been removed, or of all, or NULL. */
extern struct listener *listener_find( struct client *client, const char *name, const struct listener *after );
/* Asks the plug-in when it is its turn, then the next listener of that name. */
extern void listener_offer( struct listener *listener, struct channel *channel );
/* After a failed Initialize, or Terminated: the plug-in gets no more channels. */
extern void listeners_remove( struct plugin *plugin, BOOL tell );

#endif /* __MSTSCAX_LISTENER_H */
