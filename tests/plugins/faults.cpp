/*
 * A plug-in in C++ that faults where the environment says
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
 * WINEDVC_TEST_FAULT is "<call>:<fault>". The call is the name of a function or method that a client
 * calls, or "any"; of IUnknown it is Release, of the plug-in or (CallbackRelease) of the channel's
 * callback. The fault is
 *
 *   crash      an access violation that nobody handles
 *   elsewhere  the same on a thread of its own, which the call waits for
 *   nowhere    a call through a pointer that is NULL; thread-nowhere, a thread that begins there
 *   overstated a Write of more bytes than there are, in OnDataReceived
 *   overflow   a stack overflow, on a thread of its own
 *   throw      a C++ exception that nobody catches
 *   raise      RaiseException; raise-elsewhere, the same on another thread; lost, where the stack leads nowhere
 *   block      the call says so on the standard error output, and does not return
 *   handled    access violations and C++ exceptions that the plug-in handles, on both threads
 *   memory     from now on the program gets no more of its C library
 *
 * It listens on WineDVC::Faults and answers each message with the text "<met> <handled>", the
 * number of faults of the last kind so far and how many of them ended as they should.
 */

#include <windows.h>
#include <ocidl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <initguid.h>
#include <tsvirtualchannels.h>
#include <cchannel.h>

DEFINE_GUID( CLSID_faults, 0x3d5c0a1e, 0x4b0f, 0x4c3d, 0x8e, 0x21, 0x77, 0x1a, 0x90, 0x5d, 0xc4, 0x02 );

static LONG met, handled;       /* changed with Interlocked functions */
static IWTSVirtualChannel *channel;

static DWORD WINAPI crash( void *arg )
{
    volatile BYTE *volatile nowhere = NULL;

    *nowhere = 0;
    return 0;
}

static void call_nowhere(void)
{
    void (*volatile nowhere)(void) = NULL;

    nowhere();
}

static DWORD WINAPI overflow( void *arg )
{
    volatile BYTE page[4096];

    page[0] = !arg;
    if (page[0] > 1) return 0;
    return overflow( const_cast<BYTE *>( page ) ) + page[0];
}

static void throw_number( int number )
{
    throw number;
}

static DWORD WINAPI raise( void *arg )
{
    RaiseException( 0xe0abcdef, 0, 0, NULL );
    return 0;
}

/* Nothing leads from RaiseException back to here. */
static DWORD WINAPI raise_without_stack( void *arg )
{
    void *raise_exception = reinterpret_cast<void *>( GetProcAddress( GetModuleHandleA( "kernelbase.dll" ),
                                                                      "RaiseException" ) );
#ifdef __x86_64__
    asm volatile( "xorl %%ebp, %%ebp\n\tmovl $0xe0abcdef, %%ecx\n\txorl %%edx, %%edx\n\txorl %%r8d, %%r8d\n\t"
                  "xorl %%r9d, %%r9d\n\tsubq $8, %%rsp\n\tmovq $0, (%%rsp)\n\tjmp *%0" :: "r"( raise_exception )
                  : "rcx", "rdx", "r8", "r9", "memory" );
#endif
    return raise_exception == NULL;
}

static void handle_throw(void)
{
    InterlockedIncrement( &met );
    try
    {
        throw_number( 1 );
    }
    catch (int number)
    {
        InterlockedExchangeAdd( &handled, number );
    }
}

/* What __try and __except become in a plug-in of Microsoft's compiler: the frame names a handler.
 * Returns whether there was an exception. */
#ifdef __x86_64__
extern "C" BOOL try_write( BYTE *address );

asm( ".text\n"
     "\t.globl try_write\n"
     "\t.seh_proc try_write\n"
     "try_write:\n"
     "\tsubq $40, %rsp\n"
     "\t.seh_stackalloc 40\n"
     "\t.seh_endprologue\n"
     ".Ltry:\n"
     "\tmovb $0, (%rcx)\n"
     "\txorl %eax, %eax\n"
     "\tjmp .Ldone\n"
     ".Lexcept:\n"
     "\tmovl $1, %eax\n"
     ".Ldone:\n"
     "\taddq $40, %rsp\n"
     "\tret\n"
     "\t.seh_handler __C_specific_handler, @except\n"
     "\t.seh_handlerdata\n"
     "\t.long 1\n"                  /* one scope */
     "\t.rva .Ltry, .Lexcept\n"
     "\t.long 1\n"                  /* EXCEPTION_EXECUTE_HANDLER without a filter */
     "\t.rva .Lexcept\n"
     "\t.text\n"
     "\t.seh_endproc\n" );

static void handle_in_frame(void)
{
    InterlockedIncrement( &met );
    if (try_write( NULL )) InterlockedIncrement( &handled );
}
#else
static void handle_in_frame(void) {}
#endif

static BYTE *reserved;

