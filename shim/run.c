/*
 * Brings the addin into any program that uses FreeRDP's library
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
 * To be preloaded, by "winedvc run". One function is interposed: freerdp_connect(), which every client calls. It wraps
 * the callback of the instance in which a client loads its addins, PreConnect in FreeRDP 2 and LoadChannels in 3, which
 * is called in a redirect again. No FreeRDP header is needed, and one library serves both majors: the slots below
 * are their ABI. Whatever does not work, the client connects as it would without us.
 */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define EXPORT __attribute__((visibility( "default" )))

/* Slots, of a pointer each. */
enum { INSTANCE_CONTEXT = 0, INSTANCE_PRE_CONNECT = 48, INSTANCE_LOAD_CHANNELS = 59 };
enum { CONTEXT_CHANNELS = 36, CONTEXT_SETTINGS = 40 };

/* Settings by their numbers, which in FreeRDP 2 are slots as well. */
enum { CHANNEL_COUNT = 256, CHANNEL_DEF_ARRAY = 258, SUPPORT_DYNAMIC_CHANNELS = 5059 };

/* Of an entry that is looked for. */
enum { ENTRY_STATIC = 0x1000, ENTRY_EX = 0x8000 };

struct channel_def
{
    char     name[8];
    uint32_t options;
};

/* What the addin is given; FreeRDP 3 keeps the pointer. */
struct addin_arguments
{
    int    count;
    char **values;
};

typedef int (*instance_function)( void *instance );

struct library
{
    unsigned int major;     /* 0: it is not FreeRDP 2 or 3 */
    int   (*load)( void *channels, void *settings, void *entry, void *data );
    void *(*find_static)( void *settings, const char *name );
    int   (*set_bool)( void *settings, size_t id, int value );
    void *(*get_array)( const void *settings, size_t id, size_t offset );   /* of 3 alone */
    uint32_t (*get_number)( const void *settings, size_t id );
};

/* An instance is never forgotten: another at its address takes its place. */
struct wrapped
{
    struct wrapped   *next;
    void             *instance;
    instance_function original;     /* NULL if the client had none */
    struct library    library;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct wrapped *all;

static void **slot( void *object, size_t number )
{
    return (void **)object + number;
}

static void say( const char *what )
{
    fprintf( stderr, "winedvc run: %s\n", what );
}

/* Behind us in the program's scope; or in that of a caller which was loaded for itself, and in which we are not. */
static void *next_function( const char *name, const void *caller )
{
    void *function = dlsym( RTLD_NEXT, name ), *handle;
    Dl_info info;

    if (function || !dladdr( caller, &info ) ||
        !(handle = dlopen( info.dli_fname, RTLD_LAZY | RTLD_NOLOAD ))) return function;
    function = dlsym( handle, name );
    dlclose( handle );  /* it stays: it is running */
    return function;
}

static void library_fill( struct library *library, void *function )
{
    Dl_info info;
    const char *name;
    void *handle;

    memset( library, 0, sizeof(*library) );
    if (!dladdr( function, &info ) || !(name = strrchr( info.dli_fname, '/' )) ||
        (strncmp( name, "/libfreerdp2.so", 15 ) && strncmp( name, "/libfreerdp3.so", 15 )) ||
        !(handle = dlopen( info.dli_fname, RTLD_LAZY | RTLD_NOLOAD ))) return;
    library->load = dlsym( handle, "freerdp_channels_client_load_ex" );
    library->find_static = dlsym( handle, "freerdp_static_channel_collection_find" );
    library->set_bool = dlsym( handle, "freerdp_settings_set_bool" );
    library->get_array = dlsym( handle, "freerdp_settings_get_pointer_array" );
    library->get_number = dlsym( handle, "freerdp_settings_get_uint32" );
    if (library->load && library->find_static && library->set_bool && library->get_number &&
        (name[11] == '2' || library->get_array)) library->major = name[11] - '0';
}

static bool has_channel( const struct library *library, void *settings, const char *name )
{
    uint32_t count = library->get_number( settings, CHANNEL_COUNT ), i;
    const struct channel_def *defs = library->major == 2 ? *slot( settings, CHANNEL_DEF_ARRAY ) : NULL, *def;

    for (i = 0; i < count; i++)
    {
        def = library->major == 2 ? defs + i : library->get_array( settings, CHANNEL_DEF_ARRAY, i );
        if (def && !strncasecmp( def->name, name, sizeof(def->name) )) return true;
    }
    return false;
}

/* Unless the user's own arguments load it. */
static void load_addin( const struct library *library, void *channels, void *settings )
{
    static char name[] = "winedvc", *values[] = { name, NULL };
    static struct addin_arguments arguments = { 1, values };
    const char *path = getenv( library->major == 2 ? "WINEDVC_RUN_ADDIN2" : "WINEDVC_RUN_ADDIN3" );
    void *addin, *entry;

    if (library->find_static( settings, name )) return;
    if (!path)
    {
        say( library->major == 2 ? "there is no addin for FreeRDP 2, which this client uses: install it"
                                 : "there is no addin for FreeRDP 3, which this client uses: install it" );
        return;
    }
    if (!(addin = dlopen( path, RTLD_LAZY | RTLD_LOCAL )) || !(entry = dlsym( addin, "VirtualChannelEntryEx" )))
        say( dlerror() );
    else if (library->load( channels, settings, entry, &arguments )) say( "the client does not take the addin" );
}

/* A client that loads no addins has no dynamic channels either; the client library has what they need. */
static void load_drdynvc( const struct library *library, void *channels, void *settings )
{
    void *(*find)( const char *, const char *, const char *, uint32_t );
    char name[32];
    void *client, *entry;

    if (has_channel( library, settings, "drdynvc" )) return;
    snprintf( name, sizeof(name), "libfreerdp-client%u.so.%u", library->major, library->major );
    if (!(client = dlopen( name, RTLD_LAZY | RTLD_LOCAL )) ||
        !(find = dlsym( client, "freerdp_channels_load_static_addin_entry" )) ||
        !(entry = find( "drdynvc", NULL, NULL, ENTRY_STATIC | ENTRY_EX )))
    {
        say( "this client has no dynamic channels, and FreeRDP's client library, which has them, is not there" );
        return;
    }
    library->set_bool( settings, SUPPORT_DYNAMIC_CHANNELS, 1 );
    library->load( channels, settings, entry, settings );
}

static struct wrapped *find_wrapped( const void *instance )
{
    struct wrapped *wrapped;

