/*
 * One winedvc.exe: its process and its socket
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
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "descriptor.h"
#include "host.h"

/* Where its output goes: the user's file, or our pipe. */
static int host_open_log( struct host *host, const char *path )
{
    int fd;

    if (!path) return output_open( &host->output );
    if ((fd = open( path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600 )) >= 0) return descriptor_lift( fd );
    log_warn( "the log file %s can not be opened (%s): see WINEDVC_HOST_LOG", path, strerror( errno ) );
    return output_open( &host->output );
}

static char **host_arguments( const struct wine_program *program, char *const *arguments )
{
    size_t count = 0;
    char **argv;

    while (arguments[count]) count++;
    if (!(argv = malloc( (count + 3) * sizeof(*argv) ))) return NULL;
    argv[0] = (char *)program->loader;
    argv[1] = (char *)program->host;
    memcpy( argv + 2, arguments, (count + 1) * sizeof(*argv) );
    return argv;
}

/* Returns 0 or an error number. */
static int host_start( struct host *host, const struct wine_program *program, char *const *arguments )
{
    int log = host_open_log( host, program->settings->host_log ), error;
    char **argv = host_arguments( program, arguments ), **environment = wine_environment( program->settings );

    if (log < 0) error = errno;
    else if (!argv || !environment) error = ENOMEM;
    else error = process_start( &host->process, argv, environment, SOCK_STREAM, log, &host->fd );
    if (log >= 0) close( log );
    free( environment );
    free( argv );
    return error;
}

static void host_greet( struct host *host )
{
    struct winedvc_hello hello =
    {
        .major = WINEDVC_MAJOR,
        .minor = WINEDVC_MINOR,
        .bits = 8 * sizeof(void *),
        .pid = getpid(),
        .window = WINEDVC_WINDOW,
    };

    host_send_control( host, WINEDVC_HELLO, &hello, sizeof(hello) );
}

struct host *host_create( unsigned int number, unsigned int bits, const char *title,
                          const struct wine_program *program, char *const *arguments )
{
    struct host *host = calloc( 1, sizeof(*host) );
    int error;

    if (!host) return NULL;
    host->number = number;
    host->bits = bits;
    host->kill_time = UINT64_MAX;
    host->fd = host->process.fd = host->output.fd = -1;
    packet_queue_init( &host->out );
    packet_queue_init( &host->in );
    host->title = strdup( title );
    if ((error = host->title ? host_start( host, program, arguments ) : ENOMEM))
    {
        host_destroy( host );
        errno = error;
        return NULL;
    }
    host_greet( host );
    return host;
}

bool host_event( struct host *host, enum host_event event )
{
    static const struct { enum host_state from; enum host_event event; enum host_state to; } table[] =
    {
        { HOST_STARTS, EVENT_HELLO, HOST_BEGUN },
        { HOST_STARTS, EVENT_END,   HOST_ENDS },
        { HOST_BEGUN,  EVENT_READY, HOST_READY },
        { HOST_BEGUN,  EVENT_END,   HOST_ENDS },
        { HOST_READY,  EVENT_END,   HOST_ENDS },
    };
    size_t i;

    for (i = 0; i < sizeof(table) / sizeof(table[0]); i++)
    {
        if (table[i].from != host->state || table[i].event != event) continue;
        host->state = table[i].to;
        return true;
    }
    return false;
}

void host_destroy( struct host *host )
{
    packet_queue_clear( &host->out );
    packet_queue_clear( &host->in );
    output_close( &host->output );
    free( host->title );
    free( host->bye );
    free( host );
}

static ssize_t host_write( struct host *host, struct iovec *parts, size_t count )
{
    struct msghdr message = { .msg_iov = parts, .msg_iovlen = count };
    ssize_t sent = sendmsg( host->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL );

    return sent < 0 ? 0 : sent; /* whatever is wrong with the socket is found by its reader */
}

void host_send( struct host *host, uint16_t stream, uint16_t flags, const void *first, size_t first_size,
                const void *second, size_t second_size )
{
    struct winedvc_frame frame = { .size = first_size + second_size, .stream = stream, .flags = flags };
    struct iovec parts[] =
    {
        { &frame, sizeof(frame) }, { (void *)first, first_size }, { (void *)second, second_size },
    };
    size_t sent = 0, total = sizeof(frame) + frame.size;
    struct packet *packet;

    if (host->fd < 0 || host->overrun) return;
    if (!host->out.head) sent = host_write( host, parts, 3 );
    if (sent == total) return;

    if (host->out.bytes + total > HOST_MAX_QUEUE || !(packet = packet_alloc( total )))
    {
        host->overrun = true;
        return;
    }
    memcpy( packet->data, &frame, sizeof(frame) );
    if (first_size) memcpy( packet->data + sizeof(frame), first, first_size );
    if (second_size) memcpy( packet->data + sizeof(frame) + first_size, second, second_size );
    if (!host->out.head) host->out_offset = sent;
    packet_queue_push( &host->out, packet );
}

void host_send_control( struct host *host, enum winedvc_control type, const void *body, size_t size )
{
    host_send( host, WINEDVC_STREAM_CONTROL, type, body, size, NULL, 0 );
}

void host_flush( struct host *host )
{
    while (host->fd >= 0 && host->out.head)
    {
        struct packet *packet = host->out.head;
        struct iovec part = { packet->data + host->out_offset, packet->size - host->out_offset };
        size_t sent = host_write( host, &part, 1 );

        host->out_offset += sent;
        if (sent < part.iov_len) return;
        free( packet_queue_pop( &host->out ) );
        host->out_offset = 0;
    }
}

ssize_t host_receive( struct host *host, void *buffer, size_t size )
{
    ssize_t received;

    do received = recv( host->fd, buffer, size, MSG_DONTWAIT );
    while (received < 0 && errno == EINTR);
    return received;
}

void host_close( struct host *host )
{
    if (host->fd < 0) return;
    close( host->fd );
    host->fd = -1;
    packet_queue_clear( &host->out );
}

void host_kill( struct host *host )
{
    process_kill( &host->process );
}

unsigned int host_drop_pdus( struct host *host )
{
    struct packet *packet;
    unsigned int count = 0;

    host->credit += host->in.bytes;
    for (; (packet = packet_queue_pop( &host->in )); count++) free( packet );
    return count;
}
