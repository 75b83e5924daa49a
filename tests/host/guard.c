/*
 * What the host makes of a plug-in's faults
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

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host.h"
#include "wine/test.h"

#define CLASS ":{3d5c0a1e-4b0f-4c3d-8e21-771a905dc402}"

/* [MS-RDPEDYC] 2.2 */
enum { CREATE = 1, DATA = 3, CLOSE = 4 };

static bool start( struct host *host, const char *suffix, const char *call, const char *fault )
{
    struct winedvc_hello hello = { WINEDVC_MAJOR, WINEDVC_MINOR, 64, 0, WINEDVC_WINDOW };
    char wish[64];

    snprintf( wish, sizeof(wish), "%s:%s", call, fault );
    setenv( "WINEDVC_TEST_FAULT", wish, 1 );
    if (!host_start( host, "faults.dll", suffix )) return false;
    host_send( host, WINEDVC_HELLO, &hello, sizeof(hello), NULL );
    return host_awaits( host, WINEDVC_READY );
}

/* Opens a channel, asks the plug-in, closes it. false if the host has said goodbye. */
static bool use_channel( struct host *host, char *answer, size_t size )
{
    static const char create[] = "\x10\x01WineDVC::Faults", data[] = "\x30\x01?", close[] = "\x40\x01";

    host_send_pdu( host, create, sizeof(create) );
    if (!host_awaits_pdu( host, CREATE )) return false;
    host_send_pdu( host, data, strlen( data ) );
    if (!host_awaits_pdu( host, DATA )) return false;
    snprintf( answer, size, "%s", (const char *)host->body + 2 );
    host_send_pdu( host, close, strlen( close ) );
    return host_awaits_pdu( host, CLOSE );
}

/* Everything that a plug-in is called for, up to the host's goodbye, which is the last frame then. */
static void run_session( struct host *host, char *answer, size_t size )
{
    struct winedvc_connected connected = { 1 };
    struct winedvc_disconnected disconnected = { 1, 0 };

    host_send( host, WINEDVC_CONNECTED, &connected, sizeof(connected), "server" );
    if (!use_channel( host, answer, size )) return;
    host_send( host, WINEDVC_DISCONNECTED, &disconnected, sizeof(disconnected), NULL );
    if (!host_awaits( host, WINEDVC_PURGED )) return;
    host_send( host, WINEDVC_TERMINATE, NULL, 0, NULL );
    host_awaits( host, WINEDVC_BYE );
}

static bool said_goodbye( const struct host *host )
{
    return !host->ended && host->frame.stream == WINEDVC_STREAM_CONTROL && host->frame.flags == WINEDVC_BYE;
}

/* … in <path of module> at 0x<offset>, … */
static void check_place( const char *text )
{
    const char *at = strstr( text, "\\faults.dll at 0x" );
    unsigned long offset = 0;

    ok( at && sscanf( at, "\\faults.dll at 0x%lx,", &offset ) == 1, "the host said: %s\n", text );
    ok( offset >= 0x1000 && offset < 0x1000000, "the address is %#lx\n", offset );
}

/* The goodbye has what happened; where it happened is checked unless that says it, too. */
static void check_crash( const char *suffix, const char *call, const char *fault, const char *what )
{
    char answer[64] = "";
    struct host host;

    winetest_push_context( "%s:%s", call, fault );
    if (start( &host, suffix, call, fault )) run_session( &host, answer, sizeof(answer) );
    if (said_goodbye( &host ))
    {
        ok( strstr( (char *)host.body, what ) != NULL, "the host said: %s\n", host.body );
        if (!strstr( what, " in " )) check_place( (char *)host.body );
    }
    else ok( 0, "the host said no goodbye\n" );
    host_stop( &host );
    winetest_pop_context();
}

/* An access violation that the plug-in does not handle ends the host, whichever call it is in. */
static void test_crashes(void)
{
    static const char *const calls[] =
    {
        "VirtualChannelGetInstance", "Initialize", "Connected", "OnNewChannelConnection", "OnDataReceived", "OnClose",
        "CallbackRelease", "Disconnected", "Terminated", "Release",
    };
    static const char violation[] = "access violation (0xc0000005)";
    unsigned int i;

    for (i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) check_crash( "", calls[i], "crash", violation );
    check_crash( CLASS, "DllGetClassObject", "crash", violation );
    check_crash( CLASS, "CreateInstance", "crash", violation );
    check_crash( "", "OnDataReceived", "elsewhere", violation );
}

static void test_other_crashes(void)
{
    check_crash( "", "OnDataReceived", "overflow", "stack overflow (0xc00000fd)" );
    check_crash( "", "OnDataReceived", "nowhere", "call of an address where no code is (0xc0000005)" );
    check_crash( "", "OnDataReceived", "thread-nowhere",
                 "call of an address where no code is (0xc0000005) in no module at 0," );
    check_crash( "", "OnDataReceived", "overstated", "access violation (0xc0000005)" );
}

/* Who raises an exception has called a function of Windows' or of the compiler's that does it. */
static void test_raised(void)
{
    static const char raised[] = "exception (0xe0abcdef)";

    check_crash( "", "OnDataReceived", "throw", "C++ exception (0x" );
    check_crash( "", "OnDataReceived", "raise", raised );
    check_crash( "", "Initialize", "raise-elsewhere", raised );
    check_crash( "", "OnDataReceived", "lost", "exception (0xe0abcdef) in " );
}

/* Of faults that a plug-in handles itself nobody hears, and it goes on. */
static void check_handled( const char *suffix )
{
    char answer[64] = "";
    int met = 0, handled = 0;
    struct host host;

    if (start( &host, suffix, "any", "handled" )) run_session( &host, answer, sizeof(answer) );
    ok( said_goodbye( &host ) && !host.body[0], "the host said: %s\n", host.body );
    ok( sscanf( answer, "%d %d", &met, &handled ) == 2, "the plug-in answered: %s\n", answer );
    /* three kinds on two threads in each of five calls or more */
    ok( met >= 30 && handled == met, "of %d faults %d were handled\n", met, handled );
    host_stop( &host );
}

static void test_handled_faults(void)
{
    check_handled( "" );
    check_handled( CLASS );
}

/* A host that has no memory for what it gives the addin says so and ends: it goes on with no hole in a stream. */
static void test_no_memory(void)
{
    static const char create[] = "\x10\x01WineDVC::Faults", data[] = "\x30\x01?";
    struct winedvc_connected connected = { 1 };
    unsigned int i;
    struct host host;

    if (!start( &host, "", "OnDataReceived", "memory" )) return;
    host_send( &host, WINEDVC_CONNECTED, &connected, sizeof(connected), "server" );
    host_send_pdu( &host, create, sizeof(create) );
    ok( host_awaits_pdu( &host, CREATE ), "the channel is not opened\n" );
    for (i = 0; i < 1000; i++) host_send_pdu( &host, data, strlen( data ) ); /* each is answered, and no credit returned */
    ok( host_awaits( &host, WINEDVC_BYE ), "the host goes on\n" );
    ok( strstr( (char *)host.body, "no memory is left" ) != NULL, "the host said: %s\n", host.body );
    host_stop( &host );
}

START_TEST(guard)
{
    test_handled_faults();
    test_crashes();
    test_other_crashes();
    test_raised();
    test_no_memory();
}
