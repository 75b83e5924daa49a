/*
 * A host whose addin is gone, while a plug-in keeps its process from ending
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

#include "host.h"
#include "wine/test.h"

START_TEST(deadline)
{
    struct winedvc_hello hello = { WINEDVC_MAJOR, WINEDVC_MINOR, 64, 0, WINEDVC_WINDOW };
    struct winedvc_connected connected = { 1 };
    struct host host;

    if (!host_start( &host, "stuck.dll", "" )) return;
    host_send( &host, WINEDVC_HELLO, &hello, sizeof(hello), NULL );
    ok( host_awaits( &host, WINEDVC_READY ), "the host does not get ready\n" );
    host_send( &host, WINEDVC_CONNECTED, &connected, sizeof(connected), "server" );
    host_stop( &host );
}
