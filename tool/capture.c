/*
 * Captures for Wireshark: PDUs in the clear, as a synthetic RDP connection
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

#include <string.h>

#include "capture.h"

#define LINKTYPE_RAW      101
#define CHUNK             1600  /* [MS-RDPBCGR] 2.2.7.1.10 */
#define HEADROOM          128   /* for all headers in front of a chunk */

#define CHANNEL_FLAG_FIRST 1
#define CHANNEL_FLAG_LAST  2

#define CHANNEL_IO         1003
#define USER_CLIENT        1007 /* as its channel; on the wire less 1001 */
#define USER_SERVER        1002

/* Filled from its end: what is put last comes first. */
struct layers
{
    uint8_t *begin;
    uint8_t *end;
};

static uint8_t buffer[HEADROOM + CAPTURE_MAX_CHUNK];

static struct layers layers_create( const void *data, size_t size )
{
    struct layers packet = { buffer + sizeof(buffer) - size, buffer + sizeof(buffer) };

    if (size) memcpy( packet.begin, data, size );
    return packet;
}

static size_t layers_size( const struct layers *packet )
{
    return packet->end - packet->begin;
}

static void put_bytes( struct layers *packet, const void *data, size_t size )
{
    packet->begin -= size;
    memcpy( packet->begin, data, size );
}

static void put_byte( struct layers *packet, uint8_t value )
{
    *--packet->begin = value;
}

static void put_be16( struct layers *packet, uint16_t value )
{
    put_byte( packet, value );
    put_byte( packet, value >> 8 );
}

static void put_be32( struct layers *packet, uint32_t value )
{
    put_be16( packet, value );
    put_be16( packet, value >> 16 );
}

static void put_le32( struct layers *packet, uint32_t value )
{
    uint8_t bytes[4] = { value, value >> 8, value >> 16, value >> 24 };
    put_bytes( packet, bytes, sizeof(bytes) );
}

/* PER: one byte below 128, else two */
static void put_per_length( struct layers *packet, size_t length )
{
    if (length < 0x80) put_byte( packet, length );
    else put_be16( packet, 0x8000 | length );
}

/* BER: tag (one or two bytes) and length of all that is there, which is below 64 KiB */
static void put_ber( struct layers *packet, unsigned int tag )
{
    put_be16( packet, layers_size( packet ) );
    put_byte( packet, 0x82 );
    if (tag > 0xff) put_be16( packet, tag );
    else put_byte( packet, tag );
}

/* The file: pcapng. Its numbers are written in this machine's order, of which the reader makes sure. */

#define BLOCK_SECTION    0x0a0d0d0a
#define BLOCK_INTERFACE  1
#define BLOCK_PACKET     6
#define BYTE_ORDER_MAGIC 0x1a2b3c4d

#define OPTION_END       0
#define OPTION_COMMENT   1
#define OPTION_PROGRAM   4

static void write_bytes( FILE *file, const void *data, size_t size )
{
    static const uint8_t padding[3];

    if (size) fwrite( data, size, 1, file );
    fwrite( padding, -size & 3, 1, file );
}

static void write_u16( FILE *file, uint16_t value )
{
    fwrite( &value, sizeof(value), 1, file );
}

static void write_u32( FILE *file, uint32_t value )
{
    fwrite( &value, sizeof(value), 1, file );
}

static size_t option_size( const char *text )
{
    return text && *text ? 4 + ((strlen( text ) + 3) & ~3) : 0;
}

static void write_option( FILE *file, uint16_t option, const char *text )
{
    if (!text || !*text) return;
    write_u16( file, option );
    write_u16( file, strlen( text ) );
    write_bytes( file, text, strlen( text ) );
}

static void write_section( FILE *file, const char *program, const char *comment )
{
    size_t size = 28 + option_size( program ) + option_size( comment ) + 4;

    write_u32( file, BLOCK_SECTION );
    write_u32( file, size );
    write_u32( file, BYTE_ORDER_MAGIC );
    write_u16( file, 1 ); /* version 1.0 */
    write_u16( file, 0 );
    write_u32( file, UINT32_MAX ); /* of no known length */
    write_u32( file, UINT32_MAX );
    write_option( file, OPTION_PROGRAM, program );
    write_option( file, OPTION_COMMENT, comment );
    write_u32( file, OPTION_END );
    write_u32( file, size );
}

