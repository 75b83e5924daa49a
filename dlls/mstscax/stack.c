/*
 * The memory of a thread's stack
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

#include "stack.h"

/* Below the caller's frame; the calls from here use less. */
#define MARGIN 0x4000

void stack_trim( void )
{
    char *limit = ((NT_TIB *)NtCurrentTeb())->StackLimit, *end = (char *)((ULONG_PTR)&limit - MARGIN);

    if (limit < end) VirtualAlloc( limit, end - limit, MEM_RESET, PAGE_READWRITE );
}
