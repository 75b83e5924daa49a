/*
 * Whose code is to answer for an exception
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

#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "culprit.h"

/* where newer Wines declare how to unwind; older ones do it in winnt.h */
#if __has_include(<rtlsupportapi.h>)
#include <winternl.h>
#include <rtlsupportapi.h>
#endif

#define MAX_FRAMES 64
#define MAX_WORDS  4096 /* between two of them */

/* Codes that compilers and Wine raise. */
#define CODE_CPP_MICROSOFT  0xe06d7363
#define CODE_CPP_GNU        0x20474343
#define CODE_NO_MODULE      0xc06d007e  /* a DLL that is loaded when it is needed */
#define CODE_NO_FUNCTION    0xc06d007f
#define CODE_WINE_STUB      0x80000100  /* parameters: DLL, name or number of a function */

/* A parameter of the two codes of late loading, as far as it concerns us. */
struct late_load
{
    DWORD size;
    const void *descriptor;
    void **address;
    const char *dll;
    BOOL by_name;
    union { const char *name; DWORD ordinal; } function;
};

void culprit_take( struct culprit *culprit, const EXCEPTION_POINTERS *exception )
{
    const NT_TIB *tib = (const NT_TIB *)NtCurrentTeb();

    culprit->record = *exception->ExceptionRecord;
    culprit->context = *exception->ContextRecord;
    culprit->thread = GetCurrentThreadId();
    culprit->stack_limit = tib->StackLimit;
    culprit->stack_base = tib->StackBase;
}

HMODULE culprit_module( const void *address )
{
    static const DWORD flags = GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT;
    HMODULE module;

    /* NULL is this program, for Windows */
    return address && GetModuleHandleExW( flags, address, &module ) ? module : NULL;
}

/* Code of a file that is at fault for what happens in it: not one of those that do what others ask for. */
static BOOL is_answerable( const void *address )
{
    static const WCHAR *const others[] =
    {
        L"kernelbase.", L"kernel32.", L"ntdll.", L"ucrtbase", L"msvcr", L"msvcp", L"vcruntime", L"libstdc++", L"libgcc_s",
        L"libc++", L"libunwind", L"mstscax.", L"winedvc.",
    };
    WCHAR path[MAX_PATH * 4];
    HMODULE module = culprit_module( address );
    const WCHAR *name;
    unsigned int i;

    if (!module || !GetModuleFileNameW( module, path, ARRAY_SIZE(path) )) return FALSE;
    name = wcsrchr( path, '\\' );
    name = name ? name + 1 : path;
    for (i = 0; i < ARRAY_SIZE(others); i++)
        if (!wcsnicmp( name, others[i], wcslen( others[i] ) )) return FALSE;
    return TRUE;
}

/* The thread has gone where no code is, as through a pointer to a function that is NULL. */
static BOOL is_astray( const struct culprit *culprit )
{
    const EXCEPTION_RECORD *record = &culprit->record;

    return record->ExceptionCode == EXCEPTION_ACCESS_VIOLATION && record->NumberParameters >= 2
           && record->ExceptionInformation[1] == (ULONG_PTR)record->ExceptionAddress;
}

static BOOL is_on_stack( const struct culprit *culprit, ULONG_PTR address, SIZE_T size )
{
    const BYTE *place = (const BYTE *)address;

    return place >= culprit->stack_limit && place <= culprit->stack_base
           && size <= (SIZE_T)(culprit->stack_base - place) && !(address & (sizeof(void *) - 1));
}

/* From a function to its caller. */
#ifdef __x86_64__
static BOOL step_out( const struct culprit *culprit, CONTEXT *frame )
{
    RUNTIME_FUNCTION *function;
    ULONG64 base, establisher;
    void *data;

    if (!is_on_stack( culprit, frame->Rsp, sizeof(ULONG64) )) return FALSE;
    if ((function = RtlLookupFunctionEntry( frame->Rip, &base, NULL )))
        RtlVirtualUnwind( UNW_FLAG_NHANDLER, base, frame->Rip, function, frame, &data, &establisher, NULL );
    else
    {
        frame->Rip = *(const ULONG64 *)frame->Rsp;
        frame->Rsp += sizeof(ULONG64);
    }
    return frame->Rip != 0;
}

static const BYTE *frame_address( const CONTEXT *frame )
{
    return (const BYTE *)frame->Rip;
}
#else
/* Behind a call instruction of a file's code: E8 and a distance, or FF /2 and up to five bytes of its operand. */
static BOOL follows_call( const BYTE *address )
{
    const BYTE *module = (const BYTE *)culprit_module( address );
    unsigned int size;

    if (!module || address < module + 0x1000) return FALSE;
    if (*(address - 5) == 0xe8) return TRUE;
    for (size = 2; size <= 7; size++)
        if (*(address - size) == 0xff && (*(address - size + 1) & 0x38) == 0x10) return TRUE;
    return FALSE;
}

