/*
 * Arguments, and what --help says of them
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

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "options.h"
#include "terminal.h"

static const struct verb_option help_option = { .name = "help", .help = "prints this" };
static const struct verb_option json_option = { .name = "json", .help = "prints JSON" };
static const struct verb_option prefix_option =
{
    .name = "prefix", .argument = "DIR", .help = "the Wine prefix, instead of WINEPREFIX and ~/.wine",
};

/* What getopt_long() returns: the number of one of the verb's own, or one of these. */
enum { OPTION_HELP = VERB_OPTIONS, OPTION_JSON, OPTION_PREFIX };

#define MOST_OPTIONS (VERB_OPTIONS + 4)

static void fill_option( struct option *option, const struct verb_option *from, int value )
{
    option->name = from->name;
    option->has_arg = from->argument ? required_argument : no_argument;
    option->val = value;
}

static void fill_options( const struct verb *verb, struct option options[MOST_OPTIONS] )
{
    unsigned int i, count = 0;

    memset( options, 0, MOST_OPTIONS * sizeof(*options) );
    for (i = 0; verb->options[i].name; i++) fill_option( &options[count++], &verb->options[i], i );
    if (verb->has_json) fill_option( &options[count++], &json_option, OPTION_JSON );
    fill_option( &options[count++], &prefix_option, OPTION_PREFIX );
    fill_option( &options[count++], &help_option, OPTION_HELP );
}

/* Short forms, as getopt_long() wants them. */
static void fill_letters( const struct verb *verb, char letters[2 * VERB_OPTIONS + 3] )
{
    unsigned int i, used = 0;

    if (verb->has_command) letters[used++] = '+';
    letters[used++] = ':';
    for (i = 0; verb->options[i].name; i++)
    {
        if (!verb->options[i].letter) continue;
        letters[used++] = verb->options[i].letter;
        if (verb->options[i].argument) letters[used++] = ':';
    }
    letters[used] = 0;
}

/* The number of an option of the verb's own that has this letter. */
static int find_letter( const struct verb *verb, int letter )
{
    int i;

    for (i = 0; verb->options[i].name; i++) if (verb->options[i].letter == letter) break;
    return i;
}

static void print_option( const struct verb_option *option )
{
    char name[40];

    snprintf( name, sizeof(name), "%s%.1s%s--%s%s%s", option->letter ? "-" : "", &option->letter,
              option->letter ? ", " : "", option->name, option->argument ? "=" : "",
              option->argument ? option->argument : "" );
    printf( "  %-16s %s\n", name, option->help );
}

static void print_help( const struct verb *verb )
{
    unsigned int i;

    printf( "Usage: winedvc %s [OPTION]...%s%s\n%s.\n\n", verb->name, *verb->operands ? " " : "", verb->operands,
            verb->help );
    for (i = 0; verb->options[i].name; i++) print_option( &verb->options[i] );
    if (verb->has_json) print_option( &json_option );
    print_option( &prefix_option );
    print_option( &help_option );
    printf( "\nExamples:\n%s\nwinedvc(1) has the rest, and what each exit status means.\n", verb->examples );
}

static enum options_result count_operands( const struct verb *verb, const struct arguments *arguments )
{
    if (arguments->count < verb->least)
    {
        complain( "%s wants %s: see \"winedvc %s --help\"", verb->name, verb->operands, verb->name );
        return OPTIONS_WRONG;
    }
    if (arguments->count > verb->most)
    {
        complain( "%s does not know what to do with \"%s\": see \"winedvc %s --help\"", verb->name,
                  arguments->operands[verb->most], verb->name );
        return OPTIONS_WRONG;
    }
    return OPTIONS_RUN;
}

enum options_result options_parse( const struct verb *verb, int argc, char **argv, struct arguments *arguments )
{
    struct option options[MOST_OPTIONS];
    char letters[2 * VERB_OPTIONS + 3], letter[3] = "";
    int value;

    memset( arguments, 0, sizeof(*arguments) );
    fill_options( verb, options );
    fill_letters( verb, letters );
    opterr = 0;
    while ((value = getopt_long( argc, argv, letters, options, NULL )) != -1)
    {
        switch (value)
        {
        case OPTION_HELP:
            print_help( verb );
            return OPTIONS_HELP;
        case OPTION_JSON:
            arguments->json = true;
            break;
        case OPTION_PREFIX:
            arguments->prefix = optarg;
            if (*optarg) break;
            complain( "%s: the option --prefix wants a directory: leave it out for the prefix that you use", verb->name );
            return OPTIONS_WRONG;
        case ':':
            complain( "%s: the option %s wants an argument: see \"winedvc %s --help\"", verb->name, argv[optind - 1],
                      verb->name );
            return OPTIONS_WRONG;
        case '?':
            /* a letter among others is not what optind has gone past */
            if (optopt > OPTION_PREFIX) snprintf( letter, sizeof(letter), "-%c", optopt );
            complain( "%s has no option like %s: see \"winedvc %s --help\"", verb->name, *letter ? letter : argv[optind - 1],
                      verb->name );
            return OPTIONS_WRONG;
        default:
            if (value > OPTION_PREFIX) value = find_letter( verb, value );
            arguments->given[value] = optarg ? optarg : "";
            if (verb->options[value].repeats && !name_list_add( &arguments->repeated, optarg )) return OPTIONS_WRONG;
        }
    }
    arguments->count = argc - optind;
    arguments->operands = argv + optind;
    return count_operands( verb, arguments );
}
