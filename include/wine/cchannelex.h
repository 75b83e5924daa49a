/*
 * FreeRDP's extended form of the static virtual channel API
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

#ifndef __WINE_CCHANNELEX_H
#define __WINE_CCHANNELEX_H

#include <cchannel.h>

/* The same calls and events as in cchannel.h, each with one more argument in front: calls take
 * the init handle that VirtualChannelEntryEx got, event procedures the user parameter of InitEx. */

typedef VOID (VCAPITYPE CHANNEL_INIT_EVENT_EX_FN)( void *user_param, void *init_handle, UINT event,
                                                   void *data, UINT size );
typedef CHANNEL_INIT_EVENT_EX_FN *PCHANNEL_INIT_EVENT_EX_FN;

typedef VOID (VCAPITYPE CHANNEL_OPEN_EVENT_EX_FN)( void *user_param, DWORD open_handle, UINT event, void *data,
                                                   UINT32 size, UINT32 total_size, UINT32 flags );
typedef CHANNEL_OPEN_EVENT_EX_FN *PCHANNEL_OPEN_EVENT_EX_FN;

typedef UINT (VCAPITYPE VIRTUALCHANNELINITEX)( void *user_param, void *client_context, void *init_handle,
                                               CHANNEL_DEF *channels, INT count, ULONG version,
                                               PCHANNEL_INIT_EVENT_EX_FN event_proc );
typedef VIRTUALCHANNELINITEX *PVIRTUALCHANNELINITEX;

typedef UINT (VCAPITYPE VIRTUALCHANNELOPENEX)( void *init_handle, DWORD *open_handle, char *name,
                                               PCHANNEL_OPEN_EVENT_EX_FN event_proc );
typedef VIRTUALCHANNELOPENEX *PVIRTUALCHANNELOPENEX;

typedef UINT (VCAPITYPE VIRTUALCHANNELCLOSEEX)( void *init_handle, DWORD open_handle );
typedef VIRTUALCHANNELCLOSEEX *PVIRTUALCHANNELCLOSEEX;

typedef UINT (VCAPITYPE VIRTUALCHANNELWRITEEX)( void *init_handle, DWORD open_handle, void *data,
                                                ULONG size, void *user_data );
typedef VIRTUALCHANNELWRITEEX *PVIRTUALCHANNELWRITEEX;

typedef struct tagCHANNEL_ENTRY_POINTS_EX
{
    DWORD                  cbSize;
    DWORD                  protocolVersion;
    PVIRTUALCHANNELINITEX  pVirtualChannelInitEx;
    PVIRTUALCHANNELOPENEX  pVirtualChannelOpenEx;
    PVIRTUALCHANNELCLOSEEX pVirtualChannelCloseEx;
    PVIRTUALCHANNELWRITEEX pVirtualChannelWriteEx;
} CHANNEL_ENTRY_POINTS_EX, *PCHANNEL_ENTRY_POINTS_EX;

#define FREERDP_CHANNEL_MAGIC_NUMBER 0x46524450

/* cbSize tells which of the two forms was passed. */

typedef struct tagCHANNEL_ENTRY_POINTS_FREERDP2_EX
{
    CHANNEL_ENTRY_POINTS_EX entry_points;
    UINT32  MagicNumber;
    void   *pExtendedData;
    void   *pInterface;
    void  **ppInterface;    /* the plug-in stores its interface pointer through this one */
    void   *context;
} CHANNEL_ENTRY_POINTS_FREERDP2_EX;

typedef struct tagCHANNEL_ENTRY_POINTS_FREERDP_EX
{
    CHANNEL_ENTRY_POINTS_EX entry_points;
    UINT32  MagicNumber;
    void   *pExtendedData;
    void   *pInterface;     /* the plug-in stores its interface pointer here */
    void   *context;
} CHANNEL_ENTRY_POINTS_FREERDP_EX;

typedef BOOL (VCAPITYPE VIRTUALCHANNELENTRYEX)( CHANNEL_ENTRY_POINTS_EX *entry_points, void *init_handle );
typedef VIRTUALCHANNELENTRYEX *PVIRTUALCHANNELENTRYEX;

#endif /* __WINE_CCHANNELEX_H */
