/*
 * Static channels of plug-ins: whose they are, and what may pass
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

#include <malloc.h>
#include <stddef.h>
#include <string.h>

#include "exchange/static.h"
#include "wine/test.h"

#define FIRST 1
#define LAST  2

static struct statics statics;

static void test_names(void)
{
    static const char *const valid[] = { "a", "seven77", "RDP-2_x" };
    static const char *const invalid[] = { "", "eight888", "drdynvc", "a b", "a\n", "\xe9" };
    unsigned int i;

    for (i = 0; i < sizeof(valid) / sizeof(valid[0]); i++) ok( static_name_is_valid( valid[i] ), "%s\n", valid[i] );
    for (i = 0; i < sizeof(invalid) / sizeof(invalid[0]); i++)
        ok( !static_name_is_valid( invalid[i] ), "%s\n", invalid[i] );
}

static void test_number(void)
{
    char name[STATIC_NAME] = "a";
    unsigned int i;

    statics_init( &statics );
    for (i = 0; i < WINEDVC_MAX_STATIC; i++, name[0]++) ok( statics_add( &statics, name, i ) != NULL, "%s\n", name );
    ok( !statics_add( &statics, name, 0 ), "there is one more\n" );
    ok( statics_add( &statics, "a", 7 ) == &statics.channels[0], "a name is there twice\n" );
    statics_clear( &statics );
}

/* A host's message, chunk by chunk. */
static bool passes( struct static_channel *channel, uint32_t total, size_t size, unsigned int flags )
{
    uint8_t body[sizeof(struct winedvc_chunk) + 1600] = { 0 };

    memcpy( body, &total, sizeof(total) );
    return !static_check( channel, body, sizeof(struct winedvc_chunk) + size, flags );
}

static void test_chunks(void)
{
    struct static_channel *channel;

    statics_init( &statics );
    channel = statics_add( &statics, "a", 0 );
    ok( passes( channel, 1600, 1600, FIRST | LAST ), "a whole message\n" );
    ok( passes( channel, 3201, 1600, FIRST ) && passes( channel, 3201, 1600, 0 ) && passes( channel, 3201, 1, LAST ),
        "one of three chunks\n" );
    ok( !passes( channel, 1600, 1600, LAST ), "a last chunk without a first\n" );
    ok( !passes( channel, 1600, 1600, FIRST ), "a whole message without its end\n" );
    static_give( channel, 1, 2 );
    ok( !passes( channel, 1601, 1600, FIRST | LAST ), "a message without its rest\n" );
    static_give( channel, 1, 2 );
    ok( !passes( channel, 10, 11, FIRST | LAST ), "more than the message has\n" );
    static_give( channel, 1, 2 );
    ok( passes( channel, 3200, 1600, FIRST ) && !passes( channel, 3201, 1600, LAST ), "two sizes of one message\n" );
    static_give( channel, 1, 2 );
    ok( passes( channel, 3200, 1600, FIRST ) && !passes( channel, 10, 10, FIRST | LAST ), "a message in another\n" );
    static_give( channel, 1, 2 );
    ok( !passes( channel, WINEDVC_MAX_STATIC_MESSAGE + 1, 1600, FIRST ), "a message of too many bytes\n" );
    statics_clear( &statics );
}

static enum static_route receive( struct static_channel *channel, unsigned int flags )
{
    static const uint8_t data[1600];

    return static_receive( channel, data, sizeof(data), flags, 3200 );
}

/* What is held is counted in memory, however short the chunks are. */
static void test_held(void)
{
    static const uint8_t data[1600];
    struct static_channel *channel;
    unsigned int count = 0;
    size_t size, memory;

    for (size = 1; size <= sizeof(data); size += sizeof(data) - 1)
    {
        statics_init( &statics );
        channel = statics_add( &statics, "a", 0 );
        for (memory = count = 0; static_receive( channel, data, size, FIRST | LAST, size ) == STATIC_HELD; count++)
            memory += malloc_usable_size( (char *)channel->held.tail - offsetof( struct packet, next ) ) + sizeof(size_t);
        ok( memory <= STATIC_MAX_HELD && memory > STATIC_MAX_HELD / 2, "%u chunks of %zu bytes take %zu\n", count, size, memory );
        statics_clear( &statics );
    }
}

/* What comes before the host is ready waits, and no message loses its beginning alone. */
static void test_received(void)
{
    struct static_channel *channel;
    unsigned int count = 0;

    statics_init( &statics );
    channel = statics_add( &statics, "a", 0 );
    statics_reset( &statics );
    ok( receive( channel, LAST ) == STATIC_DROPPED, "the rest of a message came through\n" );
    ok( receive( channel, FIRST ) == STATIC_HELD, "what has no host yet does not wait\n" );
    statics_stop_host( &statics, 0 );
    ok( channel->held.head != NULL, "the end of the search drops what waits for a host\n" );
    while (receive( channel, FIRST ) == STATIC_HELD) count++;
    ok( count == STATIC_MAX_HELD / (1604 + PACKET_COST) - 1, "%u chunks are held\n", count );
    ok( !channel->held.head && receive( channel, LAST ) == STATIC_DROPPED, "what follows a gap came through\n" );
    static_give( channel, 3, 2 );
    channel->ready = true;
    ok( receive( channel, FIRST ) == STATIC_HOST && receive( channel, LAST ) == STATIC_HOST, "the host gets nothing\n" );
    ok( receive( channel, FIRST ) == STATIC_HOST, "the host gets nothing\n" );
    statics_stop_host( &statics, 3 );
    ok( receive( channel, LAST ) == STATIC_DROPPED && receive( channel, FIRST ) == STATIC_HELD, "the next host gets half\n" );
    statics_clear( &statics );
}

static void test_hosts(void)
{
    uint32_t streams;

    statics_init( &statics );
    statics_add( &statics, "a", 0 )->id = 1005;
    static_give( statics_add( &statics, "a", 0 ), 4, 2 );
    static_give( statics_add( &statics, "b", 0 ), 4, 3 );
    static_give( statics_add( &statics, "c", 0 ), 5, 2 );
    ok( statics_of_host( &statics, 4, &streams ) && streams == 1 << 2, "streams %#x\n", streams );
    ok( statics_of_host( &statics, 5, &streams ) && !streams, "streams %#x\n", streams );
    ok( !statics_of_host( &statics, 6, &streams ), "a host without channels has some\n" );
    ok( statics_find( &statics, 5, 2 ) == &statics.channels[2], "a channel is another host's\n" );
    statics_lose_host( &statics, 4 );
    ok( !statics_find( &statics, 4, 2 ) && !statics_find( &statics, 4, 3 ), "a host that is gone has channels\n" );
    statics_clear( &statics );
}

START_TEST(statics)
{
    test_names();
    test_number();
    test_chunks();
    test_held();
    test_received();
    test_hosts();
}
