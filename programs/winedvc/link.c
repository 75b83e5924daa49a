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
    if (!(link->input = malloc( INPUT_SIZE ))) return FALSE;
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

BOOL link_queue_pdu( struct link *link, BYTE *pdu, UINT32 size )
{
    struct winedvc_frame *frame = (struct winedvc_frame *)pdu - 1;
    struct winedvc_frame header = { size, WINEDVC_STREAM_DRDYNVC, 0 };
    BOOL queued;

    memcpy( frame, &header, sizeof(header) );
    AcquireSRWLockExclusive( &link->lock );
    queued = add_segment( link, (BYTE *)frame, sizeof(header) + size );
    ReleaseSRWLockExclusive( &link->lock );
    return queued;
}

/* lock held; one system call, whatever lies scattered */
static BOOL write_gathered( struct link *link )
{
    SIZE_T total = 0;
    unsigned int i;
    BYTE *gather;

    for (i = 0; i < link->segment_count; i++) total += link->segments[i].size;
    if (total > link->gather_capacity)
    {
        if (!(gather = realloc( link->gather, total ))) return FALSE;
        link->gather = gather;
        link->gather_capacity = total;
    }
    for (i = 0, total = 0; i < link->segment_count; i++)
    {
        memcpy( link->gather + total, link->segments[i].data, link->segments[i].size );
        total += link->segments[i].size;
    }
    link_write( link, link->gather, total );
    return TRUE;
}

void link_flush( struct link *link )
{
    unsigned int i;

    AcquireSRWLockExclusive( &link->lock );
    if (link->segment_count < 2 || !write_gathered( link ))
        for (i = 0; i < link->segment_count; i++) link_write( link, link->segments[i].data, link->segments[i].size );
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
