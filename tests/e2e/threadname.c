/*
 * Names the addin's threads in a client
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

/* A test that counts what they do finds them in /proc by the name "winedvc". */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <string.h>

#define EXPORT __attribute__((visibility( "default" )))

static int (*next_create)( pthread_t *thread, const pthread_attr_t *attr, void *(*routine)( void * ), void *arg );

static void __attribute__((constructor)) prepare(void)
{
    next_create = dlsym( RTLD_NEXT, "pthread_create" );
}

EXPORT int pthread_create( pthread_t *thread, const pthread_attr_t *attr, void *(*routine)( void * ), void *arg )
{
    int error = next_create( thread, attr, routine, arg );
    Dl_info info;

    if (!error && dladdr( (void *)routine, &info ) && info.dli_fname && strstr( info.dli_fname, "/libwinedvc-client.so" ))
        pthread_setname_np( *thread, "winedvc" );
    return error;
}
