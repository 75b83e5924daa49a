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

#ifndef __WINEDVC_SETTINGS_H
#define __WINEDVC_SETTINGS_H

#include "environment.h"
#include "namelist.h"

/* Where a value comes from. A later source counts before an earlier one, whatever comes first. */
enum settings_source
{
    SETTINGS_DEFAULT,
    SETTINGS_SYSTEM,        /* the system's file */
    SETTINGS_USER,          /* the user's file */
    SETTINGS_ENVIRONMENT,
    SETTINGS_ARGUMENT,      /* /vc:winedvc,key=value */
};

#define SETTINGS_COUNT 20

/* A section [plugin NAME] of a file. */
struct plugin_rule
{
    struct plugin_rule  *next;      /* the user's file first, else in their order */
    enum settings_source source;
    char                *pattern;   /* of the plug-in's AddIns key or file name */
    char                *group;     /* NULL for none */
    bool                 has_servers;
    struct name_list     servers;
    int                  enabled;   /* -1 if it does not say */
};

struct settings
{
    char           **environment;   /* as it was in settings_init(): nothing of ours asks for that of the process */
    struct environment_locale locale;   /* the hosts' */
    char            *home;          /* the user's directory, an absolute path; NULL if there is none */
    char            *prefix;        /* Wine's, an absolute path; NULL if there is no home, either */
    char            *wine;          /* its loader, NULL to search for it */
    char            *host_log;      /* files, NULL for none */
    char            *trace_file;
    struct name_list allow;         /* plug-ins; empty for all */
    struct name_list deny;
    struct name_list take;          /* names that FreeRDP serves */
    struct name_list named;         /* plug-ins for this session that need not be registered, as AddIns values */
    struct name_list connections;   /* whose own AddIns keys count as well */
    unsigned int     timeout;       /* seconds */
    unsigned int     start_timeout;
    unsigned int     linger;        /* seconds, 0 for not at all */
    unsigned int     restarts;
    unsigned int     trace_size;
    unsigned int     queue_limit;   /* MiB, 0 for what the host thinks right */
    unsigned int     queue_warning;
    unsigned int     memory_limit;  /* MiB of all channels of a host, 0 as above */
    unsigned int     call_limit;    /* calls of a host's plug-ins that run at a time, 0 as above */
    unsigned int     notify;        /* 0 or 1 */
    unsigned int     log_level;     /* from 0, trace, to 6, off; SETTINGS_NO_LEVEL for FreeRDP's */
    struct plugin_rule *rules;
    struct name_list mistakes;      /* lines for the user: the caller writes and clears them */
    enum settings_source sources[SETTINGS_COUNT];
};

#define SETTINGS_NO_LEVEL 7

/* Copies the environment. Returns false without memory; settings_clear() has to follow in any case. */
extern bool settings_init( struct settings *settings );
extern void settings_clear( struct settings *settings );

/* Where names the place in the file, the variable or the argument. A value that is none is a mistake and
 * changes nothing. A plug-in's pattern is NULL but in its own section. */
extern void settings_set( struct settings *settings, enum settings_source source, const char *where,
                          const char *plugin, const char *key, const char *value );
extern void settings_mistake( struct settings *settings, const char *where, const char *format, ... )
    __attribute__((format( printf, 3, 4 )));

extern void settings_read_environment( struct settings *settings );
/* The addin's arguments behind its name. */
extern void settings_read_arguments( struct settings *settings, const struct name_list *arguments );

/* No file will be read any more: what is still to be chosen is. */
extern void settings_complete( struct settings *settings );

/* What holds for one plug-in. */
struct plugin_choice
{
    bool                    loaded;
    const char             *group;      /* NULL for none */
    const struct name_list *servers;    /* NULL for all */
};

extern void settings_choose( const struct settings *settings, const char *key, const char *file,
                             struct plugin_choice *choice );

#endif /* __WINEDVC_SETTINGS_H */
