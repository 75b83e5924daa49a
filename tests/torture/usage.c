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

#define MAX_HEAPS 64

/* Not on a heap, which it counts. */
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

static LONG count_heap_blocks(void)
{
    HANDLE heaps[MAX_HEAPS];
    DWORD i, heap_count = min( GetProcessHeaps( MAX_HEAPS, heaps ), MAX_HEAPS );
    PROCESS_HEAP_ENTRY block;
    LONG count = 0;

    for (i = 0; i < heap_count; i++)
    {
        HeapLock( heaps[i] );
        block.lpData = NULL;
        while (HeapWalk( heaps[i], &block )) count += (block.wFlags & PROCESS_HEAP_ENTRY_BUSY) != 0;
        HeapUnlock( heaps[i] );
    }
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
    usage->heap_blocks = count_heap_blocks();
    usage->committed = count_committed();
    usage->resident = count_resident();
}
