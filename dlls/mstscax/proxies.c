/*
 * Proxies and stubs: where COM finds them
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
#include <stdio.h>
#include <string.h>
#include <wchar.h>

#define COBJMACROS
#include "windef.h"
#include "winbase.h"
#include "winreg.h"
#include "ole2.h"
#include "ocidl.h"
#include "rpcproxy.h"

#include "proxies.h"
#include "server.h"

#include "wine/debug.h"

WINE_DEFAULT_DEBUG_CHANNEL(mstscax);

#define CLASSES L"Software\\Classes\\"

/* Of widl's dlldata.c. */
extern void RPC_ENTRY GetProxyDllInfo( const ProxyFileInfo ***files, const CLSID **clsid );
extern HRESULT WINAPI proxies_DllGetClassObject( REFCLSID clsid, REFIID riid, void **out );

/* One view of the registry, and the DLL that processes of that bitness load. */
struct view
{
    REGSAM sam;
    WCHAR dll[MAX_PATH + 8];
    WCHAR class[39];
    BOOL changed;
};

static LSTATUS read_value( const struct view *view, const WCHAR *path, WCHAR *value, DWORD count )
{
    DWORD size = count * sizeof(WCHAR);
    LSTATUS error;
    HKEY key;

    if ((error = RegOpenKeyExW( HKEY_LOCAL_MACHINE, path, 0, KEY_READ | view->sam, &key ))) return error;
    error = RegGetValueW( key, NULL, NULL, RRF_RT_REG_SZ, NULL, value, &size );
    RegCloseKey( key );
    return error;
}

static LSTATUS write_value( struct view *view, const WCHAR *path, const WCHAR *name, const WCHAR *value )
{
    WCHAR old[MAX_PATH + 8];
    DWORD size = sizeof(old);
    LSTATUS error;
    HKEY key;

    error = RegCreateKeyExW( HKEY_LOCAL_MACHINE, path, 0, NULL, 0, KEY_READ | KEY_WRITE | view->sam, NULL, &key, NULL );
    if (error) return error;
    if (RegGetValueW( key, NULL, name, RRF_RT_REG_SZ, NULL, old, &size ) || wcscmp( old, value ))
    {
        view->changed = TRUE;
        error = RegSetValueExW( key, name, 0, REG_SZ, (const BYTE *)value, (wcslen( value ) + 1) * sizeof(WCHAR) );
    }
    RegCloseKey( key );
    return error;
}

static void remove_key( const struct view *view, const WCHAR *format, const WCHAR *name )
{
    WCHAR path[100];

    swprintf( path, ARRAY_SIZE(path), format, name );
    RegDeleteKeyExW( HKEY_LOCAL_MACHINE, path, view->sam, 0 );
}

/* Is there another class with a DLL of its own? */
static BOOL is_anothers( const struct view *view, const WCHAR *proxy_path )
{
    WCHAR class[39], dll[MAX_PATH * 4], file[MAX_PATH * 4];
    CLSID clsid;

    return !read_value( view, proxy_path, class, ARRAY_SIZE(class) ) && wcsicmp( class, view->class )
           && SUCCEEDED(CLSIDFromString( class, &clsid ))
           && server_of_class( HKEY_LOCAL_MACHINE, &clsid, L"InprocServer32", view->sam, dll, ARRAY_SIZE(dll) )
           && server_find_file( dll, view->sam, file, ARRAY_SIZE(file) );
}

static LSTATUS register_interface( struct view *view, const IID *iid, const char *name )
{
    WCHAR id[39], path[100], proxy_path[120], text[64];
    LSTATUS error;

    StringFromGUID2( iid, id, ARRAY_SIZE(id) );
    swprintf( path, ARRAY_SIZE(path), CLASSES L"Interface\\%s", id );
    swprintf( proxy_path, ARRAY_SIZE(proxy_path), L"%s\\ProxyStubClsid32", path );
    if (is_anothers( view, proxy_path )) return ERROR_SUCCESS;
    swprintf( text, ARRAY_SIZE(text), L"%hs", name );
    if ((error = write_value( view, path, NULL, text ))) return error;
    return write_value( view, proxy_path, NULL, view->class );
}

