/*
 * What a session shows of itself to the user's command
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
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "log.h"
#include "page.h"
#include "paths.h"
#include "session.h"

#define MOST_NUMBERS 100    /* of one process's sessions */

/* The pages of this process that have a file. */
struct page_file
{
    struct page_file *next;
    struct page      *page;
    int               fd;       /* through which others find it */
    pid_t             pid;      /* a child that this process has forked is no client */
    char              path[];
};

static pthread_mutex_t files_lock = PTHREAD_MUTEX_INITIALIZER;
static struct page_file *files;

uint64_t page_now( void )
{
    struct timespec now;

    clock_gettime( CLOCK_REALTIME, &now );
    return now.tv_sec * (uint64_t)1000000 + now.tv_nsec / 1000;
}

/* The file */

/* The client may end without a word of it to us. */
static void files_exit( void )
{
    struct page_file *file;

    pthread_mutex_lock( &files_lock );
    for (file = files; file; file = file->next)
        if (file->pid == getpid()) unlink( file->path );
    pthread_mutex_unlock( &files_lock );
}

static void files_register_exit( void )
{
    atexit( files_exit );
}

static bool file_keep( struct page *page, int fd, const char *path )
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    struct page_file *file = malloc( sizeof(*file) + strlen( path ) + 1 );

    if (!file) return false;
    file->page = page;
    file->fd = fd;
    file->pid = getpid();
    strcpy( file->path, path );
    pthread_once( &once, files_register_exit );
    pthread_mutex_lock( &files_lock );
    file->next = files;
    files = file;
    pthread_mutex_unlock( &files_lock );
    return true;
}

/* Returns false if the page has none. */
static bool file_remove( struct page *page )
{
    struct page_file **link = &files, *file;

    pthread_mutex_lock( &files_lock );
    while (*link && (*link)->page != page) link = &(*link)->next;
    if ((file = *link))
    {
        *link = file->next;
        unlink( file->path );
        close( file->fd );
    }
    pthread_mutex_unlock( &files_lock );
    free( file );
    return file != NULL;
}

bool page_path( const struct page *page, char path[PATH_MAX] )
{
    const struct page_file *file;
    bool found;

    pthread_mutex_lock( &files_lock );
    for (file = files; file && file->page != page; file = file->next) continue;
    found = file && path_format( path, "%s", file->path );
    pthread_mutex_unlock( &files_lock );
    return found;
}

/* Its room is taken now, and nobody can cut it off: a store into what is no longer there would end the client. -1 with
 * errno. */
static int file_create(void)
{
    int fd = memfd_create( "winedvc-page", MFD_CLOEXEC | MFD_ALLOW_SEALING ), error;

    if (fd < 0) return -1;
    error = posix_fallocate( fd, 0, sizeof(struct page) );
    if (!error && (fchmod( fd, 0600 ) || fcntl( fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW ))) error = errno;
    if (!error) return fd;
    close( fd );
    errno = error;
    return -1;
}

/* Others find it from now on. Returns false with errno. */
static bool file_name( struct page *page, int fd, const char *directory )
{
    char path[PATH_MAX], target[64];
    unsigned int number;

    snprintf( target, sizeof(target), "/proc/%d/fd/%d", (int)getpid(), fd );
    for (number = 1; number <= MOST_NUMBERS; number++)
    {
        errno = ENAMETOOLONG;
        if (!path_format( path, "%s/%d-%u" SESSION_PAGE, directory, (int)getpid(), number )) return false;
        if (!symlink( target, path ))
        {
            if (file_keep( page, fd, path )) return true;
            unlink( path );
            errno = ENOMEM;
            return false;
        }
        if (errno != EEXIST) return false;
    }
    return false;
}

/* The page */

static void page_fill( struct page *page, const char *version )
{
    page->version = PAGE_VERSION;
    page->size = sizeof(*page);
    page->pid = getpid();
    page->start_time = session_start_time( getpid() );
    page->begin_time = page_now();
    session_program( getpid(), page->client, sizeof(page->client) );
    page_set_text( page->winedvc, sizeof(page->winedvc), version );
}

/* NULL with errno. */
static struct page *page_in_file( const char *directory, const char *version )
{
    int fd = file_create(), error;
    struct page *page;

    if (fd < 0) return NULL;
    page = mmap( NULL, sizeof(*page), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0 );
    if (page != MAP_FAILED)
    {
        page_fill( page, version );
        if (file_name( page, fd, directory )) return page;
    }
    error = errno;
    if (page != MAP_FAILED) munmap( page, sizeof(*page) );
    close( fd );
    errno = error;
    return NULL;
}

struct page *page_create( char *const *environment, const char *version )
{
    char directory[PATH_MAX];
    struct page *page = NULL;

    if (!path_sessions( environment, directory ))
        log_debug( "\"winedvc status\" will not show this session: XDG_RUNTIME_DIR is not set" );
    else if (!session_make_directory( directory ) || !(page = page_in_file( directory, version )))
        log_warn( "\"winedvc status\" will not show this session: no file can be made in %s (%s)", directory,
                  log_errno( errno ) );
    if (!page && (page = calloc( 1, sizeof(*page) ))) page_fill( page, version );
    return page;
}

void page_destroy( struct page *page )
{
    if (file_remove( page )) munmap( page, sizeof(*page) );
    else free( page );
}
