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

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log.h"
#include "peimage.h"

#define MACHINE_I386  0x014c
#define MACHINE_AMD64 0x8664
#define MACHINE_ARM64 0xaa64

#define MAGIC_32      0x010b
#define MAGIC_64      0x020b

/* [PE format] Sizes, and places in the headers. */
#define FILE_HEADER_SIZE     20
#define SECTION_HEADER_SIZE  40
#define DIRECTORIES_32       96
#define DIRECTORIES_64       112
#define DIRECTORY_EXPORTS    0
#define DIRECTORY_CLR        14

#define MAX_SECTIONS 96     /* [PE format] of a file that Windows loads */
#define MAX_EXPORTS  65536
#define MAX_NAME     64

#define FLAG_DLL 0x2000

#define CLR_IL_ONLY    0x0001
#define CLR_32BIT_ONLY 0x0002

struct reader
{
    int      fd;
    uint64_t size;
    uint8_t  sections[MAX_SECTIONS][SECTION_HEADER_SIZE];
    unsigned int section_count;
};

static uint32_t number_at( const uint8_t bytes[4] )
{
    return bytes[0] | bytes[1] << 8 | bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

static bool read_bytes( const struct reader *reader, uint64_t offset, void *bytes, size_t size )
{
    if (offset > reader->size || size > reader->size - offset) return false;
    return pread( reader->fd, bytes, size, offset ) == (ssize_t)size;
}

static bool read_number( const struct reader *reader, uint64_t offset, unsigned int size, uint32_t *number )
{
    uint8_t bytes[4] = { 0 };
    bool read = read_bytes( reader, offset, bytes, size );

    *number = read ? number_at( bytes ) : 0;
    return read;
}

static bool read_sections( struct reader *reader, uint64_t offset, uint32_t count )
{
    reader->section_count = count;
    return count <= MAX_SECTIONS && read_bytes( reader, offset, reader->sections, count * SECTION_HEADER_SIZE );
}

/* The place in the file of an address of the loaded image. */
static bool find_address( const struct reader *reader, uint32_t address, uint64_t *offset )
{
    uint32_t virtual_address;
    unsigned int i;

    for (i = 0; i < reader->section_count; i++)
    {
        const uint8_t *section = reader->sections[i];

        virtual_address = number_at( section + 12 );
        if (address < virtual_address || address - virtual_address >= number_at( section + 16 )) continue;
        *offset = number_at( section + 20 ) + (uint64_t)(address - virtual_address);
        return true;
    }
    return false;
}

static bool read_address( const struct reader *reader, uint32_t address, unsigned int size, uint32_t *number )
{
    uint64_t offset;

    return find_address( reader, address, &offset ) && read_number( reader, offset, size, number );
}

static void take_export( struct image *image, const char *name )
{
    if (!strcmp( name, "VirtualChannelGetInstance" )) image->has_instance = true;
    else if (!strcmp( name, "DllGetClassObject" )) image->has_classes = true;
    else if (!strcmp( name, "DllRegisterServer" )) image->has_register = true;
    else if (!strcmp( name, "DllUnregisterServer" )) image->has_unregister = true;
    else if (!strcmp( name, "VirtualChannelEntry" )) image->has_static = true;
}

static void take_exports( const struct reader *reader, struct image *image, uint32_t exports )
{
    uint32_t count, names, address, i;
    char name[MAX_NAME];
    uint64_t offset;
    size_t size;

    if (!exports || !read_address( reader, exports + 24, 4, &count ) ||
        !read_address( reader, exports + 32, 4, &names )) return;
    for (i = 0; i < count && i < MAX_EXPORTS; i++)
    {
        if (!read_address( reader, names + 4 * i, 4, &address ) || !find_address( reader, address, &offset )) return;
        if (offset >= reader->size) return;
        size = reader->size - offset < sizeof(name) ? reader->size - offset : sizeof(name);
        if (!read_bytes( reader, offset, name, size )) return;
        if (memchr( name, 0, size )) take_export( image, name );
    }
}

/* .NET code for any processor runs in a process of 64 bits. */
static void take_clr( const struct reader *reader, struct image *image, uint32_t clr )
{
    uint32_t flags;

    if (!clr || !read_address( reader, clr + 16, 4, &flags )) return;
    image->is_dotnet = true;
    if (image->bits == 32 && (flags & CLR_IL_ONLY) && !(flags & CLR_32BIT_ONLY)) image->bits = 64;
}

static bool take_headers( struct reader *reader, struct image *image, uint32_t *machine )
{
    uint32_t dos, header, signature, sections, optional_size, flags, magic, exports, clr, directories;

    if (!read_number( reader, 0, 2, &dos ) || dos != 0x5a4d || !read_number( reader, 0x3c, 4, &header ) ||
        !read_number( reader, header, 4, &signature ) || signature != 0x4550 ||
        !read_number( reader, header + (uint64_t)4, 2, machine ) ||
        !read_number( reader, header + (uint64_t)6, 2, &sections ) ||
        !read_number( reader, header + (uint64_t)20, 2, &optional_size ) ||
        !read_number( reader, header + (uint64_t)22, 2, &flags ) ||
        !read_number( reader, header + (uint64_t)24, 2, &magic ) ||
        !read_sections( reader, header + (uint64_t)4 + FILE_HEADER_SIZE + optional_size, sections )) return false;
    image->is_program = !(flags & FLAG_DLL);
    image->bits = *machine == MACHINE_I386 ? 32 : *machine == MACHINE_AMD64 ? 64 : 0;
    directories = magic == MAGIC_32 ? DIRECTORIES_32 : DIRECTORIES_64;
    if (magic != MAGIC_32 && magic != MAGIC_64) return false;
    if (read_number( reader, header + (uint64_t)24 + directories + 8 * DIRECTORY_CLR, 4, &clr ))
        take_clr( reader, image, clr );
    if (read_number( reader, header + (uint64_t)24 + directories + 8 * DIRECTORY_EXPORTS, 4, &exports ))
        take_exports( reader, image, exports );
    return true;
}

bool image_read( const char *file, struct image *image, char *problem, size_t size )
{
    struct reader reader = { .fd = open( file, O_RDONLY | O_CLOEXEC | O_NONBLOCK ) };
    uint32_t machine = 0;
    bool is_image;
    struct stat st;

    memset( image, 0, sizeof(*image) );
    if (reader.fd < 0 || fstat( reader.fd, &st ))
    {
        snprintf( problem, size, "%s can not be read (%s)", file, log_errno( errno ) );
        if (reader.fd >= 0) close( reader.fd );
        return false;
    }
    reader.size = S_ISREG( st.st_mode ) ? st.st_size : 0;
    is_image = take_headers( &reader, image, &machine );
    close( reader.fd );
    if (!is_image)
        snprintf( problem, size, "%s is no Windows DLL: name the plug-in's .dll, its program, or the .reg file "
                  "that comes with it", file );
    else if (!image->bits)
        snprintf( problem, size, "%s is code for %s processors, and this one is x86-64: install the plug-in's version "
                  "for that (x64)", file, machine == MACHINE_ARM64 ? "ARM64" : "other" );
    return is_image && image->bits;
}
