/*
 * Fuzzing: runs the corpora through their targets
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

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>

#include "wine/test.h"
#include "fuzz.h"

#define MAX_SIZE 65536

static void replay_file( const char *path, void (*target)( const uint8_t *data, size_t size ) )
{
    static uint8_t buffer[MAX_SIZE];
    FILE *file = fopen( path, "rb" );
    uint8_t *exact;
    size_t size;

    ok( file != NULL, "cannot open %s\n", path );
    if (!file) return;
    size = fread( buffer, 1, sizeof(buffer), file );
    fclose( file );
    trace( "%s\n", path ); /* the last one is the one that ended the process */
    exact = malloc( size );
    memcpy( exact, buffer, size );
    target( exact, size );
    free( exact );
    ok( true, "got here\n" );
}

/* FUZZ_CORPORA names another directory than the source tree's. */
static void replay( const char *name, void (*target)( const uint8_t *data, size_t size ) )
{
    const char *srcdir = getenv( "SRCDIR" ), *corpora = getenv( "FUZZ_CORPORA" );
    char directory_path[2048], path[4096];
    struct dirent *entry;
    DIR *directory;

    if (corpora) snprintf( directory_path, sizeof(directory_path), "%s/%s", corpora, name );
    else snprintf( directory_path, sizeof(directory_path), "%s/tests/fuzz/corpus/%s", srcdir ? srcdir : ".", name );
    if (!(directory = opendir( directory_path )))
    {
        skip( "no corpus %s\n", directory_path );
        return;
    }
    while ((entry = readdir( directory )))
    {
        if (entry->d_name[0] == '.') continue;
        snprintf( path, sizeof(path), "%s/%s", directory_path, entry->d_name );
        replay_file( path, target );
    }
    closedir( directory );
}

START_TEST(codec)
{
    replay( "codec", fuzz_codec );
}

START_TEST(frames)
{
    replay( "frames", fuzz_frames );
}

START_TEST(image)
{
    replay( "image", fuzz_image );
}

START_TEST(rdp8lite)
{
    replay( "rdp8lite", fuzz_rdp8lite );
}

START_TEST(router)
{
    replay( "router", fuzz_router );
}

START_TEST(sequence)
{
    replay( "sequence", fuzz_sequence );
}
