/*
 * The RDP8-Lite decompressor against the documents' examples, a compressor and FreeRDP's decompressor
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

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include "wine/test.h"
#include "drdynvc.h"
#include "hex.h"
#include "rdp8lite.h"
#include "rdp8lite_encoder.h"

static struct rdp8lite *context;

static void start(void)
{
    free( context );
    context = calloc( 1, sizeof(*context) );
}

/* The segment is at the end of its memory, so that reading past it is noticed. */
static const uint8_t *read_bytes( const uint8_t *segment, size_t size, size_t *block_size )
{
    uint8_t *exact = malloc( size );
    const uint8_t *block;

    if (size) memcpy( exact, segment, size );
    block = rdp8lite_read( context, exact, size, block_size );
    free( exact );
    return block;
}

static void check_block_( int line, const char *hex, const char *expected, size_t expected_size )
{
    uint8_t segment[256];
    const uint8_t *block;
    size_t size;

    block = read_bytes( segment, parse_hex( hex, segment ), &size );
    ok_(__FILE__, line)( block && size == expected_size && !memcmp( block, expected, size ),
                         "%s gives %p, %zu bytes\n", hex, block, size );
}
#define check_block( hex, expected ) check_block_( __LINE__, hex, expected, sizeof(expected) - 1 )

static void check_run_( int line, const char *hex, char byte, size_t count )
{
    char *expected = malloc( count );

    memset( expected, byte, count );
    check_block_( line, hex, expected, count );
    free( expected );
}
#define check_run( hex, byte, count ) check_run_( __LINE__, hex, byte, count )

static void check_malformed_( int line, const char *hex )
{
    uint8_t segment[256];
    const uint8_t *block;
    size_t size;

    block = read_bytes( segment, parse_hex( hex, segment ), &size );
    ok_(__FILE__, line)( !block && !size, "%s gives %zu bytes\n", hex, size );
}
#define check_malformed( hex ) check_malformed_( __LINE__, hex )

/* [MS-RDPEDYC] 4.3.3 and 4.3.4, where the last descriptor is missing and the blocks are one byte too
 * long for their PDUs' headers */
static void test_documented(void)
{
    start();
    check_run( "e0 26 38 c4 3f f4 74 01", 'q', 1595 );
    check_run( "e0 26 88 7f e8 f4 02", 'q', 1597 );
    check_run( "06 71 71 71", 'q', 3 );

    start();
    check_malformed( "e0 26 88 7f e8 f4 02" ); /* its history is in the first */
}

/* [MS-RDPEGFX] 4.2.1.1, with the type of this compression */
static void test_graphics_examples(void)
{
    start();
    check_block( "e0 26 ce 9b 19 62 18 00", "\x01\x02\xff\x65\x65\x65\x65\x65" );
    start();
    check_block( "e0 06 54 68 65 20 71 75 69 63 6b 20 62 72 6f 77 6e 20 66 6f 78", "The quick brown fox" );
    start();
    check_block( "e0 26 20 90 88 71 1f b2 01", "ABCABCABCABCABCABCABCABCABCABCABCABCABCABCABCABCABCABCABCABC" );
    start();
    check_block( "06 54 68 65 20 71 75 69 63 6b 20 62 72 6f 77 6e 20", "The quick brown " );
    check_block( "06 66 6f 78 20 6a 75 6d 70 73 20 6f 76 65", "fox jumps ove" );
    check_block( "26 39 08 0e 91 f8 d8 61 3d 1e 44 06 43 79 9c 02", "r the lazy dog" );

    /* another type, and the form of many segments */
    start();
    check_malformed( "e0 24 ce 9b 19 62 18 00" );
    check_malformed( "e0 04 54 68 65" );
    check_malformed( "e1 01 00 03 00 00 00 04 00 00 00 06 54 68 65" );
    check_malformed( "e0 16 54" );
    check_malformed( "e0 e0 06 54" );
}

