/*
 * Static virtual channels: what an RDP client and its plug-ins call
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

#ifndef __WINE_CCHANNEL_H
#define __WINE_CCHANNEL_H

#include <pchannel.h>

#ifdef __cplusplus
extern "C" {
#endif

#define VCAPITYPE __stdcall
#ifdef __cplusplus
#define VCEXPORT extern "C" __declspec(dllexport)
#else
#define VCEXPORT __declspec(dllexport)
#endif

#define VIRTUAL_CHANNEL_VERSION_WIN2000  1

#define CHANNEL_RC_OK                             0
#define CHANNEL_RC_ALREADY_INITIALIZED            1
#define CHANNEL_RC_NOT_INITIALIZED                2
#define CHANNEL_RC_ALREADY_CONNECTED              3
#define CHANNEL_RC_NOT_CONNECTED                  4
#define CHANNEL_RC_TOO_MANY_CHANNELS              5
#define CHANNEL_RC_BAD_CHANNEL                    6
#define CHANNEL_RC_BAD_CHANNEL_HANDLE             7
#define CHANNEL_RC_NO_BUFFER                      8
#define CHANNEL_RC_BAD_INIT_HANDLE                9
#define CHANNEL_RC_NOT_OPEN                       10
#define CHANNEL_RC_BAD_PROC                       11
#define CHANNEL_RC_NO_MEMORY                      12
#define CHANNEL_RC_UNKNOWN_CHANNEL_NAME           13
#define CHANNEL_RC_ALREADY_OPEN                   14
#define CHANNEL_RC_NOT_IN_VIRTUALCHANNELENTRY     15
#define CHANNEL_RC_NULL_DATA                      16
#define CHANNEL_RC_ZERO_LENGTH                    17

/* Events of the client, told to the procedure that VirtualChannelInit got. */

#define CHANNEL_EVENT_INITIALIZED           0
#define CHANNEL_EVENT_CONNECTED             1   /* data: the server's name */
#define CHANNEL_EVENT_V1_CONNECTED          2   /* the server knows no virtual channels */
#define CHANNEL_EVENT_DISCONNECTED          3
#define CHANNEL_EVENT_TERMINATED            4
#define CHANNEL_EVENT_REMOTE_CONTROL_START  5
#define CHANNEL_EVENT_REMOTE_CONTROL_STOP   6

typedef VOID (VCAPITYPE CHANNEL_INIT_EVENT_FN)( void *init_handle, UINT event, void *data, UINT size );
typedef CHANNEL_INIT_EVENT_FN *PCHANNEL_INIT_EVENT_FN;

/* Events of one channel, told to the procedure that VirtualChannelOpen got. The data of the last two
 * is the user data of the write. */

#define CHANNEL_EVENT_DATA_RECEIVED    10
#define CHANNEL_EVENT_WRITE_COMPLETE   11
#define CHANNEL_EVENT_WRITE_CANCELLED  12

typedef VOID (VCAPITYPE CHANNEL_OPEN_EVENT_FN)( DWORD open_handle, UINT event, void *data, UINT32 size,
                                                UINT32 total_size, UINT32 flags );
typedef CHANNEL_OPEN_EVENT_FN *PCHANNEL_OPEN_EVENT_FN;

typedef UINT (VCAPITYPE VIRTUALCHANNELINIT)( void **init_handle, CHANNEL_DEF *channels, INT count, ULONG version,
                                             PCHANNEL_INIT_EVENT_FN event_proc );
typedef VIRTUALCHANNELINIT *PVIRTUALCHANNELINIT;

typedef UINT (VCAPITYPE VIRTUALCHANNELOPEN)( void *init_handle, DWORD *open_handle, char *name,
                                             PCHANNEL_OPEN_EVENT_FN event_proc );
typedef VIRTUALCHANNELOPEN *PVIRTUALCHANNELOPEN;

typedef UINT (VCAPITYPE VIRTUALCHANNELCLOSE)( DWORD open_handle );
typedef VIRTUALCHANNELCLOSE *PVIRTUALCHANNELCLOSE;

/* data must stay as it is until the write has completed or been cancelled. */
typedef UINT (VCAPITYPE VIRTUALCHANNELWRITE)( DWORD open_handle, void *data, ULONG size, void *user_data );
typedef VIRTUALCHANNELWRITE *PVIRTUALCHANNELWRITE;

typedef struct tagCHANNEL_ENTRY_POINTS
{
    DWORD                cbSize;
    DWORD                protocolVersion;
    PVIRTUALCHANNELINIT  pVirtualChannelInit;
    PVIRTUALCHANNELOPEN  pVirtualChannelOpen;
    PVIRTUALCHANNELCLOSE pVirtualChannelClose;
    PVIRTUALCHANNELWRITE pVirtualChannelWrite;
} CHANNEL_ENTRY_POINTS, *PCHANNEL_ENTRY_POINTS;

/* What a static-channel plug-in exports; entry_points ends with the call. */
typedef BOOL (VCAPITYPE VIRTUALCHANNELENTRY)( CHANNEL_ENTRY_POINTS *entry_points );
typedef VIRTUALCHANNELENTRY *PVIRTUALCHANNELENTRY;

/* What a dynamic-channel plug-in exports: how many interfaces there are when objects is NULL, else
 * as many as fit into *count, each with a reference for the caller. */
typedef HRESULT (VCAPITYPE VIRTUALCHANNELGETINSTANCE)( REFIID iid, ULONG *count, void **objects );
typedef VIRTUALCHANNELGETINSTANCE *PVIRTUALCHANNELGETINSTANCE;

#ifdef __cplusplus
}
#endif

#endif /* __WINE_CCHANNEL_H */
