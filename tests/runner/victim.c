/*
 * Test programs that go wrong, for the tests of the test runner
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

#include <stdlib.h>

#include "wine/test.h"

START_TEST( good )
{
    ok( 1, "One is true.\n" );
    ok( !broken( 1 ), "Nothing is broken here.\n" );
    todo_if( 1 ) ok( 0, "Expected.\n" );
    todo_if( 0 ) ok( 1, "Not a todo.\n" );
    flaky ok( 0, "Not counted.\n" );
    todo_if( 1 )
    {
        todo_if( 0 ) ok( 0, "Still expected.\n" );
    }
}

START_TEST( failure )
{
    winetest_push_context( "outer %d", 1 );
    winetest_push_context( "inner" );
    ok( 0, "Number %d.\n", 5 );
    winetest_pop_context();
    winetest_pop_context();
    ok( 0, "Without context.\n" );
}

START_TEST( todo_success )
{
    todo_if( 1 ) ok( 1, "It works now.\n" );
}

START_TEST( skipped )
{
    skip( "No moon tonight.\n" );
}

START_TEST( half_skipped )
{
    ok( 1, "One is true.\n" );
    skip( "No moon tonight.\n" );
}

START_TEST( nothing )
{
}

START_TEST( win_skipped )
{
    win_skip( "Every Windows has this.\n" );
    ok( 1, "One is true.\n" );
}

START_TEST( crash )
{
    ok( 1, "One is true.\n" );
    *(int *)getenv( "WINEDVC_NO_SUCH_VARIABLE" ) = 1;
}

START_TEST( silent_exit )
{
    ok( 0, "Failed, but nobody hears of it.\n" );
    exit( 0 );
}

/* A summary without failures and a status that says otherwise; and the reverse. */
static void lie( const char *name, int failures, int status )
{
    ok( 1, "One is true.\n" );
    printf( "0001:%s: 1 tests executed (0 marked as todo, 0 as flaky, %d failures), 0 skipped.\n", name, failures );
    exit( status );
}

START_TEST( wrong_status )
{
    lie( "wrong_status", 0, 3 );
}

START_TEST( wrong_summary )
{
    lie( "wrong_summary", 2, 0 );
}

START_TEST( hang )
{
    ok( 1, "One is true.\n" );
    for (;;)
    {
#ifdef _WIN32
        WaitForSingleObject( GetCurrentProcess(), INFINITE );
#else
        pause();
#endif
    }
}

START_TEST( loud )
{
    int i;

    for (i = 0; i < 100; i++) trace( "Call %d.\n", i );
    ok( 1, "One is true.\n" );
}
