/*
 * The sample plug-in: answers each message with its bytes XORed by a key
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
 * It listens on WineDVC::Sample::One and WineDVC::Sample::Two; a copy called other.dll has Other
 * in the place of Sample. On each channel the first
 * message is the key, 1 to 64 bytes, and not answered; each later message m is answered by
 * a message of the same size with byte i = m[i] ^ key[i % size of key]. A first message of
 * another size closes the channel. Messages that begin with winedvc: are commands, also
 * before the key:
 *
 *   winedvc:close     the plug-in closes the channel, inside OnDataReceived
 *   winedvc:write N   another thread writes N bytes, byte i = (i & 0xff) ^ key[i % size of key]
 *   winedvc:abandon N the same, but then it writes another message and closes the channel
 *   winedvc:wait      until one more such thread has written; answered by winedvc:ok
 *   winedvc:refuse N  the next N channels are refused; answered by winedvc:ok
 *   winedvc:exit      the process ends
 *   winedvc:crash     an access violation, on the thread of the callback or on one of our own
 *   winedvc:crash2
 *
 * Another command is answered by winedvc:unknown.
 *
 * With WINEDVC_TEST_REGISTER=narrow its DllRegisterServer writes the AddIns key where a 32-bit plug-in's installer writes
 * it, for all users; with crash there is an access violation.
 */

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STATIC_PLUGIN_OBJECTS
#define STATIC_PLUGIN_REFERENCES
#include "static_plugin.h"

#include <olectl.h>

DEFINE_GUID( CLSID_sample, 0x6c1f4a52, 0x8a5e, 0x4b7a, 0x9f, 0x0e, 0x3d, 0x2c, 0x54, 0xb1, 0xa0, 0x01 );

#define MAX_KEY      64
#define MAX_COMMAND  64

#define COMMAND_PREFIX "winedvc:"

/* Both are changed with Interlocked functions. */
static LONG object_count;
static LONG refuse_count;

static HMODULE module;

struct key
{
    ULONG size;     /* 0: not known yet */
    BYTE  bytes[MAX_KEY];
};

static void key_apply( const struct key *key, BYTE *buffer, ULONG size )
{
    ULONG i;

    if (!key->size) return;
    for (i = 0; i < size; i++) buffer[i] ^= key->bytes[i % key->size];
}

/* A message that a thread of its own writes. */

static HANDLE written;  /* semaphore: of those messages */

struct writer
{
    struct writer *next;
    HANDLE         thread;
    IWTSVirtualChannel *channel;
    ULONG          size;
    BOOL           abandons;
    struct key     key;
};

static DWORD WINAPI writer_run( void *arg )
{
    struct writer *writer = arg;
    BYTE *buffer;
    ULONG i;

    if (!(buffer = malloc( writer->size ? writer->size : 1 ))) return 1;
    for (i = 0; i < writer->size; i++) buffer[i] = i;
    key_apply( &writer->key, buffer, writer->size );
    IWTSVirtualChannel_Write( writer->channel, writer->size, buffer, NULL );
    if (writer->abandons)
    {
        IWTSVirtualChannel_Write( writer->channel, writer->size ? 1 : 0, buffer, NULL );
        IWTSVirtualChannel_Close( writer->channel );
    }
    free( buffer );
    ReleaseSemaphore( written, 1, NULL );
    return 0;
}

static struct writer *writer_create( IWTSVirtualChannel *channel, ULONG size, BOOL abandons,
                                     const struct key *key )
{
    struct writer *writer;

    if (!(writer = calloc( 1, sizeof(*writer) ))) return NULL;
    writer->channel = channel;
    writer->size = size;
    writer->abandons = abandons;
    writer->key = *key;
    IWTSVirtualChannel_AddRef( channel );
    if ((writer->thread = CreateThread( NULL, 0, writer_run, writer, 0, NULL ))) return writer;
    IWTSVirtualChannel_Release( channel );
    free( writer );
    return NULL;
}

