/*
 * Renderers: the plug-in draws, and the transport carries it
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

#include <stdarg.h>

#define COBJMACROS
#include "windef.h"
#include "winbase.h"
#include "ole2.h"
#include "peer.h"
#include "host.h"

/* What the transport is given, or the plug-in is told. */
enum event_kind { MAP, UNMAP, PICTURE, RESIZED, FREED };

struct event
{
    enum event_kind kind;
    UINT32 renderer;
    UINT64 mapping;
    UINT32 width, height;
    BYTE   pixels[64];
};

static struct
{
    HANDLE hang_up, ended;
    HANDLE come;                /* a semaphore */
    SRWLOCK lock;
    struct event events[128];    /* protected by lock */
    unsigned int count;
    unsigned int seen;
    LONG   hold;                /* the transport keeps the next picture's call until go */
    HANDLE go;
    IWTSBitmapRenderService *service;
    IWTSBitmapRenderer *renderers[16];
    UINT32 ids[16];
} test;

static void event_add( const struct event *event )
{
    AcquireSRWLockExclusive( &test.lock );
    if (test.count < ARRAY_SIZE(test.events)) test.events[test.count++] = *event;
    ReleaseSRWLockExclusive( &test.lock );
    ReleaseSemaphore( test.come, 1, NULL );
}

static struct event next_event(void)
{
    struct event event = { .kind = ~0u };

    if (!wait_for( test.come )) return event;
    AcquireSRWLockExclusive( &test.lock );
    event = test.events[test.seen++];
    ReleaseSRWLockExclusive( &test.lock );
    return event;
}

#define ok_event( kind ) ok_event_( __LINE__, kind )
static struct event ok_event_( int line, enum event_kind kind )
{
    struct event event = next_event();

    ok_(__FILE__, line)( event.kind == kind, "got event %d instead of %d\n", event.kind, kind );
    return event;
}

/* Nothing more comes than was asked for. */
#define ok_no_event() ok_no_event_( __LINE__ )
static void ok_no_event_( int line )
{
    AcquireSRWLockExclusive( &test.lock );
    ok_(__FILE__, line)( test.seen == test.count, "got event %d\n", test.events[test.seen].kind );
    ReleaseSRWLockExclusive( &test.lock );
}

/* The callback is released, and the transport told, in either order. */
#define ok_ended( id ) ok_ended_( __LINE__, id )
static void ok_ended_( int line, UINT32 id )
{
    struct event first, second;

    if (wait_for( test.come ) && wait_for( test.come ))
    {
        AcquireSRWLockExclusive( &test.lock );
        first = test.events[test.seen++];
        second = test.events[test.seen++];
        ReleaseSRWLockExclusive( &test.lock );
        if (first.kind == UNMAP) ok_(__FILE__, line)( first.renderer == id && second.kind == FREED, "it does not end\n" );
        else ok_(__FILE__, line)( first.kind == FREED && second.kind == UNMAP && second.renderer == id, "it does not end\n" );
    }
    else ok_(__FILE__, line)( FALSE, "it does not end\n" );
}

/* The transport */

static HRESULT STDMETHODCALLTYPE host_Read( IWineDVCHost *iface )
{
    wait_for( test.hang_up );
    raise_event( CHANNEL_EVENT_TERMINATED );
    SetEvent( test.ended );
    return E_ABORT;
}

static HRESULT STDMETHODCALLTYPE host_Write( IWineDVCHost *iface, UINT32 connection, BYTE *pdus, UINT32 count,
                                             const UINT16 *sizes, void *write )
{
    ok( count == 1, "got %u PDUs\n", count );
    keep_pdu( pdus, *sizes, write );
    return IWineDVCClient_Complete( session.client, write, *sizes );
}

