/*
 * Torture: counts that threads wait for, and random numbers
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

#include "torture.h"

#define LIMIT_AFTER_FAILURE 200

static SRWLOCK lock = SRWLOCK_INIT;
static CONDITION_VARIABLE changed = CONDITION_VARIABLE_INIT;

void count_add( LONG *count, LONG add )
{
    AcquireSRWLockExclusive( &lock );
    *count += add;
    ReleaseSRWLockExclusive( &lock );
    WakeAllConditionVariable( &changed );
}

void count_reset( LONG *count )
{
    AcquireSRWLockExclusive( &lock );
    *count = 0;
    ReleaseSRWLockExclusive( &lock );
}

LONG count_get( LONG *count )
{
    LONG value;

    AcquireSRWLockExclusive( &lock );
    value = *count;
    ReleaseSRWLockExclusive( &lock );
    return value;
}

BOOL count_reaches_within( LONG *count, LONG value, DWORD limit )
{
    ULONGLONG now = GetTickCount64(), end = now + limit;
    BOOL reached;

    AcquireSRWLockExclusive( &lock );
    for (; *count < value && now < end; now = GetTickCount64())
        SleepConditionVariableSRW( &changed, &lock, end - now, 0 );
    reached = *count >= value;
    ReleaseSRWLockExclusive( &lock );
    return reached;
}

BOOL count_reaches( LONG *count, LONG value )
{
    static LONG failed;

    if (count_reaches_within( count, value, InterlockedOr( &failed, 0 ) ? LIMIT_AFTER_FAILURE : LIMIT )) return TRUE;
    InterlockedExchange( &failed, TRUE );
    return FALSE;
}

static LONG64 state;

void random_seed(void)
{
    char text[32];
    LARGE_INTEGER now;
    unsigned int seed;

    QueryPerformanceCounter( &now );
    seed = now.LowPart;
    if (GetEnvironmentVariableA( "TORTURE_SEED", text, sizeof(text) )) seed = strtoul( text, NULL, 0 );
    trace( "TORTURE_SEED=%u\n", seed );
    state = seed;
}

/* A counter, whose bits are mixed: threads never get the same number. */
unsigned int random_below( unsigned int limit )
{
    ULONG64 x = InterlockedExchangeAdd64( &state, 0x9e3779b97f4a7c15 );

    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
    x = (x ^ x >> 27) * 0x94d049bb133111eb;
    return (x ^ x >> 31) % limit;
}
