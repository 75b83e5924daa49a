/*
 * How fast something was in the last seconds
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

#include <stdlib.h>
#include <string.h>

#include "history.h"

static struct history *find( struct history *history, const uint64_t key[3] )
{
    while (history && memcmp( history->key, key, sizeof(history->key) )) history = history->next;
    return history;
}

const struct history *history_find( struct history *histories, const uint64_t key[3] )
{
    return find( histories, key );
}

/* A counter that went back was begun anew. */
static void add_rate( struct history *history, uint64_t value, uint64_t time )
{
    double rate = value > history->value ? (value - history->value) * 1e6 / (time - history->time) : 0;

    memmove( history->rates + 1, history->rates, sizeof(history->rates) - sizeof(history->rates[0]) );
    history->rates[0] = rate;
    if (history->count < HISTORY_SAMPLES) history->count++;
}

const struct history *history_sample( struct history **histories, const uint64_t key[3], uint64_t value, uint64_t time )
{
    struct history *history = find( *histories, key );

    if (history && time > history->time) add_rate( history, value, time );
    else if (!history)
    {
        if (!(history = calloc( 1, sizeof(*history) ))) return NULL;
        memcpy( history->key, key, sizeof(history->key) );
        history->next = *histories;
        *histories = history;
    }
    history->value = value;
    history->time = time;
    history->seen = true;
    return history;
}

void history_end_round( struct history **histories )
{
    struct history *history;

    while ((history = *histories))
    {
        if (history->seen)
        {
            history->seen = false;
            histories = &history->next;
            continue;
        }
        *histories = history->next;
        free( history );
    }
}

void history_clear( struct history **histories )
{
    history_end_round( histories );
    history_end_round( histories ); /* now none was seen */
}

double history_rate( const struct history *history )
{
    return history && history->count ? history->rates[0] : 0;
}

void history_draw( const struct history *history, size_t width, bool plain, char *text, size_t size )
{
    static const char *const blocks[] = { " ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" };
    static const char *const letters[] = { " ", ".", ".", ":", ":", "+", "+", "#", "#" };
    size_t count = history ? history->count : 0, i, used = 0, level;
    double most = 0;
    const char *bar;

    if (width > HISTORY_SAMPLES) width = HISTORY_SAMPLES;
    if (count > width) count = width;
    for (i = 0; i < count; i++) if (history->rates[i] > most) most = history->rates[i];
    for (i = width; i-- > 0;)
    {
        level = i < count && most > 0 ? history->rates[i] / most * 8 : 0;
        if (i < count && history->rates[i] > 0 && !level) level = 1; /* whatever moves is seen */
        bar = (plain ? letters : blocks)[level];
        if (used + strlen( bar ) >= size) break;
        strcpy( text + used, bar );
        used += strlen( bar );
    }
    text[used] = 0;
}
