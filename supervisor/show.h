/*
 * What the user sees of the hosts
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

#ifndef __WINEDVC_SHOW_H
#define __WINEDVC_SHOW_H

#include "host.h"
#include "supervisor.h"

/* Each shows something that has happened in the session's page, on the I/O thread. */

/* What the desktop tells the user, too. */
enum notice
{
    NOTICE_FAILED,
    NOTICE_AGAIN,   /* it is started again */
    NOTICE_DIALOG,  /* its window may wait for an answer */
};

/* From now on the lines of level error that this thread writes. */
extern void show_errors( struct supervisor *supervisor );

/* A group gets its row. */
extern void show_group( struct supervisor *supervisor, struct group *group, const char *title );
/* It is no longer one of the session's. */
extern void show_no_group( struct supervisor *supervisor, const struct group *group );

/* The host's state has changed; the search is not shown. */
extern void show_host( struct supervisor *supervisor, const struct host *host );
/* It has ended, for that reason, and is started again or not. */
extern void show_end( struct supervisor *supervisor, const struct host *host, const char *why, bool again );
/* Something is wrong in it, and it goes on. */
extern void show_problem( struct supervisor *supervisor, const struct host *host, const char *text );

/* A notification of the desktop, once for each group and notice, if the user wants any and there is who shows it. */
extern void show_notice( struct supervisor *supervisor, const struct host *host, enum notice notice );

#endif /* __WINEDVC_SHOW_H */
