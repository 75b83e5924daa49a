/*
 * Serves the plug-ins of DLLs in a process of its own
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
 *   serve.exe [-factory|-never|-mute] {CLSID} <plug-in DLL>... -Embedding
 *
 * is what LocalServer32 of that class says, but for the last word, which COM adds. The class makes the plug-in of the
 * DLL, or a factory of those of all; or it is never told of, or told of and not handed out. It ends when the plug-in is released after its Terminated.
 * WINEDVC_TEST_SERVE is
 *
 *   exit         it ends at once
 *   never        it never tells of its class
 *   initialize   it ends inside Initialize
 *   terminated   it ends inside Terminated
 *   released     it ends inside the last Release of a plug-in
 *   stay         it does not end
 *   says         it says on its standard output that it serves
 *
 *   serve.exe /regserver
 *   serve.exe /unregserver
 *
 * make and remove a class of its own, for the plug-in of the DLL that is beside it and has its name, and a registry key of
 * that name for it. With WINEDVC_TEST_SERVE=classonly there is no such key, with "never" it does not end.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STATIC_PLUGIN_CALLS
#define STATIC_PLUGIN_OBJECTS
#define STATIC_PLUGIN_REFERENCES
#include "static_plugin.h"

#define MAX_PLUGINS 8

typedef HRESULT (VCAPITYPE *get_instance_proc)( REFIID iid, ULONG *count, void **objects );

static char **dlls;
static LONG count, living;
static HANDLE unused;       /* event: the last plug-in has been released */

static BOOL is_wanted( const char *what )
{
    char wish[16];
    DWORD size = GetEnvironmentVariableA( "WINEDVC_TEST_SERVE", wish, sizeof(wish) );

    return size && size < sizeof(wish) && !strcmp( wish, what );
}

/* A plug-in that passes everything on to that of a DLL. */

struct plugin
{
    IWTSPlugin  IWTSPlugin_iface;
    LONG        ref;
    IWTSPlugin *inner;
};

static struct plugin *impl_from_IWTSPlugin( IWTSPlugin *iface )
{
    return CONTAINING_RECORD( iface, struct plugin, IWTSPlugin_iface );
}

static ULONG STDMETHODCALLTYPE plugin_AddRef( IWTSPlugin *iface )
{
    return InterlockedIncrement( &impl_from_IWTSPlugin( iface )->ref );
}

static ULONG STDMETHODCALLTYPE plugin_Release( IWTSPlugin *iface )
{
    struct plugin *plugin = impl_from_IWTSPlugin( iface );
    ULONG ref = InterlockedDecrement( &plugin->ref );

    if (ref) return ref;
    IWTSPlugin_Release( plugin->inner );
    free( plugin );
    if (InterlockedDecrement( &living )) return 0;
    if (is_wanted( "released" )) ExitProcess( 6 );
    SetEvent( unused );
    return 0;
}

static HRESULT STDMETHODCALLTYPE plugin_Initialize( IWTSPlugin *iface, IWTSVirtualChannelManager *manager )
{
    if (is_wanted( "initialize" )) ExitProcess( 7 );
    return IWTSPlugin_Initialize( impl_from_IWTSPlugin( iface )->inner, manager );
}

static HRESULT STDMETHODCALLTYPE plugin_Connected( IWTSPlugin *iface )
{
    return IWTSPlugin_Connected( impl_from_IWTSPlugin( iface )->inner );
}

static HRESULT STDMETHODCALLTYPE plugin_Disconnected( IWTSPlugin *iface, DWORD code )
{
    return IWTSPlugin_Disconnected( impl_from_IWTSPlugin( iface )->inner, code );
}

static HRESULT STDMETHODCALLTYPE plugin_Terminated( IWTSPlugin *iface )
{
    if (is_wanted( "terminated" )) ExitProcess( 5 );
    return IWTSPlugin_Terminated( impl_from_IWTSPlugin( iface )->inner );
}

static HRESULT plugin_create( const char *dll, IWTSPlugin **out )
{
    HMODULE module = LoadLibraryA( dll );
    get_instance_proc get_instance = module ? (get_instance_proc)(void *)GetProcAddress( module, "VirtualChannelGetInstance" )
                                            : NULL;
    struct plugin *plugin;
    ULONG one = 1;
    HRESULT hr;

    if (!get_instance) return E_FAIL;
    if (!(plugin = calloc( 1, sizeof(*plugin) ))) return E_OUTOFMEMORY;
    plugin->IWTSPlugin_iface.lpVtbl = &plugin_vtbl;
    plugin->ref = 1;
    if (FAILED(hr = get_instance( &IID_IWTSPlugin, &one, (void **)&plugin->inner )))
    {
        free( plugin );
        return hr;
    }
    InterlockedIncrement( &living );
    *out = &plugin->IWTSPlugin_iface;
    return S_OK;
}

/* The factories live for ever. */

static ULONG STDMETHODCALLTYPE factory_AddRef( void *iface )
{
    return 2;
}

static ULONG STDMETHODCALLTYPE factory_Release( void *iface )
{
    return 1;
}

static HRESULT STDMETHODCALLTYPE plugins_QueryInterface( IWTSPluginFactory *iface, REFIID iid, void **out )
{
    *out = IsEqualGUID( iid, &IID_IUnknown ) || IsEqualGUID( iid, &IID_IWTSPluginFactory ) ? iface : NULL;
    return *out ? S_OK : E_NOINTERFACE;
}

