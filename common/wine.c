/*
 * Where Wine, its prefix and the host program are
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
#include <dlfcn.h>
#include <glob.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "environment.h"
#include "owner.h"
#include "paths.h"
#include "shell.h"
#include "wine.h"

/* Debian's */
#define INSTALL_32_BITS "dpkg --add-architecture i386 && apt update && apt install wine32:i386"

/* Variables that act on this process, or tell of it what a plug-in need not know. */
static const char *const private_variables[] =
{
    "FREERDP_", "GLIBC_TUNABLES=", "LD_AUDIT=", "LD_DEBUG", "LD_PRELOAD=", "LD_PROFILE", "SSLKEYLOGFILE=", "WLOG_",
};

static bool path_is_program( const char *path )
{
    struct stat st;

    return !stat( path, &st ) && S_ISREG( st.st_mode ) && !access( path, X_OK );
}

static bool path_search( char *const *environment, const char *name, char *path )
{
    const char *dir = environment_get( environment, "PATH" );

    while (dir && *dir)
    {
        size_t length = strcspn( dir, ":" );

        if (dir[0] == '/' && path_format( path, "%.*s/%s", (int)length, dir, name ) && path_is_program( path ))
            return true;
        dir += length;
        if (*dir) dir++;
    }
    return false;
}

/* One of Wine's own files, such as "i386-windows/ntdll.dll": with those of the other architecture (new WoW64), or in the
 * directory of another one. From the loader's own directory, or from /usr/bin or the like. */
static bool wine_find_file( const char *loader, const char *file, char found[PATH_MAX] )
{
    static const char *const places[] = { "", "/../*/wine", "/../lib/*/wine" };
    char pattern[PATH_MAX], path[PATH_MAX];
    bool fits = false;
    glob_t files;
    size_t i;

    if (!realpath( loader, path )) return false;
    *strrchr( path, '/' ) = 0;
    for (i = 0; i < sizeof(places) / sizeof(places[0]) && !fits; i++)
    {
        if (!path_format( pattern, "%s%s/%s", path, places[i], file ) || glob( pattern, 0, NULL, &files )) continue;
        fits = path_format( found, "%s", files.gl_pathv[0] );
        globfree( &files );
    }
    return fits;
}

static bool wine_has( const char *loader, const char *file )
{
    char path[PATH_MAX];

    return wine_find_file( loader, file, path );
}

static bool wine_has_32_bits( const char *loader )
{
    return wine_has( loader, "i386-windows/ntdll.dll" );
}

/* What is nowhere to be seen may be there: the loader may be a script. */
static bool wine_has_64_bits( const char *loader )
{
    return wine_has( loader, "x86_64-windows/ntdll.dll" ) || !wine_has_32_bits( loader );
}

/* A prefix of 32 bits needs a Wine that is one, too, and not only runs such code. */
static bool wine_is_32_bits( const char *loader )
{
    return wine_has( loader, "i386-unix/ntdll.so" ) ||
           (!wine_has( loader, "x86_64-windows/ntdll.dll" ) && !wine_has_32_bits( loader ));
}

/* The first program that matches. */
static bool wine_match( const char *pattern, char *path )
{
    bool found = false;
    glob_t files;
    size_t i;

    if (glob( pattern, 0, NULL, &files )) return false;
    for (i = 0; i < files.gl_pathc && !found; i++)
        found = path_format( path, "%s", files.gl_pathv[i] ) && path_is_program( path );
    globfree( &files );
    return found;
}

/* Debian's places before PATH, since a wine there may be the 32-bit one, or a script that prints; WineHQ's last. */
static bool wine_find_64_bits( char *const *environment, char *path )
{
    return wine_match( "/usr/lib/wine/wine64", path ) || path_search( environment, "wine64", path ) ||
           path_search( environment, "wine64-stable", path ) ||
           (path_search( environment, "wine", path ) && wine_has_64_bits( path )) ||
           (path_search( environment, "wine-stable", path ) && wine_has_64_bits( path )) ||
           wine_match( "/usr/lib/x86_64-*/wine/wine", path ) || wine_match( "/opt/wine-*/bin/wine64", path ) ||
           wine_match( "/opt/wine-*/bin/wine", path );
}

/* One of its own, or the 64-bit one that runs both. */
static bool wine_find_32_bits( char *const *environment, char *path )
{
    return wine_match( "/usr/lib/wine/wine", path ) || path_search( environment, "wine", path ) ||
           path_search( environment, "wine-stable", path ) ||
           (wine_find_64_bits( environment, path ) && wine_has_32_bits( path ));
}

