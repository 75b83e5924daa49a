/*
 * What the tests say to an X server
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

#ifndef __WINDOW_DISPLAY_H
#define __WINDOW_DISPLAY_H

#include <stddef.h>
#include <stdint.h>

/*
 * As much of the X protocol, version 11, as the tests need, in this machine's byte order, with a server that wants no
 * authorization. One request at a time, nor does any event come. What fails ends the program, with a line, but a window
 * that has gone can not be seen, and has no class, no children and no size.
 */

struct rectangle
{
    int x, y, width, height;
};

/* The first screen of $DISPLAY: returns its root window. */
extern uint32_t display_open( void );
extern void display_close( void );

/* A request that has no reply. */
extern void display_put( const void *request, size_t size );

extern uint32_t display_intern( const char *name );

/* The windows in that one, the lowest first; the caller frees them. */
extern uint32_t *display_children( uint32_t window, unsigned int *count );

/* The topmost window of that class which can be seen; 0 if there is none, or, where topmost is set, if another is above. */
extern uint32_t display_find( uint32_t root, const char *class, int topmost );

/* Where it is in its parent. */
extern struct rectangle display_geometry( uint32_t window );

/* What can be seen there, row by row, 32 bits a pixel; the caller frees it. */
extern uint32_t *display_image( uint32_t window, struct rectangle place );

#endif /* __WINDOW_DISPLAY_H */
