/*
 * The record of the plug-ins of one Wine prefix
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

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log.h"
#include "paths.h"
#include "record.h"

/*
 * Lines, the first and the last as below, between them
 *
 *   prefix PATH
 *   wine PATH
 *
 * and for each plug-in
 *
 *   plugin BITS KNOWN SIZE TIME USED
 *   key TEXT
 *   entry TEXT
 *   file TEXT
 *   name TEXT           for each channel
 *   static OPTIONS NAME for each static channel
 */
#define FIRST_LINE "winedvc record 1"
#define LAST_LINE  "end"

#define MAX_SIZE (1 << 20)
#define MAX_TEXT 4096       /* a frame's */

static bool text_is_plain( const char *text )
{
    size_t i;

    for (i = 0; text[i]; i++)
        if (i == MAX_TEXT || (unsigned char)text[i] < ' ' || text[i] == 127) return false;
    return true;
}

/* Reading */

/* The rest of the next line if it begins with the word, NULL otherwise. */
static const char *record_next( char **text, const char *word )
{
    char *line = *text, *end = strchr( line, '\n' );
    size_t size = strlen( word );

    if (!end || strncmp( line, word, size ) || line[size] != ' ') return NULL;
    *end = 0;
    if (!text_is_plain( line + size + 1 )) return NULL;
    *text = end + 1;
    return line + size + 1;
}

static const char broken[] = "it is broken", no_memory[] = "no memory is left in the client";

/* Returns what is wrong with it, NULL if nothing is. */
static const char *record_parse_plugin( char **text, const char *numbers, struct plugin_list *list )
{
    const char *key, *entry, *file, *name;
    unsigned int bits, known;
    struct plugin *plugin;
    uint64_t size, time, used = 0;
    size_t count = list->count;

    /* which day it was used on records did not always have */
    if (sscanf( numbers, "%u %u %" SCNu64 " %" SCNu64 " %" SCNu64, &bits, &known, &size, &time, &used ) < 4) return broken;
    if ((bits != 32 && bits != 64) || known > 1 || count == PLUGINS_MAX) return broken;
    if (!(key = record_next( text, "key" )) || !(entry = record_next( text, "entry" )) ||
        !(file = record_next( text, "file" ))) return broken;
    if (!(plugin = plugin_list_add( list, bits, key, entry, file ))) return no_memory;
    if (list->count == count) return broken; /* it is there twice */
    plugin->known = known;
    plugin->size = size;
    plugin->time = time;
    plugin->used = used;
    while ((name = record_next( text, "name" )))
    {
        if (!known || !*name || plugin->names.count == PLUGIN_MAX_NAMES) return broken;
        if (!name_list_add( &plugin->names, name )) return no_memory;
    }
    while ((name = record_next( text, "static" )))
    {
        if (plugin->statics.count == PLUGIN_MAX_STATICS) return broken;
        if (!name_list_add( &plugin->statics, name )) return no_memory;
    }
    return NULL;
}

/* Returns what is wrong with it, NULL if nothing is. */
static const char *record_parse( const struct record *record, char *text, struct plugin_list *list )
{
    const char *value, *wrong;

    if (strncmp( text, FIRST_LINE "\n", strlen( FIRST_LINE "\n" ) )) return "it is of another version";
    text += strlen( FIRST_LINE "\n" );
    if (!(value = record_next( &text, "prefix" ))) return broken;
    if (strcmp( value, record->prefix )) return "it is another prefix's";
    if (!(value = record_next( &text, "wine" ))) return broken;
    if (strcmp( value, record->wine )) return "another Wine was in use";
    while ((value = record_next( &text, "plugin" )))
        if ((wrong = record_parse_plugin( &text, value, list ))) return wrong;
    return strcmp( text, LAST_LINE "\n" ) ? broken : NULL;
}

/* Returns an error number. What is read ends with a NUL. */
static int record_read( const char *path, char **text )
{
    int fd = open( path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK ), error = 0;
    struct stat st;
    ssize_t size;

    if (fd < 0) return errno;
    if (fstat( fd, &st ) < 0) error = errno;
    else if (!S_ISREG( st.st_mode ) || st.st_uid != getuid()) error = EPERM;
    else if (st.st_size > MAX_SIZE) error = EFBIG;
    else if (!(*text = malloc( st.st_size + 1 ))) error = ENOMEM;
    else if ((size = read( fd, *text, st.st_size )) < 0) error = errno;
    else (*text)[size] = 0;
    close( fd );
    return error;
}

