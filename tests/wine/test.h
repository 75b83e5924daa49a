/*
 * Test programs: the interface of Wine's test header, for use outside a Wine tree
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

#ifndef __WINE_WINE_TEST_H
#define __WINE_WINE_TEST_H

/*
 * A test program is a number of files with START_TEST( name ) functions, and one object
 * that defines STANDALONE before it includes this header and lists those functions
 * (tools/testlist writes its source). It runs as
 *
 *   program --list         names the tests
 *   program NAME [ARG...]  runs one, prints a summary, exits with the number of failures
 *
 * The header serves native programs too; there nothing is of Wine or Windows, so todo_wine
 * has no effect and broken() is false. A message stands at the last location that its
 * thread has set (the macros do that) and behind the contexts that its thread has pushed.
 *
 * In the environment: WINETEST_PLATFORM (wine or windows), WINETEST_DEBUG=0 (no traces),
 * WINETEST_INTERACTIVE, _REPORT_SUCCESS, _REPORT_FLAKY, _TIME (all =1).
 */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef _WIN32
#include <io.h> /* as Wine's does: its names are taken */
#include <windef.h>
#include <winbase.h>
#include <wine/debug.h>
#else
#include <time.h>
#include <unistd.h>
#endif

#ifdef __cplusplus
extern "C" {
#endif

#define WINETEST_FORMAT( text, first ) __attribute__((format (printf, text, first)))

struct test
{
    const char *name;
    void (*func)(void);
};

extern const struct test winetest_testlist[];   /* ends with a NULL name */

extern int winetest_debug;
extern int winetest_interactive;
extern int winetest_mute_threshold;     /* reports of one line before it falls silent */
extern int winetest_report_flaky;       /* flaky failures count */
extern int winetest_report_success;
extern int winetest_time;
extern const char *winetest_platform;

#define START_TEST( name ) void func_##name(void); void func_##name(void)

extern void winetest_set_location( const char *file, int line );

extern void winetest_ok( int condition, const char *format, ... ) WINETEST_FORMAT( 2, 3 );
extern void winetest_vok( int condition, const char *format, va_list args ) WINETEST_FORMAT( 2, 0 );
extern void winetest_trace( const char *format, ... ) WINETEST_FORMAT( 1, 2 );
extern void winetest_skip( const char *format, ... ) WINETEST_FORMAT( 1, 2 );
extern void winetest_vskip( const char *format, va_list args ) WINETEST_FORMAT( 1, 0 );
extern void winetest_win_skip( const char *format, ... ) WINETEST_FORMAT( 1, 2 );  /* a failure on Wine */

extern int broken( int condition );     /* what some Windows gets wrong: true on Windows only */

extern void winetest_subtest( const char *name );
extern void winetest_ignore_exceptions( int ignore );
extern void winetest_push_context( const char *format, ... ) WINETEST_FORMAT( 1, 2 );
extern void winetest_pop_context(void);

extern int winetest_get_mainargs( char ***argv );
extern int winetest_get_failures(void);
extern void winetest_add_failures( int count );

/* For the loops below, which run once. They nest; inside a true one a failed ok() is expected
 * and a successful one is a failure (todo), or a failed one is reported and not counted (flaky). */
extern int winetest_is_wine(void);
extern void winetest_begin_todo( int is_todo );
extern void winetest_begin_flaky( int is_flaky );
extern int winetest_in_block(void);
extern void winetest_end_block(void);

#ifdef _WIN32
/* Waits for a test program that a test has started; its failures become ours. */
extern void winetest_wait_child_process( HANDLE process );
#endif

#define ok_( file, line )                   winetest_set_location( file, line ), winetest_ok
#define skip_( file, line )                 winetest_set_location( file, line ), winetest_skip
#define win_skip_( file, line )             winetest_set_location( file, line ), winetest_win_skip
#define trace_( file, line )                winetest_set_location( file, line ), winetest_trace
#define subtest_( file, line )              winetest_set_location( file, line ), winetest_subtest
#define ignore_exceptions_( file, line )    winetest_set_location( file, line ), winetest_ignore_exceptions
#define wait_child_process_( file, line )   winetest_set_location( file, line ), winetest_wait_child_process

#define ok                  ok_( __FILE__, __LINE__ )
#define skip                skip_( __FILE__, __LINE__ )
#define win_skip            win_skip_( __FILE__, __LINE__ )
#define trace               trace_( __FILE__, __LINE__ )
#define subtest             subtest_( __FILE__, __LINE__ )
#define ignore_exceptions   ignore_exceptions_( __FILE__, __LINE__ )
#define wait_child_process  wait_child_process_( __FILE__, __LINE__ )

#define todo_if( is_todo )    for (winetest_begin_todo( is_todo ); winetest_in_block(); winetest_end_block())
#define flaky_if( is_flaky )  for (winetest_begin_flaky( is_flaky ); winetest_in_block(); winetest_end_block())

#define todo_wine               todo_if( winetest_is_wine() )
#define todo_wine_if( is_todo ) todo_if( (is_todo) && winetest_is_wine() )
#define flaky                   flaky_if( 1 )
#define flaky_wine              flaky_if( winetest_is_wine() )
#define flaky_wine_if( is_flaky ) flaky_if( (is_flaky) && winetest_is_wine() )

#ifdef __cplusplus
}
#endif

