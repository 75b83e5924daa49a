/*
 * IWTSPlugin: life cycle, and the order of its calls
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

#ifndef __MSTSCAX_PLUGIN_H
#define __MSTSCAX_PLUGIN_H

#include "mstscax_private.h"

/* Before there is a reader: what is built in. Then: the plug-ins of the entries. */
extern void plugins_begin( struct client *client );
extern void plugins_load( struct client *client );

extern void plugins_connect( struct client *client );
extern void plugins_disconnect( struct client *client, DWORD code );
/* FALSE if one has not ended after timeout milliseconds. */
extern BOOL plugins_terminate( struct client *client, DWORD timeout );

/* A call of it has not returned for duration milliseconds; again: that was said of this call before. */
extern void plugin_is_slow( struct plugin *plugin, const char *what, DWORD duration, BOOL again );

#endif /* __MSTSCAX_PLUGIN_H */
