/*
 * Launchers of the user's own
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

#ifndef __WINEDVC_DESKTOP_H
#define __WINEDVC_DESKTOP_H

/* Both return an exit status, and have told the user what became of it. */

/* The desktop's launcher for a client gets a copy of the user's that runs it by "winedvc run". */
extern int desktop_write( char *const *environment, const char *client );
/* Takes such a copy back, and no other file. */
extern int desktop_remove( char *const *environment, const char *client );

#endif /* __WINEDVC_DESKTOP_H */