static HRESULT STDMETHODCALLTYPE host_MapRenderer( IWineDVCHost *iface, UINT32 renderer, UINT64 mapping )
{
    const struct event event = { .kind = MAP, .renderer = renderer, .mapping = mapping };

    event_add( &event );
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE host_UnmapRenderer( IWineDVCHost *iface, UINT32 renderer )
{
    const struct event event = { .kind = UNMAP, .renderer = renderer };

    event_add( &event );
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE host_SendPicture( IWineDVCHost *iface, UINT32 renderer, UINT32 width, UINT32 height,
                                                   const BYTE *pixels )
{
    struct event event = { .kind = PICTURE, .renderer = renderer, .width = width, .height = height };

    memcpy( event.pixels, pixels, min( sizeof(event.pixels), 4 * width * height ) );
    event_add( &event );
    if (InterlockedExchange( &test.hold, FALSE )) wait_for( test.go );
    return S_OK;
}

/* The plug-in's */

struct size_callback
{
    IWTSBitmapRendererCallback IWTSBitmapRendererCallback_iface;
    LONG ref;
};

static HRESULT STDMETHODCALLTYPE size_QueryInterface( IWTSBitmapRendererCallback *iface, REFIID riid, void **out )
{
    *out = NULL;
    return E_NOINTERFACE;
}

static ULONG STDMETHODCALLTYPE size_AddRef( IWTSBitmapRendererCallback *iface )
{
    return InterlockedIncrement( &CONTAINING_RECORD( iface, struct size_callback, IWTSBitmapRendererCallback_iface )->ref );
}

static ULONG STDMETHODCALLTYPE size_Release( IWTSBitmapRendererCallback *iface )
{
    static const struct event event = { .kind = FREED };
    ULONG ref = InterlockedDecrement( &CONTAINING_RECORD( iface, struct size_callback,
                                                          IWTSBitmapRendererCallback_iface )->ref );
    if (!ref) event_add( &event );
    return ref;
}

static HRESULT STDMETHODCALLTYPE size_OnTargetSizeChanged( IWTSBitmapRendererCallback *iface, RECT size )
{
    const struct event event = { .kind = RESIZED, .width = size.right, .height = size.bottom };

    ok( !size.left && !size.top, "the size begins at %ld, %ld\n", size.left, size.top );
    event_add( &event );
    return S_OK;
}

static const IWTSBitmapRendererCallbackVtbl size_vtbl = { size_QueryInterface, size_AddRef, size_Release,
                                                          size_OnTargetSizeChanged };

/* The plug-in keeps no reference of it. */
#define map( mapping, expected ) map_( __LINE__, mapping, expected )
static IWTSBitmapRenderer *map_( int line, UINT64 mapping, HRESULT expected )
{
    static struct size_callback callbacks[100];
    static unsigned int used;
    struct size_callback *callback = &callbacks[used++ % ARRAY_SIZE(callbacks)];
    IWTSBitmapRenderer *renderer = (IWTSBitmapRenderer *)0xdeadbeef;
    HRESULT hr;

    callback->IWTSBitmapRendererCallback_iface.lpVtbl = (IWTSBitmapRendererCallbackVtbl *)&size_vtbl;
    hr = IWTSBitmapRenderService_GetMappedRenderer( test.service, mapping, &callback->IWTSBitmapRendererCallback_iface,
                                                    &renderer );
    ok_(__FILE__, line)( hr == expected, "got hr %#lx\n", hr );
    ok_(__FILE__, line)( SUCCEEDED(hr) == (renderer != NULL), "got renderer %p\n", renderer );
    if (FAILED(hr)) ok_event_( line, FREED );
    return renderer;
}

#define ok_map( mapping, id ) ok_map_( __LINE__, mapping, id )
static IWTSBitmapRenderer *ok_map_( int line, UINT64 mapping, UINT32 *id )
{
    IWTSBitmapRenderer *renderer = map_( line, mapping, S_OK );
    struct event event = ok_event_( line, MAP );

    ok_(__FILE__, line)( event.mapping == mapping, "got mapping %I64u\n", event.mapping );
    *id = event.renderer;
    return renderer;
}

static void target( UINT32 id, UINT32 width, UINT32 height )
{
    struct event event;

    IWineDVCClient_SetTarget( session.client, id, width, height );
    event = ok_event( RESIZED );
    ok( event.width == width && event.height == height, "the size is %u x %u\n", event.width, event.height );
}

#define ok_render( renderer, width, height, stride, size, data, expected ) \
    ok_render_( __LINE__, renderer, width, height, stride, size, data, expected )
static void ok_render_( int line, IWTSBitmapRenderer *renderer, DWORD width, DWORD height, LONG stride, DWORD size,
                        const void *data, HRESULT expected )
{
    static const GUID ignored;
    HRESULT hr = IWTSBitmapRenderer_Render( renderer, ignored, width, height, stride, size, (BYTE *)data );

    ok_(__FILE__, line)( hr == expected, "got hr %#lx\n", hr );
}

#define ok_statistics( renderer, delivered, dropped ) ok_statistics_( __LINE__, renderer, delivered, dropped )
static void ok_statistics_( int line, IWTSBitmapRenderer *renderer, DWORD delivered, DWORD dropped )
{
    BITMAP_RENDERER_STATISTICS statistics = { ~0u, ~0u };
    HRESULT hr = IWTSBitmapRenderer_GetRendererStatistics( renderer, &statistics );

    ok_(__FILE__, line)( hr == S_OK, "got hr %#lx\n", hr );
    ok_(__FILE__, line)( statistics.dwFramesDelivered == delivered && statistics.dwFramesDropped == dropped,
                         "%lu were delivered, %lu dropped\n", statistics.dwFramesDelivered, statistics.dwFramesDropped );
}

/* A session that has renderers */

static void start(void)
{
    static const struct step steps[] = { { INITIALIZE, .act = listen_on_test }, { .kind = CONNECTED } };
    IWTSPluginServiceProvider *provider;

    test.count = test.seen = 0;
    play( steps );
    create_client( &host_iface, peer.plugin_file );
    raise_event( CHANNEL_EVENT_CONNECTED );
    ok_played();
    IWTSVirtualChannelManager_QueryInterface( script.manager, &IID_IWTSPluginServiceProvider, (void **)&provider );
    IWTSPluginServiceProvider_GetService( provider, RDCLIENT_BITMAP_RENDER_SERVICE, (IUnknown **)&test.service );
    IWTSPluginServiceProvider_Release( provider );
    map( 7, E_MAPPEDRENDERER_SHUTDOWN );
    IWineDVCClient_SetRendering( session.client, TRUE );
}

static void stop(void)
{
    static const struct step steps[] =
    {
        { .kind = DISCONNECTED }, { .kind = TERMINATED }, { LISTENER_CALLBACK_FREED, .flags = UNORDERED },
        { .kind = PLUGIN_FREED },
    };

    play( steps );
    SetEvent( test.hang_up );
    ok_played();
    ok( wait_for( test.ended ), "the session does not end\n" );
}

static const DWORD picture[6] = { 1, 2, 3, 4, 5, 6 }, other[6] = { 11, 12, 13, 14, 15, 16 };

#define ok_picture( id, pixels ) ok_picture_( __LINE__, id, pixels )
static void ok_picture_( int line, UINT32 id, const DWORD *pixels )
{
    struct event event = ok_event_( line, PICTURE );

    ok_(__FILE__, line)( event.renderer == id && event.width == 3 && event.height == 2, "it is of %u, %u x %u\n",
                         event.renderer, event.width, event.height );
    ok_(__FILE__, line)( !memcmp( event.pixels, pixels, sizeof(picture) ), "it is another one\n" );
}

/* documented: a picture has the size that the plug-in was told last, its format does not matter; ours: lines may lie further
 * apart, or upside down; what is not complete is refused */
static void test_Render(void)
{
    static const DWORD apart[] = { 1, 2, 3, 0, 0, 4, 5, 6, 0, 0 }, upside_down[] = { 4, 5, 6, 0, 1, 2, 3, 0 };
    IWTSBitmapRenderer *renderer;
    UINT32 id;

    start();
    renderer = ok_map( 7, &id );
    ok_render( renderer, 3, 2, 12, 24, picture, E_INVALIDARG );
    ok_render( renderer, 0, 0, 0, 0, picture, E_INVALIDARG );
    target( id, 3, 2 );
    ok_render( renderer, 3, 2, 12, 24, NULL, E_POINTER );
    ok_render( renderer, 2, 3, 12, 36, picture, E_INVALIDARG );
    ok_render( renderer, 3, 1, 12, 24, picture, E_INVALIDARG );
    ok_render( renderer, 3, 2, 11, 24, picture, E_INVALIDARG );
    ok_render( renderer, 3, 2, -11, 24, picture, E_INVALIDARG );
    ok_render( renderer, 3, 2, 0, 24, picture, E_INVALIDARG );
    ok_render( renderer, 3, 2, 12, 23, picture, E_INVALIDARG );
    ok_render( renderer, 3, 2, MINLONG, 24, picture, E_INVALIDARG );
    ok_render( renderer, 3, 2, MAXLONG, 24, picture, E_INVALIDARG );
    ok( IWTSBitmapRenderer_GetRendererStatistics( renderer, NULL ) == E_POINTER, "it has no pointer\n" );
    ok_no_event();

    ok_render( renderer, 3, 2, 12, 24, picture, S_OK );
    ok_picture( id, picture );
    IWineDVCClient_PictureDone( session.client, id, TRUE );
    ok_render( renderer, 3, 2, 20, 32, apart, S_OK );
    ok_picture( id, picture );
    IWineDVCClient_PictureDone( session.client, id, TRUE );
    ok_render( renderer, 3, 2, -16, 28, upside_down, S_OK );
    ok_picture( id, picture );
    IWineDVCClient_PictureDone( session.client, id, FALSE );
    ok_statistics( renderer, 2, 1 );
    IWTSBitmapRenderer_Release( renderer );
    ok_ended( id );
    stop();
}

/* ours: one picture is on its way at a time, and of those that wait the last counts */
static void test_newest_picture(void)
{
    IWTSBitmapRenderer *renderer, *second;
    UINT32 id, second_id;

    start();
    renderer = ok_map( 7, &id );
    target( id, 3, 2 );
    ok_render( renderer, 3, 2, 12, 24, picture, S_OK );
    ok_picture( id, picture );
    ok_render( renderer, 3, 2, 12, 24, picture, S_OK );
    ok_render( renderer, 3, 2, 12, 24, picture, S_OK );
    ok_render( renderer, 3, 2, 12, 24, other, S_OK );
    ok_statistics( renderer, 0, 2 );
    second = ok_map( 8, &second_id ); /* whose turn comes behind that of what is to be sent */
    IWTSBitmapRenderer_Release( second );
    ok_ended( second_id );
    ok_no_event();
    IWineDVCClient_PictureDone( session.client, id, TRUE );
    ok_picture( id, other );
    ok_statistics( renderer, 1, 2 );

    /* one that waits and has another size by then is dropped, one on its way is the transport's */
    ok_render( renderer, 3, 2, 12, 24, picture, S_OK );
    target( id, 2, 3 );
    ok_statistics( renderer, 1, 3 );
    target( id, 3, 2 );
    IWineDVCClient_PictureDone( session.client, id, FALSE );
    ok_statistics( renderer, 1, 4 );
    ok_render( renderer, 3, 2, 12, 24, other, S_OK );
    ok_picture( id, other );

    /* documented: nothing is drawn after that; ours: what waits is dropped, and the renderer counts on */
    ok_render( renderer, 3, 2, 12, 24, picture, S_OK );
    ok( IWTSBitmapRenderer_RemoveMapping( renderer ) == S_OK, "the mapping is not removed\n" );
    ok( IWTSBitmapRenderer_RemoveMapping( renderer ) == E_MAPPEDRENDERER_SHUTDOWN, "it is removed twice\n" );
    ok_ended( id );
    IWineDVCClient_PictureDone( session.client, id, TRUE );
    IWineDVCClient_SetTarget( session.client, id, 3, 2 );
    ok_render( renderer, 3, 2, 12, 24, picture, E_MAPPEDRENDERER_SHUTDOWN );
    ok_statistics( renderer, 1, 5 );
    IWTSBitmapRenderer_Release( renderer );
    ok_no_event();
    stop();
}

/* documented: the errors; ours: how many there may be, and that a plug-in may release too often */
static void test_mapping(void)
{
    IWTSBitmapRenderer *renderers[16], *renderer;
    UINT32 ids[16], id;
    unsigned int i;

    start();
    for (i = 0; i < ARRAY_SIZE(renderers); i++) renderers[i] = ok_map( 100 + i, &ids[i] );
    map( 103, E_DUPLICATE_WINDOW_HINT );
    map( 200, HRESULT_FROM_WIN32( ERROR_NO_SYSTEM_RESOURCES ) );
    for (i = 1; i < ARRAY_SIZE(renderers); i++) ok( ids[i] != ids[i - 1], "two have the number %u\n", ids[i] );

    /* the mapping is gone */
    target( ids[3], 3, 2 );
    ok_render( renderers[3], 3, 2, 12, 24, picture, S_OK );
    ok_picture( ids[3], picture );
    IWineDVCClient_SetTarget( session.client, ids[3], 0, 0 );
    ok_event( FREED );
    ok_render( renderers[3], 3, 2, 12, 24, picture, E_MAPPEDRENDERER_SHUTDOWN );
    ok( IWTSBitmapRenderer_RemoveMapping( renderers[3] ) == E_MAPPEDRENDERER_SHUTDOWN, "it can be removed\n" );
    renderer = ok_map( 103, &id );
    ok( id != ids[3], "it has the number of the one before it\n" );
    IWTSBitmapRenderer_Release( renderer );
    ok_ended( id );
    IWTSBitmapRenderer_Release( renderer );
    IWTSBitmapRenderer_Release( renderers[3] );
    ok_no_event();

    /* the connection ends, and with it all others */
    disconnect( 0 );
    for (i = 0; i < 2 * (ARRAY_SIZE(renderers) - 1); i++) wait_for( test.come );
    ok( test.count == test.seen + i, "%u callbacks are released, and renderers unmapped\n", test.count - test.seen );
    test.seen = test.count;
    ok_render( renderers[0], 3, 2, 12, 24, picture, E_MAPPEDRENDERER_SHUTDOWN );
    map( 7, E_MAPPEDRENDERER_SHUTDOWN );
    {
        static const struct step steps[] = { { .kind = CONNECTED } };

        play( steps );
        raise_event( CHANNEL_EVENT_CONNECTED );
        ok_played();
    }
    map( 7, E_MAPPEDRENDERER_SHUTDOWN );
    IWineDVCClient_SetRendering( session.client, TRUE );
    ok_map( 7, &id );
    IWineDVCClient_SetRendering( session.client, FALSE );
    for (i = 0; i < 2; i++) wait_for( test.come );
    test.seen = test.count;
    map( 7, E_MAPPEDRENDERER_SHUTDOWN );
    stop();
}

static void map_all(void)
{
    unsigned int i;

    for (i = 0; i < ARRAY_SIZE(test.renderers); i++) test.renderers[i] = ok_map( 100 + i, &test.ids[i] );
}

/* They end with the session. */
static void stop_all(void)
{
    unsigned int i;

    stop();
    for (i = 0; i < 2 * ARRAY_SIZE(test.renderers); i++) wait_for( test.come );
}

/* ours: the transport, which counts as well, hears that a renderer is gone before it hears of the one in its place */
static void test_replacement(void)
{
    struct event event;

    start();
    map_all();
    target( test.ids[0], 3, 2 );
    test.hold = TRUE;
    ok_render( test.renderers[0], 3, 2, 12, 24, picture, S_OK );
    ok_picture( test.ids[0], picture );
    ok( IWTSBitmapRenderer_RemoveMapping( test.renderers[0] ) == S_OK, "the mapping is not removed\n" );
    ok_event( FREED );
    map( 300, S_OK );
    target( test.ids[1], 3, 2 );    /* which would come behind it */
    SetEvent( test.go );
    event = ok_event( UNMAP );
    ok( event.renderer == test.ids[0], "it is of %u\n", event.renderer );
    event = ok_event( MAP );
    ok( event.mapping == 300, "got mapping %I64u\n", event.mapping );
    stop_all();
}

#define REPLACED 9

static void replace_some( struct call *call )
{
    unsigned int i;

    for (i = 0; i < REPLACED; i++)
        ok( IWTSBitmapRenderer_RemoveMapping( test.renderers[i] ) == S_OK, "mapping %u is not removed\n", i );
    for (i = 0; i < REPLACED; i++) map( 300 + i, S_OK );
}

/* ours: what a plug-in does inside one call keeps its order */
static void test_replacements(void)
{
    static const struct step steps[] = { { DATA_RECEIVED, 1, .act = replace_some } };
    unsigned int i, unmapped = 0, mapped = 0;
    struct event event;

    start();
    map_all();
    open_channel( 1 );
    play( steps );
    server_writes( 1, "x", 1 );
    ok_played();
    for (i = 0; i < 3 * REPLACED; i++)
    {
        event = next_event();
        if (event.kind == UNMAP)
        {
            ok( event.renderer == test.ids[unmapped], "renderer %u is unmapped\n", event.renderer );
            unmapped++;
        }
        else if (event.kind == MAP)
        {
            ok( unmapped == REPLACED, "one is mapped when %u are unmapped\n", unmapped );
            ok( event.mapping == 300 + mapped, "mapping %I64u is mapped\n", event.mapping );
            mapped++;
        }
        else ok( event.kind == FREED, "got event %d\n", event.kind );
    }
    ok( unmapped == REPLACED && mapped == REPLACED, "%u are unmapped, %u mapped\n", unmapped, mapped );
    close_channel( 1 );
    stop_all();
}

static void run(void)
{
    if (peer.form != FORM_EX_FREERDP) return;
    test_Render();
    test_newest_picture();
    test_mapping();
    test_replacement();
    test_replacements();
}

START_TEST(renderer)
{
    test.hang_up = CreateEventW( NULL, FALSE, FALSE, NULL );
    test.ended = CreateEventW( NULL, FALSE, FALSE, NULL );
    test.go = CreateEventW( NULL, FALSE, FALSE, NULL );
    test.come = CreateSemaphoreW( NULL, 0, ARRAY_SIZE(test.events), NULL );
    host_vtbl.Read = host_Read;
    host_vtbl.Write = host_Write;
    host_vtbl.MapRenderer = host_MapRenderer;
    host_vtbl.UnmapRenderer = host_UnmapRenderer;
    host_vtbl.SendPicture = host_SendPicture;
    run_in_all_forms( run );
}
