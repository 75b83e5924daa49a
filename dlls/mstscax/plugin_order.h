/*
 * Which calls of a plug-in wait for what it holds
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

#ifndef __MSTSCAX_PLUGIN_ORDER_H
#define __MSTSCAX_PLUGIN_ORDER_H

#include "mstscax_private.h"

/* All but plugin_offer_waiting take client->lock, and none runs foreign code. */

/* A plug-in or listener that counted as active is not any more. */
extern void client_drop_active( struct client *client );

/* Submits channel->offer_task to its listener's queue, when the plug-in accepts channels. */
extern void plugin_offer( struct plugin *plugin, struct channel *channel );
/* client->lock is held: it accepts them from now on, or none any more: what waits is submitted. */
extern void plugin_offer_waiting( struct plugin *plugin );

/* Its Disconnected does not wait for that channel any more. */
extern void plugin_channel_ends( struct plugin *plugin, struct channel *channel );

/* Before it is asked for a channel's callback; when it has refused, or that callback is released. */
extern void plugin_callback_begins( struct plugin *plugin );
extern void plugin_callback_ends( struct plugin *plugin );
/* TRUE if none is asked for and all are released; otherwise its queue waits for that. */
extern BOOL plugin_is_idle( struct plugin *plugin );

#endif /* __MSTSCAX_PLUGIN_ORDER_H */
