/*
 * A plug-in of static channels, which stands in AddIns beside those of dynamic channels
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

#if 0
#pragma makedep testdll
#endif

#include <stdarg.h>

#include "windef.h"
#include "winbase.h"
#include "cchannel.h"

static BOOL (CDECL *enter)( CHANNEL_ENTRY_POINTS *entry_points );

/* For the test: what the entry does. */
void CDECL teststatic_set_entry( BOOL (CDECL *proc)( CHANNEL_ENTRY_POINTS *entry_points ) )
{
    enter = proc;
}

BOOL VCAPITYPE VirtualChannelEntry( CHANNEL_ENTRY_POINTS *entry_points )
{
    return enter && enter( entry_points );
}