/* Waits for the threads: they never wait for a callback. */
static void writers_join( struct writer *writer )
{
    struct writer *next;

    for (; writer; writer = next)
    {
        next = writer->next;
        WaitForSingleObject( writer->thread, INFINITE );
        CloseHandle( writer->thread );
        IWTSVirtualChannel_Release( writer->channel );
        free( writer );
    }
}

/* One channel. */

struct callback
{
    IWTSVirtualChannelCallback IWTSVirtualChannelCallback_iface;
    LONG                ref;
    IWTSVirtualChannel *channel;
    struct key          key;        /* used by OnDataReceived only */

    SRWLOCK             lock;
    struct writer      *writers;    /* protected by lock */
    BOOL                closed;     /* protected by lock */
};

static struct callback *impl_from_IWTSVirtualChannelCallback( IWTSVirtualChannelCallback *iface )
{
    return CONTAINING_RECORD( iface, struct callback, IWTSVirtualChannelCallback_iface );
}

static HRESULT STDMETHODCALLTYPE callback_QueryInterface( IWTSVirtualChannelCallback *iface, REFIID iid, void **out )
{
    *out = NULL;
    if (!IsEqualGUID( iid, &IID_IUnknown ) && !IsEqualGUID( iid, &IID_IWTSVirtualChannelCallback ))
        return E_NOINTERFACE;
    IWTSVirtualChannelCallback_AddRef( iface );
    *out = iface;
    return S_OK;
}

static ULONG STDMETHODCALLTYPE callback_AddRef( IWTSVirtualChannelCallback *iface )
{
    return InterlockedIncrement( &impl_from_IWTSVirtualChannelCallback( iface )->ref );
}

static ULONG STDMETHODCALLTYPE callback_Release( IWTSVirtualChannelCallback *iface )
{
    struct callback *callback = impl_from_IWTSVirtualChannelCallback( iface );
    ULONG ref = InterlockedDecrement( &callback->ref );

    if (ref) return ref;
    writers_join( callback->writers );
    IWTSVirtualChannel_Release( callback->channel );
    free( callback );
    InterlockedDecrement( &object_count );
    return 0;
}

static void callback_say( struct callback *callback, const char *text )
{
    IWTSVirtualChannel_Write( callback->channel, strlen( text ), (BYTE *)text, NULL );
}

static void callback_start_writer( struct callback *callback, ULONG size, BOOL abandons )
{
    struct writer *writer;

    if (!(writer = writer_create( callback->channel, size, abandons, &callback->key ))) return;
    AcquireSRWLockExclusive( &callback->lock );
    if (!callback->closed)
    {
        writer->next = callback->writers;
        callback->writers = writer;
        writer = NULL;
    }
    ReleaseSRWLockExclusive( &callback->lock );
    writers_join( writer );
}

/* A fault that no handler of ours takes. */
static DWORD CALLBACK crash( void *arg )
{
    *(BYTE **)arg = NULL;
    **(BYTE **)arg = 0;
    return 0;
}

static void crash_elsewhere(void)
{
    static BYTE *nowhere;
    HANDLE thread = CreateThread( NULL, 0, crash, &nowhere, 0, NULL );

    if (thread) CloseHandle( thread );
}

static void callback_obey( struct callback *callback, const char *command )
{
    if (!strcmp( command, "close" )) IWTSVirtualChannel_Close( callback->channel );
    else if (!strcmp( command, "exit" )) ExitProcess( 1 );
    else if (!strcmp( command, "crash" )) crash( &command );
    else if (!strcmp( command, "crash2" )) crash_elsewhere();
    else if (!strncmp( command, "write ", 6 ))
        callback_start_writer( callback, strtoul( command + 6, NULL, 10 ), FALSE );
    else if (!strncmp( command, "abandon ", 8 ))
        callback_start_writer( callback, strtoul( command + 8, NULL, 10 ), TRUE );
    else if (!strcmp( command, "wait" ))
    {
        WaitForSingleObject( written, INFINITE );
        callback_say( callback, COMMAND_PREFIX "ok" );
    }
    else if (!strncmp( command, "refuse ", 7 ))
    {
        InterlockedExchange( &refuse_count, strtoul( command + 7, NULL, 10 ) );
        callback_say( callback, COMMAND_PREFIX "ok" );
    }
    else callback_say( callback, COMMAND_PREFIX "unknown" );
}

