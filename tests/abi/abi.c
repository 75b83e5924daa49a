/*
 * Our headers against those of mingw-w64
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

#include "abi.h"
#include "wine/test.h"

START_TEST( numbers )
{
    const struct abi_number *ours = our_abi.numbers, *theirs = their_abi.numbers;

    ok( ours != theirs, "There is one table only.\n" );
    for (; ours->name && theirs->name; ours++, theirs++)
        ok( ours->value == theirs->value, "%s is %#x, expected %#x.\n", ours->name, ours->value, theirs->value );
    ok( !ours->name && !theirs->name, "The tables differ in length.\n" );
}

START_TEST( guids )
{
    const struct abi_guid *ours = our_abi.guids, *theirs = their_abi.guids;

    for (; ours->name && theirs->name; ours++, theirs++)
    {
        ok( ours->guid != theirs->guid, "%s is there once only.\n", ours->name );
        ok( !memcmp( ours->guid, theirs->guid, 16 ), "%s is another one.\n", ours->name );
    }
    ok( !ours->name && !theirs->name, "The tables differ in length.\n" );
}
