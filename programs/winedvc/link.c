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

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>
#include <io.h>

#include "windef.h"
#include "winbase.h"
#include "winnls.h"

#include "link.h"
#include "wine/debug.h"

WINE_DEFAULT_DEBUG_CHANNEL(winedvc);

#define INPUT_SIZE (4 * (sizeof(struct winedvc_frame) + WINEDVC_MAX_MESSAGE))

/* Segments up to this size are copied, so that one system call takes many of them. */
#define MAX_COPIED  0x4000
#define GATHER_SIZE 0x40000

/* Wine hands standard input to every process that a plug-in starts, and opens it for reading only. */
static HANDLE take_stdin( void )
{
    HANDLE process = GetCurrentProcess(), handle;
    int nul;

    if (!DuplicateHandle( process, GetStdHandle( STD_INPUT_HANDLE ), process, &handle,
                          GENERIC_READ | GENERIC_WRITE | SYNCHRONIZE, FALSE, 0 )) return NULL;
    if ((nul = _open( "NUL", _O_RDWR )) == -1) return NULL;
    _dup2( nul, 0 );
    _close( nul );
    SetStdHandle( STD_INPUT_HANDLE, (HANDLE)_get_osfhandle( 0 ) );
    return handle;
}

BOOL link_open( struct link *link )
{
    memset( link, 0, sizeof(*link) );
    InitializeSRWLock( &link->lock );
    if (!(link->input = malloc( INPUT_SIZE )) || !(link->gather = malloc( GATHER_SIZE ))) return FALSE;
    return (link->handle = take_stdin()) != NULL;
}

/* lock held */
static void link_write( struct link *link, const BYTE *data, SIZE_T size )
{
    DWORD written;

    while (size && !link->broken)
    {
        if (WriteFile( link->handle, data, min( size, 0x40000000 ), &written, NULL ) && written)
        {
            data += written;
            size -= written;
        }
        else
        {
            TRACE( "The client is gone, error %lu.\n", GetLastError() );
            link->broken = TRUE;
        }
    }
}

void link_send( struct link *link, enum winedvc_control type, const void *fixed, SIZE_T size,
                unsigned int count, const WCHAR * const *strings )
{
    struct
    {
        struct winedvc_frame frame;
        BYTE data[WINEDVC_MAX_CONTROL];
    } message = { { 0, WINEDVC_STREAM_CONTROL, type }, { 0 } };
    SIZE_T room, used = size;
    unsigned int i;
    int length;

    if (size) memcpy( message.data, fixed, size );
    for (i = 0; i < count; i++)
    {
        /* an even share for each string, cut where it is longer */
        room = (WINEDVC_MAX_CONTROL - used) / (count - i);
        length = strings[i] ? WideCharToMultiByte( CP_UTF8, 0, strings[i], min( wcslen( strings[i] ), room / 3 ),
                                                   (char *)message.data + used, room - 1, NULL, NULL ) : 0;
        used += length;
        message.data[used++] = 0;
    }
    message.frame.size = used;

    AcquireSRWLockExclusive( &link->lock );
    link_write( link, (BYTE *)&message, sizeof(message.frame) + used );
    if (type == WINEDVC_BYE) link->broken = TRUE;   /* nothing follows it */
    ReleaseSRWLockExclusive( &link->lock );
}

/* lock held; frames that fit into the gather buffer: one system call */
static UINT32 write_parts( struct link *link, const struct winedvc_picture *first, const BYTE *data, UINT32 size )
{
    struct winedvc_picture part = *first;
    struct winedvc_frame frame = { 0, WINEDVC_STREAM_PICTURE, 0 };
    SIZE_T used = 0;
    UINT32 taken, sent = 0;

    while (sent < size && GATHER_SIZE - used >= sizeof(frame) + WINEDVC_MAX_PICTURE)
    {
        taken = min( size - sent, WINEDVC_MAX_PICTURE - sizeof(part) );
        frame.size = sizeof(part) + taken;
        part.offset = first->offset + sent;
        memcpy( link->gather + used, &frame, sizeof(frame) );
        memcpy( link->gather + used + sizeof(frame), &part, sizeof(part) );
        memcpy( link->gather + used + sizeof(frame) + sizeof(part), data + sent, taken );
        used += sizeof(frame) + frame.size;
        sent += taken;
    }
    link_write( link, link->gather, used );
    return sent;
}

