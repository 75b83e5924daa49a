/*
 * The addin's lines in FreeRDP's log
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

#include <pthread.h>

#include <winpr/wlog.h>

#include "log.h"
#include "wlog.h"

#define SAME( level ) ((int)LOG_LEVEL_##level == (int)WLOG_##level)
_Static_assert( SAME( TRACE ) && SAME( DEBUG ) && SAME( INFO ) && SAME( WARN ) && SAME( ERROR ) && SAME( OFF ),
                "the levels are WLog's" );

static wLog *wlog;

static void wlog_write( enum log_level level, const char *line )
{
    WLog_Print( wlog, level, "%s", line );
}

static bool wlog_is_active( enum log_level level )
{
    return WLog_IsLevelActive( wlog, level );
}

static void wlog_set_level( enum log_level level )
{
    WLog_SetLogLevel( wlog, level );
}

static void wlog_find( void )
{
    static const struct log_sink sink = { wlog_write, wlog_is_active, wlog_set_level };

    wlog = WLog_Get( "com.freerdp.channels.winedvc" );
    log_prepare( &sink );
}

void wlog_prepare( void )
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once( &once, wlog_find );
}
