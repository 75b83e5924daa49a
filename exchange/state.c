/*
 * Sending to a host, and letting go of it, in all parts of the exchange
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

#include "clock.h"
#include "state.h"

/* The I/O thread sleeps until it has something to do; on the client's main thread that may come to be. */
void exchange_need_visit( struct exchange *exchange, uint64_t time )
{
    if (exchange->visit_time <= time) return;
    exchange->visit_time = 0;
    exchange_signal( exchange );
}

void exchange_check_gone( struct exchange *exchange, struct port *port )
{
    if (!port->ended || port->pdus.waiting) return;
    router_remove_host( exchange->router, port->number );
    statics_lose_host( &exchange->statics, port->number );
    ports_remove( &exchange->ports, port );
}

void exchange_send_frame( struct exchange *exchange, struct port *port, uint16_t stream, uint16_t flags,
                          const void *first, size_t first_size, const void *second, size_t second_size )
{
    uint64_t now = clock_ms();
    size_t credit = port->credit ? port_credit( port, &exchange->tight, now ) : 0;

    port_send( port, stream, flags, first, first_size, second, second_size, credit );
    if (port->awaited == UINT64_MAX) exchange_need_visit( exchange, (port->awaited = now) + AWAIT_MS );
    if (port->out.head || port->rule || port->no_memory) exchange_signal( exchange );
}

bool port_is_concerned( const struct port *port )
{
    return port->number && port->admitted && port->takes_part;
}

void exchange_note_breach( struct exchange *exchange, struct port *port, const char *rule )
{
    if (!port->rule) port->rule = rule;
    page_add( &exchange->page->dropped, 1 + port_drop_pdus( port ) );
    exchange_signal( exchange );
}
