/*
 * What hosts say
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

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "control.h"
#include "life.h"
#include "report.h"
#include "search.h"
#include "show.h"
#include "wine.h"

/* May this host have a line in the log? */
static bool control_may_log( struct supervisor *supervisor, struct host *host )
{
    return !supervisor->terminated && log_limit_pass( &host->limit, clock_ms() );
}

static const char *control_hello( struct supervisor *supervisor, struct host *host, const struct report *report )
{
    const struct winedvc_hello *hello = &report->fixed.hello;
    const char *versions = report->strings[0];
    char problem[LOG_TEXT];
    struct log_text text;

    if (hello->major != WINEDVC_MAJOR) return "winedvc.exe is of the addin's version";
    if (hello->bits != host->bits) return "a host has the bits of its plug-ins";
    if (!host_event( host, EVENT_HELLO )) return NULL;
    if (versions && !supervisor->terminated)
    {
        log_line( host->number ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO, "host %u (process %d): %s, %u bit",
                  host->number, (int)host->process.pid, log_escape( &text, versions ), host->bits );
        if (!host->number && !wine_check_version( versions, problem, sizeof(problem) )) log_warn( "%s", problem );
    }
    life_heard( host );
    show_host( supervisor, host );
    return NULL;
}

static const char *control_addin( struct supervisor *supervisor, struct host *host, const struct report *report )
{
    const char *key = report->strings[0], *entry = report->strings[1], *file = report->strings[2];
    const char *problem = report->strings[3];
    const struct winedvc_addin *addin = &report->fixed.addin;
    struct log_text key_text, file_text, problem_text;
    struct plugin *plugin;

    if (host->number) return "only the search reports plug-ins";
    supervisor->reported++;
    if (*problem)
    {
        if (control_may_log( supervisor, host ))
            log_error( "plug-in %s (%s) is not loaded: %s", log_escape( &key_text, key ),
                       log_escape( &file_text, *file ? file : entry ), log_escape( &problem_text, problem ) );
        return NULL;
    }
    if (addin->bits != 32 && addin->bits != 64) return "a plug-in has 32 or 64 bits";
    if (supervisor->plugins.count == PLUGINS_MAX) return "there are at most 256 plug-ins";
    if (!(plugin = plugin_list_add( &supervisor->plugins, addin->bits, key, entry, file )))
    {
        supervisor->incomplete = true;
        log_error( "plug-in %s is not loaded, unless the last session knew it: no memory is left in the client",
                   log_escape( &key_text, key ) );
        return NULL;
    }
    plugin->temporary = addin->flags & WINEDVC_ADDIN_TEMPORARY;
    plugin->size = addin->size;
    plugin->time = addin->time;
    log_debug( "plug-in %s is registered", log_escape( &key_text, plugin->name ) );
    return NULL;
}

/* The plug-in to which the host gives this number; NULL if there is none. */
static struct plugin *control_find_plugin( const struct host *host, uint32_t number )
{
    return host->group && number && number <= host->group->count ? host->group->plugins[number - 1] : NULL;
}

/* What a line calls it, or the host. */
static void control_name( struct log_text *text, const struct host *host, uint32_t number )
{
    const struct plugin *plugin = control_find_plugin( host, number );

    log_escape( text, plugin ? plugin->name : host->title );
}

