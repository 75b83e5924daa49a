/*
 * What sessions show, and what "winedvc status" makes of it
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
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/page.h"
#include "common/session.h"
#include "wine/test.h"

static char runtime[64], directory[128];

static void begin_directory(void)
{
    strcpy( runtime, "/tmp/winedvc-page.XXXXXX" );
    ok( mkdtemp( runtime ) != NULL, "no directory\n" );
    snprintf( directory, sizeof(directory), "%s/winedvc", runtime );
}

static void end_directory(void)
{
    ok( !rmdir( directory ), "something is left in %s\n", directory );
    rmdir( runtime );
}

static bool name_exists( const char *path )
{
    struct stat status;

    return !lstat( path, &status );
}

static struct page *create_page(void)
{
    char variable[128], *environment[] = { variable, NULL };

    snprintf( variable, sizeof(variable), "XDG_RUNTIME_DIR=%s", runtime );
    return page_create( environment, "1.2.3" );
}

/* What winedvc prints, with what it complains of; its exit status. */
static int run_verb( const char *verb, const char *option, char *text, size_t size )
{
    char command[3 * PATH_MAX];
    size_t used;
    FILE *pipe;

    snprintf( command, sizeof(command), "XDG_RUNTIME_DIR='%s' timeout 10 '%s/bin/winedvc' %s %s 2>&1", runtime,
              getenv( "BUILDDIR" ), verb, option );
    if (!(pipe = popen( command, "r" ))) return -1;
    used = fread( text, 1, size - 1, pipe );
    text[used] = 0;
    return WEXITSTATUS( pclose( pipe ) );
}

static int run_status( const char *option, char *text, size_t size )
{
    return run_verb( "status", option, text, size );
}

static void check_says( int line, const char *text, const char *part )
{
    ok_(__FILE__, line)( strstr( text, part ) != NULL, "\"%s\" is not in:\n%s\n", part, text );
}
#define says( text, part ) check_says( __LINE__, text, part )

static void test_file(void)
{
    char path[PATH_MAX], other[PATH_MAX];
    struct page *page, *second;
    struct stat status;

    page = create_page();
    ok( page_path( page, path ), "it has no file\n" );
    ok( !stat( path, &status ) && (status.st_mode & 0777) == 0600, "mode %o\n", status.st_mode );
    ok( (size_t)status.st_blocks * 512 >= sizeof(*page), "its room is not taken\n" );
    ok( !stat( directory, &status ) && (status.st_mode & 0777) == 0700, "mode %o\n", status.st_mode );
    ok( page->version == PAGE_VERSION && page->size == sizeof(*page) && page->pid == (uint32_t)getpid(), "its beginning\n" );
    ok( page->start_time && page->start_time == session_start_time( getpid() ), "its start\n" );
    second = create_page();
    ok( page_path( second, other ) && strcmp( path, other ), "two sessions have one file\n" );
    page_destroy( second );
    page_destroy( page );
    ok( !name_exists( path ) && !name_exists( other ), "the files are left\n" );
}

/* It is there all the same where there is no place for a file, or where others may write. */
static void test_no_file(void)
{
    char *none[] = { NULL }, path[PATH_MAX];
    struct page *page = page_create( none, "1" );

    ok( page && !page_path( page, path ), "it has a file\n" );
    page_add( &page->traffic.dropped, 1 );
    page_destroy( page );

    ok( !chmod( directory, 0777 ), "chmod\n" );
    page = create_page();
    ok( page && !page_path( page, path ), "it has a file where everybody may write\n" );
    page_destroy( page );
    ok( !chmod( directory, 0700 ), "chmod\n" );
}

