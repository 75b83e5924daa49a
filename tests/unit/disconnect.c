/*
 * Tests of the disconnect codes
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

#include "freerdp/disconnect.h"
#include "wine/test.h"

/* A row for each of the table, and for what has none. */
static const struct { uint32_t error; enum disconnect_code code; } rows[] =
{
    { 0, DISCONNECT_LOCAL },
    { 0x10001, DISCONNECT_BY_SERVER },      /* an administrator's tool */
    { 0x10002, DISCONNECT_BY_SERVER },
    { 0x10003, DISCONNECT_BY_SERVER },      /* idle */
    { 0x10005, DISCONNECT_BY_SERVER },      /* another client took the session */
    { 0x1000b, DISCONNECT_BY_USER },
    { 0x1000c, DISCONNECT_BY_USER },
    { 0x11192, DISCONNECT_BY_SERVER },
    { 0x1ffff, DISCONNECT_BY_SERVER },
    { 0x20001, DISCONNECT_NO_INFO },
    { 0x20004, DISCONNECT_DNS_FAILED },
    { 0x20005, DISCONNECT_HOST_NOT_FOUND },
    { 0x20006, DISCONNECT_CONNECT_FAILED },
    { 0x2000b, DISCONNECT_LOCAL },
    { 0x2000d, DISCONNECT_SOCKET_CLOSED },
    { 0x2001c, DISCONNECT_TIMED_OUT },
    { 0x2001d, DISCONNECT_NO_INFO },
    { 0x0000c, DISCONNECT_NO_INFO },
    { 0x30001, DISCONNECT_NO_INFO },
    { UINT32_MAX, DISCONNECT_NO_INFO },
};

START_TEST( disconnect )
{
    unsigned int i, code;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
    {
        code = disconnect_code( rows[i].error );
        ok( code == rows[i].code, "error %#x: got %u, expected %u\n", rows[i].error, code, rows[i].code );
    }
}
