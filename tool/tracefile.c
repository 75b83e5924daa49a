/*
 * The PDUs of a session's trace, from its file
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

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lines.h"
#include "tracefile.h"

#define BLOCK_SECTION    0x0a0d0d0a
#define BLOCK_PACKET     6
#define BYTE_ORDER_MAGIC 0x1a2b3c4d
#define MAX_BLOCK        1048576

#define IP_HEADER        20
#define TCP_HEADER       20
#define TCP_SYN          0x02
#define PORT_RDP         3389
#define CHUNK_HEADER     8
#define CHUNK_FIRST      1
#define CHUNK_LAST       2

/* A message of several chunks. */
struct message
{
    bool    begun;
    size_t  size;
    uint8_t data[CAPTURE_MAX_MESSAGE];
};

struct trace_file
{
    FILE          *stream;
    bool           text;
    unsigned int   connection;
    const char    *problem;
    struct message messages[2]; /* by sender */
    uint8_t        block[MAX_BLOCK];    /* or a line of a text */
};

struct trace_file *trace_file_open( const char *path, char *problem, size_t size )
{
    struct trace_file *file = calloc( 1, sizeof(*file) );
    uint32_t head[3] = { 0 };
    size_t count;

    if (!file || !(file->stream = fopen( path, "rbe" )))
    {
        snprintf( problem, size, "%s can not be read (%s)", path, file ? strerror( errno ) : "no memory is left" );
        free( file );
        return NULL;
    }
    count = fread( head, 1, sizeof(head), file->stream );
    rewind( file->stream );
    if (count == sizeof(head) && head[0] == BLOCK_SECTION && head[2] == BYTE_ORDER_MAGIC) return file;
    file->text = !memcmp( head, "recv ", 5 ) || !memcmp( head, "send ", 5 ) || !memcmp( head, "# ", 2 );
    if (file->text) return file;
    snprintf( problem, size, "%s is no trace: \"winedvc trace --output=FILE\" makes one", path );
    trace_file_close( file );
    return NULL;
}

void trace_file_close( struct trace_file *file )
{
    fclose( file->stream );
    free( file );
}

const char *trace_file_problem( const struct trace_file *file )
{
    return file->problem;
}

static enum trace_result trace_file_fail( struct trace_file *file, const char *problem )
{
    file->problem = problem;
    return TRACE_BROKEN;
}

/* The text */

static int digit_value( char digit )
{
    const char *digits = "0123456789abcdef", *found = digit ? strchr( digits, tolower( (unsigned char)digit ) ) : NULL;

    return found ? found - digits : -1;
}

/* "HEX", then nothing or a comment. Returns false if it is none. */
static bool parse_line( const char *text, struct message *message )
{
    message->size = 0;
    for (; digit_value( text[0] ) >= 0 && digit_value( text[1] ) >= 0; text += 2)
    {
        if (message->size == sizeof(message->data)) return false;
        message->data[message->size++] = digit_value( text[0] ) << 4 | digit_value( text[1] );
    }
    return message->size && (!*text || isspace( (unsigned char)*text ));
}

static enum trace_result read_line( struct trace_file *file, struct trace_pdu *pdu )
{
    struct message *message = &file->messages[0];
    char *line = (char *)file->block;
    unsigned int number;
    ssize_t length;

    while ((length = line_read( file->stream, line, MAX_BLOCK )) >= 0)
    {
        if (length == MAX_BLOCK) return trace_file_fail( file, "a line is too long" );
        if (feof( file->stream )) return trace_file_fail( file, "its last line is cut" );
        if (sscanf( line, "# connection %u to ", &number ) == 1) file->connection = number;
        if (*line == '#') continue;
        if (strlen( line ) != (size_t)length || (strncmp( line, "recv ", 5 ) && strncmp( line, "send ", 5 )) ||
            !parse_line( line + 5, message )) return trace_file_fail( file, "a line is no PDU" );
        *pdu = (struct trace_pdu){ line[0] == 'r' ? CAPTURE_SERVER : CAPTURE_CLIENT,
                                   file->connection ? file->connection : 1, 0, message->data, message->size };
        return TRACE_PDU;
    }
    return ferror( file->stream ) ? trace_file_fail( file, "it can not be read" ) : TRACE_END;
}

/* Layers */

static uint16_t be16( const uint8_t *data )
{
    return data[0] << 8 | data[1];
}

static uint32_t le32( const uint8_t *data )
{
    return data[0] | data[1] << 8 | data[2] << 16 | (uint32_t)data[3] << 24;
}

