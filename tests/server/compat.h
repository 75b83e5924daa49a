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

#ifndef WINEDVC_TESTS_COMPAT_H
#define WINEDVC_TESTS_COMPAT_H

#include <freerdp/channels/channels.h>
#include <freerdp/channels/wtsvc.h>
#include <freerdp/freerdp.h>
#include <freerdp/peer.h>
#include <freerdp/settings.h>
#include <freerdp/version.h>
#include <winpr/ssl.h>
#include <winpr/synch.h>
#include <winpr/wtsapi.h>

#if FREERDP_VERSION_MAJOR >= 3
#include <freerdp/crypto/certificate.h>
#include <freerdp/crypto/privatekey.h>
#include <freerdp/redirection.h>
#endif

/* Both texts are copied. */
static inline bool compat_set_identity( rdpSettings *settings, const char *certificate, const char *key )
{
#if FREERDP_VERSION_MAJOR >= 3
    rdpCertificate *x509 = freerdp_certificate_new_from_pem( certificate );
    rdpPrivateKey *rsa = freerdp_key_new_from_pem( key );

    /* the settings own what was given to them */
    if (x509 && !freerdp_settings_set_pointer_len( settings, FreeRDP_RdpServerCertificate, x509, 1 ))
    {
        freerdp_certificate_free( x509 );
        x509 = NULL;
    }
    if (rsa && !freerdp_settings_set_pointer_len( settings, FreeRDP_RdpServerRsaKey, rsa, 1 ))
    {
        freerdp_key_free( rsa );
        rsa = NULL;
    }
    return x509 && rsa;
#else
    return freerdp_settings_set_string( settings, FreeRDP_CertificateContent, certificate ) &&
           freerdp_settings_set_string( settings, FreeRDP_PrivateKeyContent, key ) &&
           freerdp_settings_set_string( settings, FreeRDP_RdpKeyContent, key );
#endif
}

/* [MS-RDPBCGR] 2.2.13.1, with a balancer's token, which nobody looks at, and no address: the client comes here again. */
static inline bool compat_redirect( freerdp_peer *peer )
{
#if FREERDP_VERSION_MAJOR >= 3
    static const char token[] = "Cookie: msts=16777343.15629.0000";
    rdpRedirection *redirection = redirection_new();
    bool sent = redirection && redirection_set_flags( redirection, LB_LOAD_BALANCE_INFO ) &&
                redirection_set_byte_option( redirection, LB_LOAD_BALANCE_INFO, (const BYTE *)token, sizeof(token) - 1 ) &&
                peer->SendServerRedirection( peer, redirection );

    redirection_free( redirection );
    return sent;
#else
    return peer->SendServerRedirection &&
           peer->SendServerRedirection( peer, 0, NULL, "16777343.15629.0000", NULL, NULL, NULL, NULL, NULL, 0, NULL, 0, NULL );
#endif
}

#endif /* WINEDVC_TESTS_COMPAT_H */
