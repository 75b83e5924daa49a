/*
 * What a person can do about a plug-in that does not work
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

#ifndef __WINEDVC_ADVICE_H
#define __WINEDVC_ADVICE_H

#include "windef.h"
#include "winbase.h"
#include "wine/mstscax.h"

#define ADVICE_NO_FILE   L"the file does not exist: install the plug-in again, or remove its AddIns key"
#define ADVICE_NO_DOTNET L"it is .NET code, and there is no Wine Mono to run it: install Wine Mono in this Wine prefix " \
                         L"(wine msiexec /i wine-mono-<version>-x86.msi)"

/* Any thread of mstscax.dll's; text has room for ADVICE_MAX. */
#define ADVICE_MAX 1024

/* What mstscax.dll says, with what to do about the cause. */
extern void advice_add( const WCHAR *said, WINE_DVC_CAUSE cause, WCHAR text[ADVICE_MAX] );

/* The same of an AddIns value whose plug-in has failed with hr. Where it was not loaded its file is looked at, and perhaps
 * code of Wine's is loaded, which may take its time. */
extern void advice_of_failure( const WCHAR *entry, HRESULT hr, const WCHAR *reason, WINE_DVC_CAUSE cause,
                               WCHAR text[ADVICE_MAX] );

#endif /* __WINEDVC_ADVICE_H */
