/*
 * winedvc add
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
#include <ctype.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <wine/winedvcbridge.h>

#include "ascii.h"
#include "catalog.h"
#include "peimage.h"
#include "prefix.h"
#include "printable.h"
#include "registry.h"
#include "shell.h"
#include "terminal.h"
#include "verbs.h"

#define VALUE   (PATH_MAX + 64)

enum { GIVEN_NAME, GIVEN_DRY_RUN, GIVEN_NO_RUN };

/* What the user has named. */
struct plan
{
    const struct arguments *arguments;
    struct target target;
    struct image  image;            /* of file, if it is a DLL or a program */
    char          file[PATH_MAX];   /* "" for a class alone */
    char          class[64];        /* "{...}", "" for the plug-in that a DLL exports */
    char          dos[PATH_MAX];    /* what Windows calls the file */
    char          value[VALUE];     /* of the AddIns key */
    char          key[256];
    bool          is_registry_file;
    sigset_t      signals;          /* that the user ends winedvc with: blocked while there is something to take back */
    json_t       *plugins;          /* what was added, for --json; else NULL */
};

static bool is_class( const char *text )
{
    static const char form[] = "{xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx}";
    size_t i;

    for (i = 0; form[i]; i++)
        if (form[i] == 'x' ? !isxdigit( (unsigned char)text[i] ) : text[i] != form[i]) return false;
    return !text[i];
}

static bool ends_with( const char *text, const char *end )
{
    size_t size = strlen( text );

    return size > strlen( end ) && ascii_equal( text + size - strlen( end ), end );
}

/* {CLSID}, FILE or FILE:{CLSID}. */
static int plan_parse( struct plan *plan, const char *operand )
{
    const char *class = strstr( operand, ":{" );
    size_t size = class ? (size_t)(class - operand) : strlen( operand );

    if (*operand == '{') class = operand, size = 0;
    else if (class) class++;
    if (class && !is_class( class ))
    {
        complain( "%s is no class: it looks like {01234567-89ab-cdef-0123-456789abcdef}", class );
        return STATUS_USAGE;
    }
    if (size >= sizeof(plan->file))
    {
        complain( "the name of the file is too long" );
        return STATUS_USAGE;
    }
    snprintf( plan->class, sizeof(plan->class), "%s", class ? class : "" );
    memcpy( plan->file, operand, size );
    plan->is_registry_file = ends_with( plan->file, ".reg" );
    if (!size || !access( plan->file, R_OK )) return STATUS_OK;
    complain( "%s can not be read: is the name right?", plan->file );
    return STATUS_FAILED;
}

/* Wine's regedit takes any file, and passes over what is no line of the registry's without a word. */
static bool is_registry_text( const char *file )
{
    int fd = open( file, O_RDONLY | O_CLOEXEC | O_NONBLOCK );
    char head[64] = "";
    ssize_t size = fd < 0 ? -1 : read( fd, head, sizeof(head) - 1 ), i;

    if (fd >= 0) close( fd );
    if (size > 2 && !memcmp( head, "\xff\xfe", 2 ))     /* UTF-16 */
        for (i = 0; 2 * i + 2 < size; i++) head[i] = head[2 * i + 2];
    return !strncmp( head, "REGEDIT", 7 ) || !strncmp( head, "Windows Registry Editor", 23 );
}

/* The file has to be one that can be a plug-in. */
static bool plan_read_file( struct plan *plan )
{
    struct shell_word word;
    char problem[PROBLEM_TEXT];

    if (!*plan->file) return true;
    if (plan->is_registry_file)
    {
        if (is_registry_text( plan->file )) return true;
        complain( "%s is no registry file, which begins with REGEDIT4 or \"Windows Registry Editor Version 5.00\": export "
                  "it again, as Windows' regedit does, in UTF-16 or ASCII", plan->file );
    }
    else if (!image_read( plan->file, &plan->image, problem, sizeof(problem) )) complain( "%s", problem );
    else if (*plan->class || plan->image.is_program || plan->image.has_instance || plan->image.has_static ||
             plan->image.has_register || plan->image.is_dotnet) return true;
    else if (plan->image.has_classes)
        complain( "%s has classes, and does not say which one is the plug-in: its vendor knows, then "
                  "\"winedvc add %s:{CLSID}\"", plan->file, shell_quote( &word, plan->file ) );
    else
        complain( "%s is no RDP plug-in: it exports neither VirtualChannelGetInstance nor a class. Is it the right DLL "
                  "of that product?", plan->file );
    return false;
}

