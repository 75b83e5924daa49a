/*
 * What the user has chosen
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

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ascii.h"
#include "environment.h"
#include "paths.h"
#include "settings.h"

#define MAX_VALUE 4096
#define MAX_LINE  1024

enum setting_type
{
    SETTING_PATH,       /* ~/ is the home directory */
    SETTING_PREFIX,     /* and it has to be absolute */
    SETTING_LIST,       /* separated by commas; the same key again adds to it */
    SETTING_NUMBER,
    SETTING_SWITCH,
    SETTING_LEVEL,
};

static const struct setting
{
    const char       *key;
    const char       *variable;
    enum setting_type type;
    size_t            offset;
    unsigned int      least, most;
    const char       *unit;
} table[] =
{
#define MEMBER( name ) offsetof( struct settings, name )
    { "prefix", "WINEPREFIX", SETTING_PREFIX, MEMBER( prefix ), 0, 0, NULL },
    { "wine", "WINEDVC_WINE", SETTING_PATH, MEMBER( wine ), 0, 0, NULL },
    { "host-log", "WINEDVC_HOST_LOG", SETTING_PATH, MEMBER( host_log ), 0, 0, NULL },
    { "trace", "WINEDVC_TRACE", SETTING_PATH, MEMBER( trace_file ), 0, 0, NULL },
    { "allow", "WINEDVC_ALLOW", SETTING_LIST, MEMBER( allow ), 0, 0, NULL },
    { "deny", "WINEDVC_DENY", SETTING_LIST, MEMBER( deny ), 0, 0, NULL },
    { "take", "WINEDVC_TAKE", SETTING_LIST, MEMBER( take ), 0, 0, NULL },
    { "plugin", "WINEDVC_PLUGIN", SETTING_LIST, MEMBER( named ), 0, 0, NULL },
    { "connection", "WINEDVC_CONNECTION", SETTING_LIST, MEMBER( connections ), 0, 0, NULL },
    { "timeout", "WINEDVC_TIMEOUT", SETTING_NUMBER, MEMBER( timeout ), 1, 3600, "seconds" },
    { "start-timeout", "WINEDVC_START_TIMEOUT", SETTING_NUMBER, MEMBER( start_timeout ), 1, 3600, "seconds" },
    { "linger", "WINEDVC_LINGER", SETTING_NUMBER, MEMBER( linger ), 0, 3600, "seconds" },
    { "restarts", "WINEDVC_RESTARTS", SETTING_NUMBER, MEMBER( restarts ), 0, 20, "restarts" },
    { "trace-size", "WINEDVC_TRACE_SIZE", SETTING_NUMBER, MEMBER( trace_size ), 1, 1 << 20, "MiB" },
    { "queue-limit", "WINEDVC_QUEUE_LIMIT", SETTING_NUMBER, MEMBER( queue_limit ), 1, 4096, "MiB" },
    { "queue-warning", "WINEDVC_QUEUE_WARNING", SETTING_NUMBER, MEMBER( queue_warning ), 1, 4096, "MiB" },
    { "memory-limit", "WINEDVC_MEMORY_LIMIT", SETTING_NUMBER, MEMBER( memory_limit ), 1, 65536, "MiB" },
    { "call-limit", "WINEDVC_CALL_LIMIT", SETTING_NUMBER, MEMBER( call_limit ), 1, 4096, "calls" },
    { "notify", "WINEDVC_NOTIFY", SETTING_SWITCH, MEMBER( notify ), 0, 0, NULL },
    { "log-level", "WINEDVC_LOG_LEVEL", SETTING_LEVEL, MEMBER( log_level ), 0, 0, NULL },
#undef MEMBER
};

_Static_assert( sizeof(table) / sizeof(table[0]) == SETTINGS_COUNT, "a source for each setting" );

static const char *const levels[] = { "trace", "debug", "info", "warn", "error", "fatal", "off" };

static const char *const source_names[] = { "", "file", "file", "environment", "arguments" };

