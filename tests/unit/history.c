/*
 * Tests of the bars that "winedvc status --watch" draws
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

#include "tool/history.h"
#include "wine/test.h"

#define SECOND 1000000

static size_t count_characters( const char *text )
{
    size_t count = 0;

    for (; *text; text++) count += (*text & 0xc0) != 0x80;
    return count;
}

/* Faster and faster, for longer than is kept. */
static void sample( struct history **histories, const uint64_t key[3] )
{
    uint64_t value = 0, i;

    for (i = 0; i < 2 * HISTORY_SAMPLES; i++)
    {
        value += i;
        ok( history_sample( histories, key, value, i * SECOND ) != NULL, "no memory\n" );
    }
}

/* As many as are wanted or known, the newest and highest last, on whatever screen. */
static void test_bars(void)
{
    static const size_t widths[] = { 0, 1, 18, HISTORY_SAMPLES, HISTORY_SAMPLES + 1, 400 };
    static const uint64_t key[3] = { 1, 2, 3 };
    struct history *histories = NULL;
    char bars[4 * HISTORY_SAMPLES + 1];
    size_t i, wanted;

    sample( &histories, key );
    ok( history_rate( history_find( histories, key ) ) == 2 * HISTORY_SAMPLES - 1, "rate %g\n",
        history_rate( history_find( histories, key ) ) );
    for (i = 0; i < sizeof(widths) / sizeof(widths[0]); i++)
    {
        wanted = widths[i] < HISTORY_SAMPLES ? widths[i] : HISTORY_SAMPLES;
        history_draw( history_find( histories, key ), widths[i], false, bars, sizeof(bars) );
        ok( count_characters( bars ) == wanted, "width %u: %u bars\n", (int)widths[i], (int)count_characters( bars ) );
        if (wanted) ok( !strcmp( bars + strlen( bars ) - 3, "█" ), "width %u: %s\n", (int)widths[i], bars );
    }
    history_draw( NULL, 400, true, bars, sizeof(bars) );
    ok( strlen( bars ) == strspn( bars, " " ), "bars of nothing: %s\n", bars );
    history_clear( &histories );
}

/* One that is not seen in a round is forgotten; a counter that goes back does not count. */
static void test_rounds(void)
{
    static const uint64_t key[3] = { 1, 2, 3 };
    struct history *histories = NULL;

    history_sample( &histories, key, 1000, SECOND );
    history_sample( &histories, key, 3000, 2 * SECOND );
    ok( history_rate( history_find( histories, key ) ) == 2000, "rate\n" );
    history_sample( &histories, key, 10, 3 * SECOND );
    ok( !history_rate( history_find( histories, key ) ), "a rate of what was begun anew\n" );
    history_end_round( &histories );
    ok( histories != NULL, "it is forgotten\n" );
    history_end_round( &histories );
    ok( !histories, "it is kept\n" );
}

START_TEST(history)
{
    test_bars();
    test_rounds();
}
