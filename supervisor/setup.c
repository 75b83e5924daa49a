/*
 * What is known before hosts are started
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

#include <stdio.h>
#include <string.h>

#include "directory.h"
#include "launch.h"
#include "setup.h"

/* To read a file or two; a home directory may be far away. */
#define SETUP_MS 5000
#define BEGIN_FACTOR 3  /* Wine may have a prefix to update, or a slow disk */

_Static_assert( SETTINGS_NO_LEVEL == LOG_LEVEL_OFF + 1, "the levels are WLog's" );

static void setup_write_mistakes( struct bridge *bridge )
{
    struct name_list *mistakes = &bridge->settings.mistakes;
    struct log_text text;
    size_t i;

    for (i = 0; i < mistakes->count; i++) log_error( "%s", log_escape( &text, mistakes->names[i] ) );
    name_list_clear( mistakes );
}

/* A message about the record, which is of one prefix with one Wine. */
static bool setup_send_wine( struct bridge *bridge, enum session_frame type )
{
    struct wine_program program;
    char problem[LOG_TEXT];

    return bridge->settings.prefix && wine_find( &bridge->settings, 64, &program, problem, sizeof(problem) ) &&
           session_send( &bridge->session, type, program.prefix, strlen( program.prefix ) + 1, program.loader,
                         strlen( program.loader ) + 1 );
}

/* All settings have their values, from here on to the end. */
static void setup_complete( struct bridge *bridge )
{
    struct settings *settings = &bridge->settings;
    size_t i;

    settings_complete( settings );
    setup_write_mistakes( bridge );
    if (settings->log_level != SETTINGS_NO_LEVEL) log_set_level( settings->log_level );
    trace_open( bridge->trace, settings->trace_file, settings->trace_size );
    bridge_lock( bridge );
    bridge->timeout = settings->timeout * 1000;
    bridge->begin_timeout = settings->start_timeout * 1000 * BEGIN_FACTOR;
    bridge->linger = settings->linger * 1000;
    router_set_hold( bridge->router, settings->start_timeout * 1000 );
    for (i = 0; i < settings->take.count; i++) router_add_own( bridge->router, settings->take.names[i] );
    bridge_unlock( bridge );
    bridge->setup = SETUP_RECALLING;
    if (bridge->terminated || !launch_scout( bridge ) || !setup_send_wine( bridge, SESSION_LOAD ))
        bridge->setup = SETUP_DONE;
}

/* There is no record that could be trusted. */
static void setup_forget( struct bridge *bridge )
{
    plugin_list_clear( &bridge->recorded );
    bridge->setup = SETUP_DONE;
}

/* The session goes on without it. */
static void setup_lost( struct bridge *bridge, const char *why )
{
    enum setup setup = bridge->setup;

    session_stop( &bridge->session );
    if (setup == SETUP_DONE || bridge->terminated) return;
    log_warn( "%s: %s", setup == SETUP_CONFIGURING ? "the configuration file is not read"
                                                   : "the plug-ins of the last session are not known", why );
    if (setup == SETUP_CONFIGURING) setup_complete( bridge );
    setup_forget( bridge );
}

void setup_begin( struct bridge *bridge )
{
    char problem[LOG_TEXT];

    setup_write_mistakes( bridge );
    bridge->setup_time = clock_ms() + SETUP_MS;
    if (!session_start( &bridge->session, problem, sizeof(problem) )) setup_lost( bridge, problem );
}

uint64_t setup_time( const struct bridge *bridge )
{
    return bridge->setup == SETUP_DONE ? UINT64_MAX : bridge->setup_time;
}

void setup_expire( struct bridge *bridge )
{
    if (setup_time( bridge ) <= clock_ms()) setup_lost( bridge, "winedvc-session does not answer" );
}

/* Messages */

static bool setup_take_place( struct session_place *place, const uint8_t **body, size_t *size )
{
    return frame_take( place, sizeof(*place), body, size ) && (place->source == SETTINGS_SYSTEM ||
                                                                 place->source == SETTINGS_USER);
}

static void setup_name_place( char *where, size_t size, const char *file, uint32_t line )
{
    if (line) snprintf( where, size, "%s:%u", file, line );
    else snprintf( where, size, "%s", file );
}

static bool setup_value( struct bridge *bridge, const uint8_t *body, size_t size )
{
    static const char prefix[] = "plugin ";
    const char *file, *section, *key, *value, *plugin = NULL;
    struct session_place place;
    char where[LOG_TEXT];

    if (!setup_take_place( &place, &body, &size ) || !(file = frame_string( &body, &size )) ||
        !(section = frame_string( &body, &size )) || !(key = frame_string( &body, &size )) ||
        !(value = frame_string( &body, &size ))) return false;
    setup_name_place( where, sizeof(where), file, place.line );
    if (!strncmp( section, prefix, strlen( prefix ) )) plugin = section + strlen( prefix );
    if (plugin || !*section || !strcmp( section, "winedvc" ))
        settings_set( &bridge->settings, place.source, where, plugin, key, value );
    else
        settings_mistake( &bridge->settings, where, "%s is in the section [%s], which is neither [winedvc] nor "
                          "[plugin NAME]", key, section );
    return true;
}

static bool setup_mistake( struct bridge *bridge, const uint8_t *body, size_t size )
{
    struct session_place place;
    const char *file, *text;
    char where[LOG_TEXT];

    if (!setup_take_place( &place, &body, &size ) || !(file = frame_string( &body, &size )) ||
        !(text = frame_string( &body, &size ))) return false;
    setup_name_place( where, sizeof(where), file, place.line );
    settings_mistake( &bridge->settings, where, "%s", text );
    return true;
}

