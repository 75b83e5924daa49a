/*
 * The DVC codec against the vectors of [MS-RDPEDYC] 4 and every boundary of its arithmetic
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

#include "wine/test.h"
#include "drdynvc.h"
#include "hex.h"
#include "rdp8lite_encoder.h"

#define HEADROOM 8

static enum drdynvc_status read_hex( struct drdynvc_pdu *pdu, enum drdynvc_sender sender, const char *text )
{
    static uint8_t bytes[256];
    return drdynvc_read( pdu, sender, bytes, parse_hex( text, bytes ) );
}

static void ok_bytes_( int line, const uint8_t *bytes, size_t size, const char *text )
{
    uint8_t expected[256];
    size_t count = parse_hex( text, expected );

    ok_(__FILE__, line)( size == count && !memcmp( bytes, expected, count ), "wrote other bytes than %s\n", text );
}
#define ok_bytes( bytes, size, text ) ok_bytes_( __LINE__, bytes, size, text )

static void test_capabilities(void)
{
    static const uint16_t charges[4] = { 13107, 4369, 2621, 1191 }, none[4] = { 0 };
    uint8_t buffer[DRDYNVC_MAX_CONTROL];
    struct drdynvc_pdu pdu;
    enum drdynvc_status status;

    /* 4.1.1, with Sp 2 as Windows sends it */
    status = read_hex( &pdu, DRDYNVC_SERVER, "58 00 02 00 33 33 11 11 3d 0a a7 04" );
    ok( status == DRDYNVC_OK, "got status %d\n", status );
    ok( pdu.cmd == DRDYNVC_CMD_CAPABILITIES && pdu.version == 2, "got cmd %d, version %d\n", pdu.cmd, pdu.version );
    ok( !memcmp( pdu.charges, charges, sizeof(charges) ), "got charges %d %d %d %d\n", pdu.charges[0],
        pdu.charges[1], pdu.charges[2], pdu.charges[3] );

    status = read_hex( &pdu, DRDYNVC_SERVER, "50 00 01 00" );
    ok( status == DRDYNVC_OK && pdu.version == 1, "got status %d, version %d\n", status, pdu.version );
    ok( !memcmp( pdu.charges, none, sizeof(none) ), "version 1 has charges\n" );

    status = read_hex( &pdu, DRDYNVC_SERVER, "50 00 03 00 00 00 00 00 00 00 00 00" );
    ok( status == DRDYNVC_OK && pdu.version == 3, "got status %d, version %d\n", status, pdu.version );

    /* 4.1.2, and the header byte that mstsc was seen to send */
    status = read_hex( &pdu, DRDYNVC_CLIENT, "50 00 02 00" );
    ok( status == DRDYNVC_OK && pdu.version == 2, "got status %d, version %d\n", status, pdu.version );
    status = read_hex( &pdu, DRDYNVC_CLIENT, "5c 00 03 00" );
    ok( status == DRDYNVC_OK && pdu.version == 3, "got status %d, version %d\n", status, pdu.version );

    ok_bytes( buffer, drdynvc_write_caps_rsp( buffer, 2 ), "50 00 02 00" );
    ok_bytes( buffer, drdynvc_write_caps_rsp( buffer, 0x0103 ), "50 00 03 01" );

    status = read_hex( &pdu, DRDYNVC_SERVER, "50 00 00 00" );
    ok( status == DRDYNVC_MALFORMED, "version 0 got status %d\n", status );
    status = read_hex( &pdu, DRDYNVC_SERVER, "50 00 02 00 33 33 11 11 3d 0a a7" );
    ok( status == DRDYNVC_MALFORMED, "missing charges got status %d\n", status );
    status = read_hex( &pdu, DRDYNVC_SERVER, "50 00 01" );
    ok( status == DRDYNVC_MALFORMED, "short version got status %d\n", status );
}

