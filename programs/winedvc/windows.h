/*
 * Windows that plug-ins show
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

#ifndef __WINEDVC_WINDOWS_H
#define __WINEDVC_WINDOWS_H

#include "windef.h"

/* Puts the topmost window that this process shows above those of all others, once, and gives it the input focus, as
 * it would have in a process of the client's own; waits a second at most for the thread that owns it. Returns FALSE
 * if there is none, else writes its title, and whether it is the first time. */
extern BOOL windows_raise( WCHAR *title, int count, BOOL *first );

#endif /* __WINEDVC_WINDOWS_H */
