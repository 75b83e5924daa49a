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

#ifndef __WINEDVC_DECODED_H
#define __WINEDVC_DECODED_H

#include <stddef.h>
#include <stdint.h>

#include "capture.h"
#include "page.h"

/* The names of the channels that are open. All 0 are none. */
struct decoded_names
{
    struct decoded_name *first;
};

/* Without memory a name stays unknown. */
extern void decoded_names_add( struct decoded_names *names, uint32_t id, const char *name );
extern void decoded_names_clear( struct decoded_names *names );

#define DECODED_LINE 1024

/* "server DATA 3 (NAME) 5 bytes: 68 65 6c 6c 6f  hello"; learns the name of a channel that is asked for. */
extern void decoded_line( char line[DECODED_LINE], struct decoded_names *names, enum capture_sender sender,
                          const uint8_t *pdu, size_t size );

#endif /* __WINEDVC_DECODED_H */
