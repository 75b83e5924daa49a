/*
 * Bad hosts: a program in Wine's place that breaks one rule
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

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "wire.h"

/*
 * The addin runs this instead of Wine, if WINEDVC_WINE says so:
 *
 *   badhost FILE scout        reports a plug-in for each word of WINEDVC_TEST_HOSTS, or breaks the rule that
 *                             WINEDVC_TEST_SCOUT names
 *   badhost FILE host NAME    is the host of one of them, which listens on Bad::NAME and is bad when the server
 *                             has opened that, or earlier; a number behind the NAME tells apart hosts of one kind
 */

static char channel[64];

static const uint8_t junk[WINEDVC_MAX_CONTROL + 1];

/* The usual beginning. */
static void get_ready( void )
{
    wire_hello( WINEDVC_MAJOR, 64 );
    wire_listen( channel );
    wire_control( WINEDVC_READY, NULL, 0, NULL );
}

static uint8_t get_opened( void )
{
    uint8_t id;

    get_ready();
    id = wire_wait_pdu( 1 );
    wire_create_rsp( id, 0 );
    wire_wait_control( WINEDVC_CREDIT );    /* it is on the wire */
    return id;
}

/* Says nothing for good. */
static void stay( void )
{
    wire_wait_control( 0 );
}

/* Whatever comes back; for hosts that obey. */
static void be_good( void )
{
    uint8_t id = get_opened();

    wire_data( id, "good", 4 );
    wire_wait_pdu( 4 );
    wire_close( id );
}

/* Answers no PING, but is not dead. */
static void be_mute( void )
{
    uint8_t id = get_opened();

    wire_wait_control( WINEDVC_PING );
    wire_data( id, "good", 4 );
    wire_wait_control( WINEDVC_PING );
    wire_close( id );
}

/* Tells that it is asked whether it lives. */
static void be_asked( void )
{
    static const struct winedvc_log log = { WINEDVC_LOG_INFO, 0 };

    wire_data( get_opened(), "good", 4 );
    wire_wait_control( WINEDVC_PING );
    wire_control( WINEDVC_LOG, &log, sizeof(log), "asked: it lives" );
    wire_control( WINEDVC_PONG, NULL, 0, NULL );
}

static void answer_control( enum winedvc_control type, const uint8_t *body, bool tells )
{
    struct winedvc_log log = { WINEDVC_LOG_INFO, 0 };

    switch (type)
    {
    case WINEDVC_CONNECTED:
        if (tells) wire_control( WINEDVC_LOG, &log, sizeof(log), "telling: a connection begins" );
        break;
    case WINEDVC_DISCONNECTED:
        if (tells) wire_control( WINEDVC_LOG, &log, sizeof(log), "telling: the connection has ended" );
        wire_control( WINEDVC_PURGED, body, sizeof(struct winedvc_connected), NULL );
        break;
    case WINEDVC_PING:
        wire_control( WINEDVC_PONG, NULL, 0, NULL );
        break;
    case WINEDVC_TERMINATE:
        wire_control( WINEDVC_BYE, NULL, 0, "" );
        exit( 0 );
    default:
        break;
    }
}

static bool is_text( const uint8_t *pdu, size_t size, const char *text )
{
    return size == 2 + strlen( text ) && !memcmp( pdu + 2, text, strlen( text ) );
}

/* The server knows by it that all the host has answered so far is with the addin. */
static void tell_asked( const uint8_t *pdu, size_t size )
{
    struct winedvc_log log = { WINEDVC_LOG_INFO, 0 };
    char text[128];

    if (!is_text( pdu, size, "what is done?" )) return;
    snprintf( text, sizeof(text), "%s: all is answered", channel );
    wire_control( WINEDVC_LOG, &log, sizeof(log), text );
}

