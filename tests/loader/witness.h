/*
 * What a process of FreeRDP shows: its log, threads and descriptors
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

#ifndef __LOADER_WITNESS_H
#define __LOADER_WITNESS_H

#include <stdbool.h>

/* Takes all lines that FreeRDP's log gets from now on. */
extern void witness_log(void);
/* How many lines hold this text? */
extern unsigned int witness_count( const char *text );
/* Waits for so many; false, after a failed check, if they do not come. */
extern bool witness_wait( const char *text, unsigned int count );

struct witness_counts
{
    unsigned int threads, descriptors;
};

extern struct witness_counts witness_get_counts(void);
/* Waits until they are as they were; what started since has to end by itself. */
extern void witness_wait_counts( struct witness_counts counts );

#endif /* __LOADER_WITNESS_H */