static void test_short(void)
{
    start();
    check_block( "e0 06", "" );
    check_block( "06", "" );
    check_block( "e0 26 00", "" );
    check_block( "e0 26 00 00 07", "\0" );  /* the reserved long form of a short literal */
    check_malformed( "" );
    check_malformed( "e0" );
    check_malformed( "e0 26" );
    check_malformed( "e0 26 01" );          /* more unused bits than there are */
    check_block( "e0 26 30 80 07", "a" );   /* 0 01100001 */
    check_block( "e0 26 30 80 ff", "a" );   /* the upper bits of the last byte are reserved */
}

static void test_hostile(void)
{
    /* tokens cut off: literal, distance, length, run */
    start();
    check_malformed( "e0 26 30 01" );
    check_malformed( "e0 26 8c 03" );
    check_malformed( "e0 26 88 40 06" );
    check_malformed( "e0 26 88 7f 00" );
    check_malformed( "e0 26 88 00 00" );
    check_malformed( "e0 26 88 00 80 00" );
    check_malformed( "e0 26 88 00 20 61 00" ); /* a run of 4 bytes has one */
    check_malformed( "e0 26 fc 07" );

    /* distances: of tokens that this compression has not, before the beginning */
    start();
    check_malformed( "e0 26 b4 00 00 00" );
    check_malformed( "e0 26 bc 00 00 00 00" );
    check_malformed( "e0 26 80 00" );
    check_malformed( "e0 26 88 40 05" );
    start();
    check_block( "06 61", "a" );
    check_malformed( "e0 26 88 80 05" );    /* distance 2 */
    start();
    check_block( "06 61", "a" );
    check_run( "e0 26 88 40 05", 'a', 3 );

    /* a length of 16384 and one without an end */
    start();
    check_block( "06 61", "a" );
    check_malformed( "e0 26 88 7f fe 00 00 00 00" );
    start();
    check_block( "06 61", "a" );
    check_malformed( "e0 26 88 7f ff ff ff ff ff ff 00" );
}

/* What a block and the history may hold, to the byte. */
static void test_limits(void)
{
    static uint8_t segment[2 + RDP8LITE_MAX_BLOCK + 1];
    const uint8_t *block;
    size_t size;
    int i;

    start();
    segment[0] = 0xe0;
    segment[1] = 0x06;
    for (i = 2; i < (int)sizeof(segment); i++) segment[i] = i * 7 ^ i >> 8;
    block = read_bytes( segment, 2 + RDP8LITE_MAX_BLOCK, &size );
    ok( block && size == RDP8LITE_MAX_BLOCK && !memcmp( block, segment + 2, size ), "got %p, %zu bytes\n", block,
        size );
    check_block_( __LINE__, "26 b0 96 00 03", (char *)segment + 2, 3 );  /* distance 8192 */
    check_malformed( "26 b0 96 10 03" );                                 /* distance 8193 */

    start();
    block = read_bytes( segment, sizeof(segment), &size );
    ok( !block, "a block of %zu bytes\n", size );
    start();
    check_block( "06 71", "q" );
    check_run( "26 88 7f fc 00 00 04", 'q', 8192 );
    check_malformed( "26 88 7f fc 00 10 04" );  /* 8193 */
    start();
    check_block( "06 71", "q" );
    check_malformed( "26 38 c4 3f fe 00 00 03" ); /* a literal and a match of 8192 */
}

/* FreeRDP's decompressor is the same but for the size of its history and the type. */
struct other
{
    void *context;
    int  (*decompress)( void *context, const uint8_t *data, uint32_t size, uint8_t **block, uint32_t *block_size,
                        uint32_t flags );
    void (*destroy)( void *context );
};

static bool other_start( struct other *other )
{
    void *(*create)( int compressor );
    void *library; /* stays, it does not take back all that it allocates */

    if (!(library = dlopen( "libfreerdp2.so.2", RTLD_NOW ))
        && !(library = dlopen( "libfreerdp3.so.3", RTLD_NOW ))) return false;
    *(void **)&create = dlsym( library, "zgfx_context_new" );
    *(void **)&other->decompress = dlsym( library, "zgfx_decompress" );
    *(void **)&other->destroy = dlsym( library, "zgfx_context_free" );
    other->context = create && other->decompress && other->destroy ? create( 0 ) : NULL;
    return other->context != NULL;
}

