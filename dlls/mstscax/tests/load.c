/*
 * From AddIns to plug-ins
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

#include "peer.h"

static ULONG instance_count, granted_count;
static HRESULT instance_hr;
static unsigned int initialized, terminated, loads[INITIALIZE];

/* documented: the number is asked for first; observed: plug-ins refuse a smaller capacity, and know these IIDs only */
static void answer_load( struct call *call )
{
    const GUID *iid = call->kind == GET_CLASS ? &IID_IClassFactory : &IID_IWTSPlugin;

    loads[call->kind]++;
    ok( IsEqualGUID( call->iid, iid ), "%s is asked for %s\n", call_names[call->kind], wine_dbgstr_guid( call->iid ) );
    if (call->kind == COUNT_INSTANCES) call->value = instance_count;
    if (call->kind == GET_INSTANCES)
    {
        ok( call->value == instance_count, "got capacity %lu\n", call->value );
        call->value = granted_count;
    }
    if (call->kind < GET_CLASS) call->hr = instance_hr;
}

static void count_plugins( struct call *call )
{
    if (call->kind == INITIALIZE) initialized++;
    if (call->kind == TERMINATED) terminated++;
}

static void reset_load(void)
{
    memset( loads, 0, sizeof(loads) );
    initialized = terminated = 0;
    instance_count = granted_count = 1;
    instance_hr = S_OK;
}

/* ours: the end may come at once; each plug-in that was initialized is terminated before the event returns */
#define ok_loaded( text, expected ) ok_loaded_( __LINE__, text, expected )
static void ok_loaded_( int line, const WCHAR *text, unsigned int expected )
{
    initialized = terminated = 0;
    create_client( NULL, text );
    raise_event( CHANNEL_EVENT_TERMINATED );
    ok_(__FILE__, line)( initialized == expected, "%u plug-ins were initialized\n", initialized );
    ok_(__FILE__, line)( terminated == expected, "%u plug-ins were terminated\n", terminated );
    memset( loads, 0, sizeof(loads) );
}

/* Reads AddIns in each form. */
static void ok_addins_( int line, unsigned int expected )
{
    union entry_points entry_points;
    BOOL freerdp = peer.form == FORM_EX_FREERDP || peer.form == FORM_FREERDP;
    HRESULT hr;

    initialized = terminated = 0;
    init_entry_points( &entry_points, freerdp ? sizeof(entry_points.freerdp) : sizeof(entry_points.windows) );
    ok_(__FILE__, line)( call_entry( &entry_points ), "the entry failed\n" );
    if (freerdp)
    {
        session.client = entry_points.freerdp.pInterface;
        hr = IWineDVCClient_Configure( session.client, NULL, 0, NULL );
        ok_(__FILE__, line)( hr == S_OK, "got hr %#lx\n", hr );
    }
    raise_event( CHANNEL_EVENT_INITIALIZED );
    raise_event( CHANNEL_EVENT_TERMINATED );
    ok_(__FILE__, line)( initialized == expected, "%u plug-ins were initialized\n", initialized );
}
#define ok_addins( expected ) ok_addins_( __LINE__, expected )

/* documented: a DLL, all plug-ins that it reports */
static void test_dll(void)
{
    ok_loaded( peer.plugin_file, 1 );
    instance_count = granted_count = 3;
    ok_loaded( peer.plugin_file, 3 );
    /* ours: what makes no sense is left out */
    granted_count = 2;
    ok_loaded( peer.plugin_file, 2 );
    instance_count = granted_count = 0;
    ok_loaded( peer.plugin_file, 0 );
    instance_count = granted_count = 1;
    instance_hr = E_FAIL;
    ok_loaded( peer.plugin_file, 0 );
    instance_hr = S_OK;
    ok_loaded( L"C:\\does\\not\\exist.dll", 0 );
    ok_loaded( L"kernel32.dll", 0 );
    ok_loaded( L"", 0 );
}

