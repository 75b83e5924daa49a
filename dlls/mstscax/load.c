/*
 * From an AddIns value to IWTSPlugin objects
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
#include <wchar.h>

#include "mstscax_private.h"
#include "addins.h"
#include "localserver.h"
#include "proxies.h"
#include "server.h"
#include "window.h"

#include "wine/debug.h"

WINE_DEFAULT_DEBUG_CHANNEL(mstscax);

typedef HRESULT (STDMETHODCALLTYPE *get_instance_proc)( REFIID riid, ULONG *count, void **objects );
typedef HRESULT (STDMETHODCALLTYPE *get_class_object_proc)( REFCLSID clsid, REFIID riid, void **out );

/* A DLL may say that it has any number of plug-ins. */
#define MAX_OBJECTS 256

static HRESULT fail( struct failure *failure, WINE_DVC_CAUSE cause, HRESULT hr, const WCHAR *format, ... )
{
    WCHAR buffer[512];
    va_list args;

    va_start( args, format );
    vswprintf( buffer, ARRAY_SIZE(buffer), format, args );
    va_end( args );
    buffer[ARRAY_SIZE(buffer) - 1] = 0;
    failure->cause = cause;
    failure->reason = wcsdup( buffer );
    return hr;
}

/* What runs, and makes no plug-in. */
static HRESULT fail_object( struct failure *failure, HRESULT hr, const WCHAR *what )
{
    return fail( failure, WINE_DVC_CAUSE_OBJECT, FAILED(hr) ? hr : E_FAIL, L"%s returned %#lx", what, hr );
}

static HRESULT fail_load( struct failure *failure, DWORD error )
{
    return fail( failure, WINE_DVC_CAUSE_FILE, HRESULT_FROM_WIN32( error ), L"loading it failed with error %lu", error );
}

static HRESULT add_object( struct loaded_plugins *loaded, IWTSPlugin *object )
{
    if (!(loaded->objects = malloc( sizeof(*loaded->objects) ))) return E_OUTOFMEMORY;
    loaded->objects[0] = object;
    loaded->count = 1;
    return S_OK;
}

static HRESULT load_dll_class( HMODULE module, REFCLSID clsid, struct loaded_plugins *loaded, struct failure *failure )
{
    get_class_object_proc get_class_object = (void *)GetProcAddress( module, "DllGetClassObject" );
    IWTSPlugin *object = NULL;
    IClassFactory *factory = NULL;
    HRESULT hr;

    if (!get_class_object) return fail( failure, WINE_DVC_CAUSE_OBJECT, E_NOINTERFACE, L"it does not export DllGetClassObject" );
    hr = get_class_object( clsid, &IID_IClassFactory, (void **)&factory );
    if (FAILED(hr) || !factory) return fail_object( failure, hr, L"DllGetClassObject" );
    hr = IClassFactory_CreateInstance( factory, NULL, &IID_IWTSPlugin, (void **)&object );
    IClassFactory_Release( factory );
    if (FAILED(hr) || !object) return fail_object( failure, hr, L"CreateInstance" );
    return add_object( loaded, object );
}

/* Asks for the number first, then for as many objects. */
static HRESULT load_instances( HMODULE module, struct loaded_plugins *loaded, struct failure *failure )
{
    get_instance_proc get_instance = (void *)GetProcAddress( module, "VirtualChannelGetInstance" );
    ULONG count = 0, capacity;
    HRESULT hr;

    if (!get_instance && loaded->entry) return S_OK;
    if (!get_instance)
        return fail( failure, WINE_DVC_CAUSE_EXPORTS, E_NOINTERFACE,
                     L"it exports neither VirtualChannelGetInstance nor VirtualChannelEntry" );
    hr = get_instance( &IID_IWTSPlugin, &count, NULL );
    if (FAILED(hr)) return fail_object( failure, hr, L"VirtualChannelGetInstance" );
    if (!count || count > MAX_OBJECTS)
        return fail( failure, WINE_DVC_CAUSE_OBJECT, E_UNEXPECTED, L"VirtualChannelGetInstance says that it has %lu plug-ins",
                     count );
    if (!(loaded->objects = calloc( count, sizeof(*loaded->objects) ))) return E_OUTOFMEMORY;
    capacity = count;
    hr = get_instance( &IID_IWTSPlugin, &count, (void **)loaded->objects );
    if (FAILED(hr)) return fail_object( failure, hr, L"VirtualChannelGetInstance" );
    for (loaded->count = 0; loaded->count < min( count, capacity ); loaded->count++)
        if (!loaded->objects[loaded->count]) break;
    if (loaded->count) return S_OK;
    return fail( failure, WINE_DVC_CAUSE_OBJECT, E_UNEXPECTED, L"VirtualChannelGetInstance returned no plug-in" );
}

