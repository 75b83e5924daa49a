/*
 * What the headers of a DLL say
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

#ifndef __WINEDVC_IMAGE_H
#define __WINEDVC_IMAGE_H

#include "windef.h"
#include "winbase.h"

/* A file that need not be loadable, nor whole: whatever its headers point at is looked for inside the file only. */
struct image
{
    /* what it says of itself */
    WORD machine;           /* IMAGE_FILE_MACHINE_... */
    BOOL is_dotnet;         /* it has a CLR header */
    BOOL is_any_cpu;        /* .NET code for any processor, though machine says i386 */
    BOOL is_wines;          /* it is a part of Wine */
    UINT64 size, time;      /* of the file, and when it was written last: a FILETIME */
    /* of image.c alone */
    const BYTE *data;
    DWORD sections, section_count, header_size, imports;
};

/* Fails with GetLastError(); ERROR_BAD_EXE_FORMAT for what is no PE file, of which size and time are known. */
extern BOOL image_open( struct image *image, const WCHAR *path );
extern void image_close( struct image *image );

/* The bits of the process that can load it, 0 if none here can. */
extern UINT32 image_bits( const struct image *image );
/* The processors that its code is for, for a person. */
extern const WCHAR *image_machine( const struct image *image );

/* The DLLs that must be there when it is loaded, by index from 0. FALSE after the last. */
#define IMAGE_MAX_NAME 256
extern BOOL image_import( const struct image *image, DWORD index, WCHAR name[IMAGE_MAX_NAME] );

#endif /* __WINEDVC_IMAGE_H */
