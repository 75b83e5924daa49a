/*
 * [MS-RDPEDYC] PDUs: decoding, encoding, fragments and reassembly
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

#ifndef __MSTSCAX_DRDYNVC_H
#define __MSTSCAX_DRDYNVC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Neutral code: freestanding C with stdlib and string, no I/O, clock, thread,
 * global or log. Nothing here locks: an object belongs to one thread at a time.
 * Integers on the wire are little-endian. Section numbers are those of
 * [MS-RDPEDYC] version 21.
 */

/* 1.3.3.2: no PDU is longer than this, header included. */
#define DRDYNVC_MAX_PDU       1600
/* 1.3.3.2.1: a message of up to this size goes in one DATA; a longer one begins
 * with a DATA_FIRST of exactly this much, so that a DATA always follows. */
#define DRDYNVC_MAX_FRAGMENT  1590
/* The longest of CAPS_RSP, CREATE_RSP and CLOSE. */
#define DRDYNVC_MAX_CONTROL   9
/* The longest CAPS. */
#define DRDYNVC_MAX_CAPS      12

/* The highest version that the client answers, 2.2.1.2. */
#define DRDYNVC_VERSION       3

/* Flags of SOFT_SYNC_REQUEST, 2.2.5.1 */
#define DRDYNVC_SOFT_SYNC_TCP_FLUSHED           1
#define DRDYNVC_SOFT_SYNC_CHANNEL_LIST_PRESENT  2

/* CreationStatus, 2.2.2.2 */
#define DRDYNVC_CREATED        0
#define DRDYNVC_REFUSED        ((int32_t)0xc0000001)
#define DRDYNVC_NO_MEMORY      ((int32_t)0xc0000017)
#define DRDYNVC_NO_LISTENER    ((int32_t)0xc0000225)

enum drdynvc_cmd
{
    DRDYNVC_CMD_CREATE                = 1,
    DRDYNVC_CMD_DATA_FIRST            = 2,
    DRDYNVC_CMD_DATA                  = 3,
    DRDYNVC_CMD_CLOSE                 = 4,
    DRDYNVC_CMD_CAPABILITIES          = 5,
    DRDYNVC_CMD_DATA_FIRST_COMPRESSED = 6,
    DRDYNVC_CMD_DATA_COMPRESSED       = 7,
    DRDYNVC_CMD_SOFT_SYNC_REQUEST     = 8,
    DRDYNVC_CMD_SOFT_SYNC_RESPONSE    = 9,
};

enum drdynvc_status
{
    DRDYNVC_OK = 0,
    DRDYNVC_MALFORMED,      /* too short, or a field holds a forbidden value */
    DRDYNVC_UNKNOWN,        /* Cmd is none of the document's */
    DRDYNVC_OUT_OF_SEQUENCE,/* the fragments do not make up the announced message */
    DRDYNVC_OUT_OF_MEMORY,
};

/* CREATE and CAPABILITIES have another layout in each direction. */
enum drdynvc_sender
{
    DRDYNVC_SERVER,
    DRDYNVC_CLIENT,
};

struct drdynvc_pdu
{
    enum drdynvc_cmd cmd;
    bool     addressed;         /* channel_id was there */
    uint32_t channel_id;        /* all but CAPABILITIES and SOFT_SYNC_* */
    uint8_t  priority;          /* server's CREATE, 0 to 3 */
    const char *name;           /* server's CREATE; ends with a NUL inside the PDU */
    int32_t  creation_status;   /* client's CREATE */
    uint16_t version;           /* CAPABILITIES */
    uint16_t charges[4];        /* server's CAPABILITIES from version 2, else 0 */
    uint32_t length;            /* DATA_FIRST*: size of the whole message */
    uint16_t flags;             /* SOFT_SYNC_REQUEST */
    uint32_t tunnel_count;      /* SOFT_SYNC_* */
    const uint8_t *data;        /* DATA*: what follows the header; SOFT_SYNC_REQUEST: the lists of channels;
                                 * SOFT_SYNC_RESPONSE: the types of tunnels, each a uint32; never NULL */
    size_t   data_size;
};

/* The list of one tunnel in a SOFT_SYNC_REQUEST, 2.2.5.1.1 */
struct drdynvc_tunnel
{
    uint32_t type;
    uint16_t count;
    const uint8_t *ids;         /* each a uint32 as on the wire */
};

/* Decodes one PDU. On DRDYNVC_OK pdu's pointers point into data, and the members that the command
 * does not have are 0. Otherwise cmd and, as far as they were there, the others are set. */
extern enum drdynvc_status drdynvc_read( struct drdynvc_pdu *pdu, enum drdynvc_sender sender,
                                         const void *data, size_t size );

/* Returns the next list of a decoded SOFT_SYNC_REQUEST and steps over it, false after the last. */
extern bool drdynvc_next_tunnel( struct drdynvc_pdu *pdu, struct drdynvc_tunnel *tunnel );

