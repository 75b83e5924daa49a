/*
 * Remote Desktop dynamic virtual channels: what every file sees
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

#ifndef __MSTSCAX_PRIVATE_H
#define __MSTSCAX_PRIVATE_H

#include <stdarg.h>

#define COBJMACROS
#include "windef.h"
#include "winbase.h"
#include "ole2.h"
#include "tsvirtualchannels.h"
#include "wine/cchannelex.h"
#include "wine/mstscax.h"
#include "wine/list.h"

#include "channel.h"
#include "client.h"
#include "listener.h"
#include "notice.h"
#include "plugin.h"
#include "traffic.h"

/* agile.c: QueryInterface of an object with one interface of its own, for every apartment.
 * marshaler begins as NULL; who frees the object releases it. */
extern HRESULT object_query( IUnknown *object, REFIID own, IUnknown **marshaler, REFIID riid, void **out );

/* echo.c: a plug-in like any other, always there and never reported. */
extern IWTSPlugin echo_plugin;

/* load.c: from an AddIns value to objects. */
struct loaded_plugins
{
    IWTSPlugin **objects;           /* each with a reference of the caller's */
    ULONG count;
};

/* Runs foreign code. On failure *reason says why and what to do; the caller frees both. */
extern HRESULT load_entry( const WCHAR *entry, struct loaded_plugins *loaded, WCHAR **reason );

/* manager.c: what a plug-in sees of the client. */
extern const IWTSVirtualChannelManagerVtbl manager_vtbl;
extern const IWTSPluginServiceProviderVtbl service_provider_vtbl;

/* propbag.c: entry names the AddIns key whose values are in it. */
extern HRESULT propbag_create( const WCHAR *entry, IPropertyBag **out );

#endif /* __MSTSCAX_PRIVATE_H */
