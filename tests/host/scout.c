/*
 * What the search reports of plug-ins
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
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host.h"
#include "wine/test.h"

#define CLIENT "HKCU\\Software\\Microsoft\\Terminal Server Client"
#define ADDINS CLIENT "\\Default\\AddIns"
#define ABSENT "{3d5c0a1e-4b0f-4c3d-8e21-771a905dc4ff}"

#define MAX_FINDINGS 16

struct finding
{
    struct winedvc_addin addin;
    char key[WINEDVC_MAX_CONTROL + 1], entry[WINEDVC_MAX_CONTROL + 1];
    char file[WINEDVC_MAX_CONTROL + 1], problem[WINEDVC_MAX_CONTROL + 1];
};

static struct
{
    struct finding all[MAX_FINDINGS];
    unsigned int count;
    char log[WINEDVC_MAX_CONTROL + 1];      /* the last line for the log */
} found;

/* The next of several strings; the frame's body ends with a NUL in any case. */
static void take_string( char *text, size_t size, const char **next, const char *end )
{
    snprintf( text, size, "%s", *next < end ? *next : "" );
    *next += strlen( *next ) + 1;
    if (*next > end) *next = end;
}

static void take_finding( const struct host *host )
{
    const char *next = (const char *)host->body, *end = next + host->frame.size;
    struct finding *finding = &found.all[found.count];

    if (host->frame.size < sizeof(finding->addin) || found.count == MAX_FINDINGS) return;
    found.count++;
    memcpy( &finding->addin, next, sizeof(finding->addin) );
    next += sizeof(finding->addin);
    take_string( finding->key, sizeof(finding->key), &next, end );
    take_string( finding->entry, sizeof(finding->entry), &next, end );
    take_string( finding->file, sizeof(finding->file), &next, end );
    take_string( finding->problem, sizeof(finding->problem), &next, end );
}

/* Searches with these arguments, up to a NULL. */
static void search( const char *first, ... )
{
    struct winedvc_hello hello = { WINEDVC_MAJOR, WINEDVC_MINOR, 64, 0, WINEDVC_WINDOW };
    const char *arguments[HOST_MAX_ARGUMENTS + 1] = { "scout", first };
    char program[PATH_MAX];
    unsigned int count = 1;
    struct host host;
    va_list args;

    va_start( args, first );
    while (arguments[count] && ++count < HOST_MAX_ARGUMENTS) arguments[count] = va_arg( args, const char * );
    va_end( args );

    memset( &found, 0, sizeof(found) );
    if (!host_program( program ) || !host_run( &host, program, arguments )) return;
    host_send( &host, WINEDVC_HELLO, &hello, sizeof(hello), NULL );
    while (host_receive( &host ) && host.frame.flags != WINEDVC_BYE)
    {
        if (host.frame.flags == WINEDVC_ADDIN) take_finding( &host );
        if (host.frame.flags == WINEDVC_LOG && host.frame.size >= sizeof(struct winedvc_log))
            strcpy( found.log, (const char *)host.body + sizeof(struct winedvc_log) );
    }
    ok( !host.ended && !host.body[0], "the search ended before its time\n" );
    host_stop( &host );
}

static const struct finding *find( const char *key )
{
    static const struct finding none;
    unsigned int i;

    for (i = 0; i < found.count; i++)
        if (!strcmp( found.all[i].key, key )) return &found.all[i];
    return &none;
}

/* A plug-in of that key was found, and can be started. */
#define ok_found( key, entry, name ) ok_found_( __LINE__, key, entry, name )
static void ok_found_( int line, const char *key, const char *entry, const char *name )
{
    const struct finding *finding = find( key );
    const char *file = strrchr( finding->file, '\\' );

    ok_(__FILE__, line)( finding->addin.bits == 64 && !finding->problem[0], "%s: %u bits, problem \"%s\"\n", key,
                         finding->addin.bits, finding->problem );
    ok_(__FILE__, line)( !strcmp( finding->entry, entry ), "%s: got entry %s\n", key, finding->entry );
    ok_(__FILE__, line)( file && !strcmp( file + 1, name ), "%s: got file %s\n", key, finding->file );
    ok_(__FILE__, line)( finding->addin.size && finding->addin.time, "%s: the file's state is missing\n", key );
}

/* The DLL that the prefix's file of that name is a link to. */
static void place_file( const char *name, const char *target )
{
    char path[PATH_MAX];

    snprintf( path, sizeof(path), "%s/drive_c/%s", getenv( "WINEPREFIX" ), name );
    unlink( path );
    if (target) ok( !symlink( target, path ), "%s cannot be placed\n", path );
}

