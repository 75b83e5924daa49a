/*
 * IWineDVCHost of a static-channel client, for tests
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

#ifndef __MSTSCAX_TESTS_HOST_H
#define __MSTSCAX_TESTS_HOST_H

#include "wine/mstscax.h"

/*
 * Whoever includes this has one object, whose methods do nothing. A test sets those members of host_vtbl that it
 * looks at, before it hands host_iface out.
 */

static inline HRESULT STDMETHODCALLTYPE quiet_QueryInterface( IWineDVCHost *iface, REFIID riid, void **out )
{
    *out = IsEqualGUID( riid, &IID_IUnknown ) || IsEqualGUID( riid, &IID_IWineDVCHost ) ? iface : NULL;
    return *out ? S_OK : E_NOINTERFACE;
}

static inline ULONG STDMETHODCALLTYPE quiet_AddRef( IWineDVCHost *iface )
{
    return 2;
}

static inline ULONG STDMETHODCALLTYPE quiet_Release( IWineDVCHost *iface )
{
    return 1;
}

static inline HRESULT STDMETHODCALLTYPE quiet_Read( IWineDVCHost *iface )
{
    return E_ABORT;
}

static inline HRESULT STDMETHODCALLTYPE quiet_Write( IWineDVCHost *iface, UINT32 connection, BYTE *pdus, UINT32 count,
                                                     const UINT16 *sizes, void *write )
{
    return E_NOTIMPL;
}

static inline HRESULT STDMETHODCALLTYPE quiet_Flush( IWineDVCHost *iface )
{
    return S_OK;
}

static inline HRESULT STDMETHODCALLTYPE quiet_OnPlugin( IWineDVCHost *iface, UINT32 number, const WCHAR *text,
                                                        HRESULT hr, WINE_DVC_CAUSE cause, const WCHAR *reason )
{
    return S_OK;
}

static inline HRESULT STDMETHODCALLTYPE quiet_OnName( IWineDVCHost *iface, UINT32 number, const char *name )
{
    return S_OK;
}

static inline HRESULT STDMETHODCALLTYPE quiet_OnSlow( IWineDVCHost *iface, UINT32 number, const WCHAR *text,
                                                      const char *what, UINT32 duration, BOOL again )
{
    return S_OK;
}

static inline HRESULT STDMETHODCALLTYPE quiet_OnState( IWineDVCHost *iface )
{
    return S_OK;
}

static inline HRESULT STDMETHODCALLTYPE quiet_OnText( IWineDVCHost *iface, UINT32 number, WINE_DVC_CAUSE cause,
                                                      const WCHAR *text )
{
    return S_OK;
}

static inline HRESULT STDMETHODCALLTYPE quiet_OnStatic( IWineDVCHost *iface, UINT32 number, UINT32 stream,
                                                        const char *name, UINT32 options )
{
    return S_OK;
}

static inline HRESULT STDMETHODCALLTYPE quiet_WriteStatic( IWineDVCHost *iface, UINT32 connection, UINT32 stream,
                                                           UINT32 flags, BYTE *chunk, UINT32 size, void *write )
{
    return E_NOTIMPL;
}

static inline HRESULT STDMETHODCALLTYPE quiet_MapRenderer( IWineDVCHost *iface, UINT32 renderer, UINT64 mapping )
{
    return S_OK;
}

static inline HRESULT STDMETHODCALLTYPE quiet_UnmapRenderer( IWineDVCHost *iface, UINT32 renderer )
{
    return S_OK;
}

static inline HRESULT STDMETHODCALLTYPE quiet_SendPicture( IWineDVCHost *iface, UINT32 renderer, UINT32 width,
                                                           UINT32 height, const BYTE *pixels )
{
    return S_OK;
}

static IWineDVCHostVtbl host_vtbl =
{
    quiet_QueryInterface,
    quiet_AddRef,
    quiet_Release,
    quiet_Read,
    quiet_Write,
    quiet_Flush,
    quiet_OnPlugin,
    quiet_OnName,    /* OnListen */
    quiet_OnName,    /* OnUnlisten */
    quiet_OnSlow,
    quiet_OnState,   /* OnReady */
    quiet_OnText,    /* OnWarning */
    quiet_OnText,    /* OnInformation */
    quiet_OnText,    /* OnEnded */
    quiet_OnStatic,
    quiet_WriteStatic,
    quiet_OnState,   /* OnDeclared */
    quiet_MapRenderer,
    quiet_UnmapRenderer,
    quiet_SendPicture,
};

static IWineDVCHost host_iface = { &host_vtbl };

#endif /* __MSTSCAX_TESTS_HOST_H */