#ifdef STANDALONE

#define WINETEST_MAX_BLOCKS    32
#define WINETEST_MAX_CONTEXTS  8
#define WINETEST_MAX_LINES     16384

enum winetest_report
{
    WINETEST_TODO,
    WINETEST_SKIP,
    WINETEST_TRACE,
    WINETEST_REPORTS
};

struct winetest_thread
{
    const char *file;
    int         line;
    int         block_count;
    unsigned    block_runs;                         /* bit n: block n has not run yet */
    unsigned    todo_blocks;                        /* bit n: block n expects failures */
    unsigned    flaky_blocks;
    int         context_count;
    char        contexts[WINETEST_MAX_CONTEXTS][128];
};

static int winetest_argc;
static char **winetest_argv;
static const struct test *winetest_current;

/* counted by any thread */
static int winetest_successes;
static int winetest_failures;
static int winetest_todo_successes;     /* failures inside a todo block, as expected */
static int winetest_todo_failures;
static int winetest_flaky_failures;
static int winetest_skipped;
static int winetest_silenced[WINETEST_REPORTS];
static int winetest_line_counts[WINETEST_REPORTS][WINETEST_MAX_LINES];

int winetest_debug = 1;
int winetest_interactive = 0;
int winetest_mute_threshold = 42;
int winetest_report_flaky = 0;
int winetest_report_success = 0;
int winetest_time = 0;
const char *winetest_platform = "unix";

static inline int winetest_count( int *counter )
{
    return __atomic_add_fetch( counter, 1, __ATOMIC_RELAXED );
}

/* what differs between the platforms */

#ifdef _WIN32

static DWORD winetest_tls_index;

static struct winetest_thread *winetest_get_thread(void)
{
    struct winetest_thread *thread = TlsGetValue( winetest_tls_index );

    if (thread) return thread;
    if (!(thread = calloc( 1, sizeof(*thread) ))) abort();
    TlsSetValue( winetest_tls_index, thread );
    return thread;
}

static unsigned int winetest_process_id(void)
{
    return GetCurrentProcessId();
}

static unsigned int winetest_milliseconds(void)
{
    return GetTickCount();
}

static LONG CALLBACK winetest_exception( EXCEPTION_POINTERS *info )
{
    printf( "%04x:%s: unhandled exception %08x at %p\n", winetest_process_id(), winetest_current->name,
            (unsigned int)info->ExceptionRecord->ExceptionCode, info->ExceptionRecord->ExceptionAddress );
    return EXCEPTION_CONTINUE_SEARCH;
}