static void answer_data( const uint8_t *pdu, size_t size )
{
    if (is_text( pdu, size, "print" )) fprintf( stderr, "words \x1b[31m\n" );
    if (is_text( pdu, size, "die" ))
    {
        fputs( "last words\n", stderr );
        exit( 1 );
    }
    if (is_text( pdu, size, "hang" )) for (;;) pause();
    if (is_text( pdu, size, "chunk" )) wire_send( WINEDVC_STREAM_STATIC, 3, junk, sizeof(struct winedvc_chunk) + 1 );
    if (is_text( pdu, size, "end" ))
    {
        wire_close( pdu[1] );
        return;
    }
    wire_send( WINEDVC_STREAM_DRDYNVC, 0, pdu, size );
    tell_asked( pdu, size );
}

/* All data comes back; the server has to see to the window. */
static void answer( bool tells )
{
    struct winedvc_frame frame;
    const uint8_t *body;

    get_ready();
    for (;;)
    {
        body = wire_read( &frame );
        if (frame.stream == WINEDVC_STREAM_CONTROL) answer_control( frame.flags, body, tells );
        else if (body[0] >> 4 == 5) wire_caps_rsp();
        else if (body[0] >> 4 == 1) wire_create_rsp( body[1], 0 );
        else if (body[0] >> 4 == 2 || body[0] >> 4 == 3) answer_data( body, frame.size );
        else if (body[0] >> 4 == 4) wire_close( body[1] );
    }
}

static void be_echo( void )    { answer( false ); }
static void be_telling( void ) { answer( true ); }

/* Sends as much as its window lets it, in each connection. */
static void be_pourer( void )
{
    struct winedvc_log log = { WINEDVC_LOG_INFO, 0 };
    struct winedvc_frame frame;
    struct winedvc_credit credit;
    const uint8_t *body;
    bool told = true;
    size_t used = 0;
    int id = -1;

    get_ready();
    for (;;)
    {
        for (; id >= 0 && used + 1002 <= 200000; used += 1002) wire_data( id, junk, 1000 );
        if (!told) wire_control( WINEDVC_LOG, &log, sizeof(log), "pourer: the window is full" );
        told = true;
        body = wire_read( &frame );
        if (frame.stream == WINEDVC_STREAM_CONTROL && frame.flags == WINEDVC_CREDIT)
        {
            memcpy( &credit, body, sizeof(credit) );
            used = credit.bytes < used ? used - credit.bytes : 0;
        }
        else if (frame.stream == WINEDVC_STREAM_CONTROL)
        {
            if (frame.flags == WINEDVC_DISCONNECTED)
            {
                id = -1;
                used = 0;
            }
            answer_control( frame.flags, body, false );
        }
        else if (body[0] >> 4 == 1)
        {
            wire_create_rsp( id = body[1], 0 );
            used += 6;
            told = false;
        }
    }
}

/* 62 MiB in messages that each are a PDU, as fast as its window lets it; then it listens on one more name. */
static void be_dripping( void )
{
    unsigned int left = 62 * 1048576 / 1590;
    struct winedvc_credit credit;
    struct winedvc_frame frame;
    const uint8_t *body;
    size_t used = 0;
    int id = -1;

    get_ready();
    for (;;)
    {
        for (; id >= 0 && left && used + 1592 <= WINEDVC_WINDOW; used += 1592)
        {
            wire_data( id, junk, 1590 );
            if (!--left) wire_listen( "Bad::dripped" );
        }
        body = wire_read( &frame );
        if (frame.stream != WINEDVC_STREAM_CONTROL && body[0] >> 4 == 5)
        {
            wire_caps_rsp();
            used += 4;
        }
        else if (frame.stream != WINEDVC_STREAM_CONTROL && body[0] >> 4 == 1)
        {
            wire_create_rsp( id = body[1], 0 );
            used += 6;
        }
        else if (frame.stream == WINEDVC_STREAM_CONTROL && frame.flags == WINEDVC_CREDIT)
        {
            memcpy( &credit, body, sizeof(credit) );
            used = credit.bytes < used ? used - credit.bytes : 0;
        }
    }
}

