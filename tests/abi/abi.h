/*
 * What an ABI is made of, as a table
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

#ifndef __TESTS_ABI_H
#define __TESTS_ABI_H

/*
 * Two files include this, one with our headers and one with those of mingw-w64, and each makes
 * a table under its own name out of the same list; abi.c compares them.
 */

#include <stddef.h>

struct abi_number
{
    const char *name;
    unsigned int value;
};

struct abi_guid
{
    const char *name;
    const void *guid;   /* 16 bytes */
};

/* Each ends with a NULL name. */
struct abi
{
    const struct abi_number *numbers;
    const struct abi_guid *guids;
};

extern const struct abi our_abi, their_abi;

#endif /* __TESTS_ABI_H */
