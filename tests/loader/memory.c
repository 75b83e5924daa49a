/*
 * Tests of what the addin does when the client has no memory left
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

#define _GNU_SOURCE
#include <errno.h>
#include <link.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "hosts.h"
#include "server.h"
#include "witness.h"
#include "wine/test.h"

#define MAX_ROUNDS 500

static const char memory[] = "memory", breach[] = "broke the rule";
static const char begun[] = "telling: a connection begins", found[] = "the search has found";

/* What the addin gets in the place of the C library's: one call of one of its threads fails */

static pthread_t main_thread;
static atomic_bool main_fails;  /* else it is the I/O thread's */
static atomic_int calls_left;   /* until that one; none fails when it is negative */

static bool memory_is_left(void)
{
    bool is_main = pthread_equal( pthread_self(), main_thread );

    if (is_main != main_fails || atomic_fetch_sub( &calls_left, 1 )) return true;
    errno = ENOMEM;
    return false;
}

static void *memory_malloc( size_t size )
{
    return memory_is_left() ? malloc( size ) : NULL;
}

static void *memory_calloc( size_t count, size_t size )
{
    return memory_is_left() ? calloc( count, size ) : NULL;
}

static void *memory_realloc( void *memory, size_t size )
{
    return memory_is_left() ? realloc( memory, size ) : NULL;
}

static char *memory_strdup( const char *text )
{
    return memory_is_left() ? strdup( text ) : NULL;
}

static char *memory_strndup( const char *text, size_t size )
{
    return memory_is_left() ? strndup( text, size ) : NULL;
}

static FILE *memory_open_memstream( char **text, size_t *size )
{
    return memory_is_left() ? open_memstream( text, size ) : NULL;
}

static const struct { const char *name; void *function; } replaced[] =
{
    { "malloc", memory_malloc },
    { "calloc", memory_calloc },
    { "realloc", memory_realloc },
    { "strdup", memory_strdup },
    { "strndup", memory_strndup },
    { "open_memstream", memory_open_memstream },
};

/* Where the addin looks for functions of others */

static void replace( void **place, const char *name, unsigned int *count )
{
    uintptr_t page = (uintptr_t)place & -sysconf( _SC_PAGESIZE );
    size_t i;

    for (i = 0; i < sizeof(replaced) / sizeof(replaced[0]); i++)
    {
        if (strcmp( name, replaced[i].name )) continue;
        if (mprotect( (void *)page, (uintptr_t)(place + 1) - page, PROT_READ | PROT_WRITE )) continue;
        *place = replaced[i].function;
        ++*count;
    }
}

static void replace_all( ElfW(Addr) base, const ElfW(Rela) *relocations, size_t size, const ElfW(Sym) *symbols,
                         const char *strings, unsigned int *count )
{
    size_t i;

    for (i = 0; i < size / sizeof(*relocations); i++)
    {
        /* the same for each class of file: all before the type is the symbol's number */
        size_t symbol = sizeof(ElfW(Addr)) == 8 ? relocations[i].r_info >> 32 : relocations[i].r_info >> 8;

        replace( (void **)(base + relocations[i].r_offset), strings + symbols[symbol].st_name, count );
    }
}

static int find_addin( struct dl_phdr_info *info, size_t size, void *arg )
{
    ElfW(Addr) table[DT_NUM] = { 0 };
    const ElfW(Dyn) *entry = NULL;
    size_t i;

    (void)size;
    if (!strstr( info->dlpi_name, "/libwinedvc-client.so" )) return 0;
    for (i = 0; i < info->dlpi_phnum; i++)
        if (info->dlpi_phdr[i].p_type == PT_DYNAMIC) entry = (void *)(info->dlpi_addr + info->dlpi_phdr[i].p_vaddr);
    for (; entry && entry->d_tag != DT_NULL; entry++)
        if (entry->d_tag < DT_NUM) table[entry->d_tag] = entry->d_un.d_ptr;
    if (table[DT_PLTREL] != DT_RELA) return 0;
    replace_all( info->dlpi_addr, (void *)table[DT_JMPREL], table[DT_PLTRELSZ], (void *)table[DT_SYMTAB],
                 (const char *)table[DT_STRTAB], arg );
    replace_all( info->dlpi_addr, (void *)table[DT_RELA], table[DT_RELASZ], (void *)table[DT_SYMTAB],
                 (const char *)table[DT_STRTAB], arg );
    return 0;
}

/* A session */

struct lines
{
    unsigned int memory, begun, found;
};

static struct lines count_lines(void)
{
    return (struct lines){ witness_count( memory ), witness_count( begun ), witness_count( found ) };
}