/* A process that ends without a word of it to us leaves nothing; one that is killed does. */
static void test_end(void)
{
    char text[65536], path[PATH_MAX];
    pid_t pid;
    int i, status;

    for (i = 0; i < 2; i++)
    {
        if (!(pid = fork()))
        {
            create_page();
            if (i) kill( getpid(), SIGKILL );
            exit( 0 );
        }
        waitpid( pid, &status, 0 );
        snprintf( path, sizeof(path), "%s/%d-1.status", directory, (int)pid );
        ok( name_exists( path ) == i, "a process that %s: its page\n", i ? "was killed" : "has ended" );
    }
    ok( !run_status( "", text, sizeof(text) ), "exit status\n" );
    says( text, "has crashed or was killed: what it left is removed" );
    says( text, "No session runs." );
    ok( !name_exists( path ), "it is not removed\n" );
}

/* A page of a process that has another one's number is not of a session. */
static void test_other_start(void)
{
    struct page *page = create_page();
    char text[65536], path[PATH_MAX];

    page_path( page, path );
    page->start_time++;
    ok( !run_status( "", text, sizeof(text) ), "exit status\n" );
    says( text, "has crashed or was killed" );
    ok( !name_exists( path ), "it is not removed\n" );
    page_destroy( page );
}

static void test_shown(void)
{
    struct page *page = create_page();
    struct page_host *host = page->processes.hosts;
    struct page_channel *channel = page->traffic.channels;
    char text[65536];

    page_begin( &page->traffic.sequence );
    page->traffic.connected = 1;
    page->traffic.connect_time = page_now();
    page_set_text( page->traffic.server, PAGE_TEXT, "server.example" );
    channel->state = PAGE_CHANNEL_OPEN;
    channel->id = 7;
    page_set_text( channel->name, PAGE_NAME, "Vendor::Channel" );
    page_end( &page->traffic.sequence );
    page_add( &channel->flows[PAGE_SENT].messages, 123456789 );
    page_add( &channel->flows[PAGE_SENT].bytes, 3 << 20 );
    page_store( &page->traffic.round_trip, 12300 );
    page_begin( &page->processes.sequence );
    host->state = PAGE_HOST_READY;
    host->restarts = 2;
    page_set_text( host->title, PAGE_TITLE, "vendor.dll" );
    page_end( &page->processes.sequence );

    ok( !run_status( "", text, sizeof(text) ), "exit status\n" );
    says( text, " to server.example, for 0 s, round trip 12.3 ms" );
    says( text, "vendor.dll" );
    says( text, "  Vendor::Channel  open   0   0 B    123456789  3.0 MiB" );
    ok( !run_status( "--json", text, sizeof(text) ), "exit status\n" );
    says( text, "\"round_trip\": 0.0123" );
    says( text, "\"messages\": 123456789" );
    says( text, "\"restarts\": 2" );
    page_destroy( page );
}

/* Whatever another process has written there. */
static void test_rubbish(void)
{
    struct page *page = create_page();
    char text[65536];
    size_t i;

    memset( page->client, 0xff, sizeof(*page) - offsetof( struct page, client ) );
    ok( !run_status( "--json", text, sizeof(text) ), "exit status\n" );
    says( text, "\"session\"" );
    page->traffic.sequence = page->processes.sequence = 0;
    page->processes.hosts[0].state = PAGE_HOST_READY;
    memcpy( page->processes.hosts[0].title, "\033[2Jbad\n", 8 );
    page->traffic.channels[0].state = PAGE_CHANNEL_OPEN;
    page->traffic.channels[0].host = 0;
    memcpy( page->traffic.channels[0].name, "\033]0;x\a\xc3\xa9", 9 );
    ok( !run_status( "", text, sizeof(text) ), "exit status\n" );
    says( text, "\\x1b[2Jbad\\x0a" );
    says( text, "\\x1b]0;x\\x07\\xc3\\xa9" );
    for (i = 0; text[i]; i++) if ((unsigned char)text[i] < ' ' && text[i] != '\n') break;
    ok( !text[i], "a byte %#x is printed as it is\n", text[i] );

    page->version++;
    ok( !run_status( "", text, sizeof(text) ), "exit status\n" );
    says( text, "can not be read: its client has another version of winedvc" );
    ok( run_verb( "trace", "--text", text, sizeof(text) ) == 1, "exit status\n" );
    says( text, "can not be recorded: its client has another version of winedvc" );
    page_destroy( page );
}

