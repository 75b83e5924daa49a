/*
 * PE files
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

#define _GNU_SOURCE
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "peimage.h"

void fuzz_image( const uint8_t *data, size_t size )
{
    int fd = memfd_create( "image", MFD_CLOEXEC );
    char path[64], problem[512] = "";
    struct image image;

    check( fd >= 0 && write( fd, data, size ) == (ssize_t)size );
    snprintf( path, sizeof(path), "/proc/self/fd/%d", fd );
    if (image_read( path, &image, problem, sizeof(problem) )) check( image.bits == 32 || image.bits == 64 );
    else check( *problem );
    check( !close( fd ) );
    check( dup( STDERR_FILENO ) == fd && !close( fd ) );    /* nothing is left open */
}