/* LISTEN and UNLISTEN without end, as fast as the addin takes them: it breaks no rule. */
static void be_tireless( void )
{
    static const struct { struct winedvc_frame frame; struct winedvc_listen listen; char name[4]; } pair[] =
    {
        { { sizeof(struct winedvc_listen) + 4, WINEDVC_STREAM_CONTROL, WINEDVC_LISTEN }, { 1 }, "one" },
        { { sizeof(struct winedvc_listen) + 4, WINEDVC_STREAM_CONTROL, WINEDVC_UNLISTEN }, { 1 }, "one" },
    };
    static uint8_t block[1024 * sizeof(pair)];
    size_t i;

    for (i = 0; i < sizeof(block); i += sizeof(pair)) memcpy( block + i, pair, sizeof(pair) );
    get_opened();
    for (;;) wire_raw( block, sizeof(block) );
}

/* No rule is broken: FreeRDP's names do not count. */
static void be_repeating( void )
{
    unsigned int i;

    wire_hello( WINEDVC_MAJOR, 64 );
    wire_listen( channel );
    for (i = 0; i < 300; i++) wire_listen( "ECHO" );
    wire_control( WINEDVC_READY, NULL, 0, NULL );
    wire_create_rsp( wire_wait_pdu( 1 ), 0 );
    wire_wait_control( WINEDVC_TERMINATE );
    exit( 0 );
}

/* Offers another one's channel over and over, and ends. */
static void be_rival( void )
{
    struct winedvc_listen listen = { 1 };
    unsigned int i;

    get_opened();
    for (i = 0; i < 1000; i++)
    {
        wire_listen( "Bad::echo" );
        wire_control( WINEDVC_UNLISTEN, &listen, sizeof(listen), "Bad::echo" );
    }
    exit( 0 );
}

/* Talks without end, and breaks no other rule. */
static void be_flooder( void )
{
    struct winedvc_listen listen = { 1 };

    get_opened();
    for (;;)
    {
        wire_listen( "Flood" );
        wire_control( WINEDVC_UNLISTEN, &listen, sizeof(listen), "Flood" );
    }
}

/* The same with frames of a later version, which are nothing to this one. */
static void be_babbler( void )
{
    static struct winedvc_frame frames[1000];
    size_t i;

    for (i = 0; i < sizeof(frames) / sizeof(frames[0]); i++)
        frames[i].stream = WINEDVC_STREAM_PICTURE + 1;
    get_opened();
    for (;;) wire_raw( frames, sizeof(frames) );
}

/* Whether what is stillborn has run in this prefix. */
static bool has_run( const char *name )
{
    const char *prefix = getenv( "WINEPREFIX" );
    char path[4096];

    snprintf( path, sizeof(path), "%s/%s", prefix ? prefix : ".", name );
    return !access( path, F_OK );
}

/* While the search is crowded it closes its socket when it is ready, and lives on until that is to begin again, and
 * two seconds more: then the addin has either begun it or not. */
static void be_lingerer( void )
{
    const char *scout = getenv( "WINEDVC_TEST_SCOUT" );

    if (!scout || strcmp( scout, "crowded" )) answer( false );
    get_ready();
    close( STDIN_FILENO );
    while (!has_run( "search" )) usleep( 50000 );
    sleep( 3 );
    exit( 0 );
}

/* Takes no part in the connection: it sends a PDU and ends. */
static void be_barred( void )
{
    get_ready();
    wire_data( 1, junk, 1 );
    exit( 0 );
}

/* The same, but it says so and stays. */
static void be_outside( void )
{
    struct winedvc_log log = { .level = WINEDVC_LOG_INFO };

    get_ready();
    wire_data( 1, junk, 1 );
    wire_control( WINEDVC_LOG, &log, sizeof(log), "outside: sent" );
}

/* Says which limits it has. */
static void be_limited( void )
{
    struct winedvc_log log = { .level = WINEDVC_LOG_INFO };
    struct winedvc_limits limits;
    struct winedvc_frame frame;
    const uint8_t *body;
    char text[128];

    do body = wire_read( &frame );
    while (frame.stream != WINEDVC_STREAM_CONTROL || frame.flags != WINEDVC_LIMITS);
    memcpy( &limits, body, sizeof(limits) );
    get_ready();
    snprintf( text, sizeof(text), "limited: %u, %u, %u, %u", limits.soft, limits.hard, limits.total, limits.threads );
    wire_control( WINEDVC_LOG, &log, sizeof(log), text );
    stay();
}

