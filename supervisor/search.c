/*
 * How far the search for plug-ins is
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

#include "clock.h"
#include "search.h"

#define AGAIN_MS 1000

bool search_event( struct supervisor *supervisor, enum search_event event )
{
    static const struct { enum search from; enum search_event event; enum search to; } table[] =
    {
        { SEARCH_NONE,       EVENT_BEGUN,  SEARCH_RUNS },
        { SEARCH_NONE,       EVENT_ENDED,  SEARCH_FAILED },
        { SEARCH_RUNS,       EVENT_MUTE,   SEARCH_PAUSES },
        { SEARCH_RUNS,       EVENT_LISTED, SEARCH_LISTED },
        { SEARCH_RUNS,       EVENT_ENDED,  SEARCH_FAILED },
        { SEARCH_PAUSES,     EVENT_BEGUN,  SEARCH_RUNS_AGAIN },
        { SEARCH_PAUSES,     EVENT_ENDED,  SEARCH_FAILED },
        { SEARCH_RUNS_AGAIN, EVENT_LISTED, SEARCH_LISTED },
        { SEARCH_RUNS_AGAIN, EVENT_ENDED,  SEARCH_FAILED },
        { SEARCH_LISTED,     EVENT_DEALT,  SEARCH_DONE },
    };
    size_t i;

    for (i = 0; i < sizeof(table) / sizeof(table[0]); i++)
    {
        if (table[i].from != supervisor->search || table[i].event != event) continue;
        supervisor->search = table[i].to;
        supervisor->search_time = supervisor->search == SEARCH_PAUSES ? clock_ms() + AGAIN_MS : UINT64_MAX;
        return true;
    }
    return false;
}

bool search_has_ended( const struct supervisor *supervisor )
{
    return supervisor->search >= SEARCH_LISTED;
}
