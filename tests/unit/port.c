/*
 * A host's place in the exchange: what waits for one that does not read
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

#include <malloc.h>
#include <sys/socket.h>
#include <unistd.h>

#include "exchange/port.h"
#include "wine/test.h"

/* A host that reads nothing is given up when what waits takes the memory that it may, however short each PDU is. */
static void test_unread(void)
{
    static const uint8_t byte;
    size_t memory = 0;
    struct packet *packet;
    struct port *port;
    int sockets[2];

    ok( !socketpair( AF_UNIX, SOCK_STREAM, 0, sockets ), "no sockets\n" );
    port = port_create( 1, sockets[0], NULL );
    while (!port->rule && !port->no_memory)
        port_send( port, WINEDVC_STREAM_DRDYNVC, 0, &byte, sizeof(byte), NULL, 0, 0 );
    ok( port->rule != NULL, "there is no limit\n" );
    for (packet = port->out.head; packet; packet = packet->next) memory += malloc_usable_size( packet ) + sizeof(size_t);
    ok( memory <= PORT_MAX_UNREAD && memory > PORT_MAX_UNREAD / 2, "%zu bytes of memory wait\n", memory );
    port_destroy( port );
    close( sockets[1] );
}

START_TEST(port)
{
    test_unread();
}