/* What it sent before its end has to arrive. */
static void be_gone( void )
{
    uint8_t id = get_opened(), first[] = { 2 << 4 | 2 << 2, id, 0x00, 0x20, 0x03, 0x00 }, counting[1024];
    unsigned int i;

    for (i = 0; i < sizeof(counting); i++) counting[i] = i;
    wire_send( WINEDVC_STREAM_DRDYNVC, 0, first, sizeof(first) );
    for (i = 0; i < 0x32000 / sizeof(counting); i++) wire_data( id, counting, sizeof(counting) );
    exit( 0 );
}

/* Ends when the server says so, as often as it lives. */
static void be_mortal( void )
{
    get_ready();
    wire_create_rsp( wire_wait_pdu( 1 ), 0 );
    wire_wait_pdu( 3 );
    exit( 1 );
}

/* All that it has sent was read when the PING comes. */
static bool gets_credit( void )
{
    struct winedvc_frame frame;

    for (;;)
    {
        wire_read( &frame );
        if (frame.stream != WINEDVC_STREAM_CONTROL) continue;
        if (frame.flags == WINEDVC_CREDIT) return true;
        if (frame.flags == WINEDVC_PING) return false;
    }
}

/* No rule is broken: it hears of the end when the next connection has asked it for a channel already, and only
 * then sends what it had for the old one. None of that counts, nor comes back as credit. */
static void be_slow( void )
{
    struct winedvc_connected purged;
    uint8_t id, next;
    unsigned int i;
    bool old;

    get_ready();
    id = wire_wait_pdu( 1 );
    wire_create_rsp( id, 0 );
    purged.epoch = wire_wait_control( WINEDVC_DISCONNECTED );
    next = wire_wait_pdu( 1 );
    wire_create_rsp( id, 0xC0000001 );
    for (i = 0; i < 100; i++) wire_data( id, junk, 1024 );
    old = gets_credit();
    wire_control( WINEDVC_PURGED, &purged, sizeof(purged), NULL );
    wire_create_rsp( next, 0 );
    wire_data( next, wire_wait_control( WINEDVC_CREDIT ) == 6 && !old ? "new" : "old", 3 );
}

static void be_long_control( void )
{
    get_opened();
    wire_send( WINEDVC_STREAM_CONTROL, WINEDVC_LOG, junk, WINEDVC_MAX_CONTROL + 1 );
}

static void be_long_pdu( void )
{
    wire_data( get_opened(), junk, WINEDVC_MAX_PDU - 1 );
}

static void be_garbage( void )
{
    get_opened();
    wire_send( 0x2020, 0x2020, "the log of a careless library", 29 );   /* skipped */
    wire_send( WINEDVC_STREAM_DRDYNVC, 0x2020, "the log of a careless library", 29 );
}

static void be_silent_first( void )
{
    wire_control( WINEDVC_READY, NULL, 0, NULL );
}

static void be_early_pdu( void )
{
    wire_data( 1, junk, 1 );
}

static void be_newer( void )
{
    wire_hello( WINEDVC_MAJOR + 1, 64 );
}

static void be_narrow( void )
{
    wire_hello( WINEDVC_MAJOR, 32 );
}

/* Of the Wine for 32-bit code, and good. */
static void be_half( void )
{
    static const struct { struct winedvc_plugin plugin; char strings[6]; } body = { { 1, WINEDVC_PLUGIN_READY, 0 }, "half\0" };

    be_narrow();
    wire_send( WINEDVC_STREAM_CONTROL, WINEDVC_PLUGIN, &body, sizeof(body.plugin) + sizeof(body.strings) );
    wire_listen( channel );
    wire_control( WINEDVC_READY, NULL, 0, NULL );
}

/* The reason of a failure, and what is said before an answer that never comes, end in what to do, behind 1000 letters. */
static void fill_text( char text[1024], const char *end )
{
    memset( text, 'x', 1000 );
    strcpy( text + 1000, end );
}

