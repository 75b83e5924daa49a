/*
 * winedvc status --watch: the same, on the whole screen
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

#include "terminal.h"
#include "verbs.h"
#include "watch.h"

#ifdef HAVE_NCURSES

#include <inttypes.h>
#include <langinfo.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <curses.h>

#include "history.h"
#include "sessions.h"
#include "summary.h"

#define REFRESH_MS 1000

/* Of the columns but the last, which has the rest. */
#define NAME_WIDTH   21
#define NAME_WIDE    44     /* on a screen of more than so many columns: */
#define WIDE_SCREEN  120
#define STATE_WIDTH  8
#define COUNT_WIDTH  10
#define RATE_WIDTH   11
#define QUEUE_WIDTH  9

struct screen
{
    const char     *directory;
    struct session *sessions;
    struct history *histories;
    uint64_t        time;       /* of the last look */
    int             top;        /* the first line that is shown */
    int             line;       /* that is written next, as if there were no end of the screen */
    bool            plain;      /* the terminal has no UTF-8 */
};

static volatile sig_atomic_t stopped;

static void stop( int number )
{
    (void)number;
    stopped = 1;
}

/* What names the counter of a row: the session, and the plug-in's row or the channel's age. */
static void row_key( uint64_t key[3], const struct session *session, unsigned int host, uint32_t age )
{
    key[0] = (uint64_t)session->pid << 32 | session->number;
    key[1] = host;
    key[2] = age;
}

static uint64_t flow_bytes( const struct page_flow *flows )
{
    return flows[PAGE_RECEIVED].bytes + flows[PAGE_SENT].bytes;
}

/* A look at the sessions */

static void sample_session( struct screen *screen, const struct session *session )
{
    const struct page *page = &session->page;
    uint64_t key[3];
    unsigned int i;

    for (i = 0; i < PAGE_HOSTS; i++)
    {
        if (!page->processes.hosts[i].state) continue;
        row_key( key, session, i, 0 );
        history_sample( &screen->histories, key, flow_bytes( page->traffic.ports[i].flows ), screen->time );
    }
    for (i = 0; i < PAGE_CHANNELS; i++)
    {
        const struct page_channel *channel = &page->traffic.channels[i];

        if (!summary_channel_is_live( channel )) continue;
        row_key( key, session, channel->host, channel->age );
        history_sample( &screen->histories, key, flow_bytes( channel->flows ), screen->time );
    }
}

static bool look( struct screen *screen )
{
    const struct session *session;

    sessions_clear( &screen->sessions );
    screen->time = page_now();
    if (!sessions_read( screen->directory, &screen->sessions )) return false;
    for (session = screen->sessions; session; session = session->next)
        if (session->state == SESSION_LIVE) sample_session( screen, session );
    history_end_round( &screen->histories );
    return true;
}

/* Cells */

static bool begins_character( char byte )
{
    return (byte & 0xc0) != 0x80;
}

/* The text in so many columns, cut if it is longer; numbers at the right. */
static void put_cell( const struct screen *screen, int column, int width, const char *text, bool right )
{
    int count = 0, begin, line = screen->line - screen->top;
    const char *end;

    if (line < 0 || line >= LINES || column >= COLS) return;
    if (width > COLS - column) width = COLS - column;
    for (end = text; *end; end++)
        if (begins_character( *end ) && ++count > width) break;
    begin = right && count < width ? column + width - count : column;
    mvaddnstr( line, begin, text, end - text );
}

static void put_line( struct screen *screen, int attribute, const char *text )
{
    attron( attribute );
    put_cell( screen, 0, COLS, text, false );
    attroff( attribute );
    screen->line++;
}

static void put_row( struct screen *screen, const char *name, const char *state, const char *in, const char *out,
                     const char *rate, const char *queue, const char *bars )
{
    int column = COLS > WIDE_SCREEN ? NAME_WIDE : NAME_WIDTH;

    put_cell( screen, 0, column, name, false );
    put_cell( screen, ++column, STATE_WIDTH, state, false );
    put_cell( screen, column += STATE_WIDTH, COUNT_WIDTH, in, true );
    put_cell( screen, column += COUNT_WIDTH, COUNT_WIDTH, out, true );
    put_cell( screen, column += COUNT_WIDTH, RATE_WIDTH, rate, true );
    put_cell( screen, column += RATE_WIDTH, QUEUE_WIDTH, queue, true );
    column += QUEUE_WIDTH + 1;
    put_cell( screen, column, COLS - column, bars, false );
    screen->line++;
}

static void put_counters( struct screen *screen, const uint64_t key[3], const char *name, const char *state,
                          const struct page_flow *flows, const char *queue )
{
    const struct history *history = history_find( screen->histories, key );
    char in[SUMMARY_NUMBER], out[SUMMARY_NUMBER], bytes[SUMMARY_NUMBER], rate[SUMMARY_NUMBER + 2];
    char bars[4 * HISTORY_SAMPLES + 1];
    int left = COLS - (COLS > WIDE_SCREEN ? NAME_WIDE : NAME_WIDTH) - 2 - STATE_WIDTH - 2 * COUNT_WIDTH - RATE_WIDTH -
               QUEUE_WIDTH;

    snprintf( in, sizeof(in), "%" PRIu64, flows[PAGE_RECEIVED].messages );
    snprintf( out, sizeof(out), "%" PRIu64, flows[PAGE_SENT].messages );
    summary_bytes( bytes, history_rate( history ) );
    snprintf( rate, sizeof(rate), "%s/s", bytes );
    history_draw( history, left > 0 ? left : 0, screen->plain, bars, sizeof(bars) );
    put_row( screen, name, state, in, out, rate, queue, bars );
}

