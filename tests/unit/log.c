/*
 * What the log shows of text that others wrote
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

#include <locale.h>
#include <string.h>
#include <wctype.h>

#include "common/log.h"
#include "wine/test.h"

static void check_escape_( int line, const char *source, const char *expected )
{
    struct log_text text;

    ok_(__FILE__, line)( !strcmp( log_escape( &text, source ), expected ), "got %s\n", text.text );
}
#define check_escape( source, expected ) check_escape_( __LINE__, source, expected )

static void test_malformed(void)
{
    check_escape( "\x1b[31m \x7f\t \\", "\\x1b[31m \\x7f\\x09 \\" );
    check_escape( "\xc2\x9b", "\\xc2\\x9b" );                          /* CSI */
    check_escape( "\xc0\x9b \xe0\x82\x9b \xf0\x80\x82\x9b",
                  "\\xc0\\x9b \\xe0\\x82\\x9b \\xf0\\x80\\x82\\x9b" ); /* in too many bytes */
    check_escape( "\xc1\x81 \xe0\x81\x81 \xe0\x9f\xa4 \xe0\xa0",
                  "\\xc1\\x81 \\xe0\\x81\\x81 \\xe0\\x9f\\xa4 \\xe0\\xa0" );
    check_escape( "\xed\xa0\x80", "\\xed\\xa0\\x80" );               /* a surrogate */
    check_escape( "\xf4\x90\x80\x80 \xff\xfe", "\\xf4\\x90\\x80\\x80 \\xff\\xfe" );
    check_escape( "\xe4 \xe4\xbd \xe4\xbd", "\\xe4 \\xe4\\xbd \\xe4\\xbd" );
    check_escape( "\x80", "\\x80" );
}

static void test_shown(void)
{
    static const char *const tests[] =
    {
        "C:\\Program Files\\Vendor\\plug-in.dll", "Grüße aus Köln, 5 €", "Ελληνικά", "Русский", "עברית", "العربية",
        "हिन्दी", "தமிழ்", "ไทย", "ქართული", "日本語のプラグイン", "简体中文", "한국어", "Tiếng Việt", "“x” → „y“ …",
    };
    unsigned int i;

    for (i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) check_escape( tests[i], tests[i] );
}

/* Of the general category Cf or Co, or not seen. */
static bool is_hidden( unsigned int character )
{
    static const struct { unsigned int first, last; } hidden[] =
    {
        { 0x00ad, 0x00ad }, { 0x034f, 0x034f }, { 0x0600, 0x0605 }, { 0x061c, 0x061c }, { 0x06dd, 0x06dd },
        { 0x070f, 0x070f }, { 0x0890, 0x0891 }, { 0x08e2, 0x08e2 }, { 0x115f, 0x1160 }, { 0x17b4, 0x17b5 },
        { 0x180b, 0x180f }, { 0x200b, 0x200f }, { 0x2028, 0x202e }, { 0x2060, 0x206f }, { 0x2800, 0x2800 },
        { 0x3164, 0x3164 }, { 0xe000, 0xf8ff }, { 0xfe00, 0xfe0f }, { 0xfeff, 0xfeff }, { 0xffa0, 0xffa0 },
        { 0xfff9, 0xfffb }, { 0x110bd, 0x110bd }, { 0x110cd, 0x110cd }, { 0x13430, 0x1343f }, { 0x1bca0, 0x1bca3 },
        { 0x1d173, 0x1d17a }, { 0xe0000, 0x10ffff },
    };
    unsigned int i;

    for (i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++)
        if (character >= hidden[i].first && character <= hidden[i].last) return true;
    return false;
}

static void encode( unsigned int character, char text[5] )
{
    memset( text, 0, 5 );
    if (character < 0x80) text[0] = character;
    else if (character < 0x800) text[0] = 0xc0 | character >> 6;
    else if (character < 0x10000) text[0] = 0xe0 | character >> 12;
    else text[0] = 0xf0 | character >> 18;
    if (character >= 0x10000) text[strlen( text )] = 0x80 | (character >> 12 & 0x3f);
    if (character >= 0x800) text[strlen( text )] = 0x80 | (character >> 6 & 0x3f);
    if (character >= 0x80) text[strlen( text )] = 0x80 | (character & 0x3f);
}

/* The C library knows what is assigned. */
static void test_all(void)
{
    bool known = setlocale( LC_CTYPE, "C.UTF-8" );
    unsigned int character, shown = 0;
    struct log_text escaped;
    char text[5];

    for (character = 1; character < 0x110000; character++)
    {
        encode( character, text );
        if (strcmp( log_escape( &escaped, text ), text )) continue;
        shown++;
        ok( !is_hidden( character ) && (!known || iswprint( character )), "U+%04x is shown\n", character );
    }
    ok( shown > 50000, "only %u characters are shown\n", shown );
    setlocale( LC_CTYPE, "C" );
}

static void test_cut(void)
{
    struct log_text text;
    char source[LOG_TEXT + 1];
    size_t size;

    memset( source, 'x', LOG_TEXT );
    source[LOG_TEXT] = 0;
    size = strlen( log_escape( &text, source ) );
    ok( size > LOG_TEXT - 8 && !strcmp( text.text + size - 3, "..." ), "got %s\n", text.text );
    source[LOG_TEXT - 6] = '\xc3';
    source[LOG_TEXT - 5] = '\xa4';
    size = strlen( log_escape( &text, source ) );
    ok( text.text[size - 4] == 'x' || text.text[size - 4] == '\xa4', "half a character is shown\n" );
    memset( source, 0xff, LOG_TEXT );
    size = strlen( log_escape( &text, source ) );
    ok( size < LOG_TEXT && !strcmp( text.text + size - 7, "\\xff..." ), "got %s\n", text.text );
}

static void test_names(void)
{
    struct log_text text;

    ok( !strcmp( log_escape_name( &text, "Söme::N\xe4me~ \x7f" ), "S\\xc3\\xb6me::N\\xe4me~ \\x7f" ),
        "got %s\n", text.text );
}

START_TEST( log )
{
    test_malformed();
    test_shown();
    test_all();
    test_cut();
    test_names();
}
