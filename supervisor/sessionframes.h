/*
 * Frames between the addin and winedvc-session
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

#ifndef __WINEDVC_SESSIONFRAMES_H
#define __WINEDVC_SESSIONFRAMES_H

#include <stdint.h>

#include <wine/winedvcbridge.h>

/*
 * winedvc-session does for one session what the client's process should not:
 * it reads the configuration, reads and writes the record of plug-ins, and ends
 * the hosts that outlive the client. Its standard input is one end of a pair of
 * AF_UNIX sockets that keep messages apart. Each message is one frame: a struct
 * winedvc_frame, whose flags are an enum session_frame, and a body of at most
 * WINEDVC_MAX_CONTROL bytes. Strings end with a NUL. Both programs are of one
 * version, which is winedvc-session's argument.
 */
enum session_frame
{
    /* The configuration; winedvc-session begins with it. */
    SESSION_VALUE      = 1,     /* struct session_place, 4 strings: file, section, key, value */
    SESSION_MISTAKE    = 2,     /* struct session_place, 2 strings: file, what is wrong */
    SESSION_CONFIGURED = 3,     /* that was all */

    /* The record of the plug-ins of one Wine prefix, when one Wine ran it. The addin asks for it, then stores it
     * when it has changed. */
    SESSION_LOAD       = 4,     /* addin: 2 strings: prefix, Wine's loader */
    SESSION_PLUGIN     = 5,     /* both: struct session_plugin, 3 strings: key, entry, file */
    SESSION_NAMES      = 6,     /* both: strings: channels of the last plug-in */
    SESSION_LOADED     = 7,     /* struct session_loaded, 1 string: what is wrong with it, "" if nothing is */
    SESSION_STORE      = 8,     /* addin: as LOAD; for the plug-ins since LOAD or the last STORE */
    SESSION_TROUBLE    = 9,     /* 1 string: why it could not be stored */

    /* addin: struct session_host and, as SCM_RIGHTS, the descriptor of a host's process. When the addin's end of
     * the socket is closed, whatever the reason, hosts that do not end get SIGKILL. */
    SESSION_HOST       = 10,
};

struct session_host
{
    uint32_t end_ms;    /* how long they have for it */
};

struct session_plugin
{
    uint32_t bits;
    uint32_t known;     /* are its channels known? */
    uint64_t size;      /* of its file, and when it was written last */
    uint64_t time;
};

struct session_loaded
{
    uint32_t found;     /* is there a record? */
};

struct session_place
{
    uint32_t source;    /* enum settings_source */
    uint32_t line;      /* 0 for none */
};

#endif /* __WINEDVC_SESSIONFRAMES_H */
