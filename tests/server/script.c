/*
 * Reads a script
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

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server.h"

#define MAX_WORDS 64

struct reader
{
    struct script *script;
    unsigned int line;
    char *words[MAX_WORDS];     /* inside the line */
    size_t count;
};

static bool __attribute__((format( printf, 2, 3 ))) complain( const struct reader *reader, const char *format, ... )
{
    va_list args;

    fprintf( stderr, "%s:%u: ", reader->script->file, reader->line );
    va_start( args, format );
    vfprintf( stderr, format, args );
    va_end( args );
    fputc( '\n', stderr );
    return false;
}

/* Takes the word at *text out of the line: "…" may hold blanks, \" and \\ stand for " and \. */
static bool take_quoted( const struct reader *reader, char **text, char **word )
{
    char *in = *text + 1, *out = in;

    *word = out;
    for (; *in && *in != '"'; in++)
    {
        if (*in == '\\' && *++in != '"' && *in != '\\')
            return complain( reader, "only \\\" and \\\\ are known inside quotes" );
        *out++ = *in;
    }
    if (!*in) return complain( reader, "a quote is not closed" );
    if (in[1] && !isspace( (unsigned char)in[1] )) return complain( reader, "a blank must follow a closing quote" );
    *out = 0;
    *text = in + 1;
    return true;
}

static bool split( struct reader *reader, char *text )
{
    reader->count = 0;
    for (;;)
    {
        while (isspace( (unsigned char)*text )) text++;
        if (!*text || *text == '#') return true;
        if (reader->count == MAX_WORDS) return complain( reader, "more than %d words", MAX_WORDS );
        if (*text == '"')
        {
            if (!take_quoted( reader, &text, &reader->words[reader->count++] )) return false;
            continue;
        }
        reader->words[reader->count++] = text;
        while (*text && !isspace( (unsigned char)*text )) text++;
        if (*text) *text++ = 0;
    }
}

static bool parse_number( const char *word, uint64_t max, uint64_t *number )
{
    char *end;

    errno = 0;
    *number = strtoull( word, &end, 0 );
    return isdigit( (unsigned char)*word ) && !*end && !errno && *number <= max;
}

static bool parse_numbers( const struct reader *reader, struct step *step, size_t i )
{
    uint64_t number;

    if (!(step->numbers = calloc( reader->count, sizeof(*step->numbers) ))) abort();
    for (; i < reader->count; i++)
    {
        if (!parse_number( reader->words[i], step->verb->max, &number ) || (!number && !step->verb->zero))
            return complain( reader, "\"%s\" is not a number from %u to %u", reader->words[i], !step->verb->zero,
                             step->verb->max );
        step->numbers[step->count++] = number;
    }
    return true;
}

static bool parse_step( const struct reader *reader, struct step *step )
{
    const char *form = step->verb->form, *name = step->verb->name;
    size_t i = 1, least, most;

    if (*form == 't')
    {
        if (reader->count < 2 || !*reader->words[1]) return complain( reader, "\"%s\" needs a text", name );
        if (!(step->text = strdup( reader->words[i++] ))) abort();
        form++;
    }
    least = strcspn( form, "?+" ) + (*form == '+');
    most = strchr( form, '+' ) ? MAX_WORDS : strlen( form ) - !!strchr( form, '?' );
    if (reader->count - i < least) return complain( reader, "\"%s\" needs more numbers", name );
    if (reader->count - i > most) return complain( reader, "\"%s\" does not take that many words", name );
    return parse_numbers( reader, step, i );
}

static bool add_task( struct reader *reader )
{
    struct script *script = reader->script;
    struct task *task;

    if (reader->count < 2 || reader->count > 3)
        return complain( reader, "\"task\" needs a name, and may have a text" );
    if (script_find_task( script, reader->words[1] ))
        return complain( reader, "task \"%s\" is there already", reader->words[1] );
    if (!(script->tasks = realloc( script->tasks, (script->count + 1) * sizeof(*task) ))) abort();
    task = &script->tasks[script->count++];
    memset( task, 0, sizeof(*task) );
    task->script = script;
    task->name = strdup( reader->words[1] );
    task->by = strdup( reader->count == 3 ? reader->words[2] : "-" );
    if (!task->name || !task->by) abort();
    return true;
}

static bool set_seed( struct reader *reader )
{
    if (reader->script->count) return complain( reader, "\"seed\" must come before the tasks" );
    if (reader->count != 2 || !parse_number( reader->words[1], UINT64_MAX, &reader->script->seed ))
        return complain( reader, "\"seed\" needs one number" );
    reader->script->has_seed = true;
    return true;
}

static bool add_step( struct reader *reader )
{
    struct script *script = reader->script;
    const struct verb *verb = verb_find( reader->words[0] );
    struct task *task;
    struct step *step;

    if (!verb) return complain( reader, "there is no step \"%s\"", reader->words[0] );
    if (!script->count) return complain( reader, "a step must come after a \"task\" line" );
    task = &script->tasks[script->count - 1];
    if (!(task->steps = realloc( task->steps, (task->count + 1) * sizeof(*step) ))) abort();
    step = &task->steps[task->count++];
    memset( step, 0, sizeof(*step) );
    step->verb = verb;
    step->line = reader->line;
    return parse_step( reader, step );
}

static bool read_line( struct reader *reader, char *text )
{
    if (!split( reader, text )) return false;
    if (!reader->count) return true;
    if (!strcmp( reader->words[0], "seed" )) return set_seed( reader );
    if (!strcmp( reader->words[0], "task" )) return add_task( reader );
    return add_step( reader );
}

/* What cannot be checked before all tasks are known. */
static bool check_tasks( struct reader *reader )
{
    struct script *script = reader->script;
    const struct step *step;
    struct task *task;

    for (task = script->tasks; task < script->tasks + script->count; task++)
    {
        for (step = task->steps; step < task->steps + task->count; step++)
        {
            reader->line = step->line;
            if (step->verb->names_task && script_find_task( script, step->text ) == task)
                return complain( reader, "a task cannot wait for itself" );
            if (step->verb->names_task && !script_find_task( script, step->text ))
                return complain( reader, "there is no task \"%s\"", step->text );
        }
    }
    return true;
}

bool script_read( struct script *script, const char *file )
{
    struct reader reader = { .script = script };
    FILE *stream = fopen( file, "re" );
    size_t size = 0;
    char *text = NULL;
    bool good = true;

    memset( script, 0, sizeof(*script) );
    script->file = file;
    script->control.fd = -1;
    if (!stream)
    {
        fprintf( stderr, "%s: %s\n", file, strerror( errno ) );
        return false;
    }
    while (good && getline( &text, &size, stream ) >= 0)
    {
        reader.line++;
        good = read_line( &reader, text );
    }
    if (good && ferror( stream )) good = complain( &reader, "cannot be read" );
    free( text );
    fclose( stream );
    if (good) good = check_tasks( &reader );
    if (!good) script_free( script );
    return good;
}

void script_free( struct script *script )
{
    size_t i;

    for (i = 0; i < script->count; i++) task_free( &script->tasks[i] );
    free( script->tasks );
    script->tasks = NULL;
    script->count = 0;
}

struct task *script_find_task( struct script *script, const char *name )
{
    size_t i;

    for (i = 0; i < script->count; i++)
        if (!strcmp( script->tasks[i].name, name )) return &script->tasks[i];
    return NULL;
}