/* The headers of a DLL for a processor; of .NET code if it has flags for that. */
static void place_headers( const char *name, uint16_t machine, uint16_t magic, uint32_t clr_flags )
{
    static const uint16_t directory[] = { 64 + 24 + 96 + 14 * 8, 64 + 24 + 112 + 14 * 8 };
    const uint32_t clr[] = { 72, 0x50002, 0, 0, clr_flags }, place[] = { 512, 72 };
    char path[PATH_MAX];
    FILE *file;
    uint8_t headers[2048] =
    {
        [0] = 'M', 'Z', [0x3c] = 64, [64] = 'P', 'E', [68] = machine & 255, machine >> 8, [84] = 240, 0, 2, 0x21,
        [88] = magic & 255, magic >> 8, [88 + 60] = 0, 4,
    };

    if (clr_flags)
    {
        memcpy( headers + directory[magic == 0x20b], place, sizeof(place) );
        memcpy( headers + 512, clr, sizeof(clr) );
    }
    snprintf( path, sizeof(path), "%s/drive_c/%s", getenv( "WINEPREFIX" ), name );
    unlink( path );
    if ((file = fopen( path, "w" )))
    {
        ok( fwrite( headers, sizeof(headers), 1, file ) == 1, "%s cannot be written\n", path );
        fclose( file );
    }
    else ok( 0, "%s cannot be made\n", path );
}

static void set_value( const char *key, const char *name, const char *value )
{
    const char *add[] = { "add", key, "/v", name, "/d", value, "/f", NULL };

    host_run_program( "reg.exe", add );
}

static void delete_key( const char *key )
{
    const char *delete[] = { "delete", key, "/f", NULL };

    host_run_program( "reg.exe", delete );
}

/* documented: HKCU\…\Terminal Server Client\<connection>\AddIns has plug-ins of one connection */
static void test_connection( const char *sample, const char *silent )
{
    set_value( ADDINS "\\everywhere", "Name", silent );
    set_value( CLIENT "\\Office\\AddIns\\here", "Name", sample );

    search( NULL );
    ok( found.count == 1, "got %u plug-ins\n", found.count );
    ok_found( "everywhere", silent, "silent.dll" );

    search( "--connection", "Office", NULL );
    ok( found.count == 2, "got %u plug-ins\n", found.count );
    ok_found( "here", sample, "sample.dll" );
    ok_found( "everywhere", silent, "silent.dll" );

    set_value( CLIENT "\\Office\\Inner\\AddIns\\inner", "Name", sample );
    search( "--connection", "Home", "--connection", "", "--connection", "Office\\Inner", "--connection", "Default",
            NULL );
    ok( found.count == 1, "got %u plug-ins\n", found.count );

    search( "--connection", "Home", "--connection", "office", NULL );
    ok( found.count == 2, "got %u plug-ins\n", found.count );

    /* of two that are the same the connection's counts */
    set_value( ADDINS "\\everywhere", "Name", sample );
    search( "--connection", "Office", NULL );
    ok( found.count == 1, "got %u plug-ins\n", found.count );
    ok_found( "here", sample, "sample.dll" );

    delete_key( CLIENT "\\Office" );
    delete_key( CLIENT "\\Default" );
}

/* ours: plug-ins that nobody has registered */
static void test_values( const char *sample, const char *silent )
{
    char class[PATH_MAX + sizeof(ABSENT)];

    snprintf( class, sizeof(class), "%s:" ABSENT, sample );
    search( "--plugin", sample, "--plugin", class, "--plugin", ABSENT, "--plugin", "C:\\none\\none.dll", "--plugin",
            "{nonsense", NULL );
    ok( found.count == 5, "got %u plug-ins\n", found.count );
    ok_found( "sample.dll", sample, "sample.dll" );
    ok( !strcmp( found.all[1].entry, class ) && found.all[1].addin.bits == 64, "got %s\n", found.all[1].entry );
    ok( strstr( find( ABSENT )->problem, "not registered" ) != NULL, "got %s\n", find( ABSENT )->problem );
    ok( strstr( find( "none.dll" )->problem, "does not exist" ) != NULL, "got %s\n", find( "none.dll" )->problem );
    ok( strstr( find( "{nonsense" )->problem, "is none of" ) != NULL, "got %s\n", find( "{nonsense" )->problem );

    /* one that is registered, too, goes by its key */
    set_value( ADDINS "\\registered", "Name", silent );
    search( "--plugin", silent, "--plugin", sample, NULL );
    ok( found.count == 2, "got %u plug-ins\n", found.count );
    ok_found( "registered", silent, "silent.dll" );
    ok_found( "sample.dll", sample, "sample.dll" );
    delete_key( CLIENT "\\Default" );
}

