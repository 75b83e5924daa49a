/*
 * What COM takes to talk to a plug-in in a process of its own, and nothing else
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
 *   direct.exe {CLSID}
 *
 * plays the client to the plug-in of that class, which echoes. Standard input is a socket. It writes 32 bits of 0 when the
 * plug-in is there. For two numbers of 32 bits, SIZE and COUNT, it makes COUNT round trips of SIZE bytes, and writes the
 * median of their microseconds, a double. A trip is a call of OnDataReceived, with a call of Write inside.
 */

#define COBJMACROS
#include <windows.h>
#include <ocidl.h>
#include <initguid.h>
#include <tsvirtualchannels.h>
#include <stdlib.h>
#include <string.h>

#define MAX_SIZE  (1 << 20)
#define MAX_COUNT 2000

static IWTSListenerCallback *listener_callback;
static BYTE message[MAX_SIZE];
static ULONG answered;      /* bytes, of the trip */

/* The objects live for ever. */

static ULONG STDMETHODCALLTYPE object_AddRef( IUnknown *iface )
{
    return 2;
}

static ULONG STDMETHODCALLTYPE object_Release( IUnknown *iface )
{
    return 1;
}

static HRESULT query( void *iface, REFIID wanted, REFIID iid, void **out )
{
    *out = IsEqualGUID( wanted, &IID_IUnknown ) || IsEqualGUID( wanted, iid ) ? iface : NULL;
    return *out ? S_OK : E_NOINTERFACE;
}

#define COUNTS (void *)object_AddRef, (void *)object_Release

static HRESULT STDMETHODCALLTYPE channel_QueryInterface( IWTSVirtualChannel *iface, REFIID iid, void **out )
{
    return query( iface, iid, &IID_IWTSVirtualChannel, out );
}

static HRESULT STDMETHODCALLTYPE channel_Write( IWTSVirtualChannel *iface, ULONG size, BYTE *buffer, IUnknown *reserved )
{
    answered = size && !memcmp( buffer, message, size ) ? size : 0;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE channel_Close( IWTSVirtualChannel *iface )
{
    return S_OK;
}

static IWTSVirtualChannelVtbl channel_vtbl = { channel_QueryInterface, COUNTS, channel_Write, channel_Close };
static IWTSVirtualChannel channel = { &channel_vtbl };

static HRESULT STDMETHODCALLTYPE listener_QueryInterface( IWTSListener *iface, REFIID iid, void **out )
{
    return query( iface, iid, &IID_IWTSListener, out );
}

static HRESULT STDMETHODCALLTYPE listener_GetConfiguration( IWTSListener *iface, IPropertyBag **out )
{
    *out = NULL;
    return E_NOTIMPL;
}

static IWTSListenerVtbl listener_vtbl = { listener_QueryInterface, COUNTS, listener_GetConfiguration };
static IWTSListener listener = { &listener_vtbl };

static HRESULT STDMETHODCALLTYPE manager_QueryInterface( IWTSVirtualChannelManager *iface, REFIID iid, void **out )
{
    return query( iface, iid, &IID_IWTSVirtualChannelManager, out );
}

static HRESULT STDMETHODCALLTYPE manager_CreateListener( IWTSVirtualChannelManager *iface, const char *name, ULONG flags,
                                                         IWTSListenerCallback *callback, IWTSListener **out )
{
    IWTSListenerCallback_AddRef( callback );
    listener_callback = callback;
    *out = &listener;
    return S_OK;
}

static IWTSVirtualChannelManagerVtbl manager_vtbl = { manager_QueryInterface, COUNTS, manager_CreateListener };
static IWTSVirtualChannelManager manager = { &manager_vtbl };

static IWTSVirtualChannelCallback *open_channel( const char *class )
{
    IWTSVirtualChannelCallback *callback = NULL;
    IWTSPlugin *plugin = NULL;
    BOOL accept = FALSE;
    WCHAR text[40];
    CLSID clsid;

    MultiByteToWideChar( CP_ACP, 0, class, -1, text, ARRAYSIZE(text) );
    if (FAILED(CLSIDFromString( text, &clsid ))) return NULL;
    if (FAILED(CoCreateInstance( &clsid, NULL, CLSCTX_LOCAL_SERVER, &IID_IWTSPlugin, (void **)&plugin ))) return NULL;
    if (FAILED(IWTSPlugin_Initialize( plugin, &manager )) || FAILED(IWTSPlugin_Connected( plugin ))) return NULL;
    if (!listener_callback) return NULL;
    IWTSListenerCallback_OnNewChannelConnection( listener_callback, &channel, NULL, &accept, &callback );
    return accept ? callback : NULL;
}

static int compare( const void *a, const void *b )
{
    const double *left = a, *right = b;
    return (*left > *right) - (*left < *right);
}

/* A negative number if an answer is wrong. */
static double measure( IWTSVirtualChannelCallback *callback, DWORD size, DWORD count )
{
    static double us[MAX_COUNT];
    LARGE_INTEGER begin, end, frequency;
    DWORD i;

    QueryPerformanceFrequency( &frequency );
    for (i = 0; i < count; i++)
    {
        answered = 0;
        message[0] = i;
        QueryPerformanceCounter( &begin );
        IWTSVirtualChannelCallback_OnDataReceived( callback, size, message );
        QueryPerformanceCounter( &end );
        if (answered != size) return -1;
        us[i] = (end.QuadPart - begin.QuadPart) * 1e6 / frequency.QuadPart;
    }
    qsort( us, count, sizeof(*us), compare );
    return us[count / 2];
}

int main( int argc, char **argv )
{
    HANDLE process = GetCurrentProcess(), socket;
    IWTSVirtualChannelCallback *callback;
    DWORD request[2] = { 0 }, done;
    double result;

    if (argc != 2 || !DuplicateHandle( process, GetStdHandle( STD_INPUT_HANDLE ), process, &socket,
                                       GENERIC_READ | GENERIC_WRITE | SYNCHRONIZE, FALSE, 0 )) return 1;
    CoInitializeEx( NULL, COINIT_MULTITHREADED );
    if (!(callback = open_channel( argv[1] ))) return 2;
    if (!WriteFile( socket, request, sizeof(*request), &done, NULL )) return 1;
    while (ReadFile( socket, request, sizeof(request), &done, NULL ) && done == sizeof(request))
    {
        if (!request[0] || request[0] > MAX_SIZE || !request[1] || request[1] > MAX_COUNT) return 3;
        result = measure( callback, request[0], request[1] );
        if (!WriteFile( socket, &result, sizeof(result), &done, NULL )) return 1;
    }
    return 0;
}