static bool wine_find_loader( const struct settings *settings, unsigned int bits, char *path, char *problem,
                              size_t size )
{
    const char *given = settings->wine, *prefix = settings->prefix;
    char owner[PATH_MAX];
    bool found;

    if (given)
    {
        if (path_format( path, "%s", given ) && path_is_program( path )) return true;
        snprintf( problem, size, "the Wine to run is %s, which is not a program: correct or unset the setting wine "
                  "(WINEDVC_WINE)", given );
        return false;
    }
    found = bits == 64 ? wine_find_64_bits( settings->environment, path )
                       : wine_find_32_bits( settings->environment, path );
    if (prefix && (!found || !owner_is( path, prefix )) && owner_find( settings->environment, prefix, bits, owner ))
        return path_format( path, "%s", owner );
    if (found) return true;
    snprintf( problem, size, "Wine for %u-bit code is not installed: install it with \"%s\" (Debian), or the "
              "package wine (Fedora, Arch), or set WINEDVC_WINE", bits, bits == 64 ? "apt install wine64" : INSTALL_32_BITS );
    return false;
}

/* A directory wine/<arch>-windows stands beside the one that this library is in, or this program, which may not know
 * its own name, is in a bin beside lib. */
static bool wine_find_own( const char *arch, char *path )
{
    struct link_map *map;
    char self[PATH_MAX];
    Dl_info info;
    bool is_program;

    if (!dladdr1( (void *)wine_find, &info, (void **)&map, RTLD_DL_LINKMAP )) return false;
    is_program = !*map->l_name;
    if (!realpath( is_program ? "/proc/self/exe" : map->l_name, self )) return false;
    *strrchr( self, '/' ) = 0;
    return path_format( path, "%s/../%swine/%s-windows/winedvc.exe", self, is_program ? "lib/" : "", arch ) &&
           !access( path, R_OK );
}

bool wine_find_host( unsigned int bits, char *path, char *problem, size_t size )
{
    const char *arch = bits == 64 ? "x86_64" : "i386";

    if (wine_find_own( arch, path )) return true;
    if (path_format( path, "%s/%s-windows/winedvc.exe", WINEDVC_DLLDIR, arch ) && !access( path, R_OK )) return true;
    snprintf( problem, size, "winedvc.exe for %u-bit plug-ins is not in %s/%s-windows: install %s", bits,
              WINEDVC_DLLDIR, arch, bits == 64 ? "winedvc again" : "winedvc's 32-bit part, or a 64-bit plug-in" );
    return false;
}

/* Wine gives a prefix its 32-bit half when it makes it; later only to one that has what does that. */
static bool wine_check_32_bits( const char *loader, const char *prefix, char *problem, size_t size )
{
    struct shell_word word, dir, program;
    char file[PATH_MAX];

    if (path_format( file, "%s/drive_c/windows/syswow64/ntdll.dll", prefix ) && !access( file, F_OK )) return true;
    if (!wine_find_file( loader, "i386-windows/ntdll.dll", file ))
    {
        snprintf( problem, size, "this Wine cannot run 32-bit code: install what can with \"" INSTALL_32_BITS "\" "
                  "(Debian), wine-core.i686 (Fedora) or wine (Arch), then ask doctor what this prefix needs" );
        return false;
    }
    *strrchr( file, '/' ) = 0;
    shell_quote( &word, prefix );
    snprintf( problem, size, "the Wine prefix %s was made before Wine could run 32-bit code, and cannot: give it that with "
              "\"(cd %s/drive_c/windows && mkdir -p syswow64 && cp %s/* syswow64 && WINEPREFIX=%s %s wineboot -u)\"",
              prefix, word.text, shell_quote( &dir, file ), word.text, shell_quote( &program, loader ) );
    return false;
}

/* A prefix of 32 bits has nothing else. */
static bool wine_check_narrow( const char *loader, const char *prefix, unsigned int bits, char *problem, size_t size )
{
    const char *why = "it runs no 64-bit code", *other = "";
    struct shell_word word, program;

    if (bits == 32)
    {
        if (wine_is_32_bits( loader )) return true;
        why = "this Wine has no 32-bit part that could use it";
        other = "install that with \"" INSTALL_32_BITS "\" (Debian), or ";
    }
    snprintf( problem, size, "the Wine prefix %s was made with WINEARCH=win32, and %s: %smake another with \"WINEPREFIX=%s64 "
              "WINEARCH=win64 %s wineboot\", which runs 32-bit plug-ins too, and install the plug-in there", prefix,
              why, other, shell_quote( &word, prefix ), shell_quote( &program, loader ) );
    return false;
}

static bool wine_check_bits( const char *loader, const char *prefix, unsigned int bits, char *problem, size_t size )
{
    if (wine_prefix_bits( prefix ) == 32) return wine_check_narrow( loader, prefix, bits, problem, size );
    return bits == 64 || wine_check_32_bits( loader, prefix, problem, size );
}

bool wine_find( const struct settings *settings, unsigned int bits, struct wine_program *program, char *problem,
                size_t size )
{
    program->settings = settings;
    return (wine_find_loader( settings, bits, program->loader, problem, size ) ||
            (wine_prefix_bits( settings->prefix ) == bits && bits == 32 && /* what there is gets the blame */
             wine_find_loader( settings, 64, program->loader, problem, size ))) &&
           wine_check_bits( program->loader, settings->prefix, bits, problem, size ) &&
           wine_find_host( bits, program->host, problem, size );
}

