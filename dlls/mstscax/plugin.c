/*
 * IWTSPlugin: life cycle
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

#include <stdlib.h>
#include <stdio.h>

#include "listener.h"
#include "notice.h"
#include "plugin.h"
#include "plugin_order.h"
#include "addins.h"
#include "localserver.h"
#include "static.h"

#include "wine/debug.h"

WINE_DEFAULT_DEBUG_CHANNEL(mstscax);

/* One call of IWTSPlugin, in the plug-in's queue. */
struct plugin_call
{
    struct task task;
    struct plugin *plugin;
    DWORD code;
};

static void call_destroy( struct task *task )
{
    free( CONTAINING_RECORD( task, struct plugin_call, task ) );
}

static BOOL plugin_submit( struct plugin *plugin, const char *what, void (*run)( struct task *task ), DWORD code )
{
    struct plugin_call *call;

    if (!(call = malloc( sizeof(*call) ))) return FALSE;
    call->task.what = what;
    call->task.run = run;
    call->task.destroy = call_destroy;
    call->plugin = plugin;
    call->code = code;
    queue_submit( &plugin->queue, &call->task );
    return TRUE;
}

/* All are loaded. A program that was not heard of is as one that died: where it serves all that is here, the next start may
 * help. */
static void report_lost( struct client *client, BOOL others )
{
    struct plugin *plugin;

    LIST_FOR_EACH_ENTRY( plugin, &client->plugins, struct plugin, link )
    {
        if (!plugin->lost) continue;
        if (others) notice_plugin( plugin, plugin->lost_hr, WINE_DVC_CAUSE_REFUSED, plugin->lost );
        else notice_ended( plugin, WINE_DVC_CAUSE_REFUSED, plugin->lost );
    }
}

static void client_plugin_loaded( struct client *client )
{
    BOOL ready, others = FALSE;
    struct plugin *plugin;

    AcquireSRWLockExclusive( &client->lock );
    ready = !--client->plugins_loading;
    LIST_FOR_EACH_ENTRY( plugin, &client->plugins, struct plugin, link )
        others |= plugin->number && plugin->ready;
    ReleaseSRWLockExclusive( &client->lock );
    if (!ready) return;
    if (others) report_lost( client, TRUE );
    notice_ready( client );
    if (!others) report_lost( client, FALSE );
}

/* Of a plug-in's static channels everything has been told. */
static void client_plugin_entered( struct client *client )
{
    if (!InterlockedDecrement( &client->plugins_entering )) notice_declared( client );
}

/* Is this the last plug-in of its entry to get ready? */
static BOOL plugin_completes( struct plugin *plugin )
{
    struct plugin *other;
    BOOL complete = TRUE;

    AcquireSRWLockExclusive( &plugin->client->lock );
    plugin->ready = TRUE;
    LIST_FOR_EACH_ENTRY( other, &plugin->client->plugins, struct plugin, link )
        if (other->number == plugin->number && !other->ready) complete = FALSE;
    ReleaseSRWLockExclusive( &plugin->client->lock );
    return complete;
}

static void plugin_fail( struct plugin *plugin, HRESULT hr, const WCHAR *reason )
{
    WARN( "%s: %s, hr %#lx.\n", debugstr_w( plugin->entry ), debugstr_w( reason ), hr );
    listeners_remove( plugin, TRUE );
}

static void plugin_report( struct plugin *plugin, HRESULT hr, const WCHAR *reason )
{
    if (FAILED(hr)) plugin_fail( plugin, hr, reason );
    if (FAILED(hr) || plugin_completes( plugin ))
        notice_plugin( plugin, hr, reason ? WINE_DVC_CAUSE_REFUSED : WINE_DVC_CAUSE_OTHER, reason );
    client_plugin_loaded( plugin->client );
}

