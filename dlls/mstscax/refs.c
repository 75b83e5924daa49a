/*
 * Reference counts of objects that plug-ins hold
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

#include <stdarg.h>

#include "refs.h"

#define OURS   ((LONG64)1)
#define THEIRS ((LONG64)1 << 32)

static ULONG refs_count( LONG64 value )
{
    return (ULONG)(value >> 32) + ((ULONG)value != 0);
}

void refs_add( struct refs *refs )
{
    InterlockedExchangeAdd64( &refs->value, OURS );
}

BOOL refs_drop( struct refs *refs )
{
    return InterlockedExchangeAdd64( &refs->value, -OURS ) == OURS;
}

ULONG refs_add_theirs( struct refs *refs )
{
    LONG64 seen = InterlockedCompareExchange64( &refs->value, 0, 0 ), expected;

    do
    {
        if (!(expected = seen)) return 0;
        seen = InterlockedCompareExchange64( &refs->value, expected + THEIRS, expected );
    } while (seen != expected);
    return refs_count( expected + THEIRS );
}

ULONG refs_drop_theirs( struct refs *refs, BOOL *died )
{
    LONG64 seen = InterlockedCompareExchange64( &refs->value, 0, 0 ), expected;

    *died = FALSE;
    do
    {
        if ((expected = seen) < THEIRS) return refs_count( expected );
        seen = InterlockedCompareExchange64( &refs->value, expected - THEIRS, expected );
    } while (seen != expected);
    *died = expected == THEIRS;
    return refs_count( expected - THEIRS );
}
