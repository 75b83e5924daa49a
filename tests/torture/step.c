/*
 * Torture: threads terminated all over Write and Close
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
 * A kill at a random time seldom falls between two given instructions. Here the victim runs with the processor's trap
 * flag, which raises an exception after each instruction; at the one whose turn it is the handler waits until the
 * thread is terminated. Then another uses the channel, and would wait for any lock that was held there.
 *
 * In the same way a thread of mstscax.dll's is held up on its way from a plug-in's answer to the server, while the
 * server sends something.
 */

#include "torture.h"
#include "psapi.h"

#define TRAP_FLAG  0x100
#define STACK_SIZE 0x20000

#define STRIDE     3            /* instructions: no lock is held for fewer */
#define NO_STEPS   (-1)
#define PATIENCE   2000         /* ms for the server's turn, should a lock be held after all */

enum call { WRITE, CLOSE, CALL_COUNT };

static const char *const call_names[] = { "Write", "Close" };

/* The thread that is terminated. */
static struct
{
    IWTSVirtualChannel *channel;
    enum call call;
    DWORD  thread_id;
    LONG   stepping;
    LONG   steps, last;     /* 0: it goes to the end, NO_STEPS: in one go */
    HANDLE arrived;
} victim;

/* The thread that a plug-in has answered on. */
static struct
{
    DWORD     thread_id;
    BYTE     *module;
    SIZE_T    module_size;
    ULONG_PTR stack;        /* of the function that the plug-in returned to; 0 before that */
    LONG      answers;      /* that the transport had before */
    LONG      stepping;
    LONG      steps, last;
    LONG      arrived;
    HANDLE    go;
} answerer;

/* Another user of the channel, who must not be held up. */
static struct
{
    IWTSVirtualChannel *channel;
    HANDLE go;
    LONG   done, seen;      /* calls that returned, messages that the server has */
} user;

#ifdef __i386__
/* In a Wine without a 32-bit part of its own (new WoW64) 32-bit code calls the system by a far jump to 64-bit code, and an
 * exception there ends the process. So stepping rests until that returns, which it does here. */
static void *far_return __attribute__((used));

extern void resume_stepping(void);
__asm__( ".text\n"
         "_resume_stepping:\n\t"
         "pushl _far_return\n\t"
         "pushfl\n\t"
         "orl $0x100,(%esp)\n\t"
         "popfl\n\t"
         "ret" );

static BOOL step_over( CONTEXT *context )
{
    static const BYTE far_jump[] = { 0xff, 0x2d };
    void **stack = ULongToPtr( context->Esp );

    if (memcmp( ULongToPtr( context->Eip ), far_jump, sizeof(far_jump) )) return FALSE;
    far_return = *stack;
    *stack = resume_stepping;
    return TRUE;
}
#else
static BOOL step_over( CONTEXT *context )
{
    return FALSE;
}
#endif

static LONG CALLBACK step( EXCEPTION_POINTERS *info )
{
    if (info->ExceptionRecord->ExceptionCode != EXCEPTION_SINGLE_STEP) return EXCEPTION_CONTINUE_SEARCH;
    if (GetCurrentThreadId() != victim.thread_id) return EXCEPTION_CONTINUE_SEARCH;
    if (!victim.stepping || step_over( info->ContextRecord )) info->ContextRecord->EFlags &= ~TRAP_FLAG;
    else
    {
        if (++victim.steps == victim.last)
        {
            SetEvent( victim.arrived );
            Sleep( INFINITE );
        }
        info->ContextRecord->EFlags |= TRAP_FLAG;
    }
    return EXCEPTION_CONTINUE_EXECUTION;
}

/* From the plug-in's return until the server is answered, in the functions that see to that; what those call may hold
 * a lock, and is passed over. */
static BOOL is_on_the_way( const CONTEXT *context )
{
#ifdef __i386__
    ULONG_PTR instruction = context->Eip, stack = context->Esp;
#else
    ULONG_PTR instruction = context->Rip, stack = context->Rsp;
#endif

    if (instruction - (ULONG_PTR)answerer.module >= answerer.module_size) return FALSE;
    if (!answerer.stack) answerer.stack = stack;
    if (transport_answers() != answerer.answers) answerer.stepping = FALSE;
    return answerer.stepping && stack >= answerer.stack;
}

