/*
 * The sessions of this user on this machine
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

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "paths.h"
#include "session.h"
#include "sessions.h"
#include "terminal.h"

/* A page that is written to is copied so often, so many microseconds apart. */
#define MOST_COPIES 20
#define COPY_PAUSE  200

extern char **environ;

bool sessions_directory( char path[PATH_MAX] )
{
    if (path_sessions( environ, path )) return true;
    complain( "XDG_RUNTIME_DIR is not set, so no session can be found: set it to what it is for the client, mostly "
              "/run/user/%u", (unsigned int)getuid() );
    return false;
}

static bool session_path( const char *directory, const struct session *session, char path[PATH_MAX] )
{
    return path_format( path, "%s/%d-%u" SESSION_PAGE, directory, session->pid, session->number );
}

/* Copies */

static bool copy_once( int fd, struct page *page )
{
    return pread( fd, page, sizeof(*page), 0 ) == sizeof(*page);
}

/* Does each part belong together? */
static bool copy_is_whole( int fd, const struct page *page )
{
    uint32_t traffic, processes;

    return pread( fd, &traffic, sizeof(traffic), offsetof( struct page, traffic.sequence ) ) == sizeof(traffic) &&
           pread( fd, &processes, sizeof(processes), offsetof( struct page, processes.sequence ) ) == sizeof(processes) &&
           !(traffic & 1) && !(processes & 1) &&
           traffic == page->traffic.sequence && processes == page->processes.sequence;
}

static void end_text( char *text, size_t size )
{
    text[size - 1] = 0;
}

/* Whatever was in it. */
static void page_tame( struct page *page )
{
    unsigned int i;

    end_text( page->client, sizeof(page->client) );
    end_text( page->winedvc, sizeof(page->winedvc) );
    end_text( page->traffic.server, sizeof(page->traffic.server) );
    end_text( page->processes.error, sizeof(page->processes.error) );
    for (i = 0; i < PAGE_HOSTS; i++)
    {
        end_text( page->processes.hosts[i].title, PAGE_TITLE );
        end_text( page->processes.hosts[i].error, PAGE_TEXT );
        if (page->processes.hosts[i].state > PAGE_HOST_AGAIN) page->processes.hosts[i].state = PAGE_HOST_FREE;
    }
    for (i = 0; i < PAGE_CHANNELS; i++)
    {
        end_text( page->traffic.channels[i].name, PAGE_NAME );
        if (page->traffic.channels[i].state > PAGE_CHANNEL_CLOSED || page->traffic.channels[i].host >= PAGE_HOSTS)
            page->traffic.channels[i].state = PAGE_CHANNEL_FREE;
    }
}

/* Returns false if it is no page. */
static bool session_copy( int fd, struct session *session )
{
    const struct timespec pause = { 0, COPY_PAUSE * 1000 };
    unsigned int copies = 0;

    session->torn = false;
    if (!copy_once( fd, &session->page )) return false;
    while (!copy_is_whole( fd, &session->page ))
    {
        if ((session->torn = ++copies == MOST_COPIES)) break;
        nanosleep( &pause, NULL );
        if (!copy_once( fd, &session->page )) return false;
    }
    page_tame( &session->page );
    return true;
}

/* One page */

/* The page that its name leads to: -1 with errno, which is ENOENT if there is none, and EPERM if it is another user's. */
static int session_open( const char *path )
{
    struct stat status;
    int fd = open( path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK );

    if (fd < 0 || (!fstat( fd, &status ) && S_ISREG( status.st_mode ) && status.st_uid == geteuid())) return fd;
    close( fd );
    errno = S_ISREG( status.st_mode ) ? EPERM : ENOENT;
    return -1;
}

/* Copies it, if there is one, and says what it is. */
static enum session_state session_look( int fd, struct session *session )
{
    const struct page *page = &session->page;
    uint64_t start_time = session_start_time( session->pid );

    if (fd < 0 || !session_copy( fd, session ) || !start_time || !page->version) return SESSION_GONE;
    if (page->version != PAGE_VERSION || page->size != sizeof(*page)) return SESSION_STRANGE;
    return page->start_time == start_time ? SESSION_LIVE : SESSION_GONE;
}

/* Returns false if it is not there any more. */
static bool session_read( const char *directory, struct session *session )
{
    char path[PATH_MAX];
    struct stat status;
    int fd;

    if (!session_path( directory, session, path )) return false;
    fd = session_open( path );
    if (fd < 0 && errno == EACCES && !kill( session->pid, 0 ))
    {
        session->state = SESSION_HIDDEN;
        return true;
    }
    if (fd < 0 && errno != ENOENT && errno != ENXIO) return false;
    session->state = session_look( fd, session );
    if (fd >= 0) close( fd );
    return session->state != SESSION_GONE || !lstat( path, &status ); /* or it has ended meanwhile */
}

void session_remove( const char *directory, const struct session *session )
{
    char path[PATH_MAX];

    if (session_path( directory, session, path )) unlink( path );
}

/* All */

static bool parse_name( const char *name, struct session *session )
{
    int end = 0;

    return *name >= '1' && *name <= '9' &&
           sscanf( name, "%9d-%9u" SESSION_PAGE "%n", &session->pid, &session->number, &end ) == 2 && end && !name[end];
}

/* The oldest comes first; one whose age is not known comes last. */
static uint64_t session_age( const struct session *session )
{
    return session->state == SESSION_STRANGE || session->state == SESSION_HIDDEN ? UINT64_MAX : session->page.begin_time;
}

static void sessions_add( struct session **sessions, struct session *session )
{
    while (*sessions && session_age( *sessions ) <= session_age( session )) sessions = &(*sessions)->next;
    session->next = *sessions;
    *sessions = session;
}

bool sessions_read( const char *directory, struct session **sessions )
{
    DIR *dir = opendir( directory );
    struct session *session;
    struct dirent *entry;

    *sessions = NULL;
    if (!dir && errno == ENOENT) return true;
    if (!dir)
    {
        complain( "the sessions in %s can not be read (%s): is it this user's directory?", directory, strerror( errno ) );
        return false;
    }
    while ((entry = readdir( dir )) && (session = calloc( 1, sizeof(*session) )))
    {
        if (parse_name( entry->d_name, session ) && session_read( directory, session ))
            sessions_add( sessions, session );
        else free( session );
    }
    closedir( dir );
    return true;
}

void sessions_clear( struct session **sessions )
{
    struct session *session;

    while ((session = *sessions))
    {
        *sessions = session->next;
        free( session );
    }
}
