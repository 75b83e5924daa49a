/*
 * LD_PRELOAD library: FreeRDP loads the addin from the build directory
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

/*
 * FreeRDP looks for addins in one directory only, which was set when it was built. Both
 * FreeRDP 2 and 3 end in dlopen() of the full path there; this one takes the file that
 * WINEDVC_TEST_ADDIN names instead.
 */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void __attribute__((constructor)) prepare(void)
{
    /* Wine, which the addin starts, is to run without us */
    unsetenv( "LD_PRELOAD" );
    /* tests wait for lines of the client's log */
    setvbuf( stdout, NULL, _IOLBF, 0 );
}

__attribute__((visibility( "default" ))) void *dlopen( const char *path, int flags )
{
    void *(*next)( const char *, int ) = dlsym( RTLD_NEXT, "dlopen" );
    const char *file = path ? strrchr( path, '/' ) : NULL, *addin = getenv( "WINEDVC_TEST_ADDIN" );

    if (addin && file && !strcmp( file, "/libwinedvc-client.so" )) path = addin;
    return next( path, flags );
}