#define CLASS "{3d5c0a1e-4b0f-4c3d-8e21-771a905dc4f1}"
#define CLASS_KEY "HKLM\\Software\\Classes\\CLSID\\" CLASS
#define SERVER CLASS_KEY "\\InprocServer32"
#define PROGRAM CLASS_KEY "\\LocalServer32"
#define SYSTEM "C:\\windows\\system32\\"

static void set_default( const char *key, const char *view, const char *type, const char *value )
{
    const char *add[] = { "add", key, "/ve", "/t", type, "/d", value, "/f", view, NULL };

    host_run_program( "reg.exe", add );
}

static void set_server( const char *view, const char *type, const char *value )
{
    set_default( SERVER, view, type, value );
}

static void delete_server( const char *view )
{
    const char *delete[] = { "delete", SERVER, "/f", view, NULL };

    host_run_program( "reg.exe", delete );
}

#define ok_class( bits, path ) ok_class_( __LINE__, bits, path )
static void ok_class_( int line, unsigned int bits, const char *path )
{
    const struct finding *finding;

    search( "--plugin", CLASS, NULL );
    finding = find( CLASS );
    ok_(__FILE__, line)( finding->addin.bits == bits, "%u bits, problem \"%s\"\n", finding->addin.bits,
                         finding->problem );
    ok_(__FILE__, line)( !strcasecmp( finding->file, path ), "got %s\n", finding->file );
}

/* documented: LoadLibrary's search, and what is expanded; observed: quotation marks */
static void test_server_names(void)
{
    static const char variable[] = "%SystemRoot%\\system32\\winedvc-test.dll";
    char sample[PATH_MAX];

    snprintf( sample, sizeof(sample), "%s/tests/plugins/x86_64-windows/sample.dll", getenv( "BUILDDIR" ) );
    place_file( "windows/system32/winedvc-test.dll", sample );
    set_server( "/reg:64", "REG_SZ", "winedvc-test.dll" );
    ok_class( 64, SYSTEM "winedvc-test.dll" );
    set_server( "/reg:64", "REG_SZ", "winedvc-test" );
    ok_class( 64, SYSTEM "winedvc-test.dll" );
    set_server( "/reg:64", "REG_SZ", "\"" SYSTEM "winedvc-test.dll\"" );
    ok_class( 64, SYSTEM "winedvc-test.dll" );
    set_server( "/reg:64", "REG_EXPAND_SZ", variable );
    ok_class( 64, SYSTEM "winedvc-test.dll" );
    set_server( "/reg:64", "REG_SZ", "winedvc-none.dll" );
    ok_class( 0, "winedvc-none.dll" );
    delete_server( "/reg:64" );
    place_file( "windows/system32/winedvc-test.dll", NULL );
}

static void place_directory( const char *name, bool make )
{
    char path[PATH_MAX];

    snprintf( path, sizeof(path), "%s/drive_c/%s", getenv( "WINEPREFIX" ), name );
    ok( !(make ? mkdir( path, 0777 ) : rmdir( path )), "the directory %s: %s\n", name, strerror( errno ) );
}

static void ok_program( const char *command, const char *path )
{
    set_default( PROGRAM, "/reg:64", "REG_SZ", command );
    ok_class( path ? 64 : 0, path ? path : command );
}

/* documented: a command without quotation marks is cut at each white space, and a name without an extension gets one;
 * observed: what is no file is gone over */
static void test_directories(void)
{
    static const char *const directories[] = { "Vendor", "Vendor App", "Vendor App/serve" };
    char plugin[PATH_MAX];
    unsigned int i;

    for (i = 0; i < 3; i++) place_directory( directories[i], true );
    snprintf( plugin, sizeof(plugin), "%s/tests/plugins/x86_64-windows/serve.exe", getenv( "BUILDDIR" ) );
    place_file( "Vendor App/serve.exe", plugin );
    ok_program( "C:\\Vendor App\\serve.exe", "C:\\Vendor App\\serve.exe" );
    ok_program( "C:\\Vendor App\\serve.exe -one two", "C:\\Vendor App\\serve.exe" );
    ok_program( "C:\\Vendor App\\serve.exe\t-one", "C:\\Vendor App\\serve.exe" );
    ok_program( "C:\\Vendor App\\serve -one", "C:\\Vendor App\\serve.exe" );
    ok_program( "\"C:\\Vendor App\\serve\" -one", "C:\\Vendor App\\serve.exe" );
    ok_program( "C:\\Vendor none.exe", NULL );
    delete_key( CLASS_KEY );
    place_file( "Vendor App/serve.exe", NULL );

    snprintf( plugin, sizeof(plugin), "%s/tests/plugins/x86_64-windows/sample.dll", getenv( "BUILDDIR" ) );
    place_file( "Vendor App/serve.dll", plugin );
    set_server( "/reg:64", "REG_SZ", "C:\\Vendor App\\serve" );
    ok_class( 64, "C:\\Vendor App\\serve.dll" );
    set_server( "/reg:64", "REG_SZ", "C:\\Vendor" );
    ok_class( 0, "C:\\Vendor" );
    delete_server( "/reg:64" );
    place_file( "Vendor App/serve.dll", NULL );
    while (i--) place_directory( directories[i], false );
}

