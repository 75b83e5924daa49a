/*
 * The process's environment, copied
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

#ifndef __WINEDVC_ENVIRONMENT_H
#define __WINEDVC_ENVIRONMENT_H

/* The process's own may be read by nobody while a thread of it sets a variable, as WinPR's and others of the client do:
 * the client's main thread copies it once, before there are threads of ours. */

/* Strings up to a NULL, one block for free(). NULL without memory. */
extern char **environment_copy( void );

/* A variable's value, NULL if it is not set. */
extern const char *environment_get( char *const *environment, const char *name );

#define ENVIRONMENT_LOCALE 80

/* What hosts' LC_CTYPE is to be, and LANG in the place of LC_ALL; each is "" if the environment's own is right. */
struct environment_locale
{
    char type[ENVIRONMENT_LOCALE];
    char rest[ENVIRONMENT_LOCALE];
};

/* Of files whose names the locale cannot write, Wine finds none. Where it is not UTF-8, type is the same language's, or
 * C's, that is. The C library asks the process's own environment where its locales are, so this is for the client's main
 * thread as well. */
extern void environment_find_locale( char *const *environment, struct environment_locale *locale );

#endif /* __WINEDVC_ENVIRONMENT_H */
