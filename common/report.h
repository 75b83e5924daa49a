/*
 * What a control frame of a host says
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

#ifndef __WINEDVC_REPORT_H
#define __WINEDVC_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <wine/winedvcbridge.h>

/* In the order of winedvcbridge.h. */
#define REPORT_STRINGS 4

/* A frame taken apart. What its type does not have is 0, or NULL; strings lie in the frame. Nothing of it is trusted but
 * that it is there. */
struct report
{
    enum winedvc_control type;
    union
    {
        struct winedvc_hello     hello;
        struct winedvc_addin     addin;
        struct winedvc_plugin    plugin;
        struct winedvc_listen    listen;    /* of UNLISTEN, too */
        struct winedvc_static    declared;
        struct winedvc_map       map;
        struct winedvc_unmap     unmap;
        struct winedvc_connected purged;
        struct winedvc_log       log;
        struct winedvc_stats     stats;
    } fixed;
    const char *strings[REPORT_STRINGS];
};

/* Returns false if the frame does not hold what its type says. A type of a later version holds nothing. */
extern bool report_read( struct report *report, enum winedvc_control type, const uint8_t *body, size_t size );

#endif /* __WINEDVC_REPORT_H */
