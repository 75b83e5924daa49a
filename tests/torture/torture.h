/*
 * Torture: the parts that the tests share
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

#ifndef __TORTURE_H
#define __TORTURE_H

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define COBJMACROS
#include "windef.h"
#include "winbase.h"
#include "ole2.h"
#include "tsvirtualchannels.h"
#include "wine/cchannelex.h"
#include "wine/mstscax.h"
#include "wine/list.h"

#include "wine/test.h"

#define LIMIT 20000     /* ms: what takes longer has failed */
#define GRACEFUL HRESULT_FROM_WIN32( ERROR_GRACEFUL_DISCONNECT )

/* For threads of mstscax.dll: ok() keeps memory for each thread that calls it. */
#define fail_unless( condition, ... ) do { if (!(condition)) ok( 0, __VA_ARGS__ ); } while (0)

/* wait.c: numbers that go up on one thread and are waited for on another. Any thread but those
 * that are terminated: there is a lock. Nothing is allocated. */
extern void count_add( LONG *count, LONG add );
extern void count_reset( LONG *count );
extern LONG count_get( LONG *count );
/* FALSE after LIMIT, which is short once something has failed to come. */
extern BOOL count_reaches( LONG *count, LONG value );
extern BOOL count_reaches_within( LONG *count, LONG value, DWORD limit );

/* Random numbers, from a seed that the test prints; TORTURE_SEED repeats a run. */
extern void random_seed(void);
extern unsigned int random_below( unsigned int limit );     /* any thread */

/* client.c: the static-channel client that loads mstscax.dll. A thread of its own shows the
 * server each PDU and then completes it. All of this is for the test's own thread. */

/* How mstscax.dll is entered. Without FreeRDP's members there is no private interface, and what to
 * load stands in AddIns. */
enum form { FORM_EX_FREERDP, FORM_EX, FORM_FREERDP, FORM_WINDOWS, FORM_COUNT };

/* TORTURE_FORM, a number of these, overrides the argument. FALSE: the test is skipped. */
extern BOOL client_load( enum form form );
/* Connected, with that many plug-ins which have been initialized. */
extern void client_start( unsigned int plugins );
extern void client_disconnect( DWORD code );    /* what is in hand is cancelled */
extern void client_connect(void);
extern void client_terminate(void);             /* returns when all is done */
extern void client_stop(void);                  /* the same, and checks what the plug-ins got */
extern void client_receive( const void *pdu, UINT32 size );

/* The server goes on seeing what it is sent, but nothing is completed before FALSE. What is in
 * hand when it begins is completed first. */
extern void transport_hold( BOOL hold );
/* CREATE_RSPs that it was given, ever; any thread. */
extern LONG transport_answers(void);

/* [MS-RDPEDYC] 2.2 */
enum { CMD_CREATE = 1, CMD_DATA_FIRST, CMD_DATA, CMD_CLOSE, CMD_CAPABILITIES };

/* server.c: what the server has of each channel. It checks the order of PDUs, the lengths and,
 * by check, each message. Ids are below SERVER_CHANNELS. Calls are for the test's own thread. */
#define SERVER_CHANNELS 2048

struct server_channel
{
    UINT32 id;
    LONG   answers;     /* CREATE_RSP */
    LONG   status;      /* of the last */
    LONG   closes;      /* CLOSE */
    LONG   messages;
    void (*check)( struct server_channel *channel, const BYTE *message, UINT32 size );  /* transport thread */
    void  *context;     /* of check */
    BYTE  *message;     /* being put together */
    UINT32 size, total;
};

/* A new life of the id begins. */
extern struct server_channel *server_create( UINT32 id, const char *name,
        void (*check)( struct server_channel *channel, const BYTE *message, UINT32 size ), void *context );
extern void server_write( struct server_channel *channel, const void *message, UINT32 size );
extern void server_close( struct server_channel *channel );
extern void server_receive( const BYTE *pdu, UINT32 size );     /* transport thread */
extern void server_disconnected(void);
/* Returns when the client has done all that it had to do before. */
extern void server_roundtrip(void);

/* plugin.c: plug-ins that count their calls and do what the test's behaviour says. */
struct endpoint
{
    IWTSVirtualChannelCallback IWTSVirtualChannelCallback_iface;
    LONG ref;
    IWTSVirtualChannel *channel;    /* a reference */
    LONG received;                  /* OnDataReceived that returned */
    LONG closing;                   /* OnClose that began */
    LONG closed;                    /* OnClose that returned */
    LONG released;                  /* by mstscax.dll, which had one reference */
    void *context;
};

enum offer_answer { OFFER_ACCEPT, OFFER_REFUSE, OFFER_NO_CALLBACK, OFFER_FAIL };

struct behaviour
{
    HRESULT (*initialize)( unsigned int plugin, IWTSVirtualChannelManager *manager );
    enum offer_answer (*offer)( struct endpoint *endpoint );
    void (*data)( struct endpoint *endpoint, ULONG size, BYTE *data );
    void (*close)( struct endpoint *endpoint );
    void (*disconnected)(void);
    void (*terminated)(void);
};

extern struct behaviour behaviour;

/* All of them, since plugin_reset. */
struct plugin_calls
{
    LONG created, initialized, connected, disconnected, terminated, released;
    LONG offered, opened, closed;
};

extern struct plugin_calls plugin_calls;
extern IWTSVirtualChannelManager *plugin_manager;   /* the last one's, a reference */

extern HRESULT plugin_register( DWORD *cookie );
extern const WCHAR plugin_class[];
extern void plugin_reset(void);
extern void plugin_listen( IWTSVirtualChannelManager *manager, const char *name );
extern IWTSListener *plugin_get_listener( IWTSVirtualChannelManager *manager, const char *name );

extern void endpoint_addref( struct endpoint *endpoint );
extern void endpoint_release( struct endpoint *endpoint );
/* The endpoint of the last offer, with a reference for the caller. */
extern struct endpoint *endpoint_take(void);
/* Creates a channel that is accepted; with a reference for the caller, or NULL after a failure. */
extern struct endpoint *endpoint_open( UINT32 id, const char *name, struct server_channel **server,
        void (*check)( struct server_channel *channel, const BYTE *message, UINT32 size ), void *context );
/* Waits for OnClose, the release of the callback and the server's CLOSE, checks that each came once,
 * and gives up the reference. */
extern void endpoint_finish_( int line, struct endpoint *endpoint, struct server_channel *server );
#define endpoint_finish( endpoint, server ) endpoint_finish_( __LINE__, endpoint, server )

/* usage.c: what the process has and the wineserver keeps for it. The blocks of mstscax.dll are counted from now on. */
extern void usage_count_blocks( HMODULE module );

struct usage
{
    LONG   handles;         /* the wineserver's, of this process */
    LONG   server_files;    /* file descriptors of the wineserver */
    LONG   threads;
    LONG   blocks;          /* of the heap, that mstscax.dll has got since */
    SIZE_T committed;       /* private memory, used or not */
    SIZE_T resident;        /* memory that is used */
};

extern void usage_get( struct usage *usage );

#endif /* __TORTURE_H */
