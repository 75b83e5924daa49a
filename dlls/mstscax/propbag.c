/*
 * The property bag of IWTSListener::GetConfiguration
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
#include <stdlib.h>

#include "mstscax_private.h"
#include "ocidl.h"
#include "winreg.h"
#include "addins.h"

#include "wine/debug.h"

WINE_DEFAULT_DEBUG_CHANNEL(mstscax);

/* Third-party listeners have no configuration of ours: there is what stands under the plug-in's AddIns
 * key, and what it writes here itself. */
struct property
{
    struct list entry;
    LONG    ref;            /* the list's, and of each who copies the value: that may be a plug-in's object */
    WCHAR  *name;
    VARIANT value;
};

struct propbag
{
    IPropertyBag IPropertyBag_iface;
    struct refs refs;
    WCHAR *entry;
    SRWLOCK lock;
    struct list properties; /* protected by lock */
};

static struct propbag *impl_from_IPropertyBag( IPropertyBag *iface )
{
    return CONTAINING_RECORD( iface, struct propbag, IPropertyBag_iface );
}

static HRESULT STDMETHODCALLTYPE propbag_QueryInterface( IPropertyBag *iface, REFIID riid, void **out )
{
    TRACE( "iface %p, riid %s, out %p.\n", iface, debugstr_guid( riid ), out );

    if (!out) return E_POINTER;
    if (IsEqualGUID( riid, &IID_IUnknown ) || IsEqualGUID( riid, &IID_IPropertyBag ))
    {
        IPropertyBag_AddRef( iface );
        *out = iface;
        return S_OK;
    }
    WARN( "%s not implemented, returning E_NOINTERFACE.\n", debugstr_guid( riid ) );
    *out = NULL;
    return E_NOINTERFACE;
}

static ULONG STDMETHODCALLTYPE propbag_AddRef( IPropertyBag *iface )
{
    return refs_add_theirs( &impl_from_IPropertyBag( iface )->refs );
}

static void property_release( struct property *property )
{
    if (InterlockedDecrement( &property->ref )) return;
    VariantClear( &property->value );
    free( property->name );
    free( property );
}

static ULONG STDMETHODCALLTYPE propbag_Release( IPropertyBag *iface )
{
    BOOL died;
    return refs_drop_theirs( &impl_from_IPropertyBag( iface )->refs, &died );
}

/* lock held */
static struct property *propbag_find( struct propbag *bag, const WCHAR *name )
{
    struct property *property;

    LIST_FOR_EACH_ENTRY( property, &bag->properties, struct property, entry )
        if (!wcsicmp( property->name, name )) return property;
    return NULL;
}

struct lookup
{
    const WCHAR *entry;
    const WCHAR *name;
    VARIANT *value;
    HRESULT hr;
};

/* Text and numbers; of another type a value is not there. */
static HRESULT read_value( HKEY addins, const WCHAR *key, const WCHAR *name, VARIANT *value )
{
    WCHAR text[1024];
    DWORD number, size = sizeof(number);

    if (!RegGetValueW( addins, key, name, RRF_RT_REG_DWORD, NULL, &number, &size ))
    {
        V_VT( value ) = VT_I4;
        V_I4( value ) = number;
        return S_OK;
    }
    size = sizeof(text);
    if (RegGetValueW( addins, key, name, RRF_RT_REG_SZ, NULL, text, &size )) return E_INVALIDARG;
    if (!(V_BSTR( value ) = SysAllocString( text ))) return E_OUTOFMEMORY;
    V_VT( value ) = VT_BSTR;
    return S_OK;
}

static BOOL look_up( const struct addin *addin, void *context )
{
    struct lookup *lookup = context;

    if (wcscmp( addin->entry, lookup->entry )) return TRUE;
    lookup->hr = read_value( addin->addins, addin->key, lookup->name, lookup->value );
    return FALSE;
}

static HRESULT STDMETHODCALLTYPE propbag_Read( IPropertyBag *iface, const WCHAR *name, VARIANT *value,
                                               IErrorLog *log )
{
    struct propbag *bag = impl_from_IPropertyBag( iface );
    struct lookup lookup = { bag->entry, name, value, E_INVALIDARG };
    struct property *property;
    HRESULT hr = E_INVALIDARG;
    VARTYPE type;

    TRACE( "iface %p, name %s, value %p, log %p.\n", iface, debugstr_w( name ), value, log );

    if (!name || !value) return E_POINTER;
    type = V_VT( value );
    VariantInit( value );
    AcquireSRWLockShared( &bag->lock );
    if ((property = propbag_find( bag, name ))) InterlockedIncrement( &property->ref );
    ReleaseSRWLockShared( &bag->lock );
    if (property)
    {
        hr = VariantCopy( value, &property->value );
        property_release( property );
    }
    if (hr == E_INVALIDARG)
    {
        addins_enum( 0, look_up, &lookup );
        hr = lookup.hr;
    }
    if (SUCCEEDED(hr) && type != VT_EMPTY) hr = VariantChangeType( value, value, 0, type );
    return hr;
}

static HRESULT STDMETHODCALLTYPE propbag_Write( IPropertyBag *iface, const WCHAR *name, VARIANT *value )
{
    struct propbag *bag = impl_from_IPropertyBag( iface );
    struct property *property, *old;
    HRESULT hr;

    TRACE( "iface %p, name %s, value %p.\n", iface, debugstr_w( name ), value );

    if (!name || !value) return E_POINTER;
    if (!(property = calloc( 1, sizeof(*property) ))) return E_OUTOFMEMORY;
    property->ref = 1;
    hr = (property->name = wcsdup( name )) ? VariantCopy( &property->value, value ) : E_OUTOFMEMORY;
    if (FAILED(hr))
    {
        property_release( property );
        return hr;
    }

    AcquireSRWLockExclusive( &bag->lock );
    if ((old = propbag_find( bag, name ))) list_remove( &old->entry );
    list_add_tail( &bag->properties, &property->entry );
    ReleaseSRWLockExclusive( &bag->lock );
    if (old) property_release( old );
    return S_OK;
}

static const IPropertyBagVtbl propbag_vtbl =
{
    /* IUnknown methods */
    propbag_QueryInterface,
    propbag_AddRef,
    propbag_Release,
    /* IPropertyBag methods */
    propbag_Read,
    propbag_Write,
};

HRESULT propbag_create( const WCHAR *entry, IPropertyBag **out )
{
    struct propbag *bag;

    *out = NULL;
    if (!(bag = calloc( 1, sizeof(*bag) ))) return E_OUTOFMEMORY;
    if (!(bag->entry = wcsdup( entry )))
    {
        free( bag );
        return E_OUTOFMEMORY;
    }
    bag->IPropertyBag_iface.lpVtbl = &propbag_vtbl;
    refs_add( &bag->refs );
    InitializeSRWLock( &bag->lock );
    list_init( &bag->properties );
    *out = &bag->IPropertyBag_iface;
    return S_OK;
}