static LONG CALLBACK step_answer( EXCEPTION_POINTERS *info )
{
    CONTEXT *context = info->ContextRecord;

    if (info->ExceptionRecord->ExceptionCode != EXCEPTION_SINGLE_STEP) return EXCEPTION_CONTINUE_SEARCH;
    if (GetCurrentThreadId() != answerer.thread_id) return EXCEPTION_CONTINUE_SEARCH;
    if (answerer.stepping && is_on_the_way( context ) && ++answerer.steps == answerer.last)
    {
        answerer.stepping = FALSE;
        InterlockedExchange( &answerer.arrived, TRUE );
        WaitForSingleObject( answerer.go, PATIENCE );
    }
    if (!answerer.stepping || step_over( context )) context->EFlags &= ~TRAP_FLAG;
    else context->EFlags |= TRAP_FLAG;
    return EXCEPTION_CONTINUE_EXECUTION;
}

static void begin_stepping(void)
{
#ifdef __x86_64__
    __asm__ volatile( "pushfq; orq %0, (%%rsp); popfq" : : "i" (TRAP_FLAG) : "memory", "cc" );
#elif defined(__i386__)
    __asm__ volatile( "pushfl; orl %0, (%%esp); popfl" : : "i" (TRAP_FLAG) : "memory", "cc" );
#endif
}

static DWORD CALLBACK victim_thread( void *arg )
{
    static BYTE message[] = { 1 };

    victim.thread_id = GetCurrentThreadId();
    if ((victim.stepping = victim.last != NO_STEPS)) begin_stepping();
    if (victim.call == CLOSE) IWTSVirtualChannel_Close( victim.channel );
    else IWTSVirtualChannel_Write( victim.channel, sizeof(message), message, NULL );
    victim.stepping = FALSE;
    return 0;
}

static DWORD CALLBACK user_thread( void *arg )
{
    static BYTE message[] = { 2 };

    for (;;)
    {
        WaitForSingleObject( user.go, INFINITE );
        IWTSVirtualChannel_Write( user.channel, sizeof(message), message, NULL );
        count_add( &user.done, 1 );
        IWTSVirtualChannel_Close( user.channel );
        count_add( &user.done, 1 );
    }
    return 0;
}

static void check_message( struct server_channel *channel, const BYTE *message, UINT32 size )
{
    if (size == 1 && message[0] == 2) count_add( &user.seen, 1 );
}

/* It may come to the end before. */
static void kill_victim( LONG last )
{
    HANDLE thread, handles[2];
    DWORD ret;

    victim.steps = 0;
    victim.last = last;
    thread = CreateThread( NULL, STACK_SIZE, victim_thread, NULL, STACK_SIZE_PARAM_IS_A_RESERVATION, NULL );
    ok( thread != NULL, "no thread, error %lu\n", GetLastError() );
    handles[0] = victim.arrived;
    handles[1] = thread;
    ret = WaitForMultipleObjects( 2, handles, FALSE, LIMIT );
    ok( ret <= WAIT_OBJECT_0 + 1, "the victim gets nowhere\n" );
    if (ret == WAIT_OBJECT_0)
    {
        ok( TerminateThread( thread, 0 ), "TerminateThread failed, error %lu\n", GetLastError() );
        ok( !WaitForSingleObject( thread, LIMIT ), "the thread does not end\n" );
    }
    CloseHandle( thread );
}

/* FALSE: the test cannot go on. */
static BOOL use_channel( struct endpoint *endpoint, BOOL open )
{
    count_reset( &user.done );
    count_reset( &user.seen );
    user.channel = endpoint->channel;
    SetEvent( user.go );
    ok( count_reaches( &user.done, 2 ), "%s does not return\n", user.done ? "Close" : "Write" );
    if (user.done < 2) return FALSE;
    if (open) ok( count_reaches( &user.seen, 1 ), "the server does not get what is written\n" );
    ok( count_reaches( &endpoint->closed, 1 ), "OnClose does not come\n" );
    return endpoint->closed == 1;
}

