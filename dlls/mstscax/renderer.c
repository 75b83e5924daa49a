/*
 * Renderers of plug-ins
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
#include <stdlib.h>
#include <string.h>

#define COBJMACROS
#include "windef.h"
#include "winbase.h"
#include "objbase.h"
#include "tsvirtualchannels.h"

#include "agile.h"
#include "refs.h"
#include "renderer.h"

#include "wine/debug.h"
#include "wine/list.h"

WINE_DEFAULT_DEBUG_CHANNEL(mstscax);

#define MAX_RENDERERS   16
#define BYTES_PER_PIXEL 4

struct renderer
{
    IWTSBitmapRenderer IWTSBitmapRenderer_iface;
    struct refs refs;
    IUnknown *marshaler;
    UINT32  id;
    UINT64  mapping;
    struct queue calls;             /* of the callback */
    struct task call_task, send_task;

    /* protected by lock */
    struct list entry;              /* in renderers, until it ends */
    BOOL    ended;
    IWTSBitmapRendererCallback *callback;   /* until it has ended */
    BOOL    call_queued, send_queued;
    BOOL    mapped, unmapped;       /* the transport was told */
    BOOL    forgotten;              /* it knows */
    UINT32  width, height;          /* of the target; 0 before there is one */
    UINT32  told_width, told_height;
    BYTE   *waiting;                /* the picture that is sent next, of this size; NULL for none */
    BOOL    on_its_way;             /* a picture is in the transport's hands */
    BITMAP_RENDERER_STATISTICS statistics;
};

static SRWLOCK lock = SRWLOCK_INIT;
/* protected by lock */
static struct list renderers = { &renderers, &renderers };
static IWineDVCHost *host;
static struct queue *sends;         /* to the host, which is told of a renderer's end before it is of the next one */
static BOOL possible;
static UINT32 last_id;

static struct renderer *impl_from_IWTSBitmapRenderer( IWTSBitmapRenderer *iface )
{
    return CONTAINING_RECORD( iface, struct renderer, IWTSBitmapRenderer_iface );
}

/* Tasks; the object is never freed */

static void task_stays( struct task *task )
{
}

/* lock held */
static void queue_call( struct renderer *renderer )
{
    if (renderer->call_queued) return;
    renderer->call_queued = TRUE;
    queue_submit( &renderer->calls, &renderer->call_task );
}

/* lock held */
static void queue_send( struct renderer *renderer )
{
    if (renderer->send_queued) return;
    renderer->send_queued = TRUE;
    queue_submit( sends, &renderer->send_task );
}

/* Tells the plug-in the size, if that is another one; or lets go of its callback. */
static void run_call( struct task *task )
{
    struct renderer *renderer = CONTAINING_RECORD( task, struct renderer, call_task );
    IWTSBitmapRendererCallback *callback;
    RECT size = { 0 };
    BOOL ended, changed;

    AcquireSRWLockExclusive( &lock );
    renderer->call_queued = FALSE;
    callback = renderer->callback;
    if ((ended = renderer->ended)) renderer->callback = NULL;
    changed = renderer->width != renderer->told_width || renderer->height != renderer->told_height;
    size.right = renderer->told_width = renderer->width;
    size.bottom = renderer->told_height = renderer->height;
    ReleaseSRWLockExclusive( &lock );
    if (!callback) return;
    if (ended) IWTSBitmapRendererCallback_Release( callback );
    else if (changed) IWTSBitmapRendererCallback_OnTargetSizeChanged( callback, size );
}

/* One picture is in the transport's hands at a time. */
static void run_send( struct task *task )
{
    struct renderer *renderer = CONTAINING_RECORD( task, struct renderer, send_task );
    BOOL map, unmap;
    BYTE *picture = NULL;
    UINT32 width, height;

    AcquireSRWLockExclusive( &lock );
    renderer->send_queued = FALSE;
    if ((map = !renderer->mapped && !renderer->ended)) renderer->mapped = TRUE;
    unmap = renderer->mapped && renderer->ended && !renderer->unmapped && !renderer->forgotten;
    if (unmap) renderer->unmapped = TRUE;
    if (!renderer->ended && !renderer->on_its_way && (picture = renderer->waiting))
    {
        renderer->waiting = NULL;
        renderer->on_its_way = TRUE;
    }
    width = renderer->width;
    height = renderer->height;
    ReleaseSRWLockExclusive( &lock );

    if (map) IWineDVCHost_MapRenderer( host, renderer->id, renderer->mapping );
    if (picture) IWineDVCHost_SendPicture( host, renderer->id, width, height, picture );
    if (unmap) IWineDVCHost_UnmapRenderer( host, renderer->id );
    free( picture );
}

/* lock held */
static void drop_waiting( struct renderer *renderer )
{
    if (renderer->waiting) renderer->statistics.dwFramesDropped++;
    free( renderer->waiting );
    renderer->waiting = NULL;
}