    pthread_mutex_lock( &lock );
    for (wrapped = all; wrapped && wrapped->instance != instance; wrapped = wrapped->next) continue;
    pthread_mutex_unlock( &lock );
    return wrapped;
}

/* In the place of the client's callback. */
static int load_channels( void *instance )
{
    struct wrapped *wrapped = find_wrapped( instance );
    void *context = *slot( instance, INSTANCE_CONTEXT );
    void *channels = *slot( context, CONTEXT_CHANNELS ), *settings = *slot( context, CONTEXT_SETTINGS );
    int ok;

    load_addin( &wrapped->library, channels, settings );
    ok = wrapped->original ? wrapped->original( instance ) : 1;
    if (ok) load_drdynvc( &wrapped->library, channels, settings );
    return ok;
}

static void wrap( void *instance, void *function )
{
    struct wrapped *wrapped = find_wrapped( instance );
    struct library library;
    void **callback;

    library_fill( &library, function );
    if (!library.major) return;
    callback = slot( instance, library.major == 2 ? INSTANCE_PRE_CONNECT : INSTANCE_LOAD_CHANNELS );
    if (*callback == (void *)load_channels) return;
    if (!wrapped)
    {
        if (!(wrapped = calloc( 1, sizeof(*wrapped) ))) return;
        wrapped->instance = instance;
        pthread_mutex_lock( &lock );
        wrapped->next = all;
        all = wrapped;
        pthread_mutex_unlock( &lock );
    }
    wrapped->original = (instance_function)*callback;
    wrapped->library = library;
    *callback = (void *)load_channels;
}

EXPORT int freerdp_connect( void *instance )
{
    instance_function next = (instance_function)next_function( "freerdp_connect", __builtin_return_address( 0 ) );

    if (!next) return 0;
    if (instance) wrap( instance, (void *)next );
    return next( instance );
}

/* Clients of FreeRDP 2 that ask for its descriptors (Vinagre) do not serve channels. */
EXPORT int freerdp_check_fds( void *instance )
{
    const void *caller = __builtin_return_address( 0 );
    instance_function next = (instance_function)next_function( "freerdp_check_fds", caller );
    int (*check)( void *channels, void *instance ) = next_function( "freerdp_channels_check_fds", caller );
    struct wrapped *wrapped = find_wrapped( instance );

    if (!next || !next( instance )) return 0;
    if (wrapped && wrapped->library.major == 2 && check)
        check( *slot( *slot( instance, INSTANCE_CONTEXT ), CONTEXT_CHANNELS ), instance );
    return 1;
}
