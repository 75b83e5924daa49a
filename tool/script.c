/*
 * The scripts of winedvc try
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
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lines.h"
#include "log.h"
#include "script.h"

#define MOST_DATA  1073741824   /* of a message */
#define MOST_NAME  260          /* of a channel */
#define MOST_LINE  1048576
#define MOST_STEPS 1000000
#define BLANKS     " \t"

struct parser
{
    struct script *script;
    const char    *rest;        /* of the line */
    char          *problem;
    size_t         size;
};

static bool parse_fail( struct parser *parser, const char *what, const char *text, const char *mend )
{
    struct log_text escaped;

    if (text) snprintf( parser->problem, parser->size, "%s \"%s\": %s", what, log_escape( &escaped, text ), mend );
    else snprintf( parser->problem, parser->size, "%s: %s", what, mend );
    return false;
}

static bool parse_no_memory( struct parser *parser )
{
    snprintf( parser->problem, parser->size, "no memory is left" );
    return false;
}

static void skip_blanks( struct parser *parser )
{
    parser->rest += strspn( parser->rest, BLANKS );
}

/* The next word, which is the caller's; within quotation marks it may hold blanks. NULL if there is none. */
static char *parse_word( struct parser *parser )
{
    const char *begin, *end;

    skip_blanks( parser );
    begin = parser->rest;
    if (!*begin) return NULL;
    if (*begin == '"' && (end = strchr( begin + 1, '"' )))
    {
        parser->rest = end + 1;
        return strndup( begin + 1, end - begin - 1 );
    }
    end = begin + strcspn( begin, BLANKS );
    parser->rest = end;
    return strndup( begin, end - begin );
}

static bool parse_unsigned( const char *text, uint32_t *number )
{
    unsigned long long value;
    char *end;

    errno = 0;
    value = strtoull( text, &end, 0 );
    *number = value;
    return isdigit( (unsigned char)*text ) && !*end && !errno && value <= UINT32_MAX;
}

/* What is sent */

static int hex_digit( char c )
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

static uint8_t *data_of_hex( const char *text, size_t *count )
{
    uint8_t *data = malloc( strlen( text ) / 2 + 1 );
    int high, low;

    for (*count = 0; data; )
    {
        while (isspace( (unsigned char)*text ) || *text == ':' || *text == ',') text++;
        if (!*text) return data;
        if ((high = hex_digit( text[0] )) < 0 || (low = hex_digit( text[1] )) < 0) break;
        data[(*count)++] = high << 4 | low;
        text += 2;
    }
    free( data );
    return NULL;
}

/* Byte i is i, modulo 256. */
static uint8_t *data_of_count( const char *text, size_t *count )
{
    uint8_t *data;
    uint32_t number, i;

    if (!parse_unsigned( text, &number ) || number > MOST_DATA || !(data = malloc( number + 1 ))) return NULL;
    for (i = 0; i < number; i++) data[i] = i;
    *count = number;
    return data;
}

static uint8_t *read_all( FILE *stream, size_t *count )
{
    size_t capacity = 65536;
    uint8_t *data = malloc( capacity ), *larger;

    *count = 0;
    while (data)
    {
        *count += fread( data + *count, 1, capacity - *count, stream );
        if (*count < capacity) break;
        if (capacity >= MOST_DATA || !(larger = realloc( data, capacity * 2 ))) goto failed;
        data = larger;
        capacity *= 2;
    }
    if (data && !ferror( stream )) return data;
failed:
    free( data );
    return NULL;
}

/* Beside the script, unless the name says where. */
static uint8_t *data_of_file( const char *script_file, const char *name, size_t *count )
{
    const char *slash = script_file ? strrchr( script_file, '/' ) : NULL;
    char path[PATH_MAX];
    uint8_t *data;
    FILE *stream;
    int used;

    if (*name == '/' || !slash) used = snprintf( path, sizeof(path), "%s", name );
    else used = snprintf( path, sizeof(path), "%.*s/%s", (int)(slash - script_file), script_file, name );
    if (used < 0 || (size_t)used >= sizeof(path) || !(stream = fopen( path, "re" ))) return NULL;
    data = read_all( stream, count );
    fclose( stream );
    return data;
}

static uint8_t *data_of_text( const char *text, size_t *count )
{
    *count = strlen( text );
    return (uint8_t *)strdup( text );
}

uint8_t *script_data( const char *script_file, const char *text, size_t *count, char *problem, size_t size )
{
    struct parser parser = { .problem = problem, .size = size };
    uint8_t *data;

    if (!strncmp( text, "text:", 5 )) data = data_of_text( text + 5, count );
    else if (!strncmp( text, "hex:", 4 )) data = data_of_hex( text + 4, count );
    else if (!strncmp( text, "counting:", 9 )) data = data_of_count( text + 9, count );
    else if (*text == '@') data = data_of_file( script_file, text + 1, count );
    else
    {
        parse_fail( &parser, "it can not be told what is meant by", text,
                    "write text:HELLO, hex:00 ff, counting:1000 or @FILE" );
        return NULL;
    }
    if (!data)
        parse_fail( &parser, "there is nothing to send in", text,
                    *text == '@' ? "can that file be read?" : "hex has two digits for each byte, counting a number" );
    return data;
}