static void write_interface( FILE *file )
{
    write_u32( file, BLOCK_INTERFACE );
    write_u32( file, 20 );
    write_u16( file, LINKTYPE_RAW );
    write_u16( file, 0 );
    write_u32( file, 0 );
    write_u32( file, 20 );
}

static void write_packet( struct capture *capture, const struct layers *packet )
{
    size_t length = layers_size( packet ), options = option_size( capture->comment );
    size_t size = 32 + ((length + 3) & ~3) + (options ? options + 4 : 0);

    write_u32( capture->file, BLOCK_PACKET );
    write_u32( capture->file, size );
    write_u32( capture->file, 0 );
    write_u32( capture->file, capture->time >> 32 );
    write_u32( capture->file, capture->time );
    write_u32( capture->file, length );
    write_u32( capture->file, length );
    write_bytes( capture->file, packet->begin, length );
    write_option( capture->file, OPTION_COMMENT, capture->comment );
    if (options) write_u32( capture->file, OPTION_END );
    write_u32( capture->file, size );
    capture->comment = NULL;
}

/* The layers, from the lowest */

static uint16_t ip_checksum( const uint8_t *header )
{
    uint32_t sum = 0;
    int i;

    for (i = 0; i < 20; i += 2) sum += header[i] << 8 | header[i + 1];
    while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
    return ~sum;
}

static void put_ip( struct layers *packet, enum capture_sender sender )
{
    static const uint8_t addresses[2][4] = { { 192, 0, 2, 1 }, { 192, 0, 2, 2 } };
    size_t size = layers_size( packet ) + 20;
    uint16_t checksum;

    put_bytes( packet, addresses[!sender], 4 );
    put_bytes( packet, addresses[sender], 4 );
    put_be16( packet, 0 );      /* checksum */
    put_be16( packet, 64 << 8 | 6 /* TCP */ );
    put_be16( packet, 0x4000 ); /* not to be fragmented */
    put_be16( packet, 0 );
    put_be16( packet, size );
    put_be16( packet, 0x4500 );
    checksum = ip_checksum( packet->begin );
    packet->begin[10] = checksum >> 8;
    packet->begin[11] = checksum;
}

/* flags are TCP's; the checksum is left out, as network cards with offload leave it */
static void send_tcp( struct capture *capture, enum capture_sender sender, unsigned int flags, struct layers *packet )
{
    size_t size = layers_size( packet );

    put_be32( packet, 0 );
    put_be16( packet, 0xffff );
    put_be16( packet, 5 << 12 | flags );
    put_be32( packet, flags & 0x10 ? capture->sequence[!sender] : 0 );
    put_be32( packet, capture->sequence[sender] );
    put_be16( packet, sender == CAPTURE_SERVER ? capture->port : 3389 );
    put_be16( packet, sender == CAPTURE_SERVER ? 3389 : capture->port );
    put_ip( packet, sender );
    write_packet( capture, packet );
    capture->sequence[sender] += size + (flags & 2 ? 1 : 0);
}

static void send_tpkt( struct capture *capture, enum capture_sender sender, struct layers *packet )
{
    put_be16( packet, layers_size( packet ) + 4 );
    put_be16( packet, 0x0300 );
    send_tcp( capture, sender, 0x18, packet );
}

/* X.224 Data */
static void send_x224( struct capture *capture, enum capture_sender sender, struct layers *packet )
{
    static const uint8_t header[] = { 2, 0xf0, 0x80 };

    put_bytes( packet, header, sizeof(header) );
    send_tpkt( capture, sender, packet );
}

static void send_mcs( struct capture *capture, enum capture_sender sender, const void *data, size_t size )
{
    struct layers packet = layers_create( data, size );
    send_x224( capture, sender, &packet );
}

