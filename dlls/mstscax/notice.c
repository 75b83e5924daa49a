/*
 * What the static-channel client is told about plug-ins
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

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "notice.h"

struct notice
{
    struct task task;
    IWineDVCHost *host;
    UINT32  plugin;
    HRESULT hr;
    WINE_DVC_CAUSE cause;
    UINT32  duration;
    BOOL    again;
    UINT32  stream, options;
    const char *what;
    WCHAR  *entry;
    WCHAR  *reason;
    WCHAR  *text;
    char   *name;
};

static void notice_destroy( struct task *task )
{
    struct notice *notice = CONTAINING_RECORD( task, struct notice, task );

    free( notice->entry );
    free( notice->reason );
    free( notice->text );
    free( notice->name );
    free( notice );
}

static struct notice *notice_create( struct client *client, void (*run)( struct task *task ) )
{
    struct notice *notice;

    if (!client->host || !(notice = calloc( 1, sizeof(*notice) ))) return NULL;
    notice->task.what = NULL;
    notice->task.run = run;
    notice->task.destroy = notice_destroy;
    notice->host = client->host;
    return notice;
}

static void run_plugin( struct task *task )
{
    struct notice *notice = CONTAINING_RECORD( task, struct notice, task );
    IWineDVCHost_OnPlugin( notice->host, notice->plugin, notice->entry, notice->hr, notice->cause, notice->reason );
}

void notice_plugin( struct plugin *plugin, HRESULT hr, WINE_DVC_CAUSE cause, const WCHAR *reason )
{
    struct notice *notice = plugin->number ? notice_create( plugin->client, run_plugin ) : NULL;

    if (!notice) return;
    notice->plugin = plugin->number;
    notice->hr = hr;
    notice->cause = cause;
    notice->entry = wcsdup( plugin->entry );
    notice->reason = reason ? wcsdup( reason ) : NULL;
    queue_submit( &plugin->client->notices, &notice->task );
}

void notice_not_loaded( struct plugin *plugin, HRESULT hr, WINE_DVC_CAUSE cause, const WCHAR *reason )
{
    IWineDVCHost *host = plugin->client->host;
    if (host) IWineDVCHost_OnPlugin( host, plugin->number, plugin->entry, hr, cause, reason );
}

static void run_slow( struct task *task )
{
    struct notice *notice = CONTAINING_RECORD( task, struct notice, task );
    IWineDVCHost_OnSlow( notice->host, notice->plugin, notice->entry, notice->what, notice->duration,
                         notice->again );
}

void notice_slow( struct plugin *plugin, const char *what, UINT32 duration, BOOL again )
{
    struct notice *notice = notice_create( plugin->client, run_slow );

    if (!notice) return;
    notice->plugin = plugin->number;
    notice->entry = wcsdup( plugin->entry );
    notice->what = what;
    notice->duration = duration;
    notice->again = again;
    queue_submit( &plugin->client->notices, &notice->task );
}

static void notice_listener( struct listener *listener, void (*run)( struct task *task ) )
{
    struct plugin *plugin = listener->plugin;
    struct notice *notice = plugin->number ? notice_create( plugin->client, run ) : NULL;

    if (!notice) return;
    notice->plugin = plugin->number;
    notice->name = strdup( listener->name );
    queue_submit( &plugin->client->notices, &notice->task );
}

static void run_listen( struct task *task )
{
    struct notice *notice = CONTAINING_RECORD( task, struct notice, task );
    IWineDVCHost_OnListen( notice->host, notice->plugin, notice->name );
}

void notice_listen( struct listener *listener )
{
    notice_listener( listener, run_listen );
}

static void run_unlisten( struct task *task )
{
    struct notice *notice = CONTAINING_RECORD( task, struct notice, task );
    IWineDVCHost_OnUnlisten( notice->host, notice->plugin, notice->name );
}

void notice_unlisten( struct listener *listener )
{
    notice_listener( listener, run_unlisten );
}

static void run_static( struct task *task )
{
    struct notice *notice = CONTAINING_RECORD( task, struct notice, task );
    IWineDVCHost_OnStatic( notice->host, notice->plugin, notice->stream, notice->name, notice->options );
}

void notice_static( struct plugin *plugin, UINT32 stream, const char *name, UINT32 options )
{
    struct notice *notice = notice_create( plugin->client, run_static );

    if (!notice) return;
    notice->plugin = plugin->number;
    notice->stream = stream;
    notice->name = strdup( name );
    notice->options = options;
    queue_submit( &plugin->client->notices, &notice->task );
}

static void run_warning( struct task *task )
{
    struct notice *notice = CONTAINING_RECORD( task, struct notice, task );
    IWineDVCHost_OnWarning( notice->host, notice->plugin, notice->cause, notice->text );
}

static void notice_text( struct client *client, const struct plugin *plugin, void (*run)( struct task *task ),
                         WINE_DVC_CAUSE cause, const WCHAR *format, va_list args )
{
    struct notice *notice = notice_create( client, run );
    WCHAR text[512];

    if (!notice) return;
    vswprintf( text, ARRAY_SIZE(text), format, args );
    text[ARRAY_SIZE(text) - 1] = 0;
    notice->plugin = plugin ? plugin->number : 0;
    notice->cause = cause;
    notice->text = wcsdup( text );
    queue_submit( &client->notices, &notice->task );
}

void notice_warning( struct client *client, const struct plugin *plugin, const WCHAR *format, ... )
{
    va_list args;

    va_start( args, format );
    notice_text( client, plugin, run_warning, WINE_DVC_CAUSE_OTHER, format, args );
    va_end( args );
}

void notice_warning_of( struct plugin *plugin, WINE_DVC_CAUSE cause, const WCHAR *format, ... )
{
    va_list args;

    va_start( args, format );
    notice_text( plugin->client, plugin, run_warning, cause, format, args );
    va_end( args );
}

static void run_information( struct task *task )
{
    struct notice *notice = CONTAINING_RECORD( task, struct notice, task );
    IWineDVCHost_OnInformation( notice->host, notice->plugin, notice->cause, notice->text );
}

void notice_information( struct plugin *plugin, WINE_DVC_CAUSE cause, const WCHAR *format, ... )
{
    va_list args;

    va_start( args, format );
    notice_text( plugin->client, plugin, run_information, cause, format, args );
    va_end( args );
}

static void run_ended( struct task *task )
{
    struct notice *notice = CONTAINING_RECORD( task, struct notice, task );
    IWineDVCHost_OnEnded( notice->host, notice->plugin, notice->cause, notice->text );
}

void notice_ended( struct plugin *plugin, WINE_DVC_CAUSE cause, const WCHAR *why )
{
    struct notice *notice = notice_create( plugin->client, run_ended );

    if (!notice) return;
    notice->plugin = plugin->number;
    notice->cause = cause;
    notice->text = wcsdup( why );
    queue_submit( &plugin->client->notices, &notice->task );
}

static void run_declared( struct task *task )
{
    struct notice *notice = CONTAINING_RECORD( task, struct notice, task );
    IWineDVCHost_OnDeclared( notice->host );
}

void notice_declared( struct client *client )
{
    struct notice *notice = notice_create( client, run_declared );
    if (notice) queue_submit( &client->notices, &notice->task );
}

static void run_ready( struct task *task )
{
    struct notice *notice = CONTAINING_RECORD( task, struct notice, task );
    IWineDVCHost_OnReady( notice->host );
}

void notice_ready( struct client *client )
{
    struct notice *notice = notice_create( client, run_ready );
    if (notice) queue_submit( &client->notices, &notice->task );
}
