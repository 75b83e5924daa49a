/*
 * Fuzzing: a server's PDUs on a table of channels
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

#define CHANNELS 4
/* 2 * RDP8LITE_MAX_BLOCK and more: what is held before anything large came */
#define RESERVE  65536

/* What is known of a message without the assembly: its plain bytes. */
struct model
{
    bool     open;
    bool     plain;         /* no compressed PDU in it yet */
    uint32_t length;
    size_t   size;
    uint8_t  data[4096];
    struct drdynvc_assembly assembly;
};

static void model_begin( struct model *model, const struct drdynvc_pdu *pdu )
{
    if (model->assembly.pending) return;
    model->plain = true;
    model->size = 0;
    model->length = pdu->cmd == DRDYNVC_CMD_DATA ? pdu->data_size : pdu->length;
}

static void model_add( struct model *model, const struct drdynvc_pdu *pdu )
{
    if (pdu->cmd == DRDYNVC_CMD_DATA_FIRST_COMPRESSED || pdu->cmd == DRDYNVC_CMD_DATA_COMPRESSED
        || pdu->data_size > sizeof(model->data) - model->size)
    {
        model->plain = false;
        return;
    }
    memcpy( model->data + model->size, pdu->data, pdu->data_size );
    model->size += pdu->data_size;
}

static void close_channel( struct model *model )
{
    drdynvc_assembly_clear( &model->assembly );
    check( !model->assembly.data && !model->assembly.compression && !model->assembly.pending );
    model->open = false;
}

static void receive_data( struct model *model, const struct drdynvc_pdu *pdu, unsigned int failing )
{
    struct drdynvc_assembly *assembly = &model->assembly;
    enum drdynvc_status status;
    uint8_t *message;
    uint32_t size;

    model_begin( model, pdu );
    memory_fail( failing );
    status = drdynvc_assembly_add( assembly, pdu, &message, &size );
    check( memory_failed() == (status == DRDYNVC_OUT_OF_MEMORY) );
    if (status)
    {
        check( !message && !assembly->data && !assembly->compression && !assembly->pending );
        close_channel( model );
        return;
    }
    model_add( model, pdu );
    if (message)
    {
        check( !assembly->pending && !assembly->data );
        if (model->plain)
            check( size == model->length && size == model->size && !memcmp( message, model->data, size ) );
        drdynvc_message_free( message );
        return;
    }
    check( assembly->pending && assembly->received < assembly->length && assembly->received <= drdynvc_message_capacity( assembly->data ) );
    check( !model->plain || assembly->length == model->length );
    check( drdynvc_message_capacity( assembly->data ) <= RESERVE || drdynvc_message_capacity( assembly->data ) / 2 <= assembly->received );
}

static void receive_pdu( struct model *models, const uint8_t *data, size_t size, unsigned int failing )
{
    struct drdynvc_pdu pdu;
    struct model *model;

    if (drdynvc_read( &pdu, DRDYNVC_SERVER, data, size ) != DRDYNVC_OK) return;
    model = &models[pdu.channel_id % CHANNELS];
    if (pdu.cmd == DRDYNVC_CMD_CREATE)
    {
        close_channel( model );
        model->open = true;
    }
    else if (model->open && pdu.cmd == DRDYNVC_CMD_CLOSE) close_channel( model );
    else if (model->open && drdynvc_is_data( pdu.cmd )) receive_data( model, &pdu, failing );
}

/* Behind a PDU of no bytes comes one that says which allocation for the next PDU fails. */
void fuzz_sequence( const uint8_t *data, size_t size )
{
    struct model *models = calloc( CHANNELS, sizeof(*models) );
    struct input input = { data, size };
    unsigned int failing = 0;
    size_t i, pdu_size;
    uint8_t *pdu;

    check( models != NULL );
    for (i = 0; i < CHANNELS; i++) models[i].open = true;
    while (input.size)
    {
        pdu = input_bytes( &input, &pdu_size );
        if (pdu_size) receive_pdu( models, pdu, pdu_size, failing );
        failing = pdu_size ? 0 : input_byte( &input ) % 4;
        free( pdu );
    }
    for (i = 0; i < CHANNELS; i++) close_channel( &models[i] );
    free( models );
}
