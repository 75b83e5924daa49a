/*
 * The configuration files
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
#include <ini.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "conf.h"
#include "log.h"
#include "paths.h"

#define MAX_SIZE     (1 << 20)
#define MAX_MISTAKES 20
#define MAX_SECTION  49     /* inih's: it cuts the name of a longer one */

struct conf
{
    struct settings     *settings;
    enum settings_source source;
    const char          *file;
    char                *text;
    size_t               offset;    /* of the next line */
    unsigned int         line;      /* the number of the last one, from 1 */
    unsigned int         bad[MAX_MISTAKES];
    unsigned int         bad_count;
    bool                 silent;    /* only looks for lines that are none */
};

static void conf_mistake( struct conf *conf, unsigned int line, const char *text )
{
    char where[PATH_MAX + 16];

    snprintf( where, sizeof(where), line ? "%s:%u" : "%s", conf->file, line );
    settings_mistake( conf->settings, where, "%s", text );
}

static bool conf_line_is_bad( const struct conf *conf )
{
    unsigned int i;

    for (i = 0; i < conf->bad_count; i++)
        if (conf->bad[i] == conf->line) return true;
    return false;
}

/* What inih would cut. */
static const char *conf_check_line( const char *line, size_t size, size_t room )
{
    size_t start = strspn( line, " \t" );

    if (size + 2 > room) return "the line is too long: let a list go on in a line that begins with a blank";
    if (start < size && line[start] == '[' && strcspn( line + start + 1, "]" ) > MAX_SECTION)
        return "the section's name is too long: put * for a part of it";
    return NULL;
}

/* The next line, as fgets() would read it; an empty one in the place of a bad one. */
static char *conf_next_line( char *line, int room, void *stream )
{
    struct conf *conf = stream;
    const char *start = conf->text + conf->offset, *problem;
    size_t size = strcspn( start, "\n" );

    if (!*start) return NULL;
    conf->offset += size + (start[size] == '\n');
    conf->line++;
    if ((problem = conf_check_line( start, size, room )) && !conf->silent)
        conf_mistake( conf, conf->line, problem );
    if (conf_line_is_bad( conf )) size = 0;
    if (problem) size = snprintf( line, room, "%s", start[strspn( start, " \t" )] == '[' ? "[?]" : "" );
    else memcpy( line, start, size );
    strcpy( line + size, "\n" );
    return line;
}

static int conf_value( void *context, const char *section, const char *key, const char *value )
{
    static const char prefix[] = "plugin ";
    struct conf *conf = context;
    const char *plugin = NULL;
    char where[PATH_MAX + 16];

    if (conf->silent || !strcmp( section, "?" )) return 1;
    snprintf( where, sizeof(where), "%s:%u", conf->file, conf->line );
    if (!strncmp( section, prefix, strlen( prefix ) )) plugin = section + strlen( prefix );
    if (plugin || !*section || !strcmp( section, "winedvc" ))
        settings_set( conf->settings, conf->source, where, plugin, key, value );
    else
        settings_mistake( conf->settings, where, "%s is in the section [%s], which is neither [winedvc] nor "
                          "[plugin NAME]", key, section );
    return 1;
}

static int conf_parse( struct conf *conf )
{
    conf->offset = conf->line = 0;
    return ini_parse_stream( conf_next_line, conf, conf_value, conf );
}

/* inih tells of the first line that is none only: so each is taken out until there are no more. */
static void conf_parse_all( struct conf *conf )
{
    int bad;

    conf->silent = true;
    while (conf->bad_count < MAX_MISTAKES && (bad = conf_parse( conf )) > 0)
    {
        conf->bad[conf->bad_count++] = bad;
        conf_mistake( conf, bad, "the line is none of key = value, [section] and # comment" );
    }
    conf->silent = false;
    conf_parse( conf );
}

/* Returns an error number. */
static int conf_load( struct conf *conf )
{
    FILE *file = fopen( conf->file, "re" );
    struct stat st;
    int error = 0;
    size_t size;

    if (!file) return errno;
    if (fstat( fileno( file ), &st ) < 0) error = errno;
    else if (!S_ISREG( st.st_mode )) error = EINVAL;
    else if (st.st_size > MAX_SIZE) error = EFBIG;
    else if (!(conf->text = malloc( st.st_size + 1 ))) error = ENOMEM;
    else
    {
        size = fread( conf->text, 1, st.st_size, file );
        conf->text[size] = 0;
        if (ferror( file )) error = EIO;
    }
    fclose( file );
    return error;
}

/* A file that does not exist holds nothing. */
static void conf_read_file( struct settings *settings, enum settings_source source, const char *file )
{
    struct conf conf = { .settings = settings, .source = source, .file = file };
    char text[256];
    int error = conf_load( &conf );

    if (!error) conf_parse_all( &conf );
    else if (error != ENOENT && error != ENOTDIR)
    {
        snprintf( text, sizeof(text), "the file can not be read (%s)", log_errno( error ) );
        conf_mistake( &conf, 0, text );
    }
    free( conf.text );
}

void conf_read( struct settings *settings )
{
    char path[PATH_MAX];

    if (path_system_conf( settings->environment, path )) conf_read_file( settings, SETTINGS_SYSTEM, path );
    if (path_user_conf( settings->environment, path )) conf_read_file( settings, SETTINGS_USER, path );
}