/* The prefix that the user names, or the file lies in, or the configured one. */
static int plan_open_target( struct plan *plan )
{
    char prefix[PATH_MAX];
    const char *given = plan->arguments->prefix;

    if (!given && *plan->file && !plan->is_registry_file && prefix_of_file( plan->file, prefix, sizeof(prefix) ))
        given = prefix;
    return target_open( &plan->target, given );
}

static void make_key( struct plan *plan )
{
    const char *given = plan->arguments->given[GIVEN_NAME], *slash = strrchr( plan->file, '/' );
    char *dot;

    snprintf( plan->key, sizeof(plan->key), "%s",
              given ? given : !*plan->file ? plan->class : slash ? slash + 1 : plan->file );
    if (!given && *plan->file && (dot = strrchr( plan->key, '.' )) && dot > plan->key) *dot = 0;
}

/* What is no text would get another name in the registry. */
static bool is_shown( const char *name )
{
    size_t size;

    while (*name && (size = printable_size( name ))) name += size;
    return !*name;
}

static int plan_name( struct plan *plan )
{
    const char *given = plan->arguments->given[GIVEN_NAME];
    struct wine_program program;
    char problem[PROBLEM_TEXT];

    make_key( plan );
    if (!*plan->key || strpbrk( plan->key, "\\\n\r\t" ) || (given && (strlen( given ) >= sizeof(plan->key) ||
                                                                    !is_shown( given ))))
    {
        complain( "\"%s\" can not be a plug-in's name: choose another with --name, of letters and signs without \\, and "
                  "of 255 bytes at most", given ? given : plan->key );
        return STATUS_USAGE;
    }
    if (!*plan->file) snprintf( plan->value, sizeof(plan->value), "%s", plan->class );
    else if (!target_name_file( &plan->target, plan->file, plan->dos )) return STATUS_FAILED;
    else if (plan->image.is_program) snprintf( plan->value, sizeof(plan->value), "%s", plan->class );
    else snprintf( plan->value, sizeof(plan->value), "%s%s%s", plan->dos, *plan->class ? ":" : "", plan->class );
    if (plan->image.bits == 32 &&
        !wine_find( &plan->target.settings, 32, &program, problem, sizeof(problem) ))
    {
        complain( "%s is 32-bit code: %s", plan->file, problem );
        return STATUS_REFUSED;
    }
    return STATUS_OK;
}

static int plan_make( struct plan *plan )
{
    int status = plan_parse( plan, plan->arguments->operands[0] );

    if (!status && !plan_read_file( plan )) status = STATUS_FAILED;
    if (!status) status = plan_open_target( plan );
    if (!status) status = plan_name( plan );
    return status;
}

/* Does that key load what is to be added? */
static bool is_meant( const struct plan *plan, const struct registration *registration )
{
    return ascii_equal( registration->entry, plan->value ) ||
           (*plan->dos && !*plan->class && ascii_equal( registration->file, plan->dos ));
}

static struct registration *find_meant( const struct plan *plan, const struct catalog *catalog )
{
    struct registration *registration = catalog->search.registrations;

    while (registration && !is_meant( plan, registration )) registration = registration->next;
    return registration;
}

static bool has_key( const struct catalog *catalog, const char *key )
{
    struct registration *registration = catalog->search.registrations;

    while (registration && !ascii_equal( registration->key, key )) registration = registration->next;
    return registration != NULL;
}