static void be_verbose( void )
{
    struct { struct winedvc_plugin plugin; char strings[1025]; } body = { { 1, WINEDVC_PLUGIN_FAILED, 0 }, "" };

    wire_hello( WINEDVC_MAJOR, 64 );
    fill_text( body.strings + 1, ": mend it" );
    wire_send( WINEDVC_STREAM_CONTROL, WINEDVC_PLUGIN, &body, sizeof(body.plugin) + 1 + 1010 );
    wire_control( WINEDVC_READY, NULL, 0, NULL );
}

static void be_drawling( void )
{
    struct winedvc_log log = { WINEDVC_LOG_WARN, 1 };
    char text[1024];

    wire_hello( WINEDVC_MAJOR, 64 );
    fill_text( text, ", it says" );
    wire_control( WINEDVC_LOG, &log, sizeof(log), text );
}

/* Listens on the longest name that there may be, of bytes that are shown as four each. */
static void be_foreign( void )
{
    static const struct { struct winedvc_plugin plugin; char strings[2]; } body = { { 1, WINEDVC_PLUGIN_READY, 0 }, "" };
    char name[261] = "";

    while (strlen( name ) < 260) strcat( name, "\xc3\xa9" );
    wire_hello( WINEDVC_MAJOR, 64 );
    wire_listen( name );
    wire_send( WINEDVC_STREAM_CONTROL, WINEDVC_PLUGIN, &body, sizeof(body.plugin) + 2 );
    wire_control( WINEDVC_READY, NULL, 0, NULL );
}

static void be_scout( void )
{
    static const struct { struct winedvc_addin addin; char strings[8]; } body = { { .bits = 64 }, "a\0b\0c\0" };

    get_opened();
    wire_send( WINEDVC_STREAM_CONTROL, WINEDVC_ADDIN, &body, sizeof(body) );
}

static void be_cut( enum winedvc_control type, size_t size )
{
    get_opened();
    wire_control( type, junk, size, NULL );
}

static void be_cut_hello( void )  { be_cut( WINEDVC_HELLO, sizeof(struct winedvc_hello) - 1 ); }
static void be_cut_plugin( void ) { be_cut( WINEDVC_PLUGIN, sizeof(struct winedvc_plugin) + 1 ); }
static void be_cut_listen( void ) { be_cut( WINEDVC_LISTEN, sizeof(struct winedvc_listen) ); }
static void be_cut_purged( void ) { be_cut( WINEDVC_PURGED, sizeof(struct winedvc_connected) - 1 ); }
static void be_cut_log( void )    { be_cut( WINEDVC_LOG, sizeof(struct winedvc_log) ); }
static void be_cut_stats( void )  { be_cut( WINEDVC_STATS, sizeof(struct winedvc_stats) - 1 ); }
static void be_cut_bye( void )    { be_cut( WINEDVC_BYE, 0 ); }

static void be_nameless( void )
{
    get_opened();
    wire_listen( "" );
}

static void be_unprintable( void )
{
    get_opened();
    wire_listen( "a\nb" );
}

static void be_wordy( void )
{
    char name[262];

    get_opened();
    memset( name, 'a', 261 );
    name[261] = 0;
    wire_listen( name );
}

/* No rule is broken: one name is too many, and the rest goes on. */
static void be_greedy( void )
{
    uint8_t id = get_opened();
    char name[16];
    unsigned int i;

    for (i = 0; i < 256; i++)
    {
        snprintf( name, sizeof(name), "Greedy::%u", i );
        wire_listen( name );
    }
    wire_data( id, "good", 4 );
    wire_wait_pdu( 4 );
    wire_close( id );
}

static void be_forgetful( void )
{
    struct winedvc_listen listen = { 1 };

    get_opened();
    wire_control( WINEDVC_UNLISTEN, &listen, sizeof(listen), "Bad::good" );
}

static void be_empty( void )
{
    get_opened();
    wire_send( WINEDVC_STREAM_DRDYNVC, 0, NULL, 0 );
}

