/*
 * Memory that a thread may ask for and be terminated meanwhile
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

#ifndef __MSTSCAX_POOL_H
#define __MSTSCAX_POOL_H

#include "windef.h"
#include "winbase.h"

/*
 * Plug-ins terminate their threads inside IWTSVirtualChannel::Write. The process heap has a lock that would die with
 * such a thread, and so has VirtualAlloc in Wine; here a thread that ends at any point loses at most the block that it
 * was about to get. Lock-free, any thread. Blocks are aligned to 16 bytes and not zeroed.
 *
 * Blocks of each size are cut from chunks of the largest size, which become free again as a whole when all of their
 * blocks are: so no sequence of sizes uses the memory up for another. pool_trim sees to that.
 */

#define POOL_CHUNK   ((SIZE_T)0x20000)
#define POOL_LARGEST (POOL_CHUNK - 16)      /* that can be asked for */

/* Once in the process; more calls do no harm. Address space for 4 GiB, or as much as there is. */
extern BOOL  pool_create( void );
extern void *pool_alloc( SIZE_T size );
extern void  pool_free( void *memory );
/* What the memory takes of the pool, which is more than was asked for. */
extern SIZE_T pool_size( const void *memory );

/* On threads that nobody terminates. Gives memory of free chunks back to the system, but for keep bytes. */
extern void  pool_trim( SIZE_T keep );

/* Bytes freed since the last trim. */
extern SIZE_T pool_freed( void );

#endif /* __MSTSCAX_POOL_H */
