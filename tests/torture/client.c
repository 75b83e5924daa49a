/*
 * Torture: the static-channel client and its transport
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

#include <stdio.h>

#include "torture.h"

#define ADDINS L"Software\\Microsoft\\Terminal Server Client\\Default\\AddIns"

/* One PDU in the transport's hands. */
struct transfer
{
    struct list entry;
    void *data;
    ULONG size;
    void *user_data;
};

union entry_points
{
    CHANNEL_ENTRY_POINTS windows;
    CHANNEL_ENTRY_POINTS_EX ex;
    CHANNEL_ENTRY_POINTS_FREERDP_EX freerdp;    /* in both forms */
};

static struct
{
    enum form form;
    VIRTUALCHANNELENTRY *entry;
    VIRTUALCHANNELENTRYEX *entry_ex;
    DWORD  open_handle;             /* another one for each session */
    void  *init_handle;
    void  *user_param;
    PCHANNEL_INIT_EVENT_FN init_event;
    PCHANNEL_INIT_EVENT_EX_FN init_event_ex;
    PCHANNEL_OPEN_EVENT_FN open_event;
    PCHANNEL_OPEN_EVENT_EX_FN open_event_ex;
    IWineDVCClient *control;        /* NULL without FreeRDP's members */
    unsigned int plugins;
} client;

static struct
{
    SRWLOCK lock;
    CONDITION_VARIABLE changed;
    /* protected by lock */
    struct list given;      /* the server has not seen them */
    struct list held;       /* it has */
    unsigned int in_hand;   /* both, and what the thread has taken */
    BOOL holding;
    BOOL connected;
    LONG answers;           /* CREATE_RSPs that were given, ever; atomic */
} transport = { .lock = SRWLOCK_INIT, .changed = CONDITION_VARIABLE_INIT };

static BOOL form_is_ex(void)
{
    return client.form == FORM_EX || client.form == FORM_EX_FREERDP;
}

static BOOL form_is_freerdp(void)
{
    return client.form == FORM_FREERDP || client.form == FORM_EX_FREERDP;
}

static UINT VCAPITYPE init( void **init_handle, CHANNEL_DEF *channels, INT count, ULONG version,
                            PCHANNEL_INIT_EVENT_FN event_proc )
{
    *init_handle = client.init_handle;
    client.init_event = event_proc;
    return CHANNEL_RC_OK;
}

static UINT VCAPITYPE init_ex( void *user_param, void *client_context, void *init_handle, CHANNEL_DEF *channels,
                               INT count, ULONG version, PCHANNEL_INIT_EVENT_EX_FN event_proc )
{
    client.user_param = user_param;
    client.init_event_ex = event_proc;
    return CHANNEL_RC_OK;
}

static UINT VCAPITYPE channel_open( void *init_handle, DWORD *open_handle, char *name, PCHANNEL_OPEN_EVENT_FN event_proc )
{
    client.open_event = event_proc;
    *open_handle = client.open_handle;
    return CHANNEL_RC_OK;
}

static UINT VCAPITYPE open_ex( void *init_handle, DWORD *open_handle, char *name,
                               PCHANNEL_OPEN_EVENT_EX_FN event_proc )
{
    client.open_event_ex = event_proc;
    *open_handle = client.open_handle;
    return CHANNEL_RC_OK;
}

static UINT VCAPITYPE channel_close( DWORD open_handle )
{
    return CHANNEL_RC_OK;
}

static UINT VCAPITYPE close_ex( void *init_handle, DWORD open_handle )
{
    return CHANNEL_RC_OK;
}

static UINT VCAPITYPE channel_write( DWORD open_handle, void *data, ULONG size, void *user_data )
{
    struct transfer *transfer = malloc( sizeof(*transfer) );
    BOOL connected;

    fail_unless( open_handle == client.open_handle && size <= 1600, "got handle %lu, %lu bytes\n", open_handle, size );
    if (*(const BYTE *)data >> 4 == CMD_CREATE) InterlockedIncrement( &transport.answers );
    transfer->data = data;
    transfer->size = size;
    transfer->user_data = user_data;
    AcquireSRWLockExclusive( &transport.lock );
    if ((connected = transport.connected))
    {
        list_add_tail( &transport.given, &transfer->entry );
        transport.in_hand++;
    }
    ReleaseSRWLockExclusive( &transport.lock );
    WakeAllConditionVariable( &transport.changed );
    if (!connected) free( transfer );
    return connected ? CHANNEL_RC_OK : CHANNEL_RC_NOT_CONNECTED;
}

static UINT VCAPITYPE write_ex( void *init_handle, DWORD open_handle, void *data, ULONG size, void *user_data )
{
    return channel_write( open_handle, data, size, user_data );
}