/* T.125 SendDataRequest and SendDataIndication */
static void send_data( struct capture *capture, enum capture_sender sender, uint16_t channel, struct layers *packet )
{
    put_per_length( packet, layers_size( packet ) );
    put_byte( packet, 0x70 );
    put_be16( packet, channel );
    put_be16( packet, (sender == CAPTURE_SERVER ? USER_SERVER : USER_CLIENT) - 1001 );
    put_byte( packet, sender == CAPTURE_SERVER ? 0x68 : 0x64 );
    send_x224( capture, sender, packet );
}

/* The connection's beginning, [MS-RDPBCGR] 1.3.1.1 */

static void connect_tcp( struct capture *capture )
{
    struct layers packet = layers_create( NULL, 0 );

    send_tcp( capture, CAPTURE_CLIENT, 0x02, &packet );
    packet = layers_create( NULL, 0 );
    send_tcp( capture, CAPTURE_SERVER, 0x12, &packet );
    packet = layers_create( NULL, 0 );
    send_tcp( capture, CAPTURE_CLIENT, 0x10, &packet );
}

/* 2.2.1.1, 2.2.1.2: standard RDP security */
static void connect_x224( struct capture *capture )
{
    static const uint8_t request[] = { 14, 0xe0, 0, 0, 0, 0, 0, 1, 0, 8, 0, 0, 0, 0, 0 };
    static const uint8_t confirm[] = { 14, 0xd0, 0, 0, 0x12, 0x34, 0, 2, 0, 8, 0, 0, 0, 0, 0 };
    struct layers packet = layers_create( request, sizeof(request) );

    send_tpkt( capture, CAPTURE_CLIENT, &packet );
    packet = layers_create( confirm, sizeof(confirm) );
    send_tpkt( capture, CAPTURE_SERVER, &packet );
}

/* T.125 DomainParameters */
static const uint8_t domain_parameters[] =
{
    0x30, 0x1a, 2, 1, 34, 2, 1, 3, 2, 1, 0, 2, 1, 1, 2, 1, 0, 2, 1, 1, 2, 3, 0, 0xff, 0xff, 2, 1, 2,
};

/* 2.2.1.3: client core data, no encryption, one static channel */
static void connect_initial( struct capture *capture )
{
    static const uint8_t security_and_net[] =
    {
        2, 0xc0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        3, 0xc0, 20, 0, 1, 0, 0, 0, 'd', 'r', 'd', 'y', 'n', 'v', 'c', 0, 0, 0, 0x80, 0xc0,
    };
    static const uint8_t core[132] = { 1, 0xc0, 132, 0, 4, 0, 8, 0, 0, 4, 0, 3, 1, 0xca, 3, 0xaa, 9, 4, 0, 0 };
    static const uint8_t conference[] = { 0, 8, 0, 16, 0, 1, 0xc0, 0, 'D', 'u', 'c', 'a' };
    static const uint8_t key[] = { 0, 5, 0, 20, 0x7c, 0, 1 };
    static const uint8_t selectors[] = { 4, 1, 1, 4, 1, 1, 1, 1, 0xff };
    struct layers packet = layers_create( security_and_net, sizeof(security_and_net) );
    int i;

    put_bytes( &packet, core, sizeof(core) );
    put_per_length( &packet, layers_size( &packet ) );
    put_bytes( &packet, conference, sizeof(conference) );
    put_per_length( &packet, layers_size( &packet ) );
    put_bytes( &packet, key, sizeof(key) );
    put_ber( &packet, 4 );
    for (i = 0; i < 3; i++) put_bytes( &packet, domain_parameters, sizeof(domain_parameters) );
    put_bytes( &packet, selectors, sizeof(selectors) );
    put_ber( &packet, 0x7f65 );
    send_x224( capture, CAPTURE_CLIENT, &packet );
}

