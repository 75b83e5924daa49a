/*
 * What is said of a session, its plug-ins and channels
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

#ifndef __WINEDVC_SUMMARY_H
#define __WINEDVC_SUMMARY_H

#include <stdbool.h>

#include "log.h"
#include "sessions.h"

#define SUMMARY_NUMBER 32
#define SUMMARY_LINE   (3 * LOG_TEXT)

/* "PID-N" */
extern void summary_name( char name[SUMMARY_NUMBER], const struct session *session );
/* Why there are no figures of one that is not live, and what helps. */
extern const char *summary_lack( const struct session *session );
/* In a line: client, server, since when, round trip. */
extern void summary_session( char line[SUMMARY_LINE], const struct session *session );

/* In a line, if there is something to say: what was dropped; the last error. */
extern bool summary_losses( char line[SUMMARY_LINE], const struct page *page );
extern bool summary_error( char line[SUMMARY_LINE], const struct page *page );

/* "1.5 KiB", "230 B" */
extern void summary_bytes( char text[SUMMARY_NUMBER], uint64_t bytes );

extern const char *summary_host_state( const struct page_host *host );
extern const char *summary_channel_state( const struct page_channel *channel );
/* Is it offered or open? */
extern bool summary_channel_is_live( const struct page_channel *channel );

#endif /* __WINEDVC_SUMMARY_H */