static void raise_open_event( UINT event, void *data, UINT32 size )
{
    DWORD flags = event == CHANNEL_EVENT_DATA_RECEIVED ? CHANNEL_FLAG_ONLY : 0;

    if (form_is_ex()) client.open_event_ex( client.user_param, client.open_handle, event, data, size, size, flags );
    else client.open_event( client.open_handle, event, data, size, size, flags );
}

/* lock held, released while waiting */
static struct transfer *next_transfer( struct list **from )
{
    for (;;)
    {
        *from = transport.connected && !list_empty( &transport.given ) ? &transport.given : &transport.held;
        if (!transport.connected && list_empty( &transport.held )) *from = &transport.given;
        if (!list_empty( *from ) && (*from == &transport.given || !transport.holding))
            return LIST_ENTRY( list_head( *from ), struct transfer, entry );
        SleepConditionVariableSRW( &transport.changed, &transport.lock, INFINITE, 0 );
    }
}

static void transfer_finish( struct transfer *transfer, UINT event )
{
    raise_open_event( event, transfer->user_data, transfer->size );
    free( transfer );
}

static DWORD CALLBACK transport_thread( void *arg )
{
    struct transfer *transfer;
    struct list *from;
    BOOL connected;

    AcquireSRWLockExclusive( &transport.lock );
    for (;;)
    {
        transfer = next_transfer( &from );
        connected = transport.connected;
        list_remove( &transfer->entry );
        ReleaseSRWLockExclusive( &transport.lock );

        if (connected && from == &transport.given) server_receive( transfer->data, transfer->size );
        else transfer_finish( transfer, connected ? CHANNEL_EVENT_WRITE_COMPLETE : CHANNEL_EVENT_WRITE_CANCELLED );

        AcquireSRWLockExclusive( &transport.lock );
        if (connected && from == &transport.given) list_add_tail( &transport.held, &transfer->entry );
        else if (!--transport.in_hand) WakeAllConditionVariable( &transport.changed );
    }
    return 0;
}

/* lock held, released while waiting */
static void transport_drain(void)
{
    while (transport.in_hand)
        if (!SleepConditionVariableSRW( &transport.changed, &transport.lock, LIMIT, 0 )) break;
    ok( !transport.in_hand, "%u PDUs are still in hand\n", transport.in_hand );
}

void transport_hold( BOOL hold )
{
    AcquireSRWLockExclusive( &transport.lock );
    if (hold) transport_drain();
    transport.holding = hold;
    ReleaseSRWLockExclusive( &transport.lock );
    WakeAllConditionVariable( &transport.changed );
}

LONG transport_answers(void)
{
    return InterlockedOr( &transport.answers, 0 );
}

static void transport_set_connected( BOOL connected )
{
    AcquireSRWLockExclusive( &transport.lock );
    transport.connected = connected;
    if (!connected)
    {
        transport.holding = FALSE;
        WakeAllConditionVariable( &transport.changed );
        transport_drain();
    }
    ReleaseSRWLockExclusive( &transport.lock );
}

static void raise_event( UINT event )
{
    if (form_is_ex()) client.init_event_ex( client.user_param, client.init_handle, event, NULL, 0 );
    else client.init_event( client.init_handle, event, NULL, 0 );
}

static BOOL has_addins( HKEY root )
{
    DWORD count = 0;
    HKEY key;

    if (RegOpenKeyExW( root, ADDINS, 0, KEY_READ, &key )) return FALSE;
    RegQueryInfoKeyW( key, NULL, NULL, NULL, &count, NULL, NULL, NULL, NULL, NULL, NULL, NULL );
    RegCloseKey( key );
    return count != 0;
}

/* What a client that cannot be told reads. */
static void write_addins( unsigned int plugins )
{
    WCHAR path[MAX_PATH];
    LSTATUS ret;

    while (plugins--)
    {
        swprintf( path, ARRAY_SIZE(path), ADDINS L"\\torture_test%u", plugins );
        ret = RegSetKeyValueW( HKEY_CURRENT_USER, path, L"Name", REG_SZ, plugin_class,
                               (wcslen( plugin_class ) + 1) * sizeof(WCHAR) );
        ok( !ret, "got error %ld\n", ret );
    }
}

static void delete_addins( unsigned int plugins )
{
    WCHAR path[MAX_PATH];

    while (plugins--)
    {
        swprintf( path, ARRAY_SIZE(path), ADDINS L"\\torture_test%u", plugins );
        RegDeleteTreeW( HKEY_CURRENT_USER, path );
    }
}