/* The module stays loaded for good: plug-ins leave threads and pointers behind. */
static HRESULT load_dll( const struct addin_entry *entry, struct loaded_plugins *loaded, struct failure *failure )
{
    DWORD flags = wcspbrk( entry->dll, L"\\/:" ) ? LOAD_WITH_ALTERED_SEARCH_PATH : 0;
    HMODULE module = LoadLibraryExW( entry->dll, NULL, flags );
    WCHAR file[MAX_PATH * 4];

    if (!module) return fail_load( failure, GetLastError() );
    if (server_find_file( entry->dll, 0, file, ARRAY_SIZE(file) )) window_expect( file );
    if (entry->has_clsid) return load_dll_class( module, &entry->clsid, loaded, failure );
    loaded->entry = (VIRTUALCHANNELENTRY *)(void *)GetProcAddress( module, "VirtualChannelEntry" );
    return load_instances( module, loaded, failure );
}

/* So does one that COM has loaded, and would unload as soon as that says that it may. */
static void pin_dll_of( IWTSPlugin *object )
{
    HMODULE module;

    GetModuleHandleExW( GET_MODULE_HANDLE_EX_FLAG_PIN | GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS,
                        (const WCHAR *)object->lpVtbl->QueryInterface, &module );
}

static HRESULT load_server( REFCLSID clsid, WCHAR *dll, struct loaded_plugins *loaded, struct failure *failure )
{
    struct addin_entry entry = { .has_clsid = TRUE, .clsid = *clsid, .dll = dll };
    return load_dll( &entry, loaded, failure );
}

static BOOL may_load_server( HRESULT hr )
{
    switch (hr)
    {
    case REGDB_E_CLASSNOTREG:
    case CO_E_DLLNOTFOUND:
    case E_ACCESSDENIED:
        return TRUE;
    default:
        return HRESULT_FACILITY( hr ) == FACILITY_WIN32;
    }
}

static BOOL find_command( REFCLSID clsid, WCHAR *command, DWORD count )
{
    static const REGSAM views[] = { 0, sizeof(void *) == 8 ? KEY_WOW64_32KEY : KEY_WOW64_64KEY };
    unsigned int i;

    for (i = 0; i < ARRAY_SIZE(views); i++)
        if (server_command( HKEY_CURRENT_USER, clsid, views[i], command, count )
            || server_command( HKEY_LOCAL_MACHINE, clsid, views[i], command, count )) return TRUE;
    return FALSE;
}

static HRESULT load_factory( IWTSPluginFactory *factory, struct loaded_plugins *loaded, struct failure *failure )
{
    LONG count = 0;
    HRESULT hr;

    if (FAILED(hr = IWTSPluginFactory_GetPluginCount( factory, &count )))
        return fail_object( failure, hr, L"its factory's GetPluginCount" );
    if (count <= 0 || count > MAX_OBJECTS)
        return fail( failure, WINE_DVC_CAUSE_OBJECT, E_UNEXPECTED, L"its factory says that it has %ld plug-ins", count );
    if (!(loaded->objects = calloc( count, sizeof(*loaded->objects) ))) return E_OUTOFMEMORY;
    for (loaded->count = 0; loaded->count < (ULONG)count; loaded->count++)
    {
        hr = IWTSPluginFactory_CreatePlugin( factory, loaded->count, &loaded->objects[loaded->count] );
        if (FAILED(hr) || !loaded->objects[loaded->count]) break;
    }
    return loaded->count ? S_OK : fail_object( failure, hr, L"its factory's CreatePlugin" );
}

/* A program's class makes a plug-in, or a factory of plug-ins. */
static HRESULT load_served( IClassFactory *factory, struct loaded_plugins *loaded, struct failure *failure )
{
    IWTSPluginFactory *plugins = NULL;
    IWTSPlugin *object = NULL;
    HRESULT hr, other;

    hr = IClassFactory_CreateInstance( factory, NULL, &IID_IWTSPlugin, (void **)&object );
    if (SUCCEEDED(hr) && object) return add_object( loaded, object );
    other = IClassFactory_CreateInstance( factory, NULL, &IID_IWTSPluginFactory, (void **)&plugins );
    if (FAILED(other) || !plugins)
        return fail_object( failure, hr, L"the CreateInstance of the program that serves it" );
    hr = load_factory( plugins, loaded, failure );
    IWTSPluginFactory_Release( plugins );
    return hr;
}

static HRESULT load_local_server( REFCLSID clsid, const WCHAR *command, struct loaded_plugins *loaded, struct failure *failure )
{
    IClassFactory *factory;
    WCHAR why[512];
    HRESULT hr;

    if (FAILED(hr = proxies_register( &loaded->registered )))
        return fail( failure, WINE_DVC_CAUSE_PROXIES, hr, L"it runs in a process of its own, and COM could not be told how to "
                     L"talk to it, error %#lx", hr );
    hr = local_server_open( clsid, command, loaded->server, &factory, why, ARRAY_SIZE(why) );
    if (FAILED(hr))
    {
        loaded->lost = hr != HRESULT_FROM_WIN32( ERROR_FILE_NOT_FOUND );
        *loaded->server = NULL;
        return fail( failure, loaded->lost ? WINE_DVC_CAUSE_REFUSED : WINE_DVC_CAUSE_PROGRAM, hr, L"%s", why );
    }
    window_expect( local_server_program( *loaded->server ) );
    hr = load_served( factory, loaded, failure );
    IClassFactory_Release( factory );
    if (SUCCEEDED(hr)) return S_OK;
    local_server_close( *loaded->server );
    *loaded->server = NULL;
    return hr;
}