/* Wine writes the file some seconds after it has made the prefix. */
unsigned int wine_prefix_bits( const char *prefix )
{
    static const char mark[] = "#arch=win32";
    char path[PATH_MAX], line[256];
    unsigned int bits = 64, i;
    FILE *file;

    if (!path_format( path, "%s/system.reg", prefix ) || !(file = fopen( path, "re" ))) return bits;
    for (i = 0; i < 8 && fgets( line, sizeof(line), file ); i++)
        if (!strncmp( line, mark, strlen( mark ) )) bits = 32;
    fclose( file );
    return bits;
}

bool wine_check_prefix( const struct settings *settings, char *problem, size_t size )
{
    const char *prefix = settings->prefix;
    char file[PATH_MAX], loader[PATH_MAX];
    struct shell_word word, program;

    if (!prefix)
    {
        snprintf( problem, size, "no home directory is known, so that there is no ~/.wine: set HOME, or WINEPREFIX to "
                  "the Wine prefix" );
        return false;
    }
    /* Wine makes dosdevices with the prefix, system.reg some seconds after it has changed the registry */
    if (path_format( file, "%s/drive_c", prefix ) && !access( file, X_OK ) &&
        ((path_format( file, "%s/dosdevices", prefix ) && !access( file, X_OK )) ||
         (path_format( file, "%s/system.reg", prefix ) && !access( file, R_OK )))) return true;
    if (!wine_find_loader( settings, 64, loader, problem, size )) return false;
    snprintf( problem, size, "there is no Wine prefix at %s: make it with \"WINEPREFIX=%s %s wineboot\" and "
              "register the plug-in there", prefix, shell_quote( &word, prefix ), shell_quote( &program, loader ) );
    return false;
}

bool wine_check_version( const char *versions, char *problem, size_t size )
{
    const char *version = strstr( versions, " wine-" );

    if (!version || strtoul( version += 6, NULL, 10 ) >= WINE_OLDEST) return true;
    snprintf( problem, size, "Wine %.*s is too old: winedvc needs version %u.0: install a newer Wine, or name one with "
              "the setting wine (WINEDVC_WINE)", (int)strspn( version, "0123456789." ), version, WINE_OLDEST );
    return false;
}

static bool variable_is_private( const char *variable )
{
    size_t i;

    for (i = 0; i < sizeof(private_variables) / sizeof(private_variables[0]); i++)
        if (!strncmp( variable, private_variables[i], strlen( private_variables[i] ) )) return true;
    return !strncmp( variable, "WINEDLLOVERRIDES=", 17 ) || !strncmp( variable, "WINEDEBUG=", 10 ) ||
           !strncmp( variable, "WINEPREFIX=", 11 );
}

/* Does it say what the host's locale has in its place? */
static bool variable_is_locale( const char *variable, const char *rest )
{
    if (*rest && (!strncmp( variable, "LC_", 3 ) || !strncmp( variable, "LANG=", 5 ))) return true;
    return !strncmp( variable, "LC_ALL=", 7 ) || !strncmp( variable, "LC_CTYPE=", 9 );
}

char **wine_environment( const struct settings *settings )
{
    char *const *environment = settings->environment;
    const char *overrides = environment_get( environment, "WINEDLLOVERRIDES" );
    const char *debug = environment_get( environment, "WINEDEBUG" ), *prefix = settings->prefix;
    const char *type = settings->locale.type, *rest = settings->locale.rest;
    size_t count = 0, size = 0, i;
    char **block, *text, *end;

    if (!overrides) overrides = "";
    if (!debug) debug = "fixme-all"; /* its errors may explain ours */
    for (i = 0; environment[i]; i++, count++) size += strlen( environment[i] ) + 1;
    size += strlen( prefix ) + strlen( overrides ) + strlen( debug ) + 2 * ENVIRONMENT_LOCALE +
            96 /* the names, and what we add */;
    if (!(block = malloc( (count + 6) * sizeof(*block) + size ))) return NULL;
    text = (char *)(block + count + 6);
    end = text + size;

    for (i = count = 0; environment[i]; i++)
    {
        if (variable_is_private( environment[i] )) continue;
        if (*type && variable_is_locale( environment[i], rest )) continue;
        block[count++] = text;
        text = stpcpy( text, environment[i] ) + 1;
    }
    if (*type)
    {
        block[count++] = text;
        text += snprintf( text, end - text, "LC_CTYPE=%s", type ) + 1;
    }
    if (*type && *rest)
    {
        block[count++] = text;
        text += snprintf( text, end - text, "LANG=%s", rest ) + 1;
    }
    /* winedbg would print a backtrace for each crash, and keep the process for it; a DLL of its own directory
     * Wine would prefer to ours of that name */
    block[count++] = text;
    text += snprintf( text, end - text, "WINEDLLOVERRIDES=%s%swinedbg.exe=d;mstscax=n,b", overrides,
                      *overrides ? ";" : "" ) + 1;
    block[count++] = text;
    text += snprintf( text, end - text, "WINEDEBUG=%s", debug ) + 1;
    block[count++] = text;
    snprintf( text, end - text, "WINEPREFIX=%s", prefix );
    block[count] = NULL;
    return block;
}