/* Starts what has these values, as one host does, and says what is wrong. */
static bool start_plugin( const struct plan *plan, const struct registration *registration, struct probe *probe )
{
    char *const arguments[] = { (char *)"host", registration->entry, NULL };

    memset( probe, 0, sizeof(*probe) );
    probe->settings = &plan->target.settings;
    probe->bits = registration->bits;
    probe->arguments = arguments;
    probe->title = registration->key;
    probe->plugins = 1;
    probe->limit = plan->target.settings.start_timeout;
    probe->signals = &plan->signals;
    if (probe_run( probe ) && probe->started[0].ready) return true;
    complain( "%s does not work: %s%s%s", registration->key,
              *probe->problem || !probe->started ? probe->problem : probe->started[0].problem,
              *probe->error ? "; Wine printed: " : "", probe->error );
    return false;
}

/* What was learned goes to the record, beside what it has. */
static void remember( struct catalog *catalog, const struct registration *registration, struct started_plugin *started )
{
    struct plugin *plugin;
    char problem[LOG_LINE];
    size_t i;

    if (!(plugin = plugin_list_add( &catalog->recorded, registration->bits, registration->key, registration->entry,
                                    registration->file ))) return;
    plugin->size = registration->size;
    plugin->time = registration->time;
    for (i = 0; i < started->names.count; i++) name_list_add( &plugin->heard, started->names.names[i] );
    name_list_copy( &plugin->statics_heard, &started->statics );
    plugin_is_ready( plugin );
    record_save( &catalog->record, &catalog->recorded, problem, sizeof(problem) );
    if (*problem) complain( "the first session will wait for Wine: %s", problem );
}

static json_t *json_names( const struct name_list *names, bool are_static )
{
    json_t *array = json_array();
    struct shown_name shown;
    const char *name;
    size_t i;

    for (i = 0; i < names->count; i++)
    {
        name = are_static ? static_channel_name( names->names[i] ) : names->names[i];
        json_array_append_new( array, json_string( show_name( &shown, name ) ) );
    }
    return array;
}

static void print_channels( const struct started_plugin *started )
{
    const struct name_list *names = &started->names, *statics = &started->statics;
    struct shown_name name;
    size_t i;

    for (i = 0; i < statics->count; i++)
        printf( "  static channel %s\n", show_name( &name, static_channel_name( statics->names[i] ) ) );
    for (i = 0; i < names->count; i++) printf( "  channel %s\n", show_name( &name, names->names[i] ) );
    if (!names->count && !statics->count) printf( "It listens on no channel as long as there is no connection.\n" );
}

/* Started is NULL where it was not. */
static void tell_plugin( const struct plan *plan, const struct registration *registration, const char *result,
                         const struct started_plugin *started )
{
    if (plan->plugins)
        json_array_append_new( plan->plugins,
                               json_pack( "{s:o, s:o, s:o, s:i, s:s, s:o, s:o}", "name", json_text( registration->key ),
                                          "value", json_text( registration->entry ),
                                          "file", json_text( registration->file ), "bits", (int)registration->bits,
                                          "result", result, "channels", started ? json_names( &started->names, false ) : json_null(),
                                          "static-channels", started ? json_names( &started->statics, true ) : json_null() ) );
    else
    {
        print_shown( stdout, registration->key );
        if (!strcmp( result, "present" ))
            printf( " is there already%s.\n",
                    registration->flags & WINEDVC_ADDIN_DISABLED ? ", and is switched off: \"winedvc enable\"" : "" );
        else if (!started) puts( " is added, and was not started: \"winedvc doctor\" tries whether it works." );
        else
        {
            puts( " is added. The next connection with /vc:winedvc offers to the server" );
            print_channels( started );
        }
    }
}

/* The file's own registration, and the key that it does not make. What was not there is taken back if that fails. */
static bool register_file( const struct plan *plan, bool *registered )
{
    const struct target *target = &plan->target;

    *registered = false;
    if (plan->is_registry_file) return registry_change( target, target->bits, "import", plan->dos, NULL );
    if (!plan->image.has_register && !plan->image.is_program) return true;
    return *registered = registry_change( target, plan->image.bits, "register", plan->dos, NULL );
}