/* As collectors of garbage do, it makes the access succeed. */
static LONG WINAPI commit_reserved( EXCEPTION_POINTERS *exception )
{
    EXCEPTION_RECORD *record = exception->ExceptionRecord;

    if (record->ExceptionCode != EXCEPTION_ACCESS_VIOLATION) return EXCEPTION_CONTINUE_SEARCH;
    if (record->ExceptionInformation[1] != reinterpret_cast<ULONG_PTR>( reserved )) return EXCEPTION_CONTINUE_SEARCH;
    VirtualAlloc( reserved, 1, MEM_COMMIT, PAGE_READWRITE );
    return EXCEPTION_CONTINUE_EXECUTION;
}

static void handle_vectored(void)
{
    void *handler;

    InterlockedIncrement( &met );
    reserved = static_cast<BYTE *>( VirtualAlloc( NULL, 1, MEM_RESERVE, PAGE_READWRITE ) );
    handler = AddVectoredExceptionHandler( FALSE, commit_reserved );
    *const_cast<volatile BYTE *>( reserved ) = 1;
    if (*reserved == 1) InterlockedIncrement( &handled );
    RemoveVectoredExceptionHandler( handler );
    VirtualFree( reserved, 0, MEM_RELEASE );
}

static DWORD WINAPI handle_all( void *arg )
{
    handle_throw();
    handle_in_frame();
    handle_vectored();
    return 0;
}

static void run_elsewhere( LPTHREAD_START_ROUTINE routine )
{
    HANDLE thread = CreateThread( NULL, 0, routine, NULL, 0, NULL );

    if (!thread) return;
    WaitForSingleObject( thread, INFINITE );
    CloseHandle( thread );
}

static void block( const char *call )
{
    char line[80];
    DWORD size = snprintf( line, sizeof(line), "%s does not return\n", call );

    WriteFile( GetStdHandle( STD_ERROR_HANDLE ), line, size, &size, NULL );
    WaitForSingleObject( GetCurrentProcess(), INFINITE );
}

static void *no_memory(void)
{
    return NULL;
}

/* The program's imports of that name lead there. */
static void replace_import( const char *name, void *function )
{
    BYTE *module = reinterpret_cast<BYTE *>( GetModuleHandleA( NULL ) );
    const IMAGE_NT_HEADERS *nt = reinterpret_cast<IMAGE_NT_HEADERS *>(
            module + reinterpret_cast<IMAGE_DOS_HEADER *>( module )->e_lfanew );
    const IMAGE_IMPORT_DESCRIPTOR *dll = reinterpret_cast<IMAGE_IMPORT_DESCRIPTOR *>(
            module + nt->OptionalHeader.DataDirectory[IMAGE_DIRECTORY_ENTRY_IMPORT].VirtualAddress );
    DWORD protection;

    for (; dll->Name; dll++)
    {
        const IMAGE_THUNK_DATA *names = reinterpret_cast<IMAGE_THUNK_DATA *>( module + dll->OriginalFirstThunk );
        void **imports = reinterpret_cast<void **>( module + dll->FirstThunk );

        for (; names->u1.AddressOfData; names++, imports++)
        {
            if (IMAGE_SNAP_BY_ORDINAL( names->u1.Ordinal )) continue;
            if (strcmp( reinterpret_cast<char *>( module + names->u1.AddressOfData ) + sizeof(WORD), name )) continue;
            VirtualProtect( imports, sizeof(*imports), PAGE_READWRITE, &protection );
            *imports = function;
        }
    }
}

static void take_memory(void)
{
    replace_import( "malloc", reinterpret_cast<void *>( no_memory ) );
    replace_import( "realloc", reinterpret_cast<void *>( no_memory ) );
}

/* Of two pages the second is not there. */
static void write_overstated(void)
{
    const ULONG page = 0x1000;
    void *buffer = VirtualAlloc( NULL, 2 * page, MEM_RESERVE, PAGE_READWRITE );

    channel->Write( 2 * page, static_cast<BYTE *>( VirtualAlloc( buffer, page, MEM_COMMIT, PAGE_READWRITE ) ), NULL );
}

static void commit_fault( const char *call, const char *fault )
{
    if (!strcmp( fault, "crash" )) crash( NULL );
    else if (!strcmp( fault, "elsewhere" )) run_elsewhere( crash );
    else if (!strcmp( fault, "nowhere" )) call_nowhere();
    else if (!strcmp( fault, "thread-nowhere" )) run_elsewhere( NULL );
    else if (!strcmp( fault, "overstated" )) write_overstated();
    else if (!strcmp( fault, "overflow" )) run_elsewhere( overflow );
    else if (!strcmp( fault, "block" )) block( call );
    else if (!strcmp( fault, "throw" )) throw_number( 1 );
    else if (!strcmp( fault, "raise" )) RaiseException( 0xe0abcdef, 0, 0, NULL );
    else if (!strcmp( fault, "raise-elsewhere" )) run_elsewhere( raise );
    else if (!strcmp( fault, "memory" )) take_memory();
    else if (!strcmp( fault, "lost" )) run_elsewhere( raise_without_stack );
    else if (!strcmp( fault, "handled" ))
    {
        handle_all( NULL );
        run_elsewhere( handle_all );
    }
}