bool settings_init( struct settings *settings )
{
    char home[PATH_MAX];

    memset( settings, 0, sizeof(*settings) );
    settings->timeout = settings->start_timeout = settings->linger = 10;
    settings->restarts = 3;
    settings->notify = 1;
    settings->trace_size = 64;
    settings->log_level = SETTINGS_NO_LEVEL;
    if (!(settings->environment = environment_copy())) return false;
    environment_find_locale( settings->environment, &settings->locale );
    if (path_home( settings->environment, home )) settings->home = strdup( home );
    return true;
}

static void rule_destroy( struct plugin_rule *rule )
{
    free( rule->pattern );
    free( rule->group );
    name_list_clear( &rule->servers );
    free( rule );
}

void settings_clear( struct settings *settings )
{
    struct plugin_rule *rule;

    while ((rule = settings->rules))
    {
        settings->rules = rule->next;
        rule_destroy( rule );
    }
    free( settings->environment );
    free( settings->home );
    free( settings->prefix );
    free( settings->wine );
    free( settings->host_log );
    free( settings->trace_file );
    name_list_clear( &settings->allow );
    name_list_clear( &settings->deny );
    name_list_clear( &settings->take );
    name_list_clear( &settings->named );
    name_list_clear( &settings->connections );
    name_list_clear( &settings->mistakes );
}

void settings_mistake( struct settings *settings, const char *where, const char *format, ... )
{
    char line[MAX_LINE];
    int used = snprintf( line, sizeof(line), "%s: ", where );
    va_list args;

    if (used < 0 || (size_t)used >= sizeof(line)) used = 0;
    va_start( args, format );
    vsnprintf( line + used, sizeof(line) - used, format, args );
    va_end( args );
    name_list_add( &settings->mistakes, line );
}

/* Values */

static bool parse_number( const char *value, unsigned int *number )
{
    char *end;
    unsigned long parsed;

    if (*value < '0' || *value > '9') return false;
    errno = 0;
    parsed = strtoul( value, &end, 10 );
    *number = parsed;
    return !errno && !*end && parsed <= UINT32_MAX;
}

static bool parse_level( const char *value, unsigned int *level )
{
    for (*level = 0; *level < sizeof(levels) / sizeof(levels[0]); ++*level)
        if (ascii_equal( value, levels[*level] )) return true;
    return false;
}

static bool parse_switch( const char *value, int *on )
{
    static const char *const words[] = { "no", "yes", "off", "on", "false", "true", "0", "1" };
    size_t i;

    for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
    {
        if (!ascii_equal( value, words[i] )) continue;
        *on = i & 1;
        return true;
    }
    return false;
}

static void parse_list( struct name_list *list, const char *value )
{
    size_t size, end;

    for (;;)
    {
        value += strspn( value, ", \t" );
        if (!(size = strcspn( value, "," ))) return;
        for (end = size; value[end - 1] == ' ' || value[end - 1] == '\t'; end--) continue;
        name_list_add_part( list, value, end );
        value += size;
    }
}

/* NULL without memory, or without the home directory that it wants. */
static char *parse_path( const struct settings *settings, const char *value )
{
    char *path;
    size_t size;

    if (strncmp( value, "~/", 2 )) return strdup( value );
    if (!settings->home) return NULL;
    size = strlen( settings->home ) + strlen( value );
    if ((path = malloc( size ))) snprintf( path, size, "%s%s", settings->home, value + 1 );
    return path;
}

/* One name for one directory: the record goes by it, and so does what finds a prefix's Wine. */
static void trim_slashes( char *path )
{
    size_t size = strlen( path );

    while (size > 1 && path[size - 1] == '/') path[--size] = 0;
}

