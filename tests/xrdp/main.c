/*
 * A program of an xrdp session: what it writes to a channel comes back
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
 *   xrdp-echo LIBRARY CHANNEL SIZE...
 *
 * LIBRARY is xrdp's libxrdpapi, which has no package of its own to build with, so its
 * functions are declared here. The client's plug-in is sample.dll with a key of one byte:
 * it answers each byte by that byte xor the key, whatever the messages are that xrdp
 * makes of them. Runs in the session, which DISPLAY names.
 */

#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CURRENT_SESSION 0xffffffff
#define OPTION_DYNAMIC  1
#define LIMIT_MS        10000
#define WAIT_MS         1000
#define TRIES           20
#define KEY             0x55

static void *(*channel_open)( unsigned int session, const char *name, unsigned int options );
static int (*channel_write)( void *channel, const char *data, unsigned int size, unsigned int *written );
static int (*channel_read)( void *channel, unsigned int limit, char *data, unsigned int size, unsigned int *read );
static int (*channel_close)( void *channel );

static bool load( const char *path )
{
    void *library = dlopen( path, RTLD_NOW );

    if (!library)
    {
        printf( "%s\n", dlerror() );
        return false;
    }
    channel_open = dlsym( library, "WTSVirtualChannelOpenEx" );
    channel_write = dlsym( library, "WTSVirtualChannelWrite" );
    channel_read = dlsym( library, "WTSVirtualChannelRead" );
    channel_close = dlsym( library, "WTSVirtualChannelClose" );
    return channel_open && channel_write && channel_read && channel_close;
}

/* xrdp's library gives the rest of xrdp half a second, which is little on a busy machine. */
static void *open_patiently( const char *name )
{
    void *channel = NULL;
    unsigned int tries;

    for (tries = 0; tries < TRIES && !channel; tries++) channel = channel_open( CURRENT_SESSION, name, OPTION_DYNAMIC );
    return channel;
}

static bool write_all( void *channel, const char *data, size_t size )
{
    unsigned int written;

    for (; size; data += written, size -= written)
        if (!channel_write( channel, data, size, &written ) || written > size) return false;
    return true;
}

static bool read_all( void *channel, char *data, size_t size )
{
    unsigned int count;

    for (; size; data += count, size -= count)
        if (!channel_read( channel, LIMIT_MS, data, size, &count ) || !count || count > size) return false;
    return true;
}

/*
 * The plug-in does not answer the key. Bytes like it follow, one at a time: those that xrdp
 * adds to its message change nothing, and the others are answered by zeros.
 */
static bool send_key( void *channel )
{
    char key = KEY, answer;
    unsigned int tries, count = 0;

    if (!write_all( channel, &key, 1 )) return false;
    for (tries = 0; tries < LIMIT_MS / WAIT_MS && count != 1; tries++)
        if (!write_all( channel, &key, 1 ) || !channel_read( channel, WAIT_MS, &answer, 1, &count )) count = 0;
    return count == 1 && !answer;
}

static bool data_is_right( const char *data, const char *answer, size_t size )
{
    size_t i;

    for (i = 0; i < size; i++)
        if (answer[i] != (data[i] ^ KEY)) return false;
    return true;
}

static bool echo( void *channel, size_t size )
{
    char *data = malloc( size ), *answer = malloc( size );
    bool right = data && answer;
    size_t i;

    for (i = 0; right && i < size; i++) data[i] = i * 7 + 1;
    right = right && write_all( channel, data, size );
    do right = right && read_all( channel, answer, 1 );
    while (right && !answer[0]); /* of the bytes behind the key */
    right = right && read_all( channel, answer + 1, size - 1 ) && data_is_right( data, answer, size );
    printf( "%zu bytes: %s\n", size, right ? "right" : "WRONG" );
    free( data );
    free( answer );
    return right;
}

int main( int argc, char **argv )
{
    void *channel;
    int i;

    setvbuf( stdout, NULL, _IOLBF, 0 );
    if (argc < 4 || !load( argv[1] )) return 2;
    if (!(channel = open_patiently( argv[2] )) || !send_key( channel ))
    {
        printf( "%s: %s\n", argv[2], channel ? "the key is not taken" : "not opened" );
        return 1;
    }
    for (i = 3; i < argc; i++)
        if (!echo( channel, strtoul( argv[i], NULL, 10 ) )) return 1;
    channel_close( channel );
    return 0;
}