/* Code of 32 bits says nowhere how it uses its stack. */
static BOOL step_out( const struct culprit *culprit, CONTEXT *frame )
{
    const DWORD *word = (const DWORD *)frame->Esp;
    unsigned int i;

    for (i = 0; i < MAX_WORDS && is_on_stack( culprit, (ULONG_PTR)(word + i), sizeof(DWORD) ); i++)
    {
        if (!follows_call( (const BYTE *)word[i] )) continue;
        frame->Esp = (DWORD)(word + i + 1);
        frame->Eip = word[i];
        return TRUE;
    }
    return FALSE;
}

static const BYTE *frame_address( const CONTEXT *frame )
{
    return (const BYTE *)frame->Eip;
}
#endif

const BYTE *culprit_address( const struct culprit *culprit )
{
    const BYTE *fault = culprit->record.ExceptionAddress, *address = fault;
    CONTEXT frame = culprit->context;
    unsigned int i;

    for (i = 0; i < MAX_FRAMES && !is_answerable( address ); i++)
    {
        if (!step_out( culprit, &frame )) return fault;
        address = frame_address( &frame );
    }
    return i < MAX_FRAMES ? address : fault;
}

/* Memory of the plug-in's: it may be anything. */
static BOOL read_memory( const void *address, void *bytes, SIZE_T size )
{
    SIZE_T done;

    return ReadProcessMemory( GetCurrentProcess(), address, bytes, size, &done ) && done == size;
}

static void read_name( const char *address, char *name, SIZE_T size )
{
    SIZE_T i;

    for (i = 0; i < size - 1 && read_memory( address + i, &name[i], 1 ) && name[i]; i++)
        if (name[i] < ' ' || name[i] > '~') name[i] = '?';
    name[i] = 0;
}

static void describe_function( const char *dll, ULONG_PTR function, WCHAR *text, SIZE_T count )
{
    char dll_name[64], name[128];

    read_name( dll, dll_name, sizeof(dll_name) );
    if (function >> 16) read_name( (const char *)function, name, sizeof(name) );
    else snprintf( name, sizeof(name), "%u", (unsigned int)function );
    swprintf( text, count, L"call of the function %hs.%hs, which is not there", dll_name, name );
}

static BOOL describe_late_load( const struct culprit *culprit, WCHAR *text, SIZE_T count )
{
    const void *parameter = (const void *)culprit->record.ExceptionInformation[0];
    struct late_load load;
    char dll[128];

    if (!culprit->record.NumberParameters || !read_memory( parameter, &load, sizeof(load) )) return FALSE;
    if (culprit->record.ExceptionCode == CODE_NO_FUNCTION)
        describe_function( load.dll, load.by_name ? (ULONG_PTR)load.function.name : load.function.ordinal & 0xffff, text,
                           count );
    else
    {
        read_name( load.dll, dll, sizeof(dll) );
        swprintf( text, count, L"need of %hs, which cannot be loaded", dll );
    }
    return TRUE;
}

static const WCHAR *name_code( DWORD code )
{
    switch (code)
    {
    case EXCEPTION_ACCESS_VIOLATION:    return L"access violation";
    case EXCEPTION_STACK_OVERFLOW:      return L"stack overflow";
    case EXCEPTION_ILLEGAL_INSTRUCTION: return L"illegal instruction";
    case EXCEPTION_INT_DIVIDE_BY_ZERO:  return L"division by zero";
    case CODE_CPP_MICROSOFT:
    case CODE_CPP_GNU:                  return L"C++ exception";
    case CODE_NO_MODULE:                return L"need of a DLL that cannot be loaded";
    case CODE_NO_FUNCTION:
    case CODE_WINE_STUB:                return L"call of a function that is not there";
    default:                            return L"exception";
    }
}

void culprit_describe( const struct culprit *culprit, WCHAR *text, SIZE_T count )
{
    const EXCEPTION_RECORD *record = &culprit->record;

    text[0] = 0;
    if (record->ExceptionCode == CODE_WINE_STUB && record->NumberParameters >= 2)
        describe_function( (const char *)record->ExceptionInformation[0], record->ExceptionInformation[1], text, count );
    else if (record->ExceptionCode == CODE_NO_MODULE || record->ExceptionCode == CODE_NO_FUNCTION)
        describe_late_load( culprit, text, count );
    else if (is_astray( culprit )) swprintf( text, count, L"call of an address where no code is" );
    if (!text[0]) swprintf( text, count, L"%s", name_code( record->ExceptionCode ) );
    text[count - 1] = 0;
}