static void test_create(void)
{
    uint8_t buffer[DRDYNVC_MAX_CONTROL];
    struct drdynvc_pdu pdu;
    enum drdynvc_status status;

    /* 4.2.1 */
    status = read_hex( &pdu, DRDYNVC_SERVER, "10 03 74 65 73 74 64 76 63 00" );
    ok( status == DRDYNVC_OK, "got status %d\n", status );
    ok( pdu.cmd == DRDYNVC_CMD_CREATE && pdu.channel_id == 3 && !pdu.priority, "got cmd %d, id %u, priority %d\n",
        pdu.cmd, pdu.channel_id, pdu.priority );
    ok( pdu.name && !strcmp( pdu.name, "testdvc" ), "got name %s\n", pdu.name );

    status = read_hex( &pdu, DRDYNVC_SERVER, "1e 04 03 02 01 61 00" );
    ok( status == DRDYNVC_OK && pdu.channel_id == 0x01020304 && pdu.priority == 3, "got status %d, id %#x, priority %d\n",
        status, pdu.channel_id, pdu.priority );
    status = read_hex( &pdu, DRDYNVC_SERVER, "10 03 61 00 62 63" );
    ok( status == DRDYNVC_OK && !strcmp( pdu.name, "a" ), "bytes behind the name got status %d\n", status );

    /* 4.2.2 */
    status = read_hex( &pdu, DRDYNVC_CLIENT, "10 03 00 00 00 00" );
    ok( status == DRDYNVC_OK && pdu.creation_status == DRDYNVC_CREATED, "got status %d, %#x\n", status,
        pdu.creation_status );
    status = read_hex( &pdu, DRDYNVC_CLIENT, "10 03 25 02 00 c0" );
    ok( status == DRDYNVC_OK && pdu.creation_status == DRDYNVC_NO_LISTENER, "got status %d, %#x\n", status,
        pdu.creation_status );

    ok_bytes( buffer, drdynvc_write_create_rsp( buffer, 3, DRDYNVC_CREATED ), "10 03 00 00 00 00" );
    ok_bytes( buffer, drdynvc_write_create_rsp( buffer, 3, DRDYNVC_NO_LISTENER ), "10 03 25 02 00 c0" );
    ok_bytes( buffer, drdynvc_write_create_rsp( buffer, 3, DRDYNVC_REFUSED ), "10 03 01 00 00 c0" );
    ok_bytes( buffer, drdynvc_write_create_rsp( buffer, 0x10000, DRDYNVC_NO_MEMORY ), "12 00 00 01 00 17 00 00 c0" );

    status = read_hex( &pdu, DRDYNVC_SERVER, "10 03" );
    ok( status == DRDYNVC_MALFORMED, "no name got status %d\n", status );
    status = read_hex( &pdu, DRDYNVC_SERVER, "10 03 61" );
    ok( status == DRDYNVC_MALFORMED, "name without its NUL got status %d\n", status );
    status = read_hex( &pdu, DRDYNVC_CLIENT, "10 03 00 00 00" );
    ok( status == DRDYNVC_MALFORMED, "short CreationStatus got status %d\n", status );
}

static void test_data(void)
{
    struct drdynvc_pdu pdu;
    enum drdynvc_status status;

    /* 4.3.1, 4.3.2 with Sp 1 */
    status = read_hex( &pdu, DRDYNVC_SERVER, "24 03 7b 0c 71 71 71" );
    ok( status == DRDYNVC_OK && pdu.cmd == DRDYNVC_CMD_DATA_FIRST && pdu.length == 3195, "got status %d, length %u\n",
        status, pdu.length );
    ok( pdu.data_size == 3 && !memcmp( pdu.data, "qqq", 3 ), "got %zu bytes\n", pdu.data_size );
    status = read_hex( &pdu, DRDYNVC_SERVER, "34 03 71" );
    ok( status == DRDYNVC_OK && pdu.cmd == DRDYNVC_CMD_DATA && pdu.channel_id == 3, "got status %d\n", status );
    ok( pdu.data_size == 1 && pdu.data[0] == 'q' && !pdu.length, "got %zu bytes, length %u\n", pdu.data_size, pdu.length );

    status = read_hex( &pdu, DRDYNVC_SERVER, "29 23 01 45 23 01 00" );
    ok( status == DRDYNVC_OK && pdu.channel_id == 0x123 && pdu.length == 0x12345, "got status %d, id %#x, length %#x\n",
        status, pdu.channel_id, pdu.length );
    status = read_hex( &pdu, DRDYNVC_SERVER, "30 03" );
    ok( status == DRDYNVC_OK && pdu.data && !pdu.data_size, "an empty DATA got status %d\n", status );

    /* 4.3.3 */
    status = read_hex( &pdu, DRDYNVC_SERVER, "64 03 7b 0c e0 26 38 c4 3f f4 74 01" );
    ok( status == DRDYNVC_OK && pdu.cmd == DRDYNVC_CMD_DATA_FIRST_COMPRESSED && pdu.length == 3195
        && pdu.data_size == 8, "got status %d, length %u, %zu bytes\n", status, pdu.length, pdu.data_size );
    status = read_hex( &pdu, DRDYNVC_SERVER, "70 03 06 71 71 71" );
    ok( status == DRDYNVC_OK && pdu.cmd == DRDYNVC_CMD_DATA_COMPRESSED && pdu.data_size == 4, "got status %d\n", status );

    status = read_hex( &pdu, DRDYNVC_SERVER, "33 03 71" );
    ok( status == DRDYNVC_MALFORMED, "cbId 3 got status %d\n", status );
    status = read_hex( &pdu, DRDYNVC_SERVER, "33 03 00 00 00 00 00 00 00 71" );
    ok( status == DRDYNVC_MALFORMED, "cbId 3 with 8 bytes got status %d\n", status );
    status = read_hex( &pdu, DRDYNVC_SERVER, "2c 03 01 71" );
    ok( status == DRDYNVC_MALFORMED && pdu.channel_id == 3, "Len 3 got status %d, id %u\n", status, pdu.channel_id );
    status = read_hex( &pdu, DRDYNVC_SERVER, "28 03 01 02 03" );
    ok( status == DRDYNVC_MALFORMED, "short Length got status %d\n", status );
    status = read_hex( &pdu, DRDYNVC_SERVER, "31 03" );
    ok( status == DRDYNVC_MALFORMED, "short ChannelId got status %d\n", status );
}

