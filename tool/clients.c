/*
 * FreeRDP's libraries, our addins, and the RDP clients that are installed
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

#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clients.h"
#include "environment.h"
#include "paths.h"

const struct client clients[] =
{
    { "xfreerdp", "/vc:winedvc", false, false, NULL },
    { "xfreerdp3", "/vc:winedvc", false, false, NULL },
    { "wlfreerdp", "/vc:winedvc", false, false, NULL },
    { "wlfreerdp3", "/vc:winedvc", false, false, NULL },
    { "sdl-freerdp", "/vc:winedvc", false, false, NULL },
    { "sdl-freerdp3", "/vc:winedvc", false, false, NULL },
    { "remmina", "the profile's field \"Static virtual channel\": winedvc", true, false,
      "remmina/plugins/remmina-plugin-rdp.so" },
    { "krdc", NULL, false, true, "qt*/plugins/krdc/libkrdc_rdpplugin.so" },
    { "gnome-connections", NULL, true, true, "gnome-connections/libgtk-frdp-0.*.so" },
    { "vinagre", NULL, true, true, NULL },
    { NULL, NULL, false, false, NULL },
};

const struct sealed_client sealed_clients[] =
{
    { "org.remmina.Remmina", "remmina", false },
    { "org.gnome.Connections", "gnome-connections", false },
    { "org.kde.krdc", "krdc", false },
    { "com.freerdp.FreeRDP", "freerdp2-x11 or freerdp3-x11", false },
    { "remmina", "remmina", true },
    { NULL, NULL, false },
};

