/*
 * A debugger for a plug-in's process
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

#ifndef __WINEDVC_DEBUGGER_H
#define __WINEDVC_DEBUGGER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "process.h"
#include "settings.h"

/* The host, whose process has that number for Windows, waits for a debugger, and is to have winedbg: here if the user is
 * at a terminal, where an interrupt is the debugger's from now on; else a line says how. A signal that ends this process
 * ends the host, which has to stay where it is. Returns the debugger's process, 0 if it was not started. */
extern pid_t debugger_start( const struct settings *settings, unsigned int bits, uint32_t process,
                             const struct process *host );

/* Waits until the user leaves it; 0 does no harm. */
extern void debugger_wait( pid_t debugger );

#endif /* __WINEDVC_DEBUGGER_H */