static void other_check( struct other *other, uint8_t *segment, size_t size, const uint8_t *data, size_t data_size )
{
    uint32_t block_size = 0;
    uint8_t *block = NULL;
    int result;

    segment[1] = (segment[1] & 0xf0) | 4;
    result = other->decompress( other->context, segment, size, &block, &block_size, 0 );
    ok( result >= 0 && block_size == data_size && (!data_size || !memcmp( block, data, data_size )),
        "FreeRDP's result is %d, %u bytes\n", result, block_size );
    free( block );
}

/* Text-like, runs, noise, and copies of what was before. */
static void make_message( struct encoder *source, uint8_t *data, size_t size )
{
    static const char words[] = "channel plugin \0\1\2\3 \xff\x80 ?@:; ";
    size_t i = 0, count, from;

    while (i < size)
    {
        count = 1 + encoder_random( source, 200 );
        if (count > size - i) count = size - i;
        from = i ? encoder_random( source, i ) : 0;
        switch (encoder_random( source, 4 ))
        {
        case 0: memset( data + i, encoder_random( source, 256 ), count ); break;
        case 1:
            if (count > i - from) count = i > from ? i - from : 1;
            memmove( data + i, data + from, count );
            break;
        case 2: for (from = 0; from < count; from++) data[i + from] = encoder_random( source, 256 ); break;
        default: for (from = 0; from < count; from++) data[i + from] = words[(i + from) % (sizeof(words) - 1)]; break;
        }
        i += count;
    }
}

/* 1000 messages of one channel, with every size up to a few and the largest there are. */
static void test_round_trip(void)
{
    static uint8_t data[ENCODER_MAX_BLOCK], segment[ENCODER_MAX_SEGMENT];
    struct encoder *encoder = calloc( 1, sizeof(*encoder) ), source = { .seed = 4711 };
    struct other other = { 0 };
    bool have_other = other_start( &other );
    size_t size, segment_size, block_size;
    const uint8_t *block;
    int i;

    if (!have_other) skip( "no FreeRDP library\n" );
    start();
    encoder->seed = 42;
    memset( data, 'x', sizeof(data) );
    for (i = 0; i < 1000; i++)
    {
        winetest_push_context( "message %d", i );
        size = i < 50 ? (size_t)i : i % 50 ? encoder_random( &source, 1595 ) : sizeof(data);
        make_message( &source, data, size );
        segment_size = encoder_write( encoder, data, size, segment );
        block = read_bytes( segment, segment_size, &block_size );
        ok( block && block_size == size && !memcmp( block, data, size ), "got %p, %zu bytes of %zu\n", block, block_size,
            size );
        if (have_other) other_check( &other, segment, segment_size, data, size );
        winetest_pop_context();
        if (!block) break;
    }
    if (have_other) other.destroy( other.context );
    free( encoder );
}

/* A damaged segment is a block or malformed, and never touches what is not its own. */
static void test_damage(void)
{
    static uint8_t data[1500], segment[ENCODER_MAX_SEGMENT];
    struct encoder source = { .seed = 1 };
    unsigned int good = 0, bad = 0, i;
    size_t size, block_size;

    for (i = 0; i < 2000; i++)
    {
        struct encoder *encoder = calloc( 1, sizeof(*encoder) );

        encoder->seed = i;
        start();
        size = encoder_random( &source, sizeof(data) );
        make_message( &source, data, size );
        size = encoder_write( encoder, data, size, segment );
        segment[encoder_random( &source, size )] ^= 1u << encoder_random( &source, 8 );
        if (read_bytes( segment, size - encoder_random( &source, 2 ), &block_size )) good++;
        else bad++;
        ok( block_size <= RDP8LITE_MAX_BLOCK, "got %zu bytes\n", block_size );
        free( encoder );
    }
    ok( good && bad, "%u are taken, %u refused\n", good, bad );
}

START_TEST(rdp8lite)
{
    test_documented();
    test_graphics_examples();
    test_short();
    test_hostile();
    test_limits();
    test_round_trip();
    test_damage();
    free( context );
}
