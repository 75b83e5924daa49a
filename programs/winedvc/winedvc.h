/*
 * The host of plug-ins: commands
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

#ifndef __WINEDVC_H
#define __WINEDVC_H

#include "link.h"

/* Values of an AddIns key that Windows does not know. The user has switched a plug-in off when the first has what Name
 * had; the second is there when "winedvc add" has run the file's DllRegisterServer. */
#define ADDIN_DISABLED   L"Disabled"
#define ADDIN_REGISTERED L"Registered"

/* Each returns the exit status; link is open and HELLO was sent. */

/* Loads mstscax.dll with these AddIns values and carries its static channel until the session ends. */
extern int host_run( struct link *link, unsigned int count, WCHAR **entries );

/* Reports every plug-in once that AddIns or an argument names. Any number of each argument:
 *   --connection NAME   the plug-ins of the connection of that name, too
 *   --plugin VALUE      and this AddIns value, as if it was registered
 *   --all               those too that are switched off, by each key that no session loads, and of each key its flags
 * First those of connections, then the registered, then the others; the key of these is the name of the file, or the
 * class. */
extern int scout_run( struct link *link, unsigned int count, WCHAR **arguments );
extern BOOL scout_check_arguments( unsigned int count, WCHAR **arguments );

/* Changes the AddIns keys, of HKCU and of both views of HKLM, or runs what a plug-in registers itself with, as the arguments say:
 *   set KEY VALUE           the user's key has that value
 *   mark KEY                "winedvc add" has run its file's DllRegisterServer
 *   remove KEY              it is nowhere any more
 *   disable KEY, enable KEY it is switched off, or on again, wherever it is; it has to be somewhere
 *   register FILE, unregister FILE      DllRegisterServer, DllUnregisterServer
 *   import FILE             a .reg file
 * The reason of BYE is what went wrong, "" if nothing did. */
extern int registry_run( struct link *link, unsigned int count, WCHAR **arguments );
extern BOOL registry_check_arguments( unsigned int count, WCHAR **arguments );

#endif /* __WINEDVC_H */