UINT32 link_send_picture( struct link *link, const struct winedvc_picture *first, const BYTE *data, UINT32 size )
{
    UINT32 sent;

    AcquireSRWLockExclusive( &link->lock );
    sent = write_parts( link, first, data, size );
    ReleaseSRWLockExclusive( &link->lock );
    return sent;
}

/* lock held */
static BOOL add_segment( struct link *link, BYTE *data, SIZE_T size )
{
    struct segment *last = link->segments + link->segment_count - 1, *segments;
    unsigned int capacity;

    if (link->segment_count && last->data + last->size == data)
    {
        last->size += size;
        return TRUE;
    }
    if (link->segment_count == link->segment_capacity)
    {
        capacity = link->segment_capacity ? link->segment_capacity * 2 : 64;
        if (!(segments = realloc( link->segments, capacity * sizeof(*segments) ))) return FALSE;
        link->segments = segments;
        link->segment_capacity = capacity;
    }
    link->segments[link->segment_count].data = data;
    link->segments[link->segment_count++].size = size;
    return TRUE;
}

BOOL link_queue_pdus( struct link *link, UINT16 stream, UINT16 flags, BYTE *pdus, UINT32 count, const UINT16 *sizes )
{
    BYTE *frames = pdus - sizeof(struct winedvc_frame), *next = frames;
    BOOL queued;
    UINT32 i;

    for (i = 0; i < count; i++)
    {
        struct winedvc_frame header = { sizes[i], stream, flags };

        memcpy( next, &header, sizeof(header) );
        next += sizeof(header) + sizes[i];
    }
    AcquireSRWLockExclusive( &link->lock );
    queued = !count || add_segment( link, frames, next - frames );
    ReleaseSRWLockExclusive( &link->lock );
    return queued;
}

/* lock held: the segments from first on that are worth copying together; their number */
static unsigned int count_small( struct link *link, unsigned int first, SIZE_T *total )
{
    unsigned int i;

    *total = 0;
    for (i = first; i < link->segment_count; i++)
    {
        if (link->segments[i].size > MAX_COPIED || *total + link->segments[i].size > GATHER_SIZE) break;
        *total += link->segments[i].size;
    }
    return i - first;
}

/* lock held; one system call for many small segments, and one for each long one */
static void write_segments( struct link *link )
{
    unsigned int i, small;
    SIZE_T total;
    BYTE *next;

    for (i = 0; i < link->segment_count; i += max( small, 1 ))
    {
        small = count_small( link, i, &total );
        if (small < 2) link_write( link, link->segments[i].data, link->segments[i].size );
        else
        {
            struct segment *segment = link->segments + i;

            for (next = link->gather; next < link->gather + total; segment++)
            {
                memcpy( next, segment->data, segment->size );
                next += segment->size;
            }
            link_write( link, link->gather, total );
        }
    }
}

void link_flush( struct link *link )
{
    AcquireSRWLockExclusive( &link->lock );
    write_segments( link );
    link->segment_count = 0;
    ReleaseSRWLockExclusive( &link->lock );
}

void link_discard( struct link *link )
{
    AcquireSRWLockExclusive( &link->lock );
    link->segment_count = 0;
    ReleaseSRWLockExclusive( &link->lock );
}

static BOOL frame_is_valid( const struct winedvc_frame *frame )
{
    SIZE_T limit = frame->stream == WINEDVC_STREAM_CONTROL ? WINEDVC_MAX_CONTROL : WINEDVC_MAX_MESSAGE;

    if (frame->size <= limit) return TRUE;
    ERR( "The client sent a frame of %u bytes on stream %u.\n", frame->size, frame->stream );
    return FALSE;
}

BOOL link_receive( struct link *link, BOOL (*proc)( const struct winedvc_frame *frame, BYTE *data,
                                                    void *context ), void *context )
{
    struct winedvc_frame frame;
    BYTE *data = link->input;
    DWORD count;

    if (!ReadFile( link->handle, link->input + link->received, INPUT_SIZE - link->received, &count, NULL ) || !count)
        return FALSE;
    link->received += count;
    while (link->received >= sizeof(frame))
    {
        memcpy( &frame, data, sizeof(frame) );
        if (!frame_is_valid( &frame )) return FALSE;
        if (link->received - sizeof(frame) < frame.size) break;
        if (!proc( &frame, data + sizeof(frame), context )) return FALSE;
        data += sizeof(frame) + frame.size;
        link->received -= sizeof(frame) + frame.size;
    }
    memmove( link->input, data, link->received );
    return TRUE;
}
