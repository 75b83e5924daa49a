/*
 * One run of winedvc.exe outside a session
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

#ifndef __WINEDVC_PROBE_H
#define __WINEDVC_PROBE_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "log.h"
#include "namelist.h"
#include "settings.h"
#include "terminal.h"

/* An AddIns key that was reported. */
struct registration
{
    struct registration *next;
    unsigned int bits;          /* 0 where there is a problem */
    uint32_t     flags;         /* WINEDVC_ADDIN_... */
    uint64_t     size, time;    /* of the file, as in the record */
    char        *key, *entry, *file, *problem;
};

/* What became of a plug-in that was started. */
struct started_plugin
{
    bool             ready;         /* Initialize has succeeded */
    char             problem[PROBLEM_TEXT]; /* why it is not, and what to do */
    struct name_list names;         /* of its channels */
    struct name_list statics;       /* static ones, as a struct plugin has them */
};

struct probe
{
    /* the caller's */
    const struct settings *settings;
    unsigned int           bits;    /* of the process */
    char *const           *arguments;   /* winedvc.exe's, up to a NULL */
    const char            *title;   /* for the log */
    size_t                 plugins; /* that it is to start */
    unsigned int           limit;   /* seconds for the answer, after the first word */
    const sigset_t        *signals; /* blocked ones, of which each interrupts it; NULL for none */
    /* what came of it */
    bool                   told;    /* it has said all that it was asked for */
    char                   problem[PROBLEM_TEXT];   /* why it has not, and what to do */
    char                   versions[LOG_TEXT];  /* of the host, of Wine and of the system; "" if it said nothing */
    char                   error[LOG_TEXT];     /* the last of Wine's errors that may explain a failure */
    struct registration   *registrations;       /* in its order */
    struct started_plugin *started; /* as many as there are plugins */
    struct name_list       lines;   /* for the log */
};

/* Runs it to the end, or kills it when its time is over. Returns probe->told. probe_clear() has to follow. */
extern bool probe_run( struct probe *probe );
extern void probe_clear( struct probe *probe );

#endif /* __WINEDVC_PROBE_H */
