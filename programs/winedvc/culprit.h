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

#ifndef __WINEDVC_CULPRIT_H
#define __WINEDVC_CULPRIT_H

#include "windef.h"
#include "winbase.h"

/* What the thread of an unhandled exception leaves for another thread, which looks at its stack meanwhile. */
struct culprit
{
    EXCEPTION_RECORD record;
    CONTEXT context;
    DWORD thread;
    const BYTE *stack_limit, *stack_base;
};

/* On the thread itself. */
extern void culprit_take( struct culprit *culprit, const EXCEPTION_POINTERS *exception );

/* Of whose code or data the address is, without a reference; NULL if of no file's, as NULL itself. */
extern HMODULE culprit_module( const void *address );

/* The address of the fault. Where that is in code that does what others ask for, a run-time library's, RaiseException,
 * or ours, or where no code is, it is that of who called there. Trusts the stack within its bounds: a fault of its own
 * is possible. */
extern const BYTE *culprit_address( const struct culprit *culprit );

/* What happened, for a person. */
extern void culprit_describe( const struct culprit *culprit, WCHAR *text, SIZE_T count );

#endif /* __WINEDVC_CULPRIT_H */
