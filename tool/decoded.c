/*
 * A PDU of dynamic channels as a line of text
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

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decoded.h"
#include "drdynvc.h"
#include "terminal.h"

#define MOST_NAMES 4096
#define SHOWN_BYTES 16

struct decoded_name
{
    struct decoded_name *next;
    uint32_t             id;
    char                 text[];
};

/* Names */

static struct decoded_name **names_find( struct decoded_names *names, uint32_t id )
{
    struct decoded_name **link = &names->first;

    while (*link && (*link)->id != id) link = &(*link)->next;
    return link;
}

void decoded_names_add( struct decoded_names *names, uint32_t id, const char *text )
{
    struct decoded_name **link = names_find( names, id ), *name = *link;
    unsigned int count = 0;

    if (name)
    {
        *link = name->next;
        free( name );
    }
    if (!(name = malloc( sizeof(*name) + strlen( text ) + 1 ))) return;
    name->id = id;
    strcpy( name->text, text );
    name->next = names->first;
    names->first = name;
    for (link = &names->first; *link; link = &(*link)->next)
    {
        if (++count <= MOST_NAMES) continue;
        free( *link ); /* the oldest */
        *link = NULL;
        return;
    }
}

void decoded_names_clear( struct decoded_names *names )
{
    struct decoded_name *name;

    while ((name = names->first))
    {
        names->first = name->next;
        free( name );
    }
}

/* Lines, of which each part is added to what is there */

static void add_text( char line[DECODED_LINE], const char *text )
{
    size_t used = strlen( line );

    snprintf( line + used, DECODED_LINE - used, "%s", text );
}

static void add_number( char line[DECODED_LINE], const char *format, uint32_t number )
{
    char text[64];

    snprintf( text, sizeof(text), format, number );
    add_text( line, text );
}

static void add_bytes( char line[DECODED_LINE], const uint8_t *data, size_t size )
{
    size_t shown = size < SHOWN_BYTES ? size : SHOWN_BYTES, i;
    char character[2] = "";

    if (!size) return;
    add_text( line, ":" );
    for (i = 0; i < shown; i++) add_number( line, " %02x", data[i] );
    add_text( line, shown < size ? " ...  " : "  " );
    for (i = 0; i < shown; i++)
    {
        character[0] = data[i] >= ' ' && data[i] <= '~' ? data[i] : '.';
        add_text( line, character );
    }
}

static void add_channel( char line[DECODED_LINE], struct decoded_names *names, uint32_t id )
{
    const struct decoded_name *name = *names_find( names, id );
    struct shown_name shown;

    add_number( line, " %u", id );
    if (!name) return;
    add_text( line, " (" );
    add_text( line, show_name( &shown, name->text ) );
    add_text( line, ")" );
}

static void add_data( char line[DECODED_LINE], const struct drdynvc_pdu *pdu )
{
    bool first = pdu->cmd == DRDYNVC_CMD_DATA_FIRST || pdu->cmd == DRDYNVC_CMD_DATA_FIRST_COMPRESSED;

    add_number( line, " %u", pdu->data_size );
    if (first) add_number( line, " of %u", pdu->length );
    add_text( line, " bytes" );
    add_bytes( line, pdu->data, pdu->data_size );
}

static void add_create( char line[DECODED_LINE], enum capture_sender sender, const struct drdynvc_pdu *pdu )
{
    if (sender == CAPTURE_SERVER) add_number( line, " priority %u", pdu->priority );
    else if (pdu->creation_status < 0) add_number( line, " refused, %#x", pdu->creation_status );
    else add_text( line, " accepted" );
}

static const char *command_name( enum drdynvc_cmd cmd )
{
    static const char *const names[] =
    {
        [DRDYNVC_CMD_CREATE]                = "CREATE",
        [DRDYNVC_CMD_DATA_FIRST]            = "DATA_FIRST",
        [DRDYNVC_CMD_DATA]                  = "DATA",
        [DRDYNVC_CMD_CLOSE]                 = "CLOSE",
        [DRDYNVC_CMD_CAPABILITIES]          = "CAPS",
        [DRDYNVC_CMD_DATA_FIRST_COMPRESSED] = "DATA_FIRST_COMPRESSED",
        [DRDYNVC_CMD_DATA_COMPRESSED]       = "DATA_COMPRESSED",
        [DRDYNVC_CMD_SOFT_SYNC_REQUEST]     = "SOFT_SYNC_REQUEST",
        [DRDYNVC_CMD_SOFT_SYNC_RESPONSE]    = "SOFT_SYNC_RESPONSE",
    };

    return cmd < sizeof(names) / sizeof(names[0]) && names[cmd] ? names[cmd] : "UNKNOWN";
}

void decoded_line( char line[DECODED_LINE], struct decoded_names *names, enum capture_sender sender,
                   const uint8_t *data, size_t size )
{
    enum drdynvc_sender side = sender == CAPTURE_SERVER ? DRDYNVC_SERVER : DRDYNVC_CLIENT;
    struct drdynvc_pdu pdu;
    bool whole = drdynvc_read( &pdu, side, data, size ) == DRDYNVC_OK;

    strcpy( line, sender == CAPTURE_SERVER ? "server " : "client " );
    add_text( line, command_name( pdu.cmd ) );
    if (whole && pdu.cmd == DRDYNVC_CMD_CREATE && pdu.name) decoded_names_add( names, pdu.channel_id, pdu.name );
    if (pdu.addressed) add_channel( line, names, pdu.channel_id );
    if (!whole)
    {
        add_number( line, " malformed, %u bytes", size );
        add_bytes( line, data, size );
    }
    else if (drdynvc_is_data( pdu.cmd )) add_data( line, &pdu );
    else if (pdu.cmd == DRDYNVC_CMD_CREATE) add_create( line, sender, &pdu );
    else if (pdu.cmd == DRDYNVC_CMD_CAPABILITIES) add_number( line, " version %u", pdu.version );
}
