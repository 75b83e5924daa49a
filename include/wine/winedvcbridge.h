/*
 * Frames between the FreeRDP addin and winedvc.exe
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

#ifndef __WINE_WINEDVCBRIDGE_H
#define __WINE_WINEDVCBRIDGE_H

#include <stdint.h>

/*
 * One connected AF_UNIX stream socket joins the addin and one winedvc.exe,
 * both on one machine: fields are in its byte order. Each side sends frames,
 * a header followed by header.size bytes:
 *
 *   stream 0   control; header.flags is an enum winedvc_control
 *   stream 1   one whole message of the static channel drdynvc, that is one
 *              [MS-RDPEDYC] PDU byte for byte; header.flags is 0
 *   2 to 31    from minor 6: a chunk of the static channel that the host gave
 *              this number in STATIC: struct winedvc_chunk, then 1 to 1600
 *              bytes; header.flags are those of the CHANNEL_PDU_HEADER
 *   32         from minor 9, host to addin: a part of a picture: struct
 *              winedvc_picture, then 1 byte or more; header.flags is 0
 *
 * A control frame of an unknown type and a frame of an unknown stream are
 * skipped by size. Both sides begin with HELLO; another major version ends
 * the connection. Text is UTF-8 without control characters; where a frame
 * carries several strings each ends with a NUL, which counts in size.
 *
 * The addin does not trust the host, nor the host the server whose PDUs the
 * addin passes on: every length is checked by the receiver.
 */

#define WINEDVC_MAJOR 1
#define WINEDVC_MINOR 9

/* A longer frame is a violation of the protocol. */
#define WINEDVC_MAX_CONTROL  4096    /* control, either way */
#define WINEDVC_MAX_PDU      1600    /* stream 1, host to addin */
#define WINEDVC_MAX_MESSAGE  65536   /* stream 1, addin to host */
#define WINEDVC_MAX_CHUNK    1604    /* streams 2 to 31, either way */
#define WINEDVC_MAX_PICTURE  4096    /* stream 32 */

/* Static channels that a host may have. */
#define WINEDVC_MAX_STATIC   30
/* Bytes of a message that a host sends on one. */
#define WINEDVC_MAX_STATIC_MESSAGE 67108864

/* Renderers that a host may have, and pixels of a picture in either direction. */
#define WINEDVC_MAX_RENDERERS 16
#define WINEDVC_MAX_PIXELS    16384

/* Bytes of streams 1 to 31 (sum of header.size) that a host may have sent beyond those CREDIT
 * has returned. CREATE_RSP, CLOSE and CAPS_RSP count, but never wait for credit. */
#define WINEDVC_WINDOW       262144

enum winedvc_stream
{
    WINEDVC_STREAM_CONTROL = 0,
    WINEDVC_STREAM_DRDYNVC = 1,
    WINEDVC_STREAM_STATIC  = 2,     /* the first of WINEDVC_MAX_STATIC */
    WINEDVC_STREAM_PICTURE = 32,
};

struct winedvc_frame
{
    uint32_t size;      /* bytes that follow this header */
    uint16_t stream;
    uint16_t flags;
};

enum winedvc_control
{
    WINEDVC_HELLO        = 1,   /* both: struct winedvc_hello; host, from minor 2: 1 string: versions, for a person */
    WINEDVC_ADDIN        = 2,   /* scout: struct winedvc_addin, 4 strings: key, entry, file, problem */
    WINEDVC_PLUGIN       = 3,   /* host: struct winedvc_plugin, 2 strings: entry, text */
    WINEDVC_LISTEN       = 4,   /* host: struct winedvc_listen, 1 string: channel name */
    WINEDVC_UNLISTEN     = 5,   /* host: as LISTEN */
    WINEDVC_READY        = 6,   /* host: every plug-in answered Initialize, or failed */
    WINEDVC_CONNECTED    = 7,   /* addin: struct winedvc_connected, 1 string: server name */
    WINEDVC_DISCONNECTED = 8,   /* addin: struct winedvc_disconnected */
    WINEDVC_PURGED       = 9,   /* host: struct winedvc_connected; nothing older follows, its window is empty again:
                                 * between DISCONNECTED and this the addin sends no CREDIT */
    WINEDVC_CREDIT       = 10,  /* addin: struct winedvc_credit */
    WINEDVC_LOG          = 11,  /* host: struct winedvc_log, 1 string */
    WINEDVC_TERMINATE    = 12,  /* addin: the session is over */
    WINEDVC_BYE          = 13,  /* host, last frame: 1 string: why; empty after TERMINATE */
    WINEDVC_STATS        = 14,  /* addin: no body, asks for them; host, when asked and before BYE: struct
                                 * winedvc_stats, 1 string: for each channel name, and last for "" all in all */
    WINEDVC_PING         = 15,  /* addin: is there life? */
    WINEDVC_PONG         = 16,  /* host: at once, as long as it reads and Wine's server runs */
    WINEDVC_LIMITS       = 17,  /* addin, from minor 4, before the first CONNECTED: struct winedvc_limits */
    WINEDVC_STATIC       = 18,  /* host, before READY: struct winedvc_static, 1 string: channel name */
    WINEDVC_JOINED       = 19,  /* addin, after READY and CONNECTED, to who sent STATIC: struct winedvc_joined, 1 string:
                                 * server name. Chunks of this connection follow */
    WINEDVC_DIALOG       = 20,  /* host, from minor 7: a plug-in that has not returned, as LOG says, shows a window */
    WINEDVC_DECLARED     = 21,  /* host, from minor 8, before READY: no STATIC follows, whatever Initialize takes */
    WINEDVC_RENDERING    = 22,  /* addin, from minor 9, after CONNECTED: struct winedvc_rendering; until then, and from
                                 * DISCONNECTED on, renderers are not possible, and there are none */
    WINEDVC_MAP          = 23,  /* host: struct winedvc_map: there is a renderer */
    WINEDVC_UNMAP        = 24,  /* host: struct winedvc_unmap: it is gone, if it is not yet */
    WINEDVC_TARGET       = 25,  /* addin: struct winedvc_target */
    WINEDVC_DRAWN        = 26,  /* addin: struct winedvc_drawn: what became of a whole picture. The host sends no other one
                                 * of this renderer before */
};

