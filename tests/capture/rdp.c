/*
 * Captures: a synthetic RDP connection in the clear, for Wireshark
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

#include "rdp.h"

#define LINKTYPE_RAW      101
#define CHUNK             1600  /* [MS-RDPBCGR] 2.2.7.1.10 */
#define HEADROOM          128   /* for all headers in front of a chunk */

#define CHANNEL_FLAG_FIRST 1
#define CHANNEL_FLAG_LAST  2

#define CHANNEL_IO         1003
#define CHANNEL_DRDYNVC    1004
#define USER_CLIENT        1007 /* as its channel; on the wire less 1001 */
#define USER_SERVER        1002

/* Filled from its end: what is put last comes first. */
struct packet
{
    uint8_t *begin;
    uint8_t *end;
};

static uint8_t buffer[HEADROOM + CAPTURE_MAX_CHUNK];

static struct packet packet_create( const void *data, size_t size )
{
    struct packet packet = { buffer + sizeof(buffer) - size, buffer + sizeof(buffer) };

    if (size) memcpy( packet.begin, data, size );
    return packet;
}

static size_t packet_size( const struct packet *packet )
{
    return packet->end - packet->begin;
}

static void put_bytes( struct packet *packet, const void *data, size_t size )
{
    packet->begin -= size;
    memcpy( packet->begin, data, size );
}

static void put_byte( struct packet *packet, uint8_t value )
{
    *--packet->begin = value;
}

static void put_be16( struct packet *packet, uint16_t value )
{
    put_byte( packet, value );
    put_byte( packet, value >> 8 );
}

static void put_be32( struct packet *packet, uint32_t value )
{
    put_be16( packet, value );
    put_be16( packet, value >> 16 );
}

static void put_le32( struct packet *packet, uint32_t value )
{
    uint8_t bytes[4] = { value, value >> 8, value >> 16, value >> 24 };
    put_bytes( packet, bytes, sizeof(bytes) );
}

/* PER: one byte below 128, else two */
static void put_per_length( struct packet *packet, size_t length )
{
    if (length < 0x80) put_byte( packet, length );
    else put_be16( packet, 0x8000 | length );
}

/* BER: tag (one or two bytes) and length of all that is there, which is below 64 KiB */
static void put_ber( struct packet *packet, unsigned int tag )
{
    put_be16( packet, packet_size( packet ) );
    put_byte( packet, 0x82 );
    if (tag > 0xff) put_be16( packet, tag );
    else put_byte( packet, tag );
}

/* The file */

static void write_le( FILE *file, uint32_t value, size_t size )
{
    for (; size--; value >>= 8) fputc( value & 0xff, file );
}

static void write_file_header( FILE *file )
{
    write_le( file, 0xa1b2c3d4, 4 );    /* microseconds */
    write_le( file, 2, 2 );
    write_le( file, 4, 2 );
    write_le( file, 0, 4 );
    write_le( file, 0, 4 );
    write_le( file, 262144, 4 );
    write_le( file, LINKTYPE_RAW, 4 );
}