static LSTATUS register_class( struct view *view )
{
    WCHAR path[100];
    LSTATUS error;

    swprintf( path, ARRAY_SIZE(path), CLASSES L"CLSID\\%s", view->class );
    if ((error = write_value( view, path, NULL, L"PSFactoryBuffer" ))) return error;
    wcscat( path, L"\\InprocServer32" );
    if ((error = write_value( view, path, NULL, view->dll ))) return error;
    return write_value( view, path, L"ThreadingModel", L"Both" );
}

static void unregister_interface( struct view *view, const IID *iid )
{
    WCHAR id[39], path[120], class[39];

    StringFromGUID2( iid, id, ARRAY_SIZE(id) );
    swprintf( path, ARRAY_SIZE(path), CLASSES L"Interface\\%s\\ProxyStubClsid32", id );
    if (read_value( view, path, class, ARRAY_SIZE(class) ) || wcsicmp( class, view->class )) return;
    remove_key( view, CLASSES L"Interface\\%s\\ProxyStubClsid32", id );
    remove_key( view, CLASSES L"Interface\\%s", id );
}

static LSTATUS register_view( struct view *view, const ProxyFileInfo **files )
{
    LSTATUS error = register_class( view );
    unsigned int i;

    for (; !error && *files; files++)
        for (i = 0; !error && (*files)->pStubVtblList[i]; i++)
            error = register_interface( view, (*files)->pStubVtblList[i]->header.piid, (*files)->pNamesArray[i] );
    return error;
}

static LSTATUS unregister_view( struct view *view, const ProxyFileInfo **files )
{
    unsigned int i;

    for (; *files; files++)
        for (i = 0; (*files)->pStubVtblList[i]; i++)
            unregister_interface( view, (*files)->pStubVtblList[i]->header.piid );
    remove_key( view, CLASSES L"CLSID\\%s\\InprocServer32", view->class );
    remove_key( view, CLASSES L"CLSID\\%s", view->class );
    return ERROR_SUCCESS;
}

/* Wine names a file that no drive letter leads to with half of the prefix that opens it. */
static BOOL find_self( WCHAR *path, DWORD count )
{
    static const WCHAR no_drive[] = L"\\\\?\\";
    WCHAR file[MAX_PATH];
    HMODULE module;
    DWORD size;

    if (!GetModuleHandleExW( GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
                             (const WCHAR *)(ULONG_PTR)find_self, &module )) return FALSE;
    size = GetModuleFileNameW( module, file, ARRAY_SIZE(file) );
    if (!size || size >= ARRAY_SIZE(file)) return FALSE;
    swprintf( path, count, L"%s%s", file[0] != '\\' && file[1] != ':' ? no_drive : L"", file );
    return TRUE;
}

/* The DLL for processes of the other bitness; FALSE if it, or they, are not there. */
static BOOL find_other( const WCHAR *self, WCHAR *path, DWORD count )
{
    static const WCHAR wide[] = L"\\x86_64-windows\\", narrow[] = L"\\i386-windows\\";
    const WCHAR *own = sizeof(void *) == 8 ? wide : narrow, *other = sizeof(void *) == 8 ? narrow : wide;
    const WCHAR *name = wcsrchr( self, '\\' ), *directory;
    BOOL has_other = sizeof(void *) == 8;

    if (!has_other && (!IsWow64Process( GetCurrentProcess(), &has_other ) || !has_other)) return FALSE;
    if (!name++ || (SIZE_T)(name - self) < wcslen( own )) return FALSE;
    directory = name - wcslen( own );
    if (wcsnicmp( directory, own, wcslen( own ) )) return FALSE;
    swprintf( path, count, L"%.*s%s%s", (int)(directory - self), self, other, name );
    return GetFileAttributesW( path ) != INVALID_FILE_ATTRIBUTES;
}

