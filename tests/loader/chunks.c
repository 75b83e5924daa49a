/*
 * What plug-ins send on static channels, with a FreeRDP that takes whole messages only
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

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static bool memory_lacks;

static void *malloc_if_any( size_t size )
{
    return memory_lacks ? NULL : malloc( size );
}

#define malloc malloc_if_any
#include "freerdp/declare.c"
#undef malloc

#include "freerdp/wlog.h"
#include "witness.h"
#include "wine/test.h"

/* What it calls: a FreeRDP 2, of which nothing else is here */

bool compat_has_channel( freerdp *instance, const char *name )
{
    return false;
}

bool compat_add_channel( freerdp *instance, const char *name, uint32_t options )
{
    return true;
}

UINT16 compat_channel_id( freerdp *instance, const char *name )
{
    return *name;
}

void connection_set_static_id( struct connection *connection, const char *name, uint16_t id ) {}

bool compat_sends_chunks( freerdp *instance )
{
    return false;
}

bool compat_send_chunk( freerdp *instance, UINT16 id, UINT32 flags, size_t total, const BYTE *chunk, size_t size )
{
    ok( 0, "A chunk is sent.\n" );
    return false;
}

static UINT16 sent_id;
static size_t sent_size;

static BOOL client_send( freerdp *instance, UINT16 id, const BYTE *data, size_t size )
{
    sent_id = id;
    sent_size = size;
    return TRUE;
}

static struct declared declared;

/* Sends all of a message, in one chunk or two; ok if the other end has it. */
#define check_message( id, size, comes ) check_message_( __LINE__, id, size, comes )
static void check_message_( int line, UINT16 id, UINT32 size, bool comes )
{
    static const BYTE chunk[1600];
    UINT32 first = size < sizeof(chunk) ? size : sizeof(chunk);
    UINT32 flags = CHANNEL_FLAG_FIRST | (first == size ? CHANNEL_FLAG_LAST : 0);
    bool works;

    sent_id = 0;
    works = declared_send( &declared, NULL, client_send, id, flags, size, chunk, first );
    if (first < size)
        works &= declared_send( &declared, NULL, client_send, id, CHANNEL_FLAG_LAST, size, chunk, size - first );
    ok_(__FILE__, line)( works, "The connection's sending has failed.\n" );
    if (!comes) ok_(__FILE__, line)( !sent_id, "%u bytes are sent.\n", (unsigned int)sent_size );
    else ok_(__FILE__, line)( sent_id == id && sent_size == size, "%u bytes are sent on %u.\n",
                              (unsigned int)sent_size, sent_id );
}

/* The first chunk of a message that has more. */
static void check_beginning( UINT16 id, UINT32 size )
{
    static const BYTE chunk[1600];

    sent_id = 0;
    ok( declared_send( &declared, NULL, client_send, id, CHANNEL_FLAG_FIRST, size, chunk, sizeof(chunk) ),
        "The connection's sending has failed.\n" );
    ok( !sent_id, "It is sent.\n" );
}

START_TEST( chunks )
{
    static const struct static_def defs[] = { { .name = "a" }, { .name = "b" }, { .name = "c" }, { .name = "d" }, { .name = "e" } };
    unsigned int i;

    wlog_prepare();
    witness_log();
    declared_add( &declared, NULL, defs, sizeof(defs) / sizeof(defs[0]) );
    declared_find_ids( &declared, NULL, NULL );
    check_message( 'a', 1600, true );
    check_message( 'a', 1601, true );

    memory_lacks = true;
    check_message( 'a', 3000, false );
    memory_lacks = false;
    check_message( 'a', 3000, false );
    check_message( 'a', 1, false );
    check_message( 'b', 3000, true );
    ok( witness_count( "no memory is left for a message of 3000 bytes on the static channel a" ) == 1, "It is not said once.\n" );

    declared_forget_ids( &declared );
    declared_find_ids( &declared, NULL, NULL );
    check_message( 'a', 3000, true );

    /* all that is put together at a time is bounded, and given back */
    for (i = 0; i < 4; i++) check_beginning( "abcd"[i], WINEDVC_MAX_STATIC_MESSAGE );
    check_message( 'e', 3000, false );
    ok( witness_count( "no memory is left for a message of 3000 bytes on the static channel e" ) == 1, "It is not said.\n" );
    declared_forget_ids( &declared );
    declared_find_ids( &declared, NULL, NULL );
    for (i = 0; i < 4; i++) check_beginning( "abcd"[i], WINEDVC_MAX_STATIC_MESSAGE );
    sent_id = 0;
    ok( declared_send( &declared, NULL, client_send, 'a', 0, 0, (const BYTE *)"", 0 ) && !sent_id, "Nothing is sent.\n" );
    check_message( 'e', 3000, true );
    check_message( 'a', 3000, true );
    declared_forget_ids( &declared );
    declared_find_ids( &declared, NULL, NULL );
    for (i = 0; i < 10; i++) check_beginning( 'e', WINEDVC_MAX_STATIC_MESSAGE );
    check_message( 'e', 3000, true );
    declared_clear( &declared );
}
