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

#ifndef __WINEDVC_CAPTURE_H
#define __WINEDVC_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/*
 * A pcapng file of raw IP packets. Wireshark learns from a connection's beginning which side is the server and which MCS
 * channel is drdynvc, so that begins every connection. Whoever gives the file looks at its errors.
 */
struct capture
{
    FILE       *file;
    uint16_t    port;           /* the client's, one more for each connection */
    uint32_t    sequence[2];    /* TCP's, by sender */
    uint64_t    time;           /* of what is written next, in microseconds since 1970 */
    const char *comment;        /* on the packet that is written next, then NULL */
};

enum capture_sender
{
    CAPTURE_SERVER,
    CAPTURE_CLIENT,
};

#define CAPTURE_MAX_CHUNK 16000
/* MCS's number of drdynvc. */
#define CAPTURE_CHANNEL 1004
/* The longest message that fits. */
#define CAPTURE_MAX_MESSAGE 65536

/* Writes the file's header; the comment, UTF-8, is about all of it. */
extern void capture_begin( struct capture *capture, FILE *file, const char *program, const char *comment );

/* The client connects, or does anew: all of a connection before its first virtual channel PDU. What follows belongs to
 * it. */
extern void capture_connect( struct capture *capture );

/* One chunk of the static channel drdynvc, of at most CAPTURE_MAX_CHUNK bytes, with the fields of its
 * CHANNEL_PDU_HEADER. */
extern void capture_chunk( struct capture *capture, enum capture_sender sender, uint32_t total, uint32_t flags,
                           const void *data, size_t size );

/* A whole message, cut into chunks of 1600 bytes. */
extern void capture_message( struct capture *capture, enum capture_sender sender, const void *data, size_t size );

#endif /* __WINEDVC_CAPTURE_H */
