/*
 * Self-signed certificate made at run time
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

#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "server.h"

#define VALIDITY ( 24 * 60 * 60 )   /* seconds */

static char *bio_text( BIO *bio )
{
    char *data, *text;
    long size = BIO_get_mem_data( bio, &data );

    if (size < 0 || !(text = malloc( (size_t)size + 1 ))) return NULL;
    memcpy( text, data, size );
    text[size] = 0;
    return text;
}

static X509 *sign_certificate( EVP_PKEY *key )
{
    X509 *x509 = X509_new();
    X509_NAME *name;

    if (!x509) return NULL;
    name = X509_get_subject_name( x509 );
    if (X509_set_version( x509, X509_VERSION_3 ) &&
        ASN1_INTEGER_set( X509_get_serialNumber( x509 ), 1 ) &&
        X509_gmtime_adj( X509_getm_notBefore( x509 ), -VALIDITY ) &&
        X509_gmtime_adj( X509_getm_notAfter( x509 ), VALIDITY ) &&
        X509_NAME_add_entry_by_txt( name, "CN", MBSTRING_ASC, (const unsigned char *)"127.0.0.1", -1, -1, 0 ) &&
        X509_set_issuer_name( x509, name ) &&
        X509_set_pubkey( x509, key ) &&
        X509_sign( x509, key, EVP_sha256() ))
        return x509;
    X509_free( x509 );
    return NULL;
}

bool identity_create( struct identity *identity )
{
    EVP_PKEY *key = EVP_PKEY_Q_keygen( NULL, NULL, "RSA", (size_t)2048 );
    X509 *x509 = key ? sign_certificate( key ) : NULL;
    BIO *key_bio = BIO_new( BIO_s_mem() ), *x509_bio = BIO_new( BIO_s_mem() );

    memset( identity, 0, sizeof(*identity) );
    if (x509 && key_bio && x509_bio &&
        PEM_write_bio_X509( x509_bio, x509 ) &&
        PEM_write_bio_PrivateKey( key_bio, key, NULL, NULL, 0, NULL, NULL ))
    {
        identity->certificate = bio_text( x509_bio );
        identity->key = bio_text( key_bio );
    }
    BIO_free( key_bio );
    BIO_free( x509_bio );
    X509_free( x509 );
    EVP_PKEY_free( key );
    if (identity->certificate && identity->key) return true;
    identity_destroy( identity );
    return false;
}

void identity_destroy( struct identity *identity )
{
    free( identity->certificate );
    free( identity->key );
    memset( identity, 0, sizeof(*identity) );
}
