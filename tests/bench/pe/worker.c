/*
 * A plug-in that measures its own calls of Write, and writes on a thread of its own
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

/*
 * It listens on WineDVC::Worker. A message of a byte is sent back. Two others are jobs of a thread of its own, one at a
 * time; each begins with a letter, then two numbers of 32 bits:
 *
 *   t SIZE ROUNDS     ROUNDS times writes SIZE bytes, and does malloc, memcpy and free of as many in turns; then
 *                     writes a struct answer
 *   w SIZE COUNT      writes COUNT messages of SIZE bytes, a millisecond after another
 *
 * What else comes is swallowed.
 */

#include "../../plugins/static_listener.h"

#define MAX_SIZE (1 << 20)

struct job
{
    IWTSVirtualChannel *channel;
    char  what;
    ULONG size, count;
};

/* nanoseconds of one call, each the best of a job's: a busy machine makes it longer, nothing shorter */
struct answer
{
    ULONG write, copy;
};

static struct job job;
static HANDLE begin;
static BYTE message[MAX_SIZE];
/* so that the compiler does not leave out what nobody reads */
static BYTE *volatile copied;

static ULONGLONG now_ns(void)
{
    LARGE_INTEGER now, frequency;

    QueryPerformanceCounter( &now );
    QueryPerformanceFrequency( &frequency );
    return now.QuadPart * 1000000000 / frequency.QuadPart;
}

static ULONG copy_ns( ULONG size )
{
    ULONGLONG began = now_ns();
    BYTE *copy = malloc( size );

    if (!copy) return ~0u;
    memcpy( copy, message, size );
    copied = copy;
    free( copied );
    return now_ns() - began;
}

static ULONG write_ns( ULONG size )
{
    ULONGLONG began = now_ns();

    IWTSVirtualChannel_Write( job.channel, size, message, NULL );
    return now_ns() - began;
}

static void measure(void)
{
    struct answer answer = { ~0u, ~0u };
    ULONG i, ns;

    for (i = 0; i < job.count; i++)
    {
        if ((ns = write_ns( job.size )) < answer.write) answer.write = ns;
        Sleep( 5 );     /* what was written goes */
        if ((ns = copy_ns( job.size )) < answer.copy) answer.copy = ns;
    }
    IWTSVirtualChannel_Write( job.channel, sizeof(answer), (BYTE *)&answer, NULL );
}

static void write_all(void)
{
    ULONG i;

    for (i = 0; i < job.count; i++)
    {
        IWTSVirtualChannel_Write( job.channel, job.size, message, NULL );
        Sleep( 1 );
    }
}

static DWORD CALLBACK work( void *arg )
{
    memset( message, 1, sizeof(message) );
    while (!WaitForSingleObject( begin, INFINITE ))
    {
        if (job.what == 't') measure();
        else write_all();
    }
    return 0;
}

static void callback_created( struct callback *callback )
{
}

static HRESULT STDMETHODCALLTYPE callback_OnDataReceived( IWTSVirtualChannelCallback *iface, ULONG size, BYTE *data )
{
    IWTSVirtualChannel *channel = impl_from_IWTSVirtualChannelCallback( iface )->channel;

    if (size == 1) return IWTSVirtualChannel_Write( channel, size, data, NULL );
    if (size != 9) return S_OK;
    job.channel = channel;
    job.what = data[0];
    memcpy( &job.size, data + 1, sizeof(job.size) );
    memcpy( &job.count, data + 5, sizeof(job.count) );
    job.size = min( job.size, MAX_SIZE );
    SetEvent( begin );
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE callback_OnClose( IWTSVirtualChannelCallback *iface )
{
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE plugin_Initialize( IWTSPlugin *iface, IWTSVirtualChannelManager *manager )
{
    begin = CreateEventW( NULL, FALSE, FALSE, NULL );
    if (!begin || !CreateThread( NULL, 0, work, NULL, 0, NULL )) return E_OUTOFMEMORY;
    return create_listener( manager, "WineDVC::Worker" );
}
