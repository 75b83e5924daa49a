/*
 * What testplugin.dll and the tests that load it say to each other
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

#ifndef __MSTSCAX_TESTS_TESTPLUGIN_H
#define __MSTSCAX_TESTS_TESTPLUGIN_H

/* The calls that a plug-in gets, and the ends of its objects. */
enum call_kind
{
    COUNT_INSTANCES, GET_INSTANCES, GET_CLASS, CREATE_INSTANCE,
    INITIALIZE, CONNECTED, DISCONNECTED, TERMINATED, PLUGIN_FREED,
    NEW_CHANNEL, LISTENER_CALLBACK_FREED,
    DATA_RECEIVED, CLOSED, CALLBACK_FREED,
    CALL_KINDS
};

/* One call. testplugin.dll presets the answers that a plug-in without wishes gives; the test's procedure, which
 * runs inside the call, may change them. */
struct call
{
    enum call_kind kind;
    ULONG value;        /* the disconnect code, the size of the data, the capacity or number of instances */
    BYTE *data;
    const GUID *iid;    /* that was asked for */
    void *object;       /* the interface that was called */
    LONG  beside;       /* calls of that object that have not returned yet */
    IWTSVirtualChannelManager *manager;         /* INITIALIZE */
    IWTSListenerCallback *listener_callback;    /* INITIALIZE; it ends with its last listener */
    IWTSVirtualChannel *channel;                /* NEW_CHANNEL, DATA_RECEIVED, CLOSED */
    BOOL  preset;       /* NEW_CHANNEL: the client had preset both answers */

    HRESULT hr;
    BOOL  accept, give_callback;                /* NEW_CHANNEL */
};

typedef void (CDECL *call_proc)( struct call *call );

/* Exported by testplugin.dll. No call may be running. */
typedef void (CDECL *testplugin_set_proc_func)( call_proc proc );

#endif /* __MSTSCAX_TESTS_TESTPLUGIN_H */