static void put_channels( struct screen *screen, const struct session *session, unsigned int host )
{
    const struct page_channel *channel = session->page.traffic.channels, *end = channel + PAGE_CHANNELS;
    char name[sizeof(struct shown_name) + 2];
    struct shown_name shown;
    uint64_t key[3];

    for (; channel < end; channel++)
    {
        if (channel->host != host || !summary_channel_is_live( channel )) continue;
        snprintf( name, sizeof(name), "  %s", show_name( &shown, channel->name ) );
        row_key( key, session, host, channel->age );
        put_counters( screen, key, name, summary_channel_state( channel ), channel->flows, "" );
    }
}

static void put_session( struct screen *screen, const struct session *session )
{
    const struct page *page = &session->page;
    struct log_text title;
    char line[SUMMARY_LINE], queue[SUMMARY_NUMBER];
    uint64_t key[3];
    unsigned int i;

    screen->line++;
    summary_session( line, session );
    put_line( screen, A_BOLD, line );
    attron( A_UNDERLINE );
    put_row( screen, "PLUG-IN", "STATE", "IN", "OUT", "RATE", "QUEUE", "LAST SECONDS" );
    attroff( A_UNDERLINE );
    for (i = 0; i < PAGE_HOSTS; i++)
    {
        if (!page->processes.hosts[i].state) continue;
        summary_bytes( queue, page->traffic.ports[i].queued + page->traffic.ports[i].unread );
        row_key( key, session, i, 0 );
        put_counters( screen, key, log_escape( &title, page->processes.hosts[i].title ),
                      summary_host_state( &page->processes.hosts[i] ), page->traffic.ports[i].flows, queue );
        put_channels( screen, session, i );
    }
    if (summary_losses( line, page )) put_line( screen, A_NORMAL, line );
    if (summary_error( line, page )) put_line( screen, A_BOLD, line );
}

static void draw_all( struct screen *screen )
{
    const struct session *session;
    unsigned int live = 0;
    char line[SUMMARY_LINE], name[SUMMARY_NUMBER], clock[16] = "?";
    time_t seconds = screen->time / 1000000;
    struct tm local;

    if (localtime_r( &seconds, &local )) strftime( clock, sizeof(clock), "%H:%M:%S", &local );
    for (session = screen->sessions; session; session = session->next) live += session->state == SESSION_LIVE;
    erase();
    screen->line = 0;
    snprintf( line, sizeof(line), "winedvc  %s  %u session%s   q quits, arrows scroll", clock, live,
              live == 1 ? "" : "s" );
    put_line( screen, A_REVERSE, line );
    for (session = screen->sessions; session; session = session->next)
    {
        summary_name( name, session );
        if (session->state == SESSION_LIVE) put_session( screen, session );
        else
        {
            snprintf( line, sizeof(line), "%s: %s", name, summary_lack( session ) );
            put_line( screen, A_DIM, line );
        }
    }
}

static void draw( struct screen *screen )
{
    int most;

    draw_all( screen );
    most = screen->line > LINES ? screen->line - LINES : 0;
    if (screen->top > most)
    {
        screen->top = most;
        draw_all( screen );
    }
    refresh();
}

/* Returns false if the user has had enough. */
static bool take_key( struct screen *screen, int key )
{
    switch (key)
    {
    case 'q':
    case 'Q':
    case 3: /* Ctrl-C */
        return false;
    case KEY_UP:
        if (screen->top) screen->top--;
        break;
    case KEY_DOWN:
        screen->top++; /* as far as there is something */
        break;
    }
    return true;
}

static bool run( struct screen *screen )
{
    bool fine = look( screen );
    int key = ERR;

    while (fine && !stopped && take_key( screen, key ))
    {
        draw( screen );
        timeout( REFRESH_MS );
        key = getch();
        if (page_now() - screen->time >= REFRESH_MS * 1000 / 2) fine = look( screen );
    }
    return fine;
}

int watch( const char *directory )
{
    struct screen screen = { .directory = directory, .plain = strcmp( nl_langinfo( CODESET ), "UTF-8" ) };
    struct sigaction action = { .sa_handler = stop };
    SCREEN *terminal;
    bool fine;

    if (!isatty( STDIN_FILENO ) || !isatty( STDOUT_FILENO ) || !(terminal = newterm( NULL, stdout, stdin )))
    {
        complain( "--watch wants a terminal that it can draw on: is TERM right?" );
        return STATUS_FAILED;
    }
    sigaction( SIGINT, &action, NULL );
    sigaction( SIGTERM, &action, NULL );
    sigaction( SIGHUP, &action, NULL );
    cbreak();
    noecho();
    keypad( stdscr, TRUE );
    curs_set( 0 );
    fine = run( &screen );
    endwin();
    delscreen( terminal );
    sessions_clear( &screen.sessions );
    history_clear( &screen.histories );
    return fine ? STATUS_OK : STATUS_FAILED;
}

#else /* HAVE_NCURSES */

int watch( const char *directory )
{
    (void)directory;
    complain( "--watch needs ncurses, which was not there when winedvc was built: install libncurses-dev, then configure and "
              "build winedvc again" );
    return STATUS_FAILED;
}

#endif
