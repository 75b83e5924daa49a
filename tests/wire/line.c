/*
 * Tests: the lines of a transcript
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
#include <stdlib.h>
#include <string.h>

#include "line.h"

static void skip_blanks( struct line *line )
{
    while (*line->text == ' ') line->text++;
}

void line_begin( struct line *line, char *text )
{
    text[strcspn( text, "\r\n#" )] = 0;
    line->text = text;
    line->failed = false;
    skip_blanks( line );
}

bool line_take_word( struct line *line, const char *word )
{
    size_t length = strlen( word );

    if (strncmp( line->text, word, length ) || (line->text[length] && line->text[length] != ' ')) return false;
    line->text += length;
    skip_blanks( line );
    return true;
}

unsigned int line_take_number( struct line *line, int base )
{
    char *end;
    unsigned int value = strtoul( line->text, &end, base );

    if (end == line->text) line->failed = true;
    line->text = end;
    skip_blanks( line );
    return value;
}

/* One element, once: its size. */
static size_t take_element( struct line *line, unsigned char *bytes )
{
    const char *end;
    unsigned int value;
    size_t length;

    if (*line->text != '"')
    {
        if (sscanf( line->text, "%2x", &value ) != 1 || !line->text[1]) line->failed = true;
        else
        {
            line->text += 2;
            *bytes = value;
        }
        return 1;
    }
    if (!(end = strchr( line->text + 1, '"' )))
    {
        line->failed = true;
        return 0;
    }
    length = end - line->text - 1;
    memcpy( bytes, line->text + 1, length );
    line->text = end + 1;
    return length;
}

size_t line_take_bytes( struct line *line, unsigned char *bytes, size_t max )
{
    size_t size = 0, length;
    unsigned int count, i;

    while (*line->text && !line->failed)
    {
        if (max - size < LINE_MAX_TEXT)
        {
            line->failed = true;
            break;
        }
        length = take_element( line, bytes + size );
        count = 1;
        if (*line->text == '*')
        {
            line->text++;
            count = line_take_number( line, 10 );
        }
        if (length && count > (max - size) / length) line->failed = true;
        for (i = 1; i < count && !line->failed; i++) memcpy( bytes + size + i * length, bytes + size, length );
        if (!line->failed) size += count * length;
        skip_blanks( line );
    }
    return size;
}

bool line_end( struct line *line )
{
    return !line->failed && !*line->text;
}
