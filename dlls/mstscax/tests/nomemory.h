/*
 * Has mstscax.dll run out of memory
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

#ifndef __MSTSCAX_TESTS_NOMEMORY_H
#define __MSTSCAX_TESTS_NOMEMORY_H

#include "peer.h"

/* Between memory_replace() and memory_restore(): mstscax.dll gets none on the thread that called the former. */
static BOOL no_memory;
static DWORD no_memory_thread;
static LONG no_memory_times;    /* so many calls more get none, on whatever thread */

static BOOL gets_none(void)
{
    if (InterlockedOr( &no_memory_times, 0 ) > 0 && InterlockedDecrement( &no_memory_times ) >= 0) return TRUE;
    return no_memory && GetCurrentThreadId() == no_memory_thread;
}

static void * __cdecl test_calloc( size_t count, size_t size )
{
    return gets_none() ? NULL : calloc( count, size );
}

static void * __cdecl test_malloc( size_t size )
{
    return gets_none() ? NULL : malloc( size );
}

static struct
{
    const char *name;
    void  *function;
    void **import;
    void  *imported;
    DWORD  protection;
}
replaced[] = { { .name = "calloc", .function = test_calloc }, { .name = "malloc", .function = test_malloc } };

/* A pointer to the address that a module imports, or NULL. */
static void **find_import( char *module, const char *name )
{
    const IMAGE_DOS_HEADER *dos = (IMAGE_DOS_HEADER *)module;
    const IMAGE_NT_HEADERS *nt = (IMAGE_NT_HEADERS *)(module + dos->e_lfanew);
    const IMAGE_IMPORT_DESCRIPTOR *dll;
    const IMAGE_THUNK_DATA *names;
    unsigned int i;

    dll = (void *)(module + nt->OptionalHeader.DataDirectory[IMAGE_DIRECTORY_ENTRY_IMPORT].VirtualAddress);
    for (; dll->Name; dll++)
    {
        names = (void *)(module + dll->OriginalFirstThunk);
        for (i = 0; names[i].u1.AddressOfData; i++)
            if (!IMAGE_SNAP_BY_ORDINAL(names[i].u1.Ordinal)
                && !strcmp( (char *)((IMAGE_IMPORT_BY_NAME *)(module + names[i].u1.AddressOfData))->Name, name ))
                return (void **)(module + dll->FirstThunk) + i;
    }
    return NULL;
}

static BOOL memory_replace(void)
{
    unsigned int i;

    for (i = 0; i < ARRAY_SIZE(replaced); i++)
    {
        replaced[i].import = find_import( (char *)GetModuleHandleW( L"mstscax.dll" ), replaced[i].name );
        ok( replaced[i].import != NULL, "mstscax.dll does not import %s\n", replaced[i].name );
        if (!replaced[i].import) return FALSE;
    }
    no_memory_thread = GetCurrentThreadId();
    for (i = 0; i < ARRAY_SIZE(replaced); i++)
    {
        VirtualProtect( replaced[i].import, sizeof(void *), PAGE_READWRITE, &replaced[i].protection );
        replaced[i].imported = *replaced[i].import;
        *replaced[i].import = replaced[i].function;
    }
    return TRUE;
}

static void memory_restore(void)
{
    unsigned int i;

    for (i = ARRAY_SIZE(replaced); i--;)  /* they may be of one page */
    {
        *replaced[i].import = replaced[i].imported;
        VirtualProtect( replaced[i].import, sizeof(void *), replaced[i].protection, &replaced[i].protection );
    }
}

#endif /* __MSTSCAX_TESTS_NOMEMORY_H */
