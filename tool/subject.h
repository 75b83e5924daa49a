/*
 * What the user calls a plug-in
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

#ifndef __WINEDVC_SUBJECT_H
#define __WINEDVC_SUBJECT_H

#include "catalog.h"

/* The plug-in that a verb is about, registered or not. Stays where it is. */
struct subject
{
    struct target        target;
    struct catalog       catalog;
    struct registration *registration;  /* NULL if there is none that could run */
};

/* Name is that of an AddIns key or of its file, or {CLSID}, FILE.dll, FILE.dll:{CLSID}; prefix is NULL for that of the
 * file, or the configured one. Returns an exit status; unless that is STATUS_OK a line has said why. subject_clear() has
 * to follow in any case. */
extern int subject_open( struct subject *subject, const char *prefix, const char *name );
extern void subject_clear( struct subject *subject );

#endif /* __WINEDVC_SUBJECT_H */
