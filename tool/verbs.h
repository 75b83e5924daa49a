/*
 * The command's verbs
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

#ifndef __WINEDVC_VERBS_H
#define __WINEDVC_VERBS_H

#include <stdbool.h>

#include "namelist.h"

/* The exit status of every verb but run, whose status is the client's. */
enum status
{
    STATUS_OK,
    STATUS_FAILED,      /* it was tried, and did not work; of doctor: something is wrong */
    STATUS_USAGE,       /* the arguments are wrong; nothing was tried */
    STATUS_UNKNOWN,     /* there is no such plug-in */
    STATUS_REFUSED,     /* this Wine or this prefix can not be used as it is; nothing was changed */
};

/* Of run, if there is no client that could have one. */
#define STATUS_RUN_FAILED    125
#define STATUS_NO_CLIENT     127

struct verb_option
{
    const char *name;       /* without the dashes; NULL ends a list */
    const char *argument;   /* what its argument is called, NULL if it takes none */
    const char *help;
    bool        repeats;    /* it may be given several times: one of a verb's at most */
    char        letter;     /* a short form, 0 for none */
};

/* Options that a verb has of its own. */
#define VERB_OPTIONS 8

struct arguments
{
    bool        json;
    const char *prefix;                 /* NULL if it is not given */
    const char *given[VERB_OPTIONS];    /* in the order of the verb's options: NULL, the last argument, or "" */
    struct name_list repeated;          /* all arguments of the one that repeats */
    unsigned int count;
    char      **operands;               /* ends with NULL */
};

struct verb
{
    const char *name;
    const char *operands;   /* as in a synopsis; "" if there are none */
    unsigned int least, most;   /* operands */
    const char *help;       /* in one line */
    const char *examples;   /* lines, indented */
    struct verb_option options[VERB_OPTIONS + 1];
    bool        has_json;
    bool        has_command;    /* what follows the first operand is another program's */
    int       (*run)( const struct arguments *arguments );  /* returns the exit status */
};

extern const struct verb verb_add, verb_disable, verb_doctor, verb_enable, verb_list, verb_remove, verb_run,
                         verb_status, verb_trace, verb_try;

/*
 * For the addin, which starts it: standard input is one end of a pair of sockets
 * that keep messages apart. With a message comes, as SCM_RIGHTS, a descriptor of a
 * host's process; one without has the title and the text of a notification, each
 * with a NUL, for whatever service shows such. When the other end is closed, because the client has gone,
 * whatever the reason, the hosts that have not ended after so many milliseconds
 * get SIGKILL. Returns the exit status.
 */
extern int keep( const char *milliseconds );

#endif /* __WINEDVC_VERBS_H */