static bool skip( const uint8_t **data, size_t *size, size_t count )
{
    if (*size < count) return false;
    *data += count;
    *size -= count;
    return true;
}

/* IP and TCP as capture.c writes them: a segment holds one packet of RDP. Returns false if there is none. */
static bool strip_tcp( struct trace_file *file, const uint8_t **data, size_t *size, enum capture_sender *sender )
{
    const uint8_t *tcp = *data + IP_HEADER;

    if (*size < IP_HEADER + TCP_HEADER || **data != 0x45) return false;
    *sender = be16( tcp ) == PORT_RDP ? CAPTURE_SERVER : CAPTURE_CLIENT;
    if (tcp[13] == TCP_SYN)
    {
        file->connection++;
        file->messages[0].begun = file->messages[1].begun = false;
    }
    return skip( data, size, IP_HEADER + TCP_HEADER ) && *size;
}

/* TPKT, X.224 Data, and T.125's SendDataRequest or SendDataIndication on the channel of drdynvc. */
static bool strip_mcs( const uint8_t **data, size_t *size, enum capture_sender sender )
{
    static const uint8_t x224[] = { 2, 0xf0, 0x80 };
    const uint8_t *mcs = *data + 7;

    if (*size < 7 + 7 || **data != 3 || memcmp( *data + 4, x224, sizeof(x224) )) return false;
    if (mcs[0] != (sender == CAPTURE_SERVER ? 0x68 : 0x64) || be16( mcs + 3 ) != CAPTURE_CHANNEL) return false;
    return skip( data, size, 7 + 6 ) && skip( data, size, **data & 0x80 ? 2 : 1 );
}

/* Returns true if a message is complete with it. */
static bool take_chunk( struct message *message, const uint8_t *data, size_t size )
{
    uint32_t total, flags;

    if (size < CHUNK_HEADER) return false;
    total = le32( data );
    flags = le32( data + 4 );
    skip( &data, &size, CHUNK_HEADER );
    if (flags & CHUNK_FIRST)
    {
        message->begun = true;
        message->size = 0;
    }
    if (!message->begun || total > sizeof(message->data) || message->size > total || size > total - message->size)
        return message->begun = false;
    memcpy( message->data + message->size, data, size );
    message->size += size;
    if (!(flags & CHUNK_LAST)) return false;
    message->begun = false;
    return message->size == total && total;
}

/* The file */

enum block_result { BLOCK_READ, BLOCK_END, BLOCK_CUT };

/* The next one; its body has *size bytes. */
static enum block_result read_block( struct trace_file *file, uint32_t *type, size_t *size )
{
    uint32_t head[2];
    size_t count = fread( head, 1, sizeof(head), file->stream );

    if (!count && !ferror( file->stream )) return BLOCK_END;
    if (count != sizeof(head) || head[1] < 12 || head[1] % 4 || head[1] - 8 > MAX_BLOCK ||
        fread( file->block, head[1] - 8, 1, file->stream ) != 1) return BLOCK_CUT;
    *type = head[0];
    *size = head[1] - 12;
    return BLOCK_READ;
}

/* Of a block of a packet: its bytes and time. */
static bool open_packet( const struct trace_file *file, size_t size, const uint8_t **data, size_t *length, uint64_t *time )
{
    if (size < 20) return false;
    *time = (uint64_t)le32( file->block + 4 ) << 32 | le32( file->block + 8 );
    *length = le32( file->block + 12 );
    *data = file->block + 20;
    return *length <= size - 20;
}

static enum trace_result read_packet( struct trace_file *file, struct trace_pdu *pdu )
{
    enum block_result result;
    enum capture_sender sender;
    struct message *message;
    const uint8_t *data;
    size_t size, length;
    uint32_t type;
    uint64_t time;

    while ((result = read_block( file, &type, &size )) == BLOCK_READ)
    {
        if (type != BLOCK_PACKET || !open_packet( file, size, &data, &length, &time )) continue;
        if (!strip_tcp( file, &data, &length, &sender ) || !strip_mcs( &data, &length, sender )) continue;
        message = &file->messages[sender];
        if (!take_chunk( message, data, length )) continue;
        *pdu = (struct trace_pdu){ sender, file->connection ? file->connection : 1, time, message->data, message->size };
        return TRACE_PDU;
    }
    return result == BLOCK_END ? TRACE_END : trace_file_fail( file, "a block of the file is cut" );
}

enum trace_result trace_file_read( struct trace_file *file, struct trace_pdu *pdu )
{
    return file->text ? read_line( file, pdu ) : read_packet( file, pdu );
}
