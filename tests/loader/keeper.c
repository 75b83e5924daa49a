/*
 * The process that ends hosts which outlive the client: without it, and when it does not end
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
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hosts.h"
#include "server.h"
#include "witness.h"
#include "wine/test.h"

/* Is it a child of ours that was started as "winedvc keep"? */
static bool is_keeper( int pid )
{
    char path[64], text[4096] = "", *end;
    int parent = 0;
    size_t size;
    FILE *file;

    snprintf( path, sizeof(path), "/proc/%d/stat", pid );
    if (!(file = fopen( path, "r" ))) return false;
    if (fgets( text, sizeof(text), file ) && (end = strrchr( text, ')' ))) sscanf( end + 1, " %*c %d", &parent );
    fclose( file );
    if (parent != getpid()) return false;
    snprintf( path, sizeof(path), "/proc/%d/cmdline", pid );
    if (!(file = fopen( path, "r" ))) return false;
    size = fread( text, 1, sizeof(text), file );
    fclose( file );
    return memmem( text, size, "/winedvc\0keep", sizeof("/winedvc\0keep") ) != NULL;
}

static pid_t find_keeper( void )
{
    DIR *directory = opendir( "/proc" );
    struct dirent *entry;
    pid_t pid = 0;

    while (directory && !pid && (entry = readdir( directory )))
        if (is_keeper( atoi( entry->d_name ) )) pid = atoi( entry->d_name );
    if (directory) closedir( directory );
    ok( pid > 0, "There is no such process.\n" );
    return pid > 0 ? pid : getpid();
}

/* Its loss is told, and costs nothing else. */
static void test_lost( void )
{
    struct client *client = client_create();
    struct witness_counts counts = witness_get_counts();

    client_begin( client );
    server_open( client, 1, ECHO_CHANNEL );
    kill( find_keeper(), SIGKILL );
    witness_wait( "winedvc keep has ended", 1 );
    server_echo( client, 1 );
    client_end( client );
    witness_wait_counts( counts );
    client_destroy( client );
}

/* It is ended, and no zombie and no descriptor is left of it. */
static void test_stopped( void )
{
    struct client *client = client_create();
    struct witness_counts counts = witness_get_counts();
    pid_t pid;

    client_begin( client );
    server_open( client, 1, ECHO_CHANNEL );
    server_echo( client, 1 );
    kill( pid = find_keeper(), SIGSTOP );
    client_end( client );
    witness_wait_counts( counts );
    ok( waitpid( pid, NULL, WNOHANG ) == -1 && errno == ECHILD, "It is still there.\n" );
    client_destroy( client );
}

START_TEST( keeper )
{
    hosts_set( "echo" );
    witness_log();
    test_lost();
    test_stopped();
}
