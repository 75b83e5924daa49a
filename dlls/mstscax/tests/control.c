/*
 * Test of what programs look for in mstscax.dll beside plug-ins
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

#include "windef.h"
#include "winbase.h"
#include "winuser.h"
#include "winver.h"
#include "objbase.h"

#include "wine/test.h"

/* Documented: the class of the control's first version, MsTscAx. */
static const CLSID class_of_control = { 0x1fb464c8, 0x09bb, 0x4017, { 0xa2, 0xf5, 0xeb, 0x74, 0x2f, 0x04, 0x39, 0x2f } };

static HMODULE module;

/* Observed: these are exported, whatever a program wants of the control. */
static void test_exports(void)
{
    static const char *const names[] =
    {
        "DllCanUnloadNow", "DllCancelAuthentication", "DllDeleteSavedCreds", "DllGetClaimsToken", "DllGetClassObject",
        "DllGetTscCtlVer", "DllLogoffClaimsToken", "DllRegisterServer", "DllSetAuthProperties", "DllSetClaimsToken",
        "DllUnregisterServer",
    };
    unsigned int i;

    for (i = 0; i < ARRAY_SIZE(names); i++) ok( !!GetProcAddress( module, names[i] ), "%s is missing.\n", names[i] );
}

/* Ours: it is not there, and says so. */
static void test_no_control(void)
{
    HRESULT (WINAPI *get_class_object)( REFCLSID, REFIID, void ** ) = (void *)GetProcAddress( module, "DllGetClassObject" );
    HRESULT (WINAPI *set_properties)( UINT64 ) = (void *)GetProcAddress( module, "DllSetAuthProperties" );
    UINT64 (WINAPI *get_version)(void) = (void *)GetProcAddress( module, "DllGetTscCtlVer" );
    IUnknown *factory = (IUnknown *)0xdead;
    HRESULT hr;

    if (!get_class_object || !set_properties || !get_version)
    {
        skip( "Exports are missing.\n" );
        return;
    }
    hr = get_class_object( &class_of_control, &IID_IClassFactory, (void **)&factory );
    ok( hr == CLASS_E_CLASSNOTAVAILABLE || broken( hr == S_OK ) /* Windows */, "got %#lx.\n", hr );
    ok( !factory || broken( hr == S_OK ), "got %p.\n", factory );
    if (hr == S_OK)
    {
        factory->lpVtbl->Release( factory );
        return;
    }
    hr = set_properties( 0 );
    ok( hr == E_NOTIMPL, "got %#lx.\n", hr );
    ok( !get_version(), "there is a version.\n" );
}

/* Observed: programs ask for the file's version before they load it. */
static void test_version(void)
{
    HRSRC resource = FindResourceW( module, (const WCHAR *)VS_VERSION_INFO, (const WCHAR *)RT_VERSION );
    const struct
    {
        WORD length, value_length, type;
        WCHAR key[16];
        WORD pad;
        VS_FIXEDFILEINFO info;
    } *version;

    ok( !!resource, "there is no version.\n" );
    if (!resource) return;
    version = LockResource( LoadResource( module, resource ) );
    ok( version->value_length == sizeof(version->info), "got %u bytes.\n", version->value_length );
    ok( version->info.dwSignature == VS_FFI_SIGNATURE, "got %#lx.\n", version->info.dwSignature );
    ok( HIWORD(version->info.dwFileVersionMS) >= 6, "got version %u.\n", HIWORD(version->info.dwFileVersionMS) );
}

START_TEST(control)
{
    if (!(module = LoadLibraryW( L"mstscax.dll" )))
    {
        win_skip( "There is no mstscax.dll.\n" );
        return;
    }
    test_exports();
    test_no_control();
    test_version();
}
