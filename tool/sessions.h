/*
 * The sessions of this user on this machine
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

#ifndef __WINEDVC_SESSIONS_H
#define __WINEDVC_SESSIONS_H

#include <limits.h>
#include <stdbool.h>

#include "page.h"

enum session_state
{
    SESSION_LIVE,
    SESSION_GONE,       /* its process has ended and left the page */
    SESSION_STRANGE,    /* of another version of winedvc, or rubbish: nothing of the page is to be used */
    SESSION_HIDDEN,     /* its process is this user's, but has privileges, for which Linux hides what it has open */
};

struct session
{
    struct session    *next;
    int                pid;
    unsigned int       number;      /* of the process's sessions */
    enum session_state state;
    bool               torn;        /* it did not keep still: texts may not belong to their numbers */
    struct page        page;        /* whose texts end, and whose numbers of rows are within the page */
};

/* Where they show themselves. Returns false, with a line, if that is not known. */
extern bool sessions_directory( char path[PATH_MAX] );

/* Reads all, by age. Returns false, with a line, if that can not be done; sessions_clear() has to follow in any case. */
extern bool sessions_read( const char *directory, struct session **sessions );
extern void sessions_clear( struct session **sessions );

/* What one that is gone has left is removed. */
extern void session_remove( const char *directory, const struct session *session );

#endif /* __WINEDVC_SESSIONS_H */