static void test_others(void)
{
    uint8_t buffer[DRDYNVC_MAX_CONTROL];
    struct drdynvc_pdu pdu;
    enum drdynvc_status status;

    /* 4.4.1, and FreeRDP's form with an id of 4 bytes */
    status = read_hex( &pdu, DRDYNVC_SERVER, "40 03" );
    ok( status == DRDYNVC_OK && pdu.cmd == DRDYNVC_CMD_CLOSE && pdu.channel_id == 3 && !pdu.data, "got status %d\n", status );
    status = read_hex( &pdu, DRDYNVC_SERVER, "42 03 00 00 00" );
    ok( status == DRDYNVC_OK && pdu.channel_id == 3, "got status %d, id %#x\n", status, pdu.channel_id );
    ok_bytes( buffer, drdynvc_write_close( buffer, 3 ), "40 03" );
    ok_bytes( buffer, drdynvc_write_close( buffer, 0xff ), "40 ff" );
    ok_bytes( buffer, drdynvc_write_close( buffer, 0x100 ), "41 00 01" );
    ok_bytes( buffer, drdynvc_write_close( buffer, 0xffff ), "41 ff ff" );
    ok_bytes( buffer, drdynvc_write_close( buffer, 0xffffffff ), "42 ff ff ff ff" );

    status = read_hex( &pdu, DRDYNVC_SERVER, "a0 00" );
    ok( status == DRDYNVC_UNKNOWN, "Cmd 10 got status %d\n", status );
    status = read_hex( &pdu, DRDYNVC_SERVER, "00 00" );
    ok( status == DRDYNVC_UNKNOWN, "Cmd 0 got status %d\n", status );
    status = drdynvc_read( &pdu, DRDYNVC_SERVER, "", 0 );
    ok( status == DRDYNVC_MALFORMED, "nothing got status %d\n", status );
}

/* What we write as a server reads as what it says. */
static void test_server_role(void)
{
    static const uint16_t charges[4] = { 13107, 4369, 2621, 1191 };
    uint8_t buffer[64];
    struct drdynvc_pdu pdu;
    enum drdynvc_status status;

    ok_bytes( buffer, drdynvc_write_caps( buffer, 1, charges ), "50 00 01 00" );
    ok_bytes( buffer, drdynvc_write_caps( buffer, 2, charges ), "50 00 02 00 33 33 11 11 3d 0a a7 04" );
    ok_bytes( buffer, drdynvc_write_caps( buffer, 3, charges ), "50 00 03 00 33 33 11 11 3d 0a a7 04" );
    ok_bytes( buffer, drdynvc_write_create_req( buffer, 3, 0, "testdvc" ), "10 03 74 65 73 74 64 76 63 00" );
    ok_bytes( buffer, drdynvc_write_create_req( buffer, 0x123, 2, "" ), "19 23 01 00" );
    status = drdynvc_read( &pdu, DRDYNVC_SERVER, buffer, drdynvc_write_create_req( buffer, 0x10000, 3, "x" ) );
    ok( status == DRDYNVC_OK && pdu.channel_id == 0x10000 && pdu.priority == 3 && !strcmp( pdu.name, "x" ),
        "got status %d, id %#x, priority %d\n", status, pdu.channel_id, pdu.priority );
}

#define SOFT_SYNC_REQUEST  "80 00 16 00 00 00 03 00 01 00 01 00 00 00 02 00 03 00 00 00 09 00 00 00"
#define SOFT_SYNC_RESPONSE "90 00 01 00 00 00 01 00 00 00"

