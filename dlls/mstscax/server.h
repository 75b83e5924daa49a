/*
 * Where the code of a plug-in is
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

#ifndef __MSTSCAX_SERVER_H
#define __MSTSCAX_SERVER_H

#include "windef.h"
#include "winbase.h"
#include "guiddef.h"

/* A view is KEY_WOW64_64KEY, KEY_WOW64_32KEY, or 0 for this process's own: of the registry, and of the system
 * directory, which a process of 32 bits has another of under the same name. */

/* The program that serves a class, as COM reads it: kind is InprocServer32 or LocalServer32, and what is in quotation
 * marks is the name. FALSE if root has none, or one that is too long. */
extern BOOL server_of_class( HKEY root, REFCLSID clsid, const WCHAR *kind, REGSAM view, WCHAR *name, DWORD count );

/* Is the class registered, in root and this process's own view, for the multithreaded apartment, which is ours? */
extern BOOL server_is_free_threaded( HKEY root, REFCLSID clsid );

/* The command that starts the program which serves a class in a process of its own. */
extern BOOL server_command( HKEY root, REFCLSID clsid, REGSAM view, WCHAR *command, DWORD count );

/* The program that CreateProcess would start by that command, in that view; FALSE as below. */
extern BOOL server_find_program( const WCHAR *command, REGSAM view, WCHAR *path, DWORD count );

/* The file that LoadLibrary would take in that view; without a path it is searched. FALSE if there is none: then path is
 * the name, or as much of it as it has room for. */
extern BOOL server_find_file( const WCHAR *name, REGSAM view, WCHAR *path, DWORD count );

#endif /* __MSTSCAX_SERVER_H */
