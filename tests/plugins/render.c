/*
 * A plug-in that draws where the server says
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

/*
 * It listens on WineDVC::NAME, with the name of its file, and does what each message says:
 *
 *   map ID          asks for the renderer of that mapping. "map HRESULT"; from then on "size WIDTH HEIGHT" comes with each
 *                   size that it is told
 *   draw SEED       draws a pattern that has this size and SEED as red (see pattern). "draw HRESULT"
 *   flip SEED       the same, with the lowest line first, and with a gap between lines
 *   wrong           draws pictures that are not of this size, or not complete; the text has the HRESULT of each
 *   drawn COUNT     answers when so many pictures were drawn or dropped: "drawn DELIVERED DROPPED"
 *   ended           answers when a picture is refused: "ended HRESULT DELIVERED DROPPED"
 *   remove          removes the mapping. "remove HRESULT"
 *   fill NUMBER     maps all mappings that a renderer can be had for, from that one on. "fill COUNT"
 *   swap NUMBER     removes these, and then does the same. "swap COUNT"
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "static_listener.h"
#include "static_name.h"

#define LIMIT 20000 /* milliseconds */
#define MAX_FILLED 100

static IWTSBitmapRenderService *service;
static IWTSBitmapRenderer *renderer;
static IWTSBitmapRenderer *filled[MAX_FILLED];
static IWTSVirtualChannel *opened;
static RECT target;

static HRESULT answer( const char *text )
{
    return IWTSVirtualChannel_Write( opened, strlen( text ), (BYTE *)text, NULL );
}

static HRESULT STDMETHODCALLTYPE target_QueryInterface( IWTSBitmapRendererCallback *iface, REFIID iid, void **out )
{
    *out = NULL;
    if (!IsEqualGUID( iid, &IID_IUnknown ) && !IsEqualGUID( iid, &IID_IWTSBitmapRendererCallback )) return E_NOINTERFACE;
    *out = iface;
    return S_OK;
}

static ULONG STDMETHODCALLTYPE target_AddRef( IWTSBitmapRendererCallback *iface )
{
    return 2;
}

static ULONG STDMETHODCALLTYPE target_Release( IWTSBitmapRendererCallback *iface )
{
    return 1;
}

static HRESULT STDMETHODCALLTYPE target_OnTargetSizeChanged( IWTSBitmapRendererCallback *iface, RECT size )
{
    char text[64];

    target = size;
    sprintf( text, "size %ld %ld", size.right - size.left, size.bottom - size.top );
    return answer( text );
}

static IWTSBitmapRendererCallbackVtbl target_vtbl =
{
    target_QueryInterface,
    target_AddRef,
    target_Release,
    target_OnTargetSizeChanged,
};

static IWTSBitmapRendererCallback target_callback = { &target_vtbl };

/* As tests/screen knows it. */
static DWORD pattern( DWORD x, DWORD y, BYTE seed )
{
    return seed << 16 | (BYTE)(5 * y) << 8 | (BYTE)(3 * x);
}

static HRESULT render( DWORD width, DWORD height, LONG stride, DWORD size, BYTE seed )
{
    const DWORD pixels = abs( stride ) / 4;
    static const GUID ignored;
    DWORD *picture = calloc( height, abs( stride ) ), x, y, row;
    HRESULT hr;

    for (y = 0; y < height; y++)
    {
        row = stride < 0 ? height - 1 - y : y;
        for (x = 0; x < pixels; x++) picture[row * pixels + x] = x < width ? pattern( x, y, seed ) : ~0u;
    }
    hr = renderer->lpVtbl->Render( renderer, ignored, width, height, stride, size, (BYTE *)picture );
    free( picture );
    return hr;
}

/* COM carries no more of a picture than its size says, so one that is not complete ends with it. */
static void render_wrong( char *text )
{
    const DWORD width = target.right, height = target.bottom;
    BITMAP_RENDERER_STATISTICS statistics = { 0 };

    sprintf( text, "wrong %#lx %#lx %#lx %#lx %#lx", render( width + 1, height, 4 * (width + 1), 4 * (width + 1) * height, 0 ),
             render( width, height - 1, 4 * width, 4 * width * (height - 1), 0 ),
             render( width, height, 4 * width - 4, (4 * width - 4) * height, 0 ),
             render( width, height, 4 * width, 4 * width * height - 1, 0 ),
             render( width, height, -4 * (LONG)width, 4 * width * height - 1, 0 ) );
    renderer->lpVtbl->GetRendererStatistics( renderer, &statistics );
    sprintf( text + strlen( text ), " %lu", statistics.dwFramesDelivered + statistics.dwFramesDropped );
}

