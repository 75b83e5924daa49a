/*
 * What the user is told about plug-ins that do not work
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
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host.h"
#include "wine/test.h"

#define NO_CLASS "{3D5C0A1E-4B0F-4C3D-8E21-771A905DC4FE}"

static const struct failure
{
    const char *entry;
    const char *says;
} failures[] =
{
    { "C:\\nothing.dll", "the file does not exist: install the plug-in again, or remove its AddIns key" },
    { "C:\\windows\\win.ini", "it is not 64-bit Windows code: install the plug-in's 64-bit version" },
    { "C:\\windows\\system32\\version.dll",
      "it exports neither VirtualChannelGetInstance nor VirtualChannelEntry: it is no channel plug-in, or its AddIns value "
      "needs its class, as in file.dll:{CLSID}" },
    { "C:\\windows\\system32\\version.dll:" NO_CLASS, "it does not export DllGetClassObject" },
    { NO_CLASS, "no 64-bit DLL is registered for class " NO_CLASS " in this Wine prefix: run the plug-in's installer or "
      "regsvr32 there" },
    { "{" NO_CLASS, "the AddIns value is none of {CLSID}, file.dll and file.dll:{CLSID}" },
    { "failinit.dll", "its Initialize failed with 0x80004005: see its own settings or log" },
};

#define COUNT (sizeof(failures) / sizeof(*failures))

static bool told[COUNT];

static void take_plugin( const struct host *host )
{
    const char *end = (const char *)host->body + host->frame.size, *entry, *says;
    struct winedvc_plugin fixed;

    if (host->frame.size <= sizeof(fixed)) return;
    memcpy( &fixed, host->body, sizeof(fixed) );
    entry = (const char *)host->body + sizeof(fixed);
    says = entry + strlen( entry ) + 1;
    ok( fixed.plugin >= 1 && fixed.plugin <= COUNT && says < end, "there is a plug-in %u, %s\n", fixed.plugin, entry );
    if (fixed.plugin < 1 || fixed.plugin > COUNT || says >= end) return;
    ok( fixed.state == WINEDVC_PLUGIN_FAILED, "%s works\n", entry );
    ok( !strcmp( says, failures[fixed.plugin - 1].says ), "%s: got %s\n", entry, says );
    told[fixed.plugin - 1] = true;
}

/* The sentences are whole: each reason of mstscax.dll's, and what to do. */
static void test_failures( void )
{
    struct winedvc_hello hello = { WINEDVC_MAJOR, WINEDVC_MINOR, 64, 0, WINEDVC_WINDOW };
    const char *arguments[COUNT + 2] = { "host" };
    char program[PATH_MAX], plugin[PATH_MAX];
    unsigned int i;
    struct host host;

    for (i = 0; i < COUNT; i++) arguments[i + 1] = failures[i].entry;
    if (!host_plugin( failures[i - 1].entry, "", plugin )) return;
    arguments[i] = plugin;
    if (!host_program( program ) || !host_run( &host, program, arguments )) return;
    host_send( &host, WINEDVC_HELLO, &hello, sizeof(hello), NULL );
    while (host_receive( &host ) && host.frame.flags != WINEDVC_READY && host.frame.flags != WINEDVC_BYE)
        if (host.frame.flags == WINEDVC_PLUGIN) take_plugin( &host );
    for (i = 0; i < COUNT; i++) ok( told[i], "%s is not told of\n", failures[i].entry );
    host_stop( &host );
}

START_TEST(advice)
{
    test_failures();
}