/* documented: a class of a DLL, which is asked itself; observed: for IClassFactory, then for IWTSPlugin */
static void test_dll_class(void)
{
    WCHAR text[MAX_PATH + 50];

    swprintf( text, ARRAY_SIZE(text), L"%s:%s", peer.plugin_file, TEST_CLASS );
    initialized = terminated = 0;
    create_client( NULL, text );
    raise_event( CHANNEL_EVENT_TERMINATED );
    ok( initialized == 1, "%u plug-ins were initialized\n", initialized );
    ok( loads[GET_CLASS] == 1 && loads[CREATE_INSTANCE] == 1 && !loads[COUNT_INSTANCES],
        "%u calls of DllGetClassObject, %u of CreateInstance\n", loads[GET_CLASS], loads[CREATE_INSTANCE] );
    swprintf( text, ARRAY_SIZE(text), L"%s:{00000000-0000-0000-0000-000000000001}", peer.plugin_file );
    ok_loaded( text, 0 );
    swprintf( text, ARRAY_SIZE(text), L"%s:{3f1e6f27", peer.plugin_file );
    ok_loaded( text, 0 );
}

static void register_class( HKEY root, const WCHAR *file, const WCHAR *model )
{
    static const WCHAR key[] = L"Software\\Classes\\CLSID\\" TEST_CLASS L"\\InprocServer32";

    if (!file)
    {
        RegDeleteTreeW( root, L"Software\\Classes\\CLSID\\" TEST_CLASS );
        return;
    }
    RegSetKeyValueW( root, key, NULL, REG_SZ, file, (wcslen( file ) + 1) * sizeof(WCHAR) );
    RegSetKeyValueW( root, key, L"ThreadingModel", REG_SZ, model, (wcslen( model ) + 1) * sizeof(WCHAR) );
}

/* documented: a registered class */
static void test_class(void)
{
    ok_loaded( TEST_CLASS, 0 );
    register_class( HKEY_LOCAL_MACHINE, peer.plugin_file, L"Free" );
    ok_loaded( TEST_CLASS, 1 );
    register_class( HKEY_LOCAL_MACHINE, NULL, NULL );
    ok_loaded( L"{00000000-0000-0000-0000-000000000001}", 0 );
    ok_loaded( L"{3f1e6f27", 0 );
}

/* observed: classes are registered for the user alone */
static void test_class_of_user(void)
{
    register_class( HKEY_CURRENT_USER, peer.plugin_file, L"Free" );
    ok_loaded( TEST_CLASS, 1 );
    /* documented: the user's registration counts before that of all users */
    register_class( HKEY_LOCAL_MACHINE, L"C:\\does\\not\\exist.dll", L"Free" );
    ok_loaded( TEST_CLASS, 1 );
    register_class( HKEY_CURRENT_USER, NULL, NULL );
    ok_loaded( TEST_CLASS, 0 );
    register_class( HKEY_LOCAL_MACHINE, NULL, NULL );
}

/* documented: also where both are there */
static void test_class_of_both(void)
{
    WCHAR other[MAX_PATH];

    if (!write_test_dll( L"testplugin.dll", other )) return;
    register_class( HKEY_LOCAL_MACHINE, peer.plugin_file, L"Free" );
    register_class( HKEY_CURRENT_USER, other, L"Free" );
    ok_loaded( TEST_CLASS, 0 ); /* nobody hears of the other */
    register_class( HKEY_LOCAL_MACHINE, other, L"Free" );
    register_class( HKEY_CURRENT_USER, peer.plugin_file, L"Free" );
    ok_loaded( TEST_CLASS, 1 );
    register_class( HKEY_CURRENT_USER, NULL, NULL );
    register_class( HKEY_LOCAL_MACHINE, NULL, NULL );
    DeleteFileW( other );
}