static void test_soft_sync(void)
{
    static const uint8_t ids[] = { 3, 0, 0, 0, 9, 0, 0, 0 };
    static const uint32_t types[] = { 1 };
    struct drdynvc_tunnel tunnel = { 1, 2, ids }, read_tunnel;
    uint8_t buffer[64];
    struct drdynvc_pdu pdu;
    enum drdynvc_status status;

    /* 2.2.5.1 has no channel id, whatever the low bits say */
    status = read_hex( &pdu, DRDYNVC_SERVER, SOFT_SYNC_REQUEST );
    ok( status == DRDYNVC_OK && pdu.cmd == DRDYNVC_CMD_SOFT_SYNC_REQUEST && !pdu.channel_id, "got status %d, id %u\n",
        status, pdu.channel_id );
    ok( pdu.flags == 3 && pdu.tunnel_count == 1, "got flags %#x, %u tunnels\n", pdu.flags, pdu.tunnel_count );
    ok( drdynvc_next_tunnel( &pdu, &read_tunnel ), "there is no list\n" );
    ok( read_tunnel.type == 1 && read_tunnel.count == 2 && !memcmp( read_tunnel.ids, ids, sizeof(ids) ),
        "got type %u, %u ids\n", read_tunnel.type, read_tunnel.count );
    ok( !drdynvc_next_tunnel( &pdu, &read_tunnel ), "there are two lists\n" );
    ok_bytes( buffer, drdynvc_write_soft_sync_req( buffer, 3, &tunnel, 1 ), SOFT_SYNC_REQUEST );

    status = read_hex( &pdu, DRDYNVC_SERVER, "80 00 08 00 00 00 01 00 00 00" );
    ok( status == DRDYNVC_OK && pdu.flags == 1 && !drdynvc_next_tunnel( &pdu, &read_tunnel ), "got status %d\n", status );
    status = read_hex( &pdu, DRDYNVC_SERVER, "80 00 08 00 00 00 01 00 05 00" ); /* a number without its lists */
    ok( status == DRDYNVC_OK && pdu.tunnel_count == 5 && !drdynvc_next_tunnel( &pdu, &read_tunnel ), "got status %d\n",
        status );

    status = read_hex( &pdu, DRDYNVC_CLIENT, SOFT_SYNC_RESPONSE );
    ok( status == DRDYNVC_OK && pdu.tunnel_count == 1 && pdu.data_size == 4 && pdu.data[0] == 1,
        "got status %d, %u tunnels\n", status, pdu.tunnel_count );
    ok_bytes( buffer, drdynvc_write_soft_sync_rsp( buffer, types, 1 ), SOFT_SYNC_RESPONSE );
    ok_bytes( buffer, drdynvc_write_soft_sync_rsp( buffer, NULL, 0 ), "90 00 00 00 00 00" );
}

static void test_soft_sync_malformed(void)
{
    static const char *const requests[] =
    {
        "80", "80 00", "80 00 08 00 00", "80 00 08 00 00 00 03 00", "80 00 03 00 00 00 03 00 00 00",
        "80 00 09 00 00 00 01 00 00 00",                    /* Length beyond the end */
        "80 00 07 00 00 00 01 00 00 00",                    /* Length before the fields' end */
        "80 00 08 00 00 00 03 00 01 00",                    /* no list */
        "80 00 0e 00 00 00 03 00 01 00 01 00 00 00 01 00",  /* no id */
        "80 00 11 00 00 00 03 00 01 00 01 00 00 00 01 00 03 00 00",
        "80 00 12 00 00 00 03 00 02 00 01 00 00 00 01 00 03 00 00 00",
        "80 00 12 00 00 00 03 00 01 00 01 00 00 00 ff ff 03 00 00 00",
        "80 00 ff ff ff ff 03 00 01 00",
    };
    struct drdynvc_pdu pdu;
    enum drdynvc_status status;
    size_t i;

    for (i = 0; i < sizeof(requests) / sizeof(requests[0]); i++)
    {
        status = read_hex( &pdu, DRDYNVC_SERVER, requests[i] );
        ok( status == DRDYNVC_MALFORMED, "%s got status %d\n", requests[i], status );
    }
    status = read_hex( &pdu, DRDYNVC_CLIENT, "90 00 01 00 00 00 01 00 00" );
    ok( status == DRDYNVC_MALFORMED, "a short type got status %d\n", status );
    status = read_hex( &pdu, DRDYNVC_CLIENT, "90 00 ff ff ff ff 01 00 00 00" );
    ok( status == DRDYNVC_MALFORMED, "4 billion types got status %d\n", status );
    status = read_hex( &pdu, DRDYNVC_CLIENT, "90 00 01 00 00" );
    ok( status == DRDYNVC_MALFORMED, "a short count got status %d\n", status );
}

