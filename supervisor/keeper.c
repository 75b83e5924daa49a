/*
 * The process that ends hosts which outlive the client
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
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "host.h"
#include "keeper.h"
#include "paths.h"
#include "wine.h"

void keeper_init( struct keeper *keeper )
{
    keeper->fd = keeper->process.fd = -1;
    keeper->kill_time = UINT64_MAX;
}

/* In a build directory it is beside the one that this library is in. */
static bool keeper_find( char path[PATH_MAX] )
{
    char self[PATH_MAX];
    Dl_info info;
    char *slash;

    if (dladdr( (void *)keeper_find, &info ) && info.dli_fname && realpath( info.dli_fname, self ) &&
        (slash = strrchr( self, '/' )))
    {
        *slash = 0;
        if (path_format( path, "%s/../../bin/winedvc", self ) && !access( path, X_OK )) return true;
    }
    return path_format( path, "%s/winedvc", WINEDVC_BINDIR ) && !access( path, X_OK );
}

bool keeper_start( struct keeper *keeper, const struct settings *settings, char *problem, size_t size )
{
    char path[PATH_MAX], time[16], *argv[] = { path, (char *)"keep", time, NULL }, **environment;
    int null, error;

    if (!keeper_find( path ))
    {
        snprintf( problem, size, "%s is not there: install winedvc again", path );
        return false;
    }
    snprintf( time, sizeof(time), "%u", HOST_END_MS );
    null = descriptor_lift( open( "/dev/null", O_WRONLY | O_CLOEXEC ) );
    environment = wine_environment( settings );
    if (null < 0) error = errno;
    else if (!environment) error = ENOMEM;
    else error = process_start( &keeper->process, argv, environment, SOCK_SEQPACKET, null, &keeper->fd );
    if (null >= 0) close( null );
    free( environment );
    if (error) snprintf( problem, size, "%s can not be started (%s): install winedvc again", path, log_errno( error ) );
    return !error;
}

bool keeper_add( struct keeper *keeper, const struct process *process )
{
    char byte = 0;
    struct iovec part = { &byte, sizeof(byte) };
    union { struct cmsghdr header; char space[CMSG_SPACE( sizeof(int) )]; } control = { 0 };
    struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control,
                              .msg_controllen = sizeof(control) };

    control.header.cmsg_len = CMSG_LEN( sizeof(int) );
    control.header.cmsg_level = SOL_SOCKET;
    control.header.cmsg_type = SCM_RIGHTS;
    memcpy( CMSG_DATA( &control.header ), &process->fd, sizeof(int) );
    return keeper->fd >= 0 && sendmsg( keeper->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL ) >= 0;
}

void keeper_notify( struct keeper *keeper, const char *title, const char *text )
{
    struct iovec parts[] = { { (void *)title, strlen( title ) + 1 }, { (void *)text, strlen( text ) + 1 } };
    struct msghdr message = { .msg_iov = parts, .msg_iovlen = sizeof(parts) / sizeof(parts[0]) };

    if (keeper->fd >= 0) sendmsg( keeper->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL );
}

void keeper_dismiss( struct keeper *keeper )
{
    if (keeper->fd < 0) return;
    close( keeper->fd );
    keeper->fd = -1;
    keeper->kill_time = clock_ms() + HOST_END_MS;
}

void keeper_reap( struct keeper *keeper )
{
    process_reap( &keeper->process );
    if (keeper->fd >= 0) close( keeper->fd );
    keeper_init( keeper );
}
