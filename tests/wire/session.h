/*
 * Tests: a static-channel client and a plug-in around mstscax.dll
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

#ifndef __TESTS_WIRE_SESSION_H
#define __TESTS_WIRE_SESSION_H

#include <stdarg.h>

#define COBJMACROS
#include "windef.h"
#include "winbase.h"
#include "ole2.h"

struct WINE_DVC_COUNTERS;

/* One session at a time. Only what is said to be so is for other threads than the test's. */

enum event_kind
{
    EVENT_SENT,         /* a PDU to the server */
    EVENT_OPENED,       /* OnNewChannelConnection */
    EVENT_DATA,         /* OnDataReceived */
    EVENT_CLOSED,       /* OnClose */
    EVENT_CONNECTED,    /* of IWTSPlugin, as the following */
    EVENT_DISCONNECTED,
    EVENT_TERMINATED,
    EVENT_WARNING,      /* a line for the log */
};

struct event
{
    struct event   *next;
    enum event_kind kind;
    unsigned int    channel;    /* numbered from 1 in the order of OnNewChannelConnection */
    SIZE_T          size;
    BYTE            data[1];
};

/* Loads mstscax.dll; FALSE if it is another one than ours. */
extern BOOL session_load(void);

/* A client with one plug-in, which listens on TEST and OTHER and accepts all channels; the plug-in's
 * Connected is the first call. */
extern void session_start(void);
/* Ends it. All calls of the plug-in have returned then. */
extern void session_stop(void);

/* The session's connection ends, and another one begins. */
extern void session_reconnect(void);

extern void session_accept( BOOL accept );

/* From now on OnDataReceived waits, or goes on; what it was called for while it could have waited is counted only. */
extern void session_hold_calls( BOOL hold );
/* How many bytes that were, when all the plug-in's calls that came before have returned. */
extern INT64 session_held_bytes(void);

/* From now on the transport keeps what it is given and never completes it, or completes it at once. */
extern void session_hold_sent( BOOL hold );

extern void session_get_counters( struct WINE_DVC_COUNTERS *counters );

/* One chunk of the static channel. */
extern void session_receive( const BYTE *data, UINT32 size, UINT32 total, UINT32 flags );

/* What the plug-in does with a channel. */
extern HRESULT session_write( unsigned int channel, const BYTE *data, UINT32 size );
extern HRESULT session_close( unsigned int channel );

/* The next PDU to the server or call of the plug-in, NULL if none comes in time (0: without
 * waiting). The caller frees it. */
extern struct event *session_next_sent( DWORD timeout );
extern struct event *session_next_call( DWORD timeout );
/* The next line for the log. */
extern struct event *session_next_warning( DWORD timeout );

#endif /* __TESTS_WIRE_SESSION_H */
