/*
 * Fuzzing: what is read is inside the PDU, and what is written reads as the same
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

#include "drdynvc.h"
#include "fuzz.h"

#define HEADROOM 8
#define MAX_MESSAGE (4 * DRDYNVC_MAX_FRAGMENT)

static void check_inside( const void *bytes, size_t count, const uint8_t *data, size_t size )
{
    const uint8_t *begin = bytes;

    check( begin >= data && begin <= data + size && count <= (size_t)(data + size - begin) );
}

/* The same PDU from its fields. */
static void check_again( const struct drdynvc_pdu *pdu, enum drdynvc_sender sender, uint8_t *buffer, size_t size )
{
    struct drdynvc_pdu again;

    check( drdynvc_read( &again, sender, buffer, size ) == DRDYNVC_OK );
    check( again.cmd == pdu->cmd && again.channel_id == pdu->channel_id && again.priority == pdu->priority );
    check( again.creation_status == pdu->creation_status && again.version == pdu->version );
    check( !memcmp( again.charges, pdu->charges, sizeof(pdu->charges) ) );
    check( again.flags == pdu->flags && again.tunnel_count == pdu->tunnel_count );
    check( !again.name == !pdu->name && (!pdu->name || !strcmp( again.name, pdu->name )) );
    free( buffer );
}

static uint8_t *allocate( size_t size )
{
    uint8_t *buffer = malloc( size );

    check( buffer != NULL );
    return buffer;
}

static void check_capabilities( const struct drdynvc_pdu *pdu, enum drdynvc_sender sender )
{
    bool charges = sender == DRDYNVC_SERVER && pdu->version >= 2;
    uint8_t *buffer = allocate( charges ? DRDYNVC_MAX_CAPS : 4 );

    check( pdu->version );
    check_again( pdu, sender, buffer, sender == DRDYNVC_SERVER
                 ? drdynvc_write_caps( buffer, pdu->version, pdu->charges )
                 : drdynvc_write_caps_rsp( buffer, pdu->version ) );
}

static void check_create( const struct drdynvc_pdu *pdu, enum drdynvc_sender sender, const uint8_t *data, size_t size )
{
    uint8_t *buffer;

    if (sender == DRDYNVC_CLIENT)
    {
        buffer = allocate( DRDYNVC_MAX_CONTROL );
        check_again( pdu, sender, buffer, drdynvc_write_create_rsp( buffer, pdu->channel_id, pdu->creation_status ) );
        return;
    }
    check( pdu->priority <= 3 );
    check_inside( pdu->name, strlen( pdu->name ) + 1, data, size );
    buffer = allocate( 6 + strlen( pdu->name ) );
    check_again( pdu, sender, buffer,
                 drdynvc_write_create_req( buffer, pdu->channel_id, pdu->priority, pdu->name ) );
}

static void check_soft_sync_request( const struct drdynvc_pdu *pdu, const uint8_t *data, size_t size )
{
    struct drdynvc_tunnel *tunnels = NULL;
    struct drdynvc_pdu cursor = *pdu;
    struct drdynvc_tunnel tunnel;
    size_t count = 0, total = 10;
    uint8_t *buffer;

    while (drdynvc_next_tunnel( &cursor, &tunnel ))
    {
        check_inside( tunnel.ids, 4 * (size_t)tunnel.count, data, size );
        check( (tunnels = realloc( tunnels, (count + 1) * sizeof(*tunnels) )) != NULL );
        tunnels[count++] = tunnel;
        total += 6 + 4 * (size_t)tunnel.count;
    }
    if (count == pdu->tunnel_count)
    {
        buffer = allocate( total );
        check( drdynvc_write_soft_sync_req( buffer, pdu->flags, tunnels, count ) == total );
        check_again( pdu, DRDYNVC_SERVER, buffer, total );
    }
    free( tunnels );
}

static void check_soft_sync_response( const struct drdynvc_pdu *pdu )
{
    uint32_t *types = malloc( pdu->data_size + 1 );
    uint8_t *buffer = allocate( 6 + pdu->data_size );

    check( types != NULL && pdu->data_size == 4 * (size_t)pdu->tunnel_count );
    memcpy( types, pdu->data, pdu->data_size );
    check_again( pdu, DRDYNVC_CLIENT, buffer, drdynvc_write_soft_sync_rsp( buffer, types, pdu->tunnel_count ) );
    free( types );
}

/* A message through the fragments and back. */
static void check_fragments( uint32_t channel_id, const uint8_t *message, size_t size )
{
    size_t total = drdynvc_fragments_size( channel_id, size, 0, HEADROOM ), pdu_size, used = 0;
    uint8_t *buffer = allocate( total ), *pdu_data, *whole = NULL;
    struct drdynvc_assembly assembly = { 0 };
    struct drdynvc_fragments fragments;
    struct drdynvc_pdu pdu;
    uint32_t whole_size;

    drdynvc_fragments_write( &fragments, buffer, total, HEADROOM, channel_id, message, size, 0 );
    while ((pdu_data = drdynvc_fragments_next( &fragments, &pdu_size )))
    {
        check( !whole && pdu_size <= DRDYNVC_MAX_PDU );
        used += HEADROOM + pdu_size;
        check( drdynvc_read( &pdu, DRDYNVC_CLIENT, pdu_data, pdu_size ) == DRDYNVC_OK && pdu.channel_id == channel_id );
        check( drdynvc_assembly_add( &assembly, &pdu, &whole, &whole_size ) == DRDYNVC_OK );
    }
    check( used == total && whole && whole_size == size && !memcmp( whole, message, size ) );
    drdynvc_message_free( whole );
    free( buffer );
}

/* The data so many times that a long message needs no long input. */
static void check_messages( const struct drdynvc_pdu *pdu )
{
    size_t size = pdu->data_size, wanted = pdu->channel_id % MAX_MESSAGE;
    uint8_t *message = allocate( size + wanted );
    size_t i;

    for (i = 0; i < size + wanted; i++) message[i] = pdu->data[i % size];
    check_fragments( pdu->channel_id, message, size + wanted );
    free( message );
}

static void check_pdu( const struct drdynvc_pdu *pdu, enum drdynvc_sender sender, const uint8_t *data, size_t size )
{
    uint8_t *buffer;

    switch (pdu->cmd)
    {
    case DRDYNVC_CMD_CAPABILITIES:
        check_capabilities( pdu, sender );
        break;
    case DRDYNVC_CMD_CREATE:
        check_create( pdu, sender, data, size );
        break;
    case DRDYNVC_CMD_CLOSE:
        buffer = allocate( 5 );
        check_again( pdu, sender, buffer, drdynvc_write_close( buffer, pdu->channel_id ) );
        break;
    case DRDYNVC_CMD_SOFT_SYNC_REQUEST:
        check_soft_sync_request( pdu, data, size );
        break;
    case DRDYNVC_CMD_SOFT_SYNC_RESPONSE:
        check_soft_sync_response( pdu );
        break;
    default:
        check( drdynvc_is_data( pdu->cmd ) );
        check_inside( pdu->data, pdu->data_size, data, size );
        check( pdu->data + pdu->data_size == data + size );
        if (pdu->data_size) check_messages( pdu );
    }
}

void fuzz_codec( const uint8_t *data, size_t size )
{
    static const enum drdynvc_sender senders[] = { DRDYNVC_SERVER, DRDYNVC_CLIENT };
    struct drdynvc_pdu pdu;
    unsigned int i;

    for (i = 0; i < 2; i++)
        if (drdynvc_read( &pdu, senders[i], data, size ) == DRDYNVC_OK) check_pdu( &pdu, senders[i], data, size );
}
