/*
 * Words of a command that the user is told to run
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

#include <stdbool.h>
#include <stdio.h>

#include "printable.h"
#include "shell.h"

static bool is_plain( const char *text )
{
    size_t size;

    for (; *text && *text != '"' && (size = printable_size( text )); text += size) continue;
    return !*text;
}

const char *shell_quote( struct shell_word *word, const char *text )
{
    const char *last = text + PATH_MAX - 1;
    bool plain = is_plain( text );
    char *end = word->text;

    end += sprintf( end, plain ? "'" : "$'" );
    for (; *text && text < last; text++)
    {
        if (*text == '\'') end += sprintf( end, plain ? "'\\''" : "\\'" );
        else if (plain) *end++ = *text;
        else if (*text == '\\') end += sprintf( end, "\\\\" );
        else if (*text == '"' || *text < ' ' || *text > '~') end += sprintf( end, "\\%03o", (unsigned char)*text );
        else *end++ = *text;
    }
    if (!*text) *end++ = '\'';
    *end = 0;
    return word->text;
}