/* What follows a step's word */

static bool parse_nothing( struct parser *parser, struct step *step )
{
    return true;
}

static bool parse_data( struct parser *parser, struct step *step )
{
    skip_blanks( parser );
    step->data = script_data( parser->script->file, parser->rest, &step->size, parser->problem, parser->size );
    parser->rest = "";
    return step->data != NULL;
}

static bool parse_wanted( struct parser *parser, struct step *step )
{
    uint32_t number;

    skip_blanks( parser );
    if (!strncmp( parser->rest, "size:", 5 ))
    {
        if (!parse_unsigned( parser->rest + 5, &number ))
            return parse_fail( parser, "a size is a number, not", parser->rest + 5, "write size:1000" );
        step->wanted = WANTED_SIZE;
        step->size = number;
        parser->rest = "";
        return true;
    }
    if (!strcmp( parser->rest, "any" ))
    {
        step->wanted = WANTED_ANY;
        parser->rest = "";
        return true;
    }
    return parse_data( parser, step );
}

static bool parse_number( struct parser *parser, struct step *step )
{
    char *word = parse_word( parser );
    bool right = !word || parse_unsigned( word, &step->number );

    step->has_number = word != NULL;
    if (!right) parse_fail( parser, "this is no number:", word, "write it as 5 or 0x5" );
    free( word );
    return right;
}

static bool parse_seconds( struct parser *parser, struct step *step )
{
    char *word = parse_word( parser ), *end;
    double seconds = word ? strtod( word, &end ) : 0;
    bool right = word && isdigit( (unsigned char)*word ) && !*end && seconds >= 0 && seconds <= 86400;

    step->number = right ? (uint32_t)(seconds * 1000) : 0;
    if (!right) parse_fail( parser, "seconds are wanted, not", word ? word : "", "write a number, such as 0.5" );
    free( word );
    return right;
}

static bool parse_name( struct parser *parser, struct step *step )
{
    size_t length;

    if (!(step->name = parse_word( parser ))) return parse_fail( parser, "a name is missing", NULL, "write it behind the word" );
    length = strlen( step->name );
    if (length && length <= MOST_NAME) return true;
    return parse_fail( parser, "a channel's name has 1 to 260 bytes, unlike", step->name, "write another" );
}

/* What a reason has to hold; may be nothing. */
static bool parse_reason( struct parser *parser, struct step *step )
{
    skip_blanks( parser );
    if (!*parser->rest) return true;
    step->name = strdup( parser->rest );
    parser->rest = "";
    return step->name || parse_no_memory( parser );
}

bool script_set_label( struct script *script, const char *label )
{
    char *copy = strdup( label );

    if (!copy || (!name_list_has( &script->labels, label ) && !name_list_add( &script->labels, label )))
    {
        free( copy );
        return false;
    }
    free( script->label );
    script->label = copy;
    return true;
}

/* NAME [as LABEL] [priority N] */
static bool parse_open( struct parser *parser, struct step *step )
{
    bool right = parse_name( parser, step );
    char *word = NULL;

    while (right && (word = parse_word( parser )))
    {
        if (!strcmp( word, "as" ) && !step->label) right = (step->label = parse_word( parser )) && *step->label;
        else if (!strcmp( word, "priority" )) right = parse_number( parser, step ) && step->has_number && step->number <= 3;
        else right = false;
        if (!right) parse_fail( parser, "open does not know", word, "write open NAME [as LABEL] [priority 0 to 3]" );
        free( word );
    }
    if (right && !step->label && !(step->label = strdup( step->name ))) right = parse_no_memory( parser );
    return right && (script_set_label( parser->script, step->label ) || parse_no_memory( parser ));
}

static const struct word
{
    const char    *word;
    enum step_kind kind;
    bool           has_channel;
    bool         (*parse)( struct parser *parser, struct step *step );
} words[] =
{
    { "open",           STEP_OPEN,           false, parse_open },
    { "expect-open",    STEP_EXPECT_OPEN,    true,  parse_nothing },
    { "expect-refused", STEP_EXPECT_REFUSED, true,  parse_number },
    { "send",           STEP_SEND,           true,  parse_data },
    { "expect",         STEP_EXPECT,         true,  parse_wanted },
    { "expect-nothing", STEP_EXPECT_NOTHING, true,  parse_seconds },
    { "close",          STEP_CLOSE,          true,  parse_nothing },
    { "expect-close",   STEP_EXPECT_CLOSE,   true,  parse_nothing },
    { "expect-listen",  STEP_EXPECT_LISTEN,  false, parse_name },
    { "connect",        STEP_CONNECT,        false, parse_nothing },
    { "disconnect",     STEP_DISCONNECT,     false, parse_number },
    { "expect-end",     STEP_EXPECT_END,     false, parse_reason },
    { "wait",           STEP_WAIT,           false, parse_seconds },
    { "timeout",        STEP_TIMEOUT,        false, parse_seconds },
};

