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

#include <stddef.h>

#include "disconnect.h"

/* FreeRDP's errors have a class in the upper half; both are the same in all versions. */
#define CLASS_ERRINFO 1     /* [MS-RDPBCGR] 2.2.5.1.1, what the server said */
#define CLASS_CONNECT 2     /* what the client found */

#define ERRINFO( code ) (CLASS_ERRINFO << 16 | (code))
#define CONNECT( code ) (CLASS_CONNECT << 16 | (code))

static const struct { uint32_t error; enum disconnect_code code; } codes[] =
{
    { 0,               DISCONNECT_LOCAL },          /* the window was closed: no error */
    { ERRINFO( 0x0b ), DISCONNECT_BY_USER },        /* disconnected from inside the session */
    { ERRINFO( 0x0c ), DISCONNECT_BY_USER },        /* logged off */
    { CONNECT( 0x04 ), DISCONNECT_DNS_FAILED },
    { CONNECT( 0x05 ), DISCONNECT_HOST_NOT_FOUND },
    { CONNECT( 0x06 ), DISCONNECT_CONNECT_FAILED },
    { CONNECT( 0x0b ), DISCONNECT_LOCAL },          /* cancelled */
    { CONNECT( 0x0d ), DISCONNECT_SOCKET_CLOSED },
    { CONNECT( 0x1c ), DISCONNECT_TIMED_OUT },      /* activation, from version 3 on */
};

enum disconnect_code disconnect_code( uint32_t error )
{
    size_t i;

    for (i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
        if (codes[i].error == error) return codes[i].code;
    return error >> 16 == CLASS_ERRINFO ? DISCONNECT_BY_SERVER : DISCONNECT_NO_INFO;
}
