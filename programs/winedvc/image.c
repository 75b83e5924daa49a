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

#include <stdarg.h>
#include <string.h>

#include "image.h"

/* Of a CLR header: cb, version, the place of the meta data, and flags. */
struct clr_header
{
    DWORD size, version, metadata[2], flags;
};

#define CLR_IL_ONLY       0x0001
#define CLR_32BIT_ONLY    0x0002

static BOOL read_bytes( const struct image *image, UINT64 offset, void *bytes, SIZE_T size )
{
    if (offset > image->size || size > image->size - offset) return FALSE;
    memcpy( bytes, image->data + offset, size );
    return TRUE;
}

/* The place in the file of an address, and how many bytes the file has from there on; FALSE if it has none. */
static BOOL find_address( const struct image *image, DWORD address, UINT64 *offset, UINT64 *left )
{
    IMAGE_SECTION_HEADER section;
    DWORD i;

    *offset = address;
    *left = address < image->header_size ? image->header_size - address : 0;
    for (i = 0; !*left && i < image->section_count; i++)
    {
        if (!read_bytes( image, image->sections + i * (UINT64)sizeof(section), &section, sizeof(section) )) return FALSE;
        if (address < section.VirtualAddress || address - section.VirtualAddress >= section.SizeOfRawData) continue;
        *offset = (UINT64)section.PointerToRawData + (address - section.VirtualAddress);
        *left = section.SizeOfRawData - (address - section.VirtualAddress);
    }
    if (!*left || *offset >= image->size) return FALSE;
    if (*left > image->size - *offset) *left = image->size - *offset;
    return TRUE;
}

static BOOL read_address( const struct image *image, DWORD address, void *bytes, SIZE_T size )
{
    UINT64 offset, left;

    return find_address( image, address, &offset, &left ) && size <= left && read_bytes( image, offset, bytes, size );
}

static void take_dotnet( struct image *image, DWORD address )
{
    struct clr_header clr;

    if (!address || !read_address( image, address, &clr, sizeof(clr) )) return;
    image->is_dotnet = TRUE;
    image->is_any_cpu = image->machine == IMAGE_FILE_MACHINE_I386 && (clr.flags & CLR_IL_ONLY)
                        && !(clr.flags & CLR_32BIT_ONLY);
}

static void take_directories( struct image *image, DWORD header )
{
    IMAGE_DATA_DIRECTORY directories[IMAGE_NUMBEROF_DIRECTORY_ENTRIES] = { { 0 } };
    IMAGE_OPTIONAL_HEADER32 narrow;
    IMAGE_OPTIONAL_HEADER64 wide;

    if (!read_bytes( image, header, &narrow, sizeof(narrow) )) return;
    if (narrow.Magic == IMAGE_NT_OPTIONAL_HDR32_MAGIC)
        memcpy( directories, narrow.DataDirectory, sizeof(directories) );
    else if (narrow.Magic == IMAGE_NT_OPTIONAL_HDR64_MAGIC && read_bytes( image, header, &wide, sizeof(wide) ))
        memcpy( directories, wide.DataDirectory, sizeof(directories) );
    image->header_size = narrow.SizeOfHeaders;  /* at one place in both forms */
    image->imports = directories[IMAGE_DIRECTORY_ENTRY_IMPORT].VirtualAddress;
    take_dotnet( image, directories[IMAGE_DIRECTORY_ENTRY_COM_DESCRIPTOR].VirtualAddress );
}

static BOOL take_headers( struct image *image )
{
    static const char mark[] = "Wine builtin DLL";
    struct { DWORD signature; IMAGE_FILE_HEADER file; } header;
    IMAGE_DOS_HEADER dos;
    char stub[sizeof(mark)];

    if (!read_bytes( image, 0, &dos, sizeof(dos) ) || dos.e_magic != IMAGE_DOS_SIGNATURE) return FALSE;
    if (!read_bytes( image, (DWORD)dos.e_lfanew, &header, sizeof(header) )) return FALSE;
    if (header.signature != IMAGE_NT_SIGNATURE) return FALSE;
    image->is_wines = read_bytes( image, sizeof(dos), stub, sizeof(stub) ) && !memcmp( stub, mark, sizeof(mark) );
    image->machine = header.file.Machine;
    image->section_count = header.file.NumberOfSections;
    image->sections = (DWORD)dos.e_lfanew + sizeof(header) + header.file.SizeOfOptionalHeader;
    take_directories( image, (DWORD)dos.e_lfanew + sizeof(header) );
    return TRUE;
}

static BOOL map_file( struct image *image, HANDLE file )
{
    BY_HANDLE_FILE_INFORMATION info;
    HANDLE mapping;

    if (!GetFileInformationByHandle( file, &info )) return FALSE;
    image->size = (UINT64)info.nFileSizeHigh << 32 | info.nFileSizeLow;
    image->time = (UINT64)info.ftLastWriteTime.dwHighDateTime << 32 | info.ftLastWriteTime.dwLowDateTime;
    if (!image->size)   /* which cannot be mapped */
    {
        SetLastError( ERROR_BAD_EXE_FORMAT );
        return FALSE;
    }
    if (!(mapping = CreateFileMappingW( file, NULL, PAGE_READONLY, 0, 0, NULL ))) return FALSE;
    image->data = MapViewOfFile( mapping, FILE_MAP_READ, 0, 0, 0 );
    CloseHandle( mapping );
    return image->data != NULL;
}

BOOL image_open( struct image *image, const WCHAR *path )
{
    HANDLE file = CreateFileW( path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_DELETE, NULL, OPEN_EXISTING, 0, NULL );
    BOOL mapped;

    memset( image, 0, sizeof(*image) );
    if (file == INVALID_HANDLE_VALUE) return FALSE;
    mapped = map_file( image, file );
    CloseHandle( file );
    if (!mapped || take_headers( image )) return mapped;
    image_close( image );
    SetLastError( ERROR_BAD_EXE_FORMAT );
    return FALSE;
}

void image_close( struct image *image )
{
    if (image->data) UnmapViewOfFile( image->data );
    image->data = NULL;
}

UINT32 image_bits( const struct image *image )
{
    if (image->is_any_cpu) return 8 * sizeof(void *);
    if (image->machine == IMAGE_FILE_MACHINE_AMD64) return 64;
    return image->machine == IMAGE_FILE_MACHINE_I386 ? 32 : 0;
}

const WCHAR *image_machine( const struct image *image )
{
    switch (image->machine)
    {
    case IMAGE_FILE_MACHINE_AMD64: return L"x86-64";
    case IMAGE_FILE_MACHINE_I386:  return L"i386";
    case IMAGE_FILE_MACHINE_ARM64: return L"ARM64";
    case IMAGE_FILE_MACHINE_ARMNT: return L"ARM";
    case IMAGE_FILE_MACHINE_IA64:  return L"Itanium";
    default:                       return L"unknown";
    }
}

BOOL image_import( const struct image *image, DWORD index, WCHAR name[IMAGE_MAX_NAME] )
{
    IMAGE_IMPORT_DESCRIPTOR descriptor;
    UINT64 offset, left, address = image->imports + (UINT64)index * sizeof(descriptor);
    DWORD i;

    if (!image->imports || address > 0xffffffff) return FALSE;
    if (!read_address( image, address, &descriptor, sizeof(descriptor) ) || !descriptor.Name) return FALSE;
    if (!find_address( image, descriptor.Name, &offset, &left )) return FALSE;
    for (i = 0; i < left && i < IMAGE_MAX_NAME - 1 && image->data[offset + i]; i++) name[i] = image->data[offset + i];
    name[i] = 0;
    return i != 0;
}