static const char *control_plugin( struct supervisor *supervisor, struct host *host, const struct report *report )
{
    const struct winedvc_plugin *plugin = &report->fixed.plugin;
    struct plugin *failed = plugin->state == WINEDVC_PLUGIN_FAILED ? control_find_plugin( host, plugin->plugin ) : NULL;
    const char *why = report->strings[1];
    struct log_text name, why_text, error;

    if (failed) failed->doubtful = true;
    if (plugin->state == WINEDVC_PLUGIN_FAILED)
    {
        show_problem( supervisor, host, why );
        show_notice( supervisor, host, NOTICE_FAILED );
    }
    if (!control_may_log( supervisor, host )) return NULL;
    control_name( &name, host, plugin->plugin );
    if (plugin->state == WINEDVC_PLUGIN_READY) log_info( "plug-in %s is ready", name.text );
    else if (plugin->state == WINEDVC_PLUGIN_FAILED)
        log_error( "plug-in %s does not work (%#x): %s%s%s", name.text, plugin->hresult, log_escape( &why_text, why ),
                   *host->output.error ? "; Wine printed: " : "", log_escape( &error, host->output.error ) );
    host->output.error[0] = 0; /* what comes is another's */
    return NULL;
}

static void control_tell_order( const struct plugin *first, const struct plugin *second, const char *name )
{
    struct log_text text, first_text, second_text;

    log_info( "channel %s is offered by two plug-ins: the server gets that of %s, which was loaded first, "
              "and that of %s if the first refuses", log_escape_name( &text, name ), log_escape( &first_text, first->name ),
              log_escape( &second_text, second->name ) );
}

/* Does another plug-in listen on the name that this one, of that index in its host, has begun to listen on? In a host
 * their order is the group's, else that of the hosts' numbers. */
static void control_tell_shared( struct supervisor *supervisor, struct host *host, size_t index, const char *name )
{
    const struct plugin *plugin = host->group->plugins[index], *other;
    const struct host *owner;
    size_t i;

    for (owner = supervisor->hosts; owner; owner = owner->next)
    {
        if (!owner->group || owner->state == HOST_ENDS) continue;
        for (i = 0; i < owner->group->count; i++)
        {
            other = owner->group->plugins[i];
            if (other == plugin || !name_list_has( other->ready ? &other->names : &other->heard, name )) continue;
            if (!control_may_log( supervisor, host )) return;
            if (owner == host ? i < index : owner->number < host->number) control_tell_order( other, plugin, name );
            else control_tell_order( plugin, other, name );
        }
    }
}

static void control_tell_refused( struct supervisor *supervisor, struct host *host, const char *name,
                                  const char *why )
{
    struct log_text title, text;

    if (control_may_log( supervisor, host ))
        log_warn( "channel %s of %s is not offered to the server: %s", log_escape_name( &text, name ),
                  log_escape( &title, host->title ), why );
}

static const char *control_listen( struct supervisor *supervisor, struct host *host, const struct report *report )
{
    bool on = report->type == WINEDVC_LISTEN;
    struct plugin *plugin = control_find_plugin( host, report->fixed.listen.plugin );
    const char *name = report->strings[0];
    enum name_result result;
    struct log_text text;

    log_debug( "channel %s is %s", log_escape_name( &text, name ),
               on ? "offered" : "withdrawn" );
    if (!host->group) return "only a host that runs plug-ins listens";
    if (!plugin) return "a host numbers its plug-ins";
    result = exchange_name( supervisor->exchange, host->port, on ? router_listen : router_unlisten, name );
    switch (result)
    {
    case NAME_OK:
        if (on) control_tell_shared( supervisor, host, report->fixed.listen.plugin - 1, name );
        break;
    case NAME_SERVED: /* in another session it may not be */
        control_tell_refused( supervisor, host, name, "FreeRDP serves it itself in this session: name it in \"take\" "
                              "(WINEDVC_TAKE) if the plug-in is to have it" );
        break;
    case NAME_INVALID:
        return "a channel name has 1 to 260 bytes and no control characters";
    case NAME_UNKNOWN:
        return "UNLISTEN names what the host listens on";
    default: /* a plug-in may try, and the client may have no memory: that is no breach */
        if (result == NAME_NO_MEMORY) plugin->doubtful = true;
        control_tell_refused( supervisor, host, name, result == NAME_FULL ?
                              "its plug-ins listen on 256 names already" : "no memory is left" );
        return NULL;
    }
    if (host->state == HOST_READY) return NULL;
    if (!on) name_list_remove( &plugin->heard, name );
    else if (plugin->heard.count == PLUGIN_MAX_NAMES || !name_list_add( &plugin->heard, name )) plugin->doubtful = true;
    return NULL;
}

