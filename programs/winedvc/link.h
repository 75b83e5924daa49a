/*
 * The host's end of the socket: frames in and out
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

#ifndef __WINEDVC_LINK_H
#define __WINEDVC_LINK_H

#include "windef.h"
#include "winbase.h"
#include "wine/winedvcbridge.h"

struct segment
{
    BYTE  *data;
    SIZE_T size;
};

/* One per process. Any thread may send; one at a time receives. Only our own threads come here. */
struct link
{
    HANDLE  handle;
    SRWLOCK lock;
    /* protected by lock */
    struct segment *segments;   /* queued, not sent */
    unsigned int segment_count, segment_capacity;
    BYTE   *gather;             /* short segments, one behind the other */
    BOOL    broken;             /* the other end is gone, or BYE was said: nothing is sent any more */
    /* the receiver's */
    BYTE   *input;
    SIZE_T  received;
};

/* Takes standard input, and leaves NUL in its place for whatever runs in this process later. */
extern BOOL link_open( struct link *link );

/* One control frame: the fixed part, then count strings, each with its NUL. */
extern void link_send( struct link *link, enum winedvc_control type, const void *fixed, SIZE_T size,
                       unsigned int count, const WCHAR * const *strings );

/* Sends a picture's bytes from first->offset on, which are size, in frames of their own. Returns how many, so that other
 * frames may come in between. */
extern UINT32 link_send_picture( struct link *link, const struct winedvc_picture *first, const BYTE *data, UINT32 size );

/* Queues a frame for each of count PDUs, which lie one behind the other, each behind the room for the
 * frame's header. The memory is the caller's and stays until flush or discard returned. FALSE if out of memory. */
extern BOOL link_queue_pdus( struct link *link, UINT16 stream, UINT16 flags, BYTE *pdus, UINT32 count,
                             const UINT16 *sizes );
extern void link_flush( struct link *link );
extern void link_discard( struct link *link );

/* Waits for input and hands each whole frame to proc, until proc returns FALSE.
 * FALSE after that, at the end of the stream and after a frame that is too long. */
extern BOOL link_receive( struct link *link, BOOL (*proc)( const struct winedvc_frame *frame, BYTE *data,
                                                           void *context ), void *context );

#endif /* __WINEDVC_LINK_H */