/* 2.2.1.4 */
static void connect_response( struct capture *capture )
{
    static const uint8_t blocks[] =
    {
        1, 0x0c, 12, 0, 4, 0, 8, 0, 0, 0, 0, 0,
        2, 0x0c, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        3, 0x0c, 12, 0, CHANNEL_IO & 0xff, CHANNEL_IO >> 8, 1, 0, CAPTURE_CHANNEL & 0xff, CAPTURE_CHANNEL >> 8, 0, 0,
    };
    static const uint8_t conference[] = { 0x14, 0x76, 10, 1, 1, 0, 1, 0xc0, 0, 'M', 'c', 'D', 'n' };
    static const uint8_t key[] = { 0, 5, 0, 20, 0x7c, 0, 1 };
    static const uint8_t result[] = { 10, 1, 0, 2, 1, 0 };
    struct layers packet = layers_create( blocks, sizeof(blocks) );

    put_per_length( &packet, layers_size( &packet ) );
    put_bytes( &packet, conference, sizeof(conference) );
    put_per_length( &packet, layers_size( &packet ) );
    put_bytes( &packet, key, sizeof(key) );
    put_ber( &packet, 4 );
    put_bytes( &packet, domain_parameters, sizeof(domain_parameters) );
    put_bytes( &packet, result, sizeof(result) );
    put_ber( &packet, 0x7f66 );
    send_x224( capture, CAPTURE_SERVER, &packet );
}

static void join_channel( struct capture *capture, uint16_t channel )
{
    uint8_t request[] = { 0x38, 0, USER_CLIENT - 1001, channel >> 8, channel };
    uint8_t confirm[] = { 0x3e, 0, 0, USER_CLIENT - 1001, channel >> 8, channel, channel >> 8, channel };

    send_mcs( capture, CAPTURE_CLIENT, request, sizeof(request) );
    send_mcs( capture, CAPTURE_SERVER, confirm, sizeof(confirm) );
}

/* 2.2.1.5 to 2.2.1.9 */
static void connect_mcs( struct capture *capture )
{
    static const uint8_t erect_domain[] = { 4, 1, 0, 1, 0 };
    static const uint8_t attach_request[] = { 0x28 };
    static const uint8_t attach_confirm[] = { 0x2e, 0, 0, USER_CLIENT - 1001 };

    connect_initial( capture );
    connect_response( capture );
    send_mcs( capture, CAPTURE_CLIENT, erect_domain, sizeof(erect_domain) );
    send_mcs( capture, CAPTURE_CLIENT, attach_request, sizeof(attach_request) );
    send_mcs( capture, CAPTURE_SERVER, attach_confirm, sizeof(attach_confirm) );
    join_channel( capture, USER_CLIENT );
    join_channel( capture, CHANNEL_IO );
    join_channel( capture, CAPTURE_CHANNEL );
}

/* 2.2.1.12: no licence is asked for */
static void send_licence( struct capture *capture )
{
    static const uint8_t licence[] = { 0x80, 0, 0, 0, 0xff, 3, 16, 0, 7, 0, 0, 0, 2, 0, 0, 0, 4, 0, 0, 0 };
    struct layers packet = layers_create( licence, sizeof(licence) );

    send_data( capture, CAPTURE_SERVER, CHANNEL_IO, &packet );
}

void capture_begin( struct capture *capture, FILE *file, const char *program, const char *comment )
{
    memset( capture, 0, sizeof(*capture) );
    capture->file = file;
    capture->port = 49151;
    write_section( file, program, comment );
    write_interface( file );
}

void capture_connect( struct capture *capture )
{
    capture->port++;
    capture->sequence[CAPTURE_SERVER] = 1000;
    capture->sequence[CAPTURE_CLIENT] = 5000;
    connect_tcp( capture );
    connect_x224( capture );
    connect_mcs( capture );
    send_licence( capture );
}

void capture_chunk( struct capture *capture, enum capture_sender sender, uint32_t total, uint32_t flags,
                    const void *data, size_t size )
{
    struct layers packet = layers_create( data, size );

    put_le32( &packet, flags );
    put_le32( &packet, total );
    send_data( capture, sender, CAPTURE_CHANNEL, &packet );
}

void capture_message( struct capture *capture, enum capture_sender sender, const void *data, size_t size )
{
    size_t done = 0, count;
    uint32_t flags;

    do
    {
        count = size - done < CHUNK ? size - done : CHUNK;
        flags = (done ? 0 : CHANNEL_FLAG_FIRST) | (done + count < size ? 0 : CHANNEL_FLAG_LAST);
        capture_chunk( capture, sender, size, flags, (const uint8_t *)data + done, count );
        done += count;
    }
    while (done < size);
}
