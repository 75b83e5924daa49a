/*
 * Interface ids
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

#include <stdarg.h>

#include "windef.h"
#include "winbase.h"
#include "objbase.h"
#include "ocidl.h"

#include "initguid.h"
#include "tsvirtualchannels.h"
#include "wine/mstscax.h"

/* Of the factory that makes proxies and stubs. */
DEFINE_GUID( CLSID_TSVirtualChannelsProxy, 0x3d6c9a52, 0x5f0b, 0x4e36, 0x8c, 0x1d, 0x7b, 0x25, 0x90, 0xe4, 0x6a, 0x13 );