/* The user's own registration counts first, which not every Wine's CoCreateInstance looks for. Of a class for another
 * apartment than ours COM would make a proxy, and run all such plug-ins in one thread: its DLL is asked itself. So it is
 * where CoCreateInstance fails: it can, or says why not. */
static HRESULT load_class( REFCLSID clsid, struct loaded_plugins *loaded, struct failure *failure )
{
    WCHAR dll[MAX_PATH * 4], file[MAX_PATH * 4], command[MAX_PATH * 3], name[39];
    IWTSPlugin *object = NULL;
    BOOL is_registered;
    HRESULT hr;

    if (server_of_class( HKEY_CURRENT_USER, clsid, L"InprocServer32", 0, dll, ARRAY_SIZE(dll) ))
        return load_server( clsid, dll, loaded, failure );
    is_registered = server_of_class( HKEY_LOCAL_MACHINE, clsid, L"InprocServer32", 0, dll, ARRAY_SIZE(dll) );
    if (!is_registered && find_command( clsid, command, ARRAY_SIZE(command) ))
        return load_local_server( clsid, command, loaded, failure );
    if (is_registered && !server_is_free_threaded( HKEY_LOCAL_MACHINE, clsid ))
        return load_server( clsid, dll, loaded, failure );
    if (is_registered && server_find_file( dll, 0, file, ARRAY_SIZE(file) )) window_expect( file );
    hr = CoCreateInstance( clsid, NULL, CLSCTX_INPROC_SERVER, &IID_IWTSPlugin, (void **)&object );
    if (SUCCEEDED(hr) && object)
    {
        pin_dll_of( object );
        return add_object( loaded, object );
    }
    if (is_registered && may_load_server( hr )) return load_server( clsid, dll, loaded, failure );
    StringFromGUID2( clsid, name, ARRAY_SIZE(name) );
    if (!is_registered)
        return fail( failure, WINE_DVC_CAUSE_CLASS, REGDB_E_CLASSNOTREG, L"no %Iu-bit DLL is registered for class %s in this "
                     L"Wine prefix", 8 * sizeof(void *), name );
    return fail( failure, WINE_DVC_CAUSE_OBJECT, FAILED(hr) ? hr : E_FAIL, L"creating an object of class %s failed with %#lx",
                 name, hr );
}

static HRESULT load_parsed( const struct addin_entry *entry, struct loaded_plugins *loaded, struct failure *failure )
{
    return entry->dll ? load_dll( entry, loaded, failure ) : load_class( &entry->clsid, loaded, failure );
}

/* What COM says of an object without proxies, or of a process that ends with that object before it has answered. */
static BOOL is_without_proxies( HRESULT hr )
{
    return hr == E_NOINTERFACE || hr == HRESULT_FROM_WIN32( RPC_S_CALL_FAILED )
           || hr == HRESULT_FROM_WIN32( RPC_S_CALL_FAILED_DNE ) || hr == HRESULT_FROM_WIN32( RPC_S_SERVER_UNAVAILABLE );
}

/* A DLL, too, may have its plug-in in a process of its own, and gives out COM's error. */
static BOOL may_need_proxies( HRESULT hr, struct loaded_plugins *loaded )
{
    BOOL changed;

    if (!is_without_proxies( hr ) || loaded->count || FAILED(proxies_register( &changed )) || !changed) return FALSE;
    return loaded->registered = TRUE;
}

HRESULT load_entry( const WCHAR *text, struct local_server **server, struct loaded_plugins *loaded, struct failure *failure )
{
    struct addin_entry entry;
    HRESULT hr;

    TRACE( "entry %s.\n", debugstr_w( text ) );

    memset( loaded, 0, sizeof(*loaded) );
    loaded->server = server;
    memset( failure, 0, sizeof(*failure) );
    if (FAILED(hr = addin_entry_parse( text, &entry )))
        hr = fail( failure, WINE_DVC_CAUSE_OTHER, hr, L"the AddIns value is none of {CLSID}, file.dll and file.dll:{CLSID}" );
    else if (FAILED(hr = load_parsed( &entry, loaded, failure )) && may_need_proxies( hr, loaded ))
    {
        free( loaded->objects );
        loaded->objects = NULL;
        free( failure->reason );
        memset( failure, 0, sizeof(*failure) );
        hr = load_parsed( &entry, loaded, failure );
    }
    free( entry.dll );
    return hr;
}