/* As large a message as the server must not show before it is complete, without a look at the credit. */
static void be_eager( void )
{
    uint8_t id = get_opened(), first[] = { 2 << 4 | 2 << 2, id, 0x00, 0x00, 0x00, 0x40 };
    unsigned int i;

    wire_send( WINEDVC_STREAM_DRDYNVC, 0, first, sizeof(first) );
    for (i = 0; i < 65536; i++) wire_data( id, junk, 1024 );
}

static void be_stranger( void )
{
    uint8_t id = get_opened();

    wire_data( id + 1, junk, 1 );   /* another host's, or none */
}

static void be_usurper( void )
{
    wire_create_rsp( get_opened() + 1, 0 );
}

static void be_closer( void )
{
    wire_close( get_opened() + 1 );
}

static void be_hasty( void )
{
    get_ready();
    wire_data( wire_wait_pdu( 1 ), junk, 1 );
}

static void be_double( void )
{
    wire_create_rsp( get_opened(), 0 );
}

static void be_undead( void )
{
    uint8_t id = get_opened();

    wire_close( id );
    wire_data( id, junk, 1 );
}

static void be_server( void )
{
    static const uint8_t soft_sync[] = { 8 << 4, 0, 8, 0, 0, 0, 0, 0, 0, 0 };

    get_opened();
    wire_send( WINEDVC_STREAM_DRDYNVC, 0, soft_sync, sizeof(soft_sync) );
}

/* A client's, but the answer to what the server never asked. */
static void be_moved( void )
{
    static const uint8_t soft_sync[] = { 9 << 4, 0, 1, 0, 0, 0, 1, 0, 0, 0 };

    get_opened();
    wire_send( WINEDVC_STREAM_DRDYNVC, 0, soft_sync, sizeof(soft_sync) );
}

static void be_unknown( void )
{
    get_opened();
    wire_send( WINEDVC_STREAM_DRDYNVC, 0, "\xa0\x01", 2 );
}

static void be_malformed( void )
{
    get_opened();
    wire_send( WINEDVC_STREAM_DRDYNVC, 0, "\x33\x01\x01\x01\x01\x01", 6 );
}

/* All channels that were opened before its own, the first of them being another host's. */
static void be_thief( void )
{
    uint8_t own = get_opened(), id;

    for (id = 1; id < own; id++) wire_data( id, junk, 1 );
}

static void be_silent( void )
{
}

/* Ends before its first word, the first time in this prefix. */
static void be_stillborn( const char *name )
{
    const char *prefix = getenv( "WINEPREFIX" );
    char path[4096];
    int fd;

    snprintf( path, sizeof(path), "%s/%s", prefix ? prefix : ".", name );
    if ((fd = open( path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600 )) >= 0) exit( 0 );
}

static void be_reborn( void )
{
    be_stillborn( "host" );
    be_good();
}

static void be_deaf( void )
{
    static const struct timespec forever = { 1000000, 0 };

    get_opened();
    nanosleep( &forever, NULL );
}

/* No rule is broken: the log is the client's to keep readable. */
static void be_loud( void )
{
    struct winedvc_log log = { WINEDVC_LOG_WARN, 0 };
    unsigned int i;

    get_ready();
    for (i = 0; i < 1000; i++) wire_control( WINEDVC_LOG, &log, sizeof(log), "loud \x1b[31m %s%n \xff line\n[ERROR]" );
    wire_create_rsp( wire_wait_pdu( 1 ), 0 );
}

/* So does what it prints. */
static void be_chatty( void )
{
    unsigned int i;

    get_ready();
    puts( "0024:err:ole:get_stub_manager_from_ipid not found for ipid {00000002-0000-0128-ba80-2dcbd52e2dff}" );
    puts( "chatty \x1b[31m \xff %s%n \xe2\x80\xaetxt.\xe0\x82\x9b\r" );
    for (i = 0; i < 100000; i++) putchar( 'x' );
    puts( "" );
    for (i = 0; i < 1000; i++) puts( "and on" );
    fflush( stdout );
    wire_create_rsp( wire_wait_pdu( 1 ), 0 );
    wire_wait_pdu( 3 );
    fputs( "0024:err:module:import_dll Library lost.dll \x1b not found\n0024:err:winediag:show no display\n", stderr );
    fputs( "last \x1b[31m words\n\n0024:fixme:heap:show nothing\n", stderr );
    fputs( "0024:err:ole:get_stub_manager_from_ipid not found for ipid {00000002-0000-0128-ba80-2dcbd52e2dff}\n", stderr );
    fputs( "0024:err:module:alloc_tls_slot NtQueryInformationThread failed.\n", stderr );
    exit( 1 );
}

