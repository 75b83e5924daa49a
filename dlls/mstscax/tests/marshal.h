/*
 * Objects for a process that is given text
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

#ifndef __MSTSCAX_TESTS_MARSHAL_H
#define __MSTSCAX_TESTS_MARSHAL_H

/* An object as text for a command line; flags are MSHLFLAGS. */
static inline BOOL marshal_as_text( const IID *iid, void *object, DWORD flags, WCHAR *text, SIZE_T count )
{
    IStream *stream = NULL;
    HGLOBAL memory = NULL;
    const BYTE *bytes;
    SIZE_T size, i;
    HRESULT hr;

    CreateStreamOnHGlobal( NULL, TRUE, &stream );
    hr = CoMarshalInterface( stream, iid, object, MSHCTX_LOCAL, NULL, flags );
    ok( hr == S_OK, "got hr %#lx\n", hr );
    GetHGlobalFromStream( stream, &memory );
    size = SUCCEEDED(hr) ? GlobalSize( memory ) : 0;
    if (size * 2 >= count) size = 0;
    bytes = GlobalLock( memory );
    for (i = 0; i < size; i++) swprintf( text + 2 * i, 3, L"%02x", bytes[i] );
    GlobalUnlock( memory );
    IStream_Release( stream );
    return size != 0;
}

static inline HRESULT unmarshal_text( const char *text, const IID *iid, void *out )
{
    IStream *stream = NULL;
    unsigned int value;
    HRESULT hr;
    BYTE byte;

    CreateStreamOnHGlobal( NULL, TRUE, &stream );
    for (; sscanf( text, "%2x", &value ) == 1; text += 2)
    {
        byte = value;
        IStream_Write( stream, &byte, 1, NULL );
    }
    IStream_Seek( stream, (LARGE_INTEGER){ { 0 } }, STREAM_SEEK_SET, NULL );
    hr = CoUnmarshalInterface( stream, iid, out );
    IStream_Release( stream );
    return hr;
}

#endif /* __MSTSCAX_TESTS_MARSHAL_H */