/* documented: what a program of 32 bits knows as system32 is syswow64 */
static void test_other_bits(void)
{
    place_headers( "windows/syswow64/winedvc-test.dll", 0x14c, 0x10b, 0 );
    set_server( "/reg:32", "REG_SZ", SYSTEM "winedvc-test.dll" );
    ok_class( 32, "C:\\windows\\syswow64\\winedvc-test.dll" );
    set_server( "/reg:32", "REG_SZ", "winedvc-test.dll" );
    ok_class( 32, "C:\\windows\\syswow64\\winedvc-test.dll" );

    search( "--plugin", SYSTEM "winedvc-test.dll", NULL );
    ok( find( "winedvc-test.dll" )->addin.bits == 32, "%u bits\n", find( "winedvc-test.dll" )->addin.bits );
    search( "--plugin", "winedvc-test.dll", NULL );
    ok( find( "winedvc-test.dll" )->addin.bits == 32, "%u bits\n", find( "winedvc-test.dll" )->addin.bits );
    ok( !found.log[0], "a line: %s\n", found.log );

    /* ours: of two the one is used that any Wine can run, and a line says so */
    place_headers( "windows/system32/winedvc-test.dll", 0x8664, 0x20b, 0 );
    set_server( "/reg:64", "REG_SZ", "winedvc-test.dll" );
    ok_class( 64, SYSTEM "winedvc-test.dll" );
    ok( strstr( found.log, CLASS " is there twice" ) && strstr( found.log, "syswow64\\winedvc-test.dll: the first" ),
        "got the line %s\n", found.log );
    delete_server( "/reg:64" );
    delete_server( "/reg:32" );
    place_file( "windows/system32/winedvc-test.dll", NULL );
    place_file( "windows/syswow64/winedvc-test.dll", NULL );
}

static void check_headers( unsigned int bits, const char *problem )
{
    const struct finding *finding;

    search( "--plugin", "C:\\winedvc-test.dll", NULL );
    finding = find( "winedvc-test.dll" );
    ok( finding->addin.bits == bits, "%u bits\n", finding->addin.bits );
    ok( problem ? strstr( finding->problem, problem ) != NULL : !finding->problem[0], "got %s\n", finding->problem );
}

static void test_processors(void)
{
    char text[PATH_MAX];
    bool narrow;

    place_headers( "winedvc-test.dll", 0xaa64, 0x20b, 0 );
    check_headers( 0, "ARM64" );
    place_headers( "winedvc-test.dll", 0x1c4, 0x10b, 0 );
    check_headers( 0, "code for ARM processors" );
    place_headers( "winedvc-test.dll", 0x14c, 0x10b, 0 );
    check_headers( 32, NULL );
    /* .NET code that says i386, and means it, or any */
    place_headers( "winedvc-test.dll", 0x14c, 0x10b, 3 );
    snprintf( text, sizeof(text), "%s/drive_c/windows/syswow64/ntdll.dll", getenv( "WINEPREFIX" ) );
    if ((narrow = access( text, F_OK ))) /* the prefix is one of 64 bits alone */
    {
        check_headers( 0, ".NET code for 32-bit processes only" );
        place_headers( "windows/syswow64/ntdll.dll", 0x14c, 0x10b, 0 );
    }
    check_headers( 32, NULL );
    if (narrow) place_file( "windows/syswow64/ntdll.dll", NULL );
    place_headers( "winedvc-test.dll", 0x14c, 0x10b, 1 );
    check_headers( 64, NULL );
    snprintf( text, sizeof(text), "%s/README.md", getenv( "SRCDIR" ) );
    place_file( "winedvc-test.dll", text );
    check_headers( 0, "is not Windows code" );
    place_file( "winedvc-test.dll", NULL );
}

START_TEST(scout)
{
    char sample[PATH_MAX], silent[PATH_MAX];

    if (!host_plugin( "sample.dll", "", sample ) || !host_plugin( "silent.dll", "", silent )) return;
    test_connection( sample, silent );
    test_values( sample, silent );
    test_server_names();
    test_directories();
    test_other_bits();
    test_processors();
}