/* lock held */
static void end( struct renderer *renderer )
{
    renderer->ended = TRUE;
    list_remove( &renderer->entry );
    drop_waiting( renderer );
    queue_call( renderer );
}

/* By the plug-in. FALSE if it had ended. */
static BOOL unmap( struct renderer *renderer )
{
    BOOL ended;

    AcquireSRWLockExclusive( &lock );
    if (!(ended = renderer->ended))
    {
        end( renderer );
        queue_send( renderer );
    }
    ReleaseSRWLockExclusive( &lock );
    return !ended;
}

/* IWTSBitmapRenderer */

static HRESULT STDMETHODCALLTYPE renderer_QueryInterface( IWTSBitmapRenderer *iface, REFIID riid, void **out )
{
    TRACE( "iface %p, riid %s, out %p.\n", iface, debugstr_guid( riid ), out );

    return object_query( (IUnknown *)iface, &IID_IWTSBitmapRenderer, &impl_from_IWTSBitmapRenderer( iface )->marshaler,
                         riid, out );
}

static ULONG STDMETHODCALLTYPE renderer_AddRef( IWTSBitmapRenderer *iface )
{
    return refs_add_theirs( &impl_from_IWTSBitmapRenderer( iface )->refs );
}

static ULONG STDMETHODCALLTYPE renderer_Release( IWTSBitmapRenderer *iface )
{
    struct renderer *renderer = impl_from_IWTSBitmapRenderer( iface );
    BOOL died;
    ULONG ref = refs_drop_theirs( &renderer->refs, &died );

    if (died) unmap( renderer );
    return ref;
}

/* Lines lie a stride apart, the first one in memory is the topmost, or, where the stride is less than 0, as in a bitmap
 * that stands on its head, the lowest. */
static BOOL is_complete( UINT32 width, UINT32 height, LONG stride, UINT32 size )
{
    UINT64 distance = stride < 0 ? -(INT64)stride : stride, line = (UINT64)width * BYTES_PER_PIXEL;

    return line <= distance && distance * (height - 1) + line <= size;
}

static BYTE *copy_picture( UINT32 width, UINT32 height, LONG stride, const BYTE *data )
{
    SIZE_T line = (SIZE_T)width * BYTES_PER_PIXEL, distance = stride < 0 ? -(SSIZE_T)stride : stride;
    BYTE *copy = malloc( line * height );
    UINT32 y;

    for (y = 0; copy && y < height; y++)
        memcpy( copy + y * line, data + (stride < 0 ? height - 1 - y : y) * distance, line );
    return copy;
}

/* lock held */
static HRESULT check_size( const struct renderer *renderer, UINT32 width, UINT32 height )
{
    if (renderer->ended) return E_MAPPEDRENDERER_SHUTDOWN;
    return width && height && width == renderer->width && height == renderer->height ? S_OK : E_INVALIDARG;
}

/* A picture that is not sent yet gives way to the next one. */
static HRESULT STDMETHODCALLTYPE renderer_Render( IWTSBitmapRenderer *iface, GUID format, DWORD width, DWORD height,
                                                  LONG stride, DWORD size, BYTE *data )
{
    struct renderer *renderer = impl_from_IWTSBitmapRenderer( iface );
    BYTE *picture;
    HRESULT hr;

    TRACE( "iface %p, format %s, width %lu, height %lu, stride %ld, size %lu, data %p.\n", iface,
           debugstr_guid( &format ), width, height, stride, size, data );

    if (!data) return E_POINTER;
    AcquireSRWLockShared( &lock );
    hr = check_size( renderer, width, height );
    ReleaseSRWLockShared( &lock );
    if (FAILED(hr)) return hr;
    if (!is_complete( width, height, stride, size )) return E_INVALIDARG;
    if (!(picture = copy_picture( width, height, stride, data ))) return E_OUTOFMEMORY;

    AcquireSRWLockExclusive( &lock );
    if (SUCCEEDED(hr = check_size( renderer, width, height )))
    {
        drop_waiting( renderer );
        renderer->waiting = picture;
        if (!renderer->on_its_way) queue_send( renderer );
    }
    ReleaseSRWLockExclusive( &lock );
    if (FAILED(hr)) free( picture );
    return hr;
}

