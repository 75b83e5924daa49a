/*
 * What one session needs beside the client's process
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

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "conf.h"
#include "frames.h"
#include "keeper.h"
#include "paths.h"
#include "plugins.h"
#include "record.h"
#include "sessionframes.h"
#include "settings.h"

/* Strings end with NULL. What does not fit is left out. */
static void client_send( enum session_frame type, const void *fixed, size_t fixed_size, const char *const *strings )
{
    struct { struct winedvc_frame frame; char body[WINEDVC_MAX_CONTROL]; } message;
    size_t used = fixed_size, size;

    if (fixed_size) memcpy( message.body, fixed, fixed_size );
    for (; strings && *strings; strings++, used += size)
    {
        size = strlen( *strings ) + 1;
        if (size > sizeof(message.body) - used) return;
        memcpy( message.body + used, *strings, size );
    }
    message.frame = (struct winedvc_frame){ used, WINEDVC_STREAM_CONTROL, type };
    while (send( STDIN_FILENO, &message, sizeof(message.frame) + used, MSG_NOSIGNAL ) < 0 && errno == EINTR) continue;
}

static void send_value( void *context, const char *file, unsigned int line, const char *section, const char *key,
                        const char *value )
{
    struct session_place place = { *(enum settings_source *)context, line };
    const char *const strings[] = { file, section, key, value, NULL };

    client_send( SESSION_VALUE, &place, sizeof(place), strings );
}

static void send_mistake( void *context, const char *file, unsigned int line, const char *text )
{
    struct session_place place = { *(enum settings_source *)context, line };
    const char *const strings[] = { file, text, NULL };

    client_send( SESSION_MISTAKE, &place, sizeof(place), strings );
}

static void send_configuration(void)
{
    enum settings_source source = SETTINGS_SYSTEM;
    const struct conf_reader reader = { &source, send_value, send_mistake };
    char path[PATH_MAX];

    if (path_system_conf( path )) conf_read( path, &reader );
    source = SETTINGS_USER;
    if (path_user_conf( path )) conf_read( path, &reader );
    client_send( SESSION_CONFIGURED, NULL, 0, NULL );
}

/* The record */

static struct plugin_list plugins; /* that the addin wants to be stored */

static bool record_owner( struct record_owner *owner, const uint8_t *body, size_t size )
{
    return (owner->prefix = frame_string( &body, &size )) && (owner->wine = frame_string( &body, &size ));
}

static void send_plugin( const struct plugin *plugin )
{
    struct session_plugin fixed = { plugin->bits, plugin->known, plugin->size, plugin->time };
    const char *strings[] = { plugin->key, plugin->entry, plugin->file, NULL };
    size_t i;

    client_send( SESSION_PLUGIN, &fixed, sizeof(fixed), strings );
    strings[1] = NULL;
    for (i = 0; i < plugin->names.count; i++)
    {
        strings[0] = plugin->names.names[i];
        client_send( SESSION_NAMES, NULL, 0, strings );
    }
}

static void read_load( const uint8_t *body, size_t size )
{
    struct plugin_list list = { NULL, 0 };
    struct session_loaded loaded = { 0 };
    char problem[PATH_MAX + 256] = "";
    const char *const strings[] = { problem, NULL };
    struct record_owner owner;
    struct plugin *plugin;

    if (record_owner( &owner, body, size )) loaded.found = record_load( &owner, &list, problem, sizeof(problem) );
    for (plugin = list.first; plugin; plugin = plugin->next) send_plugin( plugin );
    client_send( SESSION_LOADED, &loaded, sizeof(loaded), strings );
    plugin_list_clear( &list );
}

static void read_store( const uint8_t *body, size_t size )
{
    char problem[PATH_MAX + 256];
    const char *const strings[] = { problem, NULL };
    struct record_owner owner;

    if (record_owner( &owner, body, size ) && !record_save( &owner, &plugins, problem, sizeof(problem) ))
        client_send( SESSION_TROUBLE, NULL, 0, strings );
    plugin_list_clear( &plugins );
}

static void read_plugin( const uint8_t *body, size_t size )
{
    const char *key, *entry, *file;
    struct session_plugin fixed;
    struct plugin *plugin;

    if (!frame_take( &fixed, sizeof(fixed), &body, &size ) || !(key = frame_string( &body, &size )) ||
        !(entry = frame_string( &body, &size )) || !(file = frame_string( &body, &size ))) return;
    if (!(plugin = plugin_list_add( &plugins, fixed.bits, key, entry, file ))) return;
    plugin->known = fixed.known;
    plugin->size = fixed.size;
    plugin->time = fixed.time;
}

static void read_names( const uint8_t *body, size_t size )
{
    struct plugin *plugin = plugins.first;
    const char *name;

    if (!plugin) return;
    while (plugin->next) plugin = plugin->next;
    while ((name = frame_string( &body, &size ))) name_list_add( &plugin->names, name );
}

/* Hosts */

static struct keeper keeper;
static uint32_t end_ms;

static void read_host( const uint8_t *body, size_t size, int process )
{
    struct session_host host;

    if (process < 0 || !frame_take( &host, sizeof(host), &body, &size ) || host.end_ms > INT32_MAX) return;
    end_ms = host.end_ms;
    if ((process = fcntl( process, F_DUPFD_CLOEXEC, 0 )) >= 0) keeper_add( &keeper, process );
}

/* The descriptor that a message carries, -1 if it has none. */
static int message_descriptor( struct msghdr *message )
{
    struct cmsghdr *header = CMSG_FIRSTHDR( message );
    int fd = -1;

    if (header && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS)
        memcpy( &fd, CMSG_DATA( header ), sizeof(fd) );
    return fd;
}

/* Returns false at the end of the socket. */
static bool client_read(void)
{
    struct { struct winedvc_frame frame; uint8_t body[WINEDVC_MAX_CONTROL]; } message;
    union { struct cmsghdr header; char space[CMSG_SPACE( sizeof(int) )]; } control;
    struct iovec part = { &message, sizeof(message) };
    struct msghdr header = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control,
                             .msg_controllen = sizeof(control) };
    ssize_t size;
    int fd;

    do size = recvmsg( STDIN_FILENO, &header, MSG_CMSG_CLOEXEC );
    while (size < 0 && errno == EINTR);
    if (size < (ssize_t)sizeof(message.frame)) return false;
    size -= sizeof(message.frame);
    fd = message_descriptor( &header );
    switch (message.frame.flags)
    {
    case SESSION_LOAD:
        read_load( message.body, size );
        break;
    case SESSION_PLUGIN:
        read_plugin( message.body, size );
        break;
    case SESSION_NAMES:
        read_names( message.body, size );
        break;
    case SESSION_STORE:
        read_store( message.body, size );
        break;
    case SESSION_HOST:
        read_host( message.body, size, fd );
        break;
    }
    if (fd >= 0) close( fd );
    return true;
}

int main( int argc, char **argv )
{
    if (argc != 2 || strcmp( argv[1], WINEDVC_VERSION ))
    {
        fputs( "winedvc-session " WINEDVC_VERSION " is started by the FreeRDP addin of that version "
               "(xfreerdp /vc:winedvc), with a socket as standard input\n", stderr );
        return 2;
    }
    signal( SIGPIPE, SIG_IGN );
    send_configuration();
    while (!keeper_wait( &keeper, STDIN_FILENO, -1 ) || client_read()) continue;
    close( STDIN_FILENO );
    keeper_end( &keeper, end_ms );
    return 0;
}