static void fill( uint8_t *bytes, size_t size, uint32_t seed )
{
    size_t i;

    for (i = 0; i < size; i++)
    {
        seed = seed * 1664525 + 1013904223;
        bytes[i] = seed >> 24;
    }
}

static unsigned int id_size( uint32_t id )
{
    return id < 0x100 ? 1 : id < 0x10000 ? 2 : 4;
}

/* One message through the fragments and back: each PDU decodes, keeps the limits, and the whole is the same. */
static void check_round_trip( uint32_t id, uint32_t size )
{
    uint8_t *message = malloc( size ? size : 1 ), *buffer, *pdu_data, *whole = NULL;
    size_t total = drdynvc_fragments_size( id, size, 0, HEADROOM ), pdu_size, used = 0;
    struct drdynvc_fragments fragments;
    struct drdynvc_assembly assembly = { 0 };
    uint32_t whole_size = 0, count = 0;
    struct drdynvc_pdu pdu;
    enum drdynvc_status status;

    fill( message, size, id ^ size );
    buffer = malloc( total );
    drdynvc_fragments_write( &fragments, buffer, total, HEADROOM, id, message, size, 0 );
    while ((pdu_data = drdynvc_fragments_next( &fragments, &pdu_size )))
    {
        ok( pdu_data == buffer + used + HEADROOM, "PDU %u lies at %td\n", count, pdu_data - buffer );
        ok( !whole && pdu_size <= DRDYNVC_MAX_PDU, "PDU %u has %zu bytes\n", count, pdu_size );
        used += HEADROOM + pdu_size;
        status = drdynvc_read( &pdu, DRDYNVC_CLIENT, pdu_data, pdu_size );
        ok( status == DRDYNVC_OK && pdu.channel_id == id, "PDU %u got status %d, id %#x\n", count, status, pdu.channel_id );
        ok( pdu.cmd == (count || size <= 1590 ? DRDYNVC_CMD_DATA : DRDYNVC_CMD_DATA_FIRST), "PDU %u has cmd %d\n",
            count, pdu.cmd );
        ok( pdu.data_size == (size - count * 1590 < 1590 ? size - count * 1590 : 1590), "PDU %u has %zu bytes\n", count,
            pdu.data_size );
        status = drdynvc_assembly_add( &assembly, &pdu, &whole, &whole_size );
        ok( status == DRDYNVC_OK, "PDU %u got status %d\n", count, status );
        count++;
    }
    ok( used == total, "%zu bytes of %zu are used\n", used, total );
    ok( count == (size ? (size + 1589) / 1590 : 1), "got %u PDUs\n", count );
    ok( whole && whole_size == size && !memcmp( whole, message, size ), "got another message of %u bytes\n", whole_size );
    drdynvc_message_free( whole );
    free( buffer );
    free( message );
}