static HRESULT STDMETHODCALLTYPE renderer_GetRendererStatistics( IWTSBitmapRenderer *iface,
                                                                 BITMAP_RENDERER_STATISTICS *statistics )
{
    TRACE( "iface %p, statistics %p.\n", iface, statistics );

    if (!statistics) return E_POINTER;
    AcquireSRWLockShared( &lock );
    *statistics = impl_from_IWTSBitmapRenderer( iface )->statistics;
    ReleaseSRWLockShared( &lock );
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE renderer_RemoveMapping( IWTSBitmapRenderer *iface )
{
    TRACE( "iface %p.\n", iface );

    return unmap( impl_from_IWTSBitmapRenderer( iface ) ) ? S_OK : E_MAPPEDRENDERER_SHUTDOWN;
}

static const IWTSBitmapRendererVtbl renderer_vtbl =
{
    /* IUnknown methods */
    renderer_QueryInterface,
    renderer_AddRef,
    renderer_Release,
    /* IWTSBitmapRenderer methods */
    renderer_Render,
    renderer_GetRendererStatistics,
    renderer_RemoveMapping,
};

/* Life */

void renderers_attach( IWineDVCHost *new_host, struct queue *new_sends )
{
    AcquireSRWLockExclusive( &lock );
    host = new_host;
    sends = new_sends;
    ReleaseSRWLockExclusive( &lock );
}

/* lock held */
static HRESULT check_mapping( UINT64 mapping )
{
    struct renderer *renderer;
    unsigned int count = 0;

    if (!possible) return E_MAPPEDRENDERER_SHUTDOWN;
    LIST_FOR_EACH_ENTRY( renderer, &renderers, struct renderer, entry )
    {
        if (renderer->mapping == mapping) return E_DUPLICATE_WINDOW_HINT;
        count++;
    }
    return count < MAX_RENDERERS ? S_OK : HRESULT_FROM_WIN32( ERROR_NO_SYSTEM_RESOURCES );
}

HRESULT renderer_create( UINT64 mapping, IWTSBitmapRendererCallback *callback, IWTSBitmapRenderer **out )
{
    struct renderer *renderer;
    HRESULT hr;

    if (!(renderer = calloc( 1, sizeof(*renderer) ))) return E_OUTOFMEMORY;
    renderer->IWTSBitmapRenderer_iface.lpVtbl = &renderer_vtbl;
    renderer->mapping = mapping;
    renderer->callback = callback;
    renderer->call_task.what = "IWTSBitmapRendererCallback::OnTargetSizeChanged";
    renderer->call_task.run = run_call;
    renderer->call_task.destroy = task_stays;
    renderer->send_task.run = run_send;
    renderer->send_task.destroy = task_stays;
    refs_add( &renderer->refs );
    refs_add_theirs( &renderer->refs );
    refs_drop( &renderer->refs ); /* the plug-in's last one is the last */
    IWTSBitmapRendererCallback_AddRef( callback );

    AcquireSRWLockExclusive( &lock );
    if (SUCCEEDED(hr = check_mapping( mapping )))
    {
        queue_init( &renderer->calls, sends->executor, NULL );
        renderer->id = ++last_id;
        list_add_tail( &renderers, &renderer->entry );
        queue_send( renderer );
    }
    ReleaseSRWLockExclusive( &lock );
    if (SUCCEEDED(hr)) *out = &renderer->IWTSBitmapRenderer_iface;
    else
    {
        IWTSBitmapRendererCallback_Release( callback );
        free( renderer );
    }
    return hr;
}

/* The transport's */

void renderers_set_possible( BOOL new_possible )
{
    struct renderer *renderer, *next;

    AcquireSRWLockExclusive( &lock );
    possible = new_possible && host;
    if (!possible)
    {
        LIST_FOR_EACH_ENTRY_SAFE( renderer, next, &renderers, struct renderer, entry )
        {
            end( renderer );
            queue_send( renderer ); /* where the connection goes on */
        }
    }
    ReleaseSRWLockExclusive( &lock );
}

/* lock held */
static struct renderer *find( UINT32 id )
{
    struct renderer *renderer;

    LIST_FOR_EACH_ENTRY( renderer, &renderers, struct renderer, entry ) if (renderer->id == id) return renderer;
    return NULL;
}

void renderer_set_target( UINT32 id, UINT32 width, UINT32 height )
{
    struct renderer *renderer;

    TRACE( "id %u, width %u, height %u.\n", id, width, height );

    AcquireSRWLockExclusive( &lock );
    if ((renderer = find( id )) && (!width || !height))
    {
        renderer->forgotten = TRUE;
        end( renderer );
    }
    else if (renderer)
    {
        drop_waiting( renderer );
        renderer->width = width;
        renderer->height = height;
        queue_call( renderer );
    }
    ReleaseSRWLockExclusive( &lock );
}

void renderer_picture_done( UINT32 id, BOOL drawn )
{
    struct renderer *renderer;

    AcquireSRWLockExclusive( &lock );
    if ((renderer = find( id )))
    {
        if (drawn) renderer->statistics.dwFramesDelivered++;
        else renderer->statistics.dwFramesDropped++;
        renderer->on_its_way = FALSE;
        if (renderer->waiting) queue_send( renderer );
    }
    ReleaseSRWLockExclusive( &lock );
}