/* The client may look at the file, for as long as loading it takes, so this holds up no notice of another plug-in's. */
static void plugin_report_not_loaded( struct plugin *plugin, HRESULT hr, const struct failure *failure )
{
    plugin_fail( plugin, hr, failure->reason );
    notice_not_loaded( plugin, hr, failure->cause, failure->reason );
    client_plugin_loaded( plugin->client );
}

static void plugin_lose( struct plugin *plugin, HRESULT hr, const WCHAR *reason )
{
    WARN( "%s: %s, hr %#lx.\n", debugstr_w( plugin->entry ), debugstr_w( reason ), hr );
    AcquireSRWLockExclusive( &plugin->client->lock );
    plugin->lost_hr = hr;
    plugin->lost = wcsdup( reason );
    ReleaseSRWLockExclusive( &plugin->client->lock );
    client_plugin_loaded( plugin->client );
}

static void plugin_release( struct plugin *plugin )
{
    if (plugin->server) local_server_leave( plugin->server );
    IWTSPlugin_Release( plugin->plugin );
    plugin->plugin = NULL;
}

/* After the last reference to the plug-in's object. */
static void plugin_close_server( struct plugin *plugin )
{
    if (plugin->server) local_server_close( plugin->server );
    plugin->server = NULL;
}

static void plugin_initialize( struct plugin *plugin )
{
    WCHAR reason[128];
    HRESULT hr;

    hr = IWTSPlugin_Initialize( plugin->plugin, &plugin->IWTSVirtualChannelManager_iface );
    TRACE( "plugin %s, Initialize returned %#lx.\n", debugstr_w( plugin->entry ), hr );
    if (FAILED(hr))
    {
        plugin_release( plugin );
        swprintf( reason, ARRAY_SIZE(reason), L"its Initialize failed with %#lx", hr );
    }
    plugin_report( plugin, hr, FAILED(hr) ? reason : NULL );
    if (FAILED(hr)) plugin_close_server( plugin );
}

static void run_initialize( struct task *task )
{
    plugin_initialize( CONTAINING_RECORD( task, struct plugin_call, task )->plugin );
}

/* The code is the number of the connection, which may have ended meanwhile. */
static void run_connected( struct task *task )
{
    struct plugin_call *call = CONTAINING_RECORD( task, struct plugin_call, task );
    struct plugin *plugin = call->plugin;
    struct client *client = plugin->client;

    if (plugin->plugin) IWTSPlugin_Connected( plugin->plugin );
    AcquireSRWLockExclusive( &client->lock );
    if (client->connected && client->connection == call->code)
    {
        plugin->accepting = TRUE;
        plugin_offer_waiting( plugin );
    }
    ReleaseSRWLockExclusive( &client->lock );
}

static void run_disconnected( struct task *task )
{
    struct plugin_call *call = CONTAINING_RECORD( task, struct plugin_call, task );
    if (call->plugin->plugin) IWTSPlugin_Disconnected( call->plugin->plugin, call->code );
}

static void run_terminated( struct task *task )
{
    struct plugin *plugin = CONTAINING_RECORD( task, struct plugin_call, task )->plugin;
    struct client *client = plugin->client;

    if (!plugin_is_idle( plugin ) && plugin_submit( plugin, "Terminated", run_terminated, 0 )) return;
    if (plugin->plugin)
    {
        IWTSPlugin_Terminated( plugin->plugin );
        listeners_remove( plugin, FALSE );
        plugin_release( plugin );
    }
    if (plugin->statics) static_terminate( plugin );
    plugin_close_server( plugin );
    client_drop_active( client );
}

/* The first task loads the plug-in, or initializes its object; without one the caller does. The object may be a server's. */
static struct plugin *plugin_create( struct client *client, UINT32 order, const WCHAR *entry, IWTSPlugin *object,
                                     struct local_server *server, void (*first)( struct task *task ) )
{
    struct plugin *plugin;

