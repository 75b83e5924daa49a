/*
 * What a plug-in holds, and which of its calls wait for that
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

#include "plugin_order.h"

void client_drop_active( struct client *client )
{
    AcquireSRWLockExclusive( &client->lock );
    if (!--client->active) WakeAllConditionVariable( &client->terminated );
    ReleaseSRWLockExclusive( &client->lock );
}

/* client->lock held. Disconnected waits for what the plug-in may take. */
static void submit_offer( struct plugin *plugin, struct channel *channel )
{
    if ((channel->counted = plugin->accepting)) plugin->channels++;
    queue_submit( &channel->listener->queue, &channel->offer_task );
}

void plugin_offer_waiting( struct plugin *plugin )
{
    struct channel *channel, *next;

    LIST_FOR_EACH_ENTRY_SAFE( channel, next, &plugin->waiting, struct channel, waiting_entry )
    {
        list_remove( &channel->waiting_entry );
        submit_offer( plugin, channel );
    }
}

void plugin_offer( struct plugin *plugin, struct channel *channel )
{
    AcquireSRWLockExclusive( &plugin->client->lock );
    if (plugin->accepting || plugin->ended) submit_offer( plugin, channel );
    else list_add_tail( &plugin->waiting, &channel->waiting_entry );
    ReleaseSRWLockExclusive( &plugin->client->lock );
}

BOOL plugin_is_idle( struct plugin *plugin )
{
    BOOL idle;

    AcquireSRWLockExclusive( &plugin->client->lock );
    if (!(idle = !plugin->callbacks))
    {
        plugin->terminating = TRUE;
        queue_hold( &plugin->queue );
    }
    ReleaseSRWLockExclusive( &plugin->client->lock );
    return idle;
}

void plugin_callback_begins( struct plugin *plugin )
{
    AcquireSRWLockExclusive( &plugin->client->lock );
    plugin->callbacks++;
    ReleaseSRWLockExclusive( &plugin->client->lock );
}

void plugin_callback_ends( struct plugin *plugin )
{
    BOOL resume;

    AcquireSRWLockExclusive( &plugin->client->lock );
    resume = !--plugin->callbacks && plugin->terminating;
    if (resume) plugin->terminating = FALSE;
    ReleaseSRWLockExclusive( &plugin->client->lock );
    if (resume) queue_resume( &plugin->queue );
}

void plugin_channel_ends( struct plugin *plugin, struct channel *channel )
{
    BOOL resume = FALSE;

    AcquireSRWLockExclusive( &plugin->client->lock );
    if (channel->counted)
    {
        channel->counted = FALSE;
        resume = !--plugin->channels && plugin->held;
        if (resume) plugin->held = FALSE;
    }
    ReleaseSRWLockExclusive( &plugin->client->lock );
    if (resume) queue_resume( &plugin->queue );
}
