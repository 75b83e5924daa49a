/*
 * What a Wine process at the other end of a socket costs, and nothing else: it sends each message back
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

/* A message is its size, 32 bits, and as many bytes. Standard input is the socket, and read and written in the way of
 * programs/winedvc/link.c. An empty message says that the process has begun; Wine touches all of the buffer in
 * ReadFile, so that the first one reads little: until then this is an empty Wine program. */

#include <windows.h>
#include <stdlib.h>
#include <string.h>

#define CAPACITY (2 << 20)

int main( void )
{
    HANDLE process = GetCurrentProcess(), handle;
    BYTE *buffer = malloc( CAPACITY );
    DWORD received = 0, count, size = 0, room = sizeof(size);

    if (!buffer || !DuplicateHandle( process, GetStdHandle( STD_INPUT_HANDLE ), process, &handle,
                                     GENERIC_READ | GENERIC_WRITE | SYNCHRONIZE, FALSE, 0 )) return 1;
    if (!WriteFile( handle, &size, sizeof(size), &count, NULL )) return 1;
    while (ReadFile( handle, buffer + received, room - received, &count, NULL ) && count)
    {
        room = CAPACITY;
        received += count;
        if (received < sizeof(size)) continue;
        memcpy( &size, buffer, sizeof(size) );
        if (size > CAPACITY - sizeof(size)) return 1;
        if (received - sizeof(size) < size) continue;
        if (!WriteFile( handle, buffer, received, &count, NULL ) || count != received) return 1;
        received = 0;
    }
    return 0;
}
