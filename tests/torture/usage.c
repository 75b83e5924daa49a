/*
 * Torture: what the process uses
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

#include "torture.h"
#include "winternl.h"
#include "tlhelp32.h"
#include "psapi.h"

/* The functions by which mstscax.dll gets and gives back blocks. A walk through the heap would count what Wine keeps for each
 * terminated thread as well, and newer ones show many small blocks as one. */
static struct
{
    void  *(__cdecl *malloc)( size_t size );
    void  *(__cdecl *calloc)( size_t count, size_t size );
    char  *(__cdecl *strdup)( const char *text );
    WCHAR *(__cdecl *wcsdup)( const WCHAR *text );
    void   (__cdecl *free)( void *block );
} imported;

static LONG blocks;     /* since they are counted */

static void *count_block( void *block )
{
    if (block) InterlockedIncrement( &blocks );
    return block;
}

static void * __cdecl count_malloc( size_t size )
{
    return count_block( imported.malloc( size ) );
}

static void * __cdecl count_calloc( size_t count, size_t size )
{
    return count_block( imported.calloc( count, size ) );
}

static char * __cdecl count_strdup( const char *text )
{
    return count_block( imported.strdup( text ) );
}

static WCHAR * __cdecl count_wcsdup( const WCHAR *text )
{
    return count_block( imported.wcsdup( text ) );
}

static void __cdecl count_free( void *block )
{
    if (block) InterlockedDecrement( &blocks );
    imported.free( block );
}

static const struct
{
    const char *name;
    void *counting, *imported;
} functions[] =
{
    { "malloc",  count_malloc, &imported.malloc },
    { "calloc",  count_calloc, &imported.calloc },
    { "_strdup", count_strdup, &imported.strdup },
    { "_wcsdup", count_wcsdup, &imported.wcsdup },
    { "free",    count_free,   &imported.free },
};

/* Whether it is one of the functions. */
static BOOL import_replace( const char *name, void **import )
{
    unsigned int i;
    DWORD old;

    for (i = 0; i < ARRAY_SIZE(functions) && strcmp( functions[i].name, name ); i++) ;
    if (i == ARRAY_SIZE(functions)) return FALSE;
    *(void **)functions[i].imported = *import;
    VirtualProtect( import, sizeof(*import), PAGE_READWRITE, &old );
    *import = functions[i].counting;
    VirtualProtect( import, sizeof(*import), old, &old );
    return TRUE;
}

void usage_count_blocks( HMODULE module )
{
    const char *base = (const char *)module;
    const IMAGE_IMPORT_DESCRIPTOR *dll;
    const IMAGE_THUNK_DATA *name;
    unsigned int replaced = 0;
    void **import;
    ULONG size;

    for (dll = RtlImageDirectoryEntryToData( module, TRUE, IMAGE_DIRECTORY_ENTRY_IMPORT, &size ); dll->Name; dll++)
    {
        name = (const IMAGE_THUNK_DATA *)(base + dll->OriginalFirstThunk);
        import = (void **)(base + dll->FirstThunk);
        for (; name->u1.AddressOfData; name++, import++)
        {
            if (IMAGE_SNAP_BY_ORDINAL( name->u1.Ordinal )) continue;
            replaced += import_replace( (const char *)((const IMAGE_IMPORT_BY_NAME *)(base + name->u1.AddressOfData))->Name,
                                        import );
        }
    }
    ok( replaced == ARRAY_SIZE(functions), "of the functions that give blocks %u are counted\n", replaced );
}

static void *handle_buffer( SIZE_T size )
{
    static void *buffer;
    static SIZE_T capacity;

    if (size <= capacity) return buffer;
    if (buffer) VirtualFree( buffer, 0, MEM_RELEASE );
    buffer = VirtualAlloc( NULL, size, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE );
    capacity = buffer ? size : 0;
    return buffer;
}

static LONG count_handles(void)
{
    SYSTEM_HANDLE_INFORMATION_EX *info = NULL;
    ULONG size = 0x100000, needed = 0;
    LONG count = 0;
    ULONG_PTR i;

    if (!(info = handle_buffer( size ))) return -1;
    if (NtQuerySystemInformation( SystemExtendedHandleInformation, info, size, &needed )) return -1;
    for (i = 0; i < info->NumberOfHandles; i++) count += info->Handles[i].UniqueProcessId == GetCurrentProcessId();
    return count;
}

/* The wineserver opens the directory, so self is the wineserver. */
static LONG count_server_files(void)
{
    WIN32_FIND_DATAW data;
    HANDLE find = FindFirstFileW( L"Z:\\proc\\self\\fd\\*", &data );
    LONG count = 0;

    if (find == INVALID_HANDLE_VALUE) return -1;
    do count++;
    while (FindNextFileW( find, &data ));
    FindClose( find );
    return count;
}

static LONG count_threads(void)
{
    HANDLE snapshot = CreateToolhelp32Snapshot( TH32CS_SNAPTHREAD, 0 );
    THREADENTRY32 thread = { .dwSize = sizeof(thread) };
    LONG count = 0;
    BOOL found;

    for (found = Thread32First( snapshot, &thread ); found; found = Thread32Next( snapshot, &thread ))
        count += thread.th32OwnerProcessID == GetCurrentProcessId();
    CloseHandle( snapshot );
    return count;
}

static SIZE_T count_committed(void)
{
    MEMORY_BASIC_INFORMATION info;
    const char *address = NULL;
    SIZE_T size = 0;

    while (VirtualQuery( address, &info, sizeof(info) ))
    {
        if (info.State == MEM_COMMIT && info.Type == MEM_PRIVATE) size += info.RegionSize;
        address = (const char *)info.BaseAddress + info.RegionSize;
    }
    return size;
}

static SIZE_T count_resident(void)
{
    PROCESS_MEMORY_COUNTERS counters = { .cb = sizeof(counters) };

    return GetProcessMemoryInfo( GetCurrentProcess(), &counters, sizeof(counters) ) ? counters.WorkingSetSize : 0;
}

void usage_get( struct usage *usage )
{
    usage->threads = count_threads();
    usage->handles = count_handles();
    usage->server_files = count_server_files();
    usage->blocks = InterlockedOr( &blocks, 0 );
    usage->committed = count_committed();
    usage->resident = count_resident();
}