static void winetest_init_platform(void)
{
    HMODULE ntdll = GetModuleHandleA( "ntdll.dll" );
    int is_wine = ntdll && (GetProcAddress( ntdll, "wine_get_version" ) || GetProcAddress( ntdll, "wine_server_call" ));

    winetest_platform = is_wine ? "wine" : "windows";
    winetest_tls_index = TlsAlloc();
    SetUnhandledExceptionFilter( winetest_exception );
}

void winetest_wait_child_process( HANDLE process )
{
    DWORD status;

    if (WaitForSingleObject( process, 30000 ) != WAIT_OBJECT_0) winetest_ok( 0, "Child process still runs.\n" );
    else if (!GetExitCodeProcess( process, &status )) winetest_ok( 0, "Child process has no status.\n" );
    else if (status > 255) winetest_ok( 0, "Child process ended by exception %08x.\n", (unsigned int)status );
    else winetest_add_failures( status );
}

#else

static struct winetest_thread *winetest_get_thread(void)
{
    static __thread struct winetest_thread thread;

    return &thread;
}

static unsigned int winetest_process_id(void)
{
    return getpid();
}

static unsigned int winetest_milliseconds(void)
{
    struct timespec now;

    clock_gettime( CLOCK_MONOTONIC, &now );
    return (unsigned int)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void winetest_init_platform(void)
{
}

#endif

/* output: every line is one write */

static const char *winetest_elapsed(void)
{
    static char buffers[4][16];
    static unsigned int start, used;
    char *buffer;
    unsigned int now;

    if (!winetest_time) return "";
    now = winetest_milliseconds();
    if (!start) start = now;
    buffer = buffers[__atomic_fetch_add( &used, 1, __ATOMIC_RELAXED ) % 4];
    snprintf( buffer, sizeof(buffers[0]), "%u.%03u", (now - start) / 1000, (now - start) % 1000 );
    return buffer;
}

static void WINETEST_FORMAT( 2, 0 ) winetest_print( const char *kind, const char *format, va_list args )
{
    struct winetest_thread *thread = winetest_get_thread();
    char line[4096];
    size_t size;
    int i;

    size = snprintf( line, sizeof(line), "%s:%d:%s %s", thread->file, thread->line, winetest_elapsed(), kind );
    for (i = 0; i < thread->context_count && i < WINETEST_MAX_CONTEXTS; i++)
        size += snprintf( line + size, sizeof(line) - size, "%s: ", thread->contexts[i] );
    vsnprintf( line + size, sizeof(line) - size, format, args );
    fputs( line, stdout );
}

static void WINETEST_FORMAT( 2, 3 ) winetest_say( const char *kind, const char *format, ... )
{
    va_list args;

    va_start( args, format );
    winetest_print( kind, format, args );
    va_end( args );
}

/* Whether the current line still reports this. */
static int winetest_is_loud( enum winetest_report report )
{
    int count;

    count = winetest_count( &winetest_line_counts[report][winetest_get_thread()->line % WINETEST_MAX_LINES] );
    if (count <= winetest_mute_threshold) return 1;
    if (count == winetest_mute_threshold + 1)
        winetest_say( "", "Line has been silenced after %d occurrences\n", winetest_mute_threshold );
    winetest_count( &winetest_silenced[report] );
    return 0;
}

void winetest_set_location( const char *file, int line )
{
    struct winetest_thread *thread = winetest_get_thread();
    const char *p;

    for (p = file; *p; p++) if (*p == '/' || *p == '\\') file = p + 1;
    thread->file = file;
    thread->line = line;
}

/* results */

void winetest_vok( int condition, const char *format, va_list args )
{
    struct winetest_thread *thread = winetest_get_thread();

    if (thread->todo_blocks && condition)
    {
        winetest_count( &winetest_todo_failures );
        winetest_print( "Test succeeded inside todo block: ", format, args );
    }
    else if (thread->todo_blocks)
    {
        winetest_count( &winetest_todo_successes );
        if (winetest_debug && winetest_is_loud( WINETEST_TODO )) winetest_print( "Test marked todo: ", format, args );
    }
    else if (condition)
    {
        winetest_count( &winetest_successes );
        if (winetest_report_success) winetest_say( "", "Test succeeded\n" );
    }
    else if (thread->flaky_blocks)
    {
        winetest_count( &winetest_flaky_failures );
        winetest_print( "Test marked flaky: ", format, args );
    }
    else
    {
        winetest_count( &winetest_failures );
        winetest_print( "Test failed: ", format, args );
    }
}

void winetest_ok( int condition, const char *format, ... )
{
    va_list args;

    va_start( args, format );
    winetest_vok( condition, format, args );
    va_end( args );
}

void winetest_trace( const char *format, ... )
{
    va_list args;

    if (!winetest_debug || !winetest_is_loud( WINETEST_TRACE )) return;
    va_start( args, format );
    winetest_print( "", format, args );
    va_end( args );
}

void winetest_vskip( const char *format, va_list args )
{
    winetest_count( &winetest_skipped );
    if (winetest_is_loud( WINETEST_SKIP )) winetest_print( "Tests skipped: ", format, args );
}

void winetest_skip( const char *format, ... )
{
    va_list args;

    va_start( args, format );
    winetest_vskip( format, args );
    va_end( args );
}

void winetest_win_skip( const char *format, ... )
{
    va_list args;

    va_start( args, format );
    if (winetest_is_wine()) winetest_vok( 0, format, args );
    else winetest_vskip( format, args );
    va_end( args );
}

int winetest_is_wine(void)
{
    return !strcmp( winetest_platform, "wine" );
}

int broken( int condition )
{
    return condition && !strcmp( winetest_platform, "windows" );
}

int winetest_get_failures(void)
{
    return __atomic_load_n( &winetest_failures, __ATOMIC_RELAXED );
}

void winetest_add_failures( int count )
{
    __atomic_add_fetch( &winetest_failures, count, __ATOMIC_RELAXED );
}

/* blocks and contexts */

static void winetest_begin_block( int is_todo, int is_flaky )
{
    struct winetest_thread *thread = winetest_get_thread();
    unsigned int bit = 1u << thread->block_count;

    if (++thread->block_count > WINETEST_MAX_BLOCKS - 1) abort();
    thread->block_runs |= bit;
    if (is_todo) thread->todo_blocks |= bit;
    if (is_flaky) thread->flaky_blocks |= bit;
}

void winetest_begin_todo( int is_todo )
{
    winetest_begin_block( is_todo, 0 );
}

void winetest_begin_flaky( int is_flaky )
{
    winetest_begin_block( 0, is_flaky );
}

int winetest_in_block(void)
{
    struct winetest_thread *thread = winetest_get_thread();
    unsigned int bit = 1u << (thread->block_count - 1);

    if (thread->block_runs & bit) return 1;
    thread->todo_blocks &= ~bit;
    thread->flaky_blocks &= ~bit;
    thread->block_count--;
    return 0;
}

void winetest_end_block(void)
{
    struct winetest_thread *thread = winetest_get_thread();

    thread->block_runs &= ~(1u << (thread->block_count - 1));
}

void winetest_push_context( const char *format, ... )
{
    struct winetest_thread *thread = winetest_get_thread();
    va_list args;

    if (thread->context_count < WINETEST_MAX_CONTEXTS)
    {
        va_start( args, format );
        vsnprintf( thread->contexts[thread->context_count], sizeof(thread->contexts[0]), format, args );
        va_end( args );
    }
    thread->context_count++;
}

void winetest_pop_context(void)
{
    struct winetest_thread *thread = winetest_get_thread();

    if (thread->context_count) thread->context_count--;
}

void winetest_subtest( const char *name )
{
    winetest_say( "Subtest ", "%s\n", name );
}

void winetest_ignore_exceptions( int ignore )
{
    winetest_say( "", "IgnoreExceptions=%d\n", ignore );
}

/* the program */

int winetest_get_mainargs( char ***argv )
{
    *argv = winetest_argv;
    return winetest_argc;
}

static int winetest_list( int status )
{
    const struct test *test;

    printf( "Valid test names:\n" );
    for (test = winetest_testlist; test->name; test++) printf( "    %s\n", test->name );
    return status;
}

static const struct test *winetest_find( const char *name )
{
    const struct test *test;
    const char *p;
    size_t length;

    for (p = name; *p; p++) if (*p == '/' || *p == '\\') name = p + 1;
    length = strlen( name );
    if (length > 2 && !strcmp( name + length - 2, ".c" )) length -= 2;
    for (test = winetest_testlist; test->name; test++)
        if (strlen( test->name ) == length && !memcmp( test->name, name, length )) return test;
    return NULL;
}

static int winetest_run( const struct test *test )
{
    int failures, total;

    winetest_current = test;
    winetest_elapsed();
    winetest_set_location( test->name, 0 );
    test->func();

    failures = winetest_failures + winetest_todo_failures;
    total = winetest_successes + failures + winetest_todo_successes + winetest_flaky_failures;
    if (winetest_silenced[WINETEST_TODO] || winetest_silenced[WINETEST_SKIP] || winetest_silenced[WINETEST_TRACE])
        printf( "%04x:%s:%s Silenced %d todos, %d skips and %d traces.\n", winetest_process_id(), test->name,
                winetest_elapsed(), winetest_silenced[WINETEST_TODO], winetest_silenced[WINETEST_SKIP],
                winetest_silenced[WINETEST_TRACE] );
    printf( "%04x:%s:%s %d tests executed (%d marked as todo, %d as flaky, %d %s), %d skipped.\n",
            winetest_process_id(), test->name, winetest_elapsed(), total, winetest_todo_successes,
            winetest_flaky_failures, failures, failures == 1 ? "failure" : "failures", winetest_skipped );

    if (winetest_report_flaky) failures += winetest_flaky_failures;
    return failures < 255 ? failures : 255;
}

static void winetest_get_option( const char *name, int *value )
{
    const char *text = getenv( name );

    if (text) *value = atoi( text );
}

static void winetest_init(void)
{
    setvbuf( stdout, NULL, _IONBF, 0 );
    winetest_init_platform();
    if (getenv( "WINETEST_PLATFORM" )) winetest_platform = getenv( "WINETEST_PLATFORM" );
    winetest_get_option( "WINETEST_DEBUG", &winetest_debug );
    winetest_get_option( "WINETEST_INTERACTIVE", &winetest_interactive );
    winetest_get_option( "WINETEST_REPORT_FLAKY", &winetest_report_flaky );
    winetest_get_option( "WINETEST_REPORT_SUCCESS", &winetest_report_success );
    winetest_get_option( "WINETEST_TIME", &winetest_time );
#ifdef _WIN32
    if (!winetest_interactive) SetErrorMode( SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX );
#endif
}

int main( int argc, char **argv )
{
    const struct test *test;

    winetest_argc = argc;
    winetest_argv = argv;
    winetest_init();

    if (argc > 1 && !strcmp( argv[1], "--list" )) return winetest_list( 0 );
    if (argc > 1)
    {
        if ((test = winetest_find( argv[1] ))) return winetest_run( test );
        printf( "Fatal: test '%s' does not exist.\n", argv[1] );
        return 1;
    }
    if (winetest_testlist[0].name && !winetest_testlist[1].name) return winetest_run( winetest_testlist );
    printf( "Usage: %s TEST-NAME [ARG...] | --list\n\n", argv[0] );
    return winetest_list( 1 );
}

#endif /* STANDALONE */

#endif /* __WINE_WINE_TEST_H */
