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

#ifndef __WINEDVC_SHELL_H
#define __WINEDVC_SHELL_H

#include <limits.h>

struct shell_word
{
    char text[4 * PATH_MAX + 4];
};

/* The text as one word for a shell, between quotation marks: '...', or $'...' if it has a character that cannot be
 * shown, or a ", which never is in the word: a command is shown between them. Of PATH_MAX bytes or more there is only
 * the beginning, without its last quotation mark, so that no shell runs it. Returns word->text. */
extern const char *shell_quote( struct shell_word *word, const char *text );

#endif /* __WINEDVC_SHELL_H */