/* What is said of a static channel that its plug-in can not use, NULL if it can. */
static const char *static_problem( enum name_result result, bool late )
{
    switch (result)
    {
    case NAME_OK:
        return late ? "the server was not asked for it in this session: it can be used in the next one" : NULL;
    case NAME_INVALID:
        return "a static channel's name has 1 to 7 letters, digits or signs, and drdynvc is FreeRDP's";
    case NAME_FULL:
        return "all plug-ins of a session have 30 static channels at most";
    default:
        return "another plug-in has it";
    }
}

static const char *control_static( struct supervisor *supervisor, struct host *host, const struct report *report )
{
    const struct winedvc_static *declared = &report->fixed.declared;
    struct log_text title, text;
    const char *name = report->strings[0], *problem;
    struct plugin *plugin;
    enum name_result result;
    bool late;

    if (!host->group || host->state == HOST_READY) return "a host declares static channels before it is ready";
    if (!declared->plugin || declared->plugin > host->group->count) return "a host numbers its plug-ins";
    if (declared->stream < WINEDVC_STREAM_STATIC || declared->stream >= WINEDVC_STREAM_STATIC + WINEDVC_MAX_STATIC)
        return "a static channel has one of the numbers for them";
    plugin = host->group->plugins[declared->plugin - 1];
    result = exchange_add_static( supervisor->exchange, host->port, declared->stream, name, declared->options, &late );
    log_escape_name( &text, name );
    if ((problem = static_problem( result, late )) && control_may_log( supervisor, host ))
        log_warn( "static channel %s of %s can not be used: %s", text.text, log_escape( &title, plugin->name ), problem );
    if (result != NAME_OK) return NULL;
    plugin_hear_static( &plugin->statics_heard, declared->options, name );
    log_debug( "static channel %s is declared", text.text );
    return NULL;
}

static const char *control_ready( struct supervisor *supervisor, struct host *host )
{
    size_t i;

    if (!host->group || !host_event( host, EVENT_READY )) return "a host of plug-ins is ready once";
    supervisor->learned = true;
    show_host( supervisor, host );
    exchange_set_ready( supervisor->exchange, host->port );
    for (i = 0; i < host->group->count; i++) plugin_is_ready( host->group->plugins[i] );
    return NULL;
}

static enum log_level control_level( uint32_t level )
{
    switch (level)
    {
    case WINEDVC_LOG_ERROR: return LOG_LEVEL_ERROR;
    case WINEDVC_LOG_WARN:  return LOG_LEVEL_WARN;
    case WINEDVC_LOG_INFO:  return LOG_LEVEL_INFO;
    default:                return LOG_LEVEL_DEBUG;
    }
}

static const char *control_log( struct supervisor *supervisor, struct host *host, const struct report *report )
{
    const struct winedvc_log *log = &report->fixed.log;
    struct log_text name, text;

    if (!control_may_log( supervisor, host )) return NULL;
    control_name( &name, host, log->plugin );
    log_line( control_level( log->level ), "%s: %s", name.text, log_escape( &text, report->strings[0] ) );
    return NULL;
}

/* The numbers that are not 0, as " CMD:COUNT" for each. */
static void control_format( char *text, size_t size, const uint64_t *counts )
{
    size_t used = 0;
    unsigned int i;

    text[0] = 0;
    for (i = 0; i < 16 && used < size; i++)
        if (counts[i]) used += snprintf( text + used, size - used, " %x:%" PRIu64, i, counts[i] );
}