    if (!(plugin = calloc( 1, sizeof(*plugin) ))) return NULL;
    plugin->IWTSVirtualChannelManager_iface.lpVtbl = &manager_vtbl;
    plugin->IWTSPluginServiceProvider_iface.lpVtbl = &service_provider_vtbl;
    refs_add( &plugin->refs );
    plugin->client = client;
    plugin->order = order;
    plugin->plugin = object;
    plugin->server = server;
    list_init( &plugin->waiting );
    queue_init( &plugin->queue, &client->executor, plugin );
    if (!(plugin->entry = wcsdup( entry )))
    {
        free( plugin );
        return NULL;
    }

    if (server) local_server_use( server );
    AcquireSRWLockExclusive( &client->lock );
    plugin->number = object == &echo_plugin ? 0 : order + 1;
    list_add_tail( &client->plugins, &plugin->link );
    client->plugins_loading++;
    client->active++;
    if (first) plugin_submit( plugin, "Initialize", first, 0 );
    if (client->connected) plugin_submit( plugin, "Connected", run_connected, client->connection );
    if (client->terminating) plugin_submit( plugin, "Terminated", run_terminated, 0 );
    ReleaseSRWLockExclusive( &client->lock );
    return plugin;
}

/* Any of our threads, or one of the system's. In the end plug-ins' programs end. */
static void plugin_lost_program( void *context, const WCHAR *why )
{
    struct plugin *plugin = context;
    BOOL terminating;

    AcquireSRWLockShared( &plugin->client->lock );
    terminating = plugin->client->terminating;
    ReleaseSRWLockShared( &plugin->client->lock );
    if (!terminating) notice_ended( plugin, WINE_DVC_CAUSE_ENDED, why );
}

/* A call of a program has no end where the program does not answer: the next one may. One that shows a window may wait for
 * its user, as a DLL that does not return may for anything. */
void plugin_is_slow( struct plugin *plugin, const char *what, DWORD duration, BOOL again )
{
    struct local_server *server = plugin->server;
    WCHAR why[MAX_PATH + 256];

    if (!server || local_server_shows_window( server ))
    {
        notice_slow( plugin, what, duration, again );
        return;
    }
    if (duration < 3 * plugin->client->slow_limit || local_server_ready_for( server ) < 2 * plugin->client->slow_limit) return;
    swprintf( why, ARRAY_SIZE(why), L"the program that serves it has not returned from %hs for %lu s, and is ended (%s)",
              what, duration / 1000, local_server_program( server ) );
    plugin_lost_program( plugin, why );
}

/* Its static channels, if it has some. A DLL with both kinds goes on without them. */
static HRESULT plugin_enter_static( struct plugin *plugin, const struct loaded_plugins *loaded,
                                    struct failure *failure )
{
    HRESULT hr = loaded->entry ? static_enter( plugin, loaded->entry, failure ) : S_OK;

    if (SUCCEEDED(hr) || !loaded->count) return hr;
    notice_warning_of( plugin, failure->cause, L"Its static channels do not work, the others may: %s", failure->reason );
    return S_OK;
}

static void run_load( struct task *task )
{
    struct plugin *plugin = CONTAINING_RECORD( task, struct plugin_call, task )->plugin;
    struct loaded_plugins loaded;
    struct failure failure;
    HRESULT hr;
    ULONG i;

    hr = load_entry( plugin->entry, &plugin->server, &loaded, &failure );
    if (loaded.registered)
        notice_information( plugin, WINE_DVC_CAUSE_REGISTERED, L"It runs in a process of its own: the proxies for that were "
                            L"registered in this Wine prefix, for this and all others" );
    if (SUCCEEDED(hr)) hr = plugin_enter_static( plugin, &loaded, &failure );
    client_plugin_entered( plugin->client );
    if (plugin->statics) static_begin( plugin );
    if (loaded.lost) plugin_lose( plugin, hr, failure.reason );
    else if (FAILED(hr)) plugin_report_not_loaded( plugin, hr, &failure );
    else if (!loaded.count) plugin_report( plugin, hr, NULL );
    else
    {
        plugin->plugin = loaded.objects[0];
        if (plugin->server)
            local_server_watch( plugin->server, (IUnknown *)plugin->plugin, plugin_lost_program, plugin );
        for (i = 1; i < loaded.count; i++)
            if (!plugin_create( plugin->client, plugin->order, plugin->entry, loaded.objects[i],
                                plugin->server, run_initialize ))
                IWTSPlugin_Release( loaded.objects[i] );
        plugin_initialize( plugin );
    }
    free( loaded.objects );
    free( failure.reason );
}