/* The host is ready and the search has ended, or the call has failed and the user was told. */
static void wait_for_host( struct lines before )
{
    static const struct timespec moment = { 0, 1000000 };
    unsigned int left = LOADER_LIMIT * 1000;
    struct lines now;

    for (now = count_lines(); left; left--, now = count_lines())
    {
        if (now.memory > before.memory || witness_count( breach )) return;
        if (now.begun > before.begun && now.found > before.found) return;
        nanosleep( &moment, NULL );
    }
    ok( 0, "Neither is a host ready nor is anything said of memory.\n" );
}

/* The user is told by another thread than the server. */
static bool is_told( unsigned int before )
{
    static const struct timespec moment = { 0, 1000000 };
    unsigned int left;

    for (left = LOADER_LIMIT * 1000; left && witness_count( memory ) == before; left--) nanosleep( &moment, NULL );
    return left;
}

/* Waits for what becomes of the channel: true if it is open. */
static bool is_opened( struct client *client, uint8_t id )
{
    struct message *message;
    bool refused = false, opened = false;

    while (!refused && !opened)
    {
        if ((message = message_list_pop( &client->left )))
            refused = message->data[0] >> 4 == 1 && message->data[1] == id;
        else if ((message = message_list_pop( &client->sent )))
        {
            opened = message->size == 6 && message->data[1] == id && !message->data[2];
            refused = message->size == 6 && message->data[1] == id && message->data[2];
        }
        else if (client_wait( client )) client_turn( client );
        else return false;
        free( message );
    }
    return opened;
}

enum order
{
    READY_FIRST,    /* the server asks when the host is ready */
    SERVER_FIRST,   /* before it listens */
    MAIN_FAILS,     /* READY_FIRST, and from the question on the main thread's calls count, not the I/O thread's */
};

/* The call of that number fails. Returns false if there were not so many. */
static bool run_session( int call, enum order order )
{
    struct lines before = count_lines();
    struct client *client = client_create();
    bool told, failed;

    atomic_store( &main_fails, order == MAIN_FAILS );
    if (order != MAIN_FAILS) atomic_store( &calls_left, call );
    client_begin( client );
    server_caps( client, 3 );
    if (order != SERVER_FIRST) wait_for_host( before );
    if (order == MAIN_FAILS) atomic_store( &calls_left, call );
    server_create( client, 1, TELLING_CHANNEL );
    told = is_opened( client, 1 ) || is_told( before.memory );
    client_end( client );
    client_destroy( client );
    failed = atomic_exchange( &calls_left, -1 ) < 0;
    ok( told, "Nothing is said of memory when call %d fails.\n", call );
    return failed;
}

static void run_sessions( enum order order, int least )
{
    int call = 0;

    while (call < MAX_ROUNDS && run_session( call, order )) call++;
    trace( "%d calls.\n", call );
    ok( call > least && call < MAX_ROUNDS, "There are %d calls.\n", call );
}

/* A message of several chunks for which there is no memory is missing in no stream: its channel ends. */
static void test_message(void)
{
    static const uint8_t data[2000] = { 0x30, 1 };
    struct client *client = client_create();

    atomic_store( &main_fails, true );
    client_begin( client );
    server_open( client, 1, TELLING_CHANNEL );
    atomic_store( &calls_left, 0 );
    server_send( client, data, sizeof(data) );
    ok( atomic_exchange( &calls_left, -1 ) < 0, "No call fails.\n" );
    server_expect_close( client, 1 );
    client_end( client );
    client_destroy( client );
}

START_TEST( memory )
{
    struct witness_counts counts;
    unsigned int count = 0;

    main_thread = pthread_self();
    atomic_store( &calls_left, -1 );
    hosts_set( "telling" );
    setenv( "WINEDVC_START_TIMEOUT", "1", 1 );
    setenv( "WINEDVC_LOG_LEVEL", "debug", 1 );
    witness_log();
    counts = witness_get_counts();
    run_session( -1, READY_FIRST ); /* there is a record from now on */
    dl_iterate_phdr( find_addin, &count );
    ok( count >= sizeof(replaced) / sizeof(replaced[0]), "%u functions are replaced.\n", count );
    run_sessions( READY_FIRST, 20 );
    run_sessions( SERVER_FIRST, 20 );
    run_sessions( MAIN_FAILS, 2 );
    test_message();
    ok( !witness_count( breach ), "A host broke a rule.\n" );
    ok( !witness_count( "is broken" ) && !witness_count( "another Wine" ), "The record is blamed.\n" );
    ok( !witness_count( "is not registered" ), "A plug-in that is registered was ended.\n" );
    witness_wait_counts( counts );
}