/* Into the trace, beside the PDUs, and to who wants such lines in the log. */
static const char *control_stats( struct supervisor *supervisor, struct host *host, const struct report *report )
{
    char received[16 * 24], sent[16 * 24], text[LOG_LINE];
    const struct winedvc_stats *stats = &report->fixed.stats;
    const char *name = report->strings[0];
    struct log_text escaped;

    control_format( received, sizeof(received), stats->received );
    control_format( sent, sizeof(sent), stats->sent );
    if (*name)
        snprintf( text, sizeof(text), "host %u, channel %s: received%s; sent%s", host->number,
                  log_escape_name( &escaped, name ), received, sent );
    else
        snprintf( text, sizeof(text), "host %u: received%s (%" PRIu64 " bytes); sent%s (%" PRIu64 " bytes); PDUs "
                  "cancelled %" PRIu64 ", ignored %" PRIu64 ", malformed %" PRIu64 ", caps repeated %" PRIu64
                  "; messages dropped %" PRIu64 "; channels opened %" PRIu64 ", refused %" PRIu64, host->number,
                  received, stats->bytes_received, sent, stats->bytes_sent, stats->cancelled, stats->ignored,
                  stats->malformed, stats->caps_repeated, stats->messages_dropped, stats->opened, stats->refused );
    trace_note( supervisor->trace, "%s", text );
    if (log_is_active( LOG_LEVEL_DEBUG ) && control_may_log( supervisor, host ))
        log_debug( "%s", text );
    return NULL;
}

static const char *control_bye( struct supervisor *supervisor, struct host *host, const struct report *report )
{
    const char *why = report->strings[0];

    if (*why && !host->bye) host->bye = strdup( why );
    if (*why || host->number || !search_event( supervisor, EVENT_LISTED )) return NULL;
    if (!supervisor->reported && !supervisor->terminated)
        log_warn( "no plug-in is registered in the Wine prefix: register one there (with regsvr32, its "
                  "installer, or a key under HKCU\\Software\\Microsoft\\Terminal Server Client\\Default\\AddIns)" );
    return NULL;
}

static const char *control_frame( struct supervisor *supervisor, struct host *host, const struct packet *frame )
{
    struct report report;

    if (!report_read( &report, frame->kind, frame->data, frame->size )) return "a control frame holds what its type says";
    switch (report.type)
    {
    case WINEDVC_HELLO:
        return control_hello( supervisor, host, &report );
    case WINEDVC_ADDIN:
        return control_addin( supervisor, host, &report );
    case WINEDVC_PLUGIN:
        return control_plugin( supervisor, host, &report );
    case WINEDVC_LISTEN:
    case WINEDVC_UNLISTEN:
        return control_listen( supervisor, host, &report );
    case WINEDVC_STATIC:
        return control_static( supervisor, host, &report );
    case WINEDVC_DECLARED:
        host->declared = true;
        return NULL;
    case WINEDVC_READY:
        return control_ready( supervisor, host );
    case WINEDVC_LOG:
        return control_log( supervisor, host, &report );
    case WINEDVC_DIALOG:
        show_notice( supervisor, host, NOTICE_DIALOG );
        return NULL;
    case WINEDVC_MAP:
        return exchange_map( supervisor->exchange, host->port, report.fixed.map.renderer, report.fixed.map.mapping );
    case WINEDVC_UNMAP:
        exchange_unmap( supervisor->exchange, host->port, report.fixed.unmap.renderer );
        return NULL;
    case WINEDVC_STATS:
        return control_stats( supervisor, host, &report );
    case WINEDVC_BYE:
        return control_bye( supervisor, host, &report );
    default: /* of a later version */
        return NULL;
    }
}

const char *control_read( struct supervisor *supervisor, struct host *host, struct packet_queue *frames )
{
    struct packet *packet;
    const char *rule = NULL;

    for (; (packet = packet_queue_pop( frames )); free( packet ))
        if (!rule) rule = control_frame( supervisor, host, packet );
    return rule;
}