/* One that is to be recorded has to be called by a whole name. */
static void test_names(void)
{
    static const char *const ends[] = { "abc", "-", "-2", "-1x" };
    struct page *page = create_page();
    char text[65536], option[64];
    size_t i;

    for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
    {
        snprintf( option, sizeof(option), "--text --session %d%s", (int)getpid(), ends[i] );
        ok( run_verb( "trace", option, text, sizeof(text) ) == 1, "%s: exit status\n", option );
        says( text, "there is no session" );
    }
    page_destroy( page );
}

/* Its user can not cut off what the client counts in, by which the client would end. */
static void test_cut(void)
{
    struct page *page = create_page();
    char text[65536], path[PATH_MAX];
    FILE *file;

    page_path( page, path );
    ok( truncate( path, 0 ) && errno == EPERM, "it is cut\n" );
    ok( !(file = fopen( path, "w" )) && errno == EPERM, "it is cut by who opens it\n" );
    if (file) fclose( file );
    page_store( &page->traffic.dropped, 77 );
    ok( !run_status( "--json", text, sizeof(text) ), "exit status\n" );
    says( text, "\"dropped\": 77" );
    page_destroy( page );

    snprintf( path, sizeof(path), "%s/%d-1.status", directory, (int)getpid() );
    ok( (file = fopen( path, "w" )) && fwrite( text, 100, 1, file ) == 1 && !fclose( file ), "no file\n" );
    ok( !run_status( "", text, sizeof(text) ), "exit status\n" );
    says( text, "No session runs." );
    ok( !name_exists( path ), "what is too short for a page is not removed\n" );
}

#define NOBODY 65534

/* Of a process with privileges. Root would see it all the same. Returns false if an ordinary user can not run it. */
static bool run_hidden( char *text, size_t size )
{
    char command[PATH_MAX];
    struct page *page;

    snprintf( command, sizeof(command), "%s/bin/winedvc", getenv( "BUILDDIR" ) );
    if (!geteuid() && (setgroups( 0, NULL ) || setgid( NOBODY ) || setuid( NOBODY ))) return false;
    if (access( command, X_OK ) || prctl( PR_SET_DUMPABLE, 0, 0, 0, 0 )) return false;
    page = create_page();
    run_status( "", text, size / 2 );
    run_verb( "trace", "--text", text + strlen( text ), size / 2 );
    page_destroy( page );
    return true;
}

static void test_hidden(void)
{
    char *text = mmap( NULL, 65536, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0 );
    int status;
    pid_t pid;

    if (!geteuid()) ok( !chown( runtime, NOBODY, NOBODY ) && !chown( directory, NOBODY, NOBODY ), "chown\n" );
    if (!(pid = fork())) _exit( run_hidden( text, 65536 ) ? 0 : 1 );
    waitpid( pid, &status, 0 );
    if (status) skip( "an ordinary user can not run it\n" );
    else
    {
        says( text, "can not be read: its client has privileges" );
        says( text, "can not be recorded: its client has privileges" );
    }
    if (!geteuid()) ok( !chown( runtime, 0, 0 ) && !chown( directory, 0, 0 ), "chown\n" );
    munmap( text, 65536 );
}

/* Who may look at all, as root, leaves alone what is another user's. */
static void test_other_user(void)
{
    struct page *page = create_page();
    char text[65536], path[PATH_MAX];

    page_path( page, path );
    ok( !chown( path, NOBODY, NOBODY ), "chown\n" );
    ok( !run_status( "", text, sizeof(text) ), "exit status\n" );
    ok( !strcmp( text, "No session runs.\n" ), "it says %s\n", text );
    ok( name_exists( path ), "it is removed\n" );
    page_destroy( page );
}

START_TEST(page)
{
    begin_directory();
    test_file();
    test_no_file();
    test_end();
    test_other_start();
    test_shown();
    test_rubbish();
    test_names();
    test_cut();
    test_hidden();
    if (!geteuid()) test_other_user();
    end_directory();
}