/* Is this one of the four commands that carry messages? */
extern bool drdynvc_is_data( enum drdynvc_cmd cmd );

/* Each writes one PDU into a buffer of DRDYNVC_MAX_CONTROL bytes and returns its size. */
extern size_t drdynvc_write_caps_rsp( uint8_t *buffer, uint16_t version );
extern size_t drdynvc_write_create_rsp( uint8_t *buffer, uint32_t channel_id, int32_t status );
extern size_t drdynvc_write_close( uint8_t *buffer, uint32_t channel_id );

/* A buffer of 6 + 4 * count bytes. Without a type, all channels stay where they are. */
extern size_t drdynvc_write_soft_sync_rsp( uint8_t *buffer, const uint32_t *types, uint32_t count );

/* What a server sends: a buffer of DRDYNVC_MAX_CAPS bytes; one of 6 + strlen( name ) bytes, where the
 * priority is 0 to 3; one of 10 bytes and 6 + 4 * count for each tunnel, none of which may be given
 * without CHANNEL_LIST_PRESENT in the flags. */
extern size_t drdynvc_write_caps( uint8_t *buffer, uint16_t version, const uint16_t charges[4] );
extern size_t drdynvc_write_create_req( uint8_t *buffer, uint32_t channel_id, uint8_t priority, const char *name );
extern size_t drdynvc_write_soft_sync_req( uint8_t *buffer, uint16_t flags, const struct drdynvc_tunnel *tunnels,
                                           uint16_t count );

/*
 * A message, or a part of one, laid out as the PDUs that carry it, in one buffer, each PDU behind headroom bytes of the
 * transport's. The struct is a cursor on that buffer: a copy of it walks the same PDUs again.
 */
struct drdynvc_fragments
{
    uint8_t *buffer;        /* the caller's */
    size_t   offset;        /* of the next PDU's headroom */
    uint32_t channel_id;
    uint32_t size;          /* of the message */
    uint32_t done;          /* bytes of it before the next PDU */
    uint32_t end;           /* bytes of it before what does not lie in this buffer */
    uint8_t  headroom;
};

/* What the message takes from byte done on, which is 0 or where another buffer ended. 0 if the size cannot be
 * expressed in size_t. */
extern size_t drdynvc_fragments_size( uint32_t channel_id, uint32_t size, uint32_t done, uint8_t headroom );

/* Lays out the PDUs of a message from byte done on, as many as the buffer holds, which has room for one at least.
 * Returns where the next buffer begins: size if all of it fits. */
extern uint32_t drdynvc_fragments_write( struct drdynvc_fragments *fragments, uint8_t *buffer, size_t capacity,
                                         uint8_t headroom, uint32_t channel_id, const void *message, uint32_t size,
                                         uint32_t done );

/* Returns the next PDU and steps over it, or NULL after the last. */
extern uint8_t *drdynvc_fragments_next( struct drdynvc_fragments *fragments, size_t *size );

struct rdp8lite;

/*
 * Puts one channel's DATA_FIRST and DATA together again, compressed and plain ones
 * mixed. All zero is an empty assembly. Memory grows with the bytes received, whatever
 * length was announced.
 */
struct drdynvc_assembly
{
    bool     pending;       /* between DATA_FIRST and the last DATA */
    uint32_t length;
    uint32_t received;
    uint8_t *data;          /* a message's memory, or NULL */
    struct rdp8lite *compression;   /* from the first compressed PDU on, across messages */
};

/* The memory of a message has so many bytes in front of the message that are its owner's, aligned to 16. */
#define DRDYNVC_MESSAGE_ROOM 80

/* Takes a decoded PDU of the four that carry messages, 3.1.5.2.3 to 3.1.5.2.6. When it completes a
 * message, that is returned, non-NULL whatever its size, and belongs to the caller, who ends it with
 * drdynvc_message_free; otherwise *message is NULL. After a failure the assembly is empty. */
extern enum drdynvc_status drdynvc_assembly_add( struct drdynvc_assembly *assembly, const struct drdynvc_pdu *pdu,
                                                 uint8_t **message, uint32_t *size );

/* Gives memory of a former message, for the next one; the assembly owns it. Only where it has none. */
extern void drdynvc_assembly_lend( struct drdynvc_assembly *assembly, uint8_t *message );

extern void drdynvc_assembly_clear( struct drdynvc_assembly *assembly );

/* Bytes of memory that it keeps: for the message, and to decompress what comes. */
extern size_t drdynvc_assembly_kept( const struct drdynvc_assembly *assembly );

extern size_t drdynvc_message_capacity( const uint8_t *message );
extern void drdynvc_message_free( uint8_t *message );   /* NULL does no harm */

#endif /* __MSTSCAX_DRDYNVC_H */
