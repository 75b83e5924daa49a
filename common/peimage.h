/*
 * What a DLL says of itself
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

#ifndef __WINEDVC_PEIMAGE_H
#define __WINEDVC_PEIMAGE_H

#include <stdbool.h>
#include <stddef.h>

/* A file that need not be whole: whatever its headers point at is looked for inside the file only. */
struct image
{
    unsigned int bits;          /* of the process that loads it: 32 or 64 */
    bool         is_dotnet;
    bool         is_program;    /* which can be told to register itself, and to take that back */
    /* what it exports */
    bool         has_instance;  /* VirtualChannelGetInstance: it is a plug-in by itself */
    bool         has_classes;   /* DllGetClassObject */
    bool         has_register;  /* DllRegisterServer */
    bool         has_unregister;
    bool         has_static;    /* VirtualChannelEntry: the same, of static channels */
};

/* On failure problem says why it is none that could be used, and what to do. */
extern bool image_read( const char *file, struct image *image, char *problem, size_t size );

#endif /* __WINEDVC_PEIMAGE_H */