static void test_fragments(void)
{
    static const uint32_t ids[] = { 0, 1, 0xff, 0x100, 0xffff, 0x10000, 0xffffffff };
    static const uint32_t sizes[] = { 0, 1, 2, 255, 256, 1589, 1590, 1591, 1594, 1595, 1596, 1597, 1598, 1599, 1600, 1601,
                                      3179, 3180, 3181, 4096, 65535, 65536, 131071, 1048576 };
    unsigned int i, j;

    for (i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
    {
        for (j = 0; j < sizeof(sizes) / sizeof(sizes[0]); j++)
        {
            winetest_push_context( "id %#x, size %u", ids[i], sizes[j] );
            check_round_trip( ids[i], sizes[j] );
            winetest_pop_context();
        }
        ok( drdynvc_fragments_size( ids[i], 1590, 0, HEADROOM ) == HEADROOM + 1 + id_size( ids[i] ) + 1590,
            "1590 bytes take %zu\n", drdynvc_fragments_size( ids[i], 1590, 0, HEADROOM ) );
        ok( drdynvc_fragments_size( ids[i], 1591, 0, HEADROOM ) == 2 * (HEADROOM + 1 + id_size( ids[i] )) + 2 + 1591,
            "1591 bytes take %zu\n", drdynvc_fragments_size( ids[i], 1591, 0, HEADROOM ) );
    }
    ok( sizeof(size_t) == 4 || drdynvc_fragments_size( 1, 0xffffffff, 0, HEADROOM ) > 0xffffffff, "4 GiB do not fit\n" );
    ok( sizeof(size_t) == 8 || !drdynvc_fragments_size( 1, 0xffffffff, 0, HEADROOM ), "4 GiB fit\n" );
}

static enum drdynvc_status add( struct drdynvc_assembly *assembly, enum drdynvc_cmd cmd, uint32_t length,
                                const uint8_t *data, size_t size, uint8_t **message, uint32_t *message_size )
{
    struct drdynvc_pdu pdu = { .cmd = cmd, .length = length, .data = data, .data_size = size };
    return drdynvc_assembly_add( assembly, &pdu, message, message_size );
}

/* Every way to cut a message of so many bytes into DATA_FIRST and DATA, the cuts being bits. */
static void test_assembly_splits(void)
{
    static const uint8_t text[] = "0123456789";
    const unsigned int length = 10;
    struct drdynvc_assembly assembly = { 0 };
    unsigned int cuts, begin, end;
    enum drdynvc_status status;
    uint8_t *message;
    uint32_t size;

    for (cuts = 0; cuts < 1u << (length - 1); cuts++)
    {
        winetest_push_context( "cuts %#x", cuts );
        for (begin = 0; begin < length; begin = end)
        {
            for (end = begin + 1; end < length && !(cuts & 1u << (end - 1)); end++) {}
            status = add( &assembly, begin ? DRDYNVC_CMD_DATA : DRDYNVC_CMD_DATA_FIRST, length, text + begin, end - begin,
                          &message, &size );
            ok( status == DRDYNVC_OK, "bytes from %u got status %d\n", begin, status );
            ok( !message == (end < length), "bytes up to %u got message %p\n", end, message );
        }
        ok( message && size == length && !memcmp( message, text, length ), "got another message of %u bytes\n", size );
        drdynvc_message_free( message );
        winetest_pop_context();
    }
}

/* What an announced length, and compression, cost. */
static void test_assembly_kept(void)
{
    static const uint8_t bytes[10], compressed[] = { 0xe0, 0x06, 'x' };
    struct drdynvc_assembly assembly = { 0 };
    uint8_t *message;
    uint32_t size;

    ok( !drdynvc_assembly_kept( &assembly ), "an empty one keeps memory\n" );
    add( &assembly, DRDYNVC_CMD_DATA_FIRST, 1000000, bytes, sizeof(bytes), &message, &size );
    ok( drdynvc_assembly_kept( &assembly ) == 65536, "%u bytes are kept\n", (unsigned int)drdynvc_assembly_kept( &assembly ) );
    drdynvc_assembly_clear( &assembly );
    ok( !drdynvc_assembly_kept( &assembly ), "an empty one keeps memory\n" );
    add( &assembly, DRDYNVC_CMD_DATA_COMPRESSED, 0, compressed, sizeof(compressed), &message, &size );
    ok( message && size == 1, "there is no message\n" );
    drdynvc_message_free( message );
    ok( drdynvc_assembly_kept( &assembly ) > 8192, "%u bytes are kept\n", (unsigned int)drdynvc_assembly_kept( &assembly ) );
    drdynvc_assembly_clear( &assembly );
    ok( !drdynvc_assembly_kept( &assembly ), "an empty one keeps memory\n" );
}

static void test_assembly_rules(void)
{
    static const uint8_t bytes[4096] = { 1 };
    struct drdynvc_assembly assembly = { 0 };
    enum drdynvc_status status;
    uint8_t *message;
    uint32_t size;

    /* FreeRDP sends single DATA of up to 1598 bytes */
    status = add( &assembly, DRDYNVC_CMD_DATA, 0, bytes, 1598, &message, &size );
    ok( status == DRDYNVC_OK && message && size == 1598, "got status %d, size %u\n", status, size );
    drdynvc_message_free( message );

    /* a whole message in DATA_FIRST, as servers send it */
    status = add( &assembly, DRDYNVC_CMD_DATA_FIRST, 1591, bytes, 1591, &message, &size );
    ok( status == DRDYNVC_OK && message && size == 1591, "got status %d, size %u\n", status, size );
    drdynvc_message_free( message );

    /* empty messages are messages */
    status = add( &assembly, DRDYNVC_CMD_DATA, 0, bytes, 0, &message, &size );
    ok( status == DRDYNVC_OK && message && !size, "got status %d, size %u\n", status, size );
    drdynvc_message_free( message );
    status = add( &assembly, DRDYNVC_CMD_DATA_FIRST, 0, bytes, 0, &message, &size );
    ok( status == DRDYNVC_OK && message && !size, "got status %d, size %u\n", status, size );
    drdynvc_message_free( message );

    /* an empty DATA inside a message adds nothing */
    status = add( &assembly, DRDYNVC_CMD_DATA_FIRST, 10, bytes, 4, &message, &size );
    ok( status == DRDYNVC_OK && !message, "got status %d, message %p\n", status, message );
    status = add( &assembly, DRDYNVC_CMD_DATA, 0, bytes, 0, &message, &size );
    ok( status == DRDYNVC_OK && !message, "got status %d, message %p\n", status, message );
    status = add( &assembly, DRDYNVC_CMD_DATA, 0, bytes, 6, &message, &size );
    ok( status == DRDYNVC_OK && message && size == 10, "got status %d, size %u\n", status, size );
    drdynvc_message_free( message );

    /* more than was announced */
    status = add( &assembly, DRDYNVC_CMD_DATA_FIRST, 0, bytes, 1, &message, &size );
    ok( status == DRDYNVC_OUT_OF_SEQUENCE && !message, "got status %d, message %p\n", status, message );
    status = add( &assembly, DRDYNVC_CMD_DATA_FIRST, 10, bytes, 4, &message, &size );
    ok( status == DRDYNVC_OK, "got status %d\n", status );
    status = add( &assembly, DRDYNVC_CMD_DATA, 0, bytes, 7, &message, &size );
    ok( status == DRDYNVC_OUT_OF_SEQUENCE && !message, "got status %d, message %p\n", status, message );
    ok( !assembly.pending && !assembly.data, "a failed assembly keeps data\n" );

    /* DATA_FIRST inside a message */
    status = add( &assembly, DRDYNVC_CMD_DATA_FIRST, 10, bytes, 4, &message, &size );
    ok( status == DRDYNVC_OK, "got status %d\n", status );
    status = add( &assembly, DRDYNVC_CMD_DATA_FIRST, 10, bytes, 10, &message, &size );
    ok( status == DRDYNVC_OUT_OF_SEQUENCE && !message, "got status %d, message %p\n", status, message );
}

/* What is announced costs nothing until it comes. */
static void test_assembly_memory(void)
{
    static const uint8_t bytes[1590] = { 1 };
    struct drdynvc_assembly assembly = { 0 };
    enum drdynvc_status status;
    uint8_t *message;
    uint32_t size;
    int i;

    status = add( &assembly, DRDYNVC_CMD_DATA_FIRST, 0xffffffff, bytes, sizeof(bytes), &message, &size );
    ok( status == DRDYNVC_OK && !message, "got status %d, message %p\n", status, message );
    ok( drdynvc_message_capacity( assembly.data ) == 65536, "4 GiB announced reserve %zu\n", drdynvc_message_capacity( assembly.data ) );
    for (i = 0; i < 1000 && !status; i++)
    {
        status = add( &assembly, DRDYNVC_CMD_DATA, 0, bytes, sizeof(bytes), &message, &size );
        if (drdynvc_message_capacity( assembly.data ) > 65536 && drdynvc_message_capacity( assembly.data ) > 2 * (size_t)assembly.received) break;
    }
    ok( i == 1000, "%zu bytes for %u received\n", drdynvc_message_capacity( assembly.data ), assembly.received );
    drdynvc_assembly_clear( &assembly );
    ok( !assembly.data && !assembly.pending, "clear left something\n" );
}

/* [MS-RDPEDYC] 4.3.3 and 4.3.4 as they stand there: one message of 3195 bytes. */
static void test_compressed_example(void)
{
    static const char *const pdus[] =
    {
        "64 03 7b 0c e0 26 38 c4 3f f4 74 01", "70 03 e0 26 88 7f e8 f4 02", "70 03 06 71 71 71",
    };
    struct drdynvc_assembly assembly = { 0 };
    struct drdynvc_pdu pdu;
    enum drdynvc_status status;
    uint8_t *message = NULL, expected[3195];
    uint32_t size = 0;
    int i;

    for (i = 0; i < 3; i++)
    {
        read_hex( &pdu, DRDYNVC_SERVER, pdus[i] );
        status = drdynvc_assembly_add( &assembly, &pdu, &message, &size );
        ok( status == DRDYNVC_OK && !message == (i < 2), "PDU %d got status %d, message %p\n", i, status, message );
    }
    memset( expected, 'q', sizeof(expected) );
    ok( message && size == 3195 && !memcmp( message, expected, size ), "got %u bytes\n", size );
    drdynvc_message_free( message );

    /* the history outlives the message, not the channel */
    read_hex( &pdu, DRDYNVC_SERVER, "70 03 26 88 40 05" );
    status = drdynvc_assembly_add( &assembly, &pdu, &message, &size );
    ok( status == DRDYNVC_OK && message && size == 3 && !memcmp( message, "qqq", 3 ), "got status %d\n", status );
    drdynvc_message_free( message );
    drdynvc_assembly_clear( &assembly );
    ok( !assembly.compression, "clear left the history\n" );
    status = drdynvc_assembly_add( &assembly, &pdu, &message, &size );
    ok( status == DRDYNVC_MALFORMED && !message && !assembly.compression, "got status %d\n", status );
}

/* Every way to cut a message into blocks, each of them compressed or not: two bits for each byte. */
static void test_compressed_splits(void)
{
    static const char text[] = "aaabaaab";
    const unsigned int length = 8;
    static uint8_t segment[ENCODER_MAX_SEGMENT];
    struct encoder *encoder = calloc( 1, sizeof(*encoder) );
    struct drdynvc_assembly assembly = { 0 };
    unsigned int choice, begin, end;
    enum drdynvc_status status;
    uint8_t *message = NULL;
    uint32_t size = 0;
    struct drdynvc_pdu pdu;

    for (choice = 0; choice < 1u << (2 * length - 1); choice++)
    {
        winetest_push_context( "choice %#x", choice );
        for (begin = 0; begin < length; begin = end)
        {
            for (end = begin + 1; end < length && !(choice & 1u << (end - 1)); end++) {}
            memset( &pdu, 0, sizeof(pdu) );
            pdu.length = begin ? 0 : length;
            if (choice & 1u << (length - 1 + begin))
            {
                pdu.cmd = begin ? DRDYNVC_CMD_DATA_COMPRESSED : DRDYNVC_CMD_DATA_FIRST_COMPRESSED;
                pdu.data_size = encoder_write( encoder, (const uint8_t *)text + begin, end - begin, segment );
                pdu.data = segment;
            }
            else
            {
                pdu.cmd = begin ? DRDYNVC_CMD_DATA : DRDYNVC_CMD_DATA_FIRST;
                pdu.data_size = end - begin;
                pdu.data = (const uint8_t *)text + begin;
            }
            status = drdynvc_assembly_add( &assembly, &pdu, &message, &size );
            if (status || !message != (end < length)) ok( 0, "bytes from %u got status %d\n", begin, status );
        }
        ok( message && size == length && !memcmp( message, text, length ), "got another message of %u bytes\n", size );
        drdynvc_message_free( message );
        winetest_pop_context();
    }
    drdynvc_assembly_clear( &assembly );
    free( encoder );
}

static void test_compressed_rules(void)
{
    struct drdynvc_assembly assembly = { 0 };
    enum drdynvc_status status;
    uint8_t *message;
    uint32_t size;

    /* Length counts what comes out */
    status = add( &assembly, DRDYNVC_CMD_DATA_FIRST_COMPRESSED, 4, (const uint8_t *)"\x06" "abcde", 6, &message, &size );
    ok( status == DRDYNVC_OUT_OF_SEQUENCE && !message && !assembly.compression, "got status %d\n", status );
    status = add( &assembly, DRDYNVC_CMD_DATA_FIRST_COMPRESSED, 5, (const uint8_t *)"\x06" "abcde", 6, &message, &size );
    ok( status == DRDYNVC_OK && message && size == 5, "got status %d, size %u\n", status, size );
    drdynvc_message_free( message );
    status = add( &assembly, DRDYNVC_CMD_DATA_COMPRESSED, 0, (const uint8_t *)"\x06", 1, &message, &size );
    ok( status == DRDYNVC_OK && message && !size, "an empty message got status %d, size %u\n", status, size );
    drdynvc_message_free( message );
    status = add( &assembly, DRDYNVC_CMD_DATA_FIRST_COMPRESSED, 9, (const uint8_t *)"\x06" "abcde", 6, &message, &size );
    ok( status == DRDYNVC_OK && !message, "got status %d\n", status );
    status = add( &assembly, DRDYNVC_CMD_DATA_FIRST_COMPRESSED, 9, (const uint8_t *)"\x06" "abcde", 6, &message, &size );
    ok( status == DRDYNVC_OUT_OF_SEQUENCE && !message, "DATA_FIRST inside a message got status %d\n", status );
    status = add( &assembly, DRDYNVC_CMD_DATA_COMPRESSED, 0, NULL, 0, &message, &size );
    ok( status == DRDYNVC_MALFORMED && !message, "no segment got status %d\n", status );
}

START_TEST(drdynvc)
{
    test_capabilities();
    test_create();
    test_data();
    test_others();
    test_server_role();
    test_soft_sync();
    test_soft_sync_malformed();
    test_fragments();
    test_assembly_splits();
    test_assembly_kept();
    test_assembly_rules();
    test_assembly_memory();
    test_compressed_example();
    test_compressed_splits();
    test_compressed_rules();
}
