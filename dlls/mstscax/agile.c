/*
 * What makes an object usable in every apartment
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
#include "objbase.h"

#include "agile.h"

/* The marshaler is aggregated on first demand: few plug-ins ask for it. */
static HRESULT get_marshaler( IUnknown *outer, IUnknown **marshaler, void **out )
{
    IUnknown *created;
    HRESULT hr;

    if (!InterlockedCompareExchangePointer( (void **)marshaler, NULL, NULL ))
    {
        if (FAILED(hr = CoCreateFreeThreadedMarshaler( outer, &created ))) return hr;
        if (InterlockedCompareExchangePointer( (void **)marshaler, created, NULL )) IUnknown_Release( created );
    }
    return IUnknown_QueryInterface( *marshaler, &IID_IMarshal, out );
}

HRESULT object_query( IUnknown *object, REFIID own, IUnknown **marshaler, REFIID riid, void **out )
{
    if (!out) return E_POINTER;
    *out = NULL;
    if (IsEqualGUID( riid, &IID_IMarshal )) return get_marshaler( object, marshaler, out );
    if (!IsEqualGUID( riid, &IID_IUnknown ) && !IsEqualGUID( riid, &IID_IAgileObject ) && !IsEqualGUID( riid, own ))
        return E_NOINTERFACE;
    IUnknown_AddRef( object );
    *out = object;
    return S_OK;
}
