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

#ifndef __MSTSCAX_REFS_H
#define __MSTSCAX_REFS_H

#include "windef.h"
#include "winbase.h"

/*
 * Plug-ins release too often, and use pointers that they released. So what a plug-in holds is
 * counted apart from what we hold: its mistakes never take an object from under us. An object is
 * dead when both counts are 0; what a plug-in adds or drops after that is ignored.
 * Lock-free, any thread.
 */
struct refs
{
    LONG64 value;   /* the plug-in's in the upper half, ours in the lower one */
};

/* Ours. The first one gives an object that is all zero, or was dead, its life. */
extern void refs_add( struct refs *refs );
/* TRUE if the object is dead now. */
extern BOOL refs_drop( struct refs *refs );

/* The plug-in's: what AddRef and Release return, where all of ours count as one. */
extern ULONG refs_add_theirs( struct refs *refs );
extern ULONG refs_drop_theirs( struct refs *refs, BOOL *died );

#endif /* __MSTSCAX_REFS_H */
