/*
 * [MS-RDPEDYC] PDUs: decoding, encoding and fragments
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

#include "drdynvc.h"

/* The reader's error is sticky: after it every field is 0, and the caller checks once. */
struct reader
{
    const uint8_t *data;
    size_t size;
    bool   failed;
};

static const uint8_t *read_bytes( struct reader *reader, size_t count )
{
    const uint8_t *bytes = reader->data;

    if (reader->failed || count > reader->size)
    {
        reader->failed = true;
        return NULL;
    }
    reader->data += count;
    reader->size -= count;
    return bytes;
}

/* width is 1, 2 or 4 */
static uint32_t read_uint( struct reader *reader, size_t width )
{
    const uint8_t *bytes = read_bytes( reader, width );
    uint32_t value = 0;

    if (!bytes) return 0;
    while (width--) value = value << 8 | bytes[width];
    return value;
}

static size_t write_uint( uint8_t *buffer, uint32_t value, size_t width )
{
    size_t i;

    for (i = 0; i < width; i++) buffer[i] = value >> (8 * i);
    return width;
}

/* cbId and Len, 2.2: the codes 0, 1 and 2 mean 1, 2 and 4 bytes. */
static size_t code_width( uint8_t code )
{
    return (size_t)1 << code;
}

static uint8_t width_code( uint32_t value )
{
    if (value <= 0xff) return 0;
    if (value <= 0xffff) return 1;
    return 2;
}

static size_t write_header( uint8_t *buffer, enum drdynvc_cmd cmd, uint8_t sp, uint32_t channel_id )
{
    uint8_t cb_id = width_code( channel_id );

    buffer[0] = cmd << 4 | sp << 2 | cb_id;
    return 1 + write_uint( buffer + 1, channel_id, code_width( cb_id ) );
}

static size_t data_header_size( uint32_t channel_id )
{
    return 1 /* header */ + code_width( width_code( channel_id ) ) /* ChannelId */;
}

static size_t data_first_header_size( uint32_t channel_id, uint32_t length )
{
    return data_header_size( channel_id ) + code_width( width_code( length ) ) /* Length */;
}

/* 2.2.1.1, 2.2.1.2 */
static void read_capabilities( struct drdynvc_pdu *pdu, enum drdynvc_sender sender, struct reader *reader )
{
    unsigned int i;

    read_uint( reader, 1 /* Pad */ );
    pdu->version = read_uint( reader, 2 );
    if (!pdu->version) reader->failed = true;
    if (sender != DRDYNVC_SERVER || pdu->version < 2) return;
    for (i = 0; i < 4; i++) pdu->charges[i] = read_uint( reader, 2 );
}

/* 2.2.2.1, 2.2.2.2 */
static void read_create( struct drdynvc_pdu *pdu, enum drdynvc_sender sender, uint8_t bits, struct reader *reader )
{
    if (sender == DRDYNVC_CLIENT)
    {
        pdu->creation_status = (int32_t)read_uint( reader, 4 );
        return;
    }
    pdu->priority = bits;
    if (reader->failed || !reader->size || !memchr( reader->data, 0, reader->size )) reader->failed = true;
    else pdu->name = (const char *)reader->data;
}

/* 2.2.5.1.1 */
static void read_tunnel( struct drdynvc_tunnel *tunnel, struct reader *reader )
{
    tunnel->type = read_uint( reader, 4 );
    tunnel->count = read_uint( reader, 2 );
    tunnel->ids = read_bytes( reader, 4 * (size_t)tunnel->count );
}

/* 2.2.5.1; Length counts itself and all that follows */
static void read_soft_sync_request( struct drdynvc_pdu *pdu, struct reader *reader )
{
    struct drdynvc_tunnel tunnel;
    uint32_t length, i;

    read_uint( reader, 1 /* Pad */ );
    length = read_uint( reader, 4 );
    if (length < 4 || length - 4 > reader->size) reader->failed = true;
    else reader->size = length - 4;
    pdu->flags = read_uint( reader, 2 );
    pdu->tunnel_count = read_uint( reader, 2 );
    pdu->data = reader->data;
    pdu->data_size = reader->size;
    if (!(pdu->flags & DRDYNVC_SOFT_SYNC_CHANNEL_LIST_PRESENT)) return;
    for (i = 0; i < pdu->tunnel_count; i++) read_tunnel( &tunnel, reader );
}

/* 2.2.5.2 */
static void read_soft_sync_response( struct drdynvc_pdu *pdu, struct reader *reader )
{
    read_uint( reader, 1 /* Pad */ );
    pdu->tunnel_count = read_uint( reader, 4 );
    pdu->data = reader->data;
    if (pdu->tunnel_count > reader->size / 4) reader->failed = true;
    else pdu->data_size = 4 * (size_t)pdu->tunnel_count;
}