static HRESULT callback_answer( struct callback *callback, ULONG size, const BYTE *message )
{
    BYTE *answer;
    HRESULT hr;

    if (!(answer = malloc( size ? size : 1 ))) return E_OUTOFMEMORY;
    memcpy( answer, message, size );
    key_apply( &callback->key, answer, size );
    hr = IWTSVirtualChannel_Write( callback->channel, size, answer, NULL );
    free( answer );
    return hr;
}

static HRESULT STDMETHODCALLTYPE callback_OnDataReceived( IWTSVirtualChannelCallback *iface, ULONG size, BYTE *message )
{
    struct callback *callback = impl_from_IWTSVirtualChannelCallback( iface );
    const ULONG prefix = strlen( COMMAND_PREFIX );
    char command[MAX_COMMAND];

    if (size >= prefix && size - prefix < sizeof(command) && !memcmp( message, COMMAND_PREFIX, prefix ))
    {
        memcpy( command, message + prefix, size - prefix );
        command[size - prefix] = 0;
        callback_obey( callback, command );
        return S_OK;
    }
    if (callback->key.size) return callback_answer( callback, size, message );
    if (!size || size > MAX_KEY) return IWTSVirtualChannel_Close( callback->channel );
    memcpy( callback->key.bytes, message, size );
    callback->key.size = size;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE callback_OnClose( IWTSVirtualChannelCallback *iface )
{
    struct callback *callback = impl_from_IWTSVirtualChannelCallback( iface );
    struct writer *writers;

    AcquireSRWLockExclusive( &callback->lock );
    writers = callback->writers;
    callback->writers = NULL;
    callback->closed = TRUE;
    ReleaseSRWLockExclusive( &callback->lock );
    writers_join( writers );
    /* needless, as Microsoft's sample does it */
    return IWTSVirtualChannel_Close( callback->channel );
}

static IWTSVirtualChannelCallbackVtbl callback_vtbl =
{
    callback_QueryInterface,
    callback_AddRef,
    callback_Release,
    callback_OnDataReceived,
    callback_OnClose,
};

static HRESULT callback_create( IWTSVirtualChannel *channel, IWTSVirtualChannelCallback **out )
{
    struct callback *callback;

    if (!(callback = calloc( 1, sizeof(*callback) ))) return E_OUTOFMEMORY;
    callback->IWTSVirtualChannelCallback_iface.lpVtbl = &callback_vtbl;
    callback->ref = 1;
    callback->channel = channel;
    IWTSVirtualChannel_AddRef( channel );
    InitializeSRWLock( &callback->lock );
    InterlockedIncrement( &object_count );
    *out = &callback->IWTSVirtualChannelCallback_iface;
    return S_OK;
}

/* The listener of both names has no state. */

static HRESULT STDMETHODCALLTYPE listener_QueryInterface( IWTSListenerCallback *iface, REFIID iid, void **out )
{
    *out = NULL;
    if (!IsEqualGUID( iid, &IID_IUnknown ) && !IsEqualGUID( iid, &IID_IWTSListenerCallback )) return E_NOINTERFACE;
    *out = iface;
    return S_OK;
}

static ULONG STDMETHODCALLTYPE listener_AddRef( IWTSListenerCallback *iface )
{
    return 2;
}

static ULONG STDMETHODCALLTYPE listener_Release( IWTSListenerCallback *iface )
{
    return 1;
}

static BOOL take_refusal(void)
{
    LONG count;

    while ((count = InterlockedCompareExchange( &refuse_count, 0, 0 )) > 0)
        if (InterlockedCompareExchange( &refuse_count, count - 1, count ) == count) return TRUE;
    return FALSE;
}

static HRESULT STDMETHODCALLTYPE listener_OnNewChannelConnection( IWTSListenerCallback *iface,
        IWTSVirtualChannel *channel, BSTR data, BOOL *accept, IWTSVirtualChannelCallback **callback )
{
    HRESULT hr;

    *accept = FALSE;
    *callback = NULL;
    if (take_refusal()) return S_OK;
    if (FAILED(hr = callback_create( channel, callback ))) return hr;
    *accept = TRUE;
    return S_OK;
}

static IWTSListenerCallbackVtbl listener_vtbl =
{
    listener_QueryInterface,
    listener_AddRef,
    listener_Release,
    listener_OnNewChannelConnection,
};

static IWTSListenerCallback listener = { &listener_vtbl };

/* The plug-in. */

struct plugin
{
    IWTSPlugin IWTSPlugin_iface;
    LONG       ref;
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
    free( plugin );
    InterlockedDecrement( &object_count );
    return 0;
}

/* The name of the DLL's file with a capital. */
static BOOL get_family( char family[MAX_PATH] )
{
    char path[MAX_PATH], *base, *end;
    DWORD size = GetModuleFileNameA( module, path, ARRAYSIZE(path) );

    if (!size || size == ARRAYSIZE(path)) return FALSE;
    if ((base = strrchr( path, '\\' ))) base++;
    else base = path;
    if ((end = strrchr( base, '.' ))) *end = 0;
    strcpy( family, base );
    family[0] = toupper( (unsigned char)family[0] );
    return TRUE;
}

static HRESULT STDMETHODCALLTYPE plugin_Initialize( IWTSPlugin *iface, IWTSVirtualChannelManager *manager )
{
    static const char *const members[] = { "One", "Two" };
    char family[MAX_PATH], name[MAX_PATH + 32];
    IWTSListener *created;
    HRESULT hr;
    UINT i;

    if (!get_family( family )) return E_FAIL;
    for (i = 0; i < ARRAYSIZE(members); i++)
    {
        created = NULL;
        sprintf( name, "WineDVC::%s::%s", family, members[i] );
        if (FAILED(hr = IWTSVirtualChannelManager_CreateListener( manager, name, 0, &listener, &created )))
            return hr;
        if (created) IWTSListener_Release( created );
    }
    return S_OK;
}

static HRESULT plugin_create( IWTSPlugin **out )
{
    struct plugin *plugin;

    if (!(plugin = calloc( 1, sizeof(*plugin) ))) return E_OUTOFMEMORY;
    plugin->IWTSPlugin_iface.lpVtbl = &plugin_vtbl;
    plugin->ref = 1;
    InterlockedIncrement( &object_count );
    *out = &plugin->IWTSPlugin_iface;
    return S_OK;
}

/* The class factory. */

static HRESULT STDMETHODCALLTYPE factory_QueryInterface( IClassFactory *iface, REFIID iid, void **out )
{
    *out = NULL;
    if (!IsEqualGUID( iid, &IID_IUnknown ) && !IsEqualGUID( iid, &IID_IClassFactory )) return E_NOINTERFACE;
    *out = iface;
    return S_OK;
}

static ULONG STDMETHODCALLTYPE factory_AddRef( IClassFactory *iface )
{
    return 2;
}

static ULONG STDMETHODCALLTYPE factory_Release( IClassFactory *iface )
{
    return 1;
}

static HRESULT STDMETHODCALLTYPE factory_CreateInstance( IClassFactory *iface, IUnknown *outer, REFIID iid, void **out )
{
    IWTSPlugin *plugin;
    HRESULT hr;

    *out = NULL;
    if (outer) return CLASS_E_NOAGGREGATION;
    if (FAILED(hr = plugin_create( &plugin ))) return hr;
    hr = IWTSPlugin_QueryInterface( plugin, iid, out );
    IWTSPlugin_Release( plugin );
    return hr;
}

static HRESULT STDMETHODCALLTYPE factory_LockServer( IClassFactory *iface, BOOL lock )
{
    if (lock) InterlockedIncrement( &object_count );
    else InterlockedDecrement( &object_count );
    return S_OK;
}

static IClassFactoryVtbl factory_vtbl =
{
    factory_QueryInterface,
    factory_AddRef,
    factory_Release,
    factory_CreateInstance,
    factory_LockServer,
};

static IClassFactory factory = { &factory_vtbl };

/* What the DLL exports. */

VCEXPORT VIRTUALCHANNELGETINSTANCE VirtualChannelGetInstance;
HRESULT VCAPITYPE VirtualChannelGetInstance( REFIID iid, ULONG *count, void **objects )
{
    HRESULT hr;

    if (!IsEqualGUID( iid, &IID_IWTSPlugin )) return E_NOINTERFACE;
    if (objects && !*count) return E_INVALIDARG;
    if (objects && FAILED(hr = plugin_create( (IWTSPlugin **)objects ))) return hr;
    *count = 1;
    return S_OK;
}

VCEXPORT HRESULT WINAPI DllGetClassObject( REFCLSID clsid, REFIID iid, void **out )
{
    *out = NULL;
    if (!IsEqualGUID( clsid, &CLSID_sample ) || !IsEqualGUID( iid, &IID_IClassFactory ))
        return CLASS_E_CLASSNOTAVAILABLE;
    return IClassFactory_QueryInterface( &factory, iid, out );
}

VCEXPORT HRESULT WINAPI DllCanUnloadNow(void)
{
    return InterlockedCompareExchange( &object_count, 0, 0 ) ? S_FALSE : S_OK;
}

static const WCHAR class_key[] = L"Software\\Classes\\CLSID\\{6c1f4a52-8a5e-4b7a-9f0e-3d2c54b1a001}";
static const WCHAR server_key[] = L"Software\\Classes\\CLSID\\{6c1f4a52-8a5e-4b7a-9f0e-3d2c54b1a001}\\InprocServer32";
static const WCHAR addin_key[] = L"Software\\Microsoft\\Terminal Server Client\\Default\\AddIns\\winedvc-sample";

static LSTATUS set_value( const WCHAR *key, const WCHAR *name, const WCHAR *text )
{
    return RegSetKeyValueW( HKEY_CURRENT_USER, key, name, REG_SZ, text, (lstrlenW( text ) + 1) * sizeof(WCHAR) );
}

/* For all users, and where the registration of 32-bit code has it. */
static LSTATUS set_narrow_addin( const WCHAR *path )
{
    LSTATUS status;
    HKEY key;

    if ((status = RegCreateKeyExW( HKEY_LOCAL_MACHINE, addin_key, 0, NULL, 0, KEY_WRITE | KEY_WOW64_32KEY, NULL, &key, NULL )))
        return status;
    status = RegSetValueExW( key, L"Name", 0, REG_SZ, (const BYTE *)path, (lstrlenW( path ) + 1) * sizeof(WCHAR) );
    RegCloseKey( key );
    return status;
}

static BOOL is_wanted( const char *how )
{
    char wish[16];

    return GetEnvironmentVariableA( "WINEDVC_TEST_REGISTER", wish, sizeof(wish) ) && !strcmp( wish, how );
}

VCEXPORT HRESULT WINAPI DllRegisterServer(void)
{
    WCHAR path[MAX_PATH];
    DWORD size;

    size = GetModuleFileNameW( module, path, ARRAYSIZE(path) );
    if (!size || size == ARRAYSIZE(path)) return SELFREG_E_CLASS;
    if (set_value( server_key, NULL, path )) return SELFREG_E_CLASS;
    if (set_value( server_key, L"ThreadingModel", L"Free" )) return SELFREG_E_CLASS;
    if (is_wanted( "crash" )) *(volatile BYTE *volatile)NULL = 0;
    if (is_wanted( "narrow" ) ? set_narrow_addin( path ) : set_value( addin_key, L"Name", path )) return SELFREG_E_CLASS;
    return S_OK;
}

VCEXPORT HRESULT WINAPI DllUnregisterServer(void)
{
    RegDeleteTreeW( HKEY_CURRENT_USER, class_key );
    RegDeleteTreeW( HKEY_CURRENT_USER, addin_key );
    return S_OK;
}

BOOL WINAPI DllMain( HINSTANCE instance, DWORD reason, void *reserved )
{
    if (reason != DLL_PROCESS_ATTACH) return TRUE;
    module = instance;
    written = CreateSemaphoreW( NULL, 0, MAXLONG, NULL );
    DisableThreadLibraryCalls( instance );
    return TRUE;
}
