/*
 * The dynamic channels that FreeRDP serves itself
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

#include <stddef.h>

#include "names.h"

static const char *const names2[] =
{
    "AUDIO_INPUT",
    "AUDIO_PLAYBACK_DVC",
    "AUDIO_PLAYBACK_LOSSY_DVC",
    "ECHO",
    "FreeRDP::Advanced::Input",
    "Microsoft::Windows::RDS::DisplayControl",
    "Microsoft::Windows::RDS::Geometry::v08.01",
    "Microsoft::Windows::RDS::Graphics",
    "Microsoft::Windows::RDS::Input",
    "Microsoft::Windows::RDS::Telemetry",
    "Microsoft::Windows::RDS::Video::Control::v08.01",
    "Microsoft::Windows::RDS::Video::Data::v08.01",
    "RDCamera_Device_Enumerator",
    "TSMF",
    "URBDRC",
    "rdpecam",
    NULL
};

static const char *const names3[] =
{
    "AUDIO_INPUT",
    "AUDIO_PLAYBACK_DVC",
    "AUDIO_PLAYBACK_LOSSY_DVC",
    "ECHO",
    "FreeRDP::Advanced::Input",
    "Microsoft::Windows::RDS::AuthRedirection",
    "Microsoft::Windows::RDS::CoreInput",
    "Microsoft::Windows::RDS::DisplayControl",
    "Microsoft::Windows::RDS::Geometry::v08.01",
    "Microsoft::Windows::RDS::Graphics",
    "Microsoft::Windows::RDS::Input",
    "Microsoft::Windows::RDS::Location",
    "Microsoft::Windows::RDS::MouseCursor",
    "Microsoft::Windows::RDS::RemoteAppGraphicsRedirection",
    "Microsoft::Windows::RDS::Telemetry",
    "Microsoft::Windows::RDS::Video::Control::v08.01",
    "Microsoft::Windows::RDS::Video::Data::v08.01",
    "RDCamera_Device_Enumerator",
    "TSMF",
    "URBDRC",
    "rdp2tcp",
    "rdpecam",
    "rdpewa",
    "urbdrc",
    NULL
};

const char *const *client_names( unsigned int major )
{
    return major == 2 ? names2 : names3;
}
