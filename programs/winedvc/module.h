/*
 * The mstscax.dll of this program
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

#ifndef __WINEDVC_MODULE_H
#define __WINEDVC_MODULE_H

#include "windef.h"
#include "winbase.h"

/* Loads the mstscax.dll that lies beside this program; path, of count characters, is where that is. NULL, with path
 * and GetLastError() for a message, if it cannot be loaded; ERROR_REVISION_MISMATCH: Wine has loaded another file. */
extern HMODULE module_load( WCHAR *path, DWORD count );

#endif /* __WINEDVC_MODULE_H */