/* What Go, Rust and C++ print of a fault that nobody handles. */
static void be_panicking( void )
{
    static const char *const words[] =
    {
        "panic: open config: not found\n\ngoroutine 1 [running]:\nmain.main()\n\tmain.go:7 +0x1d\n",
        "thread 'main' panicked at src/lib.rs:4:5:\nno such card\nnote: run with `RUST_BACKTRACE=1`\n",
        "terminate called after throwing an instance of 'std::runtime_error'\n  what():  no reader\nstack\n",
        "thread '<unnamed>' panicked at 'old form', src/lib.rs:4:5\nstack backtrace:\n",
    };
    const char *number = getenv( "WINEDVC_TEST_WORDS" );

    get_ready();
    wire_create_rsp( wire_wait_pdu( 1 ), 0 );
    wire_wait_pdu( 3 );
    fputs( words[number ? atoi( number ) & 3 : 0], stderr );
    exit( 2 );
}

static const struct { const char *name; void (*be)( void ); } hosts[] =
{
    { "mute", be_mute }, { "asked", be_asked },
    { "good", be_good }, { "gone", be_gone }, { "mortal", be_mortal }, { "slow", be_slow },
    { "long-control", be_long_control }, { "long-pdu", be_long_pdu }, { "garbage", be_garbage }, { "silent-first", be_silent_first },
    { "early-pdu", be_early_pdu }, { "newer", be_newer }, { "narrow", be_narrow }, { "half", be_half }, { "scout", be_scout },
    { "cut-hello", be_cut_hello }, { "cut-plugin", be_cut_plugin }, { "cut-listen", be_cut_listen },
    { "cut-purged", be_cut_purged }, { "cut-log", be_cut_log }, { "cut-stats", be_cut_stats },
    { "cut-bye", be_cut_bye }, { "nameless", be_nameless }, { "unprintable", be_unprintable },
    { "wordy", be_wordy }, { "greedy", be_greedy }, { "forgetful", be_forgetful }, { "empty", be_empty },
    { "eager", be_eager }, { "stranger", be_stranger }, { "hasty", be_hasty }, { "double", be_double },
    { "undead", be_undead }, { "server", be_server }, { "unknown", be_unknown }, { "malformed", be_malformed },
    { "deaf", be_deaf }, { "loud", be_loud }, { "chatty", be_chatty }, { "panicking", be_panicking },
    { "thief", be_thief }, { "silent", be_silent }, { "reborn", be_reborn },
    { "moved", be_moved }, { "usurper", be_usurper }, { "closer", be_closer },
    { "echo", be_echo }, { "telling", be_telling }, { "limited", be_limited },
    { "tireless", be_tireless }, { "verbose", be_verbose }, { "drawling", be_drawling }, { "foreign", be_foreign },
    { "pourer", be_pourer }, { "dripping", be_dripping }, { "flooder", be_flooder }, { "barred", be_barred },
    { "outside", be_outside }, { "lingerer", be_lingerer }, { "repeating", be_repeating }, { "babbler", be_babbler },
    { "rival", be_rival },
};

static int be_host( const char *name )
{
    size_t i, length = strlen( name );

    snprintf( channel, sizeof(channel), "Bad::%s", name );
    while (length && isdigit( (unsigned char)name[length - 1] )) length--;
    for (i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++)
    {
        if (strncmp( hosts[i].name, name, length ) || hosts[i].name[length]) continue;
        hosts[i].be();
        stay();
    }
    return 1;
}

