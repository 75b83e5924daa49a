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

#include <string.h>

#include "frames.h"
#include "report.h"

#define FIXED( member ) sizeof(((struct report *)0)->fixed.member)

/* What a frame of each type has to hold. */
static const struct form
{
    size_t       fixed;     /* bytes */
    unsigned int strings;
    unsigned int more;      /* that an older host does not have */
} forms[] =
{
    [WINEDVC_HELLO]    = { FIXED( hello ),  0, 1 },
    [WINEDVC_ADDIN]    = { FIXED( addin ),  4, 0 },
    [WINEDVC_PLUGIN]   = { FIXED( plugin ), 2, 0 },
    [WINEDVC_LISTEN]   = { FIXED( listen ), 1, 0 },
    [WINEDVC_UNLISTEN] = { FIXED( listen ), 1, 0 },
    [WINEDVC_PURGED]   = { FIXED( purged ), 0, 0 },
    [WINEDVC_LOG]      = { FIXED( log ),    1, 0 },
    [WINEDVC_BYE]      = { 0,               1, 0 },
    [WINEDVC_STATS]    = { FIXED( stats ),  1, 0 },
    [WINEDVC_STATIC]   = { FIXED( declared ), 1, 0 },
    [WINEDVC_MAP]      = { FIXED( map ),    0, 0 },
    [WINEDVC_UNMAP]    = { FIXED( unmap ),  0, 0 },
};

bool report_read( struct report *report, enum winedvc_control type, const uint8_t *body, size_t size )
{
    static const struct form nothing;
    const struct form *form = type < sizeof(forms) / sizeof(forms[0]) ? &forms[type] : &nothing;
    unsigned int i;

    memset( report, 0, sizeof(*report) );
    report->type = type;
    if (form->fixed && !frame_take( &report->fixed, form->fixed, &body, &size )) return false;
    for (i = 0; i < form->strings + form->more; i++)
        if (!(report->strings[i] = frame_string( &body, &size )) && i < form->strings) return false;
    return true;
}