/* 2.2.3.1, 2.2.3.3 */
static void read_length( struct drdynvc_pdu *pdu, uint8_t len, struct reader *reader )
{
    if (len == 3) reader->failed = true;
    else pdu->length = read_uint( reader, code_width( len ) );
}

enum drdynvc_status drdynvc_read( struct drdynvc_pdu *pdu, enum drdynvc_sender sender,
                                  const void *data, size_t size )
{
    struct reader reader = { data, size, false };
    uint8_t header, bits, cb_id;

    memset( pdu, 0, sizeof(*pdu) );
    header = read_uint( &reader, 1 );
    if (reader.failed) return DRDYNVC_MALFORMED;
    pdu->cmd = header >> 4;
    bits = header >> 2 & 3;
    cb_id = header & 3;

    if (pdu->cmd >= DRDYNVC_CMD_CREATE && pdu->cmd <= DRDYNVC_CMD_DATA_COMPRESSED
        && pdu->cmd != DRDYNVC_CMD_CAPABILITIES)
    {
        if (cb_id == 3) return DRDYNVC_MALFORMED;
        pdu->channel_id = read_uint( &reader, code_width( cb_id ) );
        pdu->addressed = !reader.failed;
    }

    switch (pdu->cmd)
    {
    case DRDYNVC_CMD_CREATE:
        read_create( pdu, sender, bits, &reader );
        break;
    case DRDYNVC_CMD_CAPABILITIES:
        read_capabilities( pdu, sender, &reader );
        break;
    case DRDYNVC_CMD_CLOSE:
        break;
    case DRDYNVC_CMD_DATA_FIRST:
    case DRDYNVC_CMD_DATA_FIRST_COMPRESSED:
        read_length( pdu, bits, &reader );
        /* fall through */
    case DRDYNVC_CMD_DATA:
    case DRDYNVC_CMD_DATA_COMPRESSED:
        pdu->data = reader.data;
        pdu->data_size = reader.size;
        break;
    case DRDYNVC_CMD_SOFT_SYNC_REQUEST:
        read_soft_sync_request( pdu, &reader );
        break;
    case DRDYNVC_CMD_SOFT_SYNC_RESPONSE:
        read_soft_sync_response( pdu, &reader );
        break;
    default:
        return DRDYNVC_UNKNOWN;
    }
    return reader.failed ? DRDYNVC_MALFORMED : DRDYNVC_OK;
}

bool drdynvc_next_tunnel( struct drdynvc_pdu *pdu, struct drdynvc_tunnel *tunnel )
{
    struct reader reader = { pdu->data, pdu->data_size, false };

    if (!pdu->tunnel_count || !(pdu->flags & DRDYNVC_SOFT_SYNC_CHANNEL_LIST_PRESENT)) return false;
    read_tunnel( tunnel, &reader );
    pdu->data = reader.data;
    pdu->data_size = reader.size;
    pdu->tunnel_count--;
    return true;
}

bool drdynvc_is_data( enum drdynvc_cmd cmd )
{
    return cmd == DRDYNVC_CMD_DATA_FIRST || cmd == DRDYNVC_CMD_DATA
           || cmd == DRDYNVC_CMD_DATA_FIRST_COMPRESSED || cmd == DRDYNVC_CMD_DATA_COMPRESSED;
}

size_t drdynvc_write_caps_rsp( uint8_t *buffer, uint16_t version )
{
    buffer[0] = DRDYNVC_CMD_CAPABILITIES << 4;
    buffer[1] = 0;
    return 2 + write_uint( buffer + 2, version, 2 );
}

size_t drdynvc_write_create_rsp( uint8_t *buffer, uint32_t channel_id, int32_t status )
{
    size_t size = write_header( buffer, DRDYNVC_CMD_CREATE, 0, channel_id );
    return size + write_uint( buffer + size, status, 4 );
}

size_t drdynvc_write_close( uint8_t *buffer, uint32_t channel_id )
{
    return write_header( buffer, DRDYNVC_CMD_CLOSE, 0, channel_id );
}

size_t drdynvc_write_soft_sync_rsp( uint8_t *buffer, const uint32_t *types, uint32_t count )
{
    size_t size = 2;
    uint32_t i;

    buffer[0] = DRDYNVC_CMD_SOFT_SYNC_RESPONSE << 4;
    buffer[1] = 0;
    size += write_uint( buffer + size, count, 4 );
    for (i = 0; i < count; i++) size += write_uint( buffer + size, types[i], 4 );
    return size;
}

