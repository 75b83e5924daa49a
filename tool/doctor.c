/*
 * winedvc doctor
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
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <wine/winedvcbridge.h>

#include "catalog.h"
#include "clients.h"
#include "names.h"
#include "paths.h"
#include "shell.h"
#include "terminal.h"
#include "verbs.h"
#include "wine.h"

enum verdict { VERDICT_OK, VERDICT_WARNING, VERDICT_FAILED };

struct doctor
{
    bool           json;
    FILE          *report;      /* NULL for none */
    json_t        *lines;
    unsigned int   counts[VERDICT_FAILED + 1];
    struct target  target;
    struct catalog catalog;
    struct name_list offered;   /* channels, and of each the plug-in that was first */
    struct name_list owners;
};

static const char *const verdicts[] = { "ok", "warning", "failed" };

static void print_line( FILE *stream, enum verdict verdict, const char *what, const char *mend )
{
    static const enum colour colours[] = { COLOUR_GOOD, COLOUR_WARNING, COLOUR_BAD };
    char word[16];

    snprintf( word, sizeof(word), "%-8s", verdicts[verdict] );
    terminal_print( stream, colours[verdict], word );
    print_shown( stream, what ? what : "no memory is left" );
    if (*mend) fputs( "\n        mend: ", stream );
    print_shown( stream, mend );
    fputc( '\n', stream );
}

/* One line of what was looked at. Mend is "" where nothing need be done, or what says what also says that. */
static void tell( struct doctor *doctor, enum verdict verdict, const char *mend, const char *format, ... )
    __attribute__((format( printf, 4, 5 )));
static void tell( struct doctor *doctor, enum verdict verdict, const char *mend, const char *format, ... )
{
    va_list args;
    char *what;

    va_start( args, format );
    if (vasprintf( &what, format, args ) < 0) what = NULL;
    va_end( args );
    doctor->counts[verdict]++;
    if (doctor->json)
        json_array_append_new( doctor->lines, json_pack( "{s:s, s:o, s:o}", "verdict", verdicts[verdict],
                                                         "what", json_text( what ),
                                                         "mend", *mend ? json_text( mend ) : json_null() ) );
    else
    {
        print_line( stdout, verdict, what, mend );
        fflush( stdout );
    }
    if (doctor->report) print_line( doctor->report, verdict, what, mend );
    free( what );
}

/* What to do about a problem of ours: it is behind the last colon, but one in a command, which is in quotation marks.
 * Returns the problem's end if it does not say. */
static const char *find_mend( const char *problem )
{
    const char *end = problem + strlen( problem ), *mend = end;
    bool quoted = false;

    while (mend > problem && (quoted || strncmp( mend, ": ", 2 )))
        if (*--mend == '"') quoted = !quoted;
    return mend > problem ? mend : end;
}

/* For what names no mend itself. */
static const char read_on[] = "see docs/troubleshooting.md of winedvc's documentation";

static void tell_problem( struct doctor *doctor, const char *about, const char *problem )
{
    const char *mend = find_mend( problem );

    tell( doctor, VERDICT_FAILED, *mend ? mend + 2 : read_on, "%s%.*s", about,
          (int)(mend - problem), problem );
}

/* What mends a plug-in its vendor may know; a session is as well off without it. */
static void tell_broken( struct doctor *doctor, const struct registration *registration, const char *how,
                         const char *problem )
{
    const char *mend = find_mend( problem );
    char text[PROBLEM_TEXT * 2];
    struct shell_word word;

    snprintf( text, sizeof(text), "%s; or go without it: \"winedvc disable %s\"",
              *mend ? mend + 2 : read_on, shell_quote( &word, registration->key ) );
    tell( doctor, VERDICT_FAILED, text, "plug-in %s%s: %.*s", registration->key, how, (int)(mend - problem), problem );
}

/* Is it about a line of that file? 0 if not. */
static unsigned long mistake_line( const char *mistake, const char *file )
{
    size_t size = strlen( file );

    return !strncmp( mistake, file, size ) && mistake[size] == ':' ? strtoul( mistake + size + 1, NULL, 10 ) : 0;
}