static HRESULT STDMETHODCALLTYPE plugins_GetPluginCount( IWTSPluginFactory *iface, LONG *out )
{
    *out = count;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE plugins_CreatePlugin( IWTSPluginFactory *iface, LONG index, IWTSPlugin **out )
{
    *out = NULL;
    return index < 0 || index >= count ? E_INVALIDARG : plugin_create( dlls[index], out );
}

static IWTSPluginFactoryVtbl plugins_vtbl =
{
    plugins_QueryInterface,
    (void *)factory_AddRef,
    (void *)factory_Release,
    plugins_GetPluginCount,
    plugins_CreatePlugin,
};

static IWTSPluginFactory plugins = { &plugins_vtbl };
static BOOL has_factory;

static HRESULT STDMETHODCALLTYPE factory_QueryInterface( IClassFactory *iface, REFIID iid, void **out )
{
    *out = IsEqualGUID( iid, &IID_IUnknown ) || IsEqualGUID( iid, &IID_IClassFactory ) ? iface : NULL;
    return *out ? S_OK : E_NOINTERFACE;
}

static HRESULT STDMETHODCALLTYPE factory_CreateInstance( IClassFactory *iface, IUnknown *outer, REFIID iid, void **out )
{
    IWTSPlugin *plugin;
    HRESULT hr;

    *out = NULL;
    if (outer) return CLASS_E_NOAGGREGATION;
    if (has_factory) return IWTSPluginFactory_QueryInterface( &plugins, iid, out );
    if (FAILED(hr = plugin_create( dlls[0], &plugin ))) return hr;
    hr = IWTSPlugin_QueryInterface( plugin, iid, out );
    IWTSPlugin_Release( plugin );
    return hr;
}

static HRESULT STDMETHODCALLTYPE factory_LockServer( IClassFactory *iface, BOOL lock )
{
    return S_OK;
}

static IClassFactoryVtbl factory_vtbl =
{
    factory_QueryInterface,
    (void *)factory_AddRef,
    (void *)factory_Release,
    factory_CreateInstance,
    factory_LockServer,
};

static IClassFactory factory = { &factory_vtbl };

#define OWN_CLASS "{5c1d7f10-1111-4222-8333-010203040510}"
#define OWN_KEY   "Software\\Classes\\CLSID\\" OWN_CLASS

static BOOL set_value( const char *key, const char *name, const char *value )
{
    return !RegSetKeyValueA( HKEY_CURRENT_USER, key, name, REG_SZ, value, strlen( value ) + 1 );
}

static int register_itself( BOOL on )
{
    char path[MAX_PATH], command[3 * MAX_PATH], key[2 * MAX_PATH];
    int size;

    if (is_wanted( "never" )) WaitForSingleObject( GetCurrentProcess(), INFINITE );
    GetModuleFileNameA( NULL, path, sizeof(path) );
    size = strrchr( path, '.' ) - path;
    snprintf( command, sizeof(command), "\"%s\" " OWN_CLASS " \"%.*s.dll\"", path, size, path );
    path[size] = 0;
    snprintf( key, sizeof(key), "Software\\Microsoft\\Terminal Server Client\\Default\\AddIns\\%s",
              strrchr( path, '\\' ) + 1 );
    if (!on)
    {
        RegDeleteTreeA( HKEY_CURRENT_USER, key );
        return RegDeleteTreeA( HKEY_CURRENT_USER, OWN_KEY ) ? 6 : 0;
    }
    if (!set_value( OWN_KEY "\\LocalServer32", NULL, command )) return 6;
    return is_wanted( "classonly" ) || set_value( key, "Name", OWN_CLASS ) ? 0 : 6;
}

int main( int argc, char **argv )
{
    BOOL is_embedded = argc > 1 && !_stricmp( argv[argc - 1], "-Embedding" );
    WCHAR class[40] = L"";
    DWORD cookie = 0;
    BOOL is_silent, is_mute;
    CLSID clsid;

    if (argc == 2 && !_stricmp( argv[1], "/regserver" )) return register_itself( TRUE );
    if (argc == 2 && !_stricmp( argv[1], "/unregserver" )) return register_itself( FALSE );
    has_factory = argc > 1 && !strcmp( argv[1], "-factory" );
    is_silent = is_wanted( "never" ) || (argc > 1 && !strcmp( argv[1], "-never" ));
    is_mute = argc > 1 && !strcmp( argv[1], "-mute" );
    if (argc > 1 && argv[1][0] == '-') argv++, argc--;
    count = argc - 3;
    if (argc > 1) MultiByteToWideChar( CP_ACP, 0, argv[1], -1, class, ARRAYSIZE(class) - 1 );
    if (!is_embedded || count < 1 || count > MAX_PLUGINS || FAILED(CLSIDFromString( class, &clsid ))) return 2;
    if (is_wanted( "exit" )) return 3;
    dlls = argv + 2;
    unused = CreateEventW( NULL, FALSE, FALSE, NULL );
    CoInitializeEx( NULL, is_mute ? COINIT_APARTMENTTHREADED : COINIT_MULTITHREADED );   /* without messages */
    if (!is_silent && FAILED(CoRegisterClassObject( &clsid, (IUnknown *)&factory, CLSCTX_LOCAL_SERVER,
                                                    REGCLS_MULTIPLEUSE, &cookie ))) return 4;
    if (is_wanted( "says" ))
    {
        puts( "serves" );
        fflush( stdout );
    }
    WaitForSingleObject( unused, INFINITE );
    if (is_wanted( "stay" )) WaitForSingleObject( GetCurrentProcess(), INFINITE );
    CoRevokeClassObject( cookie );
    CoUninitialize();
    return 0;
}
