/*
 * What the user calls a plug-in
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

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ascii.h"
#include "prefix.h"
#include "subject.h"
#include "terminal.h"
#include "verbs.h"

/* The file of FILE and FILE:{CLSID}, if it is there; "" for a name or a class. No DLL is without an extension, so that
 * one word is a name, whatever this directory holds. */
static void find_file( const char *name, char file[PATH_MAX] )
{
    const char *class = strstr( name, ":{" );
    size_t size = class ? (size_t)(class - name) : strlen( name );

    *file = 0;
    if (*name == '{' || size >= PATH_MAX) return;
    memcpy( file, name, size );
    file[size] = 0;
    if (!strpbrk( file, "/." )) *file = 0;
    if (access( file, R_OK )) *file = 0;
}

/* A name with a directory, or with a class, means a file and no AddIns key. */
static bool is_value( const char *name )
{
    return *name == '{' || strchr( name, '/' ) || strstr( name, ":{" );
}

/* The AddIns value of what is no AddIns key; false with a line if it has none. */
static bool make_value( const struct subject *subject, const char *name, const char *file, char *value, size_t size )
{
    char dos[PATH_MAX];

    if (!*file)
    {
        snprintf( value, size, "%s", name );
        return true;
    }
    if (!target_name_file( &subject->target, file, dos )) return false;
    snprintf( value, size, "%s%s", dos, name + strlen( file ) );
    return true;
}

static struct registration *find_value( const struct catalog *catalog, const char *value )
{
    struct registration *registration = catalog->search.registrations;

    while (registration && !ascii_equal( registration->entry, value )) registration = registration->next;
    return registration;
}

/* The list of plug-ins, with the one that is meant. */
static int find_plugin( struct subject *subject, const char *name, const char *file )
{
    struct catalog *catalog = &subject->catalog;
    char value[PATH_MAX + 64];

    if (*file || is_value( name ))
    {
        if (!*file && *name != '{')
        {
            complain( "%s can not be read: is the name right?", name );
            return STATUS_UNKNOWN;
        }
        if (!make_value( subject, name, file, value, sizeof(value) )) return STATUS_FAILED;
        if (catalog_read_with( catalog, &subject->target, value )) subject->registration = find_value( catalog, value );
    }
    else if (catalog_read( catalog, &subject->target )) subject->registration = catalog_find( catalog, name );
    if (subject->registration) return STATUS_OK;
    if (catalog->search.told)
    {
        catalog_complain( catalog, name );
        return STATUS_UNKNOWN;
    }
    complain( "the plug-ins can not be listed: %s", catalog->search.problem );
    return STATUS_FAILED;
}

int subject_open( struct subject *subject, const char *prefix, const char *name )
{
    char file[PATH_MAX], own[PATH_MAX];
    int status;

    memset( subject, 0, sizeof(*subject) );
    find_file( name, file );
    if (!prefix && *file && prefix_of_file( file, own, sizeof(own) )) prefix = own;
    if ((status = target_open( &subject->target, prefix ))) return status;
    if ((status = find_plugin( subject, name, file ))) return status;
    if (!*subject->registration->problem) return STATUS_OK;
    complain( "%s does not work: %s", name, subject->registration->problem );
    subject->registration = NULL;
    return STATUS_FAILED;
}

void subject_clear( struct subject *subject )
{
    catalog_clear( &subject->catalog );
    target_clear( &subject->target );
}
