/*
 * Unit tests of the addin's frame reader
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

#include <stdlib.h>
#include <string.h>

#include "common/frames.h"
#include "wine/test.h"

static uint8_t stream[65536];
static size_t stream_size;

static void add_frame( uint16_t channel, uint16_t flags, uint8_t fill, uint32_t size )
{
    struct winedvc_frame frame = { size, channel, flags };

    memcpy( stream + stream_size, &frame, sizeof(frame) );
    memset( stream + stream_size + sizeof(frame), fill, size );
    stream_size += sizeof(frame) + size;
}

static const struct winedvc_frame expected[] =
{
    { 16, WINEDVC_STREAM_CONTROL, WINEDVC_HELLO },
    { 0, WINEDVC_STREAM_CONTROL, WINEDVC_READY },
    { WINEDVC_MAX_PDU, WINEDVC_STREAM_DRDYNVC, 0 },
    { WINEDVC_MAX_CONTROL, WINEDVC_STREAM_CONTROL, WINEDVC_LOG },
    { 1, WINEDVC_STREAM_DRDYNVC, 0 },
};

static void make_stream(void)
{
    unsigned int i;

    stream_size = 0;
    for (i = 0; i < sizeof(expected) / sizeof(expected[0]); i++)
    {
        add_frame( expected[i].stream, expected[i].flags, i, expected[i].size );
        if (i & 1) add_frame( WINEDVC_STREAM_PICTURE + 1 + i, 7, 0xff, 5000 * i ); /* of a later version: left out, whatever its size */
    }
}

/* Reads the whole stream in pieces and returns the number of frames. */
static unsigned int read_stream( size_t piece )
{
    struct frame_reader reader = { 0 };
    struct winedvc_frame frame;
    enum frame_status status;
    unsigned int count = 0;
    const uint8_t *body;
    size_t done, i;

    for (done = 0; done < stream_size; done += piece)
    {
        size_t size = stream_size - done < piece ? stream_size - done : piece;
        uint8_t *copy = malloc( size );
        const uint8_t *data = copy;

        memcpy( copy, stream + done, size );
        while ((status = frame_read( &reader, &data, &size, &frame, &body )) != FRAME_NONE)
        {
            const struct winedvc_frame *want = &expected[count];

            if (status == FRAME_UNKNOWN) continue;
            count++;

            if (frame.size != want->size || frame.stream != want->stream || frame.flags != want->flags) return 0;
            for (i = 0; i < frame.size; i++) if (body[i] != count - 1) return 0;
        }
        free( copy );
        if (size) return 0; /* not all was used up */
    }
    return count;
}

static void test_pieces(void)
{
    static const size_t pieces[] = { 1, 2, 3, 5, 7, 8, 9, 16, 17, 1599, 1600, 1607, 1608, 1609, 4096, 65536 };
    unsigned int i, count;

    make_stream();
    for (i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++)
    {
        count = read_stream( pieces[i] );
        ok( count == 5, "%u frames in pieces of %u\n", count, (unsigned int)pieces[i] );
    }
}

static void test_too_long(void)
{
    static const struct
    {
        struct winedvc_frame frame;
        enum frame_status status;
    }
    tests[] =
    {
        { { WINEDVC_MAX_PDU, WINEDVC_STREAM_DRDYNVC, 0 }, FRAME_NONE },
        { { WINEDVC_MAX_PDU + 1, WINEDVC_STREAM_DRDYNVC, 0 }, FRAME_TOO_LONG },
        { { WINEDVC_MAX_CONTROL, WINEDVC_STREAM_CONTROL, 0 }, FRAME_NONE },
        { { WINEDVC_MAX_CONTROL + 1, WINEDVC_STREAM_CONTROL, 0 }, FRAME_TOO_LONG },
        { { UINT32_MAX, WINEDVC_STREAM_CONTROL, 0 }, FRAME_TOO_LONG },
        { { UINT32_MAX, WINEDVC_STREAM_DRDYNVC, 0 }, FRAME_TOO_LONG },
        { { WINEDVC_MAX_CHUNK, WINEDVC_STREAM_STATIC, 0 }, FRAME_NONE },
        { { WINEDVC_MAX_CHUNK + 1, WINEDVC_STREAM_STATIC + WINEDVC_MAX_STATIC - 1, 0 }, FRAME_TOO_LONG },
        { { WINEDVC_MAX_PICTURE, WINEDVC_STREAM_PICTURE, 0 }, FRAME_NONE },
        { { WINEDVC_MAX_PICTURE + 1, WINEDVC_STREAM_PICTURE, 0 }, FRAME_TOO_LONG },
        { { UINT32_MAX, WINEDVC_STREAM_PICTURE + 1, 0 }, FRAME_UNKNOWN },
    };
    struct winedvc_frame frame;
    const uint8_t *body;
    unsigned int i;

    for (i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
    {
        struct frame_reader reader = { 0 };
        const uint8_t *data = (const uint8_t *)&tests[i].frame;
        size_t size = sizeof(tests[i].frame);
        enum frame_status status = frame_read( &reader, &data, &size, &frame, &body );

        ok( status == tests[i].status, "%u: got %d\n", i, status );
    }
}

static void test_strings(void)
{
    static const char text[] = "one\0\0three";
    const uint8_t *data = (const uint8_t *)text;
    size_t size = sizeof(text);
    const char *string;

    string = frame_string( &data, &size );
    ok( string && !strcmp( string, "one" ), "got %s\n", string );
    string = frame_string( &data, &size );
    ok( string && !*string, "got %s\n", string );
    string = frame_string( &data, &size );
    ok( string && !strcmp( string, "three" ), "got %s\n", string );
    ok( !size, "%u bytes are left\n", (unsigned int)size );
    ok( !frame_string( &data, &size ), "there is a string after the last\n" );

    data = (const uint8_t *)text;
    size = 3;
    ok( !frame_string( &data, &size ), "a string without its NUL is accepted\n" );
}

START_TEST( frames )
{
    test_pieces();
    test_too_long();
    test_strings();
}
