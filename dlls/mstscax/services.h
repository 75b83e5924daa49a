/*
 * What IWTSPluginServiceProvider hands out
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

#ifndef __MSTSCAX_SERVICES_H
#define __MSTSCAX_SERVICES_H

#include "windef.h"
#include "winbase.h"
#include "objbase.h"
#include "tsvirtualchannels.h"

/* The interface of a service, or NULL if it is none of ours. */
extern const IID *service_iid( const GUID *service );

/* The service itself, by that interface: one object for the whole process, that is never freed, so that no plug-in can
 * release it too often. NULL if it is none of ours. */
extern IUnknown *service_find( const GUID *service );

/* What the service of bitmap rendering calls, with pointers that are none of NULL; without it no mapping has a renderer. */
typedef HRESULT service_map_renderer( UINT64 mapping, IWTSBitmapRendererCallback *callback, IWTSBitmapRenderer **out );
extern void services_set_renderers( service_map_renderer *map );

#endif /* __MSTSCAX_SERVICES_H */