static void take_back( const struct plan *plan, const char *key, bool registered )
{
    if (registered && (plan->image.has_unregister || plan->image.is_program))
        registry_change( &plan->target, plan->image.bits, "unregister", plan->dos, NULL );
    if (key) registry_change( &plan->target, plan->target.bits, "remove", key, NULL );
}

/* Once it is registered: starts it, and tells. */
static bool finish( const struct plan *plan, struct catalog *catalog, const struct registration *registration )
{
    struct probe probe;
    bool works;

    if (*registration->problem)
    {
        complain( "%s does not work: %s", registration->key, registration->problem );
        return false;
    }
    if (plan->arguments->given[GIVEN_NO_RUN])
    {
        tell_plugin( plan, registration, "added", NULL );
        return true;
    }
    if ((works = start_plugin( plan, registration, &probe )))
    {
        tell_plugin( plan, registration, "added", &probe.started[0] );
        remember( catalog, registration, &probe.started[0] );
    }
    probe_clear( &probe );
    return works;
}

/* The first of those keys, from this one on, that a .reg file has brought. */
static struct registration *find_new( const struct catalog *before, struct registration *registration )
{
    while (registration && has_key( before, registration->key )) registration = registration->next;
    return registration;
}

/* That of the key which the file has brought; else one is written, which is ours. NULL, with a line, if there is none. */
static struct registration *find_or_write_key( const struct plan *plan, const struct catalog *before,
                                               struct catalog *catalog, bool *ours )
{
    struct registration *registration;
    struct shell_word word;

    *ours = false;
    if (!catalog_open( catalog, &plan->target )) return NULL;
    registration = plan->is_registry_file ? find_new( before, catalog->search.registrations )
                                          : find_meant( plan, catalog );
    if (registration) return registration;
    if (plan->is_registry_file)
    {
        complain( "%s names no new plug-in: \"winedvc list\" has what there is", plan->file );
        return NULL;
    }
    if (*plan->file && !*plan->class && !plan->image.has_instance && !plan->image.has_static)
    {
        complain( "%s has registered itself, but no plug-in: if its vendor names a class, \"winedvc add %s:{CLSID}\"",
                  plan->file, shell_quote( &word, plan->file ) );
        return NULL;
    }
    if (!(*ours = registry_change( &plan->target, plan->target.bits, "set", plan->key, plan->value ))) return NULL;
    catalog_clear( catalog );
    if (!catalog_open( catalog, &plan->target )) return NULL;
    if (!(registration = find_meant( plan, catalog )))
        complain( "Wine does not know %s by that name: rename it, to letters, digits and dots", plan->file );
    return registration;
}

/* All that a .reg file has brought has to work. */
static bool finish_all( const struct plan *plan, const struct catalog *before, struct catalog *catalog,
                        struct registration *registration )
{
    while (registration && finish( plan, catalog, registration ))
        registration = plan->is_registry_file ? find_new( before, registration->next ) : NULL;
    return !registration;
}

static void take_back_all( const struct plan *plan, const struct catalog *before, struct catalog *catalog,
                           struct registration *registration )
{
    for (; registration; registration = find_new( before, registration->next ))
    {
        take_back( plan, registration->key, false );
        catalog_forget( catalog, registration );
    }
    complain( "no plug-in of %s is added", plan->file );
}

static void block_signals( struct plan *plan )
{
    sigemptyset( &plan->signals );
    sigaddset( &plan->signals, SIGINT );
    sigaddset( &plan->signals, SIGTERM );
    sigaddset( &plan->signals, SIGHUP );
    sigprocmask( SIG_BLOCK, &plan->signals, NULL );
}