static void plugin_load( struct client *client, UINT32 order, const WCHAR *entry )
{
    InterlockedIncrement( &client->plugins_entering );
    if (!plugin_create( client, order, entry, NULL, NULL, run_load )) client_plugin_entered( client );
}

struct enumeration
{
    struct client *client;
    UINT32 order;
};

static BOOL add_addin( const struct addin *addin, void *context )
{
    struct enumeration *enumeration = context;

    TRACE( "key %s, entry %s.\n", debugstr_w( addin->key ), debugstr_w( addin->entry ) );
    plugin_load( enumeration->client, enumeration->order++, addin->entry );
    return TRUE;
}

/* What is built in listens before the first event can come. */
void plugins_begin( struct client *client )
{
    struct plugin *echo;

    client->plugins_loading = client->plugins_entering = 1;     /* keeps notice_ready and notice_declared back */
    if ((echo = plugin_create( client, UINT32_MAX, L"ECHO", &echo_plugin, NULL, NULL ))) plugin_initialize( echo );
}

void plugins_load( struct client *client )
{
    struct enumeration enumeration = { client, 0 };
    UINT32 i;

    for (i = 0; i < client->entry_count; i++) plugin_load( client, i, client->entries[i] );
    if (!client->entry_count) addins_enum( 0, add_addin, &enumeration );
    client_plugin_entered( client );
    client_plugin_loaded( client );
}

void plugins_connect( struct client *client )
{
    struct plugin *plugin;

    AcquireSRWLockExclusive( &client->lock );
    client->connected = TRUE;
    LIST_FOR_EACH_ENTRY( plugin, &client->plugins, struct plugin, link )
        plugin_submit( plugin, "Connected", run_connected, client->connection );
    ReleaseSRWLockExclusive( &client->lock );
}

/* Disconnected comes after OnClose of the plug-in's channels. Those that wait have ended, and are not offered. */
void plugins_disconnect( struct client *client, DWORD code )
{
    struct plugin *plugin;

    AcquireSRWLockExclusive( &client->lock );
    client->connected = FALSE;
    LIST_FOR_EACH_ENTRY( plugin, &client->plugins, struct plugin, link )
    {
        plugin->accepting = FALSE;
        plugin_offer_waiting( plugin );
        if (plugin->channels && !plugin->held)
        {
            plugin->held = TRUE;
            queue_hold( &plugin->queue );
        }
        plugin_submit( plugin, "Disconnected", run_disconnected, code );
    }
    ReleaseSRWLockExclusive( &client->lock );
}

BOOL plugins_terminate( struct client *client, DWORD timeout )
{
    ULONGLONG now = GetTickCount64(), end = now + timeout;
    struct plugin *plugin;
    BOOL done;

    AcquireSRWLockExclusive( &client->lock );
    client->terminating = TRUE;
    LIST_FOR_EACH_ENTRY( plugin, &client->plugins, struct plugin, link )
        plugin_submit( plugin, "Terminated", run_terminated, 0 );
    for (; client->active && now < end; now = GetTickCount64())
        SleepConditionVariableSRW( &client->terminated, &client->lock, end - now, 0 );
    done = !client->active;
    ReleaseSRWLockExclusive( &client->lock );
    return done;
}