/* A mistake begins with where it is: a line of a file, or a variable. */
static void tell_mistake( struct doctor *doctor, const char *mistake )
{
    char *const *environment = doctor->target.settings.environment;
    char file[PATH_MAX], mend[PROBLEM_TEXT * 2] = "correct that value, or take it out";
    struct shell_word word;
    unsigned long line = 0;

    if (path_user_conf( environment, file )) line = mistake_line( mistake, file );
    if (!line && path_system_conf( environment, file )) line = mistake_line( mistake, file );
    if (line)
        snprintf( mend, sizeof(mend), "correct it, or take it out, with \"${EDITOR:-vi} +%lu %s\"", line,
                  shell_quote( &word, file ) );
    else if (!strncmp( mistake, "WINEDVC_", 8 ))
        snprintf( mend, sizeof(mend), "correct it, or take it out with \"unset %.*s\"", (int)strcspn( mistake, ":" ),
                  mistake );
    strcat( mend, ": README has what each may be" );
    tell( doctor, VERDICT_FAILED, mend, "%s", mistake );
}

static void look_at_configuration( struct doctor *doctor )
{
    const struct name_list *mistakes = &doctor->target.settings.mistakes;
    size_t i;

    for (i = 0; i < mistakes->count; i++) tell_mistake( doctor, mistakes->names[i] );
    if (!mistakes->count) tell( doctor, VERDICT_OK, "", "configuration: no mistake in environment and files" );
}

/* Returns false if no plug-in can run. */
static bool look_at_wine( struct doctor *doctor )
{
    const struct settings *settings = &doctor->target.settings;
    char problem[PROBLEM_TEXT];

    if (target_check( &doctor->target, problem, sizeof(problem) ))
    {
        tell_problem( doctor, "", problem );
        return false;
    }
    tell( doctor, VERDICT_OK, "", "Wine prefix: %s, for %s", settings->prefix, doctor->target.wine.loader );
    if (!catalog_read( &doctor->catalog, &doctor->target ))
    {
        tell_problem( doctor, "winedvc.exe does not run: ", doctor->catalog.search.problem );
        return false;
    }
    if (wine_check_version( doctor->catalog.search.versions, problem, sizeof(problem) ))
        tell( doctor, VERDICT_OK, "", "host: %s", doctor->catalog.search.versions );
    else tell_problem( doctor, "", problem );
    return true;
}

static void look_at_record( struct doctor *doctor )
{
    const struct record *record = &doctor->catalog.record;
    struct shell_word word;
    char mend[PROBLEM_TEXT];

    if (!*record->path)
        tell( doctor, VERDICT_WARNING, "set HOME", "record: there is no place for it, each session waits for Wine" );
    else if (*doctor->catalog.problem)
    {
        snprintf( mend, sizeof(mend), "\"rm %s\": the next session writes it anew",
                  shell_quote( &word, record->path ) );
        tell( doctor, strstr( doctor->catalog.problem, "another" ) ? VERDICT_WARNING : VERDICT_FAILED, mend, "%s",
              doctor->catalog.problem );
    }
    else tell( doctor, VERDICT_OK, "", "record: %s", record->text ? record->path : "none yet" );
}

/* Two that offer one name: the server gets the first. What FreeRDP serves itself in a session, no plug-in gets. */
static void look_at_name( struct doctor *doctor, const struct registration *registration, const char *channel )
{
    const struct client_name *served;
    struct shown_name name;
    struct shell_word word;
    char mend[PROBLEM_TEXT * 2];
    size_t i;

    show_name( &name, channel );
    shell_quote( &word, registration->key );
    for (served = client_names; served->addin; served++)
    {
        if (strcmp( served->channel, channel ) || name_list_has( &doctor->target.settings.take, channel )) continue;
        snprintf( mend, sizeof(mend), "name it in the setting take (WINEDVC_TAKE), or go without that plug-in: "
                  "\"winedvc disable %s\"", word.text );
        tell( doctor, VERDICT_FAILED, mend, "channel %s of %s: FreeRDP serves it itself in a session with its addin %s",
              name.text, registration->key, served->addin );
    }
    for (i = 0; i < doctor->offered.count && strcmp( doctor->offered.names[i], channel ); i++) continue;
    if (i < doctor->offered.count)
    {
        snprintf( mend, sizeof(mend), "\"winedvc disable %s\", or the other one", word.text );
        tell( doctor, VERDICT_FAILED, mend, "channel %s is offered by %s and by %s: the server gets that of the first",
              name.text, doctor->owners.names[i], registration->key );
    }
    else if (name_list_add( &doctor->offered, channel ) && !name_list_add( &doctor->owners, registration->key ))
        name_list_remove( &doctor->offered, channel );
}