struct winedvc_hello
{
    uint16_t major;
    uint16_t minor;
    uint32_t bits;      /* of the sender's code: 32 or 64 */
    uint32_t pid;       /* the addin's; the host's, as Windows has it, 0 of an older one */
    uint32_t window;    /* addin: WINEDVC_WINDOW; host: 0 */
};

/* 0 for what the host thinks right. The last two are from minor 5 and may be missing. */
struct winedvc_limits
{
    uint32_t soft;      /* MiB that a channel may keep in one direction: over it, that is reported */
    uint32_t hard;      /* over it, the channel ends */
    uint32_t total;     /* MiB that all channels of the host may keep: over it, the one that keeps most ends */
    uint32_t threads;   /* calls of plug-ins that run at a time */
};

#define WINEDVC_ADDIN_TEMPORARY  0x1   /* it is of one connection's, or was named to the scout: another session may not have it */
/* to who asked for all */
#define WINEDVC_ADDIN_DISABLED   0x2   /* the user has switched it off */
#define WINEDVC_ADDIN_MACHINE    0x4   /* its key is all users' */
#define WINEDVC_ADDIN_REGISTERED 0x8   /* "winedvc add" has run its DllRegisterServer */

/* One AddIns key that names a plug-in. */
struct winedvc_addin
{
    uint32_t bits;      /* of the server file: 32 or 64; 0 where there is a problem */
    uint32_t flags;     /* from minor 5: WINEDVC_ADDIN_... */
    uint64_t size;      /* of the server file, and when it was written last: a FILETIME */
    uint64_t time;
};

enum winedvc_plugin_state
{
    WINEDVC_PLUGIN_READY  = 1,  /* Initialize succeeded */
    WINEDVC_PLUGIN_FAILED = 2,  /* text: why, and what to do */
};

struct winedvc_plugin
{
    uint32_t plugin;    /* number within the host, from 1 */
    uint32_t state;
    uint32_t hresult;
};

struct winedvc_listen
{
    uint32_t plugin;
};

/* A static channel that a plug-in has declared. */
struct winedvc_static
{
    uint32_t plugin;
    uint32_t stream;    /* the host's choice, from WINEDVC_STREAM_STATIC */
    uint32_t options;   /* CHANNEL_OPTION_... of [MS-RDPBCGR] 2.2.1.3.4.1 */
};

struct winedvc_joined
{
    uint32_t streams;   /* bit n: the server has granted the channel of stream n */
};

struct winedvc_chunk
{
    uint32_t total;     /* bytes of the message that it is of */
};

struct winedvc_connected
{
    uint32_t epoch;     /* 1 for the first connection, 1 more for each that follows */
};

struct winedvc_disconnected
{
    uint32_t epoch;     /* the one that ends */
    uint32_t code;      /* for IWTSPlugin::Disconnected */
};

struct winedvc_credit
{
    uint32_t bytes;     /* of streams 1 to 31 that left the host's window since the last CREDIT */
};

struct winedvc_rendering
{
    uint32_t possible;
};

/* Of the server's mapping of that id, which may be there already, or come. */
struct winedvc_map
{
    uint64_t mapping;
    uint32_t renderer;  /* the host's choice, another one for each renderer that it ever has */
    uint32_t reserved;
};

struct winedvc_unmap
{
    uint32_t renderer;
};

/* The size in pixels of the mapping, and so that of a picture; 0 x 0: the mapping is gone, or not for renderers, and the
 * renderer with it. */
struct winedvc_target
{
    uint32_t renderer;
    uint32_t width;
    uint32_t height;
};

struct winedvc_drawn
{
    uint32_t renderer;
    uint32_t drawn;     /* 0: it was dropped, as the mapping had another size by then, or can not be seen */
};

/* The parts of a picture come in order. */
struct winedvc_picture
{
    uint32_t renderer;
    uint32_t width;     /* of the picture, of which each pixel is 4 bytes: blue, green, red and one that is ignored; */
    uint32_t height;    /* the lines, from the topmost, follow each other without a gap */
    uint32_t offset;    /* of this part in it */
};

enum winedvc_log_level
{
    WINEDVC_LOG_ERROR = 1,
    WINEDVC_LOG_WARN  = 2,
    WINEDVC_LOG_INFO  = 3,
    WINEDVC_LOG_DEBUG = 4,
};

struct winedvc_log
{
    uint16_t level;
    uint16_t plugin;    /* from minor 5: that it is about, its number within the host; 0 for none in particular */
};

/* Since the host's start. What follows the PDUs is counted for "" only. */
struct winedvc_stats
{
    uint64_t received[16];      /* PDUs, by Cmd: [MS-RDPEDYC] 2.2 */
    uint64_t sent[16];
    uint64_t bytes_received;
    uint64_t bytes_sent;
    uint64_t cancelled;         /* PDUs that a close or a disconnect dropped */
    uint64_t ignored;           /* PDUs received for no channel, or while not connected */
    uint64_t malformed;
    uint64_t caps_repeated;     /* CAPS_REQ after the first of a connection */
    uint64_t messages_dropped;  /* received for a channel that its plug-in had closed */
    uint64_t opened;            /* channels */
    uint64_t refused;
};

#endif /* __WINE_WINEDVCBRIDGE_H */
