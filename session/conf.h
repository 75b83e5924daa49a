/*
 * The configuration file
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

#ifndef __WINEDVC_CONF_H
#define __WINEDVC_CONF_H

/* What is in a file, in its order. Line 0 stands for all of it. */
struct conf_reader
{
    void *context;
    void (*value)( void *context, const char *file, unsigned int line, const char *section, const char *key,
                   const char *value );
    void (*mistake)( void *context, const char *file, unsigned int line, const char *text );
};

/* A file that does not exist holds nothing. */
extern void conf_read( const char *file, const struct conf_reader *reader );

#endif /* __WINEDVC_CONF_H */
