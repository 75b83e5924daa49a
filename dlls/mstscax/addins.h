/*
 * The registry's list of plug-ins
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

#ifndef __MSTSCAX_ADDINS_H
#define __MSTSCAX_ADDINS_H

#include "windef.h"
#include "winbase.h"
#include "guiddef.h"

/* <root>\ADDINS_PATH\<key>, value Name. */
#define ADDINS_CLIENT L"Software\\Microsoft\\Terminal Server Client\\"
#define ADDINS_PATH   ADDINS_CLIENT L"Default\\AddIns"
#define ADDIN_NAME    L"Name"

struct addin
{
    HKEY root;
    HKEY addins;            /* the opened parent of key; valid in proc */
    const WCHAR *key;
    const WCHAR *entry;     /* Name, environment variables expanded */
};

/* Calls proc, which returns FALSE to stop, for every key with a Name, of HKCU first and then of HKLM;
 * keys without are skipped. view is 0, KEY_WOW64_32KEY or KEY_WOW64_64KEY. */
extern void addins_enum( REGSAM view, BOOL (*proc)( const struct addin *addin, void *context ), void *context );

/* The same for the keys of one path of one root, with another value in the place of Name. FALSE if proc stopped it. */
extern BOOL addins_enum_keys( HKEY root, const WCHAR *path, REGSAM view, const WCHAR *value,
                              BOOL (*proc)( const struct addin *addin, void *context ), void *context );

/* The three forms of Name: {CLSID}, <dll> and <dll>:{CLSID}. */
struct addin_entry
{
    WCHAR *dll;             /* NULL in the first form; free() it */
    BOOL   has_clsid;
    CLSID  clsid;
};

extern HRESULT addin_entry_parse( const WCHAR *text, struct addin_entry *entry );

#endif /* __MSTSCAX_ADDINS_H */
