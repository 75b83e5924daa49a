/*
 * Why a DLL cannot be loaded
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

#ifndef __WINEDVC_MISSING_H
#define __WINEDVC_MISSING_H

#include "windef.h"
#include "winbase.h"

/* Follows the imports of the DLL file, which could not be loaded for want of another one, to the first that is not there,
 * and describes it, with those that need it, as what file needs. No code of theirs runs. FALSE if all are there. */
extern BOOL missing_find( const WCHAR *file, WCHAR *text, SIZE_T count );

/* .NET's classes have all the same server, which runs the code of another file. */
extern BOOL missing_is_dotnet( const WCHAR *server );

/* Is there a runtime for .NET code? Starts it. */
extern BOOL missing_has_dotnet( void );

#endif /* __WINEDVC_MISSING_H */