/* Returns false, with a line, if the value is none. */
static bool setting_parse( struct settings *settings, const struct setting *setting, const char *where,
                           const char *value )
{
    void *member = (char *)settings + setting->offset;
    unsigned int number = 0;
    char *path;
    int on;

    switch (setting->type)
    {
    case SETTING_PREFIX:
    case SETTING_PATH:
        if (!(path = parse_path( settings, value )))
        {
            settings_mistake( settings, where, "%s is \"%s\", but no home directory is known: set HOME", setting->key,
                              value );
            return false;
        }
        if (setting->type == SETTING_PREFIX && *path != '/')
        {
            settings_mistake( settings, where, "%s is \"%s\", which is not an absolute path", setting->key, value );
            free( path );
            return false;
        }
        if (setting->type == SETTING_PREFIX) trim_slashes( path );
        free( *(char **)member );
        *(char **)member = path;
        return true;
    case SETTING_LIST:
        parse_list( member, value );
        return true;
    case SETTING_NUMBER:
        if (parse_number( value, &number ) && number >= setting->least && number <= setting->most) break;
        settings_mistake( settings, where, "%s is \"%s\", which is not a number from %u to %u (%s)", setting->key,
                          value, setting->least, setting->most, setting->unit );
        return false;
    case SETTING_SWITCH:
        if (parse_switch( value, &on ))
        {
            number = on;
            break;
        }
        settings_mistake( settings, where, "%s is \"%s\", which is neither yes nor no", setting->key, value );
        return false;
    case SETTING_LEVEL:
        if (parse_level( value, &number )) break;
        settings_mistake( settings, where, "%s is \"%s\", which is none of trace, debug, info, warn, error, fatal "
                          "and off", setting->key, value );
        return false;
    }
    *(unsigned int *)member = number;
    return true;
}

static void setting_apply( struct settings *settings, const struct setting *setting, enum settings_source source,
                           const char *where, const char *value )
{
    enum settings_source *from = &settings->sources[setting - table];

    if (*from > source) return;
    if (setting->type == SETTING_LIST && *from < source)
        name_list_clear( (struct name_list *)((char *)settings + setting->offset) );
    else if (setting->type != SETTING_LIST && *from == source)
    {
        settings_mistake( settings, where, "%s is set for the second time in the %s: the first value counts",
                          setting->key, source_names[source] );
        return;
    }
    if (setting_parse( settings, setting, where, value )) *from = source;
}

/* Plug-ins */

static struct plugin_rule *settings_find_rule( struct settings *settings, enum settings_source source,
                                               const char *pattern )
{
    struct plugin_rule **link, *rule;

    for (link = &settings->rules; (rule = *link) && rule->source >= source; link = &rule->next)
        if (rule->source == source && !strcmp( rule->pattern, pattern )) return rule;
    if (!(rule = calloc( 1, sizeof(*rule) ))) return NULL;
    if (!(rule->pattern = strdup( pattern )))
    {
        free( rule );
        return NULL;
    }
    rule->source = source;
    rule->enabled = -1;
    rule->next = *link;
    *link = rule;
    return rule;
}

static void settings_set_plugin( struct settings *settings, enum settings_source source, const char *where,
                                 const char *plugin, const char *key, const char *value )
{
    struct plugin_rule *rule = settings_find_rule( settings, source, plugin );
    bool twice = false;

    if (!rule) return;
    if (!strcmp( key, "group" ))
    {
        if (!(twice = rule->group)) rule->group = strdup( value );
    }
    else if (!strcmp( key, "servers" ))
    {
        rule->has_servers = true;
        parse_list( &rule->servers, value );
    }
    else if (!strcmp( key, "enabled" ))
    {
        if (!(twice = rule->enabled >= 0) && !parse_switch( value, &rule->enabled ))
            settings_mistake( settings, where, "%s is \"%s\", which is neither yes nor no", key, value );
    }
    else settings_mistake( settings, where, "%s is not a key of a plug-in: those are enabled, group and servers", key );
    if (twice)
        settings_mistake( settings, where, "%s is set for the second time for %s: the first value counts", key,
                          plugin );
}

