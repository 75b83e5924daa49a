/*
 * Proxies and stubs: where COM finds them
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

#ifndef __MSTSCAX_PROXIES_H
#define __MSTSCAX_PROXIES_H

#include "windef.h"
#include "winerror.h"

/* Tells COM, in the registry of this machine, that this DLL has the proxies of tsvirtualchannels.idl; processes of the
 * other bitness are told of the DLL for them, if it is beside ours (i386-windows, x86_64-windows). An interface whose
 * proxies another DLL has stays with it. Writes only what is not so yet: changed tells whether anything. */
extern HRESULT proxies_register( BOOL *changed );

#endif /* __MSTSCAX_PROXIES_H */
