/*
 * The window that plug-ins take for the client's
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

#ifndef __MSTSCAX_WINDOW_H
#define __MSTSCAX_WINDOW_H

#include "windef.h"

/*
 * A window of the class that the Windows client's main window has, never shown, as large as the screen. It belongs to a
 * thread of its own, which answers messages. Made on first demand, since a window brings all of the display along, and
 * kept to the end of the process.
 */

/* Any thread; NULL if there can be none, or if it is not there in time. */
extern HWND window_get( void );

/* Makes it where the code of that file may look for it by its class. */
extern void window_expect( const WCHAR *file );

#endif /* __MSTSCAX_WINDOW_H */
