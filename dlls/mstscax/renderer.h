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

#ifndef __MSTSCAX_RENDERER_H
#define __MSTSCAX_RENDERER_H

#include "windef.h"
#include "winbase.h"
#include "objbase.h"
#include "tsvirtualchannels.h"
#include "wine/mstscax.h"

#include "executor.h"

/*
 * The renderers of the process, under a lock of their own, inside which only the
 * executor's is taken. A renderer ends with its mapping, with the connection, or
 * by its plug-in, and then fails; it is never freed, as plug-ins keep pointers.
 */

/* Whose transport carries pictures, all of them by one queue of the client's, whose threads make calls, too. The transport
 * hears that a renderer has ended before it hears of those that were made after that, so that it never has more. */
extern void renderers_attach( IWineDVCHost *host, struct queue *sends );

/* As IWTSBitmapRenderService::GetMappedRenderer, with pointers that are none of NULL. */
extern HRESULT renderer_create( UINT64 mapping, IWTSBitmapRendererCallback *callback, IWTSBitmapRenderer **out );

/* The transport's, as IWineDVCClient has them. When they are not possible any more, all end. */
extern void renderers_set_possible( BOOL possible );
extern void renderer_set_target( UINT32 id, UINT32 width, UINT32 height );
extern void renderer_picture_done( UINT32 id, BOOL drawn );

#endif /* __MSTSCAX_RENDERER_H */