static HRESULT for_views( LSTATUS (*proc)( struct view *view, const ProxyFileInfo **files ), BOOL *changed )
{
    struct view own = { .sam = 0 }, other = { .sam = sizeof(void *) == 8 ? KEY_WOW64_32KEY : KEY_WOW64_64KEY };
    const ProxyFileInfo **files;
    const CLSID *clsid;
    LSTATUS error;

    GetProxyDllInfo( &files, &clsid );
    StringFromGUID2( clsid, own.class, ARRAY_SIZE(own.class) );
    memcpy( other.class, own.class, sizeof(other.class) );
    if (!find_self( own.dll, ARRAY_SIZE(own.dll) )) return HRESULT_FROM_WIN32( ERROR_FILENAME_EXCED_RANGE );
    error = proc( &own, files );
    if (!error && find_other( own.dll, other.dll, ARRAY_SIZE(other.dll) )) error = proc( &other, files );
    if (error) WARN( "The registry refuses, error %ld.\n", error );
    *changed = own.changed || other.changed;
    return HRESULT_FROM_WIN32( error );
}

HRESULT proxies_register( BOOL *changed )
{
    static SRWLOCK registering = SRWLOCK_INIT;  /* one of several plug-ins has changed it */
    HRESULT hr;

    AcquireSRWLockExclusive( &registering );
    hr = for_views( register_view, changed );
    ReleaseSRWLockExclusive( &registering );
    return hr;
}

HRESULT WINAPI DllRegisterServer(void)
{
    BOOL changed;
    return for_views( register_view, &changed );
}

HRESULT WINAPI DllUnregisterServer(void)
{
    BOOL changed;
    return for_views( unregister_view, &changed );
}

/* An object of every interface, that nobody calls. */

/* Interfaces between a program and us that COM itself has the proxies of. */
static const IID *const com_interfaces[] = { &IID_IClassFactory, &IID_IPropertyBag };

static HRESULT STDMETHODCALLTYPE lasting_QueryInterface( IUnknown *iface, REFIID riid, void **out )
{
    BOOL found = IsEqualGUID( riid, &IID_IUnknown );
    const ProxyFileInfo **files;
    const CLSID *clsid;
    unsigned int i;
    int index;

    for (i = 0; !found && i < ARRAY_SIZE(com_interfaces); i++) found = IsEqualGUID( riid, com_interfaces[i] );
    for (GetProxyDllInfo( &files, &clsid ); !found && *files; files++) found = (*files)->pIIDLookupRtn( riid, &index );
    *out = found ? iface : NULL;
    return found ? S_OK : E_NOINTERFACE;
}

static ULONG STDMETHODCALLTYPE lasting_AddRef( IUnknown *iface )
{
    return 2;
}

static ULONG STDMETHODCALLTYPE lasting_Release( IUnknown *iface )
{
    return 1;
}

static const IUnknownVtbl lasting_vtbl = { lasting_QueryInterface, lasting_AddRef, lasting_Release };
static IUnknown lasting = { &lasting_vtbl };

static void keep_interface( IStream *stream, REFIID riid )
{
    HRESULT hr = CoMarshalInterface( stream, riid, &lasting, MSHCTX_LOCAL, NULL, MSHLFLAGS_TABLESTRONG );
    if (FAILED(hr)) WARN( "Interface %s will not last, hr %#lx.\n", debugstr_guid( riid ), hr );
}

/* Wine withdraws an interface with its last object in a process, and may wait for ever then for the end of a call that is
 * just about to end, so that no object of any interface can be passed any more. It never does with an object that lasts. */
static void keep_interfaces(void)
{
    const ProxyFileInfo **files;
    const CLSID *clsid;
    IStream *stream;
    unsigned int i;

    if (FAILED(CreateStreamOnHGlobal( NULL, TRUE, &stream ))) return;
    for (i = 0; i < ARRAY_SIZE(com_interfaces); i++) keep_interface( stream, com_interfaces[i] );
    for (GetProxyDllInfo( &files, &clsid ); *files; files++)
        for (i = 0; (*files)->pStubVtblList[i]; i++) keep_interface( stream, (*files)->pStubVtblList[i]->header.piid );
    IStream_Release( stream );
}

/* COM comes for the first proxy or stub in a process, and for those of the lasting object. */
HRESULT WINAPI DllGetClassObject( REFCLSID clsid, REFIID riid, void **out )
{
    static LONG kept;
    HRESULT hr = proxies_DllGetClassObject( clsid, riid, out );

    if (SUCCEEDED(hr) && !InterlockedExchange( &kept, TRUE )) keep_interfaces();
    return hr;
}