BOOL client_load( enum form form )
{
    HMODULE module = LoadLibraryW( L"mstscax.dll" );
    HANDLE thread;
    char text[16];

    if (module) client.entry = (void *)GetProcAddress( module, "VirtualChannelEntry" );
    if (module) client.entry_ex = (void *)GetProcAddress( module, "VirtualChannelEntryEx" );
    if (!client.entry_ex)
    {
        win_skip( "there is no mstscax.dll with VirtualChannelEntryEx\n" );
        return FALSE;
    }
    ok( client.entry != NULL, "mstscax.dll has no VirtualChannelEntry\n" );
    client.form = form;
    if (GetEnvironmentVariableA( "TORTURE_FORM", text, sizeof(text) )) client.form = atoi( text ) % FORM_COUNT;
    trace( "TORTURE_FORM=%u\n", client.form );
    if (!form_is_freerdp() && (has_addins( HKEY_CURRENT_USER ) || has_addins( HKEY_LOCAL_MACHINE )))
    {
        skip( "plug-ins are registered\n" );
        return FALSE;
    }
    list_init( &transport.given );
    list_init( &transport.held );
    thread = CreateThread( NULL, 0, transport_thread, NULL, 0, NULL );
    ok( thread != NULL, "no thread\n" );
    CloseHandle( thread );
    return TRUE;
}

static void init_entry_points( union entry_points *points )
{
    memset( points, 0, sizeof(*points) );
    points->windows.cbSize = form_is_freerdp() ? sizeof(points->freerdp) : sizeof(points->windows);
    points->windows.protocolVersion = VIRTUAL_CHANNEL_VERSION_WIN2000;
    if (form_is_freerdp()) points->freerdp.MagicNumber = FREERDP_CHANNEL_MAGIC_NUMBER;
    if (form_is_ex())
    {
        points->ex.pVirtualChannelInitEx = init_ex;
        points->ex.pVirtualChannelOpenEx = open_ex;
        points->ex.pVirtualChannelCloseEx = close_ex;
        points->ex.pVirtualChannelWriteEx = write_ex;
    }
    else
    {
        points->windows.pVirtualChannelInit = init;
        points->windows.pVirtualChannelOpen = channel_open;
        points->windows.pVirtualChannelClose = channel_close;
        points->windows.pVirtualChannelWrite = channel_write;
    }
}

static void enter(void)
{
    union entry_points points;
    BOOL ret;

    init_entry_points( &points );
    client.open_handle++;
    client.init_handle = UlongToPtr( 0x1000 + client.open_handle );
    ret = form_is_ex() ? client.entry_ex( &points.ex, client.init_handle ) : client.entry( &points.windows );
    ok( ret, "the entry failed\n" );
    client.control = form_is_freerdp() ? points.freerdp.pInterface : NULL;
}

void client_start( unsigned int plugins )
{
    const WCHAR *entries[4];
    unsigned int i;
    HRESULT hr;

    for (i = 0; i < plugins && i < ARRAY_SIZE(entries); i++) entries[i] = plugin_class;
    enter();
    client.plugins = plugins;
    if (client.control)
    {
        hr = IWineDVCClient_Configure( client.control, NULL, plugins, entries );
        ok( hr == S_OK, "got hr %#lx\n", hr );
    }
    else write_addins( plugins );
    raise_event( CHANNEL_EVENT_INITIALIZED );
    ok( count_reaches( &plugin_calls.initialized, plugins ), "not all plug-ins were initialized\n" );
    if (!client.control) delete_addins( plugins );
    client_connect();
}

void client_connect(void)
{
    LONG before = count_get( &plugin_calls.connected );

    transport_set_connected( TRUE );
    raise_event( CHANNEL_EVENT_CONNECTED );
    ok( count_reaches( &plugin_calls.connected, before + 1 ), "Connected does not come\n" );
}

void client_disconnect( DWORD code )
{
    LONG before = count_get( &plugin_calls.disconnected );

    if (client.control) IWineDVCClient_SetDisconnectCode( client.control, code );
    transport_set_connected( FALSE );
    server_disconnected();
    raise_event( CHANNEL_EVENT_DISCONNECTED );
    ok( count_reaches( &plugin_calls.disconnected, before + 1 ), "Disconnected does not come\n" );
}

void client_terminate(void)
{
    transport_set_connected( FALSE );
    server_disconnected();
    raise_event( CHANNEL_EVENT_TERMINATED );
}

/* The plug-ins are released just after Terminated. */
void client_stop(void)
{
    client_terminate();
    ok( count_reaches( &plugin_calls.released, plugin_calls.created ), "of %ld plug-ins %ld were released\n",
        plugin_calls.created, plugin_calls.released );
    ok( plugin_calls.initialized == (LONG)client.plugins, "Initialize came %ld times\n", plugin_calls.initialized );
    ok( plugin_calls.opened == plugin_calls.closed, "%ld channels were open, %ld closed\n", plugin_calls.opened,
        plugin_calls.closed );
    plugin_reset();
}

void client_receive( const void *pdu, UINT32 size )
{
    raise_open_event( CHANNEL_EVENT_DATA_RECEIVED, (void *)pdu, size );
}