static int add_to( struct plan *plan, const struct catalog *before )
{
    struct catalog catalog = { 0 };
    struct registration *registration;
    bool registered, ours, works;

    block_signals( plan );
    if (!register_file( plan, &registered )) return STATUS_FAILED;
    registration = find_or_write_key( plan, before, &catalog, &ours );
    works = registration &&
            (!registered || registry_change( &plan->target, plan->target.bits, "mark", registration->key, NULL )) &&
            finish_all( plan, before, &catalog, registration );
    if (!works && plan->is_registry_file) take_back_all( plan, before, &catalog, registration );
    else if (!works) take_back( plan, registration ? registration->key : ours ? plan->key : NULL, registered );
    catalog_clear( &catalog );
    return works ? STATUS_OK : STATUS_FAILED;
}

static int add_new( struct plan *plan )
{
    struct registration *registration;
    struct catalog before = { 0 };
    struct shell_word word;
    int status;

    if (!catalog_open( &before, &plan->target )) status = STATUS_FAILED;
    else if (!plan->is_registry_file && (registration = find_meant( plan, &before )))
    {
        tell_plugin( plan, registration, "present", NULL );
        status = STATUS_OK;
    }
    else if (!plan->is_registry_file && has_key( &before, plan->key ))
    {
        complain( "there is another plug-in \"%s\": choose another name with --name, or \"winedvc remove %s\" first",
                  plan->key, shell_quote( &word, plan->key ) );
        status = STATUS_FAILED;
    }
    else status = add_to( plan, &before );
    catalog_clear( &before );
    return status;
}

static void print_plan( const struct plan *plan )
{
    printf( "In the Wine prefix %s, by %s, \"winedvc add\" would\n", plan->target.settings.prefix,
            plan->target.wine.loader );
    if (plan->is_registry_file) printf( "  import %s into the registry\n", plan->file );
    if (plan->image.is_program)
        printf( "  run %s /regserver (%u bit)\n", plan->file, plan->image.bits );
    else if (plan->image.has_register)
        printf( "  run the DllRegisterServer of %s (%u bit)\n", plan->file, plan->image.bits );
    if (!plan->is_registry_file && *plan->value)
        printf( "  set HKEY_CURRENT_USER\\Software\\Microsoft\\Terminal Server Client\\Default\\AddIns\\%s,\n"
                "    Name = %s%s\n", plan->key, plan->value,
                plan->image.has_register || plan->image.is_program ? ", unless that file does so itself" : "" );
    if (!plan->arguments->given[GIVEN_NO_RUN]) printf( "  start it once, to learn its channels\n" );
    printf( "Nothing was changed.\n" );
}

static int add( const struct arguments *arguments )
{
    struct plan plan = { .arguments = arguments };
    int status;

    if (arguments->given[GIVEN_DRY_RUN] && arguments->json)
    {
        complain( "add takes --dry-run or --json, not both" );
        return STATUS_USAGE;
    }
    status = plan_make( &plan );
    if (!status && arguments->given[GIVEN_DRY_RUN]) print_plan( &plan );
    else if (!status)
    {
        if (arguments->json) plan.plugins = json_array();
        status = add_new( &plan );
        if (!status && arguments->json && !target_print_json( &plan.target, "plugins", plan.plugins ))
            status = STATUS_FAILED;
        json_decref( plan.plugins );
    }
    target_clear( &plan.target );
    return status;
}

const struct verb verb_add =
{
    .name = "add",
    .operands = "FILE.dll|{CLSID}|FILE.dll:{CLSID}|FILE.exe|FILE.reg",
    .least = 1,
    .most = 1,
    .help = "registers a plug-in, and starts it once to learn its channels",
    .examples = "  winedvc add ~/.wine/drive_c/Program\\ Files/Vendor/plugin.dll\n"
                "  winedvc add --name scanner vendor.dll:{6c1f4a52-8a5e-4b7a-9f0e-3d2c54b1a001}\n"
                "  winedvc add --dry-run vendor.reg\n",
    .options =
    {
        [GIVEN_NAME] = { "name", "NAME", "what it is called; its file's name if there is none" },
        [GIVEN_DRY_RUN] = { "dry-run", NULL, "says what would be done, and does nothing" },
        [GIVEN_NO_RUN] = { "no-run", NULL, "does not start it" },
    },
    .has_json = true,
    .run = add,
};
