/*
 * What differs between FreeRDP 2 and 3
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

#ifndef __WINEDVC_COMPAT_H
#define __WINEDVC_COMPAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <freerdp/freerdp.h>
#include <freerdp/svc.h>
#include <freerdp/version.h>

#include "namelist.h"

/* The client that loads a static addin, NULL if it is not FreeRDP. */
extern freerdp *compat_instance( PCHANNEL_ENTRY_POINTS_EX entry_points );

/* The client library's version, and that of the headers which the addin was built with. */
extern const char *compat_version( void );
extern const char *compat_built_version( void );

/* What /vc: gives behind the addin's name. */
extern void compat_copy_arguments( PCHANNEL_ENTRY_POINTS_EX entry_points, struct name_list *arguments );

/* Has the server not asked for the static channel that was declared last. */
extern void compat_withdraw_channel( freerdp *instance );

/* Is the server asked for a static channel of this name? Has it asked for one more; false if there are too many. */
extern bool compat_has_channel( freerdp *instance, const char *name );
extern bool compat_add_channel( freerdp *instance, const char *name, uint32_t options );

/* From version 3 on FreeRDP sends single chunks of a static channel's message. */
extern bool compat_sends_chunks( freerdp *instance );
extern bool compat_send_chunk( freerdp *instance, UINT16 id, UINT32 flags, size_t total, const BYTE *chunk, size_t size );

/* Has drdynvc loaded, even if nothing but us wants dynamic channels. */
extern bool compat_enable_dynamic_channels( freerdp *instance );

/* Does it replay a recording, in the place of a server? */
extern bool compat_is_replay( freerdp *instance );

/* The name of the server to connect to, as it was given; NULL if it was not. */
extern const char *compat_server( freerdp *instance );

/* Adds the names of the dynamic channels whose addins the client loads in this session; known from INITIALIZED on. */
extern void compat_list_served( freerdp *instance, struct name_list *names );

/* The id of a static channel in the present connection, 0 if it has none. */
extern UINT16 compat_channel_id( freerdp *instance, const char *name );

/* Descriptors that the client waits for, among them those of its connection. Returns how many. */
#define COMPAT_DESCRIPTORS 64
extern size_t compat_descriptors( freerdp *instance, int descriptors[COMPAT_DESCRIPTORS] );

/*
 * From 3.9 on FreeRDP's main loop waits for a descriptor, and calls ready( context, arg ), which may come when the
 * descriptor is not readable. Returns NULL if this FreeRDP can not, or does not. To be ended in the connection in which
 * it was begun.
 */
extern void *compat_watch( freerdp *instance, int fd, BOOL (*ready)( rdpContext *context, void *arg ), void *arg );
extern void compat_end_watch( freerdp *instance, void *watch );

/* Events of FreeRDP are constant from version 3 on. */
#if FREERDP_VERSION_MAJOR >= 3
#define COMPAT_EVENT const
#else
#define COMPAT_EVENT
#endif

/* Does it draw by software, into memory that it has? */
extern bool compat_draws_by_software( const freerdp *instance );

/* What is drawn between the two is shown. False: nothing may be drawn now. From version 3 on no other thread draws. */
extern bool compat_begin_paint( freerdp *instance );
extern void compat_end_paint( freerdp *instance );

/* Why the connection ended, for IWTSPlugin::Disconnected; to be asked when it has. */
extern uint32_t compat_disconnect_code( freerdp *instance );

#endif /* __WINEDVC_COMPAT_H */