static void wait_drawn( char *text, DWORD count )
{
    const ULONGLONG end = GetTickCount64() + LIMIT;
    BITMAP_RENDERER_STATISTICS statistics = { 0 };

    do
    {
        renderer->lpVtbl->GetRendererStatistics( renderer, &statistics );
        if (statistics.dwFramesDelivered + statistics.dwFramesDropped >= count) break;
        Sleep( 10 );
    }
    while (GetTickCount64() < end);
    sprintf( text, "drawn %lu %lu", statistics.dwFramesDelivered, statistics.dwFramesDropped );
}

static void wait_ended( char *text )
{
    const LONG width = target.right, height = target.bottom;
    const ULONGLONG end = GetTickCount64() + LIMIT;
    BITMAP_RENDERER_STATISTICS statistics = { 0 };
    HRESULT hr;

    /* while it has not ended, one of another size is refused for that */
    while ((hr = render( width + 1, height, 4 * (width + 1), 4 * (width + 1) * height, 0 )) == E_INVALIDARG &&
           GetTickCount64() < end) Sleep( 10 );
    renderer->lpVtbl->GetRendererStatistics( renderer, &statistics );
    sprintf( text, "ended %#lx %lu %lu", hr, statistics.dwFramesDelivered, statistics.dwFramesDropped );
}

static void map( char *text, UINT64 id )
{
    IWTSBitmapRenderer *mapped = (IWTSBitmapRenderer *)1;
    HRESULT hr = service->lpVtbl->GetMappedRenderer( service, id, &target_callback, &mapped );

    if (SUCCEEDED(hr)) renderer = mapped;
    sprintf( text, "map %#lx %d", hr, mapped != NULL );
}

static unsigned int fill( UINT64 id )
{
    unsigned int count = 0;

    while (count < MAX_FILLED && SUCCEEDED(service->lpVtbl->GetMappedRenderer( service, id + count, &target_callback,
                                                                               &filled[count] ))) count++;
    return count;
}

static void empty( void )
{
    unsigned int i;

    for (i = 0; i < MAX_FILLED && filled[i]; i++)
    {
        filled[i]->lpVtbl->RemoveMapping( filled[i] );
        filled[i]->lpVtbl->Release( filled[i] );
        filled[i] = NULL;
    }
}

/* A size may be told behind the channel's end. */
static void callback_created( struct callback *callback )
{
    opened = callback->channel;
    IWTSVirtualChannel_AddRef( opened );
}

static HRESULT STDMETHODCALLTYPE callback_OnDataReceived( IWTSVirtualChannelCallback *iface, ULONG size, BYTE *message )
{
    const LONG width = target.right, height = target.bottom;
    char what[64] = "", text[128] = "what?";
    unsigned int number = 0;

    memcpy( what, message, min( size, sizeof(what) - 1 ) );
    if (strchr( what, ' ' )) number = strtoul( strchr( what, ' ' ), NULL, 10 );
    if (!strncmp( what, "map", 3 )) map( text, number );
    else if (!strncmp( what, "fill", 4 )) sprintf( text, "fill %u", fill( number ) );
    else if (!strncmp( what, "swap", 4 ))
    {
        empty();
        sprintf( text, "swap %u", fill( number ) );
    }
    else if (!renderer) strcpy( text, "no renderer" );
    else if (!strncmp( what, "drawn", 5 )) wait_drawn( text, number );
    else if (!strncmp( what, "draw", 4 ))
        sprintf( text, "draw %#lx", render( width, height, 4 * width, 4 * width * height, number ) );
    else if (!strncmp( what, "flip", 4 ))
        sprintf( text, "flip %#lx", render( width, height, -4 * width - 8, (4 * width + 8) * height, number ) );
    else if (!strncmp( what, "wrong", 5 )) render_wrong( text );
    else if (!strncmp( what, "ended", 5 )) wait_ended( text );
    else if (!strncmp( what, "remove", 6 )) sprintf( text, "remove %#lx", renderer->lpVtbl->RemoveMapping( renderer ) );
    return answer( text );
}

static HRESULT STDMETHODCALLTYPE callback_OnClose( IWTSVirtualChannelCallback *iface )
{
    if (renderer) renderer->lpVtbl->Release( renderer );
    renderer = NULL;
    empty();
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE plugin_Initialize( IWTSPlugin *iface, IWTSVirtualChannelManager *manager )
{
    IWTSPluginServiceProvider *provider;
    char name[NAME_MAX_SIZE];
    HRESULT hr;

    hr = IWTSVirtualChannelManager_QueryInterface( manager, &IID_IWTSPluginServiceProvider, (void **)&provider );
    if (FAILED(hr)) return hr;
    hr = IWTSPluginServiceProvider_GetService( provider, RDCLIENT_BITMAP_RENDER_SERVICE, (IUnknown **)&service );
    IWTSPluginServiceProvider_Release( provider );
    if (FAILED(hr)) return hr;
    channel_name( name );
    return create_listener( manager, name );
}
