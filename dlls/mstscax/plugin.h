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

#include "executor.h"
#include "refs.h"

struct channel;
struct client;

/*
 * The order of a plug-in's calls is made here. Its queue runs Initialize, Connected, Disconnected and Terminated one
 * at a time. Channels are offered to it from the return of Connected to the next Disconnected; a CREATE_REQ that comes
 * before waits. Disconnected waits for OnClose of its channels, Terminated for the release of their callbacks.
 * Never freed: the manager that it was given stays valid.
 */
struct plugin
{
    IWTSVirtualChannelManager IWTSVirtualChannelManager_iface;
    IWTSPluginServiceProvider IWTSPluginServiceProvider_iface;
    struct refs refs;
    IUnknown *marshaler;
    struct client *client;
    UINT32  number;                 /* of its entry, from 1: a DLL may hold several plug-ins; 0 for what is built in */
    UINT32  order;                  /* of its entry */
    WCHAR  *entry;
    struct queue queue;             /* IWTSPlugin's calls */
    IWTSPlugin *plugin;             /* the queue's; NULL before loading and after Terminated */
    struct list link;               /* in client->plugins */
    /* protected by client->lock */
    BOOL    ready;                  /* Initialize has returned, and did not fail */
    BOOL    accepting;              /* Connected has returned */
    struct list waiting;            /* channels that are offered then */
    unsigned int channels;          /* that count: it has them, or was offered them */
    unsigned int callbacks;         /* not released */
    BOOL    held;                   /* Disconnected waits for OnClose of the channels */
    BOOL    terminating;            /* Terminated waits for the callbacks */
    BOOL    ended;                  /* failed to initialize, or terminated */
};

/* Before there is a reader: what is built in. Then: the plug-ins of the entries. */
extern void plugins_begin( struct client *client );
extern void plugins_load( struct client *client );

extern void plugins_connect( struct client *client );
extern void plugins_disconnect( struct client *client, DWORD code );
/* FALSE if one has not ended after timeout milliseconds. */
extern BOOL plugins_terminate( struct client *client, DWORD timeout );

/* Submits channel->offer_task to its listener's queue, when the plug-in accepts channels. */
extern void plugin_offer( struct plugin *plugin, struct channel *channel );

/* Its Disconnected does not wait for that channel any more. */
extern void plugin_channel_ends( struct plugin *plugin, struct channel *channel );
extern void plugin_callback_begins( struct plugin *plugin );
extern void plugin_callback_ends( struct plugin *plugin );

#endif /* __MSTSCAX_PLUGIN_H */