/* In another channel each time. Returns the number of instructions, or 0 if the test cannot go on. */
static LONG kill_at( enum call call, LONG last )
{
    struct server_channel *server;
    struct endpoint *endpoint;
    BOOL useful;

    if (!(endpoint = endpoint_open( 1 + last % 200, "TEST", &server, check_message, NULL ))) return 0;
    victim.channel = endpoint->channel;
    victim.call = call;
    winetest_push_context( "%s, instruction %ld", call_names[call], last );
    kill_victim( last );
    useful = use_channel( endpoint, call != CLOSE );
    winetest_pop_context();
    if (!useful) return 0;
    endpoint_finish( endpoint, server );
    return victim.steps;
}

static BOOL kill_everywhere( enum call call )
{
    LONG steps, i;

    kill_at( call, NO_STEPS );  /* which cuts a chunk into hundreds of blocks */
    steps = kill_at( call, 0 );
    ok( steps > 50, "%s has %ld instructions\n", call_names[call], steps );
    trace( "%s has %ld instructions\n", call_names[call], steps );
    for (i = 1; i <= steps; i += STRIDE) if (!kill_at( call, i )) return FALSE;
    return TRUE;
}

static enum offer_answer accept_stepping( struct endpoint *endpoint )
{
    answerer.thread_id = GetCurrentThreadId();
    answerer.stepping = TRUE;
    begin_stepping();
    return OFFER_ACCEPT;
}

/* The server breaks a rule of the channel that it has no answer for. FALSE: that was the answer's last step before. */
static BOOL send_between( LONG last )
{
    BYTE malformed[] = { 0x20, 1 + last % 200, 1, 'a', 'b' };   /* more than it announces */
    struct server_channel *server;
    struct endpoint *endpoint;
    unsigned int i;
    BOOL arrived;

    winetest_push_context( "answer, instruction %ld", last );
    answerer.stack = answerer.steps = answerer.arrived = 0;
    answerer.last = last;
    answerer.answers = transport_answers();
    server = server_create( malformed[1], "TEST", NULL, NULL );
    for (i = 0; i < LIMIT && !InterlockedOr( &answerer.arrived, 0 ) && !count_get( &server->answers ); i++) Sleep( 1 );
    if ((arrived = InterlockedOr( &answerer.arrived, 0 ))) client_receive( malformed, sizeof(malformed) );
    SetEvent( answerer.go );
    ok( count_reaches( &server->answers, 1 ), "the server gets no answer\n" );
    ResetEvent( answerer.go );
    endpoint = endpoint_take();
    if (!server->status) server_close( server );
    endpoint_finish( endpoint, server->status ? NULL : server );
    winetest_pop_context();
    return arrived;
}

static void test_answer(void)
{
    LONG steps = 0;
    MODULEINFO info;

    GetModuleInformation( GetCurrentProcess(), GetModuleHandleW( L"mstscax.dll" ), &info, sizeof(info) );
    answerer.module = info.lpBaseOfDll;
    answerer.module_size = info.SizeOfImage;
    answerer.go = CreateEventW( NULL, TRUE, FALSE, NULL );
    behaviour.offer = accept_stepping;
    do steps++; while (send_between( steps ));
    behaviour.offer = NULL;
    trace( "the answer takes %ld instructions\n", steps );
    ok( steps > 5, "the answer takes %ld instructions\n", steps );
}

START_TEST(step)
{
    HANDLE thread;
    DWORD cookie;
    enum call i;

#if !defined(__x86_64__) && !defined(__i386__)
    skip( "this processor's trap flag is another\n" );
    return;
#endif
    CoInitializeEx( NULL, COINIT_MULTITHREADED );
    plugin_register( &cookie );
    if (!client_load( FORM_EX_FREERDP )) return;
    plugin_reset();
    client_start( 1 );
    AddVectoredExceptionHandler( TRUE, step );
    AddVectoredExceptionHandler( TRUE, step_answer );
    victim.arrived = CreateEventW( NULL, FALSE, FALSE, NULL );
    user.go = CreateEventW( NULL, FALSE, FALSE, NULL );
    thread = CreateThread( NULL, 0, user_thread, NULL, 0, NULL );
    ok( thread != NULL, "no thread, error %lu\n", GetLastError() );
    CloseHandle( thread );
    /* who waits for a dead thread's lock never ends, and might hold up the end of the process */
    for (i = 0; i < CALL_COUNT; i++) if (!kill_everywhere( i )) TerminateProcess( GetCurrentProcess(), 1 );
    test_answer();
    client_stop();
    CoUninitialize();
}