/* documented: a name is searched, environment variables are expanded; observed: quotation marks */
static void test_class_names(void)
{
    static const HKEY roots[] = { HKEY_CURRENT_USER, HKEY_LOCAL_MACHINE };
    WCHAR path[4096], directory[MAX_PATH], text[MAX_PATH + 8];
    const WCHAR *name = wcsrchr( peer.plugin_file, '\\' ) + 1;
    DWORD size = GetEnvironmentVariableW( L"PATH", path, ARRAY_SIZE(path) );
    unsigned int i;

    lstrcpynW( directory, peer.plugin_file, min( name - peer.plugin_file, MAX_PATH ) );
    ok( size && size < ARRAY_SIZE(path), "got size %lu\n", size );
    SetEnvironmentVariableW( L"MSTSCAX_TEST", directory );
    for (i = 0; i < ARRAY_SIZE(roots); i++)
    {
        swprintf( text, ARRAY_SIZE(text), L"\"%s\"", peer.plugin_file );
        register_class( roots[i], text, L"Free" );
        ok_loaded( TEST_CLASS, 1 );
        swprintf( text, ARRAY_SIZE(text), L"%%MSTSCAX_TEST%%\\%s", name );
        register_class( roots[i], text, L"Free" );
        ok_loaded( TEST_CLASS, 1 );
        SetEnvironmentVariableW( L"PATH", directory );
        register_class( roots[i], name, L"Free" );
        ok_loaded( TEST_CLASS, 1 );
        SetEnvironmentVariableW( L"PATH", path );
        register_class( roots[i], NULL, NULL );
    }
}

static BOOL has_proxy(void)
{
    static const WCHAR key[] = L"Software\\Classes\\Interface\\{a1230201-1439-4e62-a414-190d0ac3d40e}\\ProxyStubClsid32";

    return !RegGetValueW( HKEY_LOCAL_MACHINE, key, NULL, RRF_RT_ANY, NULL, NULL, NULL );
}

/* documented: plug-ins are free-threaded; ours: also where they are registered for an apartment, so they need no proxy */
static void test_class_of_apartment(void)
{
    HRESULT (WINAPI *remove)(void) = (void *)GetProcAddress( GetModuleHandleW( L"mstscax.dll" ), "DllUnregisterServer" );

    if (remove) remove();
    ok( !has_proxy(), "the proxies are registered\n" );
    register_class( HKEY_LOCAL_MACHINE, peer.plugin_file, L"Apartment" );
    ok_loaded( TEST_CLASS, 1 );
    ok( !has_proxy(), "the plug-in needed a proxy\n" );
    register_class( HKEY_LOCAL_MACHINE, NULL, NULL );
}

/* observed: DLLs that are plug-ins of static channels stand in AddIns as well */
static void test_static_plugin(void)
{
    WCHAR file[MAX_PATH];

    delete_addin();
    if (has_addins( HKEY_CURRENT_USER ) || has_addins( HKEY_LOCAL_MACHINE ))
    {
        skip( "plug-ins are registered\n" );
        return;
    }
    if (!write_test_dll( L"teststatic.dll", file )) return;
    set_addin( HKEY_CURRENT_USER, L"a", file, REG_SZ );
    set_addin( HKEY_CURRENT_USER, L"b", peer.plugin_file, REG_SZ );
    ok_addins( 1 );
    RegDeleteTreeW( HKEY_CURRENT_USER, ADDINS );
    DeleteFileW( file );
}

/* ours, after what plug-ins leave behind: the DLL stays */
static void test_never_unloaded(void)
{
    const WCHAR *name;
    WCHAR file[MAX_PATH];
    HMODULE module;

    if (!write_test_dll( L"testplugin.dll", file )) return;
    name = wcsrchr( file, '\\' ) + 1;
    ok( !GetModuleHandleW( name ), "%s is loaded\n", wine_dbgstr_w( name ) );
    ok_loaded( file, 0 );   /* nobody hears of it */
    module = GetModuleHandleW( name );
    ok( module != NULL, "%s was unloaded\n", wine_dbgstr_w( name ) );
    DeleteFileW( file );
}

static void write_answer( struct call *call )
{
    ok_write( call->channel, 6, "answer", S_OK );
}

static void use_channel( const WCHAR *name )
{
    static const struct step steps[] = { { DATA_RECEIVED, 3, .act = write_answer, .data = "ask" } };

    open_channel( 1 );
    CoFreeUnusedLibrariesEx( 0, 0 );
    ok( GetModuleHandleW( name ) != NULL, "%s was unloaded\n", wine_dbgstr_w( name ) );
    if (!GetModuleHandleW( name )) return;
    play( steps );
    server_writes( 1, "ask", 3 );
    ok_text( 1, "answer" );
    ok_played();
    close_channel( 1 );
    stop_client();
}

