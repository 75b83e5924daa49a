/*
 * The AddIns keys of a Wine prefix, as its registry files have them
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
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "paths.h"
#include "registered.h"

#define ADDINS "Microsoft\\\\Terminal Server Client\\\\Default\\\\AddIns\\\\"
#define MAX_TEXT 1024
#define MAX_FILE 268435456

/* The files' lines are "[KEY] TIME" and, behind those, "NAME"=VALUE; names and texts have escapes. */

/* One line without its end; false after the last. */
static bool next_line( const char **text, const char *end, const char **line, size_t *size )
{
    const char *stop;

    if (*text == end) return false;
    *line = *text;
    stop = memchr( *text, '\n', end - *text );
    *size = (stop ? stop : end) - *line;
    *text = stop ? stop + 1 : end;
    return true;
}

static int hex_digit( char c )
{
    if (c >= '0' && c <= '9') return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* \xH to \xHHHH, behind the x. Returns how many digits there are. */
static size_t read_hex( const char *text, size_t size, unsigned int *code )
{
    size_t count;

    for (count = 0, *code = 0; count < 4 && count < size && hex_digit( text[count] ) >= 0; count++)
        *code = *code << 4 | hex_digit( text[count] );
    return count;
}

static size_t write_utf8( char *text, unsigned int code )
{
    size_t size = 0;

    if (code < 0x80) text[size++] = code;
    else if (code < 0x800) text[size++] = 0xc0 | code >> 6;
    else
    {
        text[size++] = 0xe0 | code >> 12;
        text[size++] = 0x80 | (code >> 6 & 0x3f);
    }
    if (code >= 0x80) text[size++] = 0x80 | (code & 0x3f);
    return size;
}

/* Up to a character that is not escaped. Returns false where the text is longer than any that is of use, or broken. */
static bool unescape( const char *line, size_t size, char stop, char text[MAX_TEXT] )
{
    size_t i, used = 0, count;
    unsigned int code;

    for (i = 0; i < size && line[i] != stop; i++)
    {
        if (used > MAX_TEXT - 4) return false;
        if (line[i] != '\\') text[used++] = line[i];
        else if (++i == size) return false;
        else if (line[i] != 'x') text[used++] = line[i];
        else
        {
            if (!(count = read_hex( line + i + 1, size - i - 1, &code )) || !code) return false;
            i += count;
            used += write_utf8( text + used, code );
        }
    }
    text[used] = 0;
    return i < size && used;
}

/* The name of an AddIns key below one of these roots. */
static bool read_key( const char *line, size_t size, const char *root, char key[MAX_TEXT] )
{
    size_t length = strlen( root );

    if (size <= length || strncasecmp( line, root, length )) return false;
    return unescape( line + length, size - length, ']', key ) && !strchr( key, '\\' );
}

static bool read_value( const char *line, size_t size, char value[MAX_TEXT] )
{
    static const char name[] = "\"Name\"=\"";
    const size_t length = sizeof(name) - 1;

    return size > length && !strncasecmp( line, name, length ) && unescape( line + length, size - length, '"', value );
}

static void enum_text( const char *text, const char *end, const char *root, registered_found *found, void *context )
{
    char key[MAX_TEXT] = "", value[MAX_TEXT];
    const char *line;
    size_t size;

    while (next_line( &text, end, &line, &size ))
    {
        if (size && *line == '[' && !read_key( line, size, root, key )) *key = 0;
        else if (*key && read_value( line, size, value )) found( context, key, value );
    }
}

/* The file's bytes, for free(), NULL without any. Wine may write it anew meanwhile, so it is not mapped. */
static char *read_file( const char *path, size_t *size )
{
    int fd = open( path, O_RDONLY | O_CLOEXEC | O_NONBLOCK );
    ssize_t got = 0;
    struct stat st;
    char *text = NULL;

    if (fd < 0) return NULL;
    if (!fstat( fd, &st ) && S_ISREG( st.st_mode ) && st.st_size > 0 && st.st_size <= MAX_FILE) text = malloc( st.st_size );
    for (*size = 0; text && *size < (size_t)st.st_size; *size += got)
        if ((got = read( fd, text + *size, st.st_size - *size )) <= 0) break;
    close( fd );
    return text;
}

static void enum_file( const char *prefix, const char *file, const char *const *roots, registered_found *found, void *context )
{
    char path[PATH_MAX], *text;
    size_t size;

    if (!path_format( path, "%s/%s", prefix, file ) || !(text = read_file( path, &size ))) return;
    for (; *roots; roots++) enum_text( text, text + size, *roots, found, context );
    free( text );
}

void registered_enum( const char *prefix, registered_found *found, void *context )
{
    static const char *const user[] = { "[Software\\\\" ADDINS, NULL };
    static const char *const machine[] = { "[Software\\\\" ADDINS, "[Software\\\\Wow6432Node\\\\" ADDINS, NULL };

    enum_file( prefix, "user.reg", user, found, context );
    enum_file( prefix, "system.reg", machine, found, context );
}
