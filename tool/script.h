/*
 * The scripts of winedvc try
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

#ifndef __WINEDVC_SCRIPT_H
#define __WINEDVC_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "namelist.h"

/* winedvc(1) has what each step does, and how it is written. */
enum step_kind
{
    STEP_OPEN,
    STEP_EXPECT_OPEN,
    STEP_EXPECT_REFUSED,
    STEP_SEND,
    STEP_EXPECT,
    STEP_EXPECT_NOTHING,
    STEP_CLOSE,
    STEP_EXPECT_CLOSE,
    STEP_EXPECT_LISTEN,
    STEP_CONNECT,
    STEP_DISCONNECT,
    STEP_EXPECT_END,
    STEP_WAIT,
    STEP_TIMEOUT,
};

/* What a message has to be. */
enum wanted
{
    WANTED_DATA,
    WANTED_SIZE,
    WANTED_ANY,
};

struct step
{
    enum step_kind kind;
    unsigned int   line;
    char          *text;    /* as it was written */
    char          *label;   /* of its channel, NULL for none */
    char          *name;    /* of a channel; what a reason has to hold */
    uint8_t       *data;    /* of a message */
    size_t         size;
    enum wanted    wanted;
    bool           has_number;
    uint32_t       number;  /* priority, status, code, or milliseconds */
};

/* All zero is an empty one. */
struct script
{
    const char      *file;      /* the caller's; NULL if its steps are of no file */
    struct step     *steps;
    size_t           count;
    struct name_list labels;    /* of channels that were asked for by now */
    char            *label;     /* of the one that steps without a label are about; NULL for none */
};

/* All lines of a file, or of standard input for "-"; its name must stay. On failure problem says what, where and what
 * to do. */
extern bool script_read( struct script *script, const char *file, char *problem, size_t size );

/* One line, which adds a step, or none if it is blank or a comment. */
extern bool script_add( struct script *script, unsigned int line, const char *text, char *problem, size_t size );

/* A channel of that name is opened before the first step, and is what steps without a label are about. */
extern bool script_set_label( struct script *script, const char *label );

/* Its steps are done; which channels were asked for is still known. */
extern void script_forget( struct script *script );

extern void script_clear( struct script *script );

/* What a step sends: text:..., hex:..., counting:N, @FILE. The data are the caller's. NULL on failure. */
extern uint8_t *script_data( const char *script_file, const char *text, size_t *count, char *problem, size_t size );

#endif /* __WINEDVC_SCRIPT_H */