static bool setup_plugin( struct bridge *bridge, const uint8_t *body, size_t size )
{
    struct session_plugin recorded;
    const char *key, *entry, *file;
    struct plugin *plugin;

    if (!frame_take( &recorded, sizeof(recorded), &body, &size ) || !(key = frame_string( &body, &size )) ||
        !(entry = frame_string( &body, &size )) || !(file = frame_string( &body, &size ))) return false;
    if (bridge->recorded.count == PLUGINS_MAX || (recorded.bits != 32 && recorded.bits != 64)) return false;
    if (!(plugin = plugin_list_add( &bridge->recorded, recorded.bits, key, entry, file ))) return false;
    plugin->size = recorded.size;
    plugin->time = recorded.time;
    plugin->known = recorded.known;
    return true;
}

static bool setup_names( struct bridge *bridge, const uint8_t *body, size_t size )
{
    struct plugin *plugin = bridge->recorded.first;
    const char *name;

    if (!plugin) return false;
    while (plugin->next) plugin = plugin->next;
    while ((name = frame_string( &body, &size )))
        if (plugin->names.count == DIRECTORY_MAX_NAMES || !name_list_add( &plugin->names, name )) return false;
    return true;
}

static bool setup_loaded( struct bridge *bridge, const uint8_t *body, size_t size )
{
    struct session_loaded loaded;
    struct log_text text;
    const char *problem;

    if (!frame_take( &loaded, sizeof(loaded), &body, &size ) || !(problem = frame_string( &body, &size ))) return false;
    if (*problem) log_warn( "the plug-ins of the last session are not known: %s", log_escape( &text, problem ) );
    bridge->setup = SETUP_DONE;
    if (loaded.found && !bridge->terminated) launch_recorded( bridge );
    return true;
}

static bool setup_trouble( struct bridge *bridge, const uint8_t *body, size_t size )
{
    const char *problem = frame_string( &body, &size );
    struct log_text text;

    if (problem && !bridge->terminated)
        log_warn( "the next session will wait for Wine: %s", log_escape( &text, problem ) );
    return problem != NULL;
}

/* Returns false if the message is none. */
static bool setup_message( struct bridge *bridge, const struct session_message *message )
{
    const uint8_t *body = message->body;
    size_t size = message->frame.size;

    if (message->frame.flags == SESSION_TROUBLE) return setup_trouble( bridge, body, size );
    if (bridge->setup == SETUP_DONE) return true;
    if (bridge->setup == SETUP_RECALLING)
        switch (message->frame.flags)
        {
        case SESSION_PLUGIN:
            return setup_plugin( bridge, body, size );
        case SESSION_NAMES:
            return setup_names( bridge, body, size );
        case SESSION_LOADED:
            return setup_loaded( bridge, body, size );
        default:
            return false;
        }
    switch (message->frame.flags)
    {
    case SESSION_VALUE:
        return setup_value( bridge, body, size );
    case SESSION_MISTAKE:
        return setup_mistake( bridge, body, size );
    case SESSION_CONFIGURED:
        setup_complete( bridge );
        return true;
    default:
        return false;
    }
}

void setup_read( struct bridge *bridge )
{
    struct session_message message;
    int result;

    while ((result = session_receive( &bridge->session, &message )) > 0)
    {
        if (setup_message( bridge, &message )) continue;
        setup_lost( bridge, "winedvc-session is not of the addin's version: install winedvc again" );
        return;
    }
    if (result < 0)
        setup_lost( bridge, "winedvc-session has ended: is it of the addin's version? Install winedvc again" );
}

/* The record */

static bool setup_send_names( struct bridge *bridge, const struct name_list *names )
{
    char body[WINEDVC_MAX_CONTROL];
    size_t i, size, used = 0;

    for (i = 0; i < names->count; i++)
    {
        size = strlen( names->names[i] ) + 1; /* a name is not as long as a message */
        if (used + size > sizeof(body))
        {
            if (!session_send( &bridge->session, SESSION_NAMES, body, used, NULL, 0 )) return false;
            used = 0;
        }
        memcpy( body + used, names->names[i], size );
        used += size;
    }
    return !used || session_send( &bridge->session, SESSION_NAMES, body, used, NULL, 0 );
}

static bool setup_send_plugin( struct bridge *bridge, const struct plugin *plugin )
{
    struct session_plugin fixed = { plugin->bits, plugin->known, plugin->size, plugin->time };
    char text[WINEDVC_MAX_CONTROL];
    int used = snprintf( text, sizeof(text), "%s%c%s%c%s", plugin->key, 0, plugin->entry, 0, plugin->file ) + 1;

    return used > 0 && (size_t)used <= sizeof(text) &&
           session_send( &bridge->session, SESSION_PLUGIN, &fixed, sizeof(fixed), text, used ) &&
           (!plugin->known || setup_send_names( bridge, &plugin->names ));
}

/* Is every host ready, as far as it ever will be? */
static bool setup_is_settled( const struct bridge *bridge )
{
    const struct host *host;

    if (!bridge->found || !bridge->plugins_known || launch_time( bridge ) != UINT64_MAX) return false;
    for (host = bridge->hosts; host; host = host->next)
        if (host->number && host->fd >= 0 && !host->ready) return false;
    return true;
}

void setup_store( struct bridge *bridge )
{
    const struct plugin *plugin;

    if (bridge->stored || bridge->terminated || !setup_is_settled( bridge )) return;
    bridge->stored = true;
    for (plugin = bridge->plugins.first; plugin; plugin = plugin->next)
        if (!setup_send_plugin( bridge, plugin )) return;
    setup_send_wine( bridge, SESSION_STORE );
}
