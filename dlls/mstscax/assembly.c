/*
 * Reassembly of [MS-RDPEDYC] messages
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

#include "drdynvc.h"
#include "rdp8lite.h"

#define FIRST_RESERVE 65536

/* In front of each message. */
struct message
{
    union
    {
        size_t  capacity;
        uint8_t pad[16];
    } head;
    uint8_t room[DRDYNVC_MESSAGE_ROOM];
};

static uint8_t *message_create( size_t capacity )
{
    struct message *message;

    if (capacity > SIZE_MAX - sizeof(*message) || !(message = malloc( sizeof(*message) + capacity ))) return NULL;
    message->head.capacity = capacity;
    return (uint8_t *)(message + 1);
}

size_t drdynvc_message_capacity( const uint8_t *message )
{
    return ((const struct message *)message - 1)->head.capacity;
}

void drdynvc_message_free( uint8_t *message )
{
    if (message) free( (struct message *)message - 1 );
}

/* Copies by itself: realloc of some C libraries does so byte by byte. */
static bool assembly_reserve( struct drdynvc_assembly *assembly, size_t needed )
{
    size_t capacity = assembly->data ? drdynvc_message_capacity( assembly->data ) : 0;
    uint8_t *data;

    if (assembly->data && needed <= capacity) return true;
    if (!capacity) capacity = assembly->length < FIRST_RESERVE ? assembly->length : FIRST_RESERVE;
    while (capacity < needed) capacity = capacity < assembly->length / 2 ? capacity * 2 : assembly->length;
    if (!(data = message_create( capacity ))) return false;
    if (assembly->received) memcpy( data, assembly->data, assembly->received );
    drdynvc_message_free( assembly->data );
    assembly->data = data;
    return true;
}

static enum drdynvc_status assembly_append( struct drdynvc_assembly *assembly, const uint8_t *data, size_t size )
{
    if (size > assembly->length - assembly->received) return DRDYNVC_OUT_OF_SEQUENCE;
    if (!assembly_reserve( assembly, assembly->received + size )) return DRDYNVC_OUT_OF_MEMORY;
    if (size) memcpy( assembly->data + assembly->received, data, size );
    assembly->received += size;
    return DRDYNVC_OK;
}

/* Replaces the data by what it decompresses to. */
static enum drdynvc_status assembly_decompress( struct drdynvc_assembly *assembly, const uint8_t **data, size_t *size )
{
    if (!assembly->compression && !(assembly->compression = calloc( 1, sizeof(*assembly->compression) )))
        return DRDYNVC_OUT_OF_MEMORY;
    *data = rdp8lite_read( assembly->compression, *data, *size, size );
    return *data ? DRDYNVC_OK : DRDYNVC_MALFORMED;
}

/* Appends the PDU's bytes to the message, which begins with it where none is pending. */
static enum drdynvc_status assembly_take( struct drdynvc_assembly *assembly, const struct drdynvc_pdu *pdu )
{
    bool compressed = pdu->cmd == DRDYNVC_CMD_DATA_FIRST_COMPRESSED || pdu->cmd == DRDYNVC_CMD_DATA_COMPRESSED;
    bool first = pdu->cmd == DRDYNVC_CMD_DATA_FIRST || pdu->cmd == DRDYNVC_CMD_DATA_FIRST_COMPRESSED;
    const uint8_t *data = pdu->data;
    size_t size = pdu->data_size;
    enum drdynvc_status status;

    if (first && assembly->pending) return DRDYNVC_OUT_OF_SEQUENCE;
    if (compressed && (status = assembly_decompress( assembly, &data, &size ))) return status;
    if (!first && !assembly->pending && size > UINT32_MAX) return DRDYNVC_MALFORMED;
    if (!assembly->pending) assembly->length = first ? pdu->length : size;
    assembly->pending = true;
    return assembly_append( assembly, data, size );
}

/* Lets go of the message, not of the compression, which outlives it. */
static void assembly_reset( struct drdynvc_assembly *assembly )
{
    struct rdp8lite *compression = assembly->compression;

    memset( assembly, 0, sizeof(*assembly) );
    assembly->compression = compression;
}

enum drdynvc_status drdynvc_assembly_add( struct drdynvc_assembly *assembly, const struct drdynvc_pdu *pdu,
                                          uint8_t **message, uint32_t *size )
{
    enum drdynvc_status status;

    *message = NULL;
    *size = 0;
    if ((status = assembly_take( assembly, pdu )))
    {
        drdynvc_assembly_clear( assembly );
        return status;
    }
    if (assembly->received < assembly->length) return DRDYNVC_OK;
    *message = assembly->data;
    *size = assembly->length;
    assembly_reset( assembly );
    return DRDYNVC_OK;
}

void drdynvc_assembly_lend( struct drdynvc_assembly *assembly, uint8_t *message )
{
    assembly->data = message;
}

size_t drdynvc_assembly_kept( const struct drdynvc_assembly *assembly )
{
    return (assembly->data ? drdynvc_message_capacity( assembly->data ) : 0) +
           (assembly->compression ? sizeof(*assembly->compression) : 0);
}

void drdynvc_assembly_clear( struct drdynvc_assembly *assembly )
{
    drdynvc_message_free( assembly->data );
    free( assembly->compression );
    memset( assembly, 0, sizeof(*assembly) );
}