/* Every call begins with this. */
static void called( const char *name )
{
    char wish[64], *fault;

    if (!GetEnvironmentVariableA( "WINEDVC_TEST_FAULT", wish, sizeof(wish) ) || !(fault = strchr( wish, ':' ))) return;
    *fault++ = 0;
    if (!strcmp( wish, name ) || !strcmp( wish, "any" )) commit_fault( wish, fault );
}

/* There is one object of each kind, and at most one channel at a time. */

static HRESULT query_interface( IUnknown *object, REFIID iid, REFIID own, void **out )
{
    *out = IsEqualGUID( iid, IID_IUnknown ) || IsEqualGUID( iid, own ) ? object : NULL;
    return *out ? S_OK : E_NOINTERFACE;
}

static struct channel_callback : IWTSVirtualChannelCallback
{
    STDMETHODIMP QueryInterface( REFIID iid, void **out )
    {
        return query_interface( this, iid, IID_IWTSVirtualChannelCallback, out );
    }

    STDMETHODIMP_(ULONG) AddRef() { return 2; }

    STDMETHODIMP_(ULONG) Release()
    {
        called( "CallbackRelease" );
        return 1;
    }

    STDMETHODIMP OnDataReceived( ULONG size, BYTE *data )
    {
        char answer[32];

        called( "OnDataReceived" );
        snprintf( answer, sizeof(answer), "%ld %ld", met, handled );
        return channel->Write( strlen( answer ), reinterpret_cast<BYTE *>( answer ), NULL );
    }

    STDMETHODIMP OnClose()
    {
        called( "OnClose" );
        channel->Release();
        return S_OK;
    }
} channel_callback;

static struct listener_callback : IWTSListenerCallback
{
    STDMETHODIMP QueryInterface( REFIID iid, void **out )
    {
        return query_interface( this, iid, IID_IWTSListenerCallback, out );
    }

    STDMETHODIMP_(ULONG) AddRef() { return 2; }

    STDMETHODIMP_(ULONG) Release() { return 1; }

    STDMETHODIMP OnNewChannelConnection( IWTSVirtualChannel *opened, BSTR data, BOOL *accept,
                                         IWTSVirtualChannelCallback **callback )
    {
        called( "OnNewChannelConnection" );
        opened->AddRef();
        channel = opened;
        *accept = TRUE;
        *callback = &channel_callback;
        return S_OK;
    }
} listener_callback;

static struct plugin : IWTSPlugin
{
    STDMETHODIMP QueryInterface( REFIID iid, void **out )
    {
        return query_interface( this, iid, IID_IWTSPlugin, out );
    }

    STDMETHODIMP_(ULONG) AddRef() { return 2; }

    STDMETHODIMP_(ULONG) Release()
    {
        called( "Release" );
        return 1;
    }

    STDMETHODIMP Initialize( IWTSVirtualChannelManager *manager )
    {
        IWTSListener *listener = NULL;
        HRESULT hr;

        called( "Initialize" );
        hr = manager->CreateListener( "WineDVC::Faults", 0, &listener_callback, &listener );
        if (listener) listener->Release();
        return hr;
    }

    STDMETHODIMP Connected()
    {
        called( "Connected" );
        return S_OK;
    }

    STDMETHODIMP Disconnected( DWORD code )
    {
        called( "Disconnected" );
        return S_OK;
    }

    STDMETHODIMP Terminated()
    {
        called( "Terminated" );
        return S_OK;
    }
} plugin;

static struct factory : IClassFactory
{
    STDMETHODIMP QueryInterface( REFIID iid, void **out )
    {
        return query_interface( this, iid, IID_IClassFactory, out );
    }

    STDMETHODIMP_(ULONG) AddRef() { return 2; }

    STDMETHODIMP_(ULONG) Release() { return 1; }

    STDMETHODIMP CreateInstance( IUnknown *outer, REFIID iid, void **out )
    {
        called( "CreateInstance" );
        *out = NULL;
        if (outer) return CLASS_E_NOAGGREGATION;
        return plugin.QueryInterface( iid, out );
    }

    STDMETHODIMP LockServer( BOOL lock ) { return S_OK; }
} factory;

VCEXPORT HRESULT VCAPITYPE VirtualChannelGetInstance( REFIID iid, ULONG *count, void **objects )
{
    called( "VirtualChannelGetInstance" );
    *count = 1;
    return objects ? plugin.QueryInterface( iid, objects ) : S_OK;
}

VCEXPORT HRESULT WINAPI DllGetClassObject( REFCLSID clsid, REFIID iid, void **out )
{
    called( "DllGetClassObject" );
    *out = NULL;
    if (!IsEqualGUID( clsid, CLSID_faults )) return CLASS_E_CLASSNOTAVAILABLE;
    return factory.QueryInterface( iid, out );
}
