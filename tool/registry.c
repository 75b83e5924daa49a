/*
 * What winedvc.exe changes in a prefix
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

#include <stddef.h>

#include "probe.h"
#include "registry.h"
#include "terminal.h"

#define LIMIT 60    /* seconds: an installer's work may take long */

bool registry_change( const struct target *target, unsigned int bits, const char *what, const char *name,
                      const char *value )
{
    char *const arguments[] = { (char *)"registry", (char *)what, (char *)name, (char *)value, NULL };
    struct probe probe =
    {
        .settings = &target->settings,
        .bits = bits,
        .arguments = arguments,
        .title = "the registry",
        .limit = LIMIT,
    };
    bool done = probe_run( &probe );

    if (!done)
        complain( "%s%s%s", probe.problem, *probe.error ? "; Wine printed: " : "", probe.error );
    probe_clear( &probe );
    return done;
}
