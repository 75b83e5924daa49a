/*
 * The dynamic channels that FreeRDP serves itself
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

#ifndef __WINEDVC_NAMES_H
#define __WINEDVC_NAMES_H

/* Addins of FreeRDP's, of all its versions, and the channels that they serve: one that serves several has as many
 * entries. FreeRDP serves a channel in those sessions in which the addin is loaded. An entry without an addin ends
 * them. */
struct client_name
{
    const char *addin;
    const char *channel;
};

extern const struct client_name client_names[];

#endif /* __WINEDVC_NAMES_H */
