/*
 * A plug-in that lets its process end for good or not at all
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

#include "static_plugin.h"

static NTSTATUS (WINAPI *lock_loader)( ULONG flags, ULONG *disposition, ULONG_PTR *cookie );

/* As a plug-in that loads or frees a DLL whose DllMain waits for ever: ExitProcess waits for it. */
static DWORD CALLBACK stay( void *arg )
{
    ULONG_PTR cookie;

    lock_loader( 0, NULL, &cookie );
    SetEvent( arg );
    WaitForSingleObject( GetCurrentProcess(), INFINITE );
    return 0;
}

static HRESULT STDMETHODCALLTYPE plugin_Initialize( IWTSPlugin *iface, IWTSVirtualChannelManager *manager )
{
    lock_loader = (void *)GetProcAddress( GetModuleHandleW( L"ntdll.dll" ), "LdrLockLoaderLock" );
    return lock_loader ? S_OK : E_FAIL;
}

static HRESULT STDMETHODCALLTYPE stuck_Disconnected( IWTSPlugin *iface, DWORD code )
{
    HANDLE locked = CreateEventW( NULL, FALSE, FALSE, NULL ), thread = CreateThread( NULL, 0, stay, locked, 0, NULL );

    WaitForSingleObject( locked, INFINITE );
    CloseHandle( thread );
    CloseHandle( locked );
    return S_OK;
}

BOOL WINAPI DllMain( HINSTANCE instance, DWORD reason, void *reserved )
{
    if (reason == DLL_PROCESS_ATTACH) plugin_vtbl.Disconnected = stuck_Disconnected;
    return TRUE;
}