#define WORDS (sizeof(words) / sizeof(words[0]))

static const struct word *find_word( const char *text )
{
    size_t i;

    for (i = 0; i < WORDS; i++) if (!strcmp( words[i].word, text )) return &words[i];
    return NULL;
}

static void step_clear( struct step *step )
{
    free( step->text );
    free( step->label );
    free( step->name );
    free( step->data );
}

/* LABEL: in front of a step, or the channel that was opened last. */
static bool parse_label( struct parser *parser, struct step *step, char **word )
{
    size_t length = strlen( *word );

    if (length < 2 || (*word)[length - 1] != ':') return true;
    (*word)[length - 1] = 0;
    step->label = *word;
    *word = NULL;
    if (!name_list_has( &parser->script->labels, step->label ))
        return parse_fail( parser, "no channel was opened as", step->label, "open NAME as that, before" );
    if (!(*word = parse_word( parser ))) return parse_fail( parser, "nothing follows", step->label, "write a step behind it" );
    return true;
}

static bool parse_step( struct parser *parser, struct step *step )
{
    const struct word *known = NULL;
    char *word = parse_word( parser );
    bool right = word ? parse_label( parser, step, &word ) : parse_no_memory( parser );

    if (right && !(known = find_word( word )))
        right = parse_fail( parser, "there is no step", word, "winedvc(1) has the words" );
    if (right && step->label && !known->has_channel)
        right = parse_fail( parser, "this step is about no channel:", word, "leave out what is in front of it" );
    free( word );
    if (!right) return false;
    if (known->has_channel && !step->label)
    {
        if (!parser->script->label) return parse_fail( parser, "no channel is open", NULL, "open NAME comes first" );
        if (!(step->label = strdup( parser->script->label ))) return parse_no_memory( parser );
    }
    step->kind = known->kind;
    if (!known->parse( parser, step )) return false;
    skip_blanks( parser );
    return !*parser->rest || parse_fail( parser, "it is too much to write", parser->rest, "leave it out" );
}

bool script_add( struct script *script, unsigned int line, const char *text, char *problem, size_t size )
{
    struct parser parser = { script, text, problem, size };
    struct step step = { .line = line }, *steps;

    skip_blanks( &parser );
    if (!*parser.rest || *parser.rest == '#') return true;
    if (!(step.text = strdup( parser.rest ))) return parse_no_memory( &parser );
    if (!parse_step( &parser, &step ))
    {
        step_clear( &step );
        return false;
    }
    if (script->count >= MOST_STEPS || !(steps = realloc( script->steps, (script->count + 1) * sizeof(*steps) )))
    {
        step_clear( &step );
        return script->count < MOST_STEPS ? parse_no_memory( &parser )
                                          : parse_fail( &parser, "a script has a million steps at most", NULL, "use several" );
    }
    script->steps = steps;
    script->steps[script->count++] = step;
    return true;
}

static bool read_lines( struct script *script, FILE *stream, char *problem, size_t size )
{
    unsigned int number = 0;
    char *line = malloc( MOST_LINE ), *why;
    bool right = line;
    ssize_t length;

    if (!line) snprintf( problem, size, "no memory is left" );
    while (right && (length = line_read( stream, line, MOST_LINE )) >= 0)
    {
        number++;
        while (length && length < MOST_LINE && line[length - 1] == '\r') line[--length] = 0;
        if (length == MOST_LINE || (size_t)length != strlen( line ))
        {
            snprintf( problem, size, "%s:%u: this is no line of text: is it a script?", script->file, number );
            right = false;
        }
        else if (!script_add( script, number, line, problem, size ))
        {
            if (asprintf( &why, "%s:%u: %s", script->file, number, problem ) < 0) why = NULL;
            if (why) snprintf( problem, size, "%s", why );
            free( why );
            right = false;
        }
    }
    free( line );
    return right;
}

bool script_read( struct script *script, const char *file, char *problem, size_t size )
{
    bool is_input = !strcmp( file, "-" ), right;
    FILE *stream = is_input ? stdin : fopen( file, "re" );

    script->file = file;
    if (!stream)
    {
        snprintf( problem, size, "the script %s can not be read (%s): is the name right?", file, strerror( errno ) );
        return false;
    }
    right = read_lines( script, stream, problem, size );
    if (right && ferror( stream ))
    {
        snprintf( problem, size, "the script %s can not be read: is it a file?", file );
        right = false;
    }
    if (!is_input) fclose( stream );
    return right;
}

void script_forget( struct script *script )
{
    while (script->count) step_clear( &script->steps[--script->count] );
}

void script_clear( struct script *script )
{
    script_forget( script );
    free( script->steps );
    free( script->label );
    name_list_clear( &script->labels );
}