/* documented: COM unloads a DLL that says that it may; observed: known ones say so whatever lives of them; ours: it stays */
static void test_class_never_unloaded(void)
{
    const WCHAR *usual = peer.plugin;
    testplugin_set_proc_func set_proc;
    WCHAR file[MAX_PATH];
    HMODULE module;

    if (!write_test_dll( L"testplugin.dll", file )) return;
    module = LoadLibraryW( file );
    set_proc = (void *)GetProcAddress( module, "testplugin_set_proc" );
    set_proc( plugin_proc );
    register_class( HKEY_LOCAL_MACHINE, file, L"Free" );
    script.on_load = script.on_call = NULL;
    peer.plugin = TEST_CLASS;
    start_client();
    FreeLibrary( module );
    use_channel( wcsrchr( file, '\\' ) + 1 );
    peer.plugin = usual;
    script.on_load = answer_load;
    script.on_call = count_plugins;
    register_class( HKEY_LOCAL_MACHINE, NULL, NULL );
    DeleteFileW( file );
}

/* documented: any key, REG_EXPAND_SZ is expanded; observed: keys without Name are normal, HKEY_LOCAL_MACHINE counts,
 * all of it is read when a session starts */
static void test_AddIns(void)
{
    delete_addin();
    if (has_addins( HKEY_CURRENT_USER ) || has_addins( HKEY_LOCAL_MACHINE ))
    {
        skip( "plug-ins are registered\n" );
        return;
    }
    ok_addins( 0 );
    SetEnvironmentVariableW( L"MSTSCAX_TEST", peer.plugin_file );
    set_addin( HKEY_CURRENT_USER, L"one", peer.plugin_file, REG_SZ );
    ok_addins( 1 );
    set_addin( HKEY_CURRENT_USER, L"two", L"%MSTSCAX_TEST%", REG_EXPAND_SZ );
    ok_addins( 2 );
    set_addin( HKEY_CURRENT_USER, L"three", L"%MSTSCAX_TEST%", REG_SZ );
    set_addin( HKEY_CURRENT_USER, L"four", L"C:\\does\\not\\exist.dll", REG_SZ );
    RegSetKeyValueW( HKEY_CURRENT_USER, ADDINS L"\\RDPDR", L"View Enabled", REG_SZ, L"1", sizeof(L"1") );
    ok_addins( 2 );
    set_addin( HKEY_LOCAL_MACHINE, L"machine", peer.plugin_file, REG_SZ );
    ok_addins( 3 );
    /* text that was not written with its NUL is stored without one */
    RegSetKeyValueW( HKEY_CURRENT_USER, ADDINS L"\\unterminated", L"Name", REG_SZ, peer.plugin_file,
                     wcslen( peer.plugin_file ) * sizeof(WCHAR) );
    ok_addins( 4 );
    RegDeleteTreeW( HKEY_LOCAL_MACHINE, ADDINS );
    RegDeleteTreeW( HKEY_CURRENT_USER, ADDINS );
}

/* documented: callers that read no AddIns give a list of the same forms */
static void test_list(void)
{
    const WCHAR *entries[] = { peer.plugin_file, L"C:\\does\\not\\exist.dll", peer.plugin_file };
    union entry_points entry_points;

    if (peer.form != FORM_EX_FREERDP && peer.form != FORM_FREERDP) return;
    initialized = terminated = 0;
    init_entry_points( &entry_points, sizeof(entry_points.freerdp) );
    ok( call_entry( &entry_points ), "the entry failed\n" );
    session.client = entry_points.freerdp.pInterface;
    IWineDVCClient_Configure( session.client, NULL, ARRAY_SIZE(entries), entries );
    raise_event( CHANNEL_EVENT_INITIALIZED );
    raise_event( CHANNEL_EVENT_TERMINATED );
    ok( initialized == 2, "%u plug-ins were initialized\n", initialized );
}

static void run(void)
{
    script.on_load = answer_load;
    script.on_call = count_plugins;
    reset_load();
    test_dll();
    test_dll_class();
    test_class();
    test_class_of_user();
    test_class_of_both();
    test_class_names();
    test_class_of_apartment();
    test_static_plugin();
    test_never_unloaded();
    test_class_never_unloaded();
    test_AddIns();
    test_list();
}

START_TEST(load)
{
    run_in_all_forms( run );
}
