/*
 * A channel with the name of the plug-in's file
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

#ifndef __STATIC_NAME_H
#define __STATIC_NAME_H

#include <stdio.h>
#include <string.h>
#include <windows.h>

#define NAME_MAX_SIZE ( MAX_PATH + 16 )

/* "WineDVC::late" for late.dll: a test makes copies of a DLL for more channels. */
static void channel_name( char name[NAME_MAX_SIZE] )
{
    char path[MAX_PATH] = "", *base, *dot;
    HMODULE module;

    GetModuleHandleExA( GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
                        (const char *)(ULONG_PTR)channel_name, &module );
    GetModuleFileNameA( module, path, ARRAYSIZE(path) );
    base = strrchr( path, '\\' );
    if ((dot = strrchr( path, '.' ))) *dot = 0;
    snprintf( name, NAME_MAX_SIZE, "WineDVC::%s", base ? base + 1 : path );
}

#endif /* __STATIC_NAME_H */
