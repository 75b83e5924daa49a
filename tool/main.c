/*
 * The user's command
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

#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "clients.h"
#include "options.h"
#include "terminal.h"
#include "verbs.h"
#include "wine.h"

static const struct verb *const verbs[] =
{
    &verb_add, &verb_remove, &verb_enable, &verb_disable, &verb_list, &verb_doctor, &verb_run,
    &verb_try, &verb_status, &verb_trace,
};

#define VERBS (sizeof(verbs) / sizeof(verbs[0]))

static void print_usage( FILE *stream )
{
    size_t i;

    fprintf( stream, "Usage: winedvc VERB [OPTION]... [ARGUMENT]...\n"
             "Windows RDP plug-ins on Linux: what the FreeRDP addin of this name runs.\n\n" );
    for (i = 0; i < VERBS; i++) fprintf( stream, "  %-10s %s\n", verbs[i]->name, verbs[i]->help );
    fprintf( stream, "\n  --version  prints the version\n  --help     prints this; behind a verb, the verb's own\n"
             "\nA client is told of the addin by its own argument: xfreerdp /v:SERVER /vc:winedvc\n" );
}

/* Of each part; that of Wine doctor tells, which runs it. */
static void print_versions( void )
{
    char path[PATH_MAX], version[64], problem[2048];
    unsigned int major, bits;

    puts( "winedvc " WINEDVC_VERSION );
    for (major = 2; major <= 3; major++)
        if (client_own_addin( major, path ))
            printf( "addin for FreeRDP %u: %s (%s)\n", major,
                    client_addin_version( path, version, sizeof(version) ) ? version : "not winedvc's", path );
    for (bits = 32; bits <= 64; bits += 32)
        if (wine_find_host( bits, path, problem, sizeof(problem) ))
            printf( "winedvc.exe for %u-bit plug-ins: %s (%s)\n", bits,
                    file_version( path, "winedvc.exe ", version, sizeof(version) ) ? version : "not winedvc's", path );
}

static int run_verb( const struct verb *verb, int argc, char **argv )
{
    struct arguments arguments;
    int status;

    switch (options_parse( verb, argc, argv, &arguments ))
    {
    case OPTIONS_HELP:  status = STATUS_OK; break;
    case OPTIONS_WRONG: status = STATUS_USAGE; break;
    default:            status = verb->run( &arguments );
    }
    name_list_clear( &arguments.repeated );
    return status;
}

/* What is opened later would get the number of one that is closed, and what is printed. To write to these fails. */
static void fill_standard( void )
{
    int fd;

    while ((fd = open( "/dev/null", O_RDONLY )) >= 0 && fd <= STDERR_FILENO) continue;
    if (fd >= 0) close( fd );
}

static int run( int argc, char **argv )
{
    size_t i;

    if (argc == 2 && !strcmp( argv[1], "--version" ))
    {
        print_versions();
        return STATUS_OK;
    }
    if (argc == 2 && !strcmp( argv[1], "--help" ))
    {
        print_usage( stdout );
        return STATUS_OK;
    }
    for (i = 0; argc > 1 && i < VERBS; i++)
        if (!strcmp( argv[1], verbs[i]->name )) return run_verb( verbs[i], argc - 1, argv + 1 );
    if (argc > 1) complain( "there is no verb \"%s\": see \"winedvc --help\"", argv[1] );
    else print_usage( stderr );
    return STATUS_USAGE;
}

int main( int argc, char **argv )
{
    int status;

    fill_standard();
    if (argc == 3 && !strcmp( argv[1], "keep" )) return keep( argv[2] );
    setlocale( LC_CTYPE, "" );
    status = run( argc, argv );
    if (!fflush( stdout ) && !ferror( stdout )) return status;
    complain( "not all of it could be printed: is there room, and does somebody read it?" );
    return status ? status : STATUS_FAILED;
}
