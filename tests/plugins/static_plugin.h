/*
 * The form of IWTSPlugin that all plug-ins have, and a static object of it for those that do next to nothing
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

#ifndef __STATIC_PLUGIN_H
#define __STATIC_PLUGIN_H

/*
 * The file that includes this defines plugin_Initialize; if it has defined STATIC_PLUGIN_CALLS before, Connected,
 * Disconnected and Terminated as well; after STATIC_PLUGIN_OBJECTS the objects, and after STATIC_PLUGIN_REFERENCES AddRef
 * and Release. Without these the objects are never freed, so they count no references.
 */

#define COBJMACROS
#include <windows.h>
#include <ocidl.h>
#include <initguid.h>
#include <tsvirtualchannels.h>
#include <cchannel.h>

static HRESULT STDMETHODCALLTYPE plugin_Initialize( IWTSPlugin *iface, IWTSVirtualChannelManager *manager );

static HRESULT STDMETHODCALLTYPE plugin_QueryInterface( IWTSPlugin *iface, REFIID iid, void **out )
{
    *out = NULL;
    if (!IsEqualGUID( iid, &IID_IUnknown ) && !IsEqualGUID( iid, &IID_IWTSPlugin )) return E_NOINTERFACE;
    IWTSPlugin_AddRef( iface );
    *out = iface;
    return S_OK;
}

#ifdef STATIC_PLUGIN_REFERENCES

static ULONG STDMETHODCALLTYPE plugin_AddRef( IWTSPlugin *iface );
static ULONG STDMETHODCALLTYPE plugin_Release( IWTSPlugin *iface );

#else

static ULONG STDMETHODCALLTYPE plugin_AddRef( IWTSPlugin *iface )
{
    return 2;
}

static ULONG STDMETHODCALLTYPE plugin_Release( IWTSPlugin *iface )
{
    return 1;
}

#endif

#ifdef STATIC_PLUGIN_CALLS

static HRESULT STDMETHODCALLTYPE plugin_Connected( IWTSPlugin *iface );
static HRESULT STDMETHODCALLTYPE plugin_Disconnected( IWTSPlugin *iface, DWORD code );
static HRESULT STDMETHODCALLTYPE plugin_Terminated( IWTSPlugin *iface );

#else

static HRESULT STDMETHODCALLTYPE plugin_Connected( IWTSPlugin *iface )
{
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE plugin_Disconnected( IWTSPlugin *iface, DWORD code )
{
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE plugin_Terminated( IWTSPlugin *iface )
{
    return S_OK;
}

#endif

static IWTSPluginVtbl plugin_vtbl =
{
    plugin_QueryInterface,
    plugin_AddRef,
    plugin_Release,
    plugin_Initialize,
    plugin_Connected,
    plugin_Disconnected,
    plugin_Terminated,
};

#ifndef STATIC_PLUGIN_OBJECTS

static IWTSPlugin plugin = { &plugin_vtbl };

VCEXPORT VIRTUALCHANNELGETINSTANCE VirtualChannelGetInstance;
HRESULT VCAPITYPE VirtualChannelGetInstance( REFIID iid, ULONG *count, void **objects )
{
    if (!IsEqualGUID( iid, &IID_IWTSPlugin )) return E_NOINTERFACE;
    if (objects && !*count) return E_INVALIDARG;
    if (objects) objects[0] = &plugin;
    *count = 1;
    return S_OK;
}

#endif

#endif /* __STATIC_PLUGIN_H */
