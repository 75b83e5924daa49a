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

#include "launch.h"
#include "setup.h"

/* To read a file or two; a home directory may be far away. */
#define SETUP_MS 5000

_Static_assert( SETTINGS_NO_LEVEL == WLOG_OFF + 1, "the levels are WLog's" );

static void setup_write_mistakes( struct bridge *bridge )
{
    struct name_list *mistakes = &bridge->settings.mistakes;
    struct log_text text;
    size_t i;

    for (i = 0; i < mistakes->count; i++) log_error( "%s", log_escape( &text, mistakes->names[i] ) );
    name_list_clear( mistakes );
}

/* All settings have their values, from here on to the end. */
static void setup_complete( struct bridge *bridge )
{
    struct settings *settings = &bridge->settings;
    size_t i;

    settings_complete( settings );
    setup_write_mistakes( bridge );
    if (settings->log_level != SETTINGS_NO_LEVEL) WLog_SetLogLevel( log_get(), settings->log_level );
    trace_open( bridge->trace, settings->trace_file, settings->trace_size );
    bridge_lock( bridge );
    bridge->timeout = settings->timeout * 1000;
    bridge->start_timeout = settings->start_timeout * 1000;
    router_set_hold( bridge->router, bridge->start_timeout );
    for (i = 0; i < settings->take.count; i++) router_add_own( bridge->router, settings->take.names[i] );
    bridge_unlock( bridge );
    bridge->setup = SETUP_DONE;
    if (!bridge->terminated) launch_scout( bridge );
}

/* The session goes on without it. */
static void setup_lost( struct bridge *bridge, const char *why )
{
    session_stop( &bridge->session );
    if (bridge->setup == SETUP_DONE || bridge->terminated) return;
    log_warn( "the configuration file is not read: %s", why );
    setup_complete( bridge );
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
    if (setup_time( bridge ) <= clock_ms()) setup_lost( bridge, "winedvc-session does not answer: is a disk away?" );
}

/* Messages */

static bool setup_take_place( struct session_place *place, const uint8_t **body, size_t *size )
{
    if (*size < sizeof(*place)) return false;
    memcpy( place, *body, sizeof(*place) );
    *body += sizeof(*place);
    *size -= sizeof(*place);
    return place->source == SETTINGS_SYSTEM || place->source == SETTINGS_USER;
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

/* Returns false if the message is none. */
static bool setup_message( struct bridge *bridge, const struct session_message *message )
{
    const uint8_t *body = message->body;
    size_t size = message->frame.size;

    if (bridge->setup == SETUP_DONE) return true;
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
    if (result < 0) setup_lost( bridge, "winedvc-session has ended: is it of the addin's version? Install winedvc again" );
}