/* Writing */

static bool plugin_is_plain( const struct plugin *plugin )
{
    size_t i;

    for (i = 0; i < plugin->names.count; i++)
        if (!text_is_plain( plugin->names.names[i] )) return false;
    return text_is_plain( plugin->key ) && text_is_plain( plugin->entry ) && text_is_plain( plugin->file );
}

static void record_format_plugin( FILE *file, const struct plugin *plugin )
{
    size_t i;

    fprintf( file, "plugin %u %u %" PRIu64 " %" PRIu64 " %" PRIu64 "\nkey %s\nentry %s\nfile %s\n", plugin->bits,
             plugin->known, plugin->size, plugin->time, plugin->used, plugin->key, plugin->entry, plugin->file );
    for (i = 0; plugin->known && i < plugin->names.count; i++) fprintf( file, "name %s\n", plugin->names.names[i] );
    for (i = 0; i < plugin->statics.count; i++) fprintf( file, "static %s\n", plugin->statics.names[i] );
}

/* Returns the text, for free(); NULL without memory. *omitted is a plug-in that it can not hold, or NULL. */
static char *record_format( const struct record *record, const struct plugin_list *list,
                            const struct plugin **omitted )
{
    const struct plugin *plugin;
    char *text = NULL;
    size_t size;
    FILE *file = open_memstream( &text, &size );
    bool failed;

    *omitted = NULL;
    if (!file) return NULL;
    fprintf( file, FIRST_LINE "\nprefix %s\nwine %s\n", record->prefix, record->wine );
    for (plugin = list->first; plugin; plugin = plugin->next)
    {
        if (plugin->temporary) continue;
        if (plugin_is_plain( plugin )) record_format_plugin( file, plugin );
        else *omitted = plugin;
    }
    fprintf( file, LAST_LINE "\n" );
    failed = ferror( file );
    if (!fclose( file ) && !failed) return text;
    free( text );
    return NULL;
}

/* A record */

bool record_init( struct record *record, const struct settings *settings, const char *wine )
{
    memset( record, 0, sizeof(*record) );
    record->prefix = settings->prefix;
    if (!path_record( settings->environment, settings->prefix, record->path ) || !text_is_plain( settings->prefix ) ||
        !text_is_plain( wine )) *record->path = 0;
    if ((record->wine = strdup( wine ))) return true;
    record_clear( record );
    return false;
}

void record_clear( struct record *record )
{
    free( record->wine );
    free( record->text );
    memset( record, 0, sizeof(*record) );
}

bool record_load( struct record *record, struct plugin_list *list, char *problem, size_t size )
{
    const struct plugin *omitted;
    const char *wrong = NULL;
    char *text = NULL;
    int error;

    *problem = 0;
    if (!*record->path) return false;
    if (!(error = record_read( record->path, &text ))) wrong = record_parse( record, text, list );
    free( text );
    if (!error && !wrong)
    {
        record->text = record_format( record, list, &omitted );
        return true;
    }
    plugin_list_clear( list );
    if (wrong) snprintf( problem, size, "the record %s is not used: %s", record->path, wrong );
    else if (error != ENOENT)
        snprintf( problem, size, "the record %s can not be read (%s)", record->path, log_errno( error ) );
    return false;
}

void record_save( struct record *record, const struct plugin_list *list, char *problem, size_t size )
{
    const struct plugin *omitted = NULL;
    char *text = record_format( record, list, &omitted );
    int error;

    *problem = 0;
    if (!text) snprintf( problem, size, "no memory is left in the client for the record" );
    if (!text || (record->text && !strcmp( text, record->text )))
    {
        free( text );
        return;
    }
    free( record->text );
    record->text = text; /* what fails now would fail again */
    if (!*record->path) snprintf( problem, size, "there is no place for a record of the plug-ins: set HOME" );
    else if ((error = strlen( text ) > MAX_SIZE ? EFBIG : path_replace( record->path, text )))
        snprintf( problem, size, "the record %s can not be written (%s)", record->path, log_errno( error ) );
    else if (omitted)
        snprintf( problem, size, "the record has no place for the plug-in %s, whose registration or channels have "
                  "control characters in their names", omitted->key );
}