size_t drdynvc_write_caps( uint8_t *buffer, uint16_t version, const uint16_t charges[4] )
{
    size_t size = drdynvc_write_caps_rsp( buffer, version );
    unsigned int i;

    for (i = 0; version >= 2 && i < 4; i++) size += write_uint( buffer + size, charges[i], 2 );
    return size;
}

size_t drdynvc_write_create_req( uint8_t *buffer, uint32_t channel_id, uint8_t priority, const char *name )
{
    size_t size = write_header( buffer, DRDYNVC_CMD_CREATE, priority, channel_id ), count = strlen( name ) + 1;

    memcpy( buffer + size, name, count );
    return size + count;
}

size_t drdynvc_write_soft_sync_req( uint8_t *buffer, uint16_t flags, const struct drdynvc_tunnel *tunnels,
                                    uint16_t count )
{
    size_t size = 2 + 4 /* Length */;
    uint16_t i;

    buffer[0] = DRDYNVC_CMD_SOFT_SYNC_REQUEST << 4;
    buffer[1] = 0;
    size += write_uint( buffer + size, flags, 2 );
    size += write_uint( buffer + size, count, 2 );
    for (i = 0; i < count; i++)
    {
        size += write_uint( buffer + size, tunnels[i].type, 4 );
        size += write_uint( buffer + size, tunnels[i].count, 2 );
        if (tunnels[i].count) memcpy( buffer + size, tunnels[i].ids, 4 * (size_t)tunnels[i].count );
        size += 4 * (size_t)tunnels[i].count;
    }
    write_uint( buffer + 2, size - 2, 4 );
    return size;
}

static uint32_t fragment_size( uint32_t size, uint32_t done )
{
    return size - done < DRDYNVC_MAX_FRAGMENT ? size - done : DRDYNVC_MAX_FRAGMENT;
}

/* The first of several PDUs is a DATA_FIRST, every other one is a DATA. */
static size_t fragment_header_size( uint32_t channel_id, uint32_t size, uint32_t done )
{
    if (!done && size > DRDYNVC_MAX_FRAGMENT) return data_first_header_size( channel_id, size );
    return data_header_size( channel_id );
}

static void write_fragment( uint8_t *pdu, uint32_t channel_id, const uint8_t *message, uint32_t size, uint32_t done )
{
    size_t header, count = fragment_size( size, done );

    if (!done && size > DRDYNVC_MAX_FRAGMENT)
    {
        header = write_header( pdu, DRDYNVC_CMD_DATA_FIRST, width_code( size ), channel_id );
        header += write_uint( pdu + header, size, code_width( width_code( size ) ) );
    }
    else header = write_header( pdu, DRDYNVC_CMD_DATA, 0, channel_id );
    /* a compiler that knows how small it is copies with rep movs, which takes twice as long as the library's memcpy */
    __asm__ ("" : "+r" (count));
    if (size) memcpy( pdu + header, message + done, count );
}

size_t drdynvc_fragments_size( uint32_t channel_id, uint32_t size, uint32_t done, uint8_t headroom )
{
    uint64_t rest = size - done, count = rest ? (rest + DRDYNVC_MAX_FRAGMENT - 1) / DRDYNVC_MAX_FRAGMENT : 1;
    uint64_t total = rest + count * (headroom + data_header_size( channel_id ));

    if (!done && count > 1) total += code_width( width_code( size ) );
    return total <= SIZE_MAX ? total : 0;
}

uint32_t drdynvc_fragments_write( struct drdynvc_fragments *fragments, uint8_t *buffer, size_t capacity,
                                  uint8_t headroom, uint32_t channel_id, const void *message, uint32_t size,
                                  uint32_t done )
{
    struct drdynvc_fragments start = { buffer, 0, channel_id, size, done, size, headroom }, cursor = start, next = start;
    size_t pdu_size;
    uint8_t *pdu;

    while ((pdu = drdynvc_fragments_next( &next, &pdu_size )) && next.offset <= capacity)
    {
        write_fragment( pdu, channel_id, message, size, cursor.done );
        cursor = next;
    }
    *fragments = start;
    return fragments->end = cursor.done;
}

uint8_t *drdynvc_fragments_next( struct drdynvc_fragments *fragments, size_t *size )
{
    uint8_t *pdu = fragments->buffer + fragments->offset + fragments->headroom;
    uint32_t body = fragment_size( fragments->size, fragments->done );

    /* an empty message is one PDU as well */
    if (fragments->done == fragments->end && (fragments->size || fragments->offset)) return NULL;
    *size = fragment_header_size( fragments->channel_id, fragments->size, fragments->done ) + body;
    fragments->offset += fragments->headroom + *size;
    fragments->done += body;
    return pdu;
}