static void report( uint32_t bits, const char *name )
{
    uint8_t body[256] = { 0 };
    struct winedvc_addin addin = { .bits = bits };
    size_t used = sizeof(addin);

    memcpy( body, &addin, sizeof(addin) );
    /* key, entry, file, problem */
    used += snprintf( (char *)body + used, sizeof(body) - used, "%s%c%s%cC:\\%s.dll%c",
                      name, 0, name, 0, name, 0 ) + 1;
    wire_send( WINEDVC_STREAM_CONTROL, WINEDVC_ADDIN, body, used );
}

/* Processes of the client's that are hosts, with this one. */
static unsigned int count_hosts( void )
{
    char path[300], state;
    unsigned int count = 0;
    struct dirent *entry;
    FILE *file;
    int parent;
    DIR *dir;

    if (!(dir = opendir( "/proc" ))) return 0;
    while ((entry = readdir( dir )))
    {
        snprintf( path, sizeof(path), "/proc/%s/stat", entry->d_name );
        if (!isdigit( (unsigned char)*entry->d_name ) || !(file = fopen( path, "r" ))) continue;
        if (fscanf( file, "%*d (badhost) %c %d", &state, &parent ) == 2 && parent == getppid() && state != 'Z') count++;
        fclose( file );
    }
    closedir( dir );
    return count;
}

/* As many as there may be: 63 plug-ins' hosts, the search and one whose process still ends. */
#define MOST_HOSTS 65

/* The first search waits for as many hosts and ends before its first word; the second says whether it has room. */
static void be_crowded( void )
{
    static const struct winedvc_log log = { .level = WINEDVC_LOG_INFO };
    unsigned int i, count;

    for (i = 0; i < 300 && !has_run( "search" ) && count_hosts() < MOST_HOSTS; i++) usleep( 50000 );
    be_stillborn( "search" );
    count = count_hosts();
    wire_hello( WINEDVC_MAJOR, 64 );
    wire_control( WINEDVC_LOG, &log, sizeof(log), count > MOST_HOSTS ? "there are too many hosts" : "there is room" );
}

/* Says so often that it is run by a Wine that is too old. */
static void be_old( unsigned int count )
{
    static const struct winedvc_hello hello = { WINEDVC_MAJOR, WINEDVC_MINOR, 64, 0, 0 };

    while (count--) wire_control( WINEDVC_HELLO, &hello, sizeof(hello), "badhost, wine-7.22 (Test) as Windows 10.0.19041" );
}

static int be_search( const char *bad, char *names )
{
    const char *name;

    if (bad && !strcmp( bad, "silent" )) stay();
    if (bad && !strcmp( bad, "stillborn" )) be_stillborn( "search" );
    if (bad && !strcmp( bad, "dead" )) return 0;
    if (bad && !strcmp( bad, "crowded" )) be_crowded();
    else if (bad && !strcmp( bad, "old" )) be_old( 1 );
    else if (bad && !strcmp( bad, "stammering" )) be_old( 1000 );
    else wire_hello( bad && !strcmp( bad, "newer" ) ? WINEDVC_MAJOR + 1 : WINEDVC_MAJOR, 64 );
    if (bad && !strcmp( bad, "pdu" )) wire_data( 1, junk, 1 );
    if (bad && !strcmp( bad, "listen" )) wire_listen( "Bad::scout" );
    if (bad && !strcmp( bad, "cut" )) wire_control( WINEDVC_ADDIN, junk, sizeof(struct winedvc_addin), "key" );
    if (bad && !strcmp( bad, "bits" )) report( 16, "bits" );
    for (name = strtok( names, " " ); name; name = strtok( NULL, " " )) report( strcmp( name, "half" ) ? 64 : 32, name );
    wire_control( WINEDVC_BYE, NULL, 0, "" );
    return 0;
}

int main( int argc, char **argv )
{
    const char *names = getenv( "WINEDVC_TEST_HOSTS" );

    if (argc >= 3 && !strcmp( argv[2], "scout" ))
        return be_search( getenv( "WINEDVC_TEST_SCOUT" ), strdup( names ? names : "" ) );
    if (argc == 4 && !strcmp( argv[2], "host" )) return be_host( argv[3] );
    return 2;
}