static void tell_working( struct doctor *doctor, const struct registration *registration, const struct probe *probe )
{
    const struct started_plugin *started = &probe->started[0];
    char *names = channel_names( &started->names, &started->statics, "no channel yet" );
    size_t i;

    tell( doctor, VERDICT_OK, "", "plug-in %s: works (%u bit), listens on %s", registration->key, registration->bits,
          names ? names : "channels whose names have no memory left" );
    free( names );
    for (i = 0; i < probe->lines.count; i++)
        tell( doctor, VERDICT_WARNING, "", "plug-in %s, while it started: %s", registration->key,
              probe->lines.names[i] );
    for (i = 0; i < started->names.count; i++) look_at_name( doctor, registration, started->names.names[i] );
}

static void start_plugin( struct doctor *doctor, const struct registration *registration )
{
    char *const arguments[] = { (char *)"host", registration->entry, NULL };
    struct probe probe =
    {
        .settings = &doctor->target.settings,
        .bits = registration->bits,
        .arguments = arguments,
        .title = registration->key,
        .plugins = 1,
        .limit = doctor->target.settings.start_timeout,
    };
    char how[PROBLEM_TEXT];

    if (probe_run( &probe ) && probe.started[0].ready) tell_working( doctor, registration, &probe );
    else
    {
        snprintf( how, sizeof(how), " does not work%s%s%s", *probe.error ? " (Wine printed: " : "", probe.error,
                  *probe.error ? ")" : "" );
        tell_broken( doctor, registration, how,
                     *probe.problem || !probe.started ? probe.problem : probe.started[0].problem );
    }
    probe_clear( &probe );
}

static void look_at_plugins( struct doctor *doctor )
{
    struct registration *registration = doctor->catalog.search.registrations;
    char mend[PROBLEM_TEXT * 2];
    struct shell_word word;

    if (!registration)
        tell( doctor, VERDICT_WARNING, "\"winedvc add FILE.dll\"", "no plug-in is registered in %s",
              doctor->target.settings.prefix );
    for (; registration; registration = registration->next)
    {
        switch (registration_state( &doctor->target, registration ))
        {
        case REGISTRATION_DISABLED:
            tell( doctor, VERDICT_OK, "", "plug-in %s: is switched off", registration->key );
            break;
        case REGISTRATION_LEFT_OUT:
            tell( doctor, VERDICT_OK, "", "plug-in %s: is left out by the configuration", registration->key );
            break;
        case REGISTRATION_GONE:
            snprintf( mend, sizeof(mend), "put the file back, or \"winedvc remove %s\"",
                      shell_quote( &word, registration->key ) );
            tell( doctor, VERDICT_FAILED, mend, "plug-in %s: its file %s is not there", registration->key,
                  registration->file );
            break;
        case REGISTRATION_UNUSABLE:
            tell_broken( doctor, registration, "", registration->problem );
            break;
        default:
            start_plugin( doctor, registration );
        }
    }
}

/* In FreeRDP's own directory, where any client finds it, or where "winedvc run" takes it from. */
static void look_at_addin( struct doctor *doctor, unsigned int major, const char *dir )
{
    char path[PATH_MAX], version[64];
    bool installed = path_format( path, "%s/freerdp%u/libwinedvc-client.so", dir, major ) && !access( path, R_OK );

    if (!installed && !client_own_addin( major, path ))
        tell( doctor, VERDICT_FAILED, "install winedvc's addin for it",
              "FreeRDP %u in %s: there is no addin for it", major, dir );
    else if (!client_addin_version( path, version, sizeof(version) ))
        tell( doctor, VERDICT_FAILED, "install winedvc again",
              "FreeRDP %u in %s: %s is not winedvc's", major, dir, path );
    else if (strcmp( version, WINEDVC_VERSION ))
        tell( doctor, VERDICT_FAILED, "install winedvc again, all of it",
              "FreeRDP %u in %s: its addin %s is of version %s, and winedvc of version " WINEDVC_VERSION, major, dir,
              path, version );
    else if (installed) tell( doctor, VERDICT_OK, "", "FreeRDP %u in %s: has the addin", major, dir );
    else tell( doctor, VERDICT_OK, "", "FreeRDP %u in %s: \"winedvc run\" brings the addin (%s)", major, dir, path );
}

