/*
 * Whose PDU goes out next
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

#include <stdarg.h>

#include "schedule.h"
#include "drdynvc.h"

void schedule_init( struct schedule *schedule )
{
    unsigned int i;

    for (i = 0; i < ARRAY_SIZE(schedule->classes); i++)
    {
        list_init( &schedule->classes[i].entries );
        schedule->classes[i].quantum = DRDYNVC_MAX_PDU;
        schedule->classes[i].deficit = 0;
    }
    schedule->turn = 0;
    schedule->classed = FALSE;
    schedule->charges = schedule->applied = 0;
}

static UINT16 get_charge( LONG64 charges, unsigned int i )
{
    return charges >> (16 * i);
}

void schedule_set_charges( struct schedule *schedule, const UINT16 charges[4] )
{
    LONG64 packed = 0, seen = schedule->charges, expected;
    unsigned int i;

    for (i = 0; i < 4; i++) packed |= (LONG64)charges[i] << (16 * i);
    do
    {
        expected = seen;
        seen = InterlockedCompareExchange64( &schedule->charges, packed, expected );
    } while (seen != expected);
}

/* The smallest share gets one PDU a round, so that every round serves every class. */
static void apply_charges( struct schedule *schedule )
{
    LONG64 charges = InterlockedCompareExchange64( &schedule->charges, 0, 0 );
    UINT16 charge, largest = 0;
    unsigned int i;

    if (charges == schedule->applied) return;
    schedule->applied = charges;
    schedule->classed = charges != 0;
    for (i = 0; i < 4; i++) largest = max( largest, get_charge( charges, i ) );
    for (i = 0; i < 4; i++)
    {
        charge = get_charge( charges, i );
        schedule->classes[i].deficit = 0;
        if (charges) schedule->classes[i].quantum = charge ? (INT64)DRDYNVC_MAX_PDU * largest / charge : 0;
        else schedule->classes[i].quantum = DRDYNVC_MAX_PDU;
    }
}

void schedule_add( struct schedule *schedule, struct list *entry, unsigned int priority )
{
    apply_charges( schedule );
    list_add_tail( &schedule->classes[schedule->classed ? priority : 0].entries, entry );
}

/* A class that has nothing to send saves nothing up. */
static struct schedule_class *next_class( struct schedule *schedule )
{
    struct schedule_class *class;
    unsigned int i, idle = 0;

    for (i = 0; i < ARRAY_SIZE(schedule->classes); i++)
    {
        class = &schedule->classes[i];
        if (!class->quantum && !list_empty( &class->entries )) return class;
    }
    while (idle < ARRAY_SIZE(schedule->classes))
    {
        class = &schedule->classes[schedule->turn];
        if (list_empty( &class->entries ))
        {
            class->deficit = 0;
            idle++;
        }
        else if (class->deficit > 0) return class;
        else
        {
            class->deficit += class->quantum;
            idle = 0;
        }
        schedule->turn = (schedule->turn + 1) % ARRAY_SIZE(schedule->classes);
    }
    return NULL;
}

struct list *schedule_next( struct schedule *schedule )
{
    struct schedule_class *class;

    apply_charges( schedule );
    class = next_class( schedule );
    return class ? list_head( &class->entries ) : NULL;
}

BOOL schedule_is_alone( struct schedule *schedule, const struct list *entry )
{
    unsigned int i;

    for (i = 0; i < ARRAY_SIZE(schedule->classes); i++)
    {
        struct list *entries = &schedule->classes[i].entries;
        if (!list_empty( entries ) && (entries->next != entry || entries->prev != entry)) return FALSE;
    }
    return TRUE;
}

/* The entry is the head of its class, whose list's head is before it. */
void schedule_sent( struct list *entry, SIZE_T size, BOOL more )
{
    struct schedule_class *class = CONTAINING_RECORD( entry->prev, struct schedule_class, entries );

    if (class->quantum) class->deficit -= size;
    list_remove( entry );
    if (more) list_add_tail( &class->entries, entry );
    else list_init( entry );
}