/* Where libraries are. */
static const char *const places[] = { "/usr/lib/*", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/usr/local/lib/*" };

bool client_library( unsigned int major, unsigned int index, char dir[PATH_MAX] )
{
    char pattern[PATH_MAX];
    bool found = false;
    glob_t files;
    size_t i;

    memset( &files, 0, sizeof(files) );
    for (i = 0; i < sizeof(places) / sizeof(places[0]); i++)
        if (path_format( pattern, "%s/libfreerdp%u.so.%u", places[i], major, major ))
            glob( pattern, i ? GLOB_APPEND : 0, NULL, &files );
    if (index < files.gl_pathc && path_format( dir, "%s", files.gl_pathv[index] ))
    {
        *strrchr( dir, '/' ) = 0;
        found = true;
    }
    globfree( &files );
    return found;
}

/* lib is beside the directory of this program. */
static bool find_beside( const char *name, char path[PATH_MAX] )
{
    char self[PATH_MAX];

    if (!realpath( "/proc/self/exe", self )) return false;
    *strrchr( self, '/' ) = 0;
    return path_format( path, "%s/../lib/%s", self, name ) && !access( path, R_OK );
}

bool client_own_addin( unsigned int major, char path[PATH_MAX] )
{
    const char *dir = major == 2 ? WINEDVC_FREERDP2_DIR : WINEDVC_FREERDP3_DIR;
    char name[64], library[PATH_MAX];
    unsigned int index;

    snprintf( name, sizeof(name), "freerdp%u/libwinedvc-client.so", major );
    if (find_beside( name, path ) ||
        (path_format( path, "%s/libwinedvc-client.so", dir ) && !access( path, R_OK ))) return true;
    for (index = 0; client_library( major, index, library ); index++)
        if (path_format( path, "%s/%s", library, name ) && !access( path, R_OK )) return true;
    return false;
}

bool client_own_shim( char path[PATH_MAX] )
{
    return find_beside( "winedvc/libwinedvc-run.so", path ) ||
           (path_format( path, "%s/winedvc/libwinedvc-run.so", WINEDVC_LIBDIR ) && !access( path, R_OK ));
}

/* All of a file, for munmap(); NULL if that is not possible. */
static char *map_file( const char *path, size_t *size )
{
    int fd = open( path, O_RDONLY | O_CLOEXEC | O_NONBLOCK );
    void *data = MAP_FAILED;
    struct stat st;

    if (fd >= 0 && !fstat( fd, &st ) && S_ISREG( st.st_mode ) && st.st_size)
        data = mmap( NULL, *size = st.st_size, PROT_READ, MAP_PRIVATE, fd, 0 );
    if (fd >= 0) close( fd );
    return data == MAP_FAILED ? NULL : data;
}

bool file_version( const char *path, const char *mark, char *version, unsigned int size )
{
    size_t length = 0, left, mark_size = strlen( mark );
    char *data = map_file( path, &length ), *end = data + length, *next = data, *found = NULL;

    while (data && !found && (next = memmem( next, end - next, mark, mark_size )))
    {
        next += mark_size;
        if (next < end && *next >= '0' && *next <= '9') found = next;
    }
    if (found)
    {
        left = end - found;
        snprintf( version, size, "%.*s", left < 32 ? (int)left : 32, found );
    }
    if (data) munmap( data, length );
    return found != NULL;
}

bool client_addin_version( const char *path, char *version, unsigned int size )
{
    return file_version( path, "winedvc addin, version ", version, size );
}

bool client_find( char *const *environment, const char *name, char path[PATH_MAX] )
{
    const char *dir = environment_get( environment, "PATH" );
    struct stat st;
    size_t size;

    if (strchr( name, '/' )) return path_format( path, "%s", name ) && !access( path, X_OK );
    for (; dir && *dir; dir += size + (dir[size] == ':'))
    {
        size = strcspn( dir, ":" );
        if (size && path_format( path, "%.*s/%s", (int)size, dir, name ) && !stat( path, &st ) &&
            S_ISREG( st.st_mode ) && !access( path, X_OK )) return true;
    }
    return false;
}

static unsigned int file_major( const char *path )
{
    static const char *const names[] = { "libfreerdp2.so.2", "libfreerdp3.so.3" };
    unsigned int i, major = 0;
    size_t size;
    char *data = map_file( path, &size );

    for (i = 0; data && i < 2; i++)
        if (memmem( data, size, names[i], strlen( names[i] ) )) major = 2 + i;
    if (data) munmap( data, size );
    return major;
}

unsigned int client_major( const struct client *client, const char *path )
{
    char pattern[PATH_MAX];
    unsigned int major = 0;
    glob_t files;
    size_t i, j;

    if (!client->part) return file_major( path );
    for (i = 0; i < sizeof(places) / sizeof(places[0]) && !major; i++)
    {
        if (!path_format( pattern, "%s/%s", places[i], client->part ) || glob( pattern, 0, NULL, &files )) continue;
        for (j = 0; j < files.gl_pathc && !major; j++) major = file_major( files.gl_pathv[j] );
        globfree( &files );
    }
    return major;
}

bool sealed_client_find( char *const *environment, const struct sealed_client *client )
{
    const char *data = environment_get( environment, "XDG_DATA_HOME" );
    char home[PATH_MAX], path[PATH_MAX];

    if (client->is_snap) return path_format( path, "/snap/%s/current", client->name ) && !access( path, F_OK );
    if (path_format( path, "/var/lib/flatpak/app/%s", client->name ) && !access( path, F_OK )) return true;
    if (data && *data == '/') return path_format( path, "%s/flatpak/app/%s", data, client->name ) && !access( path, F_OK );
    return path_home( environment, home ) &&
           path_format( path, "%s/.local/share/flatpak/app/%s", home, client->name ) && !access( path, F_OK );
}

static bool process_has_name( const char *pid, const char *name )
{
    char path[PATH_MAX], text[32] = "";
    struct stat st;
    FILE *file;

    if (!path_format( path, "/proc/%s/comm", pid ) || stat( path, &st ) || st.st_uid != getuid() ||
        !(file = fopen( path, "re" ))) return false;
    if (!fgets( text, sizeof(text), file )) *text = 0;
    fclose( file );
    text[strcspn( text, "\n" )] = 0;
    return *text && !strncmp( text, name, 15 );     /* the kernel cuts it there */
}

/* Was it "winedvc run" that started it? */
static bool process_has_shim( const char *pid )
{
    char path[PATH_MAX], *variable = NULL;
    size_t size = 0;
    bool found = false;
    FILE *file;

    if (!path_format( path, "/proc/%s/environ", pid ) || !(file = fopen( path, "re" ))) return false;
    while (!found && getdelim( &variable, &size, 0, file ) > 0)
        found = !strncmp( variable, "LD_PRELOAD=", 11 ) && strstr( variable, "/libwinedvc-run.so" );
    free( variable );
    fclose( file );
    return found;
}

bool client_runs( const char *name )
{
    DIR *processes = opendir( "/proc" );
    struct dirent *entry;
    bool found = false;

    while (processes && !found && (entry = readdir( processes )))
        found = *entry->d_name >= '1' && *entry->d_name <= '9' && process_has_name( entry->d_name, name ) &&
                !process_has_shim( entry->d_name );
    if (processes) closedir( processes );
    return found;
}
