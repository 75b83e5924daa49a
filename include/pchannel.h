/*
 * Static virtual channels: what the plug-in and the protocol share
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

#ifndef __WINE_PCHANNEL_H
#define __WINE_PCHANNEL_H

/* [MS-RDPBCGR] 2.2.6.1 */

#define CHANNEL_CHUNK_LENGTH  1600
#define CHANNEL_PDU_LENGTH    (CHANNEL_CHUNK_LENGTH + sizeof(CHANNEL_PDU_HEADER))
#define CHANNEL_BUFFER_SIZE   65535

#define CHANNEL_FLAG_MIDDLE         0x0000
#define CHANNEL_FLAG_FIRST          0x0001
#define CHANNEL_FLAG_LAST           0x0002
#define CHANNEL_FLAG_ONLY           (CHANNEL_FLAG_FIRST | CHANNEL_FLAG_LAST)
#define CHANNEL_FLAG_SHOW_PROTOCOL  0x0010
#define CHANNEL_FLAG_SUSPEND        0x0020
#define CHANNEL_FLAG_RESUME         0x0040
#define CHANNEL_FLAG_FAIL           0x0100

typedef struct tagCHANNEL_PDU_HEADER
{
    UINT32 length;      /* of the whole message, not of this chunk */
    UINT32 flags;
} CHANNEL_PDU_HEADER, *PCHANNEL_PDU_HEADER;

/* [MS-RDPBCGR] 2.2.1.3.4.1 */

#define CHANNEL_MAX_COUNT  30
#define CHANNEL_NAME_LEN   7

#define CHANNEL_OPTION_REMOTE_CONTROL_PERSISTENT  0x00100000
#define CHANNEL_OPTION_SHOW_PROTOCOL              0x00200000
#define CHANNEL_OPTION_COMPRESS                   0x00400000
#define CHANNEL_OPTION_COMPRESS_RDP               0x00800000
#define CHANNEL_OPTION_PRI_LOW                    0x02000000
#define CHANNEL_OPTION_PRI_MED                    0x04000000
#define CHANNEL_OPTION_PRI_HIGH                   0x08000000
#define CHANNEL_OPTION_ENCRYPT_CS                 0x10000000
#define CHANNEL_OPTION_ENCRYPT_SC                 0x20000000
#define CHANNEL_OPTION_ENCRYPT_RDP                0x40000000
#define CHANNEL_OPTION_INITIALIZED                0x80000000

#include <pshpack1.h>

typedef struct tagCHANNEL_DEF
{
    char  name[CHANNEL_NAME_LEN + 1];
    ULONG options;
} CHANNEL_DEF, *PCHANNEL_DEF, **PPCHANNEL_DEF;

#include <poppack.h>

#endif /* __WINE_PCHANNEL_H */