void settings_set( struct settings *settings, enum settings_source source, const char *where, const char *plugin,
                   const char *key, const char *value )
{
    size_t i;

    if (strlen( value ) >= MAX_VALUE)
    {
        settings_mistake( settings, where, "%s has more than %u characters", key, MAX_VALUE - 1 );
        return;
    }
    if (plugin)
    {
        settings_set_plugin( settings, source, where, plugin, key, value );
        return;
    }
    for (i = 0; i < SETTINGS_COUNT; i++)
    {
        if (strcmp( key, table[i].key )) continue;
        if (*value) setting_apply( settings, &table[i], source, where, value );
        else settings_mistake( settings, where, "%s has no value", key );
        return;
    }
    settings_mistake( settings, where, "%s is not a key that winedvc knows", key );
}

/* Sources */

static bool variable_is_known( const char *variable )
{
    size_t i, size = strcspn( variable, "=" );

    if (!strncmp( variable, "WINEDVC_TEST_", 13 )) return true;
    if (!strncmp( variable, "WINEDVC_RUN_", 12 )) return true;  /* of "winedvc run", for what it preloads */
    for (i = 0; i < SETTINGS_COUNT; i++)
        if (strlen( table[i].variable ) == size && !strncmp( variable, table[i].variable, size )) return true;
    return false;
}

void settings_read_environment( struct settings *settings )
{
    char *const *environment = settings->environment;
    const char *value;
    char name[64];
    size_t i;

    for (i = 0; i < SETTINGS_COUNT; i++)
        if ((value = environment_get( environment, table[i].variable )) && *value) /* an empty one is none */
            settings_set( settings, SETTINGS_ENVIRONMENT, table[i].variable, NULL, table[i].key, value );
    for (; *environment; environment++)
    {
        if (strncmp( *environment, "WINEDVC_", 8 ) || variable_is_known( *environment )) continue;
        snprintf( name, sizeof(name), "%.*s", (int)strcspn( *environment, "=" ), *environment );
        settings_mistake( settings, name, "this is not a variable that winedvc knows" );
    }
}

void settings_read_arguments( struct settings *settings, const struct name_list *arguments )
{
    char where[64], key[32];
    size_t i, size;

    for (i = 0; i < arguments->count; i++)
    {
        const char *text = arguments->names[i];

        snprintf( where, sizeof(where), "/vc:winedvc,%s", text );
        size = strcspn( text, "=" );
        if (!text[size] || size >= sizeof(key))
        {
            settings_mistake( settings, where, "an argument has the form key=value" );
            continue;
        }
        memcpy( key, text, size );
        key[size] = 0;
        settings_set( settings, SETTINGS_ARGUMENT, where, NULL, key, text + size + 1 );
    }
}

void settings_complete( struct settings *settings )
{
    size_t i;

    for (i = 0; i < settings->allow.count; i++)
        if (name_list_has( &settings->deny, settings->allow.names[i] ))
            settings_mistake( settings, "allow", "%s is in the list deny, too: it is not loaded",
                              settings->allow.names[i] );
    if (!settings->prefix) settings->prefix = parse_path( settings, "~/.wine" );
}

/* Choices */

static bool plugin_fits( const char *pattern, const char *key, const char *file )
{
    const char *slash = strrchr( file, '\\' );

    return name_matches( pattern, key ) || name_matches( pattern, file ) ||
           (slash && name_matches( pattern, slash + 1 ));
}

static bool plugin_is_listed( const struct name_list *list, const char *key, const char *file )
{
    size_t i;

    for (i = 0; i < list->count; i++)
        if (plugin_fits( list->names[i], key, file )) return true;
    return false;
}

void settings_choose( const struct settings *settings, const char *key, const char *file,
                      struct plugin_choice *choice )
{
    const struct plugin_rule *rule;
    int enabled = -1;

    choice->group = NULL;
    choice->servers = NULL;
    for (rule = settings->rules; rule; rule = rule->next)
    {
        if (!plugin_fits( rule->pattern, key, file )) continue;
        if (!choice->group) choice->group = rule->group;
        if (!choice->servers && rule->has_servers) choice->servers = &rule->servers;
        if (enabled < 0) enabled = rule->enabled;
    }
    choice->loaded = enabled && (!settings->allow.count || plugin_is_listed( &settings->allow, key, file )) &&
                     !plugin_is_listed( &settings->deny, key, file );
}