static void write_packet( struct capture *capture, const struct packet *packet )
{
    capture->time++;
    write_le( capture->file, capture->time / 1000000, 4 );
    write_le( capture->file, capture->time % 1000000, 4 );
    write_le( capture->file, packet_size( packet ), 4 );
    write_le( capture->file, packet_size( packet ), 4 );
    fwrite( packet->begin, packet_size( packet ), 1, capture->file );
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

static void put_ip( struct packet *packet, enum capture_sender sender )
{
    static const uint8_t addresses[2][4] = { { 192, 0, 2, 1 }, { 192, 0, 2, 2 } };
    size_t size = packet_size( packet ) + 20;
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
static void send_tcp( struct capture *capture, enum capture_sender sender, unsigned int flags, struct packet *packet )
{
    size_t size = packet_size( packet );

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

static void send_tpkt( struct capture *capture, enum capture_sender sender, struct packet *packet )
{
    put_be16( packet, packet_size( packet ) + 4 );
    put_be16( packet, 0x0300 );
    send_tcp( capture, sender, 0x18, packet );
}

/* X.224 Data */
static void send_x224( struct capture *capture, enum capture_sender sender, struct packet *packet )
{
    static const uint8_t header[] = { 2, 0xf0, 0x80 };

    put_bytes( packet, header, sizeof(header) );
    send_tpkt( capture, sender, packet );
}

static void send_mcs( struct capture *capture, enum capture_sender sender, const void *data, size_t size )
{
    struct packet packet = packet_create( data, size );
    send_x224( capture, sender, &packet );
}

/* T.125 SendDataRequest and SendDataIndication */
static void send_data( struct capture *capture, enum capture_sender sender, uint16_t channel, struct packet *packet )
{
    put_per_length( packet, packet_size( packet ) );
    put_byte( packet, 0x70 );
    put_be16( packet, channel );
    put_be16( packet, (sender == CAPTURE_SERVER ? USER_SERVER : USER_CLIENT) - 1001 );
    put_byte( packet, sender == CAPTURE_SERVER ? 0x68 : 0x64 );
    send_x224( capture, sender, packet );
}

/* The connection's beginning, [MS-RDPBCGR] 1.3.1.1 */

static void connect_tcp( struct capture *capture )
{
    struct packet packet = packet_create( NULL, 0 );

    send_tcp( capture, CAPTURE_CLIENT, 0x02, &packet );
    packet = packet_create( NULL, 0 );
    send_tcp( capture, CAPTURE_SERVER, 0x12, &packet );
    packet = packet_create( NULL, 0 );
    send_tcp( capture, CAPTURE_CLIENT, 0x10, &packet );
}

/* 2.2.1.1, 2.2.1.2: standard RDP security */
static void connect_x224( struct capture *capture )
{
    static const uint8_t request[] = { 14, 0xe0, 0, 0, 0, 0, 0, 1, 0, 8, 0, 0, 0, 0, 0 };
    static const uint8_t confirm[] = { 14, 0xd0, 0, 0, 0x12, 0x34, 0, 2, 0, 8, 0, 0, 0, 0, 0 };
    struct packet packet = packet_create( request, sizeof(request) );

    send_tpkt( capture, CAPTURE_CLIENT, &packet );
    packet = packet_create( confirm, sizeof(confirm) );
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
    struct packet packet = packet_create( security_and_net, sizeof(security_and_net) );
    int i;

    put_bytes( &packet, core, sizeof(core) );
    put_per_length( &packet, packet_size( &packet ) );
    put_bytes( &packet, conference, sizeof(conference) );
    put_per_length( &packet, packet_size( &packet ) );
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
        3, 0x0c, 12, 0, CHANNEL_IO & 0xff, CHANNEL_IO >> 8, 1, 0, CHANNEL_DRDYNVC & 0xff, CHANNEL_DRDYNVC >> 8, 0, 0,
    };
    static const uint8_t conference[] = { 0x14, 0x76, 10, 1, 1, 0, 1, 0xc0, 0, 'M', 'c', 'D', 'n' };
    static const uint8_t key[] = { 0, 5, 0, 20, 0x7c, 0, 1 };
    static const uint8_t result[] = { 10, 1, 0, 2, 1, 0 };
    struct packet packet = packet_create( blocks, sizeof(blocks) );

    put_per_length( &packet, packet_size( &packet ) );
    put_bytes( &packet, conference, sizeof(conference) );
    put_per_length( &packet, packet_size( &packet ) );
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
    join_channel( capture, CHANNEL_DRDYNVC );
}

/* 2.2.1.12: no licence is asked for */
static void send_licence( struct capture *capture )
{
    static const uint8_t licence[] = { 0x80, 0, 0, 0, 0xff, 3, 16, 0, 7, 0, 0, 0, 2, 0, 0, 0, 4, 0, 0, 0 };
    struct packet packet = packet_create( licence, sizeof(licence) );

    send_data( capture, CAPTURE_SERVER, CHANNEL_IO, &packet );
}

void capture_begin( struct capture *capture, FILE *file )
{
    memset( capture, 0, sizeof(*capture) );
    capture->file = file;
    capture->port = 49151;
    write_file_header( file );
    capture_connect( capture );
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
    struct packet packet = packet_create( data, size );

    put_le32( &packet, flags );
    put_le32( &packet, total );
    send_data( capture, sender, CHANNEL_DRDYNVC, &packet );
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