static void look_at_freerdp( struct doctor *doctor )
{
    unsigned int major, index, found = 0;
    char dir[PATH_MAX];

    for (major = 2; major <= 3; major++)
        for (index = 0; client_library( major, index, dir ); index++, found++) look_at_addin( doctor, major, dir );
    if (!found)
        tell( doctor, VERDICT_FAILED, "install a client: freerdp2-x11 or freerdp3-x11 (Debian), freerdp (Fedora, Arch)",
              "no FreeRDP library is installed" );
}

static void look_at_clients( struct doctor *doctor )
{
    char *const *environment = doctor->target.settings.environment;
    const struct sealed_client *sealed;
    const struct client *client;
    char path[PATH_MAX], uses[32] = "", mend[256];
    unsigned int major;

    for (client = clients; client->name; client++)
    {
        if (!client_find( environment, client->name, path )) continue;
        major = client_major( client, path );
        if (major) snprintf( uses, sizeof(uses), " (FreeRDP %u)", major );
        else *uses = 0;
        tell( doctor, VERDICT_OK, "", "client %s%s: %s%s\"winedvc run %s\"", path, uses, client->way ? client->way : "",
              client->way ? ", or " : "", client->name );
    }
    for (sealed = sealed_clients; sealed->name; sealed++)
    {
        if (!sealed_client_find( environment, sealed )) continue;
        snprintf( mend, sizeof(mend), "install the distribution's package (%s)%s", sealed->package,
                  sealed->is_snap ? "" : "; docs/troubleshooting.md of winedvc's documentation has what else it would need" );
        tell( doctor, VERDICT_WARNING, mend, "client %s is a %s, which has a FreeRDP of its own: \"winedvc run\" does "
              "not reach into it", sealed->name, sealed->is_snap ? "Snap" : "Flatpak" );
    }
}

static int look( struct doctor *doctor, const char *prefix )
{
    char problem[PROBLEM_TEXT];
    int status = target_configure( &doctor->target, prefix, problem, sizeof(problem) );

    if (status)
    {
        complain( "%s", problem );
        return status;
    }
    look_at_configuration( doctor );
    if (look_at_wine( doctor ))
    {
        look_at_record( doctor );
        look_at_plugins( doctor );
    }
    look_at_freerdp( doctor );
    look_at_clients( doctor );
    return doctor->counts[VERDICT_FAILED] ? STATUS_FAILED : STATUS_OK;
}

static int doctor_verb( const struct arguments *arguments )
{
    struct doctor doctor = { .json = arguments->json };
    const char *report = arguments->given[0];
    int status;

    if (report && !(doctor.report = fopen( report, "wxe" )))
    {
        complain( "the report %s can not be written (%s): name a file that is not there yet", report,
                  strerror( errno ) );
        return STATUS_FAILED;
    }
    if (doctor.report) fprintf( doctor.report, "winedvc doctor, version " WINEDVC_VERSION "\n" );
    doctor.lines = json_array();
    status = look( &doctor, arguments->prefix );
    if (doctor.json)
    {
        if (!json_print( json_pack( "{s:i, s:s, s:O}", "version", 1, "result", verdicts[doctor.counts[VERDICT_FAILED] ?
                                    VERDICT_FAILED : doctor.counts[VERDICT_WARNING] ? VERDICT_WARNING : VERDICT_OK],
                                    "lines", doctor.lines ) )) status = STATUS_FAILED;
    }
    else printf( "%u ok, %u warnings, %u failed\n", doctor.counts[VERDICT_OK], doctor.counts[VERDICT_WARNING],
                 doctor.counts[VERDICT_FAILED] );
    json_decref( doctor.lines );
    if (doctor.report && fclose( doctor.report ))
    {
        complain( "the report %s is not complete (%s)", report, strerror( errno ) );
        status = STATUS_FAILED;
    }
    name_list_clear( &doctor.offered );
    name_list_clear( &doctor.owners );
    catalog_clear( &doctor.catalog );
    target_clear( &doctor.target );
    return status;
}

const struct verb verb_doctor =
{
    .name = "doctor",
    .operands = "",
    .help = "looks at all that lies between a plug-in and a working channel",
    .examples = "  winedvc doctor\n"
                "  winedvc doctor --report=report.txt\n",
    .options = { { "report", "FILE", "writes it to a new file, too" } },
    .has_json = true,
    .run = doctor_verb,
};
