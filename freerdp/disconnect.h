/*
 * Why a connection ended, in the words of IWTSPlugin::Disconnected
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

#ifndef __WINEDVC_DISCONNECT_H
#define __WINEDVC_DISCONNECT_H

#include <stdint.h>

/* Those values of IMsTscAxEvents::OnDisconnected that FreeRDP knows enough for. */
enum disconnect_code
{
    DISCONNECT_NO_INFO        = 0,
    DISCONNECT_LOCAL          = 1,      /* not an error, as the next two */
    DISCONNECT_BY_USER        = 2,
    DISCONNECT_BY_SERVER      = 3,
    DISCONNECT_DNS_FAILED     = 260,
    DISCONNECT_TIMED_OUT      = 264,
    DISCONNECT_CONNECT_FAILED = 516,
    DISCONNECT_HOST_NOT_FOUND = 520,
    DISCONNECT_SOCKET_CLOSED  = 2308,
};

/* FreeRDP's last error, at the moment when a connection has ended, as such a value. */
extern enum disconnect_code disconnect_code( uint32_t error );

#endif /* __WINEDVC_DISCONNECT_H */
