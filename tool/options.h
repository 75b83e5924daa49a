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

#ifndef __WINEDVC_OPTIONS_H
#define __WINEDVC_OPTIONS_H

#include "verbs.h"

enum options_result
{
    OPTIONS_RUN,        /* the verb */
    OPTIONS_HELP,       /* was wanted, and is printed */
    OPTIONS_WRONG,      /* a line has said what */
};

/* Of a verb: argv[0] is its name. */
extern enum options_result options_parse( const struct verb *verb, int argc, char **argv, struct arguments *arguments );

#endif /* __WINEDVC_OPTIONS_H */
